"""The laws that hold a row of the table against an independent reference: mpmath, to 40 digits."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mpmath import mp, mpf

from scalargrad.engine.apply import apply
from scalargrad.engine.transforms import hessian
from scalargrad.primitives.namespace import Reading
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee, strict

mp.dps = 40

# What each row computes, of its operands and then the parameters of its family.
REFERENCES: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "positive": lambda x: x,
    "abs": mp.fabs,
    "power": mp.power,
    "pow": mp.power,
    "sqrt": mp.sqrt,
    "exp": mp.exp,
    "expm1": mp.expm1,
    "exp2": lambda x: mp.power(2, x),
    "log": mp.log,
    "log1p": mp.log1p,
    "log2": lambda x: mp.log(x, 2),
    "log10": mp.log10,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "erf": mp.erf,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "log_sigmoid": lambda x: -mp.log1p(mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * mp.expm1(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "gelu": lambda x: x * mp.ncdf(x),
    "maximum": max,
    "minimum": min,
    "clip": lambda x, low, high: min(max(x, low), high),
    "total": lambda *xs: mp.fsum(xs),
    "dot": lambda *both: mp.fdot(both[: len(both) // 2], both[len(both) // 2 :]),
    "logsumexp": lambda *xs: mp.log(mp.fsum(map(mp.exp, xs))),
}

EXACTLY = Reading(
    pow=mp.power, divide=lambda x, y: x / y, sqrt=mp.sqrt, exp=mp.exp, expm1=mp.expm1, log=mp.log,
    exp2=lambda x: mp.power(2, x), log1p=mp.log1p, log2=lambda x: mp.log(x, 2), log10=mp.log10,
    sin=mp.sin, cos=mp.cos, tan=mp.tan, asin=mp.asin, acos=mp.acos, atan=mp.atan,
    sinh=mp.sinh, cosh=mp.cosh, tanh=mp.tanh, asinh=mp.asinh, acosh=mp.acosh, atanh=mp.atanh, erf=mp.erf,
    sign=mp.sign, maximum=max, minimum=min,
    where=lambda condition, chosen, otherwise: chosen if condition else otherwise,
    weigh=lambda weight, x: weight * x if weight else mpf(0),
    total=mp.fsum, dot=mp.fdot, logsumexp=lambda xs: mp.log(mp.fsum(map(mp.exp, xs))),
)  # fmt: skip

POINTS = (-40.0, -7.3, -2.0, -1.0, -0.75, -1e-3, 0.0, 1e-3, 0.3, 1.0, 1.7, 6.0, 25.0)
PAIRS = tuple(itertools.product((-2.5, -1.0, 0.0, 0.4, 1.0, 3.0), repeat=2))
SPECIAL: tuple[float, ...] = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 20.0, -20.0, 800.0)
SPECIAL += (-800.0, 1e300, -1e300, 1e-300, -1e-300, math.inf, -math.inf, math.nan)
LISTS = ((0.5, -1.5), (1.0, 1.0), (2.0, -3.0, 0.25, 7.0), (0.0, 0.0, -5.0, 30.0, 1.0, -0.5))


def inside(row: Primitive, operands: Sequence[float]) -> bool:
    """Tell whether the row's own domain admits the operands."""
    return row.domain is None or bool(row.domain(strict, *operands))


def all_operands(row: Primitive) -> Iterator[tuple[float, ...]]:
    """Yield sample operands of the row's arity, inside its domain or not."""
    yield from {1: zip(POINTS), 2: PAIRS, None: LISTS}[row.arity]


def operands_inside(row: Primitive) -> Iterator[tuple[float, ...]]:
    """Yield sample operands in the domain, at its boundary and at kinks too."""
    return (operands for operands in all_operands(row) if inside(row, operands))


def reference(row: Primitive) -> Callable[..., Any]:
    """Return the function of exact operands that the row has to agree with.

    A row that nobody stated a reference for is its own, read over exact numbers: then only its derivatives
    are held against something independent of them.
    """
    if row.name not in REFERENCES:
        return lambda *operands: row.value(EXACTLY, operands)
    known, parameters = REFERENCES[row.name], tuple(map(mpf, row.parameters))
    return lambda *operands: known(*operands, *parameters)


