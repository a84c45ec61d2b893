"""A recorded output: a Value that was computed, computed again at the data that its leaves have now."""

from collections.abc import Iterable, Sequence

import numpy as np

from scalargrad.engine.apply import apply
from scalargrad.engine.node import describe, evaluation_order
from scalargrad.engine.value import Constant, Value
from scalargrad.engine.watching import nobody, watcher
from scalargrad.errors import OperandError
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
        leaves = [node for node in self._nodes if node.primitive is None and not isinstance(node, Constant)]
        self.parameters = leaves if parameters is None else list(parameters)
        for parameter in self.parameters:
            if not isinstance(parameter, Value) or parameter.primitive is not None:
                message = f"parameters are leaf Values, got {parameter!r:.60}"
                raise OperandError(message)
        self.recorded = Recorded(self._again)
        self.recorded.signature.name = describe(output)
        self._places: dict[int, np.ndarray] = {}

    def __call__(self) -> float:
        """Return the value."""
        if watcher.get() is not nobody:
            return self._again()  # type: ignore[return-value]  # within a derivative it is a Value
        return self.recorded()  # type: ignore[no-any-return]

    def value_and_grad(self) -> tuple[float, np.ndarray]:
        """Return the value and the derivatives by the parameters, in their order."""
        samples = self.recorded.replayed("parameters", [], 0)
        gradient = np.zeros(len(self.parameters))
        for values, derivatives in samples.by_value:
            places = self._places_of(values)
            kept = places >= 0
            gradient[places[kept]] += derivatives[kept]
        return samples.value, gradient

    def backward(self) -> float:
        """Add ∂value/∂leaf to the grad of every leaf, and return the value."""
        return self.recorded.backward()

    def _places_of(self, values: Sequence[Value]) -> np.ndarray:
        """Return the place of each Value among the parameters, -1 for none."""
        if id(values) not in self._places:
            place = {parameter: i for i, parameter in enumerate(self.parameters)}
            self._places[id(values)] = np.array([place.get(value, -1) for value in values])
        return self._places[id(values)]

    def _again(self) -> Value:
        """Compute the output again, at the data that the leaves have now."""
        made: dict[Value, Value] = {}
        lists: dict[int, tuple[Value, ...]] = {}  # those that nodes share stay shared
        for node in self._nodes:
            first, second = node._first, node._second
            if first is None:
                made[node] = node
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
        return new

    def __repr__(self) -> str:
        return repr(self.recorded)
