"""The steps of training by replay: what a trainer does, on arrays, with the loss recorded once."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scalargrad.engine.node import assign
from scalargrad.engine.recording import no_grad
from scalargrad.engine.value import Value
from scalargrad.errors import ReadError, RecordError, ScalargradError
from scalargrad.nn.losses import l2_penalty
from scalargrad.nn.module import Module
from scalargrad.optim import Optimizer
from scalargrad.optim.clipping import length, shortening
from scalargrad.replay.arguments import Flat
from scalargrad.replay.call import Call
from scalargrad.replay.program import Program
from scalargrad.replay.recorded import Recorded
from scalargrad.training.batches import Dataset, Places, mean_loss, outputs_of
from scalargrad.training.trainer import Trainer

AGREES = 1e-9  # relative: the loss of the first samples, eagerly and replayed
FIRST = 50


class CannotReplayError(Exception):
    """Tell why a training goes on graph by graph."""


class ReplayTrainer:
    """Take the steps of a trainer on arrays: parameters, gradients and the state of the optimiser.

    The Values of the model get what was learned when it `settle`s.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer, self.optimizer = trainer, trainer.optimizer
        self.parameters = trainer.optimizer.parameters
        self.arrays = Arrays.of(trainer.data)
        _check(trainer)
        self._mixing = mixing(trainer.model)
        self.data = np.array([p._data for p in self.parameters])
        self.gradient = np.zeros(len(self.parameters))
        self.is_settled = True
        self._place = {parameter: i for i, parameter in enumerate(self.parameters)}
        self._places: dict[
            int, tuple[Iterable[Value], np.ndarray]
        ] = {}  # which keeps alive what an id stands for
        self.by_sample = Recorded(self._loss_of_one, before=self.settle)
        self.by_batch = Recorded(self._loss_of_all, before=self.settle)
        self.penalty = Recorded(lambda: l2_penalty(self.parameters, trainer.l2), before=self.settle)
        self._agree()

    # ---- what a trainer does

    def step(self, places: Places) -> float:
        """Take one step on the samples at some places, and return the loss before it."""
        try:
            loss, gradient = self._forward_and_backward(places)
        except (ReadError, RecordError) as error:
            self.settle()
            raise CannotReplayError(str(error)) from error
        except ScalargradError:
            return self._eagerly(places)  # which says what is wrong
        if not math.isfinite(loss + gradient.sum()):  # nor is it where an element is not
            return self._eagerly(places)
        if self.trainer.clip_norm < math.inf:
            gradient = gradient * shortening(length(gradient), self.trainer.clip_norm)
        self.gradient, self.is_settled = gradient, False
        self.data = self.optimizer.descend(self.data, gradient)
        return loss

    def loss_on(self, data: Dataset) -> float:
        """Return the mean loss over samples that are not learned from."""
        try:
            arrays = Arrays.of(data)
        except CannotReplayError:
            self.settle()
            return self.trainer.loss_on(data)
        return self._replayed("forward", arrays, range(len(data)))[0]

    def gradient_norm(self, parameters: Iterable[Value]) -> float:
        """Return the norm of the gradient by some parameters, as the last step used it."""
        return length(self.gradient[self._places_of(parameters)])

    def settle(self) -> None:
        """Give the Values of the model what was learned, with the gradient of the last step."""
        if not self.is_settled:
            assign(self.parameters, self.data.tolist())
            for parameter, g in zip(self.parameters, self.gradient.tolist()):
                parameter.grad = g
            self.is_settled = True

    # ---- replays

    def _forward_and_backward(self, places: Places) -> tuple[float, np.ndarray]:
        loss, gradient = self._replayed("parameters", self.arrays, places)
        if self.trainer.l2:
            found = self.penalty.replayed("parameters", Call([], 0), 1.0, self._data_of)
            loss += float(found.value)
            gradient = gradient + self._gradient(found.by_value)
        return loss, gradient

    def _replayed(self, kind: Any, arrays: "Arrays", places: Places) -> tuple[float, np.ndarray]:
        """Return the mean loss over some samples and its gradient."""
        mixes, flats = self._mixes, arrays.at(places)
        if mixes:
            function = self.by_batch
            flats = [Flat(x.name, x.numbers.shape[:1] + x.spec, x.numbers.ravel(), []) for x in flats]
        else:
            function = self.by_sample
        seed = 1.0 if mixes else 1.0 / len(places)
        found = function.replayed(kind, Call(flats, 2), seed, self._data_of)
        return float(np.sum(found.value) * seed), self._gradient(found.by_value)

    @property
    def _mixes(self) -> bool:
        """Tell whether a batch has to be recorded as a whole, for its samples depend on one another."""
        return any(getattr(module, "mixes_samples", True) for module in self._mixing)

    def _data_of(self, program: Program) -> np.ndarray:
        """Return the numbers of the Values that a program reads: those that are moved, and others."""
        places = self._places_of(program.values)
        data = self.data.take(places, mode="clip")
        others = np.flatnonzero(places < 0)
        if len(others):
            data[others] = [program.values[i]._data for i in others.tolist()]
        return data

    def _gradient(self, found: Sequence[tuple[Sequence[Value], np.ndarray]]) -> np.ndarray:
        """Return derivatives by Values, added up in the order of the parameters."""
        gradient = np.zeros(len(self.parameters) + 1)  # the last is for Values that are not moved
        for values, derivatives in found:
            gradient[self._places_of(values)] += derivatives
        return gradient[:-1]

    def _places_of(self, values: Iterable[Value]) -> np.ndarray:
        """Return where Values stand among the parameters, -1 for those that are not moved."""
        if id(values) not in self._places:
            places = np.array([self._place.get(value, -1) for value in values], np.int64)
            self._places[id(values)] = values, places
        return self._places[id(values)][1]

    def _loss_of_one(self, sample: Any, target: Any) -> Value:
        return self.trainer.loss(self.trainer.model(sample), target)

    def _loss_of_all(self, samples: Any, targets: Any) -> Value:
        return mean_loss(self.trainer.model, self.trainer.loss, samples, targets)

    # ---- graph by graph

    def _eagerly(self, places: Places) -> float:
        self.settle()
        loss = self.trainer.step(places)
        self.data = np.array([p._data for p in self.parameters])
        self.gradient = np.array([p.grad for p in self.parameters])
        return loss

    def _agree(self) -> None:
        """Hold the loss of the first samples against that with plain numbers as targets, as in a graph."""
        trainer, places = self.trainer, range(min(FIRST, len(self.trainer.data)))
        if self._mixes:
            return  # running statistics would move
        data = trainer.data
        first = Dataset(data.rows[:FIRST], data.targets[:FIRST])
        try:
            replayed, _ = self._replayed("forward", self.arrays, places)
            with no_grad():
                outputs = outputs_of(trainer.model, first.samples)
                eager = sum(float(trainer.loss(*x)._data) for x in zip(outputs, first.targets)) / len(places)
                for target in data.targets:
                    trainer.loss(outputs[0], target)  # refuses what does not fit, as the first epoch would
        except Exception as error:  # whatever a loss raises
            raise CannotReplayError(f"{type(error).__name__}: {error}") from error
        if not math.isclose(eager, replayed, rel_tol=AGREES, abs_tol=AGREES) and math.isfinite(eager):
            raise CannotReplayError("the loss branches on its target in a way that a recording does not see")


