"""DOT text: pictures in Graphviz's language."""

import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scalargrad.drawing.inscriptions import Inscriber, Inscription
from scalargrad.drawing.picture import POINTING, Arrow, Group, Picture
from scalargrad.drawing.themes import FONT, SHAPES, Theme
from scalargrad.drawing.wrapping import wrapped
from scalargrad.notation.numbers import counted
from scalargrad.notation.pieces import Piece, pieces

Attributes = dict[str, str]
MANY_NEURONS = 12  # from here on neurons show no formulas
MANY_EDGES = 24  # from here on edges between neurons are straight, with their text for pointing at
SIZE, SMALL = 14, 10  # of texts, of indices and exponents, in points
BESIDE_TEXT = "0.2"  # between a node and the text on an edge, in inches
LABEL = {"shape": "plain", "class": "label"}
HASTY = {"nslimit": "2", "nslimit1": "2", "mclimit": "0.3"}  # Graphviz's optimisers stop earlier


def graph_attributes(picture: Picture, theme: Theme) -> tuple[Attributes, Attributes, Attributes]:
    """Return what holds for the whole graph, for all nodes and for all edges."""
    apart = {"values": ("0.18", "0.4"), "neurons": ("0.3", "0.6"), "layers": ("0.3", "0.6")}
    nodesep, ranksep = apart[picture.view]
    graph = {"rankdir": "LR", "bgcolor": theme.paper, "nodesep": nodesep, "ranksep": ranksep, "pad": "0.2"}
    if len(picture.arrows) > MANY_EDGES:
        graph |= HASTY
    node = {"fontname": FONT, "fontsize": str(SIZE), "style": "filled", "margin": "0.1,0.05"}
    edge = {"color": theme.edge, "arrowsize": "0.6", "penwidth": "1.1"}
    if _is_dense(picture):
        graph |= {"splines": "line", "ranksep": "1.8", "nodesep": "0.12", "outputorder": "edgesfirst"}
        edge |= {"color": f"{theme.edge}b0", "penwidth": "0.8", "arrowhead": "none"}
        edge |= {"tailport": "e", "headport": "w"}  # so that no straight edge runs across a node
    return graph, node, edge


def flow_down(graph: Any) -> None:
    """Let values flow down instead of to the right."""
    graph.graph_attr["rankdir"] = "TB"
    for port in ("tailport", "headport"):
        graph.edge_attr.pop(port, None)


def caption(picture: Picture, theme: Theme) -> Attributes:
    """Return the line below the drawing that says what it does not show, if there is anything."""
    shown = len(picture.groups)
    parts = [picture.note] if picture.note else []
    if picture.values - picture.hidden != shown:
        values = counted(picture.values - picture.hidden, "value")
        parts.append(f"{values} in {counted(shown, 'node')}")
    merged = [len(arrow.edges) for arrow in picture.arrows if len(arrow.edges) > 1]
    if merged and _is_dense(picture):
        parts.append(f"{len(merged):,} dashed edges stand for {sum(merged):,}")
    if _is_dense(picture) and any(arrow.weight for arrow in picture.arrows):
        parts.append(POINTING)
    if picture.hidden:
        parts.append(f"+{picture.hidden:,} values not shown")
    if not parts:
        return {}
    return {
        "label": _table([Inscription("note", " · ".join(parts))], theme),
        "labelloc": "b",
        "fontname": FONT,
        "fontsize": "12",
    }


def fill(
    graph: Any,
    picture: Picture,
    inscriber: Inscriber,
    theme: Theme,
    state: Callable[[Arrow], Attributes] = lambda _: {},
) -> None:
    """Write a picture into a Digraph; `state` says how an arrow looks at a moment."""
    graph.graph_attr, graph.node_attr, graph.edge_attr = graph_attributes(picture, theme)
    if not _is_dense(picture) and any(map(inscriber.arrow, picture.arrows)):
        graph.graph_attr["ranksep"] = BESIDE_TEXT
    graph.graph_attr |= caption(picture, theme)
    keys = {group: key_of(group) for group in picture.groups}
    compact = is_compact(picture)
    for group, key in keys.items():
        role, lines = role_of(group, picture), inscriber.lines(group, compact)
        graph.node(key, **node_attributes(role, lines, inscriber.explanation(group), theme))
    quiet = _is_dense(picture)
    turns, firsts = ({}, []) if quiet else wrapped(picture)
    for arrow in picture.arrows:
        ends, lines = (keys[arrow.tail], keys[arrow.head]), inscriber.arrow(arrow)
        if quiet and lines:
            graph.edge(*ends, tooltip=_escaped(", ".join(line.text for line in lines)), **look_of(arrow))
        else:
            look = look_of(arrow) | turns.get(arrow, {}) | state(arrow)
            _connect(graph, ends, _on_edge(arrow, lines, theme), look)
    for column, weight in [*((column, 100) for column in columns(picture.groups)), (firsts, 0)]:
        if len(column) > 1:
            graph.body.append(_in_line([keys[group] for group in column], weight))


