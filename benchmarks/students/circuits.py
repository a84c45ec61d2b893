"""Circuits and functions to differentiate by hand, as lectures set them."""

import random
from collections.abc import Callable

from scalargrad import Value, cos, exp, label, log, maximum, minimum, sin, sqrt, tanh, trace
from scalargrad.examples import GALLERY
from students.drawing import Leaves
from students.problem import Problem

Build = Callable[[Leaves], dict[str, Value]]  # what is named on the way; the last is the output


def _logistic(v: Leaves) -> dict[str, Value]:
    s = v("w0") * v("x0") + v("w1") * v("x1") + v("w2")
    return {"s": s, "f": 1 / (1 + exp(-s))}


def _logistic_steps(v: Leaves) -> dict[str, Value]:
    s = v("w0") * v("x0") + v("w1") * v("x1") + v("w2")
    e = exp(-s)
    d = 1 + e
    return {"s": s, "e": e, "d": d, "f": 1 / d}


def _product_of_sum(v: Leaves) -> dict[str, Value]:
    q = v("x") + v("y")
    return {"q": q, "f": q * v("z")}


def _sum_times_max(v: Leaves) -> dict[str, Value]:
    q, m = v("x") + v("y"), maximum(v("z"), v("w"))
    return {"q": q, "m": m, "f": q * m}


def _max_gate(v: Leaves) -> dict[str, Value]:
    p, m = v("x") * v("y"), maximum(v("z"), v("w"))
    s = p + m
    return {"p": p, "m": m, "s": s, "f": s * 2}


def _min_gate(v: Leaves) -> dict[str, Value]:
    m = minimum(v("x"), v("y"))
    return {"m": m, "f": m * v("z") + v("x")}


def _neuron(v: Leaves) -> dict[str, Value]:
    n = v("x1") * v("w1") + v("x2") * v("w2") + v("b")
    return {"n": n, "o": tanh(n)}


def _quotient(v: Leaves) -> dict[str, Value]:
    a, d = v("x") + v("y"), v("x") * v("z")
    return {"a": a, "d": d, "f": a / d}


def _ratio(v: Leaves) -> dict[str, Value]:
    n = v("x") * v("y")
    d = 1 + v("z", 0.2, 2) ** 2
    return {"n": n, "d": d, "f": n / d}


def _squashed_quotient(v: Leaves) -> dict[str, Value]:
    x, y = v("x"), v("y")
    n, s = x + y.sigmoid(), x + y
    d = x.sigmoid() + s**2
    return {"n": n, "s": s, "d": d, "f": n / d}


def _two_paths(v: Leaves) -> dict[str, Value]:
    a = v("x") ** 2
    b = v("x") * v("y")
    return {"a": a, "b": b, "f": a + 3 * b}


def _polynomial(v: Leaves) -> dict[str, Value]:
    x = v("x")
    u = x * x + x
    return {"u": u, "f": u**3 - 2 * u}


def _cubes(v: Leaves) -> dict[str, Value]:
    a, b = v("x") ** 3, v("y") ** 2
    return {"a": a, "b": b, "f": a - b * v("x")}


def _powers(v: Leaves) -> dict[str, Value]:
    u = v("x") ** 2 + 1
    return {"u": u, "h": u**3}


def _wave(v: Leaves) -> dict[str, Value]:
    u = v("x") ** 2 + v("c")
    return {"u": u, "h": sin(u)}


def _waves(v: Leaves) -> dict[str, Value]:
    s, c = sin(v("x")), cos(v("y"))
    return {"s": s, "c": c, "f": s * c + v("x")}


def _length(v: Leaves) -> dict[str, Value]:
    q = v("x") ** 2 + v("y") ** 2
    return {"q": q, "r": sqrt(q)}


def _logarithm(v: Leaves) -> dict[str, Value]:
    u = v("x") ** 2 + v("c", 0.2, 2)
    g = log(u)
    return {"u": u, "g": g, "f": g * v("k")}


def _survey(v: Leaves) -> dict[str, Value]:
    x1, x2 = v("x1", 0.3, 2.5), v("x2")
    return {"y": log(x1) + x1 * x2 - sin(x2)}


def _logistic_loss(v: Leaves) -> dict[str, Value]:
    s = v("w") * v("x") + v("b")
    m = -s
    return {"s": s, "L": log(1 + exp(m))}


def _exponential(v: Leaves) -> dict[str, Value]:
    e = exp(v("a") * v("b"))
    return {"e": e, "f": e * v("c") + e}


def _regression(v: Leaves) -> dict[str, Value]:
    y = v("w") * v("x") + v("b")
    return {"y": y, "L": (y - v("t")) ** 2}


def _tree(v: Leaves) -> dict[str, Value]:
    c, d = v("a") + v("b"), v("b") + 1
    return {"c": c, "d": d, "e": c * d}


def _hinge(v: Leaves) -> dict[str, Value]:
    s = v("w1") * v("x1") + v("w2") * v("x2") + v("b")
    m = 1 - v("t") * s
    return {"s": s, "m": m, "L": m.relu()}


BUILDS: tuple[Build, ...] = (
    _logistic,
    _logistic_steps,
    _product_of_sum,
    _sum_times_max,
    _max_gate,
    _min_gate,
    _neuron,
    _quotient,
    _ratio,
    _squashed_quotient,
    _two_paths,
    _polynomial,
    _cubes,
    _powers,
    _wave,
    _waves,
    _length,
    _logarithm,
    _survey,
    _logistic_loss,
    _exponential,
    _regression,
    _tree,
    _hinge,
)


def circuit(generator: random.Random) -> Problem:
    """Return a circuit of the list with numbers of its own."""
    build, leaves = generator.choice(BUILDS), Leaves(generator)
    named = build(leaves)
    label(**named)
    return Problem(
        build.__name__.strip("_").replace("_", " "), trace(list(named.values())[-1]), frozenset(leaves.made)
    )


def of_gallery(generator: random.Random) -> Problem:
    """Return an example of the gallery, with its own numbers."""
    example = GALLERY[generator.choice(list(GALLERY))]
    parameters = frozenset(name for name in example.data if name[0] in "wbuv")
    few = len(example.data) < 5
    return Problem(example.name, trace(example.output()), frozenset(example.data) if few else parameters)
