"""A problem as a person sees it: what is computed from what, which numbers are written down."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from scalargrad import Trace
from scalargrad.wengert.instruction import Instruction
from students.pencil import READ_OFF_OPERANDS, READ_OFF_VALUE, Rule, rule

Writes = Literal["all", "usual"]


class Row(NamedTuple):
    """Name a row of the work: the value of a slot, or its adjoint."""

    slot: int
    is_adjoint: bool


class Use(NamedTuple):
    """Name one use of a value: the slot that reads it, and as which operand."""

    child: int
    position: int


@dataclass(frozen=True, eq=False)
class Problem:
    """A trace with the names of the leaves whose derivatives are asked, and the matrices of a net.

    `matrices` hold names of weights: a row for each unit, a column for each input.
    """

    name: str
    trace: Trace
    asked: frozenset[str]
    matrices: tuple[tuple[tuple[str, ...], ...], ...] = ()

    @cached_property
    def rules(self) -> list[Rule | None]:
        """Return the rule of each slot, None for a leaf."""
        return [rule(v.primitive) if v.primitive else None for v in self.trace]

    @cached_property
    def parents(self) -> list[tuple[int, ...]]:
        """Return the slots that each slot reads."""
        return [tuple(p.index for p in v.parents) for v in self.trace]

    @cached_property
    def uses(self) -> list[list[Use]]:
        """Return the uses of each slot, the last first."""
        found: list[list[Use]] = [[] for _ in self.parents]
        for child in reversed(range(len(self.parents))):
            for position, parent in enumerate(self.parents[child]):
                found[parent].append(Use(child, position))
        return found

    @property
    def computed(self) -> Iterator[Instruction]:
        """Yield what is no leaf, in order."""
        return (v for v in self.trace if v.parents)

    def at(self, *primitives: str) -> Iterator[Instruction]:
        """Yield the instructions of some primitives."""
        return (v for v in self.computed if v.primitive and v.primitive.name in primitives)

    def rows(self, writes: Writes) -> list[Row]:
        """Return the rows that are written, in the order of the work."""
        everything = writes == "all"
        values = [Row(v.index, False) for v in self.computed if everything or v.is_named]
        adjoints = [Row(v.index, True) for v in reversed(self.trace) if self._has_adjoint(v, everything)]
        return values + adjoints

    def _has_adjoint(self, v: Instruction, everything: bool) -> bool:
        if v.role == "constant":
            return False
        if everything:
            return True
        return v.name in self.asked if not v.parents else v.is_named and v is not self.trace.output

    def text(self, row: Row) -> str:
        """Return the name under which a row is handed in."""
        name = self.trace[row.slot].name
        return f"d {name}" if row.is_adjoint else name

    def at_slot(self, slot: int) -> str:
        """Return the name of the primitive of a slot, empty for a leaf."""
        row = self.trace[slot].primitive
        return row.name if row else ""

    def sibling(self, use: Use) -> int | None:
        """Return the slot that a use is multiplied by in a product or a weighted sum."""
        v = self.trace[use.child]
        if v.primitive is None or v.primitive.name not in {"multiply", "dot"}:
            return None
        half = len(v.parents) // 2
        return self.parents[use.child][(use.position + half) % (2 * half)]

    def neighbours(self, slot: int, before: int) -> list[int]:
        """Return the slots known before another whose labels differ in one digit: w12 of w11, h1 of h2."""
        own = self.trace[slot]
        return [
            v.index
            for v in self.trace
            if (v.index < before or not v.parents) and _are_neighbours(v.label, own.label)
        ]

    def is_constant(self, slot: int, number: float | None = None) -> bool:
        """Tell whether a slot is a constant, or a certain one."""
        v = self.trace[slot]
        return v.role == "constant" and number in {None, v.value}


def _are_neighbours(one: str, other: str) -> bool:
    if len(one) != len(other) or re.sub(r"\d", "", one) != re.sub(r"\d", "", other):
        return False
    return sum(a != b for a, b in zip(one, other)) == 1


def feeds(problem: Problem, row: Row) -> Sequence[Row]:
    """Return the rows whose numbers are computed from that of a row."""
    if row.is_adjoint:
        return [Row(p, True) for p in problem.parents[row.slot]]
    children = [use.child for use in problem.uses[row.slot]]
    readers = [child for child in children if problem.at_slot(child) in READ_OFF_OPERANDS]
    if problem.at_slot(row.slot) in READ_OFF_VALUE:
        readers.append(row.slot)
    adjoints = [Row(p, True) for reader in readers for p in problem.parents[reader]]
    return [Row(child, False) for child in children] + adjoints
