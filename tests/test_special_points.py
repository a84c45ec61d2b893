"""What the rows promise at kinks, at the ends of domains, and where they saturate."""

import itertools
import math
from math import inf, nan

import mpmath
import numpy as np
import pytest
from laws import along, close

from scalargrad.engine.apply import apply
from scalargrad.engine.value import Value
from scalargrad.errors import DomainError
from scalargrad.notation.languages import NumPy, Python
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.rows import clip, elu, leaky_relu, power
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import TABLE, rows


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


# ---- what a row is at ±0, ±∞ and nan

ENDS = (-0.0, 0.0, inf, -inf, nan)
# Values at these numbers, - where there is none, then derivatives.  What surprises is of IEEE 754: √-0 is
# -0, so that 0.5/z is -∞ there; ∞ · 0 is nan, so silu and gelu do not reach a limit; a comparison with nan
# holds nowhere, so relu, leaky_relu and clip take nan for what is not above, where elu has z + α, nan.
AT_ENDS = {
    "negative": ("0 -0 -inf inf nan", "-1 -1 -1 -1 -1"),
    "positive": ("-0 0 inf -inf nan", "1 1 1 1 1"),
    "abs": ("0 0 inf inf nan", "0 0 1 -1 nan"),
    "sqrt": ("-0 0 inf - nan", "-inf inf 0 - nan"),
    "exp": ("1 1 inf 0 nan", "1 1 inf 0 nan"),
    "expm1": ("-0 0 inf -1 nan", "1 1 inf 0 nan"),
    "exp2": ("1 1 inf 0 nan", "0.693147 0.693147 inf 0 nan"),
    "log": ("- - inf - nan", "- - 0 - nan"),
    "log1p": ("-0 0 inf - nan", "1 1 0 - nan"),
    "log2": ("- - inf - nan", "- - 0 - nan"),
    "log10": ("- - inf - nan", "- - 0 - nan"),
    "sin": ("-0 0 - - nan", "1 1 - - nan"),
    "cos": ("1 1 - - nan", "0 0 - - nan"),
    "tan": ("-0 0 - - nan", "1 1 - - nan"),
    "asin": ("-0 0 - - nan", "1 1 - - nan"),
    "acos": ("1.5708 1.5708 - - nan", "-1 -1 - - nan"),
    "atan": ("-0 0 1.5708 -1.5708 nan", "1 1 0 0 nan"),
    "sinh": ("-0 0 inf -inf nan", "1 1 inf inf nan"),
    "cosh": ("1 1 inf inf nan", "0 0 inf -inf nan"),
    "tanh": ("-0 0 1 -1 nan", "1 1 0 0 nan"),
    "asinh": ("-0 0 inf -inf nan", "1 1 0 0 nan"),
    "acosh": ("- - inf - nan", "- - 0 - nan"),
    "atanh": ("-0 0 - - nan", "1 1 - - nan"),
    "erf": ("-0 0 1 -1 nan", "1.12838 1.12838 0 0 nan"),
    "sigmoid": ("0.5 0.5 1 0 nan", "0.25 0.25 0 0 nan"),
    "log_sigmoid": ("-0.693147 -0.693147 0 -inf nan", "0.5 0.5 0 1 nan"),
    "softplus": ("0.693147 0.693147 inf 0 nan", "0.5 0.5 1 0 nan"),
    "relu": ("-0 0 inf 0 nan", "0 0 1 0 0"),
    "silu": ("-0 0 inf nan nan", "0.5 0.5 1 nan nan"),
    "gelu": ("-0 0 inf nan nan", "0.5 0.5 nan nan nan"),
    "power(0)": ("1 1 1 1 1", "0 0 0 0 0"),
    "power(1)": ("-0 0 inf -inf nan", "1 1 1 1 1"),
    "power(2)": ("0 0 inf inf nan", "0 0 inf -inf nan"),
    "power(3)": ("-0 0 inf -inf nan", "0 0 inf inf nan"),
    "power(0.5)": ("0 0 inf - nan", "inf inf 0 - nan"),
    "power(-1)": ("- - 0 -0 nan", "- - 0 0 nan"),
    "power(-0.5)": ("- - 0 - nan", "- - 0 - nan"),
    "leaky_relu(0.01)": ("-0 0 inf -inf nan", "0.01 0.01 1 0.01 0.01"),
    "leaky_relu(0.2)": ("-0 0 inf -inf nan", "0.2 0.2 1 0.2 0.2"),
    "elu(1)": ("-0 0 inf -1 nan", "1 1 1 0 nan"),
    "elu(0.5)": ("-0 0 inf -0.5 nan", "0.5 0.5 1 0 nan"),
    "clip(-1, 1)": ("-0 0 1 -1 nan", "1 1 0 0 0"),
    "clip(0, 6)": ("-0 0 6 0 nan", "1 1 0 0 0"),
}
OF_ONE = [row for row in rows() if row.arity == 1]
# Of -0 and 0 NumPy's maximum and minimum take either, floats the first, as `max` and `min` do; and for x^½
# NumPy takes the root, which is -0 at -0.
ZERO_OF_EITHER_SIGN = {"relu", "elu", "clip", "power"}


