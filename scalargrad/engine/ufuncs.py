"""NumPy's functions, of Values: `np.exp(x)` is `x.exp()`.

An array has a number in each place, a Value is one; so NumPy is told what its functions mean for a Value,
and an array beside one is refused by name, as everywhere else.
"""

import operator
from collections.abc import Callable
from typing import Any

from scalargrad.elsewhere import ARCS
from scalargrad.engine import functions
from scalargrad.engine.node import real
from scalargrad.engine.value import Value, operand
from scalargrad.errors import OperandError
from scalargrad.primitives.table import attached

# Names of NumPy's that are not those of the table.  Operators come first: they take numbers on both sides.
OPERATORS: dict[str, Callable[..., Any]] = {
    "absolute": abs,
    "add": operator.add,
    "divide": operator.truediv,
    "float_power": operator.pow,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "multiply": operator.mul,
    "negative": operator.neg,
    "positive": operator.pos,
    "power": operator.pow,
    "reciprocal": lambda x: 1.0 / x,
    "square": lambda x: x * x,
    "subtract": operator.sub,
}


def array_ufunc(self: Value, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """Return the Value of a function of NumPy's; raise OperandError for arrays and for what is not there.

    >>> import numpy as np
    >>> x = Value(0.0)
    >>> y = np.float64(3.0) * np.exp(x)
    >>> y.backward()
    >>> x.grad
    3.0
    """
    name = ARCS.get(ufunc.__name__, ufunc.__name__)
    if name in {"equal", "not_equal"}:
        (other,) = (x for x in inputs if x is not self) if inputs[0] is not inputs[1] else (self,)
        return _is_equal(self, other) == (name == "equal")
    is_of_all = "initial" not in options and options.get("where", True) is True
    if method == "reduce" and is_of_all and name in {"add", "multiply", "maximum", "minimum"}:
        return self  # the sum, the product, the largest of one number
    operands = [x if isinstance(x, Value) else _number(x) for x in inputs]
    function = OPERATORS.get(name) or (getattr(functions, name) if name in functions.__all__ else None)
    if options or method != "__call__":
        message = f"np.{ufunc.__name__} of Values takes no options, and has no .{method} of its own"
        raise OperandError(message)
    if function is None:
        message = f"np.{ufunc.__name__} is not there for Values; dir(scalargrad.functions) lists what is"
        raise OperandError(message)
    return function(*operands)


def _is_equal(x: Value, other: Any) -> bool:
    """Compare as Python does where no array asks: Values by identity, unless whoever watches knows better."""
    found: Any = x.__eq__(other.item() if getattr(other, "shape", None) == () else other)
    return x is other if found is NotImplemented else bool(found)


def _number(x: Any) -> float:
    constant = operand(x)  # which refuses arrays
    return real(x) if constant is None else constant._data


def conjugate(self: Value) -> Value:
    """Return the Value itself, which is real: `np.var` and `np.std` ask for it."""
    return self


attached(Value, {"__array_ufunc__": array_ufunc, "conjugate": conjugate})
