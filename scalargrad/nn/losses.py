"""Losses: how far one prediction is from its target; a training step takes their mean over a batch.

A prediction is a Value or a list of them, a target a number or a list; a list of one is that one.
A target may be a Value, for a loss has a value at every target; it is checked where it stands for a number,
as the argument of a function that is recorded.
"""

import numbers
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, get_args

from scalargrad.engine.composed import pick
from scalargrad.engine.functions import dot, logsumexp, total
from scalargrad.engine.lines import warn
from scalargrad.engine.node import describe
from scalargrad.engine.value import Number, Value, as_values
from scalargrad.engine.watching import watcher
from scalargrad.errors import AppliedTwiceWarning, DomainError, ShapeError, meant
from scalargrad.nn.samples import is_batch
from scalargrad.primitives.rows import exp, sigmoid
from scalargrad.primitives.rows import logsumexp as logsumexp_row

Prediction = Number | Sequence[Number]
Target = Any  # a number or a list of them, as it came in the data: from NumPy, pandas, or a file
Loss = Callable[[Any, Any], Value]  # of a prediction and a target of the kinds it is made for
LossName = Literal["half_squared_error", "mse", "hinge", "binary_cross_entropy", "cross_entropy"]


def half_squared_error(prediction: Prediction, target: Target) -> Value:
    """Return ½ Σ (aᵢ - yᵢ)², whose derivative by aᵢ is aᵢ - yᵢ.

    >>> half_squared_error(Value(3.0), 1.0).data
    2.0
    """
    return 0.5 * _sum([(a - y) ** 2 for a, y in _pairs("half_squared_error", prediction, target)])


def mse(prediction: Prediction, target: Target) -> Value:
    """Return the mean of (aᵢ - yᵢ)².

    >>> mse([Value(3.0), Value(1.0)], [1.0, 1.0]).data
    2.0
    """
    return _mean([(a - y) ** 2 for a, y in _pairs("mse", prediction, target)])


def hinge(prediction: Prediction, target: Target) -> Value:
    """Return max(0, 1 - y · a), the margin of a score a by which it falls short, for y = -1 or 1.

    For lists, it is the mean.  Raises DomainError for any other target.

    >>> hinge(Value(0.25), -1).data
    1.25
    """
    return _mean([_shortfall(a, y) for a, y in _pairs("hinge", prediction, target)])


def binary_cross_entropy(prediction: Prediction, target: Target) -> Value:
    """Return -y ln σ(z) - (1 - y) ln(1 - σ(z)) of a logit z, as softplus(z) - y · z; 0 ≤ y ≤ 1.

    Its derivative by z is σ(z) - y.  For lists, it is the mean.  Warns with AppliedTwiceWarning if z is the
    output of a sigmoid already.

    >>> round(binary_cross_entropy(Value(0.0), 1).data, 4)
    0.6931
    >>> binary_cross_entropy(Value(-1000.0), 1).data
    1000.0
    """
    return _mean([_surprise(z, y) for z, y in _pairs("binary_cross_entropy", prediction, target)])


def cross_entropy(prediction: Prediction, target: Target) -> Value:
    """Return -Σ yᵢ ln pᵢ, p = softmax(z), of logits z: ln Σ eᶻⁱ - zₜ for the class t.

    The target is the number of the class, or a one-hot list, or probabilities that add up to 1.  The
    derivative by z is p - y.  Raises ShapeError for a target that does not fit the logits; warns with
    AppliedTwiceWarning if they are outputs of softmax already.

    >>> z = [Value(1000.0), Value(0.0)]
    >>> cross_entropy(z, 1).data, cross_entropy(z, [1, 0]).data
    (1000.0, 0.0)
    """
    logits = as_values(_listed(prediction, "cross_entropy"))
    _warn_of_probabilities("cross_entropy", logits[0])
    if isinstance(target, Value):  # an argument of a function that is recorded
        return logsumexp(logits) - pick(logits, target)
    if isinstance(target, numbers.Real):
        return logsumexp(logits) - logits[_class(float(target), len(logits))]
    if len(target) != len(logits):
        message = f"cross_entropy got {len(logits)} logits and a target of length {len(target)}"
        raise ShapeError(message)
    return logsumexp(logits) - dot(target, logits)


