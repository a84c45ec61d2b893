"""What a row of the table of primitives is, and the decorators that make and enter one."""

import functools
import inspect
import itertools
import numbers
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from scalargrad.errors import OperandError
from scalargrad.scalars import ieee, strict

# How tightly an operator binds, as in Python; what is written as a call binds like a name.
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)


@dataclass(frozen=True, eq=False, slots=True)
class Primitive:
    """State z = f(x₁, …, xₖ), its local derivatives ∂z/∂xᵢ, its domain and its notation.

    `function(m, *operands)` and `domain(m, *operands)` are written over a namespace `m`;
    `partials(m, z, *operands)` gives the derivative itself for arity 1, else one for each operand.
    `domain` is None where every real number is allowed.  The operands of an n-ary row are `lists` of
    equal length, one or two; its arity is None, and it too gives one derivative for each list.
    `text` and `latex` are templates over the operands.  Without a text the row is written as a call,
    or, where it is `spelled_out`, as its own definition.  An `associative` operator needs no brackets
    around another of its precedence.  Rows with `finite_slopes` have finite local derivatives wherever
    their value is finite: the sweep passes over them where nothing comes from above.

    >>> tanh = TABLE["tanh"]
    >>> tanh.arity, tanh.function(strict, 0.0), tanh.partials(ieee, 0.0, 0.0)
    (1, 0.0, 1.0)
    """

    name: str
    function: Callable[..., Any]
    partials: Callable[..., Any]
    arity: int | None
    domain: Callable[..., Any] | None = None
    text: str | None = None
    latex: str | None = None
    precedence: int = ATOM
    associative: bool = False
    spelled_out: bool = False
    lists: int = 0
    finite_slopes: bool = False
    parameters: tuple[float, ...] = ()

    @property
    def symbol(self) -> str:
        """Name the row, with the parameters of its family: `leaky_relu(0.01)`."""
        parameters = ", ".join(f"{p:g}" for p in self.parameters)
        return f"{self.name}({parameters})" if parameters else self.name

    def value(self, m: Any, operands: Sequence[Any]) -> Any:
        """Return z over `m`, at the operands in one sequence for every arity."""
        return self.function(m, *self._arguments(operands))

    def local_derivatives(self, m: Any, z: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
        """Return (∂z/∂x₁, …, ∂z/∂xₖ) over `m`, in one tuple for every arity."""
        partials = self.partials(m, z, *self._arguments(operands))
        if self.lists:
            return tuple(itertools.chain(*partials))
        return (partials,) if self.arity == 1 else tuple(partials)

    def _arguments(self, operands: Sequence[Any]) -> Iterator[Any]:
        if not self.lists:
            return iter(operands)
        length = len(operands) // self.lists
        return (operands[i * length : (i + 1) * length] for i in range(self.lists))


TABLE: dict[str, Primitive] = {}
FAMILIES: dict[str, "Family"] = {}
Reader = Callable[[Primitive], None]
_readers: list[Reader] = []

Facts = Any  # the fields of Primitive: domain, text, latex, precedence, spelled_out
Decorator = Callable[[Callable[..., Any]], Primitive]


def member(partials: Callable[..., Any], **facts: Facts) -> Decorator:
    """Make the decorated z = f(m, x₁, …, xₖ) a row, with its local derivatives and other facts."""

    def state(function: Callable[..., Any]) -> Primitive:
        arity = None if facts.get("lists") else function.__code__.co_argcount - 1  # less the namespace
        name = function.__name__.rstrip("_")  # `abs_` leaves Python's own `abs` alone
        return Primitive(name, function, partials, arity, **facts)

    return state


def primitive(partials: Callable[..., Any], **facts: Facts) -> Decorator:
    """Make the decorated function a row and enter it into the table under its name."""

    def enter(function: Callable[..., Any]) -> Primitive:
        row = TABLE[function.__name__.rstrip("_")] = member(partials, **facts)(function)
        for read in _readers:
            read(row)
        return row

    return enter


def for_each_row(read: Reader) -> Reader:
    """Call the decorated function with every row of the table, and with those still to come.

    So whatever is made from the table, methods of Value for one, is complete at any time.
    """
    _readers.append(read)
    for row in TABLE.values():
        read(row)
    return read


def add_to_namespace(namespace: SimpleNamespace) -> None:
    """Let rows call one another in a namespace, as `m.name`, where it has no such function itself."""

    @for_each_row
    def add(row: Primitive) -> None:
        vars(namespace).setdefault(row.name, functools.partial(row.function, namespace))


add_to_namespace(strict)
add_to_namespace(ieee)


class Family:
    """Make the rows of a parametrised primitive, the same row again for the same parameters.

    >>> from scalargrad.primitives import power
    >>> power(3) is power(3), power(3).symbol
    (True, 'power(3)')
    """

    def __init__(self, maker: Callable[..., Primitive], samples: tuple[tuple[float, ...], ...]) -> None:
        self.name = maker.__name__
        self.__doc__ = maker.__doc__
        self.signature = inspect.signature(maker)
        self.samples = samples
        self.row = functools.lru_cache(maxsize=1024)(
            lambda *parameters: replace(maker(*parameters), parameters=parameters)
        )

    def __call__(self, *parameters: float, **named: float) -> Primitive:
        """Return the row whose local derivatives close over these parameters.

        Raises OperandError for anything but real numbers: no derivative by a parameter is taken.
        """
        bound = self.signature.bind(*parameters, **named)
        bound.apply_defaults()
        for parameter in bound.args:
            if not isinstance(parameter, numbers.Real):
                message = f"{self.name} takes constant numbers as its parameters, got {parameter!r:.60}"
                raise OperandError(message)
        return self.row(*map(float, bound.args))


def family(*samples: tuple[float, ...]) -> Callable[[Callable[..., Primitive]], Family]:
    """Enter the decorated maker of rows as a family; `samples` are parameters worth testing."""

    def enter(maker: Callable[..., Primitive]) -> Family:
        return FAMILIES.setdefault(maker.__name__, Family(maker, samples))

    return enter


def rows() -> Iterator[Primitive]:
    """Yield every row of the table and, for every family, the rows of its samples."""
    yield from TABLE.values()
    for made in FAMILIES.values():
        yield from (made(*parameters) for parameters in made.samples)
