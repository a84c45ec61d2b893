"""Exercises: pleasant numbers, sheets that can be filled in and marked, keys that fit, pages that ask."""

import dataclasses
import json
import math
import re
import subprocess
import sys
from collections import Counter

import pytest
from browser import Page, needs_chromium
from selenium.common.exceptions import StaleElementReferenceException
from test_latex import needs_pdflatex

from scalargrad import Value, exercise, leaves, nn, trace
from scalargrad.cli import main
from scalargrad.errors import ExerciseError, OperandError, SheetError, UnknownNameError, WrongKeyError
from scalargrad.examples import GALLERY, example
from scalargrad.exercises.latex import document
from scalargrad.exercises.marking import exercises_of, mark, mark_sheet
from scalargrad.exercises.targets import is_target
from scalargrad.expressions import evaluate, free_names
from scalargrad.notation.labels import subscripted

FORMS = ("to_markdown", "to_json", "to_csv")
NET = "sigmoid-2-2-1"


def of(name, seed=1, **options):
    """Return an exercise on an example of the gallery."""
    return exercise(example(name).output(), seed=seed, name=name, title=example(name).title, **options)


@pytest.mark.parametrize("name", GALLERY)
def test_drawn_numbers_are_pleasant(name):
    """Short, of different sizes, none 1; nothing saturated; answers 0 behind a relu, or of two figures."""
    given = trace(example(name).output())
    for seed in range(5):
        e = of(name, seed)
        leaves = [v for v in e.trace if not v.parents and v.role != "constant"]
        kept = [v for v in leaves if given[v.index].value == 0 or is_target(given[v.index], given)]
        drawn = [v.value for v in leaves if v not in kept]
        assert [v.value for v in kept] == [given[v.index].value for v in kept]
        assert all(x == round(x, 2) and 0 < abs(x) <= 3 and abs(x) != 1 for x in drawn)
        assert Counter(map(abs, drawn)).most_common(1)[0][1] == 1
        gates = [v for v in e.trace if v.primitive and v.primitive.name == "relu"]
        assert not gates or any(v.value > 0 for v in gates)
        for v in e.trace:
            flat = v.primitive is not None and v.primitive.name in {"sigmoid", "tanh"}
            assert not flat or abs(v.parents[0].value) <= 2
        for blank in e.blanks:
            size = abs(blank.answer(e.trace))
            assert (size == 0 and gates) or 10.0 ** (1 - e.digits) <= size <= 20, (seed, blank)


def test_a_solution_is_no_function():
    """Who calls it is told so."""
    with pytest.raises(OperandError, match=r"exercise\.solution, without brackets"):
        exercise(example("fan-out").output(), seed=1).solution()


@pytest.mark.parametrize("name", [NET, "mazur-2-2-2", "relu-softmax"])
def test_a_seed_is_an_exercise(name):
    """The same for the same seed, to its code; another for another one."""
    codes = [of(name, seed).code for seed in (1, 2, 3, 1)]
    assert codes[0] == codes[3]
    assert len(set(codes)) == 3
    assert {blank.name for blank in of(name).blanks}.isdisjoint({"d t1", "d t2", "d y", "d E", "d L"})


def test_the_code_is_of_what_is_asked():
    """Other numbers, blanks or digits are another exercise; a title, hints or a name are not."""
    y = example(NET).output()
    codes = {exercise(y).code, exercise(y, blanks="reverse").code, exercise(y, digits=5).code, of(NET).code}
    assert len(codes) == 4
    assert exercise(y, title="T", hints=True, name="n").code == exercise(y).code


def test_decimals_follow_from_what_is_small():
    """Mazur's own numbers have as many as are usual; a small gradient more, unless so many are asked for."""
    assert [of(name, None).digits for name in ("mazur-2-2-2", NET)] == [4, 3]
    assert "∂E/∂w1 = 0.000439 has fewer than two figures in 4" in of("mazur-2-2-2", None).doubts
    assert of(NET, None).doubts == ""
    x, w = leaves(x=0.5, w=0.5)
    y = x + 0.003 * w
    assert exercise(y, seed=1).digits == 4
    with pytest.raises(ExerciseError, match=r"for seed 1: ∂v4/∂w stays below 0.01, for 3 decimals"):
        exercise(y, seed=1, digits=3)


