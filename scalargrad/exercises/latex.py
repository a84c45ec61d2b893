r"""Worksheets as a document for pdflatex, with rules to write on: it can be printed as it is."""

from collections.abc import Iterable, Iterator, Sequence

from scalargrad.exercises.content import Content, Line
from scalargrad.notation.characters import portable
from scalargrad.notation.labels import LATEX_SPECIAL
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.typesetting import broken, fitted

EQUATION = 54  # digits that fit beside a number on a line
PREAMBLE = r"""\documentclass[a4paper,11pt]{article}
\usepackage[margin=22mm,top=18mm]{geometry}
\usepackage{amsmath,array,booktabs,longtable}
\setlength{\parindent}{0pt}
\setlength{\LTleft}{0pt}\setlength{\LTpre}{3mm}\setlength{\LTpost}{0mm}
\renewcommand{\arraystretch}{2.1}
\newcommand{\blank}{\rule[-2pt]{32mm}{0.4pt}}
\makeatletter
\def\ps@sheet{\def\@oddhead{}\def\@oddfoot{\small\rightmark\hfil\thepage}}
\makeatother
\pagestyle{sheet}
\begin{document}
"""


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
    tables = (_table(heading, lines) for heading, lines in sheet.halves(writer))
    identity = rf"Exercise \texttt{{{escaped(sheet.identity)}}}"
    parts = [
        rf"\markright{{{identity}}}{{\Large {escaped(sheet.title)}\par}}\medskip",
        rf"{identity}\hfill Name \rule[-2pt]{{60mm}}{{0.4pt}}\par\medskip",
        rf"Given: {given}. {sheet.rounding}",
        *tables,
    ]
    return portable("\n\n".join(parts))


def _table(heading: str, lines: Sequence[Line]) -> str:
    rows = "\n".join(row for line in lines for row in _rows(line))
    return (
        "\\begin{longtable}{@{}p{134mm}@{}>{\\raggedleft\\arraybackslash}p{32mm}@{}}\n"
        f"{heading.capitalize()} & \\\\\n\\midrule\\endhead\n{rows}\n\\bottomrule\n\\end{{longtable}}"
    )


def _rows(line: Line) -> Iterator[str]:
    """Yield the rows that a line takes, as many as its formula has lines; the number is in the last."""
    equation = line.equation if line.right else f"{line.left} ="  # beside which there is room to write
    pieces = [f"$\\displaystyle {fitted(piece)}$" for piece in broken(equation, EQUATION)]
    number = r"\blank" if line.number is None else f"${line.number}$"
    *before, last = [pieces[0], *(rf"\quad {piece}" for piece in pieces[1:])]
    yield from (rf"{piece} & \\*" for piece in before)
    room = "[1.5mm]" * (r"\frac" in last)
    yield rf"{last} & {number} \\{room}"
