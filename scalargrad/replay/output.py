"""A recorded output: a Value that was computed, computed again at the data that its leaves have now."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scalargrad.engine.apply import apply
from scalargrad.engine.node import describe, evaluation_order
from scalargrad.engine.value import Constant, Value
from scalargrad.engine.watching import nobody, watcher
from scalargrad.errors import OperandError, StaleGraphError
from scalargrad.replay.call import Call, Made
from scalargrad.replay.libraries import LibraryName
from scalargrad.replay.recorded import Recorded
from scalargrad.replay.recorder import Recorder
from scalargrad.replay.recording import Recording

if TYPE_CHECKING:
    from os import PathLike


class _OutputRecorder(Recorder):
    """Take the nodes of an output themselves for a recording of it, where none of them is stale."""

    def __init__(self, nodes: Sequence[Value], constants: Sequence[Value]) -> None:
        super().__init__(lambda: _computed_again(nodes, constants), describe(nodes[-1]))
        self.nodes, self.constants = nodes, constants

    def recording(self, call: Call, sample: int) -> tuple[Recording, Made]:
        """Return the recording, without a run where the nodes themselves will do."""
        recording = Recording(output=self.nodes[-1], since=0, inside=list(self.constants))
        try:
            recording.nodes  # noqa: B018  # in their order, if none was given data that others did not see
        except StaleGraphError:
            return self.run(call, sample)
        return recording, call.made(sample)


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
        nodes = evaluation_order(output)
        self.parameters = _leaves(nodes) if parameters is None else _listed(parameters)
        for parameter in self.parameters:
            if not isinstance(parameter, Value) or parameter.primitive is not None:
                message = f"parameters are leaf Values, got {parameter!r:.60}"
                raise OperandError(message)
        wanted = set(self.parameters)
        constants = [x for x in nodes if isinstance(x, Constant) and x not in wanted]
        recorder = _OutputRecorder(nodes, constants)
        self.output, self.recorded = output, Recorded(recorder.function, recorder=recorder, wanted=wanted)
        self._call = Call([], 0)  # the same for all, since nothing is read afresh in a graph
        self._orders: dict[int, tuple[Sequence[Value], np.ndarray | None]] = {}

    def __call__(self) -> float:
        """Return the value."""
        if watcher.get() is not nobody:
            return self.recorded.function()  # type: ignore[no-any-return]  # within a derivative a Value
        return self.recorded()  # type: ignore[no-any-return]

    def value_and_grad(self) -> tuple[float, np.ndarray]:
        """Return the value and the derivatives by the parameters, in their order."""
        if watcher.get() is not nobody:
            watcher.get().read(self.output, "value_and_grad()")
        found = self.recorded.replayed("parameters", self._call)
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

    def save(self, path: "str | PathLike[str]") -> None:
        """Write the program to a file, as that of a recorded function: `.py` for NumPy, `.txt` as printed."""
        self.recorded()
        self.recorded.save(path)

    def _order_of(self, values: Sequence[Value]) -> np.ndarray | None:
        """Return the place of each parameter among Values, None where some are not among them.

        That of a tuple is kept, which is the one of a program.
        """
        if id(values) in self._orders:
            return self._orders[id(values)][1]
        place = {value: i for i, value in enumerate(values)}
        found = [place.get(parameter) for parameter in self.parameters]
        order = None if None in found else np.array(found, np.int64)
        if isinstance(values, tuple):
            self._orders[id(values)] = values, order
        return order

    def __repr__(self) -> str:
        return repr(self.recorded)


def _listed(parameters: Any) -> list[Value]:
    if hasattr(parameters, "parameters"):
        message = (
            f"parameters are a list of Values: those of a {type(parameters).__name__} are its .parameters()"
        )
        raise OperandError(message)
    return [parameters] if isinstance(parameters, Value) else list(parameters)


def _leaves(nodes: Sequence[Value]) -> list[Value]:
    """Return the leaves that are no constants, in the order in which they are read."""
    read = [nodes[-1], *(parent for node in nodes for parent in node.parents)]
    return [x for x in dict.fromkeys(read) if x.primitive is None and not isinstance(x, Constant)]


def _computed_again(nodes: Sequence[Value], constants: Sequence[Value]) -> Value:
    """Compute the last of some nodes again, at the data that the leaves have now."""
    made: dict[int, Any] = {id(x): Constant(x._data) for x in constants}  # nodes and lists, by their identity
    for node in nodes:
        first, second = node._first, node._second
        if first is None:
            made.setdefault(id(node), node)
            continue
        parts = (first, second)[: node.primitive.lists or 2]  # type: ignore[union-attr]
        if type(first) is tuple:
            for part in parts:
                if id(part) not in made:  # for those that nodes share stay shared
                    made[id(part)] = tuple([made[id(value)] for value in part])
        new = made[id(node)] = apply(node.primitive, *[made[id(x)] for x in parts if x is not None])  # type: ignore[arg-type]
        new.label, new.path = node.label, node.path
    return made[id(nodes[-1])]  # type: ignore[no-any-return]
