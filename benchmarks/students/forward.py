"""Slips made forwards, at one value: another operation, an operand taken wrongly or left out."""

from collections.abc import Iterator, Sequence

from scalargrad.wengert.instruction import Instruction
from students.classes import slips
from students.pencil import Numbers
from students.problem import Problem
from students.work import Slip, ValueSlip, everywhere


def at(name: str, v: Instruction, instead: ValueSlip) -> Slip:
    """Return the slip of another value in place of the right one."""
    return Slip(name, v.name, {v.index: instead})


def with_operands(problem: Problem, slot: int, others: Sequence[tuple[int, int]]) -> ValueSlip:
    """Return how a value comes of other operands, each given by its position and the slot read instead."""

    def instead(values: Numbers, _: float) -> float:
        read = list(problem.parents[slot])
        for position, other in others:
            read[position] = other
        rule = problem.rules[slot]
        assert rule is not None
        return rule.value([values[p] for p in read])

    return instead


@slips("sign of a result")
def _sign_of_result(problem: Problem) -> Iterator[Slip]:
    for v in problem.computed:
        yield at("sign of a result", v, lambda _, z: -z)


@slips("decimal point of a value")
def _decimal_point(problem: Problem) -> Iterator[Slip]:
    for v in problem.computed:
        for factor in (0.1, 10.0):
            yield at("decimal point of a value", v, lambda _, z, factor=factor: z * factor)  # type: ignore[misc]


def _terms(problem: Problem, v: Instruction) -> Iterator[tuple[int, int | None, float]]:
    """Yield the terms of a sum: a slot, the slot it is multiplied by if any, and the sign."""
    assert v.primitive is not None
    parents, kind = problem.parents[v.index], v.primitive.name
    if kind == "dot":
        half = len(parents) // 2
        yield from ((x, y, 1.0) for x, y in zip(parents[:half], parents[half:]))
    elif kind in {"add", "subtract", "total"}:
        for position, p in enumerate(parents):
            yield p, None, -1.0 if kind == "subtract" and position else 1.0


def _term(values: Numbers, x: int, y: int | None, sign: float) -> float:
    return sign * values[x] * (1.0 if y is None else values[y])


def _is_bias(problem: Problem, v: Instruction, x: int, y: int | None) -> bool:
    """Tell whether a term is a leaf that is added to a sum."""
    others = [p for p in v.parents if p.index != x]
    return (
        y is None
        and problem.trace[x].role in {"input", "parameter"}
        and len(others) == 1
        and bool(others[0].parents)
    )


def _without_terms(problem: Problem, name: str, *, bias: bool, factor: float) -> Iterator[Slip]:
    for v in problem.at("dot", "add", "subtract", "total"):
        for x, y, sign in _terms(problem, v):
            if _is_bias(problem, v, x, y) == bias:

                def instead(
                    values: Numbers, z: float, x: int = x, y: int | None = y, sign: float = sign
                ) -> float:
                    return z - factor * _term(values, x, y, sign)

                yield at(name, v, instead)


@slips("term left out")
def _term_left_out(problem: Problem) -> Iterator[Slip]:
    return _without_terms(problem, "term left out", bias=False, factor=1.0)


@slips("bias forgotten")
def _bias_forgotten(problem: Problem) -> Iterator[Slip]:
    return everywhere(_without_terms(problem, "bias forgotten", bias=True, factor=1.0))


@slips("sign of a term")
def _sign_of_term(problem: Problem) -> Iterator[Slip]:
    for bias in (False, True):
        yield from _without_terms(problem, "sign of a term", bias=bias, factor=2.0)


@slips("neighbour taken forwards")
def _neighbour(problem: Problem) -> Iterator[Slip]:
    for v in problem.computed:
        for position, p in enumerate(problem.parents[v.index]):
            for q in problem.neighbours(p, v.index):
                yield at("neighbour taken forwards", v, with_operands(problem, v.index, [(position, q)]))


def transposed(problem: Problem) -> Iterator[tuple[int, int]]:
    """Yield the pairs of weights that stand across the diagonal of a matrix."""
    for matrix in problem.matrices:
        size = min(len(matrix), len(matrix[0]))
        for i in range(size):
            for j in range(i):
                yield problem.trace[matrix[i][j]].index, problem.trace[matrix[j][i]].index


@slips("weights transposed forwards")
def _transposed(problem: Problem) -> Iterator[Slip]:
    for one, other in transposed(problem):
        values = {}
        for weight, instead in ((one, other), (other, one)):
            for use in problem.uses[weight]:
                values[use.child] = with_operands(problem, use.child, [(use.position, instead)])
        yield Slip("weights transposed forwards", problem.trace[one].name, values)


@slips("raw scores normalised")
def _raw_scores(problem: Problem) -> Iterator[Slip]:
    exponentials = [v for v in problem.at("exp") if v.label]
    if len(exponentials) > 1:
        values = {v.index: with_identity(problem, v.index) for v in exponentials}
        yield Slip("raw scores normalised", "all scores", values)


def with_identity(problem: Problem, slot: int) -> ValueSlip:
    """Return how a value is that of its operand."""
    return lambda values, _: values[problem.parents[slot][0]]


@slips("wrong class")
def _wrong_class(problem: Problem) -> Iterator[Slip]:
    for v in problem.at("subtract", "divide"):  # sₖ - ln Σ eˢ, or eₖ / Z
        whole = problem.trace[problem.parents[v.index][1]]
        parts = set(problem.parents[whole.index])
        if whole.primitive and whole.primitive.name == "add":  # Z may be a sum of sums
            parts |= {q for p in parts for q in problem.parents[p] if not problem.trace[p].label}
        own = problem.parents[v.index][0]
        if own in parts and len(parts) > 1:
            for other in sorted(parts - {own}):
                if problem.trace[other].label:
                    yield at("wrong class", v, with_operands(problem, v.index, [(0, other)]))


@slips("difference reversed")
def _difference_reversed(problem: Problem) -> Iterator[Slip]:
    for v in problem.at("subtract"):
        if any(problem.trace[use.child].formula.endswith("**2") for use in problem.uses[v.index]):
            yield at("difference reversed", v, lambda _, z: -z)
