"""Write an operation on arrays: its value, and what it hands back to its operands."""

import operator
import re
from collections.abc import Collection, Iterator
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from scalargrad.notation.writer import Symbol
from scalargrad.primitives.rows import dot, logsumexp, total
from scalargrad.replay import products
from scalargrad.replay.arrays import Array, Numbers, View
from scalargrad.replay.graph import GUARD_ROWS, detached
from scalargrad.replay.layout import Operation
from scalargrad.replay.text import Term, Text, shape

WITHOUT_DERIVATIVE = {detached, *GUARD_ROWS}


class HandedBack(NamedTuple):
    """What an operation hands back to one of its operands, with the shape that has."""

    text: str
    full: bool
    dims: tuple[int, ...]


def forward(text: Text, operation: Operation) -> None:
    """Write the line that computes an operation; a product that is a term of one sum stands in that."""
    if operation.inlined:
        text.inlined[operation.array] = value(text, operation)
    else:
        text.lines.append(f"{operation.array.name} = {value(text, operation)}")


def value(text: Text, operation: Operation) -> str:
    """Return the expression of an operation."""
    if operation.blocks is not None:
        return products.value(text, operation)
    written = (
        _elements(text, operation)
        if operation.unrolled or not _is_listed(operation)
        else _of_lists(text, operation)
    )
    if _is_thin(operation):
        wide = shape(operation.array.dims, batched=operation.array.batched)
        return text.library.call("broadcast_to", written, wide)
    return written


def backward(text: Text, operation: Operation, wanted: Collection[Array]) -> None:
    """Write what an operation hands back to the arrays that it reads, where their adjoints are wanted."""
    array = operation.array
    if operation.group.row in WITHOUT_DERIVATIVE:
        return
    upstream = text.adjoint(array)
    if upstream is None:
        return
    batched = [array.batched] * len(operation.views)
    if operation.blocks is not None:
        d = text.widened(upstream, array.dims, batched=array.batched)
        handed = [
            HandedBack(x, True, v.shape)
            for x, v in zip(products.handed_back(text, operation, d), operation.views)
        ]
        batched = [view.batched for view in operation.views]  # else it is summed over the samples already
    elif operation.unrolled or not _is_listed(operation):
        handed = list(_to_elements(text, operation, upstream))
    else:
        handed = list(_to_lists(text, operation, upstream))
    for view, back, with_batch in zip(operation.views, handed, batched):
        if any(read in wanted for read in view.arrays):
            text.hand_back(view, Term(back.text, back.full), back.dims, batched=with_batch)


def _is_listed(operation: Operation) -> bool:
    return bool(operation.group.row.lists)


def _elements(text: Text, operation: Operation) -> str:
    """Return a row applied element by element; a short sum is written out."""
    row, symbols = operation.group.row, _symbols(text, operation)
    if row in GUARD_ROWS:
        symbols = list(map(text.dialect.symbol, symbols))  # numbers too: what is compared is to be written
    half = len(symbols) // 2
    if row is total:
        return str(text.dialect.symbol(reduce(operator.add, symbols)))
    if row is dot:
        return str(
            text.dialect.symbol(reduce(operator.add, map(operator.mul, symbols[:half], symbols[half:])))
        )
    return text.library.applied(text.dialect, row, symbols)


def _symbols(text: Text, operation: Operation) -> list[Any]:
    """Return the operands of an operation: a number as it is, a view by its text."""
    return [
        float(view.numbers)
        if isinstance(view, Numbers) and not view.numbers.ndim
        else text.dialect.name(text.read(view))
        for view in operation.views
    ]


def _of_lists(text: Text, operation: Operation) -> str:
    """Return a row of lists, which lie along the last axis."""
    row, lists = operation.group.row, [text.read(view, exact=1) for view in operation.views]
    if row is total:
        return f"{lists[0]}.sum(axis=-1)"
    if row is dot:
        return text.library.vecdot(*lists)
    assert row is logsumexp, row
    return text.library.logsumexp(lists[0])


def _is_thin(operation: Operation) -> bool:
    """Tell whether all operands repeat along an axis of the result, or have no batch axis."""
    dims, batched = operation.array.dims, operation.array.batched
    shapes = [view.numbers.shape if isinstance(view, Numbers) else view.shape for view in operation.views]
    if _is_listed(operation) and not operation.unrolled:
        shapes = [lengths[:-1] for lengths in shapes]
    return np.broadcast_shapes(*shapes) != dims or batched != any(view.batched for view in operation.views)


def _to_elements(text: Text, operation: Operation, upstream: Term) -> Iterator[HandedBack]:
    """Yield upstream adjoint × local derivative for each operand."""
    array, symbols = operation.array, _symbols(text, operation)
    d, z = text.dialect.name(upstream.text), text.dialect.name(array.name)
    wide = [array.name, *(str(s) for s, view in zip(symbols, operation.views) if _is_wide(view, array))]
    for local in operation.group.row.local_derivatives(text.dialect, z, symbols):
        written = str(text.dialect.symbol(local))
        full = upstream.full or any(_mentions(written, name) for name in wide)
        yield HandedBack(str(text.dialect.symbol(d * local)), full, array.dims)


def _is_wide(view: View, array: Array) -> bool:
    return not isinstance(view, Numbers) and (view.batched, view.shape) == (array.batched, array.dims)


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None


def _to_lists(text: Text, operation: Operation, upstream: Term) -> Iterator[HandedBack]:
    """Yield upstream adjoint × local derivatives for each list of operands."""
    row, array, views = operation.group.row, operation.array, operation.views
    dims = (*array.dims, views[0].shape[-1])
    axis = "[..., None]" * bool(array.dims or array.batched)
    d = text.widened(upstream, array.dims, batched=array.batched) + axis
    if row is total:
        yield HandedBack(d, False, dims)
    elif row is dot:
        for other in reversed(views):
            yield HandedBack(f"{d}*{text.read(other, exact=1)}", True, dims)
    else:
        yield HandedBack(f"{d}*np.exp({text.read(views[0], exact=1)} - {array.name}{axis})", True, dims)


__all__ = ["Symbol", "backward", "forward", "value"]
