"""Work: every number of a trace as a person has it, who rounds on the way or has slipped."""

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scalargrad.checking.claims import Claim, Precision
from scalargrad.checking.exact import evaluated, exact, sloped, sloped_otherwise
from scalargrad.checking.had import Had, given
from scalargrad.checking.places import HANDED_ON, Place, ancestry, partner
from scalargrad.checking.rounding import Rounding
from scalargrad.checking.spans import EXACTLY, Span, reach
from scalargrad.primitives.scalars import ieee
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList


class Work:
    """Compute each place from the numbers that a person has at the places before.

    `at(place)` is what the place gives, `keep` what the person goes on with.  Places are to be taken in the
    order of the work; what has no value at the person's numbers, the logarithm of a negative one, gives
    way to the exact number, so that nan and infinities do not spread.
    """

    m: Any = ieee  # the namespace in which rows and slips are read

    def __init__(
        self,
        trace: WengertList,
        precision: Precision,
        rate: float | None = None,
        rounding: Rounding | None = None,
    ) -> None:
        self.trace, self.precision, self.rate = trace, precision, rate
        self.rounding = precision.rounding if rounding is None else rounding
        self.had: dict[Place, Had] = {}
        self._shares: dict[Edge, Place] = {}  # those that are claimed: their contributions follow from them
        self._wrong: set[Place] = set()
        self._rounded: set[Place] = set()  # have no more digits than the person keeps

    def number(self, place: Place) -> float:
        """Return the number that the person goes on with."""
        return self.had[place].number

    def value(self, v: Instruction) -> float:
        """Return the value that the person has of an instruction; of a leaf it is given from the start."""
        place = Place("value", v)
        return v.value if place not in self.had and not v.parents else self.had[place].number

    def knows(self, v: Instruction) -> bool:
        """Tell whether the person has the value of an instruction."""
        return not v.parents or Place("value", v) in self.had

    def adjoint(self, v: Instruction) -> float:
        """Return the adjoint that the person has of an instruction."""
        return self.had[Place("adjoint", v)].number

    def decimals(self, place: Place) -> int | None:
        """Return the decimals that a number is written with: all it has, where it is given."""
        if place.kind == "value" and not place.v.parents:
            return len(repr(self.value(place.v)).partition(".")[2])
        return self.precision.decimals

    def contribution(self, edge: Edge) -> float:
        """Return upstream adjoint × local derivative of an edge, as the person has it."""
        return self.had[Place("contribution", edge.parent, edge)].number

    def local(self, edge: Edge) -> float:
        """Return the local derivative of an edge at the person's numbers."""
        return self._local(edge).number

    # ---- what a place gives

    def at(self, place: Place) -> Had:
        """Return what a place gives at the numbers before it, not rounded yet."""
        match place:
            case Place("value", v):
                had = self._value(v)
            case Place("adjoint", v):
                had = self._adjoint(v)
            case Place("contribution", _, Edge() as edge) if edge in self._shares:
                had = self._of_share(self._shares[edge])
            case Place("contribution", _, Edge() as edge):
                had = self._times(self.had[Place("adjoint", edge.child)], edge)
            case Place("local", _, Edge() as edge):
                had = self._local(edge)
            case Place("share", _, Edge() as edge, Instruction() as of):
                had = self._share(edge, of)
            case Place("derivative", v, _, Instruction() as of):
                had = self._between(of, v)
            case _:
                had = self._updated(place.v)
        return self._finite(had, place)

    def keep(self, place: Place, had: Had, claim: Claim | None = None, is_right: bool = True) -> None:
        """Go on with what a place gave, rounded as what is not written down, or with what is claimed.

        Who wrote a rounded number may go on with that or with the one before the rounding.
        """
        if claim is None:
            self._keep_unwritten(place, had)
            return
        self._rounded.add(place)
        before = had.span.clipped(claim.meant) if is_right else claim.meant
        self.had[place] = Had(claim.number, Span.of((claim.number, *before)))
        if not is_right:
            self._wrong.add(place)
        if place.kind == "share" and place.edge is not None:
            self._shares[place.edge] = place

    def _keep_unwritten(self, place: Place, had: Had) -> None:
        error = self._error(had.number)
        is_given = place.kind == "value" and not place.v.parents
        if (is_given and error is not EXACTLY) or self._is_all_of_an_adjoint(place):
            self.had[place] = had  # a given number is not rounded, and the adjoint is rounded once
            return
        self.had[place] = had if is_given or self._is_a_sum(place) else had.moved(error)
        self._rounded.add(place)

    def _is_all_of_an_adjoint(self, place: Place) -> bool:
        """Tell whether nothing is added to a contribution: it is written as the adjoint."""
        return place.kind == "contribution" and len(self.trace.uses[place.v]) == 1

    def _is_a_sum(self, place: Place) -> bool:
        """Tell whether a number is made of rounded ones so that it has no digits of its own to round.

        It is one of them, with a sign at most, or where sums keep to the decimals, any sum.
        """
        row = place.v.primitive
        if place.kind == "value" and row is not None and row.lists == 2:
            return self.rounding.is_kept_by_sums  # of products, that are rounded one by one
        summands = [each for each in self._summands(place) if self.had[each].number]
        is_kept = len(summands) == 1 or self.rounding.is_kept_by_sums
        return bool(summands) and is_kept and self._rounded.issuperset(summands)

    def _summands(self, place: Place) -> Iterator[Place]:
        """Yield what a number is the plain sum of, with signs; nothing for any other number."""
        v, edge = place.v, place.edge
        if place.kind == "value" and _hands_on(v):
            yield from (Place("value", parent) for parent in v.parents)
        elif place.kind == "contribution" and edge and _hands_on(edge.child):
            yield Place("adjoint", edge.child)
        elif place.kind == "adjoint":
            for use in self.trace.uses[v]:
                contribution = Place("contribution", v, use)
                is_that = self._is_all_of_an_adjoint(contribution) and _hands_on(use.child)
                yield Place("adjoint", use.child) if is_that else contribution

    def share(self, edge: Edge) -> Place | None:
        """Return the claimed share that the contribution of an edge follows from, if there is one."""
        return self._shares.get(edge)

    # ---- with what it is computed: numbers whose spans go with them

    def _reach(self, function: Callable[[Sequence[Any]], Any], operands: Sequence[Had]) -> Had:
        """Return f(x₁, …, xₖ) with where rounding of its operands may lead."""
        return Had(*reach(function, [had.number for had in operands], [had.span for had in operands]))

    def _finite(self, had: Had, place: Place) -> Had:
        """Return what a place gives, or the exact number where it gives none."""
        if math.isfinite(had.number):
            return had if math.isfinite(had.span.low + had.span.high) else given(had.number)
        return given(exact(place, self.rate))

    def _error(self, x: float) -> Span:
        """Return what rounding may add to a number that is not written down."""
        return self.rounding.error(x)

    # ---- each kind of place

    def _value(self, v: Instruction) -> Had:
        if v.primitive is None:
            return given(v.value)
        operands = [self.had[Place("value", parent)] for parent in v.parents]
        had = self._reach(functools.partial(evaluated, v, m=self.m), operands)
        return had.moved(self._error_of_terms(v, operands))

    def _error_of_terms(self, v: Instruction, operands: Sequence[Had]) -> Span:
        """Return what it adds to a weighted sum if each of its products is rounded."""
        if v.primitive is None or v.primitive.lists != 2:
            return EXACTLY
        weights, inputs = v.primitive.arguments([had.number for had in operands])
        return functools.reduce(Span.plus, (self._error(w * x) for w, x in zip(weights, inputs)), EXACTLY)

    def _local(self, edge: Edge) -> Had:
        place = Place("local", edge.parent, edge)
        if place in self.had:
            return self.had[place]
        if (factor := partner(edge)) is not None:  # nothing else of the product, or of the sum of them
            return self.had[Place("value", factor)]
        child = edge.child
        operands = [self.had[Place("value", each)] for each in (child, *child.parents)]
        local = self._reach(functools.partial(sloped, edge, m=self.m), operands)
        if Place("value", child) in self._wrong:
            others = sloped_otherwise(edge, [had.number for had in operands])
            return Had(local.number, Span.of((*local.span, *others)))
        return local

    def _times(self, above: Had, edge: Edge) -> Had:
        """Return upstream adjoint × local derivative."""
        local = self._local(edge)
        return self._product(above, local.moved(self._error_of_factor(edge, local, above)))

    def _error_of_factor(self, edge: Edge, local: Had, above: Had) -> Span:
        """Return what it adds to a local derivative if it is rounded before it is multiplied.

        The other factor of a product is rounded already, as a value.
        """
        is_the_product = abs(above.number) == 1.0
        return EXACTLY if is_the_product or partner(edge) is not None else self._error(local.number)

    def _product(self, one: Had, other: Had) -> Had:
        return self._reach(lambda factors: factors[0] * factors[1], [one, other])

    def _adjoint(self, v: Instruction) -> Had:
        if v is self.trace.output:
            return given(1.0)
        return self._sum([self.had[Place("contribution", v, edge)] for edge in self.trace.uses[v]])

    def _sum(self, handed: Sequence[Had]) -> Had:
        low, high = (math.fsum(ends) for ends in zip(*(had.span for had in handed))) if handed else (0.0, 0.0)
        return Had(math.fsum(had.number for had in handed), Span(low, high))

    def _share(self, edge: Edge, of: Instruction) -> Had:
        above = self.had[Place("adjoint", of)]
        whole = self._times(self.had[Place("adjoint", edge.child)], edge)
        return self._reach(lambda x: self.m.divide(*x), [whole, given(above.number)])

    def _between(self, of: Instruction, by: Instruction) -> Had:
        """Return ∂of/∂by by a sweep of its own, along all paths."""
        found = {of: given(1.0)}
        leading = ancestry(of)
        for v in reversed(self.trace.instructions[by.index : of.index]):
            handed = [
                self._times(found[edge.child], edge)
                for edge in self.trace.uses[v]
                if edge.child in found and edge.child in leading
            ]
            if handed:
                found[v] = self._sum(handed)
        return found.get(by, given(0.0))

    def _of_share(self, place: Place) -> Had:
        assert place.of is not None
        return self._product(self.had[place], self.had[Place("adjoint", place.of)])

    def _updated(self, v: Instruction) -> Had:
        before, rate = self.value(v), self.rate or 0.0
        return self._reach(lambda x: before - rate * x[0], [self.had[Place("adjoint", v)]])


def _hands_on(v: Instruction) -> bool:
    return v.primitive is not None and v.primitive.name in HANDED_ON