SQUARED = "; E = 0.5*(y - t)**2"
REACHED = {
    "y = sigmoid(w*x + b)" + SQUARED: (0, 1),
    "h = tanh(w*x); y = sigmoid(v*h + b)" + SQUARED: (0, 1),
    "y = exp(w)/(exp(w) + exp(v))" + SQUARED: (0, 1),
    "y = sigmoid(w*x); L = -(t*log(y) + (1 - t)*log(1 - y))": (0, 1),
    "y = sigmoid(w*x); L = -t*log(y) - (1 - t)*log(1 - y)": (0, 1),
    "y = tanh(w*x + b)" + SQUARED: (-1, 1),
    "y = relu(w*x + b)" + SQUARED: (0, math.inf),
    "y = exp(w*x)" + SQUARED: (0, math.inf),
    "y = 50 + exp(w*x)" + SQUARED: (50, math.inf),
    "y = w*x + b" + SQUARED: (-math.inf, math.inf),
}


@pytest.mark.parametrize("text", REACHED)
def test_a_target_that_is_drawn_can_be_reached(text):
    """It lies in the open range of what it is compared with; is short, no blank, and often another one."""
    low, high = REACHED[text]
    recorded = trace(evaluate(text, dict.fromkeys(free_names(text), 1.0)))
    found = [exercise(recorded, seed=seed, keep=()) for seed in range(8)]
    targets = [e.trace["t"].value for e in found]
    assert all(low < x < high and x == float(f"{x:.2g}") for x in targets)
    assert len(set(targets)) >= 3
    assert all("d t" not in e.answers for e in found)
    sizes = [[abs(v.value) for v in e.trace if not v.parents and v.role != "constant"] for e in found]
    assert all(len(set(each)) == len(each) for each in sizes)


@pytest.mark.parametrize("keep", ["x", "W", ("x", "b"), ("b[0]", "t")])
def test_numbers_that_are_kept_stay_and_the_others_are_drawn(keep):
    """By the names of leaves or of vectors, or their Values; no number is drawn that is given."""
    values = {"W": [[0.31, 0.73], [-0.63, 0.11]], "x": [0.41, 0.52], "b": [0.23, 0.0], "t": 7.0}
    y = evaluate("h = tanh(W@x + b); y = h[0] + h[1]; E = (y - t)**2", values)
    given = trace(y)
    named = {keep} if isinstance(keep, str) else set(keep)
    for seed in range(3):
        for v in exercise(y, seed=seed, keep=keep).trace:
            if not v.parents and v.role != "constant":
                stays = bool(named & {v.name, v.name.partition("[")[0]})
                assert (v.value == given[v.index].value) == stays, v.name
    x = y.parents[0]
    with pytest.raises(UnknownNameError, match="is computed, so its number follows"):
        exercise(y, seed=1, keep=x)
    with pytest.raises(UnknownNameError, match="unknown name 'q'"):
        exercise(y, seed=1, keep="q")


def test_what_follows_from_kept_numbers_is_as_it_is():
    """A saturated neuron, a tiny value: they are asked for, and told of, but no search can mend them."""
    y = evaluate("h = sigmoid(w*x); y = h*v + u", {"w": 9.0, "x": 1.0, "v": 0.5, "u": 0.001})
    e = exercise(y, seed=1, keep=["w", "x"])
    assert e.trace["h"].value == y.parents[0].parents[0].data
    assert e.doubts.endswith("for h is saturated")


def test_many_sheets_of_one_leaf_are_different():
    """A class has sheets of different seeds, and no two neighbours the same numbers."""
    for name in ("fan-out", "chain-sine"):
        assert len({of(name, seed).code for seed in range(30)}) >= 20


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"blanks": "some"}, UnknownNameError, "unknown choice of blanks 'some'"),
        ({"digits": 0}, ExerciseError, "1 to 9 decimals, got 0"),
        ({"seed": "7"}, ExerciseError, "a seed is a whole number, got '7'"),
    ],
)
def test_what_cannot_be_set_is_said(options, error, message):
    """A word that is none, decimals that are none; and below, nothing to ask, or far too much."""
    with pytest.raises(error, match=message):
        exercise(example(NET).output(), **options)


