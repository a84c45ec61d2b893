"""The engine: a `Value` remembers how it was computed, and a sweep turns that into derivatives.

A node holds its data, its ordered parents, and the row of the table that made it.  The row's local
derivatives are functions without an environment and the node is the environment: together they are
the node's local-derivative closures, bound only when somebody asks for them.

Each node also takes the next number of one counter.  Parents take theirs before their children, so
sorting by it is a topological sort: it is the node's place in the Wengert list.  Giving a leaf new data
makes it take another, behind those of its readers; a sweep that meets a parent younger than its child
therefore knows that the graph is stale.

Two slots hold the parents: one Value or two, or for an n-ary row one tuple or two (the second is
empty for one list).  So a node of arity 1 or 2 is one object for the garbage collector to visit
instead of two, which halves the time to build a graph.
"""

import itertools
import numbers
from collections.abc import Callable
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any

from scalargrad import sweep
from scalargrad.errors import OperandError, RangeError, StaleGraphError
from scalargrad.sweep import accumulate_gradients, describe, evaluation_order, local_floats
from scalargrad.table import Primitive

next_order = itertools.count(1).__next__

_assignment = Lock()
# While a function is differentiated: the Values it reads as floats, through which no derivative passes.
float_reads: ContextVar[list["Value"] | None] = ContextVar("float_reads", default=None)


class Value:
    """Hold a number that remembers the graph of operations it came from.

    `data` is the number and `grad` the derivative of the last swept output by it, accumulated over
    sweeps where the value is a leaf.  `label` is its name in traces and drawings, `path` its place
    in a network.  Numbers mix with Values in every operation; `==` is identity, order is by data.
    Raises OperandError (a TypeError) for anything but one real number.

    >>> x = Value(3.0, label="x")
    >>> y = x**2 + 1
    >>> y.backward()
    >>> y.data, x.grad
    (10.0, 6.0)
    """

    __slots__ = (
        "__weakref__", "_data", "_first", "_order", "_second", "grad", "label", "path", "primitive",
    )  # fmt: skip
    __array_ufunc__ = None  # NumPy hands `array * value` back to us, to be refused by name

    grad: float
    label: str
    path: str
    primitive: Primitive | None
    _data: float
    _first: Any
    _second: Any
    _order: int

    def __init__(self, data: Any, label: str = "") -> None:
        self._data = _real(data)
        self.grad = 0.0
        self.label = label
        self.path = ""
        self.primitive = self._first = self._second = None
        self._order = next_order()

    @property
    def data(self) -> float:
        """Return the number; a leaf takes a new one, a computed value raises StaleGraphError."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self._first is not None:
            message = f"{describe(self)} was computed, so its data follows from its parents: set theirs"
            raise StaleGraphError(message)
        self._data = _real(data)
        with _assignment:  # of two threads, the later number must be the one that stays
            self._order = sweep.last_assignment = next_order()

    @property
    def parents(self) -> tuple["Value", ...]:
        """Return the operands in order, each as often as it was used; () for a leaf."""
        if self._first is None:
            return ()
        if type(self._first) is tuple:
            return (*self._first, *self._second)
        return (self._first,) if self._second is None else (self._first, self._second)

    @property
    def local_derivatives(self) -> tuple[Callable[[], float], ...]:
        """Return one closure for each parent, which evaluates ∂self/∂parent at the data.

        >>> a, b = Value(3.0), Value(4.0)
        >>> [derivative() for derivative in (a * b).local_derivatives]
        [4.0, 3.0]
        """
        return tuple(lambda i=i: local_floats(self)[i] for i in range(len(self.parents)))

    def backward(self, seed: float = 1.0) -> None:
        """Sweep in reverse: set grad to ∂self/∂node · seed at inner nodes, add it at the leaves.

        A second sweep adds to the leaves once more, as a second loss does.  Raises StaleGraphError
        if the data of a leaf was changed after it was read.

        >>> x = Value(2.0)
        >>> y = x * x
        >>> y.backward(); y.backward(); x.grad
        8.0
        """
        accumulate_gradients(self, _real(seed))

    def zero_grad(self) -> None:
        """Set grad to 0 at this value and at all it was computed from."""
        for node in evaluation_order(self):
            node.grad = 0.0

    def detach(self) -> "Value":
        """Return a leaf with the same data and label, through which no derivative passes."""
        return Value(self._data, self.label)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data}, grad={self.grad}{label})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy or pickle a leaf; a computed value would bring its graph along, so it declines."""
        if self._first is not None:
            message = f"cannot copy or pickle {describe(self)}, which was computed: use .detach()"
            raise OperandError(message)
        return _restore, (type(self), self._data, self.grad, self.label, self.path)

    def __float__(self) -> float:
        if (reads := float_reads.get()) is not None:
            reads.append(self)
        return self._data

    def __int__(self) -> int:
        return int(self._data)

    def __bool__(self) -> bool:
        return bool(self._data)

    def __round__(self, digits: int | None = None) -> float:
        return round(self._data, digits)

    def __format__(self, form: str) -> str:
        return format(self._data, form) if form else repr(self)

    def __lt__(self, other: Any) -> bool:
        return NotImplemented if (other := operand(other)) is None else self._data < other._data

    def __le__(self, other: Any) -> bool:
        return NotImplemented if (other := operand(other)) is None else self._data <= other._data

    def __gt__(self, other: Any) -> bool:
        return NotImplemented if (other := operand(other)) is None else self._data > other._data

    def __ge__(self, other: Any) -> bool:
        return NotImplemented if (other := operand(other)) is None else self._data >= other._data

    if TYPE_CHECKING:  # made from the table, in `operators`; a test holds these names against it

        def exp(self) -> "Value": ...
        def pow(self, other: "Value | float") -> "Value": ...
        def leaky_relu(self, slope: float = 0.01) -> "Value": ...
        def elu(self, alpha: float = 1.0) -> "Value": ...
        def clip(self, low: float, high: float) -> "Value": ...

        abs = acos = asin = atan = cos = cosh = erf = expm1 = gelu = log = log1p = log_sigmoid = exp
        negative = positive = relu = sigmoid = silu = sin = sinh = softplus = sqrt = tan = tanh = exp
        __neg__ = __pos__ = __abs__ = exp
        add = subtract = multiply = divide = maximum = minimum = pow
        __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = pow
        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = pow


