"""Focus: which instructions of a Wengert list a drawing keeps."""

import itertools
from collections.abc import Iterator, Sequence

from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList


def upstream_of(v: Instruction) -> set[Instruction]:
    """Return an instruction and all that it was computed from."""
    seen, unread = {v}, [v]
    while unread:
        for parent in unread.pop().parents:
            if parent not in seen:
                seen.add(parent)
                unread.append(parent)
    return seen


def influence(trace: WengertList, source: Instruction, target: Instruction) -> set[Instruction]:
    """Return all that lies on a path from source to target: the path of influence.

    >>> from scalargrad import Value
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> t = WengertList.of((w * x).tanh() + x)
    >>> sorted(v.name for v in influence(t, t["w"], t.output))
    ['v2', 'v3', 'v4', 'w']
    """
    influenced = {source}
    for v in trace:
        if any(parent in influenced for parent in v.parents):
            influenced.add(v)
    return influenced & upstream_of(target)


def around(trace: WengertList, center: Instruction, hops: int) -> set[Instruction]:
    """Return all that is at most this many edges away, in either direction."""
    seen: set[Instruction] = set()
    for _, ring in zip(range(hops + 1), _rings(trace, center)):
        seen.update(ring)
    return seen


def nearest(trace: WengertList, center: Instruction, count: int) -> set[Instruction]:
    """Return up to `count` instructions, those fewest edges away first."""
    return set(itertools.islice(itertools.chain.from_iterable(_rings(trace, center)), count))


def _rings(trace: WengertList, center: Instruction) -> Iterator[Sequence[Instruction]]:
    """Yield the instructions 0, 1, 2, … edges away."""
    seen, ring = {center}, [center]
    while ring:
        yield ring
        beside = (
            other for v in ring for other in (*v.parents, *(edge.child for edge in trace.uses[v][::-1]))
        )
        ring = [other for other in dict.fromkeys(beside) if other not in seen]
        seen.update(ring)
