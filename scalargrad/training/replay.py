"""The steps of training by replay: what a trainer does, on arrays, with the loss recorded once."""

import copy
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scalargrad.engine import node
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
from scalargrad.replay.samples import Samples, Whole
from scalargrad.training.batches import Dataset, Places, mean_loss, outputs_of
from scalargrad.training.trainer import Trainer

AGREES = 1e-9  # relative: the loss of the first samples, eagerly and replayed
FIRST, FEW = 50, 5  # samples that are looked at, at first and later: of different targets


class CannotReplayError(Exception):
    """Tell why a training goes on graph by graph."""


class ReplayTrainer:
    """Take the steps of a trainer on arrays: parameters, gradients and the state of the optimiser.

    The Values of the model get what was learned when it `settle`s.
    """

    def __init__(self, trainer: Trainer) -> None:
        _check(trainer)
        self.trainer, self.optimizer = trainer, trainer.optimizer
        self.arrays = Arrays.of(trainer.data)
        self.parameters = [*trainer.optimizer.parameters, *trainer.frozen]
        self.count = len(trainer.optimizer.parameters)  # of those that are moved
        self.is_settled, self._settled_at, self._has_moved = True, 0, False
        self.data = self.gradient = np.empty(0)
        self._mixing = mixing(trainer.model)
        self._place = {parameter: i for i, parameter in enumerate(self.parameters)}
        self._places: dict[int, tuple[np.ndarray, list[int], Iterable[Value]]] = {}
        self._weights = np.empty(0)
        self._seen: dict[int, tuple[Dataset, Arrays | None]] = {}
        self._take_over()
        self._forget()
        with _same_chance():
            self._agree(self.arrays, trainer.data)

    # ---- what a trainer does

    def step(self, places: Places) -> float:
        """Take one step on the samples at some places, and return the loss before it."""
        if self.is_settled and node.last_assignment != self._settled_at:
            self._take_over()  # somebody gave Values new data meanwhile
        try:
            loss, gradient, found = self._forward_and_backward(places)
        except (ReadError, RecordError) as error:
            self.settle()
            raise CannotReplayError(str(error)) from error
        except ScalargradError:
            return self._eagerly(places)  # which says what is wrong
        is_seen = found.is_finite and not self.trainer.l2
        if not math.isfinite(loss) or not (is_seen or np.isfinite(gradient).all()):
            return self._eagerly(places)
        found.follow()
        if self.trainer.clip_norm < math.inf:
            gradient[: self.count] *= shortening(length(gradient[: self.count]), self.trainer.clip_norm)
        self.gradient, self.is_settled, steps = gradient, False, self.optimizer.steps
        self._has_moved = True
        try:
            moved = self.optimizer.descend(self.data[: self.count], gradient[: self.count])
        except Exception as error:  # a rule of one's own that arrays do not suit
            self.settle()
            self.optimizer.steps = steps
            raise CannotReplayError(f"{type(error).__name__} in the optimiser: {error}") from error
        self.data = np.concatenate([moved, self.data[self.count :]]) if self.trainer.frozen else moved
        return loss

    def loss_on(self, data: Dataset) -> float:
        """Return the mean loss over samples that are not learned from."""
        if id(data) not in self._seen:
            self._seen[id(data)] = data, self._arrays_of(data)
        arrays = self._seen[id(data)][1]
        if arrays is not None:
            try:
                return self._replayed("forward", arrays, range(len(data)))[0]
            except ScalargradError:
                pass
        self.settle()
        return self.trainer.loss_on(data)

    def gradient_norm(self, parameters: Iterable[Value]) -> float:
        """Return the norm of the gradient by some parameters, as the last step used it."""
        return length(self.gradient.take(self._places_of(parameters)[0]))

    def settle(self) -> None:
        """Give the Values of the model what was learned, with the gradient of the last step."""
        if not self.is_settled:
            assign(self.parameters[: self.count], self.data[: self.count].tolist())
            for parameter, g in zip(self.parameters, self.gradient.tolist()):
                parameter.grad = g
            self.is_settled, self._settled_at = True, node.last_assignment

    def look_again(self) -> None:
        """Record anew if the loss is another than what was recorded, for a callback may have changed it."""
        try:
            with _same_chance():
                self._agree(self.arrays, self.trainer.data, FEW)
        except CannotReplayError:
            self._forget()

    # ---- replays

    def _take_over(self) -> None:
        self.data = np.array([p._data for p in self.parameters])
        self.gradient = np.array([p.grad for p in self.parameters], dtype=float)
        self._settled_at = node.last_assignment

    def _forget(self) -> None:
        """Begin without programs."""
        trainer = self.trainer
        self.by_sample = Recorded(lambda x, t: trainer.loss(trainer.model(x), t), before=self.settle)
        self.by_batch = Recorded(
            lambda x, t: mean_loss(trainer.model, trainer.loss, x, t), before=self.settle
        )
        moved = self.parameters[: self.count]
        self.penalty = Recorded(lambda: l2_penalty(moved, trainer.l2), before=self.settle)

    def _forward_and_backward(self, places: Places) -> tuple[float, np.ndarray, Samples | Whole]:
        loss, found = self._replayed("parameters", self.arrays, places)
        gradient = self._gradient(found.by_value)
        if self.trainer.l2:
            penalty = self.penalty.replayed("parameters", Call([], 0), 1.0, self._data_of)
            loss += float(penalty.value)
            gradient = gradient + self._gradient(penalty.by_value)
        return loss, gradient, found

    def _replayed(self, kind: Any, arrays: "Arrays", places: Places) -> tuple[float, Samples | Whole]:
        """Return the mean loss over some samples, with all that a replay gives."""
        flats, function, seed = arrays.at(places), self.by_sample, 1.0 / len(places)
        if self._mixes:  # they are recorded as a whole
            function, seed = self.by_batch, 1.0
            flats = [Flat(x.name, x.numbers.shape[:1] + x.spec, x.numbers.ravel(), []) for x in flats]
        found = function.replayed(kind, Call(flats, 2, is_finite=arrays.is_finite), seed, self._data_of)
        if self._mixes:
            return float(found.value), found
        if len(self._weights) != len(places):
            self._weights = np.full(len(places), seed)
        with np.errstate(all="ignore"):
            return float(self._weights.dot(found.value)), found

    @property
    def _mixes(self) -> bool:
        """Tell whether a batch has to be recorded as a whole, for its samples depend on one another."""
        return any(getattr(module, "mixes_samples", True) for module in self._mixing)

    def _data_of(self, program: Program) -> np.ndarray:
        """Return the numbers of the Values that a program reads: parameters of the model, and others."""
        places, others, _ = self._places_of(program.values)
        data = self.data.take(places, mode="clip")
        if others:
            data[others] = [program.values[i]._data for i in others]
        return data

    def _gradient(self, found: Sequence[tuple[Sequence[Value], np.ndarray]]) -> np.ndarray:
        """Return derivatives by Values, added up in the order of the parameters."""
        gradient = np.zeros(len(self.parameters) + 1)  # the last is for Values that are none
        for values, derivatives in found:
            gradient[self._places_of(values)[0]] += derivatives
        return gradient[:-1]

    def _places_of(self, values: Iterable[Value]) -> tuple[np.ndarray, list[int], Iterable[Value]]:
        """Return where Values stand among the parameters, -1 for those that are none, and which these are.

        The Values themselves are kept too: a number that is the identity of theirs stands for no others.
        """
        if id(values) not in self._places:
            places = np.array([self._place.get(value, -1) for value in values], np.int64)
            self._places[id(values)] = places, np.flatnonzero(places < 0).tolist(), values
        return self._places[id(values)]

    # ---- graph by graph

    def _eagerly(self, places: Places) -> float:
        self.trainer.data.samples  # noqa: B018  # made before the parameters moved, as in a training by graphs
        self.is_settled = self.is_settled and not self._has_moved
        self.settle()
        loss = self.trainer.step(places)
        self._take_over()
        return loss

    def _arrays_of(self, data: Dataset) -> "Arrays | None":
        """Return held-out samples as arrays, None where their loss has to be computed by graphs."""
        try:
            arrays = Arrays.of(data)
            self._agree(arrays, data)
        except CannotReplayError:
            return None
        return arrays

    def _agree(self, arrays: "Arrays", data: Dataset, count: int = FIRST) -> None:
        """Hold the loss of some samples against that with plain numbers as targets, as in a graph.

        Raises CannotReplayError where they differ, or either raises an error.
        """
        places = arrays.telling(count)
        try:
            replayed, eager = self._by_both(arrays, data, places)
        except Exception as error:  # whatever a loss raises
            raise CannotReplayError(f"{type(error).__name__}: {error}") from error
        if eager is not None and not math.isclose(eager, replayed, rel_tol=AGREES, abs_tol=AGREES):
            raise CannotReplayError("the loss branches on its target in a way that a recording does not see")

    def _by_both(self, arrays: "Arrays", data: Dataset, places: list[int]) -> tuple[float, float | None]:
        """Return the loss of some samples by replay and by graphs; of these None where it is not finite."""
        self.settle()
        model, loss = self.trainer.model, self.trainer.loss
        if self._mixes:  # on copies, so that running statistics stay what they are
            model = copy.deepcopy(model)
            twin = copy.deepcopy(model)
            of_batch = Recorded(lambda x, t: mean_loss(twin, loss, x, t))
            replayed = float(of_batch(*(a[places].tolist() for a in (arrays.samples, arrays.targets))))
        else:
            replayed, _ = self._replayed("forward", arrays, places)
        with no_grad():
            some = data.part(places)
            outputs = outputs_of(model, some.samples)
            found = [loss(output, target) for output, target in zip(outputs, some.targets)]
            for target in data.targets:
                loss(outputs[0], target)  # refuses what does not fit, as the first epoch would
        eager = sum(map(float, found)) / len(places)
        drawn = any(program.fresh for programs in self.by_sample.programs.values() for program in programs)
        return replayed, eager if math.isfinite(eager) and not drawn else None


@contextmanager
def _same_chance() -> Iterator[None]:
    """Put the generators of a whole process back to where they were: a look at a loss draws nothing."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # the one that all share
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


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
    def is_finite(self) -> bool:
        """Tell whether all numbers are finite."""
        return bool(np.isfinite(self.samples).all() and np.isfinite(self.targets).all())

    def telling(self, count: int) -> list[int]:
        """Return the places of so many samples, of different targets if there are that many; FEW at least."""
        _, first = np.unique(self.targets.reshape(len(self.targets), -1), axis=0, return_index=True)
        rest = np.setdiff1d(np.arange(len(self.targets)), first)[: max(0, FEW - len(first))]
        return sorted([*np.sort(first)[:count].tolist(), *rest.tolist()])

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
    own = {"step", "descend", "zero_grad"} & vars(trainer.optimizer).keys()
    if own or any(
        getattr(kind, name) is not getattr(Optimizer, name) for name in ("step", "descend", "zero_grad")
    ):
        raise CannotReplayError(f"{kind.__name__} has a step of its own")
