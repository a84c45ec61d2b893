"""Rounding: what it may do to a number that is not written down."""

import math
from typing import NamedTuple

from scalargrad.checking.spans import EXACTLY, Span

SHARE = 0.1  # who rounds what is not written down still keeps this much of it


class Rounding(NamedTuple):
    """A way to round, to decimals or to significant figures; to what either leaves, where both are said.

    What is cut off goes a unit towards zero, what is rounded half of one to either side; where a person
    `cuts` is not known, both may be.
    """

    decimals: int | None
    figures: int | None = None
    cuts: bool | None = None

    @property
    def is_kept_by_sums(self) -> bool:
        """Tell whether sums of rounded numbers are rounded already: decimals add up, figures do not."""
        return self.figures is None

    def error(self, x: float) -> Span:
        """Return what is added to a number: nothing where it needs no rounding.

        >>> Rounding(decimals=2).error(0.125), Rounding(decimals=None, figures=2, cuts=False).error(-12.5)
        (Span(low=-0.01, high=0.005), Span(low=-0.5, high=0.5))
        """
        if x == 0 or not math.isfinite(x) or (unit := self._unit(x)) == 0:
            return EXACTLY
        if abs(x / unit - round(x / unit)) < 1e-6:
            return EXACTLY
        unit = min(unit, SHARE * abs(x))
        towards_zero = unit / 2 if self.cuts is False else unit
        away = 0.0 if self.cuts else unit / 2
        return Span(-towards_zero, away) if x > 0 else Span(-away, towards_zero)

    def _unit(self, x: float) -> float:
        in_decimals = 10.0**-self.decimals if self.decimals is not None else 0.0
        return max(in_decimals, unit_in_figures(x, self.figures) if self.figures else 0.0)


def unit_in_figures(x: float, figures: int) -> float:
    """Return the unit of the last figure of a number."""
    return 10.0 ** (math.floor(math.log10(abs(x))) + 1 - figures)
