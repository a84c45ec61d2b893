"""An adjoint explained: the chain rule over its children, the numbers put in, the result."""

import sys
from dataclasses import dataclass
from os import PathLike
from typing import Literal, NamedTuple

from scalargrad.answers import answering
from scalargrad.files import Form, save
from scalargrad.notation.latex import LatexWriter, PortableWriter
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.typesetting import breadth, broken, fitted
from scalargrad.notation.writer import Prose
from scalargrad.study.paths import Path
from scalargrad.wengert import columns
from scalargrad.wengert.folding import folded
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.statements import Statement

LONGEST = 59  # digits that fit on a line beside a left-hand side, in an article on A4
Notation = Literal["partial", "bar"]


class Layout(NamedTuple):
    """What is around equations, which environment they are, what is around paths, around each of them."""

    display: str
    environment: str
    paths: str
    path: str


MARKDOWN = Layout("$$\n{}\n$$", "aligned", "{}", "- {}")
LATEX = Layout("{}", "align*", "\\begin{{itemize}}\\raggedright\n{}\n\\end{{itemize}}", r"\item {}")


class Term(NamedTuple):
    """What one child hands back: (∂output/∂child) · (∂child/∂target)."""

    statement: Statement
    upstream: float
    local: float

    @property
    def contribution(self) -> float:
        """Return the product."""
        return self.upstream * self.local


