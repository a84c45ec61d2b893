"""Neurons in layers."""

import random
from collections.abc import Iterable
from typing import Any, Never, overload

from scalargrad.answers import keywords
from scalargrad.engine.apply import computed
from scalargrad.engine.composed import softmax
from scalargrad.engine.value import Number, Value, as_values
from scalargrad.errors import OperandError, ShapeError
from scalargrad.nn.activations import ActivationLike, activation_function, named, shown
from scalargrad.nn.initialisers import InitialiserLike, initialiser
from scalargrad.nn.module import Module
from scalargrad.nn.samples import Sample, alone, as_sample, called
from scalargrad.primitives.rows import dot
from scalargrad.primitives.scalars import strict

Seed = int | random.Random | None


class Neuron(Module):
    """Compute a = φ(w₁x₁ + … + wₖxₖ + b) in three nodes: dot, + and the activation.

    `activation` is the name of a primitive, a function of one Value, or None for φ(z) = z.  Weights
    are drawn by `init`, by default He's for the family of relu, else Xavier's, and the bias is 0.
    The same `seed` draws the same weights, and a `random.Random` is drawn from where it stands; without
    one, `random.seed` decides.  Parameters are the weights, then the bias.  micrograd's words, `w`, `b` and
    `nonlin`, True for relu and False for None, mean the same.

    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> len(neuron.parameters()), neuron
    (3, Neuron(2, activation='tanh'))
    """

    mixes_samples = False

    @keywords("Neuron()")
    def __init__(
        self,
        nin: int,
        activation: ActivationLike | bool = "relu",
        *,
        init: InitialiserLike = None,
        seed: Seed = None,
        nonlin: bool | None = None,
    ) -> None:
        activation = named(activation, nonlin)
        generator, draw = as_generator(seed), initialiser(init, activation)
        self._paths_of_results: tuple[str, ...]
        self.weights = tuple(Value(draw(generator, nin, 1)) for _ in range(whole_number("nin", nin)))
        self.bias = Value(0.0)
        self.activation = activation
        self._function = activation_function(activation)

    @overload
    def __call__(self, inputs: Sample | Number, /) -> Value: ...
    @overload
    def __call__(self, inputs: Iterable[Sample], /) -> list[Value]: ...
    def __call__(self, inputs: Any, /, *more: Never) -> Any:
        """Return the activation at the inputs; raise ShapeError unless there are as many as weights."""
        return called(self.batch, inputs, *more)

    def batch(self, samples: Iterable[Sample], /) -> list[Value]:
        """Return the list of activations at a list of samples."""
        read, outputs = self._read(), []
        for sample in samples:
            values = tuple(inputs_of(self, len(self.weights), sample))
            outputs.append(self._compute(*read, values, [value._data for value in values]))
        return outputs

    @property
    def w(self) -> list[Value]:
        """Return the weights."""
        return list(self.weights)

    @property
    def b(self) -> Value:
        """Return the bias."""
        return self.bias

    @property
    def nonlin(self) -> bool:
        """Tell whether there is an activation."""
        return self._function is not None

    def _read(self) -> tuple[tuple[Value, ...], list[float]]:
        """Return the weights and their data, that a layer reads once for a whole batch."""
        weights = tuple(self.weights)
        return weights, [w._data for w in weights]

    def _compute(
        self, weights: tuple[Value, ...], by: list[float], inputs: tuple[Value, ...], data: list[float]
    ) -> Value:
        """Compute the neuron at inputs, and their data, that a layer reads once for all its neurons."""
        weighted = computed(dot, strict.dot(by, data), weights, inputs)
        z = weighted + self.bias
        weighted.path, z.path, path_of_a = self._paths_of_results
        if self._function is None:
            return z
        a = self._function(z)
        a.path = path_of_a
        return a

    def _be_called(self, path: str) -> None:
        super()._be_called(path)
        object.__setattr__(self, "_paths_of_results", tuple(map(self._path_of, ("dot", "z", "a"))))

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={shown(self.activation)})"


class Layer(Module):
    """Compute a list of neurons, all of the same inputs: φ(W x + b), one row of W a neuron.

    The activation "softmax" is that of the whole list.  Otherwise as for a Neuron.

    >>> Layer(3, 2, seed=0)([1.0, 2.0, 3.0]).__len__()
    2
    """

    mixes_samples = False

    @keywords("Layer()")
    def __init__(
        self,
        nin: int,
        nout: int,
        activation: ActivationLike | bool = "relu",
        *,
        init: InitialiserLike = None,
        seed: Seed = None,
        nonlin: bool | None = None,
    ) -> None:
        activation = named(activation, nonlin)
        generator, draw = as_generator(seed), initialiser(init, activation)
        self.softmax = activation == "softmax"
        self.neurons = [
            Neuron(
                nin,
                None if self.softmax else activation,
                init=lambda generator, nin, _: draw(generator, nin, nout),
                seed=generator,
            )
            for _ in range(whole_number("nout", nout))
        ]

    @property
    def activation(self) -> ActivationLike:
        """Return the activation that all neurons have, or "softmax"."""
        return "softmax" if self.softmax else self.neurons[0].activation

    def __call__(self, inputs: Any, /, *more: Never) -> Any:
        """Return the list of activations, of a single neuron its Value; of several samples a list of it."""
        return called(self.batch, inputs, *more)

    def batch(self, samples: Iterable[Sample], /) -> list[Any]:
        """Return the list of outputs at a list of samples, each as a call gives it."""
        read = [(neuron._compute, *neuron._read()) for neuron in self.neurons]
        width, outputs = len(self.neurons[0].weights), []
        for inputs in samples:
            values = tuple(inputs_of(self, width, inputs))
            data = [value._data for value in values]
            activations = [compute(weights, by, values, data) for compute, weights, by in read]
            outputs.append(alone(self._softmax(activations) if self.softmax else activations))
        return outputs

    def _softmax(self, logits: list[Value]) -> list[Value]:
        probabilities = softmax(logits)
        for neuron, probability in zip(self.neurons, probabilities):
            probability.path = neuron._path_of("p")
        return probabilities

    def __repr__(self) -> str:
        shape = f"{len(self.neurons[0].weights)}, {len(self.neurons)}"
        return f"Layer({shape}, activation={shown(self.activation)})"


def as_generator(seed: Seed) -> random.Random:
    """Return a generator of its own for a seed; a generator itself is drawn from where it stands.

    Without a seed, `random.seed` decides, as in micrograd.
    """
    if isinstance(seed, random.Random):
        return seed
    return random.Random(random.getrandbits(64) if seed is None else seed)  # noqa: S311  # no secret


def whole_number(name: str, number: int) -> int:
    """Return a count that is a whole number from 1 on; refuse any other by its name."""
    if isinstance(number, bool) or not isinstance(number, int):
        message = f"{name} must be a whole number, got {number!r}"
        raise OperandError(message)
    if number < 1:
        message = f"{name} must be at least 1, got {number}"
        raise ShapeError(message)
    return number


def inputs_of(module: Module, expected: int, sample: Any) -> list[Value]:
    """Return the inputs in a sample, which may be a plain number; raise ShapeError unless as many fit."""
    values = as_values(as_sample(sample))
    if len(values) != expected:
        place = f"{module.path}: " if module.path else ""
        message = f"{place}{module!r} takes {expected} inputs, got {len(values)}"
        raise ShapeError(message)
    return values
