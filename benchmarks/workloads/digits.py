"""A 64-32-10 softmax classifier trained on the 1,797 digits of scikit-learn: an epoch in batches of 50."""

import random
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from scalargrad import fit, nn, optim
from workloads.contest import Contestant
from workloads.tensors import as_tensors, layers_of, outputs_of, torch

SIZES, BATCH, EPOCHS, RATE, SEED = (64, 32, 10), 50, 20, 0.01, 5
Order = Callable[[], Any]  # makes the order of an epoch, as a tensor of places


def data() -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels, from 0 to 1, and the classes."""
    digits = import_module("sklearn.datasets").load_digits()  # Any to a type checker without it
    return digits.data / 16.0, digits.target


def by_fit(epochs: int = EPOCHS) -> Contestant:
    """Train by `fit`; reading the arrays and recording are within its time, shared among the epochs."""
    pixels, classes = data()
    net = nn.MLP(SIZES[0], SIZES[1:], seed=SEED)
    begin = net.state_dict()

    def run() -> list[float]:
        optimizer = optim.Adam(net.load_state_dict(begin).parameters(), RATE)
        return fit(
            net,
            pixels,
            classes,
            loss="cross_entropy",
            optimizer=optimizer,
            epochs=epochs,
            batch_size=BATCH,
            seed=SEED,
            progress=False,
        ).loss

    return Contestant("fit", run, list, epochs)


def by_pytorch(epochs: int = EPOCHS, *, as_fit: bool = False) -> Contestant:
    """Train in PyTorch; `as_fit` takes the samples in the order of `fit`, to compare the losses."""
    pixels, classes = map(torch.tensor, data())
    numbers = [p.data for p in nn.MLP(SIZES[0], SIZES[1:], seed=SEED).parameters()]

    def run() -> list[float]:
        layers = as_tensors(layers_of(numbers, SIZES))
        optimizer = torch.optim.Adam([p for layer in layers for p in layer], RATE)
        order = order_of_fit(len(pixels)) if as_fit else lambda: torch.randperm(len(pixels))
        return [_epoch(layers, optimizer, pixels, classes, order()) for _ in range(epochs)]

    return Contestant("PyTorch", run, list, epochs)


def order_of_fit(count: int) -> Order:
    """Return what draws the orders that `fit` draws, epoch by epoch."""
    generator = random.Random(SEED)

    def order() -> Any:
        places = list(range(count))
        generator.shuffle(places)
        return torch.tensor(places)

    return order


def _epoch(layers: Any, optimizer: Any, pixels: Any, classes: Any, order: Any) -> float:
    """Take a step on each batch and return the mean of their losses."""
    summed = 0.0
    for chosen in order.split(BATCH):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(outputs_of(layers, pixels[chosen]), classes[chosen])
        loss.backward()
        optimizer.step()
        summed += loss.item() * len(chosen)
    return summed / len(pixels)
