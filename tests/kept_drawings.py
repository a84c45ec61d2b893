"""What stands in drawings: nodes and arrows with what is written on them, where long ones turn."""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import graphviz

from scalargrad import Value, draw, nn, total, trace
from scalargrad.drawing import figure
from scalargrad.drawing.choice import choose
from scalargrad.drawing.figure import Figure
from scalargrad.drawing.wrapping import wrapped
from scalargrad.errors import RendererError, ScalargradError
from scalargrad.examples import example
from scalargrad.expressions import evaluate
from scalargrad.wengert.list import WengertList

TABLE = re.compile(r"<<table.*?><tr><td>(.*)</td></tr></table>>")
ROW, SUB = (
    re.compile(r"</td></tr><tr><td>"),
    re.compile(r'<font point-size="\d+"><su([bp])>(.*?)</su.></font>'),
)
MARKUP = re.compile(r"<[^>]*>")
LOOKS = "color|fillcolor|margin|penwidth|shape|fontsize|arrowsize|peripheries"
LEFT_OUT = re.compile(rf'\b(?:{LOOKS})="?[^" \]]*"? ?')
TIP = re.compile(r' tooltip=(?:"(?:[^"\\]|\\.)*"|\S+?(?=\]))')


def plain(source: str, *, tips: bool) -> str:
    """Return DOT text without how it looks: what is written, of which class, what leads where."""
    lines: list[str] = []
    for line in source.splitlines()[4:-1]:
        label = TABLE.search(line)
        written = MARKUP.sub("", SUB.sub(r"_\2", ROW.sub(" ¦ ", label[1]))) if label else ""
        bare = line.replace(f"label={label[0]} ", "") if label else line
        bare = LEFT_OUT.sub("", bare if tips else TIP.sub("", bare)).strip().replace("[ class=", "[")
        lines.append(f"{bare} {written}".rstrip())
    return "\n".join(_in_one(lines))


def _in_one(lines: Sequence[str]) -> Iterator[str]:
    """Yield an arrow that is parted by its label as one line."""
    rest = iter(lines)
    for line in rest:
        if line.startswith("e"):
            tail, head = (
                next(rest).replace("arrowhead=none", "").replace("arrowtail=none", "") for _ in "12"
            )
            arrow = f"{tail.partition(' -> ')[0]} -> {head.partition(' -> ')[2]}".replace(" []", "")
            yield f"{arrow}: {line.partition('] ')[2]}"
        else:
            yield line


def subject(name: str) -> Value:
    """Return the output that is drawn."""
    if name == "a wide net":
        net: Value = nn.MLP(1, [14, 1], seed=1)([2.0])
        return net
    if name == "a shared neuron":
        neuron = nn.Neuron(2, "tanh", seed=1)
        return neuron([neuron([1.0, 2.0]), 3.0]) * Value(2.0, label="u")
    if name == "neurons of several kinds":
        numbers = {name: 0.5 + i / 8 for i, name in enumerate(("w1", "w2", "x1", "x2", "b", "v", "k"))}
        return evaluate(
            "h = silu(dot([w1, w2], [x1, x2]) + b)**2; z = dot([v, k], [h, x1]); y = z*2 - x2", numbers
        )
    return example(name).output()


def drawn(name: str, view: Any, **options: Any) -> str:
    """Return the title of a drawing with what stands in it."""
    found = draw(subject(name), view, **options)
    return f"{found!r} {found.graph_attr.get('rankdir')}\n{plain(found.source, tips=False)}"


def turns() -> str:
    """Return where chains of growing length turn, and how fans of growing width are spread."""
    lines = []
    for length in (13, 14, 16, 24):
        y = x = Value(0.5, label="x")
        for _ in range(length):
            y = y.tanh()
        lines.append(f"a chain of {length}: {_turned(trace(y))}")
        for _ in range(3):
            y = y + x
        lines.append(f"read again at its end: {_turned(trace(y))}")
    y = Value(0.5, label="x")
    for i in range(9):
        y = (y * Value(2.0, label=f"w{i}")).tanh()
    lines.append(f"a leaf at each second link: {_turned(trace(y))}")
    for width in (16, 17, 18):
        x = Value(0.5, label="x")
        apart = [x * float(i + 2) for i in range(width)]
        lines.append(f"a fan of {width}: {_turned(trace(sum(apart[1:], start=apart[0])))}")
        leaves = [Value(float(i), label=f"x{i}") for i in range(width)]
        lines.append(f"into one, of {width}: {_turned(trace(total(leaves)))}")
    return "\n".join(lines)


def _turned(t: WengertList) -> str:
    arrows, firsts = wrapped(choose(t, set(t), "values"))
    told = []
    for arrow, how in arrows.items():
        tail, head = (end.instructions[0].name for end in (arrow.tail, arrow.head))
        told.append(f"{tail}->{head} {'/'.join(how.values())}")
    names = " ".join(group.instructions[0].name for group in firsts)
    return f"{len(told)} arrows, {names} first: {', '.join(told[:3] + told[-2:])}"


