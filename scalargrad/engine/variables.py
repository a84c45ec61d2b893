"""Variables: fresh nodes on which a function is evaluated that is to be differentiated."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from scalargrad.engine.lines import warn
from scalargrad.engine.node import evaluation_order, next_order
from scalargrad.engine.recording import recorded
from scalargrad.engine.trees import flat, mapped
from scalargrad.engine.value import Constant, Value, as_value
from scalargrad.engine.watching import Watcher, watcher, watching
from scalargrad.errors import LostGradientWarning, OperandError

REPORTS = [name for name in vars(Watcher) if not name.startswith("_") and name != "read"]


class Evaluation(NamedTuple):
    """What a function gave: its variables and outputs in nested lists, in `order` all they stand for.

    It is `connected` where an output depends on Values that were there before: the results are then Values.
    """

    variables: list[Any]
    outputs: Any
    order: list[Value]
    since: int
    connected: bool

    @property
    def recent(self) -> list[Value]:
        """Return the operations that the variables can have influenced: those made since, in order."""
        return made_since(self.order, self.since)

    @property
    def result(self) -> Any:
        """Return the outputs as a caller gets them: Values if connected, else floats."""
        return self.outputs if self.connected else mapped(lambda output: output._data, self.outputs)


def bound(
    f: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return a function with its arguments by position, some of which were given by name.

    What it takes by name alone is bound to it: no derivative is by that.
    """
    if not named:
        return f, arguments
    from functools import partial
    from inspect import Parameter, signature

    try:
        takes = signature(f)
        given = takes.bind(*arguments, **named)
    except (TypeError, ValueError) as error:  # functions of C need not tell what they take
        message = f"{getattr(f, '__name__', 'the function')} cannot be called so: {error}"
        raise OperandError(message) from None
    kinds = {name: parameter.kind for name, parameter in takes.parameters.items()}
    if any(kinds.get(name) is Parameter.POSITIONAL_OR_KEYWORD for name in given.kwargs):
        given.apply_defaults()  # of those before it, which are left out
    return (partial(f, **given.kwargs) if given.kwargs else f), given.args


def evaluated(
    f: Callable[..., Any],
    arguments: Sequence[Any],
    chosen: Collection[int],
    read: Callable[[Any], Any],
) -> Evaluation:
    """Return what a function gives with variables in the place of the arguments chosen.

    `read` makes Values of its result.
    """
    if hasattr(f, "value_and_grad") and any(hasattr(x, "ndim") and x.ndim for x in arguments):
        message = "what is recorded takes arrays by itself: f.value_and_grad(x)[1] has the derivatives"
        raise OperandError(message)
    since = next_order()
    with recorded(), warned_of_reads(since):
        variables = [mapped(variable, x) if i in chosen else x for i, x in enumerate(arguments)]
        with _hinting_at_arrays():
            result = f(*variables)
        outputs = read(result)
    order = evaluation_order(*flat(outputs))
    return Evaluation(variables, outputs, order, since, reads_older(order, since))


@contextmanager
def _hinting_at_arrays() -> Iterator[None]:
    """Add to an error of Python about a list what gives an array in its place."""
    try:
        yield
    except TypeError as error:
        if "'list'" in str(error):
            error.add_note(
                "An argument that is a list stays one; np.array([1.0, 2.0]) makes it an array of Values."
            )
        raise


def check_function(name: str, f: object, more: Sequence[object] = ()) -> None:
    """Raise OperandError unless f is a function, and all that was given."""
    if not callable(f):
        advice = ": of a Value that was computed, backward() gives the grad of its leaves"
        message = f"{name} takes a function, got {f!r:.60}{advice * isinstance(f, Value)}"
        raise OperandError(message)
    if more:
        message = (
            f"{name}(f) gives a function of the arguments: write {name}(f)({', '.join(map(repr, more)):.60})"
        )
        raise OperandError(message)


def _is_many(output: Any) -> bool:
    return isinstance(output, (list, tuple)) or hasattr(output, "__array__")


def one_number(output: Any) -> Value:
    """Return the output of a function as a Value; raise OperandError for anything but one number."""
    try:
        return as_value(output)
    except OperandError as error:
        many = "; return their total, or take jacobian(f)" * _is_many(output)
        got = (
            f"expected one real number, got {output!r:.60} of type {type(output).__name__}" if many else error
        )
        message = f"the function to differentiate must return one number: {got}{many}"
        raise OperandError(message) from None


def numbers(outputs: Any) -> Any:
    """Return the outputs of a function, in nested lists, as Values; raise OperandError for anything else."""
    try:
        return mapped(as_value, outputs)
    except OperandError as error:
        message = f"the function to differentiate must return a number, or lists of numbers: {error}"
        raise OperandError(message) from None


def variable(x: Any) -> Value:
    """Return a fresh node for an argument: a leaf, or a copy through which a Value stays connected."""
    return +x if isinstance(x, Value) else Value(x)


def reads_older(order: Sequence[Value], since: int) -> bool:
    """Tell whether an output depends on Values made before: the result then stays connected to them.

    So it does if a leaf inside stands for what may be another number the next time, which a watcher knows.
    """
    varies = watcher.get().varies
    return any((node._order < since and not isinstance(node, Constant)) or varies(node) for node in order)


def made_since(order: Sequence[Value], since: int) -> list[Value]:
    """Return the operations made since, which alone the variables made since can have influenced."""
    return [node for node in order if node.primitive and node._order >= since]


class _FloatReads(Watcher):
    """Keep the Values that are read by `float()`, and tell an outer watcher of all that happens."""

    def __init__(self, outer: Watcher) -> None:
        self.outer = outer
        self.values: list[Value] = []
        for report in REPORTS:
            setattr(self, report, getattr(outer, report))

    def read(self, value: Value, how: str) -> None:
        """Keep a Value that is read as a float; `.data` says that a plain number is meant."""
        if how == "float()":
            self.values.append(value)
        else:
            self.outer.read(value, how)


@contextmanager
def warned_of_reads(since: int) -> Iterator[None]:
    """Warn if a Value made since is read as a float in the block, by a function of `math`, say."""
    outer = watcher.get()
    reads = _FloatReads(outer)
    try:
        with watching(reads):
            yield
    finally:  # whoever catches an error in between may branch by it
        for value in reads.values:
            if value._order < since or not isinstance(outer, _FloatReads):
                outer.read(value, "float()")  # a derivative around this one is concerned by older ones only
    if any(value._order >= since for value in reads.values):
        message = (
            "the function reads a Value as a plain number, so no derivative passes through there: use "
            "scalargrad's functions in place of math's, and x.data where a plain number is meant"
        )
        warn(message, LostGradientWarning)
