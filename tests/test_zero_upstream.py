"""The sweep passes over nodes that nothing comes down to, and loses no nan or infinity by it."""

import math

import pytest

from scalargrad import Value, dot, trace
from scalargrad.primitives.table import rows


def test_the_rows_that_networks_are_made_of_promise_it():
    """Else a dead relu would cost as much as a living one."""
    promising = {row.name for row in rows() if row.finite_derivatives}
    assert {"add", "subtract", "multiply", "relu", "total", "dot"} <= promising


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
