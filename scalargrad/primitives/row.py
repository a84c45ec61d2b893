"""What a row of the table of primitives states."""

import inspect
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Never

from scalargrad.errors import OperandError

# How tightly an operator binds, as in Python; what is written as a call binds like a name.
SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)


@dataclass(frozen=True, slots=True)
class ActivationFacts:
    """State what is known of a function as the activation φ of neurons.

    `steepest` is the largest φ' of one that flattens out at both ends, and `derivative` is φ' as books
    write it.  One that is `halving` lets about half of its inputs through, as relu does: its weights
    are drawn twice as wide (He et al., 2015).  One that `dies` is flat where it is off: through a neuron
    that is off for every sample no gradient passes.
    """

    steepest: float | None = None
    derivative: str = ""
    halving: bool = False
    dies: bool = False


@dataclass(frozen=True, eq=False, repr=False, slots=True, weakref_slot=True)
class Primitive:
    """State z = f(x₁, …, xₖ), its local derivatives ∂z/∂xᵢ, its domain and its notation.

    `function(m, *arguments)` and `domain(m, *arguments)` are written over a namespace `m`;
    `partials(m, z, *arguments)` gives the derivative itself for arity 1, else one for each argument.
    `domain` is None where every real number is allowed.  The arguments of an n-ary row are `lists` of
    equal length, one or two, with at least `fewest` operands each; its arity is None.

    `text`, `latex` and `textbook` (for drawings) are templates over the operands; a row without a text
    is written as a call.  An `associative` operator needs no brackets around another of its
    precedence.  `method` is the Python operator that means it, and `aliases` are other names for it.
    Rows with `finite_derivatives` have finite local derivatives wherever their value is finite: the
    sweep passes over them where nothing comes from above.  `activation` is there for what neurons use.

    >>> from scalargrad.primitives.rows import tanh
    >>> from scalargrad.primitives.scalars import ieee, strict
    >>> tanh.arity, tanh.function(strict, 0.0), tanh.partials(ieee, 0.0, 0.0)
    (1, 0.0, 1.0)
    """

    name: str
    function: Callable[..., Any]
    partials: Callable[..., Any]
    operands: tuple[str, ...]
    domain: Callable[..., Any] | None = None
    lists: int = 0
    fewest: int = 0
    text: str | None = None
    latex: str | None = None
    textbook: str | None = None
    precedence: int = ATOM
    associative: bool = False
    method: str | None = None
    aliases: tuple[str, ...] = ()
    finite_derivatives: bool = False
    activation: ActivationFacts | None = None
    parameters: tuple[float, ...] = ()

    def __call__(self, *_: object) -> Never:
        """Say how a row is called: it is the entry of a table, not a function."""
        message = (
            f"{self.name} is a row of the table; call scalargrad.{self.name}(…), or the method of a Value"
        )
        raise OperandError(message)

    def __repr__(self) -> str:
        return f"<primitive {self.symbol}>"

    @property
    def arity(self) -> int | None:
        """Return the number of operands, None where it is that of the lists."""
        return None if self.lists else len(self.operands)

    @property
    def module(self) -> str:
        """Return the module that states the row."""
        return self.function.__module__

    @property
    def documentation(self) -> str:
        """Return what the row says of itself."""
        return inspect.getdoc(self.function) or ""

    @property
    def reflected(self) -> str | None:
        """Return the Python operator that is tried where the other operand is on the left, if any.

        >>> from scalargrad.primitives.rows import add
        >>> add.method, add.reflected
        ('__add__', '__radd__')
        """
        return f"__r{self.method[2:]}" if self.method and self.arity == 2 else None

    @property
    def symbol(self) -> str:
        """Name the row, with the parameters of its family: `leaky_relu(0.01)`."""
        parameters = ", ".join(f"{p:g}" for p in self.parameters)
        return f"{self.name}({parameters})" if parameters else self.name

    @property
    def sign(self) -> str:
        """Return the operator as it is written between its operands, or the symbol: `+`, `**2`, `tanh`."""
        bare = (self.text or "").replace("{0}", "").replace("{1}", "").strip()
        return self.symbol if self.precedence == ATOM else bare or self.symbol

    def arguments(self, operands: Sequence[Any]) -> Sequence[Any]:
        """Return the operands as the row takes them: each by itself or, of an n-ary row, in their lists."""
        if not self.lists:
            return operands
        length = len(operands) // self.lists
        return [operands[i * length : (i + 1) * length] for i in range(self.lists)]

    def value(self, m: Any, operands: Sequence[Any]) -> Any:
        """Return z over `m`, at the operands in one sequence for every arity."""
        return self.function(m, *self.arguments(operands))

    def local_derivatives(self, m: Any, z: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
        """Return (∂z/∂x₁, …, ∂z/∂xₖ) over `m`, in one tuple for every arity."""
        partials = self.partials(m, z, *self.arguments(operands))
        if self.lists:
            return tuple(itertools.chain(*partials))
        return (partials,) if self.arity == 1 else tuple(partials)
