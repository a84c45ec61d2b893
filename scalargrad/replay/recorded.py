"""A recorded function: called as the function is, it replays programs; where none fits it records one."""

import functools
from collections.abc import Callable
from threading import RLock
from typing import Any, Literal

import numpy as np

from scalargrad.engine.watching import nobody, watcher
from scalargrad.errors import OperandError, RecordError, known
from scalargrad.replay.arguments import Flat, Signature, arguments_of, batch_of, key, like_the_argument
from scalargrad.replay.function import Kind
from scalargrad.replay.libraries import LibraryName
from scalargrad.replay.program import Program
from scalargrad.replay.recorder import Reads, Recording, no_collection, noted, run
from scalargrad.replay.samples import Samples, Whole

Reduction = Literal["mean", "sum"]
MOST_PROGRAMS = 64  # for arguments of one shape


class Recorded:
    """A function that runs once for arguments of a shape, and is replayed on arrays from then on.

    Called with numbers, Values or lists of them it gives a float.  Called with arrays in the place of
    numbers, whose first axis is the batch, it gives an array of values, one for each sample.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        reads: Reads = "refuse",
        before: Callable[[], object] = lambda: None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.function: Callable[..., Any] = function
        self.reads: Reads = known("reads", reads, ("refuse", "freeze"))
        self.before = before  # it runs
        self.signature = Signature(function)
        self.programs: dict[Any, list[Program]] = {}
        self.last: tuple[Program, int | None] | None = None  # the program of the last call, with its batch
        self._lock = RLock()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return the value: a float, or over a batch an array of floats."""
        if watcher.get() is not nobody:  # within another recording or a derivative it is a part of that
            return self.function(*arguments, **named)
        samples = self.replayed("forward", *self.flat(arguments, named))
        return samples.value

    def value_and_grad(self, *arguments: Any, **named: Any) -> tuple[Any, Any]:
        """Return the value and its derivative by each argument, sample by sample, shaped like the arguments.

        The derivative is that by the one argument or, where there are several, a tuple of them.
        """
        flats, positional = self.flat(arguments, named)
        samples = self.replayed("arguments", flats, positional)
        derivatives = tuple(map(like_the_argument, flats, samples.by_argument))
        return samples.value, derivatives[0] if len(derivatives) == 1 else derivatives

    def backward(self, *arguments: Any, reduction: Reduction = "mean", **named: Any) -> float:
        """Add ∂value/∂v to the grad of every Value v that is read, and return the value.

        Over a batch the value is the mean of those of the samples, or with reduction="sum" their sum.
        """
        known("reduction", reduction, ("mean", "sum"))
        flats, positional = self.flat(arguments, named)
        batch = batch_of(flats)
        weight = 1.0 / batch if batch is not None and reduction == "mean" else 1.0
        given = any(flat.values for flat in flats)
        samples = self.replayed("all" if given else "parameters", flats, positional, weight)
        for values, derivatives in samples.by_value:
            for value, derivative in zip(values, derivatives.tolist()):
                value.grad += derivative
        return float(np.sum(samples.value) * weight)

    # ---- what was found

    def source(self, target: LibraryName = "numpy") -> str:
        """Return the program of the last call as source that runs by itself, for "numpy", "torch" or "jax".

        For NumPy it returns the value, over a batch the mean, with its derivatives by the parameters, or by
        the arguments where there are none; PyTorch and JAX take derivatives of what it returns themselves.
        """
        from scalargrad.replay.source import source

        name = self.signature.name if self.signature.name.isidentifier() else "recorded"
        return source(self._last(), name, target)

    def __str__(self) -> str:
        """Return the program of the last call in matrix form, with its shapes."""
        if self.last is None:
            return repr(self)
        from scalargrad.replay.listing import listing

        ways = sum(map(len, self.programs.values()))
        title = f"{self.signature.name}: {ways} programs; the last:\n" if ways > 1 else ""
        return title + listing(*self.last)

    def _last(self) -> Program:
        if self.last is None:
            message = f"{self.signature.name} was not recorded yet: call it once, with arguments"
            raise RecordError(message)
        return self.last[0]

    # ---- replays

    def flat(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[list[Flat], int]:
        """Return arguments laid flat, with the number of those that are given by position."""
        return self.signature.flat(arguments, named), len(arguments)

    def replayed(
        self,
        kind: Kind,
        flats: list[Flat],
        positional: int,
        seed: float = 1.0,
        data: Callable[[Program], np.ndarray] = Program.data,
    ) -> Samples | Whole:
        """Return what programs give for the samples of a call; record where none fits.

        `data` gives the numbers of the Values that a program reads from outside.
        """
        batch = batch_of(flats)
        programs = self._programs(flats, positional, batched=batch is not None)
        if len(programs) == 1:
            whole = Whole.of(kind, programs[0], flats, batch, seed, data)
            if whole is not None:
                self.last = programs[0], batch
                return whole
        samples = Samples(kind, flats, seed, data, lambda sample: self._run(flats, positional, sample))
        used = 0
        while len(samples.left):
            if used == len(programs):
                self._record(programs, flats, positional, int(samples.left[0]))
            program = programs[used]
            used += 1
            if program.holds_now:
                samples.run(program)
        self.last = programs[0], batch
        samples.follow()
        return samples

    def _programs(self, flats: list[Flat], positional: int, *, batched: bool) -> list[Program]:
        shapes = tuple([(flat.name, key(flat.spec)) for flat in flats])
        return self.programs.setdefault((shapes, positional, batched), [])

    def _record(self, programs: list[Program], flats: list[Flat], positional: int, sample: int) -> None:
        """Add the program of the way that a sample takes."""
        with self._lock, no_collection():
            if len(programs) >= MOST_PROGRAMS:
                at = f", the last time at {programs[-1].lines[-1]}" if programs[-1].lines else ""
                message = f"{self.signature.name} branches in more than {MOST_PROGRAMS} ways{at}: "
                raise RecordError(
                    message + "write the choice as maximum, minimum or pick, or do not record it"
                )
            recording, made = self._run(flats, positional, sample)
            if not recording.is_like(self._run(flats, positional, sample, made)[0]):
                message = (
                    "the function is another each time it runs: it draws random numbers or changes what it "
                    "reads; give what changes as an argument, or read it by scalargrad.afresh(lambda: …)"
                )
                raise RecordError(message)
            leaves = [leaves for _, leaves in made]
            program = Program(recording, flats, leaves, batched=batch_of(flats) is not None)
            if program.arguments and not program.reads_arguments:
                message = (
                    f"{self.signature.name} depends on none of its arguments, so nothing is to be replayed"
                )
                raise OperandError(message)
            programs.append(program)

    def _run(
        self, flats: list[Flat], positional: int, sample: int, made: Any = None
    ) -> tuple[Recording, Any]:
        """Return the recording of one sample, with the arguments that were made for it, or were given."""
        self.before()
        batched = batch_of(flats) is not None
        if made is None:
            made = [arguments_of(flat, flat.numbers[sample] if batched else flat.numbers) for flat in flats]
        trees = [tree for tree, _ in made]
        named = {flat.name: tree for flat, tree in zip(flats[positional:], trees[positional:])}
        note = (
            f"(in sample {sample} of the batch: the first axis of an array is the batch)" if batched else ""
        )
        with noted(note):
            return run(self.function, trees[:positional], named, self.reads), made

    def __repr__(self) -> str:
        return f"<recorded {self.signature.name}>"
