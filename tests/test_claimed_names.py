"""Laws of what can be claimed: the names of books, conventions, given numbers, and what is refused."""

import math
import re

import numpy as np
import pytest

from scalargrad import exercise, trace
from scalargrad.cli import main
from scalargrad.errors import OperandError, ShapeError, UnknownNameError
from scalargrad.examples import example
from scalargrad.exercises.marking import exercises_of, mark
from scalargrad.expressions import evaluate

NET = trace(example("sigmoid-2-2-1").output())
MAZUR = trace(example("mazur-2-2-2").output())
RESIDUAL = trace(example("residual").output())
NUMBERS = {
    "net_h1": NET["a1"].value,
    "z_h1": NET["a1"].value,
    "out_h1": NET["h1"].value,
    "sigmoid(a1)": NET["h1"].value,
    "σ(a1)": NET["h1"].value,
    "x1*w1 + x2*w2": NET["x1"].value * NET["w1"].value + NET["x2"].value * NET["w2"].value,
    "w2*x2 + w1*x1": NET["x1"].value * NET["w1"].value + NET["x2"].value * NET["w2"].value,
    "dh1/da1": NET["h1"].value * (1 - NET["h1"].value),
    "∂y/∂w5": NET["w5"].adjoint,
    "w5.grad": NET["w5"].adjoint,
    "δ_h1": NET["a1"].adjoint,
    "d x1 via h1": NET["a1"].adjoint * NET["w1"].value,
    "d x1 through a2": NET["a2"].adjoint * NET["w3"].value,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_called_as_books_call_it(name):
    """Its number is right, and another one wrong."""
    assert NET.check({name: f"{NUMBERS[name]:.6f}"}).ok
    assert not NET.check({name: f"{NUMBERS[name] + 0.05:.6f}"}).ok


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("da1/da1", "is 1 whatever"),
        ("dh1/dy", "does not depend on"),
        ("d a1 via x1", "one way of a contribution to a1"),
        ("h3", "did you mean"),
    ],
)
def test_a_name_of_no_number_is_refused_with_the_reason(name, words):
    """What there is instead stands in the message."""
    with pytest.raises(UnknownNameError, match=words):
        NET.check({name: "0.5"})


def test_a_power_is_no_product():
    """Factors may change their places in a formula, an exponent may not."""
    t = trace(evaluate("a = x**2*y; b = y**2*x; a + 3*b", {"x": 2.0, "y": 3.0}))
    assert t.check({"x**2*y": "12"}).ok
    assert not t.check({"x**2*y": "18"}).ok


def test_only_what_is_called_delta_may_be_turned():
    """δ is ±∂E/∂z, as the work has it; a derivative that is written as one has its own sign."""
    turned = {"δ_h1": f"{-NET['a1'].adjoint:.4f}", "δ_h2": f"{-NET['a2'].adjoint:.4f}"}
    report = NET.check(turned)
    assert report.ok
    assert "δ = -∂E/∂z" in report.notes[0]
    assert not NET.check(turned, delta="positive").ok
    assert not NET.check({"d a1": turned["δ_h1"], "d a2": turned["δ_h2"]}).ok
    assert NET.check({"d a1": turned["δ_h1"], "d a2": turned["δ_h2"]}, delta="negative").ok
    leaves_too = turned | {"d w1": f"{-NET['w1'].adjoint:.4f}"}
    assert not NET.check(leaves_too).ok


def test_a_loss_without_its_half_is_read_so_where_all_of_it_is():
    """The loss and the derivatives are doubled; where one of them is not, that is a slip."""
    doubled = {"E": f"{2 * MAZUR['E'].value:.5f}", "d w5": f"{2 * MAZUR['w5'].adjoint:.5f}"}
    report = MAZUR.check(doubled)
    assert report.ok
    assert "without the ½" in report.notes[0]
    assert not MAZUR.check(doubled | {"d w5": f"{MAZUR['w5'].adjoint:.5f}"}).ok
    square = trace(evaluate("0.5*x**2", {"x": 3.0}))
    assert not square.check({"y": "9.0", "d x": "6.0"}).ok  # no error is squared


def test_a_sheet_says_what_is_asked_so_that_no_convention_excuses_a_sign():
    """Adjoints turned, or all doubled with the loss, are wrong on a sheet."""
    e = exercise(example("mazur-2-2-2").output(), seed=1)
    doubled = {name: f"{2 * float(x):.{e.digits}f}" for name, x in e.answers.items()}
    loss = {name for name in doubled if name.startswith(("E", "d "))}
    assert not mark(e, e.answers | {name: doubled[name] for name in loss}).ok
    turned = {name: x for name, x in e.answers.items() if name in {"d h1", "d h2", "d o1", "d o2"}}
    assert not mark(e, e.answers | {name: f"{-float(x):.{e.digits}f}" for name, x in turned.items()}).ok


def test_a_new_weight_that_is_claimed_as_the_weight_is_told_apart():
    """With the rate, or by one that comes out round; another number is wrong for the weight itself."""
    new = MAZUR["w5"].value - 0.5 * MAZUR["w5"].adjoint
    report = MAZUR.check({"w5": f"{new:.8f}"})
    assert report.ok
    assert "rate 0.5" in report.notes[0]
    assert MAZUR.check({"w5": f"{new:.4f}"}, rate=0.5).ok
    odd = MAZUR["w5"].value - 0.5003 * MAZUR["w5"].adjoint
    assert not MAZUR.check({"w5": f"{odd * 1.01:.8f}"}).ok
    with pytest.raises(OperandError, match="give the learning rate"):
        MAZUR.check({"w5+": f"{new:.4f}"})


