"""The search for the smallest explanation of a wrong number: one slip, wherever it was made."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from heapq import nlargest
from typing import NamedTuple

from scalargrad.checking.assumption import Assumption, Explanation
from scalargrad.checking.claims import Claim
from scalargrad.checking.cone import cone
from scalargrad.checking.had import BOUND
from scalargrad.checking.places import Place
from scalargrad.checking.slip import Guess, Slip
from scalargrad.checking.slips import SLIPS
from scalargrad.checking.spans import Span, around
from scalargrad.checking.work import Work

UNKNOWN = 0.1  # of all slips, those that no row states
FURTHER = 4.0  # a further number that a slip leaves unexplained: e⁻⁴ as likely
LIKELY = 0.4  # of all chance, what is said has this much
ALSO_LIKELY = 0.3  # of the chance of the first, what is said beside it
NEAR = 0.8  # the share of slips that are made at the number itself, where they can be made there
TRIED, MEMBERS = 12, 6  # explanations, with the places for each, that are held against the rest of the work
GENERAL = "sign reversed"
MISREAD = 0.1  # what is given is rarely misread
NEARLY = 0.3  # a number that fits only with some rounding on the way
REPEATED = 5  # times as likely is a slip that was made before


class Tried(NamedTuple):
    """An assumption with the number it gives at the claim, made at the claim or on the way to it."""

    assumption: Assumption
    number: float
    is_near: bool

    @property
    def is_of_a_given_number(self) -> bool:
        """Tell whether it is made at a leaf, whose number is there to be read."""
        at = self.assumption.place
        return at is not None and at.kind == "value" and not at.v.parents


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
    """Return the likeliest explanation of a claim that nothing honest gives, from the work before it."""
    as_written = claimed[place]
    # Zeros may have been dropped from 0.356 among numbers of five decimals; else it is rounded more coarsely.
    for claim in dict.fromkeys((as_written.as_exact_as(work.precision), as_written)):
        weighed, unknown = chances(work, {**claimed, place: claim}, place, known, left_over)
        if assumptions := _said(weighed, unknown, place):
            return Explanation(assumptions)
    seed = Place("adjoint", work.trace.output)
    before = cone(work, claimed, place)[:-1]
    steps = (each for each in before if _is_a_step(each) and each != seed)
    return Explanation(first=next(steps, None))


def chances(
    work: Work,
    claimed: Mapping[Place, Claim],
    place: Place,
    known: Sequence[Assumption],
    left_over: Callable[[Assumption | None], int],
) -> tuple[list[tuple[float, Assumption]], float]:
    """Return how likely the likeliest explanations of a claim are, with how likely it is none that is known.

    `work` holds all numbers before it.  `left_over` counts the claims that are still wrong when the whole
    work is done under an assumption: one slip that explains all later numbers beats several.
    """
    claim, had = claimed[place], work.had[place]
    slack = max(claim.unit, *(abs(end - had.number) for end in had.span))
    fitting = [
        candidate
        for slip, tried in _tried(work, cone(work, claimed, place)).items()
        for candidate in _fitting(claim, had.number, slack, slip, tried)
    ]
    repeated = {each.slip.name for each in known}
    weighed = _weighed(fitting, repeated, left_over)
    room = (claim.telling + 2 * slack) / max(abs(had.number), abs(claim.number), 1e-12)
    return weighed, UNKNOWN * min(1.0, room) * math.exp(-FURTHER * left_over(None))


def _is_a_step(place: Place) -> bool:
    """Tell whether a place is a row that a person would write, with a name to call it by."""
    return place.kind in {"value", "adjoint"} and bool(place.v.parents) and place.v.is_named


def _weighed(
    fitting: Sequence[Candidate], repeated: Collection[str], left_over: Callable[[Assumption | None], int]
) -> list[tuple[float, Assumption]]:
    """Return the likeliest assumptions, the first of them first, held against the rest of the work.

    One slip that gives one number at several places is one explanation, made at the place that explains
    most, of equals at the nearest.
    """
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for each in fitting:
        name = each.assumption.slip.name
        groups[name, f"{each.number:.9g}"].append(each)
    chances = {
        key: sum(each.chance for each in group) * (REPEATED if key[0] in repeated else 1)
        for key, group in groups.items()
    }
    found = []
    for key in sorted(groups, key=lambda key: -chances[key])[:TRIED]:
        members = nlargest(MEMBERS, reversed(groups[key]), key=lambda each: each.chance)
        left, best = min((left_over(each.assumption), i) for i, each in enumerate(members))
        found.append((chances[key] * math.exp(-FURTHER * left), members[best].assumption))
    return sorted(found, key=lambda each: -each[0])


def _said(
    weighed: Sequence[tuple[float, Assumption]], unknown: float, place: Place
) -> tuple[Assumption, ...]:
    """Return the first assumption, with the second where it is as likely; none where others are likelier.

    That a sign is reversed is not said beside a reason for it at the same value.
    """
    total = sum(chance for chance, _ in weighed)
    said = [each for each in weighed[:2] if each[0] >= ALSO_LIKELY * weighed[0][0]]
    if total < unknown or sum(chance for chance, _ in said) < LIKELY * total:
        return ()
    assumptions = tuple(assumption for _, assumption in said)
    near = [each for each in assumptions if each.slip.name != GENERAL and not _is_elsewhere(each, place)]
    return tuple(each for each in assumptions if each.slip.name != GENERAL or not near)


def _is_elsewhere(assumption: Assumption, place: Place) -> bool:
    """Tell whether a slip is made at another value than the number that it explains."""
    return assumption.place is not None and assumption.place.v is not place.v


def _fitting(
    claim: Claim, had: float, slack: float, slip: Slip, tried: Sequence[Tried]
) -> Iterator[Candidate]:
    """Yield the assumptions of one slip that give the claimed number, with their chances by it alone."""
    near = sum(each.is_near for each in tried)
    far = len(tried) - near
    of_near, of_far = (NEAR, 1 - NEAR) if near and far else (1.0, 1.0)
    for each in tried:
        number = each.number
        if not math.isfinite(number):
            continue
        drift = max(slack, slack * abs(number / had)) if had else slack
        if around(number, BOUND).clipped(Span(number - drift, number + drift)).meets(claim.meant):
            chance = slip.weight / 1000 * (of_near / near if each.is_near else of_far / far)
            chance *= MISREAD if each.is_of_a_given_number else 1
            chance *= 1 if Span(number, number).meets(claim.meant) else NEARLY
            yield Candidate(each.assumption, number, chance)


def _tried(work: Work, on_the_way: Sequence[Place]) -> Mapping[Slip, list[Tried]]:
    """Return what every slip gives at the last of the places, made there or on the way to it."""
    from scalargrad.checking.trials import outcomes  # here, for NumPy takes longer to load than most checks

    trials: list[tuple[Assumption, float]] = []
    for slip in SLIPS:
        everywhere: dict[str, list[Guess]] = defaultdict(list)
        for each in on_the_way:
            for guess in slip.at(work, each):
                trials.append((Assumption(slip, guess.variant, each, guess.words), guess.number))
                everywhere[guess.variant].append(guess)
        for variant, guesses in everywhere.items() if slip.belief else ():
            if len(guesses) > 1:
                trials.append((Assumption(slip, variant, None, guesses[0].words), math.nan))
    found: dict[Slip, list[Tried]] = defaultdict(list)
    for (assumption, _), number in zip(trials, outcomes(work, on_the_way, trials)):
        found[assumption.slip].append(Tried(assumption, number, _is_near(assumption.place, on_the_way[-1])))
    return found


def _is_near(place: Place | None, claim: Place) -> bool:
    """Tell whether a slip is made at the claim itself, or along an edge that leads to it."""
    return place is not None and (place == claim or (place.v is claim.v and place.kind != "value"))
