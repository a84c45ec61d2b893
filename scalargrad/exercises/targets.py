"""Targets, what an output should have been: which leaves they are, which numbers can be reached."""

import re
from collections.abc import Iterator, Sequence
from random import Random

from scalargrad.errors import DomainError, RangeError
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

CALLED_A_TARGET = re.compile(r"(?:t|target|y_true)_?\d*(?:\[\d+\])?")
LOGARITHMS = {"log", "log2", "log10"}  # of a probability, which a target is the weight of in cross-entropy
TRIED = 60  # traces at other leaves, whose values show the range
WIDTHS = (0.5, 2.0, 8.0)  # how far the leaves go in them
TENTHS = [k / 10 for k in range(-30, 31) if k]  # which targets are where a few of them can be reached
FEW = 3


def is_target(v: Instruction, trace: WengertList) -> bool:
    """Tell whether a leaf is called t, and only subtracted or the weight of a logarithm.

    >>> from scalargrad import trace
    >>> from scalargrad.expressions import evaluate
    >>> t = trace(evaluate("L = -(t*log(y) + (1 - t)*log(1 - y))", {"t": 0.5, "y": 0.5}))
    >>> is_target(t["t"], t)
    True
    """
    called = CALLED_A_TARGET.fullmatch(v.name) is not None and v.role == "input"
    return called and None not in _held_against(v, trace)


def _held_against(v: Instruction, trace: WengertList) -> Iterator[Instruction | None]:
    """Yield what a target is compared with, None for each use that is no comparison."""
    for edge in trace.uses[v]:
        row = edge.child.primitive
        others = [parent for parent in edge.child.parents if parent is not v]
        if row is not None and row.name == "subtract":
            yield from (None if CALLED_A_TARGET.fullmatch(each.name) else each for each in others)
        elif row is not None and row.name == "negative":
            yield from _held_against(edge.child, trace)
        elif row is not None and row.name == "multiply" and others and _is_logarithm(others[0]):
            yield others[0].parents[0]
        else:
            yield None


def _is_logarithm(v: Instruction) -> bool:
    return v.primitive is not None and v.primitive.name in LOGARITHMS


def reachable(target: Instruction, trace: WengertList) -> list[float]:
    """Return short numbers between values that what a target is held against takes at other leaves.

    The open range of a sigmoid is so (0, 1), that of a tanh (-1, 1), that of a relu (0, ∞): a loss can be
    made 0 by training.  No number is returned where nothing is known of the range.

    >>> from scalargrad import trace
    >>> from scalargrad.expressions import evaluate
    >>> t = trace(evaluate("y = sigmoid(w*x); E = (t - y)**2", {"w": 1, "x": 1, "t": 5}))
    >>> reachable(t["t"], t)
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    """
    compared = [v for v in _held_against(target, trace) if v is not None and v.parents]
    values = [at[v.index] for at in _elsewhere(trace) for v in compared]
    if not values:
        return []
    low, high = min(values), max(values)
    tenths = [x for x in TENTHS if low < x < high]
    return tenths if len(tenths) >= FEW else sorted({x for x in map(_short, values) if low < x < high and x})


def _elsewhere(trace: WengertList) -> Iterator[Sequence[float]]:
    """Yield the values of the trace at many numbers of its leaves, always the same ones."""
    random = Random(0)  # noqa: S311  # numbers of an exercise
    leaves = [v for v in trace if not v.parents]
    moved = [v for v in leaves if v.role != "constant" and not is_target(v, trace)]
    for tried in range(TRIED):
        width = WIDTHS[tried % len(WIDTHS)]
        at = {v.index: v.value for v in leaves}
        at |= {v.index: random.uniform(-width, width) * max(1.0, abs(v.value)) for v in moved}
        try:
            yield trace.structure.values(at)
        except (DomainError, RangeError):
            continue


def _short(x: float) -> float:
    """Return a number with two figures."""
    return float(f"{x:.2g}")