def test_what_rests_on_unwritten_numbers_that_are_wrong_cannot_be_told():
    """Neither blamed nor called right: who made which slip is not to be seen."""
    report = NET.check({"y": "0.8123", "d w5": "0.3210"})
    assert not report.ok
    assert [row.verdict for row in report.rows] == ["wrong", "unclear"]
    assert re.search(r" \? +cannot be told: it rests on", str(report))


def test_vectors_are_claimed_as_arrays_of_any_library_have_them():
    """Lists, texts, arrays of 64 and of 32 bits, whose own digits count."""
    h = [round(NET["h1"].value, 3), round(NET["h2"].value, 3)]
    for claimed in (h, tuple(h), str(h), np.array(h), np.array(h, np.float32)):
        assert NET.check({"h": claimed}).ok
    with pytest.raises(ShapeError, match="empty list"):
        NET.check({"h": []})
    with pytest.raises(ShapeError, match="fewer than the 3"):
        NET.check({"h": [*h, 0.5]})


@pytest.mark.parametrize("given", [{"rate": math.inf}, {"rate": 0.0}, {"digits": -1}, {"digits": 400}])
def test_a_rate_or_decimals_that_cannot_be_are_refused(given):
    """With what was expected."""
    with pytest.raises(OperandError, match="expected"):
        NET.check({"y": "0.742"}, **given)


@pytest.mark.parametrize("number", ["1e-400", "1e308", "-1e308", "0.1e-300"])
def test_no_number_is_too_small_or_too_large_to_be_wrong(number):
    """It is another one, and the report still fits a terminal."""
    report = NET.check({"d x1": number, "a1": number})
    assert not report.ok
    assert max(map(len, str(report).splitlines())) <= 80


def test_arguments_may_stand_behind_an_option(capsys):
    """As on any command line; what is no argument of the command is still refused."""
    assert main(["check", "mazur-2-2-2", "--rate", "0.5", "w5+=0.3589"]) == 0
    assert main(["exercise", "w*x", "--seed", "3", "w=0.5", "x=1"]) == 0
    assert main(["check", "mazur-2-2-2", "--rte", "0.5", "w5+=0.3589"]) == 2
    assert "unknown option '--rte'" in capsys.readouterr().err


def test_a_key_of_many_blanks_is_read_back():
    """As many as a sheet may have, of one half of a long trace."""
    steps = "; ".join(f"a{i} = 0.9*a{i - 1} + 0.1" for i in range(1, 110))
    e = exercise(evaluate(f"{steps}; y = a109*a109", {"a0": 1.0}), blanks="reverse")
    (read,) = exercises_of(e.key)
    assert read.answers == e.answers
    assert mark(read, e.answers).ok


def test_no_sheet_is_written_in_the_place_of_its_key(tmp_path, capsys):
    """Two files of one name are refused before anything is written."""
    sheets = [str(tmp_path / name) for name in ("x.json", "x.key.json")]
    assert main(["exercise", "residual", "-o", sheets[0], "-o", sheets[1]]) == 2
    assert "a sheet and a key" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_sheet_gives_numbers_with_all_their_digits():
    """Who starts from what is printed comes to what the key says."""
    e = exercise(evaluate("300*w", {"w": 1 / 3}))
    assert "w = 0.333333333333" in str(e.sheet)
    assert mark(e, {name: f"{float(x):.3f}" for name, x in e.answers.items()}).ok


def test_what_nobody_has_named_is_said_where_a_remark_calls_it():
    """With all that it is computed from; where remarks call only what has a name, nothing is added."""
    t = trace(evaluate("y = (w*x + b - t)**2", {"w": 2.0, "x": 1.0, "b": 0.5, "t": 1.0}))
    assert t.check({"y": "1.5"}).notes == ("Here v4 = w*x, v5 = v4 + b, v6 = v5 - t.",)
    assert NET.check({"a1": "1.759"}).notes == ()


@pytest.mark.parametrize("sign", [1, -1])
def test_the_half_is_left_out_throughout_or_it_is_a_slip(sign):
    """Where one derivative of the loss is right with the ½, but for its sign, those without it are wrong."""
    numbers = {"a": 0.37, "x": 1.3, "b": 0.83, "u": 2.1, "t": 0.9}
    t = trace(evaluate("o = a*x + b*u; E = 0.5*(o - t)**2", numbers))
    doubled = {"E": f"{2 * t['E'].value:.4f}", "d a": f"{2 * t['a'].adjoint:.4f}"}
    assert "without the ½" in str(t.check(doubled))
    mixed = t.check({**doubled, "d b": f"{sign * t['b'].adjoint:.4f}"})
    assert "without the ½" not in str(mixed)
    assert "the factor 0.5 is left out" in str(mixed)


def test_weights_move_by_the_derivatives_in_the_convention_of_the_work():
    """Without the ½ a step of descent is twice as long at the same rate."""
    t = trace(evaluate("E = 0.5*(a*x - t)**2", {"a": 0.37, "x": 1.3, "t": 0.9}))
    derivative = 2 * t["a"].adjoint
    work = {
        "E": f"{2 * t['E'].value:.4f}",
        "d a": f"{derivative:.4f}",
        "new a": f"{0.37 - 0.5 * derivative:.4f}",
    }
    report = t.check(work, rate=0.5)
    assert report.ok
    assert "without the ½" in report.notes[0]


def test_a_rate_is_read_off_a_weight_that_is_written_exactly_enough():
    """To a thousandth of the step: with fewer digits any number near is some weight after some step."""
    step = 0.5 * MAZUR["w5"].adjoint
    new = MAZUR["w5"].value - step
    for decimals in range(3, 9):
        is_sure = 10.0**-decimals <= abs(step) / 1000
        assert MAZUR.check({"w5": f"{new:.{decimals}f}"}).ok == is_sure
