"""A program: what a recording computes, as functions over arrays."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from scalargrad.engine import node
from scalargrad.engine.node import describe
from scalargrad.engine.value import Value
from scalargrad.errors import RecordError, StaleGraphError
from scalargrad.replay.arguments import Flat
from scalargrad.replay.arrays import Array
from scalargrad.replay.call import Call
from scalargrad.replay.folding import fold
from scalargrad.replay.function import Hot, Inputs, Kind, Written, written
from scalargrad.replay.given import Argument
from scalargrad.replay.graph import Graph
from scalargrad.replay.grouping import groups_of
from scalargrad.replay.guards import Certain, exact_slots
from scalargrad.replay.layout import Layout
from scalargrad.replay.names import Names, stem
from scalargrad.replay.operation import Block
from scalargrad.replay.recording import Recording, Test
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
        batched = self.batched = call.batch is not None
        self.conditions = recording.conditions
        self.lines = [guard.line for guard in recording.guards]
        self.followers = [(function, len(values)) for function, values in recording.followers]
        self.arguments = [
            self._argument(graph, flat, leaves) for flat, leaves in zip(call.flats, made) if leaves
        ]
        self.wishes = [array.name for array in self.arguments]
        self.hot = list(self._hot(graph, recording))
        self.tests = [*self._tests(recording, made)]
        fresh = [leaf for leaf in recording.fresh if leaf in graph.slots]
        self._read_afresh = [recording.fresh[leaf] for leaf in fresh]
        key_of = dict(zip(recording.fresh, recording.keys))
        self._keys = [key_of[leaf] for leaf in fresh]
        self.fresh = [
            Array(
                "fresh",
                (len(fresh),),
                np.array([graph.slots[x] for x in fresh]),
                batched=self.batched,
                name="fresh",
            )
        ] * bool(fresh)
        order = fold(graph, graph.kept)
        self.certain = Certain(exact_slots(graph, order), recording.largest)
        self.older = recording.older
        given = [*self.arguments, *(hot.array for hot in self.hot), *self.fresh]
        varying = [slot for array in given for slot in array.slots.tolist()] if batched else []
        self.groups = groups_of(graph, order, varying)
        self.given = given
        self.labels = {slot: (v.label, v.path) for v, slot in graph.slots.items() if v.label or v.path}
        self.layout = self._named(Layout(graph, [*segments(graph, self.groups)], self.given))
        self.parameters = self.layout.parameters
        self.values = self._values_of(self.parameters)
        self.wanted = wanted
        self.moved = self.wanted_of(self.layout)
        self.independents = self._values_of(self.moved)
        self.zeros = np.zeros(len(self.independents))
        self._floats = Struct(f"{len(self.values)}d")
        self._read = -1, np.empty(0)  # one pair, so that of two threads none takes the data of an older time
        floats = any(isinstance(x, Block) and x.style == "floats" for x in self.layout.operations)
        # what is raised where there is no value: by NumPy, if asked to, or by functions of floats
        self.errors = (ValueError, ArithmeticError) if floats else (FloatingPointError,)
        self.is_plain = not self.conditions and not self.followers
        self.expected = self._expected(recording, fresh, made)
        graph.slots.clear()  # which would keep every node of the recording alive
        self._functions: dict[Kind, Callable[..., Any]] = {}

    def wanted_of(self, layout: Layout) -> list[Array]:
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

    # ---- arrays that are given

    def _argument(self, graph: Graph, flat: Flat, leaves: Sequence[Argument]) -> Array:
        slots = np.array([graph.slot_of_leaf(leaf) for leaf in leaves])
        dims = flat.spec if isinstance(flat.spec, tuple) else (len(leaves),)
        return Array("argument", dims, slots, self.batched, flat.name)

    def _hot(self, graph: Graph, recording: Recording) -> Iterator[Hot]:
        """Yield the arrays that are 1 where an argument says, one for all picks among as many."""
        places = {
            slot: (array, place)
            for array in self.arguments
            for place, slot in enumerate(array.slots.tolist())
        }
        found = [
            (*places[graph.slot_of_leaf(argument)], count, leaves)
            for (argument, count), leaves in recording.hot.items()
        ]
        found.sort(key=lambda pick: (self.arguments.index(pick[0]), pick[2], pick[1]))
        for (source, count), picks in groupby(found, key=lambda pick: (pick[0], pick[2])):
            listed = list(picks)
            slots = np.array([[graph.slot_of_leaf(leaf) for leaf in leaves] for *_, leaves in listed])
            dims = slots.shape if source.dims else (count,)
            array = Array("one-hot", dims, slots.ravel(), self.batched, f"hot_{source.name}")
            yield Hot(source, np.array([place for _, place, *_ in listed]), count, array)

    def _tests(
        self, recording: Recording, made: Sequence[Sequence[Argument]]
    ) -> Iterator[tuple[Test, int, Any]]:
        """Yield each test once, with the argument and the places in it that have to pass it."""
        given = [list(leaves) for leaves in made if leaves]
        place = {leaf: (k, i) for k, leaves in enumerate(given) for i, leaf in enumerate(leaves)}
        asked: dict[tuple[Test, int], set[int]] = {}
        for leaf, test in recording.tests:
            argument, i = place[leaf]
            asked.setdefault((test, argument), set()).add(i)
        for (test, argument), places in asked.items():
            is_whole = len(places) == len(given[argument])
            yield test, argument, slice(None) if is_whole else sorted(places)

    def _named(self, layout: Layout) -> Layout:
        """Give the arrays of a layout the names of what is in them."""
        names = Names()
        for array, wish in zip(self.arguments, self.wishes):
            array.name = names.give(wish, "x")
        for hot in self.hot:
            hot.array.name = names.give(f"hot_{hot.source.name}")
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
        return self._named(Layout(self.layout.graph, self.groups, self.given))

    @property
    def reads_arguments(self) -> bool:
        """Tell whether the output, or a guard, depends on an argument."""
        given = {*self.arguments, *(hot.array for hot in self.hot)}
        views = [self.layout.output, *(view for op in self.layout.operations for view in op.views)]
        return any(array in given for view in views for array in view.arrays)

    # ---- running

    def written(self, kind: Kind) -> Written:
        """Return the source of the function that goes forward, or takes derivatives as well."""
        inputs = Inputs(self.parameters, self.moved, self.fresh, self.arguments)
        return written(self.layout, self.hot, inputs, kind, self.certain, batched=self.batched)

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

    def fresh_data(self, call: Call) -> list[np.ndarray]:
        """Return the numbers that are to be read afresh, for each sample of a batch."""
        if not self.fresh:
            return []
        numbers = call.read_afresh(self._keys, self._read_afresh)
        return [numbers if self.batched else numbers[0]]

    @property
    def holds_now(self) -> bool:
        """Tell whether the attributes by which the function branched are what they were."""
        return all(getattr(owner, name) == was for (_, name), (owner, was) in self.conditions.items())

    def can_take(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        """Tell of which samples the arguments pass the tests that the recorded one passed.

        Those that pick are whole numbers in their range; of others the function asks.
        """
        fits = np.ones(len(numbers[0]) if self.batched else 1, bool)
        for hot in self.hot:
            index = numbers[self.arguments.index(hot.source)][..., hot.places]
            fits &= np.all((index % 1 == 0) & (index >= 0) & (index < hot.count), axis=-1)
        for test, argument, places in self.tests:
            fits &= np.all(test(numbers[argument][..., places]), axis=-1)
        return fits

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
        lead = (len(numbers[0]),) if self.batched else ()
        return Found._make(self._functions[kind](data, *fresh, *numbers, *lead, seed))

    def _expected(
        self, recording: Recording, fresh: Sequence[Value], made: Sequence[Sequence[Argument]]
    ) -> Expected:
        gradient = swept(recording)
        arguments = [leaf for leaves in made for leaf in leaves]
        numbers = [np.array([leaf._data for leaf in leaves]) for leaves in made if leaves]
        return Expected(
            self.data(),
            [np.array([leaf._data for leaf in fresh]).reshape((1,) * self.batched + (-1,))] * bool(fresh),
            [x[None] for x in numbers] if self.batched else numbers,
            recording.output._data,
            _scale(recording, gradient),
            np.array([gradient.get(value, 0.0) for value in self.independents]),
            np.array([gradient.get(leaf, 0.0) for leaf in arguments]),
        )

    def _verify(self, kind: Kind) -> None:
        """Hold a new function against the engine, at the sample that was recorded."""
        at = self.expected
        with np.errstate(all="ignore"):
            at.check(kind, self.run(kind, at.data, at.fresh, at.numbers))


def _scale(recording: Recording, gradient: dict[Value, float]) -> float:
    """Return the size of numbers that may have cancelled in a value or a derivative."""
    adjoints = np.abs(list(gradient.values()))
    return max(recording.largest, 1.0) * float(adjoints[np.isfinite(adjoints)].max(initial=1.0))
