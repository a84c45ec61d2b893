"""Laws of the command line: it prints what the library computes, in any terminal."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile

import pytest
from pseudoterminal import written

from scalargrad import trace
from scalargrad.cli import COMMANDS, main, terminal
from scalargrad.cli.parser import SHELLS, START
from scalargrad.drawing import render
from scalargrad.examples import GALLERY, example
from scalargrad.wengert.columns import Inks
from scalargrad.wengert.listing import listing


def run(capsys, *arguments):
    """Return exit status, output and errors of a command."""
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_2_2_1_net_is_traced_with_the_numbers_of_its_source(capsys):
    """The main job prints title, source and both traces."""
    status, out, err = run(capsys, "trace", "sigmoid-2-2-1")
    assert (status, err) == (0, "")
    assert str(trace(example("sigmoid-2-2-1").output())) in out
    for text in ("1.3669", "0.7969", "-0.2362", "0.4412", "1.0542", "0.7416", "0.0512", "-0.0407", "0.1916"):
        assert text in out


def test_mazurs_numbers_are_printed_with_one_step_of_descent(capsys):
    """Error, ∂E/∂w5 and the updated weights, at the digits of the source."""
    _, out, _ = run(capsys, "trace", "mazur-2-2-2")
    for text in ("0.298371109", "0.082167041", "0.358916480", "0.149780716"):
        assert text in out


def test_an_expression_is_traced_with_its_values(capsys):
    """Names come from the arguments, labels from assignments, and the output is y."""
    status, out, _ = run(capsys, "trace", "a = w*x + b; sigmoid(a)", "w=2", "x=1", "b=0.5")
    assert status == 0
    assert "y = sigmoid(a)" in out
    assert "0.0701" in out


def test_an_expression_may_begin_with_a_minus_sign(capsys):
    """-x**2 is an expression, not an option."""
    status, out, _ = run(capsys, "trace", "-x**2", "x=3")
    assert status == 0
    assert "-9" in out


def test_digits_are_the_decimals_shown(capsys):
    """--digits 10 shows ten."""
    assert "0.7415828724" in run(capsys, "trace", "sigmoid-2-2-1", "--digits", "10")[1]


def test_numbers_of_an_example_can_be_changed(capsys):
    """w1=0 replaces the weight."""
    assert run(capsys, "trace", "sigmoid-2-2-1", "w1=0")[1] != run(capsys, "trace", "sigmoid-2-2-1")[1]


def test_the_gallery_is_listed_and_its_code_is_shown(capsys):
    """One line for each example, within 90 columns; with a name, a program."""
    _, out, _ = run(capsys, "examples")
    assert [line.split()[0] for line in out.splitlines()] == list(GALLERY)
    assert max(map(len, out.splitlines())) <= 90
    assert example("baydin").code in run(capsys, "examples", "baydin")[1]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_help_shows_an_example_of_each_command_within_80_columns(capsys, command, monkeypatch):
    """--help ends with lines that can be pasted."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match="0"):
        main([command.__name__.rpartition(".")[2], "--help"])
    out = capsys.readouterr().out
    assert all(line in out for line in command.EXAMPLES)
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_it_runs_as_a_module_in_any_encoding(encoding):
    """`python -m scalargrad` works, also where the terminal has no Greek."""
    command = [sys.executable, "-m", "scalargrad", "examples"]
    finished = subprocess.run(
        command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}, check=True
    )
    assert b"sigmoid-2-2-1" in finished.stdout


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_closed_pipe_ends_it_quietly(form):
    """`scalargrad trace … | head -1` leaves no traceback, also of more than a pipe holds."""
    script = f"{sys.executable} -m scalargrad trace mazur-2-2-2 --as {form} | head -1"
    finished = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert finished.stderr == b""


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize(("columns", "environment"), [(80, {}), (120, {"COLUMNS": "80"})])
def test_a_trace_fits_its_terminal_and_is_whole_in_a_pipe(columns, environment, monkeypatch, capsys):
    """As wide as the terminal is, or as COLUMNS says, also to a pipe; without it a pipe gets the whole."""
    recorded = trace(example("mazur-2-2-2").output())
    shown = written("trace", "mazur-2-2-2", columns=columns, NO_COLOR="1", **environment)
    assert max(map(len, shown.splitlines())) <= 80
    assert listing(recorded, 9, 80) in shown
    assert listing(recorded, 9) in run(capsys, "trace", "mazur-2-2-2")[1]
    monkeypatch.setenv("COLUMNS", "80")
    assert listing(recorded, 9, 80) in run(capsys, "trace", "mazur-2-2-2")[1]


