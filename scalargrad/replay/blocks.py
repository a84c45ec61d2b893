"""Write a block: a part of a program that is computed float by float, or level by level in a workspace."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import add, mul
from typing import Any

import numpy as np

from scalargrad.notation.languages import Python
from scalargrad.notation.writer import Symbol
from scalargrad.primitives.row import ATOM, Primitive
from scalargrad.primitives.rows import dot, logsumexp, total
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import TABLE
from scalargrad.replay.arrays import Array, View
from scalargrad.replay.graph import Graph, detached
from scalargrad.replay.grouping import Group
from scalargrad.replay.segments import Style
from scalargrad.replay.text import BATCH, Term, Text


@dataclass(eq=False)
class Block:
    """A segment with the array of those slots that others read, and the slots that it reads from others."""

    graph: Graph
    groups: Sequence[Group]
    array: Array
    inputs: np.ndarray
    view: View
    style: Style

    @property
    def views(self) -> list[View]:
        """Return what is read from outside."""
        return [self.view]

    @property
    def slots(self) -> list[int]:
        """Return the slots that are computed, in order."""
        return [slot for group in self.groups for slot in group.slots.tolist()]

    def operands(self, slot: int) -> list[int]:
        """Return the operands of a slot in one list."""
        found: list[int] = []
        for operand in self.graph.operands[slot]:
            found += [operand] if operand >= 0 else self.graph.lists[~operand].tolist()
        return found


def forward(text: Text, block: Block) -> None:
    """Write the lines that compute a block."""
    if block.style == "floats":
        forward_floats(text, block)
    else:
        forward_workspace(text, block)


def backward(text: Text, block: Block, wanted: Collection[Array]) -> None:
    """Write what a block hands back to the arrays that it reads, where their adjoints are wanted."""
    upstream = text.adjoint(block.array)
    if upstream is None:
        return
    d = text.widened(upstream, block.array.dims, batched=block.array.batched)
    if block.style == "floats":
        read = {slot for array in block.view.arrays if array in wanted for slot in array.slots.tolist()}
        back = backward_floats(text, block, d, read)
    else:
        back = backward_workspace(text, block, d)
    text.hand_back(block.view, Term(back), (len(block.inputs),), batched=block.array.batched)


class Floats(Python):
    """Write rows over floats with functions of a namespace: `strict` forward, `ieee` for derivatives."""

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


LONG = 20  # terms of a sum
FORWARD, REVERSE = Floats("strict_"), Floats("ieee_")
FUNCTIONS = {"strict_": strict, "ieee_": ieee}


@cache
def templates(row: Primitive, count: int) -> tuple[str, list[str]]:
    """Return the value of a row and upstream · local derivative by each operand, over {0}, {1}, … with {z}, {d}."""
    value = FORWARD.symbol(_value(FORWARD, row, [FORWARD.name(f"{{{i}}}") for i in range(count)]))
    names = [REVERSE.name(f"{{{i}}}") for i in range(count)]
    if row is detached:
        return str(value), [""]
    locals_ = row.local_derivatives(REVERSE, REVERSE.name("{z}"), names)
    return str(value), [str(REVERSE.symbol(REVERSE.name("{d}") * local)) for local in locals_]


def _value(dialect: Floats, row: Primitive, names: list[Any]) -> Any:
    """Return the value of a row; a long sum as a call, which no parser has to descend into."""
    if row not in {total, dot}:
        return row.value(dialect, names)
    half = len(names) // 2
    terms = names if row is total else list(map(mul, names[:half], names[half:]))
    if len(terms) > LONG:
        return dialect.name(f"sum([{', '.join(map(str, terms))}])")
    return reduce(add, terms) if terms else 0.0


def forward_floats(text: Text, block: Block) -> None:
    """Write a block as straight-line Python over floats."""
    name = _Names(block.graph)
    read = ", ".join(map(name, block.inputs.tolist()))
    text.lines.append(f"{read}, = {_flat(text, block.view)}.tolist()")
    for slot in block.slots:
        operands = list(map(name, block.operands(slot)))
        value, _ = templates(block.graph.rows[slot], len(operands))  # type: ignore[arg-type]
        text.lines.append(f"{name(slot)} = {value.format(*operands)}")
    text.lines.append(f"{block.array.name} = np.array([{', '.join(map(name, block.array.slots.tolist()))}])")


def backward_floats(text: Text, block: Block, upstream: str, wanted: set[int]) -> str:
    """Write the reverse sweep of a block over floats, and return the adjoint of its inputs."""
    name = _Names(block.graph)
    needed = set(wanted)
    for slot in block.slots:
        if not needed.isdisjoint(block.operands(slot)):
            needed.add(slot)
    exposed = block.array.slots.tolist()
    text.lines.append(f"{', '.join(f'd{slot}' for slot in exposed)}, = {upstream}.tolist()")
    added = set(exposed)
    for slot in reversed(block.slots):
        if slot not in added or slot not in needed:
            continue
        operands = block.operands(slot)
        names = list(map(name, operands))
        _, handed = templates(block.graph.rows[slot], len(operands))  # type: ignore[arg-type]
        for operand, back in zip(operands, handed):
            if operand in needed and back:
                sign = "+=" if operand in added else "="
                text.lines.append(f"d{operand} {sign} {back.format(*names, z=name(slot), d=f'd{slot}')}")
                added.add(operand)
    found = [f"d{slot}" if slot in added else "0.0" for slot in block.inputs.tolist()]
    return text.state("g", f"np.array([{', '.join(found)}])")


class _Names:
    """Name slots as variables; a constant is its number."""

    def __init__(self, graph: Graph) -> None:
        self.constants = {slot: _literal(number) for slot, number in graph.constants.items()}

    def __call__(self, slot: int) -> str:
        return self.constants.get(slot) or f"s{slot}"


def _literal(number: float) -> str:
    text = str(FORWARD.number(number))
    return f"({text})" if text.startswith("-") else text


def _flat(text: Text, view: View) -> str:
    return text.read(view, exact=1)


# ---- level by level


@dataclass
class Level:
    """What is read at one level of a workspace, and where each operation on a part of that is written."""

    index: np.ndarray
    parts: "list[Part]"


@dataclass
class Part:
    """An operation of a level: it fills the places from start to stop, and reads `count` operands from `begin` on."""

    row: Primitive
    start: int
    stop: int
    begin: int
    count: int

    @property
    def size(self) -> int:
        """Return how many slots it fills."""
        return self.stop - self.start

    @property
    def end(self) -> int:
        """Return where what it reads ends."""
        return self.begin + self.count * self.size

    def spans(self) -> list[str]:
        """Return the slice of each operand among what the level reads."""
        return [f"[{a}:{a + self.size}]" for a in range(self.begin, self.end, self.size)]

    def listed(self, batch: str, half: int = 0) -> str:
        """Return the slice of all operands, or of the first or second half, as rows of an array."""
        count = self.count // 2 if half else self.count
        begin = self.begin + count * self.size * (half == 2)
        return f"[{begin}:{begin + count * self.size}].reshape({count}, {self.size}{batch})"


def levels(block: Block, place: dict[int, int]) -> Iterator[Level]:
    """Yield the levels of a block, whose slots have these places in the workspace."""
    groups = list(block.groups)
    start = 0
    while start < len(groups):
        stop = start
        index: list[int] = []
        parts: list[Part] = []
        while stop < len(groups) and groups[stop].level == groups[start].level:
            group = groups[stop]
            slots = group.slots.tolist()
            columns = list(zip(*(block.operands(slot) for slot in slots)))
            first = place[slots[0]]
            parts.append(Part(group.row, first, first + len(slots), len(index), len(columns)))
            index += [place[slot] for column in columns for slot in column]
            stop += 1
        yield Level(np.array(index), parts)
        start = stop


def forward_workspace(text: Text, block: Block) -> None:
    """Write a block level by level: take all that a level reads, compute group by group into the workspace."""
    place, size, constants = _places(block)
    batch = f", {BATCH}" * block.array.batched
    whole = f"w_{block.array.name}"
    text.lines.append(f"{whole} = np.empty(({size}{batch or ','}))")
    m = len(block.inputs)
    read = text.read(block.view, exact=1)
    text.lines.append(
        f"{whole}[:{m}] = {read}{'.T' if block.view.batched else '[:, None]' * block.array.batched}"
    )
    if constants:
        numbers = text.constant("c", np.array(list(constants.values())))
        text.lines.append(f"{whole}[{m}:{m + len(constants)}] = {numbers}{'[:, None]' * block.array.batched}")
    for number, level in enumerate(levels(block, place)):
        u = f"u_{block.array.name}_{number}"
        text.lines.append(f"{u} = {whole}[{text.constant('i', level.index)}]")
        for part in level.parts:
            text.lines.append(f"{whole}[{part.start}:{part.stop}] = {_of_part(text, part, u, batch)}")
    exposed = text.constant("i", np.array([place[slot] for slot in block.array.slots.tolist()]))
    text.lines.append(f"{block.array.name} = {whole}[{exposed}]{'.T' * block.array.batched}")


def _of_part(text: Text, part: Part, u: str, batch: str) -> str:
    """Return the expression of an operation; the operands of a list are rows of an array."""
    if part.row is total:
        return f"{u}{part.listed(batch)}.sum(axis=0)"
    if part.row is dot:
        return f"({u}{part.listed(batch, 1)}*{u}{part.listed(batch, 2)}).sum(axis=0)"
    if part.row is logsumexp:
        return f"np.logaddexp.reduce({u}{part.listed(batch)}, axis=0)"
    symbols = [text.dialect.name(u + span) for span in part.spans()]
    return str(text.dialect.symbol(part.row.value(text.dialect, symbols)))


def _handed_back(text: Text, part: Part, u: str, z: str, d: str, batch: str) -> Iterator[tuple[str, str]]:
    """Yield where upstream · local derivatives are written, with their expressions."""
    if part.row is total:
        yield f"{part.listed(batch)}[:]", d
    elif part.row is dot:
        for mine, other in ((1, 2), (2, 1)):
            yield f"{part.listed(batch, mine)}[:]", f"{d}*{u}{part.listed(batch, other)}"
    elif part.row is logsumexp:
        yield f"{part.listed(batch)}[:]", f"{d}*np.exp({u}{part.listed(batch)} - {z})"
    elif part.row is detached:
        yield part.spans()[0], "0.0"
    else:
        symbols = [text.dialect.name(u + span) for span in part.spans()]
        local = part.row.local_derivatives(text.dialect, text.dialect.name(z), symbols)
        for span, derivative in zip(part.spans(), local):
            yield span, str(text.dialect.symbol(text.dialect.name(d) * derivative))


def backward_workspace(text: Text, block: Block, upstream: str) -> str:
    """Write the reverse sweep of a block level by level, and return the adjoint of its inputs."""
    place, size, _ = _places(block)
    batch = f", {BATCH}" * block.array.batched
    whole, adjoint = f"w_{block.array.name}", f"d_w_{block.array.name}"
    exposed = text.constant("i", np.array([place[slot] for slot in block.array.slots.tolist()]))
    text.lines.append(f"{adjoint} = np.zeros(({size}{batch or ','}))")
    text.lines.append(f"{adjoint}[{exposed}] += {upstream}{'.T' * block.array.batched}")
    for number, level in reversed(list(enumerate(levels(block, place)))):
        u, e = f"u_{block.array.name}_{number}", f"e_{block.array.name}"
        text.lines.append(f"{e} = np.empty(({len(level.index)}{batch or ','}))")
        for part in level.parts:
            z, d = f"{whole}[{part.start}:{part.stop}]", f"{adjoint}[{part.start}:{part.stop}]"
            text.lines += [f"{e}{place} = {back}" for place, back in _handed_back(text, part, u, z, d, batch)]
        text.lines.append(f"np.add.at({adjoint}, {text.constant('i', level.index)}, {e})")
    return f"{adjoint}[:{len(block.inputs)}]{'.T' * block.array.batched}"


def _places(block: Block) -> tuple[dict[int, int], int, dict[int, float]]:
    """Return the place of each slot in a workspace: inputs first, then constants, then what is computed."""
    slots = block.slots
    used = Counter(operand for slot in slots for operand in block.operands(slot))
    constants = {slot: block.graph.constants[slot] for slot in used if slot in block.graph.constants}
    order = [*block.inputs.tolist(), *constants, *slots]
    return {slot: i for i, slot in enumerate(order)}, len(order), constants


def functions_of(source: str) -> dict[str, Any]:
    """Return the functions that a text over floats calls."""
    called = set(re.findall(r"\b(strict_|ieee_)(\w+)", source))
    return {prefix + name: getattr(FUNCTIONS[prefix], name) for prefix, name in called}