class Constant(Value):
    """Hold a number that entered an expression as a plain number, such as the 2 of 2 * x."""

    __slots__ = ()


def _restore(kind: type[Value], data: float, grad: float, label: str, path: str) -> Value:
    leaf = kind(data, label)
    leaf.grad, leaf.path = grad, path
    return leaf


def _real(data: Any) -> float:
    """Return a real number as a Python float, or refuse it by name."""
    if type(data) is float:
        return data
    if isinstance(data, numbers.Real) and not isinstance(data, bool):
        try:
            return float(data)
        except OverflowError:
            message = f"expected one real number, got an {type(data).__name__} too large for a float"
            raise RangeError(message) from None
    kind = type(data).__name__
    advice = ""
    if isinstance(data, Value):
        advice = ": it is a Value already; use it as it is, or its .data"
    elif hasattr(data, "__array__"):
        advice = ": make one Value of each element"
    message = f"expected one real number, got {data!r:.60} of type {kind}{advice}"
    raise OperandError(message)


def operand(x: Any) -> Value | None:
    """Return x as a Value, None where Python should ask x itself; refuse arrays, which never fit."""
    if isinstance(x, Value):
        return x
    if isinstance(x, numbers.Real) and not isinstance(x, bool):
        return Constant(x)
    if hasattr(x, "__array__"):
        message = (
            f"a Value is one number and does not combine with a {type(x).__name__} of shape "
            f"{getattr(x, 'shape', '?')}: combine it with each element, [value * e for e in array]"
        )
        raise OperandError(message)
    return None


def as_value(x: Any) -> Value:
    """Return x itself if it is a Value, else the number x as a constant; refuse anything else."""
    return x if isinstance(x, Value) else Constant(x)
