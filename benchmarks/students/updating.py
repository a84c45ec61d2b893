"""Slips around a descent step: weights updated before the sweep is done."""

from collections.abc import Iterator

from students.classes import slips
from students.problem import Problem, Use
from students.work import Handing, Slip, UseSlip

RATE = 0.5  # of the descent step in every problem


def _early(problem: Problem) -> dict[Use, UseSlip]:
    """Return what is handed on at each use beside a weight, over the weight after its step."""
    found: dict[Use, UseSlip] = {}
    for v in problem.trace:
        uses = problem.uses[v.index]
        if v.name not in problem.asked or len(uses) != 1 or problem.sibling(uses[0]) is None:
            continue
        child, half = uses[0].child, len(problem.parents[uses[0].child]) // 2
        across = Use(child, (uses[0].position + half) % (2 * half))
        if not problem.parents[problem.parents[child][across.position]]:
            continue  # beside an input no adjoint of a layer below is read off the weight

        def instead(h: Handing, position: int = across.position) -> float:
            return h.upstream * (h.local - RATE * h.upstream * h.operands[position])

        found[across] = instead
    return found


@slips("weight updated too early")
def _one(problem: Problem) -> Iterator[Slip]:
    for use, instead in _early(problem).items():
        v = problem.trace[use.child]
        place = f"{v.name} to {v.parents[use.position].name}"
        yield Slip("weight updated too early", place, uses={use: instead})


@slips("all weights updated too early")
def _all(problem: Problem) -> Iterator[Slip]:
    found = _early(problem)
    if len(found) > 1:
        yield Slip("all weights updated too early", "everywhere", uses=found)
