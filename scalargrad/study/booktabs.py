r"""Tables as LaTeX with the rules of booktabs, numbers aligned on their points.

A number takes two columns, `r@{}l`, for which no package is needed; a long sum goes on in the rows below;
what is still too broad for a line of an article on A4 is set smaller.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import NamedTuple

from scalargrad.notation.characters import portable
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.typesetting import breadth, broken, fitted
from scalargrad.study.forms import Cell, Line, Table

LINE, SUM = 66, 28  # digits that fit on a line of an article on A4, on a line of a cell
DIGIT = 5  # points that a digit is broad


class Size(NamedTuple):
    """A size of type: its command, how broad digits are compared to usual ones, points beside a column."""

    command: str
    digits: float
    beside: int


SIZES = (
    Size("", 1.0, 6),
    Size(r"\small", 0.925, 4),
    Size(r"\footnotesize", 0.85, 4),
    Size(r"\scriptsize", 0.8, 2),
)
WHOLE = re.compile(r"([^. ]*)(.*)")  # a number up to its point, or to the sign before its power of ten


def latex(table: Table, writer: LatexWriter) -> str:
    """Return a table as a tabular; the gradients of a neuron stand below its numbers, one by one."""
    blocks = [list(_rows(line, writer)) for line in table.lines]
    sources = iter(_sources(list(chain(*blocks))))
    body = [
        "\n".join([*(next(sources) for _ in rows), *_gradients(table, line, writer)])
        for rows, line in zip(blocks, table.lines)
    ]
    headings = [
        rf"\multicolumn{{2}}{{c}}{{${heading}$}}" if numeric else f"${heading}$"
        for heading, numeric in zip(table.headings, table.numeric)
    ]
    columns = "".join("r@{}l" if numeric else "l" for numeric in table.numeric)
    tabular = [
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"\toprule",
        *_sources([headings]),
        r"\midrule",
        ("\n\\addlinespace\n" if table.derivative else "\n").join(body),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    size = _size(table, writer)
    return portable("\n".join([f"{{{size}", *tabular, "}"] if size else tabular))


def _rows(line: Line, writer: LatexWriter) -> Iterator[list[str]]:
    """Yield the cells of the rows that a line takes: as many as its longest sum has lines."""
    stacks = [_stack(cell, writer) for cell in line.cells]
    blanks = [" & " if " & " in stack[0] else "" for stack in stacks]
    for row in zip_longest(*stacks):
        yield [blank if cell is None else cell for cell, blank in zip(row, blanks)]


def _stack(cell: Cell, writer: LatexWriter) -> list[str]:
    """Return a number, or the lines of a formula; in those that go on, {} makes the plus that of a sum."""
    if not isinstance(cell, str):
        whole, rest = _halves(cell, writer)
        return [f"${whole}$ & {_mathematics(rest)}"]
    first, *more = map(fitted, broken(cell, SUM))
    return [_mathematics(first), *(f"${{}} {line}$" for line in more)]


def _mathematics(latex: str) -> str:
    return f"${latex}$" if latex else ""


def _halves(x: float, writer: LatexWriter) -> tuple[str, str]:
    """Return what of a number is written before its point, and the rest."""
    whole, rest = WHOLE.fullmatch(str(writer.number(x))).groups()  # type: ignore[union-attr]  # all match
    return whole, f"{{}}{rest}" if rest.startswith(" ") else rest


def _gradients(table: Table, line: Line, writer: LatexWriter) -> Iterator[str]:
    """Yield a row for each gradient: what it is, left of the last column, which has its number."""
    before = sum(2 if numeric else 1 for numeric in table.numeric[:-1])
    for name, x in line.gradients:
        label = rf"\multicolumn{{{before}}}{{r}}{{${table.derivative}{name}$}}"
        yield from _sources([[label, *_stack(x, writer)]])


def _sources(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines whose ampersands stand below one another."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [" & ".join(map(str.ljust, row, widths)) + r" \\" for row in rows]


def _size(table: Table, writer: LatexWriter) -> str:
    """Return the command for a size in which a table fits on a line, nothing where it does as it is."""
    columns = [list(column) for column in zip(*(line.cells for line in table.lines))]
    columns[-1] += [x for line in table.lines for _, x in line.gradients]
    width = sum(_breadth(heading, column, writer) for heading, column in zip(table.headings, columns))
    sides = 2 * (len(columns) - 1) / DIGIT
    size = next((x for x in SIZES if width * x.digits + sides * x.beside <= LINE), SIZES[-1])
    return rf"{size.command}\setlength{{\tabcolsep}}{{{size.beside}pt}}" if size.command else ""


def _breadth(heading: str, column: Sequence[Cell], writer: LatexWriter) -> float:
    """Return how many digits are as broad as a column."""
    lines = [line for cell in column if isinstance(cell, str) for line in broken(cell, SUM)]
    halves = [_halves(cell, writer) for cell in column if not isinstance(cell, str)]
    numbers = sum(max(map(breadth, parts)) for parts in zip(*halves))
    return max(numbers, *map(breadth, [heading, *lines]))
