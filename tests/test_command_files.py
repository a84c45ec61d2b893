"""Laws of what commands read and write: files in the forms that Python saves, standard input, options."""

import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scalargrad import trace
from scalargrad.cli import COMMANDS, main
from scalargrad.cli.output import WORDS
from scalargrad.cli.parser import parser_of
from scalargrad.drawing import draw, figure
from scalargrad.elsewhere import ANSWERS
from scalargrad.errors import UnknownNameError
from scalargrad.examples import example

NEURON = ("a = w*x + b; h = tanh(a)", "w=2", "x=1", "b=-1.5")
FORMULA, *VALUES = NEURON
TEXTS, IMAGES = (
    (".html", ".htm", ".md", ".tex", ".txt", ".json", ".csv"),
    (".svg", ".pdf", ".png", ".jpg", ".jpeg"),
)
SUFFIXES = (*TEXTS, *IMAGES, ".gif", ".webp", ".gv", ".dot", ".bmp", ".doc", ".py")
RECORDED = trace(example("fan-out").output())


class Page:
    """The page of a trace, which has no `save` but `to_html`."""

    save = staticmethod(RECORDED.to_html)


PYTHON = {  # what a command shows, and what saves that in Python
    ("trace", "fan-out"): RECORDED,
    ("explain", "fan-out", "x"): RECORDED.explain("x"),
    ("check", "fan-out", "u=9", "d x=5"): RECORDED.check({"u": "9", "d x": "5"}),
    ("draw", "fan-out"): draw(RECORDED),
    ("page", "fan-out"): Page,
}
ACTIONS = {command: part._option_string_actions for command, part in parser_of(COMMANDS).parts.items()}
FORMED = {arguments: saved for arguments, saved in PYTHON.items() if arguments[0] not in {"draw", "page"}}
of = pytest.mark.parametrize


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Return a function that runs a command in an empty directory, with a text as its standard input."""
    monkeypatch.chdir(tmp_path)
    # No Graphviz is needed to tell which images there are.
    monkeypatch.setattr(figure, "image", lambda source, kind, *_: f"{kind} of {source}".encode())

    def runs(*arguments, text=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        status = main(arguments)
        return status, *capsys.readouterr()

    return runs


# ---- files


@of("suffix", SUFFIXES)
@of("arguments", PYTHON, ids=lambda arguments: arguments[0])
def test_a_command_writes_the_files_that_python_saves_and_refuses_the_others(
    arguments, suffix, run, tmp_path
):
    """In small letters or capitals; what is written is the same but for a page, which has its program."""
    try:
        PYTHON[arguments].save(tmp_path / f"python{suffix}")
    except UnknownNameError as error:
        names = set(re.findall(r"\.\w+", str(error).partition(", got ")[0])) & set(SUFFIXES)
        status, out, err = run(*arguments, "-o", f"net{suffix}")
        assert (status, out, list(tmp_path.iterdir())) == (2, "", [])
        assert all(name in err for name in names or {".html"})
        return
    for name in (f"net{suffix}", f"net{suffix.upper()}"):
        assert run(*arguments, "-o", name) == (0, f"{name}\n", "")
        if not (arguments[0] in {"trace", "page"} and suffix in {".html", ".htm"}):
            assert (tmp_path / name).read_bytes() == (tmp_path / f"python{suffix}").read_bytes()


@of("suffix", SUFFIXES)
@of("arguments", PYTHON, ids=lambda arguments: arguments[0])
def test_a_refused_suffix_names_a_command_that_writes_it(arguments, suffix, run, tmp_path):
    """The line can be copied; what nobody writes has none."""
    status, _, err = run(*arguments, "-o", f"my net{suffix}")
    if status == 2:
        line = err.partition("; that is written by: ")[2]
        assert bool(line) == (suffix not in {".csv", ".bmp", ".doc", ".py"})
        assert not line or run(*shlex.split(line)[1:])[0] == 0
        assert bool(line) == bool(list(tmp_path.iterdir()))


@of("suffix", [".html", ".svg", ".dot"])
def test_what_trace_writes_is_what_page_and_draw_write(suffix, run, tmp_path):
    """A page with its title and program, a drawing with its digits."""
    for subject in (("fan-out", "x=2.345678"), NEURON):
        for command in ("trace", "page" if suffix == ".html" else "draw"):
            assert run(command, *subject, "--digits", "3", "-o", f"{command}{suffix}")[0] == 0
        first, second = (path.read_bytes() for path in sorted(tmp_path.glob(f"*{suffix}")))
        assert first == second


def test_several_files_are_written_whole_or_none(run, tmp_path):
    """As of `exercise`; one that is refused leaves no other."""
    assert run("trace", "fan-out", "-o", "t.md", "-o", "t.tex") == (0, "t.md\nt.tex\n", "")
    assert run("trace", "fan-out", "-o", "u.md", "-o", "u.doc")[:2] == (2, "")
    assert run("draw", "fan-out", "-od.dot", "-o=e.dot") == (0, "d.dot\ne.dot\n", "")
    assert {path.name for path in tmp_path.iterdir()} == {"t.md", "t.tex", "d.dot", "e.dot"}


@of("word", WORDS)
@of("arguments", FORMED, ids=lambda arguments: arguments[0])
def test_a_form_is_printed_as_it_is_saved(arguments, word, run, tmp_path):
    """Under its own name or that of its suffix; a form that cannot be saved cannot be printed."""
    suffix = WORDS[word]
    saves = run(*arguments, "-o", f"net{suffix}", "--digits", "3")[0] == 0
    for spelt in (word, suffix[1:], word.upper() if word != "text" else word):
        status, out, err = run(*arguments, "--as", spelt, "--digits", "3")
        if status == 2 and spelt in {word, suffix[1:]}:
            assert f"unknown form of the output {word!r}" in err
            assert not saves
        elif status == 0 and word != "text":
            assert out.rstrip("\n") == (tmp_path / f"net{suffix}").read_text(encoding="utf-8").rstrip("\n")
    assert run(*arguments, "--as", "markdown", "-o", "net.md")[0] == 2


DOCUMENTED = re.findall(
    r"^\| `(\w+)` \| (.*?) ?\| (.*) \|$",
    (Path(__file__).parents[1] / "docs" / "terminal.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@of(("name", "words", "suffixes"), DOCUMENTED, ids=[name for name, *_ in DOCUMENTED])
def test_the_forms_in_the_documentation_are_those_of_the_command(name, words, suffixes, run):
    """Those that are printed, all of them; those that are written, as far as they are listed."""
    assert {each for each, *_ in DOCUMENTED} == READERS.keys() - {"step"}
    choices = getattr(ACTIONS[name].get("--as"), "choices", ())
    assert re.findall(r"`(\w+)`", words) == list(choices)
    arguments = next((each for each in PYTHON if each[0] == name), (name, "fan-out"))
    for suffix in re.findall(r"`(\.\w+)`", suffixes):
        if (name, suffix) != ("exercise", ".pdf"):  # which needs LaTeX
            assert run(*arguments, "-o", f"net{suffix}")[0] == 0


# ---- standard input

READERS = {
    "trace": (),
    "step": (),
    "explain": ("--of", "w"),
    "check": ("a=0.5", "d w=0.79"),
    "exercise": (),
    "draw": ("-o", "net.dot"),
    "page": ("-o", "net.html"),
}


def test_every_command_with_a_subject_is_known_here():
    """A new one is read from standard input, too."""
    names = {command.__name__.rpartition(".")[2] for command in COMMANDS}
    assert names - {"examples"} == READERS.keys()


@of("name", READERS)
def test_a_formula_is_read_from_standard_input(name, run, tmp_path):
    """As if it were the argument, its statements on lines, with comments."""
    wanted = run(name, *NEURON, *READERS[name])
    text = FORMULA.replace("; ", "  # the weighted sum\n") + "\n"
    files = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    for given in (FORMULA, f"\ufeff{FORMULA}\n", text):
        assert run(name, "-", *VALUES, *READERS[name], text=given)[0] == wanted[0] == 0
        if given == FORMULA:
            assert run(name, "-", *VALUES, *READERS[name], text=given) == wanted
            assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == files


@of("name", READERS)
def test_an_empty_standard_input_is_said(name, run):
    """With a line to copy."""
    status, out, err = run(name, "-", *VALUES, *READERS[name], text=" \n")
    assert (status, out) == (2, "")
    assert f"it is empty; such as: echo 'y = a*b' | scalargrad {name} - a=2 b=3" in err


@of("name", READERS)
def test_a_terminal_is_not_waited_for(name, monkeypatch, capsys):
    """The command says what it expects, with a line to copy."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

        def read(self, *_):
            pytest.fail("it waits")

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert main((name, "-", *VALUES, *READERS[name])) == 2
    assert "a formula on standard input, which is a terminal; such as: echo" in capsys.readouterr().err


