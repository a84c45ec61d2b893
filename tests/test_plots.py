"""Plots: what is drawn is what was measured, on the axes given or on new ones."""

import functools
import sys

import numpy as np
import pytest

from scalargrad import Diagnosis, History, diagnose, fit, nn, no_grad, optim
from scalargrad.datasets import moons
from scalargrad.drawing.themes import LIGHT
from scalargrad.errors import MissingPackageError, ShapeError

matplotlib = pytest.importorskip("matplotlib", reason="Matplotlib, the extra `plot`, is not installed")
matplotlib.use("agg")
plt = pytest.importorskip("matplotlib.pyplot")
plots = pytest.importorskip("scalargrad.plots")

POINTS, LABELS = moons(12, seed=1, labels=(-1, 1))


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def trained(**options):
    model = nn.MLP(2, [4, 1], seed=1)
    make = functools.partial(optim.SGD, lr=0.1)
    return model, fit(model, POINTS, LABELS, loss="hinge", optimizer=make, epochs=4, **options)


def test_loss_curves_show_the_history():
    """One line for training, one for validation with a dot at the best epoch."""
    history = trained(validation=(POINTS, LABELS))[1]
    training, validation, best = plots.loss_curves(history).lines
    assert (list(training.get_xdata()), list(training.get_ydata())) == ([1, 2, 3, 4], history.loss)
    assert list(validation.get_ydata()) == history.validation_loss
    assert best.get_xydata().tolist() == [[history.best_epoch + 1, min(history.validation_loss)]]


def test_several_trainings_are_named():
    """And a logarithmic scale may be asked for."""
    ax = plots.loss_curves({"slow": History(loss=[3.0, 2.0]), "fast": History(loss=[3.0, 0.1])}, log=True)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["slow", "fast"]
    assert ax.get_yscale() == "log"


def test_gradient_norms_have_a_line_for_each_layer():
    """Named by its path."""
    history = trained()[1]
    ax = plots.gradient_norms(history)
    assert {line.get_label(): list(line.get_ydata()) for line in ax.lines} == history.gradient_norms


def test_deltas_are_those_of_the_diagnosis():
    """One line for each report, over the layers."""
    report = diagnose(trained()[0], POINTS, LABELS, loss="hinge")
    assert isinstance(report, Diagnosis)
    for reports in (report, {"hinge": report}):
        (line,) = plots.deltas(reports).lines
        assert list(line.get_xdata()) == [0, 1]  # counted as in `layers[0]`
        assert list(line.get_ydata()) == [layer.mean_delta for layer in report.layers]


def test_the_boundary_is_where_the_output_is_the_threshold():
    """On each point of the black line the model, here a linear one, gives the threshold."""
    model = nn.Neuron(2, None, seed=1)
    ax = plots.decision_boundary(model, POINTS, LABELS, threshold=0.25)
    lines = [path.vertices for collection in ax.collections for path in collection.get_paths()]
    line = max((vertices for vertices in lines if len(vertices) > 20), key=np.ptp)
    with no_grad():
        assert [model(list(point)).data for point in line] == pytest.approx([0.25] * len(line))


def test_the_plane_has_the_class_of_the_largest_output():
    """Each pixel of the image is the class that the model gives its place."""
    model = nn.MLP(2, [5, 3], "tanh", seed=2)
    ax = plots.decision_boundary(model, POINTS, [i % 3 for i in range(12)], resolution=6)
    (image,) = ax.images
    left, right, bottom, top = image.get_extent()
    for i in range(6):
        for j in range(6):
            centre = [left + (right - left) * (j + 0.5) / 6, bottom + (top - bottom) * (i + 0.5) / 6]
            scores = [z.data for z in model(centre)]
            assert image.get_array()[i, j] == scores.index(max(scores))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["$0$", "$1$", "$2$"]


def test_targets_may_be_one_hot():
    """The class is then the place of the 1."""
    ax = plots.decision_boundary(nn.MLP(2, [2], seed=1), [[0, 0], [1, 1]], [[1, 0], [0, 1]], resolution=3)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["$0$", "$1$"]


