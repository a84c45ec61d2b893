"""Check hand work against a trace: accept what a person may round, else name the slip."""

import math
import re
from collections.abc import Mapping
from typing import Any

from scalargrad.checking import DELTAS, Delta
from scalargrad.checking.assumption import Assumption
from scalargrad.checking.claims import Claim, Precision, claims_of
from scalargrad.checking.conventions import Conventions
from scalargrad.checking.inputs import new_weights
from scalargrad.checking.judging import Finding, Judge
from scalargrad.checking.names import Names, singly
from scalargrad.checking.places import Place
from scalargrad.checking.report import REMARKS, CheckReport, Judgement
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, UnknownNameError, known
from scalargrad.notation.numbers import number
from scalargrad.wengert.list import WengertList

WORD = re.compile(r"\w+")
MOST_DIGITS = 17  # that tell floats apart


def check(
    trace: WengertList,
    claims: Mapping[str, Any],
    digits: int | None = None,
    rate: float | None = None,
    delta: Delta | None = None,
    *,
    conventions: bool = True,
) -> CheckReport:
    """Compare claimed numbers with the trace, each read against the numbers claimed before it.

    A name is that of a value, `a1`; of an adjoint, `d w5`, `dE/dw5` or `δ_h1`; of a local or any other
    derivative, `dh1/da1`; of a contribution, `d x1 via a2`; of the weight after a step at the learning
    `rate`, `w5+`; of a weighted sum, `net_h1`, or a formula, `x1*w1 + x2*w2`.  A claim is a number, its text,
    which keeps the zeros at its end, or a list for all elements of a vector.

    It may be rounded, truncated, or computed from the person's own rounded numbers, to decimals or
    figures; how far is read off the claims, unless `digits` gives the decimals of all of them.  Of the
    first wrong number the slip that explains most is named, and what follows from it is not blamed.
    Books that define δ = -∂E/∂z, or leave out the ½ of a squared error, are recognised where `conventions`
    are open, as they are not on a sheet that says what is asked; `delta` is "positive" or "negative" to say
    the former.

    Raises UnknownNameError for an unknown step, NumberError for what is no number, ShapeError for a
    list of another length, OperandError for decimals or a rate that cannot be.

    >>> from scalargrad.examples import example
    >>> t = WengertList.of(example("sigmoid-2-2-1").output())
    >>> check(t, {"net_h1": "1.367", "dh1/da1": "0.162", "h": [0.797, 0.441]}).ok
    True
    """
    if not isinstance(claims, Mapping):
        message = f"expected names with their numbers, such as {{'a1': 1.367}}, got {claims!r:.40}"
        raise UnknownNameError(message)
    if digits is not None and not 0 <= digits <= MOST_DIGITS:
        message = f"expected 0 to {MOST_DIGITS} decimals, got digits={digits}"
        raise OperandError(message)
    if rate is not None and not 0 < rate < math.inf:
        message = f"expected a positive learning rate, got {rate!r}"
        raise OperandError(message)
    if not claims:
        example = f"{trace.output.name}={number(trace.output.value, 3)}"
        raise UnknownNameError(f"there is nothing to check: give at least one number, such as {example}")
    claimed, precision = _claimed(trace, claims, digits)
    moved = list(new_weights(claimed, rate))
    for told in moved:
        claimed[told.meant] = claimed.pop(told.place)
        rate = told.rate
    _need_a_rate(claimed, rate)
    sign = None if delta is None else known("delta", delta, DELTAS)
    found = Conventions(trace, claimed, precision).found(sign) if conventions else []
    factors = {place: math.prod(each.factors.get(place, 1.0) for each in found) for place in claimed}
    if rate is not None:
        rate *= math.prod(each.of_gradients for each in found)
    read = {place: claim.times(1 / factors[place]) for place, claim in claimed.items()}
    findings = Judge(trace, read, precision, rate).findings()
    judgements = tuple(judgement(each, claimed[each.place], factors[each.place]) for each in findings)
    unnamed = _unnamed(trace, " ".join(each.remark for each in judgements))
    return CheckReport(judgements, (*(told.says for told in moved), *(each.says for each in found), *unnamed))


def _claimed(
    trace: WengertList, claims: Mapping[str, Any], digits: int | None
) -> tuple[dict[Place, Claim], Precision]:
    """Return the claims by the places that they are for, with their precision."""
    names = Names(trace)
    named = {trace[key].name if isinstance(key, Value) else key: number for key, number in claims.items()}
    if len(named) < len(claims):
        raise UnknownNameError("a Value and its name are the same step: give its number once")
    listed, precision = claims_of(singly(names, named), digits)
    claimed: dict[Place, Claim] = {}
    for claim in listed:
        place = names.place(claim.name)
        if place in claimed:
            message = f"{claimed[place].name} and {claim.name} are the same number: give it once"
            raise UnknownNameError(message)
        claimed[place] = claim
    return claimed, precision


def _unnamed(trace: WengertList, remarks: str) -> list[str]:
    """Return what values are that remarks call by a name which nobody has given them."""
    computed = {v.name: v for v in trace if v.parents and not v.is_named}
    found: dict[str, str] = {}
    waiting = [name for name in WORD.findall(remarks) if name in computed]
    while waiting:
        if (name := waiting.pop()) not in found:
            found[name] = computed[name].formula
            waiting += [parent.name for parent in computed[name].parents if parent.name in computed]
    listed = ", ".join(f"{name} = {found[name]}" for name in computed if name in found)
    return [f"Here {listed}."] if found else []


def _need_a_rate(claimed: Mapping[Place, Claim], rate: float | None) -> None:
    new = next((claim.name for place, claim in claimed.items() if place.kind == "updated"), None)
    if rate is None and new is not None:
        message = f"{new} is a weight after a step of descent: give the learning rate, such as rate=0.5"
        raise OperandError(message)


def judgement(finding: Finding, claim: Claim, factor: float = 1.0) -> Judgement:
    """Return what is shown of a finding, in the numbers and the convention of the person."""
    assumptions, first = finding.explanation.assumptions, finding.explanation.first
    said = dict.fromkeys(_said(each, finding.place) for each in assumptions)
    remark = REMARKS.get(finding.verdict, "") or "; or ".join(said)
    if finding.verdict == "wrong" and not remark:
        look = f"look first at {_called(first)}, which is not written" if first else "compute it once more"
        remark = f"no known slip gives this number: {look}"
    v = finding.place.v
    if finding.verdict == "wrong" and finding.place.kind == "value" and not v.parents:
        remark = f"{v.name} is given as {number(v.value)}" + (f": {remark}" if remark else "")
    slips = tuple(a.slip.name for a in assumptions)
    exact = finding.exact * factor
    return Judgement(
        claim.name, claim.number, claim.decimals, exact, finding.verdict, remark, slips, finding.place.kind
    )


def _said(assumption: Assumption, place: Place) -> str:
    """Return the words for a slip, with where it was made if that is not the claim itself."""
    at = assumption.place
    if at is None:
        return f"throughout, {assumption.words}"
    if at.v.is_named and at.v is not place.v and at.kind in {"value", "adjoint"}:
        return f"on the way, at {_called(at)}: {assumption.words}"
    return assumption.words


def _called(place: Place) -> str:
    return f"d {place.v.name}" if place.kind == "adjoint" else place.v.name
