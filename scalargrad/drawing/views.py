"""The views: which values a drawing shows as one node, from every value by itself to whole layers."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from scalargrad.drawing.network import Network
from scalargrad.drawing.picture import Edge, Entry, Group, Picture, connect
from scalargrad.wengert import Instruction

Kept = AbstractSet[Instruction]
WIDE, HEAD, TAIL = 16, 8, 2  # a wider column shows its first 8 and its last 2
DEEP, END = 24, 8  # a deeper pile of layers shows its first 8 and its last 8


def values(network: Network, kept: Kept) -> Picture:
    """Return the view in which every value is a node and every entry of its parents an edge.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert import WengertList
    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> picture = values(Network(t), set(t))
    >>> len(picture.groups), len(picture.edges)
    (2, 2)
    """
    home = {row: Group("value", (row,)) for row in network.trace if row in kept}
    edges = tuple(
        Edge(home[parent], group, (Entry(row, position),))
        for row, group in home.items()
        for position, parent in enumerate(row.parents)
        if parent in home
    )
    return _picture("values", network, kept, home.values(), edges)


def neurons(network: Network, kept: Kept) -> Picture:
    """Return the view in which a neuron is a node, with its weights on its edges and layers as columns.

    A column of more than 16 nodes shows ten of them, and one that stands for the others.
    """
    groups = [
        Group("neuron", tuple(sorted(f.members, key=_index)), ("in line", network.depth[f.a]), (f,))
        for f in network.firings
        if not kept.isdisjoint(f.members)
    ]
    columns = _columns(network)
    groups += [
        Group("value", (row,), columns[row])
        for row in network.trace
        if row in kept and row not in network.firing_of and not network.is_on_edge(row, kept)
    ]
    groups.sort(key=lambda group: group.rows[-1].index)
    return _connected("neurons", network, kept, _narrowed(groups))


def layers(network: Network, kept: Kept) -> Picture:
    """Return the view in which a layer is a node, and so is all that is computed between two layers."""
    piles: dict[tuple[int, int, str], list[Instruction]] = {}
    for row in network.trace:
        if row in kept and not network.is_on_edge(row, kept):
            piles.setdefault(_pile(row, network), []).append(row)
    groups = []
    for (depth, place, path), rows in sorted(piles.items()):
        firings = tuple(dict.fromkeys(network.firing_of[row] for row in rows)) if place == LAYER else ()
        groups.append(Group(KINDS[place], tuple(rows), None, firings, path or f"layer {depth}"))
    return _connected("layers", network, kept, _flattened(_inputs_apart(groups)))


VIEWS = {"values": values, "neurons": neurons, "layers": layers}
INPUTS, LAYER, REST = range(3)
KINDS = ("inputs", "layer", "rest")


def _index(row: Instruction) -> int:
    return row.index


def _columns(network: Network) -> dict[Instruction, tuple[object, ...]]:
    """Return the column of each value that is no neuron: the inputs of the network, or what is alike.

    Operations are alike at the same level of the trace, leaves if the same operations read them.
    """
    columns: dict[Instruction, tuple[object, ...]] = {}
    level: dict[Instruction, int] = {}
    for row in network.trace:
        level[row] = 1 + max((level[parent] for parent in row.parents), default=-1)
        if row.primitive:
            columns[row] = ("alike", network.depth[row], level[row], row.primitive.symbol)
    for row, reader in network.first_reader.items():
        if not row.parents:
            enters = reader in network.firing_of and network.depth[reader] == 1
            enters = enters and row not in network.parameters
            columns[row] = ("in line", 0) if enters else ("alike", row.role, *columns[reader])
    return {row: columns.get(row, ("alike",)) for row in network.trace}


def _pile(row: Instruction, network: Network) -> tuple[int, int, str]:
    """Return where a value belongs: the depth of its layer, the kind of the pile, the path of the layer."""
    firing = network.firing_of.get(row)
    if firing:
        return network.depth[firing.a], LAYER, firing.path.partition(".neurons[")[0]
    reader = network.first_reader.get(row, row)
    if row.parents or reader is row:
        return network.depth[row], REST, ""
    if reader in network.firing_of:
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
    rows = tuple(row for group in groups for row in group.rows)
    firings = tuple(firing for group in groups for firing in group.firings)
    return Group("rest", rows, column, firings, more=len(groups))


def _inputs_apart(groups: Iterable[Group]) -> list[Group]:
    """Show a few inputs each by itself."""
    apart = []
    for group in groups:
        few = group.kind == "inputs" and len(group.rows) <= HEAD
        apart += [Group("value", (row,), ("in line", 0)) for row in group.rows] if few else [group]
    return apart


def _connected(view: str, network: Network, kept: Kept, groups: Sequence[Group]) -> Picture:
    entries = network.entries_of(row for group in groups for row in group.rows)
    return _picture(view, network, kept, groups, connect(groups, entries))


def _picture(
    view: str, network: Network, kept: Kept, groups: Iterable[Group], edges: Iterable[Edge]
) -> Picture:
    values = len(network.trace)
    return Picture(view, tuple(groups), tuple(edges), network.parameters, values, values - len(kept))
