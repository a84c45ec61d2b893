"""Fold a formula that is too long for its column, before the loosest of its operators."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

INDENT = " " * 4
LOOSENESS = {" + ": 0, " - ": 0, " = ": 0, " += ": 0, "*": 1, "/": 1, ", ": 2}
# A bracket, or what a line may end at: ** is none, nor is a sign without blanks.
TOKEN = re.compile(r"[(\[]|[)\]]| \+= | [-+=] |(?<!\*)\*(?!\*)|/|, ")


def folded(formula: str, width: float) -> list[str]:
    """Return a formula in lines of at most this width, as far as its operators allow that.

    >>> folded("y = h*(1 - h) + x", 14)
    ['y = h*(1 - h)', '    + x']
    >>> folded("dv15 = dh1*h1*(1 - h1)", 15)
    ['dv15 = dh1*h1', '    *(1 - h1)']
    """
    lines, places = [formula], dict(_places(formula))
    for rank in sorted(set(places.values())):
        if all(len(line) <= width for line in lines):
            break
        ends = [0, *(place for place, own in places.items() if own <= rank), len(formula)]
        lines = _filled([formula[start:end] for start, end in pairwise(ends)], width)
    return lines


def _places(formula: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield each place where a line may end, with its rank: outside brackets first, sums before products."""
    depth = 0
    for token in TOKEN.finditer(formula):
        text = token[0]
        depth += (text in "([") - (text in ")]")
        if text in LOOSENESS:
            # An operator begins the next line; an equals sign or a comma ends its own.
            ends_a_line = text in {" = ", " += ", ", "}
            yield token.end() if ends_a_line else token.start(), (depth, LOOSENESS[text])


def _filled(pieces: Sequence[str], width: float) -> list[str]:
    """Return lines of as many pieces as there is room for; all but the first are indented."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        if len((lines[-1] + piece).rstrip()) <= width:
            lines[-1] += piece
        else:
            lines.append(INDENT + piece.lstrip())
    return [line.rstrip() for line in lines]
