"""Laws that every row of the table obeys."""

import dataclasses
import itertools
import math
from math import inf, nan

import mpmath
import numpy as np
import pytest
from laws import (
    REFERENCES,
    SPECIAL,
    all_operands,
    check_local_derivatives,
    check_second_derivatives,
    check_values,
    inside,
    operands_inside,
    reference,
)

from scalargrad.engine.apply import apply
from scalargrad.engine.reading import values
from scalargrad.engine.value import Value
from scalargrad.errors import DomainError, RangeError
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.rows import power
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import FAMILIES, TABLE, rows

each_row = pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)


def test_no_reference_is_left_over():
    """Each independent function is that of a row; a row without one is held to its own definition."""
    assert REFERENCES.keys() <= TABLE.keys() | FAMILIES.keys()


def test_a_family_is_tested_at_its_defaults_and_in_every_branch():
    """Its defaults are those of PyTorch, and of powers there is a sample of each kind of exponent."""
    defaults = {name: made.default.parameters for name, made in FAMILIES.items() if made.default}
    assert defaults.items() >= {"leaky_relu": (0.01,), "elu": (1.0,)}.items()
    assert all(FAMILIES[name].samples[0] == parameters for name, parameters in defaults.items())
    kinds = {(n % 1 == 0, n >= 0) for (n,) in power.samples}
    assert kinds == set(itertools.product((True, False), repeat=2))


@each_row
def test_a_row_has_the_value_of_its_reference(row):
    """The value over floats is the one of an independent library, everywhere in the domain."""
    check_values(row)


@each_row
def test_a_row_has_the_local_derivatives_of_its_reference(row):
    """Each local derivative is the limit of differences of the reference, or lies between both limits."""
    check_local_derivatives(row)


@each_row
def test_a_row_has_the_second_derivatives_of_its_reference(row):
    """Local derivatives read over Values can be differentiated once more, and are right."""
    check_second_derivatives(row)


# Where a local derivative is written as books write it, over the output z, its digits cancel: it is exact
# to about 1e-16 as a number, but not in proportion to itself.
CANCELLING = {
    "tanh": (lambda x: abs(x) > 4, "1 - z², 0 beyond ±20, where z is ±1"),
    "sigmoid": (lambda x: x > 8, "z(1 - z), 0 beyond 37, where z is 1"),
    "expm1": (lambda x: x < -8, "z + 1, 0 below -37, where z is -1"),
    "elu": (lambda x: x < -8, "z + α, 0 below -37, where z is -α"),
    "gelu": (lambda x: -40 < x < -4, "Φ(x) + xφ(x), where Φ(x) is ½(1 + erf), whose digits cancel"),
}
SIZES = [m * 10.0**e for e in (-300, -200, -30, -8, -1, 0, 1, 3, 8, 17, 30, 99, 299) for m in (1.1, 3.7)]
SIZES += [2.3, 5.3, 9.3, 15.3, 23.3, 36.3, 47.3]


def errors_of_derivative(row):
    """Yield x, the absolute and the relative error of the local derivative there, inside the domain."""
    reach = 1e100 if row.name == "gelu" else inf  # mpmath has no Φ beyond
    for x in (sign * size for size in SIZES for sign in (1, -1) if size < reach):
        if not inside(row, [x]) or math.isinf(z := row.value(ieee, [x])):
            continue
        (partial,) = row.local_derivatives(ieee, z, [x])
        with mpmath.workdps(700):
            h, f = mpmath.mpf(10) ** -30 * min(abs(mpmath.mpf(x)), 1), reference(row)
            wanted = (f(x + h) - f(x - h)) / (2 * h)
            if abs(wanted) < mpmath.mpf(2) ** 1023:  # else it is rightly infinite
                gap = max(abs(partial - wanted) - mpmath.mpf("1e-307"), 0)
                yield x, float(gap), float(gap / abs(wanted)) if gap else 0.0


@pytest.mark.parametrize("row", [row for row in rows() if row.arity == 1], ids=lambda row: row.symbol)
def test_a_local_derivative_is_right_in_proportion_at_any_size(row):
    """From 1e-300 to 1e300 its relative error is below 1e-12, or it is a textbook's form that cancels."""
    cancels, _ = CANCELLING.get(row.name, (lambda x: False, ""))
    for x, absolute, relative in errors_of_derivative(row):
        assert relative <= 1e-12 or (cancels(x) and absolute <= 5e-16), (
            f"{row.symbol}'({x}) by {relative:.1g}"
        )


