"""Spans: between which two numbers a person may be who rounds on the way."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Self

MOST_CORNERS = 3  # operands that vary at once; of more, each is moved by itself
CLOSE = 1e-11  # numbers this near, relative to their size, are the same number computed in another way


class Span(NamedTuple):
    """All numbers from `low` to `high`, both included.

    >>> Span(0.25, 0.5).widened(0.25), Span(0.25, 0.5).meets(Span(0.5, 1.0))
    (Span(low=0.0, high=0.75), True)
    """

    low: float
    high: float

    @classmethod
    def of(cls, numbers: Iterable[float]) -> Self:
        """Return the least span that holds these numbers."""
        held = list(numbers)
        return cls(min(held), max(held))

    def widened(self, by: float) -> "Span":
        """Return the span with as much added at both ends."""
        return Span(self.low - by, self.high + by)

    def plus(self, other: "Span") -> "Span":
        """Return the span of x + y for all x in this one and y in the other."""
        return Span(self.low + other.low, self.high + other.high)

    def meets(self, other: "Span") -> bool:
        """Tell whether some number is in both, or so near to both that only the last digits differ."""
        slack = CLOSE * max(abs(self.low), abs(self.high)) + 1e-300
        return self.low <= other.high + slack and other.low <= self.high + slack

    def clipped(self, other: "Span") -> "Span":
        """Return the part that is in the other span too; where there is none, its nearest end."""
        low, high = (min(max(x, other.low), other.high) for x in self)
        return Span(low, high)


EXACTLY = Span(0.0, 0.0)  # what is added to a number that nothing moves
UNBOUNDED = Span(-math.inf, math.inf)


def around(x: float, share: float) -> Span:
    """Return the span of x(1 ± share), which for a share below ½ has neither another sign nor a double.

    >>> around(-2.0, 0.25)
    Span(low=-2.5, high=-1.5)
    """
    return Span.of((x * (1 - share), x * (1 + share)))


def reach(
    function: Callable[[Sequence[float]], float], at: Sequence[float], spans: Sequence[Span]
) -> tuple[float, Span]:
    """Return f(x₁, …, xₖ), with where it may lie if each operand lies in its span; infinite without a value.

    The function is taken at the corners, which is exact where it is monotone, as rows nearly always are
    over the error of a rounding; of many operands each is moved by itself and the errors are added up.

    >>> reach(lambda x: x[0] * x[1], [2.0, 3.0], [Span(2.0, 2.5), Span(3.0, 3.0)])
    (6.0, Span(low=6.0, high=7.5))
    """
    moving = [i for i, span in enumerate(spans) if span.low < span.high]
    centre = function(at)
    if not moving:
        return centre, Span(centre, centre) if math.isfinite(centre) else UNBOUNDED
    if len(moving) <= MOST_CORNERS:
        corners = itertools.product(*(spans[i] for i in moving))
        found = [centre, *(function(_with(at, dict(zip(moving, corner)))) for corner in corners)]
        return centre, Span.of(found) if all(map(math.isfinite, found)) else UNBOUNDED
    below = above = 0.0
    for i in moving:
        ends = [function(_with(at, {i: x})) - centre for x in spans[i]]
        below, above = below + min(0.0, *ends), above + max(0.0, *ends)
    whole = Span(centre + below, centre + above)
    return centre, whole if math.isfinite(whole.low + whole.high) else UNBOUNDED


def _with(numbers: Sequence[float], changed: dict[int, float]) -> list[float]:
    return [changed.get(i, x) for i, x in enumerate(numbers)]
