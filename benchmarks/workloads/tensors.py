"""A multilayer perceptron as its peers hold it: in matrices, by hand over NumPy and in PyTorch.

Parameters come as one list of numbers in the order of `nn.MLP(…).parameters()`: neuron by neuron, its
weights, then its bias.
"""

import itertools
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

# Any to a type checker, which need not have PyTorch at hand, nor read its types for a minute.
torch: Any = import_module("torch")
linear, relu = torch.nn.functional.linear, torch.relu
torch.set_num_threads(1)

Layers = list[tuple[Any, Any]]  # of each layer W, with a row a neuron, and b: arrays or tensors


def layers_of(numbers: Sequence[float], sizes: Sequence[int]) -> Layers:
    """Return W and b of each layer as arrays of their own.

    >>> layers_of([1.0, 2.0, 3.0], [2, 1])
    [(array([[1., 2.]]), array([3.]))]
    """
    layers, rest = [], np.array(numbers, float)
    for nin, nout in itertools.pairwise(sizes):
        neurons, rest = np.split(rest, [nout * (nin + 1)])
        rows = neurons.reshape(nout, nin + 1)
        layers.append((rows[:, :-1].copy(), rows[:, -1].copy()))
    assert not rest.size, "there are more numbers than parameters"
    return layers


def flat(loss: float, layers: Layers) -> np.ndarray:
    """Return a loss, then the gradients by W and b of each layer in the order of the parameters."""
    return np.concatenate([[loss], *(np.column_stack(layer).ravel() for layer in layers)])


def as_tensors(layers: Layers) -> Layers:
    """Return the layers as leaves of PyTorch, in double precision."""
    return [(torch.tensor(w, requires_grad=True), torch.tensor(b, requires_grad=True)) for w, b in layers]


def outputs_of(layers: Layers, inputs: Any) -> Any:
    """Return the outputs of a ReLU net in PyTorch, a row a sample."""
    for w, b in layers[:-1]:
        inputs = relu(linear(inputs, w, b))
    return linear(inputs, *layers[-1])


def hinge_of(layers: Layers, inputs: Any, targets: Any) -> Any:
    """Return the mean hinge loss of the first output in PyTorch."""
    return relu(1.0 - targets * outputs_of(layers, inputs)[:, 0]).mean()


def hinge_by_hand(layers: Layers, inputs: np.ndarray, targets: np.ndarray) -> tuple[float, Layers]:
    """Return the mean hinge loss of a net with two hidden layers, and the gradients by its W and b."""
    (w1, b1), (w2, b2), (w3, b3) = layers
    a1 = inputs @ w1.T
    a1 += b1
    np.maximum(a1, 0.0, out=a1)
    a2 = a1 @ w2.T
    a2 += b2
    np.maximum(a2, 0.0, out=a2)
    scores = a2 @ w3[0] + b3
    shortfalls = np.maximum(1.0 - targets * scores, 0.0)
    delta3 = targets * (shortfalls > 0.0) * (-1.0 / len(targets))
    delta2 = np.outer(delta3, w3)
    delta2 *= a2 > 0.0
    delta1 = delta2 @ w2
    delta1 *= a1 > 0.0
    gradients = [
        (delta1.T @ inputs, delta1.sum(axis=0)),
        (delta2.T @ a1, delta2.sum(axis=0)),
        ((delta3 @ a2)[np.newaxis], delta3.sum(keepdims=True)),
    ]
    return float(shortfalls.mean()), gradients