@pytest.mark.parametrize("name", CANCELLING)
def test_a_derivative_that_is_said_to_cancel_does(name):
    """No exception is left over: somewhere in its range all digits are wrong, or nearly."""
    cancels, _ = CANCELLING[name]
    row = next(row for row in rows() if row.name == name)
    assert any(relative > 1e-4 for x, _, relative in errors_of_derivative(row) if cancels(x))


@pytest.mark.parametrize("row", [row for row in rows() if row is not power(0.0)], ids=lambda row: row.symbol)
def test_a_derivative_wrong_by_a_thousandth_breaks_the_law(row):
    """The test is tested: local derivatives off by 0.1 % are found out."""

    def wrong(m, z, *operands):
        partials = row.partials(m, z, *operands)
        if row.lists:
            return [[1.001 * partial for partial in part] for part in partials]
        return 1.001 * partials if row.arity == 1 else [1.001 * partial for partial in partials]

    with pytest.raises(AssertionError, match="∂"):
        check_local_derivatives(dataclasses.replace(row, partials=wrong))


@pytest.mark.parametrize("row", [r for r in rows() if r.name in REFERENCES], ids=lambda row: row.symbol)
def test_a_value_wrong_by_a_billionth_breaks_the_law(row):
    """The test is tested: a value off by 10⁻⁹ is found out."""

    def wrong(m, *operands):
        return row.function(m, *operands) * (1 + 1e-9)

    with pytest.raises(AssertionError, match=" is "):
        check_values(dataclasses.replace(row, function=wrong))


@each_row
def test_floats_arrays_and_values_read_a_row_alike(row):
    """The readings agree on the value and on every local derivative, at kinks and boundaries too."""
    for operands in operands_inside(row):
        z = row.value(strict, operands)
        partials = row.local_derivatives(ieee, z, operands)
        nodes = list(map(Value, operands))
        node = row.value(values, nodes)
        with np.errstate(all="ignore"):
            columns = [np.array([x]) for x in operands]
            column = row.value(arrays, columns)
            over_arrays = row.local_derivatives(arrays, column, columns)
        over_values = row.local_derivatives(values, node, nodes)
        for read, over_array, over_value in zip((z, *partials), (column, *over_arrays), (node, *over_values)):
            np.testing.assert_allclose(np.broadcast_to(over_array, 1), read, rtol=1e-14, atol=1e-300)
            np.testing.assert_allclose(float(over_value), read, rtol=1e-14, atol=1e-300)


@each_row
def test_a_row_has_a_value_exactly_where_its_domain_says(row):
    """Outside its domain a row raises DomainError, a ValueError; inside, only the too large lacks a value."""
    numbers = [x for x in SPECIAL if not math.isnan(x)]
    for operands in itertools.product(numbers, repeat=row.arity or 2):
        leaves = list(map(Value, operands))
        if not inside(row, operands):
            with pytest.raises(DomainError, match="is not defined at"):
                apply(row, *row.arguments(leaves))
            continue
        try:
            z = apply(row, *row.arguments(leaves)).data
        except RangeError:
            z = inf
        if not math.isfinite(z) and all(map(math.isfinite, operands)):
            exact = abs(reference(row)(*map(mpmath.mpf, operands)))
            overflows = exact > mpmath.mpf(2) ** 1023
            assert overflows, f"{row.symbol}{operands} is {mpmath.nstr(exact, 4)}, but overflows on the way"


@each_row
def test_the_domain_over_arrays_is_the_domain_over_floats(row):
    """A domain is written once and reads the same elementwise."""
    for operands in all_operands(row) if row.domain else ():
        assert bool(row.domain(arrays, *map(np.float64, operands))) == inside(row, operands)


@each_row
def test_finite_derivatives_are_finite_wherever_the_value_is(row):
    """The sweep passes over such rows where nothing comes from above: 0 times a partial must be 0 there."""
    for operands in itertools.product(SPECIAL, repeat=row.arity or 2):
        z = row.value(ieee, operands)
        if row.finite_derivatives and math.isfinite(z):
            assert all(map(math.isfinite, row.local_derivatives(ieee, z, operands))), operands


@each_row
def test_nan_passes_through_a_row(row):
    """What is computed from nan is nan, over floats and arrays alike, unless it is constant."""
    operands = [nan] * (row.arity or 2)
    with np.errstate(all="ignore"):
        over_arrays = row.value(arrays, [np.array([x]) for x in operands])
    constant = row is power(0.0)
    assert math.isnan(row.value(ieee, operands)) is not constant
    assert bool(np.isnan(over_arrays).all()) is not constant
