"""Judging: every claim held against the work before it, the first wrong one explained."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from scalargrad.checking.assumption import Assumption, Explanation
from scalargrad.checking.claims import LAST_BITS, Claim, Precision
from scalargrad.checking.cone import cone
from scalargrad.checking.exact import exact
from scalargrad.checking.had import BOUND, Had
from scalargrad.checking.places import Place, order_of_work
from scalargrad.checking.search import explain
from scalargrad.checking.spans import Span, around
from scalargrad.checking.work import Work
from scalargrad.wengert.list import WengertList

Verdict = Literal["exact", "rounded", "truncated", "carried", "follows", "wrong", "unclear"]


@dataclass
class Finding:
    """What is found of one claim; `on` is what it rests on that is wrong and not written down."""

    place: Place
    claim: Claim
    exact: float
    verdict: Verdict
    is_predicted: bool  # by the numbers the person had before
    explanation: Explanation = field(default_factory=Explanation)


class Judge:
    """Hold the claims of one hand-in against a trace."""

    def __init__(
        self, trace: WengertList, claimed: Mapping[Place, Claim], precision: Precision, rate: float | None
    ) -> None:
        self.trace, self.claimed, self.precision, self.rate = trace, claimed, precision, rate
        order = list(order_of_work(trace, claimed))
        self.order = order[: 1 + max(i for i, place in enumerate(order) if place in claimed)]
        self.right = self._right()

    def _right(self) -> dict[Place, Verdict]:
        """Return how each claim is right that honest work can lead to, from the claims before it that are.

        Each way of rounding is a work of its own, for a person keeps to one where nothing is written.
        """
        ways = [Work(self.trace, self.precision, self.rate, way) for way in self.precision.ways]
        residue = max(abs(v.value) for v in self.trace) * sys.float_info.epsilon  # of 0.1 + 0.2 - 0.3
        found: dict[Place, Verdict] = {}
        for place in self.order:
            had, claim = [work.at(place) for work in ways], self.claimed.get(place)
            if claim is not None and (verdict := _honest(claim, exact(place, self.rate), had, residue)):
                found[place] = verdict
            for work, each in zip(ways, had):
                work.keep(place, each, claim if place in found else None)
        return found

    def findings(self) -> list[Finding]:
        """Return what is found of each claim, in the order of the work.

        One wrong number is explained at a time, and the work done again under what explains it, for
        a slip that was made where nothing is written may be what others follow from.
        """
        explained: dict[Place, Explanation] = {}
        while True:
            run = _Run(self, explained)
            findings, stopped = run.done(until_unexplained=True)
            if stopped is None:
                return findings
            known = [a for each in explained.values() for a in each.assumptions[:1]]
            left_over = partial(self._left_over, explained, stopped)
            explained[stopped] = explain(run.person, self.claimed, stopped, known, left_over)

    def _left_over(
        self, explained: Mapping[Place, Explanation], place: Place, assumption: Assumption | None
    ) -> int:
        """Return how many claims are not what the person's numbers give, under one more assumption."""
        assumed = {**explained, place: Explanation((assumption,) if assumption else ())}
        if assumed.keys() >= self.claimed.keys():
            return 0
        findings, _ = _Run(self, assumed).done(until_unexplained=False)
        return sum(not each.is_predicted for each in findings if each.place not in assumed)


def spread(trace: WengertList, precision: Precision) -> dict[Place, Span]:
    """Return where each number may lie if nothing is written and all rounded, each person in one way."""
    ways = [Work(trace, precision, rounding=way) for way in precision.ways]
    found: dict[Place, Span] = {}
    for place in order_of_work(trace, {}):
        had = [work.at(place) for work in ways]
        found[place] = Span.of(end for each in had for end in each.bounded)
        for work, each in zip(ways, had):
            work.keep(place, each)
    return found


class _Run:
    """Do the work once from the beginning, under the slips found so far."""

    def __init__(self, judge: Judge, explained: Mapping[Place, Explanation]) -> None:
        self.judge, self.explained = judge, explained
        self.assumed = [a for each in explained.values() for a in each.assumptions[:1]]
        self.person = Work(judge.trace, judge.precision, judge.rate)
        self.suspects: set[Place] = set()  # what leads to a number that nothing explains, and is not written

    def done(self, until_unexplained: bool) -> tuple[list[Finding], Place | None]:
        """Return the findings, up to the first claim that is wrong and not looked at yet, and that claim."""
        found = []
        for place in self.judge.order:
            finding = self._step(place)
            if finding is not None:
                found.append(finding)
                if finding.verdict == "wrong" and place not in self.explained:
                    if until_unexplained:
                        return found, place
                    self._go_on(place)
        return found, None

    def _step(self, place: Place) -> Finding | None:
        """Do one place; return what is found where it is claimed."""
        claim, had = self.judge.claimed.get(place), self._slipped(place)
        if claim is None:
            self.person.keep(place, had)
            return None
        self.person.had[place] = had  # an explanation starts from what it should have been
        right, verdict = exact(place, self.judge.rate), self._verdict(place, claim, had)
        if verdict == "wrong" and place not in self.explained:
            return Finding(place, claim, right, verdict, False)
        self._go_on(place)
        is_predicted = claim.meant.meets(had.span)
        return Finding(place, claim, right, verdict, is_predicted, self.explained.get(place, Explanation()))

    def _go_on(self, place: Place) -> None:
        """Go on with a claim; where it is wrong and nothing explains it, suspect what leads to it."""
        if place in self.explained and not self.explained[place].assumptions:
            on_the_way = cone(self.person, self.judge.claimed, place)[:-1]
            self.suspects |= {each for each in on_the_way if each.kind != "value" or each.v.parents}
        is_right = place in self.judge.right
        self.person.keep(place, self.person.had[place], self.judge.claimed[place], is_right)

    def _slipped(self, place: Place) -> Had:
        """Return what the person gets at a place, who may make one of the slips found so far."""
        had = self.person.had[place] = self.person.at(place)
        for assumption in self.assumed:
            if (number := assumption.guess(self.person, place)) is not None:
                share = max(abs(end - had.number) for end in had.span) / max(abs(had.number), 1e-300)
                had = Had(number, around(number, min(share, BOUND)))
        return had

    def _verdict(self, place: Place, claim: Claim, had: Had) -> Verdict:
        if place in self.judge.right:
            return self.judge.right[place]
        if place in self.explained:
            return "wrong"
        if self.explained and claim.meant.meets(had.span):
            return "follows"
        if self.suspects & set(cone(self.person, self.judge.claimed, place)):
            return "unclear"
        return "wrong"


def _honest(claim: Claim, right: float, had: Sequence[Had], residue: float) -> Verdict | None:
    """Return how a claim is right: as the exact number is written, or as honest work may come out."""
    if abs(claim.number - right) <= LAST_BITS * abs(right) + residue:
        return "exact"
    if claim.rounds(right):
        return "rounded"
    if claim.meant.meets(Span(right, right)):
        return "truncated"
    return "carried" if any(claim.meant.meets(each.bounded) for each in had) else None
