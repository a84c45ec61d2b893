"""Floats under NumPy's names: the namespaces in which a primitive is read as numbers.

A primitive is written once over a namespace `m` (`m.exp(x)`, `m.where(c, a, b)`).  Floats have two:

- `strict` evaluates.  It raises outside the domain of a function, as Python's own arithmetic does,
  so that no wrong number enters a graph.
- `ieee` differentiates.  It follows IEEE 754 to the limits (1/0 = inf, log 0 = -inf, 0/0 = nan), as
  NumPy does, because the derivative of the square root at 0 *is* infinite.

Road not taken: one namespace that always follows IEEE 754.  It would need no exceptions, and a
logarithm of -1 would surface, if at all, as a NaN a thousand operations later.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from scalargrad.primitives.namespace import Reading

inf, nan = math.inf, math.nan


def _pow(x: float, n: float) -> float:
    if ((x < 0 and n % 1 != 0) or x == 0 > n) and not math.isnan(n):
        raise ValueError  # as `math.pow` does, which at infinity takes every n for an even integer instead
    return math.pow(x, n)


def _where(condition: bool, chosen: Any, otherwise: Any) -> Any:
    return chosen if condition else otherwise


def _weigh(weight: float, x: float) -> float:
    return weight * x if weight else 0.0  # a factor of 0 outweighs an infinite derivative


def _sign(x: float) -> float:
    return x if x == 0 or math.isnan(x) else math.copysign(1.0, x)


def _maximum(x: float, y: float) -> float:
    return x if x >= y or math.isnan(x) else y  # a NaN on either side wins, as in NumPy


def _minimum(x: float, y: float) -> float:
    return x if x <= y or math.isnan(x) else y


def _total(xs: Sequence[float]) -> float:
    return sum(xs, 0.0)


def _dot(ws: Sequence[float], xs: Sequence[float]) -> float:
    return sum(map(operator.mul, ws, xs), 0.0)


def _logsumexp(xs: Sequence[float]) -> float:
    top = max(xs)
    if not math.isfinite(top):
        return math.nan if any(map(math.isnan, xs)) else top
    others = list(xs)
    others.remove(top)  # whose power is the 1 of log1p, exact also where all others are small
    return top + math.log1p(sum(math.exp(x - top) for x in others))


def _softmax(xs: Sequence[float], z: float) -> list[float]:
    return [ieee.exp(x - z) for x in xs]


def _ones_like(xs: Sequence[float]) -> list[float]:
    return [1.0] * len(xs)


strict = Reading(
    pow=_pow, divide=operator.truediv, sqrt=math.sqrt,
    exp=math.exp, expm1=math.expm1, exp2=math.exp2,
    log=math.log, log1p=math.log1p, log2=math.log2, log10=math.log10,
    sin=math.sin, cos=math.cos, tan=math.tan, asin=math.asin, acos=math.acos, atan=math.atan,
    sinh=math.sinh, cosh=math.cosh, tanh=math.tanh, asinh=math.asinh, acosh=math.acosh, atanh=math.atanh,
    erf=math.erf,
    where=_where, weigh=_weigh, sign=_sign, maximum=_maximum, minimum=_minimum,
    total=_total, dot=_dot, logsumexp=_logsumexp, softmax=_softmax, ones_like=_ones_like,
)  # fmt: skip


def _quotient_limit(x: float, y: float) -> float:
    return nan if x == 0 or math.isnan(x) else math.copysign(inf, x) * math.copysign(1.0, y)


def _power_limit(x: float, n: float) -> float:
    if x < 0 and n % 1 != 0:
        return nan
    return math.copysign(inf, x) if n % 2 == 1 else inf  # n % 2 == 1 holds for odd integers only


# What a function tends to where `math` raises instead.  A function without an entry never raises.
_LIMITS: dict[str, Callable[..., float]] = {
    "pow": _power_limit,
    "divide": _quotient_limit,
    "sqrt": lambda x: nan,
    "exp": lambda x: inf,
    "expm1": lambda x: inf,
    "exp2": lambda x: inf,
    "log": lambda x: -inf if x == 0 else nan,
    "log1p": lambda x: -inf if x == -1 else nan,
    "log2": lambda x: -inf if x == 0 else nan,
    "log10": lambda x: -inf if x == 0 else nan,
    "sin": lambda x: nan,
    "cos": lambda x: nan,
    "tan": lambda x: nan,
    "asin": lambda x: nan,
    "acos": lambda x: nan,
    "sinh": lambda x: math.copysign(inf, x),
    "cosh": lambda x: inf,
    "acosh": lambda x: nan,
    "atanh": lambda x: math.copysign(inf, x) if abs(x) == 1 else nan,
}


def _to_the_limit(function: Callable[..., float], limit: Callable[..., float]) -> Callable[..., float]:
    def evaluate(*operands: float) -> float:
        try:
            return function(*operands)
        except (ValueError, ArithmeticError):
            return limit(*operands)

    return evaluate


_raising = strict.functions | {"pow": math.pow}  # whose values at infinity are those of IEEE 754
ieee = Reading(**_raising | {name: _to_the_limit(_raising[name], limit) for name, limit in _LIMITS.items()})
