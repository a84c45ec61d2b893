"""What programs written for micrograd read off a node, in micrograd's words.

They run with only their imports changed: a drawing cell that walks `_prev` and prints `_op`, the exercise
that calls `_backward` node by node, `Value(2.0, (), "", "a")`.  All of it is read off what a node knows
anyway.  In code of one's own, `parents`, `primitive.sign`, `local_derivatives` and `backward` say more.
"""

from collections.abc import Iterable
from typing import Any, Self

from scalargrad.engine.node import Node
from scalargrad.engine.sweep import edges_of
from scalargrad.errors import OperandError

SIGNS = {"relu": "ReLU"}  # the one operation that micrograd calls by another name


class Micrograd(Node):
    """The attributes of micrograd's Value, read off a node."""

    __slots__ = ()

    @property
    def _prev(self) -> tuple[Self, ...]:
        """Return the operands: in order, and each as often as it was used, where micrograd has a set."""
        return self.parents

    @property
    def _op(self) -> str:
        """Return how the operation is written, such as `+`, `**2` or `tanh`; nothing for a leaf.

        >>> from scalargrad import Value
        >>> x = Value(3.0)
        >>> (x * x)._op, (x**-1)._op, x.relu()._op, x._op
        ('*', '**-1', 'ReLU', '')
        """
        sign = self.primitive.sign if self.primitive else ""
        return SIGNS.get(sign) or (f"**{sign[3:-1]}" if sign.startswith("**(") else sign)

    def _backward(self) -> None:
        """Add grad · ∂self/∂parent to the grad of each parent; where there is none, do nothing.

        >>> from scalargrad import Value
        >>> a, b = Value(2.0), Value(-3.0)
        >>> o = a * b
        >>> o.grad = 1.0
        >>> o._backward()
        >>> a.grad, b.grad
        (-3.0, 2.0)
        """
        for parent, local in edges_of(self):
            parent.grad += self.grad * local


def label_of(children: Any, operation: str = "", label: str = "") -> str:
    """Return the label among what micrograd's constructor takes after the data.

    >>> label_of((), "", "a"), label_of("a")
    ('a', 'a')
    """
    if isinstance(children, str) and not operation:
        return children
    if not isinstance(children, Iterable) or isinstance(children, str):
        message = f"a label is a text, got {children!r:.60}"
        raise OperandError(message)
    if children:
        message = (
            f"a value with the operation {operation!r} is made by that operation, such as a + b; "
            "one of your own is a row of the table: see scalargrad.table"
        )
        raise OperandError(message)
    return label
