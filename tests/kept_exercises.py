"""What is handed out and what is said of what comes back: sheets, keys, numbers that are drawn, marks."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial

from scalargrad import Exercise, exercise, trace
from scalargrad.errors import ExerciseError, ScalargradError, SheetError, WrongKeyError
from scalargrad.examples import GALLERY, example
from scalargrad.exercises import classes
from scalargrad.exercises.asked import Blanks, asked
from scalargrad.exercises.filled import read
from scalargrad.exercises.marking import Marked, class_table, exercises_of, mark_sheet
from scalargrad.expressions import evaluate

# Each unpleasant in its own way: a loss, gates, large and tiny leaves, many, none to draw.
DRAWN: dict[str, tuple[str, Mapping[str, float]]] = {
    "loss": ("a = w*x + b; h = tanh(a); E = 0.5*(h - t)**2", {"w": 0.3, "x": 1.0, "b": -0.2, "t": 0.75}),
    "gates": ("h1 = relu(u*x); h2 = relu(w*x - 1); y = 2*h1 - h2", {"u": 0.3, "w": 1.0, "x": 0.5}),
    "sizes": ("y = k*x + n*x + z*x**2", {"k": 2500.0, "n": 0.003, "x": 0.5, "z": 0.0}),
    "many": (
        "y = " + " + ".join(f"w{i}*x{i}" for i in range(1, 16)),
        {f"{letter}{i}": 1.0 for letter in "wx" for i in range(1, 16)},
    ),
    "nothing": ("h = exp(x); y = h*x", {"x": 0.0}),
    "domain": ("h = log(x - 3.5); y = h*w", {"x": 5.0, "w": 2.0}),
    "saturated": ("y = sigmoid(100*x + 60)*w", {"x": 0.1, "w": 2.0}),
}


@cache
def sheet() -> Exercise:
    """Return an exercise with hints."""
    return exercise(
        evaluate("h = tanh(w*x + b); y = h*x", {"w": 0.5, "x": 0.7, "b": 2.0}), seed=3, hints=True
    )


@cache
def class_of(count: int) -> list[Exercise]:
    """Return the exercises of a class."""
    return [exercise(example("fan-out").output(), seed=seed, name="fan-out") for seed in range(1, count + 1)]


@cache
def key_of_class() -> str:
    """Return the key of a class of three."""
    records = [each.record._asdict() for each in class_of(3)]
    return json.dumps({**json.loads(class_of(3)[0].key), "exercises": records})


def with_numbers(e: Exercise, answers: Mapping[str, object]) -> str:
    """Return the JSON of a sheet with these answers."""
    return json.dumps({**json.loads(e.sheet.to_json()), "answers": answers})


def _in_markdown(e: Exercise) -> str:
    return e.sheet.to_markdown().replace("name: ____", "name: Bo").replace("____", "**0,090**")


Written = Callable[[Exercise], str]
HANDED_IN: dict[str, Written] = {
    "right": lambda e: e.sheet.to_csv().replace("u,", f"u,{e.answers['u']}").replace("name,", "name,Ada"),
    "wrong": lambda e: e.sheet.to_csv().replace("\nu,", f"\nu,-{e.answers['u']}"),
    "commas": lambda e: (
        e.sheet.to_csv().replace(",", ";").replace("\nu;", f"\nu;{e.answers['u'].replace('.', ',')}")
    ),
    "Markdown": _in_markdown,
    "JSON": lambda e: with_numbers(e, {"u": 0.09, "v": None, "d x": "0,36"}),
    "no number in JSON": lambda e: with_numbers(e, {"u": 0.09, "v": None, "d x": "x2"}),
    "twice": lambda e: e.sheet.to_csv() + "u,1\n",
    "other": lambda e: e.sheet.to_csv() + "uu,1\n",
    "no table": lambda _: "exercise,x\nname,y\n",
    "no name": lambda _: "step,number\nu,1\n",
    "one cell": lambda e: e.sheet.to_csv() + "u\n",
    "four cells": lambda e: e.sheet.to_markdown() + "| `u` | 1 | 2 | 3 |\n",
    "page": lambda _: "  <!doctype html>",
    "bad JSON": lambda _: '{\n"exercise": }',
    "no answers": lambda _: '{"exercise": "x"}',
    "another sheet": lambda e: e.sheet.to_csv().replace(e.code, "zzzzzz"),
    "no number": lambda e: e.sheet.to_csv().replace("\nu,", "\nu,many"),
}


def drawn(text: str, at: Mapping[str, float], digits: int | None, seeds: int) -> str:
    """Return the numbers that seeds draw, with the answers, or why there are none."""
    lines = []
    for seed in range(seeds):
        try:
            e = exercise(evaluate(text, at), seed=seed, digits=digits)
            lines.append(f"{e.identity} {e.digits}: {_given(e)} | {' '.join(e.answers.values())}")
        except ExerciseError as error:
            lines.append(str(error))
    return "\n".join(lines)


def _given(e: Exercise) -> str:
    leaves = (v for v in e.trace if not v.parents and v.role != "constant")
    return " ".join(f"{v.name}={v.value:g}" for v in leaves)


def of_gallery(name: str) -> str:
    """Return the identities, the blanks of each half, and drawn numbers of an example."""
    t = trace(example(name).output())
    kinds: tuple[Blanks, ...] = ("forward", "reverse")
    halves = [f"{kind}: {' '.join(blank.written for blank in asked(t, kind))}" for kind in kinds]
    e, plain = exercise(t, seed=1, name=name), exercise(t)
    return "\n".join((*halves, f"{plain.identity} {plain.digits}", f"{e.identity}: {_given(e)}"))


def form(suffix: str) -> str:
    """Return a sheet in a form, of LaTeX without what every document begins with."""
    text = str(sheet().forms[suffix]())
    return text.partition("\\begin{document}")[2] or text


def solved() -> str:
    """Return the solution as a notebook shows it."""
    return sheet().solution._repr_markdown_()


def long() -> str:
    """Return the part of a sheet in LaTeX that has a formula of several lines."""
    text = " + ".join(f"weight_{i}*input_{i}" for i in range(1, 6))
    numbers = {f"{name}_{i}": i / 4 for name in ("weight", "input") for i in range(1, 6)}
    return exercise(evaluate(f"y = {text}", numbers), blanks="forward").sheet.to_latex()[-600:]


def marked(write: Written) -> str:
    """Return what is said of a sheet that comes back."""
    text = write(class_of(3)[1])
    try:
        filled = read(text)
        found = mark_sheet(exercises_of(key_of_class()), text)
    except (SheetError, WrongKeyError) as error:
        return f"{type(error).__name__}: {error}"
    return f"{filled.author or 'nobody'}: {filled.numbers}\n{found.text(80)}"


def of_class(width: int) -> str:
    """Return the table of a class, of which sheets are right, wrong or cannot be read."""
    exercises, sheets = exercises_of(key_of_class()), dict[str, Marked | ScalargradError]()
    for name, write in HANDED_IN.items():
        try:
            sheets[f"{name}.csv"] = mark_sheet(exercises, write(class_of(3)[1]))
        except (SheetError, WrongKeyError) as error:
            sheets[f"{name}.csv"] = error
    return class_table(sheets, width)


def keys() -> str:
    """Return what is said of keys that are none."""
    right = json.loads(sheet().key)
    record = right["exercises"][0]
    changes: list[dict[str, object]] = [
        {"digits": 0}, {"digits": 1.5}, {"digits": 10}, {"seed": 0.5}, {"title": 1}, {"answers": []},
        {"answers": {"u": "1"}}, {"trace": {}}, {"seed": None},
    ]  # fmt: skip
    documents = [{**right, "exercises": [{**record, **changed}]} for changed in changes]
    documents += [
        {**right, "version": 9},
        {**right, "exercises": []},
        {**right, "exercises": [{}]},
        {**right, "schema": "x"},
    ]
    return _refused([partial(exercises_of, text) for text in ("{", "[]", *map(json.dumps, documents))])


def exercises() -> str:
    """Return what is said of exercises that cannot be set."""
    y, x = example("fan-out").output(), evaluate("x", {"x": 1.0})
    steps = [f"a{i} = x + {i}" for i in range(201)]
    long = evaluate("; ".join([*steps, " + ".join(f"a{i}" for i in range(201))]), {"x": 1.0})
    return _refused(
        [
            partial(exercise, y, digits=0),
            partial(exercise, y, digits=10),
            partial(exercise, y, seed=0.5),  # type: ignore[arg-type]
            partial(exercise, y, blanks="none"),  # type: ignore[arg-type]
            partial(exercise, x, blanks="forward"),
            partial(exercise, long),
        ]
    )


def _refused(asks: Sequence[Callable[[], object]]) -> str:
    lines = []
    for ask in asks:
        try:
            ask()
            lines.append("nothing")
        except ScalargradError as error:
            lines.append(f"{type(error).__name__}: {str(error)[:120]}")
    return "\n".join(lines)


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for name, (text, at) in DRAWN.items():
        digits = {"saturated": 2, "domain": 3}.get(name)
        seeds = 1 if name in {"many", "domain"} else 3
        yield f"drawn: {name}", partial(drawn, text, at, digits, seeds)
    for name in GALLERY:
        yield f"gallery: {name}", partial(of_gallery, name)
    for suffix in (".txt", ".md", ".csv", ".json", ".tex"):
        yield f"sheet as {suffix}", partial(form, suffix)
    yield "solution, folded", solved
    yield "long formulas as .tex", long
    yield "key", lambda: sheet().key[:400]
    yield "class as text", lambda: classes.text(class_of(8))
    yield "class as Markdown", lambda: classes.markdown(class_of(3))
    yield "class as LaTeX", lambda: classes.latex(class_of(3)).partition("\\begin{document}")[2]
    for name, write in HANDED_IN.items():
        yield f"handed in: {name}", partial(marked, write)
    yield "handed in: a class", partial(of_class, 80)
    yield "keys that are none", keys
    yield "exercises that cannot be", exercises


TEXTS = dict(_texts())
