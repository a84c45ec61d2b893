"""A recorded function: called as the function is, it replays programs, and records anew where none fits."""

import functools
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any, Literal

import numpy as np

from scalargrad.engine.value import Value
from scalargrad.engine.watching import nobody, watcher
from scalargrad.errors import OperandError, RecordError, known
from scalargrad.replay.arguments import Flat, Signature, arguments_of, key, like_the_argument
from scalargrad.replay.program import Program
from scalargrad.replay.recorder import Reads, run

Reduction = Literal["mean", "sum"]
MOST_PROGRAMS = 64  # for arguments of one shape


class Recorded:
    """A function that runs once for each shape of its arguments, and is replayed on arrays after that."""

    def __init__(self, function: Callable[..., Any], reads: Reads = "refuse") -> None:
        functools.update_wrapper(self, function)
        self.function, self.reads = function, reads
        self.signature = Signature(function)
        self.programs: dict[Any, list[Program]] = {}
        self._lock = Lock()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return the value: a float, or for arrays an array over the batch."""
        if watcher.get() is not nobody:  # within another recording, or a derivative: as a part of it
            return self.function(*arguments, **named)
        flats = self.signature.flat(arguments, named)
        values, _ = self._replayed("forward", flats, len(arguments))
        return values if batch_of(flats) is not None else float(values)

    def value_and_grad(self, *arguments: Any, **named: Any) -> tuple[Any, Any]:
        """Return the value with the derivative by each argument, sample by sample, shaped like the arguments.

        The derivatives are a tuple unless there is one argument.
        """
        flats = self.signature.flat(arguments, named)
        values, gradients = self._replayed("arguments", flats, len(arguments))
        batch = batch_of(flats)
        derivatives = [like_the_argument(flat, g) for flat, g in zip(flats, gradients)]
        value = values if batch is not None else float(values)
        return value, derivatives[0] if len(derivatives) == 1 else tuple(derivatives)

    def backward(self, *arguments: Any, reduction: Reduction = "mean", **named: Any) -> float:
        """Add ∂value/∂v to the grad of every Value v that is read, and return the value.

        Over a batch, that is the mean of the values, or their sum.
        """
        known("reduction", reduction, ("mean", "sum"))
        flats = self.signature.flat(arguments, named)
        batch = batch_of(flats)
        seed = 1.0 / batch if batch and reduction == "mean" else 1.0
        values, gradients = self._replayed("parameters", flats, len(arguments), seed)
        for value, gradient in gradients.items():
            value.grad += gradient
        return float(np.sum(values) * seed)

    def _replayed(self, kind: str, flats: list[Flat], positional: int, seed: float = 1.0) -> Any:
        batch = batch_of(flats)
        identity = (tuple((flat.name, key(flat.spec)) for flat in flats), positional, batch is not None)
        programs = self.programs.setdefault(identity, [])
        if not programs:
            self._record(programs, flats, positional, 0)
        result = Result(kind, flats, batch)
        left = np.arange(batch) if batch is not None else None
        tried = 0
        while True:
            while tried < len(programs):
                program, tried = programs[tried], tried + 1
                left = result.run(program, left, seed)
                if left is not None and not len(left):
                    return result.finished()
                if left is None and result.done:
                    return result.finished()
            if len(programs) >= MOST_PROGRAMS:
                raise RecordError(f"more than {MOST_PROGRAMS} branches")
            self._record(programs, flats, positional, 0 if left is None else int(left[0]))

    def _record(self, programs: list[Program], flats: list[Flat], positional: int, sample: int) -> None:
        batched = batch_of(flats) is not None
        pairs = [arguments_of(flat, flat.numbers[sample] if batched else flat.numbers) for flat in flats]
        trees = [tree for tree, _ in pairs]
        named = {flat.name: tree for flat, tree in zip(flats[positional:], trees[positional:])}
        recording = run(self.function, trees[:positional], named, self.reads)
        programs.append(Program(recording, flats, [made for _, made in pairs], batched=batched))


class Result:
    """What programs give for the samples whose guards they meet, put together."""

    def __init__(self, kind: str, flats: list[Flat], batch: int | None) -> None:
        self.kind, self.flats, self.batch = kind, flats, batch
        self.done = False
        self.values: Any = np.empty(batch) if batch is not None else 0.0
        self.gradients: Any = (
            {} if kind == "parameters" else [np.zeros(flat.numbers.shape) for flat in flats]
        )

    def run(self, program: Program, left: Any, seed: float) -> Any:
        """Run a program on the samples that are left, and return those whose guards it does not meet."""
        numbers = [flat.numbers if left is None else flat.numbers[left] for flat in self.flats if flat.count]
        values, holds, _, *gradients = program.run(self.kind, numbers, None if left is None else len(left), seed)
        if left is None:
            if np.all(holds):
                self.done, self.values = True, values
                self._keep(program, gradients, slice(None))
            return None
        if holds is not True and not np.all(holds):
            mine = np.broadcast_to(holds, len(left))
            if mine.any():
                self.run(program, left[mine], seed)
            return left[~mine]
        self.values[left] = values
        self._keep(program, gradients, left)
        return left[:0]

    def _keep(self, program: Program, gradients: Any, left: Any) -> None:
        if not gradients:
            return
        if self.kind == "parameters":
            flat = np.concatenate([np.ravel(g) for g in gradients[0]]) if gradients[0] else np.empty(0)
            for value, g in zip(program.values, flat.tolist()):
                self.gradients[value] = self.gradients.get(value, 0.0) + g
            return
        mine = iter(gradients[0])
        for flat, gradient in zip(self.flats, self.gradients):
            if flat.count:
                gradient[left] = np.reshape(next(mine), (-1, flat.count) if self.batch is not None else (flat.count,))

    def finished(self) -> Any:
        """Return the values, with the gradients by Values or by arguments."""
        return self.values, self.gradients


def batch_of(flats: Iterable[Flat]) -> int | None:
    """Return the number of samples, None where it is one without an array."""
    return next((flat.batch for flat in flats if flat.batch is not None), None)


def record(function: Any, *, parameters: Sequence[Value] | None = None, reads: Reads = "refuse") -> Any:
    """Record."""
    if not callable(function):
        raise OperandError("record needs a function")
    return Recorded(function, reads)
