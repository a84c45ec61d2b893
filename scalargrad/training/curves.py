"""Curves of training: the loss over the epochs, the gradients of the layers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from scalargrad.drawing.plotting import SEVERAL, axes, colour, legend, logarithmic, marker, shades, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Course(Protocol):
    """What was measured in each epoch: a History."""

    loss: list[float]
    validation_loss: list[float]
    gradient_norms: dict[str, list[float]]

    @property
    def epochs(self) -> int:
        """Return how many there were."""

    @property
    def best_epoch(self) -> int:
        """Return which was the best, counted from 0."""


def loss_curves(
    histories: Course | Mapping[str, Course], *, log: bool = False, ax: "Axes | None" = None
) -> "Axes":
    """Plot the loss over the epochs, of one training or of several by their names.

    Losses on validation data are dashed, with a dot at the best epoch.

    >>> from scalargrad import History
    >>> ax = loss_curves({"SGD": History(loss=[3.0, 2.0]), "Adam": History(loss=[3.0, 1.0])})
    >>> ax.get_xlabel(), ax.get_ylabel(), len(ax.lines)
    ('epoch', 'loss', 2)
    """
    ax = axes(ax, "epoch", "loss")
    named = histories if isinstance(histories, Mapping) else {"": histories}
    for i, (name, history) in enumerate(named.items()):
        line: dict[str, Any] = {"color": colour(i), "linestyle": "-"}
        if len(named) > 1:
            line |= {"marker": marker(i), "markevery": max(history.epochs // SEVERAL, 1)}
        ax.plot(_epochs(history.loss), history.loss, label=name or "training", **line)
        if history.validation_loss:
            best = history.best_epoch
            label = f"{name} validation".strip()
            ax.plot(
                _epochs(history.validation_loss),
                history.validation_loss,
                label=label,
                **line | {"linestyle": "--"},
            )
            ax.plot(best + 1, history.validation_loss[best], "o", color=line["color"])
    if log:
        logarithmic(ax)
    whole(ax)
    if len(ax.get_legend_handles_labels()[1]) > 1:
        legend(ax)
    return ax


def gradient_norms(history: Course, *, ax: "Axes | None" = None) -> "Axes":
    """Plot ‖∇L‖ of the parameters of each layer over the epochs, on a logarithmic scale.

    >>> from scalargrad import History
    >>> ax = gradient_norms(History(loss=[1.0, 1.0], gradient_norms={"layers[0]": [1.0, 0.5]}))
    >>> ax.get_yscale(), ax.lines[0].get_label()
    ('log', 'layers[0]')
    """
    ax = axes(ax, "epoch", "‖∇L‖ of the layer")
    for (layer, norms), shade in zip(history.gradient_norms.items(), shades(len(history.gradient_norms))):
        ax.plot(_epochs(norms), norms, "-", color=shade, label=layer)
    logarithmic(ax)
    whole(ax)
    legend(ax)
    return ax


def _epochs(numbers: Sequence[float]) -> range:
    """Return the epochs that numbers are of, from 1 on: of a training that was interrupted, one may lack."""
    return range(1, len(numbers) + 1)
