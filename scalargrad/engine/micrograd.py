"""What programs written for micrograd read off a node, in micrograd's words.

They run with only their imports changed: a drawing cell that walks `_prev` and prints `_op`, the exercise
that calls `_backward` node by node, `Value(2.0, (), "", "a")`.  All of it is read off what a node knows
anyway.  In code of one's own, `parents`, `primitive.sign`, `local_derivatives` and `backward` say more.
"""

from collections.abc import Iterable
from typing import Any, Literal, Self, TypedDict, Unpack

from scalargrad.answers import refuse
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


class Words(TypedDict, total=False):
    """What constructors elsewhere take by name, and says here what is so anyway."""

    requires_grad: Literal[True]
    _children: tuple[()]
    _op: Literal[""]


def label_of(first: Any, operation: str = "", label: str = "", **words: Unpack[Words]) -> str:
    """Return the label among what the constructors of micrograd and PyTorch take after the data.

    It is the first argument, or the third where micrograd's operands and operation stand before it.

    >>> label_of((), "", "a"), label_of("a"), label_of("a", _op="", requires_grad=True)
    ('a', 'a', 'a')
    """
    if not words.pop("requires_grad", True):
        refuse("Value()", "requires_grad")
    children, operation = words.pop("_children", ()), words.pop("_op", operation)
    for other in words:
        refuse("Value()", other, {"data", "label"})
    if isinstance(first, str):
        label = first
    else:
        children = first
    if not isinstance(children, Iterable):
        message = f"a label is a text, got {children!r:.60}"
        raise OperandError(message)
    if children or (operation and label is first):
        message = (
            f"a value with the operation {operation!r} is made by that operation, such as a + b; "
            "one of your own is a row of the table: see scalargrad.table"
        )
        raise OperandError(message)
    return label
