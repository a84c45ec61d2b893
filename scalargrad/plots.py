"""Plots of training, for which Matplotlib is needed: `pip install 'scalargrad-study[plot]'`.

Each draws on the axes it is given, or on those of a new figure, and returns the axes.  Plots of one's own
have the same colours, lines and letters under `plt.style.use(plots.STYLE)`; `INK` and `GREY` are for what
is no curve.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scalargrad.drawing.themes import LIGHT
from scalargrad.engine.recording import no_grad
from scalargrad.errors import ShapeError
from scalargrad.nn.module import as_list
from scalargrad.training.batches import Data, Dataset, Model, outputs_of
from scalargrad.training.diagnosis import Diagnosis
from scalargrad.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The colours of the drawings.  Not everyone can tell them apart, so lines differ in more than that.
BORDERS = ("parameter", "output", "neuron", "operation")
COLOURS = (LIGHT.text["value"], LIGHT.text["adjoint"], *(LIGHT.node[role][1] for role in BORDERS))
MARKERS = "osD^vP"
LINES = ("-", "--", "-.", ":", "-", "--")
INK, GREY = (
    LIGHT.text["name"],
    LIGHT.hair,
)  # of marks and numbers in a plot; of contours and lines to compare with
SEVERAL = 8  # markers on a curve, enough to know it by

# What makes any plot of Matplotlib look like these, and like the drawings.
STYLE: dict[str, Any] = {
    "axes.prop_cycle": f"cycler(color={list(COLOURS)}, linestyle={list(LINES)})",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": LIGHT.text["note"],
    "axes.labelcolor": LIGHT.text["name"],
    "xtick.color": LIGHT.text["note"],
    "ytick.color": LIGHT.text["note"],
    "font.family": ["STIXGeneral", "DejaVu Sans"],  # both come with Matplotlib; the first is like Times
    "font.size": 12,
    "mathtext.fontset": "stix",
    "axes.titlesize": "medium",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "figure.figsize": (6.4, 3.0),  # fits any cell of a notebook
}


def loss_curves(
    histories: History | Mapping[str, History], *, log: bool = False, ax: "Axes | None" = None
) -> "Axes":
    """Plot the loss over the epochs, of one training or of several by their names.

    Losses on validation data are dashed, with a dot at the best epoch.

    >>> ax = loss_curves({"SGD": History(loss=[3.0, 2.0]), "Adam": History(loss=[3.0, 1.0])})
    >>> ax.get_xlabel(), ax.get_ylabel(), len(ax.lines)
    ('epoch', 'loss', 2)
    """
    ax = _axes(ax, "epoch", "loss")
    named = {"": histories} if isinstance(histories, History) else histories
    for i, (name, history) in enumerate(named.items()):
        line: dict[str, Any] = {"color": COLOURS[i % 6], "linestyle": "-"}
        if len(named) > 1:
            line |= {"marker": MARKERS[i % 6], "markevery": max(history.epochs // SEVERAL, 1)}
        ax.plot(_epochs(history), history.loss, label=name or "training", **line)
        if history.validation_loss:
            best = history.best_epoch
            label = f"{name} validation".strip()
            ax.plot(_epochs(history), history.validation_loss, label=label, **line | {"linestyle": "--"})
            ax.plot(best + 1, history.validation_loss[best], "o", color=line["color"])
    if log:
        _logarithmic(ax)
    _whole(ax)
    if len(ax.get_legend_handles_labels()[1]) > 1:
        _legend(ax)
    return ax


def gradient_norms(history: History, *, ax: "Axes | None" = None) -> "Axes":
    """Plot ‖∇L‖ of the parameters of each layer over the epochs, on a logarithmic scale.

    >>> ax = gradient_norms(History(loss=[1.0, 1.0], gradient_norms={"layers[0]": [1.0, 0.5]}))
    >>> ax.get_yscale(), ax.lines[0].get_label()
    ('log', 'layers[0]')
    """
    ax = _axes(ax, "epoch", "‖∇L‖ of the layer")
    for (layer, norms), colour in zip(history.gradient_norms.items(), _shades(len(history.gradient_norms))):
        ax.plot(_epochs(history), norms, "-", color=colour, label=layer)
    _logarithmic(ax)
    _whole(ax)
    _legend(ax)
    return ax


def deltas(reports: Diagnosis | Mapping[str, Diagnosis], *, ax: "Axes | None" = None) -> "Axes":
    """Plot the mean |δ| of each layer, counted from 0, of one diagnosis or of several by their names.

    A line that falls towards layer 0 shows vanishing gradients, one that rises exploding ones.

    >>> from scalargrad import diagnose, nn
    >>> deltas(diagnose(nn.MLP(1, [3, 3, 1], seed=1), [0.5], [1.0])).get_yscale()
    'log'
    """
    ax = _axes(ax, "layer", "mean |δ|")
    named = {"": reports} if isinstance(reports, Diagnosis) else reports
    for i, (name, report) in enumerate(named.items()):
        sizes = [layer.mean_delta for layer in report.layers]
        ax.plot(range(len(sizes)), sizes, f"{MARKERS[i % 6]}-", color=COLOURS[i % 6], label=name)
    _logarithmic(ax)
    _whole(ax)
    if any(named):
        _legend(ax)
    return ax


def decision_boundary(
    model: Model,
    X: Data,  # noqa: N803  # as in the literature
    y: Data,
    *,
    threshold: float = 0.0,
    resolution: int = 80,
    ax: "Axes | None" = None,
) -> "Axes":
    """Colour the plane by the class a model gives each point, and put the samples on it.

    A model of one output decides by the sign of output - `threshold` (½ where the output is a
    probability) and is shaded by its size; one of several outputs decides for the largest.  Raises
    ShapeError unless samples have two coordinates.

    >>> from scalargrad import nn
    >>> ax = decision_boundary(nn.MLP(2, [3, 1], seed=1), [[0, 0], [1, 1]], [-1, 1], resolution=5)
    >>> ax.get_aspect()
    1.0
    """
    import numpy as np

    data = Dataset.of(X, y)
    samples, targets = data.samples, data.targets
    if {len(sample) for sample in samples} != {2}:
        message = f"a decision boundary is drawn in the plane, got samples of {len(samples[0])} numbers"
        raise ShapeError(message)
    points = np.array([[value.data for value in sample] for sample in samples])
    margin = 0.15 * float(np.ptp(points, axis=0).max() or 1.0)
    (left, bottom), (right, top) = points.min(0) - margin, points.max(0) + margin
    xs, ys = np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
    with no_grad():
        scores = [list(map(float, as_list(o))) for o in outputs_of(model, [[a, b] for b in ys for a in xs])]
    ax = _axes(ax, "$x[0]$", "$x[1]$")
    dx, dy = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2  # the points are the centres of the pixels
    extent = (left - dx, right + dx, bottom - dy, top + dy)
    _shade(ax, np.reshape(scores, (resolution, resolution, -1)), extent, threshold)
    classes = [_class(target) for target in targets]
    for i, which in enumerate(sorted(set(classes))):
        chosen = points[[c == which for c in classes]]
        ax.scatter(
            *chosen.T,
            color=COLOURS[i % 6],
            marker=MARKERS[i % 6],
            edgecolor="white",
            label=f"${which:g}$",
            zorder=3,
        )
    _legend(ax, title="target")
    ax.set_aspect("equal")
    return ax


def _shade(ax: "Axes", scores: Any, extent: tuple[float, float, float, float], threshold: float) -> None:
    """Fill the plane: by the size of one output, in the two colours of its signs, or by the largest."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap

    image: dict[str, Any] = {"extent": extent, "origin": "lower"}
    if scores.shape[2] > 1:
        count = scores.shape[2]
        classes = ListedColormap([COLOURS[i % 6] for i in range(count)])
        ax.imshow(scores.argmax(2), cmap=classes, vmin=-0.5, vmax=count - 0.5, alpha=0.3, **image)
        return
    heights = scores[:, :, 0] - threshold
    limit = float(np.median(np.abs(heights))) or 1.0  # half of the plane is in full colour
    signs = LinearSegmentedColormap.from_list("signs", (COLOURS[0], "white", COLOURS[1]))
    ax.imshow(heights, cmap=signs, vmin=-limit, vmax=limit, alpha=0.35, interpolation="bilinear", **image)
    if heights.min() < 0 < heights.max():
        ax.contour(heights, levels=[0.0], colors=INK, linewidths=1.2, **image)


