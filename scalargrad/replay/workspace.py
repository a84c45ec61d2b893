"""Write an irregular block level by level, in one array that holds all its slots.

A level takes all that it reads at once, and adds all that it hands back at once; in between, each
operation reads slices of that.  The batch, where there is one, is the last axis.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from scalargrad.primitives.row import Primitive
from scalargrad.primitives.rows import dot, logsumexp, total
from scalargrad.replay.graph import detached
from scalargrad.replay.grouping import Group
from scalargrad.replay.operation import Block
from scalargrad.replay.text import BATCH, Text


def forward(text: Text, block: Block) -> None:
    """Write the lines that compute a block."""
    space = Workspace(block)
    name, aligned = f"_w_{block.array.name}", "[:, None]" * block.array.batched
    text.lines.append(f"{name} = np.empty({space.shape(space.size)})")
    read = text.read(block.view, exact=1)
    count, fixed = len(block.inputs), len(space.constants)
    text.lines.append(f"{name}[:{count}] = {read}{'.T' if block.view.batched else aligned}")
    if fixed:
        numbers = text.constant("c", np.array(list(space.constants.values())))
        text.lines.append(f"{name}[{count}:{count + fixed}] = {numbers}{aligned}")
    for level in space.levels:
        text.lines.append(f"{level.name} = {name}[{text.constant('i', level.index)}]")
        text.lines += [f"{name}{part.filled} = {part.value(text, level.name)}" for part in level.parts]
    exposed = text.constant("i", space.exposed)
    text.lines.append(f"{block.array.name} = {name}[{exposed}]{'.T' * block.array.batched}")


def backward(text: Text, block: Block, upstream: str, wanted: Collection[int]) -> str:  # noqa: ARG001  # it is all or none
    """Write the reverse sweep of a block, and return the adjoint of its inputs."""
    space = Workspace(block)
    name, adjoint, turned = f"_w_{block.array.name}", f"_d_{block.array.name}", ".T" * block.array.batched
    text.lines.append(f"{adjoint} = np.zeros({space.shape(space.size)})")
    text.lines.append(f"{adjoint}[{text.constant('i', space.exposed)}] += {upstream}{turned}")
    for level in reversed(space.levels):
        back = f"_e_{block.array.name}"
        text.lines.append(f"{back} = np.empty({space.shape(len(level.index))})")
        for part in level.parts:
            handed = part.handed_back(text, level.name, name + part.filled, adjoint + part.filled)
            text.lines += [f"{back}{place} = {expression}" for place, expression in handed]
        text.lines.append(f"np.add.at({adjoint}, {text.constant('i', level.index)}, {back})")
    return f"{adjoint}[:{len(block.inputs)}]{turned}"


@dataclass
class Part:
    """An operation of a level: it fills places from `start` on, and reads operands from `begin` on."""

    row: Primitive
    size: int
    start: int
    begin: int
    count: int
    batch: str

    @property
    def filled(self) -> str:
        """Return the slice that it fills."""
        return f"[{self.start}:{self.start + self.size}]"

    def value(self, text: Text, read: str) -> str:
        """Return the expression of the operation; the operands of a list are rows of an array."""
        if self.row is total:
            return f"{read}{self._rows()}.sum(axis=0)"
        if self.row is dot:
            return f"({read}{self._rows(1)}*{read}{self._rows(2)}).sum(axis=0)"
        if self.row is logsumexp:
            return f"np.logaddexp.reduce({read}{self._rows()}, axis=0)"
        symbols = [text.dialect.name(read + span) for span in self._spans()]
        return str(text.dialect.symbol(self.row.value(text.dialect, symbols)))

    def handed_back(self, text: Text, read: str, z: str, d: str) -> Iterator[tuple[str, str]]:
        """Yield places with the expression upstream · local derivative that is written there."""
        if self.row is total:
            yield f"{self._rows()}[:]", d
        elif self.row is dot:
            for mine, other in ((1, 2), (2, 1)):
                yield f"{self._rows(mine)}[:]", f"{d}*{read}{self._rows(other)}"
        elif self.row is logsumexp:
            yield f"{self._rows()}[:]", f"{d}*np.exp({read}{self._rows()} - {z})"
        elif self.row is detached:
            yield self._spans()[0], "0.0"
        else:
            symbols = [text.dialect.name(read + span) for span in self._spans()]
            local = self.row.local_derivatives(text.dialect, text.dialect.name(z), symbols)
            for span, derivative in zip(self._spans(), local):
                yield span, str(text.dialect.symbol(text.dialect.name(d) * derivative))

    def _spans(self) -> list[str]:
        """Return the slice of each operand."""
        end = self.begin + self.count * self.size
        return [f"[{a}:{a + self.size}]" for a in range(self.begin, end, self.size)]

    def _rows(self, half: int = 0) -> str:
        """Return all operands as rows of an array, or the first or second half of them."""
        count = self.count // 2 if half else self.count
        begin = self.begin + count * self.size * (half == 2)
        return f"[{begin}:{begin + count * self.size}].reshape({count}, {self.size}{self.batch})"


@dataclass
class Level:
    """What is read at one level, with the operations on parts of that."""

    name: str
    index: np.ndarray
    parts: list[Part]


class Workspace:
    """The places of the slots of a block in one array: inputs, constants, then what is computed."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.batch = f", {BATCH}" * block.array.batched
        used = Counter(operand for slot in block.slots for operand in block.operands(slot))
        known = block.graph.constants
        self.constants = {slot: known[slot] for slot in used if slot in known}
        order = [*block.inputs.tolist(), *self.constants, *block.slots]
        self.size = len(order)
        self.place = {slot: i for i, slot in enumerate(order)}

    def shape(self, size: int) -> str:
        """Return the shape of an array with so many slots."""
        return f"({size}{self.batch or ','})"

    @property
    def exposed(self) -> np.ndarray:
        """Return the places of the slots that others read."""
        return np.array([self.place[slot] for slot in self.block.array.slots.tolist()])

    @cached_property
    def levels(self) -> list[Level]:
        """Return the levels, with what they read operand by operand."""
        by_level = groupby(self.block.groups, key=lambda group: group.level)
        return [self._level(i, list(groups)) for i, (_, groups) in enumerate(by_level)]

    def _level(self, number: int, groups: list[Group]) -> Level:
        index: list[int] = []
        parts = []
        for group in groups:
            slots = group.slots.tolist()
            columns = list(zip(*(self.block.operands(slot) for slot in slots)))
            start = self.place[slots[0]]
            parts.append(Part(group.row, len(slots), start, len(index), len(columns), self.batch))
            index += [self.place[slot] for column in columns for slot in column]
        return Level(f"_u_{self.block.array.name}_{number}", np.array(index), parts)
