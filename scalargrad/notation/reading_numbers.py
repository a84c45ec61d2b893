"""Numbers as people write them: `0.73`, `0,73`, `73%`, `1/3`, `−0.2`, `1.2·10⁻³`.

A comma between digits is a decimal comma, unless it may as well part thousands: `1,234` is refused.
"""

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from scalargrad.errors import NumberError

MINUS_SIGNS = "−‐‑–—﹣－-"  # of this tool's own page, of text processors, of a keyboard
DIVISION_SIGNS = "/÷∕⁄"
DIGITS = "[0-9]+(?:_[0-9]+)*"
EXPONENT = rf"(?:[eE][+{MINUS_SIGNS}]?[0-9]+)?"
POINTED = re.compile(rf"(?:{DIGITS}(?:\.(?:{DIGITS})?)?|\.{DIGITS}){EXPONENT}")
MARKED = re.compile(rf"{DIGITS}(?:[.,]{DIGITS})+{EXPONENT}|{POINTED.pattern}")  # with decimal commas
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
POWER_OF_TEN = re.compile(
    rf"(.*?)\s*[*·⋅×x]\s*10(?:\s*(?:\^|\*\*)\s*([+{MINUS_SIGNS}]?[0-9]+)|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
)
SIGNED = re.compile(rf"([+{MINUS_SIGNS}]?)\s*(.*)", re.DOTALL)
MOST_CHARACTERS = 1_000  # of a number: written in full, the longest float has fewer


class WrittenNumber(NamedTuple):
    """A number with the decimals and the significant figures it is written with.

    Both are those of the number that is meant: `73%` is 0.73, of two decimals.  A fraction is exact, so it
    has neither.
    """

    value: float
    decimals: int | None
    figures: int | None


def read_number(text: str, name: str = "") -> WrittenNumber:
    """Return the number that a text is, with how exactly it is written; `name` is for what.

    Raises NumberError for what is no number, for one too large for a float, and for what can be read in
    two ways.

    >>> read_number("73%"), read_number("−0,2")
    (WrittenNumber(value=0.73, decimals=2, figures=2), WrittenNumber(value=-0.2, decimals=1, figures=1))
    >>> read_number("1.2·10⁻³").decimals, read_number("1/4")
    (4, WrittenNumber(value=0.25, decimals=None, figures=None))
    """
    bare = text.strip()
    if len(bare) > MOST_CHARACTERS or (found := SIGNED.fullmatch(bare)) is None:
        raise _no_number(text, name)
    try:
        number = _unsigned(found[2], text)
    except _NoNumberError:
        raise _no_number(text, name) from None
    return number._replace(value=-number.value) if found[1] and found[1] != "+" else number


def _unsigned(bare: str, text: str) -> WrittenNumber:
    if len(bare) == 1 and unicodedata.decomposition(bare).startswith("<fraction>"):
        return WrittenNumber(unicodedata.numeric(bare), None, None)
    above, *below = re.split(f"[{DIVISION_SIGNS}]", bare)
    if below:
        if len(below) > 1:
            raise _NoNumberError
        divisor = _decimal(below[0].strip(), text)
        if not divisor:
            raise NumberError(f"{_shown(text)} divides by 0, so it is no number")
        return WrittenNumber(_float(_decimal(above.strip(), text), text) / _float(divisor, text), None, None)
    shift = 0
    if bare.endswith("%"):
        bare, shift = bare[:-1].rstrip(), -2
    elif tens := POWER_OF_TEN.fullmatch(bare):
        bare, shift = tens[1], _whole(tens[2] or tens[3])
    number = _decimal(bare, text, shift)
    digits, exponent = number.as_tuple()[1:]
    decimals = max(0, -int(exponent))
    return WrittenNumber(_float(number, text), decimals, len(digits) if number else 0)


def _decimal(bare: str, text: str, shift: int = 0) -> Decimal:
    """Return a number of digits and a point or comma, times a power of ten."""
    if not MARKED.fullmatch(bare):
        raise _NoNumberError
    mantissa, _, exponent = bare.replace("_", "").lower().partition("e")
    points, commas = mantissa.count("."), mantissa.count(",")
    if THOUSANDS.fullmatch(mantissa):
        ways = [mantissa.replace(",", ".")] * (commas == 1 and not points) + [mantissa.replace(",", "")]
        advice = f"may part thousands or decimals; write {' or '.join(ways)}"
        raise NumberError(f"the comma of {_shown(text)} {advice}")
    if points + commas > 1:
        advice = "write one point, before the decimals"
        raise NumberError(f"{_shown(text)} has several points or commas; {advice}")
    try:
        return Decimal(f"{mantissa.replace(',', '.')}e{_whole(exponent or '0') + shift}")
    except (InvalidOperation, ValueError):  # an exponent beyond all use
        raise _too_large(text) from None


def _whole(exponent: str) -> int:
    """Return the exponent of ten, whose digits may be raised."""
    sign = "-" if exponent[0] in f"{MINUS_SIGNS}⁻" else ""
    return int(sign + unicodedata.normalize("NFKC", exponent.lstrip(f"+{MINUS_SIGNS}⁺⁻")))


def _float(number: Decimal, text: str) -> float:
    if math.isinf(value := float(number)):
        raise _too_large(text)
    return value


class _NoNumberError(NumberError):
    """Tell that a part of a text is no number."""


def _no_number(text: str, name: str) -> NumberError:
    wanted = f"a number for {name}" if name else "a number"
    return NumberError(f"expected {wanted}, got {_shown(text)}; write one as 0.73, 73% or 1/3")


def _too_large(text: str) -> NumberError:
    return NumberError(f"{_shown(text)} is too large for a float")


def _shown(text: str) -> str:
    return f"{text.strip()!r:.60}"
