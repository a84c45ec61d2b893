"""The tree of an expression: what was read, with its place in the text."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression, text[start:end]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as it is written."""

    value: float


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name, as Python would write it."""

    name: str


@dataclass(frozen=True, slots=True)
class Listed(Node):
    """A list of expressions."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Signed(Node):
    """A sign, + or -, before an operand."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operands joined by operators of one precedence, from the left: x - y + z.

    The sign of a product that is not written, as in 2x, is "·".
    """

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A base with its exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Transposed(Node):
    """A matrix, to be read by its columns."""

    matrix: Node


@dataclass(frozen=True, slots=True)
class Indexed(Node):
    """An element of a list, x[0], or of a matrix, W[0, 1]."""

    listed: Node
    places: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments, f(x) or x.f(); `called` is where its name stands."""

    called: Name
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Method(Node):
    """A call behind a point: of a value, x.tanh(), or of a module, np.tanh(x)."""

    owner: Node
    called: Name
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """A name behind a point that is not called."""

    owner: Node
    name: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: an expression, with the name it is given or none."""

    name: str
    expression: Node


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes within a node, in the order of the text, but for the name of a function."""
    match node:
        case Listed(items=items):
            yield from items
        case Signed(operand=inner) | Transposed(matrix=inner) | Attribute(owner=inner):
            yield inner
        case Chain(first=first, rest=rest):
            yield first
            yield from (operand for _, operand in rest)
        case Power(base=base, exponent=exponent):
            yield from (base, exponent)
        case Indexed(listed=listed, places=places):
            yield from (listed, *places)
        case Call(arguments=arguments):
            yield from arguments
        case Method(owner=owner, arguments=arguments):
            yield from (owner, *arguments)