@of("name", READERS)
def test_a_saved_trace_is_read_from_standard_input(name, run):
    """What `trace --as json` prints is taken by every other command; its numbers are kept."""
    text = run("trace", *NEURON, "--as", "json")[1]
    assert run(name, "-", *READERS[name], text=text)[0] == 0
    status, _, err = run(name, "-", *VALUES, *READERS[name], text=text)
    assert (status, "keeps its numbers" in err) == ((2, True) if name != "check" else (0, False))


def test_numbers_of_a_saved_trace_are_drawn_anew_by_a_seed(run):
    """As those of an example."""
    text = run("trace", "fan-out", "--as", "json")[1]
    given = [run("exercise", "-", "--seed", seed, text=text)[1].split("Given")[1][:10] for seed in "12"]
    assert len(set(given)) == 2


def test_what_is_no_text_on_standard_input_is_said():
    """As of a file."""
    for arguments in (("trace", "-"), ("check", "fan-out"), ("check", "fan-out", "--file", "-")):
        command = [sys.executable, "-m", "scalargrad", *arguments]
        finished = subprocess.run(command, input=b"\xff\xfe", capture_output=True, check=False)
        assert (finished.returncode, finished.stdout) == (2, b"")
        assert finished.stderr == b"scalargrad: cannot read standard input: it is not text\n"


