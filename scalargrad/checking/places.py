"""Places: what in a trace a claimed number is a number of."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList

# Rows that hand their adjoint on, with a sign at most: their local derivatives do not depend on values.
HANDED_ON = frozenset({"add", "subtract", "negative", "positive", "total"})

Kind = Literal["value", "local", "contribution", "share", "derivative", "adjoint", "updated"]


class Place(NamedTuple):
    """One number of the work, in the words of a textbook.

    `kind` is the "value" of v, its "adjoint", the weight "updated" by a step of descent; along the edge that
    reads v, the "local" derivative and the "contribution"; or the "share" of that in ∂of/∂v, where every path
    from v to `of` begins with the edge, and goes on from there to nothing else.  Where it does not,
    ∂of/∂v is a "derivative" by itself.
    """

    kind: Kind
    v: Instruction
    edge: Edge | None = None
    of: Instruction | None = None


def order_of_work(trace: WengertList, claimed: Mapping[Place, object]) -> Iterator[Place]:
    """Yield every place in the order in which people work: values down, then adjoints up, edge by edge.

    Of local derivatives, shares and updated weights there are those that are claimed.

    >>> from scalargrad import Value, trace
    >>> x = Value(3.0, label="x")
    >>> [f"{place.kind} {place.v.name}" for place in order_of_work(trace(x * x), {})]
    ['value x', 'value v1', 'adjoint v1', 'contribution x', 'contribution x', 'adjoint x']
    """
    extra: dict[Instruction, list[Place]] = {}
    for place in claimed:
        if place.kind in {"local", "share", "derivative"}:
            extra.setdefault(place.v, []).append(place)
    for v in trace:
        yield Place("value", v)
    for v in reversed(trace.instructions):
        yield from extra.get(v, ())
        for edge in trace.uses[v]:
            yield Place("contribution", v, edge)
        yield Place("adjoint", v)
    yield from (place for place in claimed if place.kind == "updated")


def derivative_of(trace: WengertList, of: Instruction, by: Instruction) -> Place | None:
    """Return the place of ∂of/∂by, None where `of` does not depend on it.

    >>> from scalargrad import Value, trace
    >>> x = Value(3.0, label="x")
    >>> t = trace((x * 2).exp() * 5)
    >>> [derivative_of(t, t[k], t["x"]).kind for k in (2, 3, 5)]
    ['local', 'share', 'adjoint']
    """
    if of is trace.output:
        return Place("adjoint", by)
    leading = ancestry(of)
    edges = [edge for edge in trace.uses[by] if edge.child in leading]
    if not edges:
        return None
    (edge, *others) = edges
    if not others and edge.child is of:
        return Place("local", by, edge)
    if not others and of.adjoint and _lead_only_to(trace, edge.child, of):
        return Place("share", by, edge, of)
    return Place("derivative", by, None, of)


def partner(edge: Edge) -> Instruction | None:
    """Return the other factor of a product, or of its term in a sum of products; None for other edges."""
    child, position = edge
    if child.primitive is None or child.primitive.name not in {"multiply", "dot"}:
        return None
    return child.parents[(position + len(child.parents) // 2) % len(child.parents)]


def way(trace: WengertList, edge: Edge) -> list[Instruction]:
    """Return the children that an edge leads to, up to the first that has a name."""
    found = [edge.child]
    while not edge.child.is_named and len(trace.uses[edge.child]) == 1:
        (edge,) = trace.uses[edge.child]
        found.append(edge.child)
    return found


def reached(v: Instruction, onward: Callable[[Instruction], Iterable[Instruction]]) -> set[Instruction]:
    """Return an instruction with all that one comes to from it, going on from each."""
    found = new = {v}
    while new := {other for each in new for other in onward(each)} - found:
        found |= new
    return found


def ancestry(v: Instruction) -> set[Instruction]:
    """Return all that an instruction is computed from, with itself."""
    return reached(v, lambda each: each.parents)


def _lead_only_to(trace: WengertList, v: Instruction, goal: Instruction) -> bool:
    """Tell whether every path from v to the output passes through the goal."""

    def children(each: Instruction) -> Iterable[Instruction]:
        return (edge.child for edge in trace.uses[each] if edge.child is not goal)

    return trace.output not in reached(v, children)
