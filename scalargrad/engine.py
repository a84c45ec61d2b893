"""The engine: a `Value` remembers how it was computed, and a sweep turns that into derivatives.

A node holds its data, its ordered parents, and the row of the table that made it.  The row's local
derivatives are functions without an environment and the node is the environment: together they are
the node's local-derivative closures, bound only when somebody asks for them.

Each node also draws the next number of one counter.  Parents draw before their children, so sorting
by that number is a topological sort: it is the node's place in the Wengert list.  Giving a leaf new
data makes it draw again, behind its readers; a sweep that meets a parent younger than its child
therefore knows that the graph is stale.

Two slots hold the parents: one Value or two, or for an n-ary row one tuple or two (the second is
empty for one list).  So a node of arity 1 or 2 is one object for the garbage collector to visit
instead of two, which halves the time to build a graph.
"""

import itertools
import math
import numbers
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

from scalargrad import sweep
from scalargrad.errors import DomainError, OperandError, RangeError, StaleGraphError
from scalargrad.notation import Writer, number
from scalargrad.primitives import power
from scalargrad.scalars import strict
from scalargrad.sweep import accumulate_gradients, evaluation_order, local_floats
from scalargrad.table import FAMILIES, TABLE, Primitive, for_each_row

draw = itertools.count(1).__next__
_new = object.__new__
_recording = ContextVar("recording", default=True)
_blocks_without_recording = 0  # in all threads: while it is 0, no node needs to ask the ContextVar


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

    def __init__(self, data: Any, label: str = "") -> None:
        self._data = _real(data)
        self.grad = 0.0
        self.label = label
        self.path = ""
        self.primitive = self._first = self._second = None
        self._order = draw()

    @property
    def data(self) -> float:
        """Return the number; a leaf takes a new one, a computed value raises StaleGraphError."""
        return self._data  # type: ignore[no-any-return]

    @data.setter
    def data(self, data: Any) -> None:
        if self._first is not None:
            message = f"{describe(self)} was computed, so its data follows from its parents: set theirs"
            raise StaleGraphError(message)
        self._data = _real(data)
        self._order = sweep.last_assignment = draw()

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
        return tuple(
            lambda i=i: local_floats(self)[i]  # type: ignore[misc]
            for i in range(len(self.parents))
        )

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
        return self._data  # type: ignore[no-any-return]

    def __int__(self) -> int:
        return int(self._data)

    def __bool__(self) -> bool:
        return bool(self._data)

    def __round__(self, digits: int | None = None) -> float:
        return round(self._data, digits)  # type: ignore[no-any-return]

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

    def __pow__(self, exponent: Any) -> "Value":
        if isinstance(exponent, Value):
            return self.pow(exponent)
        if (constant := operand(exponent)) is None:
            return NotImplemented
        return apply(power.row(constant._data), self)

    if TYPE_CHECKING:  # made from the table, below; a test holds these names against it

        def exp(self) -> "Value": ...
        def pow(self, other: "Value | float") -> "Value": ...
        def leaky_relu(self, slope: float = 0.01) -> "Value": ...
        def elu(self, alpha: float = 1.0) -> "Value": ...
        def clip(self, low: float, high: float) -> "Value": ...

        abs = acos = asin = atan = cos = cosh = erf = expm1 = gelu = log = log1p = log_sigmoid = exp
        negative = positive = relu = sigmoid = silu = sin = sinh = softplus = sqrt = tan = tanh = exp
        __neg__ = __pos__ = __abs__ = exp
        add = subtract = multiply = divide = maximum = minimum = pow
        __add__ = __sub__ = __mul__ = __truediv__ = pow
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
            message = f"{str(data):.20}… is too large for a float"
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


def describe(value: Value) -> str:
    """Name a value by its label, its path or its data."""
    return value.label or value.path or f"the value {number(value.data)}"


