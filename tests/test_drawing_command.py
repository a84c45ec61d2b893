"""Laws of `scalargrad draw`: a file of the kind its ending names, or one line that says what to do."""

import pytest

from scalargrad import draw
from scalargrad.cli import main
from scalargrad.drawing import VIEWS, render
from scalargrad.examples import example


def refused(capsys, *arguments):
    """Run the command, which must fail; return its one line on standard error."""
    assert main(["draw", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_dot_text_needs_no_renderer(tmp_path, monkeypatch, capsys):
    """A .dot file is the source of draw()."""
    monkeypatch.setattr(render, "_command", lambda *_: pytest.fail("something was rendered"))
    path = tmp_path / "net.dot"
    assert main(["draw", "fan-out", "-o", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == draw(example("fan-out").output()).source
    assert capsys.readouterr().out == f"{path}\n"


@pytest.mark.parametrize(("ending", "magic"), [("svg", b"<?xml"), ("PNG", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_ending_says_which_image(ending, magic, tmp_path):
    """An image is of the kind that the file's ending names, in either case."""
    if not render.shutil.which("dot") and not render.importlib.util.find_spec("pygraphviz"):
        pytest.skip("neither the dot executable nor pygraphviz is installed")
    path = tmp_path / f"net.{ending}"
    assert main(["draw", "sigmoid(w*x + b)", "w=2", "x=1", "b=0.5", "-o", str(path)]) == 0
    assert path.read_bytes().startswith(magic)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("options", "meaning"),
    [
        ([], {}),
        (["--edges", "local"], {"edges": "local"}),
        (["--theme", "dark"], {"theme": "dark"}),
        (["--style", "micrograd"], {"style": "micrograd"}),
        (["--no-adjoints"], {"adjoints": False}),
        (["--digits", "6"], {"digits": 6}),
    ],
)
def test_options_are_those_of_draw(view, options, meaning, tmp_path):
    """Every option of the command is the one of draw()."""
    path = tmp_path / "net.dot"
    assert main(["draw", "baydin", "-o", str(path), "--view", view, *options]) == 0
    assert path.read_text(encoding="utf-8") == draw(example("baydin").output(), view, **meaning).source


def test_no_renderer_gets_one_line(tmp_path, capsys, monkeypatch):
    """Without any Graphviz the line names both ways to get it, and no file is left behind."""
    monkeypatch.setattr(render.shutil, "which", lambda name: None)
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda name: None)
    message = refused(capsys, "fan-out", "-o", tmp_path / "net.png")
    assert "executable" in message
    assert "render" in message
    assert not list(tmp_path.iterdir())
