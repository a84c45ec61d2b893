"""Laws of stepping: each step shows one thing, and what is not computed yet is not a number."""

import os
import re
import sys
from types import SimpleNamespace

import pytest

from scalargrad import Value, dot, label, leaves, trace
from scalargrad.cli import main
from scalargrad.examples import GALLERY, example
from scalargrad.notation.numbers import number
from scalargrad.study import terminal
from scalargrad.study.stepping import Stepper, transcript
from scalargrad.study.terminal import fitted, layout, moved, step_of, step_through
from scalargrad.wengert.progress import NOT_COMPUTED


@pytest.fixture(params=[*GALLERY, "one instruction"])
def stepper(request):
    """Step through each example, and through the shortest of all."""
    one = request.param not in GALLERY
    return Stepper(trace(Value(0.5, label="x").tanh() if one else example(request.param).output()))


def test_before_it_is_computed_a_number_is_a_dash_and_then_never_again(stepper):
    """Values appear in the forward phase, adjoints in the reverse phase, and neither goes away."""
    for column in ("value", "adjoint"):
        for i, row in enumerate(stepper.shown):
            shown = [getattr(stepper.table(count)[i], column) for count in range(1, len(stepper) + 1)]
            first = next((k for k, text in enumerate(shown) if text != NOT_COMPUTED), len(shown))
            assert NOT_COMPUTED not in shown[first:]
            assert first < len(shown), row
            if column == "adjoint":
                assert first >= len([s for s in stepper.steps if s.phase == "forward"])


def test_the_last_step_shows_the_trace(stepper):
    """All values and adjoints are those of the record."""
    for line, row in zip(stepper.table(len(stepper)), stepper.shown):
        assert (line.value, line.adjoint) == (number(row.value), number(row.adjoint))


def test_finish_phase_goes_to_the_end_of_forward_then_seed_then_reverse():
    """From the first step: to the last forward step, the seed, the last reverse step."""
    stepper = Stepper(trace(example("sigmoid-2-2-1").output()))
    assert [stepper.phase_end(count) for count in (1, 5, 9, 10, 11, 19)] == [9, 9, 10, 19, 19, 19]


def test_moves_stop_at_the_ends():
    """Next, previous, first, last, finish phase."""
    stepper = Stepper(trace(example("fan-out").output()))
    moves = [
        ("next", 1, 2),
        ("previous", 1, 1),
        ("next", 7, 7),
        ("last", 1, 7),
        ("first", 5, 1),
        ("finish phase", 1, 3),
    ]
    for move, count, expected in moves:
        assert moved(stepper, count, move) == expected


def test_a_step_is_found_by_number_and_by_the_name_of_its_row():
    """A name leads to the next step that works on it, and from the last back to the first."""
    stepper = Stepper(trace(example("fan-out").output()))
    assert step_of(stepper, "4", 1) == 4
    assert step_of(stepper, "u", 1) == 7
    assert step_of(stepper, "u", 7) == 1
    assert step_of(stepper, "99", 1) is None
    assert step_of(stepper, "nothing", 1) is None


def test_a_step_is_found_by_every_number_from_the_first_to_the_last(stepper):
    """And by no other."""
    count = len(stepper)
    assert [step_of(stepper, str(i), 1) for i in range(count + 2)] == [None, *range(1, count + 1), None]


def test_a_phase_is_finished_from_every_step(stepper):
    """Each leads to the last of its phase, and that one to the last of the next, where there is one."""
    phases = [step.phase for step in stepper.steps]
    ends = [max(i for i, phase in enumerate(phases, 1) if phase == each) for each in dict.fromkeys(phases)]
    for count in range(1, len(stepper) + 1):
        assert stepper.phase_end(count) == next((end for end in ends if end > count), len(stepper))


def test_constants_are_in_no_row_and_in_no_working():
    """There is no adjoint of a 2 or a 3 to learn."""
    (x,) = leaves(x=0.5)
    a = x * 2
    y = a + 3
    label(a=a, y=y)
    stepper = Stepper(trace(y))
    assert [line.name for line in stepper.table(1)] == ["x", "a", "y"]
    assert [stepper.working(count) for count in range(1, 6)] == [
        ["a = x*2 = 0.5*2 = 1"],
        ["y = a + 3 = 1 + 3 = 4"],
        ["dy = 1"],
        ["da = dy = 1"],
        ["dx = da*2 = (1)(2) = 2"],
    ]


