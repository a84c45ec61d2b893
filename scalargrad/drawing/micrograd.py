"""The style of micrograd's drawings: records of data, with a separate node for each operation."""

import re
from copy import copy
from dataclasses import replace
from typing import Any

from scalargrad.drawing.inscriptions import Inscriber
from scalargrad.drawing.picture import Picture
from scalargrad.drawing.themes import FONT, Theme
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList


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
    shown = [v for group in picture.groups for v in group.instructions]
    constants = {parent: None for v in shown for parent in v.parents if parent.role == "constant"}
    for v in [*constants, *shown]:
        graph.node(f"n{v.index}", label=_record(v, inscriber), shape="record", **{"class": v.role})
        if v.primitive:
            graph.node(f"n{v.index}op", label=_operation(v), **{"class": "primitive"})
            graph.edge(f"n{v.index}op", f"n{v.index}")
    for arrow in picture.arrows:
        lines = inscriber.arrow(arrow)
        label = {"label": _escaped(lines[0].text), "fontcolor": text} if lines else {}
        graph.edge(f"n{arrow.tail.instructions[0].index}", f"n{arrow.head.instructions[0].index}op", **label)
    for v in shown:
        for parent in v.parents:
            if parent in constants:
                graph.edge(f"n{parent.index}", f"n{v.index}op")


def with_grads(trace: WengertList) -> WengertList:
    """Return the trace of a graph with the `grad` of each Value as it is now in the place of adjoints."""
    made: list[Instruction] = []
    for v in trace:
        parents = tuple(made[parent.index] for parent in v.parents)
        made.append(replace(v, parents=parents, adjoint=trace.node(v.name).grad))
    swept = copy(trace)
    swept.instructions = tuple(made)
    return swept


def _record(v: Instruction, inscriber: Inscriber) -> str:
    fields = [inscriber.name(v)] if v.role != "constant" else []
    fields.append(f"data {inscriber.number(v.value)}")
    if inscriber.adjoints:
        fields.append(f"grad {inscriber.number(v.adjoint)}")
    return f"{{{'|'.join(map(_escaped, fields))}}}"


def _operation(v: Instruction) -> str:
    assert v.primitive is not None
    return _escaped(v.primitive.sign)


def _escaped(text: str) -> str:
    """Return text for a field of a record, where braces, bars, angles, spaces and entities have a meaning."""
    return re.sub(r"([\\{}|<> ])", r"\\\1", text.replace("&", "&amp;"))
