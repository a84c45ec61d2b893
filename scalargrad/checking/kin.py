"""Kin: what is easily taken in the place of another, because it is called or computed alike."""

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

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
    return list(itertools.islice((other for other in _nearest(trace, v) if _is_kin(other, v)), MOST))


def _nearest(trace: WengertList, v: Instruction) -> Iterator[Instruction]:
    """Yield the other instructions, the nearest first, of two the earlier."""
    before, after = reversed(trace.instructions[: v.index]), trace.instructions[v.index + 1 :]
    both = itertools.chain.from_iterable(itertools.zip_longest(before, after))
    return (other for other in both if other is not None)


def _is_kin(other: Instruction, v: Instruction) -> bool:
    if other.role == "constant" or bool(other.parents) != bool(v.parents):
        return False
    is_computed_alike = v.parents and not v.is_named and other.primitive is v.primitive
    return bool(is_computed_alike) or _stem(other.name) == _stem(v.name)


def kin_of_operand(trace: WengertList, v: Instruction, position: int) -> Iterator[Instruction]:
    """Yield what may be taken for an operand of v: its kin, what it was computed from, the other operands."""
    parent = v.parents[position]
    if parent.role == "constant":
        return
    found = dict.fromkeys(kin(trace, parent))
    if parent.primitive and parent.primitive.arity == 1:
        found |= dict.fromkeys(parent.parents)
    yield from (other for other in found if other is not v and other is not parent)


@lru_cache(1024)  # asked again and again for every name of a trace
def _stem(name: str) -> str:
    found = STEM.match(name)
    return found[0] if found else name