def test_nothing_or_too_much_is_no_exercise():
    """An output without a computation; a net of 250 weights."""
    with pytest.raises(ExerciseError, match="nothing to ask"):
        exercise(Value(1.0))
    with pytest.raises(ExerciseError, match=r"blanks, more than 200; cut the trace"):
        exercise(nn.MLP(10, [20, 1], seed=1)([0.1] * 10))


# ---- sheets and keys


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize("seed", [None, 1])
def test_a_sheet_filled_by_its_key_is_all_right(name, seed):
    """In Markdown, JSON and CSV; and an empty one has no answer in it, and none right."""
    e = of(name, seed)
    (read,) = exercises_of(e.key)
    assert (read.identity, read.answers, read.trace) == (e.identity, e.answers, e.trace)
    told = {x for x in e.answers.values() if re.search(r"\.\d\d[1-9]", x)}
    for form in FORMS:
        solved = mark_sheet([read], getattr(e.solution, form)())
        assert solved.ok, solved
        assert solved.right == len(e.blanks)
        empty = getattr(e.sheet, form)()
        assert mark_sheet([read], empty).score == f"0 of {len(e.blanks)} right ({len(e.blanks)} not answered)"
        assert not [x for x in told if x in empty]
    for text in (str(e), e.sheet.to_latex(), exercise(e.trace, hints=True).sheet.to_markdown()):
        assert not [x for x in told if x in text]


def test_where_only_derivatives_are_asked_values_are_given():
    """They stand on the sheet, and are no blanks; forwards alone, no derivative is on it."""
    e = of(NET, blanks="reverse")
    assert {blank.is_adjoint for blank in e.blanks} == {True}
    assert f"{e.trace['h1'].value:.3f}" in e.sheet.to_markdown()
    assert mark_sheet([e], e.solution.to_markdown()).ok
    assert "∂" not in str(of(NET, blanks="forward"))


def test_wrong_numbers_are_marked_as_hand_work_is():
    """What follows from a slip is right in itself; what is left out is said by name."""
    e = of(NET)
    right = {**e.answers}
    wrong = mark(e, {**right, "a1": "9.999"} | {"d x1": "9.999"})
    assert (wrong.first_wrong.name, wrong.ok) == ("a1", False)
    del right["h1"], right["d w5"]
    partly = mark(e, right)
    assert partly.score == "20 of 22 right (2 not answered)"
    assert str(partly).endswith("20 of 22 right (2 not answered: h1, d w5).")
    assert not partly.ok


LINE = r"| `h1`   | $h_{1} = \sigma(a_{1})$                                 | ____     |"
DAMAGE = {
    ("h1", "0..3"): r"line 10: expected a number for h1, got '0\.\.3'",
    ("h1", "many"): "line 10: expected a number for h1, got 'many'",
    ("`h1`", "`h11`"): "line 10: unknown step 'h11'; did you mean h1",
    ("`h1`", "`a1`"): "line 10: a1 stands twice, first in line 9",
    ("| ____     |", "|"): "line 10: expected three cells, a step, its formula and a number, got 2",
    ("Exercise", "Exam"): "the line “Exercise …” is gone",
}


@pytest.mark.parametrize(("old", "new"), DAMAGE)
def test_a_damaged_sheet_says_where(old, new):
    """A number that is none, a step that is none or stands twice, a cell that is gone, no identity."""
    e = of(NET)
    lines = e.sheet.to_markdown().splitlines()
    (at,) = (i for i, line in enumerate(lines) if line.startswith("| `h1`"))
    if old == "h1":
        lines[at] = lines[at].replace("____", new)
    elif old == "Exercise":
        lines = [line.replace(old, new) for line in lines]
    else:
        lines[at] = lines[at].replace(old, new)
    with pytest.raises(SheetError, match=DAMAGE[old, new]):
        mark_sheet([e], "\n".join(lines))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected a table of steps and numbers"),
        ("exercise,a\nstep,number\na1\n", "line 3: expected a step and its number, got 'a1'"),
        ('{"exercise": "a",\n "answers": {"a1": }}', "line 2: Expecting value"),
        ('{"exercise": "a"}', 'expected an object "answers"'),
        ("<!DOCTYPE html>", "press “Copy score” on it"),
    ],
)
def test_what_is_no_sheet_is_refused(text, message):
    """Nothing, a table or a document with a hole in it, the page itself."""
    with pytest.raises(SheetError, match=re.escape(message)):
        mark_sheet([of(NET)], text)


