"""What people who know PyTorch ask of a node: what means the same works, the rest is answered."""

from scalargrad.answers import ReadOnlyAnswer, answering
from scalargrad.engine.node import Node


@answering("Value", ReadOnlyAnswer)
class PyTorch(Node):
    """The attributes of PyTorch's tensors, read off a node."""

    __slots__ = ()

    def item(self) -> float:
        """Return the data as a plain number, which is the end of its graph.

        >>> from scalargrad import Value
        >>> (Value(3.0) * 2).item()
        6.0
        """
        return self.data
