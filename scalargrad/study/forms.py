"""Forms of a table: text, Markdown, HTML."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.typesetting import fitted
from scalargrad.notation.writer import Prose
from scalargrad.study.html import html_table
from scalargrad.wengert.columns import aligned

Cell = str | float  # a formula, as a writer writes it, or a number
Written = Callable[[str], str]


class Gradient(NamedTuple):
    """The gradient of one parameter, whose name is as a writer writes it."""

    parameter: str
    number: float


class Line(NamedTuple):
    """One line of a table: its cells, with the gradients of a neuron."""

    cells: Sequence[Cell]
    gradients: Sequence[Gradient] = ()


class Table(NamedTuple):
    """Headings, as a writer writes them, with lines; `derivative`, such as ∂y/∂, stands before parameters."""

    headings: Sequence[str]
    lines: Sequence[Line]
    derivative: str = ""

    @property
    def numeric(self) -> list[bool]:
        """Tell which columns are of numbers."""
        return [not isinstance(cell, str) for cell in self.lines[0].cells]


def text(table: Table, writer: TextWriter) -> str:
    """Return a table as text, aligned on the decimal points."""
    headings, lines = _joined(table, writer, str, ": ")
    decimal = [*table.numeric, False][: len(headings)]
    return aligned(lines, headings, ["decimal" if numeric else "left" for numeric in decimal])


def markdown(table: Table, writer: LatexWriter) -> str:
    """Return a table for GitHub, whose cells are mathematics and nothing else.

    MathJax, where it breaks lines, takes the words of a cell for the width that a formula may have.
    """
    headings, lines = _joined(table, writer, between_dollars, r"\colon ")
    return aligned(lines, headings, ["left"] * len(headings), "github")


def _joined(table: Table, writer: Prose, written: Written, colon: str) -> tuple[list[str], list[list[str]]]:
    """Return the headings and lines of a table in which the gradients of a neuron are one cell."""

    def cell(x: Cell) -> str:
        return written(x if isinstance(x, str) else str(writer.number(x)))

    lines = [list(map(cell, line.cells)) for line in table.lines]
    headings = list(map(cell, table.headings))
    if table.derivative:
        headings.append(cell(f"{table.derivative}w"))
        for cells, line in zip(lines, table.lines):
            pieces = [f"{name}{colon}{writer.number(x)}" for name, x in line.gradients]
            cells.append(" ".join(map(cell, [*(f"{piece}," for piece in pieces[:-1]), *pieces[-1:]])))
    return headings, lines


def between_dollars(latex: str) -> str:
    """Return mathematics in a cell; a bar, which would end it, becomes a command."""
    for bar in ("\\left|", "\\right|", "|"):
        latex = latex.replace(bar, f"{bar[:-1]}\\vert ")
    return f"${fitted(latex)}$" if latex else ""


def html(table: Table, writer: MathWriter) -> str:
    """Return a table as HTML, whose formulas are MathML; a neuron's gradients stand below its numbers."""
    from markupsafe import Markup

    number = TextbookWriter(writer.digits).number

    def cell(x: Cell) -> str:
        return Markup(writer.breakable(x) if x else "") if isinstance(x, str) else str(number(x))  # noqa: S704

    blocks = [
        [
            list(map(cell, line.cells)),
            *([cell(table.derivative + name), cell(x)] for name, x in line.gradients),
        ]
        for line in table.lines
    ]
    return html_table(list(map(cell, table.headings)), blocks, table.numeric)
