"""What the row of a slip states, with the ways to enter one in the table."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scalargrad.checking.places import Kind, Place
from scalargrad.checking.work import Work
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee
from scalargrad.wengert.instruction import Edge, Instruction

ALONG_AN_EDGE: tuple[Kind, ...] = ("contribution", "share", "local")
Rows = frozenset[str] | Callable[[Primitive], bool]


class Guess(NamedTuple):
    """The number that a slip gives at a place, and what to say of it; `variant` tells guesses of a slip apart."""

    number: float
    words: str
    variant: str = ""


@dataclass(frozen=True)
class Slip:
    """One row of the table: what the slip is called, where it happens, which numbers it gives.

    `weight` says how common it is, in so many of a thousand slips, shared by its guesses at a place.  A
    `belief` is held wherever it applies, as a wrong rule is; a mishap happens once.
    """

    name: str
    kinds: tuple[Kind, ...]
    weight: float
    guesses: Callable[[Work, Place], Iterable[Guess]]
    belief: bool = False

    def at(self, work: Work, place: Place) -> list[Guess]:
        """Return what the slip gives at a place, without what is no number or nothing wrong."""
        if place.kind not in self.kinds:
            return []
        right = work.number(place)
        found = {guess.number: guess for guess in reversed(list(self.guesses(work, place)))}
        return [
            guess
            for number, guess in reversed(found.items())
            if math.isfinite(number) and abs(number - right) > 1e-9 * max(abs(number), abs(right))
        ]


TABLE: dict[str, Slip] = {}


def slip(*kinds: Kind, weight: float) -> Callable[[Callable[[Work, Place], Iterable[Guess]]], Slip]:
    """Enter a slip in the table: a function of the work so far that yields its guesses at a place."""

    def enter(guesses: Callable[[Work, Place], Iterable[Guess]]) -> Slip:
        return _entered(guesses, Slip(_called(guesses), kinds, weight, guesses))

    return enter


def _called(function: Callable[..., Any]) -> str:
    return function.__name__.strip("_").replace("_", " ")


def _entered(function: Callable[..., Any], row: Slip) -> Slip:
    if row.name in TABLE:
        raise NameError(row.name)
    TABLE[row.name] = row
    return row


def wrong_value(
    says: str, *, of: Rows, weight: float
) -> Callable[[Callable[..., Any]], Slip]:
    """Enter a wrong way to compute a row, a function of `m`, the right z, the operands: a belief.

    In what it says, {z} is the name of the value, {x} and {y} those of the operands, {f} of the row.
    """

    def enter(function: Callable[..., Any]) -> Slip:
        def guesses(work: Work, place: Place) -> Iterator[Guess]:
            row = place.v.primitive
            if row is None or not _is_in(row, of):
                return
            operands = [work.value(parent) for parent in place.v.parents]
            arguments = [operands] if row.lists else operands
            found = function(ieee, work.value(place.v), *arguments, *row.parameters)
            for i, number in enumerate(found if isinstance(found, tuple) else (found,)):
                yield Guess(float(number), says.format(**_names(place.v)), str(i))

        return _entered(function, Slip(_called(function), ("value",), weight, guesses, belief=True))

    return enter


def wrong_rule(
    says: str, *, of: Rows, weight: float
) -> Callable[[Callable[..., Any]], Slip]:
    """Enter a wrong local derivative, a function of `m`, z, the operand, the other one if any: a belief."""

    def enter(function: Callable[..., Any]) -> Slip:
        def guesses(work: Work, place: Place) -> Iterator[Guess]:
            edge = place.edge
            assert edge is not None
            row = edge.child.primitive
            assert row is not None
            if not _is_in(row, of):
                return
            operands = [work.value(parent) for parent in edge.child.parents]
            own, others = operands[edge.position], [x for i, x in enumerate(operands) if i != edge.position]
            found = function(ieee, work.value(edge.child), own, *others, *row.parameters)
            for i, local in enumerate(found if isinstance(found, tuple) else (found,)):
                words = says.format(**_names(edge.child, edge.position))
                yield Guess(float(upstream(work, place) * local), words, str(i))

        return _entered(function, Slip(_called(function), ALONG_AN_EDGE, weight, guesses, belief=True))

    return enter


def upstream(work: Work, place: Place) -> float:
    """Return what the local derivative of an edge is multiplied by: 1 where it is claimed itself."""
    assert place.edge is not None
    if place.kind == "local":
        return 1.0
    above = work.adjoint(place.edge.child)
    return above / work.adjoint(place.of) if place.of is not None else above


def name(v: Instruction) -> str:
    """Return the name of an instruction as text, of a constant its number."""
    return str(v.symbol(TextWriter()))


def derivative(edge: Edge) -> str:
    """Return the formula of the local derivative of an edge."""
    return str(edge.child.local_derivatives(TextWriter())[edge.position])


def _names(v: Instruction, first: int = 0) -> dict[str, str]:
    parents = [v.parents[first], *(p for i, p in enumerate(v.parents) if i != first)]
    named = dict(zip("xy", map(name, parents)))
    d = derivative(Edge(v, first)) if v.parents and len(v.parents) <= 2 else ""
    return {"z": name(v), "f": v.primitive.name if v.primitive else "", "d": d, "y": ""} | named


def _is_in(row: Primitive, rows: Rows) -> bool:
    return row.name in rows if isinstance(rows, frozenset) else rows(row)


def rows(*names: str) -> frozenset[str]:
    """Return the set of rows of these names."""
    return frozenset(names)


def unary(row: Primitive) -> bool:
    """Tell whether a row is a function of one number that does more than hand it on."""
    return row.arity == 1 and row.name not in {"negative", "positive"}


def swapped_digits(x: float, decimals: int) -> Sequence[float]:
    """Return the numbers in which two digits beside each other have changed places.

    >>> swapped_digits(0.8808, 4)
    [8.0808, 0.8808, 0.8088, 0.888]
    """
    text = f"{x:.{decimals}f}"
    places = [i for i, c in enumerate(text) if c.isdigit()]
    found = []
    for i, j in zip(places, places[1:]):
        letters = list(text)
        letters[i], letters[j] = letters[j], letters[i]
        found.append(float("".join(letters)))
    return found
