"""Losses over lists of Values, which mean what those of the same names in `scalargrad.nn` mean.

They are stated here again because a folder imports none beside it; a test holds them against each other.
"""

from typing import Any

from scalargrad.engine.composed import mean
from scalargrad.engine.functions import dot, logsumexp, total
from scalargrad.engine.value import Number, Value, as_value
from scalargrad.errors import DomainError, ShapeError
from scalargrad.expressions.vectors import Array, described, elementwise, flat, shape
from scalargrad.primitives.table import TABLE


def half_squared_error(prediction: Array, target: Array) -> Value:
    """Return ½ Σ (aᵢ - yᵢ)²."""
    return 0.5 * _sum(_squares(prediction, target))


def mse(prediction: Array, target: Array) -> Value:
    """Return the mean of (aᵢ - yᵢ)²."""
    return _mean(_squares(prediction, target))


def hinge(score: Array, target: Array) -> Value:
    """Return the mean of max(0, 1 - yᵢ · aᵢ), for targets of -1 or 1."""
    _check_targets("hinge", target, "-1 or 1", lambda y: y * y == 1)
    return _mean(flat(elementwise(lambda a, y: (1.0 - as_value(y) * a).relu(), score, target)))


def binary_cross_entropy(score: Array, target: Array) -> Value:
    """Return the mean of softplus(zᵢ) - yᵢ · zᵢ, of scores before their sigmoid, for targets from 0 to 1."""
    if any(isinstance(z, Value) and z.primitive is TABLE["sigmoid"] for z in flat(score)):
        message = (
            "binary_cross_entropy takes the score z itself, whose sigmoid it computes: leave sigmoid out"
        )
        raise DomainError(message)
    _check_targets("binary_cross_entropy", target, "from 0 to 1", lambda y: 0 <= y <= 1)
    return _mean(flat(elementwise(lambda z, y: as_value(z).softplus() - y * as_value(z), score, target)))


def cross_entropy(scores: Array, target: Array) -> Value:
    """Return -Σ yᵢ ln pᵢ, p = softmax(scores): ln Σ eᶻⁱ - zₜ for the class t, counted from 0.

    It takes the scores before their softmax, as in PyTorch, and a class or a list of probabilities.
    """
    if len(shape(scores)) != 1 or len(shape(target)) > 1:
        message = (
            f"cross_entropy takes a list of scores, and a class or a list of as many: got {described(scores)}"
        )
        raise ShapeError(message)
    if _are_probabilities(scores):
        message = "cross_entropy takes scores, whose softmax it computes; of probabilities write -log(p[i])"
        raise DomainError(message)
    if isinstance(target, list):
        if len(target) != len(scores):
            raise ShapeError(f"cross_entropy got {len(scores)} scores and a target of length {len(target)}")
        return logsumexp(scores) - dot(target, scores)
    chosen = _data(target)
    if chosen % 1 != 0 or not 0 <= chosen < len(scores):
        count = len(scores)
        message = f"cross_entropy needs a class from 0 to {count - 1} for {count} scores, got {chosen:g}"
        raise ShapeError(message)
    return logsumexp(scores) - as_value(scores[int(chosen)])


def _are_probabilities(values: list[Number]) -> bool:
    """Tell whether these are what softmax made, by their rows: exp of something minus one logsumexp."""
    made = [
        v.parents[0] for v in values if isinstance(v, Value) and v.primitive and v.primitive.name == "exp"
    ]
    norms = {v.parents[1] for v in made if v.primitive and v.primitive.name == "subtract"}
    rows = {norm.primitive and norm.primitive.name for norm in norms}
    return len(made) == len(values) and len(norms) == 1 and rows == {"logsumexp"}


def _squares(prediction: Array, target: Array) -> list[Number]:
    return flat(elementwise(lambda a, y: (as_value(a) - y) ** 2, prediction, target))


def _sum(values: list[Number]) -> Value:
    return as_value(values[0]) if len(values) == 1 else total(values)


def _mean(values: list[Number]) -> Value:
    return as_value(values[0]) if len(values) == 1 else mean(values)


def _check_targets(name: str, target: Array, wanted: str, test: Any) -> None:
    for y in map(_data, flat(target)):
        if not test(y):
            raise DomainError(f"{name} needs targets {wanted}, got {y:g}")


def _data(x: Number) -> float:
    return x.data if isinstance(x, Value) else float(x)
