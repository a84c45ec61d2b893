"""The style of micrograd's drawings: records of data and grad, and a separate node for each operation."""

import re
from typing import Any

from scalargrad.drawing.inscriptions import Inscriber
from scalargrad.drawing.picture import Picture
from scalargrad.drawing.themes import FONT, Theme
from scalargrad.wengert import Instruction

SIGNS = {"add": "+", "multiply": "*", "subtract": "-", "divide": "/", "negative": "-", "pow": "**"}


def fill(graph: Any, picture: Picture, inscriber: Inscriber, theme: Theme) -> None:
    """Write a picture of values into a Digraph, in micrograd's style."""
    text, line = theme.text["name"], theme.edge
    graph.graph_attr = {"rankdir": "LR", "bgcolor": theme.paper, "pad": "0.2"}
    graph.node_attr = {"fontname": FONT, "fontsize": "12", "fontcolor": text, "color": line}
    graph.edge_attr = {"color": line, "arrowsize": "0.7", "fontname": FONT, "fontsize": "11"}
    if picture.hidden:
        graph.graph_attr |= {
            "label": f"+{picture.hidden:,} values not shown",
            "fontcolor": text,
            "fontname": FONT,
        }
    for group in picture.groups:
        (row,) = group.rows
        graph.node(f"n{row.index}", label=_record(row, inscriber), shape="record", **{"class": row.role})
        if row.primitive:
            graph.node(f"n{row.index}op", label=_operation(row), **{"class": "primitive"})
            graph.edge(f"n{row.index}op", f"n{row.index}")
    for edge in picture.edges:
        lines = inscriber.edge(edge)
        label = {"label": _escaped(lines[0].text), "fontcolor": text} if lines else {}
        graph.edge(f"n{edge.tail.rows[0].index}", f"n{edge.head.rows[0].index}op", **label)


def _record(row: Instruction, inscriber: Inscriber) -> str:
    fields = [inscriber.name(row)] if row.role != "constant" else []
    fields.append(f"data {inscriber.number(row.value)}")
    if inscriber.adjoints:
        fields.append(f"grad {inscriber.number(row.adjoint)}")
    return f"{{{'|'.join(map(_escaped, fields))}}}"


def _operation(row: Instruction) -> str:
    assert row.primitive is not None
    if row.primitive.name == "power":
        return f"**{row.primitive.parameters[0]:g}"
    return _escaped(SIGNS.get(row.primitive.name, row.primitive.symbol))


def _escaped(text: str) -> str:
    """Return text for a field of a record, where braces, bars, angles, spaces and entities have a meaning."""
    return re.sub(r"([\\{}|<> ])", r"\\\1", text.replace("&", "&amp;"))
