"""Laws of stepping: each step shows one thing, and what is not computed yet is not a number."""

import os
import re
from types import SimpleNamespace

import pytest
from pseudoterminal import started, written

from scalargrad import Value, dot, label, leaves, sin, trace
from scalargrad.cli import main
from scalargrad.examples import GALLERY, example
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.page.wording import question
from scalargrad.study.session import MOVES, Session, not_found, step_of
from scalargrad.study.stepping import Stepper, transcript
from scalargrad.study.terminal import page, step_through
from scalargrad.study.window import fitted, layout
from scalargrad.wengert.columns import Inks
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
        assert MOVES[move](stepper, count) == expected


def test_a_step_is_found_by_number_and_by_the_name_of_its_row():
    """A name leads to the next step that works on it, and from the last back to the first."""
    stepper = Stepper(trace(example("fan-out").output()))
    assert step_of(stepper, "4", 1) == 4
    assert step_of(stepper, "u", 1) == 7
    assert step_of(stepper, "u", 7) == 1
    assert step_of(stepper, "99", 1) is None
    assert step_of(stepper, "nothing", 1) is None


def test_the_name_of_a_leaf_leads_to_the_steps_of_the_rows_that_read_it(stepper):
    """And so every row that is shown can be gone to."""
    for row in stepper.shown:
        found = [step_of(stepper, row.name, count) for count in range(1, len(stepper) + 1)]
        for step in (stepper.steps[count - 1].instruction for count in found):
            assert row is step if row.parents else row in step.parents


def test_what_is_not_found_is_told_with_the_nearest_that_is():
    """A name with the rows that are spelt alike, a number with the last step."""
    stepper = Stepper(trace(example("sigmoid-2-2-1").output()))
    assert not_found(stepper, "h3") == "unknown row 'h3'; did you mean w3 or h2 or h1?"
    assert not_found(stepper, "nothing").startswith("unknown row 'nothing'; there are: a1, a2, a3, b1, ")
    assert not_found(stepper, "20") == "there is no step 20; the last is 19"


def test_a_step_is_named_in_the_words_of_the_page(stepper):
    """In the reverse phase a value hands its adjoint to its parents, but for the constants."""
    for count, step in enumerate(stepper.steps, 1):
        title, asked = stepper.title(count), question(step, TextWriter())
        if step.phase == "reverse":
            number, targets = re.fullmatch(r".* hands its adjoint (\S+) to (.*)", asked).groups()
            named = [t for t in targets.split(", ") if t in {v.name for v in stepper.shown}]
            told = asked.removesuffix(targets).replace(f" {number}", "") + ", ".join(named)
            assert title == f"step {count} of {len(stepper)}, reverse: {told}"
        else:
            assert title.endswith(f" {step.instruction.name}")


def test_a_value_whose_parents_are_constants_says_so():
    """Nobody needs what it would hand on."""
    stepper = Stepper(trace(sin(2.0) * Value(3.0, label="x")))
    assert stepper.title(5) == "step 5 of 5, reverse: v1 hands its adjoint to constants, which do not need it"
    assert stepper.working(5) == []


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
        ["dy = ∂y/∂y = 1"],
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


@pytest.mark.parametrize("width", [48, 60, 80, 100, 200])
def test_a_long_formula_is_cut_in_its_middle_and_its_numbers_are_shown(width):
    """The table is as wide as the terminal then; a working is folded or cut so that its result is shown."""
    xs = [Value(1.25, label=f"x{i}") for i in range(40)]
    y = dot(xs, xs)
    label(y=y)
    stepper = Stepper(trace(y))
    *_, last = layout(stepper.table(1), width)
    assert re.search(r" x0\*x0.* … .*x39 ", last)
    assert len(last) == width
    assert last.endswith("–")
    texts = [text for _, text in Session(stepper, "a wide sum").lines(24, width)]
    working = texts[2 : texts.index("")]
    assert max(map(len, working)) <= width
    assert "".join(working).endswith(("*1.25 = 62.5", " + 1.25*1.25 =      62.5"))


