"""Numbers to calculate with by hand: short ones, from which pleasant ones follow."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from random import Random

from scalargrad.errors import ExerciseError
from scalargrad.exercises.asked import Blank
from scalargrad.exercises.complaints import Complaint, Critic, Leaves, at_numbers
from scalargrad.exercises.targets import is_target, reachable
from scalargrad.tracing import Trace
from scalargrad.wengert.instruction import Instruction

GRIDS = ((0.1, 0.9), (0.1, 2.0), (0.25, 2.0), (0.5, 3.0), (0.1, 3.0))  # a step, and the largest number
FINE = 0.05  # the step where a grid has fewer numbers than there are leaves
STARTS, MOVES, ENOUGH = 80, 80, 10
FEW = 2  # leaves, for which one grid has too few draws for a class


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
    free = [v for v in trace if not v.parents and v.role != "constant" and v not in kept]
    critic = Critic(trace, tuple(blanks), digits, tuple(v.index for v in free))
    search = _Search(trace, free, frozenset(abs(v.value) for v in kept), critic, Random(seed))  # noqa: S311  # an exercise
    found = list(islice(search.draws(), ENOUGH))
    if not found:
        raise ExerciseError(f"found no pleasant numbers for seed {seed}: {search.closest.said}")
    return max(found, key=critic.merit)


def usually_kept(trace: Trace) -> list[Instruction]:
    """Return the leaves whose numbers stay where nobody says which: what is 0, and targets."""
    leaves = (v for v in trace if not v.parents)
    return [v for v in leaves if v.value == 0 or is_target(v, trace)]


@dataclass
class _Search:
    """Draw numbers, then change one after the other as long as that makes them more pleasant."""

    trace: Trace
    free: Sequence[Instruction]  # leaves whose numbers are drawn
    given: frozenset[float]  # the sizes of the numbers that stay
    critic: Critic
    random: Random

    def __post_init__(self) -> None:
        self.closest = Complaint("no leaf may be changed", math.inf)

    @cached_property
    def reached(self) -> Mapping[int, list[float]]:
        """Return the numbers to draw each target from, by its slot."""
        targets = (v for v in self.free if is_target(v, self.trace))
        return {v.index: numbers for v in targets if (numbers := reachable(v, self.trace))}

    def draws(self) -> Iterator[Trace]:
        """Yield traces at pleasant numbers."""
        for start in range(STARTS if self.free else 1):
            pool = self.pool(start)
            leaves = self.first(pool, keeps_signs=start % 2 == 0)
            complaint = self.critic.complaint(at_numbers(self.trace, leaves))
            for _ in range(MOVES):
                if complaint.amount == 0:
                    break
                changed = self.changed(leaves, pool)
                other = self.critic.complaint(at_numbers(self.trace, changed))
                if other.amount <= complaint.amount:
                    leaves, complaint = changed, other
            if complaint.amount < self.closest.amount:
                self.closest = complaint
            if complaint.amount == 0 and (at := at_numbers(self.trace, leaves)):
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
        for slot, numbers in self.reached.items():
            leaves[slot] = self.random.choice(self.apart(numbers, leaves))
        return leaves

    def apart(self, numbers: Sequence[float], leaves: Leaves) -> Sequence[float]:
        """Return those of numbers that no leaf has, whatever its sign; all where there are none."""
        used = {abs(x) for x in leaves.values()} | self.given
        return [x for x in numbers if abs(x) not in used] or numbers

    def changed(self, leaves: Leaves, pool: Sequence[float]) -> Leaves:
        if not self.free:
            return leaves
        v = self.random.choice(self.free)
        if numbers := self.reached.get(v.index):
            return {**leaves, v.index: self.random.choice(self.apart(numbers, leaves))}
        used = {abs(x) for x in leaves.values()} | self.given
        number = -leaves[v.index]
        unused = [x for x in (_scaled(x, v.value) for x in pool) if x not in used]
        if unused and self.random.random() < 0.7:
            number = math.copysign(self.random.choice(unused), leaves[v.index])
        return {**leaves, v.index: number}


def _scaled(x: float, given: float) -> float:
    """Return a number with the power of ten of the given one, where that is large or tiny."""
    size = abs(given) or 1.0
    return float(f"{x * 10 ** math.floor(math.log10(size)):.6g}") if size >= 10 or size < 0.01 else x
