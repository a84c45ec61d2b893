"""Functions of Values that are composed of rows: means, softmax, choices."""

from collections.abc import Iterable

from scalargrad.engine.functions import logsumexp, total
from scalargrad.engine.value import Number, Value, as_value, as_values
from scalargrad.errors import ShapeError

__all__ = ["log_softmax", "mean", "softmax", "where"]


def mean(values: Iterable[Number], /) -> Value:
    """Return (x₁ + … + xₖ) / k; raise ShapeError for no values.

    >>> mean([1.0, 2.0, 6.0]).data
    3.0
    """
    listed = _at_least_one("mean", values)
    return total(listed) / len(listed)


def log_softmax(logits: Iterable[Number], /) -> list[Value]:
    """Return the list of xᵢ - ln Σⱼ eˣʲ; raise ShapeError for no logits.

    >>> [round(p.data, 4) for p in log_softmax([0.0, 0.0])]
    [-0.6931, -0.6931]
    """
    listed = _at_least_one("log_softmax", logits)
    normaliser = logsumexp(listed)
    return [logit - normaliser for logit in listed]


def softmax(logits: Iterable[Number], /) -> list[Value]:
    """Return the list of eˣⁱ / Σⱼ eˣʲ, which is positive and adds up to 1.

    >>> [round(p.data, 4) for p in softmax([5.0, 5.0])]
    [0.5, 0.5]
    """
    return [log_probability.exp() for log_probability in log_softmax(logits)]


def where(condition: object, chosen: Number, otherwise: Number) -> Value:
    """Return `chosen` where the condition is true, else `otherwise`; only that one gets a gradient.

    Python's own `a if c else b` does the same and does not even compute the other.

    >>> x = Value(-2.0)
    >>> where(x > 0, x, 0.1 * x).data
    -0.2
    """
    return as_value(chosen if condition else otherwise)


def _at_least_one(name: str, values: Iterable[Number]) -> list[Value]:
    if not (listed := as_values(values)):
        message = f"{name} needs at least one value, got none"
        raise ShapeError(message)
    return listed
