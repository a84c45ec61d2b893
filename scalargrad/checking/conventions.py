"""Conventions: what books define in one way or another, recognised from the work."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from scalargrad.checking import Delta
from scalargrad.checking.claims import Claim, Precision
from scalargrad.checking.names import is_delta
from scalargrad.checking.places import Place, order_of_work, reached
from scalargrad.checking.spans import Span
from scalargrad.checking.work import Work
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

if TYPE_CHECKING:
    from scalargrad.checking.had import Had

TELLING = 3.0  # a number of fewer units is too small to tell its sign or its double


class Convention(NamedTuple):
    """What a book defines otherwise: by which factors its numbers differ from those of the trace."""

    says: str
    factors: Mapping[Place, float]
    of_gradients: float = 1.0


class Conventions:
    """Compare claims with honest work, to see by which common factor they differ from it."""

    def __init__(self, trace: WengertList, claimed: Mapping[Place, Claim], precision: Precision) -> None:
        self.trace, self.claimed = trace, claimed
        work = Work(trace, precision)
        self.honest: dict[Place, Had] = {}
        for place in order_of_work(trace, claimed):
            self.honest[place] = work.at(place)
            work.keep(place, self.honest[place])

    def found(self, delta: Delta | None = None) -> list[Convention]:
        """Return the conventions that the work follows; `delta` says that of δ from the start."""
        conventions = [self._of_the_half(k) for k in (2.0, 0.5)]
        found = [convention for convention in conventions if convention is not None][:1]
        scale = found[0].of_gradients if found else 1.0
        if (turned := self._of_delta(delta, scale)) is not None:
            found.append(turned)
        return found

    def _fits(self, place: Place, factor: float) -> bool:
        had, claim = self.honest[place], self.claimed[place]
        return claim.meant.meets(Span.of(x * factor for x in had.bounded))

    def _is_telling(self, place: Place) -> bool:
        return abs(self.honest[place].number) > TELLING * self.claimed[place].unit

    def _of_delta(self, delta: Delta | None, scale: float) -> Convention | None:
        """Return δ = -∂E/∂z where what is called δ is turned, and derivatives by leaves are not.

        A derivative that is written as one, `d h1`, says its sign; it is turned only where `delta` says so.
        """
        adjoints = [p for p in self.claimed if p.kind == "adjoint" and p.v is not self.trace.output]
        inner = [place for place in adjoints if place.v.parents]
        if delta == "positive" or not inner:
            return None
        if delta is None:
            inner = [place for place in inner if is_delta(self.claimed[place].name)]
            telling = [place for place in inner if self._is_telling(place)]
            plain = any(self._fits(place, scale) for place in telling)
            given = [p for p in adjoints if not p.v.parents and self._is_telling(p)]
            if plain or any(self._fits(p, -scale) for p in given):
                return None
            if not any(self._fits(place, -scale) for place in telling):
                return None
        says = "Read with δ = -∂E/∂z, as some books define it: derivatives by computed values are turned."
        return Convention(says, dict.fromkeys(inner, -1.0))

    def _of_the_half(self, k: float) -> Convention | None:
        """Return the loss with or without its ½ where the loss and what follows from it differ by that."""
        terms = _loss_terms(self.trace)
        if not any(_is_half_a_square(v) if k == 2 else _is_square(v) for v in terms):
            return None
        losses = [place for place in self.claimed if place.kind == "value" and place.v in terms]
        handed = [place for place in self.claimed if _is_scaled(place, terms)]
        telling = [place for place in (*losses, *handed) if self._is_telling(place)]
        plain = any(self._fits(place, 1.0) or self._fits(place, -1.0) for place in telling)
        for each in (losses, handed):
            if plain or not any(self._fits(p, k) or self._fits(p, -k) for p in each if p in telling):
                return None
        how = "without the ½" if k == 2 else "with ½"
        says = f"Read with the squared error {how}: it has {'twice' if k == 2 else 'half'} the derivatives."
        return Convention(says, dict.fromkeys((*losses, *handed), k), k)


def _is_scaled(place: Place, terms: set[Instruction]) -> bool:
    """Tell whether a place is a derivative of the loss, or of a term of it."""
    if place.kind in {"share", "derivative"}:
        return place.of in terms
    return place.kind in {"adjoint", "contribution"} and place.v not in terms


def _loss_terms(trace: WengertList) -> set[Instruction]:
    """Return the output with what is added up in it."""
    return reached(trace.output, lambda v: filter(_is_computed, v.parents) if _is_sum(v) else ())


def _is_computed(v: Instruction) -> bool:
    return bool(v.parents)


def _is_sum(v: Instruction) -> bool:
    return v.primitive is not None and v.primitive.name in {"add", "total", "positive"}


def _is_square(v: Instruction) -> bool:
    """Tell whether v is a squared error: the square of a difference."""
    if v.primitive is None or len(set(v.parents)) != 1:
        return False
    error = v.parents[0].primitive
    is_squared = v.primitive.symbol == "power(2)" or v.primitive.name == "multiply"
    return is_squared and error is not None and error.name == "subtract"


def _is_half_a_square(v: Instruction) -> bool:
    if v.primitive is None or v.primitive.name not in {"multiply", "divide"}:
        return False
    half = {"multiply": 0.5, "divide": 2.0}[v.primitive.name]
    constants = [p for p in v.parents if p.role == "constant" and p.value == half]
    return bool(constants) and any(_is_square(p) for p in v.parents)
