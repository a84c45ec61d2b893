"""Every form in which the package gives something out, made of one small program; run, it prints digests."""

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable

import scalargrad
from scalargrad import Value, diagnose, draw, exercise, nn, optim, trace
from scalargrad.drawing.figure import Figure
from scalargrad.engine import stubs
from scalargrad.engine.methods import Methods
from scalargrad.errors import ScalargradError
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate, free_names
from scalargrad.nn.activations import activation_function
from scalargrad.primitives.table import names
from scalargrad.study.stepping import Stepper, transcript

TRACES = [trace(example(name).output()) for name in ("fan-out", "sigmoid-2-2-1", "relu-softmax")]
NET = TRACES[1]
MODEL = nn.MLP(3, [4, 2], seed=1)
OUTPUTS = [example(name).output() for name in GALLERY] + [nn.MLP(3, [20, 2, 1], seed=1)([1.0, 2.0, 3.0])]
X, Y = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]], [[0.0, 1.0], [1.0, 0.0]]


def each(read: Callable[[scalargrad.Trace], str]) -> Callable[[], str]:
    """Return what makes one text of a reading of all the traces."""
    return lambda: "\n".join(map(read, TRACES))


def figures() -> list[Figure]:
    """Draw every output in the main views, and each value by itself with local derivatives."""
    views = [draw(y, view) for y in OUTPUTS for view in ("auto", "neurons", "layers")]
    return [*views, *(draw(y, "values", edges="local") for y in OUTPUTS)]


def frames() -> str:
    """Return the frames of a small trace, which need a renderer."""
    with tempfile.TemporaryDirectory() as directory:
        return "".join(path.read_text() for path in TRACES[0].frames(directory, formats=("svg",)))


def history() -> str:
    """Train a little and return what was recorded."""
    model = nn.MLP(3, [4, 2], seed=1)
    done = scalargrad.fit(model, X, Y, optimizer=optim.Adam, epochs=3, batch_size=1, seed=0, progress=False)
    return repr((done.loss, {path: p.data for path, p in model.named_parameters()}))


def messages() -> str:
    """Return the errors that list or suggest names."""
    asked = (
        lambda: evaluate("sigmiod(x)", {"x": 1.0}),
        lambda: evaluate("x", {"x": 1.0, "z": 1.0, "u": 2.0}),
        lambda: activation_function("zzzzz"),
        lambda: draw(Value(1.0), "zzzzz"),  # type: ignore[arg-type]
        lambda: example("zzzzz"),
        lambda: NET["zzzzz"],
        lambda: nn.MLP(1, [1], init="zzzzz"),  # type: ignore[arg-type]
    )
    found = []
    for ask in asked:
        try:
            ask()
        except ScalargradError as error:
            found.append(str(error))
    assert len(found) == len(asked)
    return "\n".join(found)


FORMATS: dict[str, Callable[[], str]] = {
    "listing": each(str),
    "JSON": each(scalargrad.Trace.to_json),
    "text table": each(lambda t: t.table()),
    "LaTeX": each(lambda t: t.to_latex()),
    "Markdown": each(lambda t: t.to_markdown()),
    "HTML table": each(lambda t: t.table(form="html")),
    "neurons": lambda: "".join(NET.table("neurons", form) for form in ("text", "markdown", "latex", "html")),
    "page": each(scalargrad.Trace.to_html),
    "explain": lambda: str(NET.explain("w1", paths=2, expand=True)),
    "explain as LaTeX": lambda: NET.explain("w1", paths=2, expand=True).to_latex(),
    "explain as Markdown": lambda: NET.explain("w1", paths=2, expand=True).to_markdown(),
    "check": lambda: str(NET.check({"a1": 1.4, "h1": 0.8, "d w5": -0.3, "d a1": 0.1, "d w1": 0.2}, rate=0.5)),
    "exercise": lambda: exercise(OUTPUTS[0], seed=1).key + "".join(map(repr, map(exercise, OUTPUTS[:-1]))),
    "page of an exercise": lambda: exercise(OUTPUTS[0], seed=1).to_html(),
    "step": each(lambda t: transcript(Stepper(t))),
    "DOT": lambda: "".join(figure.source for figure in figures()),
    "drawing as text": lambda: "".join(figure.text for figure in figures()),
    "micrograd": lambda: "".join(draw(y, style="micrograd").source for y in OUTPUTS),
    "SVG": lambda: "".join(figure.pipe("svg", encoding="utf-8") for figure in figures()[:6]),
    "frames": frames,
    "diagnosis": lambda: str(diagnose(MODEL, X, Y)),
    "history": history,
    "repr": lambda: repr((MODEL, TRACES, Value(1.0, "x"), draw(OUTPUTS[0]))),
    "names": lambda: repr((list(names()), dir(scalargrad), scalargrad.__all__)),
    "methods": lambda: repr((list(vars(Value)), list(vars(Methods)), dir(Value))),
    "functions": lambda: repr(scalargrad.functions.__all__),
    "stubs": lambda: stubs.methods() + stubs.functions(),
    "open names": lambda: repr(free_names("a = u*x + w*b; c = v; total([a, c, k])")),
    "messages": messages,
}
DRAWN = {"SVG", "frames"}

if __name__ == "__main__":
    wanted = [name for name in FORMATS if name in sys.argv[1:]]
    digests = {name: hashlib.sha256(FORMATS[name]().encode()).hexdigest() for name in wanted}
    sys.stdout.write(json.dumps(digests))
