"""What the row of a slip states, with the ways to enter one in the table."""

import inspect
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scalargrad.checking.places import Kind, Place
from scalargrad.checking.work import Work
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.row import ATOM, Primitive
from scalargrad.wengert.instruction import Edge, Instruction

ALONG_AN_EDGE: tuple[Kind, ...] = ("contribution", "share", "local")
EVERYWHERE: tuple[Kind, ...] = ("value", *ALONG_AN_EDGE, "derivative", "adjoint", "updated")
Rows = frozenset[str] | Callable[[Primitive], bool]
Found = Iterator[tuple[float, Mapping[str, str]]]  # numbers, with the names that the words need


class Guess(NamedTuple):
    """The number that a slip gives at a place, with what to say; `variant` tells its guesses apart."""

    number: float
    words: str
    variant: str


@dataclass(frozen=True)
class Slip:
    """One row of the table: what the slip is called, where it happens, which numbers it gives, what to say.

    `weight` says how common it is, in so many of a thousand slips, shared by its guesses at a place.  A
    wrong `formula` for the rows `of` a kind is a belief, held wherever it applies; a mishap happens once.
    """

    name: str
    says: str
    kinds: tuple[Kind, ...]
    weight: float
    numbers: Callable[[Work, Place], Found]
    formula: Callable[..., Any] | None = None
    of: Rows = frozenset()

    @property
    def belief(self) -> bool:
        """Tell whether it is held wherever it applies."""
        return self.formula is not None

    def concerns(self, row: Primitive) -> bool:
        """Tell whether it is a wrong formula for a row."""
        return self.formula is not None and (
            row.name in self.of if isinstance(self.of, frozenset) else self.of(row)
        )

    def read(
        self, m: Any, row: Primitive, z: Any, operands: Sequence[Any]
    ) -> Iterator[tuple[Any, dict[str, str]]]:
        """Yield what the wrong formula gives over `m`: numbers, that may say {which} they are."""
        assert self.formula is not None, self.name
        found = self.formula(m, z, *operands, *row.parameters)
        if isinstance(found, dict):
            yield from ((x, {"which": which}) for which, x in found.items())
        else:
            yield from ((x, {}) for x in (found if isinstance(found, tuple) else (found,)))

    def at(self, work: Work, place: Place) -> list[Guess]:
        """Return what the slip gives at a place, without what is no number or nothing wrong."""
        if place.kind not in self.kinds:
            return []
        found: dict[float, Guess] = {}
        right, met = work.number(place), defaultdict[str, Iterator[int]](itertools.count)
        for i, (number, names) in enumerate(self.numbers(work, place)):
            words = self.says.format(**names)
            variant = str(i) if self.belief else f"{words} {next(met[words])}"
            if is_another(number, right):
                found.setdefault(number, Guess(number, words, variant))
        return list(found.values())


def is_another(number: float, right: float) -> bool:
    """Tell whether a number is one, and not the right one."""
    return math.isfinite(number) and abs(number - right) > 1e-9 * max(abs(number), abs(right))


TABLE: dict[str, Slip] = {}


def slip(*kinds: Kind, weight: float) -> Callable[[Callable[[Work, Place], Found]], Slip]:
    """Enter a slip in the table: a function of the work so far that yields numbers at a place."""
    return lambda numbers: _entered(Slip(*_called(numbers), kinds, weight, numbers))


def wrong_value(*, of: Rows, weight: float) -> Callable[[Callable[..., Any]], Slip]:
    """Enter a wrong way to compute a row, a function of `m`, the right z, the operands: a belief.

    In what it says, {z} is the name of the value, {x} and {y} those of the operands, {f} of the row; a
    formula of several numbers may tell {which} by a dictionary.
    """

    def enter(formula: Callable[..., Any]) -> Slip:
        def numbers(work: Work, place: Place) -> Found:
            row = place.v.primitive
            if row is not None and entered.concerns(row):
                operands = [work.value(parent) for parent in place.v.parents]
                for number, which in entered.read(work.m, row, work.value(place.v), operands):
                    yield number, _names(place.v) | which

        entered = _entered(Slip(*_called(formula), ("value",), weight, numbers, formula, of))
        return entered

    return enter


def wrong_rule(*, of: Rows, weight: float) -> Callable[[Callable[..., Any]], Slip]:
    """Enter a wrong local derivative, a function of `m`, z, the operand, the other ones: a belief.

    In what it says, {x} is the name of the operand, {y} that of the other one, {d} the right derivative.
    """

    def enter(formula: Callable[..., Any]) -> Slip:
        def numbers(work: Work, place: Place) -> Found:
            assert place.edge is not None
            (child, i), row = place.edge, place.edge.child.primitive
            if row is not None and entered.concerns(row):
                operands = [work.value(parent) for parent in child.parents]
                own_first = [operands[i], *operands[:i], *operands[i + 1 :]]
                for local, which in entered.read(work.m, row, work.value(child), own_first):
                    yield upstream(work, place) * local, _names(child, i) | which

        entered = _entered(Slip(*_called(formula), ALONG_AN_EDGE, weight, numbers, formula, of))
        return entered

    return enter


def _called(function: Callable[..., Any]) -> tuple[str, str]:
    """Return the name of a function in words, with its documentation as what to say."""
    sentence = (inspect.getdoc(function) or "").removesuffix(".")
    return function.__name__.replace("_", " "), sentence[:1].lower() + sentence[1:]


def _entered(row: Slip) -> Slip:
    TABLE[row.name] = row
    return row


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
    d = derivative(Edge(v, first)) if len(v.parents) <= 2 else ""
    f = v.primitive.name if v.primitive and v.primitive.precedence == ATOM else v.formula
    return {"z": name(v), "f": f, "d": d, "y": ""} | named


def rows(*names: str) -> frozenset[str]:
    """Return the set of rows of these names."""
    return frozenset(names)


def unary(row: Primitive) -> bool:
    """Tell whether a row is a function of one number that does more than hand it on."""
    return row.arity == 1 and row.name not in {"negative", "positive"}


def swapped_digits(x: float, decimals: int | None) -> Sequence[float]:
    """Return the numbers in which two digits beside each other have changed places; none for a long number.

    >>> swapped_digits(0.8808, 4)
    [8.0808, 0.8808, 0.8088, 0.888]
    """
    if decimals is None or decimals > 12 or abs(x) >= 1e6:
        return []
    text = f"{x:.{decimals}f}"
    places = [i for i, c in enumerate(text) if c.isdigit()]
    found = []
    for i, j in itertools.pairwise(places):
        letters = list(text)
        letters[i], letters[j] = letters[j], letters[i]
        found.append(float("".join(letters)))
    return found
