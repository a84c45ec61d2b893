"""Frames for slides: the figure of each step as an image, all of the same size."""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import get_args

from scalargrad.drawing.choice import choose
from scalargrad.drawing.dot import fill, key_of
from scalargrad.drawing.figure import Figure
from scalargrad.drawing.picture import Arrow
from scalargrad.drawing.render import ImageFormat, image
from scalargrad.drawing.themes import LIGHT
from scalargrad.errors import known
from scalargrad.files import write
from scalargrad.notation.labels import shortened
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page import check_size
from scalargrad.page.graph import INCH, MARK, Box, FigureInscriber, layout
from scalargrad.page.shown import ShownList
from scalargrad.page.slots import SlotItalic
from scalargrad.page.wording import answers, question
from scalargrad.wengert.instruction import Step
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.progress import NOT_COMPUTED, Progress, progress, shown

INK, SOFT, VALUE, ADJOINT = (LIGHT.text[kind] for kind in ("name", "note", "value", "adjoint"))
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
            write(path, image(source, kind))
            paths.append(path)
    return paths


def _sources(trace: WengertList, digits: int) -> Iterator[str]:
    """Yield the DOT text of each frame; nodes have the sizes of the page's figure, so none ever moves."""
    shown_list = ShownList(trace)
    picture = choose(shown_list, set(shown_list), "values")
    inscriber = FigureInscriber(shown_list, "local", SlotItalic(digits))
    writer = TextbookWriter(digits=digits)
    captions = [_lines(step, writer) for step in trace.steps]
    height = max(map(len, captions))
    captions = [["Start: the inputs and parameters are given"], *captions]
    active = [None, *(step.instruction.index for step in trace.steps)]
    boxes = layout(picture, shown_list, digits).boxes
    known = {v.index: p for v, p in progress(trace, writer).items()}
    numbers = {
        f"{e.child.index}-{e.position}": str(writer.number(e.local))
        for edges in trace.uses.values()
        for e in edges
    }
    for number, (index, lines) in enumerate(zip(active, captions)):
        frame, figure = _Frame(number, index, known, numbers), Figure()
        fill(figure, picture, inscriber, LIGHT, frame.edge)
        for box in boxes:
            figure.node(key_of(box.group), **frame.node(box))
        padded = [f"Step {number} of {len(active) - 1}", *lines, *[""] * (height - len(lines))]
        figure.body.append(_caption(padded))
        yield MARK.sub(frame.text, figure.source)


def _lines(step: Step, writer: TextbookWriter) -> list[str]:
    first = [question(step, writer)] if step.phase == "reverse" else []
    lines = [*first, *answers(step, writer)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"… {len(lines) - MOST_LINES + 1} more"]
    return [shortened(line, CAPTION_LENGTH) for line in lines]


def _caption(lines: Sequence[str]) -> str:
    """Return the graph's label: the lines of a step, in a table that is as wide in every frame."""
    texts = [
        f'<font color="{INK if i else SOFT}">{html.escape(line) or " "}</font>'
        for i, line in enumerate(lines)
    ]
    cells = "".join(f'<tr><td align="left" width="{CAPTION_WIDTH}" height="20">{t}</td></tr>' for t in texts)
    table = f'<table border="0" cellspacing="0" cellpadding="1">{cells}</table>'
    return f"\tlabelloc=b labeljust=l fontname=Times label=<{table}>\n"


@dataclass(frozen=True)
class _Frame:
    """The state after a step, in which the instruction at slot `active` is computed or fires."""

    number: int
    active: int | None
    progress: Mapping[int, Progress]
    locals: Mapping[str, str]

    def text(self, found: re.Match[str]) -> str:
        """Return what is known of a number, bold where this step gave it."""
        kind, key = found[1].split()
        if kind == "local":
            is_known = self.number >= self.progress[int(key.partition("-")[0])].forward
            return self.locals[key] if is_known else NOT_COMPUTED
        known = self.progress[int(key)]
        stages = known.value if kind == "value" else known.adjoint
        text = html.escape(shown(stages, self.number))
        return f"<b>{text}</b>" if any(0 < stage.since == self.number for stage in stages) else text

    def node(self, box: Box) -> dict[str, str]:
        """Return the size of a node, and how it looks where it is active or not computed yet."""
        size = {"fixedsize": "true", "width": f"{box.width / INCH:.4f}", "height": f"{box.height / INCH:.4f}"}
        if self.number < self.progress[box.instruction.index].forward:
            size["style"] = "filled,dashed"
        if box.instruction.index == self.active:
            size |= {"color": INK, "penwidth": "3", "fillcolor": LIGHT.active}
        return size

    def edge(self, arrow: Arrow) -> dict[str, str]:
        """Return how an edge looks: not there yet, read, at rest, handing back, or having handed back."""
        known = self.progress[arrow.edges[0].child.index]
        if self.number < known.forward:
            return {"style": "dashed"}
        if self.number == known.forward:
            return {"color": VALUE, "penwidth": "3"}
        if self.number >= known.reverse:
            return {"color": ADJOINT, "dir": "back", "penwidth": "3" if self.number == known.reverse else "1"}
        return {}
