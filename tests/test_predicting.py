"""Laws of predicting: a number that is asked for is nowhere to be seen, and judged as `check` judges it."""

import os
import re

import pytest
from pseudoterminal import started

from scalargrad import Value, label, leaves, trace
from scalargrad.checking.check import check
from scalargrad.checking.places import Place
from scalargrad.checking.predicted import predicted
from scalargrad.errors import NumberError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.notation.numbers import number
from scalargrad.study.predicting import Predictor, Verdict
from scalargrad.study.session import Session
from scalargrad.study.stepping import Stepper
from scalargrad.study.terminal import step_through


def place_of(question):
    """Return the number that a question asks for, as the check knows it."""
    return Place("contribution" if question.edge else "value", question.v, question.edge)


def truth(question):
    """Return the number that answers a question."""
    return question.edge.child.adjoint * question.edge.local if question.edge else question.v.value


def session_of(recorded, digits=4, judge=None, **options):
    """Return a session that takes what `predicted` takes, or what another judge does."""
    stepper = Stepper(recorded, digits)

    def judged(question, text):
        found = predicted(recorded, place_of(question), text, digits)
        return Verdict(found.ok, found.remark)

    return Session(stepper, "the net", Predictor(stepper, judge or judged), predicts=True, **options)


def asked_in(session):
    """Yield the questions of all steps, each at the moment when it is asked; then it is given up."""
    for count in range(1, len(session.stepper) + 1):
        session.go(count)
        while (question := session.asked) is not None:
            yield question
            session.answer()


def numbers_on(session, rows, columns):
    """Return the words of a screen that may be numbers."""
    return re.findall(r"-?\d[\d.e+-]*", " ".join(text for _, text in session.lines(rows, columns)))


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (24, 60), (60, 200)])
def test_what_is_asked_for_is_nowhere_on_the_screen(name, rows, columns):
    """Neither in the table nor in a working; a number may only be there that was there a step before."""
    digits = 7  # with which hardly two numbers agree by chance
    recorded = trace(example(name).output())
    session = session_of(recorded, digits)
    known = {number(v.value, digits) for v in recorded if not v.parents} | {"0", "1", "2", "0.5"}
    for question in asked_in(session):
        sought = number(truth(question), digits)
        step = session.stepper.steps[session.count - 1]
        if step.phase == "forward":
            before = known | {number(v.value, digits) for v in recorded if v.index < question.v.index}
        else:
            before = known | {number(v.value, digits) for v in recorded}
            done = [c for s in recorded.steps[: session.count - 1] for c in s.contributions]
            handed = [c for c in step.contributions if c.target.role != "constant"]
            done += handed[: session.predictor.shown(session.count)]
            before |= {number(x, digits) for c in done for x in (c.after, c.local, c.contribution)}
        shown = numbers_on(session, rows, columns)
        assert sought in before or sought not in shown, question
        if question.edge:
            after = next(c.after for c in step.contributions if c.edge == question.edge)
            assert number(after, digits) in before or number(after, digits) not in shown
    assert session.asked is None


@pytest.mark.parametrize("name", GALLERY)
def test_every_number_of_the_table_is_asked_for_once(name):
    """All values that are computed and all contributions but those to constants, in their order."""
    recorded = trace(example(name).output())
    asked = [(q.v.name, q.edge and q.edge.position) for q in asked_in(session_of(recorded))]
    wanted = [(v.name, None) for v in recorded if v.parents]
    wanted += [
        (c.target.name, c.position)
        for step in recorded.steps
        for c in step.contributions
        if c.target.role != "constant"
    ]
    assert asked == wanted


@pytest.mark.parametrize("name", GALLERY)
def test_an_answer_is_judged_as_the_check_judges_it_beside_what_it_follows_from(name):
    """The same verdict and the same slips, right or wrong: claimed by name, with its operands as written."""
    digits = 4
    recorded = trace(example(name).output())
    for question in asked_in(session_of(recorded)):
        x = truth(question)
        if question.edge is None:
            claim = question.v.name
            known = {v.name: v.value for v in question.v.parents if v.parents}
        else:
            child = question.edge.child
            claim = f"d {question.v.name} via {child.name}"
            known = {v.name: v.value for v in (*child.parents, child) if v.parents}
            known[f"d {child.name}"] = child.adjoint
        work = {key: f"{value:.{digits}f}" for key, value in known.items()}
        if any(0 < abs(value) < 10.0 ** (2 - digits) for value in known.values()):
            continue  # of which so few figures are written that nothing follows
        for text in (f"{x:.{digits}f}", f"{-x:.{digits}f}", f"{1.37 * x + 0.01:.{digits}f}"):
            try:
                row = check(recorded, work | {claim: text}, conventions=False).rows[-1]
            except UnknownNameError:
                continue  # x*x reads x twice: such an edge has no name
            found = predicted(recorded, place_of(question), text, digits)
            assert (found.ok, found.slips) == (row.ok, row.slips), (question, text)


def test_a_slip_is_named_and_an_honest_rounding_is_taken():
    """In the words of the check."""
    recorded = trace(example("sigmoid-2-2-1").output())
    session = session_of(recorded)
    session.number = "1.759"
    session.answer()
    assert session.verdict == "1.759 is wrong: the term x2*w2 has the wrong sign"
    session.number = "1.366"
    session.answer()
    assert session.verdict == "right: truncated"
    assert session.asked is None
    assert "  v11 = x1*w1 + x2*w2 = 0.888*1.76 + (-0.49)*0.4 = 1.3669" in [
        t for _, t in session.lines(24, 80)
    ]


