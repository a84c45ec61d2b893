"""What commands print: to a file, to few columns, in colours; and one line for each slip."""

import argparse
import io
import itertools
import os
import re
import runpy
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from unittest.mock import patch

from scalargrad.cli import main
from scalargrad.cli.completion import completions
from scalargrad.cli.plain import PLAIN_LETTERS

NEURON = '"a = w*x + b; h = tanh(a)" w=2 x=1 b=−0,5'
SHOWN = (
    "examples fan-out",
    "trace fan-out x=2 --digits 2",
    f"trace {NEURON}",
    "trace 'q = 2x; r = 3x; x*x' x=[1,2]",
    "trace 'q = 2x; r = 3q; x*x' x=2",
    "trace 'q = 2x; x' x=2",
    "explain residual --of x --paths 1 --expand",
    f"explain {NEURON} --of w --bar --digits 6",
    f"explain {NEURON} --of w --as latex",
    "check fan-out u=9 v=3 'd x=5'",
    f"check {NEURON} a=1,5 h=0.9051 'd w=0.1807' 'd a=0.18' --digits 4 --color always",
    "check mazur-2-2-2 w5=0.3589 w5+=0.3589 --rate 1/2",
    "check fan-out u=9,01 'δ_u=-1' --delta negative",
    "check fan-out --file work.json u=9 x=4",
    "check fan-out --file work.csv",
    "check fan-out work.txt v=-3",
    "trace fan-out --as markdown --digits 2",
    "trace fan-out x=2 --as json",
    "trace - a=2 b=3 < y = a*b; y + sin(a)",
    "explain - --of a a=2 b=3 < y = a*b + sin(a)",
    "check fan-out < u = 9",
    "step - a=2 --digits 2 < -a²",
    "trace fan-out -o t.md -o t.tex -o t.html",
    "step fan-out --digits 2",
    "step chain-power --color always",
    "exercise fan-out --seed 2 --hints --blanks reverse --digits 2 --title Mine",
    "exercise fan-out --count 2 --blanks forward",
    "exercise w*x+b*x w=1 --seed 4 --count 2",
    "exercise fan-out --seed 5 -o s.csv -o s.txt",
    "exercise fan-out --count 10 -o c.json",
    "draw fan-out -o net.dot",
    "page fan-out -o net.html --parameters x",
)
NARROW = (
    "",
    "examples",
    "trace chain-sine --digits 7 --color always",
    "explain sigmoid-2-2-1 --of x1 --paths 2",
    "check sigmoid-2-2-1 a1=1.759 h1=0.853 --color always",
    'trace "hidden = tanh(weight*input) ? 3" weight=1',
)
SLIPS = (
    "tarce fan-out", "fan-out", "w*x", "'w*x' w=1", "--digits 3", "--verison", "trace", "trace fan-uot",
    "trace zzz", "trace fan-out x", "trace fan-out x=", "trace fan-out x=many", "trace fan-out x=1 x=2",
    "trace fan-out =2", "trace fan-out x=[1,2]", "trace fan-out z=1", "trace w*x w=1",
    "trace 'w*x' w=1 x=2 z=3", "trace 'w* x +' w=1", "trace fan-out --digits 0",
    "trace fan-out --digits 18", "trace fan-out --digits -1", "trace fan-out --digits x",
    "trace fan-out --dgits 3", "trace fan-out --color sometimes", "trace fan-out more",
    "trace log(x) x=-1", "trace ''", "trace sheet.md", "trace missing.json", "trace work.json",
    "examples fan-uot", "examples fan-out more", "step fan-out --predict", "explain fan-out",
    "explain fan-out --of z", "explain fan-out --of x --paths -1", "explain fan-out --of x --paths two",
    "explain fan-out --of x --as html", "explain fan-out --of", "check fan-out", "check fan-out u",
    "check fan-out =3", "check fan-out u=9 u=8", "check fan-out q=9", "check fan-out u=x",
    "check fan-out u=9 --rate fast", "check fan-out u=9 --rate 0", "check fan-out u=9 --delta left",
    "check fan-out x+=2", "check fan-out u=9 --digits 99", "check fan-out --file missing.csv",
    "check fan-out --file bad.csv", "check fan-out --file twice.json", "check fan-out --file list.json",
    "check fan-out --file null.json", "check s.csv --key s.csv", "check s.csv --key missing.json",
    "check s.csv --key work.json", "check missing.csv --key key.json",
    "check s.csv --key key.json --rate 1", "check sheet.md --key key.json", "check fan-out u=9 u",
    "exercise fan-out --count 0", "exercise fan-out --count x", "exercise fan-out --seed x",
    "exercise fan-out --blanks some", "exercise fan-out --digits 12", "exercise fan-out -o s.doc",
    "exercise fan-out -o", "exercise fan-out -o x.json -o x.key.json", "exercise fan-out -o missing/s.md",
    "exercise 'x' x=1 --blanks forward", "exercise fan-uot --seed 1", "draw fan-out",
    "draw fan-out -o net.bmp", "draw fan-out -o net",
    "draw fan-out -o net.dot --no-adjoints --edges contribution", "draw fan-out -o net.dot --view neurons",
    "draw fan-out -o net.dot --theme pink", "draw fan-out -o missing/net.dot",
    "draw fan-out -o net.dot --style micrograd --view layers", "page fan-out -o net.txt",
    "page fan-out -o missing/x.html", "page fan-out -o net.html --parameters q", "--completion cmd",
    "help zzz", "trace --key", "trace work.txt x=2", "trace no.txt", "trace -", "check - u=9",
    "explain - a=2 < a*a", "check fan-out bad.txt", "check fan-out no.txt", "check fan-out < a b",
    "draw fan-out x=2 -o t.tex", "page fan-out -o t.json", "trace fan-out -o t.doc", "trace fan-out -o -",
    "trace fan-out --as markdown -o t.md", "trace fan-out --as pdf", "explain fan-out --of x --as json",
    "trace fan-out --json", "explain fan-out x --latex", "exercise fan-out -n 3", "trace -n 3",
    "draw fan-out -d 3", "step fan-out -o x.txt", "draw fan-out -Tsvg", "trace -x", "trace fan-out -z",
    "check work.csv u=9",
)  # fmt: skip
FILES = {
    "work.json": '{"v": "-3", "d x": 5}',
    "work.csv": "step;number\nu;9,0\nd x;5\n",
    "bad.csv": "u,9,10\n",
    "work.txt": "# forward\nu = 9,0\ndx: 5\n",
    "bad.txt": "u = 9\nv is -3\n",
    "twice.json": '{"u": 9, "u": 8}',
    "list.json": "[9]",
    "null.json": '{"u": null}',
    "sheet.md": "Exercise `x`\n\n| u | | 9 |\n",
}
A_TEXT = 12  # slips, of how many there is one kept text


