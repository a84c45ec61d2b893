"""Derivatives of Python functions, of any order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Never, overload

from scalargrad.answers import keywords
from scalargrad.engine.node import evaluation_order, local_derivatives
from scalargrad.engine.reading import local_values
from scalargrad.engine.recording import recorded
from scalargrad.engine.sweep import adjoints_of
from scalargrad.engine.trees import flat, mapped, paired
from scalargrad.engine.value import Number, Value, as_value
from scalargrad.engine.variables import (
    bound,
    check_function,
    evaluated,
    made_since,
    numbers,
    one_number,
)
from scalargrad.errors import ArgumentIndexError, OperandError

Function = Callable[..., Number]  # of numbers, Values, or lists of them
Derivative = Any  # as the argument it is by: a float, a Value, or a list of such
Argnums = int | Sequence[int]


@overload
def grad(f: Function, /, argnums: int = 0) -> Callable[..., Derivative]: ...
@overload
def grad(f: Function, /, argnums: Sequence[int]) -> Callable[..., tuple[Derivative, ...]]: ...
@keywords("grad()")
def grad(f: Function, /, argnums: Argnums = 0) -> Callable[..., Derivative]:
    """Return the function ∂f/∂xᵢ, i = argnums: one derivative, or a tuple for several argnums.

    An argument may be a number, a Value, or a list of them, whose derivative is a list; for a NumPy array
    f gets an array of Values, and its derivative is an array.  The result is made of floats where only
    numbers went in, and of Values, ready to be differentiated once more, where f reads a Value: an
    argument, or one from outside.
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
    check_function("grad", f)
    _check_whole(argnums)

    def derivative(*arguments: Any, **named: Any) -> Any:
        return _value_and_grad(*bound(f, arguments, named), argnums)[1]

    return derivative


