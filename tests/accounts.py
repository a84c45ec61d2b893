"""Accounts: what the package has to say of small graphs, in texts that are kept and compared."""

import dataclasses
import hashlib
import itertools
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from typing import Any

from scalargrad import (
    History,
    Trace,
    Value,
    diagnose,
    dot,
    draw,
    draw_dot,
    leaves,
    logsumexp,
    mean,
    nn,
    total,
    trace,
)
from scalargrad.drawing.figure import Figure
from scalargrad.examples import example
from scalargrad.notation.languages import JavaScript
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page.evaluator import _row
from scalargrad.page.frames import _lines, _sources
from scalargrad.page.graph import layouts
from scalargrad.page.model import model
from scalargrad.page.program import program
from scalargrad.page.render import render
from scalargrad.page.shown import ShownList
from scalargrad.page.tspans import Tspans
from scalargrad.page.wording import question
from scalargrad.primitives.table import TABLE, rows
from scalargrad.wengert.causes import causes_in
from scalargrad.wengert.columns import Inks
from scalargrad.wengert.descent import updates
from scalargrad.wengert.formulas import formula
from scalargrad.wengert.listing import listing
from scalargrad.wengert.neurons import units_of
from scalargrad.wengert.progress import progress
from scalargrad.wengert.roles import parameters, roles
from scalargrad.wengert.statements import statements

Account = Callable[[], str]
TEXT = TextWriter()


# ---- graphs


def network() -> Trace:
    """Return the loss of a network whose parts are known by their paths alone."""
    model_ = nn.MLP(1, [2, 1], "tanh", seed=4)
    return trace(mean(nn.mse(model_([x]), t) for x, t in ((-1.0, 1.0), (0.25, 0.0))))


def written_out() -> Trace:
    """Return a net in + and * over time, with a penalty, in which a weight is shared and a label recurs."""
    w, u, b = leaves(w=0.5, u=-1.5, b=0.25)
    h = Value(0.0, "h0")
    for i in range(2):
        h = (w * Value(0.5 + i, f"x{i}") + u * h + b).tanh()
        h.label = "h"
    return trace(h + 0.1 * (w * w))


def many() -> Trace:
    """Return rows of lists, which are cut where they are long, and what stands for no name."""
    xs = [Value(0.25 * i - 1, f"x{i}") for i in range(5)]
    plain = dot([0.5, -1.0], xs[:2]) + dot(xs[3:], [1.0, 2.0])
    return trace(total(xs) * plain.exp() + logsumexp(xs) / (xs[0] - 3) ** 2)


def neuron() -> Trace:
    """Return a neuron and what is made of it."""
    x1, x2, w1, w2, b = leaves(x1=0.5, x2=-1.0, w1=2.0, w2=0.25, b=1.0)
    return trace((dot([w1, w2], [x1, x2]) + b).tanh() * x1)


def moving() -> Trace:
    """Return a trace with tangents."""
    x, w, b = leaves(x=2.0, w=-3.0, b=1.0)
    return trace(((x * w - b).sigmoid() - w) * x).along({"x": 1.0, "b": -0.5})


def cut() -> Trace:
    """Return a trace that is cut at a Value."""
    x, w = leaves(x=2.0, w=-0.5)
    h = (x * w).tanh()
    h.label = "h"
    return trace(h * h + w, upto=[h])


def infinite() -> Trace:
    """Return a trace whose gradient is infinite from its root on."""
    x = Value(0.0, "x")
    y = x.sqrt()
    for _ in range(3):
        y = y * 2 + x
    return trace(y)


def overflowing() -> Trace:
    """Return a trace whose value is infinite from one of its rows on."""
    x = Value(400.0, "x")
    y = nn.Neuron(1, None, seed=1)([x]) * 1e306 * x
    for _ in range(10):
        y = y - x
    return trace(y)


def long() -> Trace:
    """Return sums and products of many terms without names, which make more than one statement."""
    w, x = ([Value(0.1 * i + j, f"{'wx'[j]}{i}") for i in range(5)] for j in range(2))
    y = dot(w, x) + 2
    for _ in range(5):
        y = y.sin() - 1
    return trace((y + w[0] * x[0]) * x[0].exp())


def of(name: str) -> Callable[[], Trace]:
    """Return what traces an example."""
    return lambda: trace(example(name).output())


