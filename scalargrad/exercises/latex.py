r"""Worksheets as a document for pdflatex, with rules to write on: it can be printed as it is.

A sheet stands on one page where closer rows, or derivatives in two columns, make it fit.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from scalargrad.exercises.content import Content, Line
from scalargrad.notation.characters import portable
from scalargrad.notation.labels import LATEX_SPECIAL
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.typesetting import breadth, broken, fitted

EQUATION, HALF = 54, 24  # digits that fit beside a number on a line, and on half a line
ROOMY, CLOSE = (2.1, 1.95, 1.8), (1.65,)  # stretches of rows: with room to write, or just for fractions
LAYOUTS = [(stretch, columns) for some in (ROOMY, CLOSE) for columns in (1, 2) for stretch in some]
PAGE, WIDTH, LINE, DIGIT = 255.0, 166.0, 4.8, 1.75  # in mm: what A4 is without margins, what is typed is
UP, DOWN, BELOW = 5.4, 3.0, 1.5  # how far a fraction goes from its line; what is added below that line
HEAD, HEADING = 14.0, 6.0  # what is above the tables; what is around the rows of one
COLUMNS = {
    1: r"@{}p{134mm}@{}>{\raggedleft\arraybackslash}p{32mm}@{}",
    2: r"@{}p{52mm}@{}>{\raggedleft\arraybackslash}p{25mm}@{\hspace{12mm}}"
    r"p{52mm}@{}>{\raggedleft\arraybackslash}p{25mm}@{}",
}
NAME = r"Name \rule[-2pt]{60mm}{0.4pt}"
PREAMBLE = r"""\documentclass[a4paper,11pt]{article}
\usepackage[margin=22mm,top=18mm]{geometry}
\usepackage{amsmath,array,booktabs,longtable}
\setlength{\parindent}{0pt}
\setlength{\LTleft}{0pt}\setlength{\LTpre}{3mm}\setlength{\LTpost}{0mm}
\newcommand{\blank}{\rule[-2pt]{\linewidth}{0.4pt}}
\makeatletter
\def\ps@sheet{\def\@oddhead{}\def\@oddfoot{\small\rightmark\hfil\thepage}}
\makeatother
\pagestyle{sheet}
\begin{document}
"""


class Row(NamedTuple):
    """A row of a table: a formula, or a part of one that goes on in the next row, and the number."""

    formula: str
    number: str
    goes_on: bool = False


class Table(NamedTuple):
    """The rows of a phase, in one column or two."""

    heading: str
    rows: Sequence[Row]
    columns: int = 1

    @property
    def lines(self) -> Iterator[tuple[Row, ...]]:
        """Yield what stands side by side: the second column goes on from the end of the first."""
        length = math.ceil(len(self.rows) / self.columns)
        return zip(
            *(self._column(self.rows[k * length : (k + 1) * length], length) for k in range(self.columns))
        )

    @staticmethod
    def _column(rows: Sequence[Row], length: int) -> Sequence[Row]:
        return [*rows, *[Row("", "")] * (length - len(rows))]

    def height(self, stretch: float) -> float:
        """Return how much of a page it takes, in millimetres."""
        up, down = 0.7 * LINE * stretch, 0.3 * LINE * stretch
        tall = max(up, UP) + max(down + BELOW, DOWN)
        return HEADING + up + down + sum(tall if _is_tall(line) else up + down for line in self.lines)

    def __str__(self) -> str:
        rows = "\n".join(map(_set, self.lines))
        ends = " &" * (2 * self.columns - 1)
        return (
            f"\\begin{{longtable}}{{{COLUMNS[self.columns]}}}\n"
            f"{self.heading}{ends} \\\\\n\\midrule\\endhead\n{rows}\n\\bottomrule\n\\end{{longtable}}"
        )


def document(sheets: Iterable[Content]) -> str:
    r"""Return a document with each sheet on pages of its own, counted from 1.

    >>> from scalargrad import Value, exercise
    >>> x = Value(3.0, label="x")
    >>> print(*exercise(x * x).sheet.to_latex().splitlines()[-5:-2], sep="\n")
    \midrule\endhead
    $\displaystyle \frac{\partial v_{1}}{\partial x} =$ & \blank \\[1.5mm]
    \bottomrule
    """
    pages = "\n\\clearpage\\setcounter{page}{1}\n".join(map(_page, sheets))
    return f"{PREAMBLE}{pages}\n\\end{{document}}\n"


def escaped(text: str) -> str:
    """Return a text with the signs of LaTeX escaped."""
    special = LATEX_SPECIAL | {"·": r"$\cdot$"}  # whose sign in type for code not every TeX has
    return "".join(special.get(c, c) for c in text)


def _page(sheet: Content) -> str:
    writer = LatexWriter(sheet.digits)
    given = ", ".join(f"${name} = {number}$" for name, number in sheet.given(writer))
    said = f"Given: {given}. {sheet.rounding}"
    halves = list(sheet.halves(writer))
    tables = [
        Table(heading.capitalize(), [row for line in lines for row in _rows(line)])
        for heading, lines in halves
    ]
    can_be_two = all(breadth(_equation(line)) <= HALF for line in halves[-1][1])
    stretch, laid = _on_a_page(tables, PAGE - _head(sheet.title, said), can_be_two=can_be_two)
    identity = rf"Exercise \texttt{{{escaped(sheet.identity)}}}"
    parts = [
        rf"\markright{{{identity}}}{{\Large {escaped(sheet.title)}\par}}\medskip",
        rf"{identity}\hfill {'Solution' if sheet.filled else NAME}\par\medskip",
        said,
        rf"\renewcommand{{\arraystretch}}{{{stretch}}}",
        *map(str, laid),
    ]
    return portable("\n\n".join(parts))


def _head(title: str, said: str) -> float:
    """Return how much of a page stands above the tables."""
    lines = math.ceil(1.3 * len(title) * DIGIT / WIDTH) - 1 + math.ceil(breadth(said) * DIGIT / WIDTH)
    return HEAD + LINE * lines


def _on_a_page(tables: Sequence[Table], room: float, *, can_be_two: bool) -> tuple[float, Sequence[Table]]:
    """Return the stretch of rows with which tables fit on a page, the last in two columns if need be.

    Where nothing is enough there is room to write, and another page.
    """
    *before, last = tables
    for stretch, columns in LAYOUTS:
        laid = [*before, last._replace(columns=columns)]
        if (columns == 1 or can_be_two) and sum(table.height(stretch) for table in laid) <= room:
            return stretch, laid
    return ROOMY[0], tables


def _equation(line: Line) -> str:
    return line.equation if line.right else f"{line.left} ="  # beside which there is room to write


def _rows(line: Line) -> Iterator[Row]:
    """Yield the rows that a line takes, as many as its formula has lines; the number is in the last."""
    pieces = [f"$\\displaystyle {fitted(piece)}$" for piece in broken(_equation(line), EQUATION)]
    number = r"\blank" if line.number is None else f"${line.number}$"
    *before, last = [pieces[0], *(rf"\quad {piece}" for piece in pieces[1:])]
    yield from (Row(piece, "", goes_on=True) for piece in before)
    yield Row(last, number)


def _set(line: Sequence[Row]) -> str:
    """Return what stands side by side as a row of LaTeX; no page ends where a formula goes on."""
    cells = " & ".join(f"{row.formula} & {row.number}".strip() for row in line)
    same_page = "*" * any(row.goes_on for row in line)
    return rf"{cells} \\{same_page}{f'[{BELOW}mm]' * _is_tall(line)}"


def _is_tall(line: Sequence[Row]) -> bool:
    """Tell whether fractions of a line need more than the height of a row."""
    return any(r"\frac" in row.formula for row in line)
