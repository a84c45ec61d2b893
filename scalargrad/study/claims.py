"""Numbers as a person writes them: how exactly each is meant."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import multimode
from typing import NamedTuple, Self

from scalargrad.errors import OperandError

COARSEST = 0.01  # who writes whole numbers still does not round to whole numbers on the way


class Claim(NamedTuple):
    """A claimed number with the decimals and significant figures it is written with."""

    name: str
    number: float
    decimals: int
    figures: int

    @classmethod
    def of(cls, name: str, x: float | str, digits: int | None = None) -> Self:
        """Return the claim of a number or its text; with `digits`, one with fewer has dropped zeros.

        >>> Claim.of("a", "1.50").decimals, Claim.of("a", 0.05).figures
        (2, 1)
        """
        text = x.strip() if isinstance(x, str) else repr(float(x)).removesuffix(".0")
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise OperandError(f"expected a number for {name}, got {x!r}")
        mantissa, _, exponent = text.lower().partition("e")
        decimals = max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))
        figures = len(mantissa.lstrip("+-").replace(".", "").lstrip("0"))
        return cls(name, number, max(decimals, digits or 0), figures)

    def rounds(self, x: float) -> bool:
        """Tell whether the claim is x rounded to its decimals."""
        return abs(self.number - x) <= 0.5 * self._unit * (1 + 1e-6)

    def is_near(self, x: float, slack: float) -> bool:
        """Tell whether the claim is some number within the slack of x, rounded or truncated."""
        gap = abs(self.number - x)
        towards_zero = abs(self.number) <= abs(x) + slack
        within = 0.5 * self._unit + slack
        return gap <= within * (1 + 1e-6) or (towards_zero and gap < (self._unit + slack) * (1 - 1e-6))

    @property
    def _unit(self) -> float:
        return float(f"1e-{self.decimals}")


@dataclass(frozen=True)
class Precision:
    """How far a person rounds on the way: to decimals, or to significant figures.

    >>> Precision.of([Claim.of("a", "1.36"), Claim.of("h", "0.796")])
    Precision(decimals=None, figures=3)
    """

    decimals: int | None
    figures: int | None = None

    @classmethod
    def of(cls, claims: Sequence[Claim]) -> Self:
        """Return the precision that the claims have in common, of decimals what most of them have."""
        decimals = {claim.decimals for claim in claims}
        figures = {claim.figures for claim in claims}
        if len(decimals) > 1 and len(figures) == 1:
            return cls(None, figures.pop())
        return cls(max(multimode(claim.decimals for claim in claims)))

    def error(self, x: float) -> float:
        """Return how far rounding or truncating may move x: not at all where x needs none."""
        if x == 0 or not math.isfinite(x):
            return 0.0
        if self.decimals is None:
            unit = 10.0 ** (math.floor(math.log10(abs(x))) + 1 - (self.figures or 1))
        else:
            unit = min(COARSEST, 10.0**-self.decimals)
        steps = x / unit
        return 0.0 if abs(steps - round(steps)) < 1e-6 else unit
