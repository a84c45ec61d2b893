"""Write which scalars are the elements of an array."""

from collections.abc import Mapping, Sequence

from scalargrad.notation.labels import one_line
from scalargrad.replay.arrays import Array

MOST_ELEMENTS = 9  # that are listed


def with_elements(array: Array, labels: Mapping[int, tuple[str, str]]) -> str:
    """Return the name of an array, with the labels of its elements where all have one and there are few."""
    names = [one_line(labels.get(slot, ("", ""))[0]) for slot in array.slots.tolist()]
    few = len(names) <= MOST_ELEMENTS and all(names) and names != [array.name]
    return array.name + (f" = {_bracketed(names, array.dims)}" if few else "")


def _bracketed(labels: Sequence[str], dims: Sequence[int]) -> str:
    """Return labels in rows.

    >>> _bracketed(["w1", "w2", "w3", "w4"], (2, 2))
    '[[w1, w2], [w3, w4]]'
    """
    if len(dims) < 2:
        return f"[{', '.join(labels)}]" if dims else labels[0]
    size = len(labels) // dims[0]
    rows = [_bracketed(labels[i * size : (i + 1) * size], dims[1:]) for i in range(dims[0])]
    return f"[{', '.join(rows)}]"
