"""Functions of Values that are composed of rows: means, softmax, choices."""

from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any, Never, TypeVar

from scalargrad.engine.apply import computed
from scalargrad.engine.functions import logsumexp, total
from scalargrad.engine.value import Number, Value, as_value, as_values
from scalargrad.engine.watching import watcher
from scalargrad.errors import OperandError, ShapeError
from scalargrad.primitives.rows import dot as dot_row

__all__ = ["log_softmax", "mean", "pick", "softmax", "where"]

T = TypeVar("T")  # an item of a list: a Value, or a list of them


def mean(values: Iterable[Number], /, *more: Never) -> Value:
    """Return (x₁ + … + xₖ) / k; raise ShapeError for no values.

    >>> mean([1.0, 2.0, 6.0]).data
    3.0
    """
    listed = _at_least_one("mean", values, more)
    return total(listed) / len(listed)


def log_softmax(logits: Iterable[Number], /, *more: Never) -> list[Value]:
    """Return the list of xᵢ - ln Σⱼ eˣʲ; raise ShapeError for no logits.

    >>> [round(p.data, 4) for p in log_softmax([0.0, 0.0])]
    [-0.6931, -0.6931]
    """
    return _log_softmax(_at_least_one("log_softmax", logits, more))


def _log_softmax(logits: Sequence[Value]) -> list[Value]:
    normaliser = logsumexp(logits)
    return [logit - normaliser for logit in logits]


def softmax(logits: Iterable[Number], /, *more: Never) -> list[Value]:
    """Return the list of eˣⁱ / Σⱼ eˣʲ, which is positive and adds up to 1.

    >>> [round(p.data, 4) for p in softmax([5.0, 5.0])]
    [0.5, 0.5]
    """
    return [log_probability.exp() for log_probability in _log_softmax(_at_least_one("softmax", logits, more))]


def where(condition: object, chosen: Number, otherwise: Number) -> Value:
    """Return `chosen` where the condition is true, else `otherwise`; only that one gets a gradient.

    Python's own `a if c else b` does the same and does not even compute the other.

    >>> x = Value(-2.0)
    >>> where(x > 0, x, 0.1 * x).data
    -0.2
    """
    return as_value(chosen if condition else otherwise)


def pick(items: Sequence[T], index: Number) -> T:
    """Return items[index], a Value or a list of them, such as the row of an embedding.

    The index is a whole number from 0 on, or a Value that holds one.  `items[index]` is the same; but in
    a recorded function an index that is an argument varies with it here, and would be fixed there.
    Raises ShapeError for an index that is out of range, OperandError for one that is no whole number.

    >>> embedding = [[Value(0.1), Value(0.2)], [Value(0.3), Value(0.4)]]
    >>> [x.data for x in pick(embedding, 1)]
    [0.3, 0.4]
    """
    place = as_value(index)
    error: Exception | None = None
    if place._data % 1 != 0:
        error = OperandError(f"pick needs a whole number as its index, got {place._data!r}")
    elif not 0 <= place._data < len(items):
        error = ShapeError(f"pick needs an index from 0 to {len(items) - 1}, got {place._data:g}")
    if error is not None:
        watcher.get().raised(error)
        raise error
    whole = int(place._data)
    hot = watcher.get().one_hot(place, len(items)) if isinstance(index, Value) else None
    if hot is not None and _is_alike(items):
        return _picked(hot, items, whole)  # type: ignore[no-any-return]
    if isinstance(index, Value):
        place._compared("==", as_value(whole), True)
    return items[whole]


def _is_alike(items: Sequence[Any]) -> bool:
    """Tell whether items are numbers, or lists of one length of what is alike."""
    if all(isinstance(item, Value | Real) for item in items):
        return True
    lists = all(isinstance(item, list | tuple) for item in items) and len(set(map(len, items))) == 1
    return lists and all(map(_is_alike, zip(*items)))


def _picked(hot: tuple[Value, ...], items: Sequence[Any], place: int) -> Any:
    """Return the item at a place as the product with a list that is 1 there, and else 0."""
    if isinstance(items[0], list | tuple):
        return [_picked(hot, column, place) for column in zip(*items)]
    values = tuple(as_values(items))
    return computed(dot_row, values[place]._data, hot, values)  # others do not count, be they infinite


def _at_least_one(name: str, values: Iterable[Number], more: Sequence[Number]) -> list[Value]:
    if more or not isinstance(values, Iterable):
        message = f"{name} takes its values in one list, {name}([x, y]), got {1 + len(more)} without one"
        raise OperandError(message)
    items = list(values)
    if items and isinstance(items[0], list | tuple):
        message = f"{name} is of one list of numbers; of several, [{name}(z) for z in lists]"
        raise OperandError(message)
    if not (listed := as_values(items)):
        message = f"{name} needs at least one value, got none"
        raise ShapeError(message)
    return listed
