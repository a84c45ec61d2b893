"""The report on checked hand work: one judgement for each number."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import NamedTuple, overload

from scalargrad.answers import answering
from scalargrad.checking.judging import Verdict
from scalargrad.checking.places import Kind
from scalargrad.files import Form, save, written
from scalargrad.notation.numbers import number
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.study.html import html_table
from scalargrad.wengert.columns import PLAIN, Inks, aligned, inked

MARKS = {"follows": "follows", "unclear": "?", "wrong": "WRONG"}  # all else is ok
REMARKS = {
    "truncated": "truncated",
    "carried": "rounded on the way",
    "follows": "right, but for the wrong number before",
    "unclear": "cannot be told: it rests on numbers that are not written",
}
HEADINGS = ("step", "your number", "exact", "", "remark")
WIDTH = 80
SHOWN = 17  # digits of a number in a table
NUMERIC = (False, True, True, False, False)


class Judgement(NamedTuple):
    """One checked number: what was claimed, what is exact, and how the claim can be read.

    `verdict` is "rounded" or "truncated" of the exact number, "carried" where it comes of rounding as
    one goes, "follows" where it is right but for an earlier wrong number, "unclear" where it rests on
    numbers that are not written and may be wrong, and "wrong".  `kind` says what it is a number of.
    """

    name: str
    claimed: float
    digits: int
    exact: float
    verdict: Verdict
    remark: str = ""
    slips: tuple[str, ...] = ()
    kind: Kind = "value"

    @property
    def ok(self) -> bool:
        """Tell whether the step itself was done right."""
        return self.verdict != "wrong"

    @property
    def _claim(self) -> str:
        """Return the claimed number with the digits it was claimed with."""
        is_short = self.digits <= SHOWN and abs(self.claimed) < 10.0**SHOWN
        return f"{self.claimed:.{self.digits}f}" if is_short else repr(self.claimed)

    @property
    def _digits_of_exact(self) -> int:
        """Return the decimals of the exact number: two more than were claimed, as far as floats have them."""
        return min(self.digits + 2, SHOWN)

    @property
    def _mark(self) -> str:
        return MARKS.get(self.verdict, "ok")


@answering("CheckReport")
@dataclass(frozen=True)
class CheckReport:
    """The checked rows in the order of the work; it is true where every number is acceptable."""

    rows: tuple[Judgement, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether every claim is acceptable."""
        return all(row.verdict not in {"wrong", "follows", "unclear"} for row in self.rows)

    @property
    def first_wrong(self) -> Judgement | None:
        """Return the first step that was not done right, None where there is none."""
        return next((row for row in self.rows if not row.ok), None)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.text(WIDTH)

    __repr__ = __str__

    def text(self, width: int | None = None, inks: Inks = PLAIN) -> str:
        """Return the table as text, whose remarks are folded to fit a width in columns.

        With `inks`, values have the colour of values, derivatives that of adjoints.

        >>> from scalargrad import Value, trace
        >>> print(trace(Value(3.0, label="x") ** 2).check({"d x": "9.00"}).text(60))
        step      your number    exact
        d x              9.00        6  WRONG
            x**2 is taken in the place of its derivative
        <BLANKLINE>
        1 step is wrong, the first of them d x.
        """
        alignment = ["decimal" if numeric else "left" for numeric in NUMERIC]
        said = self._said if width is None else [textwrap.fill(each, width) for each in self._said]
        lines = [
            (name, *(inked(x, _ink(row.kind, inks)) for x in (claim, exact)), *rest)
            for row, (name, claim, exact, *rest) in zip(self.rows, self._lines())
        ]
        return "\n\n".join((aligned(lines, HEADINGS, alignment, width=width), *said))

    @overload
    def to_markdown(self, path: None = None) -> str: ...
    @overload
    def to_markdown(self, path: str | PathLike[str]) -> None: ...
    def to_markdown(self, path: str | PathLike[str] | None = None) -> str | None:
        """Return the table for GitHub, in which a wrong step is strong; or write it to a path.

        >>> from scalargrad import Value, trace
        >>> print(trace(Value(3.0, label="x") ** 2).check({"d x": "6"}).to_markdown())
        | step   |   your number |   exact |    | remark   |
        |:-------|--------------:|--------:|:---|:---------|
        | `d x`  |             6 |       6 | ok |          |
        <BLANKLINE>
        The number is right.
        """
        return written(path, ".md", self._markdown)

    def _markdown(self) -> str:
        lines = [
            (f"`{name}`", x, exact, mark if row.ok else f"**{mark}**", _plain(remark))
            for row, (name, x, exact, mark, remark) in zip(self.rows, self._lines())
        ]
        alignment = ["right" if numeric else "left" for numeric in NUMERIC]
        return "\n\n".join((aligned(lines, HEADINGS, alignment, "pipe"), *map(_plain, self._said)))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the report to a file, in the form that its suffix says: .txt, .md, .html."""
        save(path, "a report", self.forms)

    @property
    def forms(self) -> dict[str, Form]:
        """Return what makes each form of the report, by the suffix of its file."""
        return {
            ".txt": self.__str__,
            ".md": self.to_markdown,
            ".html": self.to_html,
        }

    @overload
    def to_html(self, path: None = None) -> str: ...
    @overload
    def to_html(self, path: str | PathLike[str]) -> None: ...
    def to_html(self, path: str | PathLike[str] | None = None) -> str | None:
        """Return the report as an HTML document, or write it to a path."""
        head = '<!doctype html><meta charset="utf-8"><title>Checked work</title>'
        return written(path, ".html", lambda: f"{head}{self._repr_html_()}\n")

    def _repr_html_(self) -> str:
        """Return the table as HTML, in which a wrong step is strong."""
        from markupsafe import Markup, escape

        strong = Markup("<strong>{}</strong>")
        blocks = []
        for row in self.rows:
            exact = TextbookWriter(row._digits_of_exact).number(row.exact)
            mark = row._mark if row.ok else strong.format(row._mark)
            blocks.append([(row.name, row._claim.replace("-", "−"), str(exact), mark, row.remark)])
        said = "".join(f"\n<p>{escape(text)}</p>" for text in self._said)
        return f"{html_table(HEADINGS, blocks, NUMERIC)}{said}"

    def _lines(self) -> list[tuple[str, ...]]:
        return [
            (row.name, row._claim, number(row.exact, row._digits_of_exact), row._mark, row.remark)
            for row in self.rows
        ]

    @property
    def _said(self) -> Sequence[str]:
        """Return what is said of the whole."""
        return (*self.notes, self._summary())

    def _summary(self) -> str:
        if self.first_wrong is None:
            few = {1: "The number is", 2: "Both numbers are"}
            return f"{few.get(len(self.rows), f'All {len(self.rows)} numbers are')} right."
        wrong = sum(not row.ok for row in self.rows)
        plural = "step is" if wrong == 1 else "steps are"
        return f"{wrong} {plural} wrong, the first of them {self.first_wrong.name}."


def _ink(kind: Kind, inks: Inks) -> str:
    """Return the colour of a number; a local derivative is neither a value nor an adjoint."""
    return {"value": inks.value, "updated": inks.value, "local": ""}.get(kind, inks.adjoint)


def _plain(text: str) -> str:
    """Return text in which Markdown finds nothing of its own."""
    return re.sub(r"([\\`*_|<\[])", r"\\\1", text)
