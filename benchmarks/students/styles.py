"""How a person rounds: to decimals or significant figures, cut off or not, on the way or at the end."""

import math
import random
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Style:
    """State to how many digits a person rounds, decimals or significant figures.

    Who is `truncating` cuts off.  `carried` numbers go on as they are written, others go on unrounded;
    who rounds in the `head` also rounds what is not written.  Who is `brief` leaves out the zeros at the
    end of a number that needed no rounding; who is `finer` with small numbers gives them one decimal more.
    """

    digits: int
    figures: bool = False
    truncating: bool = False
    carried: bool = False
    head: bool = False
    brief: bool = False
    finer: bool = False

    def decimals(self, x: float) -> int:
        """Return how many decimals x is written with."""
        if not self.figures or x == 0:
            return self.digits + (self.finer and abs(x) < 0.1)
        return max(0, self.digits - 1 - math.floor(math.log10(abs(x))))

    def unit(self, x: float) -> float:
        """Return one in the last place of x as it is written."""
        return float(f"1e-{self.decimals(x)}")

    def text(self, x: float) -> str:
        """Return x as it is written."""
        exact = Decimal(repr(round(x, 13)))
        unit = Decimal(1).scaleb(-self.decimals(x))
        rounded = exact.quantize(unit, ROUND_DOWN if self.truncating else ROUND_HALF_UP)
        if self.brief and rounded == exact:
            rounded = rounded.normalize()
        return f"{abs(rounded) if rounded == 0 else rounded:f}"

    def is_exact(self, x: float) -> bool:
        """Tell whether nothing of x is lost when it is written."""
        return abs(float(self.text(x)) - x) < 1e-10

    def __str__(self) -> str:
        words = ["figures" if self.figures else "decimals", "cut off" if self.truncating else ""]
        words.append("in the head too" if self.head else "carried" if self.carried else "at the end")
        words.append("finer where small" if self.finer else "")
        return f"{self.digits} {' '.join(filter(None, words))}"


def styles(least: int = 3) -> list[Style]:
    """Return the styles of rounding, none of them coarser than so many decimals."""
    found = [Style(d) for d in (3, 4, 5, 6)]
    found += [Style(d, carried=True) for d in (3, 4, 5)]
    found += [Style(d, carried=True, head=True) for d in (3, 4)]
    found += [Style(d, truncating=True) for d in (3, 4)]
    found += [Style(d, truncating=True, carried=True) for d in (3, 4)]
    found += [Style(d, figures=True) for d in (3, 4)]
    found += [Style(d, figures=True, carried=True) for d in (3, 4)]
    return [style for style in found if style.figures or style.digits >= least]


def drawn(generator: random.Random, smallest: float) -> Style:
    """Return a style in which the smallest number of the work still has two figures or so."""
    least = 3 if smallest >= 0.02 else 4 if smallest >= 0.002 else 5
    style = generator.choice(styles(least))
    finer = not style.figures and generator.random() < 0.15
    return replace(style, brief=generator.random() < 0.5, finer=finer)
