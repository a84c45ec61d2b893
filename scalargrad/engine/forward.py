"""Forward mode: tangents, which the chain rule carries along with the evaluation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, overload

from scalargrad.engine.node import local_derivatives
from scalargrad.engine.reading import local_values
from scalargrad.engine.sweep import Edges
from scalargrad.engine.trees import listed, mapped, paired
from scalargrad.engine.value import Number, Value, as_value
from scalargrad.engine.variables import check_function, evaluated, numbers
from scalargrad.errors import OperandError, ShapeError

T = TypeVar("T")


def tangents(order: Iterable[T], seeds: Mapping[T, Any], edges: Edges[T]) -> dict[T, Any]:
    """Return the tangent v̇ᵢ = Σⱼ ∂vᵢ/∂vⱼ · v̇ⱼ of every node that depends on a seeded one.

    `order` has every parent before its children.  What is not in the result does not move; so a seed of 0 is
    better left out: it would be multiplied with an infinite derivative, too.  As in the reverse sweep, each
    edge is one product.  But a reverse sweep has all derivatives of one output, this one all derivatives by
    one input: of a sum of 100 squares, the gradient takes 100 of these sweeps, or one in reverse.

    >>> from scalargrad import total
    >>> from scalargrad.engine.node import evaluation_order
    >>> from scalargrad.engine.sweep import adjoints, edges_of
    >>> leaves = [Value(x / 100) for x in range(100)]
    >>> order = evaluation_order(total(x**2 for x in leaves))
    >>> swept = []
    >>> def edges(node):
    ...     swept.extend(edges_of(node))
    ...     return edges_of(node)
    >>> reverse = adjoints(order, 1.0, edges)
    >>> len(swept)
    200
    >>> forward = [tangents(order, {x: 1.0}, edges)[order[-1]] for x in leaves]
    >>> len(swept) - 200, forward == [reverse[x] for x in leaves]
    (20000, True)
    """
    tangent = dict(seeds)
    for node in order:
        for parent, local in edges(node):
            if parent in tangent:
                term = local * tangent[parent]
                tangent[node] = tangent[node] + term if node in tangent else term
    return tangent


@overload
def jvp(f: Callable[..., Any], /) -> Callable[..., tuple[Any, Any]]: ...
@overload
def jvp(f: Callable[..., Any], /, primals: Any, tangents: Any) -> tuple[Any, Any]: ...
def jvp(f: Callable[..., Any], /, primals: Any = None, tangents: Any = None) -> Any:
    """Return f(x) and the derivative J·v̇ = Σⱼ ∂f/∂xⱼ · v̇ⱼ along the tangents v̇, from one forward sweep.

    `jvp(f, primals, tangents)` is `jvp(f)(*primals, tangents=tangents)`: as in JAX and PyTorch, there is a
    tangent for each argument, of its shape, and of one argument both may stand without a list.  f may return
    a number or nested lists; the derivative has their shape.  An argument whose tangent is None is handed on
    as it is; one whose tangent is the number 0 does not move.

    The result is made of floats where only numbers went in, and of Values, ready to be differentiated once
    more, where f reads a Value; so `grad(lambda x: jvp(f, x, 1.0)[1])` is reverse over forward.  A column
    of J takes one sweep here, a row of J one sweep in reverse: a gradient by n inputs is n of these, or one
    `grad`.  Raises ShapeError for tangents of another shape, OperandError where f returns anything else;
    warns as `grad` does.

    >>> def f(x, y):
    ...     return [x * y, x + y, y**2]
    >>> jvp(f, (2.0, 3.0), (1.0, 0.0))
    ([6.0, 5.0, 9.0], [3.0, 1.0, 0.0])
    >>> jvp(f)(2.0, 3.0, tangents=(1.0, 10.0))
    ([6.0, 5.0, 9.0], [23.0, 11.0, 60.0])
    """
    check_function("jvp", f)
    if primals is None and tangents is None:

        def pushforward(*arguments: Any, tangents: Any = None) -> tuple[Any, Any]:
            if tangents is None:
                message = (
                    "jvp(f) is called with a tangent for each argument: jvp(f)(2.0, 3.0, tangents=(1.0, 0.0))"
                )
                raise OperandError(message)
            return _jvp(f, arguments, tangents)

        return pushforward
    if primals is None or tangents is None:
        message = "jvp takes primals and tangents together: jvp(f, (2.0, 3.0), (1.0, 0.0))"
        raise OperandError(message)
    primals = listed(primals)
    return _jvp(f, primals if isinstance(primals, (list, tuple)) else [primals], tangents)


def _jvp(f: Callable[..., Any], arguments: Sequence[Any], tangents_of_all: Any) -> tuple[Any, Any]:
    directions = _directions(arguments, tangents_of_all)
    moved = [i for i, direction in enumerate(directions) if direction is not None]
    run = evaluated(f, arguments, moved, numbers)
    seeds = {
        variable: tangent
        for i in moved
        for variable, tangent in paired(run.variables[i], directions[i], f"the tangent of argument {i}")
        if isinstance(tangent, Value) or tangent
    }
    local = local_values if run.connected else local_derivatives
    tangent = tangents(run.recent, seeds, lambda node: zip(node.parents, local(node)))

    def of_output(output: Value) -> Number:
        found = tangent.get(output, 0.0)
        return as_value(found) if run.connected else found

    return run.result, mapped(of_output, run.outputs)


def _directions(arguments: Sequence[Any], tangents_of_all: Any) -> list[Any]:
    """Return the tangent of each argument; of one argument it may stand by itself."""
    directions: Any = listed(tangents_of_all)
    if not isinstance(directions, (list, tuple)):
        directions = [directions]
    if len(directions) != len(arguments):
        message = (
            f"expected one tangent for each argument, of its shape, got {len(directions)} for "
            f"{len(arguments)}; that of a single list of two is ([1.0, 0.0],)"
        )
        raise ShapeError(message)
    return list(directions)
