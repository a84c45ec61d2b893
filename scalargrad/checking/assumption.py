"""An assumption: a slip that is supposed to be made at a place, or wherever it applies."""

from dataclasses import dataclass
from typing import NamedTuple

from scalargrad.checking.places import Place
from scalargrad.checking.slip import Slip
from scalargrad.checking.work import Work


class Assumption(NamedTuple):
    """A slip, which of its guesses, and where it is made; everywhere without a place."""

    slip: Slip
    variant: str
    place: Place | None
    words: str

    def guess(self, work: Work, place: Place) -> float | None:
        """Return the number that the slip gives at a place, None where it is not made there."""
        if self.place is not None and self.place != place:
            return None
        guesses = self.slip.at(work, place)
        return next((guess.number for guess in guesses if guess.variant == self.variant), None)


@dataclass(frozen=True)
class Explanation:
    """What is said of a wrong number: one assumption, two that fit as well, or none.

    Where none fits, `first` is what to look at first: what the number rests on and is not written down.
    """

    assumptions: tuple[Assumption, ...] = ()
    first: Place | None = None
