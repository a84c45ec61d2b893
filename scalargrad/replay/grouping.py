"""Group slots that are the same row at the same depth: each group is one operation on arrays."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from scalargrad.primitives.row import Primitive
from scalargrad.replay.graph import Graph


@dataclass(eq=False)
class Group:
    """Slots that one operation computes: a row, applied to as many operands or lists of one length.

    `batched` tells that they differ from sample to sample, `reached` that the output depends on them.
    """

    row: Primitive
    slots: np.ndarray
    level: int
    batched: bool
    reached: bool


def groups_of(graph: Graph, order: Sequence[int], batched: Collection[int]) -> list[Group]:
    """Return the groups of a graph by levels, each 1 + the highest of the operands (DyNet's batching).

    `order` are its slots in order of evaluation, `batched` the leaves that differ from sample to sample.
    """
    level, varies = _levels(graph, order, set(batched))
    reached = _reached(graph, order)
    members: dict[tuple[object, ...], list[int]] = {}
    for slot in order:
        row = graph.rows[slot]
        if row is None:
            continue
        lengths = tuple(len(graph.lists[~x]) for x in graph.operands[slot] if x < 0)
        members.setdefault((level[slot], row, lengths, slot in varies, slot in reached), []).append(slot)
    groups = [
        Group(row, np.array(slots), depth, is_batched, is_reached)  # type: ignore[arg-type]
        for (depth, row, _, is_batched, is_reached), slots in members.items()
    ]
    return sorted(groups, key=lambda group: group.level)


def _levels(graph: Graph, order: Sequence[int], batched: set[int]) -> tuple[dict[int, int], set[int]]:
    """Return the level of each slot, 0 for leaves, and the slots that differ from sample to sample."""
    level: dict[int, int] = {}  # of slots, and of lists: their numbers are below 0
    varies = set(batched)
    for slot in order:
        depth = 0
        for operand in graph.operands[slot]:
            if operand not in level:  # a list
                slots = graph.lists[~operand].tolist()
                level[operand] = max(map(level.__getitem__, slots))
                if not varies.isdisjoint(slots):
                    varies.add(operand)
            depth = max(depth, level[operand] + 1)
            if operand in varies:
                varies.add(slot)
        level[slot] = depth
    return level, varies


def _reached(graph: Graph, order: Sequence[int]) -> set[int]:
    """Return the slots that the output depends on."""
    reached = {graph.output}
    for slot in reversed(order):
        if slot in reached:
            for operand in graph.operands[slot]:
                if operand >= 0:
                    reached.add(operand)
                elif operand not in reached:
                    reached.add(operand)
                    reached.update(graph.lists[~operand].tolist())
    return reached
