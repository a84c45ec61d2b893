"""Numbers in nested lists, as functions take them, return them."""

from collections.abc import Callable, Iterator
from typing import Any

from scalargrad.engine.node import real
from scalargrad.engine.value import Value
from scalargrad.errors import ShapeError


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return nested lists and tuples, or those of an array, with the function of each of their items."""
    tree = listed(tree)
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(function, branch) for branch in tree)
    return function(tree)


def flat(tree: Any) -> list[Any]:
    """Return the items of nested lists and tuples, in order.

    >>> flat([1.0, ([2.0], 3.0)])
    [1.0, 2.0, 3.0]
    """
    return [item for branch in tree for item in flat(branch)] if isinstance(tree, (list, tuple)) else [tree]


def listed(x: Any) -> Any:
    """Return an array as nested lists of its numbers, anything else as it is."""
    return x.tolist() if hasattr(x, "tolist") else x


def paired(tree: Any, numbers: Any, what: str) -> Iterator[tuple[Any, Any]]:
    """Yield each item of nested lists with the number at its place in others of one shape, or an array.

    Raises ShapeError where the shapes differ, OperandError for what is no number.
    """
    numbers = listed(numbers)
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
