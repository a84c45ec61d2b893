"""Functions of Values: one for each row of the table, and those that are composed of rows.

Every function takes Values and plain numbers alike and returns a Value.
"""

import math
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from scalargrad.engine import Value, as_value
from scalargrad.errors import ShapeError
from scalargrad.notation import Writer
from scalargrad.operators import apply
from scalargrad.scalars import ieee
from scalargrad.table import FAMILIES, TABLE, Primitive, for_each_row

Number = Value | float
__all__ = ["dot", "log_softmax", "logsumexp", "mean", "softmax", "total", "where"]


def as_values(values: Iterable[Number]) -> list[Value]:
    """Return a list of Values, with numbers as constants."""
    return [value if type(value) is Value else as_value(value) for value in values]


def total(values: Iterable[Number]) -> Value:
    """Return x₁ + … + xₖ as one node; 0 for no values.

    >>> total([1.0, 2.0, Value(3.0)]).data
    6.0
    """
    return apply(TABLE["total"], *as_values(values))


def dot(weights: Iterable[Number], inputs: Iterable[Number]) -> Value:
    """Return w₁x₁ + … + wₖxₖ as one node with the parents w₁, …, wₖ, x₁, …, xₖ.

    Raises ShapeError if the two differ in length.

    >>> dot([2.0, 3.0], [10.0, 100.0]).data
    320.0
    """
    weights, inputs = as_values(weights), as_values(inputs)
    if len(weights) != len(inputs):
        message = f"dot needs two lists of one length, got {len(weights)} weights and {len(inputs)} inputs"
        raise ShapeError(message)
    return apply(TABLE["dot"], *weights, *inputs)


def logsumexp(values: Iterable[Number]) -> Value:
    """Return ln(eˣ¹ + … + eˣᵏ) as one node, without overflow; its derivatives are the softmax.

    >>> round(logsumexp([1000.0, 1000.0]).data, 4)
    1000.6931
    """
    return apply(TABLE["logsumexp"], *_at_least_one("logsumexp", values))


def mean(values: Iterable[Number]) -> Value:
    """Return (x₁ + … + xₖ) / k.

    >>> mean([1.0, 2.0, 6.0]).data
    3.0
    """
    values = _at_least_one("mean", values)
    return total(values) / len(values)


def log_softmax(logits: Iterable[Number]) -> list[Value]:
    """Return the list of xᵢ - ln Σⱼ eˣʲ.

    >>> [round(p.data, 4) for p in log_softmax([0.0, 0.0])]
    [-0.6931, -0.6931]
    """
    logits = _at_least_one("log_softmax", logits)
    normaliser = logsumexp(logits)
    return [logit - normaliser for logit in logits]


def softmax(logits: Iterable[Number]) -> list[Value]:
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


# ---- Values as a namespace: the reading that gives derivatives of derivatives


def _pow(x: Number, n: Number) -> Value:
    if isinstance(n, Value):
        return apply(TABLE["pow"], as_value(x), n, m=ieee)
    return apply(FAMILIES["power"](n), as_value(x), m=ieee)


values = SimpleNamespace(
    where=lambda condition, chosen, otherwise: chosen if condition else otherwise,
    # A weight that is 0 at this point still has derivatives: only what is infinite gives way to it.
    weigh=lambda weight, x: weight * x if weight or math.isfinite(x) else 0.0,
    sign=lambda x: ieee.sign(as_value(x).data),
    pow=_pow,
)


def local_values(node: Value) -> tuple[Any, ...]:
    """Return the local derivatives of a node by each of its parents, as Values of the same graph."""
    if node.primitive is None:
        return ()
    return node.primitive.local_derivatives(values, node, node.parents)


# ---- one function for each row


def _documentation(row: Primitive) -> str:
    writer = Writer()
    operands = tuple(map(writer.name, "x" if row.arity == 1 else "xy"))
    slopes = row.local_derivatives(writer, writer.name("z"), operands)
    lines = [row.function.__doc__ or "", "", f"z = {writer.write(row, operands)}"]
    lines += [
        f"∂z/∂{x} = {slope if not isinstance(slope, float) else writer.number(slope)}"
        for x, slope in zip(operands, slopes, strict=True)
    ]
    if row.domain:
        lines.append(f"Raises DomainError unless {row.domain(writer, *operands)}.")
    return "\n".join(lines)


def _publish(name: str, function: Callable[..., Value]) -> None:
    function.__name__ = function.__qualname__ = name
    globals()[name] = function
    __all__.append(name)  # noqa: PYI056  # the names come from the table


@for_each_row
def _give_function(row: Primitive) -> None:
    vars(values).setdefault(row.name, lambda *operands: apply(row, *map(as_value, operands), m=ieee))
    if row.arity is None:
        return

    def function(*operands: Number) -> Value:
        if len(operands) != row.arity:
            message = f"{row.name} takes {row.arity} operand{'s'[: row.arity != 1]}, got {len(operands)}"
            raise TypeError(message)
        return apply(row, *map(as_value, operands))

    function.__doc__ = _documentation(row)
    _publish(row.name, function)


def _give_function_of_family(name: str) -> None:
    def function(x: Number, *parameters: float, **named: float) -> Value:
        return apply(FAMILIES[name](*parameters, **named), as_value(x))

    function.__doc__ = FAMILIES[name].__doc__
    _publish(name, function)


for _family in FAMILIES:
    _give_function_of_family(_family)


if TYPE_CHECKING:  # made from the table, above; a test holds these names against it

    def exp(x: Number) -> Value: ...
    def pow(x: Number, y: Number) -> Value: ...
    def power(x: Number, n: float) -> Value: ...
    def leaky_relu(x: Number, slope: float = 0.01) -> Value: ...
    def elu(x: Number, alpha: float = 1.0) -> Value: ...
    def clip(x: Number, low: float, high: float) -> Value: ...

    abs = acos = asin = atan = cos = cosh = erf = expm1 = gelu = log = log1p = log_sigmoid = exp
    negative = positive = relu = sigmoid = silu = sin = sinh = softplus = sqrt = tan = tanh = exp
    add = subtract = multiply = divide = maximum = minimum = pow
