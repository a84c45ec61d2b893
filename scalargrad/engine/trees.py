"""Numbers in nested lists, or in arrays, as functions take them, return them."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from scalargrad.engine.node import real
from scalargrad.engine.value import Value
from scalargrad.errors import ShapeError


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return nested lists and tuples with the function of each item, of a NumPy array an array of these.

    >>> import numpy as np
    >>> mapped(lambda x: x + 1, [1.0, (2.0,)]), mapped(lambda x: x + 1, np.array([1.0, 2.0]))
    ([2.0, (3.0,)], array([2., 3.]))
    """
    items = listed(tree)
    if not isinstance(items, (list, tuple)):
        return function(items)
    found = type(items)(mapped(function, branch) for branch in items)
    return _as_array(found) if items is not tree and _is_array(tree) else found


def _is_array(x: Any) -> bool:
    return "numpy" in sys.modules and isinstance(x, sys.modules["numpy"].ndarray)  # it need not be loaded


def _as_array(items: Any) -> Any:
    """Return nested lists as an array, of objects where Values are, which NumPy would read as floats."""
    import numpy as np

    return np.array(items, object if any(isinstance(x, Value) for x in flat(items)) else None)


def flat(tree: Any) -> list[Any]:
    """Return the items of nested lists, tuples and arrays, in order.

    >>> flat([1.0, ([2.0], 3.0)])
    [1.0, 2.0, 3.0]
    """
    items = listed(tree)
    return (
        [item for branch in items for item in flat(branch)] if isinstance(items, (list, tuple)) else [items]
    )


def listed(x: Any) -> Any:
    """Return an array as nested lists of its numbers, anything else as it is."""
    return x.tolist() if hasattr(x, "tolist") else x


def paired(tree: Any, numbers: Any, what: str) -> Iterator[tuple[Any, Any]]:
    """Yield each item of nested lists with the number at its place in others of one shape, or an array.

    Raises ShapeError where the shapes differ, OperandError for what is no number.
    """
    tree, numbers = listed(tree), listed(numbers)
    lists = [isinstance(x, (list, tuple)) for x in (tree, numbers)]
    if not any(lists):
        yield tree, numbers if isinstance(numbers, Value) else real(numbers)
    elif not all(lists) or len(tree) != len(numbers):
        had = [f"a list of {len(x)}" if is_list else "a number" for x, is_list in zip((tree, numbers), lists)]
        message = f"{what} needs the shape of what it belongs to: expected {had[0]}, got {had[1]}"
        raise ShapeError(message)
    else:
        for branch, other in zip(tree, numbers):
            yield from paired(branch, other, what)
