"""The steps of training, graph by graph: forward, backward, update."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from scalargrad.engine.recording import no_grad
from scalargrad.engine.value import Value
from scalargrad.errors import NonFiniteError
from scalargrad.nn.losses import Loss, l2_penalty
from scalargrad.optim import Optimizer, clip_grad_norm, gradient_norm
from scalargrad.training.batches import Dataset, Places, mean_loss
from scalargrad.wengert.causes import causes


class Trainable(Protocol):
    """What can learn: a Module, or any function of one sample that has parameters."""

    def __call__(self, inputs: Any, /) -> Any:
        """Return the prediction for one sample."""

    def parameters(self) -> list[Value]:
        """Return the leaf Values to move."""


@dataclass(frozen=True)
class Trainer:
    """A model with all that its training steps need: forward, backward, update.

    The loss of a step is the mean over its batch, plus l2 · Σ θ²; a gradient longer than `clip_norm`
    is shortened to it.
    """

    model: Trainable
    loss: Loss
    optimizer: Optimizer
    data: Dataset
    l2: float = 0.0
    clip_norm: float = math.inf

    def step(self, places: Places) -> float:
        """Take one step on the samples at some places, and return the loss before it.

        Raises NonFiniteError, and moves nothing, if the loss or a gradient is inf or nan.
        """
        parameters = self.optimizer.parameters
        loss = mean_loss(self.model, self.loss, *self.data.at(places))
        if self.l2:
            loss += l2_penalty(parameters, self.l2)
        self.optimizer.zero_grad()
        for parameter in self.frozen:
            parameter.grad = 0.0
        if math.isfinite(loss.data):
            loss.backward()
        if not all(map(math.isfinite, (loss.data, *(p.grad for p in parameters)))):
            raise NonFiniteError("\n".join(causes(loss)))
        if self.clip_norm < math.inf:
            clip_grad_norm(parameters, self.clip_norm)
        self.optimizer.step()
        return loss.data

    @cached_property
    def frozen(self) -> list[Value]:
        """Return the parameters of the model that the optimiser does not move."""
        moved = set(self.optimizer.parameters)
        return [parameter for parameter in self.model.parameters() if parameter not in moved]

    def loss_on(self, data: Dataset) -> float:
        """Return the mean loss over samples that are not learned from."""
        with no_grad():
            return mean_loss(self.model, self.loss, data.samples, data.targets).data

    def gradient_norm(self, parameters: Iterable[Value]) -> float:
        """Return the norm of the gradient by some parameters, as the last step used it."""
        return gradient_norm(parameters)

    def look(self) -> None:
        """Look at what a callback may change: graphs are made anew in each step."""

    def look_again(self) -> None:
        """See whether a callback changed it: graphs are made anew in each step."""

    def settle(self) -> None:
        """Give the Values of the model what was learned: they have it already."""
