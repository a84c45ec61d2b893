"""The 2-16-16-1 ReLU net with the hinge loss on moons: its loss and all its gradients, and its training.

What is timed is the mean loss over all samples with the gradients by all 337 parameters, at parameters
that stay as they are.  Each contestant reads them where they live: ours gives one of them its data anew
within the time, so that nothing can be kept from the call before.  Gradients that add up are zeroed.
"""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import micrograd.engine
import micrograd.nn
import numpy as np
from engines import SIZES, PlainNet

from scalargrad import Value, fit, mean, nn, optim, record
from scalargrad.datasets import moons
from workloads.contest import Contestant
from workloads.tensors import as_tensors, flat, hinge_by_hand, hinge_of, layers_of, torch

EPOCHS = 1_000  # of one call of fit, which records within its time
Update = Callable[[Sequence[Any]], Any]  # makes an optimiser of parameters


def data(samples: int) -> tuple[list[list[float]], list[int]]:
    """Return the points and their labels, -1 and 1."""
    return moons(samples, noise=0.1, seed=1, labels=(-1, 1))


def arrays(samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the same as arrays of doubles."""
    points, labels = data(samples)
    return np.array(points, float), np.array(labels, float)


def start() -> list[float]:
    """Return the parameters that all begin with; no bias is 0, as they are at first in `nn`."""
    generator = random.Random(3)
    named = nn.MLP(SIZES[0], SIZES[1:], seed=7).named_parameters()
    return [generator.uniform(-0.5, 0.5) if path.endswith("bias") else p.data for path, p in named]


def begun(net: Any) -> Any:
    """Return a net of any engine, with the parameters set to those that all begin with."""
    for p, number in zip(net.parameters(), start(), strict=True):
        p.data = number
    return net


def model() -> nn.MLP:
    """Return our net."""
    return begun(nn.MLP(SIZES[0], SIZES[1:]))  # type: ignore[no-any-return]  # what it was given


# ---- loss and gradients


def by_record_of_a_sample(samples: int) -> Contestant:
    """Record one sample through nn and replay the batch."""
    (x, t), net = arrays(samples), model()
    step, parameters = record(lambda x, t: nn.hinge(net(x), t)), net.parameters()
    with moved(parameters):
        step.backward(x, t)

    def run() -> float:
        parameters[0].data = parameters[0].data
        zero(parameters)
        return step.backward(x, t)

    return Contestant("record, one sample through nn", run, with_gradients(parameters))


def by_record_of_the_batch(samples: int) -> Contestant:
    """Record the graph of the whole batch in plain + and * and replay that; the inputs are numbers."""
    net = begun(PlainNet(Value))
    return _of_a_batch("plain + and *", net.parameters(), lambda: plain_loss(float, net, samples))


def by_record_of_the_batch_through_nn(samples: int) -> Contestant:
    """Record the graph of the whole batch through nn and replay that."""
    (points, labels), net = data(samples), model()
    return _of_a_batch("nn", net.parameters(), lambda: mean(map(nn.hinge, net.batch(points), labels)))


def _of_a_batch(by: str, parameters: list[Value], loss: Callable[[], Value]) -> Contestant:
    with moved(parameters):
        program = record(loss(), parameters=parameters)

    def run() -> tuple[float, np.ndarray]:
        parameters[0].data = parameters[0].data
        return program.value_and_grad()

    return Contestant(f"record, the batch by {by}", run, lambda result: [result[0], *result[1]])


def by_our_eager_nn(samples: int) -> Contestant:
    """Compute through nn, as a training loop without `record`."""
    (points, labels), net = data(samples), model()
    parameters = net.parameters()

    def run() -> float:
        loss = mean(map(nn.hinge, net.batch(points), labels))
        zero(parameters)
        loss.backward()
        return loss.data

    return Contestant("scalargrad eager, nn", run, with_gradients(parameters))


def by_our_eager_plain(samples: int) -> Contestant:
    """Compute in plain + and *, without `record`."""
    return _by_scalars("scalargrad eager, plain + and *", Value, PlainNet(Value), samples)


def by_micrograd(samples: int) -> Contestant:
    """Compute through micrograd's nn."""
    sys.setrecursionlimit(100_000)  # its backward pass recurses
    net = micrograd.nn.MLP(SIZES[0], list(SIZES[1:]))
    return _by_scalars("micrograd", micrograd.engine.Value, net, samples)


def by_pytorch(samples: int) -> Contestant:
    """Compute in tensors of PyTorch, eagerly."""
    x, t = map(torch.tensor, arrays(samples))
    layers = as_tensors(layers_of(start(), SIZES))
    parameters = [p for layer in layers for p in layer]

    def run() -> Any:
        for p in parameters:
            p.grad = None
        loss = hinge_of(layers, x, t)
        loss.backward()
        return loss

    return Contestant("PyTorch", run, lambda loss: flat(loss.item(), [(w.grad, b.grad) for w, b in layers]))


def by_hand(samples: int) -> Contestant:
    """Compute in NumPy with the backward pass written out."""
    (x, t), layers = arrays(samples), layers_of(start(), SIZES)
    return Contestant("NumPy by hand", lambda: hinge_by_hand(layers, x, t), lambda result: flat(*result))


def plain_loss(value: Callable[[float], Any], net: Any, samples: int) -> Any:
    """Return the mean hinge loss of a net in the plain arithmetic of any engine."""
    losses = [(1.0 + -label * net([value(x) for x in point])).relu() for point, label in zip(*data(samples))]
    return sum(losses) * (1.0 / len(losses))


@contextmanager
def moved(parameters: Sequence[Any]) -> Iterator[None]:
    """Move parameters for the time of recording: a replay that kept their numbers is then found out."""
    data = [p.data for p in parameters]
    for p in parameters:
        p.data *= 0.9
    yield
    for p, number in zip(parameters, data):
        p.data = number


def zero(parameters: Sequence[Any]) -> None:
    """Set the grad of every parameter to 0."""
    for p in parameters:
        p.grad = 0.0


def with_gradients(parameters: Sequence[Any]) -> Callable[[float], list[float]]:
    """Return what reads a loss, then the grad of each parameter."""
    return lambda loss: [loss, *(p.grad for p in parameters)]


def _by_scalars(name: str, value: Callable[[float], Any], net: Any, samples: int) -> Contestant:
    parameters = begun(net).parameters()

    def run() -> float:
        loss = plain_loss(value, net, samples)
        zero(parameters)
        loss.backward()
        return float(loss.data)

    return Contestant(name, run, with_gradients(parameters))


# ---- training: every run begins anew, and holds many steps


def by_fit(name: str, update: Callable[[list[Value]], optim.Optimizer], samples: int) -> Contestant:
    """Train by `fit`: with all that it does for a user, recording included."""
    (points, labels), net = data(samples), model()

    def run() -> list[float]:
        begun(net)
        optimizer = update(net.parameters())
        return fit(net, points, labels, loss="hinge", optimizer=optimizer, epochs=EPOCHS, progress=False).loss

    return Contestant(f"fit, {name}", run, list, EPOCHS)


def by_pytorch_training(name: str, update: Update, samples: int) -> Contestant:
    """Train in PyTorch: zero_grad, forward, backward, step; the losses are kept, as `fit` keeps them."""
    x, t = map(torch.tensor, arrays(samples))

    def run() -> list[float]:
        layers = as_tensors(layers_of(start(), SIZES))
        optimizer, losses = update([p for layer in layers for p in layer]), []
        for _ in range(EPOCHS):
            optimizer.zero_grad()
            loss = hinge_of(layers, x, t)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    return Contestant(f"PyTorch, {name}", run, list, EPOCHS)