@dataclass
class Arrays:
    """A dataset as arrays: samples and targets, of one shape each."""

    samples: np.ndarray
    targets: np.ndarray

    @classmethod
    def of(cls, data: Dataset) -> "Arrays":
        """Return the arrays of a dataset; raise CannotReplayError unless all samples have one shape."""
        try:
            samples = np.array(data.rows)
            targets = np.array(data.targets)
        except ValueError:
            raise CannotReplayError("samples or targets differ in their shapes") from None
        if targets.dtype.kind not in "fiu":
            raise CannotReplayError(f"targets are no numbers: {data.targets[0]!r:.40}")
        return cls(samples, targets.astype(float))

    @cached_property
    def whole(self) -> list[Flat]:
        """Return the arguments of a batch of everything."""
        parts = (("x", self.samples), ("t", self.targets))
        return [Flat(name, array.shape[1:], array.reshape(len(array), -1), []) for name, array in parts]

    def at(self, places: Places) -> list[Flat]:
        """Return the arguments of a batch."""
        whole = len(places) == len(self.samples) and isinstance(places, range)
        if whole:
            return self.whole
        chosen = np.array(places)
        return [Flat(x.name, x.spec, x.numbers[chosen], []) for x in self.whole]


def mixing(model: Any) -> list[Any]:
    """Return the modules of a model whose outputs for a sample may depend on the others of a batch."""
    if isinstance(model, Module):
        return [m for _, m in model.named_modules() if type(m).mixes_samples is not False]
    return [model] if getattr(model, "mixes_samples", hasattr(model, "batch")) else []


def _check(trainer: Trainer) -> None:
    kind = type(trainer.optimizer)
    if kind.step is not Optimizer.step or kind.descend is not Optimizer.descend:
        raise CannotReplayError(f"{kind.__name__} has a step of its own")
