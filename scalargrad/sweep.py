"""The two walks over a graph: its nodes in order of evaluation, and the reverse sweep over them.

Both are loops, so a graph may be a million nodes deep.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from scalargrad.errors import StaleGraphError
from scalargrad.scalars import ieee

if TYPE_CHECKING:
    from scalargrad.engine import Value

LocalDerivatives = Callable[["Value"], Iterable[Any]]


def evaluation_order(output: "Value") -> list["Value"]:
    """Return all that the output was computed from, every parent before its children: a Wengert list.

    Raises StaleGraphError if a leaf was given new data after one of its children read the old.
    """
    seen = {output}
    nodes = [output]
    for node in nodes:  # the list grows while it is read
        first, second, order = node._first, node._second, node._order
        if first is None:
            continue
        if second is not None:
            parents = (first, second)
        else:
            parents = first if type(first) is tuple else (first,)
        for parent in parents:
            if parent._order > order:
                raise _stale(parent, node)
            if parent not in seen:
                seen.add(parent)
                nodes.append(parent)
    nodes.sort(key=attrgetter("_order"))
    return nodes


def accumulate_gradients(output: "Value", seed: float) -> None:
    """Set grad to ∂output/∂node · seed at inner nodes and add it at leaves: `Value.backward`.

    This is `adjoints` once more, fused with the table's float reading and unrolled by arity,
    because it is the loop that training waits for.
    """
    nodes = evaluation_order(output)
    for node in nodes:
        if node._first is not None:
            node.grad = 0.0
    output.grad += seed
    for node in reversed(nodes):
        first, second, upstream = node._first, node._second, node.grad
        if first is None:
            continue
        if second is not None:
            to_first, to_second = node.primitive.slopes(node._data, first._data, second._data)
            first.grad += upstream * to_first
            second.grad += upstream * to_second
        elif type(first) is tuple:
            slopes = node.primitive.slopes(node._data, *[parent._data for parent in first])
            for parent, slope in zip(first, slopes, strict=True):
                parent.grad += upstream * slope
        else:
            first.grad += upstream * node.primitive.slopes(node._data, first._data)


def adjoints(
    output: "Value", seed: Any, local_derivatives: LocalDerivatives, since: int = 0
) -> dict["Value", Any]:
    """Return the adjoint ∂output/∂node · seed of every node, and change no grad.

    The adjoints are what `local_derivatives` returns, floats or Values.  Nodes made before `since`,
    on which a variable made at `since` cannot have had any influence, are left out.
    """
    adjoint: dict[Value, Any] = {output: seed}
    for node in reversed(evaluation_order(output)):
        if node._first is None or node._order < since or node not in adjoint:
            continue
        upstream = adjoint[node]
        for parent, slope in zip(node.parents, local_derivatives(node), strict=True):
            if parent._order >= since:
                contribution = upstream * slope
                adjoint[parent] = adjoint[parent] + contribution if parent in adjoint else contribution
    return adjoint


def local_floats(node: "Value") -> tuple[float, ...]:
    """Return the local derivatives of a node by each of its parents, as floats."""
    if node.primitive is None:
        return ()
    data = tuple(parent._data for parent in node.parents)
    return node.primitive.local_derivatives(ieee, node._data, data)


def _stale(leaf: "Value", child: "Value") -> StaleGraphError:
    from scalargrad.engine import describe

    return StaleGraphError(
        f"{describe(leaf)} was given new data after {describe(child)} was computed from it; "
        "compute the output again, then sweep"
    )
