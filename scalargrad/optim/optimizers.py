"""Optimisers: how a gradient moves the parameters.

An update reads `grad` and gives `data`; nothing of it enters a graph.  A learning rate is a number,
or a schedule: a function of the number of steps made so far.
"""

import math
from collections.abc import Iterable, Sequence

from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, ShapeError
from scalargrad.optim.schedules import Schedule


class Optimizer:
    """Move parameters against their gradients: each kind states θ ← θ - … in `_update`.

    Raises OperandError for what is no leaf Value, ShapeError where there is no parameter at all.
    """

    def __init__(self, parameters: Iterable[Value], lr: float | Schedule) -> None:
        self.parameters = list(dict.fromkeys(parameters))
        self.lr = lr
        self.steps = 0
        if not self.parameters:
            message = f"{type(self).__name__} got no parameters to move"
            raise ShapeError(message)
        for parameter in self.parameters:
            if not isinstance(parameter, Value) or parameter.parents:
                message = f"{type(self).__name__} moves leaf Values, got {parameter!r:.60}"
                raise OperandError(message)

    @property
    def rate(self) -> float:
        """Return the learning rate of the next step."""
        return self.lr(self.steps) if callable(self.lr) else self.lr

    def step(self) -> None:
        """Give every parameter its new data."""
        gradients = [parameter.grad for parameter in self.parameters]
        data = [parameter._data for parameter in self.parameters]
        rate = self.rate
        self.steps += 1
        for parameter, new in zip(self.parameters, self._update(data, gradients, rate)):
            parameter.data = new

    def zero_grad(self) -> None:
        """Set the grad of every parameter to 0."""
        for parameter in self.parameters:
            parameter.grad = 0.0

    def _update(self, data: list[float], gradients: list[float], rate: float) -> list[float]:
        """Return the new data; `steps` counts this step already."""
        raise NotImplementedError

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

    def _update(self, data: list[float], gradients: list[float], rate: float) -> list[float]:
        if self.weight_decay:
            gradients = _decayed(data, gradients, self.weight_decay)
        steps = [rate * g for g in gradients]
        if self.momentum:
            beta = self.momentum
            self.velocities = [beta * v + step for v, step in zip(self.velocities, steps)]
            ahead = self.nesterov
            steps = [beta * v + s for v, s in zip(self.velocities, steps)] if ahead else self.velocities
        return [x - step for x, step in zip(data, steps)]


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

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas, self.epsilon, self.weight_decay = betas, epsilon, weight_decay
        self.means, self.squares = self._zeros(), self._zeros()

    def _update(self, data: list[float], gradients: list[float], rate: float) -> list[float]:
        return self._adapted(data, _decayed(data, gradients, self.weight_decay), rate)

    def _adapted(self, data: list[float], gradients: list[float], rate: float) -> list[float]:
        (b1, b2), t = self.betas, self.steps
        self.means = [b1 * m + (1 - b1) * g for m, g in zip(self.means, gradients)]
        self.squares = [b2 * v + (1 - b2) * g * g for v, g in zip(self.squares, gradients)]
        rate, root, epsilon = rate / (1 - b1**t), math.sqrt(1 - b2**t), self.epsilon
        return [
            x - rate * m / (math.sqrt(v) / root + epsilon) for x, m, v in zip(data, self.means, self.squares)
        ]


class AdamW(Adam):
    """Descend as Adam, with the decay θ ← θ - ηλθ apart from the gradient (Loshchilov and Hutter, 2019).

    >>> w = Value(1.0)
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()  # the gradient is 0
    >>> w.data
    0.95
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas=betas, epsilon=epsilon, weight_decay=weight_decay)

    def _update(self, data: list[float], gradients: list[float], rate: float) -> list[float]:
        kept = 1 - rate * self.weight_decay
        return self._adapted([kept * x for x in data], gradients, rate)


class RMSProp(Optimizer):
    """Descend by θ ← θ - ηg / (√v + ε), v ← αv + (1 - α)g² (Hinton, 2012); g = ∇L + λθ.

    >>> w = Value(1.0)
    >>> optimizer = RMSProp([w], lr=0.1, smoothing=0.75)
    >>> w.grad = 123.0
    >>> optimizer.step()
    >>> round(w.data, 4)
    0.8
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | Schedule = 1e-2,
        *,
        smoothing: float = 0.99,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.smoothing, self.epsilon, self.weight_decay = smoothing, epsilon, weight_decay
        self.squares = self._zeros()

    def _update(self, data: list[float], gradients: list[float], rate: float) -> list[float]:
        gradients, alpha = _decayed(data, gradients, self.weight_decay), self.smoothing
        self.squares = [alpha * v + (1 - alpha) * g * g for v, g in zip(self.squares, gradients)]
        return [
            x - rate * g / (math.sqrt(v) + self.epsilon) for x, g, v in zip(data, gradients, self.squares)
        ]


def _decayed(data: Sequence[float], gradients: list[float], decay: float) -> list[float]:
    return [g + decay * x for g, x in zip(gradients, data)] if decay else gradients
