"""NumPy arrays read the table as floats do, elementwise."""

import itertools
import math

import numpy as np
import pytest
from laws import SPECIAL, inside, same

from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.rows import power
from scalargrad.primitives.scalars import ieee
from scalargrad.primitives.table import TABLE, rows

# NumPy takes a square root where the exponent is ½; C's pow, which floats use, gives +inf.
NUMPY_DIFFERS = {(power(0.5), (-math.inf,)), (TABLE["pow"], (-math.inf, 0.5))}

each_row = pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)


@each_row
def test_an_array_is_read_as_floats_are(row):
    """Values and local derivatives of arrays are those of floats, also at ±0, ±inf, nan and overflow."""
    arity = row.arity or 2
    points = [x for x in itertools.product(SPECIAL, repeat=arity) if (row, x) not in NUMPY_DIFFERS]
    columns = list(np.array(points).T)
    with np.errstate(all="ignore"):
        column = row.value(arrays, columns)
        slope_columns = row.local_derivatives(arrays, column, columns)
    table = np.array(np.broadcast_arrays(column, *slope_columns)).T
    for operands, over_arrays in zip(points, table):
        z = row.value(ieee, operands)
        for over_floats, over_array in zip((z, *row.local_derivatives(ieee, z, operands)), over_arrays):
            assert same(over_floats, over_array), f"{row.symbol}{operands}: {over_floats}, {over_array}"


@each_row
def test_an_array_keeps_its_shape(row):
    """A row is elementwise: operands of one shape give a result of that shape, in floats."""
    numbers = next(x for x in ([0.25, 0.5], [1.25, 1.5]) if inside(row, x[: row.arity or 2]))
    operands = [np.full((2, 3), x) for x in numbers][: row.arity or 2]
    z = row.value(arrays, operands)
    assert (z.shape, z.dtype) == ((2, 3), np.dtype(float))
    for partial in row.local_derivatives(arrays, z, operands):
        assert np.broadcast_to(partial, (2, 3)).dtype == np.dtype(float)


def test_arrays_and_numbers_mix():
    """Operands are broadcast, as NumPy does."""
    x = np.array([[1.0], [2.0]])
    np.testing.assert_array_equal(
        TABLE["maximum"].value(arrays, [x, np.array([0.0, 1.5])]), [[1, 1.5], [2, 2]]
    )
    np.testing.assert_array_equal(TABLE["pow"].value(arrays, [x, 2.0]), [[1], [4]])


def test_warnings_are_left_to_the_caller():
    """NumPy's own warning appears where a value leaves the domain, unless the caller expects it."""
    with pytest.warns(RuntimeWarning, match="log"):
        TABLE["log"].value(arrays, [np.array([-1.0])])
