"""Plots of training, for which Matplotlib is needed, in a checkout: `pip install '.[plot]'`.

Each draws on the axes it is given, or on those of a new figure, and returns the axes.  Plots of one's own
have the same colours, lines and letters under `plt.style.use(plots.STYLE)`; `INK` and `GREY` are for what
is no curve.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scalargrad.answers import missing
from scalargrad.drawing.plotting import (
    COLOURS,
    GREY,
    INK,
    MARKERS,
    STYLE,
    axes,
    colour,
    legend,
    logarithmic,
    marker,
    whole,
)
from scalargrad.engine.recording import no_grad
from scalargrad.errors import ShapeError
from scalargrad.nn.samples import as_list
from scalargrad.training.batches import Data, Dataset, Model, outputs_of
from scalargrad.training.curves import gradient_norms, loss_curves
from scalargrad.training.diagnosis import Diagnosis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "COLOURS",
    "GREY",
    "INK",
    "MARKERS",
    "STYLE",
    "decision_boundary",
    "deltas",
    "gradient_norms",
    "loss_curves",
]

if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> object:
        raise missing(__name__, name)


def deltas(reports: Diagnosis | Mapping[str, Diagnosis], *, ax: "Axes | None" = None) -> "Axes":
    """Plot the mean |δ| of each layer, counted from 0, of one diagnosis or of several by their names.

    A line that falls towards layer 0 shows vanishing gradients, one that rises exploding ones.

    >>> from scalargrad import diagnose, nn
    >>> deltas(diagnose(nn.MLP(1, [3, 3, 1], seed=1), [0.5], [1.0])).get_yscale()
    'log'
    """
    ax = axes(ax, "layer", "mean |δ|")
    named = {"": reports} if isinstance(reports, Diagnosis) else reports
    for i, (name, report) in enumerate(named.items()):
        sizes = [layer.mean_delta for layer in report.layers]
        ax.plot(range(len(sizes)), sizes, f"{marker(i)}-", color=colour(i), label=name)
    logarithmic(ax)
    whole(ax)
    if any(named):
        legend(ax)
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
    ax = axes(ax, "$x[0]$", "$x[1]$")
    dx, dy = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2  # the points are the centres of the pixels
    extent = (left - dx, right + dx, bottom - dy, top + dy)
    _shade(ax, np.reshape(scores, (resolution, resolution, -1)), extent, threshold)
    classes = [_class(target) for target in targets]
    for i, which in enumerate(sorted(set(classes))):
        chosen = points[[c == which for c in classes]]
        ax.scatter(
            *chosen.T,
            color=colour(i),
            marker=marker(i),
            edgecolor="white",
            label=f"${which:g}$",
            zorder=3,
        )
    legend(ax, title="target")
    ax.set_aspect("equal")
    return ax


def _shade(ax: "Axes", scores: Any, extent: tuple[float, float, float, float], threshold: float) -> None:
    """Fill the plane: by the size of one output, in the two colours of its signs, or by the largest."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap

    image: dict[str, Any] = {"extent": extent, "origin": "lower"}
    if scores.shape[2] > 1:
        count = scores.shape[2]
        classes = ListedColormap([colour(i) for i in range(count)])
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
