"""Every command, run as people run it: its exit status, and the line that it is there for."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scalargrad import __version__, draw, trace
from scalargrad.cli import COMMANDS, main
from scalargrad.examples import GALLERY, example

NET = "sigmoid-2-2-1"
NEURON = ("a = w*x + b; h = sigmoid(a)", "w=2", "x=1", "b=0.5")


def run(*arguments, **options):
    """Run `python -m scalargrad` in a process of its own, in which nothing is a terminal."""
    command = [sys.executable, "-m", "scalargrad", *map(str, arguments)]
    return subprocess.run(
        command,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        **options,
    )


# Of each run: the arguments, the exit status, and a line of the output, whose blanks may be more.
RUNS = [
    ((), 0, "step step through backpropagation, one step a key"),
    (("--version",), 0, f"scalargrad {__version__}"),
    (("examples",), 0, "fan-out Plus copies the gradient to u and v; x adds up what comes back"),
    (("examples", "fan-out"), 0, "(x,) = leaves(x=3.0)"),
    (("trace", "fan-out"), 0, "u = x*x 9 | dx += du*x 3 5"),
    (("trace", "fan-out", "x=2"), 0, "u = x*x 4 | dx += du*x 2 3"),
    (("trace", *NEURON), 0, "h = sigmoid(a) 0.9241 | da = dh*h*(1 - h) 0.0701 0.0701"),
    (("trace", *NEURON, "--digits", "6"), 0, "h = sigmoid(a) 0.924142 | da = dh*h*(1 - h) 0.070104 0.070104"),
    (("trace", "-x**2", "x=3"), 0, "x 3 | dy/dx -6"),
    (("trace", "-x²", "x=−0,5"), 0, "x -0.5 | dy/dx 1"),
    (("trace", "ReLU(2x₁ + 50%)", "x₁=1/4"), 0, "y = relu(v4) 1 | dv4 = dy*[v4 > 0] 1 1"),
    (("trace", "sum(W@x)", "W=[[1, 2], [3, 4]]", "x=[0.5, −1]"), 0, "x[1] -1 | dy/dx[1] 6"),
    (
        ("check", "h = W@x; sum(h)", "W=[[1,2],[3,4]]", "x=[1,1]", "h[1]=7", "d W[0][1]=1"),
        0,
        "Both numbers are right.",
    ),
    (("trace", "mazur-2-2-2"), 0, "w5 0.4 0.082167041 0.358916480"),
    (("step", "fan-out"), 0, "step 6 of 7, reverse: v hands its adjoint to x"),
    (("step", *NEURON), 0, "step 5 of 7, reverse: h hands its adjoint to a"),
    (("step", *NEURON, "--digits", "2"), 0, "h = sigmoid(a) = sigmoid(2.5) = 0.92"),
    (("exercise", "fan-out"), 0, "v = -x ____"),
    (("exercise", *NEURON[:-1], "--seed", "3", "--blanks", "reverse"), 0, "∂h/∂w ____"),
    (("exercise", "w*x", "--seed", "3", "--hints", "--digits", "2"), 0, "∂y/∂w = x ____"),
    (("explain", NET, "--of", "w5"), 0, "= (0.1916)(0.7969)"),
    (("explain", *NEURON, "--of", "w", "--digits", "6"), 0, "= 0.070104"),
    (("explain", NET, "w5"), 0, "= (0.1916)(0.7969)"),
    (("explain", "e^(2x)", "x=1", "x"), 0, "= 7.3891*2"),
    (("explain", NET, "--of", "x1", "--paths", "3"), 0, "as a sum over 2 paths:"),
    (("explain", NET, "--of", "w5", "--expand"), 0, "∂y/∂a3 = y*(1 - y)"),
    (("explain", NET, "--of", "w5", "--bar"), 0, "w\u03045 = a\u03043 · ∂a3/∂w5"),
    (("explain", NET, "--of", "w5", "--as", "markdown"), 0, r"\begin{aligned}"),
    (("explain", NET, "--of", "w5", "--as", "latex"), 0, r"\begin{align*}"),
    (("check", NET, "a1=1.367", "d w5=0.153"), 0, "Both numbers are right."),
    (("check", NET, "a1=1.367", "d w5=0.253"), 1, "1 step is wrong, the first of them d w5."),
    (("check", NET, "a1=1.367", "--digits", "3"), 0, "The number is right."),
    (("check", *NEURON, "a=2.5", "d w=0.07"), 0, "Both numbers are right."),
]
OPTIONS = {"draw": ("-o", "net.dot"), "page": ("-o", "net.html"), "explain": ("--of", "x")}  # required


def named(arguments):
    return " ".join(map(str, arguments))


@pytest.mark.parametrize(("arguments", "status", "line"), RUNS, ids=[named(each) for each, _, _ in RUNS])
def test_a_command_ends_with_its_status_and_says_what_it_is_asked(arguments, status, line):
    """From the shell to the line that answers, with nothing on standard error."""
    finished = run(*arguments)
    assert (finished.returncode, finished.stderr) == (status, "")
    assert line in [" ".join(text.split()) for text in finished.stdout.splitlines()]


def test_the_version_is_that_of_the_project():
    """As its file states it."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__


