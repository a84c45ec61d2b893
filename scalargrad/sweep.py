"""The two walks over a graph: its nodes in order of evaluation, and the reverse sweep over them.

Both are loops, so a graph may be a million nodes deep.
"""

from collections.abc import Callable, Iterable
from math import isfinite
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from scalargrad.errors import StaleGraphError
from scalargrad.notation import number
from scalargrad.scalars import ieee

if TYPE_CHECKING:
    from scalargrad.engine import Value

# When, by the counter of the engine, any leaf was last given new data; `Value.data` writes it.
last_assignment = 0

LocalDerivatives = Callable[["Value"], Iterable[Any]]


def evaluation_order(output: "Value") -> list["Value"]:
    """Return all that the output was computed from, every parent before its children: a Wengert list.

    Raises StaleGraphError if a leaf was given new data after one of its children read the old.
    """
    seen: set[Any] = set()  # nodes, and the identities of lists: the neurons of a layer share theirs
    nodes = []
    unread = [output]
    while unread:
        node = unread.pop()
        if node in seen:
            continue
        seen.add(node)
        nodes.append(node)
        first, second = node._first, node._second
        if isinstance(first, tuple):
            for parents in (first, second):
                if id(parents) not in seen:
                    seen.add(id(parents))
                    unread += parents
        elif first is not None:
            unread.append(first)
            if second is not None:
                unread.append(second)
    nodes.sort(key=attrgetter("_order"))
    _check_freshness(nodes)
    return nodes


def _check_freshness(nodes: list["Value"]) -> None:
    """Raise StaleGraphError if a parent is younger than its child.

    That takes a leaf which was given data after the first node was computed.  Mostly none was,
    and one comparison tells; else every edge is looked at.
    """
    first_computed = next((node for node in nodes if node._first is not None), None)
    if first_computed is None or last_assignment < first_computed._order:
        return
    for node in nodes:
        for parent in node.parents:
            if parent._order > node._order:
                raise _stale(parent, node)


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
        row: Any = node.primitive  # None at leaves only
        if first is None or (not upstream and row.finite_slopes and isfinite(node._data)):
            continue  # all that would be added is 0, as behind a relu that is off
        partials = row.partials
        if second is None:
            first.grad += upstream * partials(ieee, node._data, first._data)
        elif type(first) is not tuple:
            to_first, to_second = partials(ieee, node._data, first._data, second._data)
            first.grad += upstream * to_first
            second.grad += upstream * to_second
        else:
            data = [parent._data for parent in first]
            if second:
                to_first, to_second = partials(ieee, node._data, data, [p._data for p in second])
                for parent, slope in zip(second, to_second):
                    parent.grad += upstream * slope
            else:
                (to_first,) = partials(ieee, node._data, data)
            for parent, slope in zip(first, to_first):
                parent.grad += upstream * slope


def adjoints(
    output: "Value", seed: Any, local_derivatives: LocalDerivatives, since: int = 0
) -> dict["Value", Any]:
    """Return the adjoint ∂output/∂node · seed of every node, and change no grad.

    Where `local_derivatives` gives floats, so are the adjoints, and where it gives Values they are
    Values, which can be differentiated again; where it gives nothing the sweep does not go on.  Nodes
    made before `since` are left out: a variable made then can have had no influence on them.
    """
    adjoint: dict[Value, Any] = {output: seed}
    for node in reversed(evaluation_order(output)):
        if node._first is None or node._order < since or node not in adjoint:
            continue
        upstream = adjoint[node]
        for parent, slope in zip(node.parents, local_derivatives(node)):
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


def describe(value: "Value") -> str:
    """Name a value by its label, its path or its data."""
    return value.label or value.path or f"the value {number(value.data)}"


def _stale(leaf: "Value", child: "Value") -> StaleGraphError:
    return StaleGraphError(
        f"{describe(leaf)} was given new data after {describe(child)} was computed from it; "
        "compute the output again, then sweep"
    )
