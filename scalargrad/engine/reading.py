"""Values as a namespace: the reading of rows that gives derivatives of derivatives."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from scalargrad.engine.apply import apply
from scalargrad.engine.node import Node
from scalargrad.engine.value import Number, Value, as_value, as_values
from scalargrad.primitives.namespace import Reading
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee
from scalargrad.primitives.table import FAMILIES, TABLE


class _Values(Reading):
    """Read a row as a node of its own, at its limit where it has no value."""

    def reading_of(self, row: Primitive) -> Callable[..., Any]:
        """Return the function that makes a node of the row, also of plain numbers."""
        of = as_values if row.lists else as_value
        return lambda *arguments: apply(row, *map(of, arguments), m=ieee)


def _pow(x: Number, n: Number) -> Value:
    if isinstance(n, Value):
        return apply(TABLE["pow"], as_value(x), n, m=ieee)
    return apply(FAMILIES["power"](n), as_value(x), m=ieee)


def _softmax(xs: Sequence[Value], z: Value) -> list[Value]:
    return [values.exp(x - z) for x in xs]


def _weigh(weight: Number, x: Number) -> Number:
    # A Value that is 0 at this point still has derivatives: only what is infinite gives way to it.
    has_derivatives = isinstance(weight, Value) and math.isfinite(as_value(x)._data)
    return weight * x if weight or has_derivatives else 0.0


def _sign(x: Number) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else as_value(x)._data  # which is 0, or nan


values = _Values(
    where=lambda condition, chosen, otherwise: chosen if condition else otherwise,
    weigh=_weigh,
    sign=_sign,
    pow=_pow,
    softmax=_softmax,
    ones_like=lambda xs: [1.0] * len(xs),
)


def local_values(node: Node) -> tuple[Any, ...]:
    """Return the local derivatives of a node by each of its parents, as Values of the same graph."""
    if node.primitive is None:
        return ()
    return node.primitive.local_derivatives(values, node, node.parents)
