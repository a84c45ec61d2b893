"""What a trace is read as: instructions, stages, neurons, formulas; its listing."""

from collections.abc import Iterator
from functools import partial

from small_graphs import TRACES, long, overflowing

from scalargrad import (
    Trace,
)
from scalargrad.notation.text import TextWriter
from scalargrad.wengert.causes import causes_in
from scalargrad.wengert.columns import Inks
from scalargrad.wengert.descent import updates
from scalargrad.wengert.formulas import formula
from scalargrad.wengert.listing import listing
from scalargrad.wengert.neurons import units_of
from scalargrad.wengert.progress import progress
from scalargrad.wengert.roles import parameters, roles
from scalargrad.wengert.statements import statements

TEXT = TextWriter()


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


LISTED = {"fan-out", "neuron", "moving", "cut"}
TEXTS = {
    **{name: partial(lambda make: account_of(make()), make) for name, make in TRACES.items()},
    **{
        f"listing of {name}": partial(lambda make: listed(make()), make)
        for name, make in TRACES.items()
        if name in LISTED
    },
    "causes": lambda: "\n".join(causes_in(overflowing())),
    "statements": lambda: "\n".join(line[:99] for line in formulas(long())),
}
