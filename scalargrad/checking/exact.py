"""What is exact: the number of a place, or what a row gives at other numbers."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from scalargrad.checking.places import Place, ancestry
from scalargrad.engine.sweep import adjoints
from scalargrad.primitives.scalars import ieee
from scalargrad.wengert.instruction import Edge, Instruction


def exact(place: Place, rate: float | None) -> float:
    """Return the number of a place in exact arithmetic."""
    v, edge, of = place.v, place.edge, place.of
    if place.kind == "value":
        return v.value
    if place.kind == "adjoint":
        return v.adjoint
    if place.kind == "updated":
        return v.value - (rate or 0.0) * v.adjoint
    if edge is None:
        return _derivative(of, v) if of is not None else math.nan
    if place.kind == "local":
        return edge.local
    contribution = edge.child.adjoint * edge.local
    return contribution if of is None else contribution / of.adjoint if of.adjoint else math.nan


def _derivative(of: Instruction, by: Instruction) -> float:
    order = sorted(ancestry(of), key=lambda v: v.index)
    return float(adjoints(order, 1.0, lambda v: zip(v.parents, v.partials)).get(by, 0.0))


def evaluated(v: Instruction, operands: Sequence[Any], m: Any = ieee) -> Any:
    """Return f(x₁, …, xₖ) of an instruction at other operands; nan where it has no value, and for a leaf."""
    try:
        return v.primitive.value(m, operands) if v.primitive else math.nan
    except (ArithmeticError, ValueError):
        return math.nan


def sloped(edge: Edge, numbers: Sequence[Any], m: Any = ieee) -> Any:
    """Return the local derivative of an edge at z and the operands."""
    assert edge.child.primitive is not None
    return edge.child.primitive.local_derivatives(m, numbers[0], numbers[1:])[edge.position]


def sloped_otherwise(edge: Edge, numbers: Sequence[float]) -> Iterable[float]:
    """Yield the local derivative after a wrong z: computed from the operands, or by which was chosen."""
    z, *operands = numbers
    yield sloped(edge, [evaluated(edge.child, operands), *operands])
    if edge.child.primitive and edge.child.primitive.name in {"maximum", "minimum"}:
        yield 1.0 * (abs(z - operands[edge.position]) < 1e-6)
