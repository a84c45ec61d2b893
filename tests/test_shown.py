"""What a REPL shows: sentences and tables, no dumps; of a huge trace its ends."""

import io
import sys

import pytest

from scalargrad import History, Value, diagnose, fit, gradcheck, nn, optim, trace
from scalargrad.examples import example

NET = trace(example("sigmoid-2-2-1").output())
MODEL = nn.MLP(2, [3, 1], seed=1)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (Value(3.0, label="x"), "Value(data=3.0, grad=0.0, label='x')"),
        (NET["w1"], "<w1 = 1.76, adjoint 0.051234>"),
        (NET["a1"], "<a1 = v11 + b1 = 1.36688, adjoint 0.057696>"),
        (NET.steps[1], "<step 1, forward: a1 = v11 + b1 = 1.36688>"),
        (NET.steps[9], "<step 9, seed: adjoint of y = 1>"),
        (NET.steps[11], "<step 11, reverse: a3 hands on 0.191638 to v17, 0.191638 to b3>"),
        (NET.steps[10].contributions[0], "<from y to a3: 1 * 0.191638 = 0.191638>"),
        (
            trace(example("baydin").output(), tangents={"x1": 1.0})["v3"],
            "<v3 = x1*x2 = 10, adjoint 1, tangent 5>",
        ),
        (NET, "<Trace of y: 20 instructions>"),
        (optim.SGD(MODEL.parameters(), 0.1), "<SGD: lr=0.1, 13 parameters, 0 steps>"),
        (
            optim.Adam(MODEL.parameters(), optim.linear_decay(0.1, 9)),
            "<Adam: lr=a schedule, 13 parameters, 0 steps>",
        ),
        (
            History(loss=[2.0, 1.0], stopped="all epochs done"),
            "<History: all epochs done: loss 2 → 1 in 2 epochs>",
        ),
        (MODEL, "MLP(2, [3, 1], activation='relu', output=None)"),
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_it_is_shown_in_a_line(shown, text):
    """Names, formulas and numbers as people write them."""
    assert repr(shown) == text


@pytest.mark.parametrize(
    "report",
    [NET.check({"a1": 1.367}), NET.explain("w1"), diagnose(MODEL, [[1.0, 2.0]], [1.0])],
    ids=lambda report: type(report).__name__,
)
def test_a_report_is_shown_as_it_is_printed(report):
    """And in a notebook as a table, or as mathematics."""
    assert repr(report) == str(report)
    assert "\n" in str(report)
    assert hasattr(report, "_repr_html_") or hasattr(report, "_repr_markdown_")


def test_a_gradient_check_is_shown_as_a_sentence():
    """With the comparison that is furthest apart."""
    report = gradcheck(lambda x: x * x, 2.0)
    assert repr(report) == f"<GradcheckReport: {report}>"


def test_a_huge_trace_is_printed_as_its_ends_with_how_to_see_the_rest():
    """Of few lines, and the numbers that are there are those of the whole."""
    recorded = trace(nn.MLP(2, [16, 16, 1], seed=1)([1.0, 2.0]))
    lines = str(recorded).splitlines()
    assert len(lines) < 50
    assert "W0[0,0]" in lines[1]
    assert f"{recorded['W0[0,0]'].adjoint:.4f}" in lines[1]
    assert "dz2[0] = 1" in lines[-4]
    assert any(line.startswith("… 421 more") for line in lines), lines
    assert lines[-2].startswith("437 instructions. All of them: t.save('trace.txt')")


def test_what_is_left_out_is_saved(tmp_path):
    """The file has every instruction."""
    recorded = trace(nn.MLP(2, [16, 16, 1], seed=1)([1.0, 2.0]))
    recorded.save(tmp_path / "trace.txt")
    text = (tmp_path / "trace.txt").read_text(encoding="utf-8")
    assert all(v.name in text for v in recorded if v.role != "constant")


def test_a_history_plots_itself():
    """The curve is its loss."""
    pytest.importorskip("matplotlib", reason="Matplotlib, the extra `plot`, is not installed").use("agg")
    history = fit(nn.MLP(2, [3, 1], seed=1), [[0.0, 1.0], [1.0, 1.0]], [0.0, 1.0], epochs=3)
    assert history.plot().lines[0].get_ydata().tolist() == history.loss


def test_a_trace_is_as_wide_as_the_terminal_that_it_is_printed_in(monkeypatch):
    """Its formulas fold; where nobody says how wide it is, they are whole."""
    t = trace(nn.MLP(3, [2, 1], "tanh", seed=1)([1.0, 2.0, 3.0]))
    whole = str(t)
    assert "s0[0] = W0[0,0]*x[0] + W0[0,1]*x[1] + W0[0,2]*x[2]" in whole
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for columns in (80, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert max(map(len, str(t).splitlines())) <= columns < max(map(len, whole.splitlines()))
    for stdout in (io.StringIO(), None):  # a file, and what a program without a console has
        monkeypatch.setattr(sys, "stdout", stdout)
        assert str(t) == whole
