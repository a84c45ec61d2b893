r"""Tables as LaTeX with the rules of booktabs, numbers aligned on their points.

A long formula goes on in the rows below.  What is still too broad for a line of an article on A4 is set
smaller, at last scaled to the line; a longtable, which goes on on the next page, cannot be.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.typesetting import breadth, broken, fitted
from scalargrad.study.forms import Cell, Line, Table
from scalargrad.study.numerals import Halves, Numerals

LINE, INDENT = 65, 3  # digits that fit on a line of an article on A4, that its indentation takes
SUM, TERM = 28, 40  # digits that fit on a line of a cell, of a formula that is no sum
DIGIT = 5  # points that a digit is broad
LONG_HEAD = ["\\endhead", "\\bottomrule", "\\endfoot"]  # headings and last rule of a longtable, on every page


class Size(NamedTuple):
    """A size of type: its command, how broad digits are compared to usual ones, points beside a column."""

    command: str
    digits: float
    beside: int


class Column(NamedTuple):
    """What stands below a heading; the gradients of neurons are in the last column."""

    heading: str
    numeric: bool
    cells: list[Any]


SIZES = (
    Size("", 1.0, 6),
    Size(r"\small", 0.925, 4),
    Size(r"\footnotesize", 0.85, 4),
    Size(r"\scriptsize", 0.79, 2),
    Size(r"\tiny", 0.7, 2),
)


def latex(
    table: Table, writer: LatexWriter, numerals: type[Numerals] = Halves, *, longtable: bool = False
) -> str:
    """Return a table as a tabular; the gradients of a neuron stand below its numbers, one by one."""
    setting, columns = numerals(writer), _columns(table)
    width, size = _width(table, columns, setting)
    blocks = [list(_rows(line, setting)) for line in table.lines]
    sources = iter(_sources(list(chain(*blocks))))
    body = [
        "\n".join([*(next(sources) for _ in rows), *_gradients(table, line, setting)])
        for rows, line in zip(blocks, table.lines)
    ]
    head, foot, name = (LONG_HEAD, [], "longtable") if longtable else ([], ["\\bottomrule"], "tabular")
    told = "".join(setting.column(column.cells) if column.numeric else "l" for column in columns)
    headings = [setting.heading(text) if numeric else f"${text}$" for text, numeric, _ in columns]
    lines = [
        rf"\begin{{{name}}}{{@{{}}{told}@{{}}}}",
        "\\toprule",
        *_sources([headings]),
        "\\midrule",
        *head,
        ("\n\\addlinespace\n" if table.derivative else "\n").join(body),
        *foot,
        rf"\end{{{name}}}",
    ]
    return _sized("\n".join(lines), size, is_box=not longtable, is_too_broad=width > 1)


def _columns(table: Table) -> list[Column]:
    cells = [list(column) for column in zip(*(line.cells for line in table.lines))]
    cells[-1] += [x for line in table.lines for _, x in line.gradients]
    return list(map(Column, table.headings, table.numeric, cells))


def _width(table: Table, columns: Sequence[Column], setting: Numerals) -> tuple[float, Size]:
    """Return how many lines a table is broad, with the largest size of type in which it fits on one."""
    *before, last = [_breadth(column, setting) for column in columns]
    labels = [breadth(table.derivative + name) for line in table.lines for name, _ in line.gradients]
    digits = max(sum(before), *labels, 0) + last
    gaps = 2 * (len(columns) - 1) / DIGIT
    lines = [LINE if size.command else LINE - INDENT for size in SIZES]
    widths = [((digits * x.digits + gaps * x.beside) / line, x) for x, line in zip(SIZES, lines)]
    return next((each for each in widths if each[0] <= 1), widths[-1])


def _breadth(column: Column, setting: Numerals) -> float:
    """Return how many digits are as broad as a column."""
    heading = breadth(column.heading)
    if column.numeric:
        return max(heading, setting.breadth(column.cells))
    return max(heading, *(breadth(line) for cell in column.cells for line in broken(cell, SUM, TERM)))


def _rows(line: Line, setting: Numerals) -> Iterator[list[str]]:
    """Yield the cells of the rows that a line takes: as many as its longest formula has lines."""
    stacks = [_stack(cell, setting) for cell in line.cells]
    blanks = [[""] * len(stack[0]) for stack in stacks]
    for row in zip_longest(*stacks):
        yield list(chain(*(cells or blank for cells, blank in zip(row, blanks))))


def _stack(cell: Cell, setting: Numerals) -> list[list[str]]:
    """Return the cells of a number, or of each line of a formula, where {} stands before a sign."""
    if not isinstance(cell, str):
        return [setting.cells(cell)]
    first, *more = map(fitted, broken(cell, SUM, TERM))
    return [[f"${first}$" if first else ""], *([f"${{}} {line}$"] for line in more)]


def _gradients(table: Table, line: Line, setting: Numerals) -> Iterator[str]:
    """Yield a row for each gradient: what it is, left of the last column, which has its number."""
    before = sum(setting.span if numeric else 1 for numeric in table.numeric[:-1])
    for name, x in line.gradients:
        label = rf"\multicolumn{{{before}}}{{r}}{{${table.derivative}{name}$}}"
        yield from _sources([[label, *setting.cells(x)]])


def _sources(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells as lines whose ampersands stand below one another."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return [" & ".join(map(str.ljust, row, widths)) + r" \\" for row in rows]


def _sized(tabular: str, size: Size, *, is_box: bool, is_too_broad: bool) -> str:
    """Return a table in a size of type; a box that is still too broad is scaled to the line.

    It does not begin with a brace: a frame of beamer would take what follows for its title.
    """
    if not size.command:
        return tabular
    if is_box:
        scaled = f"\\resizebox{{\\linewidth}}{{!}}{{%\n{tabular}}}"
        tabular = f"\\noindent\n{scaled if is_too_broad else tabular}"
    begin = rf"\begingroup{size.command}\setlength{{\tabcolsep}}{{{size.beside}pt}}%"
    return f"{begin}\n{tabular}\\endgroup"
