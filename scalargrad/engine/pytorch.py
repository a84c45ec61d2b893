"""What people who know PyTorch ask of a node: what means the same works, the rest is answered."""

from scalargrad.elsewhere import ANSWERS, ReadOnlyAnswer
from scalargrad.engine.node import Node


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

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in ANSWERS["Value"]]


for _name in ANSWERS["Value"]:
    setattr(PyTorch, _name, ReadOnlyAnswer("Value", _name))
