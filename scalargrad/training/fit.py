"""The training loop: forward, backward, update, epoch after epoch."""

import itertools
import math
import numbers
import random
from collections.abc import Callable, Iterator

from scalargrad.answers import keywords
from scalargrad.engine.value import Value
from scalargrad.errors import DomainError, NonFiniteError, OperandError, RangeError, ScalargradError
from scalargrad.nn.losses import Loss, LossName, loss_function
from scalargrad.nn.module import Module, layer_of, set_mode
from scalargrad.optim import Schedule
from scalargrad.optim.choice import OptimizerLike, optimizer_of
from scalargrad.training.batches import Batches, Data, Dataset
from scalargrad.training.history import History
from scalargrad.training.patience import Best
from scalargrad.training.steps import Steps
from scalargrad.training.trainer import Trainable, Trainer

ADVICE = "A smaller learning rate, a clip_norm, or inputs of a size around 1 may keep it finite."


@keywords("fit()")
def fit(
    model: Trainable,
    X: Data,  # noqa: N803  # as in the literature
    y: Data,
    *,
    loss: LossName | Loss = "mse",
    optimizer: OptimizerLike = None,
    lr: float | Schedule | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: int | None = None,
    l2: float = 0.0,
    clip_norm: float = math.inf,
    validation: tuple[Data, Data] | None = None,
    patience: int | None = None,
    on_epoch: Callable[[History], object] | None = None,
    progress: bool | None = None,
    replay: bool | None = None,
) -> History:
    """Minimise the mean loss of a model over samples X and targets y, and return the history.

    X and y are lists or arrays; `model` is a Module, or a function of one sample with a method
    `parameters()`.  `loss` is a name in `nn.LOSSES` or a function of a prediction and a target.
    `optimizer` is one over the parameters of the model, a name, "sgd", "adam", "adamw" or "rmsprop", or a
    function that makes one of them, such as `optim.SGD`; by default it is Adam with the rate 0.01.  `lr` is
    the rate of one that is made here.  Batches of `batch_size` samples are drawn
    in a new order each epoch, the same for the same `seed`; by default a batch is everything.

    With `patience`, training stops after that many epochs without a lower loss; where that is the loss
    on the pair `validation`, the state of its best epoch is put back.  `on_epoch` is called with the
    history after each epoch.  A progress bar is shown where standard error is a terminal; `progress`
    says True (in a notebook too) or False.  Ctrl-C ends training and returns what was recorded; what
    was learned so far stays in the model, which is left in evaluation mode.

    Steps are replayed on arrays, as by `record`, where that is exact to rounding, and else taken graph by
    graph; `history.replay` says which, and why.  A loss or a model then runs a few times in all, not once
    for every sample.  `replay=False` asks for graphs; `replay=True` raises RecordError rather than take a
    step through them.

    Raises NonFiniteError, naming the first node that is not finite, when the loss is inf or nan.  Warns
    with LostGradientWarning if the loss reads a prediction as a plain number, or the first step changes
    nothing.

    >>> from scalargrad import nn, optim
    >>> model = nn.Neuron(1, activation=None, seed=1)
    >>> history = fit(model, [0, 1, 2], [1, 3, 5], optimizer=optim.SGD(model.parameters(), 0.2), epochs=99)
    >>> [round(p.data, 3) for p in model.parameters()], history.epochs
    ([2.0, 1.0], 99)
    """
    _check_options(epochs, l2=l2, clip_norm=clip_norm)
    data, held_out = Dataset.of(X, y), Dataset.held_out(validation)
    if isinstance(loss, str):
        _refuse_texts(data, held_out)
    # of a recorded loss, which gives floats, the function itself
    of_values = getattr(loss, "of_values", loss)
    eager = Trainer(model, loss_function(of_values), optimizer_of(model, optimizer, lr), data, l2, clip_norm)
    batches = Batches(len(data), batch_size, random.Random(seed))  # noqa: S311  # no secret
    history, best, layers = History(), Best(model, patience), _layers(model)
    modules = list(model.named_modules()) if isinstance(model, Module) else []
    steps = Steps(eager, history, replay)
    looked_at = bool(held_out or on_epoch or patience is not None)  # between epochs, at the model
    try:
        for _ in _with_bar(epochs, history, progress):
            if looked_at or not history.epochs:
                set_mode(modules, training=True)
            if on_epoch and history.epochs:
                steps.look_again()
            _run_epoch(steps, batches, history)
            _measure(steps, layers, history)
            if looked_at:
                set_mode(modules, training=False)
                steps.settle()
            if held_out:
                history.validation_loss.append(steps.loss_on(held_out))
            if on_epoch:
                steps.look()
                on_epoch(history)
            if best.is_long_ago(history):
                history.stopped = best.reason
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        steps.settle()
        set_mode(modules, training=False)
    best.put_back()
    return history


def _refuse_texts(*data: Dataset | None) -> None:
    for each in data:
        if each:
            each.refuse_texts()


def _check_options(epochs: int, **at_least_0: float) -> None:
    for name, number in {"epochs": epochs, **at_least_0}.items():
        if isinstance(number, bool) or not isinstance(number, numbers.Real):
            message = f"{name} is a number of at least 0, got {number!r:.40}"
            raise OperandError(message)
        if not number >= 0:
            message = f"{name} is at least 0, got {number!r}"
            raise DomainError(message)
    if not isinstance(epochs, numbers.Integral):
        message = f"epochs is a whole number, got {epochs!r}"
        raise OperandError(message)


def _run_epoch(steps: Steps, batches: Batches, history: History) -> None:
    """Take a step on each batch; an error that ends it says where, and keeps what was recorded."""
    rate, summed = steps.eager.optimizer.rate, 0.0
    for number, places in enumerate(batches, 1):
        place = f"epoch {history.epochs + 1}, step {number}"
        try:
            summed += steps.step(places) * len(places)
        except (NonFiniteError, RangeError) as error:
            stop = NonFiniteError(f"training stopped in {place}: {error}\n{ADVICE}")
            stop.history = history
            raise stop from None
        except ScalargradError as error:
            error.add_note(f"(in {place} of fit)")
            raise
    history.loss.append(summed / batches.count)
    history.learning_rates.append(rate)


def _measure(steps: Steps, layers: dict[str, tuple[Value, ...]], history: History) -> None:
    for layer, parameters in layers.items():
        history.gradient_norms.setdefault(layer, []).append(steps.gradient_norm(parameters))


def _layers(model: Trainable) -> dict[str, tuple[Value, ...]]:
    """Return the parameters of each layer by its path, all of them as "model" where they have none."""
    if not isinstance(model, Module):
        return {"model": tuple(model.parameters())}
    layers: dict[str, list[Value]] = {}
    for path, parameter in model.named_parameters():
        layers.setdefault(layer_of(path) or "model", []).append(parameter)
    return {layer: tuple(parameters) for layer, parameters in layers.items()}


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
