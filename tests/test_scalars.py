"""Laws of the two readings of floats, `strict` and `ieee`."""

import itertools
import math

import numpy as np
import pytest
from laws import SPECIAL, same

from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.scalars import ieee, strict

OF_TWO = {"pow", "divide", "weigh", "maximum", "minimum"}
OF_LISTS = {"total", "dot", "logsumexp", "softmax", "ones_like"}
NAMES = sorted(strict.functions.keys() - OF_LISTS - {"where"})
# NumPy takes a square root where the exponent is ½; C's pow gives +inf.
NUMPY_DIFFERS = ("pow", (-math.inf, 0.5))


def operands_of(name):
    return itertools.product(SPECIAL, repeat=2 if name in OF_TWO else 1)


@pytest.mark.parametrize("name", NAMES)
def test_ieee_floats_follow_numpy_to_every_limit(name):
    """At ±0, ±inf, nan and overflow a float function gives what NumPy gives, and never raises."""
    for operands in operands_of(name):
        if (name, operands) == NUMPY_DIFFERS:
            continue
        got = getattr(ieee, name)(*operands)
        with np.errstate(all="ignore"):
            wanted = float(getattr(arrays, name)(*map(np.float64, operands)))
        assert type(got) is float
        assert same(got, wanted), f"{name}{operands} is {got}, in NumPy {wanted}"


@pytest.mark.parametrize("name", NAMES)
def test_strict_floats_raise_only_where_ieee_floats_leave_the_numbers(name):
    """Where strict has a value ieee has the same; where it raises ieee has none that is finite.

    Powers alone go on at infinity, where IEEE 754 takes every large exponent for an even integer.
    """
    for operands in operands_of(name):
        limit = getattr(ieee, name)(*operands)
        at_infinity = name == "pow" and any(map(math.isinf, operands))
        try:
            value = getattr(strict, name)(*operands)
        except (ValueError, ArithmeticError):
            assert at_infinity or not math.isfinite(limit), f"{name}{operands}"
        else:
            assert same(value, limit), f"{name}{operands}"


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("divide", (1.0, 0.0)),
        ("divide", (0.0, 0.0)),
        ("pow", (0.0, -1.0)),
        ("pow", (-8.0, 1 / 3)),
        ("pow", (-math.inf, 0.5)),
        ("pow", (-math.inf, -1.5)),
        ("pow", (-2.0, math.inf)),
        ("pow", (-0.0, -math.inf)),
        ("sqrt", (-1.0,)),
        ("log", (0.0,)),
        ("log1p", (-1.0,)),
        ("asin", (1.5,)),
        ("acos", (-1.5,)),
    ],
)
def test_strict_floats_raise_outside_a_domain(name, operands):
    """No infinity, nan or complex number comes of operands outside a domain."""
    with pytest.raises((ValueError, ZeroDivisionError)):
        getattr(strict, name)(*operands)


@pytest.mark.parametrize("namespace", [strict, ieee, arrays], ids=["strict", "ieee", "arrays"])
def test_nan_wins_on_either_side_of_maximum_and_minimum(namespace):
    """A nan is never chosen away."""
    for choose in (namespace.maximum, namespace.minimum):
        assert math.isnan(choose(math.nan, 1.0))
        assert math.isnan(choose(1.0, math.nan))


@pytest.mark.parametrize("x", [-math.inf, -2.0, -0.0, 0.0, 2.0, math.inf, math.nan])
def test_a_power_of_nan_is_nan_and_not_refused(x):
    """What is no number has no domain to be outside of."""
    assert math.isnan(strict.pow(x, math.nan))
    assert math.isnan(strict.pow(math.nan, -0.5))


@pytest.mark.parametrize("namespace", [strict, ieee], ids=["strict", "ieee"])
def test_of_two_equal_operands_the_first_is_the_larger_and_the_smaller(namespace):
    """So do `max` and `min` of Python, which shows where one zero has a sign and the other has none."""
    for x, y in itertools.product((0.0, -0.0, 1.0, -1.0, math.inf, -math.inf), repeat=2):
        assert repr(namespace.maximum(x, y)) == repr(max(x, y))
        assert repr(namespace.minimum(x, y)) == repr(min(x, y))


@pytest.mark.parametrize("partial", [math.inf, -math.inf, math.nan])
def test_a_weight_of_zero_outweighs_an_infinite_derivative(partial):
    """Weighing by 0 gives 0 of anything, where 0 * inf would be nan."""
    assert ieee.weigh(0.0, partial) == 0.0
    assert same(ieee.weigh(2.0, partial), 2.0 * partial)


def test_where_chooses_one_of_two():
    """The first is taken where the condition holds, the second elsewhere, whatever the other is."""
    assert strict.where(True, 1.0, math.nan) == 1.0
    assert strict.where(False, math.nan, 2.0) == 2.0
