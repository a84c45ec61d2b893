"""Read a trace as a textbook writes it: steps without a name are folded into the statement that uses them.

`a1 = dot([x1, x2], [w1, w2]) + b1` is two instructions and one statement, a1 = x1*w1 + x2*w2 + b1.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scalargrad.engine.sweep import adjoints
from scalargrad.notation.writer import Symbol, Writer
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

Write = Callable[[Primitive, Sequence[Any]], Any]  # a row, read at operands
Name = Callable[[Instruction], Any]
LARGEST = 12  # instructions in one statement: more of them would not fit on a line


@dataclass(frozen=True, eq=False)
class Statement:
    """An instruction with those folded into it, and the operands it is then a function of."""

    target: Instruction
    folded: frozenset[Instruction]
    operands: tuple[Instruction, ...]
    _derivatives: dict[Writer, Mapping[Instruction, Any]] = field(
        default_factory=dict, init=False, repr=False
    )

    def written(self, writer: Writer) -> Symbol:
        """Return the right-hand side over the names of the operands."""
        return writer.symbol(self._expand(self.target, writer.write, lambda v: v.symbol(writer)))

    def substituted(self, writer: Writer) -> Symbol:
        """Return the right-hand side with the values of the operands put in."""
        return writer.symbol(self._expand(self.target, writer.write, lambda v: writer.number(v.value)))

    def partial(self, operand: Instruction) -> float:
        """Return ∂target/∂operand at the recorded point, the other operands held constant."""
        return float(self._partials[operand])

    @cached_property
    def _partials(self) -> Mapping[Instruction, Any]:
        return self._swept(lambda v: v.partials)

    def partial_at(self, operand: Instruction, shown: Callable[[float], float]) -> float:
        """Return ∂target/∂operand where each value is what is shown of it."""

        def compute(row: Primitive, operands: Sequence[Any]) -> Any:
            return row.value(ieee, operands)

        return float(self._read(ieee, compute, lambda v: shown(v.value))[operand])

    def derivative(self, operand: Instruction, writer: Writer) -> Symbol:
        """Return the formula of ∂target/∂operand over the names of the operands."""
        if writer not in self._derivatives:  # one sweep for all operands: a wide statement has many
            self._derivatives[writer] = self._read(writer, writer.write, lambda v: v.symbol(writer))
        return writer.symbol(self._derivatives[writer][operand])

    def substituted_derivative(self, operand: Instruction, writer: Writer) -> Symbol:
        """Return the formula of ∂target/∂operand with values put in."""
        read = self._read(writer, writer.write, lambda v: writer.number(v.value))
        return writer.symbol(read[operand])

    def _read(self, m: Any, write: Write, name: Name) -> Mapping[Instruction, Any]:
        """Return ∂target/∂operand for each operand, in a namespace that reads rows by `write`."""

        def local(v: Instruction) -> Iterable[Any]:
            operands = [self._inner(parent, write, name) for parent in v.parents]
            z = name(v) if v is self.target else self._inner(v, write, name)
            return v.primitive.local_derivatives(m, z, operands) if v.primitive else ()

        return self._swept(local)

    def _swept(self, local: Callable[[Instruction], Iterable[Any]]) -> Mapping[Instruction, Any]:
        """Sweep the statement alone, in any reading of the local derivatives."""
        order = sorted({self.target, *self.folded}, key=lambda v: v.index)
        return adjoints(order, 1.0, lambda v: zip(v.parents, local(v)))

    def _inner(self, v: Instruction, write: Write, name: Name) -> Any:
        return self._expand(v, write, name) if v in self.folded else name(v)

    def _expand(self, v: Instruction, write: Write, name: Name) -> Any:
        assert v.primitive is not None, v
        return write(v.primitive, [self._inner(parent, write, name) for parent in v.parents])


def statements(trace: WengertList, *, folds: bool = True) -> dict[Instruction, Statement]:
    """Return the statement of each instruction that is not folded into another, in order.

    An operation is folded if it has no name, one child uses it, once, and the statement stays
    within LARGEST instructions; none is unless it `folds`.

    >>> from scalargrad import dot, leaves
    >>> from scalargrad.notation.text import TextWriter
    >>> x, w, b = leaves(x=2.0, w=3.0, b=1.0)
    >>> for statement in statements(WengertList.of((dot([w], [x]) + b).tanh())).values():
    ...     print(statement.target.name, "=", statement.written(TextWriter()))
    v5 = tanh(w*x + b)
    """
    found: dict[Instruction, Statement] = {}
    for v in trace:
        inner = [
            found[p]
            for p in dict.fromkeys(v.parents)
            if p in found and not p.is_named and len(trace.uses[p]) == 1
        ]
        if not folds or 1 + sum(1 + len(statement.folded) for statement in inner) > LARGEST:
            inner = []
        if v.parents:
            for statement in inner:
                del found[statement.target]
            found[v] = _statement(v, inner)
    return found


def _statement(v: Instruction, inner: Iterable[Statement]) -> Statement:
    folded = {statement.target: statement for statement in inner}
    operands: dict[Instruction, None] = {}
    for parent in v.parents:
        operands |= dict.fromkeys(folded[parent].operands if parent in folded else (parent,))
    every = frozenset(folded).union(*(statement.folded for statement in folded.values()))
    variables = tuple(operand for operand in operands if operand.role != "constant")
    return Statement(v, every, variables)
