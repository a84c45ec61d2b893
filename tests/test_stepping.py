"""Laws of stepping: each step shows one thing, and what is not computed yet is not a number."""

import os
import re
import sys

import pytest

from scalargrad import trace
from scalargrad.cli import main
from scalargrad.examples import GALLERY, example
from scalargrad.notation.numbers import number
from scalargrad.study.stepping import Stepper, transcript
from scalargrad.study.terminal import layout, moved, step_of, step_through
from scalargrad.wengert.progress import NOT_COMPUTED


@pytest.fixture(params=GALLERY)
def stepper(request):
    """Step through each example."""
    return Stepper(trace(example(request.param).output()))


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
