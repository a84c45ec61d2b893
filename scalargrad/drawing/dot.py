"""DOT text: pictures in Graphviz's language."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from scalargrad.drawing.inscriptions import Inscriber, Inscription, counted
from scalargrad.drawing.picture import Arrow, Group, Picture
from scalargrad.drawing.themes import FONT, SHAPES, Theme
from scalargrad.wengert.instruction import Instruction

Attributes = dict[str, str]
MANY_NEURONS = 12  # from here on neurons show no formulas
MANY_EDGES = 24  # from here on edges between neurons are straight, with their text for pointing at
HASTY = {"nslimit": "2", "nslimit1": "2", "mclimit": "0.3"}  # Graphviz's optimisers stop earlier


def graph_attributes(picture: Picture, theme: Theme) -> tuple[Attributes, Attributes, Attributes]:
    """Return what holds for the whole graph, for all nodes and for all edges."""
    apart = {"values": ("0.22", "0.45"), "neurons": ("0.35", "1.5"), "layers": ("0.3", "0.6")}
    nodesep, ranksep = apart[picture.view]
    graph = {"rankdir": "LR", "bgcolor": theme.paper, "nodesep": nodesep, "ranksep": ranksep, "pad": "0.2"}
    if len(picture.arrows) > MANY_EDGES:
        graph |= HASTY
    node = {"fontname": FONT, "fontsize": "13", "style": "filled", "margin": "0.1,0.05"}
    edge = {"fontname": FONT, "fontsize": "11", "color": theme.edge, "arrowsize": "0.6", "penwidth": "1.1"}
    if _is_dense(picture):
        graph |= {"splines": "line", "ranksep": "1.8", "nodesep": "0.12", "outputorder": "edgesfirst"}
        edge |= {"color": f"{theme.edge}b0", "penwidth": "0.8", "arrowhead": "none"}
        edge |= {"tailport": "e", "headport": "w"}  # so that no straight edge runs across a node
    return graph, node, edge


def caption(picture: Picture, theme: Theme) -> Attributes:
    """Return the line below the drawing that says what it does not show, if there is anything."""
    shown = len(picture.groups)
    parts = []
    if picture.values - picture.hidden != shown:
        values = counted(picture.values - picture.hidden, "value")
        parts.append(f"{values} in {counted(shown, 'node')}")
    merged = [len(arrow.edges) for arrow in picture.arrows if len(arrow.edges) > 1]
    if merged and _is_dense(picture):
        parts.append(f"{len(merged):,} dashed edges stand for {sum(merged):,}")
    if _is_dense(picture) and picture.parameters:
        parts.append("point at an edge for its weight")
    if picture.hidden:
        parts.append(f"+{picture.hidden:,} values not shown")
    if not parts:
        return {}
    return {
        "label": _table([Inscription("note", " · ".join(parts))], theme),
        "labelloc": "b",
        "fontname": FONT,
        "fontsize": "11",
    }


def fill(graph: Any, picture: Picture, inscriber: Inscriber, theme: Theme) -> None:
    """Write a picture into a Digraph."""
    graph.graph_attr, graph.node_attr, graph.edge_attr = graph_attributes(picture, theme)
    graph.graph_attr |= caption(picture, theme)
    keys = {group: _key(group) for group in picture.groups}
    compact = sum(group.kind == "neuron" for group in picture.groups) > MANY_NEURONS
    for group, key in keys.items():
        role, lines = role_of(group, picture, inscriber.trace.output), inscriber.lines(group, compact)
        graph.node(key, **node_attributes(role, lines, inscriber.explanation(group), theme))
    quiet = _is_dense(picture)
    for arrow in picture.arrows:
        graph.edge(keys[arrow.tail], keys[arrow.head], **arrow_attributes(arrow, inscriber, theme, quiet))
    for column in columns(picture.groups):
        graph.body.append(_in_line([keys[group] for group in column]))


def columns(groups: Iterable[Group]) -> list[list[Group]]:
    """Return the groups that stand in line, column by column."""
    found: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        if group.column and group.column[0] == "in line":
            found.setdefault(group.column, []).append(group)
    return [column for column in found.values() if len(column) > 1]


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


def arrow_attributes(arrow: Arrow, inscriber: Inscriber, theme: Theme, quiet: bool) -> Attributes:
    """Return the text on an edge, or for pointing at it, and its width where it stands for several."""
    merged = len(arrow.edges) > 1
    lines = inscriber.arrow(arrow)
    attributes = {}
    if lines:
        text = ", ".join(line.text for line in lines)
        attributes = {"tooltip": _escaped(text)} if quiet else {"label": _table(lines, theme)}
    return attributes | ({"penwidth": "2.2", "style": "dashed"} if merged else {})


def role_of(group: Group, picture: Picture, output: Instruction) -> str:
    """Return the role that a node's shape and colours show."""
    if group.more or group.kind == "rest":
        return "output" if output in group.instructions else "rest"
    if group.kind == "inputs":
        return "input"
    if group.kind in {"neuron", "layer"}:
        return "output" if output in group.instructions else "neuron"
    (v,) = group.instructions
    if v is output and v.parents:
        return "output"
    return "parameter" if v in picture.parameters and v.role == "input" else v.role


def _is_dense(picture: Picture) -> bool:
    return picture.view == "neurons" and len(picture.arrows) > MANY_EDGES


def _key(group: Group) -> str:
    return f"n{group.instructions[-1].index}"


def _in_line(keys: Sequence[str]) -> str:
    """Return a subgraph that keeps nodes in one column, in this order."""
    return f"\t{{ rank=same; {' -> '.join(keys)} [style=invis weight=100] }}\n"


def _table(lines: Sequence[Inscription], theme: Theme) -> str:
    """Return an HTML-like label, a table with one cell for each line."""
    cells = "".join(f"<tr><td>{_cell(line, theme)}</td></tr>" for line in lines)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{cells}</table>>'


def _cell(line: Inscription, theme: Theme) -> str:
    text = _escaped(line.text)
    bold = f"<b>{text}</b>" if line.kind == "name" else text
    return f'<font color="{theme.text[line.kind]}">{bold}</font>'


def _escaped(text: str) -> str:
    """Return text for labels and tooltips, where backslashes and entities have a meaning."""
    return html.escape(text, quote=False).replace("\\", "\\\\").replace("\n", "\\n")
