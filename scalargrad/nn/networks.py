"""Networks: modules one after another, or around a skip connection."""

from collections.abc import Iterable, Sequence
from typing import Any, Never

from scalargrad.answers import keywords
from scalargrad.engine.value import Value, as_values
from scalargrad.errors import ShapeError
from scalargrad.nn.activations import (
    Activation,
    ActivationFunction,
    ActivationLike,
    Softmax,
    activations,
    named,
    named_results,
    shown,
)
from scalargrad.nn.initialisers import InitialiserLike
from scalargrad.nn.layers import Layer, Seed, as_generator
from scalargrad.nn.module import Module
from scalargrad.nn.samples import Sample, alone, as_list, as_sample, is_batch, one_list


class Sequential(Module):
    """Chain modules, each fed with the outputs of the one before: fₖ(… f₂(f₁(x))).

    The name of an activation, or a function of one Value, stands for the module that applies it.

    >>> model = Sequential(Layer(2, 3, None, seed=1), "tanh", Layer(3, 1, None, seed=2))
    >>> model
    Sequential(Layer(2, 3, activation=None), Activation('tanh'), Layer(3, 1, activation=None))
    >>> type(model([1.0, -1.0])).__name__, len(model([[1.0, -1.0], [0.0, 1.0]]))
    ('Value', 2)
    """

    mixes_samples = False

    def __init__(self, *layers: Module | str | ActivationFunction) -> None:
        if len(layers) == 1 and isinstance(layers[0], list | tuple):
            layers = tuple(layers[0])
        if not layers:
            message = "a chain needs at least one module, got none"
            raise ShapeError(message)
        self.layers = [
            layer
            if isinstance(layer, Module)
            else Softmax()
            if named(layer) == "softmax"
            else Activation(layer)
            for layer in layers
        ]

    def __call__(self, inputs: Any, /, *more: Never) -> Any:
        """Return the list of outputs, of a width of 1 the Value; of several samples a list of these."""
        one_list(inputs, more)
        outputs = as_sample(inputs)
        if is_batch(outputs):
            return self.batch(outputs)
        for layer in self.layers:
            outputs = as_list(layer(outputs))
        return alone(outputs)

    def __getitem__(self, place: int) -> Module:
        """Return the module at a place, from 0."""
        return self.layers[place]

    def __len__(self) -> int:
        return len(self.layers)

    def batch(self, samples: Iterable[Sample], /) -> list[Any]:
        """Return the list of outputs at a list of samples, each as a call gives it.

        Each module gets the whole batch.
        """
        outputs: list[Any] = list(map(as_sample, samples))
        for layer in self.layers:
            outputs = [as_list(output) for output in layer.batch(outputs)]
        return list(map(alone, outputs))

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


class Residual(Module):
    """Compute H(x) = F(x) + x, so that ∂H/∂x = ∂F/∂x + 1: whatever F does, a gradient passes by it.

    F is a module with as many outputs as inputs; any other raises ShapeError.

    >>> block = Residual(Layer(2, 2, init="zeros"))
    >>> [h.data for h in block([3.0, -4.0])]
    [3.0, -4.0]
    """

    mixes_samples = False

    def __init__(self, module: Module) -> None:
        self.module = module

    def __call__(self, inputs: Any, /) -> Any:
        """Return the list of F(x)ᵢ + xᵢ, of a width of 1 the Value; of several samples a list of these."""
        sample = as_sample(inputs)
        if is_batch(sample):
            return self.batch(sample)
        values = as_values(sample)
        return self._add(values, self.module(values))

    def batch(self, samples: Iterable[Sample], /) -> list[Any]:
        """Return the list of outputs at a list of samples; F gets the whole batch."""
        inputs = [as_values(as_sample(sample)) for sample in samples]
        return list(map(self._add, inputs, self.module.batch(inputs)))

    def _add(self, inputs: Sequence[Value], outputs: Any) -> Any:
        outputs = as_list(outputs)
        if len(outputs) != len(inputs):
            place = f"{self.path}: " if self.path else ""
            message = f"{place}F(x) + x needs one length, got {len(outputs)} outputs for {len(inputs)} inputs"
            raise ShapeError(message)
        return alone(named_results(self, "h", (f + x for f, x in zip(outputs, inputs))))

    def __repr__(self) -> str:
        return f"Residual({self.module!r})"


class MLP(Sequential):
    """Chain layers of the sizes `nouts`: a multilayer perceptron.

    Hidden layers have `activation`, one for all or a list of them; the last layer has `output`, by
    default none: it is linear.  `init` and `seed` are those of a Neuron.
    A network whose last layer has width 1 returns that one Value, any other a list, as no type can tell.

    >>> model = MLP(2, [16, 16, 1], seed=7)
    >>> len(model.parameters()), model
    (337, MLP(2, [16, 16, 1], activation='relu', output=None))
    >>> model.parameters()[0].path
    'layers[0].neurons[0].weights[0]'
    """

    mixes_samples = False

    layers: list[Layer]  # type: ignore[assignment]

    @keywords("MLP()")
    def __init__(
        self,
        nin: int,
        nouts: Sequence[int] = (),
        activation: ActivationLike | Sequence[ActivationLike] = "relu",
        output: ActivationLike = None,
        *,
        init: InitialiserLike = None,
        seed: Seed = None,
    ) -> None:
        if not isinstance(nin, int) or not isinstance(nouts, Sequence) or not nouts:
            message = (
                "an MLP takes the number of inputs and the list of the widths of its layers, such as "
                f"MLP(2, [16, 16, 1]), got {nin!r} and {nouts!r:.60}"
            )
            raise ShapeError(message)
        generator = as_generator(seed)
        functions = [*activations(activation, len(nouts) - 1), output]
        self.activation = activation if isinstance(activation, list | tuple) else named(activation)  # type: ignore[arg-type]
        self.layers = [
            Layer(nin, nout, function, init=init, seed=generator)
            for nin, nout, function in zip([nin, *nouts[:-1]], nouts, functions)
        ]

    def __repr__(self) -> str:
        widths = [len(layer.neurons) for layer in self.layers]
        hidden = self.activation
        listed = isinstance(hidden, list | tuple)
        text = f"[{', '.join(map(shown, hidden))}]" if listed else shown(hidden)  # type: ignore[arg-type]
        return (
            f"MLP({len(self.layers[0].neurons[0].weights)}, {widths}, "
            f"activation={text}, output={shown(self.layers[-1].activation)})"
        )
