"""The cone below a claim: what it follows from that is not written down."""

from collections.abc import Iterator, Mapping

from scalargrad.checking.claims import Claim
from scalargrad.checking.places import HANDED_ON, Place, partner
from scalargrad.checking.work import Work
from scalargrad.wengert.instruction import Edge


def cone(work: Work, claimed: Mapping[Place, Claim], top: Place) -> tuple[Place, ...]:
    """Return the places that lead to a claim over numbers that are not written down, with the claim last."""
    found, waiting = {top}, [top]
    while waiting:
        for needed in needs(work, waiting.pop()):
            if needed in work.had and needed not in claimed and needed not in found:
                found.add(needed)
                waiting.append(needed)
    return tuple(place for place in work.had if place in found)


def needs(work: Work, place: Place) -> Iterator[Place]:
    """Yield the places whose numbers a place is computed from."""
    v, edge = place.v, place.edge
    if place.kind == "value":
        yield from (Place("value", parent) for parent in v.parents)
    elif place.kind == "adjoint":
        yield from (Place("contribution", v, each) for each in work.trace.uses[v])
    elif place.kind == "updated":
        yield from (Place("value", v), Place("adjoint", v))
    elif edge is not None:
        yield from _needs_along(work, place, edge)


def _needs_along(work: Work, place: Place, edge: Edge) -> Iterator[Place]:
    local = Place("local", edge.parent, edge)
    if place.kind == "contribution" and (share := work.share(edge)) is not None:
        assert share.of is not None
        yield from (share, Place("adjoint", share.of))
        return
    if place.kind != "local":
        yield Place("adjoint", edge.child)
        if local in work.had:
            yield local
            return
    child, row = edge.child, edge.child.primitive
    if row is None or row.name in HANDED_ON:
        return
    if (factor := partner(edge)) is not None:
        yield Place("value", factor)
    else:
        yield from (Place("value", each) for each in (child, *child.parents))