TRACES: dict[str, Callable[[], Trace]] = {
    **{name: of(name) for name in ("fan-out", "baydin", "residual", "sigmoid-2-2-1")},
    **{f.__name__: f for f in (network, written_out, many, neuron, moving, cut, infinite)},
}


# ---- of a trace


def records(t: Trace) -> Iterator[str]:
    """Yield what stands in its lists: instructions with their roles, steps, what is added where."""
    part = roles(t)
    yield from (f"{v!r} {v.role} {part[v]} {v.path} {'named' * v.is_named}".rstrip() for v in t)
    yield from map(repr, t.steps)
    yield from map(repr, t.contributions.values())
    yield f"moved by descent: {' '.join(v.name for v in parameters(t))}"
    yield from causes_in(t)


def stages(t: Trace) -> Iterator[str]:
    """Yield when each number is known."""
    for v, known in progress(t, TEXT).items():
        value, adjoint = (
            ", ".join(f"{text} since {since}" for since, text in each)
            for each in (known.value, known.adjoint)
        )
        yield f"{v.name} {known.forward} {known.reverse} {known.complete}: {value}; {adjoint}"


def neurons(t: Trace) -> Iterator[str]:
    """Yield the neurons, with the weight of each edge."""
    for unit in units_of(t):
        weights = ", ".join(f"{w.name} on {e.child.name}.{e.position}" for e, w in unit.weights.items())
        inside = " ".join(sorted(v.name for v in unit.members))
        bias = unit.bias.name if unit.bias else "none"
        yield f"{unit.path or '-'}: z {unit.z.name}, a {unit.a.name}, bias {bias}, {weights}; {inside}"


def formulas(t: Trace) -> Iterator[str]:
    """Yield statements as books write them, with derivatives by their operands, and formulas of drawings."""
    for v, s in statements(t).items():
        yield f"{v.name} = {s.written(TEXT)} = {s.substituted(TEXT)}"
        for x in s.operands:
            by = f"{s.derivative(x, TEXT)} = {s.substituted_derivative(x, TEXT)} = {s.partial(x):.4g}"
            yield f"    by {x.name}: {by}, with one digit {s.partial_at(x, lambda y: round(y, 1)):.4g}"
    yield from (f"{v.name}: {formula(v, TEXT)}" for v in t if v.parents)


def account_of(t: Trace) -> str:
    """Return what a trace is read as."""
    parts = [records(t), stages(t), neurons(t), formulas(t)]
    return "\n\n".join("\n".join(part) for part in parts)


def listed(t: Trace) -> str:
    """Return its listing as wide as it gets, in columns, at both ends, coloured, and a step of descent."""
    texts = [listing(t), listing(t, 2, 50), listing(t, 3, 28), listing(t, ends=3), listing(t, 1, 70, INKS)]
    names = [v.name for v in parameters(t)]
    texts += [updates(t, 0.5, names), updates(t, 0.5, names, 2, INKS, width=24)]
    return "\n\n".join(text.replace("\x1b", "^") for text in texts)


INKS = Inks("\x1b[34m", "\x1b[31m")


# ---- of a page


def page_model(t: Trace) -> str:
    """Return what stands on a page beside the figure, field by field."""
    return "\n".join(fields(model(t, 3)))


