"""Numbers as people read them: a few decimals, or powers of ten."""

import math
from collections.abc import Sequence

POINT_SPACE, DIGIT_SPACE = "\u2008", "\u2007"  # as wide as a point, as a digit
SUPERSCRIPTS = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


def number(x: float, digits: int = 4) -> str:
    """Return x in at most `digits` decimals, or in powers of ten where that would show too little.

    A number that is exact in fewer decimals is left short; a number that is not zero never
    shows as zero.

    >>> [number(x) for x in (2.0, -0.49, 1 / 3, 0.00012345, 123456789.0, float("nan"))]
    ['2', '-0.49', '0.3333', '1.234e-04', '1.235e+08', 'nan']
    """
    if not math.isfinite(x):
        return str(x)
    if x == 0:
        return "0"
    least = 10.0 ** (1 - max(digits, 2)) if digits else 1.0
    if not least <= abs(x) < 1e7:
        short = f"{x:g}"
        return short if float(short) == x and len(short) <= digits + 2 else f"{x:.{max(digits - 1, 0)}e}"
    fixed = f"{x:.{digits}f}"
    exact = float(fixed) == float(f"{x:.12g}")  # but for the rounding of floats
    return fixed.rstrip("0").rstrip(".") if exact and "." in fixed else fixed


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun, in the plural where there are several.

    >>> counted(1, "node"), counted(2000, "bias", "biases")
    ('1 node', '2,000 biases')
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def is_number(text: str) -> bool:
    """Tell whether a text reads as a number, nan and inf included."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def superscript(exponent: str) -> str:
    """Return a whole number as an exponent in small raised digits.

    >>> superscript("-12")
    '⁻¹²'
    """
    return exponent.translate(SUPERSCRIPTS)


def in_line(column: Sequence[str]) -> list[str]:
    """Return numbers filled up with spaces as wide as digits: set to the right, their points are in line.

    >>> in_line(["1.25", "−3", "1·10⁻⁵"]) == ["1.25", "−3" + POINT_SPACE + 2 * DIGIT_SPACE, "1·10⁻⁵"]
    True
    """
    decimals = [len(text.partition(".")[2]) for text in column if _is_plain(text)]
    most = max(decimals, default=0)
    return [_filled(text, most) if _is_plain(text) else text for text in column]


def _is_plain(text: str) -> bool:
    return is_number(text.replace("−", "-")) and "e" not in text


def _filled(text: str, decimals: int) -> str:
    _, point, shown = text.partition(".")
    return text + POINT_SPACE * (decimals > 0 and not point) + DIGIT_SPACE * (decimals - len(shown))
