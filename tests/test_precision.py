"""Values and derivatives of every row are right in proportion to themselves, from 1e-300 to 1e300.

The reference is differentiated by central differences in as many digits as they need, so nothing is held
against a formula of ours.
"""

import itertools
import math
from math import inf
from typing import NamedTuple

import mpmath
import pytest
from laws import along, inside, reference
from mpmath import mpf

from scalargrad.engine.apply import apply
from scalargrad.engine.reading import values
from scalargrad.engine.value import Value
from scalargrad.primitives.scalars import ieee
from scalargrad.primitives.table import TABLE, rows

TOLERANCE = 1e-12  # of a number in proportion to itself
SMALLEST = 1e-306  # what is below has fewer digits
LARGEST = 2.0**1023
ENOUGH = 400  # digits in which a derivative above SMALLEST shows beside a value of 1


class Loses(NamedTuple):
    """State that a row's value (order 0) or derivative loses digits in an interval, how many, and why.

    `error` bounds the absolute error there, so that as a number it is still right.
    """

    name: str
    orders: tuple[int, ...]
    low: float
    high: float
    error: float
    why: str


OVER_Z = "written over z as in books; near its limit z has no digits left for what is missing to it"
OVER_SIGMOID = f"its second derivative is that of σ, {OVER_Z}"
AT_A_HALF = "σ'' = σ'(1 - 2z), and z near ½ has no digits for what it is away from ½"
TWO_FACTORS = (
    "of (1 - x)(1 + x), which is exact near ±1: what its factors contribute is ±1 and cancels near 0"
)
NORMAL = "Φ(x) = ½(1 + erf(x/√2)) as in books, where erf is near -1"
SQUARED = "x² · x² on the way has no float"
LOSES = [
    Loses("tanh", (1, 2), 5.1, inf, 4e-16, OVER_Z),
    Loses("tanh", (1, 2), -inf, -5.1, 4e-16, OVER_Z),
    Loses("sigmoid", (1, 2), 8.9, inf, 2e-16, OVER_Z),
    Loses("expm1", (1, 2), -inf, -9.6, 1e-16, OVER_Z),
    Loses("elu", (1, 2), -inf, -9.6, 1e-16, OVER_Z),
    Loses("gelu", (0,), -inf, -3.9, 1e-15, NORMAL),
    Loses("gelu", (1,), -inf, -4.75, 2e-16, NORMAL),
    Loses("sigmoid", (2,), -2.6e-4, 2.6e-4, 1e-16, AT_A_HALF),
    Loses("log_sigmoid", (2,), -inf, -8.9, 2e-16, OVER_SIGMOID),
    Loses("softplus", (2,), 8.9, inf, 2e-16, OVER_SIGMOID),
    Loses("silu", (2,), 8.9, inf, 1e-14, OVER_SIGMOID),
    Loses("asin", (2,), -9e-5, 9e-5, 2e-16, TWO_FACTORS),
    Loses("acos", (2,), -9e-5, 9e-5, 2e-16, TWO_FACTORS),
    Loses("atanh", (2,), -9e-5, 9e-5, 2e-16, TWO_FACTORS),
    Loses("atan", (2,), 8.1e77, inf, 1e-230, SQUARED),
    Loses("atan", (2,), -inf, -8.1e77, 1e-230, SQUARED),
]
SIZES = [1.1 * 10.0**e for e in (-300, -200, -99, -30, -12, -8, -5, -3, -1, 1, 3, 8, 17, 30, 99, 160, 299)]
SIZES += [
    0.37,
    0.97,
    1 - 1e-6,
    1 - 1e-12,
    1 + 1e-12,
    1 + 1e-6,
    1.1,
    2.3,
    3.7,
    6.3,
    9.7,
    15.3,
    36.3,
    300.3,
    700.3,
]
OF_ONE = [row for row in rows() if row.arity == 1]
each_row = pytest.mark.parametrize("row", OF_ONE, ids=lambda row: row.symbol)
each_loss = pytest.mark.parametrize("loss", LOSES, ids=lambda loss: f"{loss.name}{loss.orders}{loss.low:+g}")


def wanted(f, x, order):
    """Return a derivative of a function of exact numbers, by differences in digits enough for 16 to agree."""
    digits = 60 + 20 * order + int(2.2 * abs(math.log10(abs(x))))
    found = last = None
    while True:
        with mpmath.workdps(digits):
            last, found = found, difference(f, mpf(x), order)
            agree = last is not None and abs(found - last) <= abs(found) * mpf(10) ** -16
            if (agree and found) or (digits > ENOUGH and abs(found) < mpf(10) ** -330):
                return found
        digits = digits * 3 // 2


def difference(f, x, order):
    """Return the central difference."""
    h = min(abs(x), 1) * mpf(10) ** -20
    if order == 2:
        return (f(x + h) - 2 * f(x) + f(x - h)) / h**2
    return (f(x + h) - f(x - h)) / (2 * h) if order else f(x)


def computed(row, x, order):
    """Return the value (order 0) or a derivative as floats and Values give it, None where it overflows."""
    z = row.value(ieee, [x])
    if math.isinf(z):
        return None
    if order < 2:
        return (z, *row.local_derivatives(ieee, z, [x]))[order]
    leaf = Value(x)
    (derivative,) = row.local_derivatives(values, apply(row, leaf, m=ieee), [leaf])
    if not isinstance(derivative, Value):
        return 0.0
    derivative.backward()
    return leaf.grad