def test_only_first_tries_count_and_who_gives_up_has_none():
    """A number that is none counts for nothing, nor does a step that is skipped."""
    session = session_of(trace(example("sigmoid-2-2-1").output()))
    assert session.predictor.score == ""
    for text, score in [
        ("many", ""),
        ("1", "0 of 1"),
        ("1.367", "0 of 1"),
    ]:
        session.number = text
        session.answer()
        assert session.predictor.score.startswith(score)
    session.go(2)
    session.number = "1.367"
    session.answer()
    assert session.predictor.score == "1 of 2 right at the first try"
    session.go(4)  # 3 is skipped
    session.answer()
    assert session.predictor.score == "1 of 3 right at the first try"
    assert "1 of 3 right at the first try" in session.lines(24, 80)[0][1]
    session.go(3)
    assert session.asked.words == "h1"


def test_what_is_no_number_is_said_and_asked_again():
    """With what was typed, and how a number is written."""
    session = session_of(trace(example("fan-out").output()))
    session.number = "1,234"
    session.answer()
    assert "1.234 or 1234" in session.verdict
    assert session.asked is not None
    with pytest.raises(NumberError):
        predicted(session.stepper.trace, place_of(session.asked), "many")


def test_two_edges_to_one_value_are_asked_for_apart():
    """Their numbers may differ: each is named by its place."""
    x, y = leaves(x=3.0, y=2.0)
    z = x * x
    label(z=z)
    words = [q.words for q in asked_in(session_of(trace(z * y)))]
    assert words[-2:] == ["what z adds to dx, 1 of 2", "what z adds to dx, 2 of 2"]


def test_infinite_numbers_are_not_asked_for():
    """Nobody can type what comes of 1/0."""
    (x,) = leaves(x=0.0)
    session = session_of(trace(x.sqrt() * 2.0))
    assert [q.words for q in asked_in(session)] == ["v1", "v3", "what v3 adds to dv1"]


LAST = len(session_of(trace(example("sigmoid-2-2-1").output())).stepper)  # steps
KEYS = {
    "1.367\rn1.367\rq": (2, "2 of 2"),
    "\rn\rq": (2, "0 of 2"),
    "nn\rq": (3, "0 of 1"),
    "1.4\x7f367\rq": (1, "1 of 1"),
    "1.36\x7f\x7f37\rq": (1, "1 of 1"),
    "9\x03n0.5q\x03q": (2, ""),
    "tttq": (2, ""),
    "t-q": (1, ""),
    "ga1\r1.367\rq": (2, "1 of 1"),
    "\x1b[200~1.367\x1b[201~\rq": (1, "1 of 1"),
    "-\x7f\x7fq": (1, ""),
    "\x1b[Fq": (LAST, ""),
    "\x1b[F\x1b[Hq": (1, ""),
    "fq": (LAST // 2, ""),
}


@pytest.mark.parametrize(("keys", "expected"), KEYS.items(), ids=map(repr, KEYS))
def test_keys_type_an_answer_skip_and_stop_asking(keys, expected):
    """Letters are commands until a number is begun; Enter alone gives up; ^C takes the number back."""
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    session = session_of(trace(example("sigmoid-2-2-1").output()))
    with create_pipe_input() as pressed, create_app_session(input=pressed, output=DummyOutput()):
        pressed.send_text(keys)
        count = step_through(session)
    assert (count, session.predictor.score.removesuffix(" right at the first try")) == expected


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
def test_predict_asks_in_a_terminal_and_nowhere_else(capsys):
    """There the number is typed and judged; in a pipe it is refused with what to do."""
    import pexpect

    from scalargrad.cli import main

    session = started("step", "sigmoid-2-2-1", "--predict", rows=24)
    session.expect("v11 = _")
    session.send("0.5\r")
    session.expect("no known slip")
    session.send("q")
    session.expect(pexpect.EOF)
    session.close()
    assert session.exitstatus == 0
    assert main(["step", "fan-out", "--predict"]) == 2
    assert "--predict asks in a terminal" in capsys.readouterr().err


def test_toggled_at_the_last_step_it_says_that_nothing_is_to_come():
    """And one step before it asks for the last one."""
    session = session_of(trace(Value(2.0, label="x") ** 2))
    session.predicts = False
    session.go(3)
    session.toggle()
    assert (session.predicts, session.asked) == (False, None)
    assert "last step" in session.remark
    session.go(2)
    session.toggle()
    assert (session.count, session.asked.words) == (3, "what v1 adds to dx")


@pytest.mark.parametrize("room", range(-1, 12))
def test_the_score_stands_beside_as_much_of_the_heading_as_there_is_room_for(room):
    """One column is room for an ellipsis; where there is none, the heading stands alone."""
    session = session_of(trace(Value(2.0, label="x") ** 2))
    next(asked_in(session))
    session.answer()
    score = session.predictor.score
    heading = session.lines(24, room + len(f"  {score}"))[0][1]
    if room < 1:
        assert heading == "the net"
    else:
        shown = "the net" if room >= len("the net") else heading[:room]
        assert heading == f"{shown:<{room}}  {score}"
        assert (shown == "the net") == ("…" not in shown)