@answering("Explanation")
@dataclass(frozen=True)
class Explanation:
    """Why an adjoint is what it is: `str` for text, `to_markdown` and `to_latex` for documents.

    `notation` is "partial" for ∂y/∂v or "bar" for v̄; `rest` explains the adjoints this one rests on.
    """

    output: Instruction
    target: Instruction
    terms: tuple[Term, ...]
    paths: tuple[Path, ...]
    path_count: int
    digits: int = 4
    notation: Notation = "partial"
    rest: tuple["Explanation", ...] = ()

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None, ink: str = "") -> str:
        """Return plain text, folded at operators to fit a width, with adjoints in the colour of an ink."""
        return "\n\n".join("\n".join(each._text(width, ink)) for each in (self, *self.rest))

    __repr__ = __str__

    def save(self, path: str | PathLike[str]) -> None:
        """Write the explanation to a file, in the form that its suffix says: .txt, .md, .tex."""
        save(path, "an explanation", self.forms)

    @property
    def forms(self) -> dict[str, Form]:
        """Return what makes each form of the explanation, by the suffix of its file."""
        return {
            ".txt": self.__str__,
            ".md": self.to_markdown,
            ".tex": self.to_latex,
        }

    def to_markdown(self) -> str:
        """Return the explanation as mathematics that GitHub and notebooks typeset."""
        return self._document(LatexWriter(self.digits), MARKDOWN)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def to_latex(self) -> str:
        """Return the explanation as LaTeX that needs the package amsmath: `align*`, and lists of paths.

        Sums that are longer than a line of an article on A4 are broken; labels may be of any characters.
        """
        return self._document(PortableWriter(self.digits), LATEX)

    def lines(self, writer: Prose, ink: str = "") -> tuple[str, list[str]]:
        """Return the left-hand side and, one by one, the right-hand sides that are equal to it."""
        result = columns.inked(str(writer.number(self.target.adjoint)), ink)
        sides = [result]
        if self._is_direct:
            substituted = self.terms[0].statement.substituted_derivative(self.target, writer)
            sides = [self.formula(writer), str(substituted), result]
        elif self.terms:
            chain = (
                writer.times.join(
                    [
                        *self._upstream(term, writer),
                        writer.partial(term.statement.target.name, self.target.name),
                    ]
                )
                for term in self.terms
            )
            sides = [" + ".join(chain), self.formula(writer), self._substitution(writer, ink), result]
        return self._adjoint(self.target, writer), columns.distinct(sides)

    @property
    def _is_direct(self) -> bool:
        """Tell whether the output itself is the one child: its derivative is written out."""
        return [term.statement.target for term in self.terms] == [self.output]

    def formula(self, writer: Prose) -> str:
        """Return the sum over the children of upstream adjoint · local derivative, as a formula."""
        products, is_sum = [], len(self.terms) > 1
        for term in self.terms:
            local, upstream = term.statement.derivative(self.target, writer), self._upstream(term, writer)
            if upstream and str(local) == "1":
                products += upstream
            else:
                share = writer.factor(local) if upstream or is_sum else str(local)
                products.append(writer.times.join([*upstream, share]))
        return " + ".join(products)

    def _substitution(self, writer: Prose, ink: str) -> str:
        return " + ".join(
            "".join(
                f"({columns.inked(str(writer.number(x)), colour)})"
                for x, colour in ((term.upstream, ink), (term.local, ""))[
                    term.statement.target is self.output :
                ]
            )
            for term in self.terms
        )

    def _upstream(self, term: Term, writer: Prose) -> list[str]:
        """Return the adjoint of a child; the output's own, 1, is not written."""
        child = term.statement.target
        return [] if child is self.output else [self._adjoint(child, writer)]

    def _text(self, width: int | None, ink: str) -> list[str]:
        writer, room = TextWriter(self.digits), width or sys.maxsize
        left, sides = self.lines(writer, ink)
        indent = " " * columns.breadth(left)
        lines, head = [], left
        if 2 * len(indent) > room:  # the sides are below it, where there is more room
            lines, head, indent = [left], "   ", "   "
        for side in sides:
            first, *rest = folded(side, room - len(f"{indent} = "))
            lines += [f"{head} = {first}", *(f"{indent}   {each}" for each in rest)]
            head = indent
        paths = (each for line in self._path_lines(writer, ink) for each in folded(line, room))
        return [*lines, *paths, *self._notes()]

    def _path_lines(self, writer: Prose, ink: str) -> list[str]:
        if not self.paths:
            return []
        lines = [self._path_heading()]
        for path in self.paths:
            names = " -> ".join(v.name for v in path.instructions)
            product = "".join(f"({writer.number(x)})" for x in path.locals if x != 1) or "1"
            lines.append(f"  {names}: {product} = {columns.inked(str(writer.number(path.product)), ink)}")
        if self._other_paths is not None:
            lines.append(
                f"  all others together: {columns.inked(str(writer.number(self._other_paths)), ink)}"
            )
        return lines

    def _path_items(self, writer: Prose) -> list[str]:
        """Return paths with their products as mathematics in a text, which may break between factors."""
        items = []
        for path in self.paths:
            names = r" \to ".join(str(v.symbol(writer)) for v in path.instructions)
            product = writer.times.join(writer.factor(writer.number(x)) for x in path.locals if x != 1) or "1"
            items.append(f"${names}$: ${fitted(product)} = {writer.number(path.product)}$")
        if self._other_paths is not None:
            items.append(f"all others together: ${writer.number(self._other_paths)}$")
        return items

    def _path_heading(self) -> str:
        head = f"as a sum over {self.path_count} path{'s'[: self.path_count != 1]}"
        return f"{head}:" if self._other_paths is None else f"{head}, the {len(self.paths)} largest of them:"

    @property
    def _other_paths(self) -> float | None:
        """Return what the paths that are not shown add up to, None where all are shown."""
        if self.path_count == len(self.paths):
            return None
        return self.target.adjoint - sum(path.product for path in self.paths)

    def _document(self, writer: LatexWriter, form: Layout) -> str:
        """Return equations in a display, paths one by one, notes; then those of the rest."""
        blocks = []
        for each in (self, *self.rest):
            blocks.append(form.display.format(each._aligned(form.environment, writer)))
            if each.paths:
                items = "\n".join(map(form.path.format, each._path_items(writer)))
                blocks += [each._path_heading(), form.paths.format(items)]
            blocks += each._notes()
        return "\n\n".join(blocks)

    def _aligned(self, environment: str, writer: Prose) -> str:
        """Return the equations; a left-hand side that takes a third of a line has one of its own."""
        left, sides = self.lines(writer)
        room, equals, indent = LONGEST - breadth(left), "&=", r"&\quad"
        rows, before = [], left
        if room < LONGEST * 2 / 3:
            rows, before = [f"& {left}"], ""
            room, equals, indent = LONGEST - 2, r"&\quad =", r"&\qquad"
        for side in sides:
            line, *more = map(fitted, broken(side, room))
            rows += [f"{before} {equals} {line}", *(f" {indent} {rest}" for rest in more)]
            before = ""
        body = " \\\\\n".join(rows)
        return f"\\begin{{{environment}}}\n{body}\n\\end{{{environment}}}"

    def _notes(self) -> list[str]:
        """Say where the shown numbers do not give the shown result, because they were rounded."""

        def shown(x: float) -> float:
            return float(number(x, self.digits))

        if self._is_direct:
            sums = [self.terms[0].statement.partial_at(self.target, shown)]
        else:
            sums = (
                [sum(shown(term.upstream) * shown(term.local) for term in self.terms)] if self.terms else []
            )
        if self.paths and self.path_count == len(self.paths):
            sums.append(sum(shown(path.product) for path in self.paths))
        exact = number(self.target.adjoint, self.digits)
        differ = any(exact not in {number(x, self.digits), f"{x:.{self.digits}f}"} for x in sums)
        return ["(computed from unrounded values)"] if differ else []

    def _adjoint(self, v: Instruction, writer: Prose) -> str:
        return writer.partial(self.output.name, v.name) if self.notation == "partial" else writer.bar(v.name)
