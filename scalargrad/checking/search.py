"""The search for the smallest explanation of a wrong number: one slip, wherever it was made."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scalargrad.checking.claims import Claim
from scalargrad.checking.places import Place
from scalargrad.checking.slip import Guess, Slip
from scalargrad.checking.slips import SLIPS
from scalargrad.checking.spans import Span, around
from scalargrad.checking.work import BOUND, Had, Work
from scalargrad.wengert.instruction import Edge

# Rows whose local derivatives do not depend on values.
HANDED_ON = frozenset({"add", "subtract", "negative", "positive", "total"})
UNKNOWN = 0.1  # of all slips, those that no row states
FURTHER = 4.0  # a further number that a slip leaves unexplained: e⁻⁴ as likely
LIKELY = 0.4  # of all chance, what is said has this much
ALSO_LIKELY = 0.3  # of the chance of the first, what is said beside it
NEAR = 0.8  # the share of slips that are made at the number itself, where they can be made there
TRIED, MEMBERS = 12, 6  # explanations, with the places for each, that are held against the rest of the work
GENERAL = "sign reversed"
MISREAD = 0.1  # what is given is rarely misread


class Assumption(NamedTuple):
    """A slip that is supposed to be made at a place, or wherever it applies."""

    slip: Slip
    variant: str
    place: Place | None
    words: str

    def guess(self, work: Work, place: Place) -> float | None:
        """Return the number that the slip gives at a place, None where it is not made there."""
        if self.place is not None and self.place != place:
            return None
        guesses = self.slip.at(work, place)
        return next((guess.number for guess in guesses if guess.variant == self.variant), None)


@dataclass(frozen=True)
class Explanation:
    """What is said of a wrong number: one assumption, two that fit as well, or none."""

    assumptions: tuple[Assumption, ...] = ()


class Tried(NamedTuple):
    """An assumption with the number it gives at the claim, made at the claim or on the way to it."""

    assumption: Assumption
    number: float
    is_near: bool
    had: float


class Candidate(NamedTuple):
    """An assumption with the number it gives at the claim and how likely it is."""

    assumption: Assumption
    number: float
    chance: float


def explain(
    work: Work,
    claimed: Mapping[Place, Claim],
    place: Place,
    known: Sequence[Assumption],
    left_over: Callable[[Assumption | None], int],
) -> Explanation:
    """Return the likeliest explanation of a claim that nothing honest gives.

    `work` holds all numbers before it.  `left_over` counts the claims that are still wrong when the whole
    work is done under an assumption: one slip that explains all later numbers beats several.
    """
    claim, had = claimed[place].as_exact_as(work.precision), work.number(place)
    slack = max(claim.unit, *(abs(end - had) for end in work.had[place].span))
    window = claim.telling + 2 * slack
    candidates = _fitting(claim, _guesses(work, claimed, place), known, slack)
    unknown = UNKNOWN * min(1.0, window / max(abs(had), abs(claim.number), 1e-12))
    unknown *= math.exp(-FURTHER * left_over(None))
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.assumption.slip.name, f"{candidate.number:.9g}"].append(candidate)
    first = sorted(groups.values(), key=lambda group: -sum(c.chance for c in group))[:TRIED]
    weighed = []
    for group in first:
        # Of one slip that gives one number, the place that explains most; of equals, the nearest.
        members = sorted(group, key=lambda c: c.chance)[: -MEMBERS - 1 : -1]
        left, best = min(((left_over(c.assumption), i) for i, c in enumerate(members)), default=(0, 0))
        chance = sum(c.chance for c in group) * math.exp(-FURTHER * left)
        weighed.append((chance, members[best].assumption))
    weighed.sort(key=lambda each: -each[0])
    total = sum(chance for chance, _ in weighed)
    said = [each for each in weighed[:2] if each[0] >= ALSO_LIKELY * weighed[0][0]]
    if total < unknown or sum(chance for chance, _ in said) < LIKELY * total:
        return Explanation()
    return Explanation(_without_the_general([assumption for _, assumption in said]))


def _without_the_general(said: Sequence[Assumption]) -> tuple[Assumption, ...]:
    """Return what is to be said, without "the sign is reversed" where another says how."""
    special = tuple(assumption for assumption in said if assumption.slip.name != GENERAL)
    return special or tuple(said)


def _fitting(
    claim: Claim,
    guesses: Mapping[Slip, list["Tried"]],
    known: Sequence[Assumption],
    slack: float,
) -> list[Candidate]:
    """Return the assumptions that give the claimed number, with their chances by it alone."""
    found = []
    for slip, tried in guesses.items():
        chance = slip.weight / 1000 * (5 if any(slip is each.slip for each in known) else 1)
        near = sum(each.is_near for each in tried)
        for assumption, number, is_near, had in tried:
            share = (NEAR if near < len(tried) else 1.0) / near if is_near else (1 - NEAR if near else 1.0)
            share = share if is_near else share / (len(tried) - near)
            bound = max(slack, slack * abs(number / had)) if had else slack
            span = around(number, BOUND).clipped(Span(number - bound, number + bound))
            if math.isfinite(number) and span.meets(claim.meant):
                at = assumption.place
                if at is not None and at.kind == "value" and not at.v.parents:
                    share *= MISREAD
                exactly = 1.0 if Span(number, number).meets(claim.meant) else 0.3
                found.append(Candidate(assumption, number, chance * exactly * share))
    return found


def _guesses(work: Work, claimed: Mapping[Place, Claim], place: Place) -> Mapping[Slip, list[Tried]]:
    """Return what every slip gives at the place, made there or on the way to it."""
    sharp = work.sharpened()
    cone = Cone.of(sharp, claimed, place)
    found: dict[Slip, list[Tried]] = {}
    had = sharp.number(place)
    for slip in SLIPS:
        everywhere: dict[str, list[tuple[Place, Guess]]] = defaultdict(list)
        for each in cone.places:
            for guess in slip.at(sharp, each):
                assumption = Assumption(slip, guess.variant, each, guess.words)
                number = cone.outcome(sharp, {each: guess.number})
                tried = Tried(
                    assumption, number, (each.v is place.v and each.kind != "value") or each == place, had
                )
                found.setdefault(slip, []).append(tried)
                everywhere[guess.variant].append((each, guess))
        if slip.belief:
            for variant, places in everywhere.items():
                if len(places) > 1:
                    assumption = Assumption(slip, variant, None, places[0][1].words)
                    number = cone.outcome_everywhere(sharp, assumption)
                    found[slip].append(Tried(assumption, number, False, had))
    return found


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
        places = sorted(readers, key=lambda place: order[place])
        after: dict[Place, set[Place]] = {}
        for place in reversed(places):
            after[place] = readers[place].union(*(after[reader] for reader in readers[place]))
        return cls(
            tuple(places), {p: tuple(sorted(found, key=lambda p: order[p])) for p, found in after.items()}
        )

    def outcome(self, work: Work, changed: Mapping[Place, float]) -> float:
        """Return the number of the claim if the number of one place is another."""
        (start, number), *_ = changed.items()
        kept = {place: work.had[place] for place in (start, *self.after[start])}
        work.had[start] = Had(number, Span(number, number))
        for place in self.after[start]:
            work.had[place] = work.at(place)
        outcome = work.number(self.places[-1])
        work.had.update(kept)
        return outcome

    def outcome_everywhere(self, work: Work, assumption: Assumption) -> float:
        """Return the number of the claim if a slip is made at every place that it applies to."""
        kept = {place: work.had[place] for place in self.places}
        for place in self.places:
            work.had[place] = work.at(place)
            if (number := assumption.guess(work, place)) is not None:
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
    if row.name in {"multiply", "dot"}:
        partner = (edge.position + len(child.parents) // 2) % len(child.parents)
        yield Place("value", child.parents[partner])
    else:
        yield from (Place("value", each) for each in (child, *child.parents))