def error(row, x, order):
    """Return the absolute error and whether it is out of proportion; of numbers without digits (0, False)."""
    reach = 1e100 if row.name == "gelu" else inf  # mpmath has no Φ beyond
    if not inside(row, [x]) or abs(x) > reach or (got := computed(row, x, order)) is None:
        return 0.0, False
    exact = wanted(reference(row), x, order)
    if abs(exact) > LARGEST:
        return 0.0, False  # rightly infinite
    gap = abs(mpf(got) - exact)
    return float(gap), not gap <= TOLERANCE * abs(exact) + SMALLEST


def loses(row, x, order):
    """Return what is known of a row at a number, None where it has its digits."""
    known = (loss for loss in LOSES if loss.name == row.name and order in loss.orders)
    return next((loss for loss in known if loss.low <= x <= loss.high), None)


@pytest.mark.parametrize("order", [0, 1, 2])
@each_row
def test_a_row_is_right_in_proportion_at_any_size(row, order):
    """Value, derivative, second derivative have a relative error below 1e-12, or it is said where not."""
    for x in (sign * size for size in SIZES for sign in (1, -1)):
        absolute, off = error(row, x, order)
        loss = loses(row, x, order)
        assert not off or (loss and absolute <= loss.error), f"{row.symbol}, order {order} at {x}: {absolute}"


@each_loss
def test_digits_are_lost_from_just_where_it_is_said(loss):
    """At its ends: a quarter further out hardly a number is off, a quarter further in some are."""
    row = next(row for row in rows() if row.name == loss.name)
    ends = list(filter(math.isfinite, (loss.low, loss.high)))
    for order in loss.orders:
        nearby = [end * 1.25 ** (i / 40) for end in ends for i in range(-40, 41) if i]
        within = [error(row, x, order)[1] for x in nearby if loss.low < x < loss.high]
        beyond = [error(row, x, order)[1] for x in nearby if not loss.low < x < loss.high]
        assert sum(within) >= 0.05 * len(within), f"the interval of order {order} is larger than needed"
        assert sum(beyond) <= 0.05 * len(beyond), f"the interval of order {order} has to be larger"


@each_loss
def test_digits_are_lost_all_over_the_interval(loss):
    """Nowhere within is the row exact: most numbers of every size are off, as long as they are numbers."""
    row = next(row for row in rows() if row.name == loss.name)
    end = max((x for x in (loss.low, loss.high) if math.isfinite(x)), key=abs)
    step = 1.3 if math.isinf(loss.low) or math.isinf(loss.high) else 1e-30
    for order in loss.orders:
        several = [end * step**i for i in range(1, 10)]
        several = [x for x in several if abs(wanted(reference(row), x, order)) > 1e3 * SMALLEST]
        off = [error(row, x, order) for x in several]
        assert len(off) > 3
        assert sum(found for _, found in off) >= 0.8 * len(off)
        assert max(absolute for absolute, _ in off) <= loss.error


# ---- rows of two operands, and of lists

KINKED = ("maximum", "minimum")
OF_TWO = [row for row in rows() if row.arity == 2]
NUMBERS = [sign * x for x in (1e-200, 1e-8, 0.37, 1.0, 2.0, 3.7, 1e8, 1e200) for sign in (1, -1)]


def derivatives_of_two(row):
    """Yield operands, the order, what floats give there, and what is wanted, for value and derivatives."""
    for operands in itertools.product(NUMBERS, repeat=2):
        if inside(row, operands) and math.isfinite(z := row.value(ieee, operands)):
            yield operands, 0, z, wanted(along(row, operands, 0), operands[0], 0)
            if row.name not in KINKED or len(set(operands)) == 2:
                for i, got in enumerate(row.local_derivatives(ieee, z, operands)):
                    yield operands, 1, got, wanted(along(row, operands, i), operands[i], 1)


@pytest.mark.parametrize("row", OF_TWO, ids=lambda row: row.symbol)
def test_a_row_of_two_operands_is_right_in_proportion_at_any_size(row):
    """Value and both derivatives have a relative error below 1e-12, or leave the real numbers: nan."""
    for operands, order, got, exact in derivatives_of_two(row):
        if math.isnan(got):
            assert not isinstance(exact, mpf), operands
        elif abs(exact) < LARGEST:
            near = abs(got - exact) <= TOLERANCE * abs(exact) + SMALLEST
            assert near, f"{row.symbol}{operands}, order {order}: {got}, not {exact}"


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6, 1e9, 1e12])
def test_the_softmax_has_the_digits_that_its_operands_leave(size):
    """eˣ⁻ᶻ has an error of some units of x in proportion: of operands near 10⁹ seven digits are left."""
    row = TABLE["logsumexp"]
    operands = [size, size + 1.0, size - 0.7]
    z = row.value(ieee, operands)
    for x, got in zip(operands, row.local_derivatives(ieee, z, operands), strict=True):
        exact = mpmath.exp(x) / mpmath.fsum(map(mpmath.exp, operands))
        assert abs(got - exact) <= 2.0**-52 * (2 + size) * exact
