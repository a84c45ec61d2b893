"""What stands in a program: one operation on arrays, or a block that is computed in another way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalargrad.primitives.rows import dot, logsumexp, total
from scalargrad.replay.arrays import Array, View
from scalargrad.replay.graph import Graph
from scalargrad.replay.grouping import Group
from scalargrad.replay.segments import Style

LISTED = {dot, total, logsumexp}  # whose lists are read as one array


@dataclass(eq=False)
class Operation:
    """One operation on arrays: a group with the array it fills and the views that it reads.

    Of a list, the view has an axis more: the last one.  Of products of matrices, `blocks` tells whether
    the array has axes for blocks, for rows of the second operand and for rows of the first; of the
    product of pairs of rows it is None.  An `unrolled` one has a view for each operand in its lists.
    An `inlined` one is read once, as it stands, as a term of a sum.
    """

    group: Group
    array: Array
    views: Sequence[View]
    blocks: tuple[bool, bool, bool] | None = None
    unrolled: bool = False
    inlined: bool = False


@dataclass(eq=False)
class Block:
    """Groups that are computed float by float, or in a workspace: see `segments`.

    Its array holds those of its slots that others read, and its view what it reads from others: `inputs`.
    """

    graph: Graph
    groups: Sequence[Group]
    array: Array
    inputs: np.ndarray
    view: View
    style: Style

    @property
    def views(self) -> Sequence[View]:
        """Return what is read from outside."""
        return (self.view,)

    @property
    def slots(self) -> list[int]:
        """Return the slots that are computed, in order."""
        return [slot for group in self.groups for slot in group.slots.tolist()]

    def operands(self, slot: int) -> list[int]:
        """Return the operands of a slot, in one list."""
        return self.graph.operands_of(slot)
