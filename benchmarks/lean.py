"""A scalar engine as lean as Python lets one write it, to be the honest peer of scalargrad in speed.

It has slots, the local derivatives as floats beside the parents, the topological order by recursion,
and nothing beyond what a small net needs: no names, no traces, no checks of operands or of domains, no
second derivatives, no graph deeper than the recursion limit.  What scalargrad takes more than this is
the price of those; what it takes less, it gains by having thought about the loop.
"""


class Value:
    """Hold a number, its gradient, its parents, the local derivative by each of them."""

    __slots__ = ("data", "grad", "local", "parents")

    def __init__(self, data: float, parents: tuple["Value", ...] = (), local: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local = local

    def __add__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: "Value | float") -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> "Value":
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def relu(self) -> "Value":
        """Return max(x, 0)."""
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),))

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: "Value | float") -> "Value":
        return self + -other

    def __rsub__(self, other: float) -> "Value":
        return -self + other

    def __truediv__(self, other: "Value | float") -> "Value":
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        """Add ∂self/∂node to the grad of every node that self was computed from."""
        order: list[Value] = []
        seen: set[Value] = set()

        def visit(node: Value) -> None:
            seen.add(node)
            for parent in node.parents:
                if parent not in seen:
                    visit(parent)
            order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            upstream = node.grad
            for parent, local in zip(node.parents, node.local):
                parent.grad += upstream * local
