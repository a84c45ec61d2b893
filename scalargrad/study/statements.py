"""Read a trace as a textbook writes it: unlabelled steps are folded into the statement that uses them.

`a1 = dot([x1, x2], [w1, w2]) + b1` is two instructions and one statement, a1 = x1*w1 + x2*w2 + b1.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from scalargrad.notation import Symbol, Writer
from scalargrad.wengert import Instruction, WengertList

LARGEST = 12  # instructions in one statement: more of them would not fit on a line


@dataclass(frozen=True, eq=False)
class Statement:
    """Hold an instruction with those folded into it, and the operands it is then a function of."""

    target: Instruction
    folded: frozenset[Instruction]
    operands: tuple[Instruction, ...]

    def written(self, writer: Writer) -> Symbol:
        """Return the right-hand side over the names of the operands."""
        return self._expand(self.target, writer, lambda row: row.symbol(writer))

    def substituted(self, writer: Writer) -> Symbol:
        """Return the right-hand side with the values of the operands put in."""
        return self._expand(self.target, writer, lambda row: writer.number(row.value))

    def partial(self, operand: Instruction) -> float:
        """Return ∂target/∂operand at the recorded point, the other operands held constant."""
        return float(self._partial(operand, lambda row: row.partials))

    def derivative(self, operand: Instruction, writer: Writer) -> Symbol:
        """Return the formula of ∂target/∂operand over the names of the operands."""
        return self._read_partial(operand, writer, lambda row: row.symbol(writer))

    def substituted_derivative(self, operand: Instruction, writer: Writer) -> Symbol:
        """Return the formula of ∂target/∂operand with values put in."""
        return self._read_partial(operand, writer, lambda row: writer.number(row.value))

    def _read_partial(
        self, operand: Instruction, writer: Writer, name: Callable[[Instruction], Symbol]
    ) -> Symbol:
        def slopes(row: Instruction) -> Iterable[Any]:
            operands = [self._inner(parent, writer, name) for parent in row.parents]
            z = name(row) if row is self.target else self._inner(row, writer, name)
            return row.primitive.local_derivatives(writer, z, operands) if row.primitive else ()

        result = self._partial(operand, slopes)
        return result if isinstance(result, Symbol) else writer.number(result)

    def _partial(self, operand: Instruction, slopes: Callable[[Instruction], Iterable[Any]]) -> Any:
        """Sweep the statement alone, in any reading of the local derivatives."""
        adjoint: dict[Instruction, Any] = {self.target: 1.0}
        for row in sorted({self.target, *self.folded}, key=lambda row: row.index, reverse=True):
            for parent, slope in zip(row.parents, slopes(row)):
                contribution = adjoint[row] * slope
                adjoint[parent] = adjoint[parent] + contribution if parent in adjoint else contribution
        return adjoint[operand]

    def _inner(self, row: Instruction, writer: Writer, name: Callable[[Instruction], Symbol]) -> Symbol:
        if row.role == "constant":
            return row.symbol(writer)
        return self._expand(row, writer, name) if row in self.folded else name(row)

    def _expand(self, row: Instruction, writer: Writer, name: Callable[[Instruction], Symbol]) -> Symbol:
        if row.primitive is None:
            return writer.number(row.value)
        return writer.write(row.primitive, [self._inner(parent, writer, name) for parent in row.parents])


def statements(trace: WengertList) -> dict[Instruction, Statement]:
    """Return the statement of each instruction that is not folded into another, in order.

    An operation is folded if it has no label, one child uses it, once, and the statement stays
    within LARGEST instructions.

    >>> from scalargrad import dot, leaves
    >>> x, w, b = leaves(x=2.0, w=3.0, b=1.0)
    >>> for statement in statements(WengertList.of((dot([w], [x]) + b).tanh())).values():
    ...     print(statement.target.name, "=", statement.written(Writer()))
    v5 = tanh(w*x + b)
    """
    uses = Counter(parent for row in trace for parent in row.parents)
    found: dict[Instruction, Statement] = {}
    for row in trace:
        inner = [found[p] for p in dict.fromkeys(row.parents) if p in found and not p.label and uses[p] == 1]
        if 1 + sum(1 + len(statement.folded) for statement in inner) > LARGEST:
            inner = []
        if row.parents:
            for statement in inner:
                del found[statement.target]
            found[row] = _statement(row, inner)
    return found


def _statement(row: Instruction, inner: Iterable[Statement]) -> Statement:
    folded = {statement.target: statement for statement in inner}
    operands: dict[Instruction, None] = {}
    for parent in row.parents:
        operands |= dict.fromkeys(folded[parent].operands if parent in folded else (parent,))
    every = frozenset(folded).union(*(statement.folded for statement in folded.values()))
    variables = tuple(operand for operand in operands if operand.role != "constant")
    return Statement(row, every, variables)
