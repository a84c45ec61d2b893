"""The choice of a view, within a budget that is counted before anything is laid out."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import get_args

from scalargrad.drawing.focus import nearest
from scalargrad.drawing.network import Network
from scalargrad.drawing.picture import ChosenView, Picture, View
from scalargrad.drawing.views import VIEWS, layers, neurons
from scalargrad.errors import GraphTooLargeError, UnknownNameError, known
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

READABLE_NODES, READABLE_EDGES = 150, 600  # what `auto` takes a view to be readable with
MOST_NODES, MOST_EDGES = 1000, 2000  # what Graphviz lays out in a few seconds
NEAREST = 60  # values shown where neither view nor focus makes a graph small

Kept = AbstractSet[Instruction]


def choose(trace: WengertList, kept: Kept, view: ChosenView = "auto") -> Picture:
    """Return the picture of a view; `auto` takes the finest that is readable, and never fails.

    Raises UnknownNameError for no view, GraphTooLargeError for one that is beyond the budget.

    >>> from scalargrad.examples import example
    >>> t = WengertList.of(example("fan-out").output())
    >>> choose(t, set(t)).view
    'values'
    """
    if "." in view:
        raise UnknownNameError(f"{view!r} is no view but a file: draw(y).save({view!r})")
    known("view", view, get_args(ChosenView))
    network = Network(trace)
    if view in {"neurons", "layers"} and not network.units:
        return replace(choose(trace, kept, "values"), note=f"no {view}: nothing here is a weighted sum")
    if view == "auto":
        return _finest(network, kept, READABLE_NODES, READABLE_EDGES) or _nearest(network, kept)
    if view == "values":
        _check(network, kept, view, *_counted(kept))
    picture = VIEWS[view](network, kept)
    _check(network, kept, view, len(picture.groups), len(picture.arrows))
    return picture


def _check(network: Network, kept: Kept, view: View, nodes: int, edges: int) -> None:
    """Raise GraphTooLargeError if a view is beyond the budget, with a call that is not."""
    if nodes <= MOST_NODES and edges <= MOST_EDGES:
        return
    smaller = _finest(network, kept, MOST_NODES, MOST_EDGES)
    call = f'draw(y, view="{smaller.view}")' if smaller else "draw(y)"
    smaller = smaller or _nearest(network, kept)
    raise GraphTooLargeError(
        f"view={view!r} has {nodes:,} nodes and {edges:,} edges, and Graphviz would take too long: at most "
        f"{MOST_NODES:,} and {MOST_EDGES:,} are drawn; {call} has {len(smaller.groups):,} and "
        f"{len(smaller.arrows):,}, and around=value, hops=2 shows any part in full"
    )


def _finest(network: Network, kept: Kept, most_nodes: int, most_edges: int) -> Picture | None:
    """Return the finest picture within a budget; where there are no neurons, values are all there is."""
    nodes, edges = _counted(kept)
    if nodes <= most_nodes and edges <= most_edges:
        return VIEWS["values"](network, kept)
    if not network.units:
        return None
    for view in (neurons, layers):
        picture = view(network, kept)
        if len(picture.groups) <= most_nodes and len(picture.arrows) <= most_edges:
            return picture
    return None


def _nearest(network: Network, kept: Kept) -> Picture:
    center = max(kept, key=lambda v: v.index)
    return VIEWS["values"](network, kept & nearest(network.trace, center, NEAREST))


def _counted(kept: Kept) -> tuple[int, int]:
    """Count the nodes and edges of the values view, in which constants are none."""
    shown = {v for v in kept if v.role != "constant"}
    return len(shown), sum(parent in shown for v in shown for parent in v.parents)
