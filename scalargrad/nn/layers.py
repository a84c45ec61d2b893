"""Neural networks of Values: modules, neurons, layers and the multilayer perceptron."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scalargrad.engine import Value
from scalargrad.errors import OperandError, ShapeError, UnknownNameError, unknown
from scalargrad.functions import Number, as_values
from scalargrad.operators import record
from scalargrad.scalars import strict
from scalargrad.table import FAMILIES, TABLE

DOT = TABLE["dot"]

Activation = str | Callable[[Value], Value] | None
Seed = int | random.Random | None


class Module:
    """Hold parameters, directly, in lists, or in other modules, and know each by its path.

    Assigning an attribute names what is in it: `self.layers = [...]` gives the paths `layers[0]`, …

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> [p.path for p in Line().parameters()]
    ['slope', 'offset']
    """

    path: str = ""

    def __setattr__(self, name: str, part: Any) -> None:
        object.__setattr__(self, name, part)
        if name == "path":
            self._name_parts()
        else:
            _name_part(self._path_of(name), part)

    def parameters(self) -> list[Value]:
        """Return all parameters, in the order in which the modules were given them, a shared one once."""
        return list(dict.fromkeys(_values_in(vars(self))))

    def zero_grad(self) -> None:
        """Set the grad of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def _path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _name_parts(self) -> None:
        for name, part in vars(self).items():
            _name_part(self._path_of(name), part)


def _name_part(path: str, part: Any) -> None:
    if isinstance(part, Value | Module):
        part.path = path
    elif isinstance(part, list | tuple):
        for i, item in enumerate(part):
            _name_part(f"{path}[{i}]", item)


def _values_in(part: Any) -> Iterator[Value]:
    if isinstance(part, Value):
        yield part
    elif isinstance(part, Module):
        yield from part.parameters()
    elif isinstance(part, list | tuple | dict):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _values_in(item)


class Neuron(Module):
    """Compute a = φ(w₁x₁ + … + wₖxₖ + b) in three nodes: dot, + and the activation.

    `activation` is the name of a primitive, a function of one Value, or None for φ(z) = z.  Weights
    are drawn uniformly from [-1, 1] and the bias is 0; the same `seed` draws the same weights, and
    a `random.Random` is drawn from where it stands.  Parameters are the weights, then the bias.

    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> len(neuron.parameters()), neuron
    (3, Neuron(2, activation='tanh'))
    """

    def __init__(self, nin: int, activation: Activation = "relu", *, seed: Seed = None) -> None:
        generator = _generator(seed)
        self.weights = tuple(Value(generator.uniform(-1, 1)) for _ in range(_count("nin", nin)))
        self.bias = Value(0.0)
        self.activation = activation
        self._function = activation_function(activation)
        self._name_parts()

    def __call__(self, inputs: Sequence[Number]) -> Value:
        """Return the activation at the inputs; raise ShapeError unless there are as many as weights."""
        _check_inputs(self, len(self.weights), inputs)
        values = tuple(as_values(inputs))
        return self._fire(values, [value.data for value in values])

    def _fire(self, inputs: tuple[Value, ...], data: list[float]) -> Value:
        """Compute the neuron at inputs, and their data, that a layer reads once for all its neurons."""
        weights = tuple(self.weights)
        weighted = record(DOT, DOT.function(strict, [w._data for w in weights], data), weights, inputs)
        z = weighted + self.bias
        weighted.path, z.path, path_of_a = self._paths_of_results
        if self._function is None:
            return z
        a = self._function(z)
        a.path = path_of_a
        return a

    def _name_parts(self) -> None:
        super()._name_parts()
        self._paths_of_results = tuple(map(self._path_of, ("dot", "z", "a")))

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={_shown(self.activation)})"


class Layer(Module):
    """Compute a list of neurons, all of the same inputs: φ(W x + b), one row of W a neuron.

    >>> Layer(3, 2, seed=0)([1.0, 2.0, 3.0]).__len__()
    2
    """

    def __init__(self, nin: int, nout: int, activation: Activation = "relu", *, seed: Seed = None) -> None:
        generator = _generator(seed)
        self.neurons = [Neuron(nin, activation, seed=generator) for _ in range(_count("nout", nout))]

    def __call__(self, inputs: Sequence[Number]) -> list[Value]:
        """Return the activations as a list, also of a single neuron."""
        _check_inputs(self, len(self.neurons[0].weights), inputs)
        values = tuple(as_values(inputs))
        data = [value.data for value in values]
        return [neuron._fire(values, data) for neuron in self.neurons]

    def __repr__(self) -> str:
        first = self.neurons[0]
        shape = f"{len(first.weights)}, {len(self.neurons)}"
        return f"Layer({shape}, activation={_shown(first.activation)})"


class MLP(Module):
    """Chain layers of the sizes `nouts`: a multilayer perceptron.

    Hidden layers have `activation`; the last layer has `output`, by default none: it is linear.
    A network whose last layer has width 1 returns that one Value, any other a list.

    >>> model = MLP(2, [16, 16, 1], seed=7)
    >>> len(model.parameters()), model
    (337, MLP(2, [16, 16, 1], activation='relu', output=None))
    >>> model.parameters()[0].path
    'layers[0].neurons[0].weights[0]'
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        output: Activation = None,
        *,
        seed: Seed = None,
    ) -> None:
        if not nouts:
            message = "an MLP needs the width of at least one layer, got an empty list"
            raise ShapeError(message)
        generator = _generator(seed)
        sizes = [nin, *nouts[:-1]]
        activations = [activation] * (len(nouts) - 1) + [output]
        self.layers = [
            Layer(nin, nout, phi, seed=generator) for nin, nout, phi in zip(sizes, nouts, activations)
        ]

    def __call__(self, inputs: Sequence[Number]) -> Any:
        """Return the output of the last layer at the inputs."""
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs[0] if len(inputs) == 1 else inputs

    def __repr__(self) -> str:
        first, last = self.layers[0].neurons, self.layers[-1].neurons
        hidden = first[0].activation if len(self.layers) > 1 else "relu"
        widths = [len(layer.neurons) for layer in self.layers]
        return (
            f"MLP({len(first[0].weights)}, {widths}, activation={_shown(hidden)}, "
            f"output={_shown(last[0].activation)})"
        )


def activation_function(activation: Activation) -> Callable[[Value], Value] | None:
    """Return the function of an activation given by name, by itself, or as None for the identity."""
    if activation is None or callable(activation):
        return activation
    names = [name for name, row in TABLE.items() if row.arity == 1] + list(
        FAMILIES.keys() - {"power", "clip"}
    )
    if activation not in names:
        raise UnknownNameError(unknown("activation", activation, names))
    return getattr(Value, activation)  # type: ignore[no-any-return]


def _generator(seed: Seed) -> random.Random:
    return seed if isinstance(seed, random.Random) else random.Random(seed)  # noqa: S311  # weights are no secret


def _count(name: str, number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        message = f"{name} must be a whole number, got {number!r}"
        raise OperandError(message)
    if number < 1:
        message = f"{name} must be at least 1, got {number}"
        raise ShapeError(message)
    return number


def _check_inputs(module: Module, expected: int, inputs: Sequence[Any]) -> None:
    if len(inputs) != expected:
        place = f"{module.path}: " if module.path else ""
        message = f"{place}{module!r} takes {expected} inputs, got {len(inputs)}"
        raise ShapeError(message)


def _shown(activation: Activation) -> str:
    name = getattr(activation, "__name__", None)
    return name if name and not isinstance(activation, str) else repr(activation)
