"""What a person has at a place: a number in the span that rounding may have moved it to."""

from typing import NamedTuple

from scalargrad.checking.spans import EXACTLY, Span, around

BOUND = 0.3  # the share of a number that rounding on the way may move it by: no sign, no factor of two


class Had(NamedTuple):
    """The number that a person has at a place, and the span in which rounding may have moved it."""

    number: float
    span: Span

    def moved(self, by: Span) -> "Had":
        """Return the number as rounding may have moved it by this, too."""
        return Had(self.number, self.span.plus(by)) if by is not EXACTLY else self

    @property
    def bounded(self) -> Span:
        """Return where rounding on the way may have led, but for another sign or twice the number."""
        return self.span.clipped(around(self.number, BOUND))


def given(x: float) -> Had:
    """Return a number that no rounding moves."""
    return Had(x, Span(x, x))