def shown(number):
    """Return a number in six digits; a zero keeps its sign."""
    return f"{float(number):.6g}"


def value_and_derivative(m, row, x):
    """Return what a namespace of numbers makes of a row at a number, - where it raises."""
    try:
        z = row.value(m, [np.float64(x) if m is arrays else x])
    except (ValueError, ArithmeticError):
        return "-", "-"
    slope = row.local_derivatives(ieee if m is strict else m, z, [x])[0]
    return shown(z), shown(slope)


def by_values(row, x):
    """Return what a graph makes of a row at a number."""
    leaf = Value(x)
    try:
        z = apply(row, leaf)
    except DomainError:
        return "-", "-"
    z.backward()
    return shown(z.data), shown(leaf.grad)


def by_text(dialect, row, x):
    """Return what the text of a row in Python or NumPy evaluates to; one of Python may raise."""
    value, slope = (
        dialect.value(row, dialect.name("x")),
        dialect.local_derivatives(row, dialect.name("z"), dialect.name("x"))[0],
    )
    scope = {"x": np.float64(x) if isinstance(dialect, NumPy) else x}
    exec(dialect.needed(f"{value} + {slope}"), scope)
    try:
        scope["z"] = eval(str(value), scope)
    except (ValueError, ArithmeticError):
        return "-", "-"
    try:
        return shown(scope["z"]), shown(eval(str(slope), scope))
    except (ValueError, ArithmeticError):
        return shown(scope["z"]), "raises"


@pytest.mark.parametrize("row", OF_ONE, ids=lambda row: row.symbol)
def test_what_a_row_is_at_the_ends_of_the_numbers(row):
    """Floats, Values, arrays, Python and NumPy have what is stated, also for the sign of a zero value.

    Where there is no value, only what raises says so; arrays have nan there, or an infinity.  Python raises
    for the derivative too where that is infinite.  JavaScript is held to `ieee` at these numbers elsewhere.
    """
    for x, value, slope in zip(ENDS, *(text.split() for text in AT_ENDS[row.symbol])):
        same_slope = {slope, f"-{slope}"} if slope == "0" else {slope}
        raising = [value_and_derivative(strict, row, x), by_values(row, x), by_text(Python(), row, x)]
        with np.errstate(all="ignore"):
            going_on = [value_and_derivative(arrays, row, x), by_text(NumPy(), row, x)]
        for got, its_slope in raising:
            assert got == value, x
            assert its_slope in same_slope or (its_slope == "raises" and math.isinf(float(slope))), x
        for got, its_slope in [*going_on, value_and_derivative(ieee, row, x)]:
            if value == "-":
                assert not math.isfinite(float(got)) or (row.name == "power" and math.isinf(x)), x
            else:
                assert its_slope in same_slope, x
                assert got == value or (
                    row.name in ZERO_OF_EITHER_SIGN and float(got) == float(value) == 0
                ), x


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