def files() -> str:
    """Return which files are written, with what is drawn into each, and what is returned."""
    asked: Sequence[Callable[[Figure], Any]] = (
        lambda f: f.save("a.svg"),
        lambda f: f.save("b"),
        lambda f: f.save("sub/c.PNG"),
        lambda f: f.save("d.gv", "sub"),
        lambda f: f.save(directory="e"),
        lambda f: (f.save("a.svg"), f.save("a.svg", skip_existing=True)),
        lambda f: f.render("f"),
        lambda f: f.render("g.png", "sub"),
        lambda f: f.render("h", format="png", renderer="cairo", formatter="gd", cleanup=True),
        lambda f: f.render(outfile="i.svg"),
        lambda f: (f.render("j.svg"), f.render("j.svg", raise_if_result_exists=True)),
    )
    return "\n".join(map(_written, asked))


def _written(ask: Callable[[Figure], Any]) -> str:
    drawn = list[str]()

    def image(_: str, kind: str, engine: str, seconds: float) -> bytes:
        drawn.append(f"{kind} by {engine} in {seconds:g} s")
        return kind.encode()

    with tempfile.TemporaryDirectory() as directory, chdir(directory), patch.object(figure, "image", image):
        try:
            found = ask(draw(subject("fan-out"), time_limit=3))
        except graphviz.FileExistsError as error:
            found = error
        paths = sorted(path for path in Path().rglob("*") if path.is_file())
        held = (f"{path.as_posix()} {path.read_text(encoding='utf-8')[:7]!r}" for path in paths)
        return f"{found}: {', '.join(held)}; {', '.join(drawn)}"


def shown() -> str:
    """Return what a notebook is given of a narrow and a wide drawing, of some kinds, where none is drawn."""
    lines = []
    for width, options in (
        (480, {}),
        (481, {}),
        (90, {"include": ["image/png"]}),
        (90, {"exclude": ["image/png"]}),
    ):
        svg = f'<svg width="{width}pt" height="1pt"><svg '.encode()
        with patch.object(figure, "image", lambda _, kind, *__: svg if kind == "svg" else b"PNG"):  # noqa: B023
            lines.append(str(draw(subject("fan-out"))._repr_mimebundle_(**options)))
    with patch.object(figure, "image", side_effect=RendererError("nothing draws")):
        lines.append(str(draw(subject("chain-power"))._repr_mimebundle_()))
    return "\n".join(lines)


def refused() -> str:
    """Return what is said of options that do not go together, and of what cannot be drawn."""
    y = example("sigmoid-2-2-1").output()
    asked: list[dict[str, Any]] = [
        {"view": "tree"}, {"edges": "all"}, {"style": "oil"}, {"theme": "red"}, {"direction": "up"},
        {"view": "neurons", "style": "micrograd"}, {"view": "neurons", "edges": "local"},
        {"view": "layers", "edges": "contribution"}, {"edges": "contribution", "values": False},
        {"style": "micrograd", "values": False}, {"around": "x9"}, {"around": "x1", "hops": -1},
        {"paths": ("y", "x1")},
    ]  # fmt: skip
    lines = []
    for options in asked:
        try:
            draw(y, **options)
            lines.append("nothing")
        except ScalargradError as error:
            lines.append(f"{type(error).__name__}: {error}")
    return "\n".join(lines)


NET = "sigmoid-2-2-1"
DRAWN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (NET, "neurons", {}),
    (NET, "neurons", {"adjoints": False, "edges": "contribution", "digits": 2}),
    (NET, "layers", {"direction": "down"}),
    (NET, "values", {"around": "a1", "hops": 1, "edges": "local", "theme": "dark"}),
    (NET, "values", {"upto": "h1", "values": False, "edges": "local"}),
    (NET, "values", {"paths": ("x1", "a2"), "edges": "contribution"}),
    ("a wide net", "layers", {}),
    ("a shared neuron", "neurons", {}),
    ("neurons of several kinds", "neurons", {}),
    ("relu-softmax", "auto", {"adjoints": False, "around": "L", "hops": 2}),
    ("relu-softmax", "layers", {"values": False}),
    ("chain-power", "neurons", {}),
    ("residual", "values", {"style": "micrograd"}),
)


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "DOT, light", lambda: draw(subject("fan-out"), edges="local").source
    yield (
        "DOT of micrograd, down",
        lambda: draw(subject("fan-out"), style="micrograd", theme="dark", direction="down").source,
    )
    for name, view, options in DRAWN:
        yield f"{name}, {view}, {options}", partial(drawn, name, view, **options)
    yield "as text", lambda: draw(subject(NET), "neurons").text
    yield "tips", lambda: plain(draw(subject("residual")).source, tips=True)
    yield "turns", turns
    yield "files", files
    yield "in a notebook", shown
    yield "refused", refused


TEXTS = dict(_texts())
