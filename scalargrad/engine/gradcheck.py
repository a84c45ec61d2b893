"""Check derivatives against central differences."""

import math
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalargrad.engine.node import describe, evaluation_order
from scalargrad.engine.recording import no_grad, recorded
from scalargrad.engine.sweep import adjoints, edges_of
from scalargrad.engine.value import Number, Value, as_value
from scalargrad.errors import OperandError, ShapeError

# Where rounding and truncation errors of a central difference balance: the cube root of epsilon.
STEP = sys.float_info.epsilon ** (1 / 3)


class Comparison(NamedTuple):
    """Both derivatives by one input, with whether they agree."""

    name: str
    derivative: float
    difference: float
    ok: bool

    @property
    def distance(self) -> float:
        """Return |derivative - difference| in units of the largest of them and 1; inf if not finite."""
        if self.derivative == self.difference:
            return 0.0
        gap = abs(self.derivative - self.difference)
        return gap / max(1.0, abs(self.derivative), abs(self.difference)) if math.isfinite(gap) else math.inf


class GradcheckReport(NamedTuple):
    """The comparisons of a gradient check; it is true where all of them agree."""

    comparisons: tuple[Comparison, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every derivative agrees with its central difference."""
        return all(comparison.ok for comparison in self.comparisons)

    @property
    def worst(self) -> Comparison:
        """Return the input whose two derivatives are furthest apart."""
        return max(self.comparisons, key=lambda comparison: (not comparison.ok, comparison.distance))

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        worst = self.worst
        verdict = "all agree" if self.ok else f"{sum(not c.ok for c in self.comparisons)} disagree"
        return (
            f"{len(self.comparisons)} derivatives checked, {verdict}; the furthest apart is by "
            f"{worst.name}: engine {worst.derivative:.10g}, central difference {worst.difference:.10g}"
        )


def gradcheck(
    f: Callable[..., Number],
    inputs: Sequence[Number],
    /,
    *,
    step: float = STEP,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> GradcheckReport:
    """Compare ∂f/∂xᵢ with (f(xᵢ + h) - f(xᵢ - h)) / 2h at every input; h = step · max(1, |xᵢ|).

    `f` is called with the inputs, numbers or leaf Values; Values are moved in place and put back,
    so `gradcheck(lambda *_: loss(model), model.parameters())` checks a model.  They agree where
    |derivative - difference| ≤ atol + rtol · |difference|.  Near a kink they do not.

    >>> report = gradcheck(lambda x, y: x * y.exp(), [2.0, 0.5])
    >>> report.ok, len(report.comparisons)
    (True, 2)
    """
    if not inputs:
        message = "gradcheck needs at least one input, got none"
        raise ShapeError(message)
    leaves = [x if isinstance(x, Value) else Value(x) for x in inputs]
    for leaf in leaves:
        if leaf.parents:
            message = f"gradcheck moves its inputs, and {describe(leaf)} was computed: give a leaf, .detach()"
            raise OperandError(message)
    with recorded():
        adjoint = adjoints(evaluation_order(as_value(f(*leaves))), 1.0, edges_of)
    comparisons = []
    for i, leaf in enumerate(leaves):
        derivative = adjoint.get(leaf, 0.0)
        difference = _central_difference(f, leaves, leaf, step)
        ok = derivative == difference or abs(derivative - difference) <= atol + rtol * abs(difference)
        name = describe(leaf) if leaf.label or leaf.path else f"input {i}"
        comparisons.append(Comparison(name, derivative, difference, ok))
    return GradcheckReport(tuple(comparisons))


def _central_difference(f: Callable[..., Number], leaves: Sequence[Value], leaf: Value, step: float) -> float:
    centre, order = leaf.data, leaf._order
    h = step * max(1.0, abs(centre))
    above, below = centre + h, centre - h
    try:
        with no_grad():
            leaf.data = above
            upper = float(f(*leaves))
            leaf.data = below
            lower = float(f(*leaves))
    finally:
        leaf.data = centre
        leaf._order = order  # as if nothing had happened: graphs that read it stay fresh
    return (upper - lower) / (above - below)  # the step as floats see it
