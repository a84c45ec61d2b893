"""A person at work: values forwards, adjoints backwards, rounded in a style, with a slip or none."""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from students.pencil import Numbers
from students.problem import Problem, Row, Use
from students.styles import Style


class Handing(NamedTuple):
    """What a person sees who hands an adjoint on to an operand."""

    upstream: float
    local: float
    operands: Numbers
    value: float
    values: Numbers
    adjoints: Numbers


ValueSlip = Callable[[Numbers, float], float]  # the values so far, and the right one
UseSlip = Callable[[Handing], float]  # gives the contribution
AdjointSlip = Callable[[Numbers, Numbers], float]  # the contributions, and all values
CopySlip = Callable[[str], str]


@dataclass(frozen=True)
class Slip:
    """One slip: its class, where it is made, and what is then done in place of the right thing.

    A copied number goes on as it was copied if it is `kept`; else it is wrong on paper alone.
    """

    name: str
    place: str
    values: Mapping[int, ValueSlip] = field(default_factory=dict)
    uses: Mapping[Use, UseSlip] = field(default_factory=dict)
    adjoints: Mapping[int, AdjointSlip] = field(default_factory=dict)
    copies: Mapping[Row, CopySlip] = field(default_factory=dict)
    kept: bool = True

    def rows(self, problem: Problem) -> set[Row]:
        """Return the rows at which something is done wrong."""
        targets = [problem.parents[use.child][use.position] for use in self.uses]
        return (
            {Row(slot, False) for slot in self.values}
            | {Row(slot, True) for slot in (*targets, *self.adjoints)}
            | set(self.copies)
        )


NO_SLIP = Slip("", "")


def everywhere(slips: Iterable[Slip]) -> Iterator[Slip]:
    """Yield the slips and, where there are several, the one of who makes all of them."""
    made = list(slips)
    yield from made
    if len(made) > 1:
        yield Slip(
            made[0].name,
            "everywhere",
            {slot: instead for slip in made for slot, instead in slip.values.items()},
            {use: instead for slip in made for use, instead in slip.uses.items()},
            {slot: instead for slip in made for slot, instead in slip.adjoints.items()},
        )


class Work(NamedTuple):
    """What a person has at the end: the numbers that went on, and how each row is written."""

    values: Sequence[float]
    adjoints: Sequence[float]
    texts: Mapping[Row, str]

    def number(self, row: Row) -> float:
        """Return the number of a row."""
        return (self.adjoints if row.is_adjoint else self.values)[row.slot]


@dataclass(frozen=True)
class _Pen:
    """Write numbers down in a style, and give back those that go on."""

    style: Style
    written: Collection[Row]
    slip: Slip
    shaken: random.Random | None
    texts: dict[Row, str] = field(default_factory=dict)

    def take(self, row: Row, x: float) -> float:
        """Write a number down, and return the one that goes on."""
        style, text = self.style, self.style.text(x)
        if self.shaken is not None:
            return x if style.is_exact(x) else x + self.shaken.uniform(-1, 1) * style.unit(x)
        if row not in self.written:
            return float(text) if style.head else x
        self.texts[row] = self.slip.copies[row](text) if row in self.slip.copies else text
        if row in self.slip.copies and self.slip.kept:
            return float(self.texts[row])
        return float(text) if style.carried else x


def work(
    problem: Problem,
    style: Style | None = None,
    written: Collection[Row] = (),
    slip: Slip = NO_SLIP,
    shaken: random.Random | None = None,
) -> Work:
    """Work a problem out; without a style nothing is rounded.

    A hand that is `shaken` has each number that needs rounding off by up to a unit, this way or that.
    """
    pen = _Pen(style, written, slip, shaken) if style else None
    values = [0.0 if v.parents else v.value for v in problem.trace]
    for slot, rule in enumerate(problem.rules):
        if rule is None:
            continue
        x = rule.value([values[p] for p in problem.parents[slot]])
        if slot in slip.values:
            x = slip.values[slot](values, x)
        values[slot] = pen.take(Row(slot, False), x) if pen else x

    adjoints = [0.0] * len(values)
    for slot in reversed(range(len(values))):
        handed = [_contribution(problem, use, values, adjoints, slip) for use in problem.uses[slot]]
        contributions = handed or [1.0]
        x = sum(contributions)
        if slot in slip.adjoints:
            x = slip.adjoints[slot](contributions, values)
        adjoints[slot] = pen.take(Row(slot, True), x) if pen else x
    return Work(values, adjoints, pen.texts if pen else {})


def _contribution(problem: Problem, use: Use, values: Numbers, adjoints: Numbers, slip: Slip) -> float:
    rule = problem.rules[use.child]
    assert rule is not None
    operands, value = [values[p] for p in problem.parents[use.child]], values[use.child]
    upstream = adjoints[use.child]
    if use not in slip.uses:
        return upstream * rule.derivatives(operands, value)[use.position]
    local = rule.derivatives(operands, value)[use.position]
    return slip.uses[use](Handing(upstream, local, operands, value, values, adjoints))
