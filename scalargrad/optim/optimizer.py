"""An optimiser: how a gradient moves the parameters.

An update reads `grad` and gives `data`; nothing of it enters a graph.  A learning rate is a number,
or a schedule: a function of the number of steps made so far.

A rule is written once, for one parameter over a namespace, as a primitive is: `step` reads it on floats,
`descend` on arrays, to the same last bit.
"""

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from scalargrad.answers import answering
from scalargrad.engine.node import assign, real
from scalargrad.engine.value import Value
from scalargrad.errors import DomainError, OperandError, ShapeError
from scalargrad.notation.numbers import counted
from scalargrad.optim.schedules import Schedule
from scalargrad.primitives.scalars import strict

if TYPE_CHECKING:
    import numpy as np

MANY = 100  # parameters, from which on arrays pay
Rule = Callable[..., tuple[Any, ...]]  # of θ, ∇L and the state before a step: θ and the state after it


@answering("Optimizer")
class Optimizer:
    """Move parameters against their gradients: each kind states θ ← θ - … in `_rule`.

    `state` names the attributes that hold one number for each parameter from one step to the next: lists
    after `step`, arrays after `descend`.

    Raises OperandError for what is no leaf Value, ShapeError where there is no parameter at all, DomainError
    for a rate below 0, which would climb, unless it is that of a schedule.
    """

    state: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Iterable[Value], lr: float | Schedule) -> None:
        if hasattr(parameters, "parameters"):
            message = f"{type(self).__name__} takes a list of parameters: give it model.parameters()"
            raise OperandError(message)
        if isinstance(parameters, Value):
            message = f"{type(self).__name__} takes a list of parameters: give it [x], with brackets"
            raise OperandError(message)
        self.parameters = list(dict.fromkeys(parameters))
        self.lr = lr
        self.steps = 0
        if not self.parameters:
            message = f"{type(self).__name__} got no parameters to move"
            raise ShapeError(message)
        if not callable(lr) and not real(lr) >= 0:
            message = f"{type(self).__name__} descends with a rate of at least 0, got lr={lr!r}"
            raise DomainError(message)
        for parameter in self.parameters:
            if not isinstance(parameter, Value) or parameter.parents:
                message = f"{type(self).__name__} moves leaf Values, got {parameter!r:.60}"
                raise OperandError(message)

    @property
    def rate(self) -> float:
        """Return the learning rate of the next step."""
        return self.lr(self.steps) if callable(self.lr) else self.lr

    def step(self) -> None:
        """Give every parameter its new data; many of them at once, on arrays, if NumPy is there already."""
        if len(self.parameters) >= MANY and "numpy" in sys.modules:
            self._step_on_arrays(sys.modules["numpy"])
            return
        gradients = [parameter.grad for parameter in self.parameters]
        data = [parameter._data for parameter in self.parameters]
        state = [_listed(getattr(self, name)) for name in self.state]
        moved = map(self._next_rule(strict), data, gradients, *state)
        for parameter, new in zip(self.parameters, self._keep(*map(list, zip(*moved)))):
            parameter.data = new

    def descend(self, data: "np.ndarray", gradients: "np.ndarray") -> "np.ndarray":
        """Take one step on arrays with a number for each parameter, in their order: return the new data.

        The parameters themselves stay as they are.  Arrays follow IEEE 754 where `step` raises
        ZeroDivisionError, which takes an ε of 0.  Raises ShapeError for arrays of another length.

        >>> import numpy as np
        >>> from scalargrad import optim
        >>> optimizer = optim.SGD([Value(1.0), Value(2.0)], lr=0.5)
        >>> optimizer.descend(np.array([1.0, 2.0]), np.array([1.0, -1.0]))
        array([0.5, 2.5])
        """
        import numpy as np

        from scalargrad.primitives.arrays import arrays
        from scalargrad.primitives.limits import quietly

        wanted = (len(self.parameters),)
        if not data.shape == gradients.shape == wanted:
            message = f"data and gradients must be of shape {wanted}, got {data.shape} and {gradients.shape}"
            raise ShapeError(message)
        state = [np.asarray(getattr(self, name)) for name in self.state]
        # an overflow is inf without a word, as in arithmetic on floats
        new: np.ndarray = self._keep(*quietly(self._next_rule(arrays), data, gradients, *state))
        return new

    def _step_on_arrays(self, np: Any) -> None:
        data = np.array([parameter._data for parameter in self.parameters])
        gradients = np.array([parameter.grad for parameter in self.parameters], dtype=float)
        assign(self.parameters, self.descend(data, gradients).tolist())

    def __repr__(self) -> str:
        rate = "a schedule" if callable(self.lr) else repr(self.lr)
        size, steps = counted(len(self.parameters), "parameter"), counted(self.steps, "step")
        return f"<{type(self).__name__}: lr={rate}, {size}, {steps}>"

    def zero_grad(self) -> None:
        """Set the grad of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def _next_rule(self, m: Any) -> Rule:
        """Count a step and return its rule."""
        rate = self.rate
        self.steps += 1
        return self._rule(rate, m)

    def _rule(self, rate: float, m: Any) -> Rule:
        """Return (θ, ∇L, *state) ↦ (new θ, *new state) over m; `steps` counts this step already."""
        raise NotImplementedError

    def _keep(self, data: Any, *state: Any) -> Any:
        """Keep the new state and return the new data."""
        for name, numbers in zip(self.state, state):
            setattr(self, name, numbers)
        return data

    def _zeros(self) -> list[float]:
        return [0.0] * len(self.parameters)


def _listed(numbers: "list[float] | np.ndarray") -> list[float]:
    return numbers if isinstance(numbers, list) else numbers.tolist()
