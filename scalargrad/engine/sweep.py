"""The reverse sweep: the chain rule, once as it reads, once as fast as training needs it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, TypeVar

from scalargrad.engine.node import N, Node, evaluation_order, local_derivatives
from scalargrad.primitives.scalars import ieee

T = TypeVar("T")
Edges = Callable[[T], Iterable[tuple[T, Any]]]  # of a node: its parents, each with the local derivative


def contributions(order: Sequence[T], adjoint: dict[T, Any], edges: Edges[T]) -> Iterator[tuple[Any, ...]]:
    """Complete the adjoints by the chain rule, and yield what each edge adds: upstream × local derivative.

    `order` has every parent before its children; `adjoint` holds the seed, which is that of the output.
    Each contribution is (child, position, parent, upstream, local, contribution, before, after): `before`
    is the adjoint of the parent so far, None where nothing was added to it yet, and `after` the new one.
    A node fires once all its children have fired, so its adjoint is complete: what is added to one is
    added in the order in which the children fire, of one child in the order of its parents.  Adjoints are
    what local derivatives are: floats, Values that can be differentiated again, or symbols.
    """
    for child in reversed(order):
        if child not in adjoint:
            continue
        upstream = adjoint[child]
        for position, (parent, local) in enumerate(edges(child)):
            contribution = upstream * local
            before = adjoint.get(parent)
            if type(contribution) is float:
                contribution += 0.0  # which makes -0.0 the 0.0 that a sum from 0.0 is
            adjoint[parent] = after = contribution if before is None else before + contribution
            yield child, position, parent, upstream, local, contribution, before, after


def adjoints(order: Sequence[T], seed: Any, edges: Edges[T]) -> dict[T, Any]:
    """Return the adjoint ∂output/∂node · seed of every node that the sweep reaches."""
    return adjoints_of(order, {order[-1]: seed}, edges)


def adjoints_of(order: Sequence[T], seeds: Mapping[T, Any], edges: Edges[T]) -> dict[T, Any]:
    """Return the adjoints Σ ∂output/∂node · seed over several outputs, each with its seed."""
    adjoint = dict(seeds)
    deque(contributions(order, adjoint, edges), maxlen=0)  # runs it to the end
    return adjoint


def edges_of(node: N) -> Iterable[tuple[N, float]]:
    """Return the parents of a node of the graph, each with the local derivative as a float."""
    first, second, row = node._first, node._second, node.primitive
    if row is None:
        return ()
    if type(first) is tuple:
        return zip(node.parents, local_derivatives(node))
    if second is None:
        return ((first, row.partials(ieee, node._data, first._data)),)
    to_first, to_second = row.partials(ieee, node._data, first._data, second._data)
    return (first, to_first), (second, to_second)


def accumulate_gradients(output: Node, seed: float) -> None:
    """Set grad to ∂output/∂node · seed at inner nodes and add it at leaves: `Value.backward`.

    This is `adjoints` once more, to the last bit, as a law says: fused with the table's float reading and
    unrolled by arity, because it is the loop that training waits for.  A leaf gets the whole sum of a sweep
    at once, so that of what it had before no contribution is rounded otherwise than in a trace.
    """
    nodes = evaluation_order(output)
    earlier = _cleared(nodes)
    output.grad += seed
    for node in reversed(nodes):
        first, second, upstream = node._first, node._second, node.grad
        row: Any = node.primitive  # None at leaves only
        if first is None or (not upstream and row.finite_derivatives and isfinite(node._data)):
            continue  # all that would be added is 0, as behind a relu that is off
        partials = row.partials
        if second is None:
            first.grad += upstream * partials(ieee, node._data, first._data)
        elif type(first) is not tuple:
            to_first, to_second = partials(ieee, node._data, first._data, second._data)
            first.grad += upstream * to_first
            second.grad += upstream * to_second
        elif first:
            data = [parent._data for parent in first]
            if second:
                to_first, to_second = partials(ieee, node._data, data, [p._data for p in second])
            else:
                (to_first,), to_second = partials(ieee, node._data, data), ()
            for parent, local in zip(first, to_first):
                parent.grad += upstream * local
            for parent, local in zip(second, to_second):
                parent.grad += upstream * local
    for leaf, grad in earlier:
        leaf.grad += grad


def _cleared(nodes: Iterable[Node]) -> list[tuple[Node, float]]:
    """Set every grad to 0, and return the leaves that had one, with it; None is 0, as in PyTorch."""
    earlier = []
    for node in nodes:
        if node._first is None and node.grad:
            earlier.append((node, node.grad))
        node.grad = 0.0
    return earlier
