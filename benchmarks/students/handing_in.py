"""What is handed in, with the truth about it: the slip, the first wrong row, the rows that are innocent."""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from students import circuits, nets
from students.classes import CLASSES
from students.drawing import until_pleasant
from students.problem import Problem, Row, Writes, feeds
from students.styles import Style, drawn
from students.updating import RATE
from students.work import NO_SLIP, Slip, Work, work

KINDS = (*[nets.layered] * 5, nets.recurrent, nets.residual, *[circuits.circuit] * 3)
SHAKES = 12  # hands that round this way and that, to see how far rounding alone may lead
FEWEST_UNITS, LEAST_SHARE = 3.0, 0.015  # a slip that changes a number by less than this is none


@dataclass(frozen=True, eq=False)
class HandIn:
    """One person's work: the claims, how they came about, and what a tutor should find.

    `first` is the name of the first row that is wrong, None of honest work; `innocent` are the rows that
    are right in themselves, given the numbers before them.
    """

    problem: Problem
    writes: Writes
    style: Style
    slip: Slip
    claims: dict[str, str]
    first: str | None
    innocent: frozenset[str]
    rate: float | None = None

    @cached_property
    def rows(self) -> list[Row]:
        """Return the rows that are written."""
        return self.problem.rows(self.writes)

    @cached_property
    def honest(self) -> Work:
        """Return the work of a twin who makes no slip."""
        return work(self.problem, self.style, set(self.rows))


def drawn_problem(generator: random.Random) -> Problem:
    """Return a problem: a net, a circuit, or one of the gallery."""
    if generator.random() < 0.1:
        return circuits.of_gallery(generator)
    kind = generator.choice(KINDS)
    return until_pleasant(lambda: kind(generator))


def drawn_style(problem: Problem, generator: random.Random) -> Style:
    """Return a style that does not lose the small numbers of a problem."""
    return drawn(generator, min(abs(v.adjoint) for v in problem.trace if v.adjoint))


def honest_work(problem: Problem, writes: Writes, style: Style, rate: float | None = None) -> HandIn:
    """Return work without a slip."""
    rows = problem.rows(writes)
    done = work(problem, style, set(rows))
    claims = {problem.text(row): done.texts[row] for row in rows}
    return HandIn(problem, writes, style, NO_SLIP, claims, None, frozenset(claims), rate)


def slipped_work(
    problem: Problem, writes: Writes, style: Style, slip: Slip, rate: float | None = None
) -> HandIn | None:
    """Return work with a slip, None where it cannot be told from rounding, or cannot be worked out."""
    rows = problem.rows(writes)
    right = work(problem, style, set(rows))
    done = attempted(problem, style, rows, slip)
    if done is None or max(abs(float(text)) for text in done.texts.values()) > 1e6:
        return None
    first = first_difference(rows, right, done)
    if first is None:
        return None
    gap = abs(float(done.texts[first]) - float(right.texts[first]))
    unit = max(style.unit(float(text)) for text in (done.texts[first], right.texts[first]))
    least = max(FEWEST_UNITS * unit, LEAST_SHARE * abs(right.number(first)))
    if gap < max(least, _reach(problem, style, first) + unit):
        return None
    claims = {problem.text(row): done.texts[row] for row in rows}
    guilty = {problem.text(row) for row in _guilty(problem, slip, rows, first)}
    return HandIn(problem, writes, style, slip, claims, problem.text(first), frozenset(claims) - guilty, rate)


def attempted(problem: Problem, style: Style, rows: Sequence[Row], slip: Slip) -> Work | None:
    """Return the work with a slip, None where a number cannot be computed."""
    try:
        return work(problem, style, set(rows), slip)
    except (ArithmeticError, ValueError, TypeError):  # a root of a negative number is complex
        return None


def first_difference(rows: Sequence[Row], one: Work, other: Work) -> Row | None:
    """Return the first row that is written differently."""
    return next((row for row in rows if one.texts[row] != other.texts[row]), None)


def _reach(problem: Problem, style: Style, row: Row) -> float:
    """Return how far rounding alone, in every row and in any direction, may lead a number."""
    generator, exact = random.Random(1), work(problem).number(row)
    reached = []
    for _ in range(SHAKES):
        try:
            reached.append(abs(work(problem, style, shaken=generator).number(row) - exact))
        except (ArithmeticError, ValueError):
            continue
    return 1.5 * max(reached, default=0.0)


def _guilty(problem: Problem, slip: Slip, rows: Sequence[Row], first: Row) -> Collection[Row]:
    """Return the written rows that are not right in themselves.

    What is done wrong in a row that is not written shows in those that are computed from it.  A wrong
    number in one such row is one slip, for which only the first row may be blamed.
    """
    written, done_wrong = set(rows), slip.rows(problem)
    if len(done_wrong) == 1:
        return (done_wrong & written) | {first}
    guilty, pending, seen = {first}, list(done_wrong), set(done_wrong)
    while pending:
        row = pending.pop()
        if row in written:
            guilty.add(row)
            continue
        fresh = [reader for reader in feeds(problem, row) if reader not in seen]
        seen.update(fresh)
        pending.extend(fresh)
    return guilty


def hand_ins(
    seed: int, count: int, writes: Writes, classes: Sequence[str] = tuple(CLASSES)
) -> Iterator[HandIn]:
    """Yield work with a slip each, the classes in turn, until there are so many of it."""
    generator, made = random.Random(f"{seed} {writes}"), 0
    while made < count:
        name = classes[made % len(classes)]
        found = None
        while found is None:
            problem = drawn_problem(generator)
            possible = list(CLASSES[name](problem))
            if possible:
                slip, style = generator.choice(possible), drawn_style(problem, generator)
                early = "too early" in name
                rate = RATE if early or generator.random() < 0.2 else None
                found = slipped_work(problem, writes, style, slip, rate)
        made += 1
        yield found


def honest_hand_ins(seed: int, count: int, writes: Writes) -> Iterator[HandIn]:
    """Yield work without a slip."""
    generator = random.Random(f"{seed} {writes} honest")
    for _ in range(count):
        problem = drawn_problem(generator)
        yield honest_work(problem, writes, drawn_style(problem, generator))
