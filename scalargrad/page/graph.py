"""The figure of the page: what Graphviz lays out, drawn by the page, whose numbers can change."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from scalargrad.drawing.choice import choose
from scalargrad.drawing.dot import BESIDE_TEXT, fill, flow_down, is_compact, key_of, key_on_edge, role_of
from scalargrad.drawing.figure import Figure
from scalargrad.drawing.inscriptions import Ink, Inscriber
from scalargrad.drawing.picture import Arrow, Group, Picture, View
from scalargrad.drawing.render import image
from scalargrad.drawing.themes import LIGHT
from scalargrad.errors import GraphTooLargeError
from scalargrad.notation.pieces import Piece, pieces
from scalargrad.page.shown import Shown, ShownList
from scalargrad.page.slots import CLOSING, OPENING, SlotItalic
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.neurons import Unit

INCH = 72.0
MARK = re.compile(f"{OPENING}([^{CLOSING}|]*)[^{CLOSING}]*{CLOSING}")
LINE_HEIGHT, EDGE = 18.6, 4.0  # of a line of text, of what is left free above and below, in points
DOUBLE = 4.0  # between the two borders of the output
CLOSE = "0.1"  # between a node and the text on an edge, in inches: a pane is narrower than paper
MOST_TURNED = 120  # a longer figure is cut by narrow panes in either direction


@dataclass(frozen=True)
class Line:
    """One line of text: its ink, its pieces; what a piece shows is a number that can change, or nothing."""

    ink: Ink
    pieces: tuple[tuple[Piece, str], ...]
    y: float


@dataclass(frozen=True)
class Box:
    """Where a group is drawn: its centre and size in points, y downwards, with what stands in it."""

    group: Group
    role: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def instruction(self) -> Instruction:
        """Return the instruction that the box is selected and followed by: the last."""
        return self.group.instructions[-1]

    @property
    def subject(self) -> Instruction:
        """Return the instruction whose adjoint the box stands for when it is selected: of a neuron its z."""
        return self.group.units[0].z if self.group.kind == "neuron" else self.instruction


@dataclass(frozen=True)
class Curve:
    """How an arrow is drawn, as an SVG path, with the text on it; `edge` is None where it stands for many."""

    arrow: Arrow
    path: str
    x: float
    y: float
    lines: tuple[Line, ...]

    @property
    def edge(self) -> Edge | None:
        """Return the one edge, None where there are several."""
        return self.arrow.edges[0] if len(self.arrow.edges) == 1 else None


@dataclass(frozen=True)
class Layout:
    """One view as Graphviz laid it out: its size, where its nodes stand, how its edges run.

    `down` is the same figure with values that flow down, for narrow panes.
    """

    view: View
    width: float
    height: float
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    down: "Layout | None" = None

    @property
    def places(self) -> dict[str, Any]:
        """Return the size and where all is, in the order of boxes and curves: what a turn changes."""
        return {
            "size": [round(self.width), round(self.height)],
            "nodes": [_rounded(box) for box in self.boxes],
            "lines": [curve.path for curve in self.curves],
            "texts": [_rounded(curve) for curve in self.curves if curve.lines],
        }


def layouts(trace: WengertList, digits: int = 4) -> list[Layout]:
    """Return the values view, and those of neurons and layers where there are some.

    Raises RendererError or GraphTooLargeError if there can be no figure.
    """
    shown = ShownList(trace)
    whole = set(shown)
    pictures = [choose(shown, whole, "values")]
    views: tuple[View, ...] = ("neurons", "layers")
    for view in views:
        try:
            picture = choose(shown, whole, view)
        except GraphTooLargeError:
            continue
        if picture.view == view and len(picture.groups) < len(pictures[-1].groups):
            pictures.append(picture)
    found = [layout(picture, shown, digits) for picture in pictures]
    if len(trace) > MOST_TURNED:
        return found
    return [
        replace(right, down=layout(picture, shown, digits, "down")) for right, picture in zip(found, pictures)
    ]


def layout(
    picture: Picture, trace: ShownList, digits: int, direction: Literal["right", "down"] = "right"
) -> Layout:
    """Return a picture as Graphviz lays it out, with room for numbers that change."""
    wide = FigureInscriber(trace, "local" if picture.view == "values" else None, SlotItalic(digits))
    longest = "−0." + "0" * digits
    drawn = json.loads(image(MARK.sub(longest, dot_of(picture, wide, direction)), "json"))
    height = float(drawn["bb"].split(",")[3])
    objects = [thing for thing in drawn.get("objects", ()) if "pos" in thing]
    found = {thing["name"]: thing for thing in objects}
    names = {thing["_gvid"]: thing["name"] for thing in objects}
    edges: dict[tuple[str, str], list[str]] = {}
    for thing in drawn.get("edges", ()):
        if thing.get("style") != "invis":
            edges.setdefault((names[thing["tail"]], names[thing["head"]]), []).append(thing["pos"])
    live = _LiveInscriber(trace, wide.edges, SlotItalic(digits))
    boxes = tuple(_box(group, picture, live, found[key_of(group)], height) for group in picture.groups)
    curves = tuple(_curve(arrow, live, found, edges, height) for arrow in picture.arrows)
    return Layout(picture.view, float(drawn["bb"].split(",")[2]), height, boxes, curves)


def dot_of(picture: Picture, inscriber: Inscriber, direction: str) -> str:
    """Return the DOT text of a picture, in which marks stand for numbers."""
    figure = Figure()
    fill(figure, picture, inscriber, LIGHT)
    if figure.graph_attr["ranksep"] == BESIDE_TEXT:
        figure.graph_attr["ranksep"] = CLOSE
    if direction == "down":
        flow_down(figure)
    return str(figure.source)


class FigureInscriber(Inscriber):
    """Write what stands in the figure of a page: on an edge only the number of its local derivative."""

    def __init__(self, trace: ShownList, edges: Any, writer: SlotItalic) -> None:
        super().__init__(trace, edges, writer=writer)

    def local(self, edge: Edge) -> str:
        """Return the number alone."""
        return self.number(edge.local)

    def _delta(self, unit: Unit) -> Shown:
        """Return δ as what is the tangent of the activation in forward mode."""
        return Shown(unit.z.adjoint, f"neuron {unit.z.index}-{unit.a.index}")

    def _range(self, name: str, numbers: Any) -> str:
        """Return the least and the most of several numbers, each a number that can change."""
        shown = list(numbers)
        kind, keys = shown[0].what.split()[0], ",".join(x.what.split()[1] for x in shown)
        if len(shown) == 1:
            return f"{name} = {self.number(shown[0])}"
        low, high = (Shown(f(shown), f"{word} {kind} {keys}") for f, word in ((min, "least"), (max, "most")))
        return f"{name}: {self.number(low)} … {self.number(high)}"


class _LiveInscriber(FigureInscriber):
    """Write the same with ∂output/∂v and δ as slots, too: another output or mode may be chosen."""

    def _derivative(self, v: Instruction) -> str:
        return f"{OPENING}derivative {v.index}{CLOSING}"

    def _delta_sign(self, unit: Unit | None, compact: bool = False) -> str:
        key = "" if compact or unit is None else f" {unit.z.index}-{unit.a.index}"
        return f"{OPENING}sign{key}{CLOSING}"


def _rounded(place: Box | Curve) -> list[float]:
    return [round(place.x, 1), round(place.y, 1)]


def _box(
    group: Group, picture: Picture, inscriber: Inscriber, drawn: Mapping[str, Any], height: float
) -> Box:
    x, y = map(float, drawn["pos"].split(","))
    width, tall = (float(drawn[side]) * INCH for side in ("width", "height"))
    inscriptions = inscriber.lines(group, is_compact(picture))
    role = role_of(group, picture)
    inner = tall - 2 * (EDGE + DOUBLE * (role == "output"))
    lines = tuple(_lines(inscriptions, min(LINE_HEIGHT, inner / len(inscriptions))))
    return Box(group, role, x, height - y, width, tall, lines)


def _lines(inscriptions: Sequence[Any], apart: float = LINE_HEIGHT) -> Iterator[Line]:
    top = -(len(inscriptions) - 1) / 2
    for i, line in enumerate(inscriptions):
        yield Line(line.kind, tuple(_parts(line.text)), (top + i) * apart + 4.8)


def _parts(text: str) -> Iterator[tuple[Piece, str]]:
    """Yield the pieces of a text, each with what it shows."""
    end = 0
    for found in MARK.finditer(text):
        yield from ((piece, "") for piece in pieces(text[end : found.start()]))
        yield Piece(""), found[1]
        end = found.end()
    yield from ((piece, "") for piece in pieces(text[end:]))


def _curve(
    arrow: Arrow,
    inscriber: Inscriber,
    found: Mapping[str, Mapping[str, Any]],
    edges: Mapping[tuple[str, str], list[str]],
    height: float,
) -> Curve:
    """Return an arrow, of one spline or, where a text stands on it, of two."""
    ends, on_it = (key_of(arrow.tail), key_of(arrow.head)), key_on_edge(arrow)
    if on_it not in found:
        return Curve(arrow, _path(edges[ends].pop(0), height), 0, 0, ())
    to, away = edges[ends[0], on_it][0], edges[on_it, ends[1]][0]
    x, y = map(float, found[on_it]["pos"].split(","))
    join = "L" if inscriber.edges else "M"  # a number may not be there yet, a weight always is
    path = f"{_path(to, height)}{join}{_path(away, height)[1:]}"
    return Curve(arrow, path, x, height - y, tuple(_lines(inscriber.arrow(arrow))))


def _path(pos: str, height: float) -> str:
    """Return a spline of Graphviz, "e,tip point point …" or without a tip, as an SVG path."""
    points = []
    tip = None
    for part in pos.split():
        x, y = map(float, part.removeprefix("e,").split(","))
        point = f"{round(x, 1):g},{round(height - y, 1):g}"
        if part.startswith("e,"):
            tip = point
        else:
            points.append(point)
    first, *others = points
    return f"M{first}C{' '.join(others)}" + (f"L{tip}" if tip else "")
