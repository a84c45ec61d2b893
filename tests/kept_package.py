"""What the gallery states, long traces, data sets, plots, what is said of slips in Python."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import scalargrad
from scalargrad import Value, datasets, diagnose, draw, nn, trace
from scalargrad.elsewhere import answer
from scalargrad.errors import ScalargradError, known, meant, unknown
from scalargrad.examples import GALLERY, example

X, Y = [[0.0, 0.0], [1.0, 0.5], [0.2, 0.9]], [-1.0, 1.0, 1.0]


def stated(name: str) -> str:
    """Return what the gallery states of an example, with the first line of its program."""
    e = GALLERY[name]
    facts = f"{e.title}\n{e.source}\n{e.digits} digits, rate {e.rate}, {dict(e.data)}"
    return f"{facts}\n{e.code.splitlines()[2]}"


def long(count: int) -> str:
    """Return how a trace of so many instructions is printed, without most of what is between its ends."""
    y = Value(0.5, label="x")
    for _ in range(count - 1):
        y = y.tanh()
    lines = str(trace(y)).splitlines()
    return f"{len(lines)} lines\n" + "\n".join((*lines[:2], *lines[14:20], *lines[-3:]))


def plotted() -> str:
    """Return what stands in plots: labels, scales, lines, planes with their extent, points, legends."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    from scalargrad import plots

    mpl.use("agg")
    report = diagnose(nn.MLP(1, [3, 3, 1], seed=1), [0.5], [1.0])
    one, three = nn.MLP(2, [3, 1], seed=1), nn.MLP(2, [3, 3], seed=1)
    made: Sequence[Callable[[], Any]] = (
        lambda: plots.deltas(report),
        lambda: plots.deltas({"a": report, "b": report}),
        lambda: plots.decision_boundary(one, X, Y, resolution=4),
        lambda: plots.decision_boundary(one, X, Y, resolution=4, threshold=0.5),
        lambda: plots.decision_boundary(three, X, [[0, 1, 0], [0, 0, 1], [1, 0, 0]], resolution=4),
    )
    lines: list[str] = []
    for make in made:
        lines += _in_plot(make())
        plt.close("all")
    return "\n".join(lines)


def _in_plot(ax: Any) -> Iterator[str]:
    facts = (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale(), ax.get_yscale(), ax.get_aspect())
    yield " ".join(map(str, facts))
    for line in ax.lines:
        points = " ".join(f"{x:.3g},{y:.3g}" for x, y in zip(*line.get_data()))
        yield f"  {line.get_label()} {line.get_marker()} {line.get_color()}: {points}"
    for image in ax.images:
        extent = " ".join(f"{x:.3g}" for x in image.get_extent())
        low, high = image.get_clim()
        yield f"  {extent}, {image.get_alpha()}, {low:.3g} to {high:.3g}"
        yield f"  {' '.join(f'{x:.3g}' for x in image.get_array().ravel())}"
    for dots in ax.collections:
        yield f"  {dots.get_label()} {dots.get_zorder()} {dots.get_offsets().tolist()}"
    if legend := ax.get_legend():
        texts = ", ".join(each.get_text() for each in legend.get_texts())
        yield f"  {legend.get_title().get_text()}: {texts}"


def points() -> str:
    """Return the points of the data sets that are made on the spot."""
    drawn = (datasets.moons(5, 0.0), datasets.moons(4, 0.1, 1, (-1, 1)), datasets.xor((-1, 1)))
    return "\n".join(
        " ".join(f"({round(x, 4):g}, {round(y, 4):g}) {label}" for (x, y), label in zip(*made))
        for made in drawn
    )


def refused() -> str:
    """Return what is said of slips in Python."""
    x: Any = Value(3.0, label="x")
    y: Any = x * x + 1
    t: Any = trace(y)
    three: Any = 3
    package: Any = scalargrad
    asked: Sequence[Callable[[], Any]] = (
        lambda: trace(three),
        lambda: trace([y]),  # type: ignore[arg-type]
        lambda: trace("fan-out"),  # type: ignore[arg-type]
        lambda: trace(GALLERY["fan-out"]),  # type: ignore[arg-type]
        lambda: trace(y, upto=[three]),
        lambda: trace(y, upto="q"),
        lambda: trace(x * x, also=[y * 2, x * x]),
        lambda: trace(x, also=[y]),
        lambda: t["q"],
        lambda: t.save("a.doc"),
        lambda: t.to_markdown("a.md5"),
        lambda: t.to_html("a.txt"),
        lambda: t.to_latex("a"),
        lambda: t.to_json("a.js"),
        lambda: t.check({"y": 1}).save("a.pdf"),
        lambda: t.explain(x).save("a.html"),
        lambda: example("fan"),
        lambda: example("fan-out").output(q=1.0),
        lambda: draw(three),
        lambda: draw(y).save("a.doc"),
        lambda: known("theme", "drak", ["light", "dark"]),
        lambda: meant("loss", "Zzz", ["mse"]),
        lambda: type(t).from_json("{"),
        lambda: package.Tensor,
        lambda: package.nn.Linear,
        lambda: package.optim.Lion,
        lambda: package.datasets.mnist,
        lambda: x.numpy,
        lambda: unknown("name", "zz", [f"a{i}" for i in range(45)]) + answer("loss", "mse"),
    )
    lines = []
    for ask in asked:
        try:
            lines.append(f"nothing: {ask()}")
        except (ScalargradError, AttributeError) as error:
            lines.append(f"{type(error).__name__}: {error}")
    return "\n".join(lines)


def names() -> str:
    """Return the names of the package: those that a star imports, then those that `dir` has besides."""
    others = [name for name in dir(scalargrad) if name not in scalargrad.__all__ and name[0] != "_"]
    lazy = {"datasets", "nn", "optim", "plots"}  # which are there before they are asked for
    return f"{' '.join(sorted(scalargrad.__all__))}\n{' '.join(sorted(lazy & set(others)))}"


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for name in GALLERY:
        yield f"stated of {name}", partial(stated, name)
    for count in (200, 201):
        yield f"a trace of {count}", partial(long, count)
    yield "plots", plotted
    yield "points", points
    yield "names", names
    yield "refused", refused


TEXTS = dict(_texts())
