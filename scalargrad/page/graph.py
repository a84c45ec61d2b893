"""The figure of the page: Graphviz says where nodes and edges go, the page draws them."""

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scalargrad.drawing.lettering import TextbookWriter, formula, shortened
from scalargrad.drawing.render import image
from scalargrad.page.history import History, histories
from scalargrad.wengert import Instruction, WengertList

TITLE_LENGTH = 30
INCH = 72.0
FONT = "Times"
VARIABLE = re.compile(r"(?<![^\W\d_])(?:[^\W\d_][₀-₉]*){1,2}(?![^\W\d_]|[₀-₉(])")  # or two, side by side


@dataclass(frozen=True)
class Node:
    """Hold where an instruction is drawn: its centre and size in points, y downwards."""

    row: Instruction
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Edge:
    """Hold the curve of an edge, as an SVG path from the parent to the child, and its two ends."""

    child: Instruction
    position: int
    path: str


@dataclass(frozen=True)
class Layout:
    """Hold a figure that is laid out."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Inscriptions:
    """Hold what is written in the nodes: titles, and the histories of their numbers."""

    titles: Mapping[Instruction, str]
    history: Mapping[Instruction, History]


def inscriptions(trace: WengertList, digits: int = 4) -> Inscriptions:
    """Return what is written in the nodes of a trace.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> list(inscriptions(t).titles.values())
    ['x', 'v₁ = x·x']
    """
    writer = TextbookWriter(digits=digits)

    def title(row: Instruction) -> str:
        name = str(row.symbol(writer))
        return shortened(f"{name} = {formula(row, writer)}", TITLE_LENGTH) if row.parents else name

    return Inscriptions({row: title(row) for row in trace}, histories(trace, writer))


def styled(title: str) -> list[tuple[str, bool]]:
    """Return a title in pieces, each with whether it is a variable, which is set in italics.

    >>> styled("σ(a₁)")
    [('σ(', False), ('a₁', True), (')', False)]
    """
    pieces, end = [], 0
    for match in VARIABLE.finditer(title):
        pieces += [(title[end : match.start()], False), (match[0], True)]
        end = match.end()
    return [piece for piece in [*pieces, (title[end:], False)] if piece[0]]


def dot(
    trace: WengertList,
    label: Callable[[Instruction], str],
    look: Callable[[Instruction], str] = lambda _: "",
    edge: Callable[[Instruction], str] = lambda _: "",
    caption: str = "",
) -> str:
    """Return the DOT text of a trace with HTML-like labels; `edge` looks at the child of an edge."""
    lines = [
        "digraph {",
        f'rankdir=LR nodesep=0.16 ranksep=0.4 pad=0.1 bgcolor=white fontname="{FONT}" fontsize=14 {caption}',
        f'node [shape=box fontname="{FONT}" fontsize=14 margin="0.09,0.05"]',
        "edge [arrowsize=0.6]",
    ]
    lines += [f"n{row.index} [label=<{label(row)}> {look(row)}]" for row in trace]
    lines += [
        f'n{parent.index} -> n{row.index} [id="{row.index}-{position}" {edge(row)}]'
        for row in trace
        for position, parent in enumerate(row.parents)
    ]
    return "\n".join([*lines, "}"])


def layout(trace: WengertList, written: Inscriptions) -> Layout:
    """Return the figure of a trace; raise RendererError or GraphTooLargeError if there can be none."""
    texts = [
        entry.text for row in trace for entry in written.history[row].value + written.history[row].adjoint
    ]
    longest = max(texts, key=len)

    def widest(row: Instruction) -> str:
        title = html.escape(written.titles[row])
        return title if row.role == "constant" else f"{title}<br/>{longest}     {longest}"

    drawn = json.loads(image(dot(trace, widest), "json"))
    height = float(drawn["bb"].split(",")[3])
    found = {thing["name"]: thing for thing in drawn["objects"]}
    nodes = tuple(_node(row, found[f"n{row.index}"], height) for row in trace)
    edges = tuple(_edge(thing, trace, height) for thing in drawn.get("edges", ()))
    return Layout(float(drawn["bb"].split(",")[2]), height, nodes, edges)


def _node(row: Instruction, drawn: Mapping[str, Any], height: float) -> Node:
    x, y = map(float, drawn["pos"].split(","))
    return Node(row, x, height - y, float(drawn["width"]) * INCH, float(drawn["height"]) * INCH)


def _edge(drawn: Mapping[str, Any], trace: WengertList, height: float) -> Edge:
    """Return an edge; its `pos` is "e,tip point point …", a spline and the tip of its arrow."""
    child, position = map(int, drawn["id"].split("-"))
    tip, *points = (
        f"{float(x):g},{height - float(y):.6g}"
        for x, y in (point.removeprefix("e,").split(",") for point in drawn["pos"].split())
    )
    return Edge(trace[child], position, f"M{points[0]}C{' '.join(points[1:])}L{tip}")
