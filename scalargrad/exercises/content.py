"""What stands on a worksheet, in the notation of any writer: what is given, what is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from scalargrad.exercises.asked import Blank
from scalargrad.notation.numbers import counted
from scalargrad.notation.writer import Prose
from scalargrad.study.explainer import Explainer
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList


class Line(NamedTuple):
    """One line of a sheet: the name of its number, "left = right", and the number, if it is not asked for."""

    name: str
    left: str
    right: str
    number: str | None

    @property
    def equation(self) -> str:
        """Return both sides, the left alone where nothing is on the right."""
        return f"{self.left} = {self.right}" if self.right else self.left


GIVEN = 12  # decimals of a number that is given, where it has as many


@dataclass(frozen=True, eq=False)
class Content:
    """A title, the identity of the exercise, a trace with blanks; `filled` has the numbers of blanks."""

    title: str
    identity: str
    trace: WengertList
    blanks: tuple[Blank, ...]
    digits: int
    hints: bool = False
    filled: Mapping[str, str] = field(default_factory=dict)

    @property
    def rounding(self) -> str:
        """Return how numbers are to be rounded, as a sentence."""
        return f"Round every number to {counted(self.digits, 'decimal')}."

    def given(self, writer: Prose) -> list[tuple[str, str]]:
        """Return the names and numbers of the leaves, with all their digits: the work starts from them."""
        exact = type(writer)(GIVEN)
        leaves = (v for v in self.trace if not v.parents and v.role != "constant")
        return [(str(v.symbol(writer)), str(exact.number(v.value))) for v in leaves]

    def forward(self, writer: Prose) -> Iterator[Line]:
        """Yield a line for each statement, v = formula."""
        for v, statement in self._explainer.statements.items():
            yield self._line(v, str(v.symbol(writer)), str(statement.written(writer)), is_adjoint=False)

    def reverse(self, writer: Prose) -> Iterator[Line]:
        """Yield a line for each adjoint that is asked for; with hints, the chain rule is on the right."""
        for blank in self.blanks:
            if blank.is_adjoint:
                v = self.trace[blank.slot]
                rule = self._explainer.explain(v).formula(writer) if self.hints else ""
                left = writer.partial(self.trace.output.name, v.name)
                yield self._line(v, left, rule, is_adjoint=True)

    def _line(self, v: Instruction, left: str, right: str, *, is_adjoint: bool) -> Line:
        blank = self._blank.get((v.index, is_adjoint))
        if blank is None:
            return Line("", left, right, f"{v.value:.{self.digits}f}")
        return Line(blank.written, left, right, self.filled.get(blank.name))

    @cached_property
    def _blank(self) -> Mapping[tuple[int, bool], Blank]:
        return {(blank.slot, blank.is_adjoint): blank for blank in self.blanks}

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.trace)

    def halves(self, writer: Prose) -> Iterator[tuple[str, list[Line]]]:
        """Yield the lines of the forward phase, then of the reverse phase, each under its heading."""
        halves = {"forward": list(self.forward(writer)), "reverse": list(self.reverse(writer))}
        return ((heading, lines) for heading, lines in halves.items() if lines)
