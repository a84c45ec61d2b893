"""How a trace is told: explained, in tables, step by step in windows of several sizes."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import get_args

from scalargrad import Trace, Value, trace
from scalargrad.errors import ScalargradError
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import Numbers, evaluate
from scalargrad.notation.reading_numbers import read_number
from scalargrad.study.predicting import Predictor, Question, Verdict
from scalargrad.study.session import Session
from scalargrad.study.stepping import Stepper, transcript
from scalargrad.study.tables import TableForm, TableKind, latex_table
from scalargrad.wengert.columns import Inks

EXPRESSIONS: dict[str, tuple[str, dict[str, Numbers]]] = {
    "neuron": (
        "h = tanh(dot([w1, w2], [x, 2]) + b); y = h*u - x",
        {"w1": 0.5, "w2": -1.25, "x": 0.7, "b": 2.0, "u": -3.0},
    ),
    "sum": (f"y = total([{', '.join(f'x{i}' for i in range(9))}])", {f"x{i}": i / 2 for i in range(9)}),
    "large": ("y = w*x + exp(100*x) - 1e-9*w", {"w": 2.0, "x": 0.5}),
    "long": (
        "hidden_activation = tanh(weight_of_input*first_input + bias)*first_input**2",
        {"weight_of_input": 0.123456, "first_input": 1000.0, "bias": -1e-7},
    ),
}


@cache
def traced(name: str) -> Trace:
    """Return the trace of an expression, by its name here, or of an example."""
    return trace(evaluate(*EXPRESSIONS[name]) if name in EXPRESSIONS else example(name).output())


INKS = Inks("<v>", "<a>")
ENDS = 4  # of a broad table the lines at either end


def explained(name: str) -> str:
    """Return an explanation in its forms, folded where that is another."""
    t = traced("neuron")
    one = t.explain(name, paths=2, expand=True)
    bar = t.explain(name, notation="bar", digits=2)
    return "\n".join(dict.fromkeys((one.text(), one.text(40), one.to_latex(), bar.to_markdown())))


def table(name: str, kind: TableKind) -> str:
    """Return a table in all its forms, as LaTeX by siunitx, too, and over pages."""
    t = traced(name)
    forms = [t.table(kind, form) for form in get_args(TableForm) if form != "html"]
    forms += [latex_table(t, kind, 3, siunitx=True, longtable=True)]
    return "\n".join(forms)


def bare(html: str) -> str:
    """Return a table as HTML without what each of its cells looks like, and without formulas."""
    return re.sub(r' (?:style|align)="[^"]*"|(?<=<math>).*?(?=</math>)|\n(?=<t[dh])', "", html)


def close(latex: str) -> str:
    """Return LaTeX without the blanks that align its ampersands."""
    return re.sub(" +", " ", latex)


def ends(name: str, kind: TableKind) -> str:
    """Return in which size a broad table is set, with siunitx and without."""
    t, lines = traced(name), []
    for siunitx in (False, True):
        every = latex_table(t, kind, 6, siunitx=siunitx).splitlines()
        lines += [*every[:ENDS], "…", *every[-2:]]
    return "\n".join(lines)


def session(name: str = "neuron") -> Session:
    """Return a session that asks for numbers, and takes those that are right to two decimals."""
    stepper = Stepper(traced(name), 3)

    def judge(question: Question, text: str) -> Verdict:
        edge = question.edge
        right = edge.child.adjoint * edge.local if edge else question.v.value
        ok = abs(read_number(text).value - right) < 0.01
        return Verdict(ok, "nearly" if ok else "look at the formula once more, and at the numbers it is of")

    return Session(stepper, "a heading that is as long as headings are", Predictor(stepper, judge))


ACTS: dict[str, Sequence[Callable[[Session], None]]] = {
    "moves": (lambda s: s.move("next"), lambda s: s.move("finish phase"), lambda s: s.move("finish phase"),
              lambda s: s.move("next"), lambda s: s.move("last"), lambda s: s.move("next"),
              lambda s: s.move("previous"), lambda s: s.move("first"), lambda s: s.move("previous")),
    "places": (lambda s: s.type_place("h"), lambda s: s.go_to_place(), lambda s: s.type_place("x"),
               lambda s: s.go_to_place(), lambda s: s.type_place("99"), lambda s: s.go_to_place(),
               lambda s: s.type_place("h2"), lambda s: s.go_to_place(), lambda s: s.type_place("2"),
               lambda s: s.go_to_place(), lambda s: s.type_place(" "), lambda s: s.go_to_place()),
}  # fmt: skip
ANSWERS = ("-1", "many", "", "-1.8", "0.197", "", "", "-0.25", "1", "-1", "", "0.15", "-0.15", "", "2.9")


def seen(rows: int, columns: int, acts: str) -> str:
    """Return what a window shows after each act: its working and status, at last all of it."""
    s, lines = session(), []
    for act in ACTS[acts]:
        act(s)
        shown = s.lines(rows, columns)
        lines.append(f"{shown[1][1]} | {shown[-1][1][:45]}")
    return "\n".join([*lines, _window(s, rows, columns)])


def answered(rows: int, columns: int) -> str:
    """Return what a window shows of a person who answers, gives up, skips, stops being asked."""
    s, lines = session(), []
    s.toggle()
    for answer in ANSWERS:
        while s.asked is None and s.count < len(s.stepper):
            s.move("next")
        s.number = answer
        s.answer()
        lines += [text for _, text in s.lines(rows, columns)[2:5] if text]
    lines.append(_window(s, rows, columns))
    s.toggle()
    s.move("last")
    s.toggle()
    return "\n".join([*lines, s.lines(rows, columns)[-1][1]])


def _window(s: Session, rows: int, columns: int) -> str:
    return "\n".join(f"{style[:1] or ' '}|{text}" for style, text in s.lines(rows, columns))


def handed_on(rows: int) -> str:
    """Return a window on a step that hands its adjoint to more values than there are lines for."""
    s = session("sum")
    s.move("last")
    return _window(s, rows, 60)


def phases() -> str:
    """Return where each phase ends, and which paths there are, for every example."""
    lines = []
    for name in GALLERY:
        stepper = Stepper(traced(name))
        found = [str(stepper.phase_end(count)) for count in range(1, len(stepper) + 1)]
        lines.append(f"{name}: {' '.join(found)}")
    return "\n".join(lines)


def rounded() -> str:
    """Return which explanations say that they were computed from unrounded values, in how many digits."""
    lines = []
    for name, digits in itertools.product(("neuron", *GALLERY), (1, 2, 4)):
        t = traced(name)
        told = [v.name for v in t if "unrounded" in str(t.explain(v.index, digits=digits, paths=digits))]
        lines.append(f"{name} in {digits}: {' '.join(told)}")
    return "\n".join(lines)


def refused() -> str:
    """Return what is said of what cannot be told."""
    asked: tuple[Callable[[], object], ...] = (
        lambda: traced("neuron").explain("w3"),
        lambda: traced("neuron").explain("x", notation="dot"),  # type: ignore[arg-type]
        lambda: traced("neuron").table("rows"),  # type: ignore[arg-type]
        lambda: traced("neuron").table(form="pdf"),  # type: ignore[arg-type]
        lambda: trace(Value(2.0, label="x") * 2).table("neurons"),
    )
    lines = []
    for ask in asked:
        try:
            ask()
        except ScalargradError as error:
            lines.append(f"{type(error).__name__}: {error}")
    return "\n".join(lines)


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "x of a neuron explained", partial(explained, "x")
    yield "output explained", lambda: str(traced("neuron").explain("y", paths=2))
    yield (
        "a long name explained",
        lambda: (
            traced("long").explain("first_input", paths=1).text(60)
            + "\n"
            + traced("long").explain("first_input").to_latex()
        ),
    )
    yield "statements of a neuron", partial(table, "neuron", "statements")
    yield "neurons of a neuron", partial(table, "neuron", "neurons")
    yield "statements of large numbers", lambda: latex_table(traced("large"), "statements", 3)
    yield (
        "statements of large numbers, siunitx",
        lambda: latex_table(traced("large"), "statements", 3, siunitx=True),
    )
    yield "formulas in several rows", lambda: close(latex_table(traced("long"), "statements", 4))
    yield "neurons as HTML", lambda: bare(traced("neuron").table("neurons", "html"))
    yield "broad: neurons of mazur-2-2-2", partial(ends, "mazur-2-2-2", "neurons")
    yield "broad: statements of relu-softmax", partial(ends, "relu-softmax", "statements")
    yield "steps of a neuron", lambda: transcript(Stepper(traced("neuron"), 2, INKS))
    for rows, columns in ((24, 80), (7, 36)):
        for acts in ACTS:
            yield f"{acts} in {rows} × {columns}", partial(seen, rows, columns, acts)
        yield f"answers in {rows} × {columns}", partial(answered, rows, columns)
    for rows in (12, 24, 40):
        yield f"more lines than {rows} rows have", partial(handed_on, rows)
    yield "ends of phases", phases
    yield "computed from unrounded values", rounded
    yield "refused", refused


TEXTS = dict(_texts())