def test_a_saved_trace_that_is_listed_is_the_trace(run):
    """Number for number."""
    assert run("trace", "-", text=run("trace", *NEURON, "--as", "json")[1]) == run("trace", *NEURON)


def test_a_file_of_a_formula_is_answered_with_the_line_that_reads_it(run, tmp_path):
    """Once it is there."""
    assert "cannot read net.txt: there is no such file" in run("trace", "net.txt", *VALUES)[2]
    for name in ("net.txt", "my net.formula"):
        (tmp_path / name).write_text(FORMULA)
        status, _, err = run("trace", name, *VALUES)
        line, _, path = err.partition("standard input: ")[2].partition(" < ")
        assert (status, shlex.split(path)) == (2, [name])
        assert run(*shlex.split(line)[1:], text=FORMULA) == run("trace", *NEURON)
    assert "is a program" in run("trace", "net.py")[2]


# ---- hand work

STEPS = {"u": "9", "v": "-3", "d x": "5.1", "y": "6"}
WRITTEN = {
    "lines": "\n".join(f"{name} = {x}" for name, x in STEPS.items()),
    "colons": "# mine\n\n" + "\n".join(f"{name}: {x}  # so" for name, x in STEPS.items()),
    "blanks": "\n".join(f"{name}   {x}" for name, x in STEPS.items()),
    "CSV": "step,number\n" + "\n".join(f"{name},{x}" for name, x in STEPS.items()),
    "CSV of semicolons": "step;number\n"
    + "\n".join(f"{name};{x.replace('.', ',')}" for name, x in STEPS.items()),
    "JSON": '{"u": 9, "v": -3, "d x": 5.1, "y": "6"}',
    "a mixture": "u = 9\nv: -3\n\nd x,5.1\ny 6\n",
}