def columns(groups: Iterable[Group]) -> list[list[Group]]:
    """Return the groups that stand in line, column by column."""
    found: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        if group.column and group.column[0] == "in line":
            found.setdefault(group.column, []).append(group)
    return list(found.values())


def node_attributes(role: str, lines: Sequence[Inscription], explanation: str, theme: Theme) -> Attributes:
    """Return the text, shape and colours of a node, and what pointing at it shows."""
    fill, border = theme.node[role]
    return SHAPES[role] | {
        "label": _table(lines, theme),
        "tooltip": _escaped(explanation),
        "class": role,
        "fillcolor": fill,
        "color": border,
        "penwidth": "2" if role in {"output", "neuron"} else "1.2",
    }


def _connect(graph: Any, ends: tuple[str, str], text: Attributes, look: Attributes) -> None:
    """Write an edge; its text stands on it, as a node, so that nobody has to guess which edge is meant."""
    tail, head = ends
    if text:
        graph.node(**text)
        graph.edge(tail, text["name"], arrowhead="none", **look)
        graph.edge(text["name"], head, arrowtail="none", **look)
    else:
        graph.edge(tail, head, **look)


def _on_edge(arrow: Arrow, lines: Sequence[Inscription], theme: Theme) -> Attributes:
    return (
        {"name": key_on_edge(arrow), "label": _table(lines, theme), "fillcolor": theme.paper} | LABEL
        if lines
        else {}
    )


def key_on_edge(arrow: Arrow) -> str:
    """Return the name of the node that is the text on an edge."""
    edge = arrow.edges[0]
    return f"e{edge.child.index}_{edge.position}"


def look_of(arrow: Arrow) -> Attributes:
    """Return how an edge is drawn that stands for several, nothing for any other."""
    return {"penwidth": "2.2", "style": "dashed"} if len(arrow.edges) > 1 else {}


def role_of(group: Group, picture: Picture) -> str:
    """Return the role that a node's shape and colours show."""
    parts = {picture.roles[v] for v in group.instructions}
    if "output" in parts:
        return "output"
    if group.more or group.kind == "rest":
        return "rest"
    if group.kind == "inputs":
        return "input"
    return parts.pop() if group.kind == "value" else "neuron"


def is_compact(picture: Picture) -> bool:
    """Tell whether there are so many neurons that each shows its numbers only."""
    return sum(group.kind == "neuron" for group in picture.groups) > MANY_NEURONS


def _is_dense(picture: Picture) -> bool:
    return picture.view == "neurons" and len(picture.arrows) > MANY_EDGES


def key_of(group: Group) -> str:
    """Return the name of a node."""
    return f"n{group.instructions[-1].index}"


def _in_line(keys: Sequence[str], weight: int) -> str:
    """Return a subgraph that keeps nodes in one column, in this order."""
    return f"\t{{ rank=same; {' -> '.join(keys)} [style=invis weight={weight}] }}\n"


def _table(lines: Sequence[Inscription], theme: Theme) -> str:
    """Return an HTML-like label, a table with one cell for each line."""
    cells = "".join(f"<tr><td>{_cell(line, theme)}</td></tr>" for line in lines)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{cells}</table>>'


def _cell(line: Inscription, theme: Theme) -> str:
    return f'<font color="{theme.text[line.kind]}">{"".join(map(_set, pieces(line.text)))}</font>'


def _set(piece: Piece) -> str:
    text = f"<i>{_escaped(piece.text)}</i>" if piece.italic else _escaped(piece.text)
    if piece.level:
        tag = "sub" if piece.level < 0 else "sup"
        return f'<font point-size="{SMALL}"><{tag}>{text}</{tag}></font>'
    return text


def _escaped(text: str) -> str:
    """Return text for labels and tooltips, where backslashes and entities have a meaning."""
    return html.escape(text, quote=False).replace("\\", "\\\\").replace("\n", "\\n")
