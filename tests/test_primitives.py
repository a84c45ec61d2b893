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

from scalargrad.engine import functions
from scalargrad.engine.apply import apply
from scalargrad.engine.reading import values
from scalargrad.engine.value import Value
from scalargrad.errors import DomainError, OperandError, RangeError
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


def test_a_power_by_a_value_says_what_to_write():
    """A family takes constants; of powers there is a row of two Values, which the refusal names."""
    for raised in (lambda: functions.power(2.0, Value(3.0)), lambda: Value(2.0).power(Value(3.0))):
        with pytest.raises(OperandError, match=r"constant numbers .* write x\*\*y or pow\(x, y\)"):
            raised()
    assert functions.pow(2.0, Value(3.0)).data == (2.0 ** Value(3.0)).data == 8.0


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
