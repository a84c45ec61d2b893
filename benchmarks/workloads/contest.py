"""How contestants are compared: checked to be equal first, then timed in turn, then held against a target."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from timing import in_turn, ratio, seconds

LEAST = 0.05  # seconds that a turn takes at least: a short run is repeated within it
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
MET, MISSED, NOTHING = "yes", "NO", "–"
Numbers = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Contestant:
    """One way to do a workload: a run, how to read the numbers of its result, the steps it holds."""

    name: str
    run: Callable[[], Any]
    numbers: Callable[[Any], Numbers]
    steps: int = 1


@dataclass(frozen=True)
class Target:
    """What the ratio of two times has to be: ours / other at most, or other / ours at least a limit.

    Without a limit the ratio is there to be seen.
    """

    limit: float | None
    at_least: bool = False

    def __str__(self) -> str:
        quotient, sign = ("other / ours", "≥") if self.at_least else ("ours / other", "≤")
        return quotient if self.limit is None else f"{quotient} {sign} {self.limit:g}"

    def verdict(self, ratios: Sequence[float]) -> str:
        """Return whether the median of the ratios keeps to the limit."""
        if self.limit is None:
            return NOTHING
        measured = statistics.median(ratios)
        return MET if (measured >= self.limit if self.at_least else measured <= self.limit) else MISSED


SEEN, TIMES_SEEN = Target(None), Target(None, at_least=True)  # of these two the ratio is only shown


@dataclass(frozen=True)
class Row:
    """A row of the table, as texts."""

    workload: str
    ours: str
    other: str
    ratio: str
    target: str
    met: str


Measured = tuple[str, Sequence[float]]  # the name of a contestant, the seconds of each turn
Rival = tuple[Contestant, Target]


def at_most(limit: float) -> Target:
    """Return the target that ours takes at most `limit` of the time of the other."""
    return Target(limit)


def at_least(limit: float) -> Target:
    """Return the target that the other takes at least `limit` times as long as ours."""
    return Target(limit, at_least=True)


def compare(
    workload: str,
    ours: Contestant,
    rivals: Sequence[Rival],
    repetitions: int,
    tolerance: float | None = 1e-9,
) -> list[Row]:
    """Return a row for each rival, once all compute the same numbers."""
    contestants = [ours, *(rival for rival, _ in rivals)]
    check_equal(contestants, tolerance)
    spent = times_in_turn(contestants, repetitions)
    of_ours, *others = ((each.name, of_each) for each, of_each in zip(contestants, spent))
    return [_judged(workload, of_ours, other, target) for other, (_, target) in zip(others, rivals)]


def _judged(workload: str, ours: Measured, other: Measured, target: Target) -> Row:
    """Return the row of two lists of measurements, turn by turn, with their ratio and its target."""
    (name, spent), (name_of_other, of_other) = ours, other
    pair = (of_other, spent) if target.at_least else (spent, of_other)
    texts = (f"{name}: {duration(spent)}", f"{name_of_other}: {duration(of_other)}")
    return Row(workload, *texts, ratio(*pair), str(target), target.verdict([a / b for a, b in zip(*pair)]))


def check_equal(contestants: Sequence[Contestant], tolerance: float | None) -> None:
    """Raise AssertionError unless the numbers of all agree with those of the first, each relatively.

    A number far below the largest, such as a derivative that cancels out, is held against that instead.
    A tolerance of None says that the numbers were checked before.
    """
    if tolerance is None:
        return
    first, *others = (np.asarray(each.numbers(each.run()), float) for each in contestants)
    assert np.isfinite(first).all(), contestants[0].name
    allowed = tolerance * np.maximum(np.abs(first), 1e-6 * np.abs(first).max())
    for contestant, numbers in zip(contestants[1:], others):
        assert numbers.shape == first.shape, (contestant.name, numbers.shape, first.shape)
        furthest = np.argmax(np.abs(numbers - first) / allowed)
        differ = abs(numbers[furthest] - first[furthest]) > allowed[furthest]
        assert not differ, (contestant.name, int(furthest), numbers[furthest], first[furthest])


def times_in_turn(contestants: Sequence[Contestant], repetitions: int) -> list[list[float]]:
    """Return the seconds of a step of each contestant in every turn; a turn holds as many as it takes."""
    times = [math.ceil(LEAST / max(seconds(each.run), 1e-9)) for each in contestants]
    turns = [_repeated(each.run, count) for each, count in zip(contestants, times)]
    return [
        [x / (count * each.steps) for x in spent]
        for each, count, spent in zip(contestants, times, in_turn(turns, repetitions))
    ]


def duration(spent: Sequence[float]) -> str:
    """Return the median with three digits, in milliseconds.

    >>> duration([0.00012345]), duration([1.5])
    ('0.123 ms', '1500 ms')
    """
    milliseconds = statistics.median(spent) * 1e3
    decimals = max(0, 2 - math.floor(math.log10(milliseconds)))
    return f"{milliseconds:.{decimals}f} ms"


def _repeated(run: Callable[[], Any], times: int) -> Callable[[], None]:
    def turn() -> None:
        for _ in range(times):
            run()

    return turn
