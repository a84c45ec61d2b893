"""Slips made forwards by working out another operation, the right derivative following or the wrong one."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from scalargrad.wengert.instruction import Instruction
from students.classes import CLASSES
from students.pencil import RULES, Numbers, sigmoid
from students.problem import Problem, Use
from students.work import Handing, Slip, everywhere


class Other(NamedTuple):
    """State what is worked out in place of some primitives, over operands and the exponent of a power.

    Where `derivatives` are given there are persons who go on backwards with those of the wrong operation.
    """

    name: str
    primitives: tuple[str, ...]
    value: Callable[[Numbers, float], float]
    derivatives: Callable[[Numbers, float], Numbers] | None = None
    applies: Callable[[Problem, Instruction], bool] = lambda problem, v: True


def _inverse(xs: Numbers, _: float) -> Numbers:
    return -xs[1] / xs[0] ** 2, 1.0 / xs[0]


def _has_constant(
    number: float | None, position: int | None = None
) -> Callable[[Problem, Instruction], bool]:
    """Return whether an operand is a constant, or a certain one."""

    def applies(problem: Problem, v: Instruction) -> bool:
        parents = problem.parents[v.index]
        read = parents if position is None else (parents[position],)
        return any(problem.is_constant(p, number) for p in read)

    return applies


def _free(problem: Problem, v: Instruction) -> bool:
    """Tell whether no operand is a constant."""
    return not any(problem.is_constant(p) for p in problem.parents[v.index])


def _is_square(_: Problem, v: Instruction) -> bool:
    return v.primitive is not None and v.primitive.parameters == (2.0,)


def _of(name: str) -> tuple[Callable[[Numbers, float], float], Callable[[Numbers, float], Numbers]]:
    """Return value and derivatives of another primitive, as they stand in the table."""
    rule = RULES[name]
    return (lambda xs, _: rule.value(xs)), (lambda xs, _: rule.derivatives(xs, rule.value(xs)))


OTHERS = [
    Other("activation not applied", ("sigmoid", "tanh"), lambda xs, _: xs[0], lambda xs, _: (1.0,)),
    Other("function not applied", ("log", "sqrt", "sin", "cos"), lambda xs, _: xs[0], lambda xs, _: (1.0,)),
    Other("relu not applied", ("relu",), lambda xs, _: xs[0], lambda xs, _: (1.0,)),
    Other("sigmoid of +z", ("sigmoid",), lambda xs, _: sigmoid(-xs[0])),
    Other("reciprocal forgotten", ("sigmoid",), lambda xs, _: 1.0 + math.exp(-xs[0])),
    Other("reciprocal forgotten", ("divide",), lambda xs, _: xs[1], None, _has_constant(1.0, 0)),
    Other("sum for product", ("multiply",), *_of("add"), _free),
    Other("product for sum", ("add",), *_of("multiply"), _free),
    Other("quotient upside down", ("divide",), lambda xs, _: xs[1] / xs[0], _inverse, _free),
    Other("sigmoid for tanh", ("tanh",), *_of("sigmoid")),
    Other("tanh for sigmoid", ("sigmoid",), *_of("tanh")),
    Other("wrong logarithm", ("log",), lambda xs, _: math.log10(xs[0])),
    Other("wrong logarithm", ("log",), lambda xs, _: math.log2(xs[0])),
    Other("degrees for radians", ("sin",), lambda xs, _: math.sin(math.radians(xs[0]))),
    Other("degrees for radians", ("cos",), lambda xs, _: math.cos(math.radians(xs[0]))),
    Other("square forgotten", ("power",), lambda xs, _: xs[0], lambda xs, _: (1.0,), _is_square),
    Other("multiple for power", ("power",), lambda xs, n: n * xs[0], lambda xs, n: (n,)),
    Other("min for max", ("maximum",), *_of("minimum")),
    Other("min for max", ("minimum",), *_of("maximum")),
]


def _made(other: Other, problem: Problem) -> Iterator[Slip]:
    sites = [v for v in problem.at(*other.primitives) if other.applies(problem, v)]
    yield from everywhere(_slip(other, problem, v) for v in sites)
    if other.derivatives:
        yield from everywhere(_slip(other, problem, v, backwards=True) for v in sites)


def _slip(other: Other, problem: Problem, v: Instruction, *, backwards: bool = False) -> Slip:
    assert v.primitive is not None
    exponent, operands = (*v.primitive.parameters, 0.0)[0], problem.parents[v.index]

    def value(values: Numbers, _: float) -> float:
        return other.value([values[p] for p in operands], exponent)

    def handed(h: Handing, k: int) -> float:
        assert other.derivatives is not None
        return h.upstream * other.derivatives(h.operands, exponent)[k]

    uses = {Use(v.index, k): partial(handed, k=k) for k in range(len(operands))} if backwards else {}
    return Slip(other.name, f"{v.name}, also backwards" if backwards else v.name, {v.index: value}, uses)


def _constant_forgotten(problem: Problem) -> Iterator[Slip]:
    for v in problem.at("multiply"):
        for p, q in (problem.parents[v.index], problem.parents[v.index][::-1]):
            if problem.is_constant(p) and not problem.is_constant(q):
                values = {v.index: lambda values, _, q=q: values[q]}
                yield Slip("constant forgotten", v.name, values)
                if problem.is_constant(p, 0.5):
                    uses = {Use(v.index, problem.parents[v.index].index(q)): lambda h: h.upstream}
                    yield Slip("constant forgotten", f"{v.name}, also backwards", values, uses)


for _name in dict.fromkeys(other.name for other in OTHERS):
    CLASSES[_name] = lambda problem, name=_name: (  # type: ignore[misc]
        slip for other in OTHERS if other.name == name for slip in _made(other, problem)
    )
CLASSES["constant forgotten"] = _constant_forgotten
