"""Causes: how a value or a gradient came to be infinite or nan, as a chain from the first node on."""

import math
from collections.abc import Iterator, Sequence

from scalargrad.engine.value import Value
from scalargrad.notation.labels import cut_in_the_middle
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Symbol
from scalargrad.wengert.instruction import Contribution, Instruction
from scalargrad.wengert.list import WengertList

DIGITS, LONGEST = 4, 60


def causes(output: Value) -> tuple[str, ...]:
    r"""Return how a value or an adjoint came to be inf or nan, from its first cause on; () if none is.

    >>> x = Value(0.0, label="x")
    >>> print("\n".join(causes(x.sqrt() * 2)))
    The gradient is not finite: it begins at v1 = sqrt(x) = sqrt(0) = 0.
    It hands to x: upstream 2 × local derivative 0.5/v1 = inf gives inf.
    """
    return tuple(causes_in(WengertList.of(output)))


def causes_in(trace: WengertList) -> Iterator[str]:
    """Yield the causes that a trace tells, from the first on."""
    if not math.isfinite(trace.output.value):
        yield from _causes_of_value(trace.output)
        return
    spoilt = [
        c for c in trace.contributions.values() if c.target.role != "constant" and not math.isfinite(c.after)
    ]
    if spoilt:
        yield from _causes_of_gradient(spoilt)


def _causes_of_value(output: Instruction) -> Iterator[str]:
    """Yield the nodes that are not finite from the first to the output, each a parent of the next."""
    chain = [output]
    while culprit := next((p for p in chain[-1].parents if not math.isfinite(p.value)), None):
        chain.append(culprit)
    *later, first = chain
    yield f"The value is not finite: it begins at {_statement(first)}{_origin(first)}."
    yield from _shortened([f"From there it reaches {_statement(v)}." for v in reversed(later)])


def _causes_of_gradient(spoilt: Sequence[Contribution]) -> Iterator[str]:
    """Yield the contributions that are not finite from the first in the sweep to a leaf."""
    c = spoilt[0]
    yield f"The gradient is not finite: it begins at {_statement(c.child)}."
    yield f"It hands to {_called(c.target)}: {_contribution(c)}."
    lines = []
    onward = {c.child: c for c in reversed(spoilt)}
    while c.target in onward:
        c = onward[c.target]
        lines.append(f"{_called(c.child)} hands to {_called(c.target)}: {_contribution(c)}.")
    yield from _shortened(lines)


def _statement(v: Instruction) -> str:
    value = number(v.value, DIGITS)
    if not v.parents:
        return f"{_called(v)} = {value}"
    writer = TextWriter(DIGITS)
    formulas = f"{_brief(v.written(writer))} = {_brief(v.substituted(writer))}"
    return f"{_called(v)} = {formulas} = {value}"


def _origin(first: Instruction) -> str:
    """Return what else there is to say of the node where it begins."""
    if not first.parents:
        return ", a leaf that was given this number"
    largest = max(first.parents, key=lambda parent: abs(parent.value))
    return f", where {largest.name} is {largest.path}" if largest.path and not largest.label else ""


def _contribution(c: Contribution) -> str:
    formula = _brief(c.child.local_derivatives(TextWriter(DIGITS))[c.position])
    local, product = number(c.local, DIGITS), number(c.contribution, DIGITS)
    equation = local if formula == local else f"{formula} = {local}"
    text = f"upstream {number(c.upstream, DIGITS)} × local derivative {equation} gives {product}"
    if math.isfinite(c.contribution):
        assert c.before is not None  # alone it would not have made an end of it
        text += f", which added to {number(c.before, DIGITS)} gives {number(c.after, DIGITS)}"
    return text


def _called(v: Instruction) -> str:
    return f"{v.name} ({v.path})" if v.path else v.name


def _brief(formula: Symbol) -> str:
    return cut_in_the_middle(str(formula), LONGEST)


def _shortened(lines: list[str], most: int = 8) -> list[str]:
    if len(lines) <= most:
        return lines
    half = most // 2
    return [*lines[:half], f"… and so on through {len(lines) - most} more …", *lines[-half:]]
