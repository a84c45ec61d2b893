r"""Columns of numbers in LaTeX whose points stand in line, in two ways.

`Halves` needs no package: a number takes two columns, `r@{}l`, the second from its point on.  `Decimals` are
the columns `S` of the package siunitx, which writes numbers as a document tells it to.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Protocol

from scalargrad.notation.latex import NOT_FINITE, LatexWriter
from scalargrad.notation.numbers import number
from scalargrad.notation.typesetting import breadth

WHOLE = re.compile(r"([^. ]*)(.*)")  # a number up to its point, or to the sign before its power of ten
PLAIN = re.compile(r"(-?)(\d+)\.?(\d*)(?:e\+?(-?)0*(\d+))?")  # whole digits, decimals, exponent, signs

ROOM = ("", "0", "", "", "")  # what a column has room for at least


class Numerals(Protocol):
    """A way to set the numbers of a column: how many columns of TeX it takes, what stands in them."""

    span: ClassVar[int]

    def __init__(self, writer: LatexWriter) -> None: ...
    def column(self, numbers: Sequence[float], /) -> str:
        """Return what a tabular is told of the column."""
        ...

    def heading(self, heading: str) -> str:
        """Return the cell of a heading."""
        ...

    def cells(self, x: float) -> list[str]:
        """Return the cells of a number."""
        ...

    def breadth(self, numbers: Sequence[float]) -> float:
        """Return how many digits are as broad as the column, without its heading."""
        ...


class Halves:
    """Numbers in two columns, left and right of their points, which stand where the two meet."""

    span: ClassVar = 2

    def __init__(self, writer: LatexWriter) -> None:
        self.writer = writer

    def column(self, _numbers: Sequence[float], /) -> str:
        """Return what a tabular is told, the same whatever the numbers are."""
        return "r@{}l"

    def heading(self, heading: str) -> str:
        """Return a heading amid both columns."""
        return rf"\multicolumn{{2}}{{c}}{{${heading}$}}"

    def cells(self, x: float) -> list[str]:
        """Return what is left of the point, and the rest."""
        return [f"${half}$" if half else "" for half in self._halves(x)]

    def breadth(self, numbers: Sequence[float]) -> float:
        """Return the breadth of both columns."""
        return sum(max(map(breadth, halves)) for halves in zip(*map(self._halves, numbers)))

    def _halves(self, x: float) -> tuple[str, str]:
        whole, rest = WHOLE.fullmatch(str(self.writer.number(x))).groups()  # type: ignore[union-attr]  # all match
        return whole, f"{{}}{rest}" if rest.startswith(" ") else rest


class Decimals:
    """Numbers as the package siunitx sets them, in a column that is told how many digits there are."""

    span: ClassVar = 1

    def __init__(self, writer: LatexWriter) -> None:
        self.writer = writer

    def column(self, numbers: Sequence[float], /) -> str:
        r"""Return the column with its format: `-1.4e-1` is room for a sign, 1 digit, 4 decimals, an exponent.

        >>> Decimals(LatexWriter()).column([2.5, -10.125, 1e-5])
        'S[table-format=-2.3e-1]'
        """
        minus, whole, decimals, below, exponent = self._longest(numbers)
        power = f"e{below}{len(exponent)}" if exponent else ""
        return f"S[table-format={minus}{len(whole)}.{len(decimals)}{power}]"

    def heading(self, heading: str) -> str:
        """Return a heading, in the braces that keep it from being read as a number."""
        return f"{{${heading}$}}"

    def cells(self, x: float) -> list[str]:
        """Return a number for siunitx to read."""
        plain = self._plain(x)
        return [f"{{${self.writer.number(x)}$}}" if NOT_FINITE.fullmatch(plain) else plain]

    def breadth(self, numbers: Sequence[float]) -> float:
        """Return the breadth of a number that has the longest of all parts, its decimals in groups."""
        minus, whole, decimals, below, exponent = self._longest(numbers)
        longest = f"{minus}{whole}.{decimals}" + (f"e{below}{exponent}" if exponent else "")
        return breadth(LatexWriter().numeral(longest)) + len(decimals) // 4 * 0.5

    def _longest(self, numbers: Sequence[float]) -> list[str]:
        found = filter(None, map(PLAIN.fullmatch, map(self._plain, numbers)))
        return [max(parts, key=len) for parts in zip(ROOM, *(each.groups("") for each in found))]

    def _plain(self, x: float) -> str:
        return number(x, self.writer.digits)
