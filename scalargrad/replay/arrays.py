"""Arrays of slots, with the views through which operations read them.

What an operation reads is a matrix of slots.  Most often that is an array as it stands, or a slice of
one, transposed or repeated along an axis; the view says so, and then reading costs nothing.  Failing
that, arrays are joined, and at worst single elements are taken.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np

Kind = Literal["parameter", "argument", "one-hot", "fresh", "constant", "result"]
Slots = np.ndarray


@dataclass(eq=False)
class Array:
    """Slots that stand in one array of these `dims`; a `batched` one has a batch axis before them."""

    kind: Kind
    dims: tuple[int, ...]
    slots: Slots  # in one dimension
    batched: bool
    name: str = ""

    @property
    def size(self) -> int:
        """Return the number of slots."""
        return len(self.slots)


@dataclass(eq=False)
class Numbers:
    """Constants: one number, or an array of them."""

    numbers: np.ndarray
    shape: tuple[int, ...]
    batched = False

    @property
    def arrays(self) -> Sequence[Array]:
        """Return the arrays that are read."""
        return ()


@dataclass(eq=False)
class Piece:
    """A part of one array: reshaped to `dims`, sliced, its axes in another order.

    Along axes where `shape` is 1 it repeats.  `starts` has, for every one of `dims`, where the slice
    begins, and `axes` has for each axis of the shape which of dims it is, -1 where it repeats.
    """

    array: Array
    dims: tuple[int, ...]
    starts: tuple[int, ...]
    axes: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def batched(self) -> bool:
        """Tell whether it has a batch axis."""
        return self.array.batched

    @property
    def arrays(self) -> Sequence[Array]:
        """Return the arrays that are read."""
        return (self.array,)

    @property
    def lengths(self) -> dict[int, int]:
        """Return the length of each of the dims that is kept."""
        return {axis: self.shape[i] for i, axis in enumerate(self.axes) if axis >= 0}

    @property
    def index(self) -> list[str]:
        """Return for each of the dims the slice of it, or the place where it is not kept."""
        lengths = self.lengths
        return [
            _slice(start, lengths[axis], n) if axis in lengths else str(start)
            for axis, (start, n) in enumerate(zip(self.starts, self.dims))
        ]

    @property
    def identical(self) -> bool:
        """Tell whether it is the array as it stands."""
        return self.whole and self.dims == self.array.dims and self.axes == tuple(range(len(self.dims)))

    @property
    def whole(self) -> bool:
        """Tell whether it is all of the array."""
        return math.prod(self.lengths.values()) == self.array.size


@dataclass(eq=False)
class Taken:
    """Elements of one array or several laid end to end, one by one."""

    arrays: Sequence[Array]
    index: np.ndarray
    shape: tuple[int, ...]

    @property
    def batched(self) -> bool:
        """Tell whether it has a batch axis."""
        return any(array.batched for array in self.arrays)


@dataclass(eq=False)
class Joined:
    """Views side by side along an axis, which is counted from the end."""

    views: "Sequence[View]"
    axis: int
    shape: tuple[int, ...]

    @property
    def batched(self) -> bool:
        """Tell whether it has a batch axis."""
        return any(view.batched for view in self.views)

    @property
    def arrays(self) -> Sequence[Array]:
        """Return the arrays that are read."""
        return [array for view in self.views for array in view.arrays]


View = Numbers | Piece | Taken | Joined


@dataclass
class Placed:
    """Where each slot stands: the number of its array, -1 for none, with the place in it."""

    size: int
    arrays: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owner = np.full(self.size, -1)
        self.place = np.zeros(self.size, np.int64)

    def put(self, array: Array) -> Array:
        """Place the slots of an array in it."""
        self.owner[array.slots] = len(self.arrays)
        self.place[array.slots] = np.arange(array.size)
        self.arrays.append(array)
        return array

    def view(self, slots: Slots) -> View:
        """Return the view of slots that have a place."""
        owners = self.owner[slots]
        first = owners.flat[0]
        if (owners == first).all():
            array, place = self.arrays[first], self.place[slots]
            return piece(array, place) or Taken([array], place, slots.shape)
        return self._joined(slots, owners) or self._taken(slots, owners)

    def _joined(self, slots: Slots, owners: np.ndarray) -> Joined | None:
        """Return views side by side, if few arrays follow one another along the last axis or the first."""
        for axis in (slots.ndim - 1, 0):
            along = np.moveaxis(owners, axis, 0).reshape(owners.shape[axis], -1)
            cuts = np.flatnonzero((along[1:] != along[:-1]).any(axis=1)) + 1
            bounds = [0, *cuts.tolist(), len(along)]
            if len(bounds) > 10 or (along != along[:, :1]).any():
                continue
            parts = [np.take(slots, range(a, b), axis) for a, b in pairwise(bounds)]
            views = [self.view(part) for part in parts]
            if all(view.shape == part.shape for view, part in zip(views, parts)):
                return Joined(views, axis - slots.ndim, slots.shape)
        return None

    def _taken(self, slots: Slots, owners: np.ndarray) -> Taken:
        numbers = np.unique(owners)
        starts = np.zeros(len(self.arrays), np.int64)
        starts[numbers] = np.cumsum([0, *(self.arrays[i].size for i in numbers[:-1])])
        index = starts[owners] + self.place[slots]
        return Taken([self.arrays[i] for i in numbers], index, slots.shape)


def _slice(start: int, length: int, n: int) -> str:
    return ":" if length == n else f"{start or ''}:{start + length if start + length < n else ''}"


def piece(array: Array, place: np.ndarray) -> Piece | None:
    """Return the piece of an array whose elements stand at these places, None where it is no piece.

    The places have to step by fixed strides along every axis, and the array is split into axes with
    just these strides: an array of 16 is read as 4 × 4 where a head of attention takes 4 at a time.
    """
    origin = int(place.flat[0])
    strides = [
        int(np.take(place, 1, axis).flat[0]) - origin if length > 1 else 0
        for axis, length in enumerate(place.shape)
    ]
    regular = origin + sum(
        (np.arange(n) * stride).reshape([-1 if i == axis else 1 for i in range(place.ndim)])
        for axis, (n, stride) in enumerate(zip(place.shape, strides))
    )
    repeats = any(n > 1 and not stride for n, stride in zip(place.shape, strides))
    if (
        repeats
        or min(strides, default=0) < 0
        or not np.array_equal(np.broadcast_to(regular, place.shape), place)
    ):
        return None
    cut = (_cut(array, split, origin, strides, place.shape) for split in (array.dims, (array.size,)))
    return next(filter(None, cut), None)


def _cut(
    array: Array, split: tuple[int, ...], origin: int, strides: Sequence[int], shape: tuple[int, ...]
) -> Piece | None:
    """Return the piece that is a slice of the array with its axes split further, None if it is none."""
    dims = _split(split, {stride for stride in strides if stride})
    if dims is None:
        return None
    of_dims = [math.prod(dims[i + 1 :]) for i in range(len(dims))]
    axes = tuple(_axis(stride, of_dims, dims) if stride else -1 for stride in strides)
    starts = tuple(origin // step % n for step, n in zip(of_dims, dims))
    kept = [axis for axis in axes if axis >= 0]
    fits = all(starts[axis] + n <= dims[axis] for axis, n in zip(axes, shape) if axis >= 0)
    return Piece(array, dims, starts, axes, shape) if fits and len(set(kept)) == len(kept) else None


def _axis(stride: int, of_dims: Sequence[int], dims: Sequence[int]) -> int:
    return next(i for i, (step, n) in enumerate(zip(of_dims, dims)) if step == stride and n > 1)


def _split(dims: Sequence[int], strides: set[int]) -> tuple[int, ...] | None:
    """Return dims with axes split so that every stride is that of one, None where that does not work."""
    found: list[int] = []
    step = math.prod(dims)
    for n in dims:
        step //= n
        inside = sorted({s for s in strides if step < s < step * n}, reverse=True)
        left = n
        for stride in inside:
            if stride % step or (left * step) % stride:
                return None
            found.append(left * step // stride)
            left = stride // step
        found.append(left)
    steps = {math.prod(found[i + 1 :]) for i, n in enumerate(found) if n > 1}
    return tuple(found) if strides <= steps else None
