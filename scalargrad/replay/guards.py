"""Write the guards of a program: whether all outcomes are those recorded, whether rounding may decide one.

Sums are added up in another order than in the engine.  So where the two sides of a comparison are as
good as equal, the engine itself has to say which way a sample goes; unless both are exact, as
arguments and their differences are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from scalargrad.primitives import rows
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import TABLE
from scalargrad.replay.arrays import Array
from scalargrad.replay.graph import GUARD_ROWS, GUARDS, Graph, detached
from scalargrad.replay.layout import Layout
from scalargrad.replay.operation import Operation
from scalargrad.replay.operations import symbols_of
from scalargrad.replay.text import Text

CLOSE = 1e-10  # of the largest number in a recording, or of the operands
# What gives the same number over arrays as over floats, to the last bit.
EXACT: set[Primitive] = {
    rows.add, rows.subtract, rows.multiply, rows.divide, rows.negative, rows.positive,
    rows.sqrt, rows.maximum, rows.minimum, rows.relu, detached, TABLE["abs"],
}  # fmt: skip


@dataclass
class Certain:
    """What is known of the numbers of a program: the slots that are exact, and how large they get."""

    exact: set[int]
    largest: float


def exact_slots(graph: Graph, order: list[int]) -> set[int]:
    """Return the slots whose numbers are the same to the last bit, however they are computed."""
    exact: set[int] = set()
    for slot in order:
        row = graph.rows[slot]
        if row is None or (row in EXACT and exact.issuperset(graph.operands[slot])):
            exact.add(slot)
    return exact


def holds(text: Text, layout: Layout) -> str:
    """Return the condition that all guards have the outcomes that they had; True where there is none."""
    expected = dict(layout.graph.guards)
    parts = []
    for operation in _guards(layout):
        array = operation.array
        outcomes = np.array([expected[slot] for slot in array.slots.tolist()]).reshape(array.dims)
        part = array.name
        if not outcomes.all():
            part = f"({part} == {text.constant('c', outcomes) if outcomes.any() else False})"
        parts.append(_over(operation, part, "all"))
    return " & ".join(parts) or "True"


def near(text: Text, layout: Layout, certain: Certain, names: Iterable[str]) -> str:
    """Return the condition that rounding may decide a guard; False where it cannot.

    How much rounding can do depends on how large the numbers are from which the two sides are computed:
    those in the recording, or now those under these `names`, and all between them and the guard.
    """
    exact, largest = certain.exact, certain.largest
    parts, unsure = [], []
    for operation in _guards(layout):
        operands = [layout.graph.operands[slot] for slot in operation.array.slots.tolist()]
        if all(exact.issuperset(pair) for pair in operands):
            continue
        x, y = map(str, symbols_of(text, operation))
        if operation.group.row is GUARDS["int"]:
            y = f"np.rint({x})"
        margin = f"{CLOSE}*np.maximum(np.abs({x}), _scale)"
        parts.append(_over(operation, f"(np.abs({x} - {y}) <= {margin})", "any"))
        unsure.append(operation)
    if parts:
        below = _computed_below(unsure, layout)
        computed = [array.name for array in below if array not in text.inlined]
        sizes = [f"np.abs({name}).max(initial=0.0)" for name in ("data", *names, *computed)]
        text.lines.append(f"_scale = max({largest!r}, {', '.join(sizes)})")
    return " | ".join(parts) or "False"


def _computed_below(operations: Iterable[Operation], layout: Layout) -> list[Array]:
    """Return the arrays that are computed on the way to some operations."""
    made = {operation.array: operation for operation in layout.operations}
    found: dict[Array, None] = {}
    unread = [array for operation in operations for view in operation.views for array in view.arrays]
    while unread:
        array = unread.pop()
        if array in made and array not in found:
            found[array] = None
            unread += [below for view in made[array].views for below in view.arrays]
    return list(found)


def _guards(layout: Layout) -> Iterator[Operation]:
    for operation in layout.operations:
        if isinstance(operation, Operation) and operation.group.row in GUARD_ROWS:
            yield operation


def _over(operation: Operation, text: str, method: str) -> str:
    """Return whether a condition holds for all or any elements of one sample."""
    dims = operation.array.dims
    return f"{text}.{method}(axis={tuple(range(-len(dims), 0))})" if dims else text
