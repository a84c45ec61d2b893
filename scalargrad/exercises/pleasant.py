"""Numbers to calculate with by hand: short ones, from which pleasant ones follow."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from random import Random
from typing import NamedTuple

from scalargrad.errors import DomainError, ExerciseError, RangeError
from scalargrad.exercises.asked import Blank
from scalargrad.exercises.targets import is_target, reachable
from scalargrad.notation.numbers import counted
from scalargrad.tracing import Trace
from scalargrad.wengert.instruction import Instruction

GRIDS = ((0.1, 0.9), (0.1, 2.0), (0.25, 2.0), (0.5, 3.0), (0.1, 3.0))  # a step, and the largest number
FINE = 0.05  # the step where a grid has fewer numbers than there are leaves
SMALLEST, LARGEST, SATURATED = 0.05, 20.0, 2.0
STARTS, MOVES, ENOUGH = 80, 80, 10
FEW = 2  # leaves, for which one grid has too few draws for a class
Leaves = Mapping[int, float]  # the numbers of leaves by their slots


class Complaint(NamedTuple):
    """What is not pleasant in a draw: the text of it, and by how much."""

    said: str
    amount: float


def pleasant(
    trace: Trace, blanks: Sequence[Blank], digits: int, seed: int, kept: Collection[Instruction]
) -> Trace:
    """Return the trace at other numbers of all leaves but the `kept` ones: the same for the same seed.

    They are multiples of 0.1, 0.25 or 0.5 (of 0.05 where there are many leaves), none is 1, and no two are
    alike but for the sign; a leaf of 10 or more keeps its power of ten.  A target can be reached.
    Then no sigmoid or tanh is saturated, a relu is open, no value is far from 1, and every blank has two
    significant figures in so many decimals, or is 0.  What follows from kept leaves alone is as it is.
    Raises ExerciseError that says what stayed unpleasant.
    """
    search = _Search(trace, tuple(blanks), digits, Random(seed), frozenset(kept))  # noqa: S311  # an exercise
    found = list(islice(search.draws(), ENOUGH))
    if not found:
        raise ExerciseError(f"found no pleasant numbers for seed {seed}: {search.closest.said}")
    return max(found, key=search.merit)


def usually_kept(trace: Trace) -> list[Instruction]:
    """Return the leaves whose numbers stay where nobody says which: what is 0, and targets."""
    leaves = (v for v in trace if not v.parents)
    return [v for v in leaves if v.value == 0 or is_target(v, trace)]


@dataclass
class _Search:
    """Draw numbers, then change one after the other as long as that makes them more pleasant."""

    trace: Trace
    blanks: tuple[Blank, ...]
    digits: int
    random: Random
    kept: frozenset[Instruction]

    def __post_init__(self) -> None:
        self.closest = Complaint("no leaf may be changed", math.inf)
        self.least = 10.0 ** (1 - self.digits)  # what has two figures in so many decimals
        self.largest = max([LARGEST, *(abs(v.value) for v in self.trace if v.parents)])

    @cached_property
    def free(self) -> list[Instruction]:
        """Return the leaves whose numbers are drawn."""
        return [v for v in self.trace if not v.parents and v.role != "constant" and v not in self.kept]

    @cached_property
    def given(self) -> set[float]:
        """Return the sizes of the numbers that stay."""
        return {abs(v.value) for v in self.kept}

    @cached_property
    def reached(self) -> Mapping[int, list[float]]:
        """Return the numbers to draw each target from, by its slot."""
        targets = (v for v in self.free if is_target(v, self.trace))
        return {v.index: numbers for v in targets if (numbers := reachable(v, self.trace))}

    @cached_property
    def settled(self) -> set[int]:
        """Return the slots of values that no draw changes."""
        found = {v.index for v in self.trace if not v.parents} - {v.index for v in self.free}
        for v in self.trace:
            if v.parents and all(parent.index in found for parent in v.parents):
                found.add(v.index)
        return found

    @cached_property
    def vanishing(self) -> set[Blank]:
        """Return the blanks that are 0 whatever the numbers of the leaves are."""
        moved = {v.index: (v.value or 0.5) * (1 + 0.01 * math.sin(v.index + 1)) for v in self.free}
        at = self.at(moved) or self.trace
        return {blank for blank in self.blanks if blank.answer(at) == 0}

    @cached_property
    def has_gates(self) -> bool:
        """Tell whether a gradient may end at a relu that is shut."""
        return any(_dies(v) for v in self.trace)

    def draws(self) -> Iterator[Trace]:
        """Yield traces at pleasant numbers."""
        for start in range(STARTS if self.free else 1):
            pool = self.pool(start)
            leaves = self.first(pool, keeps_signs=start % 2 == 0)
            complaint = self.complaint(self.at(leaves))
            for _ in range(MOVES):
                if complaint.amount == 0:
                    break
                changed = self.changed(leaves, pool)
                other = self.complaint(self.at(changed))
                if other.amount <= complaint.amount:
                    leaves, complaint = changed, other
            if complaint.amount < self.closest.amount:
                self.closest = complaint
            if complaint.amount == 0 and (at := self.at(leaves)):
                yield at

    def pool(self, start: int) -> list[float]:
        """Return the numbers to draw from, without 1: a factor of 1 hides that it was forgotten."""
        wide = [(step, most) for step, most in GRIDS if most / step > len(self.free) + 1]
        fine = (FINE, max(2.0, FINE * (len(self.free) + 2)))
        grids = [wide[start % len(wide)] if wide else fine] if len(self.free) > FEW else wide
        numbers = {round(k * step, 2) for step, most in grids for k in range(1, round(most / step) + 1)}
        apart = sorted(numbers - {1.0} - self.given)
        return apart if len(apart) >= len(self.free) else sorted(numbers - {1.0})

    def first(self, pool: Sequence[float], *, keeps_signs: bool) -> Leaves:
        drawn = zip(self.free, self.random.sample(pool, len(self.free)))
        signs = [math.copysign(1, v.value) if keeps_signs else self.random.choice((1, -1)) for v in self.free]
        leaves = {v.index: sign * _scaled(x, v.value) for (v, x), sign in zip(drawn, signs)}
        return leaves | {slot: self.random.choice(numbers) for slot, numbers in self.reached.items()}

    def changed(self, leaves: Leaves, pool: Sequence[float]) -> Leaves:
        if not self.free:
            return leaves
        v = self.random.choice(self.free)
        used = {abs(x) for x in leaves.values()} | self.given
        if numbers := self.reached.get(v.index):
            apart = [x for x in numbers if abs(x) not in used]
            return {**leaves, v.index: self.random.choice(apart or numbers)}
        number = -leaves[v.index]
        unused = [x for x in (_scaled(x, v.value) for x in pool) if x not in used]
        if unused and self.random.random() < 0.7:
            number = math.copysign(self.random.choice(unused), leaves[v.index])
        return {**leaves, v.index: number}

    def at(self, leaves: Leaves) -> Trace | None:
        """Return the trace at these numbers; None where it is not defined."""
        given = {v.index: v.value for v in self.trace if not v.parents} | dict(leaves)
        try:
            return Trace(self.trace.structure, self.trace.structure.values(given))
        except (DomainError, RangeError):
            return None

    def complaint(self, at: Trace | None) -> Complaint:
        """Return the worst complaint, with the amount of all together."""
        if at is None:
            return Complaint("the drawn numbers lie outside the domain of a function", 1e6)
        found = [*self.about_blanks(at), *self.about_activations(at)]
        if not found:
            return Complaint("", 0.0)
        return Complaint(max(found, key=lambda each: each.amount).said, sum(each.amount for each in found))

    def about_blanks(self, at: Trace) -> Iterator[Complaint]:
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


def is_saturated(v: Instruction) -> bool:
    """Tell whether a function such as sigmoid is flat where an instruction reads it."""
    facts = v.primitive and v.primitive.activation
    return bool(facts and facts.steepest and abs(v.parents[0].value) > SATURATED)


def _dies(v: Instruction) -> bool:
    return bool(v.primitive and v.primitive.activation and v.primitive.activation.dies)


def _scaled(x: float, given: float) -> float:
    """Return a number with the power of ten of the given one, where that is large or tiny."""
    size = abs(given) or 1.0
    return float(f"{x * 10 ** math.floor(math.log10(size)):.6g}") if size >= 10 or size < 0.01 else x