@pytest.mark.parametrize("room", range(3, 9))
@pytest.mark.parametrize("marked", [(0,), (0, 1), (5, 6), (0, 3, 5), (1, 2, 3, 4)], ids=str)
@pytest.mark.parametrize("active", [4, 7, 9])
def test_the_lines_that_fit_are_in_order_and_each_gap_says_how_many_it_leaves_out(room, marked, active):
    """The active one is there; all that are marked are, if they and their gaps fit; no gap is of one line."""
    marks = dict.fromkeys(marked, "+") | {active: ">"}
    body = [f"{marks.get(i, ' ')} line {i}" for i in range(10)]
    lines, place, kept = fitted(body, room), 0, []
    for line in lines:
        if "more rows" in line:
            gap = int(line.split()[1])
            assert gap >= 2
            place += gap
        else:
            assert line == body[place]
            kept.append(place)
            place += 1
    assert place == len(body)
    assert len(lines) <= room
    assert active in kept
    gaps = re.findall(" +", "".join(marks.get(i, " ") for i in range(10)))
    assert set(marks) <= set(kept) or len(marks) + len(gaps) > room


def test_where_all_lines_fit_none_is_left_out():
    """Nor is there a line that counts them."""
    body = [*(f"  line {i}" for i in range(5)), "+ target", "> active"]
    assert fitted(body, 7) == fitted(body, 9) == body
    assert len(fitted(body, 6)) == 6


@pytest.mark.parametrize("name", GALLERY)
def test_what_a_step_reads_or_changes_is_in_view_in_a_terminal_of_80_by_24(name):
    """So are its working and the keys: nobody has to scroll to follow one step."""
    session = Session(Stepper(trace(example(name).output()), example(name).digits), "the net")
    for count, step in enumerate(session.stepper.steps, 1):
        session.count = count
        texts = [text for _, text in session.lines(24, 80)]
        assert len(texts) <= 24
        assert max(map(len, texts)) <= 80
        assert not any(" … " in text for text in texts[:-1] if "more rows" not in text)
        operands = () if step.phase == "seed" else step.instruction.parents
        wanted = {v.name for v in (step.instruction, *operands) if v.role != "constant"}
        marked = [text.split() for text in texts if text[:1] in {">", "+", "·"}]
        assert {name for _, name, *_ in marked} == wanted
        assert {mark for mark, *_ in marked} <= {">", "·" if step.phase == "forward" else "+"}


@pytest.mark.parametrize("name", GALLERY)
def test_the_columns_stand_still_from_step_to_step(name):
    """A number that appears moves no other."""
    stepper = Stepper(trace(example(name).output()), example(name).digits)
    last = stepper.table(len(stepper))
    heads = {layout(stepper.table(count), 80, last=last)[0] for count in range(1, len(stepper) + 1)}
    assert len(heads) == 1


@pytest.mark.parametrize(("rows", "columns"), [(40, 100), (16, 80), (12, 40), (5, 30)])
def test_a_page_fits_its_terminal_with_the_active_line_in_it(monkeypatch, rows, columns):
    """At every step; what is too long is cut, and of a low terminal at least three rows are shown."""
    screen = SimpleNamespace(get_size=lambda: SimpleNamespace(rows=rows, columns=columns))
    monkeypatch.setattr("prompt_toolkit.application.get_app", lambda: SimpleNamespace(output=screen))
    session = Session(Stepper(trace(example("sigmoid-2-2-1").output())), "the net")
    for count in range(1, len(session.stepper) + 1):
        session.count = count
        lines = "".join(text for _, text in page(session)).splitlines()
        frame = 2 + len(session.stepper.working(count)) + 1
        least = 3 if rows < 12 else 20 if rows == 40 else rows - frame - 3 - 1
        assert frame + 3 + least <= len(lines) <= max(rows, frame + 3 + 3)
        assert max(map(len, lines)) <= columns
        styles = {
            (style, text[0]) for style, text in session.lines(rows, columns) if text[:1] in {">", "+", "·"}
        }
        assert styles <= {("reverse", ">"), ("bold", "+"), ("", "·")}
        assert [line[:1] for line in lines].count(">") == 1


