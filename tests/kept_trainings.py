"""What diagnoses say, and what plots of training show."""

import random
from collections.abc import Iterator
from typing import Any

from scalargrad import (
    History,
    Value,
    diagnose,
    nn,
)


def diagnosed() -> str:
    """Return what is said of networks that are well, vanish, explode, die, are saturated, overflow."""
    generator = random.Random(1)
    points = [[generator.gauss(0, 1), generator.gauss(0, 1)] for _ in range(6)]
    targets = [float(x > y) for x, y in points]
    found = []
    for scale, activation in ((1, "tanh"), (1, "sigmoid"), (9, "leaky_relu"), (-3, "relu"), (30, "tanh")):
        model_ = nn.MLP(2, [3, 3, 3, 3, 1], activation, seed=2)
        for parameter in model_.parameters():
            parameter.data *= scale
        if activation == "relu":
            for neuron in model_.layers[1].neurons:
                neuron.bias.data = -50.0
        found += [diagnose(model_, points, targets)]
    found.append(
        diagnose(
            nn.Sequential(nn.Residual(nn.Layer(2, 2, seed=1)), nn.BatchNorm(2), "softmax"),
            points,
            [[y, 1 - y] for y in targets],
            loss="cross_entropy",
        )
    )
    found.append(diagnose((Value(800.0, "x") - 800).sqrt() * 2))
    return "\n\n".join(
        [*map(str, found), *(found[i]._repr_html_().partition("</style>")[2] for i in (0, -1))]
    )


def plotted(ax: Any) -> Iterator[str]:
    """Yield what a plot shows."""
    from matplotlib.colors import to_hex

    yield f"{ax.get_xlabel()} ({ax.get_xscale()}), {ax.get_ylabel()} ({ax.get_yscale()})"
    for line in ax.lines:
        look = line.get_linestyle(), line.get_marker(), line.get_markevery(), to_hex(line.get_color())
        points = [f"({x}, {y:.4g})" for x, y in (line.get_xydata()[0], line.get_xydata()[-1])]
        count = len(line.get_xdata())
        yield f"{line.get_label()}: {' '.join(map(str, look))}, {count} from {' to '.join(points)}"
    if legend := ax.get_legend():
        yield f"{[x.get_text() for x in legend.get_texts()]} {legend.get_frame_on()} {legend._loc}"
    for axis in (ax.xaxis, ax.yaxis):
        kinds = axis.get_major_locator(), axis.get_major_formatter(), axis.get_minor_formatter()
        ticks = [] if type(kinds[0]).__name__ == "AutoLocator" else [f"{x:g}" for x in axis.get_ticklocs()]
        yield f"{' '.join(type(kind).__name__ for kind in kinds)} {' '.join(ticks)}".rstrip()
    yield " ".join(side for side, spine in ax.spines.items() if spine.get_visible())
    yield type(ax.get_figure().get_layout_engine()).__name__


def plots_of_training() -> str:
    """Return what plots of histories and diagnoses show."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    from scalargrad import plots

    falling = [4.0 / (i + 1) for i in range(30)]
    short = History(loss=[3.0, 2.0], validation_loss=[2.0, 2.5], gradient_norms={"a": [1.0, 0.5]})
    long = History(loss=falling, gradient_norms={"a": falling, "b": [1e4, *falling], "c": falling[3:]})
    report = diagnose(nn.MLP(2, [3, 2, 1], "tanh", seed=2), [[0.5, 1.0]], [1.0])
    made = [
        *(plots.loss_curves(each) for each in (short, long, {"one": short}, {"one": short, "two": long})),
        plots.loss_curves({str(i): long for i in range(8)}, log=True),
        plots.loss_curves(short, log=True),
        *(plots.gradient_norms(each) for each in (short, long)),
        *(plots.deltas(each) for each in (report, {"one": report, "two": report})),
    ]
    texts = ["\n".join(plotted(ax)) for ax in made]
    plt.close("all")
    style = "\n".join(f"{name}: {value}" for name, value in plots.STYLE.items())
    return "\n\n".join([*texts, style])


TEXTS = {"diagnoses": diagnosed, "plots": plots_of_training}
