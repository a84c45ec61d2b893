"""The graph of a recording as plain numbers: each slot a row of others, equal ones stated once.

A slot is a number; a list of slots, the operand of an n-ary row, is a number below 0, `~k` for the list k.
Neurons of a layer share their list of inputs, and samples the weights: that two operands are one list
is what shows, later, that a group of products is a product of matrices.
"""

import operator
from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np

from scalargrad.engine.value import Value
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import member
from scalargrad.replay.recording import Recording


@member(lambda m, z, x: 0.0)  # noqa: ARG005
def detached(m: Any, x: Any) -> Any:  # noqa: ARG001
    """Return x, through which no derivative passes."""
    return x


def _guard(name: str, holds: Callable[[Any, Any], Any]) -> Primitive:
    def function(m: Any, x: Any, y: Any) -> Any:  # noqa: ARG001
        return holds(x, y)

    function.__name__ = name
    return member(lambda m, z, x, y: (0.0, 0.0))(function)  # noqa: ARG005


def _is_whole_part(x: Any, y: Any) -> Any:
    """Tell whether y is x without what follows the point: it is rounded down above 0, and up below."""
    rest = x - y
    return ((rest < 1.0) & (rest > -1.0)) & ((rest >= 0.0) | (y <= 0.0)) & ((rest <= 0.0) | (y >= 0.0))


GUARDS: dict[str, Primitive] = {
    "<": _guard("less", operator.lt),
    "<=": _guard("at most", operator.le),
    ">": _guard("greater", operator.gt),
    ">=": _guard("at least", operator.ge),
    "==": _guard("equal", operator.eq),
    "!=": _guard("different", operator.ne),
    "int": _guard("whole", _is_whole_part),
}
GUARD_ROWS = set(GUARDS.values())


class Graph:
    """Slots in order of evaluation: `rows[i]` applied to `operands[i]`, slots or lists; leaves have no row.

    `values` are the Values of the leaves by their slots, `constants` the numbers of those that are constant.
    """

    def __init__(self) -> None:
        self.rows: list[Primitive | None] = []
        self.operands: list[tuple[int, ...]] = []
        self.lists: list[np.ndarray] = []
        self.leaves: dict[int, Value] = {}
        self.constants: dict[int, float] = {}
        self.guards: list[tuple[int, bool]] = []  # the slot of each, with its outcome
        self.followed: list[list[int]] = []
        self.output = 0
        self.slots: dict[Value, int] = {}
        self._slot_of: dict[Any, int] = {}
        self._list_of: dict[bytes, int] = {}

    @classmethod
    def of(cls, recording: Recording) -> "Graph":
        """Return the graph of a recording."""
        graph = cls()
        slots = graph.slots
        lists: dict[int, int] = {}  # by the identity of a tuple, which a layer's neurons share
        free = {*recording.fresh, *(leaf for leaves in recording.hot.values() for leaf in leaves)}
        fixed = {leaf for leaf in recording.inside if leaf not in free}
        for node in recording.nodes:
            first, second = node._first, node._second
            if first is None:
                slots[node] = graph._add_leaf(node, recording, fixed)
            elif type(first) is tuple and not first:
                slots[node] = graph.constant(node._data)  # of no operands
            elif type(first) is tuple:
                operands = tuple(
                    lists[id(part)] if id(part) in lists else graph._noted(lists, part, slots)
                    for part in (first, second)[: node.primitive.lists]  # type: ignore[union-attr]
                )
                slots[node] = graph.add(node.primitive, operands)
            elif second is None:
                slots[node] = graph.add(node.primitive, (slots[first],))
            else:
                slots[node] = graph.add(node.primitive, (slots[first], slots[second]))
        for guard in recording.guards:
            slot = graph.add(GUARDS[guard.sign], (slots[guard.left], slots[guard.right]))
            graph.guards.append((slot, guard.outcome))
        graph.followed = [[slots[value] for value in values] for _, values in recording.followers]
        graph.output = slots[recording.output]
        return graph

    def add(self, row: Primitive | None, operands: tuple[int, ...]) -> int:
        """Return the slot of a row of operands, that of an equal one if there is one."""
        key = (row, operands)
        slot = self._slot_of.get(key)
        if slot is None:
            slot = self._slot_of[key] = self.append(row, operands)
        return slot

    def append(self, row: Primitive | None, operands: tuple[int, ...] = ()) -> int:
        """Return a new slot of a row of operands."""
        self.rows.append(row)
        self.operands.append(operands)
        return len(self.rows) - 1

    def add_list(self, slots: Iterable[int]) -> int:
        """Return the number of a list of slots, below 0, that of an equal one if there is one."""
        array = np.fromiter(slots, np.int64)
        content = array.tobytes()
        number = self._list_of.get(content)
        if number is None:
            number = self._list_of[content] = len(self.lists)
            self.lists.append(array)
        return ~number

    def constant(self, number: float) -> int:
        """Return the slot of a constant."""
        key = ("constant", np.float64(number).tobytes())  # in which -0 is not 0, but nan is nan
        slot = self._slot_of.get(key)
        if slot is None:
            slot = self._slot_of[key] = self.append(None)
            self.constants[slot] = number
        return slot

    def slot_of_leaf(self, leaf: Value) -> int:
        """Return the slot of a leaf, a new one if nothing was computed from it."""
        if leaf not in self.slots:
            self.slots[leaf] = self.append(None)
            self.leaves[self.slots[leaf]] = leaf
        return self.slots[leaf]

    def row_of(self, slot: int) -> Primitive:
        """Return the row of a slot that is no leaf."""
        row = self.rows[slot]
        assert row is not None, slot
        return row

    def operands_of(self, slot: int) -> list[int]:
        """Return the operands of a slot, those of lists one after the other."""
        found: list[int] = []
        for operand in self.operands[slot]:
            found += [operand] if operand >= 0 else self.lists[~operand].tolist()
        return found

    @property
    def kept(self) -> list[int]:
        """Return the slots that are read from outside."""
        followed = [slot for slots in self.followed for slot in slots]
        return [self.output, *followed, *(slot for slot, _ in self.guards)]

    def _add_leaf(self, node: Value, recording: Recording, fixed: Collection[Value]) -> int:
        if node in recording.sources:
            return self.add(detached, (self.slots[recording.sources[node]],))
        if node in fixed:
            return self.constant(node._data)
        slot = self.append(None)
        self.leaves[slot] = node
        return slot

    def _noted(self, lists: dict[int, int], part: tuple[Value, ...], slots: dict[Value, int]) -> int:
        number = lists[id(part)] = self.add_list(slots[node] for node in part)
        return number
