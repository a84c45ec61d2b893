"""Run a function, watched, as often as it takes to know what a replay has to do."""

import gc
import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from threading import Lock
from typing import Any

from scalargrad.engine.lines import is_outside
from scalargrad.engine.recording import recorded
from scalargrad.engine.value import Value, as_value
from scalargrad.engine.watching import nobody, watcher, watching
from scalargrad.errors import OperandError, RecordError, ScalargradError
from scalargrad.notation.numbers import number
from scalargrad.replay.arguments import described
from scalargrad.replay.call import Call, Made
from scalargrad.replay.given import Number
from scalargrad.replay.recording import Key, Reads, Recording
from scalargrad.replay.verifying import RELATIVE

AXIS = "the first axis of an array is the batch"
NO_ARRAYS = (
    "numbers are Values there and lists are lists, which functions of NumPy do not take; x.ravel() makes a "
    "batch of numbers of an array, x[None] one list"
)
ANOTHER = (
    "the function is another each time it runs: it draws random numbers or changes what it reads; "
    "give what changes as an argument, or read it by scalargrad.afresh(lambda: …)"
)


class Recorder:
    """Run a function on a sample: twice on Values, which have to show the same, then on plain numbers."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        reads: Reads = "refuse",
        before: Callable[[], object] = lambda: None,
    ) -> None:
        self.function, self.name, self.reads = function, name, reads
        self.before = before  # each run

    def recording(self, call: Call, sample: int) -> tuple[Recording, Made]:
        """Return the recording of a sample, with the arguments that were made for it.

        Raises RecordError where no replay could do what the function does.
        """
        first, made = self.run(call, sample)
        again = dict(zip(first.keys, [leaf._data for leaf in first.fresh]))
        recording, made_again = self.run(call, sample, again)  # where what is made once is there already
        pairs = zip(chain.from_iterable(made), chain.from_iterable(made_again))
        if not first.is_like(recording, dict(pairs)):
            raise RecordError(ANOTHER)
        if first.errors:
            message = f"{first.errors[0]}: the function catches this error, and so branches in a way "
            raise RecordError(message + "that a recording does not see; write a comparison instead")
        if call.flats and not recording.fresh:
            self._check_types(recording, call, made)
        return recording, made_again

    def run(
        self, call: Call, sample: int, fresh: Mapping[Key, float] | None = None
    ) -> tuple[Recording, Made]:
        """Return the recording of one run, with the arguments that were made for it."""
        self.before()
        made, fresh = call.made(sample), fresh or call.fresh_of(sample)
        with _noted(self.name, call, sample):
            return _run(lambda: call.run(self.function, made), self.reads, fresh), made

    def _check_types(self, recording: Recording, call: Call, made: Made) -> None:
        """Raise RecordError if plain numbers give another value: the function asks what its arguments are."""
        plain: Any = [[Number(leaf._data) for leaf in leaves] for leaves in made]
        try:
            found = _run(lambda: call.run(self.function, plain), "freeze").output._data
        except Exception:  # noqa: BLE001  # whatever numbers lack that Values have
            return
        wanted, slack = recording.output._data, RELATIVE * max(recording.largest, 1.0)
        same = found == wanted or abs(found - wanted) <= slack or (math.isnan(found) and math.isnan(wanted))
        if not same:
            message = (
                f"{self.name} gives {number(wanted)} for Values, but {number(found)} for the same plain "
                "numbers: it asks what its arguments are, or draws from a generator of its own; "
                "treat both alike, or read by scalargrad.afresh(lambda: …) what is drawn"
            )
            raise RecordError(message)


def _run(function: Callable[[], Any], reads: Reads, fresh: Mapping[Key, float] | None = None) -> Recording:
    """Return the recording of one run of a function; `fresh` are numbers that are read afresh, where known.

    Raises OperandError unless it returns one number, and whatever the function raises.
    """
    recording = Recording(reads, numbers=fresh or {})
    with recorded(), watching(recording), _reporting():
        recording.output = _one_number(function())
    recording.check_chance()
    return recording


def _one_number(output: Any) -> Value:
    try:
        return as_value(output)
    except OperandError as error:
        listed = isinstance(output, list | tuple)
        hint = ": record one that returns a total or a loss of them" if listed else f": {error}"
        message = f"a recorded function returns one number, got {type(output).__name__}{hint}"
        raise OperandError(message) from None


@contextmanager
def _reporting() -> Iterator[None]:
    """Let Values report, while the block runs, what would cost everybody time if they always did."""
    global _blocks  # noqa: PLW0603  # one count for all threads
    with _patching:
        _blocks += 1
        for name, report in REPORTS.items():
            setattr(Value, name, report)
    try:
        yield
    finally:
        with _patching:
            _blocks -= 1
            if not _blocks:
                for name in REPORTS:
                    setattr(Value, name, QUIET[name])


_blocks, _patching = 0, Lock()


def _is_watched_by_user() -> bool:
    return watcher.get() is not nobody and is_outside(sys._getframe(2).f_code.co_filename)


def _hashed(self: Value) -> int:
    if _is_watched_by_user():
        watcher.get().looked_up(self)
    return object.__hash__(self)


def _text(self: Value) -> str:
    if _is_watched_by_user():
        watcher.get().read(self, "its text")
    return QUIET["__repr__"](self)  # type: ignore[no-any-return]


def _formatted(self: Value, form: str) -> str:
    if _is_watched_by_user():
        watcher.get().read(self, "its text")
    return QUIET["__format__"](self, form)  # type: ignore[no-any-return]


def _gradient(self: Value) -> float:
    if _is_watched_by_user():
        watcher.get().read(self, ".grad")
    return QUIET["grad"].__get__(self)  # type: ignore[no-any-return]


def _local_derivatives(self: Value) -> Any:
    if _is_watched_by_user():
        watcher.get().read(self, ".local_derivatives")
    return QUIET["local_derivatives"].__get__(self)


NAMES = ("__hash__", "__repr__", "__format__", "grad", "local_derivatives")
QUIET: dict[str, Any] = {name: inspect.getattr_static(Value, name) for name in NAMES}
REPORTS: dict[str, Any] = {
    "__hash__": _hashed,
    "__repr__": _text,
    "__format__": _formatted,
    "grad": property(_gradient, QUIET["grad"].__set__),
    "local_derivatives": property(_local_derivatives),
}


@contextmanager
def _noted(name: str, call: Call, sample: int) -> Iterator[None]:
    """Add to an error in which sample it happened or, if it is none of ours, what the arguments are."""
    try:
        yield
    except Exception as error:
        if call.batch is not None:
            error.add_note(f"(in sample {sample} of the batch: {AXIS})")
        if isinstance(error, TypeError | AttributeError) and not isinstance(error, ScalargradError):
            given = ", ".join(f"{flat.name} is {described(flat.spec)}" for flat in call.flats)
            error.add_note(f"(while {name} is recorded, {given or 'without arguments'}; {NO_ARRAYS})")
        raise


@contextmanager
def no_collection() -> Iterator[None]:
    """Let the garbage collector rest: a graph in the making is no garbage, yet it would be visited often."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
