"""Columns of text, aligned, coloured, as wide as a terminal is."""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scalargrad.notation.labels import cut_in_the_middle

FOLDED, SHORTEST = 24, 7  # a column that is folded, a text that is cut, at least
CODE = re.compile(r"\x1b\[[0-9;]*m")  # of a colour
INK_ENDS = "\x1b[0m"


class Inks(NamedTuple):
    """The escape codes that begin the colour of values and of adjoints, empty where there is none."""

    value: str = ""
    adjoint: str = ""


PLAIN = Inks()


def inked(text: str, ink: str) -> str:
    r"""Return a text in a colour, which begins with an escape code.

    >>> inked("1.5", ""), inked("1.5", "\x1b[34m")
    ('1.5', '\x1b[34m1.5\x1b[0m')
    """
    return f"{ink}{text}{INK_ENDS}" if ink and text else text


def breadth(text: str) -> int:
    r"""Return how many columns a line takes: neither a colour nor a bar over a letter takes any.

    >>> breadth("v\u0304 = \x1b[34m1.5\x1b[0m")
    7
    """
    shown = CODE.sub("", text)
    return len(shown) if shown.isascii() else sum(not unicodedata.combining(each) for each in shown)


def breadth_of(lines: str) -> int:
    """Return how many columns the longest line of a text takes."""
    return max(map(breadth, lines.splitlines()), default=0)


def aligned(
    lines: Iterable[Sequence[str]],
    headings: Sequence[str],
    alignment: Sequence[str],
    form: str = "plain",
    inks: Sequence[str] = (),
    *,
    width: int | None = None,
) -> str:
    """Return a table in a form of tabulate, columns "left", "right" or by the "decimal" point.

    No line ends in blanks, so that the text can be compared and kept in documents.  Where a column has an
    ink, the escape code that begins a colour, its heading and its cells are written in that.  To fit a
    `width` the last column is folded.

    >>> print(aligned([("a", "10.5"), ("b", "2")], ("v", "value"), ("left", "decimal")))
    v      value
    a       10.5
    b        2
    """
    from tabulate import tabulate

    if width is not None:
        lines = _narrowed(list(lines), headings, alignment, width)
    if any(inks):
        headings, *lines = (tuple(map(inked, line, inks)) for line in (headings, *lines))
    text = tabulate(lines, headings, tablefmt=form, disable_numparse=True, colalign=alignment)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _narrowed(
    lines: Sequence[Sequence[str]], headings: Sequence[str], alignment: Sequence[str], width: int
) -> list[Sequence[str]]:
    """Return lines whose last cells are folded to what the other columns leave of a width."""
    others = aligned([line[:-1] for line in lines], headings[:-1], alignment[:-1])
    room = max(width - breadth_of(others) - len("  "), FOLDED)
    return [(*line[:-1], textwrap.fill(line[-1], room)) for line in lines]


def shorter(texts: Sequence[str], excess: int) -> list[str]:
    """Return the texts of a column, those cut in their middle that make it this much too wide.

    >>> shorter(["w1", "weight_of_the_first"], 7)
    ['w1', 'weig … first']
    """
    room = max(SHORTEST, max(map(len, texts), default=0) - max(excess, 0))
    return [cut_in_the_middle(text, room) for text in texts]