# ---- making nodes


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results inside the block are leaves, without parents.

    It holds for the running thread or task only, and ends with the block, also by an exception.

    >>> w = Value(2.0)
    >>> with no_grad():
    ...     y = w * 3
    >>> y.parents
    ()
    """
    global _blocks_without_recording
    _blocks_without_recording += 1
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)
        _blocks_without_recording -= 1


def apply(row: Primitive, *parents: Value, m: Any = strict) -> Value:
    """Return the node of a row at its parents; raise DomainError or RangeError where it has no value."""
    try:
        data = row.value(m, [parent._data for parent in parents])
    except (ValueError, ArithmeticError) as error:
        raise _undefined(row, parents, error) from None
    if row.lists:
        half = len(parents) // row.lists
        return record(row, data, parents[:half], parents[half:])
    return record(row, data, *parents)


def record(row: Primitive, data: float, first: Any, second: Any = None) -> Value:
    """Return the node of a row with its data and parents in the two slots, or a leaf under no_grad."""
    node = _new(Value)
    node._data = data
    node.grad = 0.0
    node.label = node.path = ""
    node._order = draw()
    if _blocks_without_recording and not _recording.get():
        row = first = second = None  # type: ignore[assignment]
    node.primitive = row
    node._first = first
    node._second = second
    return node


def _undefined(row: Primitive, parents: tuple[Value, ...], error: Exception) -> Exception:
    """Return the error that says what was asked of which primitive, at which operands."""
    writer = Writer("text", digits=6)
    names = [parent.label or f"x{i}" for i, parent in enumerate(parents, 1)]
    if len(parents) == 1:
        names = [parents[0].label or "x"]
    symbols = [writer.name(name) for name in names]
    point = ", ".join(f"{n} = {number(p.data, 6)}" for n, p in zip(names, parents, strict=True))
    if isinstance(error, OverflowError):
        return RangeError(f"{writer.write(row, symbols)} is too large for a float at {point}")
    needs = f"; it needs {row.domain(writer, *symbols)}" if row.domain else ""
    return DomainError(f"{writer.write(row, symbols)} is not defined at {point}{needs}")


def _unary(row: Primitive) -> Callable[[Value], Value]:
    function = row.function

    def method(self: Value) -> Value:
        try:
            data = function(strict, self._data)
        except (ValueError, ArithmeticError) as error:
            raise _undefined(row, (self,), error) from None
        return record(row, data, self)

    return method


def _binary(row: Primitive) -> Callable[[Value, Any], Value]:
    function = row.function

    def method(self: Value, other: Any) -> Value:
        if type(other) is not Value:
            other = operand(other)
            if other is None:
                return NotImplemented
        try:
            data = function(strict, self._data, other._data)
        except (ValueError, ArithmeticError) as error:
            raise _undefined(row, (self, other), error) from None
        if _blocks_without_recording:
            return record(row, data, self, other)
        node = _new(Value)  # `record` written out: + and * are what graphs are built with
        node._data = data
        node.grad = 0.0
        node.label = node.path = ""
        node._order = draw()
        node.primitive = row
        node._first = self
        node._second = other
        return node

    return method


def _reflected(row: Primitive) -> Callable[[Value, Any], Value]:
    def method(self: Value, other: Any) -> Value:
        other = operand(other)
        return NotImplemented if other is None else apply(row, other, self)

    return method


def _name(place: Any, name: str, function: Callable[..., Any], documentation: str | None) -> None:
    function.__name__, function.__doc__ = name, documentation
    setattr(place, name, function)


@for_each_row
def _give_method(row: Primitive) -> None:
    if row.arity in {1, 2}:
        _name(Value, row.name, _unary(row) if row.arity == 1 else _binary(row), row.function.__doc__)


def _give_method_of_family(name: str) -> None:
    def method(self: Value, *parameters: float, **named: float) -> Value:
        return apply(FAMILIES[name](*parameters, **named), self)

    _name(Value, name, method, FAMILIES[name].__doc__)


for _name_of_family in FAMILIES.keys() - {"power"}:  # whose spelling is x**n
    _give_method_of_family(_name_of_family)
for _operator, _row in {"neg": "negative", "pos": "positive", "abs": "abs"}.items():
    setattr(Value, f"__{_operator}__", getattr(Value, _row))
for _operator, _row in {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide"}.items():
    setattr(Value, f"__{_operator}__", getattr(Value, _row))
    setattr(Value, f"__r{_operator}__", _reflected(TABLE[_row]))
Value.__rpow__ = _reflected(TABLE["pow"])  # type: ignore[method-assign]
