"""The operators of Values, made from the table of primitives."""

from collections.abc import Callable, Iterator
from typing import Any

from scalargrad.engine import recording
from scalargrad.engine.apply import apply, computed, undefined_at
from scalargrad.engine.methods import Methods
from scalargrad.engine.node import next_order, real
from scalargrad.engine.signatures import of_method
from scalargrad.engine.value import Value, as_value, operand
from scalargrad.errors import EntryError
from scalargrad.notation import legible  # noqa: F401  # refuses rows before they become methods
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.rows import power
from scalargrad.primitives.scalars import strict
from scalargrad.primitives.table import TABLE, Entry, Family, TakeBack, attached, for_each_entry, row_of_entry

_new = object.__new__


def of_reflected(documentation: str) -> str:
    """Return the documentation of an operator whose other operand is on the left."""
    return f"{documentation.removesuffix('.')}, where self is y."


def _unary(row: Primitive) -> Callable[[Value], Value]:
    function = row.function

    def method(self: Value) -> Value:
        try:
            data = function(strict, self._data)
        except (ValueError, ArithmeticError) as error:
            raise undefined_at(row, (self,), error) from None
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
            raise undefined_at(row, (self, other), error) from None
        if recording.blocks_without:
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
        if entry.reflected:
            yield entry.reflected, _reflected(entry)


@for_each_entry
def _give_methods(entry: Entry) -> TakeBack:
    """Give Values the method of a row or family and, if the row has one, the operator of Python."""
    methods = dict(_methods_of(entry))
    for name in methods:
        if hasattr(Value, name):
            message = f"Values have an attribute {name!r} already; give the primitive another name"
            raise EntryError(message)
    for name, method in methods.items():
        is_reflected = name == row_of_entry(entry).reflected
        method.__name__, method.__qualname__ = name, f"Value.{name}"
        method.__doc__ = of_reflected(entry.documentation) if is_reflected else entry.documentation
        method.__signature__ = of_method(entry)  # type: ignore[attr-defined]
    return attached(Methods, methods)
