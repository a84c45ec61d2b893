"""A program: what a recording computes, as functions over arrays."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from scalargrad.engine import node
from scalargrad.engine.node import describe
from scalargrad.engine.value import Value
from scalargrad.errors import RecordError, StaleGraphError
from scalargrad.primitives.limits import quietly
from scalargrad.replay.argument_arrays import ArgumentArrays
from scalargrad.replay.arrays import Array
from scalargrad.replay.call import Call
from scalargrad.replay.folding import fold
from scalargrad.replay.function import Inputs, Kind, Written, written
from scalargrad.replay.given import Argument
from scalargrad.replay.graph import Graph
from scalargrad.replay.grouping import groups_of
from scalargrad.replay.guards import Certain, exact_slots
from scalargrad.replay.layout import Layout
from scalargrad.replay.names import Names, stem
from scalargrad.replay.operation import Block
from scalargrad.replay.recording import Recording
from scalargrad.replay.segments import segments
from scalargrad.replay.verifying import Expected, swept, writing


class Found(NamedTuple):
    """What a program gives: over a batch an array for each of them."""

    value: Any
    holds: Any  # whether the guards have the outcomes that they had
    unsure: Any  # whether rounding may decide one of them
    followed: Any  # the numbers that are handed on
    gradient: np.ndarray  # by the parameters, laid end to end
    by_arguments: Any


class Program:
    """What a recording computes, over arrays: of parameters, and of arguments, which may have a batch axis.

    `values` are the Values from outside that it reads, which its parameters stand for, one after the other;
    `independents` those of them by which derivatives are taken: all, or only those that are `wanted`.
    """

    def __init__(
        self,
        recording: Recording,
        call: Call,
        made: Sequence[Sequence[Argument]],
        wanted: Collection[Value] | None = None,
    ) -> None:
        graph = Graph.of(recording)
        self.conditions = recording.conditions
        self.lines = [guard.line for guard in recording.guards]
        self.followers = [(function, len(values)) for function, values in recording.followers]
        self.is_plain = not self.conditions and not self.followers
        self.older, self.wanted = recording.older, wanted
        given = self.given = ArgumentArrays(recording, call, made, graph)
        order = fold(graph, graph.kept)
        self.certain = Certain(exact_slots(graph, order), recording.largest)
        self.groups = groups_of(graph, order, given.varying)
        self.labels = {slot: (v.label, v.path) for v, slot in graph.slots.items() if v.label or v.path}
        self.layout = self._named(Layout(graph, [*segments(graph, self.groups)], given.arrays))
        self.values = self._values_of(self.layout.parameters)
        self.independents = self._values_of(self.independent_arrays(self.layout))
        self.zeros, self.zeros_of_values = np.zeros(len(self.independents)), np.zeros(len(self.values))
        self._floats = Struct(f"{len(self.values)}d")
        self._read = -1, np.empty(0)  # one pair, so that of two threads none takes the data of an older time
        floats = any(isinstance(x, Block) and x.style == "floats" for x in self.layout.operations)
        # what is raised where there is no value: by NumPy, if asked to, or by functions of floats
        self.errors = (ValueError, ArithmeticError) if floats else (FloatingPointError,)
        self._functions: dict[Kind, Callable[..., Any]] = {}
        self.expected = self._expected(recording, made)
        graph.slots.clear()  # which would keep every node of the recording alive

    def independent_arrays(self, layout: Layout) -> list[Array]:
        """Return the parameters of a layout by which derivatives are taken."""
        wanted = self.wanted
        return [
            array
            for array in layout.parameters
            if wanted is None or any(value in wanted for value in self._values_of([array]))
        ]

    def _values_of(self, arrays: Sequence[Array]) -> tuple[Value, ...]:
        leaves = self.layout.graph.leaves
        return tuple([leaves[slot] for array in arrays for slot in array.slots.tolist()])

    # ---- layouts

    def _named(self, layout: Layout) -> Layout:
        """Give the arrays of a layout the names of what is in them."""
        names = Names()
        self.given.take_names(names)
        for array in (*layout.parameters, *(operation.array for operation in layout.operations)):
            labels = [self.labels[slot] for slot in array.slots.tolist() if slot in self.labels]
            wish = stem(labels) if len(labels) == array.size else ""
            array.name = names.give(wish, "p" if array.kind == "parameter" else "v")
        return layout

    @cached_property
    def regular(self) -> Layout:
        """Return the layout without blocks: to be read rather than run."""
        if not any(isinstance(operation, Block) for operation in self.layout.operations):
            return self.layout
        return self._named(Layout(self.layout.graph, self.groups, self.given.arrays))

    @property
    def reads_arguments(self) -> bool:
        """Tell whether the output, or a guard, depends on an argument."""
        given = {*self.given.arguments, *(hot.array for hot in self.given.hot)}
        views = [self.layout.output, *(view for op in self.layout.operations for view in op.views)]
        return any(array in given for view in views for array in view.arrays)

    # ---- running

    def written(self, kind: Kind) -> Written:
        """Return the source of the function that goes forward, or takes derivatives as well."""
        given, independent = self.given, self.independent_arrays(self.layout)
        inputs = Inputs(self.layout.parameters, independent, given.fresh, given.arguments)
        return written(self.layout, given.hot, inputs, kind, self.certain, batched=given.batched)

    def data(self) -> np.ndarray:
        """Return the data of `values`, read anew if any leaf was given data since they were read last."""
        at = node.last_assignment
        read_at, data = self._read
        if at != read_at:
            for leaf, order, child in self.older:
                if leaf._order > order:
                    message = (
                        f"{describe(leaf)} was given new data after {child} was computed from it, outside "
                        "of what is recorded; compute that inside"
                    )
                    raise StaleGraphError(message)
            # the fastest of the ways from attributes to an array: a third of `np.fromiter`
            data = np.frombuffer(self._floats.pack(*[value._data for value in self.values]))
            self._read = at, data
        return data

    @property
    def holds_now(self) -> bool:
        """Tell whether the attributes by which the function branched are what they were."""
        return all(getattr(owner, name) == was for (_, name), (owner, was) in self.conditions.items())

    def run(
        self,
        kind: Kind,
        data: np.ndarray,
        fresh: Sequence[np.ndarray],
        numbers: Sequence[np.ndarray],
        seed: float = 1.0,
    ) -> Found:
        """Return what the program gives.

        `numbers` are those of each argument, laid flat, with a batch axis before if it is a batch.
        """
        if kind not in self._functions:
            with writing():
                self._functions[kind] = self.written(kind).compiled()
            try:
                with writing(but=self.errors):
                    self._verify(kind)
            except RecordError:
                del self._functions[kind]
                raise
        lead = (len(numbers[0]),) if self.given.batched else ()
        return Found(*self._functions[kind](data, *fresh, *numbers, *lead, seed))

    def _expected(self, recording: Recording, made: Sequence[Sequence[Argument]]) -> Expected:
        gradient, batched = swept(recording), self.given.batched
        fresh = np.array([leaf._data for leaf in self.given.fresh_leaves])
        numbers = [np.array([leaf._data for leaf in leaves]) for leaves in made if leaves]
        return Expected(
            self.data(),
            [fresh[None] if batched else fresh] * bool(self.given.fresh),
            [x[None] for x in numbers] if batched else numbers,
            recording.output._data,
            _scale(recording, gradient),
            np.array([gradient.get(value, 0.0) for value in self.independents]),
            np.array([gradient.get(leaf, 0.0) for leaves in made for leaf in leaves]),
        )

    def _verify(self, kind: Kind) -> None:
        """Hold a new function against the engine, at the sample that was recorded."""
        at = self.expected
        at.check(kind, quietly(self.run, kind, at.data, at.fresh, at.numbers))


def _scale(recording: Recording, gradient: dict[Value, float]) -> float:
    """Return the size of numbers that may have cancelled in a value or a derivative."""
    adjoints = np.abs(list(gradient.values()))
    return max(recording.largest, 1.0) * float(adjoints[np.isfinite(adjoints)].max(initial=1.0))
