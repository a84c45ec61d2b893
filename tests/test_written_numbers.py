"""Laws of numbers as people write them: what is read is what is meant, and how exactly."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad.errors import NumberError
from scalargrad.notation.reading_numbers import MINUS_SIGNS, WrittenNumber, read_number

READ = {
    "0.73": (0.73, 2, 2),
    "0,73": (0.73, 2, 2),
    "73%": (0.73, 2, 2),
    "73 %": (0.73, 2, 2),
    "73.2%": (0.732, 3, 3),
    "73,20 %": (0.732, 4, 4),
    "5%": (0.05, 2, 1),
    "1.50": (1.5, 2, 3),
    "1e-3": (0.001, 3, 1),
    "1.50e1": (15.0, 1, 3),
    "2E3": (2000.0, 0, 1),
    "−0,2": (-0.2, 1, 1),
    "− 0.2": (-0.2, 1, 1),
    "–0.2": (-0.2, 1, 1),
    "+3": (3.0, 0, 1),
    "0.050": (0.05, 3, 2),
    "0": (0.0, 0, 0),
    "-0.00": (-0.0, 2, 0),
    ".5": (0.5, 1, 1),
    "5.": (5.0, 0, 1),
    "1_000": (1000.0, 0, 4),
    "0,734": (0.734, 3, 3),
    "1234,567": (1234.567, 3, 7),
    "1.2·10⁻³": (0.0012, 4, 2),
    "−1·10⁻⁵": (-1e-5, 5, 1),
    "1.2*10^-3": (0.0012, 4, 2),
    "1.2 × 10**3": (1200.0, 0, 2),
    "1/3": (1 / 3, None, None),
    "−1/3": (-1 / 3, None, None),
    "1.5 / 2,5": (0.6, None, None),
    "½": (0.5, None, None),
    "-¾": (-0.75, None, None),
    "  0.5  ": (0.5, 1, 1),
}
REFUSED = {
    "": "expected a number",
    "one": r"^expected a number, got 'one'; write one as 0\.73, 73% or 1/3$",
    "nan": "expected a number",
    "inf": "expected a number",
    "--2": "expected a number",
    "1 000": "expected a number",
    "1/2/3": "expected a number",
    "50%/2": "expected a number",
    "%": "expected a number",
    "x²": "expected a number",
    "2²": "expected a number",
    "٣": "expected a number",
    "1/0": "divides by 0",
    "1/0,0": "divides by 0",
    "1,234": r"may part thousands or decimals; write 1\.234 or 1234$",
    "-12,345": r"write 12\.345 or 12345$",
    "1,234,567": "write 1234567$",
    "1,234.5": r"write 1234\.5$",
    "1.234,5": "several points or commas",
    "1,2,3": "several points or commas",
    "1.2.3": "several points or commas",
    "1e999": "too large for a float",
    "1e99999999999999999999": "too large for a float",
    "9" * 500: "too large for a float",
    "1" * 10_000: "expected a number",
}


@pytest.mark.parametrize(("text", "meant"), READ.items(), ids=map(repr, READ))
def test_a_number_is_read_with_its_decimals_and_figures(text, meant):
    """They are those of the number that is meant; a fraction is exact and has none."""
    assert read_number(text) == WrittenNumber(*meant)
    assert math.copysign(1.0, read_number(text).value) == math.copysign(1.0, meant[0])


@pytest.mark.parametrize(("text", "reason"), REFUSED.items(), ids=[repr(text[:20]) for text in REFUSED])
def test_what_is_no_number_is_refused_with_what_to_write(text, reason):
    """The error says what was given; it is short, and a ValueError."""
    with pytest.raises(NumberError, match=reason) as caught:
        read_number(text)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) < 160


def test_the_error_says_for_what_a_number_was_expected():
    """By the name that it is for, where it is told."""
    with pytest.raises(NumberError, match=r"^expected a number for w1, got 'two'"):
        read_number("two", "w1")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_is_read_back(x):
    """To the last bit, as it stands, with a decimal comma, and with a proper minus sign."""
    assert read_number(repr(x)).value == x
    assert read_number(repr(x).replace("-", "−")).value == x
    comma = repr(x).replace(".", ",")
    mantissa = comma.lstrip("-").partition("e")[0]
    if "," in mantissa and (len(mantissa.partition(",")[2]) != 3 or mantissa[0] == "0"):
        assert read_number(comma).value == x


@given(st.integers(0, 10**6), st.integers(0, 6))
def test_decimals_are_those_of_the_text(whole, decimals):
    """Zeros at the end count; a percentage has two more."""
    text = f"{whole / 10**decimals:.{decimals}f}"
    assert read_number(text).decimals == decimals
    assert read_number(f"{text}%") == WrittenNumber(
        float(f"{text}e-2"), decimals + 2, read_number(text).figures
    )


@given(st.text(alphabet="0123456789.,/%eE+·×* 10⁻²½_^x" + MINUS_SIGNS, max_size=20) | st.text(max_size=8))
def test_any_text_is_a_finite_number_or_refused(text):
    """Nothing else is raised."""
    with contextlib.suppress(NumberError):
        assert math.isfinite(read_number(text).value)
