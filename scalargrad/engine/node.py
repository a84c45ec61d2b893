"""A node of the graph: its data, its parents, its place in the order of evaluation.

Each node takes the next number of one counter.  Parents take theirs before their children, so sorting
by it is a topological sort: it is the node's place in the Wengert list.  Giving a leaf new data makes
it take another, behind those of its readers; a parent younger than its child therefore tells that the
graph is stale.

Two attributes hold the parents: one node or two, or for an n-ary row one tuple or two (the second is
empty for one list).  So a node of arity 1 or 2 is one object for the garbage collector to visit instead of
two, which halves the time to build a graph.
"""

import itertools
import numbers
from collections.abc import Iterable
from operator import attrgetter
from threading import Lock
from typing import Any, Self, TypeVar

from scalargrad.engine import watching
from scalargrad.errors import OperandError, RangeError, StaleGraphError
from scalargrad.notation.numbers import number
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee

next_order = itertools.count(1).__next__
last_assignment = 0  # the order that a leaf took when any was last given new data
_assignment = Lock()


class Node:
    """A number with the row that made it and the parents it was made of; a leaf has neither.

    `data` is the number, `grad` the derivative by it that was accumulated last.  `label` is its name in
    traces and drawings, `path` its place in a network.
    """

    __slots__ = (
        "__weakref__", "_data", "_first", "_order", "_second", "grad", "label", "path", "primitive",
    )  # fmt: skip

    grad: float
    label: str
    path: str
    primitive: Primitive | None
    _data: float
    _first: Any
    _second: Any
    _order: int

    @property
    def data(self) -> float:
        """Return the number; or give the node a new one, with which it is a leaf, whatever it was before.

        So a value that was computed can be moved a little, to see what follows from it: what is computed
        of it from then on does not depend on its former parents.  What was computed before is stale.
        """
        if watching.watched:
            watching.watcher.get().read(self, ".data")
        return self._data

    @data.setter
    def data(self, data: float) -> None:
        if watching.watched:
            watching.watcher.get().read(self, "an assignment to .data")
        self._data = real(data)
        self.primitive = self._first = self._second = None
        global last_assignment  # noqa: PLW0603  # one for all graphs, for leaves belong to many
        with _assignment:  # of two threads, the later number must be the one that stays
            self._order = last_assignment = next_order()

    @property
    def parents(self) -> tuple[Self, ...]:
        """Return the operands in order, each as often as it was used; () for a leaf."""
        if self._first is None:
            return ()
        if type(self._first) is tuple:
            return (*self._first, *self._second)
        return (self._first,) if self._second is None else (self._first, self._second)


def assign(leaves: Iterable[Node], data: Iterable[float]) -> None:
    """Give many leaves new floats at once, as `leaf.data = x` does for one."""
    global last_assignment  # noqa: PLW0603
    with _assignment:
        for leaf, x in zip(leaves, data):
            leaf._data = x
            leaf._order = last_assignment = next_order()


N = TypeVar("N", bound=Node)


def evaluation_order(*outputs: N) -> list[N]:
    """Return all that the outputs were computed from, every parent before its children.

    It is a loop, so a graph may be a million nodes deep.  Raises StaleGraphError if a leaf was given new
    data after one of its children read the old.
    """
    seen: set[Any] = set(outputs)  # nodes, and the identities of lists: the neurons of a layer share theirs
    nodes = []
    unread = list(seen)
    while unread:
        node = unread.pop()
        nodes.append(node)
        first, second = node._first, node._second
        if type(first) is tuple:
            for parents in (first, second):
                if id(parents) not in seen:
                    seen.add(id(parents))
                    for parent in parents:
                        if parent not in seen:
                            seen.add(parent)
                            unread.append(parent)
        elif first is not None:
            if first not in seen:
                seen.add(first)
                unread.append(first)
            if second is not None and second not in seen:
                seen.add(second)
                unread.append(second)
    nodes.sort(key=attrgetter("_order"))
    _check_freshness(nodes)
    return nodes


def _check_freshness(nodes: Iterable[Node]) -> None:
    """Raise StaleGraphError if a parent is younger than its child, as a leaf is that was given new data.

    A node computed after the last assignment of all cannot have read what was there before it.
    """
    for node in nodes:
        if node._order > last_assignment:
            return
        for parent in node.parents:
            if parent._order > node._order:
                message = (
                    f"{describe(parent)} was given new data after {describe(node)} was computed from it; "
                    "compute the output again, then sweep"
                )
                raise StaleGraphError(message)


def local_derivatives(node: Node) -> tuple[float, ...]:
    """Return ∂node/∂parent for each parent, as floats; () for a leaf."""
    if node.primitive is None:
        return ()
    data = [parent._data for parent in node.parents]
    return node.primitive.local_derivatives(ieee, node._data, data)


def describe(node: Node) -> str:
    """Name a node by its label, its path or its data."""
    return node.label or node.path or f"the value {number(node._data)}"


def real(data: Any) -> float:
    """Return a real number as a Python float, or refuse it by name."""
    if type(data) is float:
        return data
    if isinstance(data, numbers.Real) and not isinstance(data, bool):
        try:
            return float(data)
        except OverflowError:
            message = f"expected one real number, got an {type(data).__name__} too large for a float"
            raise RangeError(message) from None
    advice = ""
    if isinstance(data, Node):
        advice = ": it is a Value already; use it as it is, or its .data"
    elif hasattr(data, "__array__") or isinstance(data, list | tuple):
        has_nodes = any(isinstance(x, Node) for x in getattr(data, "flat", data))
        advice = (
            ": take its Values one by one, [f(v) for v in x], or NumPy's function of an array"
            if has_nodes
            else ": make one Value of each element"
        )
    message = f"expected one real number, got {data!r:.60} of type {type(data).__name__}{advice}"
    raise OperandError(message)
