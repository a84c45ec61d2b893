"""The cone below a claim: what it follows from that is not written down."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from scalargrad.checking.claims import Claim
from scalargrad.checking.places import Place, partner
from scalargrad.checking.spans import Span
from scalargrad.checking.work import Had, Work
from scalargrad.wengert.instruction import Edge

# Rows whose local derivatives do not depend on values.
HANDED_ON = frozenset({"add", "subtract", "negative", "positive", "total"})


@dataclass(frozen=True)
class Cone:
    """The places that lead to a claim over numbers that are not written down, with the claim last."""

    places: tuple[Place, ...]
    after: Mapping[Place, tuple[Place, ...]]  # what depends on each of them, in order

    @classmethod
    def of(cls, work: Work, claimed: Mapping[Place, Claim], top: Place) -> "Cone":
        """Return the cone below a claim."""
        order = {place: i for i, place in enumerate(work.had)}
        readers: dict[Place, set[Place]] = {top: set()}
        waiting = [top]
        while waiting:
            place = waiting.pop()
            for needed in needs(work, place):
                if needed in claimed or needed not in order:
                    continue
                if needed not in readers:
                    readers[needed] = set()
                    waiting.append(needed)
                readers[needed].add(place)
        places = sorted(readers, key=order.__getitem__)
        after: dict[Place, set[Place]] = {}
        for place in reversed(places):
            after[place] = readers[place].union(*(after[reader] for reader in readers[place]))
        in_order = {place: tuple(sorted(found, key=order.__getitem__)) for place, found in after.items()}
        return cls(tuple(places), in_order)

    def outcome(
        self, work: Work, slipped: Callable[[Place], float | None], start: Place | None = None
    ) -> float:
        """Return the number of the claim if some places have other numbers, from `start` or the first on.

        `slipped` is asked for each place when those before it are worked out.
        """
        redone = self.places if start is None else (start, *self.after[start])
        kept = {place: work.had[place] for place in redone}
        for place in redone:
            work.had[place] = work.at(place)
            if (number := slipped(place)) is not None:
                work.had[place] = Had(number, Span(number, number))
        outcome = work.number(self.places[-1])
        work.had.update(kept)
        return outcome


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
