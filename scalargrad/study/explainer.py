"""Explain the adjoints of a trace, each by the statements that read it."""

from typing import get_args

from scalargrad.errors import known
from scalargrad.study.explain import Explanation, Notation, Term
from scalargrad.study.paths import count_paths, largest_paths
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.statements import Statement, statements


class Explainer:
    """Explain the adjoints of one trace: Σ over children c of (∂output/∂c) · (∂c/∂target).

    Children are statements: a step without a name is folded into the one that uses it, where it `folds`.
    """

    def __init__(self, trace: WengertList, *, folds: bool = True) -> None:
        self.trace = trace
        self.statements = statements(trace, folds=folds)
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
