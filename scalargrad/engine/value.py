"""The value: a number that remembers how it was computed, which a sweep turns into derivatives.

A node holds its data, its ordered parents, and the row of the table that made it.  The row's local
derivatives are functions without an environment and the node is the environment: together they are
the node's local-derivative closures, bound only when somebody asks for them.
"""

import functools
import numbers
from collections.abc import Callable, Iterable
from typing import Any, Unpack, overload

from scalargrad.answers import keywords
from scalargrad.engine import lines, recording, watching
from scalargrad.engine.methods import Methods
from scalargrad.engine.micrograd import Micrograd, Words, label_of
from scalargrad.engine.node import describe, evaluation_order, local_derivatives, next_order, real
from scalargrad.engine.pytorch import PyTorch
from scalargrad.engine.sweep import accumulate_gradients
from scalargrad.errors import LostGradientWarning, NoGraphError, OperandError

LOST = (
    "math.{0} gives a plain number, through which no derivative passes: write {1}; and math.{0}(x.data) "
    "where a plain number is meant"
)


class Value(Methods["Value"], Micrograd, PyTorch):
    """A number that remembers the graph of operations it came from.

    `data` is the number and `grad` the derivative of the last swept output by it, accumulated over
    sweeps where the value is a leaf.  `label` is its name in traces and drawings, `path` its place
    in a network.  Numbers mix with Values in every operation; order is by data, and so is `==` to a number,
    which between Values is identity.
    Raises OperandError (a TypeError) for anything but one real number.

    >>> x = Value(3.0, label="x")
    >>> y = x**2 + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """

    __slots__ = ()

    def __init__(self, data: float, label: str = "", *micrograd: Any, **words: Unpack[Words]) -> None:
        self._data = real(data)
        self.grad = 0.0
        if micrograd or words or type(label) is not str:
            label = label_of(label, *micrograd, **words)
        self.label = label
        self.path = ""
        self.primitive = self._first = self._second = None
        self._order = next_order()
        if watching.watched:
            watching.watcher.get().made(self)

    @property
    def local_derivatives(self) -> tuple[Callable[[], float], ...]:
        """Return one closure for each parent, which evaluates ∂self/∂parent at the data.

        >>> a, b = Value(3.0), Value(4.0)
        >>> [derivative() for derivative in (a * b).local_derivatives]
        [4.0, 3.0]
        """
        evaluated = functools.cache(lambda: local_derivatives(self))  # all of them, at the first call
        return tuple(lambda i=i: evaluated()[i] for i in range(len(self.parents)))

    @keywords("backward()")
    def backward(self, seed: float = 1.0) -> None:
        """Sweep in reverse: set grad to ∂self/∂node · seed at inner nodes, add it at the leaves.

        A second sweep adds to the leaves once more, as a second loss does.  Raises StaleGraphError
        if the data of a leaf was changed after it was read, and inside of `no_grad` NoGraphError for what was
        computed there, which afterwards is a leaf as any other.

        >>> x = Value(2.0)
        >>> y = x * x
        >>> y.backward(); y.backward(); x.grad
        8.0
        """
        if watching.watched:
            watching.watcher.get().read(self, "backward()")
        if self._first is None and not recording.is_on():
            message = f"backward() under no_grad: {describe(self)} has no graph to sweep, so no gradient"
            raise NoGraphError(message)
        accumulate_gradients(self, real(seed))

    def zero_grad(self) -> None:
        """Set grad to 0 at this value and at all it was computed from."""
        for node in evaluation_order(self):
            node.grad = 0.0

    def detach(self) -> "Value":
        """Return a leaf with the same data and label, through which no derivative passes."""
        leaf = Value(self._data, self.label)
        if watching.watched:
            watching.watcher.get().detached(leaf, self)
        return leaf

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data}, grad={self.grad}{label})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy or pickle a leaf; a computed value would bring its graph along, so it declines."""
        if self._first is not None:
            message = f"cannot copy or pickle {describe(self)}, which was computed: use .detach()"
            raise OperandError(message)
        return _restore, (type(self), self._read("a copy"), self.grad, self.label, self.path)

    def __float__(self) -> float:
        if not watching.watched and (name := lines.called_of_math()):
            ours = f"x.{name}(), or scalargrad.{name}(x)" if hasattr(Value, name) else "one of ours"
            lines.warn(LOST.format(name, ours), LostGradientWarning)
        return self._read("float()")

    def __int__(self) -> int:
        whole = int(self._data)
        if watching.watched:
            watching.watcher.get().truncated(self, whole)
        return whole

    def __bool__(self) -> bool:
        return self._compared("!=", Constant(0.0), bool(self._data))

    @overload
    def __round__(self, digits: None = None) -> int: ...
    @overload
    def __round__(self, digits: int) -> float: ...
    def __round__(self, digits: int | None = None) -> float:
        return round(self._read("round()"), digits)

    def __format__(self, form: str) -> str:
        return format(self._read("format()"), form) if form else repr(self)

    def __eq__(self, other: object, /) -> bool:
        """Tell whether a number is that of the data; between Values it is identity, as lists of them need."""
        if watching.watched and (seen := watching.watcher.get().equal(self, other)) is not NotImplemented:
            return bool(seen)
        if isinstance(other, Value) or not isinstance(other, numbers.Real):
            return NotImplemented
        return self._compared("==", Constant(float(other)), self._data == other)

    __hash__ = object.__hash__

    def __lt__(self, other: "Number", /) -> bool:
        if (right := operand(other)) is None:
            return NotImplemented
        return self._compared("<", right, self._data < right._data)

    def __le__(self, other: "Number", /) -> bool:
        if (right := operand(other)) is None:
            return NotImplemented
        return self._compared("<=", right, self._data <= right._data)

    def __gt__(self, other: "Number", /) -> bool:
        if (right := operand(other)) is None:
            return NotImplemented
        return self._compared(">", right, self._data > right._data)

    def __ge__(self, other: "Number", /) -> bool:
        if (right := operand(other)) is None:
            return NotImplemented
        return self._compared(">=", right, self._data >= right._data)

    def _read(self, how: str) -> float:
        """Return the data where they leave the graph as a plain number."""
        if watching.watched:
            watching.watcher.get().read(self, how)
        return self._data

    def _compared(self, sign: str, right: "Value", outcome: bool) -> bool:
        """Return the outcome of a comparison, by which a program may branch."""
        if watching.watched:
            watching.watcher.get().compared(self, sign, right, outcome)
        return outcome


class Constant(Value):
    """A number that entered an expression as a plain number, such as the 2 of 2 * x."""

    __slots__ = ()


Number = Value | float


def _restore(kind: type[Value], data: float, grad: float, label: str, path: str) -> Value:
    leaf = kind(data, label)
    leaf.grad, leaf.path = grad, path
    return leaf


def operand(x: Any) -> Value | None:
    """Return x as a Value, None where Python should ask x itself; refuse arrays, which never fit."""
    if isinstance(x, Value):
        return x
    if isinstance(x, numbers.Real) and not isinstance(x, bool):
        return Constant(x)  # type: ignore[arg-type]  # any Real is read as a float
    if hasattr(x, "__array__"):
        if type(x).__name__ == "ndarray" and x.shape == () and isinstance(x.item(), numbers.Real):
            return operand(x.item())  # one number, which NumPy makes of its scalars when it compares them
        shape = tuple(getattr(x, "shape", "?"))
        instead = "combine it with each element, [value * e for e in array]" if shape else "take its item()"
        kind = type(x).__name__
        message = f"a Value is one number and does not combine with a {kind} of shape {shape}: {instead}"
        raise OperandError(message)
    return None


def afresh(read: Callable[[], float]) -> Value:
    """Return a number that may be another next time as a constant; a recorded function reads it afresh.

    >>> import random
    >>> mask = afresh(lambda: float(random.random() < 0.5))
    >>> mask.data in {0.0, 1.0}
    True
    """
    leaf = Constant(0.0)
    leaf._data = real(watching.watcher.get().afresh(leaf, read))
    return leaf


def as_value(x: Any) -> Value:
    """Return x itself if it is a Value, else the number x as a constant; refuse anything else."""
    return x if isinstance(x, Value) else Constant(x)


def as_values(values: Iterable[Number]) -> list[Value]:
    """Return a list of Values, with numbers as constants."""
    return [value if type(value) is Value else as_value(value) for value in values]