def test_a_contribution_is_a_product_added_to_what_was_there():
    """A factor of 1 is not written, nor a sum with nothing; what was there may be 0."""
    (x,) = leaves(x=0.0)
    a, b = x * x, x * 1.5
    c = a + x
    y = c + b
    label(a=a, b=b, c=c, y=y)
    stepper = Stepper(trace(y))
    lines = [line for count in range(1, len(stepper) + 1) for line in stepper.working(count) if "dx" in line]
    assert lines == [
        "dx = dc = 1",
        "dx += db*1.5 = 1 + (1)(1.5) = 2.5",
        "dx += da*x = 2.5 + (1)(0) = 2.5",
        "dx += da*x = 2.5 + (1)(0) = 2.5",
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_a_long_formula_is_cut_and_no_line_is_wider_than_the_terminal(width):
    """Forty columns are left for the names and numbers; what is cut shows that it is."""
    xs = [Value(1.25, label=f"x{i}") for i in range(40)]
    y = dot(xs, xs)
    label(y=y)
    *_, last = layout(Stepper(trace(y)).table(1), width)
    formula = re.search(r"x0\*x0.*…", last)[0]
    assert len(formula) == width - 40
    assert len(last) <= width
    assert last.rstrip().endswith("–")
    assert all(len(line) <= 20 for line in layout(Stepper(trace(y)).table(1), 20))


@pytest.mark.parametrize("room", range(2, 9))
def test_the_lines_that_fit_fill_the_room_and_hold_the_marked_ones(room):
    """What is left out is counted in the last of them, and nothing is where all fit."""
    body = [*(f"  line {i}" for i in range(5)), "+ target", "> active"]
    lines = fitted(body, room)
    assert len(lines) == min(room, 7)
    if room >= 7:
        assert lines == body
    else:
        assert lines[-1] == f"  … {7 - (room - 1)} more rows"
        assert lines[:-1] == body[7 - (room - 1) :]


@pytest.mark.parametrize(("rows", "columns"), [(40, 100), (16, 80), (12, 40), (5, 30)])
def test_a_page_fits_its_terminal_with_the_active_line_in_it(monkeypatch, rows, columns):
    """At every step; what is too long is cut, and of a low terminal at least three rows are shown."""
    screen = SimpleNamespace(get_size=lambda: SimpleNamespace(rows=rows, columns=columns))
    monkeypatch.setattr("prompt_toolkit.application.get_app", lambda: SimpleNamespace(output=screen))
    session = terminal._Session(Stepper(trace(example("sigmoid-2-2-1").output())), "the net")
    for count in range(1, len(session.stepper) + 1):
        session.count = count
        page, frame = session.page(), 2 + len(session.stepper.working(count)) + 1
        assert len(page) == frame + 3 + min(20, max(3, rows - frame - 3))
        assert all(len(text) <= columns + 1 for _, text in page)
        marked = [(style, text[0]) for style, text in page if text[0] in ">+"]
        assert all(style == {">": "reverse", "+": "bold"}[mark] for style, mark in marked)
        assert [mark for _, mark in marked].count(">") == 1


def test_the_2_2_1_net_fits_80_columns():
    """Table and working, at every step."""
    stepper = Stepper(trace(example("sigmoid-2-2-1").output()))
    for count in range(1, len(stepper) + 1):
        lines = [*layout(stepper.table(count), 200), *stepper.working(count), stepper.title(count)]
        assert max(map(len, lines)) <= 80


def test_without_a_terminal_all_steps_are_printed(capsys):
    """Piped, the command prints the whole transcript and ends."""
    assert main(["step", "sigmoid-2-2-1"]) == 0
    out = capsys.readouterr().out
    assert transcript(Stepper(trace(example("sigmoid-2-2-1").output()))) in out
    assert "step 19 of 19, reverse" in out
    assert "dw5 = dv17*h1 = (0.1916)(0.7969) = 0.1527" in out


KEYS = {
    "q": 1,
    "nn q": 4,
    "\x1b[Cq": 2,
    "\x1b[Fpq": 18,
    "fq": 9,
    "ffq": 10,
    "ga3\rq": 8,
    "g12\x7f\rq": 1,
    "g123\x7f\rq": 12,
    "g1\x7f\x7f7\rq": 7,
    "g19\rq": 19,
    "nng1\rq": 1,
    "g20\rq": 1,
    "nn\x7fq": 2,
    "gnothing\rq": 1,
    "$0q": 1,
    "xq": 1,
    "ga\x03nq": 2,
}


@pytest.mark.parametrize(("keys", "count"), KEYS.items(), ids=map(repr, KEYS))
def test_keys_step_go_to_and_quit(keys, count):
    """What is pressed leads to the step it should, also while a name is typed."""
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    stepper = Stepper(trace(example("sigmoid-2-2-1").output()))
    with create_pipe_input() as pressed, create_app_session(input=pressed, output=DummyOutput()):
        pressed.send_text(keys)
        assert step_through(stepper, "the net") == count


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
def test_in_a_real_terminal_it_starts_shows_no_colour_and_leaves_cleanly():
    """The first page appears, q ends the session with status 0."""
    import pexpect

    session = pexpect.spawn(
        sys.executable,
        ["-m", "scalargrad", "step", "sigmoid-2-2-1"],
        env=os.environ | {"TERM": "xterm-256color", "NO_COLOR": "1"},
        dimensions=(40, 80),
        encoding="utf-8",
        timeout=20,
    )
    session.expect("step 1 of 19")
    session.expect("Home  End")
    session.send("q")
    session.expect(pexpect.EOF)
    session.close()
    assert session.exitstatus == 0
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7]m", session.before)
