"""Claims for leaves: a number that was given, or the weight after a step of descent."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scalargrad.checking.claims import Claim, claims_of
from scalargrad.checking.places import Place
from scalargrad.notation.numbers import number
from scalargrad.wengert.list import WengertList

SURE = 1e-3  # a rate that is read off a new weight is to be this exact
FEWEST_FIGURES = 2  # of a rate: 0.5, 0.05, 0.25


class Told(NamedTuple):
    """What a number claimed for a leaf is found to be, with the learning rate that this needs."""

    place: Place
    meant: Place
    rate: float
    says: str


def new_weights(claimed: Mapping[Place, Claim], rate: float | None) -> Iterator[Told]:
    """Yield the numbers claimed for leaves that are not as given but as after a step, w - η ∂E/∂w.

    Without a rate it is read off the number, if it comes out round.
    """
    for place, claim in claimed.items():
        v = place.v
        if place.kind != "value" or v.parents or claim.meant.low <= v.value <= claim.meant.high:
            continue
        if (eta := _rate(claim, v.value, v.adjoint) if rate is None else rate) is None:
            continue
        new = v.value - eta * v.adjoint
        if claim.meant.low <= new <= claim.meant.high:
            written = f"{claim.name} = {number(claim.number, claim.decimals)}"
            says = f"{written} is read as {claim.name}+, the weight after a step"
            with_rate = f" with the rate {eta:g}" if rate is None else ""
            says += f"{with_rate}; {claim.name} itself is {number(v.value)}."
            yield Told(place, place._replace(kind="updated"), eta, says)


def after_the_step(trace: WengertList, numbers: Mapping[str, str], rate: float) -> set[str]:
    """Return the names of leaves whose numbers are not those given but w - η ∂E/∂w.

    >>> from scalargrad import Value, trace
    >>> w = Value(3.0, label="w")
    >>> after_the_step(trace(w * 0.5), {"w": "2.95"}, 0.1)
    {'w'}
    """
    claims, _ = claims_of(numbers)
    claimed = {Place("value", trace[claim.name]): claim for claim in claims}
    return {told.place.v.name for told in new_weights(claimed, rate)}


def _rate(claim: Claim, before: float, gradient: float) -> float | None:
    """Return the round learning rate that leads from a weight to the claimed one, None if there is none."""
    if not gradient or (before - claim.number) / gradient <= 0:
        return None
    rate = (before - claim.number) / gradient
    if claim.unit > SURE * abs(before - claim.number):
        return None
    rounded = float(f"{rate:.{FEWEST_FIGURES}g}")
    return rounded if math.isclose(rate, rounded, rel_tol=SURE) else None