LONG_NAMES = (
    "hidden_activation = tanh(weight_of_input*first_input + bias)",
    *("weight_of_input=0.123456", "first_input=1000000", "bias=-1e-7"),
)
FITTED = [
    *(("trace", name) for name in GALLERY),
    *(("exercise", name, "--seed", "1") for name in GALLERY),
    *(("explain", name, "--of", next(iter(each.data)), "--expand") for name, each in GALLERY.items()),
    ("examples",),
    ("trace", *LONG_NAMES),
    ("explain", *LONG_NAMES, "--of", "first_input", "--paths", "2"),
    ("explain", "mazur-2-2-2", "--of", "w1", "--paths", "9"),
    ("check", "sigmoid-2-2-1", "a1=1.759", "h1=0.853", "d w5=0.797", "d x1 via a2=0.7", "y=0.2"),
    ("check", *LONG_NAMES, "hidden_activation=3", "d weight_of_input=-7"),
    ("--help",),
    *((command.__name__.rpartition(".")[2], "--help") for command in COMMANDS),
]


@pytest.mark.parametrize("columns", [80, 60])
@pytest.mark.parametrize("arguments", FITTED, ids=" ".join)
def test_whatever_a_command_prints_fits_the_columns(arguments, columns, monkeypatch, capsys):
    """At 80 and at 60, all but lines that are to be copied as they are."""
    monkeypatch.setenv("COLUMNS", str(columns))
    with contextlib.suppress(SystemExit):  # after a help
        main(arguments)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [line for line in lines if len(line) > columns and " scalargrad " not in line] == []


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
def test_numbers_have_colours_in_a_terminal_that_has_them(capsys):
    """All of them where it says so, else the nearest of 256; none in a dumb one or under NO_COLOR."""
    plain = run(capsys, "trace", "mazur-2-2-2")[1]
    all_colours = written("trace", "mazur-2-2-2", columns=120, COLORTERM="truecolor")
    assert len(set(re.findall(r"38;2;\d+;\d+;\d+", all_colours))) == 2
    some = written("trace", "mazur-2-2-2", columns=120)
    assert len(set(re.findall(r"38;5;\d+", some))) == 2
    assert re.sub(r"\x1b\[[\d;?]*[a-z]", "", all_colours) == re.sub(r"\x1b\[[\d;?]*[a-z]", "", some) == plain
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "COLORTERM": "truecolor"}):
        assert written("trace", "mazur-2-2-2", columns=120, **environment) == plain


