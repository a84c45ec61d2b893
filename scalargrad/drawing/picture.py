"""What a drawing shows, before it is DOT: groups of instructions, with arrows between them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.neurons import Unit
from scalargrad.wengert.roles import ShownRole

View = Literal["values", "neurons", "layers"]
ChosenView = Literal["auto", View]
Edges = Literal["local", "contribution"]  # what is written on each edge
POINTING = "point at an edge for its weight"  # what a caption says of many edges, where an image answers
Kind = Literal["value", "neuron", "inputs", "layer", "rest"]


@dataclass(frozen=True, eq=False)
class Group:
    """What one displayed node stands for: one value, or several of a kind.

    `kind` is "value", "neuron", "inputs", "layer" or "rest".  Groups with the same `column` are alike,
    and those of a column that begins with "in line" stand in line; `more` is how many it replaces.
    """

    kind: Kind
    instructions: tuple[Instruction, ...]
    column: tuple[object, ...] | None = None
    units: tuple[Unit, ...] = ()
    title: str = ""
    more: int = 0

    @property
    def is_collective(self) -> bool:
        """Tell whether the group stands for more than one value or one neuron."""
        return self.more > 0 or self.kind in {"inputs", "layer", "rest"}


@dataclass(frozen=True, eq=False)
class Arrow:
    """A displayed edge, with the edges it stands for, which are several where they were merged.

    `weight` is the one that the input of a neuron is multiplied by, where the arrow is one such edge.
    """

    tail: Group
    head: Group
    edges: tuple[Edge, ...]
    weight: Instruction | None = None


@dataclass(frozen=True, eq=False)
class Picture:
    """The groups and arrows of one view, in the order of evaluation.

    `roles` says what part each instruction plays.  `values` is how many values were there to show,
    `hidden` how many of them a focus left out; constants are none of them, they stand in formulas.
    `note` says why it is another view than was asked for.
    """

    view: View
    groups: tuple[Group, ...]
    arrows: tuple[Arrow, ...]
    roles: Mapping[Instruction, ShownRole]
    values: int
    hidden: int = 0
    note: str = ""


def connect(
    groups: Sequence[Group], edges: Iterable[Edge], weights: Mapping[Edge, Instruction]
) -> Iterator[Arrow]:
    """Yield the arrows between groups: one for each edge, or for all of two groups if one is collective."""
    home = {v: group for group in groups for v in group.instructions}
    merged: dict[tuple[Group, Group, int], list[Edge]] = {}
    for number, edge in enumerate(edges):
        tail, head = home.get(edge.parent), home.get(edge.child)
        if tail and head and tail is not head:
            apart = 0 if tail.is_collective or head.is_collective else number
            merged.setdefault((tail, head, apart), []).append(edge)
    for (tail, head, _), several in merged.items():
        alone = len(several) == 1 and head.kind == "neuron" and not head.more
        yield Arrow(tail, head, tuple(several), weights.get(several[0]) if alone else None)