@of("form", WRITTEN)
def test_hand_work_is_read_from_a_file_in_whatever_form(form, run, tmp_path):
    """As an argument, by --file, from standard input; the report is that on arguments."""
    wanted = run("check", "fan-out", *(f"{name}={x}" for name, x in STEPS.items()))
    assert wanted[0] == 1
    (tmp_path / "answers.txt").write_text(f"{WRITTEN[form]}\n", encoding="utf-8")
    assert run("check", "fan-out", "answers.txt") == wanted
    assert run("check", "fan-out", "--file", "answers.txt") == wanted
    for arguments in ((), ("-",), ("--file", "-")):
        assert run("check", "fan-out", *arguments, text=WRITTEN[form]) == wanted


@of(
    ("text", "said"),
    {
        "u = 9\nwhat\n": "answers.txt, line 2: expected a step and its number, such as a1 = 1.367, got 'wh",
        "u,9\n\nv,-3,4\n": "answers.txt, line 3: expected a step and its number",
        "u = 9\nv = one\n": "answers.txt, line 2: expected a number for v, got 'one'",
        "u: 9\n# no\nu: 8\n": "answers.txt, line 3: u is given twice, first in line 1",
        '{"u": 9,\n "v"}': "answers.txt, line 2: ",
        '{"u": ' + "[" * 100_000: "answers.txt: the JSON is nested too deeply",
        "": "there is nothing to check",
        "answers\nu,9": "answers.txt, line 1: expected a step and its number",
        "u = 9\nuu = 9": "answers.txt, line 2: unknown step 'uu'; did you mean",
        "= 9": "answers.txt, line 1: expected a step and its number",
    }.items(),
)
def test_what_cannot_be_read_of_hand_work_is_said_with_its_line(text, said, run, tmp_path):
    """And with what stands there; from standard input, too."""
    (tmp_path / "answers.txt").write_text(text, encoding="utf-8")
    status, out, err = run("check", "fan-out", "answers.txt")
    assert (status, out) == (2, "")
    assert said in err
    assert said.replace("answers.txt", "standard input") in run("check", "fan-out", text=text)[2]


def test_a_file_of_hand_work_that_is_not_there_is_said(run):
    """As what is no step."""
    assert "got 'answers.txt', and there is no such file" in run("check", "fan-out", "answers.txt")[2]


# ---- options

OURS = {command: set(actions) for command, actions in ACTIONS.items()}


@of(("name", "said"), ANSWERS["option"].items())
def test_an_option_of_elsewhere_is_answered_with_one_that_is_there(name, said, run):
    """Each that an answer names is one of some command, of that command where it names one; so are forms."""
    there = set().union(*OURS.values(), {"--version", "--completion"})
    assert set(re.findall(r"(?<![\w'-])--?[a-z]+(?:-[a-z]+)*", said)) <= there
    for option, command in re.findall(r"(--[a-z]+)(?: \w+)? of ([a-z]+)", said):
        assert option in OURS[command]
    for form in re.findall(r"--as (\w+)", said):
        assert form in WORDS
    if not any(option.startswith(name) for option in there):  # which an abbreviation means, too
        status, out, err = run("trace", "fan-out", name)
        assert (status, out) == (2, "")
        assert err.startswith(f"scalargrad: {name} {said}")


@of("letter", "abcdefgijklmnpqrstuvwxyz")
def test_a_dash_and_a_letter_are_an_option_unless_the_letter_has_a_number(letter, run):
    """In any place; with a number for that name it is a formula, as -3x and -x**2 always are."""
    for arguments in ((f"-{letter}", "3"), ("fan-out", f"-{letter}", "3"), ("fan-out", f"-{letter}3")):
        status, out, err = run("trace", *arguments)
        assert (status, out) == (2, "")
        assert re.match(rf"scalargrad: (unknown option '-{letter}3?'|-{letter}3? is )", err)
    for formula in ("-{}", "-{}**2", "-2*{}", "-tanh({})", "-{}²"):
        assert run("trace", formula.format(letter), f"{letter}=0.5")[0] == 0