def test_people_fill_sheets_as_they_do():
    """A number on the line of its blank; a spreadsheet with semicolons, with a mark of its bytes."""
    e = of("fan-out")
    filled = re.sub(r"(`u`.*\| )____", rf"\1__{e.answers['u']}__", e.sheet.to_markdown())
    assert mark_sheet([e], filled).right == 1
    sheet = "\ufeff" + e.solution.to_csv().replace(",", ";")
    assert mark_sheet([e], sheet).ok
    assert mark_sheet([e], e.solution.to_csv().replace("name,", "name,Ada")).author == "Ada"


def test_labels_of_any_characters_stand_on_sheets():
    """Pipes, backticks, quotes, commas: every form reads back; a name of the exercise, too."""
    x, w = Value(0.5, label="x|y"), Value(0.25, label='`w`, _"*z')
    y = (x * w).tanh() + x
    y.label = "step"
    e = exercise(y, name="a, `b` · c")
    for form in FORMS:
        assert mark_sheet(exercises_of(e.key), getattr(e.solution, form)()).ok


def test_a_key_for_another_exercise_is_refused():
    """By what is on the sheet, and by what the key is of."""
    e, other = of(NET), of(NET, seed=2)
    said = f"the sheet is of exercise {e.identity}, the key of {other.identity}"
    with pytest.raises(WrongKeyError, match=re.escape(said) + "$"):
        mark_sheet([other], e.solution.to_markdown())


@pytest.mark.parametrize(("count", "ends"), [(2, ""), (3, ""), (4, ", …")])
def test_a_key_says_what_it_is_of_by_three_exercises_at_most(count, ends):
    """And by dots where there are more."""
    others = [of(NET, seed) for seed in range(2, 2 + count)]
    said = f"the key of one of {', '.join(e.identity for e in others[:3])}{ends}"
    with pytest.raises(WrongKeyError, match=re.escape(said) + "$"):
        mark_sheet(others, of(NET, 1).solution.to_markdown())


def test_a_damaged_key_says_what_is_wrong():
    """It is held against its own numbers, the answers too."""
    key = json.loads(of(NET).key)
    record = key["exercises"][0]
    changes = {
        "do not belong to its code": {"answers": {**record["answers"], "a1": "1.000"}},
        "whole numbers": {"digits": "x"},
        "expected the fields": {"more": 1},
        "not a trace": {"trace": {}},
    }
    for message, change in changes.items():
        with pytest.raises(SheetError, match=message):
            exercises_of(json.dumps({**key, "exercises": [record | change]}))
    for text in (
        "[",
        "{}",
        '{"schema": "scalargrad-key", "version": 2}',
        json.dumps({**key, "exercises": []}),
    ):
        with pytest.raises(SheetError):
            exercises_of(text)


@needs_pdflatex
def test_a_sheet_of_the_gallery_is_one_leaf(tmp_path):
    """So is one with hints: by closer rows, or derivatives in two columns, in the order of the work."""
    sheets = [of(name).sheet for name in GALLERY] + [of(NET, hints=True).sheet]
    (tmp_path / "t.tex").write_text(document(sheets), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, errors="replace", check=False)
    assert f"({len(sheets)} pages" in done.stdout
    text = re.sub(r"\s+", " ", document([of(NET).sheet]).partition("Reverse")[2])
    beside = re.findall(r"partial (\w+)_\{(\d)\}\} =\$ & \\blank & \$.*?partial (\w+)_\{(\d)\}\} =\$", text)
    order = [f"d {a}{i}" for a, i, _, _ in beside] + [f"d {b}{k}" for _, _, b, k in beside]
    assert order == [blank.name for blank in of(NET).blanks if blank.is_adjoint]


