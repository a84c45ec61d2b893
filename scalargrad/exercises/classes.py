"""The answers to a class set side by side, for a teacher to print."""

from collections.abc import Iterator, Sequence

from scalargrad.exercises.exercise import Exercise
from scalargrad.exercises.latex import PREAMBLE, escaped
from scalargrad.notation.characters import portable
from scalargrad.wengert.columns import aligned

BESIDE = 6  # sheets whose answers stand side by side


def text(exercises: Sequence[Exercise]) -> str:
    """Return the answers as plain text.

    >>> from scalargrad import Value, exercise
    >>> print(text([exercise(Value(x, label="x") ** 2) for x in (2.0, 3.0)]))
    Backpropagation through v1: the answers
    <BLANKLINE>
    sheet         1       2
    code     wz4bc9  9f93tj
    v1        4.000   9.000
    d x       4.000   6.000
    <BLANKLINE>
    """
    return _document(exercises, "{}: the answers", "plain")


def markdown(exercises: Sequence[Exercise]) -> str:
    """Return the answers as Markdown tables."""
    return _document(exercises, "## {}: the answers", "github")


def latex(exercises: Sequence[Exercise]) -> str:
    """Return the answers as a document for pdflatex."""
    title = rf"{{\Large {escaped(exercises[0].title)}: the answers}}"
    body = "\n\n\\bigskip\n".join([title, *_tables(exercises, "latex_booktabs")])
    return portable(f"{PREAMBLE}\\renewcommand{{\\arraystretch}}{{1.1}}\n{body}\n\\end{{document}}\n")


def _document(exercises: Sequence[Exercise], title: str, form: str) -> str:
    return "\n\n".join([title.format(exercises[0].title), *_tables(exercises, form)]) + "\n"


def _tables(exercises: Sequence[Exercise], form: str) -> Iterator[str]:
    """Yield tables with a column for each sheet, counted from 1."""
    for first in range(0, len(exercises), BESIDE):
        some = exercises[first : first + BESIDE]
        headings = ["sheet", *(str(first + i) for i in range(1, len(some) + 1))]
        lines = [["code", *(each.code for each in some)]]
        answers = [each.answers for each in some]
        lines += [[blank.written, *(own[blank.name] for own in answers)] for blank in some[0].blanks]
        yield aligned(lines, headings, ["left", *["right"] * len(some)], form)
