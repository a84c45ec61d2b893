"""Numbers as people write them, read with how exactly they are written."""

import re
from fractions import Fraction
from typing import NamedTuple

from scalargrad.errors import OperandError

PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)


class WrittenNumber(NamedTuple):
    """A number with the decimals and significant figures it is written with; None decimals: it is exact."""

    value: float
    decimals: int | None
    figures: int


def read_number(text: str) -> WrittenNumber:
    """Return a number as written: 0.50, −0.5, 0,5, 1/3, 73%; raise OperandError for all else.

    >>> read_number("1.50"), read_number("73.2%").decimals, read_number("1/4")
    (WrittenNumber(value=1.5, decimals=2, figures=3), 3, WrittenNumber(value=0.25, decimals=None, figures=17))
    """
    plain = text.strip().replace("−", "-").replace("–", "-")
    plain = re.sub(r"^([-+]?\d*),(\d+)(?=%?$)", r"\1.\2", plain)
    top, slash, bottom = plain.partition("/")
    if slash:
        below = _plain(bottom, text)
        if below.value == 0:
            raise OperandError(f"expected a number, got {text!r}, which divides by 0")
        value = Fraction(_plain(top, text).value) / Fraction(below.value)
        return WrittenNumber(float(value), None, 17)
    if plain.endswith("%"):
        number = _plain(plain[:-1].strip(), text)
        return WrittenNumber(float(f"{number.value / 100:.17g}"), (number.decimals or 0) + 2, number.figures)
    return _plain(plain, text)


def _plain(text: str, whole: str) -> WrittenNumber:
    if not PLAIN.fullmatch(text.strip()):
        raise OperandError(f"expected a number, got {whole!r}")
    mantissa, _, exponent = text.strip().lower().partition("e")
    decimals = max(0, len(mantissa.partition(".")[2]) - int(exponent or 0))
    return WrittenNumber(float(text), decimals, len(mantissa.lstrip("+-").replace(".", "").lstrip("0")))