SHOWING_NUMBERS = [
    ("trace", "mazur-2-2-2"),
    ("step", "sigmoid-2-2-1"),
    ("explain", "sigmoid-2-2-1", "--of", "x1", "--paths", "2", "--expand"),
    ("check", "sigmoid-2-2-1", "a1=1.367", "d w5=0.3", "w1+=1.75", "--rate", "0.5", "dh1/da1=0.162"),
]
CODES = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("arguments", SHOWING_NUMBERS, ids=" ".join)
def test_colours_are_what_is_asked_for_and_change_no_letter(arguments, monkeypatch, capsys):
    """--color goes before NO_COLOR, that before FORCE_COLOR; a pipe has none unless it is asked for."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    plain = run(capsys, *arguments)[1]
    assert "\x1b" not in plain
    for options, environment, coloured in [
        (("--color", "always"), {}, True),
        (("--colour=always",), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ]:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            out = run(capsys, *arguments, *options)[1]
        assert CODES.sub("", out) == plain
        assert (out != plain) == coloured
        if coloured:
            assert len(set(re.findall(r"38;2;\d+;\d+;\d+", out))) == (1 if arguments[0] == "explain" else 2)


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
def test_steps_of_a_formula_from_a_pipe_are_printed_with_the_reason(capsys):
    """For keys come from a terminal; without one on either side nobody expects to step."""
    import pexpect

    script = f"echo 'a*b' | {sys.executable} -m scalargrad step - a=2 b=3 --color never"
    shown, status = pexpect.run(f'bash -c "{script}"', withexitstatus=True, encoding="utf-8")
    steps = run(capsys, "step", "a*b", "a=2", "b=3")[1]
    said = "scalargrad: keys come from a terminal, which standard input is not: here are all steps\n"
    assert (shown.replace("\r", ""), status) == (said + steps, 0)


@pytest.mark.skipif(os.name != "posix", reason="a pseudo-terminal is needed")
def test_a_terminal_can_be_told_to_show_no_colours():
    """And one that is dumb to show them all the same."""
    plain = written("check", "fan-out", "x=3", "d x=5", "--color", "never")
    assert "\x1b" not in plain
    assert "\x1b[" in written("check", "fan-out", "x=3", "d x=5", "--color", "always", TERM="dumb")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_colours_do_not_spoil_plain_letters(encoding):
    """Where a terminal has no ∂ it reads d, in colour too."""
    command = [sys.executable, "-m", "scalargrad", "explain", "fan-out", "--of", "x", "--color", "always"]
    finished = subprocess.run(
        command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}, check=True
    )
    assert b"dy/dx = dy/du" in finished.stdout


def luminance(channels):
    """Return the relative luminance of WCAG 2 of a colour of three channels up to 255."""
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("kind", Inks._fields)
def test_an_ink_stands_out_from_black_and_from_white(kind, monkeypatch):
    """Nobody knows the paper of a terminal: the contrast is at least 4.5 with both."""
    monkeypatch.setattr(terminal.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    *_, red, green, blue = map(int, re.findall(r"\d+", getattr(terminal.inks(), kind)))
    light = luminance((red, green, blue)) + 0.05
    assert min(1.05 / light, light / 0.05) >= 4.5
    assert (kind == "value") == (blue > red)


def test_the_help_is_one_screen_whose_lines_can_be_copied(tmp_path, monkeypatch, capsys):
    """Of 80 by 24, with a line for the prompt; the five things that people come for are run from it."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = run(capsys)[1].splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    monkeypatch.chdir(tmp_path)
    assert len(START) == 5
    for command in START.values():
        assert any(line.endswith(command) for line in lines)
        assert run(capsys, *shlex.split(command)[1:])[0] == 0
    assert (tmp_path / "net.html").exists()


