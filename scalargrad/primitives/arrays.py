"""NumPy arrays as a namespace: rows read element by element.

NumPy follows IEEE 754 on its own, so one namespace both evaluates and differentiates.  Its warnings
are left to the caller, who knows which limits are expected (`numpy.errstate`).  A list of operands is
one array with a leading axis, or a list of arrays of one shape.
"""

import math
from typing import Any

import numpy as np

from scalargrad.primitives.namespace import Reading


def _erf(x: Any) -> Any:
    # NumPy has no error function, and SciPy would be a large dependency for this one: slow but exact.
    return np.vectorize(math.erf, otypes=[float])(x)


def _weigh(weight: Any, x: Any) -> Any:
    return np.where(weight == 0, 0.0, weight * x)


def _total(xs: Any) -> Any:
    return np.sum(np.asarray(xs), axis=0)


def _dot(ws: Any, xs: Any) -> Any:
    return np.einsum("i...,i...->...", np.asarray(ws), np.asarray(xs))


def _logsumexp(xs: Any) -> Any:
    return np.logaddexp.reduce(np.asarray(xs), axis=0)


def _softmax(xs: Any, z: Any) -> Any:
    return np.exp(np.asarray(xs) - z)


arrays = Reading(
    pow=np.pow, divide=np.divide, sqrt=np.sqrt,
    exp=np.exp, expm1=np.expm1, exp2=np.exp2, log=np.log, log1p=np.log1p, log2=np.log2, log10=np.log10,
    sin=np.sin, cos=np.cos, tan=np.tan, asin=np.asin, acos=np.acos, atan=np.atan,
    sinh=np.sinh, cosh=np.cosh, tanh=np.tanh, asinh=np.asinh, acosh=np.acosh, atanh=np.atanh, erf=_erf,
    where=np.where, weigh=_weigh, sign=np.sign, maximum=np.maximum, minimum=np.minimum,
    total=_total, dot=_dot, logsumexp=_logsumexp, softmax=_softmax, ones_like=np.ones_like,
)  # fmt: skip
