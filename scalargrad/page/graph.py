"""The figure of the page: where Graphviz puts nodes, as the page draws them."""

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scalargrad.drawing.render import image
from scalargrad.drawing.themes import LIGHT
from scalargrad.notation.labels import shortened
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.wengert.formulas import formula
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.progress import Progress, progress

TITLE_LENGTH = 30
INCH = 72.0
FONT = "Times"
LABEL_AT = 0.45  # of an edge: nearer to the parent, where edges to one child are still apart
Point = tuple[float, float]
VARIABLE = re.compile(r"(?<![^\W\d_])(?:[^\W\d_][₀-₉]*){1,2}(?![^\W\d_]|[₀-₉(])")  # or two, side by side


@dataclass(frozen=True)
class Box:
    """Where an instruction is drawn: its centre and size in points, y downwards."""

    instruction: Instruction
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Curve:
    """How an edge is drawn, as an SVG path from the parent to the child, and where its label stands."""

    edge: Edge
    path: str
    label: Point


@dataclass(frozen=True)
class Layout:
    """The figure as Graphviz laid it out: its size, where its nodes stand, how its edges run."""

    width: float
    height: float
    nodes: tuple[Box, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Written:
    """What is written in the nodes: titles, with the progress of their numbers."""

    titles: Mapping[Instruction, str]
    progress: Mapping[Instruction, Progress]


def written(trace: WengertList, digits: int = 4) -> Written:
    """Return what is written in the nodes of a trace.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> list(written(t).titles.values())
    ['x', 'v₁ = x·x']
    """
    writer = TextbookWriter(digits=digits)

    def title(v: Instruction) -> str:
        name = str(v.symbol(writer))
        return shortened(f"{name} = {formula(v, writer)}", TITLE_LENGTH) if v.parents else name

    return Written({v: title(v) for v in trace}, progress(trace, writer))


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
        f'rankdir=LR nodesep=0.18 ranksep=0.72 pad=0.1 bgcolor="{LIGHT.paper}"',
        f'fontname="{FONT}" fontsize=14 {caption}',
        f'node [shape=box fontname="{FONT}" fontsize=14 margin="0.09,0.05"]',
        "edge [arrowsize=0.6]",
    ]
    lines += [f"n{v.index} [label=<{label(v)}> {look(v)}]" for v in trace]
    lines += [
        f'n{parent.index} -> n{v.index} [id="{v.index}-{position}" {edge(v)}]'
        for v in trace
        for position, parent in enumerate(v.parents)
    ]
    return "\n".join([*lines, "}"])


def layout(trace: WengertList, written: Written) -> Layout:
    """Return the figure of a trace; raise RendererError or GraphTooLargeError if there can be none."""
    texts = [stage.text for v in trace for stage in written.progress[v].value + written.progress[v].adjoint]
    longest = max(texts, key=len)

    def widest(v: Instruction) -> str:
        title = html.escape(written.titles[v])
        return title if v.role == "constant" else f"{title}<br/>{longest}     {longest}"

    drawn = json.loads(image(dot(trace, widest), "json"))
    height = float(drawn["bb"].split(",")[3])
    found = {thing["name"]: thing for thing in drawn["objects"]}
    nodes = tuple(_box(v, found[f"n{v.index}"], height) for v in trace)
    curves = tuple(_curve(thing, trace, height) for thing in drawn.get("edges", ()))
    return Layout(float(drawn["bb"].split(",")[2]), height, nodes, curves)


def _box(v: Instruction, drawn: Mapping[str, Any], height: float) -> Box:
    x, y = map(float, drawn["pos"].split(","))
    return Box(v, x, height - y, float(drawn["width"]) * INCH, float(drawn["height"]) * INCH)


def _curve(drawn: Mapping[str, Any], trace: WengertList, height: float) -> Curve:
    """Return an edge; its `pos` is "e,tip point point …", a spline and the tip of its arrow."""
    child, position = map(int, drawn["id"].split("-"))
    tip, *points = (
        (float(x), height - float(y))
        for x, y in (point.removeprefix("e,").split(",") for point in drawn["pos"].split())
    )
    first, *others, last = (f"{x:g},{y:.6g}" for x, y in (*points, tip))
    path = f"M{first}C{' '.join(others)}L{last}"
    return Curve(Edge(trace[child], position), path, _along(points, LABEL_AT))


def _along(points: Sequence[Point], share: float) -> Point:
    """Return the point at a share of a spline, whose segments have three points each after the first.

    >>> _along([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)], 0.5)
    (1.5, 0.0)
    """
    count = (len(points) - 1) // 3
    segment = min(int(share * count), count - 1)
    t = share * count - segment
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    four = points[3 * segment : 3 * segment + 4]
    x, y = (sum(w * p[axis] for w, p in zip(weights, four)) for axis in (0, 1))
    return x, y
