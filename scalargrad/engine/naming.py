"""Name Values after the Python variables that hold them."""

from collections.abc import Sequence
from typing import Never

from scalargrad.engine.value import Value
from scalargrad.errors import OperandError


def leaves(*given: Never, **data: float) -> tuple[Value, ...]:
    """Return a leaf for each keyword, with its name as the label.

    >>> x, w = leaves(x=2.0, w=-0.5)
    >>> x, w
    (Value(data=2.0, grad=0.0, label='x'), Value(data=-0.5, grad=0.0, label='w'))
    """
    _named("leaves", "leaves(x=2.0, w=-0.5)", given)
    return tuple(Value(number, label=name) for name, number in data.items())


def label(*given: Never, **values: Value) -> None:
    """Set the label of each Value to its keyword: `label(a=a, h=h)`.

    >>> a = Value(1.0) + 2
    >>> label(a=a)
    >>> a.label
    'a'
    """
    _named("label", "label(a=a, h=h)", given)
    for name, value in values.items():
        if not isinstance(value, Value):
            message = f"label names Values, and {name} is {value!r:.60}"
            raise OperandError(message)
        value.label = name


def _named(name: str, example: str, given: Sequence[object]) -> None:
    """Raise OperandError for what is given without its name."""
    if given:
        message = f"{name} takes names with what they stand for, as {example}, got {given[0]!r:.60} without"
        raise OperandError(message)
