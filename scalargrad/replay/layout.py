"""Lay groups out as arrays, so that what they read are arrays as they stand or slices of them.

A group of dot products of every row of one matrix with every row of another is their product.  A group
that reads all of an array, element by element, takes its shape and order.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalargrad.primitives.rows import add, dot, logsumexp, subtract, total
from scalargrad.replay.arrays import Array, Joined, Numbers, Piece, Placed, Slots, Taken, View
from scalargrad.replay.blocks import Block
from scalargrad.replay.graph import Graph
from scalargrad.replay.grouping import Group
from scalargrad.replay.segments import Segment

LISTED = {dot, total, logsumexp}  # whose lists are read as one array
MOST_TERMS = 4  # of a sum whose terms are read one by one


@dataclass(eq=False)
class Operation:
    """One operation on arrays: a group with the array it fills and the views that it reads.

    Of a list, the view has an axis more: the last one.  Of dot products, `blocks` tells whether the
    array has axes for blocks, for rows of the second operand and for rows of the first; of the product of
    pairs of rows there is none of these.  An `unrolled` one has a view for each operand in its lists.
    An `inlined` one is read once, as it stands, as a term of a sum.
    """

    group: Group
    array: Array
    views: list[View]
    blocks: tuple[bool, bool, bool] | None = None
    unrolled: bool = False
    inlined: bool = False


class Layout:
    """The arrays of a graph: of its leaves, then of each group in turn, with its operation.

    `leaves` are arrays that are given, such as those of arguments.
    """

    def __init__(self, graph: Graph, groups: Sequence[Group | Segment], leaves: Sequence[Array]) -> None:
        self.graph = graph
        self.placed = Placed(len(graph.rows))
        self.constants = np.full(len(graph.rows), np.nan)
        self.constants[list(graph.constants)] = list(graph.constants.values())
        self.is_constant = np.zeros(len(graph.rows), bool)
        self.is_constant[list(graph.constants)] = True
        self.is_leaf = np.zeros(len(graph.rows), bool)
        self.is_leaf[list(graph.leaves)] = True
        for array in leaves:
            self.placed.put(array)
        self._all = groups
        self._place_matrices(groups)
        self.operations = [self._block(x) if isinstance(x, Segment) else self._operation(x) for x in groups]
        self.output = self.view(np.array(graph.output))
        self._inline()
        self.followed = [self.view(np.array(slot)) for slots in graph.followed for slot in slots]

    @property
    def parameters(self) -> list[Array]:
        """Return the arrays of leaves that are read from outside."""
        return [array for array in self.placed.arrays if array.kind == "parameter"]

    def _inline(self) -> None:
        """Find the products that are read once, as they stand, as a term of a sum."""
        readers: dict[Array, list[tuple[Operation | Block | None, View]]] = {}
        for operation in self.operations:
            for view in operation.views:
                for array in view.arrays:
                    readers.setdefault(array, []).append((operation, view))
        outside = set(self.graph.kept)
        for operation in self.operations:
            if isinstance(operation, Operation) and operation.blocks is not None:
                read = readers.get(operation.array, [])
                if len(read) == 1 and outside.isdisjoint(operation.array.slots.tolist()):
                    reader, view = read[0]
                    is_sum = isinstance(reader, Operation) and reader.group.row in {add, subtract}
                    operation.inlined = is_sum and isinstance(view, Piece) and view.identical

    # ---- leaves

    def _place_matrices(self, groups: Sequence[Group | Segment]) -> None:
        """Place the leaves that are rows of a matrix in dot products, one array for each matrix."""
        for group in groups:
            if isinstance(group, Group) and group.row is dot:
                for side in (0, 1):
                    lists = sorted({~self.graph.operands[slot][side] for slot in group.slots.tolist()})
                    matrix = np.array([self.graph.lists[number] for number in lists])
                    if matrix.size and self._is_new(matrix):
                        self._put_leaves(matrix[0] if len(matrix) == 1 else matrix)

    def _is_new(self, slots: Slots) -> bool:
        """Tell whether these are leaves without a place, each once."""
        new = (self.placed.owner[slots] < 0) & self.is_leaf[slots]
        return bool(new.all()) and len(np.unique(slots)) == slots.size

    def _put_leaves(self, slots: Slots) -> None:
        self.placed.put(Array("parameter", slots.shape, slots.ravel(), batched=False))

    def view(self, slots: Slots, *, listed: bool = False) -> View:
        """Return the view of slots, placing those that are leaves without a place yet.

        Along an axis where they repeat its length is 1, but for the last one of lists.
        """
        for axis in range(slots.ndim - listed):
            if _repeats(slots, axis):
                slots = slots.take([0], axis)
        constant = self.is_constant[slots]
        if constant.all():
            numbers = self.constants[slots]
            return Numbers(numbers if listed else _thin(numbers), slots.shape)
        if constant.any():
            fixed = np.unique(slots[constant & (self.placed.owner[slots] < 0)])
            if len(fixed):
                self.placed.put(Array("constant", (len(fixed),), fixed, batched=False))
        unplaced = slots[self.placed.owner[slots] < 0]
        if len(unplaced):
            if self._is_new(slots):
                self._put_leaves(slots.reshape([n for n in slots.shape if n > 1]))
            else:
                _, first = np.unique(unplaced, return_index=True)
                self._put_leaves(unplaced[np.sort(first)])
        return self.placed.view(slots)

    # ---- blocks

    def _block(self, segment: Segment) -> Block:
        """Return the block of a segment: what it reads from outside is one view, what others read one array."""
        computed = np.zeros(len(self.graph.rows), bool)
        computed[np.concatenate([group.slots for group in segment.groups])] = True
        outside = np.unique([x for group in segment.groups for x in self._read_by(group) if not computed[x]])
        inputs = outside[~self.is_constant[outside]]
        exposed = np.flatnonzero(computed & self._read_elsewhere(segment))
        batched = any(group.batched for group in segment.groups)
        array = self.placed.put(Array("result", (len(exposed),), exposed, batched))
        return Block(self.graph, segment.groups, array, inputs, self.view(inputs, listed=True), segment.style)

    def _read_by(self, group: Group) -> list[int]:
        found: list[int] = []
        for slot in group.slots.tolist():
            for operand in self.graph.operands[slot]:
                found += [operand] if operand >= 0 else self.graph.lists[~operand].tolist()
        return found

    def _read_elsewhere(self, segment: Segment) -> np.ndarray:
        """Tell which slots are read outside of a segment."""
        read = np.zeros(len(self.graph.rows), bool)
        read[self.graph.kept] = True
        for other in self._all:
            if other is not segment:
                for group in other.groups if isinstance(other, Segment) else [other]:
                    read[self._read_by(group)] = True
        return read

    # ---- groups

    def _operation(self, group: Group) -> Operation:
        operands = np.array([self.graph.operands[slot] for slot in group.slots.tolist()])
        if group.row is dot:
            return self._dot(group, operands)
        lists = group.row.lists
        columns = [self._slots(operands[:, i], lists) for i in range(operands.shape[1])]
        order, dims = self._arranged(columns, lists)
        array = self._filled(group, group.slots[order], dims)
        lists_ = [column[order].reshape(dims + column.shape[1:]) for column in columns]
        return self._stated(group, array, lists_, listed=bool(lists))

    def _stated(self, group: Group, array: Array, columns: Sequence[Slots], *, listed: bool) -> Operation:
        """Return an operation that reads columns of slots; short lists that are in no array, one by one."""
        views = [self.view(column, listed=listed) for column in columns]
        short = group.row in {total, dot} and columns[0].shape[-1] <= MOST_TERMS
        if listed and (
            group.row not in LISTED or (short and any(isinstance(v, Taken | Joined) for v in views))
        ):
            views = [self.view(column[..., i]) for column in columns for i in range(column.shape[-1])]
            return Operation(group, array, views, unrolled=True)
        return Operation(group, array, views)

    def _filled(self, group: Group, slots: Slots, dims: tuple[int, ...]) -> Array:
        return self.placed.put(Array("result", dims, slots, group.batched))

    def _slots(self, operands: np.ndarray, lists: int) -> Slots:
        """Return the slots of operands, of lists in rows."""
        return np.array([self.graph.lists[~x] for x in operands.tolist()]) if lists else operands

    def _arranged(self, columns: Sequence[Slots], lists: int) -> tuple[np.ndarray, tuple[int, ...]]:
        """Return an order of a group and its dims: those of an operand, or of all pairs of two operands."""
        count = len(columns[0])
        if count == 1:
            return np.zeros(1, np.int64), ()
        found = [self._like_an_operand(column[:, 0] if lists else column) for column in columns]
        known = [x for x in found if x is not None]
        if known:
            return max(known, key=lambda x: len(x[1]))
        if len(columns) == 2 and not lists and (pairs := blocks_of(*map(self._ranks, columns))):
            order, dims = pairs
            return order, tuple(n for n in dims if n > 1)
        return np.arange(count), (count,)

    def _like_an_operand(self, slots: Slots) -> tuple[np.ndarray, tuple[int, ...]] | None:
        """Return the order and dims of a box of one array in which slots stand, each once."""
        owners = self.placed.owner[slots]
        if owners[0] < 0 or (owners != owners[0]).any() or len(np.unique(slots)) < len(slots):
            return None
        array, place = self.placed.arrays[owners[0]], self.placed.place[slots]
        if array.kind == "parameter":
            return None
        lengths = [len(np.unique(along)) for along in np.unravel_index(place, array.dims or (1,))]
        order = np.argsort(place)
        if math.prod(lengths) == len(slots):
            return order, tuple(n for n in lengths if n > 1)
        return order, (len(slots),)

    def _ranks(self, slots: Slots) -> np.ndarray:
        """Return numbers by which slots sort as they stand in arrays."""
        return (self.placed.owner[slots] + 1) * len(self.placed.owner) + np.where(
            self.placed.owner[slots] < 0, slots, self.placed.place[slots]
        )

    def _dot(self, group: Group, operands: np.ndarray) -> Operation:
        firsts = [self._first_ranks(operands[:, side]) for side in (0, 1)]
        found = blocks_of(*firsts)
        if found is None or found[1][0] == len(group.slots) > 1:  # pairs of rows, each in one product
            order = np.arange(len(group.slots)) if found is None else found[0]
            dims = () if len(order) == 1 else (len(order),)
            array = self._filled(group, group.slots[order], dims)
            rows = [self._slots(operands[order, side], 1).reshape((*dims, -1)) for side in (0, 1)]
            return self._stated(group, array, rows, listed=True)
        order, (blocks, rows, columns) = found  # type: ignore[assignment]
        if self._second_is_fast(firsts):
            swapped = operands[:, ::-1]
            order, (blocks, rows, columns) = blocks_of(*firsts[::-1])  # type: ignore[misc]
        else:
            swapped = operands
        present = (blocks > 1, rows > 1, columns > 1)
        dims = tuple(n for n in (blocks, rows, columns) if n > 1)
        array = self._filled(group, group.slots[order], dims)
        grid = swapped[order].reshape(blocks, rows, columns, 2)
        first = self._rows(grid[:, 0, :, 0], (blocks > 1, columns > 1))
        second = self._rows(grid[:, :, 0, 1], (blocks > 1, rows > 1))
        return Operation(group, array, [first, second], present)

    def _rows(self, lists: np.ndarray, kept: tuple[bool, bool]) -> View:
        slots = self._slots(lists.ravel(), 1)
        dims = [n for n, keep in zip(lists.shape, kept) if keep]
        return self.view(slots.reshape(*dims, slots.shape[-1]), listed=True)

    def _first_ranks(self, lists: np.ndarray) -> np.ndarray:
        """Return numbers by which lists sort as their first slots stand in arrays, no two alike."""
        used, inverse = np.unique(~lists, return_inverse=True)
        ranks = self._ranks(np.array([self.graph.lists[number][0] for number in used.tolist()]))
        order = np.lexsort((used, ranks))
        position = np.empty(len(used), np.int64)
        position[order] = np.arange(len(used))
        return position[inverse]

    def _second_is_fast(self, firsts: Sequence[np.ndarray]) -> bool:
        """Tell whether from one product to the next it is the second operand that changes."""
        changes = [(ranks[1:] != ranks[:-1]).sum() for ranks in firsts]
        return bool(changes[1] > changes[0])


def blocks_of(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int]] | None:
    """Return the order that makes pairs an array [block, second, first], where within blocks all occur.

    None where they are no such pairs.

    >>> order, dims = blocks_of(np.array([0, 1, 0, 1]), np.array([5, 5, 7, 7]))
    >>> order.tolist(), dims
    ([0, 1, 2, 3], (1, 2, 2))
    """
    _, u = np.unique(first, return_inverse=True)
    _, v = np.unique(second, return_inverse=True)
    if len(np.unique(u * (v.max() + 1) + v)) < len(u):
        return None  # a pair that occurs twice
    block = _components(u, v)
    order = np.lexsort((u, v, block))
    blocks = len(np.unique(block))
    rows, columns = (v.max() + 1) / blocks, (u.max() + 1) / blocks
    if rows * columns * blocks != len(u) or rows % 1 or columns % 1:
        return None
    dims = (blocks, int(rows), int(columns))
    grid_u, grid_v = u[order].reshape(dims), v[order].reshape(dims)
    if (grid_u != grid_u[:, :1]).any() or (grid_v != grid_v[:, :, :1]).any():
        return None
    return order, dims


def _components(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return for each pair the least first element that it hangs together with."""
    of_u = np.arange(u.max() + 1)
    while True:
        of_v = np.full(v.max() + 1, len(of_u))
        np.minimum.at(of_v, v, of_u[u])
        new = of_u.copy()
        np.minimum.at(new, u, of_v[v])
        if np.array_equal(new, of_u):
            return of_u[u]
        of_u = new


def _repeats(slots: Slots, axis: int) -> bool:
    return slots.shape[axis] > 1 and bool((slots == slots.take([0], axis)).all())


def _thin(numbers: np.ndarray) -> np.ndarray:
    """Return numbers with the axes left out along which they are all equal, down to one number."""
    return numbers.flat[0].reshape(()) if (numbers == numbers.flat[0]).all() else numbers
