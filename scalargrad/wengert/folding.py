"""Fold a formula that is too long for its column, before the loosest of its operators."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from scalargrad.wengert.columns import CODE, breadth

INDENT = " " * 4
BETWEEN_FACTORS = ""  # of (2)(3)
SUMS, PRODUCTS, LISTS = 0, 1, 2
LOOSENESS = {
    **dict.fromkeys((" + ", " - ", " = ", " += ", ": ", " -> "), SUMS),
    **dict.fromkeys(("*", "/", " · ", BETWEEN_FACTORS), PRODUCTS),
    ", ": LISTS,
}
ENDS_A_LINE = {" = ", " += ", ": ", ", "}  # all else begins the next
# The code of a colour, a bracket, or what a line may end at: ** is none, nor is a sign without blanks, nor
# the stroke of ∂y/∂x.
TOKEN = re.compile(
    rf"{CODE.pattern}|(?<=\))(?=\()|[(\[]|[)\]]| \+= | [-+=·] | -> |: |(?<!\*)\*(?!\*)|/(?!∂)|, "
)


def folded(formula: str, width: float) -> list[str]:
    """Return a formula in lines of at most this width, as far as its operators allow that.

    >>> folded("y = h*(1 - h) + x", 14)
    ['y = h*(1 - h)', '    + x']
    >>> folded("dv15 = dh1*h1*(1 - h1)", 15)
    ['dv15 = dh1*h1', '    *(1 - h1)']
    """
    lines, places = [formula], dict(_places(formula))
    for rank in sorted(set(places.values())):
        if all(breadth(line) <= width for line in lines):
            break
        ends = [0, *(place for place, own in places.items() if own <= rank), len(formula)]
        lines = _filled([formula[start:end] for start, end in pairwise(ends)], width)
    return lines


def _places(formula: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield each place where a line may end, with its rank: outside brackets first, sums before products."""
    depth = 0
    for token in TOKEN.finditer(formula):
        text = token[0]
        depth += (text in {"(", "["}) - (text in {")", "]"})
        if text in LOOSENESS:
            yield token.end() if text in ENDS_A_LINE else token.start(), (depth, LOOSENESS[text])


def _filled(pieces: Sequence[str], width: float) -> list[str]:
    """Return lines of as many pieces as there is room for; all but the first are indented."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        if breadth((lines[-1] + piece).rstrip()) <= width:
            lines[-1] += piece
        else:
            lines.append(INDENT + piece.lstrip())
    return [line.rstrip() for line in lines]
