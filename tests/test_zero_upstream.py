"""The sweep passes over nodes that nothing comes down to, and loses no nan or infinity by it."""

import itertools
import math

import pytest
from laws import SPECIAL

from scalargrad import Value, dot, trace
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import rows

PROMISING = [row for row in rows() if row.finite_derivatives]


def named(row):
    return row.symbol


@pytest.mark.parametrize("row", PROMISING, ids=named)
def test_slopes_are_finite_wherever_the_value_is(row):
    """What a row with `finite_derivatives` promises, at all special numbers, infinities and nan included."""
    for operands in itertools.product(SPECIAL, repeat=row.arity or 2):
        try:
            z = row.value(strict, operands)
        except OverflowError:
            continue
        if math.isfinite(z):
            assert all(map(math.isfinite, row.local_derivatives(ieee, z, operands))), operands


def test_the_rows_that_networks_are_made_of_promise_it():
    """Else a dead relu would cost as much as a living one."""
    assert {"add", "subtract", "multiply", "relu", "total", "dot"} <= {row.name for row in PROMISING}


@pytest.mark.parametrize(
    "output",
    [
        lambda x: x.sqrt() * 0.0,
        lambda x: dot([x], [math.inf]) * 0.0,
        lambda x: (x + math.inf) * 0.0,
        lambda x: (x * math.nan) * 0.0,
        lambda x: dot([x, 1.0], [2.0, 3.0]) * 0.0,
        lambda x: (x - 1.0).relu() * 2.0,
    ],
)
def test_a_sweep_agrees_with_the_trace_also_where_nothing_comes_down(output):
    """0 · ∞ is nan in both: the trace multiplies at every edge."""
    x = Value(0.0)
    y = output(x)
    y.backward()
    adjoint = trace(y)[x].adjoint
    assert x.grad == adjoint or (math.isnan(x.grad) and math.isnan(adjoint))
