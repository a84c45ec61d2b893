"""Causes: how a value or a gradient came to be infinite or nan, as a chain from the first node on."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from scalargrad.engine import Value
from scalargrad.notation import Writer, number
from scalargrad.wengert import Contribution, Instruction, WengertList

Edge = tuple[Instruction, Contribution]
DIGITS = 4


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
    edges = [
        (step.instruction, edge)
        for step in trace.steps
        for edge in step.contributions
        if edge.target.role != "constant" and not math.isfinite(edge.after)
    ]
    if edges:
        yield from _causes_of_gradient(edges)


def _causes_of_value(output: Instruction) -> Iterator[str]:
    """Yield the nodes that are not finite from the first to the output, each a parent of the next."""
    chain = [output]
    while culprit := next((p for p in chain[-1].parents if not math.isfinite(p.value)), None):
        chain.append(culprit)
    *later, first = chain
    yield f"The value is not finite: it begins at {_statement(first)}{_origin(first)}."
    yield from _shortened([f"From there it reaches {_statement(row)}." for row in reversed(later)])


def _causes_of_gradient(edges: Sequence[Edge]) -> Iterator[str]:
    """Yield the contributions that are not finite from the first in the sweep to a leaf."""
    row, edge = edges[0]
    yield f"The gradient is not finite: it begins at {_statement(row)}."
    yield f"It hands to {_called(edge.target)}: {_contribution(row, edge)}."
    lines = []
    onward = dict(reversed(edges))
    while (row := edge.target) in onward:
        edge = onward[row]
        lines.append(f"{_called(row)} hands to {_called(edge.target)}: {_contribution(row, edge)}.")
    yield from _shortened(lines)


def _statement(row: Instruction) -> str:
    value = number(row.value, DIGITS)
    if not row.parents:
        return f"{_called(row)} = {value}"
    writer = Writer("text", DIGITS)
    formulas = f"{_brief(row.written(writer))} = {_brief(row.substituted(writer))}"
    return f"{_called(row)} = {formulas} = {value}"


def _origin(first: Instruction) -> str:
    """Return what else there is to say of the node where it begins."""
    if not first.parents:
        return ", a leaf that was given this number"
    largest = max(first.parents, key=lambda parent: abs(parent.value))
    return f", where {largest.name} is {largest.path}" if largest.path and not largest.label else ""


def _contribution(row: Instruction, edge: Contribution) -> str:
    local = _brief(row.local_derivatives(Writer("text", DIGITS))[edge.position])
    slope, product = number(edge.local, DIGITS), number(edge.contribution, DIGITS)
    equation = slope if local == slope else f"{local} = {slope}"
    text = f"upstream {number(edge.upstream, DIGITS)} × local derivative {equation} gives {product}"
    if math.isfinite(edge.contribution):
        text += f", which added to {number(edge.before or 0.0, DIGITS)} gives {number(edge.after, DIGITS)}"
    return text


def _called(row: Instruction) -> str:
    return f"{row.name} ({row.path})" if row.path else row.name


def _brief(formula: Any, length: int = 60) -> str:
    text = str(formula)
    return text if len(text) <= length else f"{text[: length // 2 - 2]} … {text[1 - length // 2 :]}"


def _shortened(lines: list[str], most: int = 8) -> list[str]:
    if len(lines) <= most:
        return lines
    half = most // 2
    return [*lines[:half], f"… and so on through {len(lines) - most} more …", *lines[-half:]]
