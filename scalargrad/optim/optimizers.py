"""The rules by which optimisers move parameters: SGD, Adam, AdamW, RMSprop."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scalargrad.answers import keywords
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError
from scalargrad.optim.optimizer import Optimizer, Rule
from scalargrad.optim.schedules import Schedule

if TYPE_CHECKING:
    import numpy as np


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
