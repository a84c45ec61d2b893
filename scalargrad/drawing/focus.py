"""Focus: which instructions of a Wengert list a drawing keeps."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

from scalargrad.wengert import Instruction, WengertList


def upstream_of(row: Instruction) -> set[Instruction]:
    """Return a row and all that it was computed from."""
    seen, unread = {row}, [row]
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
    >>> sorted(row.name for row in influence(t, t["w"], t.output))
    ['v2', 'v3', 'v4', 'w']
    """
    influenced = {source}
    for row in trace:
        if any(parent in influenced for parent in row.parents):
            influenced.add(row)
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


def _rings(trace: Iterable[Instruction], center: Instruction) -> Iterator[Sequence[Instruction]]:
    """Yield the instructions 0, 1, 2, … edges away."""
    children: dict[Instruction, list[Instruction]] = {}
    for row in trace:
        for parent in row.parents:
            children.setdefault(parent, []).append(row)
    seen, ring = {center}, [center]
    while ring:
        yield ring
        met = dict.fromkeys(
            other for row in ring for other in (*row.parents, *children.get(row, ())) if other not in seen
        )
        ring = list(met)
        seen.update(ring)
