"""Frames for slides: the figure of each step as an image, all of the same size."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import get_args

from scalargrad.drawing.render import ImageFormat, image
from scalargrad.drawing.themes import LIGHT
from scalargrad.errors import known
from scalargrad.notation.labels import shortened
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page import check_size
from scalargrad.page.graph import INCH, Written, dot, layout, styled, written
from scalargrad.page.wording import answers, question
from scalargrad.wengert.instruction import Instruction, Step
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.progress import Stage, shown

INK, SOFT, VALUE, ADJOINT = (LIGHT.text[kind] for kind in ("name", "note", "value", "adjoint"))
LEAF = LIGHT.node["input"][0]
CAPTION_LENGTH, CAPTION_WIDTH, MOST_LINES = 90, 560, 6


def frames(
    trace: WengertList,
    directory: str | PathLike[str],
    formats: Sequence[ImageFormat] = ("svg", "png"),
    digits: int = 4,
) -> list[Path]:
    """Write a figure for each step, and one before the first, to a directory; return their paths.

    Raises TraceTooLargeError for more steps than one shows, UnknownNameError for another format,
    RendererError where nothing can draw.
    """
    for kind in formats:
        known("format", kind, get_args(ImageFormat))
    check_size(trace, "a series of frames")
    place = Path(directory)
    place.mkdir(parents=True, exist_ok=True)
    paths = []
    sources = list(_sources(trace, digits))
    for number, source in enumerate(sources):
        for kind in formats:
            path = place / f"step-{number:0{len(str(len(sources) - 1))}}.{kind}"
            path.write_bytes(image(source, kind))
            paths.append(path)
    return paths


def _sources(trace: WengertList, digits: int) -> Iterator[str]:
    """Yield the DOT text of each frame; nodes have the sizes of the page's figure, so none ever moves."""
    texts = written(trace, digits)
    sizes = {node.instruction: (node.width / INCH, node.height / INCH) for node in layout(trace, texts).nodes}
    writer = TextbookWriter(digits=digits)
    captions = [_lines(step, writer) for step in trace.steps]
    height = max(map(len, captions))
    captions = [["Start: the inputs and parameters are given"], *captions]
    active = [None, *(step.instruction for step in trace.steps)]
    for number, (v, lines) in enumerate(zip(active, captions)):
        frame = _Frame(number, v, trace.output, texts, sizes)
        padded = [*lines, *[""] * (height - len(lines))]
        head = f"Step {number} of {len(active) - 1}"
        yield dot(trace, frame.label, frame.look, frame.edge, _caption([head, *padded]))


def _lines(step: Step, writer: TextbookWriter) -> list[str]:
    first = [question(step, writer)] if step.phase == "reverse" else []
    lines = [*first, *answers(step, writer)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES + 1} more"]
    return [shortened(line, CAPTION_LENGTH) for line in lines]


def _caption(lines: Sequence[str]) -> str:
    """Return the graph's label: the lines of a step, in a table that is as wide in every frame."""
    texts = [_font(html.escape(line) or " ", INK if i else SOFT) for i, line in enumerate(lines)]
    cells = "".join(f'<tr><td align="left" width="{CAPTION_WIDTH}" height="20">{t}</td></tr>' for t in texts)
    return f'labelloc=b labeljust=l label=<<table border="0" cellspacing="0" cellpadding="1">{cells}</table>>'


@dataclass(frozen=True)
class _Frame:
    """The state after a step, in which `active` is what it computes or fires."""

    number: int
    active: Instruction | None
    output: Instruction
    written: Written
    sizes: Mapping[Instruction, tuple[float, float]]

    def label(self, v: Instruction) -> str:
        title = "".join(
            f"<i>{html.escape(text)}</i>" if variable else html.escape(text)
            for text, variable in styled(self.written.titles[v])
        )
        if v.role == "constant":
            return title
        known = self.written.progress[v]
        half = f'width="{self.sizes[v][0] * INCH / 2 - 8:.0f}"'
        value, adjoint = (
            f"<td {half}>{self._number(stages, colour)}</td>"
            for stages, colour in ((known.value, VALUE), (known.adjoint, ADJOINT))
        )
        return (
            '<table border="0" cellborder="0" cellspacing="0" cellpadding="1">'
            f'<tr><td colspan="2">{title}</td></tr><tr>{value}{adjoint}</tr></table>'
        )

    def look(self, v: Instruction) -> str:
        width, height = self.sizes[v]
        style = ["filled"] + ["rounded"] * (not v.parents)
        colour, thickness, fill = LIGHT.edge, 1.1, LIGHT.paper if v.parents else LEAF
        if self.number < self.written.progress[v].forward:
            style.append("dashed")
        if v is self.active:
            colour, thickness, fill = INK, 3, LIGHT.active
        return (
            f'fixedsize=true width={width:.4f} height={height:.4f} style="{",".join(style)}" '
            f'color="{colour}" penwidth={thickness} fillcolor="{fill}" peripheries={1 + (v is self.output)}'
        )

    def edge(self, child: Instruction) -> str:
        known = self.written.progress[child]
        if self.number < known.forward:
            return f'style=dashed color="{LIGHT.hair}"'
        if self.number == known.forward:
            return f'color="{VALUE}" penwidth=3'
        if self.number >= known.reverse:
            return f'color="{ADJOINT}" dir=back penwidth={3 if self.number == known.reverse else 1}'
        return f'color="{LIGHT.edge}"'

    def _number(self, stages: list[Stage], colour: str) -> str:
        text = html.escape(shown(stages, self.number))
        return _font(f"<b>{text}</b>" if any(0 < e.since == self.number for e in stages) else text, colour)


def _font(text: str, colour: str) -> str:
    return f'<font color="{colour}">{text}</font>'