def l2_penalty(parameters: Iterable[Value], strength: float) -> Value:
    """Return strength · Σ θ², to be added to a loss; it pulls each θ towards 0 by 2 · strength · θ.

    >>> l2_penalty([Value(3.0), Value(4.0)], 0.1).data
    2.5
    """
    parameters = tuple(parameters)
    return dot(parameters, parameters) * strength


LOSSES: dict[LossName, Loss] = {name: globals()[name] for name in get_args(LossName)}


def loss_function(loss: LossName | Loss) -> Loss:
    """Return the loss of this name, or the function itself."""
    if callable(loss):
        return loss
    return LOSSES[meant("loss", loss, LOSSES)]


def _shortfall(score: Value, target: Target) -> Value:
    if not _passes(_is_a_sign, target):
        message = f"hinge needs the targets -1 and 1, got {_shown(target)}"
        raise DomainError(message)
    shortfall: Value = 1.0 - target * score
    return shortfall.relu()


def _surprise(logit: Value, target: float) -> Value:
    if not _passes(_is_a_share, target):
        message = f"binary_cross_entropy needs targets from 0 to 1, got {_shown(target)}"
        raise DomainError(message)
    _warn_of_probabilities("binary_cross_entropy", logit)
    return logit.softplus() - target * logit


def _warn_of_probabilities(name: str, logit: Value) -> None:
    row = logit.primitive
    if row is sigmoid or (row is exp and _is_of_softmax(logit)):
        activation = "softmax" if row is exp else "sigmoid"
        message = (
            f"{name} takes logits, and {describe(logit)} is the output of a {activation} already, which is "
            "then applied twice: leave it out of the model, output=None"
        )
        warn(message, AppliedTwiceWarning)


def _is_of_softmax(p: Value) -> bool:
    """Tell whether p is e to the power of a difference to ln Σ eᶻ, as softmax computes it."""
    return any(parent.primitive is logsumexp_row for parent in p.parents[0].parents)


def _is_a_sign(y: Any) -> Any:
    square = y * y
    return (square >= 1) & (square <= 1)


def _is_a_share(y: Any) -> Any:
    return (y >= 0) & (y <= 1)


def _passes(test: Callable[[Any], Any], target: Any) -> bool:
    if isinstance(target, Value):
        return watcher.get().required(target, test)
    return isinstance(target, numbers.Real) and bool(test(target))


def _shown(target: Any) -> str:
    return f"{target._data if isinstance(target, Value) else target!r:.60}"


def _class(target: float, count: int) -> int:
    if target % 1 != 0 or not 0 <= target < count:
        message = f"cross_entropy needs a class from 0 to {count - 1} for {count} logits, got {target:g}"
        raise ShapeError(message)
    return int(target)


def _pairs(name: str, prediction: Prediction, target: Target) -> list[tuple[Value, Any]]:
    predictions, targets = as_values(_listed(prediction, name)), _listed(target, name)
    if len(predictions) != len(targets):
        classes = "; for the number of a class the loss is cross_entropy" * (len(targets) == 1)
        message = f"{name} got {len(predictions)} predictions for {len(targets)} targets{classes}"
        raise ShapeError(message)
    return list(zip(predictions, targets))


def _listed(x: Any, name: str) -> Sequence[Number]:
    """Return a prediction or a target as a list; raise ShapeError for a batch of several."""
    if isinstance(x, Value | numbers.Real):
        return [x]  # type: ignore[list-item]
    if hasattr(x, "__len__") and is_batch(x):
        message = f"{name} is of one sample; over a batch, scalargrad.mean(map(nn.{name}, model(X), y))"
        raise ShapeError(message)
    return x  # type: ignore[no-any-return]


def _sum(values: Sequence[Value]) -> Value:
    return values[0] if len(values) == 1 else total(values)


def _mean(values: Sequence[Value]) -> Value:
    return values[0] if len(values) == 1 else total(values) / len(values)
