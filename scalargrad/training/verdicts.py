"""The verdicts on the measures of layers: what they mean, put into words."""

import math
from collections.abc import Iterator, Sequence

from scalargrad.training.measures import LayerReport

VANISHING, EXPLODING = 0.5, 2.0  # change of mean |δ| for each layer towards the input
COURSE = 10.0  # and over all hidden layers, from which a verdict speaks of it
SAMPLES = 4  # a relu that is 0 for fewer may well be alive
MANY = 0.5  # the share of dead or saturated activations from which a verdict speaks of them


def verdicts_on(layers: Sequence[LayerReport]) -> Iterator[str]:
    """Yield what is wrong with δ, with relus and with saturated activations, and the remedies."""
    yield from _verdict_on_deltas([layer for layer in layers if layer.ratio is not None])
    for layer in layers:
        if layer.dead is not None and layer.dead >= MANY and layer.samples >= SAMPLES:
            yield (
                f"{layer.path}: {layer.dead:.0%} of the {layer.activation}s are dead, 0 for every sample, "
                "so no gradient passes and they cannot recover. Remedies: leaky ReLU, a smaller learning "
                "rate, He initialisation."
            )
        if layer.saturated is not None and layer.saturated >= MANY:
            yield (
                f"{layer.path}: {layer.saturated:.0%} of the {layer.activation} outputs are saturated, with "
                "less than a tenth of the steepest local derivative. Remedies: smaller initial weights "
                "(Xavier), inputs scaled to a size around 1, batch normalisation, ReLU."
            )


def _verdict_on_deltas(layers: Sequence[LayerReport]) -> Iterator[str]:
    """Judge how δ changes from layer to layer; from a narrow output inwards it shrinks anyhow."""
    growth, shrinkage = _change(layers), _change(layers[:-1])
    if shrinkage < VANISHING:
        flat = sorted({_bound(layer) for layer in layers if layer.facts and layer.facts.steepest})
        cause = " ".join(flat) or "The products of the weights are below 1."
        other = "ReLU or leaky ReLU, " if flat else ""
        yield (
            f"δ shrinks to {shrinkage:.2g} of itself with every layer towards the input {_course(layers)}: "
            f"vanishing gradients. {cause} Remedies: {other}Xavier or He initialisation, batch "
            "normalisation, residual connections."
        )
    elif growth > EXPLODING:
        yield (
            f"δ grows to {growth:.2g} times itself with every layer towards the input {_course(layers)}: "
            "exploding gradients, from weights whose products exceed 1. Remedies: gradient clipping, Xavier "
            "or He initialisation, batch normalisation, a smaller learning rate."
        )


def _bound(layer: LayerReport) -> str:
    """Say how steep the activation of a layer is at most."""
    assert layer.facts is not None
    derivative = layer.facts.derivative or f"{layer.activation}'"
    return f"{derivative} is at most {layer.facts.steepest:g}."


def _change(layers: Sequence[LayerReport]) -> float:
    """Return the geometric mean of the ratios of δ, or 1 where it comes to little over all layers."""
    logarithms = [math.log(layer.ratio) for layer in layers if layer.ratio and math.isfinite(layer.ratio)]
    course = sum(logarithms)
    return math.exp(course / len(logarithms)) if abs(course) >= math.log(COURSE) else 1.0


def _course(layers: Sequence[LayerReport]) -> str:
    first, last = layers[0], layers[-1]
    return f"({last.mean_delta:.2g} at {last.path}, {first.mean_delta:.2g} at {first.path})"
