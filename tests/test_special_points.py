"""What the rows promise at kinks, at the ends of domains, and where they saturate."""

import itertools
import math
from math import inf, nan

import mpmath
import numpy as np
import pytest
from laws import along, close

from scalargrad.engine.value import Value
from scalargrad.errors import DomainError
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.rows import clip, elu, leaky_relu, power
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import TABLE


def partials(name, *operands):
    """Return the local derivatives of a row of the table over floats."""
    row = TABLE[name]
    return row.local_derivatives(ieee, row.value(ieee, operands), operands)


# ---- kinks and limits


def test_the_derivative_at_a_local_extremum_is_zero():
    """relu′(0) = abs′(0) = 0, from either side of zero."""
    for zero in (0.0, -0.0):
        assert partials("relu", zero) == partials("abs", zero) == (0.0,)


def test_leaky_relu_and_elu_take_the_left_slope_at_zero():
    """leaky_relu′(0) is the slope and elu′(0) is alpha; clip has 1 at both of its ends."""
    for parameter in (0.01, 0.2, 3.0):
        assert leaky_relu(parameter).local_derivatives(ieee, 0.0, [0.0]) == (parameter,)
        assert elu(parameter).local_derivatives(ieee, 0.0, [0.0]) == (parameter,)
    for end in (-1.0, 1.0):
        assert clip(-1.0, 1.0).local_derivatives(ieee, end, [end]) == (1.0,)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_two_operands_that_tie_share_the_derivative(name):
    """At a tie each of two operands has the derivative ½, and a Value tied with itself has 1."""
    assert partials(name, 2.0, 2.0) == (0.5, 0.5)
    x = Value(2.0)
    getattr(x, name)(x).backward()
    assert x.grad == 1.0


def test_one_nan_wins_over_a_number_in_maximum_and_minimum():
    """A nan on either side is the result, over floats and arrays alike."""
    for name, pair in itertools.product(("maximum", "minimum"), ((nan, 1.0), (1.0, nan))):
        assert math.isnan(TABLE[name].value(ieee, pair))
        assert np.isnan(TABLE[name].value(arrays, np.array(pair)))


def test_x_to_the_zero_is_flat_everywhere():
    """x⁰ is 1 with derivative exactly 0, at 0 too; x¹ at 0 has the derivative 1."""
    for x in (-2.0, 0.0, 1e-300, 5.0):
        assert power(0.0).value(strict, [x]) == 1.0
        assert power(0.0).local_derivatives(ieee, 1.0, [x]) == (0.0,)
    assert power(1.0).local_derivatives(ieee, 0.0, [0.0]) == (1.0,)


def test_the_slope_of_a_root_at_zero_is_infinite():
    """√x and x^½ are 0 at 0, where both rise vertically."""
    assert partials("sqrt", 0.0) == (inf,)
    assert power(0.5).local_derivatives(ieee, 0.0, [0.0]) == (inf,)


def test_inverse_functions_are_vertical_at_the_ends_of_their_domain():
    """The derivative of asin at ±1 is +inf, that of acos -inf."""
    for end in (-1.0, 1.0):
        assert partials("asin", end) == (inf,)
        assert partials("acos", end) == (-inf,)


def test_the_derivative_by_an_exponent_is_zero_where_the_base_is():
    """For xʸ at x = 0 < y, ∂/∂y is 0."""
    for y in (0.5, 1.0, 2.0, 7.5):
        assert partials("pow", 0.0, y)[1] == 0.0


def test_a_negative_base_has_a_derivative_and_its_exponent_has_none():
    """For xʸ at x < 0 and integer y, ∂/∂x is right and ∂/∂y is nan, without spoiling ∂/∂x."""
    for x, y in itertools.product((-0.5, -3.0), (-3.0, -2.0, 0.0, 1.0, 2.0, 5.0)):
        base, exponent = Value(x), Value(y)
        (base**exponent).backward()
        assert close(base.grad, mpmath.diff(along(TABLE["pow"], (x, y), 0), x))
        assert math.isnan(exponent.grad)


@pytest.mark.parametrize("n", [0.5, 1.5, 2.25, -0.5, -1.5])
def test_a_broken_power_ends_where_its_domain_does(n):
    """At -∞ there is no xⁿ, written with a constant or a Value; at -0 it is what it is at 0."""
    for exponent in (n, Value(n)):
        with pytest.raises(DomainError, match=r"is not defined at .* = -inf.*; it needs"):
            Value(-inf) ** exponent
    for zero in (0.0, -0.0):
        if n < 0:
            with pytest.raises(DomainError, match="is not defined at x = 0; it needs x > 0"):
                Value(zero) ** n
        else:
            x = Value(zero)
            (y := x**n).backward()
            assert (repr(y.data), x.grad) == ("0.0", inf if n < 1 else 0.0)
    x = Value(inf)
    (y := x**n).backward()
    assert (y.data, x.grad) == (inf if n > 0 else 0.0, inf if n > 1 else 0.0)


@pytest.mark.parametrize("alpha", [1.0, 0.5, 3.0])
def test_nan_through_elu_keeps_a_derivative_that_is_nan(alpha):
    """It is on neither side of 0: not 0 there, as in PyTorch, which would hide it from a sweep."""
    row = elu(alpha)
    assert math.isnan(row.value(ieee, [nan]))
    assert math.isnan(*row.local_derivatives(ieee, nan, [nan]))


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_a_circular_function_has_no_value_at_infinity(name):
    """Its domain is what is finite, and it says so."""
    for x in (inf, -inf):
        assert not TABLE[name].domain(strict, x)
        with pytest.raises(DomainError, match=r"is not defined at x = -?inf; it needs abs\(x\) < inf"):
            getattr(Value(x), name)()


# ---- saturation


@pytest.mark.parametrize(
    ("name", "x", "value", "partial"),
    [
        ("sigmoid", 1000.0, 1.0, 0.0),
        ("sigmoid", -1000.0, 0.0, 0.0),
        ("softplus", 1000.0, 1000.0, 1.0),
        ("softplus", -1000.0, 0.0, 0.0),
        ("log_sigmoid", -1000.0, -1000.0, 1.0),
        ("log_sigmoid", 1000.0, 0.0, 0.0),
        ("tanh", 1000.0, 1.0, 0.0),
        ("tanh", -1000.0, -1.0, 0.0),
        ("erf", 1000.0, 1.0, 0.0),
        ("silu", -1000.0, 0.0, 0.0),
        ("silu", 1000.0, 1000.0, 1.0),
        ("gelu", -1000.0, 0.0, 0.0),
        ("gelu", 1000.0, 1000.0, 1.0),
    ],
)
def test_a_saturated_function_is_exact(name, x, value, partial):
    """Far from 0 a function of the sigmoid kind has exactly its limit, and exactly the limit's derivative."""
    assert TABLE[name].value(strict, [x]) == value
    assert partials(name, x) == (partial,)


def test_logsumexp_is_shifted():
    """Operands of ±1000 neither overflow nor vanish, and the derivatives are the softmax."""
    z = TABLE["logsumexp"].value(strict, [1000.0, 1000.0, -1000.0])
    assert close(z, 1000 + mpmath.log(2))
    assert partials("logsumexp", 1000.0, 1000.0, -1000.0) == pytest.approx((0.5, 0.5, 0.0), abs=1e-12)
