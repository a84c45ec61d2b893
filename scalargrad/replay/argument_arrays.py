"""The arguments of a program as arrays, with what else is given anew at each call."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from scalargrad.replay.arguments import Flat
from scalargrad.replay.arrays import Array
from scalargrad.replay.call import Call
from scalargrad.replay.function import Hot
from scalargrad.replay.given import Argument
from scalargrad.replay.graph import Graph
from scalargrad.replay.names import Names
from scalargrad.replay.recording import Recording, Test


class ArgumentArrays:
    """Arguments, arrays that are 1 where one of them says, numbers that are read afresh."""

    def __init__(
        self, recording: Recording, call: Call, made: Sequence[Sequence[Argument]], graph: Graph
    ) -> None:
        self.batched = call.batch is not None
        self.arguments = [
            self._argument(graph, flat, leaves) for flat, leaves in zip(call.flats, made) if leaves
        ]
        self._wishes = [array.name for array in self.arguments]
        self.hot = list(self._hot(graph, recording))
        self.tests = [*self._tests(recording, made)]
        self.fresh_leaves = [leaf for leaf in recording.fresh if leaf in graph.slots]
        key_of = dict(zip(recording.fresh, recording.keys))
        self._keys = [key_of[leaf] for leaf in self.fresh_leaves]
        self._reads = [recording.fresh[leaf] for leaf in self.fresh_leaves]
        slots = np.array([graph.slots[x] for x in self.fresh_leaves])
        fresh = Array("fresh", slots.shape, slots, batched=self.batched, name="fresh")
        self.fresh = [fresh] * bool(self.fresh_leaves)

    @property
    def arrays(self) -> list[Array]:
        """Return all of them."""
        return [*self.arguments, *(hot.array for hot in self.hot), *self.fresh]

    @property
    def varying(self) -> list[int]:
        """Return the slots that differ from sample to sample."""
        return [slot for array in self.arrays for slot in array.slots.tolist()] if self.batched else []

    def take_names(self, names: Names) -> None:
        """Take the names that they are called by, as far as they are free."""
        for array, wish in zip(self.arguments, self._wishes):
            array.name = names.give(wish, "x")
        for hot in self.hot:
            hot.array.name = names.give(f"hot_{hot.source.name}")

    # ---- at a call

    def fresh_data(self, call: Call) -> list[np.ndarray]:
        """Return the numbers that are to be read afresh, for each sample of a batch."""
        if not self.fresh:
            return []
        numbers = call.read_afresh(self._keys, self._reads)
        return [numbers if self.batched else numbers[0]]

    def passed(self, numbers: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield whether numbers pass each test that those of the recorded sample passed.

        Those that pick are whole numbers in their range; of others the function asks.
        """
        for hot in self.hot:
            index = numbers[self.arguments.index(hot.source)][..., hot.places]
            yield (index % 1 == 0) & (index >= 0) & (index < hot.count)
        for test, argument, places in self.tests:
            yield test(numbers[argument][..., places])

    def can_take(self, numbers: Sequence[np.ndarray]) -> np.ndarray:
        """Tell of which samples the arguments pass all tests."""
        fits = np.ones(len(numbers[0]) if self.batched else 1, bool)
        for passed in self.passed(numbers):
            fits &= passed.all(axis=-1)
        return fits

    # ---- from a recording

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
