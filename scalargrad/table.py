"""What a row of the table of primitives is, and the decorators that make and enter one."""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from scalargrad.scalars import ieee, strict

# How tightly an operator binds, as in Python; what is written as a call binds like a name.
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)


@dataclass(frozen=True, eq=False)
class Primitive:
    """State z = f(x₁, …, xₖ), its local derivatives ∂z/∂xᵢ, its domain and its notation.

    `function(m, *operands)` and `domain(m, *operands)` are written over a namespace `m`;
    `partials(m, z, *operands)` gives the derivative itself for arity 1, else one for each operand.
    `arity` is None for an n-ary row, `domain` is None where every real number is allowed.
    `text` and `latex` are templates over the operands.  Without a text the row is written as a call,
    or, where it is `spelled_out`, as its own definition.

    >>> from scalargrad.primitives import TABLE
    >>> TABLE["tanh"].arity, TABLE["tanh"].evaluate(0.0), TABLE["tanh"].slopes(0.0, 0.0)
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
    spelled_out: bool = False
    parameters: tuple[float, ...] = ()
    # The two readings as floats stand ready, for the inner loops of the engine.
    evaluate: Callable[..., float] = field(init=False, repr=False)
    slopes: Callable[..., Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Bind the row to floats: values strictly, slopes to their limits."""
        object.__setattr__(self, "evaluate", functools.partial(self.function, strict))
        object.__setattr__(self, "slopes", functools.partial(self.partials, ieee))

    @property
    def symbol(self) -> str:
        """Name the row, with the parameters of its family: `leaky_relu(0.01)`."""
        parameters = ", ".join(f"{p:g}" for p in self.parameters)
        return f"{self.name}({parameters})" if parameters else self.name

    def local_derivatives(self, m: Any, z: Any, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (∂z/∂x₁, …, ∂z/∂xₖ) over `m`: a tuple for every arity, 1 included."""
        partials = self.partials(m, z, *operands)
        return (partials,) if self.arity == 1 else tuple(partials)


TABLE: dict[str, Primitive] = {}
FAMILIES: dict[str, "Family"] = {}

Facts = Any  # the fields of Primitive: domain, text, latex, precedence, spelled_out
Decorator = Callable[[Callable[..., Any]], Primitive]


def member(partials: Callable[..., Any], **facts: Facts) -> Decorator:
    """Make the decorated z = f(m, x₁, …, xₖ) a row, with its local derivatives and other facts."""

    def state(function: Callable[..., Any]) -> Primitive:
        operands = list(inspect.signature(function).parameters.values())[1:]
        n_ary = any(operand.kind is operand.VAR_POSITIONAL for operand in operands)
        name = function.__name__.rstrip("_")  # `abs_` leaves Python's own `abs` alone
        return Primitive(name, function, partials, None if n_ary else len(operands), **facts)

    return state


def primitive(partials: Callable[..., Any], **facts: Facts) -> Decorator:
    """Make the decorated function a row and enter it into the table under its name.

    The row also joins the namespaces of floats, so that later rows can call it as `m.name`.
    """

    def enter(function: Callable[..., Any]) -> Primitive:
        row = member(partials, **facts)(function)
        TABLE[row.name] = row
        for namespace in (strict, ieee):
            vars(namespace).setdefault(row.name, functools.partial(function, namespace))
        return row

    return enter


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
        """Return the row whose local derivatives close over these parameters."""
        bound = self.signature.bind(*parameters, **named)
        bound.apply_defaults()
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