@needs_pdflatex
def test_sheets_and_solutions_fit_on_a4(tmp_path):
    """All of the gallery in one document, with hints or solved: nothing sticks out by more than a point."""
    exercises = [of(name, seed, hints=seed == 2) for name in GALLERY for seed in (None, 2)]
    sheets = [each for e in exercises for each in (e.sheet, e.solution)]
    (tmp_path / "t.tex").write_text(document(sheets), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert [x for x in re.findall(r"Overfull \\hbox \(([0-9.]+)pt", done.stdout) if float(x) > 1] == []


# ---- the commands


@needs_pdflatex
def test_a_class_set_has_its_keys_in_one_file(tmp_path, monkeypatch, capsys):
    """A file to fill in for each, one to print for all; each sheet is marked by the one key."""
    monkeypatch.chdir(tmp_path)
    assert (
        main(["exercise", NET, "--seed", "4", "--count", "3", "-o", "c.md", "-o", "c.csv", "-o", "c.pdf"])
        == 0
    )
    names = [f"c-0{i}.{form}" for form in ("md", "csv") for i in (1, 2, 3)]
    names += ["c.key.md", "c.key.json", "c.key.pdf", "c.pdf"]
    assert sorted(capsys.readouterr().out.split()) == sorted(names)
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    key = exercises_of((tmp_path / "c.key.json").read_text(encoding="utf-8"))
    assert [e.seed for e in key] == [4, 5, 6]
    (tmp_path / "c-01.md").write_text(key[0].solution.to_markdown(), encoding="utf-8")
    (tmp_path / "c-02.csv").write_text(mark_wrong(key[1]), encoding="utf-8")
    assert main(["check", "--key", "c.key.json", "c-01.md"]) == 0
    assert capsys.readouterr().out.endswith("22 of 22 right.\n")
    assert main(["check", "--key", "c.key.json", "c-02.csv"]) == 1
    assert "21 of 22 right" in capsys.readouterr().out
    assert main(["check", "--key", "c.key.json", "c-01.md", "c-02.csv", "c-03.md"]) == 1
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert rows[1].startswith("c-01.md 22 of 22 right")
    assert re.fullmatch(r"c-02.csv 21 of 22 right d b1 .*reversed.*", rows[2])
    assert rows[3] == "c-03.md 0 of 22 right (22 not answered)"
    (tmp_path / "c-03.md").write_text("nothing", encoding="utf-8")
    assert main(["check", "--key", "c.key.json", "c-01.md", "c-03.md"]) == 2
    out, err = capsys.readouterr()
    assert "line 1: expected a step and its number" in out
    assert err == "scalargrad: 1 of 2 sheets could not be marked\n"
    assert main(["check", "--key", "c.key.json", "c.key.md"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def mark_wrong(e):
    """Return a filled CSV in which the sign of one bias's derivative is reversed."""
    old = e.answers["d b1"]
    new = old[1:] if old.startswith("-") else f"-{old}"
    return e.solution.to_csv().replace(f"d b1,{old}", f"d b1,{new}")


def given_of(out):
    """Return the numbers that printed sheets give."""
    lines = [line.removeprefix("Given: ") for line in out.splitlines() if line.startswith("Given: ")]
    return [dict(pair.split(" = ") for pair in line.split(", ")) for line in lines]


NEURON = "z = w*x + b; y = sigmoid(z); L = (y - t)^2"


def test_numbers_on_the_command_line_are_on_every_sheet(capsys):
    """Of a formula and of an example, whose biases and targets stay, too, unless they are to be drawn."""
    assert main(["exercise", NEURON, "x=1", "t=0.25", "--seed", "3", "--count", "3"]) == 0
    sheets = given_of(capsys.readouterr().out)
    assert [(each["x"], each["t"]) for each in sheets] == [("1", "0.25")] * 3
    assert len({(each["w"], each["b"]) for each in sheets}) == 3
    assert main(["exercise", NET, "x1=1", "x2=2", "--seed", "3"]) == 0
    (sheet,) = given_of(capsys.readouterr().out)
    assert (sheet["x1"], sheet["x2"], sheet["b1"]) == ("1", "2", "0")
    assert main(["exercise", "mazur-2-2-2", "w1=0.5", "--draw", "t1,i₁", "--seed", "3"]) == 0
    (sheet,) = given_of(capsys.readouterr().out)
    assert (sheet["w1"], sheet["t2"]) == ("0.5", "0.99")
    assert sheet["t1"] != "0.01"
    assert main(["exercise", "y = tanh(W@x)[0]", "W=[[1, 2]]", "x=[1, 2]", "--draw", "W", "--seed", "3"]) == 0
    (sheet,) = given_of(capsys.readouterr().out)
    assert (sheet["x[0]"], sheet["x[1]"]) == ("1", "2")
    assert (sheet["W[0,0]"], sheet["W[0,1]"]) != ("1", "2")


SAID = {
    (
        NEURON,
        "x=1",
    ): "w, b and t have no value; give one as w=…, or let a seed draw what is left out: --seed 1",
    ("w*x", "x=1"): "w has no value; give one as w=…, or let a seed draw what is left out: --seed 1",
    ("alfa*x", "alpha=1"): "did you mean alpha?",
    ("w*x", "w=1", "x=2", "--count", "3"): "all 3 sheets would be the same: leave out what a seed is to draw",
    ("w*x", "w=1", "--seed", "3", "--draw", "q"): "unknown name 'q'",
    ("w*x", "w=1", "x=2", "--draw", "x"): "give one, as in --draw x --seed 1",
    ("w*x", "w=1", "x=2", "--seed", "3"): "every number is given, so the seed draws none",
    ("sigmoid(w*x)", "w=12", "x=1"): "6.14e-06 has fewer than two figures in 4 decimals, for y is saturated;",
    ("x + y", "x=3", "y=4", "--draw", "x", "--seed", "1", "--count", "70"): "which stand for 70",
}


@pytest.mark.parametrize("arguments", SAID)
def test_what_a_teacher_should_know_is_said(arguments, capsys):
    """What is missing, all of it; what has no effect; which numbers suit badly; on one line."""
    main(["exercise", *arguments])
    err = capsys.readouterr().err
    assert SAID[arguments] in err
    assert err.startswith("scalargrad: ")


def test_digits_that_were_asked_for_are_no_doubt(capsys):
    """Whoever says them has decided; as many as are usual are taken where nobody does."""
    assert main(["exercise", NEURON, "x=1", "t=0.25", "w=7", "b=5"]) == 0
    out, err = capsys.readouterr()
    assert "Round every number to 4 decimals." in out
    assert err.count("\n") == 1
    assert main(["exercise", NEURON, "x=1", "t=0.25", "w=7", "b=5", "--digits", "7"]) == 0
    assert capsys.readouterr().err == ""


def test_a_class_set_of_few_draws_has_as_many_different_sheets_as_there_are(capsys):
    """Seeds that draw what was drawn before are passed over."""
    assert main(["exercise", "fan-out", "--count", "30"]) == 0
    out, err = capsys.readouterr()
    assert len({each["x"] for each in given_of(out)}) == 30
    assert err == ""


def test_a_class_set_shows_on_a_terminal_how_far_it_is(tmp_path, monkeypatch, capsys):
    """On standard error, and nothing where nobody looks; nor for one sheet."""
    monkeypatch.chdir(tmp_path)
    for is_terminal, count in ((True, "3"), (True, "1"), (False, "3")):
        monkeypatch.setattr(sys.stderr, "isatty", lambda is_terminal=is_terminal: is_terminal)
        assert main(["exercise", "fan-out", "--count", count, "-o", "c.md"]) == 0
        out, err = capsys.readouterr()
        assert ("numbers:   0%" in err) == (is_terminal and count == "3")
        assert out.splitlines()[-1] == "c.key.json"


# ---- the page

COPY = """navigator.clipboard.writeText = async (text) => { window.copied = text; };
document.querySelector('[data-do=score]').click();
return window.copied;"""

STEPS = """const slider = document.querySelector('input.step'), texts = [];
for (let step = 0; step <= Number(slider.max); step += 1) {
  slider.value = step;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  texts.push(document.querySelector('main').innerText);
}
return texts;"""


def opened(browser, tmp_path, e):
    """Return the page of an exercise."""
    e.to_html(tmp_path / "exercise.html")
    page = Page(browser, (tmp_path / "exercise.html").as_uri())
    page.wait(lambda: page.all("html.js"))
    page.do("anew")  # the tab may remember another test
    page.wait(lambda: page.all("html.js") and page.one(".score").text.startswith("0 of"))
    return page


def asked_for(e):
    """Return the names of blanks by what the page's fields are called."""
    below = {f"∂{subscripted(e.trace.output.name)}/∂{subscripted(b.name[2:])}": b.name for b in e.blanks}
    return below | {subscripted(b.name): b.name for b in e.blanks if not b.is_adjoint}


@needs_chromium
def test_a_page_shows_nothing_that_it_asks_for(browser, tmp_path):
    """At no step, in graph, table or working, before it is answered; what is not asked for is shown."""
    e = of("mazur-2-2-2")
    page = opened(browser, tmp_path, e)
    told = {x.replace("-", "−").rstrip("0") for x in e.answers.values() if re.search(r"\.\d\d[1-9]", x)}
    texts = browser.execute_script(STEPS)
    assert len(texts) == len(e.trace.steps) + 1
    assert [(step, x) for step, text in enumerate(texts) for x in told if x in text] == []
    assert all(f"{e.trace[0].value:g}".replace("-", "−") in text for text in texts)
    assert page.logs()[0] == []


@needs_chromium
def test_a_page_asks_every_blank_and_hands_the_score_out(browser, tmp_path):
    """Each once; a wrong number names its slip and costs the first try; check reads what is copied."""
    e = of("residual")
    page, names, found = opened(browser, tmp_path, e), asked_for(e), []
    page.one(".quiz input").send_keys("Ada, 7b")
    for _ in e.blanks:
        if not page.all(".guess input:not(.right)"):
            page.do("next")
        field = page.one(".guess input:not(.right)")
        found.append(names[field.get_attribute("aria-label")])
        if found[-1] == "H":
            field.send_keys(f"{e.trace['F'].value - e.trace['x'].value:.3f}\ue007")
            assert "the term x has the wrong sign" in page.one(".guess output").text
            browser.execute_script("arguments[0].select()", field)
        field.send_keys(f"{e.answers[found[-1]]}\ue007")
        if not page.all(".guess input:not(.right)"):
            page.wait(lambda: not page.all(".guess"))
    assert sorted(found) == sorted(e.answers)
    assert page.one(".score").text == "6 of 6 right, 5 at the first try"
    browser.refresh()
    page.wait(lambda: page.one(".score").text == "6 of 6 right, 5 at the first try")
    assert page.one(".quiz input").get_attribute("value") == "Ada, 7b"
    copied = browser.execute_script(COPY)
    marked = mark_sheet([e], copied)
    assert (marked.ok, marked.author, marked.right) == (True, "Ada, 7b", 6)
    assert f"H,{e.answers['H']},right at try 2" in copied
    assert page.logs()[0] == []


@needs_chromium
def test_who_gives_up_sees_the_number_and_has_not_answered(browser, tmp_path):
    """The rest can still be answered; fewer decimals than asked for are sent back."""
    e = of("residual", blanks="forward")
    page = opened(browser, tmp_path, e)
    page.do("next")
    page.do("reveal")
    page.wait(lambda: not page.all(".guess"))
    page.do("next")
    page.one(".guess input").send_keys(f"{e.trace['H'].value:.1f}\ue007")
    assert "give 3 decimals" in page.one(".guess output").text
    assert mark_sheet([e], browser.execute_script(COPY)).unanswered == ("F",)


@needs_chromium
@pytest.mark.parametrize("name", ["sigmoid-2-2-1", "residual"])
def test_a_page_accepts_what_the_key_accepts(browser, tmp_path, name):
    """Each number by itself, some units beside the exact one, ever nearer until one is accepted."""
    e = of(name)
    page, names, tried = opened(browser, tmp_path, e), asked_for(e), 0
    for _ in e.blanks:
        if not page.all(".guess input:not(.right)"):
            page.do("next")
        field = page.one(".guess input:not(.right)")
        blank = names[field.get_attribute("aria-label")]
        for k in (20, -8, 5, -3, 2, -2, 1, -1, 0):
            typed = f"{float(e.answers[blank]) + k * 10.0**-e.digits:.{e.digits}f}"
            field.send_keys(f"{typed}\ue007")
            is_right = "right" in (field.get_attribute("class") or "") if is_there(field) else True
            assert is_right == e.check({blank: typed}).ok, (blank, typed, e.answers[blank])
            tried += 1
            if is_right:
                break
            browser.execute_script("arguments[0].select()", field)
        if not page.all(".guess input:not(.right)"):
            page.wait(lambda: not page.all(".guess"))
    assert tried > 3 * len(e.blanks)


@needs_chromium
@pytest.mark.parametrize("typed", ["{:.5f}", "{:.3%}", "{:.6f}/1", "−0,0001/1"])
def test_a_page_reads_numbers_as_the_key_does(browser, tmp_path, typed):
    """Decimals, percentages, fractions, with either point."""
    e = of("residual")
    page = opened(browser, tmp_path, e)
    page.do("next")
    field = page.one(".guess input:not(.right)")
    blank = asked_for(e)[field.get_attribute("aria-label")]
    text = typed.format(e.trace[blank].value)
    field.send_keys(f"{text}\ue007")
    is_right = "right" in (field.get_attribute("class") or "") if is_there(field) else True
    assert is_right == e.check({blank: text}).ok


def is_there(field):
    """Tell whether a field is still on its page: the last of a step goes when it is right."""
    try:
        return field.is_enabled() or True
    except StaleElementReferenceException:
        return False


@pytest.mark.parametrize("wrong", ["0.3", "99"])
def test_a_sheet_with_wrong_numbers_has_a_report_and_no_right_answers(wrong):
    """The report is there where it is needed; what cannot be told does not count as right."""
    e = exercise(example("residual").output(), seed=7)
    marked = mark_sheet([e], e.sheet.to_markdown().replace("____", wrong))
    for text in (str(marked), marked.to_markdown()):
        assert "WRONG" in text
        assert all(blank.name in text for blank in e.blanks)
    assert marked.score == f"0 of {len(e.blanks)} right"


@pytest.mark.parametrize(("digits", "places"), [(1, "1 decimal."), (3, "3 decimals.")])
def test_a_sheet_says_to_how_many_decimals_to_round(digits, places):
    """In the singular where it is one."""
    sheet = dataclasses.replace(of(NET).sheet, digits=digits)
    assert f"Round every number to {places}" in sheet.to_markdown()


def test_an_exercise_is_known_by_its_name_its_seed_and_its_code():
    """Without a seed, at numbers of one's own, by name and code alone."""
    drawn, own = of(NET, 7), of(NET, None)
    assert drawn.identity == f"{NET} · 7 · {drawn.code}"
    assert own.identity == f"{NET} · {own.code}"


def test_the_numbers_of_a_formula_are_small_whatever_number_of_names_it_has(capsys):
    """A leaf of ten or more would keep its power of ten, which nobody has asked for."""
    assert main(["exercise", "h = a*b + c*d + g*k; tanh(h)", "--seed", "1", "--digits", "4"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Given: ")]
    given = [float(text.partition(" = ")[2]) for text in line.split(", ")]
    assert len(given) == 6
    assert all(abs(x) <= 3 for x in given)


def test_what_is_filled_in_has_its_signs_as_they_are():
    """No code stands for ∂ in a JSON document, which people edit."""
    text = of(NET).sheet.to_json()
    assert "\\u" not in text
    assert "∂" in text or "δ" in text or "d b1" in text


def test_fifty_leaves_have_fifty_different_numbers():
    """As many as are asked for: from a finer grid, without 1."""
    xs = leaves(**{f"x{i}": 0.5 + i / 64 for i in range(50)})
    e = exercise((sum(xs, 0.0) * 0.02).tanh(), seed=1, digits=4)
    drawn = [v.value for v in e.trace if not v.parents and v.role != "constant"]
    assert len(set(map(abs, drawn))) == 50
    assert 1.0 not in map(abs, drawn)
