"""The rules that a person computes by, written apart from the package: a value, its local derivatives."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalargrad.primitives.row import Primitive

Numbers = Sequence[float]


class Rule(NamedTuple):
    """State how a value comes of its operands, and its derivatives by each, over operands and value."""

    value: Callable[[Numbers], float]
    derivatives: Callable[[Numbers, float], Numbers]


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e⁻ˣ)."""
    return 1.0 / (1.0 + math.exp(-x))


def _dot(xs: Numbers) -> float:
    half = len(xs) // 2
    return sum(x * y for x, y in zip(xs[:half], xs[half:]))


def _dot_derivatives(xs: Numbers, _: float) -> Numbers:
    half = len(xs) // 2
    return [*xs[half:], *xs[:half]]


def _chosen(xs: Numbers, choose: Callable[[Numbers], float]) -> Numbers:
    best = choose(xs)
    share = 1.0 / sum(x == best for x in xs)
    return [share if x == best else 0.0 for x in xs]


RULES = {
    "add": Rule(lambda xs: xs[0] + xs[1], lambda xs, z: (1.0, 1.0)),
    "subtract": Rule(lambda xs: xs[0] - xs[1], lambda xs, z: (1.0, -1.0)),
    "multiply": Rule(lambda xs: xs[0] * xs[1], lambda xs, z: (xs[1], xs[0])),
    "divide": Rule(lambda xs: xs[0] / xs[1], lambda xs, z: (1.0 / xs[1], -xs[0] / xs[1] ** 2)),
    "negative": Rule(lambda xs: -xs[0], lambda xs, z: (-1.0,)),
    "sqrt": Rule(lambda xs: math.sqrt(xs[0]), lambda xs, z: (0.5 / z,)),
    "exp": Rule(lambda xs: math.exp(xs[0]), lambda xs, z: (z,)),
    "log": Rule(lambda xs: math.log(xs[0]), lambda xs, z: (1.0 / xs[0],)),
    "sin": Rule(lambda xs: math.sin(xs[0]), lambda xs, z: (math.cos(xs[0]),)),
    "cos": Rule(lambda xs: math.cos(xs[0]), lambda xs, z: (-math.sin(xs[0]),)),
    "tanh": Rule(lambda xs: math.tanh(xs[0]), lambda xs, z: (1.0 - z * z,)),
    "sigmoid": Rule(lambda xs: sigmoid(xs[0]), lambda xs, z: (z * (1.0 - z),)),
    "relu": Rule(lambda xs: max(xs[0], 0.0), lambda xs, z: (1.0 if xs[0] > 0 else 0.0,)),
    "maximum": Rule(max, lambda xs, z: _chosen(xs, max)),
    "minimum": Rule(min, lambda xs, z: _chosen(xs, min)),
    "total": Rule(sum, lambda xs, z: [1.0] * len(xs)),
    "dot": Rule(_dot, _dot_derivatives),
    "logsumexp": Rule(
        lambda xs: math.log(sum(map(math.exp, xs))), lambda xs, z: [math.exp(x - z) for x in xs]
    ),
}


def power(n: float) -> Rule:
    """Return the rule of xⁿ."""
    return Rule(lambda xs: float(xs[0] ** n), lambda xs, z: (float(n * xs[0] ** (n - 1.0)),))


def rule(row: Primitive) -> Rule:
    """Return the rule of a primitive."""
    return power(row.parameters[0]) if row.name == "power" else RULES[row.name]


# What local derivatives are read off, which says where a wrong number is seen again on the way back.
READ_OFF_VALUE = {"exp", "sigmoid", "tanh", "sqrt", "logsumexp"}
READ_OFF_OPERANDS = {"multiply", "dot", "divide", "log", "sin", "cos", "relu", "power"}
READ_OFF_OPERANDS |= {"maximum", "minimum", "logsumexp"}
