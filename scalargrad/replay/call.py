"""Calls of a recorded function, with arguments laid flat in one batch."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from scalargrad.errors import OperandError
from scalargrad.replay.arguments import Flat, flat, in_one_batch, key, shaped
from scalargrad.replay.given import Argument
from scalargrad.replay.recording import Key

Made = list[list[Argument]]  # the numbers of each argument


class Call:
    """The arguments of one call, laid flat; the first `positional` of them are given by position.

    `batch` is the number of samples, None for one without a batch axis, which is sample 0.  Who makes many
    calls with the same numbers may say whether they are finite, and that the function was asked of each.
    """

    def __init__(
        self, flats: list[Flat], positional: int, *, is_finite: bool | None = None, is_checked: bool = False
    ) -> None:
        self.flats, self.positional = flats, positional
        self._is_finite, self.is_checked = is_finite, is_checked
        batch = in_one_batch(flats)
        self.numbers = [x.numbers for x in flats if x.count]
        self.batch = batch if self.numbers else None
        self._shape: Any = None
        self.fresh: dict[Key, np.ndarray] = {}  # what was read afresh in this call, a number for each sample

    @property
    def is_finite(self) -> bool:
        """Tell whether all numbers are finite; of others the engine itself says what becomes."""
        if self._is_finite is None:
            self._is_finite = all(np.isfinite(x).all() for x in self.numbers)
        return self._is_finite

    def read_afresh(self, keys: Sequence[Key], reads: Sequence[Callable[[], float]]) -> np.ndarray:
        """Return numbers read afresh, for every sample: the same for programs that go the same way."""
        for place, read in zip(keys, reads):
            if place not in self.fresh:
                self.fresh[place] = np.array([read() for _ in range(self.batch or 1)], float)
        return np.stack([self.fresh[place] for place in keys], axis=-1)

    def fresh_of(self, sample: int) -> dict[Key, float]:
        """Return what was read afresh for a sample."""
        return {place: float(numbers[sample]) for place, numbers in self.fresh.items()}

    @property
    def shape(self) -> Any:
        """Return what calls that the same program can replay have in common."""
        if self._shape is None:
            shapes = tuple([(x.name, key(x.spec)) for x in self.flats])
            self._shape = shapes, self.positional, self.batch is not None
        return self._shape

    def made(self, sample: int) -> Made:
        """Return the arguments of a sample, each laid flat."""
        numbers = [x.numbers if self.batch is None else x.numbers[sample] for x in self.flats]
        return [list(map(Argument, of_one.ravel().tolist())) for of_one in numbers]

    def run(self, function: Callable[..., Any], made: Made) -> Any:
        """Return what a function makes of arguments, in lists of its own, which it may change."""
        trees = [shaped(x.spec, iter(leaves)) for x, leaves in zip(self.flats, made)]
        names = [x.name for x in self.flats]
        return function(
            *trees[: self.positional], **dict(zip(names[self.positional :], trees[self.positional :]))
        )


class Signature:
    """How a function is called: by position or by name, as Python says."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        try:
            self.signature: inspect.Signature | None = inspect.signature(function)
        except (TypeError, ValueError):
            self.signature = None
        kinds = [(p.kind, p.default) for p in self.signature.parameters.values()] if self.signature else []
        plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty)
        self._plain = len(kinds) if all(kind == plain for kind in kinds) else -1

    def call(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> Call:
        """Return a call with these arguments; raise OperandError for a wrong number or name."""
        if self.signature is not None and (named or len(arguments) != self._plain):
            try:
                self.signature.bind(*arguments, **named)
            except TypeError as error:
                message = f"{self.name}{self.signature}: {error}"
                raise OperandError(message) from None
        names = [*self._names(len(arguments)), *named]
        flats = [flat(name, x) for name, x in zip(names, (*arguments, *named.values()), strict=True)]
        return Call(flats, len(arguments))

    def _names(self, count: int) -> Iterator[str]:
        """Yield the names of the first positional arguments; those of `*xs` are xs0, xs1, …."""
        parameters = list(self.signature.parameters.values()) if self.signature else []
        places = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
        rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
        for i in range(count):
            yield places[i].name if i < len(places) else f"{rest}{i - len(places)}"
