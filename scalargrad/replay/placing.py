"""Place leaves in arrays when they are read for the first time, in the shape in which they are read."""

from collections.abc import Iterable, Sequence

import numpy as np

from scalargrad.replay.arrays import Array, Numbers, Placed, Slots, View
from scalargrad.replay.graph import Graph


class Places:
    """The arrays of the slots of a graph; `given` are those that are there from the start.

    What is read decides how leaves stand: the weights of a layer, read as rows of a matrix, become that
    matrix.
    """

    def __init__(self, graph: Graph, given: Iterable[Array]) -> None:
        self.graph = graph
        self.placed = Placed(len(graph.rows))
        self.constants = np.full(len(graph.rows), np.nan)
        self.constants[list(graph.constants)] = list(graph.constants.values())
        self.is_constant = np.zeros(len(graph.rows), bool)
        self.is_constant[list(graph.constants)] = True
        self.is_leaf = np.zeros(len(graph.rows), bool)
        self.is_leaf[list(graph.leaves)] = True
        for array in given:
            self.placed.put(array)

    @property
    def parameters(self) -> list[Array]:
        """Return the arrays of leaves that are read from outside."""
        return [array for array in self.placed.arrays if array.kind == "parameter"]

    def slots_of(self, operands: np.ndarray) -> Slots:
        """Return the slots of lists, in rows."""
        return np.array([self.graph.lists[~number] for number in operands.tolist()])

    def place_matrix(self, lists: Sequence[int]) -> None:
        """Place leaves that are the rows of a matrix, if they are all without a place."""
        matrix = np.array([self.graph.lists[number] for number in lists])
        if matrix.size and self._is_new(matrix):
            self._put_leaves(matrix[0] if len(matrix) == 1 else matrix)

    def view(self, slots: Slots, *, listed: bool = False) -> View:
        """Return the view of slots, placing those that are leaves without a place yet.

        An axis along which they repeat has the length 1 then; not so the last axis of lists.
        """
        for axis in range(slots.ndim - listed):
            head = slots.take([0], axis)
            if (slots == head).all():
                slots = head
        constant = self.is_constant[slots]
        if constant.all():
            numbers = self.constants[slots]
            return Numbers(numbers if listed else _thin(numbers), slots.shape)
        self._place(slots, constant)
        return self.placed.view(slots)

    def _place(self, slots: Slots, constant: np.ndarray) -> None:
        homeless = self.placed.owner[slots] < 0
        fixed = np.unique(slots[constant & homeless])
        if len(fixed):  # constants among other slots
            self.placed.put(Array("constant", (len(fixed),), fixed, batched=False))
        new = slots[homeless & ~constant]
        if len(new) == slots.size and self._is_new(slots):
            self._put_leaves(slots.reshape([n for n in slots.shape if n > 1]))
        elif len(new):
            _, first = np.unique(new, return_index=True)
            self._put_leaves(new[np.sort(first)])

    def _is_new(self, slots: Slots) -> bool:
        """Tell whether these are leaves without a place, each once."""
        new = (self.placed.owner[slots] < 0) & self.is_leaf[slots]
        return bool(new.all()) and len(np.unique(slots)) == slots.size

    def _put_leaves(self, slots: Slots) -> None:
        self.placed.put(Array("parameter", slots.shape, slots.ravel(), batched=False))


def _thin(numbers: np.ndarray) -> np.ndarray:
    """Return one number in the place of many that are equal, to the sign of 0."""
    first = numbers.flat[:1]
    return first.reshape(()) if numbers.tobytes() == np.full(numbers.shape, first).tobytes() else numbers