def test_inks_colour_the_two_columns_of_numbers_and_those_of_the_working(monkeypatch):
    """Values have one, adjoints the other; the active line, which is reversed, has none."""
    screen = SimpleNamespace(get_size=lambda: SimpleNamespace(rows=40, columns=80))
    monkeypatch.setattr("prompt_toolkit.application.get_app", lambda: SimpleNamespace(output=screen))
    stepper = Stepper(trace(example("sigmoid-2-2-1").output()), inks=Inks("\x1b[34m", "\x1b[31m"))
    session = Session(stepper, "the net")
    session.count = len(stepper)
    coloured = {"ansiblue": "", "ansired": ""}
    for style, text in page(session):
        for name in {*style.split()} & {*coloured}:
            coloured[name] += text
        assert not ("reverse" in style and "ansi" in style)
    active = stepper.steps[-1].instruction
    rows = [line for line in stepper.table(len(stepper)) if line.name != active.name]
    assert coloured["ansiblue"] == "".join(["value", *(line.value for line in rows)])
    worked = [x for c in stepper.steps[-1].contributions for x in (c.before, c.upstream, c.after)]
    of_working = [number(x) for x in worked if x is not None]
    of_table = ["adjoint so far", *(line.adjoint for line in rows)]
    assert coloured["ansired"] == "".join([*of_working, *of_table])


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
    "gnothing\rnq": 2,
    "gw5\rq": 7,
    "gw5\rgw5\rq": 13,
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
        assert step_through(Session(stepper, "the net")) == count


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize("no_colour", [True, False])
def test_in_a_real_terminal_it_starts_and_leaves_cleanly_in_colour_unless_told_not_to(no_colour):
    """The first page appears, a name that is not there is told, q ends the session with status 0."""
    import pexpect

    session = started("step", "sigmoid-2-2-1", **({"NO_COLOR": "1"} if no_colour else {}))
    session.expect("step 1 of 19")
    session.expect("t predict")
    shown = session.before
    session.send("gw9\r")
    session.expect("unknown.*w6 or")  # between the words the cursor moves
    session.send("q")
    session.expect(pexpect.EOF)
    session.close()
    assert session.exitstatus == 0
    assert bool(re.search(r"\x1b\[[0-9;]*[34][0-8][;m]", shown)) != no_colour


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
def test_in_a_terminal_that_cannot_move_its_cursor_all_steps_are_printed():
    """Without an escape code, and it ends by itself."""
    shown = written("step", "fan-out", TERM="dumb")
    assert "step 7 of 7, reverse: u hands its adjoint to x" in shown
    assert "\x1b" not in shown


def test_a_transcript_has_each_step_on_a_line_of_its_own(stepper):
    """With its working below it, indented."""
    lines = transcript(stepper).splitlines()
    assert [line for line in lines if line[0] != " "] == [
        stepper.title(i) for i in range(1, len(stepper) + 1)
    ]


def test_what_is_added_to_an_adjoint_stands_in_brackets(stepper):
    """Also where the local derivative is 1, which is not written; a first contribution needs none."""
    for count, step in enumerate(stepper.steps, 1):
        added = [c for c in step.contributions if c.target.role != "constant"]
        for line, c in zip(stepper.working(count), added):
            before, upstream, local = (
                "" if x is None else str(stepper.writer.number(x)) for x in (c.before, c.upstream, c.local)
            )
            product = f"({upstream})" + f"({local})" * (local != "1")
            assert (f" = {before} + {product}" in line) == bool(before)
