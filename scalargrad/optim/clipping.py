"""Clipping: gradients that are too long are shortened before an update."""

import math
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scalargrad.engine.node import describe
from scalargrad.engine.value import Value
from scalargrad.errors import NonFiniteError

if TYPE_CHECKING:
    import numpy as np


def gradient_norm(parameters: Iterable[Value]) -> float:
    """Return the Euclidean norm of the gradient, √(Σ gᵢ²), without overflow on the way.

    >>> w = Value(1.0)
    >>> w.grad = -2.0
    >>> gradient_norm([w])
    2.0
    """
    return math.hypot(*(parameter.grad for parameter in parameters))


def clip_grad_norm(parameters: Iterable[Value], limit: float) -> float:
    """Scale the gradient to the norm `limit` where it is longer: g ← g · limit / ‖g‖; return ‖g‖ before.

    PyTorch divides by ‖g‖ + 10⁻⁶ instead.  Raises NonFiniteError where ‖g‖ is no finite number.

    >>> w, b = Value(1.0), Value(1.0)
    >>> w.grad, b.grad = 3.0, 4.0
    >>> clip_grad_norm([w, b], 1.0)
    5.0
    >>> round(w.grad, 4), round(b.grad, 4)
    (0.6, 0.8)
    """
    parameters = list(parameters)
    norm = gradient_norm(parameters)
    if not math.isfinite(norm):
        worst = next((p for p in parameters if not math.isfinite(p.grad)), parameters[0])
        message = (
            f"a gradient of norm {norm} has no direction to keep: grad of {describe(worst)} is {worst.grad}"
        )
        raise NonFiniteError(message)
    factor = shortening(norm, limit)
    if factor < 1:
        for parameter in parameters:
            parameter.grad *= factor
    return norm


def length(gradient: "np.ndarray") -> float:
    """Return the Euclidean norm of a gradient in an array, without overflow on the way.

    >>> import numpy as np
    >>> length(np.array([3.0, 4.0]))
    5.0
    """
    from scalargrad.primitives.limits import quietly

    square = float(quietly(gradient.dot, gradient))
    safe = sys.float_info.min / sys.float_info.epsilon < square < math.inf
    return math.sqrt(square) if safe else math.hypot(*gradient.tolist())


def shortening(norm: float, limit: float) -> float:
    """Return the factor that brings a norm down to a limit, 1 for one that is below it."""
    return limit / norm if norm > limit else 1.0


def clip_grad_value(parameters: Iterable[Value], limit: float) -> None:
    """Clamp each component of the gradient between -limit and limit.

    >>> w = Value(1.0)
    >>> w.grad = -7.0
    >>> clip_grad_value([w], 5.0)
    >>> w.grad
    -5.0
    """
    for parameter in parameters:
        if abs(parameter.grad) > limit:
            parameter.grad = math.copysign(limit, parameter.grad)
