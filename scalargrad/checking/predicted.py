"""One number judged, of a step whose operands a person has before them."""

import math

from scalargrad.checking.check import judgement
from scalargrad.checking.claims import Claim, claims_of
from scalargrad.checking.exact import exact
from scalargrad.checking.judging import Judge
from scalargrad.checking.places import Place
from scalargrad.checking.report import Judgement
from scalargrad.wengert.list import WengertList

FIGURES = 3  # at least, of an operand that is read off a screen


def predicted(trace: WengertList, place: Place, number: str, digits: int = 4) -> Judgement:
    """Judge a value or a contribution as `check` does where the numbers it follows from are written, too.

    Those are read as having as many decimals as the number, or `digits` where it tells none, so a person may
    round them as they round the result.  Raises NumberError for what is no number.

    >>> from scalargrad.examples import example
    >>> t = WengertList.of(example("sigmoid-2-2-1").output())
    >>> place = Place("value", t["h1"])
    >>> predicted(t, place, "0.797").verdict, predicted(t, place, "0.203").remark
    ('rounded', 'the exponent in 1/(1 + e^-a1) has the wrong sign')
    """
    (claim,), precision = claims_of({_name(place): number})
    decimals = claim.decimals or digits
    known = {each: _as_written(exact(each, None), decimals, each) for each in _operands(place)}
    findings = Judge(trace, known | {place: claim}, precision, None).findings()
    return judgement(next(each for each in findings if each.place == place), claim)


def _operands(place: Place) -> dict[Place, None]:
    """Return the places of the numbers that one follows from directly, but for what is given."""
    if place.edge is None:
        return {Place("value", v): None for v in place.v.parents if v.parents}
    child = place.edge.child
    values = {Place("value", v): None for v in (*child.parents, child) if v.parents}
    return values | {Place("adjoint", child): None}


def _as_written(x: float, decimals: int, place: Place) -> Claim:
    if x and math.isfinite(x):
        decimals = max(decimals, FIGURES - 1 - math.floor(math.log10(abs(x))))
    return Claim(_name(place), round(x, decimals), 10.0**-decimals, decimals)


def _name(place: Place) -> str:
    return place.v.name if place.kind == "value" else f"d {place.v.name}"
