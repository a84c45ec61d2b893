"""Slips made backwards at a softmax with cross-entropy, whose derivative is p - y."""

from collections.abc import Iterator
from typing import NamedTuple

from students.classes import slips
from students.problem import Problem, Use
from students.work import Slip


class Loss(NamedTuple):
    """Name the slots of a loss: the scores, which of them is that of the class, how the −1 reaches it."""

    scores: tuple[int, ...]
    target: int
    direct: Use


def losses(problem: Problem) -> Iterator[Loss]:
    """Yield the losses -(sₖ - ln Σ eˢ) and -ln(eₖ / Σ eˢ) of a problem."""
    for v in problem.at("subtract"):
        s, whole = problem.parents[v.index]
        row = problem.trace[whole].primitive
        if row and row.name == "logsumexp" and s in problem.parents[whole]:
            yield Loss(problem.parents[whole], s, Use(v.index, 0))
    exponentials = [v for v in problem.at("exp") if v.label]
    for v in problem.at("divide"):
        e = problem.parents[v.index][0]
        if len(exponentials) > 1 and problem.trace[e] in exponentials:
            scores = tuple(problem.parents[x.index][0] for x in exponentials)
            yield Loss(scores, problem.parents[e][0], Use(v.index, 0))


@slips("-1 of the one-hot forgotten")
def _forgotten(problem: Problem) -> Iterator[Slip]:
    for loss in losses(problem):
        name = problem.trace[loss.target].name
        yield Slip("-1 of the one-hot forgotten", f"d {name}", uses={loss.direct: lambda h: 0.0})


@slips("-1 on the wrong class")
def _wrong_class(problem: Problem) -> Iterator[Slip]:
    for loss in losses(problem):
        for other in loss.scores:
            if other != loss.target:
                adjoints = {
                    loss.target: lambda c, _: sum(c) + 1.0,
                    other: lambda c, _: sum(c) - 1.0,
                }
                yield Slip("-1 on the wrong class", f"d {problem.trace[other].name}", adjoints=adjoints)
