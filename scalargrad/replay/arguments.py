"""Arguments of a call: nested lists of numbers or arrays of them over a batch, laid flat."""

import array
import math
import numbers
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalargrad.engine.node import real
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, ShapeError

Spec = Any  # of one argument: the lengths of nested lists, a list of the specs of items, or what is static
NUMBER: tuple[int, ...] = ()


@dataclass(frozen=True)
class Static:
    """A text, True, False or None among the arguments: a part of the program, not a number of it."""

    value: Any


@dataclass
class Flat:
    """One argument laid flat: its numbers [batch ×] count, and the Values that were among them."""

    name: str
    spec: Spec
    numbers: np.ndarray
    values: list[tuple[int, Value]]

    @property
    def count(self) -> int:
        """Return how many numbers it has for one sample."""
        return int(self.numbers.shape[-1])


def flat(name: str, x: Any) -> Flat:  # noqa: PLR0911  # one for each kind of argument
    """Return an argument laid flat; raise OperandError for what is no number, by its name."""
    if type(x) is np.ndarray and x.dtype == np.float64 and x.ndim:
        return Flat(name, x.shape[1:], x if x.ndim == 2 else _in_rows(x), [])
    if isinstance(x, str | bool | None):
        return Flat(name, Static(x), np.empty(0), [])
    if isinstance(x, Value):
        return Flat(name, NUMBER, np.array([x._data]), [(0, x)])
    if isinstance(x, numbers.Real):
        return Flat(name, NUMBER, np.array([real(x)]), [])
    if isinstance(x, Sequence | array.array) and not isinstance(x, bytes | bytearray):
        return _flat_list(name, x if isinstance(x, list | tuple) else list(x))
    found = _numeric(name, x)
    if found.ndim == 0:
        return Flat(name, NUMBER, found.reshape(1), [])
    return Flat(name, found.shape[1:], _in_rows(found), [])


def _flat_list(name: str, items: list[Any] | tuple[Any, ...]) -> Flat:
    try:  # most often a rectangle of plain numbers
        found = np.array(items)
    except (ValueError, TypeError, OperandError):
        found = np.empty(0, object)
    if found.size and found.dtype.kind in "fiu" and not _holds_others(items):
        return Flat(name, found.shape, found.reshape(-1).astype(float), [])
    parts = [flat(f"{name}[{i}]", item) for i, item in enumerate(items)]
    in_one_batch(parts)
    specs = [part.spec for part in parts]
    same = specs and all(spec == specs[0] and isinstance(spec, tuple) for spec in specs)
    numbers = np.concatenate([part.numbers for part in parts], axis=-1) if parts else np.empty(0)
    starts = np.cumsum([0, *(part.count for part in parts)])
    values = [(int(start) + i, v) for start, part in zip(starts, parts) for i, v in part.values]
    return Flat(name, (len(parts), *specs[0]) if same else specs, numbers, values)


def _in_rows(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), math.prod(x.shape[1:]))


def _holds_others(items: Any) -> bool:
    """Tell whether there is something in a list that is no number, though NumPy takes it for one."""
    if isinstance(items, list | tuple):
        return any(map(_holds_others, items))
    return isinstance(items, bool) or (isinstance(items, np.ndarray) and items.ndim > 0)


def _numeric(name: str, x: Any) -> np.ndarray:
    try:
        found = np.asarray(x)
    except Exception:  # noqa: BLE001  # whatever __array__ raises
        found = np.empty(0, object)
    if found.dtype.kind not in "fiub" or isinstance(x, np.ma.MaskedArray):
        masked = "a masked" if isinstance(x, np.ma.MaskedArray) else "an"
        shown = f"{masked} array of {found.dtype}" if hasattr(x, "__array__") else f"{x!r:.60}"
        message = f"{name} takes numbers, Values, lists of them or arrays over a batch, got {shown}"
        raise OperandError(message)
    return found.astype(float)


def in_one_batch(parts: list[Flat]) -> int | None:
    """Let all arguments have the batch axis that some have, and return its length; None where none has.

    Those without an array are the same for every sample.
    """
    sizes = {len(part.numbers) for part in parts if part.numbers.ndim == 2}
    if not sizes:
        return None
    (size, *others) = sizes
    if others:
        listed = ", ".join(f"{x.name} has {len(x.numbers)}" for x in parts if x.numbers.ndim == 2)
        message = f"the first axis of an array is the batch, the same for all arguments: {listed}"
        raise ShapeError(message)
    if not size:
        message = f"there is no sample in the batch: {parts[0].name} has a first axis of length 0"
        raise ShapeError(message)
    for part in parts:
        if part.numbers.ndim == 1:
            part.numbers = np.broadcast_to(part.numbers, (size, part.count))
    return size


def shaped(spec: Spec, values: Iterator[Any], *, static: bool = True) -> Any:
    """Return values in nested lists, with what is static between them, or None in its place."""
    if isinstance(spec, Static):
        return spec.value if static else None
    if spec == NUMBER:
        return next(values)
    if isinstance(spec, tuple):
        return [shaped(spec[1:], values) for _ in range(spec[0])]
    return [shaped(item, values, static=static) for item in spec]


def described(spec: Spec) -> str:
    """Return in words what an argument is inside of a recorded function.

    >>> described(()), described((2,)), described((3, 2)), described([(), (2,)]), described(Static(None))
    ('a number', 'a list of 2 numbers', 'a list of 3 lists of 2 numbers', 'a list of 2', 'None')
    """
    if isinstance(spec, Static):
        return repr(spec.value)
    if isinstance(spec, list):
        return f"a list of {len(spec)}"
    if not spec:
        return "a number"
    first, *others = spec
    return f"a list of {first} {''.join(f'lists of {n} ' for n in others)}number{'s' * (spec != (1,))}"


def key(spec: Spec) -> Any:
    """Return a spec as a part of the key of a program."""
    return ("list", *map(key, spec)) if isinstance(spec, list) else spec


def like_the_argument(part: Flat, derivatives: np.ndarray) -> Any:
    """Return derivatives in the shape of their argument: a float, an array over the batch, lists of them."""
    if isinstance(part.spec, Static):
        return None
    derivatives = np.array(derivatives)  # which may be an argument itself: the caller owns the result
    if isinstance(part.spec, tuple) and derivatives.ndim == 2:
        return derivatives.reshape(len(derivatives), *part.spec)
    columns = iter(derivatives.T if derivatives.ndim == 2 else derivatives.tolist())
    return shaped(part.spec, columns, static=False)