def completed(line):
    """Return what a shell is answered on Tab at the end of a line."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as answer:
        environment = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_STDOUT_FILENAME": answer.name}
        environment |= {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
        subprocess.run([sys.executable, "-m", "scalargrad"], env=os.environ | environment, check=True)
        return {word.strip() for word in answer.read().split("\n")} - {""}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("scalargrad ", {command.__name__.rpartition(".")[2] for command in COMMANDS}),
        ("scalargrad --c", {"--completion"}),
        ("scalargrad trace ", set(GALLERY)),
        (
            "scalargrad trace fan-out --",
            {"--as", "--color", "--colour", "--digits", "--help", "--output", "--table"},
        ),
        ("scalargrad trace mazur-2-2-2 i", {"i1=", "i2="}),
        ("scalargrad explain fan-out --of ", {"u", "v", "x", "y"}),
        ("scalargrad check fan-out ", {"u=", "v=", "y=", *(rf"d\ {name}=" for name in "uvxy")}),
        ("scalargrad draw fan-out --view ", {"auto", "values", "neurons", "layers"}),
        ("scalargrad examples res", {"residual"}),
        ("scalargrad trace fan-out --as ", {"text", "markdown", "latex", "json", "html"}),
        ("scalargrad check fan-out pyproject.t", {"pyproject.toml"}),
    ],
)
def test_a_shell_completes_commands_options_examples_and_their_names(line, words):
    """It is answered by the command itself."""
    assert completed(line) == words


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_is_given_a_script_that_names_the_command(shell, capsys):
    """To be evaluated by it, once or from its start-up file."""
    with pytest.raises(SystemExit, match="0"):
        main(["--completion", shell])
    assert "scalargrad" in capsys.readouterr().out


def test_what_only_a_shell_or_a_terminal_needs_is_loaded_for_neither_command():
    """Argcomplete on Tab, prompt_toolkit where there are colours or steps."""
    program = "import sys, scalargrad.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"argcomplete", "prompt_toolkit", "tabulate", "numpy"} & set(loaded.stdout.split())


@pytest.mark.skipif(os.name != "posix", reason="a shell closes the streams")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_a_shell_has_closed_leave_no_traceback(closed):
    """The command does what it can."""
    script = f"{sys.executable} -m scalargrad step fan-out {closed}"
    finished = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, b"")


@pytest.mark.parametrize("columns", ["0", "-5", "many", "1", "9", "100000"])
def test_columns_that_no_terminal_has_break_nothing(columns, monkeypatch, capsys):
    """What is no width is none; a width of few columns is widened."""
    monkeypatch.setenv("COLUMNS", columns)
    for arguments in ((), ("examples",), *SHOWING_NUMBERS[:3], ("exercise", "fan-out")):
        status, out, err = run(capsys, *arguments)
        assert (status, err) == (0, "")
        assert out


def test_where_nothing_draws_the_maker_of_a_page_is_told_on_standard_error(tmp_path, monkeypatch, capsys):
    """The page is written; an image is refused, with the form that can be written."""
    monkeypatch.setattr(render.shutil, "which", lambda _: None)
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda _: None)
    monkeypatch.chdir(tmp_path)
    for arguments, page in ((("page", "fan-out"), "net.html"), (("exercise", "fan-out"), "sheet.html")):
        status, out, err = run(capsys, *arguments, "-o", page)
        assert (status, out.split()[0]) == (0, page)
        assert err.startswith("scalargrad: the page has no graph: no Graphviz to draw with: install")
        assert err.count("\n") == 1
        assert "install" not in (tmp_path / page).read_text(encoding="utf-8")
    status, out, err = run(capsys, "draw", "fan-out", "-o", "net.svg")
    assert (status, out) == (2, "")
    assert err.endswith("; -o net.dot writes it as DOT text\n")


def test_an_interruption_is_one_line_and_130(monkeypatch, capsys):
    """As shells have it."""

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("scalargrad.cli.trace.run", interrupted)
    assert run(capsys, "trace", "fan-out") == (130, "", "scalargrad: interrupted\n")


def test_of_a_long_expression_the_place_of_an_error_is_shown(monkeypatch, capsys):
    """With what is around it, in one line of the terminal, the caret below it."""
    monkeypatch.setenv("COLUMNS", "60")
    for length in (3, 100, 1000):
        text = "x + " * length + "* y" + " + x" * length
        status, _, err = run(capsys, "trace", text, "x=1")
        _, line, pointer = err.splitlines()
        assert status == 2
        assert len(line) <= 60
        assert line[pointer.index("^")] == "*"


def test_without_a_command_the_help_is_printed(capsys):
    """Every command is in it with what it is for, and the status is 0."""
    status, out, err = run(capsys)
    assert (status, err) == (0, "")
    assert all(f" {command.__name__.rpartition('.')[2]} " in out for command in COMMANDS)
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert capsys.readouterr().out == out
