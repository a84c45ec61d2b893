"""Columns of text, aligned, coloured, as wide as a terminal is."""

import os
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scalargrad.notation.labels import cut_in_the_middle

FOLDED, SHORTEST = 24, 7  # a column that is folded, a text that is cut, at least
NARROWEST = 24  # a terminal that is fitted; in a narrower one, lines are broken by that
CODE = re.compile(r"\x1b\[[0-9;]*m")  # of a colour
INDENT = " " * 4
INK_ENDS = "\x1b[0m"


def width() -> int | None:
    """Return the columns that COLUMNS says, or those of the terminal; None for a file or a pipe without it.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, COLUMNS="60"):
    ...     width()
    60
    """
    said = os.environ.get("COLUMNS", "")
    is_said = said.isdecimal() and int(said) > 0
    return max(NARROWEST, shutil.get_terminal_size().columns) if is_said or sys.stdout.isatty() else None


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
    return sum(not unicodedata.combining(each) for each in CODE.sub("", text))


def cut(text: str, room: int) -> str:
    """Return a line that fits: one that does not, without its colours, is cut in its middle.

    >>> cut("y = 1.25*1.25 + 1.25*1.25", 12)
    'y = 1 … 1.25'
    """
    return text if breadth(text) <= room else cut_in_the_middle(CODE.sub("", text), room)


def breadth_of(lines: str) -> int:
    """Return how many columns the longest line of a text takes."""
    return max(map(breadth, lines.splitlines()), default=0)


def distinct(texts: Iterable[str]) -> list[str]:
    r"""Return the texts without those that are there already, in whatever colour.

    >>> distinct(["2", "3", inked("2", "\x1b[34m")])
    ['\x1b[34m2\x1b[0m', '3']
    """
    return list({CODE.sub("", text): text for text in texts}.values())


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
    `width` the last column is folded; where little is left for that, its cells stand below their lines.

    >>> print(aligned([("a", "10.5"), ("b", "2")], ("v", "value"), ("left", "decimal")))
    v      value
    a       10.5
    b        2
    """
    from tabulate import tabulate

    if width is not None:
        *others, last = zip(*lines)
        table = aligned(list(zip(*others)), headings[:-1], alignment[:-1], form, inks[:-1])
        if (room := width - breadth_of(table) - len("  ")) < FOLDED:
            return _with_notes(table, last, width)
        lines = list(zip(*others, (textwrap.fill(each, room) for each in last)))
    if any(inks):
        headings, *lines = (tuple(map(inked, line, inks)) for line in (headings, *lines))
    text = tabulate(lines, headings, tablefmt=form, disable_numparse=True, colalign=alignment)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _with_notes(table: str, notes: Iterable[str], width: int) -> str:
    """Return a table with a note below each of its lines, where there is one."""
    head, *lines = table.splitlines()
    folds = (textwrap.fill(note, width, initial_indent=INDENT, subsequent_indent=INDENT) for note in notes)
    return "\n".join([head, *(text for pair in zip(lines, folds) for text in pair if text)])


def shorter(texts: Sequence[str], excess: int) -> list[str]:
    """Return the texts of a column, those cut in their middle that make it this much too wide.

    >>> shorter(["w1", "weight_of_the_first"], 7)
    ['w1', 'weigh … irst']
    """
    room = max(SHORTEST, max(map(len, texts), default=0) - max(excess, 0))
    return [cut_in_the_middle(text, room) for text in texts]