def test_plots_draw_on_axes_they_are_given():
    """So that several stand side by side."""
    _, (left, right) = plt.subplots(1, 2)
    model, history = trained()
    assert plots.loss_curves(history, ax=left) is left
    assert plots.decision_boundary(model, POINTS, LABELS, resolution=3, ax=right) is right
    assert plt.get_fignums() == [1]


def test_the_colours_are_those_of_drawings():
    """Also of plots of one's own, if they ask for the style."""
    blue, red = LIGHT.text["value"], LIGHT.text["adjoint"]
    curves = {"slow": History(loss=[3.0, 2.0]), "fast": History(loss=[3.0, 0.1])}
    assert [line.get_color() for line in plots.loss_curves(curves).lines] == [blue, red]
    with plt.style.context(plots.STYLE):
        own = plt.subplots()[1]
        assert [own.plot([0, 1])[0].get_color() for _ in range(2)] == [blue, red]


def test_new_plots_have_the_size_their_user_has_set():
    """By rcParams or a style, as with any plot."""
    report = diagnose(trained()[0], POINTS, LABELS, loss="hinge")
    with plt.rc_context({"figure.figsize": (3.0, 2.0)}):
        for ax in (plots.loss_curves(trained()[1]), plots.deltas(report)):
            assert ax.figure.get_size_inches().tolist() == [3, 2]


def test_greys_are_those_of_drawings():
    """For what is no curve: marks, and lines to compare with."""
    ax = plots.decision_boundary(nn.Neuron(2, None, seed=1), POINTS, LABELS, resolution=5)
    (line,) = (c for c in ax.collections if isinstance(c, matplotlib.contour.ContourSet))
    assert matplotlib.colors.to_hex(line.get_edgecolor()[0]) == plots.INK == LIGHT.text["name"]
    assert LIGHT.hair == plots.GREY


def test_what_is_counted_has_whole_numbers():
    """Layers and epochs: there is no layer 2.5."""
    history, report = trained()[1], diagnose(trained()[0], POINTS, LABELS, loss="hinge")
    for ax in (plots.loss_curves(history), plots.gradient_norms(history), plots.deltas(report)):
        assert all(tick.is_integer() for tick in ax.get_xticks())


@pytest.mark.parametrize(
    ("losses", "texts"),
    [([0.9, 0.2], ["0.2", "0.5"]), ([1e3, 1e-3], ["10^{-2}", "10^{0}"])],
)
def test_a_few_numbers_on_a_logarithmic_axis_are_written_out(losses, texts):
    """Over many decades there are powers of ten, and none of their multiples."""
    ax = plots.loss_curves(History(loss=losses), log=True)
    ax.figure.canvas.draw()
    ticks = " ".join(tick.get_text() for tick in ax.get_yticklabels(which="both"))
    assert all(text in ticks for text in texts)
    assert "times" not in ticks


def test_names_stand_beside_the_data():
    """A legend covers no line."""
    history = trained(validation=(POINTS, LABELS))[1]
    ax = plots.loss_curves({"one": history, "two": history})
    ax.figure.canvas.draw()
    assert ax.get_legend().get_window_extent().x0 >= ax.get_window_extent().x1


def test_a_boundary_needs_two_coordinates():
    """The message says how many there are."""
    with pytest.raises(ShapeError, match="in the plane, got samples of 3 numbers"):
        plots.decision_boundary(nn.Neuron(3), [[1, 2, 3]], [1])


def test_the_loss_of_validation_is_dashed_and_that_of_training_is_not():
    """In the same colour, so that the two are seen to belong together."""
    history = History(loss=[3.0, 2.0, 1.0], validation_loss=[3.5, 2.5, 2.75])
    ax = plots.loss_curves(history)
    lines = [line for line in ax.get_lines() if len(line.get_xdata()) == 3]
    assert [line.get_linestyle() for line in lines] == ["-", "--"]
    assert len({line.get_color() for line in lines}) == 1


def test_without_matplotlib_a_plot_says_what_to_install(monkeypatch):
    """On axes that are given nothing is missing."""
    ax = plt.subplots()[1]
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingPackageError, match=r"plots need Matplotlib.*pip install '\.\[plot\]'"):
        plots.loss_curves(History(loss=[3.0, 2.0]))
    assert plots.loss_curves(History(loss=[3.0, 2.0]), ax=ax) is ax
