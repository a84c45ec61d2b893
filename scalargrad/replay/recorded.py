"""A recorded function: called as the function is, it replays programs; where none fits it records one."""

import functools
from collections.abc import Callable, Collection, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from scalargrad.answers import answering
from scalargrad.engine.lines import warn
from scalargrad.engine.node import describe
from scalargrad.engine.transforms import value_and_grad
from scalargrad.engine.value import Value
from scalargrad.engine.watching import nobody, watcher
from scalargrad.errors import LostGradientWarning, OperandError, RecordError, SlowRecordWarning, known
from scalargrad.files import save
from scalargrad.primitives.limits import quietly
from scalargrad.replay.arguments import like_the_argument
from scalargrad.replay.call import Call, Signature
from scalargrad.replay.function import Kind
from scalargrad.replay.libraries import LibraryName
from scalargrad.replay.outside import Outside
from scalargrad.replay.program import Program
from scalargrad.replay.recorder import Recorder, no_collection
from scalargrad.replay.recording import Reads
from scalargrad.replay.samples import Data, Replayed, Samples, Whole
from scalargrad.replay.verifying import writing

if TYPE_CHECKING:
    from os import PathLike

Reduction = Literal["mean", "sum"]
MOST_PROGRAMS = 64  # for arguments of one shape
OFTEN = 8  # times that a function was recorded anew, of which a warning tells
INSTEAD = "write the choice as maximum, minimum or pick, or do not record it"


