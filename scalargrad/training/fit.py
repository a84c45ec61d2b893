"""Training: the loop of predict, loss, gradients, update, with what a person needs to watch it."""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from scalargrad.engine.recording import no_grad
from scalargrad.engine.value import Value
from scalargrad.errors import NonFiniteError, OperandError, RangeError, ScalargradError, ShapeError
from scalargrad.nn.losses import Loss, LossName, l2_penalty, loss_function
from scalargrad.nn.module import Module, layer_of, set_mode
from scalargrad.optim import Adam, Optimizer, clip_grad_norm, gradient_norm
from scalargrad.training.batches import Data, Samples, mean_loss, paired
from scalargrad.wengert.causes import causes

ADVICE = "A smaller learning rate, a clip_norm, or inputs of a size around 1 may keep it finite."


class Trainable(Protocol):
    """Learn: a Module, or any function of one sample that has parameters."""

    def __call__(self, inputs: Any, /) -> Any:
        """Return the prediction for one sample."""

    def parameters(self) -> list[Value]:
        """Return the leaf Values to move."""


@dataclass
class History:
    """What was measured in each epoch, and why training stopped.

    `loss` is the mean over the samples, each taken before the update that learned from it, with the
    penalty; `gradient_norms` are those of each layer as the last update of the epoch used them.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    gradient_norms: dict[str, list[float]] = field(default_factory=dict)
    learning_rates: list[float] = field(default_factory=list)
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """Return the number of completed epochs."""
        return len(self.loss)

    @property
    def watched(self) -> list[float]:
        """Return the losses that early stopping watches: on validation data, or else in training."""
        return self.validation_loss or self.loss

    @property
    def best_epoch(self) -> int:
        """Return the first epoch, counted from 0, with the least of the watched losses."""
        return self.watched.index(min(self.watched))

    def __str__(self) -> str:
        if not self.epochs:
            return self.stopped
        return f"{self.stopped}: loss {self.loss[0]:.4g} → {self.loss[-1]:.4g} in {self.epochs} epochs"


@dataclass(frozen=True)
class Trainer:
    """Make one training step after the other: forward, backward, update.

    The loss of a step is the mean over its batch, plus l2 · Σ θ²; a gradient longer than `clip_norm`
    is shortened to it.
    """

    model: Trainable
    loss: Loss
    optimizer: Optimizer
    l2: float = 0.0
    clip_norm: float = math.inf

    def step(self, samples: Sequence[Any], targets: Sequence[Any]) -> float:
        """Take one step on a batch and return the loss before it.

        Raises NonFiniteError, and moves nothing, if the loss or a gradient is inf or nan.
        """
        parameters = self.optimizer.parameters
        loss = mean_loss(self.model, self.loss, samples, targets)
        if self.l2:
            loss += l2_penalty(parameters, self.l2)
        self.optimizer.zero_grad()
        if math.isfinite(loss.data):
            loss.backward()
        if not all(map(math.isfinite, (loss.data, *(p.grad for p in parameters)))):
            raise NonFiniteError("\n".join(causes(loss)))
        if self.clip_norm < math.inf:
            clip_grad_norm(parameters, self.clip_norm)
        self.optimizer.step()
        return loss.data


def fit(
    model: Trainable,
    X: Data,  # noqa: N803  # as in the literature
    y: Data,
    *,
    loss: LossName | Loss = "mse",
    optimizer: Optimizer | Callable[[list[Value]], Optimizer] | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: int | None = None,
    l2: float = 0.0,
    clip_norm: float = math.inf,
    validation: tuple[Data, Data] | None = None,
    patience: int | None = None,
    on_epoch: Callable[[History], object] | None = None,
    progress: bool | None = None,
) -> History:
    """Minimise the mean loss of a model over samples X and targets y, and return the history.

    X and y are lists or arrays; `model` is a Module, or a function of one sample with a method
    `parameters()`.  `loss` is a name in `nn.LOSSES` or a function of a prediction and a target.
    `optimizer` is one over the parameters of the model, or a function that makes one of them, such as
    `optim.SGD`; by default it is Adam with the rate 0.01.  Batches of `batch_size` samples are drawn
    in a new order each epoch, the same for the same `seed`; by default a batch is everything.

    With `patience`, training stops after so many epochs without a lower loss; where that is the loss
    on the pair `validation`, the state of its best epoch is put back.  `on_epoch` is called with the
    history after each epoch.  A progress bar is shown where standard error is a terminal; `progress`
    says True (in a notebook too) or False.  Ctrl-C ends training and returns what was recorded; what
    was learned so far stays in the model, which is left in evaluation mode.

    Raises NonFiniteError, naming the first node that is not finite, when the loss leaves the numbers.

    >>> from scalargrad import nn, optim
    >>> model = nn.Neuron(1, activation=None, seed=1)
    >>> history = fit(model, [0, 1, 2], [1, 3, 5], optimizer=optim.SGD(model.parameters(), 0.2), epochs=99)
    >>> [round(p.data, 3) for p in model.parameters()], history.epochs
    ([2.0, 1.0], 99)
    """
    data, held_out = paired(X, y), paired(*validation) if validation else None
    trainer = Trainer(model, loss_function(loss), _optimizer(optimizer, model), l2, clip_norm)
    batches = _Batches(*data, _size(batch_size, len(data[1])), random.Random(seed))  # noqa: S311  # no secret
    history, best, layers = History(), _Best(model, patience), _layers(model)
    modules = list(model.named_modules()) if isinstance(model, Module) else []
    try:
        for _ in _with_bar(epochs, history, progress):
            set_mode(modules, training=True)
            _run_epoch(trainer, batches, history)
            _measure(layers, history)
            set_mode(modules, training=False)
            if held_out:
                with no_grad():
                    history.validation_loss.append(mean_loss(model, trainer.loss, *held_out).data)
            if on_epoch:
                on_epoch(history)
            if best.is_long_ago(history):
                history.stopped = f"no lower loss for {patience} epochs"
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        set_mode(modules, training=False)
    best.put_back()
    return history


def _run_epoch(trainer: Trainer, batches: "_Batches", history: History) -> None:
    """Take a step on each batch; whatever error ends that knows where, and what was recorded."""
    rate, summed = trainer.optimizer.rate, 0.0
    for number, (samples, targets) in enumerate(batches, 1):
        place = f"epoch {history.epochs + 1}, step {number}"
        try:
            summed += trainer.step(samples, targets) * len(samples)
        except (NonFiniteError, RangeError) as error:
            stop = NonFiniteError(f"training stopped in {place}: {error}\n{ADVICE}")
            stop.history = history
            raise stop from None
        except ScalargradError as error:
            error.add_note(f"(in {place} of fit)")
            raise
    history.loss.append(summed / len(batches.samples))
    history.learning_rates.append(rate)


def _measure(layers: dict[str, list[Value]], history: History) -> None:
    for layer, parameters in layers.items():
        history.gradient_norms.setdefault(layer, []).append(gradient_norm(parameters))


@dataclass(frozen=True)
class _Batches:
    """Give the samples in batches: in their order if there is one, else in a new order each time."""

    samples: Samples
    targets: list[Any]
    size: int
    generator: random.Random

    def __iter__(self) -> Iterator[tuple[Samples, list[Any]]]:
        if self.size >= len(self.samples):
            yield self.samples, self.targets
            return
        order = list(range(len(self.samples)))
        self.generator.shuffle(order)
        for start in range(0, len(order), self.size):
            chosen = order[start : start + self.size]
            yield [self.samples[i] for i in chosen], [self.targets[i] for i in chosen]


class _Best:
    """Wait for a better epoch while there is patience, and keep the state of the best one validated.

    The loss of training is taken before its update, so it says nothing of the state after it.
    """

    def __init__(self, model: Trainable, patience: int | None) -> None:
        self.model, self.patience = model, patience
        self.state: dict[str, float] | None = None

    def is_long_ago(self, history: History) -> bool:
        """Tell whether the best epoch lies further back than patience goes."""
        if self.patience is None:
            return False
        age = history.epochs - 1 - history.best_epoch
        if age == 0 and history.validation_loss and isinstance(self.model, Module):
            self.state = self.model.state_dict()
        return age >= self.patience

    def put_back(self) -> None:
        """Give the model the state it had after the best epoch, if that was kept."""
        if self.state is not None and isinstance(self.model, Module):
            self.model.load_state_dict(self.state)


def _optimizer(given: Optimizer | Callable[[list[Value]], Optimizer] | None, model: Trainable) -> Optimizer:
    parameters = model.parameters()
    if given is None:
        return Adam(parameters, lr=0.01)
    made = given if isinstance(given, Optimizer) else given(parameters)
    if not isinstance(made, Optimizer):
        message = f"optimizer must be an Optimizer, or make one of a list of parameters, got {given!r:.60}"
        raise OperandError(message)
    if not set(made.parameters) & set(parameters):
        message = "the optimizer holds none of the parameters of this model: make it of model.parameters()"
        raise OperandError(message)
    return made


def _size(batch_size: int | None, count: int) -> int:
    if batch_size is not None and batch_size < 1:
        message = f"a batch holds at least one sample, got batch_size={batch_size}"
        raise ShapeError(message)
    return batch_size or count


def _layers(model: Trainable) -> dict[str, list[Value]]:
    """Return the parameters of each layer by its path, all of them as "model" where they have none."""
    if not isinstance(model, Module):
        return {"model": model.parameters()}
    layers: dict[str, list[Value]] = {}
    for path, parameter in model.named_parameters():
        layers.setdefault(layer_of(path) or "model", []).append(parameter)
    return layers


def _with_bar(epochs: int, history: History, progress: bool | None) -> Iterator[None]:
    """Go through the epochs, with a bar that shows the loss where somebody may be looking."""
    import sys

    if progress is False or (progress is None and not sys.stderr.isatty()):
        yield from itertools.repeat(None, epochs)
    else:
        from tqdm.auto import tqdm

        with tqdm(total=epochs, unit="epoch") as bar:
            for _ in range(epochs):
                yield
                bar.set_postfix(loss=f"{history.loss[-1]:.4g}", refresh=False)
                bar.update()
    history.stopped = "all epochs done"
