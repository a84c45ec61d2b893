"""Derivatives of Python functions, of any order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, overload

from scalargrad.engine.lines import warn
from scalargrad.engine.node import evaluation_order, local_derivatives, next_order
from scalargrad.engine.reading import local_values
from scalargrad.engine.recording import recorded
from scalargrad.engine.sweep import adjoints
from scalargrad.engine.value import Constant, Number, Value, as_value
from scalargrad.engine.watching import Watcher, watcher, watching
from scalargrad.errors import ArgumentIndexError, LostGradientWarning, OperandError

Function = Callable[..., Number]  # of numbers, Values, or lists of them
Derivative = Any  # as the argument it is by: a float, a Value, or a list of such
Argnums = int | Sequence[int]


@overload
def grad(f: Function, /, argnums: int = 0) -> Callable[..., Derivative]: ...
@overload
def grad(f: Function, /, argnums: Sequence[int]) -> Callable[..., tuple[Derivative, ...]]: ...
def grad(f: Function, /, argnums: Argnums = 0) -> Callable[..., Derivative]:
    """Return the function ∂f/∂xᵢ, i = argnums: one derivative, or a tuple for several argnums.

    An argument may be a number, a Value, or a list of them, whose derivative is a list.  The result
    is made of floats where only numbers went in, and of Values, ready to be differentiated once
    more, where f reads a Value: an argument, or one from outside.
    No `.grad` is changed, and a `no_grad` around the call is without effect.  Raises OperandError
    if f does not return one number, ArgumentIndexError if it is not called with the argument i; warns
    with LostGradientWarning if f reads a Value as a float.

    >>> grad(lambda x: (x**2 + 1) ** 3)(1.0)
    24.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (3.0, 2.0)
    """

    def derivative(*arguments: Any) -> Any:
        return _value_and_grad(f, argnums, arguments)[1]

    return derivative


@overload
def value_and_grad(f: Function, /, argnums: int = 0) -> Callable[..., tuple[Number, Derivative]]: ...
@overload
def value_and_grad(
    f: Function, /, argnums: Sequence[int]
) -> Callable[..., tuple[Number, tuple[Derivative, ...]]]: ...
def value_and_grad(f: Function, /, argnums: Argnums = 0) -> Callable[..., tuple[Number, Derivative]]:
    """Return the function (f, ∂f/∂xᵢ), from one evaluation of f; otherwise as `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    def value_and_derivative(*arguments: Any) -> tuple[Any, Any]:
        return _value_and_grad(f, argnums, arguments)

    return value_and_derivative


def hessian(f: Function, /) -> Callable[..., list[list[Number]]]:
    """Return the function that gives the matrix ∂²f/∂xᵢ∂xⱼ as a list of rows.

    The arguments of f are numbers or Values, one for each row.

    >>> hessian(lambda x, y: x**2 * y)(3.0, 5.0)
    [[10.0, 6.0], [6.0, 0.0]]
    """

    def second_derivatives(*arguments: Any) -> list[list[Any]]:
        since = next_order()
        with recorded():
            variables = [_variable(x) for x in arguments]
            with warned_of_reads(since):
                output = _one_number(f(*variables))
            order = evaluation_order(output)
            gradient = list(map(_derivatives(order, since, connected=True), variables))
        connected = _reads_older(order, since)
        rows = (_derivatives(evaluation_order(derivative), since, connected) for derivative in gradient)
        return [list(map(row, variables)) for row in rows]

    return second_derivatives


def _value_and_grad(f: Callable[..., Any], argnums: Argnums, arguments: Sequence[Any]) -> tuple[Any, Any]:
    since = next_order()
    chosen = _checked(argnums, len(arguments))
    with recorded(), warned_of_reads(since):
        variables = [_map(_variable, x) if i in chosen else x for i, x in enumerate(arguments)]
        output = _one_number(f(*variables))
    order = evaluation_order(output)
    connected = _reads_older(order, since)
    derivative = _derivatives(order, since, connected)
    by = tuple(_map(derivative, variables[i]) for i in chosen)
    return output if connected else output._data, by[0] if isinstance(argnums, int) else by


REPORTS = [name for name in vars(Watcher) if not name.startswith("_") and name != "read"]


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


def _variable(x: Any) -> Value:
    """Return a fresh node for an argument: a leaf, or a copy through which a Value stays connected."""
    return +x if isinstance(x, Value) else Value(x)


def _reads_older(order: Sequence[Value], since: int) -> bool:
    """Tell whether the output depends on Values made before: the result then stays connected to them.

    So it does if a leaf inside stands for what may be another number the next time, which a watcher knows.
    """
    varies = watcher.get().varies
    return any((node._order < since and not isinstance(node, Constant)) or varies(node) for node in order)


def _derivatives(order: Sequence[Value], since: int, connected: bool) -> Callable[[Value], Any]:
    """Return the function from a variable made since to ∂output/∂variable, a Value if `connected`."""
    one, zero, local = (
        (as_value(1.0), as_value(0.0), local_values) if connected else (1.0, 0.0, local_derivatives)
    )

    # What was made before is left out: a variable made since can have had no influence on it.
    recent = [node for node in order if node.primitive and node._order >= since] or order[-1:]
    adjoint = adjoints(recent, one, lambda node: zip(node.parents, local(node)))
    return lambda variable: adjoint.get(variable, zero)


def _map(function: Callable[[Any], Any], tree: Any) -> Any:
    if isinstance(tree, (list, tuple)):
        return type(tree)(_map(function, branch) for branch in tree)
    return function(tree)


def _checked(argnums: Argnums, count: int) -> Sequence[int]:
    chosen = [argnums] if isinstance(argnums, int) else list(argnums)
    for i in chosen:
        if not 0 <= i < count:
            message = f"argnums asks for argument {i}, but the function was called with {count}"
            raise ArgumentIndexError(message)
    return chosen


def _one_number(output: Any) -> Value:
    try:
        return as_value(output)
    except OperandError as error:
        message = f"the function to differentiate must return one number: {error}"
        raise OperandError(message) from None