@pytest.mark.parametrize("name", ["work.json", "work.csv"])
@pytest.mark.parametrize(("right", "status"), [(True, 0), (False, 1)])
def test_check_reads_steps_from_a_file(name, right, status, tmp_path):
    """As a JSON object, or as CSV of name and number, with the rate of the update."""
    steps = {"a1": 1.367 if right else 1.4567, "d w5": 0.153}
    table = "\n".join(f"{step},{number}" for step, number in steps.items())
    (tmp_path / name).write_text(json.dumps(steps) if name.endswith("json") else f"step,number\n{table}\n")
    finished = run("check", NET, "--file", tmp_path / name, "--rate", "0.5")
    assert (finished.returncode, finished.stderr) == (status, "")
    assert finished.stdout.splitlines()[-1].startswith("Both numbers" if right else "1 step is wrong")


@pytest.mark.parametrize(
    ("options", "meaning"),
    [
        ((), {}),
        (("--view", "neurons", "--edges", "contribution"), {"view": "neurons", "edges": "contribution"}),
        (("--theme", "dark", "--direction", "down"), {"theme": "dark", "direction": "down"}),
        (("--style", "micrograd", "--no-adjoints"), {"style": "micrograd", "adjoints": False}),
        (("--digits", "2"), {"digits": 2}),
    ],
    ids=lambda options: named(options) or "as it is",
)
def test_draw_writes_the_drawing_and_prints_its_path(options, meaning, tmp_path):
    """The file holds the DOT text of draw() with the same options."""
    path = tmp_path / "net.dot"
    finished = run("draw", NET, "-o", path, *options)
    assert (finished.returncode, finished.stderr, finished.stdout) == (0, "", f"{path}\n")
    assert path.read_text(encoding="utf-8") == draw(example(NET).output(), **meaning).source


def test_page_writes_the_page_and_prints_its_path(tmp_path):
    """The file holds the page of the trace, under its title, with its digits."""
    path = tmp_path / "net.html"
    finished = run("page", NET, "w1=0", "-o", path, "--title", "My net", "--digits", "3")
    assert (finished.returncode, finished.stderr, finished.stdout) == (0, "", f"{path}\n")
    wanted = trace(example(NET).output(w1=0.0)).to_html(title="My net", digits=3, source=example(NET).code)
    assert path.read_text(encoding="utf-8") == f"{wanted}\n"


