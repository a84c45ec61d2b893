"""The numbers given to the names of an expression."""

from collections.abc import Mapping, Sequence
from typing import Any

from scalargrad.engine.trees import listed
from scalargrad.engine.value import Number, Value
from scalargrad.errors import ExpressionError, NumberError, ShapeError
from scalargrad.expressions.parser import statements_of
from scalargrad.expressions.reader import Reader
from scalargrad.expressions.vectors import Array, flat, named, shape
from scalargrad.notation.reading_names import read_name
from scalargrad.notation.reading_numbers import read_number

Numbers = float | Sequence[float] | Sequence[Sequence[float]]
MOST_ELEMENTS = 10_000


def leaves_of(values: Mapping[str, Numbers]) -> dict[str, Array]:
    """Return labelled leaves for given numbers, those of a list as `x[0]`, of a matrix as `W[0,1]`.

    >>> leaves_of({"x": [1.0, 2.0]})
    {'x': [Value(data=1.0, grad=0.0, label='x[0]'), Value(data=2.0, grad=0.0, label='x[1]')]}
    """
    found = {}
    for name, numbers in values.items():
        listed = _listed(numbers)
        try:
            shape(listed)
        except ShapeError as error:
            raise ShapeError(f"{name}: {error}") from None
        if isinstance(listed, list) and len(flat(listed)) > MOST_ELEMENTS:
            message = f"{name} has more than {MOST_ELEMENTS:,} numbers, too many to be shown one by one"
            raise ShapeError(message)
        found[read_name(name) or name] = named(listed, name, _leaf)
    return found


def read_given(text: str, name: str = "") -> Numbers:
    """Return the number, list or matrix that a text is: `0,73`, `1/3`, `73%`, `pi/2`, `[0.5, -1]`.

    Raises NumberError for anything else, also for an expression with names in it.

    >>> read_given("−0.2"), read_given("[[1, 1/4], [3, 50%]]"), read_given("2²")
    (-0.2, [[1.0, 0.25], [3.0, 0.5]], 4.0)
    """
    try:
        return read_number(text, name).value
    except NumberError as error:
        refusal = error
    try:
        statements = statements_of(text)
        if len(statements) == 1 and not statements[0].name:
            return _plain(Reader(text, {}).statement(statements[0]))  # type: ignore[no-any-return]
    except (ExpressionError, RecursionError) as error:
        if "[" in text:
            refusal = NumberError(f"{name or text.strip():.60}: {error}")
    raise refusal


def _listed(x: Any) -> Array:
    """Return lists for whatever lists there are, tuples, arrays of NumPy; numbers as they are."""
    x = listed(x)
    return [_listed(item) for item in x] if isinstance(x, list | tuple) else x


def _leaf(x: Number, label: str) -> Value:
    return Value(x, label)  # type: ignore[arg-type]  # which refuses what is no number


def _plain(x: Array) -> Array:
    if isinstance(x, list):
        return [_plain(item) for item in x]
    return x.data if isinstance(x, Value) else x