@answering("Recorded")
class Recorded:
    """A function that runs once for arguments of a shape, and is replayed on arrays from then on.

    Called with numbers, Values or lists of them it gives a float.  Called with arrays in the place of
    numbers, whose first axis is the batch, it gives an array of values, one for each sample.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        reads: Reads = "refuse",
        recorder: Recorder | None = None,
        wanted: Collection[Value] | None = None,
    ) -> None:
        functools.update_wrapper(self, function, updated=())
        self.function: Callable[..., Any] = function
        self.reads: Reads = known("reads", reads, ("refuse", "freeze"))
        self.wanted = wanted  # the Values from outside by which derivatives are taken, all if None
        self.signature = Signature(function)
        self.recorder = recorder or Recorder(function, self.signature.name, self.reads)
        self._looks_outside = recorder is None  # else who made it does
        self.outside: Outside | None = None
        self.name = self.recorder.name
        self.programs: dict[Any, list[Program]] = {}
        self.last: tuple[Program, int | None] | None = None  # the program of the last call, with its batch
        self.descriptor: Recorded | None = None  # of a method
        self.instance: Any = None
        self._times_anew = 0
        self._lock = RLock()

    def __get__(self, instance: Any, owner: type) -> "Recorded":
        """Return a method of an instance, with programs of its own."""
        if instance is None:
            return self
        place = (
            f"record {id(self)}"  # no name of an attribute, nor of another method: ours keeps `self` alive
        )
        kept = getattr(instance, "__dict__", {})
        method: Recorded | None = kept.get(place)
        if method is None or method.instance is not instance:  # as in a copy of the instance
            method = kept[place] = Recorded(self.function.__get__(instance, owner), self.reads)
            method.descriptor, method.instance = self, instance
        return method

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy or pickle the function: a copy records its own programs."""
        return type(self), (self.function, self.reads)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return the value: a float, or over a batch an array of floats."""
        if watcher.get() is not nobody:  # within another recording or a derivative it is a part of that
            return self.function(*arguments, **named)
        call = self.signature.call(arguments, named)
        if call.batch is None and any(flat.values for flat in call.flats):
            return self.function(*arguments, **named)
        found = self.replayed("forward", call)
        found.follow()
        return found.value

    def value_and_grad(self, *arguments: Any, **named: Any) -> tuple[Any, Any]:
        """Return the value and its derivative by each argument, sample by sample, shaped like the arguments.

        The derivative is that by the one argument or, where there are several, a tuple of them.

        >>> Recorded(lambda x, y: x * y[0]).value_and_grad(2.0, [3.0, 4.0])
        (6.0, (3.0, [2.0, 0.0]))
        """
        if watcher.get() is not nobody:
            return self._inside(arguments, named)
        call = self.signature.call(arguments, named)
        found = self.replayed("arguments", call)
        found.follow()
        derivatives = tuple(map(like_the_argument, call.flats, found.by_argument))
        return found.value, derivatives[0] if len(derivatives) == 1 else derivatives

    def backward(self, *arguments: Any, reduction: Reduction = "mean", **named: Any) -> float:
        """Add ∂value/∂v to the grad of every Value v that is read, and return the value.

        Over a batch the value is the mean of those of the samples, or with reduction="sum" their sum.

        >>> from scalargrad import Value
        >>> w = Value(3.0)
        >>> Recorded(lambda x: w * x).backward(np.array([1.0, 2.0])), w.grad
        (4.5, 1.5)
        """
        known("reduction", reduction, ("mean", "sum"))
        watcher.get().read(self, "backward()")
        call = self.signature.call(arguments, named)
        weight = 1.0 / call.batch if call.batch and reduction == "mean" else 1.0
        given = [value for flat in call.flats for _, value in flat.values]
        _warn_of_computed(given)
        found = self.replayed("all" if given else "parameters", call, weight)
        found.follow()
        wanted = self.wanted
        for values, derivatives in found.by_value:
            for value, derivative in zip(values, derivatives.tolist()):
                if wanted is None or value in wanted:
                    value.grad += derivative
        return float(quietly(np.multiply, quietly(np.sum, found.value), weight))

    def _inside(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any]:
        """Return value and derivatives as Values, within another recording or a derivative."""
        count, names = len(arguments), list(named)

        def function(*xs: Any) -> Any:
            return self.function(*xs[:count], **dict(zip(names, xs[count:])))

        everything = (*arguments, *named.values())
        value, derivatives = value_and_grad(function, range(len(everything)))(*everything)
        return value, derivatives[0] if len(everything) == 1 else derivatives

    @property
    def of_values(self) -> Callable[..., Any]:
        """Return the function itself, which computes Values."""
        return self.function

    # ---- what was found

    def source(self, target: LibraryName = "numpy") -> str:
        """Return the program of the last call as source that runs by itself, for "numpy", "torch" or "jax".

        For NumPy it returns the value, over a batch the mean, with its derivatives by the parameters, or by
        the arguments where there are none; PyTorch and JAX take derivatives of what it returns themselves.
        """
        from scalargrad.replay.source import source

        return source(self._last(), self.name, target)

    def save(self, path: "str | PathLike[str]") -> None:
        """Write the program of the last call to a file: `.py` is its source for NumPy, `.txt` what it prints.

        Raises RecordError where nothing was called yet, UnknownNameError for another suffix.
        """
        self._last()
        save(path, "recorded code", {".py": self.source, ".txt": lambda: f"{self}\n"})

    def __str__(self) -> str:
        """Return the program of the last call in matrix form, with its shapes."""
        if self.last is None:
            return repr(self)
        from scalargrad.replay.listing import listing

        ways = sum(map(len, self.programs.values()))
        title = f"{self.name}: {ways} programs; the last:\n" if ways > 1 else ""
        return title + listing(*self.last)

    @property
    def reads_afresh(self) -> bool:
        """Tell whether any program reads numbers afresh, by chance or not."""
        return any(program.given.fresh for programs in self.programs.values() for program in programs)

    def _last(self) -> Program:
        if self.last is None:
            message = f"{self.name} was not recorded yet: call it once, with arguments"
            raise RecordError(message)
        return self.last[0]

    # ---- replays

    def replayed(self, kind: Kind, call: Call, seed: float = 1.0, data: Data = Program.data) -> Replayed:
        """Return what programs give for the samples of a call; record where none fits.

        Who asks for it calls `follow` on it, for what the function does beside its result.
        `data` gives the numbers of the Values that a program reads from outside.
        """
        if self.outside and not self.outside.is_same():
            self._begin_anew()
        programs = self.programs.setdefault(call.shape, [])
        if len(programs) == 1:
            whole = Whole.of(kind, programs[0], call, seed, data)
            if whole is not None:
                self.last = programs[0], call.batch
                return whole
        samples = Samples(kind, call, seed, data, lambda sample: self.recorder.run(call, sample))
        if not call.is_finite:
            samples.take_non_finite()
        used = 0
        while len(samples.left):
            sample = int(samples.left[0])
            recorded = used == len(programs)
            if recorded:
                self._record(programs, call, sample, used)
            program = programs[used]
            used += 1
            if program.holds_now:
                before = len(samples.left)
                samples.run(program)
                if len(samples.left) < before:
                    self.last = program, call.batch
            if recorded and sample in samples.left:  # at a threshold, where rounding decides
                samples.take(sample)
        return samples

    def _begin_anew(self) -> None:
        """Forget all programs, since the function finds something else outside."""
        with self._lock:
            if any(self.programs.values()):
                self._times_anew += 1
            if self._times_anew == OFTEN:
                message = (
                    f"{self.name} was recorded anew {OFTEN} times, for it found another object or number "
                    "outside each time, which takes longer than it saves: give Values new .data instead of "
                    "making new ones, or give what changes as an argument"
                )
                warn(message, SlowRecordWarning)
            self.programs, self.outside = {}, None

    def _record(self, programs: list[Program], call: Call, sample: int, known: int) -> None:
        """Add the program of the way that a sample takes, unless another thread has added to those known."""
        if len(programs) >= MOST_PROGRAMS:
            at = f", the last time at {programs[-1].lines[-1]}" if programs[-1].lines else ""
            message = f"{self.name} branches in more than {MOST_PROGRAMS} ways{at}: {INSTEAD}"
            raise RecordError(message)
        with no_collection():
            program = self._program(call, sample)
        with self._lock:
            if len(programs) == known:
                programs.append(program)

    def _program(self, call: Call, sample: int) -> Program:
        """Return the program of the way that a sample takes."""
        if self._looks_outside and not self.outside:
            self.outside = Outside(self.function)
        recording, made = self.recorder.recording(call, sample)
        if self.outside:
            self.outside.leave_out_changed()
        with writing():
            program = Program(recording, call, made, self.wanted)
        if program.given.arguments and not program.reads_arguments:
            message = f"{self.name} depends on none of its arguments: nothing is to be replayed"
            raise OperandError(message)
        return program

    def __repr__(self) -> str:
        return f"<recorded {self.name}>"


def _warn_of_computed(given: Sequence[Value]) -> None:
    """Warn of arguments that were computed: their derivatives go no further than into their own grad."""
    computed = next((value for value in given if value.primitive is not None), None)
    if computed is not None:
        message = (
            f"{describe(computed)} was computed, and its derivative goes no further than into its own grad: "
            "compute it inside of what is recorded"
        )
        warn(message, LostGradientWarning)