def test_an_unused_statement_is_said(tmp_path):
    """On standard error, while it stands in the trace; a check, which asks for it, has no need to say it."""
    softmax = ("e1 = exp(z1); e2 = exp(z2); Z = e1 + e2; p1 = e1/Z; p2 = e2/Z; L = -log(p1)", "z1=1", "z2=2")
    note = "scalargrad: p2 is not used by L: its derivative is 0\n"
    finished = run("trace", *softmax)
    assert (finished.returncode, finished.stderr) == (0, note)
    assert "p2 = e2/Z" in finished.stdout
    finished = run("check", *softmax, "p2=0.731", "d p2=0")
    assert (finished.returncode, finished.stderr) == (0, "")
    for command, path in (("draw", "net.dot"), ("page", "net.html")):
        finished = run(command, *softmax, "-o", tmp_path / path)
        assert (finished.returncode, finished.stderr) == (0, note)
        assert "p2" in (tmp_path / path).read_text(encoding="utf-8")


NAMES = [command.__name__.rpartition(".")[2] for command in COMMANDS]


def test_every_command_is_run_here():
    """A new command asks for a line in RUNS."""
    assert {name for arguments, _, _ in RUNS for name in arguments[:1]} | {"draw", "page"} >= set(NAMES)


# ---- slips

OF_SUBJECTS = {
    ("fan-uot",): "did you mean fan-out",
    ("foo(x)", "x=1"): "unknown function 'foo'",
    ("x*y", "x=1"): "y has no value",
    ("x*x", "x=one"): "expected a number for x, got 'one'",
    ("x*x", "x=1,234"): "write 1.234 or 1234",
    ("x@x", "x=[1 2]"): "write a comma between the elements of a list",
    ("log(x)", "x=-1"): "not defined at x = -1",
    ("exp(x)", "x=1000"): "too large for a float",
    ("fan-out", "--nonsense"): "unknown option '--nonsense'; ",
    (): "required",
}
SLIPS = {
    (name, *slip, *OPTIONS.get(name, ())): message
    for name in NAMES
    if name != "examples"
    for slip, message in OF_SUBJECTS.items()
} | {
    ("examples", "fan-uot"): "did you mean fan-out",
    ("examples", "fan-out", "residual"): "unrecognized arguments: residual",
    ("trace", "nonsense"): "unknown example",
    ("trace", "fan-out", "q=1"): "unknown input",
    ("trace", "x", "x"): "expected name=value",
    ("trace", "x", "x=1", "x=2"): "given twice",
    ("trace", "x.real", "x=1"): "attribute access",
    ("trace", ""): "is empty",
    ("trace", "fan-out", "--digits", "0"): "whole number from 1 to 17",
    ("step", "fan-out", "--digits", "many"): "whole number from 1 to 17",
    ("explain", "fan-out"): "--of",
    ("explain", "fan-out", "--of", "uu"): "did you mean u",
    ("explain", "fan-out", "--of", "u", "--paths", "few"): "expected a whole number",
    (
        "explain",
        "fan-out",
        "--of",
        "u",
        "--as",
        "word",
    ): "unknown form of the output 'word'; there are: latex, markdown, text",
    ("exercise", "fan-out", "-o", "sheet.doc"): "ending in .md, .html",
    ("exercise", "fan-out", "-o", "no/sheet.md"): "cannot write",
    ("exercise", "fan-out", "--count", "0"): "a count of at least 1, got 0",
    ("exercise", "fan-out", "--digits", "12"): "1 to 9 decimals, got 12",
    ("exercise", "x*0.0001", "--seed", "1"): "found no pleasant numbers for seed 1: y stays below 0.05",
    ("check", "--key", "no.json", "no.md"): "cannot read no.json",
    ("check", "--key", "no.json", "no.md", "--rate", "1"): "--key goes with filled sheets alone",
    ("check", "fan-out"): "there is nothing to check",
    ("check", "fan-out", "u"): "expected step=number",
    ("check", "fan-out", "uu=1"): "did you mean u",
    ("check", "fan-out", "--file", "no/such.csv"): "cannot read",
    ("draw", "fan-out"): "-o",
    ("draw", "fan-out", "-o", "net.bmp"): "a drawing is saved as .svg, .pdf, .png, .jpg",
    ("draw", "fan-out", "-o", "net"): "a drawing is saved as .svg, .pdf, .png, .jpg",
    ("draw", "fan-out", "-o", "no/net.dot"): "cannot write",
    (
        "draw",
        "fan-out",
        "-o",
        "net.dot",
        "--view",
        "pixels",
    ): "unknown view 'pixels'; there are: auto, layers, neurons, values",
    ("page", "fan-out"): "-o",
    ("page", "fan-out", "-o", "net.pdf"): "a page is saved as .html or .htm",
    ("page", "fan-out", "-o", "no/net.html"): "cannot write",
    ("trace", "fan-uot "): "did you mean fan-out? An expression needs values, name=value.",
    ("trace", "unheard-of"): "sigmoid-2-2-1. An expression needs values, name=value.",
    ("unheard-of",): "unknown command 'unheard-of'; there are: check, draw,",
    ("trcae", "fan-out"): "unknown command 'trcae'; did you mean trace",
    ("fan-out",): "fan-out is an example, and a command stands before it: scalargrad trace fan-out",
    ("w*x", "w=2"): "w*x is an expression, and a command stands before it",
    (
        "--digits",
        "3",
        "trace",
        "fan-out",
    ): "--digits stands before the command; options of a command stand after it",
    ("--completion", "dash"): "unknown shell 'dash'; did you mean bash",
    ("trace", "fan-out", "--digts", "3"): "did you mean --digits? See scalargrad trace --help",
    ("trace", "fan-out", "--color", "sometimes"): "unknown color 'sometimes'; there are: always, auto, never",
    ("draw", NET, "-o", "net.dot", "--view", "neurns"): "did you mean neurons",
    (
        "draw",
        NET,
        "-o",
        "net.dot",
        "--view",
        "neurons",
        "--edges",
        "local",
    ): "--edges local is for --view values",
    ("draw", NET, "-o", "net.dot", "--view", "layers", "--style", "micrograd"): "add --view values",
    ("draw", NET, "-o", "net.dot", "--no-adjoints", "--edges", "contribution"): "leave one of them out",
    ("page", "fan-out", "-o", "net.html", "--parameters", "q"): "unknown name 'q'; there are: u, v, x, y",
    ("step", "fan-out", "--predict"): "--predict asks in a terminal, and this is none",
}


