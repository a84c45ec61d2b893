"""A dataset as arrays, from which the arguments of replays are taken."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scalargrad.replay.arguments import Flat
from scalargrad.training.batches import Dataset, Places

FEW = 5  # samples that are looked at, at least


class CannotReplayError(Exception):
    """Tell why a training goes on graph by graph."""


@dataclass
class Arrays:
    """A dataset as arrays: samples and targets, of one shape each."""

    samples: np.ndarray
    targets: np.ndarray

    @classmethod
    def of(cls, data: Dataset) -> "Arrays":
        """Return the arrays of a dataset; raise CannotReplayError unless all samples have one shape."""
        try:
            samples = np.array(data.rows)
            targets = np.array(data.targets)
        except ValueError:
            raise CannotReplayError("samples or targets differ in their shapes") from None
        if targets.dtype.kind not in "fiu":
            raise CannotReplayError(f"targets are no numbers: {data.targets[0]!r:.40}")
        return cls(samples, targets.astype(float))

    @cached_property
    def is_finite(self) -> bool:
        """Tell whether all numbers are finite."""
        return bool(np.isfinite(self.samples).all() and np.isfinite(self.targets).all())

    def telling(self, count: int) -> list[int]:
        """Return the places of so many samples, of different targets if there are that many; FEW at least."""
        _, first = np.unique(self.targets.reshape(len(self.targets), -1), axis=0, return_index=True)
        rest = np.setdiff1d(np.arange(len(self.targets)), first)[: max(0, FEW - len(first))]
        return sorted([*np.sort(first)[:count].tolist(), *rest.tolist()])

    @cached_property
    def whole(self) -> list[Flat]:
        """Return the arguments of a batch of everything."""
        parts = (("x", self.samples), ("t", self.targets))
        return [Flat(name, array.shape[1:], array.reshape(len(array), -1), []) for name, array in parts]

    def at(self, places: Places) -> list[Flat]:
        """Return the arguments of a batch."""
        if len(places) == len(self.samples) and isinstance(places, range):
            return self.whole
        chosen = np.array(places)
        return [Flat(x.name, x.spec, x.numbers[chosen], []) for x in self.whole]