def printed(line: str, columns: str = "") -> str:
    """Return what a command prints, then its slip, its status where that is not 0, the files it wrote.

    What stands behind < is the text of standard input.
    """
    line, _, text = line.partition(" < ")
    out, err, status = io.StringIO(), io.StringIO(), 0
    environment = {"COLUMNS": columns, "TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": ""}
    with tempfile.TemporaryDirectory() as directory, chdir(directory), patch.dict(os.environ, environment):
        for name, content in FILES.items():
            Path(name).write_text(content, encoding="utf-8")
        if "key.json" in line:
            with redirect_stdout(io.StringIO()):
                main(["exercise", "fan-out", "-o", "s.csv"])
            Path("s.key.json").rename("key.json")
        before = set(Path().iterdir())
        with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", io.StringIO(text)):
            status = main(shlex.split(line))
        written = " ".join(sorted(path.name for path in set(Path().iterdir()) - before))
    text = out.getvalue().replace("\x1b", "␛")
    parts = (
        text.rstrip("\n"),
        err.getvalue().rstrip("\n"),
        f"({status})" * (status != 2) * bool(status),
        written,
    )
    return "\n".join(filter(None, parts))


def on_page(line: str) -> str:
    """Return the title, the rate and the program of the page that a command writes."""
    with tempfile.TemporaryDirectory() as directory, chdir(directory), redirect_stdout(io.StringIO()):
        main([*shlex.split(line), "-o", "x.html"])
        text = Path("x.html").read_text(encoding="utf-8")
    found = [re.search(pattern, text) for pattern in (r"<title>.*?</title>", r'class="rate".*?value="(.*?)"')]
    return "\n".join(each[0] for each in found if each)


def slips(lines: tuple[str, ...]) -> str:
    """Return what is said of slips, below each; their status is 2."""
    return "\n".join(f"$ {line}\n{printed(line)}" for line in lines)


def plain() -> str:
    """Return what a terminal writes that has no signs but ASCII."""
    texts = ("∂y/∂x = ½·α − β² × ŷ → “…” – ȳ", "x³ √2 ¾ δ Σ ∑ é ﬁ 中", "σ(φ) ᵀ ₁ ⁺")
    return "\n".join(text.encode("ascii", PLAIN_LETTERS).decode() for text in texts)


def completed() -> str:
    """Return what the shell is answered for each argument, of an example and of what is none."""
    with tempfile.TemporaryDirectory() as directory, chdir(directory):
        Path("sheet.md").touch()
        return "\n".join(_completed())


def _completed() -> Iterator[str]:
    dests = ("subject", "values", "of", "claims", "file", "digits")
    for dest, subject in itertools.product(dests, ("fan-out", "w*x")):
        for key in (None, "x.key.json"):
            asked = argparse.Namespace(subject=subject, key=key)
            found = completions("s", argparse.Action([], dest), asked)
            yield f"{dest} of {subject}, {key}: {', '.join(found)}"


def as_a_module() -> str:
    """Return what `python -m scalargrad` prints, and its status."""
    out = io.StringIO()
    line = ["scalargrad", "check", "fan-out", "u=8"]
    with redirect_stdout(out), patch.object(sys, "argv", line), patch.dict(os.environ, COLUMNS="80"):
        try:
            runpy.run_module("scalargrad", run_name="__main__")
        except SystemExit as ended:
            return f"{out.getvalue()}({ended.code})"
    return "it did not end"


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for line in SHOWN:
        yield f"$ {line}", partial(printed, line)
    for line in NARROW:
        yield f"in 50 columns $ {line}", partial(printed, line, "50")
    yield "in few columns $ examples", partial(printed, "examples", "3")
    for i in range(0, len(SLIPS), A_TEXT):
        yield f"slips, from {i}", partial(slips, SLIPS[i : i + A_TEXT])
    yield "the end of $ trace mazur-2-2-2", lambda: printed("trace mazur-2-2-2")[-520:]
    for line in ("page mazur-2-2-2", "page fan-out --title Mine", "page w*x w=1 x=2"):
        yield f"the page of $ {line}", partial(on_page, line)
    yield "in ASCII", plain
    yield "completed", completed
    yield "as a module", as_a_module


TEXTS = dict(_texts())
