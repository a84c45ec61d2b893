"""What the rows of slips read off the graph: terms, pairs, ways, weights after a step."""

import math
from collections.abc import Iterable, Iterator, Sequence

from scalargrad.checking.exact import evaluated
from scalargrad.checking.kin import kin_of_operand
from scalargrad.checking.places import Place, partner, way
from scalargrad.checking.slip import name
from scalargrad.checking.work import Work
from scalargrad.primitives.row import SUM
from scalargrad.primitives.scalars import ieee
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList


def edge_of(place: Place) -> Edge:
    """Return the edge of a place that has one."""
    assert place.edge is not None, place
    return place.edge


def pairs(v: Instruction) -> Iterable[tuple[Instruction, Instruction]]:
    """Return the pairs of factors of a sum of products."""
    if v.primitive is None or v.primitive.lists != 2:
        return []
    weights, inputs = v.primitive.arguments(v.parents)
    return zip(weights, inputs)


def terms(work: Work, v: Instruction) -> Iterator[tuple[str, float]]:
    """Yield the terms of a sum with their signs: its products, or what is added."""
    if v.primitive is None or v.primitive.precedence != SUM:
        return
    for w, x in pairs(v):
        yield f"{name(w)}*{name(x)}", work.value(w) * work.value(x)
    if v.primitive.lists != 2:
        for sign, parent in zip(v.partials, v.parents):  # of a sum, the local derivatives are its signs
            yield name(parent), sign * work.value(parent)


def changed(work: Work, v: Instruction, position: int, x: float) -> float:
    """Return f(…, x, …), what v would be if an operand were another number; nan where it has no value."""
    operands = [work.value(parent) for parent in v.parents]
    operands[position] = x
    return float(evaluated(v, operands))


def slope(v: Instruction, x: float) -> float:
    """Return φ'(x) of v = φ(…), a function of one operand; nan where it has no value."""
    z = evaluated(v, [x])
    if v.primitive is None or math.isnan(z):
        return math.nan
    return float(v.primitive.local_derivatives(ieee, z, [x])[0])


def updated(work: Work, v: Instruction, position: int | None = None) -> float:
    """Return what v, or its local derivative, would be if its leaves had made their step of descent."""
    operands = [work.value(parent) - _step(work, parent) for parent in v.parents]
    if position is None:
        return float(evaluated(v, operands))
    assert v.primitive is not None
    return float(v.primitive.local_derivatives(ieee, work.value(v), operands)[position])


def _step(work: Work, v: Instruction) -> float:
    moves = not v.parents and v.role != "constant"
    return (work.rate or 0.0) * v.adjoint if moves else 0.0


def other_factors(work: Work, edge: Edge) -> Iterator[tuple[Instruction, Instruction]]:
    """Yield the factor that a product hands back to an operand, with what may be taken in its place."""
    if (factor := partner(edge)) is not None:
        position = edge.child.parents.index(factor)
        for other in filter(work.knows, kin_of_operand(work.trace, edge.child, position)):
            yield factor, other


def row_of_weights(edges: Sequence[Edge]) -> Sequence[Instruction]:
    """Return row i of W, where the edges from input i read column i; nothing without such a row."""
    if len(edges) < 2 or any(not edge.child.primitive or edge.child.primitive.lists != 2 for edge in edges):
        return ()
    columns = {edge.position % (len(edge.child.parents) // 2) for edge in edges}
    if len(columns) > 1 or (column := columns.pop()) >= len(edges):
        return ()
    child, position = edges[column]
    half = len(child.parents) // 2
    start = half if position < half else 0
    return child.parents[start : start + half]


def leaves(trace: WengertList, but: Instruction) -> Iterator[Instruction]:
    """Yield the other leaves that have numbers of their own."""
    return (v for v in trace if not v.parents and v is not but and v.role != "constant")


def is_read_by_a_softmax(trace: WengertList, v: Instruction) -> bool:
    """Tell whether v is a score: what exponentials or their logarithm read."""
    return any(
        edge.child.primitive and edge.child.primitive.name in {"exp", "logsumexp"} for edge in trace.uses[v]
    )


def through(trace: WengertList, edge: Edge) -> str:
    """Name the way of a contribution: by the label it leads to, unless another way leads there, too."""
    ends = [way(trace, other)[-1] for other in trace.uses[edge.parent]]
    end = way(trace, edge)[-1]
    return f"through {end.name}" if ends.count(end) == 1 else f"of {edge.child.formula}"