@pytest.mark.parametrize(("arguments", "message"), SLIPS.items(), ids=map(named, SLIPS))
def test_a_slip_gets_one_line_and_status_2(arguments, message, tmp_path, monkeypatch, capsys):
    """Nothing on standard output, no file, no traceback; below the line at most a pointer to the place."""
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, list(tmp_path.iterdir())) == ("", [])
    assert err.startswith("scalargrad: ")
    assert message in err.splitlines()[0]
    assert len(err.splitlines()) in {1, 3}


@pytest.mark.parametrize("name", NAMES)
def test_a_slip_in_the_shell_shows_no_traceback(name, tmp_path):
    """So it is in a process of its own: the status is 2, and one line stands on standard error."""
    finished = run(name, "fan-uot", *OPTIONS.get(name, ()), cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.startswith("scalargrad: unknown example 'fan-uot'")
    assert finished.stderr.count("\n") == 1


def test_titles_of_examples_stand_below_one_another(monkeypatch, capsys):
    """Also where a line is not wide enough for one."""
    monkeypatch.setenv("COLUMNS", "50")
    main(["examples"])
    lines = capsys.readouterr().out.splitlines()
    column = max(map(len, GALLERY)) + 2
    assert [line[:column].strip() for line in lines if line[0] != " "] == list(GALLERY)
    folded = [line for line in lines if line[0] == " "]
    assert folded
    assert all(not line[:column].strip() and line[column] != " " for line in folded)
