"""Which number a name means, what is read as a convention or as a new weight, what is refused."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from scalargrad import trace
from scalargrad.checking.check import check
from scalargrad.checking.exact import exact
from scalargrad.checking.names import Names, singly
from scalargrad.checking.places import Place
from scalargrad.checking.predicted import predicted
from scalargrad.errors import NumberError, ScalargradError
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import Numbers, evaluate
from scalargrad.wengert.list import WengertList

OWN: dict[str, tuple[str, dict[str, Numbers]]] = {
    "half": ("o = a*x + b*u; E = 0.5*(o - t)**2", {"a": 0.37, "x": 1.3, "b": 0.83, "u": 2.1, "t": 0.9}),
    "halves": (
        "e1 = (a*x - t)**2/2; e2 = (b*x - s)*(b*x - s)*0.5; E = e1 + e2",
        {"a": 0.37, "x": 1.3, "t": 0.9, "b": 0.83, "s": 0.6},
    ),
    "whole": ("o = a*x; E = (o - t)**2", {"a": 0.37, "x": 1.3, "t": 0.9}),
    "matrix": ("z = W@x; y = z[0]*z[1] + v1", {"W": [[1.0, 2.0], [3.0, 4.0]], "x": [0.5, -1.0], "v1": 2.0}),
    "small": ("p = x*w; q = p*u", {"x": 0.01, "w": 1.23456, "u": 7.0}),
    "twice": ("p = x*x; q = p*w; r = q + p; y = r*r", {"x": 0.7, "w": 1.3}),
}
NAMED: dict[str, Sequence[str]] = {
    "sigmoid-2-2-1": (
        "a1", " h1 ", "net_h1", "z_h1", "in h1", "sum(h1)", "pre_h1", "preact_h1", "out_h1", "output(h1)",
        "h1 total", "sigmoid(a1)", "σ(a1)", "x1*w1 + x2*w2", "w2·x2+w1*x1", "d w5", "dw5", "∂w5",
        "\\partial w5", "grad w5", "grad(w5)", "grad_w5", "∇w5", "w5.grad", "w5_grad", "dy/dw5",
        "∂y / ∂w5", "d y/d h1", "dh1/da1", "da3/dh1", "dy/dy", "da3/dx1", "dh1/dx1", "dv17/dh1", "δ_h1",
        "δh1", "delta h1", "delta(h1)", "δ a1", "δ_x1", "δ_q", "δ", "d x1 via h1", "d x1 through a2",
        "d x1 over v11", "d x1 via y", "d x1 via q", "d q via h1", "d a1 via x1", "w5+", "w5'", "w5⁺",
        "new w5", "w5 new", "w5_new", "new_w5", "h1+", "da1/da1", "dh1/dy", "dx1/dw1", "h3", "q", "d q",
        "w₅", "net_q", "",
    ),
    "matrix": (
        "W[0,1]", "z[1]", "d W[1,0]", "dz[0]/dx[0]", "dz[0]/dW[1,1]", "z", "W[0, 1]", "x1", "v1", "δ_z[0]",
    ),
    "twice": (
        "dp/dx", "dr/dp", "dq/dx", "dr/dx", "d p via q", "d p via r", "d x via p", "d p via y", "dy/dr",
        "p+", "x+",
    ),
}  # fmt: skip
LISTED: tuple[tuple[str, str, Any], ...] = (
    ("matrix", "z", [1.5, 2.5]), ("matrix", "z", "[1.5; 2,5]"), ("matrix", "d x", (1, 2)),
    ("matrix", "W", [[1, 2], [3, 4]]), ("matrix", "W", "[[1, 2], [3, 4]]"), ("matrix", "W", [[1, 2]]),
    ("matrix", "W", [1, 2, 3, 4]), ("matrix", "z", [1.0]), ("matrix", "z", [1, 2, 3]), ("matrix", "z", []),
    ("matrix", "q", [1]), ("matrix", "z", "[1, 2"), ("matrix", "z", "[1, [2]"), ("matrix", "z", "[1]]"),
    ("sigmoid-2-2-1", "h", [1, 2]), ("sigmoid-2-2-1", "d x", "[1 2]"), ("sigmoid-2-2-1", "x", [1]),
    ("sigmoid-2-2-1", "w", [1, 2, 3, 4, 5, 6, 7]), ("sigmoid-2-2-1", "a", [1, 2]),
)  # fmt: skip


@cache
def traced(name: str) -> WengertList:
    """Return the trace of an example, or of an expression of its own."""
    return trace(example(name).output() if name in GALLERY else evaluate(*OWN[name]))


def means(name: str, names: Sequence[str]) -> str:
    """Return the place that each name means, with its number, or why it means none."""
    found = Names(traced(name))
    return "\n".join(f"{text}  ->  {_place(found, text)}" for text in names)


def _place(names: Names, text: str) -> str:
    try:
        place = names.place(text)
    except ScalargradError as error:
        return str(error)
    edge, of = place.edge, place.of
    along = (f" along {edge.child.name}" if edge else "") + (f" of {of.name}" if of else "")
    return f"{place.kind} {place.v.name}{along} = {exact(place, 0.5):.5g}"


def listed() -> str:
    """Return the single claims that a list is taken for, or why there are none."""
    lines = []
    for name, claim, numbers in LISTED:
        try:
            lines.append(f"{claim} = {numbers} -> {singly(Names(traced(name)), {claim: numbers})}")
        except ScalargradError as error:
            lines.append(f"{claim} = {numbers} -> {type(error).__name__}: {error}")
    return "\n".join(lines)


def read_so(name: str, factors: Mapping[str, float], digits: int, **options: Any) -> str:
    """Return how work is read whose numbers are so many times the exact ones; new weights after a step."""
    t = traced(name)
    names = Names(t)
    claims = {key: f"{exact(names.place(key), 0.5) * k:.{digits}f}" for key, k in factors.items()}
    try:
        report = check(t, claims, **options)
    except ScalargradError as error:
        return f"{claims} -> {error}"
    rows = (
        f"{row.name} = {row.claimed:.{digits}f} {row.exact:.5g} {row.verdict} {row.remark}"
        for row in report.rows
    )
    return "\n".join((*rows, *report.notes))


def as_weight(decimals: int, rate: float | None, step: float) -> str:
    """Return how a number is read that is claimed for w5 of Mazur's net, a step of descent from it."""
    t = traced("mazur-2-2-2")
    new = t["w5"].value - step * t["w5"].adjoint
    report = check(t, {"w5": f"{new:.{decimals}f}"}, rate=rate)
    return f"{report.rows[0].name} {report.rows[0].verdict} {report.rows[0].remark} {report.notes}"


