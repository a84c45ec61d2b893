"""The operators and methods of Values, made from the table of primitives; and no_grad."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from scalargrad.engine import Value, as_value, next_order, operand
from scalargrad.errors import DomainError, RangeError
from scalargrad.notation import Writer, number
from scalargrad.primitives import power
from scalargrad.scalars import strict
from scalargrad.table import FAMILIES, TABLE, Primitive, for_each_row

_new = object.__new__
_recording = ContextVar("recording", default=True)
_count_lock = Lock()
_blocks_without_recording = 0  # in all threads: while it is 0, no node needs to ask the ContextVar


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
    _count_blocks(1)
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)
        _count_blocks(-1)


def _count_blocks(change: int) -> None:
    global _blocks_without_recording  # noqa: PLW0603  # one count for all threads
    with _count_lock:
        _blocks_without_recording += change


@contextmanager
def recorded() -> Iterator[None]:
    """Record inside the block, even within no_grad: no derivative can be taken without a graph."""
    token = _recording.set(True)
    try:
        yield
    finally:
        _recording.reset(token)


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
    node._order = next_order()
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
                return NotImplemented  # type: ignore[no-any-return]
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
        node._order = next_order()
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


def _pow(self: Value, exponent: Any) -> Value:
    if isinstance(exponent, Value):
        return self.pow(exponent)
    exponent = operand(exponent)
    return NotImplemented if exponent is None else apply(power.row(exponent._data), self)


def _publish(name: str, method: Callable[..., Any], documentation: str | None) -> None:
    method.__name__, method.__qualname__, method.__doc__ = name, f"Value.{name}", documentation
    setattr(Value, name, method)


@for_each_row
def _give_method(row: Primitive) -> None:
    def method_of_two(self: Value, other: Any) -> Value:
        return apply(row, self, as_value(other))

    if row.arity is not None:
        _publish(row.name, _unary(row) if row.arity == 1 else method_of_two, row.function.__doc__)


def _give_method_of_family(name: str) -> None:
    def method(self: Value, *parameters: float, **named: float) -> Value:
        return apply(FAMILIES[name](*parameters, **named), self)

    _publish(name, method, FAMILIES[name].__doc__)


for _name_of_family in FAMILIES.keys() - {"power"}:  # whose spelling is x**n
    _give_method_of_family(_name_of_family)
for _operator, _row in {"neg": "negative", "pos": "positive", "abs": "abs"}.items():
    setattr(Value, f"__{_operator}__", getattr(Value, _row))
for _operator, _row in {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide"}.items():
    _publish(f"__{_operator}__", _binary(TABLE[_row]), TABLE[_row].function.__doc__)
    _publish(f"__r{_operator}__", _reflected(TABLE[_row]), None)
Value.__pow__ = _pow  # type: ignore[assignment]
Value.__rpow__ = _reflected(TABLE["pow"])  # type: ignore[assignment]
