"""Write an operation on arrays: its value, then what it hands back to its operands."""

import operator
from collections.abc import Collection, Iterator
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from scalargrad.primitives import rows
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.rows import dot, logsumexp, total
from scalargrad.primitives.table import TABLE
from scalargrad.replay import floats, products, workspace
from scalargrad.replay.adjoints import Adjoints, Term
from scalargrad.replay.arrays import Array, Numbers, View
from scalargrad.replay.graph import GUARD_ROWS, detached
from scalargrad.replay.libraries import occurrences
from scalargrad.replay.operation import LISTED, Block, Operation
from scalargrad.replay.text import Text, shape

BLOCKS = {"floats": floats, "workspace": workspace}
OURS = {row for row in vars(rows).values() if isinstance(row, Primitive)}
WITHOUT_DERIVATIVE = {detached, *GUARD_ROWS}


class HandedBack(NamedTuple):
    """What an operation hands back to one of its operands, with the shape that has."""

    text: str
    full: bool
    dims: tuple[int, ...]
    batched: bool


def forward(text: Text, operation: Operation | Block) -> None:
    """Write what computes an operation or a block; a product that is a term of one sum stands in that."""
    if isinstance(operation, Block):
        BLOCKS[operation.style].forward(text, operation)
    elif operation.inlined:
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


def backward(adjoints: Adjoints, operation: Operation | Block, wanted: Collection[Array]) -> None:
    """Write what an operation hands back to the arrays that it reads, where their adjoints are wanted."""
    text, array = adjoints.text, operation.array
    if isinstance(operation, Operation) and operation.group.row in WITHOUT_DERIVATIVE:
        return
    upstream = adjoints.adjoint(array)
    if upstream is None:
        return
    if isinstance(operation, Operation) and operation.blocks is None:
        handed = _to_lists if _is_listed(operation) and not operation.unrolled else _to_elements
        backs = list(handed(adjoints, operation, upstream))
    else:
        d = adjoints.widened(upstream, array.dims, batched=array.batched)
        backs = list(
            _to_matrices(text, operation, d)
            if isinstance(operation, Operation)
            else _to_inputs(text, operation, d, wanted)
        )
    for view, back in zip(operation.views, backs):
        if any(read in wanted for read in view.arrays):
            adjoints.hand_back(view, Term(back.text, back.full), back.dims, batched=back.batched)


def _is_listed(operation: Operation) -> bool:
    return bool(operation.group.row.lists)


def _elements(text: Text, operation: Operation) -> str:
    """Return a row applied element by element; a short sum is written out."""
    row, symbols = operation.group.row, symbols_of(text, operation)
    if row is detached:
        return text.library.detached(str(symbols[0]))
    if row.lists and row not in LISTED:
        return str(text.dialect.value(row, *_widened(text, operation)))
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


def symbols_of(text: Text, operation: Operation) -> list[Any]:
    """Return the operands of an operation: a number as it is, a view by its text.

    For a row of a user's a number is written too: it may compare its operands, and join what it finds.
    """
    row = operation.group.row
    number = text.dialect.symbol if TABLE.get(row.name) is row and row not in OURS else float
    return [
        number(float(view.numbers))
        if isinstance(view, Numbers) and not view.numbers.ndim
        else text.dialect.name(text.read(view))
        for view in operation.views
    ]


def _widened(text: Text, operation: Operation) -> list[Any]:
    """Return the operands of a row of one's own, all in one shape, for it may put them into one array."""
    array = operation.array
    wide = shape(array.dims, batched=array.batched)
    return [
        symbol
        if _is_wide(view, array) or not (array.dims or array.batched)
        else text.dialect.name(text.library.call("broadcast_to", str(symbol), wide))
        for symbol, view in zip(symbols_of(text, operation), operation.views)
    ]


def _of_lists(text: Text, operation: Operation) -> str:
    """Return a row of lists, which lie along the last axis."""
    row, lists = operation.group.row, [text.read(view, exact=1) for view in operation.views]
    if row is total:
        (view,) = operation.views
        is_flat = not view.batched and len(view.shape) == 1
        return text.sum_of_rows(lists[0], view.shape[0]) if is_flat else f"{lists[0]}.sum(axis=-1)"
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


def _to_elements(adjoints: Adjoints, operation: Operation, upstream: Term) -> Iterator[HandedBack]:
    """Yield upstream adjoint × local derivative for each operand."""
    dialect, array, row = adjoints.text.dialect, operation.array, operation.group.row
    own = row.lists and row not in LISTED
    symbols = _widened(adjoints.text, operation) if own else symbols_of(adjoints.text, operation)
    d, z = dialect.name(upstream.text), dialect.name(array.name)
    wide = [array.name, *(str(s) for s, view in zip(symbols, operation.views) if _is_wide(view, array))]
    for local in row.local_derivatives(dialect, z, symbols):
        written = str(dialect.symbol(local))
        full = upstream.full or any(occurrences(written, name) for name in wide)
        yield HandedBack(str(dialect.symbol(d * local)), full, array.dims, array.batched)


def _is_wide(view: View, array: Array) -> bool:
    return not isinstance(view, Numbers) and (view.batched, view.shape) == (array.batched, array.dims)


def _to_lists(adjoints: Adjoints, operation: Operation, upstream: Term) -> Iterator[HandedBack]:
    """Yield upstream adjoint × local derivatives for each list of operands."""
    text, row, array, views = adjoints.text, operation.group.row, operation.array, operation.views
    dims = (*array.dims, views[0].shape[-1])
    axis = "[..., None]" * bool(array.dims or array.batched)
    d = adjoints.widened(upstream, array.dims, batched=array.batched) + axis
    if row is total:
        yield HandedBack(d, False, dims, array.batched)
    elif row is dot:
        for other in reversed(views):
            yield HandedBack(f"{d}*{text.read(other)}", True, dims, array.batched)
    else:
        power = f"np.exp({text.read(views[0], exact=1)} - {array.name}{axis})"
        yield HandedBack(f"{d}*{power}", True, dims, array.batched)


def _to_matrices(text: Text, operation: Operation, d: str) -> Iterator[HandedBack]:
    """Yield what goes to each of two matrices: summed over the samples already, where it is one for all."""
    for back, view in zip(products.handed_back(text, operation, d), operation.views):
        yield HandedBack(back, True, view.shape, view.batched)


def _to_inputs(text: Text, block: Block, d: str, wanted: Collection[Array]) -> Iterator[HandedBack]:
    read = {slot for array in block.view.arrays if array in wanted for slot in array.slots.tolist()}
    back = BLOCKS[block.style].backward(text, block, d, read)
    yield HandedBack(back, True, block.inputs.shape, block.array.batched)
