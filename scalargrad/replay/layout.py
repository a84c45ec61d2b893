"""Lay groups out as arrays, so that what they read are arrays as they stand or slices of them.

A group of dot products of every row of one matrix with every row of another is their product.  A group
that reads all of an array, element by element, takes its shape and order.
"""

import math
from collections.abc import Sequence

import numpy as np

from scalargrad.primitives.rows import add, dot, subtract, total
from scalargrad.replay.arrays import Array, Joined, Piece, Slots, Taken, View
from scalargrad.replay.graph import Graph
from scalargrad.replay.grouping import Group
from scalargrad.replay.operation import LISTED, Block, Operation
from scalargrad.replay.pairing import blocks_of, second_is_fast
from scalargrad.replay.placing import Places
from scalargrad.replay.segments import Segment

MOST_TERMS = 4  # of a sum whose terms are read one by one
Dims = tuple[int, ...]


class Layout:
    """The arrays of a graph: of its leaves, then of each group in turn, with its operation.

    `given` are arrays that are there from the start, such as those of arguments.
    """

    def __init__(self, graph: Graph, parts: Sequence[Group | Segment], given: Sequence[Array]) -> None:
        self.graph, self.parts = graph, parts
        self.places = Places(graph, given)
        self._place_matrices()
        self.operations = [self._block(x) if isinstance(x, Segment) else self._operation(x) for x in parts]
        self.output = self.places.view(np.array(graph.output))
        self.followed = [self.places.view(np.array(slot)) for slots in graph.followed for slot in slots]
        self._inline()

    @property
    def arrays(self) -> list[Array]:
        """Return all arrays, each before those that are computed from it."""
        return self.places.placed.arrays

    @property
    def parameters(self) -> list[Array]:
        """Return the arrays of leaves that are read from outside."""
        return self.places.parameters

    def _place_matrices(self) -> None:
        """Place the leaves that are rows in dot products first: these say best how they belong together."""
        for group in self.parts:
            if isinstance(group, Group) and group.row is dot:
                for side in (0, 1):
                    lists = {~self.graph.operands[slot][side] for slot in group.slots.tolist()}
                    self.places.place_matrix(sorted(lists))

    def _inline(self) -> None:
        """Find the products that are read once, as they stand, as a term of a sum."""
        readers: dict[Array, list[tuple[Operation | Block, View]]] = {}
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

    # ---- blocks

    def _block(self, segment: Segment) -> Block:
        """Return the block of a segment: what it reads is one view, what others read of it one array."""
        computed = np.zeros(len(self.graph.rows), bool)
        computed[np.concatenate([group.slots for group in segment.groups])] = True
        read = np.unique(self._read_by(segment))
        inputs = read[~computed[read] & ~self.places.is_constant[read]]
        exposed = np.flatnonzero(computed & self._read_elsewhere(segment))
        batched = any(group.batched for group in segment.groups)
        view = self.places.view(inputs, listed=True)
        array = self.places.placed.put(Array("result", (len(exposed),), exposed, batched))
        return Block(self.graph, segment.groups, array, inputs, view, segment.style)

    def _read_by(self, part: Group | Segment) -> list[int]:
        groups = part.groups if isinstance(part, Segment) else [part]
        slots = [slot for group in groups for slot in group.slots.tolist()]
        return [operand for slot in slots for operand in self.graph.operands_of(slot)]

    def _read_elsewhere(self, segment: Segment) -> np.ndarray:
        """Tell which slots are read outside of a segment."""
        read = np.zeros(len(self.graph.rows), bool)
        read[self.graph.kept] = True
        for other in self.parts:
            if other is not segment:
                read[self._read_by(other)] = True
        return read

    # ---- operations

    def _operation(self, group: Group) -> Operation:
        operands = np.array([self.graph.operands[slot] for slot in group.slots.tolist()])
        if group.row is dot:
            return self._dot(group, operands)
        lists = bool(group.row.lists)
        columns = [self.places.slots_of(column) if lists else column for column in operands.T]
        order, dims = self._arranged([column[:, 0] if lists else column for column in columns], lists=lists)
        return self._element_by_element(group, order, dims, columns)

    def _element_by_element(
        self, group: Group, order: np.ndarray, dims: Dims, columns: Sequence[Slots]
    ) -> Operation:
        """Return an operation on columns of slots; of lists that are in no one array, on their elements."""
        columns = [column[order].reshape(dims + column.shape[1:]) for column in columns]
        listed = bool(group.row.lists)
        views = [self.places.view(column, listed=listed) for column in columns]
        short = group.row in {dot, total} and columns[0].shape[-1] <= MOST_TERMS
        scattered = any(isinstance(view, Taken | Joined) for view in views)
        unrolled = listed and (group.row not in LISTED or (short and scattered))
        if unrolled:
            views = [self.places.view(column[..., i]) for column in columns for i in range(column.shape[-1])]
        return Operation(group, self._filled(group, order, dims), views, unrolled=unrolled)

    def _filled(self, group: Group, order: np.ndarray, dims: Dims) -> Array:
        return self.places.placed.put(Array("result", dims, group.slots[order], group.batched))

    def _arranged(self, columns: Sequence[Slots], *, lists: bool) -> tuple[np.ndarray, Dims]:
        """Return an order of a group and its dims: those of an operand, or of all pairs of two operands."""
        count = len(columns[0])
        if count == 1:
            return np.zeros(1, np.int64), ()
        known = [found for found in map(self._like_an_operand, columns) if found is not None]
        if known:
            return max(known, key=lambda found: len(found[1]))
        if len(columns) == 2 and not lists and (pairs := blocks_of(*map(self._ranks, columns))):
            order, dims = pairs
            return order, tuple(n for n in dims if n > 1)
        return np.arange(count), (count,)

    def _like_an_operand(self, slots: Slots) -> tuple[np.ndarray, Dims] | None:
        """Return the order and dims of a box of one array, if the slots fill one, each once."""
        placed = self.places.placed
        owners = placed.owner[slots]
        if owners[0] < 0 or (owners != owners[0]).any() or len(np.unique(slots)) < len(slots):
            return None
        array, place = placed.arrays[owners[0]], placed.place[slots]
        if array.kind == "parameter":
            return None
        lengths = [len(np.unique(along)) for along in np.unravel_index(place, array.dims or (1,))]
        is_box = math.prod(lengths) == len(slots)
        return np.argsort(place), tuple(n for n in lengths if n > 1) if is_box else (len(slots),)

    # ---- dot products

    def _dot(self, group: Group, operands: np.ndarray) -> Operation:
        first, second = (self._ranks_of_lists(column) for column in operands.T)
        found = blocks_of(first, second)
        count = len(group.slots)
        if found is None or found[1][0] == count > 1:  # pairs of rows, each in one product
            order = np.arange(count) if found is None else found[0]
            rows = [self.places.slots_of(column) for column in operands.T]
            return self._element_by_element(group, order, () if count == 1 else (count,), rows)
        if second_is_fast(first, second):
            operands = operands[:, ::-1]
            found = blocks_of(second, first)
            assert found is not None, "pairs the other way round are pairs"
        return self._product(group, operands, *found)

    def _product(
        self, group: Group, operands: np.ndarray, order: np.ndarray, dims: tuple[int, int, int]
    ) -> Operation:
        """Return the product of two matrices, or of blocks of them, given by their rows."""
        blocks, rows, columns = (n > 1 for n in dims)
        grid = operands[order].reshape((*dims, 2))
        first = self._matrix(grid[:, 0, :, 0], (blocks, columns))
        second = self._matrix(grid[:, :, 0, 1], (blocks, rows))
        array = self._filled(group, order, tuple(n for n in dims if n > 1))
        return Operation(group, array, [first, second], (blocks, rows, columns))

    def _matrix(self, lists: np.ndarray, kept: tuple[bool, bool]) -> View:
        slots = self.places.slots_of(lists.ravel())
        dims = [n for n, keep in zip(lists.shape, kept) if keep]
        return self.places.view(slots.reshape(*dims, slots.shape[-1]), listed=True)

    def _ranks(self, slots: Slots) -> np.ndarray:
        """Return numbers by which slots sort as they stand in arrays."""
        owner, place = self.places.placed.owner[slots], self.places.placed.place[slots]
        return np.asarray(owner * len(self.graph.rows) + np.where(owner < 0, slots, place))

    def _ranks_of_lists(self, lists: np.ndarray) -> np.ndarray:
        """Return numbers by which lists sort as their first slots stand in arrays, no two alike."""
        used, inverse = np.unique(~lists, return_inverse=True)
        ranks = self._ranks(np.array([self.graph.lists[number][0] for number in used.tolist()]))
        position = np.empty(len(used), np.int64)
        position[np.lexsort((used, ranks))] = np.arange(len(used))
        return np.asarray(position[inverse])
