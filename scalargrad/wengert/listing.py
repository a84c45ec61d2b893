"""Lay a Wengert list out as the automatic differentiation literature does: two traces side by side."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from scalargrad.notation.labels import cut_in_the_middle, one_line
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Writer
from scalargrad.primitives.table import TABLE
from scalargrad.wengert.columns import PLAIN, Inks, aligned, breadth_of, shorter
from scalargrad.wengert.folding import folded
from scalargrad.wengert.instruction import Contribution
from scalargrad.wengert.list import WengertList

LONGEST, NARROWEST = 44, 12  # formulas, in characters
BAR, NARROW_BAR = "|    ", "| "
INDENT = "\ue000"  # stands for a blank, which tabulate would strip; no label has it, see one_line
Line = tuple[str, ...]
Fold = Callable[[Line], Iterable[Line]]


class Block(NamedTuple):
    """The lines of one instruction: its statement, what the sweep hands on from it, the end at a leaf."""

    statement: Line
    handed: Sequence[Line]
    ends: Sequence[Line]


def listing(trace: WengertList, digits: int = 4, width: int | None = None, inks: Inks = PLAIN) -> str:
    """Return the forward and the reverse trace side by side, as text aligned on the decimal points.

    The left side is read down and evaluates; the right side is read up, from the seed: every edge
    adds upstream adjoint × local derivative to the adjoint of a parent.  `dv` stands for the
    adjoint ∂output/∂v.  Numbers have at most `digits` decimals; constants have no line, and a formula
    of more than LONGEST characters is cut in its middle.  For a `width` that the table exceeds, formulas are
    folded at their operators; where that is not enough, the reverse trace stands below the forward one, both
    read down, and at last names are cut.  No number ever is: where numbers do not fit, all is whole.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> print(listing(WengertList.of(y)))
    forward (down)      value  |    reverse (up)      adds    so far
    x                       3  |    dy/dx                          6
    y = x*x                 9  |    dx += dy*x           3         6
                               |    dx = dy*x            3         3
                               |    dy = 1                         1
    """
    blocks = list(_blocks(trace, TextWriter(digits)))
    whole = _side_by_side(blocks, inks, bar=BAR)
    if width is None or breadth_of(whole) <= width:
        return whole
    for layout, cuts in ((_side_by_side, False), (_one_after_the_other, False), (_one_after_the_other, True)):
        if (fitting := _fitting(partial(layout, blocks, inks), width, cuts)) is not None:
            return fitting
    return whole


def updates(
    trace: WengertList,
    rate: float,
    names: Iterable[str],
    digits: int = 4,
    inks: Inks = PLAIN,
    *,
    width: int | None = None,
) -> str:
    """Return the table of one step of gradient descent, v ← v - rate · ∂output/∂v, for these names.

    To fit a `width`, names are cut in their middle.

    >>> from scalargrad import Value
    >>> print(updates(WengertList.of(Value(3.0, label="x") ** 2), 0.5, ["x"]))
          before    gradient    after
    x          3           6        0
    """
    moved = list(map(trace.__getitem__, names))
    numbers = [[number(x, digits) for x in (v.value, v.adjoint, v.value - rate * v.adjoint)] for v in moved]
    headings, alignment = ("", "before", "gradient", "after"), ("left", "decimal", "decimal", "decimal")

    def table(names: Sequence[str]) -> str:
        colours = ("", inks.value, inks.adjoint, inks.value)
        return aligned([(v, *x) for v, x in zip(names, numbers)], headings, alignment, inks=colours)

    whole = table(written := [one_line(v.name) for v in moved])
    excess = 0 if width is None else breadth_of(whole) - width
    return table(shorter(written, excess)) if excess > 0 else whole


def _blocks(trace: WengertList, writer: Writer) -> Iterator[Block]:
    handed_on = {step.instruction: step.contributions for step in trace.steps if step.phase == "reverse"}
    for v in trace:
        if v.role == "constant":
            continue
        name = v.symbol(writer)
        formula = f" = {v.written(writer)}" if v.parents else ""
        statement = cut_in_the_middle(f"{name}{formula}", LONGEST)
        handed: list[Line] = [
            (
                adjoint_statement(c, writer),
                number(c.contribution, writer.digits),
                number(c.after, writer.digits),
            )
            for c in handed_on.get(v, ())
            if c.target.role != "constant"
        ]
        seed = [(f"d{name} = 1", "", "1")] * (v is trace.output)
        leaf = (f"d{trace.output.symbol(writer)}/d{name}", "", number(v.adjoint, writer.digits))
        yield Block((statement, number(v.value, writer.digits)), seed + handed, [] if v.parents else [leaf])


def _fitting(layout: Callable[[Fold], str], width: int, cuts: bool) -> str | None:
    """Return a layout whose formulas have as much room as a width leaves, None where it leaves too little."""

    def table(room: int) -> str:
        return layout(partial(_folded, room=room, cuts=cuts))

    rooms = range(NARROWEST, LONGEST + 1)
    fitting = bisect_right(rooms, width, key=lambda room: breadth_of(table(room)))
    return table(rooms[fitting - 1]) if fitting else None


def _folded(line: Line, room: int, cuts: bool) -> Iterator[Line]:
    """Yield a line with its numbers, then what is left of its formula, cut where nothing else helps."""
    formula, *numbers = line
    first, *others = (cut_in_the_middle(each, room) if cuts else each for each in folded(formula, room))
    yield (first, *numbers)
    yield from ((other.replace(" ", INDENT), *("" for _ in numbers)) for other in others)


def _whole(line: Line) -> Iterator[Line]:
    yield line


def _side_by_side(blocks: Sequence[Block], inks: Inks, fold: Fold = _whole, bar: str = NARROW_BAR) -> str:
    lines = []
    for statement, handed, ends in blocks:
        left, right = fold(statement), [line for each in (*ends, *reversed(handed)) for line in fold(each)]
        for (formula, value, *_), (adjoint, *numbers) in zip_longest(left, right, fillvalue=("", "", "")):
            lines.append((formula, value, f"{bar}{adjoint}", *numbers))
    headings = ("forward (down)", "value", f"{bar}reverse (up)", "adds", "so far")
    alignment = ("left", "decimal", "left", "decimal", "decimal")
    colours = ("", inks.value, "", inks.adjoint, inks.adjoint)
    return aligned(lines, headings, alignment, inks=colours).replace(INDENT, " ")


def _one_after_the_other(blocks: Sequence[Block], inks: Inks, fold: Fold) -> str:
    """Return the forward trace and below it the reverse one in its own order, from the seed to the leaves."""
    forward = [line for block in blocks for line in fold(block.statement)]
    sweep = [line for block in reversed(blocks) for line in block.handed]
    ends = [line for block in blocks for line in block.ends]
    reverse = [line for each in sweep + ends for line in fold(each)]
    tables = (
        aligned(forward, ("forward", "value"), ("left", "decimal"), inks=("", inks.value)),
        aligned(
            reverse,
            ("reverse", "adds", "so far"),
            ("left", "decimal", "decimal"),
            inks=("", inks.adjoint, inks.adjoint),
        ),
    )
    return "\n\n".join(tables).replace(INDENT, " ")


def adjoint_statement(c: Contribution, writer: Writer) -> str:
    """Return what a contribution does, such as `dx += dy*x`; the first to reach a target writes `=`."""
    upstream = writer.name(f"d{c.child.name}")
    local = c.child.local_derivatives(writer)[c.position]
    product = upstream if str(local) == "1" else writer.write(TABLE["multiply"], (upstream, local))
    if str(local) == "-1":
        product = writer.write(TABLE["negative"], [upstream])
    return f"d{c.target.symbol(writer)} {'=' if c.before is None else '+='} {product}"
