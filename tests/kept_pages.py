"""What stands on pages and frames: models, figures, words, rows as scripts."""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from importlib.resources import files

from small_graphs import cut, long, many, neuron, of, written_out

from scalargrad import (
    Trace,
    Value,
    trace,
)
from scalargrad.notation.languages import JavaScript
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page.evaluator import _row
from scalargrad.page.frames import _lines, _sources
from scalargrad.page.graph import layouts
from scalargrad.page.model import model
from scalargrad.page.program import program
from scalargrad.page.render import render
from scalargrad.page.shown import ShownList
from scalargrad.page.tspans import Tspans
from scalargrad.page.wording import question
from scalargrad.primitives.table import TABLE, rows


def page_model(t: Trace) -> str:
    """Return what stands on a page beside the figure, field by field."""
    return "\n".join(fields(model(t, 3)))


def fields(thing: object, name: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the fields of records within records, with the shortest of their tags."""
    if dataclasses.is_dataclass(thing):
        yield f"{'  ' * depth}{name or type(thing).__name__}"
        for each in dataclasses.fields(thing):
            yield from fields(getattr(thing, each.name), each.name, depth + 1)
    elif isinstance(thing, tuple):
        for i, item in enumerate(thing):
            yield from fields(item, f"{name} {i}", depth)
    else:
        text = re.sub(r"</m\w+>", ";", re.sub(r"<(m\w+)>", r"\1:", str(thing)))
        yield f"{'  ' * depth}{name}: {re.sub(';+', ';', text)}".rstrip()


def texts_of_figure(t: Trace) -> Iterator[str]:
    """Yield what is drawn on a page, without the places, which Graphviz chooses."""
    tspans = Tspans(t)
    for layout in layouts(t):
        yield layout.view
        for box in layout.boxes:
            yield f"{box.role} {box.instruction.name} {box.subject.name}"
            yield from (
                f"  {line.ink}: {''.join(tspans(*piece) for piece in line.pieces)}" for line in box.lines
            )
        for curve in layout.curves:
            ends = f"{curve.arrow.tail.instructions[-1].name} -> {curve.arrow.head.instructions[-1].name}"
            shape = re.sub(r"[-\d.,e]+", "", curve.path)
            lines = ["".join(tspans(*piece) for piece in line.pieces) for line in curve.lines]
            yield f"{ends} {'one' if curve.edge else 'many'} {shape.split()} {lines}"


def page_figure(t: Trace) -> str:
    """Return the figure of a page."""
    return "\n".join(texts_of_figure(t))


def page_html(t: Trace) -> str:
    """Return a page without its styles, scripts, places in the figure, and what stands in its template."""
    source = "u = x * x\nv = -x\ny = u + v"
    text = render(t, "A <title>", digits=3, rate=0.25, source=source, parameters=["x"])
    text = re.sub(r"(?s)<(style|script)[^>]*>.*?</\1>", r"<\1>", text)
    text = re.sub(r"(?s)<math.*?</math>", "<math>", text)  # see the model
    text = re.sub(r"sha256-[\w+/=]+", "sha256", text)
    text = re.sub(r'(\b(?:x|y|width|height|viewBox|d|transform|points|rx|ry|cx|cy|r)=")[^"]*"', r'\1"', text)
    template = files("scalargrad.page").joinpath("template.html").read_text("utf-8")
    as_it_is = {line.strip() for line in template.splitlines()}
    return "\n".join(line.strip() for line in text.splitlines() if line.strip() not in as_it_is)


def layers_of_figure(t: Trace) -> str:
    """Return the part of a page's figure in which layers are nodes, with the range of their numbers."""
    return page_figure(t).partition("\nlayers\n")[2]


def said(t: Trace) -> str:
    """Return the steps of a trace in words, as captions have them, and what the others ask for."""
    writer = TextbookWriter()
    asked = (question(step, writer) for step in t.steps if step.phase != "reverse")
    return "\n".join([*(" ; ".join(_lines(step, writer)) for step in t.steps), *asked])


def numbers_in_brackets() -> str:
    """Return which numbers of workings need brackets, where negative ones stand and powers of ten."""
    x, y = Value(-2e-9, "x"), Value(3.25e-7, "y")
    page = model(trace((x * y - x / y) ** 2 + (x + y) * (x - y)), 3)
    shown = [line for working in page.workings for line in working.lines]
    shown += [text for working in page.workings for t in working.transfers for text in (t.numbers, t.so_far)]
    found = re.findall(
        r'<mrow data-shows="([^"]*)"(?: data-brackets="([^"]*)")?>(<mo[^>]*>[(−])?', "\n".join(shown)
    )
    return "\n".join(f"{what}: {brackets} {begin[-1:]}".rstrip() for what, brackets, begin in found)


def beside(t: Trace) -> str:
    """Return which lines of sources compute which rows."""
    written = "def broken(:\n", "h = w * x\nx0 = x1 = 3\nh = (w\n * u)\nfor y in h: b += y\n"
    found = [program(source, t) for source in written]
    return "\n".join(f"{each.lines} {dict(each.line_of)}" for each in found)


def slides(t: Trace) -> str:
    """Return the DOT texts of frames, without sizes and tables: the first, then what differs."""
    without = r'</?(?:table|tr|td)[^>]*>| (?:width|height)="?[\d.]+"?'
    texts = [re.sub(without, "", text).splitlines() for text in _sources(t, 3)]
    found = list(texts[0])
    for number, (before, now) in enumerate(itertools.pairwise(texts), 1):
        found += [f"---- frame {number}", *(line for line in now if line not in before)]
    return "\n".join(found)


def rows_as_scripts() -> str:
    """Return every row of the table as the page of a graph has it."""
    known = sorted(dict.fromkeys([*TABLE.values(), *rows()]), key=lambda row: row.symbol)
    return "\n".join(_row(JavaScript(), row, row.arity or 2 * row.lists) for row in known)


TEXTS = {
    "model of fan-out": lambda: page_model(of("fan-out")()),
    "model of what is cut": lambda: page_model(cut()),
    "page of fan-out": lambda: page_html(of("fan-out")()),
    "figure of a neuron": lambda: page_figure(neuron()),
    "layers of a net": lambda: layers_of_figure(of("sigmoid-2-2-1")()),
    "said of many terms": lambda: f"{said(many())}\n{said(long())[-999:]}",
    "numbers of many terms": lambda: "\n".join(f"{k}: {x:.4g}" for k, x in ShownList(many()).numbers.items()),
    "numbers in brackets": numbers_in_brackets,
    "sources beside what is shared": lambda: beside(written_out()),
    "formulas of many terms": lambda: "\n".join(line.formula for line in model(many()).lines[-9:]),
    "frames of fan-out": lambda: slides(of("fan-out")()),
    "rows as scripts": rows_as_scripts,
}
