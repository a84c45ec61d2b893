"""The GPT on names: the loss with its gradients on one name, and training on names of all lengths."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scalargrad import optim, record
from workloads.contest import Contestant
from workloads.gpt import GPT
from workloads.moons_net import moved, with_gradients, zero
from workloads.names import names, tokens_of

NAME, OTHER_NAME = [name for name in names() if len(name) == 8][:2]
STEPS, EAGER_STEPS, RATE = 1_500, 40, 0.01  # eager steps are fewer, and a step of both is compared
Step = Callable[[list[int]], float]  # adds the gradients at the tokens of a name, returns the loss


def by_record() -> Contestant:
    """Replay the loss with its gradients on one name."""
    model = GPT()
    parameters, step = model.parameters(), record(model.loss)
    with moved(parameters):
        step.backward(tokens_of(OTHER_NAME))

    def run() -> float:
        parameters[0].data = parameters[0].data
        zero(parameters)
        return step.backward(tokens_of(NAME))

    return Contestant("record", run, with_gradients(parameters))


def by_our_eager_engine() -> Contestant:
    """Compute the loss with its gradients on one name, without `record`."""
    model = GPT()
    parameters, step = model.parameters(), eager(model)

    def run() -> float:
        zero(parameters)
        return step(tokens_of(NAME))

    return Contestant("scalargrad eager", run, with_gradients(parameters))


def eager(model: GPT) -> Step:
    """Return the step that builds the graph of each name."""

    def step(tokens: list[int]) -> float:
        loss = model.loss(tokens)
        loss.backward()
        return loss.data

    return step


def recorded(model: GPT) -> Step:
    """Return the step that records each length once, when it first comes."""
    return record(model.loss).backward


def training(name: str, make: Callable[[GPT], Step], steps: int) -> Contestant:
    """Train from the start on one name a step; recording, where there is any, is within the time."""

    def run() -> list[float]:
        return trained(make, steps)

    return Contestant(name, run, learned, steps)


def trained(make: Callable[[GPT], Step], steps: int) -> list[float]:
    """Return the losses of training anew, one name a step."""
    model, chosen = GPT(), names()
    step, parameters = make(model), model.parameters()
    optimizer, losses = optim.Adam(parameters, RATE), []
    for i in range(steps):
        zero(parameters)
        losses.append(step(tokens_of(chosen[i % len(chosen)])))
        optimizer.step()
    return losses


def learned(losses: Sequence[float]) -> Any:
    """Return the losses that all can be compared by, once they have fallen."""
    few = len(losses) // 4
    assert np.mean(losses[-few:]) < 0.95 * np.mean(losses[:few]), "the model does not learn"
    return losses[:EAGER_STEPS]
