"""Slips made backwards in a local derivative: a rule of differentiation taken wrongly."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from students.classes import CLASSES
from students.pencil import RULES, Numbers, Rule
from students.problem import Problem, Use
from students.work import Handing, Slip, everywhere


class Wrong(NamedTuple):
    """State a wrong ∂z/∂x over the operands, the value z, the position of x and the exponent of a power."""

    name: str
    primitives: tuple[str, ...]
    local: Callable[[Numbers, float, int, float], float]
    position: int | None = None  # None for any


UNARY = ("tanh", "sin", "cos", "sqrt", "sigmoid", "log", "power")


def _at_output(rule: Rule) -> Callable[[Numbers, float, int, float], float]:
    """Return f' taken at the value f(x) in place of x."""
    return lambda xs, z, k, n: rule.derivatives([z], rule.value([z]))[0]


WRONG_RULES = [
    Wrong("1 - o for o(1 - o)", ("sigmoid",), lambda xs, z, k, n: 1.0 - z),
    Wrong("f for f'", UNARY, lambda xs, z, k, n: z),
    Wrong("a(1 - a) for o(1 - o)", ("sigmoid",), lambda xs, z, k, n: xs[0] * (1.0 - xs[0])),
    Wrong("1 - a² for 1 - h²", ("tanh",), lambda xs, z, k, n: 1.0 - xs[0] ** 2),
    *(Wrong("derivative at the output", (name,), _at_output(RULES[name])) for name in UNARY if name in RULES),
    Wrong("derivative at the output", ("power",), lambda xs, z, k, n: n * z ** (n - 1.0)),
    Wrong("o(1 - o) for tanh", ("tanh",), lambda xs, z, k, n: z * (1.0 - z)),
    Wrong("1 - h² for sigmoid", ("sigmoid",), lambda xs, z, k, n: 1.0 - z * z),
    Wrong("1 - h for tanh", ("tanh",), lambda xs, z, k, n: 1.0 - z),
    Wrong("-1/d for -1/d²", ("divide",), lambda xs, z, k, n: -xs[0] / xs[1], 1),
    Wrong("1/d² for -1/d²", ("divide",), lambda xs, z, k, n: xs[0] / xs[1] ** 2, 1),
    Wrong("1/d for -1/d²", ("divide",), lambda xs, z, k, n: xs[0] / xs[1], 1),
    Wrong("n·eⁿ⁻¹ for eⁿ", ("exp",), lambda xs, z, k, n: xs[0] * math.exp(xs[0] - 1.0)),
    Wrong("exponent forgotten", ("power",), lambda xs, z, k, n: xs[0] ** (n - 1.0)),
    Wrong("exponent not lowered", ("power",), lambda xs, z, k, n: n * xs[0] ** n),
    Wrong("1/ln x for 1/x", ("log",), lambda xs, z, k, n: 1.0 / z),
    Wrong("x for 1/x", ("log",), lambda xs, z, k, n: xs[0]),
    Wrong("-cos for cos", ("sin",), lambda xs, z, k, n: -math.cos(xs[0])),
    Wrong("sin for -sin", ("cos",), lambda xs, z, k, n: math.sin(xs[0])),
    Wrong("1/√x for 1/(2√x)", ("sqrt",), lambda xs, z, k, n: 1.0 / z),
    Wrong("plus as product", ("add", "subtract"), lambda xs, z, k, n: xs[1 - k]),
    Wrong("product as plus", ("multiply", "dot"), lambda xs, z, k, n: 1.0),
    Wrong("own factor", ("multiply", "dot"), lambda xs, z, k, n: xs[k]),
]


def _sites(wrong: Wrong, problem: Problem) -> Iterator[Use]:
    """Yield every use that a wrong rule applies to."""
    for v in problem.at(*wrong.primitives):
        is_free = not any(map(problem.is_constant, problem.parents[v.index]))
        for k in range(len(v.parents)):
            if k == wrong.position or (wrong.position is None and is_free):
                yield Use(v.index, k)


def _slip(wrong: Wrong, problem: Problem, use: Use) -> Slip:
    v, k = problem.trace[use.child], use.position
    exponent = (*v.primitive.parameters, 0.0)[0] if v.primitive else 0.0

    def handed(h: Handing) -> float:
        return h.upstream * wrong.local(h.operands, h.value, k, exponent)

    return Slip(wrong.name, f"{v.name} to {v.parents[k].name}", uses={use: handed})


def _made(wrong: Wrong, problem: Problem) -> Iterator[Slip]:
    made = [_slip(wrong, problem, use) for use in _sites(wrong, problem)]
    yield from everywhere(made) if len(wrong.primitives) == 1 else made


for _name in dict.fromkeys(wrong.name for wrong in WRONG_RULES):
    CLASSES[_name] = lambda problem, name=_name: (  # type: ignore[misc]
        slip for wrong in WRONG_RULES if wrong.name == name for slip in _made(wrong, problem)
    )
