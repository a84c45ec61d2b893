"""Check hand work against a trace: accept what a person may round, else name the slip."""

from collections.abc import Mapping
from typing import Any

from scalargrad.checking.claims import claims_of
from scalargrad.checking.judging import Finding, Judge
from scalargrad.checking.names import Names, singly
from scalargrad.checking.places import Place
from scalargrad.checking.report import REMARKS, CheckReport, Judgement
from scalargrad.checking.search import Assumption
from scalargrad.errors import UnknownNameError
from scalargrad.wengert.list import WengertList


def check(
    trace: WengertList,
    claims: Mapping[str, Any],
    digits: int | None = None,
    rate: float | None = None,
) -> CheckReport:
    """Compare claimed numbers with the trace: `a1` is a value, `d w5` the adjoint ∂output/∂w5."""
    if not claims:
        raise UnknownNameError("there is nothing to check: give at least one number, such as a1=1.367")
    names = Names(trace)
    listed, precision = claims_of(singly(names, claims), digits)
    claimed = {names.place(claim.name): claim for claim in listed}
    findings = Judge(trace, claimed, precision, rate).findings()
    return CheckReport(tuple(map(_judgement, findings)))


def _judgement(finding: Finding) -> Judgement:
    claim, assumptions = finding.claim, finding.explanation.assumptions
    remark = REMARKS.get(finding.verdict, "") or "; or ".join(dict.fromkeys(_said(a, finding.place) for a in assumptions))
    slips = tuple(a.slip.name for a in assumptions)
    return Judgement(claim.name, claim.number, claim.decimals, finding.exact, finding.verdict, remark, slips)


def _said(assumption: Assumption, place: Place) -> str:
    at = assumption.place
    if at is None:
        return f"throughout, {assumption.words}"
    if at.v.is_named and at.v is not place.v and at.kind in {"value", "adjoint"}:
        return f"on the way, at {'d ' if at.kind == 'adjoint' else ''}{at.v.name}: {assumption.words}"
    return assumption.words
