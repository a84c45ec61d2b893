"""Find the parts of a graph for which operations on whole arrays do not pay.

Where levels are narrow, as in a chain, an operation on an array costs more than those on its few floats.
Where what a group reads stands all over the place, as in a graph of random expressions, joining arrays
costs more than the operation.  Such levels, if many follow one another, make a block.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from scalargrad.replay.graph import GUARD_ROWS, Graph
from scalargrad.replay.grouping import Group

Style = Literal["floats", "workspace"]
NARROW = 12  # slots for each operation of a level; less is narrow
SCATTERED = 4  # groups that one operand is read from, on average; more is irregular
FEWEST_SLOTS = 200  # of a block
NARROW_LEVEL = 40  # slots of a level, on average, that are computed one by one


@dataclass(frozen=True, eq=False)
class Segment:
    """Groups of consecutive levels that are computed one float after the other, or in one workspace."""

    style: Style
    groups: Sequence[Group]


def segments(graph: Graph, groups: Sequence[Group]) -> Iterator[Group | Segment]:
    """Yield groups in their order, those of narrow or irregular levels in segments."""
    where = np.full(len(graph.rows), -1)
    for number, group in enumerate(groups):
        where[group.slots] = number
    levels = [list(of_level) for _, of_level in groupby(groups, key=lambda group: group.level)]
    for is_block, run in groupby(
        levels, key=lambda level: _is_narrow(level) or _is_scattered(graph, level, where)
    ):
        listed = list(run)
        inside = [
            group for level in listed for group in level if group.reached and group.row not in GUARD_ROWS
        ]
        slots = sum(len(group.slots) for group in inside)
        taken = set(inside)
        if is_block and slots >= FEWEST_SLOTS and (style := _style(inside, slots / len(listed))):
            yield Segment(style, inside)
            yield from (group for level in listed for group in level if group not in taken)
        else:
            yield from (group for level in listed for group in level)


def _style(groups: Sequence[Group], width: float) -> Style | None:
    if width >= NARROW_LEVEL:
        return "workspace"
    return None if any(group.batched for group in groups) else "floats"


def _is_narrow(level: Sequence[Group]) -> bool:
    return sum(len(group.slots) for group in level) < NARROW * len(level)


def _is_scattered(graph: Graph, level: Sequence[Group], where: np.ndarray) -> bool:
    """Tell whether operands of a level are read from many groups each."""
    sources = [
        len(np.unique(where[_read(graph, group, position)]))
        for group in level
        for position in range(len(graph.operands[int(group.slots[0])]))
    ]
    return bool(sources) and float(np.mean(sources)) > SCATTERED


def _read(graph: Graph, group: Group, position: int) -> np.ndarray:
    operands = [graph.operands[slot][position] for slot in group.slots.tolist()]
    if operands[0] >= 0:
        return np.array(operands)
    return np.concatenate([graph.lists[~number] for number in set(operands)])
