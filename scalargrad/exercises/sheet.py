"""A worksheet in the forms that people work with; solved, it is the solution."""

import csv
import io
import json
from os import PathLike
from typing import NoReturn

from scalargrad.errors import OperandError
from scalargrad.exercises.asked import Blank
from scalargrad.exercises.content import Content
from scalargrad.exercises.latex import document
from scalargrad.exercises.pdf import pdf
from scalargrad.files import Form, save
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.text import TextWriter
from scalargrad.study.forms import between_dollars
from scalargrad.wengert.columns import aligned

BLANK = "____"
HEADINGS = ("step", "number")


class Sheet(Content):
    """What a person is handed, as text, Markdown, LaTeX, JSON or CSV.

    Markdown, JSON and CSV can be filled in and handed back: `scalargrad check --key` marks them.
    """

    def __call__(self, *_: object) -> NoReturn:
        """Say that the solution is there without a call."""
        message = "a sheet is not called: exercise.solution, without brackets, is the sheet with its numbers"
        raise OperandError(message)

    def __str__(self) -> str:
        writer = TextWriter(self.digits)
        given = ", ".join(f"{name} = {number}" for name, number in self.given(writer))
        parts = [self.title, f"Exercise {self.identity}", f"Given: {given}\n{self.rounding}"]
        for heading, lines in self.halves(writer):
            cells = [(line.equation, line.number or BLANK) for line in lines]
            parts.append(aligned(cells, (heading, ""), ("left", "right")))
        return "\n\n".join(parts)

    __repr__ = __str__

    @property
    def forms(self) -> dict[str, Form]:
        """Return what makes each form, by the suffix of its file."""
        return {
            ".md": self.to_markdown,
            ".txt": lambda: f"{self}\n",
            ".json": self.to_json,
            ".csv": self.to_csv,
            ".tex": self.to_latex,
            ".pdf": lambda: pdf(self.to_latex()),
        }

    def save(self, path: str | PathLike[str]) -> None:
        """Write the sheet to a file, in the form that its suffix says: .md, .txt, .json, .csv, .tex, .pdf."""
        save(path, "a sheet", self.forms)

    def to_markdown(self) -> str:
        """Return the sheet for GitHub, with a line for the name; each blank `____` is a cell to type into.

        The heading of formulas is a formula: MathJax, where it breaks lines, takes words for their width.
        """
        writer = LatexWriter(self.digits)
        given = ", ".join(f"${name} = {number}$" for name, number in self.given(writer))
        author = "" if self.filled else f", name: {BLANK}"
        parts = [f"## {self.title}", f"Exercise `{self.identity}`{author}"]
        parts.append(f"Given: {given}. {self.rounding}")
        for heading, lines in self.halves(writer):
            cells = [
                (
                    f"`{line.name}`" if line.name else "",
                    between_dollars(line.equation).replace(r"\frac{\partial", r"\dfrac{\partial"),
                    line.number or BLANK,
                )
                for line in lines
            ]
            headings = (HEADINGS[0], rf"$\text{{{heading}}}$", HEADINGS[1])
            parts.append(aligned(cells, headings, ("left",) * 3, "github"))
        return "\n\n".join(parts) + "\n"

    def _repr_markdown_(self) -> str:
        """Return what a notebook shows; a solution is folded until it is asked for."""
        text = self.to_markdown()
        folded = f"<details><summary>Solution</summary>\n\n{text}\n</details>\n"
        return folded if self.filled else text

    def to_latex(self) -> str:
        """Return a document on A4 with room to write, for pdflatex, amsmath and booktabs."""
        return document([self])

    def to_json(self) -> str:
        """Return the blanks as a JSON document, null where a number is to be filled in."""
        numbers = {blank.written: self._number(blank) for blank in self.blanks}
        given = {name: float(x) for name, x in self.given(TextWriter(self.digits))}
        whole = {
            "exercise": self.identity,
            "name": "",
            "given": given,
            "task": self.rounding,
            "answers": numbers,
        }
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"

    def to_csv(self) -> str:
        """Return the blanks as a table of two columns, for a spreadsheet."""
        text = io.StringIO()
        given = "; ".join(f"{name} = {x}" for name, x in self.given(TextWriter(self.digits)))
        lines = [
            ("exercise", self.identity),
            ("name", ""),
            ("given", given),
            ("task", self.rounding),
            HEADINGS,
        ]
        lines += [(blank.written, self.filled.get(blank.name, "")) for blank in self.blanks]
        csv.writer(text, lineterminator="\n").writerows(lines)
        return text.getvalue()

    def _number(self, blank: Blank) -> float | None:
        return float(self.filled[blank.name]) if blank.name in self.filled else None
