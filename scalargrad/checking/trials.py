"""Trials: the work done again under many slips at once, each in a column of its own.

Work by arrays is the same work: a number becomes the numbers that it has in all trials, and what no trial
changes stays one number.  Road not taken: estimates by the adjoints.  They are exact on the way back,
but a wrong value is rarely near enough to the right one for its effect to be linear.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from scalargrad.checking.assumption import Assumption
from scalargrad.checking.cone import needs
from scalargrad.checking.exact import exact
from scalargrad.checking.had import Had
from scalargrad.checking.places import Place
from scalargrad.checking.slip import Slip, is_another
from scalargrad.checking.spans import EXACTLY, UNBOUNDED, Span
from scalargrad.checking.work import Work
from scalargrad.primitives.arrays import arrays

Trial = tuple[Assumption, float]  # with the number at its place; made everywhere, it has many

COLUMNS = 512  # trials at once; more would fill the memory in a large graph


def outcomes(work: Work, cone: Sequence[Place], trials: Sequence[Trial]) -> list[float]:
    """Return the number of the claim that the cone ends in, for each trial.

    `work` holds the numbers of the whole cone.  What has no value under a slip gives way to the exact number.
    """
    start = {place: i for i, place in enumerate(cone)}
    first = [0 if assumption.place is None else start[assumption.place] for assumption, _ in trials]
    in_order = sorted(range(len(trials)), key=first.__getitem__)  # what lies before a chunk stays as it is
    found = [0.0] * len(trials)
    for k in range(0, len(trials), COLUMNS):
        chunk = in_order[k : k + COLUMNS]
        numbers = _Columns(work, [trials[i] for i in chunk]).outcome(cone[first[chunk[0]] :])
        for i, number in zip(chunk, numbers):
            found[i] = float(number)
    return found


class _Columns(Work):
    """Compute each place in all trials of a chunk; numbers have no spans here."""

    m = arrays

    def __init__(self, work: Work, trials: Sequence[Trial]) -> None:
        super().__init__(work.trace, work.precision, work.rate)
        self.had, self._shares = dict(work.had), dict(work._shares)
        self._width = len(trials)
        self._set: dict[Place, list[tuple[int, float]]] = defaultdict(list)
        self._held: dict[Slip, list[tuple[int, str]]] = defaultdict(list)
        for column, (assumption, number) in enumerate(trials):
            if assumption.place is not None:
                self._set[assumption.place].append((column, number))
            else:
                self._held[assumption.slip].append((column, assumption.variant))

    def outcome(self, places: Sequence[Place]) -> Any:
        """Return the numbers of the last of the places, worked out in their order."""
        moved: set[Place] = set()
        with np.errstate(all="ignore"):
            for place in places:
                if not moved.isdisjoint(needs(self, place)):
                    self.had[place] = self.at(place)
                    moved.add(place)
                if slipped := list(self._slipped(place)):
                    numbers = np.array(np.broadcast_to(self.number(place), self._width))
                    columns, others = zip(*slipped)
                    numbers[list(columns)] = others
                    self.had[place] = _had(numbers)
                    moved.add(place)
        return np.broadcast_to(self.number(places[-1]), self._width)

    def _slipped(self, place: Place) -> Iterator[tuple[int, float]]:
        """Yield the columns in which a slip is made at a place, with the numbers it gives there."""
        yield from self._set.get(place, ())
        for slip, held in self._held.items():
            if place.kind not in slip.kinds:
                continue
            right = np.broadcast_to(self.number(place), self._width)
            guesses = [np.broadcast_to(each, self._width) for each, _ in slip.numbers(self, place)]
            for column, variant in held:
                number = guesses[int(variant)][column] if int(variant) < len(guesses) else np.nan
                if is_another(number, right[column]):
                    yield column, number

    # ---- with what it is computed: arrays

    def _reach(self, function: Callable[[Sequence[Any]], Any], operands: Sequence[Had]) -> Had:
        return _had(function(np.broadcast_arrays(*(had.number for had in operands))))

    def _finite(self, had: Had, place: Place) -> Had:
        return _had(np.where(np.isfinite(had.number), had.number, exact(place, self.rate)))

    def _error_of_terms(self, *_: object) -> Span:
        return EXACTLY

    def _error_of_factor(self, *_: object) -> Span:
        return EXACTLY

    def _sum(self, handed: Sequence[Had]) -> Had:
        return _had(sum(had.number for had in handed))


def _had(number: Any) -> Had:
    return Had(number, UNBOUNDED)
