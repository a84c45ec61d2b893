"""Entries that a user makes: of every kind one, entered as in a program of one's own, then taken back."""

import contextlib
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from mpmath import mp, mpf

from scalargrad import leaves
from scalargrad.primitives.row import PRODUCT, ActivationFacts, Primitive
from scalargrad.primitives.table import Entry, Family, family, member, primitive, withdraw


class Kind(NamedTuple):
    """State what a user enters, how it is called in an expression, and what it has to be."""

    enter: Callable[[], Entry]
    call: str  # over the names of VALUES
    reference: Callable[..., Any]  # of the operands, then the parameters
    text: str
    latex: str
    textbook: str
    parameters: tuple[float, ...] = ()


VALUES = {"x": 0.75, "y": -1.5, "u": 2.0, "v": 0.25}


def algebraic():
    @primitive(
        lambda m, z, x: (1.0 - abs(z)) * (1.0 - abs(z)),
        latex=r"\operatorname{{algebraic}}\left({0}\right)",
        activation=ActivationFacts(steepest=1.0, derivative="algebraic' = (1 - |algebraic|)²"),
    )
    def algebraic(m, x):
        """Return x / (1 + |x|)."""
        return m.divide(x, 1.0 + abs(x))

    return algebraic


def halving_unary():
    @primitive(lambda m, z, x: 2.0 * m.maximum(x, 0.0), activation=ActivationFacts(halving=True))
    def squared_relu(m, x):
        """Return max(x, 0)²."""
        return m.maximum(x, 0.0) * m.maximum(x, 0.0)

    return squared_relu


def binary():
    @primitive(
        lambda m, z, x, y: (m.divide(x, z), m.divide(y, z)),
        text="{0} @ {1}",
        latex=r"\left\|{0}, {1}\right\|",
        textbook="‖{0}, {1}‖",
        precedence=PRODUCT,
        method="__matmul__",
    )
    def hypotenuse(m, x, y):
        """Return √(x² + y² + 1), smooth everywhere."""
        return m.sqrt(x * x + y * y + 1.0)

    return hypotenuse


def one_list():
    @primitive(lambda m, z, values: ([2.0 * x for x in values],), lists=1)
    def square_sum(m, values):
        """Return x₁² + … + xₖ²."""
        return m.total([x * x for x in values])

    return square_sum


def twice_differences(ps, qs):
    return [2.0 * (p - q) for p, q in zip(ps, qs)]


def two_lists():
    @primitive(lambda m, z, ps, qs: (twice_differences(ps, qs), twice_differences(qs, ps)), lists=2)
    def square_distance(m, ps, qs):
        """Return (p₁ - q₁)² + … + (pₖ - qₖ)²."""
        return m.total([(p - q) * (p - q) for p, q in zip(ps, qs)])

    return square_distance


def with_defaults():
    @family((1.0,), (2.0,))
    def swish(beta=1.0):
        """Return x · σ(beta · x)."""

        @member(
            lambda m, z, x: m.sigmoid(beta * x) + m.weigh(beta * m.sigmoid(-beta * x), z),
            activation=ActivationFacts(halving=True),
        )
        def swish(m, x):
            return x * m.sigmoid(beta * x)

        return swish

    return swish


def without_defaults():
    @family((3.0,), (-0.5,))
    def scaled(k):
        """Return k · x."""

        @member(lambda m, z, x: k, text=f"scaled({{0}}, {k:g})", latex=f"{k:g}\\,{{0}}")
        def scaled(m, x):  # noqa: ARG001  # every row is written over a namespace
            return k * x

        return scaled

    return scaled


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


KINDS = {
    "unary": Kind(
        algebraic,
        "algebraic(x)",
        lambda x: x / (1 + abs(x)),
        "algebraic(x)",
        r"\operatorname{algebraic}\left(x\right)",
        "algebraic(x)",
    ),
    "halving unary": Kind(
        halving_unary,
        "squared_relu(x)",
        lambda x: max(x, 0) ** 2,
        "squared_relu(x)",
        r"\operatorname{squared\_relu}\left(x\right)",
        "squared_relu(x)",
    ),
    "binary": Kind(
        binary,
        "hypotenuse(x, y)",
        lambda x, y: mp.sqrt(x * x + y * y + 1),
        "x @ y",
        r"\left\|x, y\right\|",
        "‖x, y‖",
    ),
    "n-ary with one list": Kind(
        one_list,
        "square_sum([x, y])",
        lambda *xs: mp.fsum(x * x for x in xs),
        "square_sum([x, y])",
        r"\operatorname{square\_sum}\left(x, y\right)",
        "square_sum([x, y])",
    ),
    "n-ary with two lists": Kind(
        two_lists,
        "square_distance([x, y], [u, v])",
        lambda *both: mp.fsum((p - q) ** 2 for p, q in zip(both[: len(both) // 2], both[len(both) // 2 :])),
        "square_distance([x, y, u, v])",
        r"\operatorname{square\_distance}\left(x, y, u, v\right)",
        "square_distance([x, y, u, v])",
    ),
    "family with defaults": Kind(
        with_defaults,
        "swish(x, 2)",
        lambda x, beta: x * sigmoid(beta * x),
        "swish(x, 2)",
        r"\operatorname{swish}\left(x, 2\right)",
        "swish(x, 2)",
        (2.0,),
    ),
    "family without defaults": Kind(
        without_defaults,
        "scaled(x, 3)",
        lambda x, k: k * x,
        "scaled(x, 3)",
        r"3\,x",
        "scaled(x, 3)",
        (3.0,),
    ),
}


class Made(NamedTuple):
    """Hold an entry of the table with a row of it, and what is known of both."""

    entry: Entry
    row: Primitive
    kind: Kind

    @property
    def name(self) -> str:
        """Return the name of the entry."""
        return self.entry.name

    @property
    def leaves(self):
        """Return fresh operands of the call, with their names as labels."""
        names = [name for name in VALUES if re.search(rf"\b{name}\b", self.kind.call)]
        return leaves(**{name: VALUES[name] for name in names})

    @property
    def wanted(self):
        """Return the value of the call by the reference."""
        return self.kind.reference(*(mpf(x.data) for x in self.leaves), *map(mpf, self.kind.parameters))


@contextlib.contextmanager
def entered(kind):
    """Enter a row or family of a kind as a user does, and take back all that was made of it."""
    with entered_by(KINDS[kind].enter) as entry:
        row = entry(*KINDS[kind].parameters) if isinstance(entry, Family) else entry
        yield Made(entry, row, KINDS[kind])


@contextlib.contextmanager
def entered_by(enter):
    """Enter what a function enters, and take it back."""
    entry = enter()
    try:
        yield entry
    finally:
        withdraw(entry.name)
