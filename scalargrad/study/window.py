"""Fit the table of a step into a window: formulas into its columns, rows into its height."""

from collections.abc import Sequence
from itertools import pairwise

from scalargrad.study.stepping import Line
from scalargrad.wengert.columns import PLAIN, Inks, aligned, breadth_of, shorter


def layout(lines: Sequence[Line], width: int, inks: Inks = PLAIN, last: Sequence[Line] = ()) -> list[str]:
    """Return the table as text, aligned on the decimal points; where it is too wide, formulas are cut.

    With the lines of the `last` step, columns have room for those too, and stand still from step to step.

    >>> for line in layout([Line(">", "y", "x1*w1 + x2*w2 + b", "2.5", "1")], 50):
    ...     print(line)
        v    formula           value    adjoint so far
    >   y    x1*w1  … 2 + b      2.5                 1
    """
    every = (*lines, *last)
    table = _table(every, inks)
    if (excess := breadth_of(table) - width) > 0:
        formulas = shorter([line.formula for line in every], excess)
        every = tuple(line._replace(formula=cut) for line, cut in zip(every, formulas))
        table = _table(every, inks)
    if (excess := breadth_of(table) - width) > 0:
        names = shorter([line.name for line in every], excess)
        table = _table([line._replace(name=cut) for line, cut in zip(every, names)], inks)
    return table.splitlines()[: 1 + len(lines)]


def _table(lines: Sequence[Line], inks: Inks) -> str:
    headings = ("", "v", "formula", "value", "adjoint so far")
    alignment = ("left", "left", "left", "decimal", "decimal")
    colours = ("", "", "", inks.value, inks.adjoint)
    return aligned(lines, headings, alignment, inks=colours)


def fitted(body: list[str], room: int) -> list[str]:
    """Return the lines that fit: the active one, those the step marks, then those nearest to the active one.

    A line in the place of those that are left out counts them.

    >>> fitted(["  a", "  b", "+ c", "  d", "  e", "  f", "> g", "  h"], 6)
    ['  … 2 more rows', '+ c', '  … 2 more rows', '  f', '> g', '  h']
    """
    active = next((i for i, line in enumerate(body) if line.startswith(">")), 0)
    order = sorted(range(len(body)), key=lambda i: (body[i].startswith(" "), abs(i - active)))
    kept: list[int] = []
    for i in order:
        more = sorted([*kept, i])
        if len(more) + len(_gaps(more, len(body))) <= room:
            kept = more
    counts = [(start, f"  … {end - start} more rows") for start, end in _gaps(kept, len(body))]
    return [text for _, text in sorted([*((i, body[i]) for i in kept), *counts])]


def _gaps(kept: list[int], length: int) -> list[tuple[int, int]]:
    """Return the places of the rows that are left out around those that are kept, as half-open ranges."""
    return [(before + 1, after) for before, after in pairwise([-1, *kept, length]) if after - before > 1]
