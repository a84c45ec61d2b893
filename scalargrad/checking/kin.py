"""Kin: what is easily taken in the place of another, because it is called or computed alike."""

import re
from collections.abc import Iterator

from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

STEM = re.compile(r"[^\W\d_]+")
MOST = 24  # of a wide layer, the nearest


def kin(trace: WengertList, v: Instruction) -> list[Instruction]:
    """Return the instructions called by the same letters or computed by the same row, the nearest first.

    >>> from scalargrad import Value, trace
    >>> x1, x2, w = (Value(1.0, label=name) for name in ("x1", "x2", "w"))
    >>> t = trace(x1 * w + x2)
    >>> [other.name for other in kin(t, t["x1"])]
    ['x2']
    """
    found = [
        other
        for other in trace
        if other is not v and other.role != "constant" and bool(other.parents) == bool(v.parents)
        if _stem(other) == _stem(v) or (v.parents and not v.is_named and other.primitive is v.primitive)
    ]
    return sorted(found, key=lambda other: abs(other.index - v.index))[:MOST]


def kin_of_operand(trace: WengertList, v: Instruction, position: int) -> Iterator[Instruction]:
    """Yield what may be taken for an operand of v: its kin, what it was computed from, the other operands."""
    parent = v.parents[position]
    if parent.role == "constant":
        return
    found = dict.fromkeys(kin(trace, parent))
    if parent.primitive and parent.primitive.arity == 1:
        found |= dict.fromkeys(parent.parents)
    yield from (other for other in found if other is not v and other is not parent)


def _stem(v: Instruction) -> str:
    found = STEM.match(v.name)
    return found[0] if found else v.name
