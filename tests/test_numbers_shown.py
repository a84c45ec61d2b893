"""How numbers are shown: short, of the right sign, and never as a zero that they are not."""

import math
import re
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.numbers import in_line, number
from scalargrad.notation.text import TextWriter


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_a_number_keeps_its_sign_and_never_shows_as_zero(x, digits):
    """Whatever the digits, the text reads as a number of the same sign, and as 0 only for 0."""
    shown = float(number(x, digits))
    assert (shown > 0, shown < 0) == (x > 0, x < 0)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_a_number_is_shown_to_the_digits_asked_for(x, digits):
    """Half a unit of the last decimal is the most that is lost, or of the last digit with a power of ten."""
    shown = number(x, digits)
    lost = abs(Fraction(shown) - Fraction(x))
    unit = Fraction(10) ** -digits
    if "e" in shown:
        unit = Fraction(10) ** (int(shown.split("e")[1]) - max(digits - 1, 0))
    assert lost <= unit * Fraction(501, 1000)


@given(st.integers(-9999, 9999), st.integers(0, 4))
def test_a_number_that_is_exact_in_fewer_decimals_is_short(n, decimals):
    """Trailing zeros are not written."""
    x = n / 10**decimals
    assert len(number(x)) <= len(repr(x))


def test_large_and_small_numbers_have_powers_of_ten():
    """From ten million on, and where the decimals would show too little; the digits are the writer's."""
    assert [number(x) for x in (9999999.0, 1e7, 12345678.0)] == ["9999999", "1e+07", "1.235e+07"]
    assert [number(x) for x in (0.001, 0.0009, 0.00098765)] == ["0.001", "0.0009", "9.877e-04"]
    assert [str(TextWriter(digits).number(2 / 3)) for digits in (2, 4, 6)] == [
        "0.67",
        "0.6667",
        "0.666667",
    ]
    assert str(TextWriter().number(2 / 3)) == "0.6667"


def test_what_is_not_finite_is_named():
    """Infinities and nan are words in text and symbols in LaTeX."""
    latex = LatexWriter()
    assert [number(x) for x in (math.inf, -math.inf, math.nan)] == ["inf", "-inf", "nan"]
    assert [str(latex.number(x)) for x in (math.inf, -math.inf)] == [r"\infty", r"-\infty"]
    assert str(latex.number(math.nan)) == r"\text{nan}"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=6), st.integers(1, 9))
def test_numbers_in_line_have_one_length_behind_their_points(column, digits):
    """Only spaces are added, to all but powers of ten, and a number without a point has the space of one."""
    texts = [number(x, digits) for x in column]
    filled = in_line(texts)
    assert [text.rstrip("\u2007\u2008") for text in filled] == texts
    plain = [text for text in filled if "e" not in text]
    assert len({len(re.split("[.\u2008]", f"{text}\u2008")[1]) for text in plain}) <= 1
    assert max((len(text.partition(".")[2]) for text in plain), default=0) <= digits
    assert in_line(["1.25", "2·10⁻⁵", "x"])[1:] == ["2·10⁻⁵", "x"]
