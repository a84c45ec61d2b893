"""The operators of Values, made from the table of primitives."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from inspect import Parameter, Signature
from itertools import chain
from threading import Lock
from typing import Any

from scalargrad.engine.methods import Methods
from scalargrad.engine.node import next_order, real
from scalargrad.engine.value import Value, as_value, operand
from scalargrad.errors import DomainError, RangeError
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.rows import power
from scalargrad.primitives.scalars import strict
from scalargrad.primitives.table import TABLE, Entry, Family, TakeBack, attached, for_each_entry

_new = object.__new__
_recording = ContextVar("recording", default=True)
_count_lock = Lock()
_blocks_without_recording = 0  # in all threads: while it is 0, no node needs to ask the ContextVar


# ---- recording


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


# ---- nodes


def apply(row: Primitive, *arguments: Any, m: Any = strict) -> Value:
    """Return the node of a row at its arguments: Values, or for an n-ary row lists of them.

    Raises DomainError or RangeError where the row has no value.

    >>> apply(TABLE["dot"], [Value(2.0)], [Value(3.0)]).data
    6.0
    """
    if row.lists:
        return _apply_to_lists(row, [tuple(values) for values in arguments], m)
    try:
        z = row.function(m, *[value._data for value in arguments])
    except (ValueError, ArithmeticError) as error:
        raise _undefined(row, arguments, error) from None
    return computed(row, z, *arguments)


def _apply_to_lists(row: Primitive, lists: Sequence[tuple[Value, ...]], m: Any) -> Value:
    try:
        z = row.function(m, *[[value._data for value in values] for values in lists])
    except (ValueError, ArithmeticError) as error:
        raise _undefined(row, tuple(chain(*lists)), error) from None
    first, second = (*lists, ())[:2]
    return computed(row, z, first, second)


def computed(row: Primitive, data: float, first: Any, second: Any = None) -> Value:
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


def _undefined(row: Primitive, parents: Sequence[Value], error: Exception) -> Exception:
    names = [parent.label or f"x{i}" for i, parent in enumerate(parents, 1)]
    if len(parents) == 1:
        names = [parents[0].label or "x"]
    return undefined(row, names, [parent._data for parent in parents], error)


def undefined(row: Primitive, names: Sequence[str], data: Sequence[float], error: Exception) -> Exception:
    """Return the error that says what was asked of which primitive, at which operands."""
    writer = TextWriter(digits=6)
    symbols = [writer.name(name) for name in names]
    point = ", ".join(f"{name} = {number(x, 6)}" for name, x in zip(names, data, strict=True))
    if isinstance(error, OverflowError):
        return RangeError(f"{writer.write(row, symbols)} is too large for a float at {point}")
    needs = f"; it needs {row.domain(writer, *symbols)}" if row.domain else ""
    return DomainError(f"{writer.write(row, symbols)} is not defined at {point}{needs}")


# ---- methods


def reflected(method: str) -> str:
    """Return the name of the operator that Python tries where the other operand is on the left.

    >>> reflected("__add__")
    '__radd__'
    """
    return f"__r{method[2:]}"


def of_reflected(documentation: str) -> str:
    """Return the documentation of an operator whose other operand is on the left."""
    return f"{documentation.removesuffix('.')}, where self is y."


def _signature(entry: Entry) -> Signature:
    """Return the signature of a method: self and a second operand by position, then parameters."""
    row, parameters = (entry.sample, entry.signature.parameters) if isinstance(entry, Family) else (entry, {})
    operands = ["self", *("other" for _ in row.operands[1:])]
    by_position = [Parameter(name, Parameter.POSITIONAL_ONLY) for name in operands]
    return Signature([*by_position, *parameters.values()])


def _unary(row: Primitive) -> Callable[[Value], Value]:
    function = row.function

    def method(self: Value) -> Value:
        try:
            data = function(strict, self._data)
        except (ValueError, ArithmeticError) as error:
            raise _undefined(row, (self,), error) from None
        return computed(row, data, self)

    return method


def _binary(row: Primitive) -> Callable[[Value, Any], Value]:
    return lambda self, other, /: apply(row, self, as_value(other))


def _operator(row: Primitive) -> Callable[[Value, Any], Value]:
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
            return computed(row, data, self, other)
        node = _new(Value)  # `computed` written out: + and * are what graphs are built with
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


def _power(self: Value, exponent: Any) -> Value:
    """Return x to the power n: of the family `power` for a constant n, of `pow` for a Value."""
    if isinstance(exponent, Value):
        return apply(TABLE["pow"], self, exponent)
    if type(exponent) in {int, float}:
        n = real(exponent)
    elif (constant := operand(exponent)) is not None:
        n = constant._data
    else:
        return NotImplemented  # type: ignore[no-any-return]
    return apply(power.row(n), self)


def _of_family(family: Family) -> Callable[..., Value]:
    others = len(family.sample.operands) - 1

    def method(self: Value, *arguments: Any, **named: float) -> Value:
        row = family(*arguments[others:], **named)
        return apply(row, self, *map(as_value, arguments[:others]))

    return method


def _methods_of(entry: Entry) -> Iterator[tuple[str, Callable[..., Any]]]:
    if isinstance(entry, Family):
        yield entry.name, _of_family(entry)
    elif entry.arity == 1:
        yield entry.name, _unary(entry)
        if entry.method:
            yield entry.method, _unary(entry)
    elif entry.arity == 2:
        yield entry.name, _binary(entry)
        if entry.method:
            yield entry.method, _power if entry.name == "pow" else _operator(entry)
            yield reflected(entry.method), _reflected(entry)


@for_each_entry
def _give_methods(entry: Entry) -> TakeBack:
    """Give Values the method of a row or family and, if the row has one, the operator of Python."""
    methods = dict(_methods_of(entry))
    for name, method in methods.items():
        is_reflected = not isinstance(entry, Family) and name == reflected(entry.method or "")
        method.__name__, method.__qualname__ = name, f"Value.{name}"
        method.__doc__ = of_reflected(entry.documentation) if is_reflected else entry.documentation
        method.__signature__ = _signature(entry)  # type: ignore[attr-defined]
    return attached(Methods, methods)
