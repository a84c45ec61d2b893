"""A program: a recording as functions over arrays, written as NumPy source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalargrad.engine.value import Value
from scalargrad.replay.arguments import Flat
from scalargrad.replay.arrays import Array
from scalargrad.replay.folding import fold
from scalargrad.replay.graph import GUARDS, Graph
from scalargrad.replay.grouping import groups_of
from scalargrad.replay.layout import Layout, Operation
from scalargrad.replay.names import Names, stem
from scalargrad.replay.recorder import Argument, Recording
from scalargrad.replay.operations import backward as write_backward, forward as write_forward
from scalargrad.replay.text import Term, Text, shape

GUARD_ROWS = set(GUARDS.values())
RESERVED = ("np", "n", "seed", "value", "holds", "grads")


class Program:
    """What a recording computes, over arrays: of parameters, of arguments with or without a batch axis."""

    def __init__(
        self, recording: Recording, flats: Sequence[Flat], made: Sequence[Sequence[Argument]], *, batched: bool
    ) -> None:
        graph = Graph.of(recording)
        self.recording, self.batched = recording, batched
        self.graph = graph
        self.arguments = [
            self._argument_array(graph, flat, leaves) for flat, leaves in zip(flats, made) if leaves
        ]
        self.hot = self._hot_arrays(graph, recording)
        kept = [graph.output, *(slot for slots in graph.followed for slot in slots), *(s for s, _ in graph.guards)]
        order = fold(graph, kept)
        varying = {slot for array in (*self.arguments, *(h.array for h in self.hot)) for slot in array.slots.tolist()} if batched else set()
        fresh = [graph.slots[leaf] for leaf in recording.fresh if leaf in graph.slots]
        self.fresh = [Array("fresh", (len(fresh),), np.array(fresh), batched=False, name="fresh")] if fresh else []
        groups = groups_of(graph, order, varying)
        self.layout = Layout(graph, groups, [*self.arguments, *(h.array for h in self.hot), *self.fresh])
        self.output = self.layout.view(np.array(graph.output))
        self.parameters = [a for a in self.layout.placed.arrays if a.kind == "parameter"]
        self._name()
        self.values = [graph.leaves[slot] for array in self.parameters for slot in array.slots.tolist()]
        self._leaves = {a: [graph.leaves[s] for s in a.slots.tolist()] for a in (*self.parameters, *self.fresh)}
        self.kernels: dict[str, Callable[..., Any]] = {}

    def _argument_array(self, graph: Graph, flat: Flat, leaves: Sequence[Argument]) -> Array:
        slots = np.array([graph.slot_of_leaf(leaf) for leaf in leaves])
        dims = flat.spec if isinstance(flat.spec, tuple) else (len(leaves),)
        return Array("argument", dims, slots, self.batched, flat.name)

    def _hot_arrays(self, graph: Graph, recording: Recording) -> "list[Hot]":
        found: dict[tuple[int, int], list[tuple[int, tuple[Value, ...]]]] = {}
        where = {slot: (i, place) for i, a in enumerate(self.arguments) for place, slot in enumerate(a.slots.tolist())}
        for (argument, count), leaves in recording.hot.items():
            i, place = where[graph.slot_of_leaf(argument)]
            found.setdefault((i, count), []).append((place, leaves))
        made = []
        for (i, count), items in found.items():
            items.sort(key=lambda item: item[0])
            slots = np.array([graph.slot_of_leaf(leaf) for _, leaves in items for leaf in leaves])
            source = self.arguments[i]
            dims = (count,) if not source.dims else (len(items), count)
            array = Array("one-hot", dims, slots, self.batched, f"hot_{source.name}")
            made.append(Hot(source, np.array([place for place, _ in items]), count, array))
        return made

    def _name(self) -> None:
        names = Names([*RESERVED, *(a.name for a in self.arguments)])
        leaves = self.graph.leaves
        for hot in self.hot:
            hot.array.name = names.give(hot.array.name)
        for array in self.parameters:
            array.name = names.give(stem([leaves[slot] for slot in array.slots.tolist()]), "p")
        of_slot = {slot: value for value, slot in self.graph.slots.items()}
        for operation in self.layout.operations:
            values = [of_slot[slot] for slot in operation.array.slots.tolist() if slot in of_slot]
            wish = stem(values) if len(values) == operation.array.size else ""
            operation.array.name = names.give(wish, "v")

    # ---- text

    def text(self, name: str, wanted: Sequence[Array], *, backward: bool) -> tuple[str, dict[str, np.ndarray]]:
        """Return the source of a function, with the constants it reads."""
        writing = Text()
        for array in self.layout.placed.arrays:
            if array.kind == "constant":
                array.name = writing.constant("c", self.layout.constants[array.slots])
        for hot in self.hot:
            writing.lines.append(hot.line(writing))
        operations = self.layout.operations
        for operation in operations:
            write_forward(writing, operation)
        returned = [self._value(writing)]
        if any(op.group.row in GUARD_ROWS for op in operations):
            returned.append(self._holds(writing))
        else:
            returned.append("True")
        followed = [writing.read(self.layout.view(np.array(slot))) for slots in self.graph.followed for slot in slots]
        returned.append(f"({''.join(f'{text}, ' for text in followed)})")
        if backward:
            returned.append(self._backward(writing, wanted))
        inputs = [a.name for a in (*self.parameters, *self.fresh, *self.arguments)]
        head = f"def {name}({', '.join([*inputs, *(['n'] if self.batched else []), *(['seed=1.0'] if backward else [])])}):"
        body = [*writing.lines, f"return {', '.join(returned)}"]
        return "\n".join([head, *(f"    {line}" for line in body)]), writing.constants

    def _value(self, writing: Text) -> str:
        text = writing.read(self.output)
        return f"np.broadcast_to({text}, (n,))" if self.batched and not self.output.batched else text

    def _holds(self, writing: Text) -> str:
        expected = dict(self.graph.guards)
        parts = []
        for op in self.layout.operations:
            if op.group.row in GUARD_ROWS:
                outcomes = np.array([expected[slot] for slot in op.array.slots.tolist()]).reshape(op.array.dims)
                text = op.array.name
                if not outcomes.any():
                    text = f"~{text}" if op.array.dims or op.array.batched else f"np.logical_not({text})"
                elif not outcomes.all():
                    text = f"({text} == {writing.constant('c', outcomes)})"
                if op.array.dims:
                    axes = tuple(range(-len(op.array.dims), 0))
                    text = f"({text}).all(axis={axes})"
                parts.append(f"({text})")
        return " & ".join(parts)

    def _backward(self, writing: Text, wanted: Sequence[Array]) -> str:
        needed = set(wanted)
        for operation in self.layout.operations:
            if operation.group.reached and any(set(view.arrays) & needed for view in operation.views):
                needed.add(operation.array)
        if set(self.output.arrays) & needed:
            writing.hand_back(self.output, Term("seed", full=False), (), batched=self.batched)
        for operation in reversed(self.layout.operations):
            if operation.array in needed and operation.group.reached:
                write_backward(writing, operation, needed)
        grads = []
        for array in wanted:
            term = writing.adjoint(array)
            zeros = f"np.zeros({shape(array.dims, batched=array.batched)})"
            grads.append(zeros if term is None else writing.widened(term, array.dims, batched=array.batched))
        return f"({''.join(f'{grad}, ' for grad in grads)})"

    def run(self, kind: str, numbers: Sequence[np.ndarray], batch: int | None, seed: float) -> Any:
        """Return value, guards, followed values and gradients."""
        inputs = []
        for array in (*self.parameters, *self.fresh):
            data = [leaf._data for leaf in self._leaves[array]]
            inputs.append(np.array(data).reshape(array.dims))
        lead = () if batch is None else (batch,)
        inputs += [x.reshape((*lead, *a.dims)) for x, a in zip(numbers, self.arguments)]
        extra = () if batch is None else (batch,)
        seeds = () if kind == "forward" else (seed,)
        with np.errstate(all="ignore"):
            return self.kernel(kind)(*inputs, *extra, *seeds)

    def kernel(self, kind: str) -> Callable[..., Any]:
        """Return the function "forward", "parameters" or "arguments"."""
        if kind not in self.kernels:
            wanted = {"forward": [], "parameters": self.parameters, "arguments": self.arguments}[kind]
            text, constants = self.text("kernel", wanted, backward=kind != "forward")
            scope: dict[str, Any] = {"np": np, "scatter": scatter, **constants}
            dialect = Text().dialect
            exec(f"{dialect.needed(text)}\n{text}", scope)
            self.kernels[kind] = scope["kernel"]
        return self.kernels[kind]


@dataclass
class Hot:
    """Which elements of an argument say where a row of an array is 1."""

    source: Array
    places: np.ndarray
    count: int
    array: Array

    def line(self, writing: Text) -> str:
        """Return the line that makes it."""
        name = self.source.name
        if len(self.places) < self.source.size or len(self.source.dims) > 1:
            index = writing.constant("i", self.places)
            name = f"{name}.reshape(n, -1)[:, {index}]" if self.source.batched else f"{name}.take({index})"
        return f"{self.array.name} = 1.0 * ({name}[..., None] == np.arange({self.count}))"


__all__ = ["Operation", "Program"]


def scatter(xs: np.ndarray, index: np.ndarray, size: int) -> np.ndarray:
    """Return for each sample the sums of the elements that have the same index."""
    sums = np.zeros((size, len(xs)))
    np.add.at(sums, index, xs.T)
    return sums.T
