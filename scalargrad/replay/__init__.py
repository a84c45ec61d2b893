"""Record scalar code once, then replay it on arrays."""

from collections.abc import Callable, Iterable
from typing import Any, overload

from scalargrad.answers import keywords
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError
from scalargrad.replay.output import RecordedOutput
from scalargrad.replay.recorded import Recorded
from scalargrad.replay.recording import Reads

__all__ = ["Recorded", "RecordedOutput", "record"]


@overload
def record(output: Value, /, *, parameters: Iterable[Value] | None = None) -> RecordedOutput: ...
@overload
def record(function: Callable[..., Any], /, *, reads: Reads = "refuse") -> Recorded: ...
@overload
def record(*, reads: Reads = "refuse") -> Callable[[Callable[..., Any]], Recorded]: ...
@keywords("record()")
def record(
    function: Any = None, /, *, parameters: Iterable[Value] | None = None, reads: Reads = "refuse"
) -> Any:
    """Return f, a function of numbers, Values or lists of them, as one that is replayed on arrays.

    At its first call with arguments of a shape f runs, is recorded, and its program found: the same
    computation as products of matrices and operations on arrays.  Later calls replay it.  Arrays in the
    place of numbers carry a batch along their first axis.  What f reads from outside, parameters, is read
    afresh at each call; plain numbers in it are constants.

    Comparisons become guards: where a sample takes another branch, that is recorded too.  Raises ReadError
    where f reads a Value as a plain number, unless `reads="freeze"` says that it may stay what it was;
    RecordError where f is another each time, or branches without end; OperandError unless it returns one
    number; and whatever f raises.  A Value in the place of f is an output that was computed: it is computed
    again at the data that its leaves have, with derivatives by `parameters`, by default all its leaves.

    >>> import numpy as np
    >>> from scalargrad import tanh
    >>> w = Value(2.0)
    >>> @record
    ... def squared(x):
    ...     return tanh(w * x) ** 2
    >>> squared(np.array([0.0, 1.0])).round(4).tolist()
    [0.0, 0.9293]
    >>> squared.backward(1.0) == squared(1.0), round(w.grad, 4)
    (True, 0.1362)
    """
    if isinstance(function, Value):
        return RecordedOutput(function, parameters)
    if parameters is not None:
        message = "parameters belong to an output that was computed; what a function reads it says itself"
        raise OperandError(message)
    if function is None:
        return lambda f: Recorded(f, reads)
    if not callable(function):
        message = f"record takes a function, or the Value of an output, got {function!r:.60}"
        raise OperandError(message)
    return Recorded(function, reads)
