"""The mean loss of a model over samples, recorded once, then replayed at the parameters of the moment."""

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

import numpy as np

from scalargrad.engine.recording import no_grad
from scalargrad.nn.losses import l2_penalty
from scalargrad.nn.module import Module
from scalargrad.primitives.limits import quietly
from scalargrad.replay.arguments import Flat
from scalargrad.replay.call import Call
from scalargrad.replay.chance import same_chance
from scalargrad.replay.function import Kind
from scalargrad.replay.outside import Outside
from scalargrad.replay.recorded import Recorded
from scalargrad.replay.recorder import Recorder
from scalargrad.replay.samples import Replayed
from scalargrad.training.arrays import FEW, Arrays, CannotReplayError
from scalargrad.training.batches import Dataset, Places, mean_loss, outputs_of
from scalargrad.training.parameters import Parameters
from scalargrad.training.trainer import Trainable, Trainer

FIRST = 50  # samples of different targets that are looked at, at first
AGREES = 1e-9  # relative: the loss of some samples, eagerly and replayed


class RecordedLoss:
    """The loss of a trainer, with its gradient by the parameters, over samples that are given as arrays."""

    def __init__(self, trainer: Trainer, parameters: Parameters) -> None:
        self.trainer, self.parameters = trainer, parameters
        self._places: Places = range(0)  # of the last replay with a gradient
        self.forget()

    def forget(self) -> None:
        """Begin without programs."""
        trainer, moved = self.trainer, self.parameters.values[: self.parameters.count]
        self._mixing = mixing(trainer.model)
        self.by_sample = self._recorded(lambda x, t: trainer.loss(trainer.model(x), t))
        self.by_batch = self._recorded(lambda x, t: mean_loss(trainer.model, trainer.loss, x, t))
        self.penalty = self._recorded(lambda: l2_penalty(moved, trainer.l2))

    def _recorded(self, function: Callable[..., Any]) -> Recorded:
        recorder = Recorder(function, "the loss", before=self.parameters.settle)
        return Recorded(function, recorder=recorder)

    def with_gradient(self, arrays: Arrays, places: Places) -> tuple[float, np.ndarray, Replayed]:
        """Return the loss of samples at some places, with the l2 penalty, and its gradient."""
        self._places = places
        loss, found = self.replayed("parameters", arrays, places)
        gradient = self.parameters.added_up(found.by_value)
        if self.trainer.l2:
            penalty = self.penalty.replayed("parameters", Call([], 0), 1.0, self.parameters.data_of)
            loss += float(penalty.value)
            gradient = gradient + self.parameters.added_up(penalty.by_value)
        return loss, gradient, found

    def replayed(self, kind: Kind, arrays: Arrays, places: Places) -> tuple[float, Replayed]:
        """Return the mean loss of samples at some places, with all that a replay gives."""
        flats, function, seed, mixes = arrays.at(places), self.by_sample, 1.0 / len(places), self.mixes
        if mixes:  # they are recorded as a whole
            function, seed = self.by_batch, 1.0
            flats = [Flat(x.name, x.numbers.shape[:1] + x.spec, x.numbers.ravel(), []) for x in flats]
        call = Call(flats, 2, is_finite=arrays.is_finite, is_checked=True)  # by `check`
        found = function.replayed(kind, call, seed, self.parameters.data_of)
        if mixes:
            return float(found.value), found
        return float(quietly(np.add.reduce, found.value)) / len(places), found

    @property
    def mixes(self) -> bool:
        """Tell whether a batch has to be recorded as a whole, for its samples depend on one another."""
        return any(getattr(module, "mixes_samples", True) for module in self._mixing)

    # ---- held against graphs

    def check(self, arrays: Arrays, data: Dataset) -> None:
        """Hold the loss of samples of different targets against that in a graph, and refuse unfit targets.

        Raises CannotReplayError where they differ, or either raises an error.
        """
        with self._asking():
            output = self._hold(arrays, data, arrays.telling(FIRST))
            with no_grad():
                for target in data.targets:
                    self.trainer.loss(output, target)  # refuses what does not fit, as the first epoch would

    @cached_property
    def outside(self) -> Outside:
        """Return what the loss and the model find outside of themselves."""
        return Outside(partial(self.trainer.loss, self.trainer.model))

    def look(self) -> None:
        """Look at what a callback may change."""
        if not self.outside.is_same():
            self.outside.look()

    def check_again(self, arrays: Arrays, data: Dataset) -> None:
        """Hold what is replayed against a graph once more, and see whether anything changed since `look`.

        Looks at a few samples and at one of each way that samples take, or at the last batch where samples
        depend on one another.  Raises CannotReplayError as `check` does.
        """
        if not self.outside.is_same():
            raise CannotReplayError("the loss or the model is another")
        with self._asking():
            if self.mixes:
                replayed = self.replayed("forward", arrays, self._places)[0], self.by_batch.reads_afresh
                self._compare(replayed, self._eager(data, [*self._places])[0])
            else:
                ways = self.replayed("forward", arrays, range(len(data)))[1].firsts
                self._hold(arrays, data, sorted({*ways, *arrays.telling(FEW)}))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Draw no numbers, move no parameters, and tell any error as a reason not to replay."""
        self.parameters.settle()
        try:
            with same_chance():
                yield
        except CannotReplayError:
            raise
        except Exception as error:  # whatever a loss raises
            raise CannotReplayError(f"{type(error).__name__}: {error}") from error

    def _hold(self, arrays: Arrays, data: Dataset, places: list[int]) -> Any:
        """Raise CannotReplayError where the loss of samples differs from that in a graph, unless it draws.

        Returns the output of the model at the first of them.
        """
        replayed = self._replayed_once(arrays, places)
        eager, output = self._eager(data, places)
        self._compare(replayed, eager)
        return output

    def _compare(self, replayed: tuple[float, bool], eager: float) -> None:
        loss, draws = replayed
        compares = math.isfinite(eager) and not draws
        if compares and not math.isclose(eager, loss, rel_tol=AGREES, abs_tol=AGREES):
            raise CannotReplayError("the loss branches on its target in a way that a recording does not see")

    def _replayed_once(self, arrays: Arrays, places: list[int]) -> tuple[float, bool]:
        """Return the loss of samples, and whether it draws numbers, so that no two losses are the same."""
        if not self.mixes:
            return self.replayed("forward", arrays, places)[0], self.by_sample.reads_afresh
        model, loss = self._model(), self.trainer.loss
        of_batch = Recorded(lambda x, t: mean_loss(model, loss, x, t))
        found = float(of_batch(*(a[places].tolist() for a in (arrays.samples, arrays.targets))))
        return found, of_batch.reads_afresh

    def _eager(self, data: Dataset, places: list[int]) -> tuple[float, Any]:
        """Return the loss of samples, in graphs with plain numbers as targets, and the first output."""
        some = data.part(places)
        with no_grad():
            outputs = outputs_of(self._model(), some.samples)
            found = [self.trainer.loss(output, target) for output, target in zip(outputs, some.targets)]
        return sum(map(float, found)) / len(places), outputs[0]

    def _model(self) -> Trainable:
        """Return the model, or where running statistics have to stay what they are a copy."""
        return copy.deepcopy(self.trainer.model) if self.mixes else self.trainer.model


def mixing(model: Any) -> list[Any]:
    """Return the modules of a model whose outputs for a sample may depend on the others of a batch."""
    if isinstance(model, Module):
        return [m for _, m in model.named_modules() if type(m).mixes_samples is not False]
    return [model] if getattr(model, "mixes_samples", hasattr(model, "batch")) else []