def test_a_long_formula_is_no_name_of_a_file(run):
    """Of more characters than a name may have, with points among them."""
    formula = "0.5*x" + " + 0.5*x" * 200
    assert run("trace", formula, "x=2")[0] == 0
    assert "expected step=number" in run("check", "fan-out", formula)[2]


def test_what_a_person_tries_first_is_answered_with_what_to_write(run, tmp_path):
    """The numbers before the formula, options of other commands, numbers as options, blanks around =."""
    (tmp_path / "net.txt").write_text(FORMULA)
    run("exercise", "fan-out", "-o", "sheet.csv")
    for arguments, said in {
        ("trace", "x=3", "x**2"): "scalargrad trace 'x**2' x=3",
        ("check", "u=9", "fan-out"): "scalargrad check fan-out u=9",
        ("trace", "w=2", "x=1"): "scalargrad trace - w=2 x=1 < formula.txt",
        ("trace", "@net.txt", "w=2"): "scalargrad trace - w=2 < net.txt",
        ("trace", "./net.txt"): "scalargrad trace - < net.txt",
        ("trace",): "or - to read it from standard input",
        ("trace", "x**2", "--x", "3"): "a number is given without dashes: x=0.5",
        ("trace", "fan-out", "-x=3"): "a number is given without dashes: x=0.5",
        ("trace", "fan-out", "--of", "x"): "--of is an option of explain; see",
        ("trace", "fan-out", "-json"): "-json is --as json of trace",
        ("draw", "fan-out", "-out", "x.svg"): "-out is -o FILE here",
        ("trace", "-n", "3"): "-n is --count of exercise",
        ("trace", "-z"): "unknown option '-z'; the formula -z needs a number, z=0.5",
        ("trace", "fan-out", "-z"): "unknown option '-z'; there are: --as",
        ("draw", "fan-out", "-d", "3"): "did you mean --direction or --digits?",
        ("trace", "x", "x", "=", "2"): "no blanks stand around =",
        ("trace", "x", "x=", "2"): "right behind the sign, x=0.5",
        ("trace", "x*y", "x=2,y=3"): "blanks part the numbers: x=2 y=3",
        ("TRACE", "fan-out"): "did you mean trace?",
        ("draw", "x*y", "x=1", "y=2"): "scalargrad draw 'x*y' x=1 y=2 -o net.svg",
        ("page", "fan-out"): "scalargrad page fan-out -o net.html",
        ("check", "-", "--file", "-"): "standard input is read once",
        ("check", "fan-out", "--key", "k.json", "-o", "marks.md"): "that on sheets is printed",
        ("draw", "fan-out", "--as", "svg"): "-o writes the form of a suffix, as in -o net.svg",
        ("net.json",): "a saved trace, and a command stands before it: scalargrad trace net.json",
        ("check", "fan-out", "sheet.csv"): "to mark a sheet, give its key",
        ("trace", "fan-out", "-o", "-"): "; --as prints one",
    }.items():
        status, out, err = run(*arguments, text=FORMULA)
        assert (status, out) == (2, ""), arguments
        assert said in err, arguments
    assert run("trace", "a = 2")[0] == 0


def test_files_of_hand_work_are_added_up(run, tmp_path):
    """Whether --file stands before them or nothing."""
    (tmp_path / "one.txt").write_text("u = 9\n")
    (tmp_path / "two.txt").write_text("v = -3\n")
    wanted = run("check", "fan-out", "u=9", "v=-3")
    assert run("check", "fan-out", "one.txt", "two.txt") == wanted
    assert run("check", "fan-out", "--file", "one.txt", "--file", "two.txt") == wanted
    assert run("check", "fan-out", "one.txt", "v=-3") == wanted


