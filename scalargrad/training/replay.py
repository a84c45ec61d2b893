"""The steps of training by replay: what a trainer does, on arrays, with the loss recorded once."""

import math
from collections.abc import Iterable

import numpy as np

from scalargrad.engine.value import Value
from scalargrad.errors import ReadError, RecordError, ScalargradError
from scalargrad.optim import Optimizer
from scalargrad.optim.clipping import length, shortening
from scalargrad.replay.outside import Outside
from scalargrad.training.arrays import Arrays, CannotReplayError
from scalargrad.training.batches import Dataset, Places
from scalargrad.training.parameters import Parameters
from scalargrad.training.recorded_loss import RecordedLoss
from scalargrad.training.trainer import Trainer

OURS = Optimizer.__module__.rpartition(".")[0]  # the package whose rules read no Values


class ReplayTrainer:
    """Take the steps of a trainer on arrays: parameters, gradients and the state of the optimiser.

    The Values of the model get what was learned when it `settle`s.
    """

    def __init__(self, trainer: Trainer) -> None:
        _check(trainer.optimizer)
        self.trainer, self.optimizer = trainer, trainer.optimizer
        self.arrays = Arrays.of(trainer.data)
        self.parameters = Parameters(trainer)
        self.loss = RecordedLoss(trainer, self.parameters)
        self._reads_parameters = _reads_parameters(self.optimizer)
        self._held_out: dict[int, tuple[Dataset, Arrays | None]] = {}
        self.loss.check(self.arrays, trainer.data)

    def step(self, places: Places) -> float:
        """Take one step on the samples at some places, and return the loss before it."""
        self.parameters.look()
        try:
            loss, gradient, found = self.loss.with_gradient(self.arrays, places)
        except (ReadError, RecordError) as error:
            self.settle()
            raise CannotReplayError(str(error)) from error
        except ScalargradError:
            return self._eagerly(places)  # which says what is wrong
        is_seen = found.is_finite and not self.trainer.l2
        if not math.isfinite(loss) or not (is_seen or np.isfinite(gradient).all()):
            return self._eagerly(places)
        found.follow()
        self.parameters.add_to_others(found.by_value)
        self._descend(gradient)
        return loss

    def _descend(self, gradient: np.ndarray) -> None:
        """Move the parameters by the rule of the optimiser."""
        parameters, steps, clip_norm = self.parameters, self.optimizer.steps, self.trainer.clip_norm
        of_moved = gradient[: parameters.count]
        if clip_norm < math.inf:  # which few trainings have
            of_moved *= shortening(length(of_moved), clip_norm)
        parameters.gradient, parameters.is_settled = gradient, False
        if self._reads_parameters:
            parameters.settle()
        try:
            moved = self.optimizer.descend(parameters.data[: parameters.count], of_moved)
        except Exception as error:  # a rule of one's own that arrays do not suit
            self.settle()
            self.optimizer.steps = steps
            raise CannotReplayError(f"{type(error).__name__} in the optimiser: {error}") from error
        parameters.move(moved)
        if self._reads_parameters:  # so may what is asked for the rate before the next step
            parameters.settle()

    def loss_on(self, data: Dataset) -> float:
        """Return the mean loss over samples that are not learned from."""
        if id(data) not in self._held_out:
            self._held_out[id(data)] = data, self._arrays_of(data)
        arrays = self._held_out[id(data)][1]
        if arrays is not None:
            try:
                return self.loss.replayed("forward", arrays, range(len(data)))[0]
            except ScalargradError:  # from now on by graphs
                self._held_out[id(data)] = data, None
        self.settle()
        return self.trainer.loss_on(data)

    def gradient_norm(self, parameters: Iterable[Value]) -> float:
        """Return the norm of the gradient by some parameters, as the last step used it."""
        return length(self.parameters.gradient_by(parameters))

    def settle(self) -> None:
        """Give the Values of the model what was learned, with the gradient of the last step."""
        self.parameters.settle()

    def look(self) -> None:
        """Look at what a callback may change."""
        self.loss.look()

    def look_again(self) -> None:
        """Record anew if the loss is another than what was recorded, for a callback may have changed it."""
        try:
            self.loss.check_again(self.arrays, self.trainer.data)
        except CannotReplayError:
            self.loss.forget()

    def _eagerly(self, places: Places) -> float:
        """Take the step graph by graph."""
        self.trainer.data.samples  # noqa: B018  # Values, which have numbers below those of the parameters
        self.parameters.renumber()
        loss = self.trainer.step(places)
        self.parameters.take_over()
        return loss

    def _arrays_of(self, data: Dataset) -> Arrays | None:
        """Return held-out samples as arrays, None where their loss has to be computed by graphs."""
        try:
            arrays = Arrays.of(data)
            self.loss.check(arrays, data)
        except CannotReplayError:
            return None
        return arrays


def _check(optimizer: Optimizer) -> None:
    kind, own = type(optimizer), {"step", "descend", "zero_grad"}
    is_own = own & vars(optimizer).keys() or any(
        getattr(kind, name) is not getattr(Optimizer, name) for name in own
    )
    if is_own:
        raise CannotReplayError(f"{kind.__name__} has a step of its own")


def _reads_parameters(optimizer: Optimizer) -> bool:
    """Tell whether a rule or a schedule of the user's may read the data or the grad of Values."""
    is_ours = type(optimizer).__module__.startswith(f"{OURS}.")
    return not is_ours or (callable(optimizer.lr) and Outside(optimizer.lr).holds_values)
