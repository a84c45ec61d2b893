"""The views: which values a drawing shows as one node, from every value by itself to whole layers."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from scalargrad.drawing.network import Network
from scalargrad.drawing.picture import Group, Kind, Picture, View, connect
from scalargrad.wengert.instruction import Edge, Instruction

Kept = AbstractSet[Instruction]
WIDE, HEAD, TAIL = 16, 8, 2  # a wider column shows its first 8 and its last 2
DEEP, END = 24, 8  # a deeper pile of layers shows its first 8 and its last 8


def values(network: Network, kept: Kept) -> Picture:
    """Return the view in which every value is a node and every entry of its parents an edge.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert.list import WengertList
    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> picture = values(Network(t), set(t))
    >>> len(picture.groups), len(picture.arrows)
    (2, 2)
    """
    shown = [v for v in network.trace if v in kept and (v.role != "constant" or v is network.trace.output)]
    return _connected("values", network, kept, [Group("value", (v,)) for v in shown])


def neurons(network: Network, kept: Kept) -> Picture:
    """Return the view in which a neuron is a node, with its weights on its edges and layers as columns.

    A column of more than 16 nodes shows ten of them, and one that stands for the others.
    """
    groups = [
        Group("neuron", tuple(sorted(unit.members, key=_index)), ("in line", network.depth[unit.a]), (unit,))
        for unit in network.units
        if not kept.isdisjoint(unit.members)
    ]
    columns = _columns(network)
    groups += [
        Group("value", (v,), columns[v])
        for v in network.trace
        if v in kept and v not in network.unit_of and not network.is_on_edge(v, kept)
        if not network.stands_in_formulas(v)
    ]
    groups.sort(key=lambda group: group.instructions[-1].index)
    return _connected("neurons", network, kept, _narrowed(groups))


def layers(network: Network, kept: Kept) -> Picture:
    """Return the view in which a layer is a node, and so is all that is computed between two layers."""
    piles: dict[tuple[int, int, str], list[Instruction]] = {}
    for v in network.trace:
        if v in kept and not network.is_on_edge(v, kept) and not network.stands_in_formulas(v):
            piles.setdefault(_pile(v, network), []).append(v)
    groups = []
    for (depth, place, path), pile in sorted(piles.items()):
        units = tuple(dict.fromkeys(network.unit_of[v] for v in pile)) if place == LAYER else ()
        groups.append(Group(KINDS[place], tuple(pile), None, units, path or f"layer {depth}"))
    return _connected("layers", network, kept, _flattened(_inputs_apart(groups)))


VIEWS: dict[View, Callable[[Network, Kept], Picture]] = {
    "values": values,
    "neurons": neurons,
    "layers": layers,
}
INPUTS, LAYER, REST = range(3)
KINDS: tuple[Kind, ...] = ("inputs", "layer", "rest")


def _index(v: Instruction) -> int:
    return v.index


def _columns(network: Network) -> dict[Instruction, tuple[object, ...]]:
    """Return the column of each value that is no neuron: the inputs of the network, or what is alike.

    Operations are alike at the same level of the trace, leaves if the same operations read them.
    """
    columns: dict[Instruction, tuple[object, ...]] = {}
    level: dict[Instruction, int] = {}
    for v in network.trace:
        level[v] = 1 + max((level[parent] for parent in v.parents), default=-1)
        if v.primitive:
            columns[v] = ("alike", network.depth[v], level[v], v.primitive.symbol)
    for v in network.trace:
        if not v.parents and (reader := network.first_reader(v)):
            enters = reader in network.unit_of and network.depth[reader] == 1
            enters = enters and v not in network.parameters
            columns[v] = ("in line", 0) if enters else ("alike", v.role, *columns[reader])
    return {v: columns.get(v, ("alike",)) for v in network.trace}


def _pile(v: Instruction, network: Network) -> tuple[int, int, str]:
    """Return where a value belongs: the depth of its layer, the kind of the pile, the path of the layer."""
    unit = network.unit_of.get(v)
    if unit:
        return network.depth[unit.a], LAYER, unit.path.partition(".neurons[")[0]
    reader = network.first_reader(v)
    if v.parents or reader is None:
        return network.depth[v], REST, ""
    if reader in network.unit_of:
        return 0, INPUTS, ""
    return network.depth[reader], REST, ""


def _narrowed(groups: Sequence[Group]) -> list[Group]:
    """Put one group in the place of the middle of each column that is too wide."""
    columns: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        if group.column:
            columns.setdefault(group.column, []).append(group)
    replaced: dict[Group, Group | None] = {}
    for column, members in columns.items():
        if len(members) > WIDE:
            middle = members[HEAD:-TAIL]
            replaced |= dict.fromkeys(middle)
            replaced[middle[0]] = _merged(middle, column)
    return [shown for group in groups if (shown := replaced.get(group, group))]


def _flattened(groups: Sequence[Group]) -> Sequence[Group]:
    """Put one group in the place of the middle of too many layers."""
    if len(groups) <= DEEP:
        return groups
    return [*groups[:END], _merged(groups[END:-END], None), *groups[-END:]]


def _merged(groups: Sequence[Group], column: tuple[object, ...] | None) -> Group:
    instructions = tuple(v for group in groups for v in group.instructions)
    units = tuple(unit for group in groups for unit in group.units)
    return Group("rest", instructions, column, units, more=len(groups))


def _inputs_apart(groups: Iterable[Group]) -> list[Group]:
    """Show a few inputs each by itself."""
    apart = []
    for group in groups:
        few = group.kind == "inputs" and len(group.instructions) <= HEAD
        apart += [Group("value", (v,), ("in line", 0)) for v in group.instructions] if few else [group]
    return apart


def _connected(view: View, network: Network, kept: Kept, groups: Sequence[Group]) -> Picture:
    shown = (v for group in groups for v in group.instructions)
    edges = (Edge(v, position) for v in shown for position in range(len(v.parents)))
    arrows = tuple(connect(groups, edges, network.weights))
    there = {v for v in network.trace if not network.stands_in_formulas(v)}
    return Picture(view, tuple(groups), arrows, network.roles, len(there), len(there - kept))
