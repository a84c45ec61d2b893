"""Activations by name, as functions of one Value or as modules that apply one to a list."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scalargrad.engine.composed import softmax
from scalargrad.engine.value import Value, as_values
from scalargrad.errors import OperandError, ShapeError, UnknownNameError, meant
from scalargrad.nn.module import Module
from scalargrad.nn.samples import Sample, as_sample, called
from scalargrad.primitives.table import FAMILIES, TABLE, row_of

ActivationFunction = Callable[[Value], Value]
ActivationLike = str | ActivationFunction | None  # any row of the table by its name, also of one's own


def named(activation: ActivationLike | bool, nonlin: bool | None = None) -> ActivationLike:
    """Return an activation by the name it has here; True is relu, False is none, as micrograd's `nonlin`.

    >>> named("LeakyReLU"), named(True)
    ('leaky_relu', 'relu')
    """
    if nonlin is not None:
        if activation != "relu":
            message = f"give activation={activation!r} or nonlin={nonlin}, not both"
            raise OperandError(message)
        activation = nonlin
    if isinstance(activation, bool):
        return "relu" if activation else None
    if activation is None or callable(activation):
        return activation
    if isinstance(activation, str) and (activation == "softmax" or _is_unary(activation)):
        return activation  # as most people write it: a layer asks for each of its neurons
    return meant("activation", activation, [*filter(_is_unary, (*TABLE, *FAMILIES)), "softmax"])


def _is_unary(name: str) -> bool:
    row = row_of(name)
    return row is not None and row.arity == 1


def activation_function(activation: ActivationLike) -> ActivationFunction | None:
    """Return the function of an activation given by name, by itself, or as None for the identity."""
    activation = named(activation)
    if activation is None or callable(activation):
        return activation
    if activation == "softmax":
        message = (
            "softmax is of a whole layer, not of one neuron: give it to an nn.Layer, or use nn.Softmax()"
        )
        raise UnknownNameError(message)
    return getattr(Value, activation)  # type: ignore[no-any-return]


def shown(activation: ActivationLike) -> str:
    """Return an activation as it is written in a repr: a quoted name, or the name of a function."""
    name = getattr(activation, "__name__", None)
    return name if name and not isinstance(activation, str) else repr(activation)


class Activation(Module):
    """Compute aᵢ = φ(zᵢ) for each of a list.

    >>> [a.data for a in Activation("relu")([-1.0, 2.0])]
    [0.0, 2.0]
    """

    mixes_samples = False

    def __init__(self, activation: ActivationLike) -> None:
        self.activation = named(activation)
        self._function = activation_function(self.activation)

    def __call__(self, inputs: Any, /) -> list[Any]:
        """Return the list of activations; of several samples a list of these."""
        return called(self.batch, inputs)  # type: ignore[no-any-return]

    def batch(self, samples: Iterable[Sample], /) -> list[list[Value]]:
        """Return the list of activations for each of a list of samples."""
        function = self._function or Value.positive
        listed = (as_values(as_sample(sample)) for sample in samples)
        return [named_results(self, "a", map(function, values)) for values in listed]

    def __repr__(self) -> str:
        return f"Activation({shown(self.activation)})"


class Softmax(Module):
    """Compute pᵢ = eᶻⁱ / Σⱼ eᶻʲ of a list: positive, adding up to 1.

    To train, give a loss the logits z and leave this out: `nn.cross_entropy` is exact there.

    >>> [p.data for p in Softmax()([0.0, 0.0])]
    [0.5, 0.5]
    """

    mixes_samples = False

    def __call__(self, inputs: Any, /) -> list[Any]:
        """Return the list of probabilities; of several samples a list of these."""
        return called(self.batch, inputs)  # type: ignore[no-any-return]

    def batch(self, samples: Iterable[Sample], /) -> list[list[Value]]:
        """Return the list of probabilities for each of a list of samples."""
        return [named_results(self, "p", softmax(as_sample(sample))) for sample in samples]

    def __repr__(self) -> str:
        return "Softmax()"


def named_results(module: Module, name: str, results: Iterable[Value]) -> list[Value]:
    """Return results in a list, each named by its place in the module, such as `layers[1].a[0]`."""
    results = list(results)
    prefix = module._path_of(name)
    for i, result in enumerate(results):
        result.path = f"{prefix}[{i}]"
    return results


def activations(given: ActivationLike | Sequence[ActivationLike], count: int) -> list[ActivationLike]:
    """Return one activation for each of `count` hidden layers: the same for all, or those of a list."""
    if not isinstance(given, list | tuple):
        return [given] * count  # type: ignore[list-item]  # a text is a sequence, too, but not meant as one
    if len(given) != count:
        message = (
            f"activation lists one for each of the {count} hidden layers, got {len(given)}; "
            "that of the last layer is the argument `output`"
        )
        raise ShapeError(message)
    return list(given)