def close(got: Any, wanted: Any, tolerance: float = 1e-13) -> bool:
    """Tell whether two numbers agree within rounding."""
    return bool(abs(mpf(float(got)) - wanted) <= tolerance * (1 + abs(wanted)))


def moved(operands: Sequence[Any], i: int, x: Any) -> tuple[Any, ...]:
    """Return the operands with x in place i."""
    return (*operands[:i], x, *operands[i + 1 :])


def along(row: Primitive, operands: Sequence[float], i: int) -> Callable[[Any], Any]:
    """Return the reference as a function of its i-th operand."""
    exact = tuple(map(mpf, operands))
    return lambda x: reference(row)(*moved(exact, i, x))


def interior(row: Primitive, operands: Sequence[float], i: int) -> bool:
    """Tell whether the i-th operand may move a little both ways without leaving the domain."""
    return all(inside(row, moved(operands, i, operands[i] + h)) for h in (-1e-9, 1e-9))


def one_sided(row: Primitive, operands: Sequence[float], i: int, order: int = 1) -> list[Any]:
    """Return the reference's derivatives by the i-th operand from both sides, the smaller one first."""
    f = along(row, operands, i)
    return sorted(mp.diff(f, operands[i], order, direction=side) for side in (-1, 1))


def nearest_subgradient(row: Primitive, operands: Sequence[float], i: int, partial: float) -> Any:
    """Return the reference's derivative by the i-th operand, at a kink the one nearest to the partial."""
    left, right = one_sided(row, operands, i)
    return min(max(mpf(partial), left), right)


def smooth(row: Primitive, operands: Sequence[float]) -> bool:
    """Tell whether the reference has two derivatives by each operand."""
    nearby = itertools.product(*((x - 1e-9, x + 1e-9) for x in operands))
    if not all(inside(row, corner) for corner in nearby):
        return False
    sides = (one_sided(row, operands, i, n) for i in range(len(operands)) for n in (1, 2))
    return all(close(left, right, 1e-10) for left, right in sides)


def check_values(row: Primitive) -> None:
    """Assert that the row's value over floats is the reference's, everywhere in the domain."""
    for operands in operands_inside(row):
        got, wanted = row.value(strict, operands), reference(row)(*map(mpf, operands))
        assert close(got, wanted), f"{row.symbol}{operands} is {got}, not {wanted}"


def check_local_derivatives(row: Primitive) -> None:
    """Assert that each local derivative is the reference's, or at a kink a subgradient."""
    for operands in operands_inside(row):
        partials = row.local_derivatives(ieee, row.value(strict, operands), operands)
        assert len(partials) == len(operands)
        for i, partial in enumerate(partials):
            if interior(row, operands, i):
                wanted = nearest_subgradient(row, operands, i, partial)
                assert close(partial, wanted), (
                    f"∂{row.symbol}{operands} by operand {i} is {partial}, not {wanted}"
                )


def check_second_derivatives(row: Primitive) -> None:
    """Assert that derivatives of derivatives, read over Values, are the reference's."""
    for operands in filter(lambda operands: smooth(row, operands), operands_inside(row)):
        exact = tuple(map(mpf, operands))
        matrix = hessian(lambda *xs: apply(row, *row.arguments(xs)))(*operands)
        for i, j in itertools.product(range(len(operands)), repeat=2):
            order = [(k == i) + (k == j) for k in range(len(operands))]
            wanted = mp.diff(reference(row), exact, tuple(order))
            assert close(matrix[i][j], wanted, 1e-12), f"∂²{row.symbol}{operands} by {i}, {j} is not {wanted}"


def same(x: float, y: float) -> bool:
    """Tell whether two floats agree within rounding, where nan is nan and inf is inf."""
    return (math.isnan(x) and math.isnan(y)) or math.isclose(x, y, rel_tol=1e-13, abs_tol=1e-300)
