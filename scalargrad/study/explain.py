"""Explain one adjoint: the chain rule over its children, the numbers put in, the result."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from scalargrad.errors import known
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Prose
from scalargrad.study.paths import Path, count_paths, largest_paths
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.statements import Statement, statements

Notation = Literal["partial", "bar"]


class Term(NamedTuple):
    """What one child hands back: (∂output/∂child) · (∂child/∂target)."""

    statement: Statement
    upstream: float
    local: float

    @property
    def contribution(self) -> float:
        """Return the product."""
        return self.upstream * self.local


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
        return "\n\n".join("\n".join(each._text()) for each in (self, *self.rest))

    def to_markdown(self) -> str:
        """Return the explanation as mathematics that GitHub and notebooks typeset."""
        blocks = [f"$$\n{each._aligned('aligned')}\n$$" for each in (self, *self.rest)]
        return "\n\n".join([*blocks, *self._notes()])

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def to_latex(self) -> str:
        """Return the explanation as `align*` environments of amsmath."""
        blocks = [each._aligned("align*") for each in (self, *self.rest)]
        return "\n\n".join([*blocks, *self._notes()])

    def lines(self, writer: Prose) -> tuple[str, list[str]]:
        """Return the left-hand side and, one by one, the right-hand sides that are equal to it."""
        result = str(writer.number(self.target.adjoint))
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
            sides = [" + ".join(chain), self.formula(writer), self._substitution(writer), result]
        return self._adjoint(self.target, writer), list(dict.fromkeys(sides))

    @property
    def _is_direct(self) -> bool:
        """Tell whether the output itself is the one child: its derivative is written out."""
        return [term.statement.target for term in self.terms] == [self.output]

    def formula(self, writer: Prose) -> str:
        """Return the sum over the children of upstream adjoint · local derivative, as a formula."""
        products = []
        for term in self.terms:
            local, upstream = term.statement.derivative(self.target, writer), self._upstream(term, writer)
            if upstream and str(local) == "1":
                products += upstream
            else:
                products.append(
                    writer.times.join([*upstream, writer.factor(local) if upstream else str(local)])
                )
        return " + ".join(products)

    def _substitution(self, writer: Prose) -> str:
        return " + ".join(
            "".join(
                f"({writer.number(x)})"
                for x in (term.upstream, term.local)[term.statement.target is self.output :]
            )
            for term in self.terms
        )

    def _upstream(self, term: Term, writer: Prose) -> list[str]:
        """Return the adjoint of a child; the output's own, 1, is not written."""
        child = term.statement.target
        return [] if child is self.output else [self._adjoint(child, writer)]

    def _text(self) -> list[str]:
        writer = TextWriter(self.digits)
        left, sides = self.lines(writer)
        lines = [f"{left if i == 0 else ' ' * _width(left)} = {side}" for i, side in enumerate(sides)]
        return [*lines, *self._path_lines(writer), *self._notes()]

    def _aligned(self, environment: str) -> str:
        writer = LatexWriter(self.digits)
        left, sides = self.lines(writer)
        body = " \\\\\n".join(f"{left if i == 0 else ''} &= {side}" for i, side in enumerate(sides))
        return f"\\begin{{{environment}}}\n{body}\n\\end{{{environment}}}"

    def _path_lines(self, writer: Prose) -> list[str]:
        if not self.paths:
            return []
        many = self.path_count > len(self.paths)
        head = f"as a sum over {self.path_count} path{'s'[: self.path_count != 1]}"
        lines = [f"{head}, the {len(self.paths)} largest of them:" if many else f"{head}:"]
        for path in self.paths:
            names = " -> ".join(v.name for v in path.instructions)
            product = "".join(f"({writer.number(x)})" for x in path.locals if x != 1) or "1"
            lines.append(f"  {names}: {product} = {number(path.product, self.digits)}")
        if many:
            remainder = self.target.adjoint - sum(path.product for path in self.paths)
            lines.append(f"  all others together: {number(remainder, self.digits)}")
        return lines

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


class Explainer:
    """Explain the adjoints of one trace: Σ over children c of (∂output/∂c) · (∂c/∂target).

    Children are statements: an unlabelled step is folded into the one that uses it.
    """

    def __init__(self, trace: WengertList) -> None:
        self.trace = trace
        self.statements = statements(trace)
        self.children: dict[Instruction, list[Statement]] = {}
        for statement in self.statements.values():
            for operand in statement.operands:
                self.children.setdefault(operand, []).append(statement)

    def explain(
        self,
        target: Instruction,
        *,
        digits: int = 4,
        notation: Notation = "partial",
        paths: int = 0,
        expand: bool = False,
    ) -> Explanation:
        """Return why ∂output/∂target is what it is.

        With `paths` the same number is also given as a sum over paths, the largest by magnitude, with
        their exact number.  With `expand` the explanations of all adjoints it rests on follow.  Raises
        UnknownNameError for another notation.
        """
        known("notation", notation, get_args(Notation))

        def one(v: Instruction, rest: tuple[Explanation, ...] = ()) -> Explanation:
            terms = tuple(Term(c, c.target.adjoint, c.partial(v)) for c in self.children.get(v, ()))
            largest = largest_paths(self.trace, v, paths) if paths else ()
            count = count_paths(self.trace, v) if paths else 0
            return Explanation(self.trace.output, v, terms, largest, count, digits, notation, rest)

        return one(target, tuple(map(one, self._upstream_of(target))) if expand else ())

    def _upstream_of(self, target: Instruction) -> list[Instruction]:
        """Return the instructions whose adjoints that of the target rests on, nearest first."""
        found = [target]
        for v in found:
            children = [statement.target for statement in self.children.get(v, ())]
            found += [child for child in children if child is not self.trace.output and child not in found]
        return found[1:]


def _width(text: str) -> int:
    return sum(character != "\u0304" for character in text)
