"""Diagnosis: what a Wengert list says of the health of a network, layer by layer.

Nothing is computed anew: every number is a value, an adjoint or a local derivative of the list.  A
layer is known by the paths of its results: `layers[0].neurons[2].z` is δ's place, the input of an
activation, and `layers[0].neurons[2].a` its output.
"""

import copy
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from scalargrad.engine.value import Value
from scalargrad.errors import OperandError
from scalargrad.nn.losses import Loss, LossName, loss_function
from scalargrad.nn.module import layer_of
from scalargrad.primitives.row import Activation
from scalargrad.training.batches import Data, Model, mean_loss, paired
from scalargrad.wengert.causes import causes_in
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

ByLayer = dict[str, list[Instruction]]

# What a result is by the last part of its path; "a" is told by its primitive.
KINDS = {"z": "linear", "h": "residual", "y": "batch norm", "p": "softmax"}
VANISHING, EXPLODING = 0.5, 2.0  # change of mean |δ| for each layer towards the input
COURSE = 10.0  # and over all hidden layers, from which a verdict speaks of it
SAMPLES = 4  # a relu that is 0 for fewer may well be alive
MANY = 0.5  # the share of dead or saturated activations from which a verdict speaks of them


@dataclass(frozen=True)
class LayerReport:
    """The measures of one layer over all the samples that are in a loss.

    `mean_output` is the mean of |a| and `mean_delta` that of |δ| = |∂loss/∂z|; `ratio` is that over
    the next layer of neurons towards the loss.  `dead` is the share of relus that let no gradient
    through for any sample, `saturated` the share of sigmoid and tanh outputs with less than a tenth of
    the steepest local derivative, and `gradient_norm` that of the parameters.  None stands for what does
    not apply; `facts` are those of the activation, where its row states any.
    """

    path: str
    width: int
    samples: int
    activation: str
    mean_output: float
    mean_delta: float
    ratio: float | None
    dead: float | None
    saturated: float | None
    gradient_norm: float | None
    facts: Activation | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Diagnosis:
    """The report on each layer, the verdicts, and the chain of causes if a number is not finite."""

    layers: tuple[LayerReport, ...]
    verdicts: tuple[str, ...]
    causes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether there is nothing to remedy."""
        return not self.verdicts and not self.causes

    def __str__(self) -> str:
        findings = [*self.causes, *self.verdicts] or ["Nothing conspicuous."]
        return "\n".join(([_table(self.layers), ""] if self.layers else []) + _wrapped(findings))


@overload
def diagnose(output: Value | WengertList, /) -> Diagnosis: ...
@overload
def diagnose(output: Model, /, X: Data, y: Data, *, loss: LossName | Loss = "mse") -> Diagnosis: ...  # noqa: N803
def diagnose(
    output: Value | WengertList | Model,
    /,
    X: Data | None = None,  # noqa: N803  # as in the literature
    y: Data | None = None,
    *,
    loss: LossName | Loss = "mse",
) -> Diagnosis:
    """Report, layer by layer, on mean |a|, mean |δ| = |∂loss/∂z|, dead and saturated neurons, ‖∇L‖.

    `output` is a loss that was computed by modules, or its trace, or a model, whose mean loss over
    samples X and targets y is taken.  The verdicts name vanishing and exploding gradients, dead relus
    and saturated sigmoids with their remedies; for a value or a gradient that is inf or nan, the causes
    say where it began.  Neither the model nor any grad is changed.

    >>> from scalargrad import nn
    >>> model = nn.MLP(1, [4] * 6, "sigmoid", seed=0)
    >>> report = diagnose(model, [[0.5]], [[0, 0, 0, 1]], loss="half_squared_error")
    >>> [round(layer.ratio, 2) for layer in report.layers[:-1]]
    [0.21, 0.24, 0.28, 0.12, 0.33]
    >>> report.verdicts[0][:61]
    'δ shrinks to 0.2 of itself with every layer towards the input'
    """
    if not isinstance(output, Value | WengertList):
        output = _loss_of(output, X, y, loss_function(loss))
    trace = WengertList.of(output) if isinstance(output, Value) else output
    layers, found = tuple(_layers(trace)), tuple(causes_in(trace))
    return Diagnosis(layers, () if found else tuple(_verdicts(layers)), found)


def _loss_of(model: Model, X: Data | None, y: Data | None, loss: Loss) -> Value:  # noqa: N803
    if X is None or y is None:
        message = f"diagnose needs a loss, or a model with samples X and targets y, got {model!r:.60} alone"
        raise OperandError(message)
    return mean_loss(copy.deepcopy(model), loss, *paired(X, y))  # running statistics stay as they are


# ---- measures


def _layers(trace: WengertList) -> Iterator[LayerReport]:
    """Yield the report on each layer, in the order of evaluation."""
    results, parameters = _by_layer(trace)
    places = {path: [v for v in rows if _kind(v) == "z"] for path, rows in results.items()}
    deltas = {path: _mean_size([z.adjoint for z in zs]) for path, zs in places.items() if zs}
    following = dict(itertools.pairwise(deltas))
    for path, rows in results.items():
        outputs = [v for v in rows if _kind(v) != "z"] or rows
        after = deltas.get(following.get(path, ""))
        yield LayerReport(
            path=path or "model",
            width=(width := len({v.path for v in outputs})),
            samples=len(outputs) // width,
            activation=_activation(outputs[0]),
            mean_output=_mean_size([v.value for v in outputs]),
            mean_delta=_mean_size([v.adjoint for v in places[path] or outputs]),
            ratio=deltas[path] / after if after else None,
            dead=_dead(outputs),
            saturated=_saturated(outputs),
            gradient_norm=math.hypot(*(p.adjoint for p in parameters[path])) if path in parameters else None,
            facts=_facts(outputs[0]),
        )


def _by_layer(trace: WengertList) -> tuple[ByLayer, ByLayer]:
    """Return the results of each layer, and its parameters, by its path."""
    results: ByLayer = {}
    parameters: ByLayer = {}
    for v in trace:
        if v.path and _kind(v) != "dot":
            chosen = results if v.role == "operation" else parameters
            chosen.setdefault(layer_of(v.path), []).append(v)
    return results, parameters


def _kind(v: Instruction) -> str:
    """Return what a result is of its layer: z, a, h, y or p, the last part of its path."""
    return v.path.rpartition(".")[2].partition("[")[0]


def _activation(v: Instruction) -> str:
    return KINDS.get(_kind(v)) or (v.primitive.symbol if v.primitive else "")


def _facts(v: Instruction) -> Activation | None:
    return v.primitive.activation if v.primitive else None


def _mean_size(numbers: Sequence[float]) -> float:
    return sum(map(abs, numbers)) / len(numbers)


def _dead(outputs: Sequence[Instruction]) -> float | None:
    if _activation(outputs[0]) != "relu":
        return None
    alive = {v.path for v in outputs if v.partials[0] != 0}
    return 1 - len(alive) / len({v.path for v in outputs})


def _saturated(outputs: Sequence[Instruction]) -> float | None:
    facts = _facts(outputs[0])
    if facts is None or facts.steepest is None:
        return None
    return sum(abs(v.partials[0]) < facts.steepest / 10 for v in outputs) / len(outputs)


# ---- verdicts


def _verdicts(layers: Sequence[LayerReport]) -> Iterator[str]:
    yield from _verdict_on_deltas([layer for layer in layers if layer.ratio is not None])
    for layer in layers:
        if layer.dead is not None and layer.dead >= MANY and layer.samples >= SAMPLES:
            yield (
                f"{layer.path}: {layer.dead:.0%} of the relus are dead, 0 for every sample, so no gradient "
                "passes and they cannot recover. Remedies: leaky ReLU, a smaller learning rate, He "
                "initialisation."
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


# ---- text


def _table(layers: Sequence[LayerReport]) -> str:
    from tabulate import tabulate

    # Headings as a v: tabulate would widen each column for them.
    headings = ("layer", "width", "φ", "mean |a|", "mean |δ|", "δ/next", "dead", "saturated", "‖∇L‖")
    rows = [
        (
            layer.path,
            layer.width,
            layer.activation,
            f"{layer.mean_output:.3g}",
            f"{layer.mean_delta:.2e}",
            "" if layer.ratio is None else f"{layer.ratio:.2f}",
            "" if layer.dead is None else f"{layer.dead:.0%}",
            "" if layer.saturated is None else f"{layer.saturated:.0%}",
            "" if layer.gradient_norm is None else f"{layer.gradient_norm:.2e}",
        )
        for layer in layers
    ]
    alignment = ("left", "right", "left", *["right"] * 6)
    return tabulate([headings, *rows], tablefmt="plain", disable_numparse=True, colalign=alignment)


def _wrapped(paragraphs: Sequence[str]) -> list[str]:
    import textwrap

    return [textwrap.fill(text, 96, subsequent_indent="  ") for text in paragraphs]
