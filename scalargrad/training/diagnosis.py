"""Diagnosis: what a Wengert list says of the health of a network, layer by layer."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from scalargrad.answers import answering
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError
from scalargrad.nn.losses import Loss, LossName, loss_function
from scalargrad.training.batches import Data, Dataset, Model, mean_loss
from scalargrad.training.measures import LayerReport, layers_of
from scalargrad.training.verdicts import verdicts_on
from scalargrad.wengert.causes import causes_in
from scalargrad.wengert.columns import aligned
from scalargrad.wengert.list import WengertList

HEADINGS = ("layer", "width", "φ", "mean |a|", "mean |δ|", "δ/next", "dead", "saturated", "‖∇L‖")
NUMERIC = (False, True, False, *[True] * 6)


@answering("Diagnosis")
@dataclass(frozen=True)
class Diagnosis:
    """The report on each layer, the verdicts, and the chain of causes if a number is not finite."""

    layers: tuple[LayerReport, ...]
    verdicts: tuple[str, ...]
    causes: tuple[str, ...] = ()
    loss: str = ""  # by which a model was diagnosed

    @property
    def ok(self) -> bool:
        """Tell whether there is nothing to remedy."""
        return not self.verdicts and not self.causes

    @property
    def findings(self) -> list[str]:
        """Return what there is to say, in sentences."""
        return [*self.causes, *self.verdicts] or ["Nothing conspicuous."]

    def __str__(self) -> str:
        table = [_table(self.layers), *self._of_the_loss, ""] if self.layers else []
        return "\n".join(table + _wrapped(self.findings))

    __repr__ = __str__

    @property
    def _of_the_loss(self) -> list[str]:
        return [f"(δ and ∇L of the loss {self.loss})"] * bool(self.loss)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the table of the layers, and what there is to say."""
        from markupsafe import escape

        from scalargrad.study.html import html_table

        table = html_table(HEADINGS, [[_cells(layer)] for layer in self.layers], NUMERIC)
        said = "".join(f"\n<p>{escape(text)}</p>" for text in (*self._of_the_loss, *self.findings))
        return f"{table}{said}" if self.layers else said


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
    name = ""
    if not isinstance(output, Value | WengertList):
        name = loss if isinstance(loss, str) else getattr(loss, "__name__", "<>")
        name = "that was given" if name.startswith("<") else name
        output = _loss_of(output, X, y, loss_function(loss))
    trace = WengertList.of(output) if isinstance(output, Value) else output
    layers, found = tuple(layers_of(trace)), tuple(causes_in(trace))
    return Diagnosis(layers, () if found else tuple(verdicts_on(layers)), found, name)


def _loss_of(model: Model, X: Data | None, y: Data | None, loss: Loss) -> Value:  # noqa: N803
    if X is None or y is None:
        message = f"diagnose needs a loss, or a model with samples X and targets y, got {model!r:.60} alone"
        raise OperandError(message)
    data = Dataset.of(X, y)
    return mean_loss(
        copy.deepcopy(model), loss, data.samples, data.targets
    )  # running statistics stay as they are


def _table(layers: Sequence[LayerReport]) -> str:
    # The headings as a line: tabulate would widen each column for them.
    alignment = ["right" if numeric else "left" for numeric in NUMERIC]
    return aligned([HEADINGS, *map(_cells, layers)], (), alignment)


def _cells(layer: LayerReport) -> tuple[str, ...]:
    return (
        layer.path,
        str(layer.width),
        layer.activation,
        f"{layer.mean_output:.3g}",
        f"{layer.mean_delta:.2e}",
        "" if layer.ratio is None else f"{layer.ratio:.2f}",
        "" if layer.dead is None else f"{layer.dead:.0%}",
        "" if layer.saturated is None else f"{layer.saturated:.0%}",
        "" if layer.gradient_norm is None else f"{layer.gradient_norm:.2e}",
    )


def _wrapped(paragraphs: Sequence[str]) -> list[str]:
    import textwrap

    return [textwrap.fill(text, 96, subsequent_indent="  ") for text in paragraphs]
