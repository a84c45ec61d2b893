"""How plots look: like the drawings, in colours, lines, letters."""

from typing import TYPE_CHECKING, Any

from scalargrad.drawing.themes import LIGHT
from scalargrad.errors import MissingPackageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The colours of the drawings.  Not everyone can tell them apart, so lines differ in more than that.
BORDERS = ("parameter", "output", "neuron", "operation")
COLOURS = (LIGHT.text["value"], LIGHT.text["adjoint"], *(LIGHT.node[role][1] for role in BORDERS))
MARKERS = "osD^vP"
LINES = ("-", "--", "-.", ":", "-", "--")
INK = LIGHT.text["name"]  # of marks and numbers in a plot
GREY = LIGHT.hair  # of contours, of lines to compare with
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


def colour(i: int) -> str:
    """Return the colour of the i-th curve or class; they begin again after the last."""
    return COLOURS[i % len(COLOURS)]


def marker(i: int) -> str:
    """Return the marker of the i-th curve or class, in the same order."""
    return MARKERS[i % len(MARKERS)]


def axes(ax: "Axes | None", x: str, y: str) -> "Axes":
    """Return the axes that are given, or new ones, with what they show written beside them."""
    if ax is None:
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            message = "plots need Matplotlib, which is not installed: in a checkout, pip install '.[plot]'"
            raise MissingPackageError(message) from None

        ax = plt.subplots(layout="constrained")[1]  # of the size that its user has set
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def whole(ax: "Axes") -> None:
    """Put only whole numbers below the horizontal axis, which counts."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))


def logarithmic(ax: "Axes") -> None:
    """Put what is plotted on a logarithmic scale, with plain numbers (0.2, 0.5, 1) where they are few."""
    from matplotlib.ticker import LogLocator, NullFormatter

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    if high < 1000 * low:
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())


def legend(ax: "Axes", **options: Any) -> None:
    """Name the lines beside the plot, where no data can be."""
    ax.legend(frameon=False, bbox_to_anchor=(1.0, 1.0), loc="upper left", **options)


def shades(count: int) -> list[Any]:
    """Return `count` colours from that of values to that of adjoints, in the order of the layers."""
    from matplotlib.colors import LinearSegmentedColormap

    layers = LinearSegmentedColormap.from_list("layers", [COLOURS[0], LIGHT.node["neuron"][1], COLOURS[1]])
    return [layers(i / max(count - 1, 1)) for i in range(count)]
