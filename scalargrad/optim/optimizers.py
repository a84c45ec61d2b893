"""Optimisers: how a gradient moves the parameters.

An update reads `grad` and gives `data`; nothing of it enters a graph.  A learning rate is a number,
or a schedule: a function of the number of steps made so far.

A rule is written once, for one parameter over a namespace, as a primitive is: `step` reads it on floats,
`descend` on arrays, to the same last bit.
"""

import math
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from scalargrad.answers import keywords
from scalargrad.engine.node import assign, real
from scalargrad.engine.value import Value
from scalargrad.errors import DomainError, OperandError, ShapeError
from scalargrad.optim.schedules import Schedule
from scalargrad.primitives.scalars import strict

if TYPE_CHECKING:
    import numpy as np

MANY = 100  # parameters, from which on arrays pay
Rule = Callable[..., tuple[Any, ...]]  # of θ, ∇L and the state before a step: θ and the state after it


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
        >>> optimizer = SGD([Value(1.0), Value(2.0)], lr=0.5)
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
        return f"<{type(self).__name__}: lr={rate}, {len(self.parameters)} parameters, {self.steps} steps>"

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


class SGD(Optimizer):
    """Descend by v ← βv + η(∇L + λθ), θ ← θ - v; β is the momentum, η the rate, λ the weight decay.

    With Nesterov's momentum θ ← θ - (βv + η∇L) instead, v being new already.  PyTorch multiplies by
    η outside, θ ← θ - ηv with v ← βv + ∇L: the same for a constant rate, while under a schedule a
    step here keeps the rate at which it entered v.

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     w.grad = 1.0
    ...     optimizer.step()
    >>> round(w.data, 4)
    0.71
    """

    state = ("velocities",)
    velocities: "list[float] | np.ndarray"

    @keywords("SGD()")
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-2,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        if nesterov and not momentum:
            message = "nesterov looks ahead along the momentum, which is 0: give a momentum such as 0.9"
            raise OperandError(message)
        self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
        self.velocities = self._zeros()

    def _rule(self, rate: float, m: Any) -> Rule:  # noqa: ARG002  # which takes no function of m
        beta, ahead, decay = self.momentum, self.nesterov, self.weight_decay

        def rule(x: Any, g: Any, v: Any) -> tuple[Any, Any]:
            step = rate * (g + decay * x if decay else g)
            if beta:
                v = beta * v + step
                step = beta * v + step if ahead else v
            return x - step, v

        return rule


class Adam(Optimizer):
    """Descend by θ ← θ - η m̂ / (√v̂ + ε), m̂ and v̂ the means of g and g², corrected for their start at 0.

    m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ) at step t, and
    g = ∇L + λθ with the weight decay λ (Kingma and Ba, 2015).

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.1)
    >>> w.grad = 123.0
    >>> optimizer.step()
    >>> round(w.data, 4)
    0.9
    """

    state = ("means", "squares")
    means: "list[float] | np.ndarray"
    squares: "list[float] | np.ndarray"

    @keywords("Adam()")
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay
        self.means, self.squares = self._zeros(), self._zeros()

    def _rule(self, rate: float, m: Any) -> Rule:
        adapted, decay = self._adapted(rate, m), self.weight_decay
        return (lambda x, g, mean, square: adapted(x, g + decay * x, mean, square)) if decay else adapted

    def _adapted(self, rate: float, m: Any) -> Rule:
        (b1, b2), t, eps = self.betas, self.steps, self.eps
        rate, root, sqrt = rate / (1 - b1**t), math.sqrt(1 - b2**t), m.sqrt

        def rule(x: Any, g: Any, mean: Any, square: Any) -> tuple[Any, Any, Any]:
            mean = b1 * mean + (1 - b1) * g
            square = b2 * square + (1 - b2) * g * g
            return x - rate * mean / (sqrt(square) / root + eps), mean, square

        return rule


class AdamW(Adam):
    """Descend as Adam, with the decay θ ← θ - ηλθ apart from the gradient (Loshchilov and Hutter, 2019).

    >>> w = Value(1.0)
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()  # the gradient is 0
    >>> w.data
    0.95
    """

    @keywords("AdamW()")
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def _rule(self, rate: float, m: Any) -> Rule:
        adapted, kept = self._adapted(rate, m), 1 - rate * self.weight_decay
        return lambda x, g, mean, square: adapted(kept * x, g, mean, square)


class RMSprop(Optimizer):
    """Descend by θ ← θ - ηg / (√v + ε), v ← αv + (1 - α)g² (Hinton, 2012); g = ∇L + λθ.

    >>> w = Value(1.0)
    >>> optimizer = RMSprop([w], lr=0.1, alpha=0.75)
    >>> w.grad = 123.0
    >>> optimizer.step()
    >>> round(w.data, 4)
    0.8
    """

    state = ("squares",)
    squares: "list[float] | np.ndarray"

    @keywords("RMSprop()")
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-2,
        *,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.alpha, self.eps, self.weight_decay = alpha, eps, weight_decay
        self.squares = self._zeros()

    def _rule(self, rate: float, m: Any) -> Rule:
        alpha, eps, decay, sqrt = self.alpha, self.eps, self.weight_decay, m.sqrt

        def rule(x: Any, g: Any, square: Any) -> tuple[Any, Any]:
            g = g + decay * x if decay else g
            square = alpha * square + (1 - alpha) * g * g
            return x - rate * g / (sqrt(square) + eps), square

        return rule


def _listed(numbers: "list[float] | np.ndarray") -> list[float]:
    return numbers if isinstance(numbers, list) else numbers.tolist()
