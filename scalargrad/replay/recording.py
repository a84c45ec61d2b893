"""What one run of a function showed: the graph, with what a graph does not show."""

import numbers
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from scalargrad.engine.lines import Line, line
from scalargrad.engine.node import describe, evaluation_order, next_order
from scalargrad.engine.value import Constant, Value
from scalargrad.engine.watching import Watcher
from scalargrad.errors import ReadError, RecordError
from scalargrad.replay.chance import drawn
from scalargrad.replay.given import Argument

Reads = Literal["refuse", "freeze"]
Key = tuple[int, tuple[Any, ...]]  # of what is read afresh: how much was read before, which way was taken
Test = Callable[[Any], Any]  # of numbers, Values and arrays
FROZEN = {"float()", ".data", ".grad", "round()", "format()", "its text", "a remainder", "a quotient"}
INSTEAD = {
    "float()": "scalargrad's own sin, exp, … for those of math, int() for a whole part",
    ".data": ".detach() where no derivative is meant; softmax, logsumexp, maximum, pick do without it",
    ".grad": "grad(…) inside the function, or give the number as an argument",
    ".local_derivatives": "grad(…) inside the function",
    "backward()": "grad inside the function, or backward of what is recorded, outside of it",
    "an assignment to .data": "a step of an optimiser, outside the function",
    "a look-up in a set or dict": "comparisons, or pick(items, index)",
    "its text": ".of_values(…) of what record returned, to see what is printed",
    "a copy": "the Value itself, or .detach() where no derivative is meant",
    "a remainder": "x - n*int(x/n)",
    "a quotient": "int(x/n), for x ≥ 0",
}


class Guard(NamedTuple):
    """State the outcome of a comparison that holds in a recording, and the line that asked for it."""

    left: Value
    sign: str  # of a comparison, or "int" where the whole part of `left` is `right`
    right: Value
    outcome: bool
    line: Line