TURNED, HALF = -1.0, 0.5
READ: tuple[tuple[str, dict[str, float], int, dict[str, Any]], ...] = (
    ("sigmoid-2-2-1", {"δ_h1": TURNED, "δ_h2": TURNED}, 4, {}),
    ("sigmoid-2-2-1", {"δ_h1": TURNED, "δ_h2": 1}, 4, {}),
    ("sigmoid-2-2-1", {"δ_h1": TURNED, "d w1": 1}, 4, {}),
    ("sigmoid-2-2-1", {"δ_h1": TURNED, "d w1": TURNED}, 4, {}),
    ("sigmoid-2-2-1", {"d a1": TURNED, "d a2": TURNED}, 4, {"delta": "negative"}),
    ("sigmoid-2-2-1", {"δ_h1": TURNED}, 4, {"delta": "positive"}),
    ("sigmoid-2-2-1", {"δ_h1": TURNED}, 4, {"conventions": False}),
    ("sigmoid-2-2-1", {"δ_h1": TURNED}, 1, {}),
    ("half", {"E": 2, "d a": 2}, 4, {}),
    ("half", {"E": 2, "d a": 2, "d b": 1}, 4, {}),
    ("half", {"E": 2, "d a": -2}, 4, {}),
    ("half", {"E": 1, "d a": 2}, 4, {}),
    ("half", {"E": 2}, 4, {}),
    ("half", {"E": 2, "d o": 2, "dE/da": 2, "a+": 1}, 4, {"rate": 0.25}),
    ("half", {"E": 2, "δ_o": -2, "d a": 2}, 4, {}),
    ("halves", {"E": 2, "e1": 2, "d b": 2}, 4, {}),
    ("halves", {"e2": 2, "d b": 2, "de2/db": 2}, 4, {}),
    ("whole", {"E": HALF, "d a": HALF, "d o": HALF}, 4, {}),
    ("whole", {"E": HALF, "d a": 1}, 4, {}),
    ("mazur-2-2-2", {"E": 2, "E1": 2, "d w5": 2, "w5+": 1}, 5, {}),
    ("mazur-2-2-2", {"w5+": 1, "d w5": 1}, 5, {"rate": 0.5}),
    ("twice", {"dr/dx": 1, "d p": 1, "dq/dx": 2, "x+": 1}, 4, {"rate": 0.5}),
)

