"""What makes numbers unpleasant to calculate with by hand."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from scalargrad.errors import DomainError, RangeError
from scalargrad.exercises.asked import Blank
from scalargrad.notation.numbers import counted
from scalargrad.tracing import Trace
from scalargrad.wengert.instruction import Instruction

SMALLEST, LARGEST, SATURATED = 0.05, 20.0, 2.0
Leaves = Mapping[int, float]  # the numbers of leaves by their slots


class Complaint(NamedTuple):
    """What is not pleasant in a draw: the text of it, and by how much."""

    said: str
    amount: float


def at_numbers(trace: Trace, leaves: Leaves) -> Trace | None:
    """Return the trace at these numbers; None where it is not defined."""
    given = {v.index: v.value for v in trace if not v.parents} | dict(leaves)
    try:
        return Trace(trace.structure, trace.structure.values(given))
    except (DomainError, RangeError):
        return None


def is_saturated(v: Instruction) -> bool:
    """Tell whether a function such as sigmoid is flat where an instruction reads it."""
    facts = v.primitive and v.primitive.activation
    return bool(facts and facts.steepest and abs(v.parents[0].value) > SATURATED)


def _dies(v: Instruction) -> bool:
    return bool(v.primitive and v.primitive.activation and v.primitive.activation.dies)


@dataclass
class Critic:
    """Judge a trace at numbers that were drawn for its `free` leaves, by their slots."""

    trace: Trace
    blanks: tuple[Blank, ...]
    digits: int
    free: tuple[int, ...]

    def __post_init__(self) -> None:
        self.least = 10.0 ** (1 - self.digits)  # what has two figures in so many decimals
        self.largest = max([LARGEST, *(abs(v.value) for v in self.trace if v.parents)])

    @cached_property
    def settled(self) -> set[int]:
        """Return the slots of values that no draw changes."""
        found = {v.index for v in self.trace if not v.parents} - set(self.free)
        for v in self.trace:
            if v.parents and all(parent.index in found for parent in v.parents):
                found.add(v.index)
        return found

    @cached_property
    def vanishing(self) -> set[Blank]:
        """Return the blanks that are 0 whatever the numbers of the leaves are."""
        moved = {
            slot: (self.trace[slot].value or 0.5) * (1 + 0.01 * math.sin(slot + 1)) for slot in self.free
        }
        at = at_numbers(self.trace, moved) or self.trace
        return {blank for blank in self.blanks if blank.answer(at) == 0}

    @cached_property
    def has_gates(self) -> bool:
        """Tell whether a gradient may end at a relu that is shut."""
        return any(_dies(v) for v in self.trace)

    def complaint(self, at: Trace | None) -> Complaint:
        """Return the worst complaint, with the amount of all together."""
        if at is None:
            return Complaint("the drawn numbers lie outside the domain of a function", 1e6)
        found = [*self.about_blanks(at), *self.about_activations(at)]
        if not found:
            return Complaint("", 0.0)
        return Complaint(max(found, key=lambda each: each.amount).said, sum(each.amount for each in found))

    def about_blanks(self, at: Trace) -> Iterator[Complaint]:
        """Yield which answers are too large, or too small for the decimals."""
        output = at.output.name
        for blank in self.blanks:
            size, v = abs(blank.answer(at)), at[blank.slot]
            name = f"∂{output}/∂{v.name}" if blank.is_adjoint else v.name
            may_be_small = blank.is_adjoint or blank.slot in self.settled
            least = self.least if may_be_small else max(self.least, SMALLEST)
            if size > self.largest:
                yield Complaint(f"{name} stays above {self.largest:g}", math.log10(size / self.largest))
            elif size < least and not (size == 0 and self.may_be_zero(blank, v)):
                shortage = math.log10(least / size) if size else 1.0
                at_digits = f", for {counted(self.digits, 'decimal')}" * (least == self.least)
                yield Complaint(f"{name} stays below {least:g}{at_digits}", shortage)

    def about_activations(self, at: Trace) -> Iterator[Complaint]:
        """Yield what is saturated; all relus shut; a relu at its kink."""
        moved = [v for v in at if v.index not in self.settled]
        gates = [v for v in moved if _dies(v)]
        if gates and all(v.value == 0 for v in gates):
            yield Complaint(f"{gates[-1].name} and all relus stay shut", 1.0)
        for v in moved:
            facts = v.primitive and v.primitive.activation
            if not facts:
                continue
            z = v.parents[0].value
            if is_saturated(v):
                yield Complaint(f"{v.name} stays saturated, at {z:.3g}", abs(z) - SATURATED)
            if facts.dies and abs(z) < SMALLEST:
                yield Complaint(f"{v.name} stays near the kink of {v.primitive.name}", 0.5)  # type: ignore[union-attr]

    def may_be_zero(self, blank: Blank, v: Instruction) -> bool:
        """Tell whether a blank may be 0: it is so at all numbers, or behind a relu that is shut."""
        return blank in self.vanishing or (self.has_gates if blank.is_adjoint else _dies(v))

    def merit(self, at: Trace) -> float:
        """Return how good an exercise is: a relu is shut among open ones, answers can be told apart."""
        numbers = [*(v.value for v in at if v.parents), *(blank.answer(at) for blank in self.blanks)]
        different = {f"{abs(x):.{self.digits}f}" for x in numbers}
        gates = [v for v in at if _dies(v)]
        shut = 0 < 2 * sum(v.value == 0 for v in gates) < len(gates)
        extreme = sum(not SMALLEST <= abs(v.value) <= LARGEST for v in at if v.parents and v.value)
        return len(different) + 5 * shut - extreme
