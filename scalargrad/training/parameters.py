"""The parameters of a model as one array, while it learns by replay."""

from collections.abc import Iterable

import numpy as np

from scalargrad.engine import node
from scalargrad.engine.node import assign
from scalargrad.engine.value import Value
from scalargrad.errors import RecordError
from scalargrad.replay.program import Program
from scalargrad.replay.samples import Derivatives
from scalargrad.training.trainer import Trainer


class Parameters:
    """The data of a model's parameters, with the gradient by them: first those that are moved, then the rest.

    `settle` gives them to the Values; `take_over` reads them where somebody gave the Values others.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.values = [*trainer.optimizer.parameters, *trainer.frozen]
        self.count = len(trainer.optimizer.parameters)  # of those that are moved
        self._has_moved, self.is_settled, self._settled_at = False, True, 0
        self.data = self.gradient = np.empty(0)
        self._place = {parameter: i for i, parameter in enumerate(self.values)}
        self._places: dict[int, tuple[np.ndarray, list[int], Iterable[Value]]] = {}
        self.take_over()

    def take_over(self) -> None:
        """Read the data and the gradient of the Values."""
        self.data = np.array([p._data for p in self.values])
        self.gradient = np.array([p.grad for p in self.values], dtype=float)
        self._settled_at = node.last_assignment

    def look(self) -> None:
        """Read them where somebody gave Values new data since they were settled."""
        if self.is_settled and node.last_assignment != self._settled_at:
            self.take_over()

    def settle(self) -> None:
        """Give the Values of the model what was learned, with the gradient of the last step."""
        if not self.is_settled:
            assign(self.values[: self.count], self.data[: self.count].tolist())
            for parameter, g in zip(self.values, self.gradient.tolist()):
                parameter.grad = g
            self.is_settled, self._settled_at = True, node.last_assignment

    def renumber(self) -> None:
        """Settle, so that an error calls nodes by the names that they have in a training by graphs.

        There every step gives parameters new data, and with them a new place in the order of evaluation.
        """
        self.is_settled = self.is_settled and not self._has_moved
        self.settle()

    def move(self, moved: np.ndarray) -> None:
        """Let the parameters that an optimiser moves be these numbers."""
        self.data = np.concatenate([moved, self.data[self.count :]]) if self.count < len(self.data) else moved
        self._has_moved, self.is_settled = True, False

    def data_of(self, program: Program) -> np.ndarray:
        """Return the numbers of the Values that a program reads: parameters of the model, and others."""
        if program.older:  # which a sweep refuses, once the parameters have moved
            raise RecordError("the model computes with parameters outside of its call")
        places, others = self._places_of(program.values)
        data = self.data.take(places, mode="clip")
        data[others] = [program.values[i]._data for i in others]
        return data

    def added_up(self, found: Derivatives) -> np.ndarray:
        """Return derivatives by Values, added up in the order of the parameters."""
        gradient = np.zeros(len(self.values) + 1)  # the last is for Values that are none
        for values, derivatives in found:
            gradient[self._places_of(values)[0]] += derivatives
        return gradient[:-1]

    def add_to_others(self, found: Derivatives) -> None:
        """Add derivatives to the grad of those Values that are no parameters, as a sweep does."""
        for values, derivatives in found:
            for i in self._places_of(values)[1]:
                values[i].grad += float(derivatives[i])

    def gradient_by(self, parameters: Iterable[Value]) -> np.ndarray:
        """Return the gradient of the last step by some of them."""
        return self.gradient.take(self._places_of(parameters)[0])

    def _places_of(self, values: Iterable[Value]) -> tuple[np.ndarray, list[int]]:
        """Return where Values stand among the parameters, -1 for those that are none, and which these are.

        That of a tuple is kept, which belongs to a program or a layer, with the tuple: an identity alone
        could stand for another one later.
        """
        if id(values) in self._places:
            return self._places[id(values)][:2]
        places = np.array([self._place.get(value, -1) for value in values], np.int64)
        others = np.flatnonzero(places < 0).tolist()
        if isinstance(values, tuple):
            self._places[id(values)] = places, others, values
        return places, others
