"""Batches: samples with their targets as lists, whatever held them."""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scalargrad.engine.composed import mean
from scalargrad.engine.node import real
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, ShapeError
from scalargrad.nn.losses import Loss

Data = Iterable[Any]  # one item a sample: a list, an array, a column or a frame of data
Samples = list[list[Value]]
Model = Callable[[Any], Any]  # a Module, or any function of one sample
Places = Sequence[int]  # of the samples of a batch


@dataclass(frozen=True)
class Dataset:
    """Samples, a list of numbers each, with as many targets."""

    rows: list[list[float]]
    targets: list[Any]

    @classmethod
    def of(cls, X: Data, y: Data) -> "Dataset":  # noqa: N803  # as in the literature
        """Return the dataset of lists or arrays of numbers.

        A sample may be a plain number where a model has one input.  Raises ShapeError for different
        numbers of samples and targets, or for none, and OperandError for what is no finite number.
        """
        rows, targets = _rows(X), _as_list("y", y)
        if text := next((each for each in targets if isinstance(each, str)), None):
            message = f"a target is a number, got {text!r:.40} of type str: number the classes from 0"
            raise OperandError(message)
        if len(rows) != len(targets):
            message = (
                f"every sample needs a target: got {len(rows)} samples in X and {len(targets)} targets in y"
            )
            raise ShapeError(message)
        if not rows:
            message = "there is nothing to learn from: X and y are empty"
            raise ShapeError(message)
        return cls(rows, targets)

    @classmethod
    def held_out(cls, pair: Any) -> "Dataset | None":
        """Return the dataset of a pair (X, y), None for None; raise OperandError for anything else."""
        if pair is None:
            return None
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            message = (
                f"validation is a pair of samples and targets, got {pair!r:.40}: hold some back, as in "
                "fit(model, X[:80], y[:80], validation=(X[80:], y[80:]))"
            )
            raise OperandError(message)
        return cls.of(*pair)

    @cached_property
    def samples(self) -> Samples:
        """Return the samples as lists of Values, which graphs are made of."""
        return [list(map(Value, row)) for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, places: Places) -> "Dataset":
        """Return the dataset of the samples at some places."""
        return Dataset([self.rows[i] for i in places], [self.targets[i] for i in places])

    def at(self, places: Places) -> tuple[Samples, list[Any]]:
        """Return the samples and the targets at some places."""
        return [self.samples[i] for i in places], [self.targets[i] for i in places]


@dataclass(frozen=True)
class Batches:
    """The places of `count` samples in batches: all in one, in their order, or shuffled anew each time.

    Raises ShapeError for a size below 1; None stands for one batch of everything.
    """

    count: int
    size: int | None
    generator: random.Random

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 1:
            message = f"a batch holds at least one sample, got batch_size={self.size}"
            raise ShapeError(message)

    def __iter__(self) -> Iterator[Places]:
        if self.size is None or self.size >= self.count:
            yield range(self.count)
            return
        order = list(range(self.count))
        self.generator.shuffle(order)
        for start in range(0, self.count, self.size):
            yield order[start : start + self.size]


def outputs_of(model: Model, samples: Sequence[Any]) -> list[Any]:
    """Return what a model, a Module or any function of one sample, makes of each sample of a batch."""
    return model.batch(samples) if hasattr(model, "batch") else [model(sample) for sample in samples]


def mean_loss(model: Model, loss: Loss, samples: Sequence[Any], targets: Sequence[Any]) -> Value:
    """Return the mean of the losses of a model's outputs over a batch, as one node of the graph."""
    return mean(map(loss, outputs_of(model, samples), targets))


def _as_list(name: str, data: Data) -> list[Any]:
    if hasattr(data, "__array__"):
        import numpy as np

        data = np.asarray(data)
        return data.tolist() if data.ndim else [data.item()]
    try:
        return list(data)
    except TypeError:
        message = f"{name} must be a list or an array, one item a sample, got {data!r:.60}"
        raise OperandError(message) from None


def _rows(data: Data) -> list[list[float]]:
    """Return samples as lists of numbers; an array of finite ones needs no look at each."""
    if hasattr(data, "__array__"):
        import numpy as np

        found = np.asarray(data)
        if found.ndim == 2 and found.dtype.kind in "fiu" and np.isfinite(found).all():
            return found.astype(float).tolist()  # type: ignore[no-any-return]
    return [_numbers(i, row) for i, row in enumerate(_as_list("X", data))]


def _numbers(i: int, row: Any) -> list[float]:
    items = row if isinstance(row, Sequence) or hasattr(row, "__array__") else [row]
    numbers = [real(x._data if isinstance(x, Value) else x) for x in items]
    for j, x in enumerate(numbers):
        if not math.isfinite(x):
            message = f"X[{i}][{j}] is {x}: leave the sample out, or put a number in"
            raise OperandError(message)
    return numbers
