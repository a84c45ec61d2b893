"""Numbers as people read them: a few decimals, or powers of ten."""

import math

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