@overload
def value_and_grad(f: Function, /, argnums: int = 0) -> Callable[..., tuple[Number, Derivative]]: ...
@overload
def value_and_grad(
    f: Function, /, argnums: Sequence[int]
) -> Callable[..., tuple[Number, tuple[Derivative, ...]]]: ...
@keywords("grad()")
def value_and_grad(f: Function, /, argnums: Argnums = 0) -> Callable[..., tuple[Number, Derivative]]:
    """Return the function (f, ∂f/∂xᵢ), from one evaluation of f; otherwise as `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    check_function("value_and_grad", f)
    _check_whole(argnums)

    def value_and_derivative(*arguments: Any, **named: Any) -> tuple[Any, Any]:
        return _value_and_grad(*bound(f, arguments, named), argnums)

    return value_and_derivative


@keywords("hessian()")
def hessian(f: Function, /, *arguments: Never) -> Callable[..., list[list[Number]]]:
    """Return the function that gives the matrix ∂²f/∂xᵢ∂xⱼ as a list of rows.

    It has a row for each number among the arguments of f; lists and arrays are laid flat in order.

    >>> hessian(lambda x, y: x**2 * y)(3.0, 5.0)
    [[10.0, 6.0], [6.0, 0.0]]
    """
    check_function("hessian", f, arguments)

    def second_derivatives(*arguments: Any, **named: Any) -> list[list[Any]]:
        function, arguments = bound(f, arguments, named)
        run = evaluated(function, arguments, range(len(arguments)), one_number)
        variables = flat(run.variables)
        with recorded():
            gradient = list(map(_derivatives(run.recent, {run.outputs: 1.0}, True), variables))
        rows = (
            _derivatives(made_since(evaluation_order(slope), run.since), {slope: 1.0}, run.connected)
            for slope in gradient
        )
        return [list(map(row, variables)) for row in rows]

    return second_derivatives


@keywords("jacobian()")
def jacobian(f: Callable[..., Any], /, *arguments: Never) -> Callable[..., list[list[Number]]]:
    """Return the function that gives the matrix J = ∂fᵢ/∂xⱼ as a list of rows.

    It has a row for each number that f returns, in a list or by itself, and a column for each number among
    the arguments; lists are laid flat in order.  The rows are found in reverse mode: one evaluation of f,
    then one sweep for each output.  Where there are many outputs of few inputs, forward mode is cheaper:
    `jvp` gives a column from one sweep.

    >>> jacobian(lambda x, y: [x * y, x + y, y**2])(2.0, 3.0)
    [[3.0, 2.0], [1.0, 1.0], [0.0, 6.0]]
    """
    check_function("jacobian", f, arguments)

    def rows(*arguments: Any, **named: Any) -> list[list[Any]]:
        function, arguments = bound(f, arguments, named)
        run = evaluated(function, arguments, range(len(arguments)), numbers)
        variables = flat(run.variables)
        of_outputs = (_derivatives(run.recent, {y: 1.0}, run.connected) for y in flat(run.outputs))
        return [list(map(derivative, variables)) for derivative in of_outputs]

    return rows


def vjp(f: Callable[..., Any], /, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Return f(x) with the function from cotangents w to wᵀJ = Σᵢ wᵢ · ∂fᵢ/∂x, for each argument.

    The cotangents have the shape of what f returns: one number, or a list.  The products are a tuple with
    one for each argument, of its shape, found in one reverse sweep: the dual of `jvp`, for it holds that
    ⟨v, Jᵀw⟩ = ⟨Jv, w⟩.  Values and floats are told apart as by `grad`.  Raises ShapeError for cotangents of
    another shape, StaleGraphError for a Value that f read and that was given new data since.

    >>> outputs, pullback = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> outputs, pullback([1.0, 10.0])
    ([6.0, 5.0], (13.0, 12.0))
    """
    check_function("vjp", f)
    run = evaluated(f, primals, range(len(primals)), numbers)

    def pullback(cotangents: Any, /) -> tuple[Any, ...]:
        evaluation_order(*flat(run.outputs))  # raises where a leaf was given new data since
        seeds: dict[Value, Number] = {}
        for output, cotangent in paired(run.outputs, cotangents, "a cotangent"):
            seeds[output] = seeds[output] + cotangent if output in seeds else cotangent
        return tuple(mapped(_derivatives(run.recent, seeds, run.connected), run.variables))

    return run.result, pullback


def _value_and_grad(f: Callable[..., Any], arguments: Sequence[Any], argnums: Argnums) -> tuple[Any, Any]:
    chosen = _checked(argnums, len(arguments))
    run = evaluated(f, arguments, chosen, one_number)
    derivative = _derivatives(run.recent, {run.outputs: 1.0}, run.connected)
    by = tuple(mapped(derivative, run.variables[i]) for i in chosen)
    return run.result, by[0] if isinstance(argnums, int) else by


def _derivatives(
    recent: Sequence[Value], seeds: Mapping[Value, Number], connected: bool
) -> Callable[[Value], Any]:
    """Return the function from a variable to Σ seed · ∂output/∂variable, a Value if `connected`."""
    local = local_values if connected else local_derivatives
    adjoint = adjoints_of(recent, seeds, lambda node: zip(node.parents, local(node)))

    def of_variable(variable: Value) -> Number:
        found = adjoint.get(variable, 0.0)
        return as_value(found) if connected else found

    return of_variable


def _check_whole(argnums: Argnums) -> None:
    """Raise OperandError unless argnums are whole numbers."""
    if not all(isinstance(i, int) for i in (argnums if isinstance(argnums, Sequence) else [argnums])):
        message = (
            f"argnums says by which arguments, 0 or (0, 1); grad(f)(x) is the derivative, got {argnums!r:.60}"
        )
        raise OperandError(message)


def _checked(argnums: Argnums, count: int) -> Sequence[int]:
    chosen = [argnums] if isinstance(argnums, int) else list(argnums)
    for i in chosen:
        if not 0 <= i < count:
            message = f"argnums asks for argument {i}, but the function was called with {count}"
            raise ArgumentIndexError(message)
    return chosen