@dataclass
class Recording(Watcher):
    """What one run of a function showed: its output, and what the graph of the output does not hold.

    `since` is the place in the order of evaluation where it began: leaves made before are read afresh.
    """

    reads: Reads = "refuse"
    output: Value = field(default_factory=lambda: Constant(0.0))
    since: int = field(default_factory=next_order)
    guards: list[Guard] = field(default_factory=list)
    sources: dict[Value, Value] = field(default_factory=dict)  # of detached leaves
    fresh: dict[Value, Callable[[], float]] = field(default_factory=dict)
    hot: dict[tuple[Value, int], tuple[Value, ...]] = field(default_factory=dict)
    conditions: dict[tuple[int, str], tuple[object, Any]] = field(default_factory=dict)
    followers: list[tuple[Callable[..., object], tuple[Value, ...]]] = field(default_factory=list)
    tests: list[tuple[Argument, Test]] = field(default_factory=list)  # that an argument has to pass
    errors: list[str] = field(default_factory=list)  # that were raised inside
    inside: list[Value] = field(default_factory=list)  # leaves that were made
    keys: list[Key] = field(default_factory=list)  # of what was read afresh
    numbers: Mapping[Key, float] = field(default_factory=dict)  # that are read afresh, where they are known
    drawn: object = field(default_factory=drawn)

    @cached_property
    def nodes(self) -> list[Value]:
        """Return all that has to be computed once the function has run, every parent before its children."""
        read = [value for guard in self.guards for value in (guard.left, guard.right)]
        followed = [value for _, values in self.followers for value in values]
        return evaluation_order(self.output, *read, *followed, *self.sources.values())

    def is_like(self, other: "Recording", arguments: Mapping[Value, Value]) -> bool:
        """Tell whether another run did the same operations, with the same numbers and the same outcomes.

        It had `arguments` of its own for those of this one, so that one which was kept is found out.
        """
        mine, theirs = ([x for x in run.nodes if x._first is not None] for run in (self, other))
        if len(mine) != len(theirs) or len(self.guards) != len(other.guards):
            return False
        twins = _Twins(arguments, self.inside)
        for a, b in zip(mine, theirs):
            if a.primitive is not b.primitive or not twins.are(a.parents, b.parents):
                return False
            twins.of[a] = b
        for guard, again in zip(self.guards, other.guards):
            sides = twins.are((guard.left, guard.right), (again.left, again.right))
            if not sides or (guard.sign, guard.outcome) != (again.sign, again.outcome):
                return False
        return twins.are([self.output], [other.output]) and twins.have_the_same_data

    @cached_property
    def largest(self) -> float:
        """Return the largest number in it, infinity left out."""
        sizes = np.abs([node._data for node in self.nodes])
        return float(sizes[np.isfinite(sizes)].max(initial=0.0))

    @property
    def older(self) -> list[tuple[Value, int, str]]:
        """Return the leaves below what was computed before, with the order and the name of that."""
        before = [x for x in self.nodes if x._first is not None and x._order < self.since]
        pairs = [(parent, x) for x in before for parent in x.parents if parent._first is None]
        return [(leaf, x._order, describe(x)) for leaf, x in pairs]

    def is_plain(self, value: Value) -> bool:
        """Tell whether a Value was computed of arguments and plain numbers only: it stands for a number."""
        return all(x._first is not None or isinstance(x, Argument | Constant) for x in _below(value))

    # ---- what the engine reports

    def read(self, value: Value, how: str) -> None:
        """Refuse a read as a plain number, unless such numbers are to stay as they are."""
        if self.reads == "freeze" and how in FROZEN:
            return
        remedy = INSTEAD.get(how, "comparisons, int(), or .detach()")
        message = (
            f"{line()}: {how} reads {describe(value) if isinstance(value, Value) else value!r} as a plain "
            "number, which a recording cannot follow; "
        )
        message += f"use {remedy}" + ' (or record(…, reads="freeze"))' * (how in FROZEN)
        self.errors.append(message)  # for the function may catch it
        raise ReadError(message)

    def compared(self, left: Value, sign: str, right: Value, outcome: bool) -> None:
        """Keep a comparison as a guard."""
        self.guards.append(Guard(left, sign, right, outcome, line()))

    def equal(self, left: Value, right: Any) -> Any:
        """Compare Values that stand for plain numbers by their data, and keep that as a guard."""
        if hasattr(right, "__array__") and not isinstance(right, numbers.Real):
            self.read(left, "a comparison with an array")
        if not isinstance(right, Value) or not self.is_plain(left) or not self.is_plain(right):
            return NotImplemented
        outcome = left._data == right._data
        self.compared(left, "==", right, outcome)
        return outcome

    def looked_up(self, value: Value) -> None:
        """Refuse to look a plain number up in a set or dict; a Value is looked up by its identity."""
        if self.is_plain(value):
            self.read(value, "a look-up in a set or dict")

    def raised(self, error: Exception) -> None:
        """Keep an error: a function that catches it branches by it, which no guard says."""
        self.errors.append(f"{line()}: {error}")

    def made(self, leaf: Value) -> None:
        """Keep a leaf that was made while the function ran: it is no parameter."""
        self.inside.append(leaf)

    def truncated(self, value: Value, outcome: int) -> None:
        """Keep the whole part of a Value as a guard."""
        self.guards.append(Guard(value, "int", Constant(outcome), True, line()))

    def detached(self, leaf: Value, source: Value) -> None:
        """Keep where the data of a detached leaf come from."""
        self.sources[leaf] = source

    def afresh(self, leaf: Value, read: Callable[[], float]) -> float:
        """Return a number, and keep how to read it the next time, by chance or not."""
        self.check_chance()
        key = len(self.fresh), tuple((guard.sign, guard.outcome, guard.right._data) for guard in self.guards)
        self.fresh[leaf] = read
        self.keys.append(key)
        number = self.numbers[key] if key in self.numbers else read()
        self.drawn = drawn()
        return number

    def condition(self, owner: object, attribute: str) -> None:
        """Keep what an attribute was, for which the recording holds."""
        now = getattr(owner, attribute)
        _, was = self.conditions.setdefault((id(owner), attribute), (owner, now))
        if was != now:
            self.errors.append(
                f"{line()}: the function changes {attribute} of {type(owner).__name__}, which it reads"
            )

    def follow(self, function: Callable[..., object], values: tuple[Value, ...]) -> None:
        """Keep what is to be done after each replay."""
        self.followers.append((function, values))

    def one_hot(self, index: Value, count: int) -> tuple[Value, ...] | None:
        """Return leaves that are 1 at the place an argument says, the same for the same argument."""
        if not isinstance(index, Argument):
            return None
        if (index, count) not in self.hot:
            self.hot[index, count] = tuple(Constant(float(i == index._data)) for i in range(count))
        return self.hot[index, count]

    def required(self, value: Value, test: Test) -> bool:
        """Return whether a Value passes a test, which every sample has to pass."""
        if not isinstance(value, Argument):
            return bool(test(value))  # which makes guards
        self.tests.append((value, test))
        return bool(test(value._data))

    def varies(self, leaf: Value) -> bool:
        """Return whether a leaf stands for a number that may be another one the next time."""
        is_hot = any(leaf is one for leaves in self.hot.values() for one in leaves)  # == would make guards
        return is_hot or leaf in self.sources or leaf in self.fresh

    def elsewhere(self, value: Value) -> None:
        """Refuse that what was computed of an argument is read where nobody watches."""
        if any(isinstance(node, Argument) for node in _below(value)):
            message = (
                f"{describe(value)} is read as a plain number in a thread or context of its own, where a "
                "recording does not see it: read it where the function itself runs"
            )
            self.errors.append(message)
            raise ReadError(message)

    def check_chance(self) -> None:
        """Raise RecordError if random numbers were drawn that a replay would repeat."""
        if drawn() != self.drawn:
            message = (
                "the function draws random numbers, which a replay would repeat; draw them by "
                "scalargrad.afresh(lambda: …), or outside, as an argument"
            )
            raise RecordError(message)


class _Twins:
    """Which node of one run is which of another; leaves from outside are the same in both."""

    def __init__(self, arguments: Mapping[Value, Value], inside: Sequence[Value]) -> None:
        self.arguments, self.inside = arguments, set(inside)
        self.of: dict[Value, Value] = {}

    def are(self, some: Sequence[Value], others: Sequence[Value]) -> bool:
        """Tell whether nodes are those of the other run, one by one."""
        return len(some) == len(others) and all(map(self._are, some, others))

    def _are(self, a: Value, b: Value) -> bool:
        if a not in self.of and a._first is None and b._first is None:
            if a not in self.inside and b is not self.arguments.get(a, a):
                return False
            self.of[a] = b
        return self.of.get(a) is b

    @property
    def have_the_same_data(self) -> bool:
        """Tell whether all of them have."""
        data, again = (np.array([node._data for node in nodes]) for nodes in (self.of, self.of.values()))
        return bool(np.array_equal(data, again, equal_nan=True))


def _below(value: Value) -> Iterator[Value]:
    """Yield a Value and all that it was computed from."""
    seen, unread = {id(value)}, [value]
    while unread:
        node = unread.pop()
        yield node
        for parent in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                unread.append(parent)