WEIGHTS = (
    (8, None, 0.5), (4, None, 0.5), (6, None, 0.5), (8, None, 0.5003), (8, None, -0.5), (4, 0.5, 0.5),
    (8, 0.4, 0.5), (2, None, 0.0), (8, None, 0.25), (8, None, 0.125),
)  # fmt: skip


def refused() -> str:
    """Return what is said of claims that cannot be checked."""
    t = traced("half")
    asked: tuple[tuple[Any, dict[str, Any]], ...] = (
        ({}, {}), ([1], {}), ({"E": 1, "E ": 1}, {}), ({"o": 1, "a*x + b*u": 1}, {}), ({"a+": 1}, {}),
        ({"E": "x"}, {}), ({3: 1}, {}), ({"E": 1}, {"digits": -1}), ({"E": 1}, {"digits": 18}),
        ({"E": 1}, {"rate": 0}), ({"E": 1}, {"rate": math.inf}), ({"E": 1}, {"delta": "left"}),
        ({"E": None}, {}), ({"E": [1, 2]}, {}),
    )  # fmt: skip
    lines = list[str]()
    for claims, options in asked:
        try:
            lines.append(check(t, claims, **options).rows[0].verdict)
        except ScalargradError as error:
            lines.append(f"{type(error).__name__}: {error}")
    return "\n".join(lines)


def judged_alone(name: str) -> str:
    """Return what is said of predictions: right to few digits, turned, off by a seventh."""
    t, lines = traced(name), []
    places = [Place("value", v) for v in t if v.parents]
    places += [Place("contribution", v, edge) for v in t for edge in t.uses[v] if v.role != "constant"]
    for place in places:
        x = exact(place, None)
        texts = (f"{x:.4f}", f"{x:.1f}", f"{-x:.3f}", f"{x * 8 / 7:.4f}")
        found = [predicted(t, place, text) for text in texts]
        said = (" ".join((each.verdict, *each.slips)) for each in found)
        lines.append(f"{place.kind} {found[0].name}: {'; '.join(said)}")
    for place in (places[0], places[-1]):
        try:
            predicted(t, place, "many")
        except NumberError as error:
            lines.append(str(error))
    return "\n".join(lines)


def of_a_small_operand() -> str:
    """Return what is said of predictions that follow from a small number, rounded to ever fewer figures."""
    t = traced("small")
    texts = ("0.0864", "0.0865", "0.0861", "0.086", "0.084", "0.07", "0.1")
    return "\n".join(f"{text} {predicted(t, Place('value', t['q']), text).verdict}" for text in texts)


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for name, names in NAMED.items():
        yield f"names of {name}", partial(means, name, names)
    yield "lists", listed
    for i, (name, factors, digits, options) in enumerate(READ, 1):
        yield f"{i}: {name}, times {factors}, {options}", partial(read_so, name, factors, digits, **options)
    for decimals, rate, step in WEIGHTS:
        yield (
            f"a weight with {decimals} decimals, rate {rate}, step {step}",
            partial(as_weight, decimals, rate, step),
        )
    yield "refused", refused
    yield "predicted: fan-out", partial(judged_alone, "fan-out")
    yield "predicted: of a small operand", of_a_small_operand
    yield "predicted: twice", partial(judged_alone, "twice")


TEXTS = dict(_texts())
