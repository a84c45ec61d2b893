"""Claims: numbers as a person writes them, each with how exactly it is meant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import multimode
from typing import NamedTuple, Self

from scalargrad.checking.rounding import Rounding, unit_in_figures
from scalargrad.checking.spans import Span
from scalargrad.errors import NumberError
from scalargrad.notation.reading_numbers import WrittenNumber, read_number

LAST_BITS = 1e-12  # relative to a number, what floating-point arithmetic may leave at its end
EXACT = 12  # the decimals that a fraction is shown with
FEWEST_FIGURES = 2  # with one figure nobody computes on


class Claim(NamedTuple):
    """A number with the unit of its last digit: 0 where it is exact, such as 1/3 or 5 among whole numbers."""

    name: str
    number: float
    unit: float
    decimals: int = 0
    figures: int = 17

    @property
    def meant(self) -> Span:
        """Return the numbers that are written so, rounded or truncated."""
        x, whole, half = self.number, self.unit * (1 - 1e-6), self.unit / 2 * (1 + 1e-6)
        below, above = (whole if x <= 0 else half), (whole if x >= 0 else half)  # a unit more is not cut off
        return Span(x - below, x + above).widened(LAST_BITS * abs(x))

    def rounds(self, x: float) -> bool:
        """Tell whether the claim is x rounded to its last digit."""
        return abs(self.number - x) <= 0.5 * self.unit * (1 + 1e-6) + LAST_BITS * abs(x)

    def as_exact_as(self, precision: "Precision") -> "Claim":
        """Return the claim with the zeros that may have been dropped, by the precision of the work."""
        if precision.decimals is None:
            return self
        unit = 10.0**-precision.decimals
        in_figures = precision.figures and self.number
        unit = unit_in_figures(self.number, precision.figures) if in_figures else unit  # type: ignore[arg-type]
        return self._replace(unit=min(self.unit, unit))

    @property
    def telling(self) -> float:
        """Return how much room such a number leaves for chance: a whole number is soon hit."""
        few = max(1.0, abs(self.number)) * 10.0**-self.figures if self.decimals == 0 else 0.0
        return max(self.meant.high - self.meant.low, few)

    def times(self, factor: float) -> "Claim":
        """Return the claim in another convention, which multiplies it by a factor."""
        return self._replace(number=self.number * factor, unit=self.unit * abs(factor))


def claims_of(
    numbers: Mapping[str, float | str], digits: int | None = None
) -> tuple[list[Claim], "Precision"]:
    """Return claims of numbers or their texts, with their precision.

    `digits` says the decimals of all, and restores zeros that were dropped.

    A whole number says nothing of how exact it is: 0 may be 0.0000 or 0.4, and so 0.1 among longer ones.
    It is read as exactly as the others are written, in decimals or figures, and where all are whole as exact.

    >>> [claim.unit for claim in claims_of({"a": "0", "h": "0.25", "y": "0.75"})[0]]
    [0.01, 0.01, 0.01]
    >>> [claim.unit for claim in claims_of({"d x": "1"})[0]]
    [0.0]
    """
    written = {name: _written(name, x, digits or 0) for name, x in numbers.items()}
    precision = Precision(digits, digits, None) if digits else Precision.of(list(written.values()))
    return [_claim(name, each, precision) for name, each in written.items()], precision


def _claim(name: str, written: WrittenNumber, precision: "Precision") -> Claim:
    if written.decimals is None or written.figures is None:
        return Claim(name, written.value, 0.0, EXACT)
    unit = 10.0**-written.decimals
    if written.decimals == 0 or (written.decimals == 1 and written.figures <= 1 and precision.coarsest):
        unit = min(unit, precision.unit_of_short(written.value))
    return Claim(name, written.value, unit, written.decimals, written.figures)


def _written(name: str, x: float | str, digits: int) -> WrittenNumber:
    if not isinstance(x, str):
        try:
            x = repr(float(x)).removesuffix(".0")
        except (TypeError, ValueError):
            raise NumberError(f"expected a number for {name}, got {x!r}") from None
    written = read_number(x, name)
    exact = written.decimals is None
    return written if exact else written._replace(decimals=max(written.decimals or 0, digits))


@dataclass(frozen=True)
class Precision:
    """How far a person rounds: to decimals, to significant figures, or to what either leaves.

    `decimals` is what most numbers have, `coarsest` what a third of them do not exceed; None where all
    are whole.

    >>> Precision.of([read_number("1.36"), read_number("0.796")])
    Precision(decimals=3, coarsest=2, figures=3)
    """

    decimals: int | None
    coarsest: int | None
    figures: int | None

    @classmethod
    def of(cls, written: Sequence[WrittenNumber]) -> Self:
        """Return the precision that numbers have in common."""
        decimals = sorted(each.decimals for each in written if each.decimals)
        figures = [each.figures for each in written if each.decimals and each.figures]
        if not decimals:
            return cls(None, None, None)
        usual, of_figures = max(multimode(decimals)), max(multimode(figures), default=0)
        votes, against = figures.count(of_figures), decimals.count(usual)
        in_figures = votes > against if of_figures == FEWEST_FIGURES else votes >= against
        in_figures = in_figures and of_figures >= FEWEST_FIGURES
        return cls(usual, decimals[len(decimals) // 3], of_figures if in_figures else None)

    def unit_of_short(self, x: float) -> float:
        """Return the unit of a number with one figure, or none behind the point, among these."""
        if self.coarsest is None:
            return 0.0
        in_figures = unit_in_figures(x, self.figures) if self.figures and x else 0.0
        return max(10.0**-self.coarsest, in_figures)

    @property
    def rounding(self) -> Rounding:
        """Return how far what is not written down may be rounded."""
        return Rounding(self.decimals, self.figures)

    @property
    def ways(self) -> Iterator[Rounding]:
        """Yield the ways to round that one person may keep to throughout."""
        for cuts in (False, True):
            if self.decimals is not None:
                yield Rounding(self.decimals, None, cuts)
            if self.figures is not None:
                yield Rounding(None, self.figures, cuts)
        if self.decimals is None:
            yield self.rounding
