"""What the signs between operands mean, for numbers, Values, lists of them."""

import math
import operator
from collections.abc import Callable

from scalargrad.engine.value import Number, Value, as_value
from scalargrad.errors import ShapeError
from scalargrad.expressions.vectors import Array, elementwise, product

Operator = Callable[[Array, Array], Array]


def power(base: Array, exponent: Array) -> Array:
    """Return base**exponent, element by element; a plain number as exponent makes a row of the family.

    A power of e is the exponential function, which is what is meant.

    >>> power([as_value(2.0)], 3.0)[0].primitive.symbol, power(math.e, as_value(2.0)).primitive.symbol
    ('power(3)', 'exp')
    """

    def of_elements(x: Number, n: Number) -> Value:
        is_e = not isinstance(x, Value) and x == math.e
        return as_value(n).exp() if is_e else as_value(x) ** n

    return elementwise(of_elements, base, exponent)


def signed(sign: str, operand: Array) -> Array:
    """Return an operand with a sign before it; of a plain number that is one again.

    >>> signed("-", [1.0, 2.0])
    [-1.0, -2.0]
    """
    return elementwise(operator.neg if sign == "-" else operator.pos, operand)


def _between_elements(function: Operator) -> Operator:
    """Return a function of arrays; two plain numbers make a node too, so that both are shown."""
    return lambda left, right: elementwise(lambda x, y: function(as_value(x), as_value(y)), left, right)


_times = _between_elements(operator.mul)


def _starred(left: Array, right: Array) -> Array:
    try:
        return _times(left, right)
    except ShapeError as error:
        raise ShapeError(f"{error}; their product is written W@x") from None


def _dotted(left: Array, right: Array) -> Array:
    both = isinstance(left, list) and isinstance(right, list)
    return product(left, right) if both else _times(left, right)


def _crossed(left: Array, right: Array) -> Array:
    if isinstance(left, list) and isinstance(right, list):
        raise ShapeError("× of lists can mean several things: write w@x for Σ wᵢxᵢ, w*x for each wᵢxᵢ")
    return _times(left, right)


OPERATORS: dict[str, Operator] = {
    "+": _between_elements(operator.add),
    "-": _between_elements(operator.sub),
    "*": _starred,
    "/": _between_elements(operator.truediv),
    "@": product,
    "·": _dotted,
    "×": _crossed,
}