def _class(target: Any) -> float:
    """Return the class of a target: itself, or the place of the largest of a list."""
    numbers = list(target) if hasattr(target, "__len__") else [target]
    return float(numbers[0] if len(numbers) == 1 else numbers.index(max(numbers)))


def _axes(ax: "Axes | None", x: str, y: str) -> "Axes":
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(layout="constrained")[1]  # of the size that its user has set
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _epochs(history: History) -> range:
    return range(1, history.epochs + 1)


def _whole(ax: "Axes") -> None:
    """Put only whole numbers below the horizontal axis, which counts."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))


def _logarithmic(ax: "Axes") -> None:
    """Put what is plotted on a logarithmic scale, with plain numbers (0.2, 0.5, 1) where they are few."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    if high < 1000 * low:
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def _legend(ax: "Axes", **options: Any) -> None:
    """Name the lines beside the plot, where no data can be."""
    ax.legend(frameon=False, bbox_to_anchor=(1.0, 1.0), loc="upper left", **options)


def _shades(count: int) -> list[Any]:
    """Return `count` colours from that of values to that of adjoints, in the order of the layers."""
    from matplotlib.colors import LinearSegmentedColormap

    layers = LinearSegmentedColormap.from_list("layers", [COLOURS[0], LIGHT.node["neuron"][1], COLOURS[1]])
    return [layers(i / max(count - 1, 1)) for i in range(count)]
