"""The measures of each layer that a Wengert list holds.

Nothing is computed anew: every number is a value, an adjoint or a local derivative of the list.  A
layer is known by the paths of its results: `layers[0].neurons[2].z` is δ's place, the input of an
activation, and `layers[0].neurons[2].a` its output.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scalargrad.nn.module import layer_of
from scalargrad.primitives.row import ActivationFacts
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

ByLayer = dict[str, list[Instruction]]

# What a result is by the last part of its path; "a" is told by its primitive.
KINDS = {"z": "linear", "h": "residual", "y": "batch norm", "p": "softmax"}


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
    facts: ActivationFacts | None = field(default=None, repr=False)


def layers_of(trace: WengertList) -> Iterator[LayerReport]:
    """Yield the report on each layer, in the order of evaluation."""
    results, parameters = _by_layer(trace)
    places = {path: [v for v in found if _kind(v) == "z"] for path, found in results.items()}
    deltas = {path: _mean_size([z.adjoint for z in zs]) for path, zs in places.items() if zs}
    following = dict(itertools.pairwise(deltas))
    for path, found in results.items():
        outputs = [v for v in found if _kind(v) != "z"] or found
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


def _facts(v: Instruction) -> ActivationFacts | None:
    return v.primitive.activation if v.primitive else None


def _mean_size(numbers: Sequence[float]) -> float:
    return sum(map(abs, numbers)) / len(numbers)


def _dead(outputs: Sequence[Instruction]) -> float | None:
    facts = _facts(outputs[0])
    if facts is None or not facts.dies:
        return None
    alive = {v.path for v in outputs if v.partials[0] != 0}
    return 1 - len(alive) / len({v.path for v in outputs})


def _saturated(outputs: Sequence[Instruction]) -> float | None:
    facts = _facts(outputs[0])
    if facts is None or facts.steepest is None:
        return None
    return sum(abs(v.partials[0]) < facts.steepest / 10 for v in outputs) / len(outputs)
