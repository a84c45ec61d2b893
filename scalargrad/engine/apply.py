"""What computes a node: a row, applied to Values."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from scalargrad.engine import recording, watching
from scalargrad.engine.node import next_order
from scalargrad.engine.value import Constant, Value
from scalargrad.errors import DomainError, RangeError
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import strict

_new = object.__new__


def apply(row: Primitive, *arguments: Any, m: Any = strict) -> Value:
    """Return the node of a row at its arguments: Values, or for an n-ary row lists of them.

    Raises DomainError or RangeError where the row has no value.

    >>> from scalargrad.primitives.rows import dot
    >>> apply(dot, [Value(2.0)], [Value(3.0)]).data
    6.0
    """
    if row.lists:
        return _apply_to_lists(row, [tuple(values) for values in arguments], m)
    try:
        z = row.function(m, *[value._data for value in arguments])
    except (ValueError, ArithmeticError) as error:
        raise undefined_at(row, arguments, error) from None
    return computed(row, z, *arguments)


def _apply_to_lists(row: Primitive, lists: Sequence[tuple[Value, ...]], m: Any) -> Value:
    try:
        z = row.function(m, *[[value._data for value in values] for values in lists])
    except (ValueError, ArithmeticError) as error:
        raise undefined_at(row, tuple(chain(*lists)), error) from None
    first, second = (*lists, ())[:2]
    return computed(row, z, first, second)


def computed(row: Primitive, data: float, first: Any, second: Any = None) -> Value:
    """Return the node of a row with its data and its parents, or lists of them, or a leaf under no_grad."""
    node = _new(Value)
    node._data = data
    node.grad = 0.0
    node.label = node.path = ""
    node._order = next_order()
    node.primitive = row
    node._first = first
    node._second = second
    if recording.blocks_without and not recording.is_on():
        if watching.watched:
            return node.detach()  # and whoever watches is told of what
        node.primitive = node._first = node._second = None
    return node


def undefined_at(row: Primitive, parents: Sequence[Value], error: Exception) -> Exception:
    """Return the error of a row that has no value at its parents."""
    found = _undefined_at(row, parents, error)
    watching.watcher.get().raised(found)
    return found


def _undefined_at(row: Primitive, parents: Sequence[Value], error: Exception) -> Exception:
    names: list[str | None] = [parent.label or f"x{i}" for i, parent in enumerate(parents, 1)]
    needs = str(row.domain(TextWriter(), *map(TextWriter().name, map(str, names)))) if row.domain else ""
    for i, parent in enumerate(parents):  # a constant is its number, unless the domain speaks of it
        if isinstance(parent, Constant) and not parent.label and str(names[i]) not in needs:
            names[i] = None
    given = [i for i, parent in enumerate(parents) if names[i] and not parent.label]
    if len(given) == 1:  # there are no others to count
        names[given[0]] = next(letter for letter in "xuvw" if letter not in names)
    return undefined(row, names, [parent._data for parent in parents], error)


def undefined(
    row: Primitive, names: Sequence[str | None], data: Sequence[float], error: Exception
) -> Exception:
    """Return the error that says what was asked of which primitive, at which operands.

    An operand without a name is its number.
    """
    writer, operands = TextWriter(digits=6), list(zip(names, data, strict=True))
    symbols = [writer.number(x) if name is None else writer.name(name) for name, x in operands]
    point = ", ".join(f"{name} = {number(x, 6)}" for name, x in operands if name) or "these numbers"
    if isinstance(error, OverflowError):
        return RangeError(f"{writer.write(row, symbols)} is too large for a float at {point}")
    needs = f"; it needs {row.domain(writer, *symbols)}" if row.domain else ""
    return DomainError(f"{writer.write(row, symbols)} is not defined at {point}{needs}")
