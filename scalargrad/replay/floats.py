"""Write a narrow block as straight-line Python over floats."""

import math
import re
from collections.abc import Collection
from functools import cache, reduce
from operator import add, mul
from typing import Any

from scalargrad.notation.languages import Python
from scalargrad.notation.writer import Symbol
from scalargrad.primitives.row import ATOM, Primitive
from scalargrad.primitives.rows import dot, total
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import TABLE
from scalargrad.replay.graph import detached
from scalargrad.replay.operation import Block
from scalargrad.replay.text import Text

LONG = 20  # terms of a sum that is written as a call, into which no parser has to descend
FUNCTIONS = {"strict_": strict, "ieee_": ieee}


class Floats(Python):
    """Write rows over floats with the functions of a namespace: `strict` forward, `ieee` for derivatives."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix

    def call(self, name: str, *operands: Any) -> Symbol:
        """Return a call of a function of the namespace."""
        written = ", ".join(str(self.symbol(x)) for x in operands)
        return Symbol(f"{name if name == 'abs' else self.prefix + name}({written})", ATOM, self)

    def divide(self, x: Any, y: Any) -> Any:
        """Return x / y, which has a limit at y = 0 where derivatives are taken."""
        return self.call("divide", x, y) if self.prefix == "ieee_" else self.write(TABLE["divide"], (x, y))


FORWARD, REVERSE = Floats("strict_"), Floats("ieee_")


def functions_of(source: str) -> dict[str, Any]:
    """Return the functions that a text over floats calls."""
    called = set(re.findall(r"\b(strict_|ieee_)(\w+)", source))
    return {"math": math} | {prefix + name: getattr(FUNCTIONS[prefix], name) for prefix, name in called}


@cache
def templates(row: Primitive, count: int) -> tuple[str, list[str]]:
    """Return the value of a row, with what it hands back to each operand, over {0}, {1}, …, {z}, {d}."""
    names = [FORWARD.name(f"{{{i}}}") for i in range(count)]
    value = str(FORWARD.symbol(_value(row, names)))
    if row is detached:
        return value, [""]
    names = [REVERSE.name(f"{{{i}}}") for i in range(count)]
    local = row.local_derivatives(REVERSE, REVERSE.name("{z}"), names)
    return value, [str(REVERSE.symbol(REVERSE.name("{d}") * derivative)) for derivative in local]


def _value(row: Primitive, names: list[Any]) -> Any:
    if row not in {total, dot}:
        return row.value(FORWARD, names)
    half = len(names) // 2
    terms = names if row is total else list(map(mul, names[:half], names[half:]))
    return reduce(add, terms) if len(terms) <= LONG else FORWARD.name(f"sum([{', '.join(map(str, terms))}])")


def forward(text: Text, block: Block) -> None:
    """Write the lines that compute a block."""
    name = _Names(block)
    text.lines.append(
        f"{_listed(map(name, block.inputs.tolist()))} = {text.read(block.view, exact=1)}.tolist()"
    )
    for slot in block.slots:
        operands = list(map(name, block.operands(slot)))
        value, _ = templates(block.graph.row_of(slot), len(operands))
        text.lines.append(f"{name(slot)} = {value.format(*operands)}")
    text.lines.append(f"{block.array.name} = np.array([{_listed(map(name, block.array.slots.tolist()))}])")


def backward(text: Text, block: Block, upstream: str, wanted: Collection[int]) -> str:
    """Write the reverse sweep of a block, and return the adjoint of its inputs, of which some are wanted."""
    name = _Names(block)
    needed = set(wanted)
    for slot in block.slots:
        if not needed.isdisjoint(block.operands(slot)):
            needed.add(slot)
    added = set(block.array.slots.tolist())
    text.lines.append(f"{_listed(f'_d{slot}' for slot in block.array.slots.tolist())} = {upstream}.tolist()")
    for slot in reversed(block.slots):
        if slot not in added or slot not in needed:
            continue
        operands = block.operands(slot)
        names = list(map(name, operands))
        _, handed_back = templates(block.graph.row_of(slot), len(operands))
        for operand, back in zip(operands, handed_back):
            if operand in needed and back:
                sign = "+=" if operand in added else "="
                text.lines.append(f"_d{operand} {sign} {back.format(*names, z=name(slot), d=f'_d{slot}')}")
                added.add(operand)
    found = (f"_d{slot}" if slot in added else "0.0" for slot in block.inputs.tolist())
    return text.state("g", f"np.array([{_listed(found)}])")


class _Names:
    """Name slots as variables; a constant is its number."""

    def __init__(self, block: Block) -> None:
        self.constants = {slot: self._literal(x) for slot, x in block.graph.constants.items()}

    def __call__(self, slot: int) -> str:
        return self.constants.get(slot) or f"_{slot}"

    @staticmethod
    def _literal(number: float) -> str:
        text = str(FORWARD.number(number))
        return f"({text})" if text.startswith("-") else text


def _listed(names: Any) -> str:
    return "".join(f"{name}, " for name in names).rstrip()
