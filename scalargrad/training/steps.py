"""The way in which steps are taken: replayed where that can be, graph by graph elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalargrad.engine.lines import warn
from scalargrad.engine.node import next_order
from scalargrad.engine.variables import warned_of_reads
from scalargrad.errors import LostGradientWarning, RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalargrad.engine.value import Value
    from scalargrad.training.batches import Dataset, Places
    from scalargrad.training.history import History
    from scalargrad.training.replay import ReplayTrainer
    from scalargrad.training.trainer import Trainer

NOTHING = (
    "the first step changes nothing, for the loss has the derivative 0 by every parameter: does it read a "
    "prediction as a plain number, by float(), .data or a function of math? If not, "
    "diagnose(model, X, y) tells where the derivative ends"
)


class Steps:
    """Steps of a trainer with what goes with them; `wanted` says whether to replay, None if that can be.

    Whether a loss can be recorded shows at the first step.
    """

    def __init__(self, eager: Trainer, history: History, wanted: bool | None) -> None:
        self.eager, self.history, self.wanted = eager, history, wanted
        self.trainer: Trainer | ReplayTrainer | None = None
        self._is_looked_at = False
        if wanted is False:
            self._go_back("asked for")

    def step(self, places: Places) -> float:
        """Take one step on the samples at some places, and return the loss before it; look at the first."""
        loss = self._step(places)
        if not self._is_looked_at and loss and not self.gradient_norm(self.eager.optimizer.parameters):
            warn(NOTHING, LostGradientWarning)
        self._is_looked_at = True
        return loss

    def _step(self, places: Places) -> float:
        if self.trainer is self.eager:
            return self._step_eagerly(places)
        from scalargrad.training.arrays import CannotReplayError
        from scalargrad.training.replay import ReplayTrainer  # with NumPy, where it is used

        try:
            if self.trainer is None:
                self.trainer, self.history.replay = ReplayTrainer(self.eager), "replayed"
            return self.trainer.step(places)
        except CannotReplayError as error:
            if self.wanted:
                message = f"this training cannot be replayed: {error}"
                raise RecordError(message) from error
            self._go_back(str(error))
        return self._step_eagerly(places)

    def _step_eagerly(self, places: Places) -> float:
        if self._is_looked_at:
            return self.eager.step(places)
        with warned_of_reads(next_order()):
            return self.eager.step(places)

    def loss_on(self, data: Dataset) -> float:
        """Return the mean loss over samples that are not learned from."""
        return (self.trainer or self.eager).loss_on(data)

    def gradient_norm(self, parameters: Iterable[Value]) -> float:
        """Return the norm of the gradient by some parameters, as the last step used it."""
        return (self.trainer or self.eager).gradient_norm(parameters)

    def look(self) -> None:
        """Look at what a callback may change."""
        if self.trainer:
            self.trainer.look()

    def look_again(self) -> None:
        """See whether a callback changed what was recorded."""
        if self.trainer:
            self.trainer.look_again()

    def settle(self) -> None:
        """Give the Values of the model what was learned."""
        if self.trainer:
            self.trainer.settle()

    def _go_back(self, reason: str) -> None:
        self.trainer, self.history.replay = self.eager, f"graph by graph: {reason}"