def fields(thing: object, name: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the fields of records within records, with the shortest of their tags."""
    if dataclasses.is_dataclass(thing):
        yield f"{'  ' * depth}{name or type(thing).__name__}"
        for each in dataclasses.fields(thing):
            yield from fields(getattr(thing, each.name), each.name, depth + 1)
    elif isinstance(thing, tuple):
        for i, item in enumerate(thing):
            yield from fields(item, f"{name} {i}", depth)
    else:
        text = re.sub(r"</m\w+>", ";", re.sub(r"<(m\w+)>", r"\1:", str(thing)))
        yield f"{'  ' * depth}{name}: {re.sub(';+', ';', text)}".rstrip()


def texts_of_figure(t: Trace) -> Iterator[str]:
    """Yield what is drawn on a page, without the places, which Graphviz chooses."""
    tspans = Tspans(t)
    for layout in layouts(t):
        yield layout.view
        for box in layout.boxes:
            yield f"{box.role} {box.instruction.name} {box.subject.name}"
            yield from (
                f"  {line.ink}: {''.join(tspans(*piece) for piece in line.pieces)}" for line in box.lines
            )
        for curve in layout.curves:
            ends = f"{curve.arrow.tail.instructions[-1].name} -> {curve.arrow.head.instructions[-1].name}"
            shape = re.sub(r"[-\d.,e]+", "", curve.path)
            lines = ["".join(tspans(*piece) for piece in line.pieces) for line in curve.lines]
            yield f"{ends} {'one' if curve.edge else 'many'} {shape.split()} {lines}"


def page_figure(t: Trace) -> str:
    """Return the figure of a page."""
    return "\n".join(texts_of_figure(t))


def page_html(t: Trace) -> str:
    """Return a page without its styles, scripts, places in the figure, and what stands in its template."""
    source = "u = x * x\nv = -x\ny = u + v"
    text = render(t, "A <title>", digits=3, rate=0.25, source=source, parameters=["x"])
    text = re.sub(r"(?s)<(style|script)[^>]*>.*?</\1>", r"<\1>", text)
    text = re.sub(r"(?s)<math.*?</math>", "<math>", text)  # see the model
    text = re.sub(r"sha256-[\w+/=]+", "sha256", text)
    text = re.sub(r'(\b(?:x|y|width|height|viewBox|d|transform|points|rx|ry|cx|cy|r)=")[^"]*"', r'\1"', text)
    template = files("scalargrad.page").joinpath("template.html").read_text("utf-8")
    as_it_is = {line.strip() for line in template.splitlines()}
    return "\n".join(line.strip() for line in text.splitlines() if line.strip() not in as_it_is)


def layers_of_figure(t: Trace) -> str:
    """Return the part of a page's figure in which layers are nodes, with the range of their numbers."""
    return page_figure(t).partition("\nlayers\n")[2]


def style_and_script(t: Trace) -> str:
    """Return the colours and sizes of a page, and what its script is told, without files that it holds."""
    text = render(t, "y", digits=3, rate=0.25, source="u = x * x", parameters=["x"])
    style, script = (re.search(rf"(?s)<{kind}[^>]*>(.*?)</{kind}>", text)[1] for kind in ("style", "script"))  # type: ignore[index]
    sheet = re.sub(r"\s*\n\s*", " ", files("scalargrad.page").joinpath("page.css").read_text("utf-8"))
    style = re.sub(r"base64,[\w+/=]+", "base64", style).replace(sheet, "…")
    told = script.partition("const numbers")[0].partition("const {")[0]
    return f"{style}\n{told}\n{len(script.splitlines()) > 100} {'//' in told}"


def said(t: Trace) -> str:
    """Return the steps of a trace in words, as captions have them, and what the others ask for."""
    writer = TextbookWriter()
    asked = (question(step, writer) for step in t.steps if step.phase != "reverse")
    return "\n".join([*(" ; ".join(_lines(step, writer)) for step in t.steps), *asked])


def numbers_in_brackets() -> str:
    """Return which numbers of workings need brackets, where negative ones stand and powers of ten."""
    x, y = Value(-2e-9, "x"), Value(3.25e-7, "y")
    page = model(trace((x * y - x / y) ** 2 + (x + y) * (x - y)), 3)
    shown = [line for working in page.workings for line in working.lines]
    shown += [text for working in page.workings for t in working.transfers for text in (t.numbers, t.so_far)]
    found = re.findall(
        r'<mrow data-shows="([^"]*)"(?: data-brackets="([^"]*)")?>(<mo[^>]*>[(−])?', "\n".join(shown)
    )
    return "\n".join(f"{what}: {brackets} {begin[-1:]}".rstrip() for what, brackets, begin in found)


def beside(t: Trace) -> str:
    """Return which lines of sources compute which rows."""
    written = "def broken(:\n", "h = w * x\nx0 = x1 = 3\nh = (w\n * u)\nfor y in h: b += y\n"
    found = [program(source, t) for source in written]
    return "\n".join(f"{each.lines} {dict(each.line_of)}" for each in found)


def slides(t: Trace) -> str:
    """Return the DOT texts of frames, without sizes and tables: the first, then what differs."""
    without = r'</?(?:table|tr|td)[^>]*>| (?:width|height)="?[\d.]+"?'
    texts = [re.sub(without, "", text).splitlines() for text in _sources(t, 3)]
    found = list(texts[0])
    for number, (before, now) in enumerate(itertools.pairwise(texts), 1):
        found += [f"---- frame {number}", *(line for line in now if line not in before)]
    return "\n".join(found)


def rows_as_scripts() -> str:
    """Return every row of the table as the page of a graph has it."""
    known = sorted(dict.fromkeys([*TABLE.values(), *rows()]), key=lambda row: row.symbol)
    return "\n".join(_row(JavaScript(), row, row.arity or 2 * row.lists) for row in known)


# ---- of a drawing

VIEWS_DRAWN: dict[str, dict[str, Any]] = {
    "values": {"edges": "local"},
    "neurons": {"edges": "contribution", "theme": "dark"},
    "layers": {"direction": "down"},
}


def drawn(name: str, **options: Any) -> str:
    """Return the DOT text of an example, with its title and its text."""
    figure = draw(example(name).output(), **options)
    return f"{figure.title}\n{figure.text}\n{figure.source}"


def wide_net(*widths: int) -> Value:
    """Return the output of a network whose layers are so wide."""
    output = nn.MLP(3, [*widths, 1], "tanh", seed=1)([0.5, -1.0, 0.25])
    assert isinstance(output, Value)
    return output


def branching(count: int) -> Value:
    """Return the last of so many values, each computed of two before it or with a constant."""
    made = [Value(0.5, "x"), Value(-0.25, "y")]
    for i in range(count - 2):
        made.append((made[-1] * made[i // 2]).sin() if i % 3 else made[-1] + made[i // 3] * 0.5)
    return made[-1]


LARGER: dict[str, Callable[[], Figure]] = {
    "a dense net": lambda: draw(wide_net(8, 8)),
    "a wide net": lambda: draw(wide_net(20, 3), "neurons"),
    "a wide net in layers": lambda: draw(wide_net(20, 3), "layers", theme="dark"),
    "a deep net": lambda: draw(wide_net(*[2] * 30), "layers", direction="down"),
    "a net that is too wide to be read": lambda: draw(wide_net(40, 40)),
    "around a value": lambda: draw(wide_net(2, 2), "values", around="a0[1]", hops=3, digits=2),
    "paths": lambda: draw(wide_net(2, 2), "neurons", paths=("W0[0,1]", "a1[0]"), edges="contribution"),
    "up to a value": lambda: draw(wide_net(2, 2), "values", upto="a1[0]", adjoints=False),
    "without numbers": lambda: draw(wide_net(3), values=False),
    "contributions": lambda: draw(wide_net(2), "values", edges="contribution"),
    "micrograd's, a part": lambda: draw(wide_net(2), style="micrograd", around="z0[1]", theme="dark"),
    "micrograd's, down": lambda: draw_dot(wide_net(2), rankdir="TB"),
    "micrograd's, with constants": lambda: draw(many(), style="micrograd", adjoints=False),
    "the nearest of very many": lambda: draw(branching(200)),
    "many": lambda: draw(many(), edges="local"),
    "many in layers": lambda: draw(many(), "layers"),
    "written out": lambda: draw(written_out(), "neurons"),
}


def larger() -> str:
    """Return the titles of larger drawings, with digests of their DOT and of their texts."""
    made = {name: make() for name, make in LARGER.items()}
    return "\n".join(
        f"{name}: {figure.title}; {digest(figure.source)}; {digest(figure.text)}"
        for name, figure in made.items()
    )


def digest(*texts: str) -> str:
    """Return what tells texts from all others."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:32]


# ---- of training


def diagnosed() -> str:
    """Return what is said of networks that are well, vanish, explode, die, are saturated, overflow."""
    generator = random.Random(1)
    points = [[generator.gauss(0, 1), generator.gauss(0, 1)] for _ in range(6)]
    targets = [float(x > y) for x, y in points]
    found = []
    for scale, activation in ((1, "tanh"), (1, "sigmoid"), (9, "leaky_relu"), (-3, "relu"), (30, "tanh")):
        model_ = nn.MLP(2, [3, 3, 3, 3, 1], activation, seed=2)
        for parameter in model_.parameters():
            parameter.data *= scale
        if activation == "relu":
            for neuron in model_.layers[1].neurons:
                neuron.bias.data = -50.0
        found += [diagnose(model_, points, targets)]
    found.append(
        diagnose(
            nn.Sequential(nn.Residual(nn.Layer(2, 2, seed=1)), nn.BatchNorm(2), "softmax"),
            points,
            [[y, 1 - y] for y in targets],
            loss="cross_entropy",
        )
    )
    found.append(diagnose((Value(800.0, "x") - 800).sqrt() * 2))
    return "\n\n".join(
        [*map(str, found), *(found[i]._repr_html_().partition("</style>")[2] for i in (0, -1))]
    )


LISTED = {"fan-out", "neuron", "moving", "cut"}


def plotted(ax: Any) -> Iterator[str]:
    """Yield what a plot shows."""
    from matplotlib.colors import to_hex

    yield f"{ax.get_xlabel()} ({ax.get_xscale()}), {ax.get_ylabel()} ({ax.get_yscale()})"
    for line in ax.lines:
        look = line.get_linestyle(), line.get_marker(), line.get_markevery(), to_hex(line.get_color())
        points = [f"({x}, {y:.4g})" for x, y in (line.get_xydata()[0], line.get_xydata()[-1])]
        count = len(line.get_xdata())
        yield f"{line.get_label()}: {' '.join(map(str, look))}, {count} from {' to '.join(points)}"
    if legend := ax.get_legend():
        yield f"{[x.get_text() for x in legend.get_texts()]} {legend.get_frame_on()} {legend._loc}"
    for axis in (ax.xaxis, ax.yaxis):
        kinds = axis.get_major_locator(), axis.get_major_formatter(), axis.get_minor_formatter()
        ticks = [] if type(kinds[0]).__name__ == "AutoLocator" else [f"{x:g}" for x in axis.get_ticklocs()]
        yield f"{' '.join(type(kind).__name__ for kind in kinds)} {' '.join(ticks)}".rstrip()
    yield " ".join(side for side, spine in ax.spines.items() if spine.get_visible())
    yield type(ax.get_figure().get_layout_engine()).__name__


def plots_of_training() -> str:
    """Return what plots of histories and diagnoses show."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    from scalargrad import plots

    falling = [4.0 / (i + 1) for i in range(30)]
    short = History(loss=[3.0, 2.0], validation_loss=[2.0, 2.5], gradient_norms={"a": [1.0, 0.5]})
    long = History(loss=falling, gradient_norms={"a": falling, "b": [1e4, *falling], "c": falling[3:]})
    report = diagnose(nn.MLP(2, [3, 2, 1], "tanh", seed=2), [[0.5, 1.0]], [1.0])
    made = [
        *(plots.loss_curves(each) for each in (short, long, {"one": short}, {"one": short, "two": long})),
        plots.loss_curves({str(i): long for i in range(8)}, log=True),
        plots.loss_curves(short, log=True),
        *(plots.gradient_norms(each) for each in (short, long)),
        *(plots.deltas(each) for each in (report, {"one": report, "two": report})),
    ]
    texts = ["\n".join(plotted(ax)) for ax in made]
    plt.close("all")
    return "\n\n".join(texts)


ACCOUNTS: dict[str, dict[str, Account]] = {
    "traces.txt": {name: partial(lambda make: account_of(make()), make) for name, make in TRACES.items()}
    | {
        "causes": lambda: "\n".join(causes_in(overflowing())),
        "statements": lambda: "\n".join(line[:99] for line in formulas(long())),
    },
    "listings.txt": {
        name: partial(lambda make: listed(make()), make) for name, make in TRACES.items() if name in LISTED
    },
    "pages.txt": {
        "model of fan-out": lambda: page_model(of("fan-out")()),
        "model of what is cut": lambda: page_model(cut()),
        "page of fan-out": lambda: page_html(of("fan-out")()),
        "figure of a neuron": lambda: page_figure(neuron()),
        "layers of a net": lambda: layers_of_figure(of("sigmoid-2-2-1")()),
        "style and script of fan-out": lambda: style_and_script(of("fan-out")()),
        "said of many terms": lambda: f"{said(many())}\n{said(long())[-999:]}",
        "numbers of many terms": lambda: "\n".join(
            f"{k}: {x:.4g}" for k, x in ShownList(many()).numbers.items()
        ),
        "numbers in brackets": numbers_in_brackets,
        "sources beside what is shared": lambda: beside(written_out()),
        "formulas of many terms": lambda: "\n".join(line.formula for line in model(many()).lines[-9:]),
        "frames of fan-out": lambda: slides(of("fan-out")()),
        "rows as scripts": rows_as_scripts,
    },
    "drawings.txt": {
        **{
            f"{view}": partial(drawn, "residual", view=view, **options)
            for view, options in VIEWS_DRAWN.items()
        },
        "larger ones": larger,
        "micrograd's": partial(drawn, "fan-out", style="micrograd"),
    },
    "trainings.txt": {"diagnoses": diagnosed, "plots": plots_of_training},
}
