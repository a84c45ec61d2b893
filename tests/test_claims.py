"""Laws of numbers as a person writes them: how exactly each is meant, how far it may be off."""

import decimal
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scalargrad.study.claims import COARSEST, Claim, Precision

DOWN, HALF_UP, HALF_DOWN, HALF_EVEN = "ROUND_DOWN", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN"
# Numbers with few decimals, so that exact halves are frequent.
numbers = st.integers(-99_999, 99_999).map(lambda n: Decimal(n).scaleb(-3))


def shown(x, decimals, rounding):
    """Return a number in so many decimals, as the text that a person would write."""
    return str(x.quantize(Decimal(1).scaleb(-decimals), rounding))


@given(st.integers(-99_999, 99_999), st.integers(0, 6), st.integers(-6, 6), st.sampled_from("eE"))
def test_a_text_has_the_decimals_and_figures_of_a_decimal_number(n, decimals, exponent, e):
    """Zeros at its end and a power of ten are read as `decimal` reads them: 1.50e-3 has five decimals."""
    for text in (str(Decimal(n).scaleb(-decimals)), f"{Decimal(n).scaleb(-decimals):f}{e}{exponent}"):
        claim, exact = Claim.of("a", f" {text} "), Decimal(text)
        assert claim.number == float(exact)
        assert claim.decimals == max(0, -exact.as_tuple().exponent)
        assert n == 0 or claim.figures == len(exact.as_tuple().digits)


@pytest.mark.parametrize(
    ("x", "decimals", "figures"),
    [(0.05, 2, 1), (3.0, 0, 1), (-1.25, 2, 3), (1e-5, 5, 1), (2.5e-7, 8, 2), (3e20, 0, 1), (7, 0, 1)],
)
def test_a_number_is_meant_in_its_shortest_form(x, decimals, figures):
    """It is read as Python prints it, without a .0 at its end."""
    assert Claim.of("a", x) == ("a", float(x), decimals, figures)


@pytest.mark.parametrize(
    ("text", "digits", "decimals"),
    [("1.5", 3, 3), ("1.5678", 3, 4), ("5", 0, 0), ("5", None, 0), ("5.25", 0, 2)],
)
def test_with_digits_a_number_of_fewer_decimals_has_dropped_zeros(text, digits, decimals):
    """One of more is meant as it stands; 0 digits are none."""
    assert Claim.of("a", text, digits).decimals == decimals


@given(numbers, st.integers(0, 3))
def test_whatever_way_a_half_is_rounded_it_is_rounded(x, decimals):
    """Up, down or to the even digit, the claim is x rounded, and near it without any slack."""
    for rounding in (HALF_UP, HALF_DOWN, HALF_EVEN):
        claim = Claim.of("a", shown(x, decimals, rounding))
        assert claim.rounds(float(x))
        assert claim.is_near(float(x), 0.0)


@given(numbers, st.integers(0, 3), st.sampled_from([-1, 1]))
def test_a_number_off_by_a_unit_more_is_not_rounded_and_only_truncation_is_near(x, decimals, side):
    """Cut off, x is near its claim by less than a unit on the side of 0; on the other side it is not."""
    unit = Decimal(1).scaleb(-decimals)
    cut = Decimal(shown(x, decimals, DOWN))
    assert Claim.of("a", str(cut)).is_near(float(x), 0.0)
    for claimed in (cut + side * unit, cut + side * 2 * unit):
        claim, gap = Claim.of("a", str(claimed)), abs(claimed - x)
        assert claim.rounds(float(x)) == (gap <= unit / 2)
        towards_zero = abs(claimed) <= abs(x) and gap < unit
        assert claim.is_near(float(x), 0.0) == (gap <= unit / 2 or towards_zero)


@given(numbers, st.integers(0, 3), st.sampled_from(["0.01", "0.2", "1.5"]), st.sampled_from([-1, 1]))
def test_slack_is_allowed_on_both_sides_and_no_more(x, decimals, slack, side):
    """Whatever x became by an error within the slack may be rounded, but not moved a unit further."""
    moved = x + side * Decimal(slack)
    claimed = Decimal(shown(moved, decimals, HALF_EVEN))
    assert Claim.of("a", str(claimed)).is_near(float(x), float(slack))
    beyond = claimed + side * Decimal(2).scaleb(-decimals)
    assert not Claim.of("a", str(beyond)).is_near(float(x), float(slack))


def precision(*texts):
    return Precision.of([Claim.of("a", text) for text in texts])


def test_the_precision_is_the_decimals_that_most_claims_have_and_of_two_the_finer():
    """Where the decimals differ and the figures do not, it is the figures."""
    assert precision("1.25", "0.75", "3.1") == Precision(2)
    assert precision("1.25", "12.5034") == Precision(4)
    assert precision("1.25", "3.75") == Precision(2)
    assert precision("1.36", "0.796") == Precision(None, 3)


@given(numbers.filter(bool), st.integers(2, 4))
def test_rounding_to_decimals_moves_by_at_most_a_unit_and_not_at_all_what_needs_none(x, decimals):
    """The error is a unit, for who truncates may lose nearly all of it."""
    unit = 10.0**-decimals
    exact = x == Decimal(shown(x, decimals, DOWN))
    assert Precision(decimals).error(float(x)) == (0.0 if exact else pytest.approx(unit))
    assert abs(float(x) - float(shown(x, decimals, DOWN))) <= Precision(decimals).error(float(x))


@given(numbers.filter(bool), st.integers(1, 6))
def test_rounding_to_figures_moves_by_at_most_a_unit_of_the_last(x, figures):
    """The unit is that of the last significant figure, as `decimal` rounds in a context of so many."""
    rounded = decimal.Context(prec=figures, rounding=DOWN).create_decimal(x)
    unit = 10.0 ** (x.adjusted() - figures + 1)
    assert Precision(None, figures).error(float(x)) == (0.0 if rounded == x else pytest.approx(unit))


def test_who_writes_whole_numbers_is_taken_to_round_to_hundredths_on_the_way():
    """No more: a third may be 0.33, and 1.002 is not whole though it nearly is."""
    assert COARSEST == 0.01
    assert [precision("3").error(x) for x in (1 / 3, 1.002, 2.0)] == [0.01, 0.01, 0.0]
    assert Precision(6).error(0.12) == 0.0


@pytest.mark.parametrize("x", [0.0, math.inf, -math.inf, math.nan])
def test_what_has_no_digits_is_not_rounded(x):
    """Neither in decimals nor in figures."""
    assert Precision(2).error(x) == Precision(None, 2).error(x) == 0.0
