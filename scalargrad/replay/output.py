"""A recorded output: a Value that was computed, computed again at the data that its leaves have now."""

from collections.abc import Iterable, Sequence

import numpy as np

from scalargrad.engine.apply import apply
from scalargrad.engine.node import describe, evaluation_order
from scalargrad.engine.value import Constant, Value
from scalargrad.engine.watching import nobody, watcher
from scalargrad.errors import OperandError
from scalargrad.replay.call import Call
from scalargrad.replay.libraries import LibraryName
from scalargrad.replay.recorded import Recorded


class RecordedOutput:
    """A function without arguments: the output at the data of the leaves, along the branch that it took.

    >>> from scalargrad import record
    >>> w = Value(3.0)
    >>> p = record(w * w, parameters=[w])
    >>> w.data = 5.0
    >>> p(), p.value_and_grad()
    (25.0, (25.0, array([10.])))
    """

    def __init__(self, output: Value, parameters: Iterable[Value] | None = None) -> None:
        self._nodes = evaluation_order(output)
        read = [output, *(parent for node in self._nodes for parent in node.parents)]
        leaves = [x for x in dict.fromkeys(read) if x.primitive is None and not isinstance(x, Constant)]
        self.parameters = leaves if parameters is None else list(parameters)
        for parameter in self.parameters:
            if not isinstance(parameter, Value) or parameter.primitive is not None:
                message = f"parameters are leaf Values, got {parameter!r:.60}"
                raise OperandError(message)
        self._wanted = set(self.parameters)
        self.recorded = Recorded(self._again, wanted=self._wanted)
        self.recorded.signature.name = describe(output)
        self._orders: dict[int, tuple[Sequence[Value], np.ndarray | None]] = {}

    def __call__(self) -> float:
        """Return the value."""
        if watcher.get() is not nobody:
            return self._again()  # type: ignore[return-value]  # within a derivative it is a Value
        return self.recorded()  # type: ignore[no-any-return]

    def value_and_grad(self) -> tuple[float, np.ndarray]:
        """Return the value and the derivatives by the parameters, in their order."""
        if watcher.get() is not nobody:
            watcher.get().read(self._nodes[-1], "value_and_grad()")
        found = self.recorded.replayed("parameters", Call([], 0))
        found.follow()
        by_value = found.by_value
        if len(by_value) == 1:
            values, derivatives = by_value[0]
            order = self._order_of(values)
            if order is not None:
                return float(found.value), derivatives.take(order)
        gradient: dict[Value, float] = {}
        for values, derivatives in by_value:
            for value, derivative in zip(values, derivatives.tolist()):
                gradient[value] = gradient.get(value, 0.0) + derivative
        return float(found.value), np.array([gradient.get(parameter, 0.0) for parameter in self.parameters])

    def backward(self) -> float:
        """Add ∂value/∂p to the grad of every parameter p, and return the value."""
        return self.recorded.backward()

    def __str__(self) -> str:
        """Return the program in matrix form."""
        self.recorded()
        return str(self.recorded)

    def source(self, target: LibraryName = "numpy") -> str:
        """Return the program as source that runs by itself, as that of a recorded function."""
        self.recorded()
        return self.recorded.source(target)

    def _order_of(self, values: Sequence[Value]) -> np.ndarray | None:
        """Return the place of each parameter among Values, None where some are not among them."""
        if id(values) not in self._orders:
            place = {value: i for i, value in enumerate(values)}
            found = [place.get(parameter) for parameter in self.parameters]
            self._orders[id(values)] = values, None if None in found else np.array(found, np.int64)
        return self._orders[id(values)][1]

    def _again(self) -> Value:
        """Compute the output again, at the data that the leaves have now."""
        made: dict[Value, Value] = {}
        lists: dict[int, tuple[Value, ...]] = {}  # those that nodes share stay shared
        for node in self._nodes:
            first, second = node._first, node._second
            if first is None:
                is_number = isinstance(node, Constant) and node not in self._wanted
                made[node] = Constant(node._data) if is_number else node
                continue
            if type(first) is tuple:
                for part in (first, second):
                    if id(part) not in lists:
                        lists[id(part)] = tuple(made[value] for value in part)
                operands = [lists[id(part)] for part in (first, second)[: node.primitive.lists]]  # type: ignore[union-attr]
            else:
                operands = [made[value] for value in node.parents]  # type: ignore[misc]
            new = made[node] = apply(node.primitive, *operands)  # type: ignore[arg-type]
            new.label, new.path = node.label, node.path
        return made[self._nodes[-1]]

    def __repr__(self) -> str:
        return repr(self.recorded)