def test_a_derivative_is_explained_as_it_is_written(run):
    """As `check` takes it, for a value by its own name, and refused where it is none."""
    wanted = run("explain", "sigmoid-2-2-1", "w5")
    for written in ("dy/dw5", "∂y/∂w5", "d w5", "dw5"):
        assert run("explain", "sigmoid-2-2-1", written) == run("explain", "sigmoid-2-2-1", "--of", written)
        assert run("explain", "sigmoid-2-2-1", written) == wanted
    assert "unknown name 'dy/dq'; there are" in run("explain", "fan-out", "dy/dq")[2]


def test_explain_without_a_name_lists_them_with_a_line_that_runs(run):
    """Of an example and of an expression."""
    for subject in (("fan-out", "x=2"), NEURON):
        status, out, err = run("explain", *subject)
        assert (status, out) == (2, "")
        assert f"there are: {'x, u, v' if subject[0] == 'fan-out' else 'w, x, b'}" in err
        assert run(*shlex.split(err.partition("such as: ")[2])[1:])[0] == 0


@pytest.mark.parametrize("kind", ["statements", "instructions", "neurons"])
def test_a_table_of_a_kind_is_that_of_python(kind, capsys, tmp_path):
    """Printed as text, in a form, and saved."""
    t = trace(example("sigmoid-2-2-1").output())
    for form in ("text", "markdown", "latex"):
        assert main(["trace", "sigmoid-2-2-1", "--table", kind, "--as", form]) == 0
        assert capsys.readouterr().out == f"{t.table(kind, form)}\n"
    file = tmp_path / "net.tex"
    assert main(["trace", "sigmoid-2-2-1", "--table", kind, "-o", str(file)]) == 0
    assert file.read_text(encoding="utf-8") == f"{t.to_latex(table=kind)}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["check", "sheet.key.json", "y=1"],
            "sheet.key.json is the key of a sheet, to mark it with: check --key",
        ),
        (["trace", "sheet.key.json"], "sheet.key.json is the key of a sheet"),
        (["check", "--key", "sheet.key.json", "y=1"], "a key marks files, sheets that were filled in"),
    ],
)
def test_a_key_marks_sheets_and_nothing_else(arguments, said, capsys, tmp_path, monkeypatch):
    """It is neither a formula, nor does it take numbers."""
    monkeypatch.chdir(tmp_path)
    assert main(["exercise", "fan-out", "--seed", "1", "-o", "sheet.md"]) == 0
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("more", ["b.txt", "y = 0.741"])
def test_a_number_is_given_once_in_all_files_and_arguments(more, capsys, tmp_path, monkeypatch):
    """Nothing is overwritten."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("y = 1")
    Path("b.txt").write_text("a1 = 1.367\ny = 0.741")
    assert main(["check", "sigmoid-2-2-1", "a.txt", more]) == 2
    assert "y is given twice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("formula", "texts"),
    [
        ("y = 2*x₁", ('{"x₁": 2, "y": 4}', "x₁ = 2\ny = 4")),
        ("y = sum(x)", ('{"x": [0.5, -1], "y": -0.5}', "x = [0.5, -1]\ny = -0.5")),
    ],
)
def test_an_object_of_json_is_read_as_its_lines_are(formula, texts, capsys, tmp_path):
    """Names as people write them, and lists of numbers."""
    said = []
    for i, text in enumerate(texts):
        (tmp_path / f"{i}.txt").write_text(text, encoding="utf-8")
        assert main(["check", formula, str(tmp_path / f"{i}.txt")]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


@pytest.mark.parametrize("more", [["--as", "json"], ["-o", "net.html"], ["-o", "net.svg"]])
def test_a_table_of_a_kind_is_no_page_and_no_drawing(more, capsys):
    """It is refused rather than left out."""
    assert main(["trace", "sigmoid-2-2-1", "--table", "neurons", *more]) == 2
    assert "table" in capsys.readouterr().err
