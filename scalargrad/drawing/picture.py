"""What a drawing shows, before it is DOT: groups of instructions, and edges between them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scalargrad.wengert import Instruction


@dataclass(frozen=True, eq=False)
class Entry:
    """Hold one entry of a child's parents, and the weight if a neuron has it on the edge."""

    child: Instruction
    position: int
    weight: Instruction | None = None

    @property
    def parent(self) -> Instruction:
        """Return the instruction that the entry reads."""
        return self.child.parents[self.position]


@dataclass(frozen=True, eq=False)
class Firing:
    """Hold what a neuron computed once: z = Σ wᵢxᵢ + b and a = φ(z); linear, its a is its z."""

    path: str
    z: Instruction
    a: Instruction
    entries: tuple[Entry, ...]
    bias: Instruction | None
    members: frozenset[Instruction]


@dataclass(frozen=True, eq=False)
class Group:
    """Hold what one displayed node stands for: one value, or several of a kind.

    `kind` is "value", "neuron", "inputs", "layer" or "rest".  Groups with the same `column` are alike,
    and those of a column that begins with "in line" stand in line; `more` is how many it replaces.
    """

    kind: str
    rows: tuple[Instruction, ...]
    column: tuple[object, ...] | None = None
    firings: tuple[Firing, ...] = ()
    title: str = ""
    more: int = 0

    @property
    def is_collective(self) -> bool:
        """Tell whether the group stands for more than one value or one neuron."""
        return self.more > 0 or self.kind in {"inputs", "layer", "rest"}


@dataclass(frozen=True, eq=False)
class Edge:
    """Hold a displayed edge and the entries it stands for, which are several where edges were merged."""

    tail: Group
    head: Group
    entries: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class Picture:
    """Hold the groups and edges of one view, in the order of evaluation.

    `parameters` are the leaves that a neuron reads as weights or bias.
    `values` is how many values were there to show, `hidden` how many of them a focus left out.
    """

    view: str
    groups: tuple[Group, ...]
    edges: tuple[Edge, ...]
    parameters: frozenset[Instruction]
    values: int
    hidden: int = 0


def readers(rows: Iterable[Instruction]) -> Counter[Instruction]:
    """Count the entries that read each instruction."""
    return Counter(parent for row in rows for parent in row.parents)


def connect(groups: Sequence[Group], entries: Iterable[Entry]) -> Iterator[Edge]:
    """Yield the edges between groups: one for each entry, or for all of two groups if one is collective."""
    home = {row: group for group in groups for row in group.rows}
    merged: dict[tuple[Group, Group, int], list[Entry]] = {}
    for number, entry in enumerate(entries):
        tail, head = home.get(entry.parent), home.get(entry.child)
        if tail and head and tail is not head:
            apart = 0 if tail.is_collective or head.is_collective else number
            merged.setdefault((tail, head, apart), []).append(entry)
    for (tail, head, _), several in merged.items():
        yield Edge(tail, head, tuple(several))
