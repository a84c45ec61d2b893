"""Lay a Wengert list out as the automatic differentiation literature does: two traces side by side."""

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from scalargrad.notation.labels import cut_in_the_middle
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Symbol, Writer
from scalargrad.primitives.row import ATOM
from scalargrad.wengert.columns import PLAIN, Inks, aligned, breadth_of
from scalargrad.wengert.folding import folded
from scalargrad.wengert.instruction import Contribution, Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.tangents import duality, product, tangent_statement

LONGEST, LEAST_ROOM = 66, 12  # formulas, in characters
BAR, NARROW_BAR = "|    ", "| "
FORWARD, TANGENTS, REVERSE = ("forward", "value"), ("tangents", "tangent"), ("reverse", "adds", "so far")
READ = {FORWARD: "down", TANGENTS: "down", REVERSE: "up"}  # where they stand side by side
INDENT = "\ue000"  # stands for a blank, which tabulate would strip; no label has it, see one_line
Line = tuple[str, ...]
Fold = Callable[[Line], Iterable[Line]]


class Block(NamedTuple):
    """The lines of one instruction: statement, tangent if any, what the sweep hands on, the end at a leaf."""

    statement: Line
    tangent: Sequence[Line]
    handed: Sequence[Line]
    ends: Sequence[Line]

    def parts(self) -> dict[Line, Sequence[Line]]:
        """Return the lines of each part by its headings, as they stand side by side."""
        tangents: dict[Line, Sequence[Line]] = {TANGENTS: self.tangent} if self.tangent else {}
        return {FORWARD: [self.statement], **tangents, REVERSE: [*self.ends, *reversed(self.handed)]}


def listing(
    trace: WengertList,
    digits: int = 4,
    width: int | None = None,
    inks: Inks = PLAIN,
    *,
    ends: int | None = None,
) -> str:
    """Return the forward and the reverse trace side by side, as text aligned on the decimal points.

    The left side is read down and evaluates; the right side is read up, from the seed: every edge
    adds upstream adjoint × local derivative to the adjoint of a parent.  `dv` stands for the
    adjoint ∂output/∂v.  Numbers have at most `digits` decimals; constants have no line, and a formula
    of more than LONGEST characters is cut in its middle.  For a `width` that the table exceeds, formulas are
    folded at their operators; where that is not enough, the reverse trace stands below the forward one, both
    read down, and at last names are cut.  No number ever is: where numbers do not fit, all is whole.
    A trace with tangents has them beside the values, or below each where that is too broad; `v_dot` is the
    tangent of v, and the last line says how they belong to the adjoints.
    With `ends`, the beginning and the end are listed, of no more than about so many lines each.

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
    writer = TextWriter(digits)
    table = _table(_blocks(trace, writer, ends), width, inks)
    if trace.output.tangent is None:
        return table
    law = folded(duality(trace, writer), width or breadth_of(table))
    return "\n".join([table, "", *law]).replace(INDENT, " ")


def _table(blocks: Sequence[Block], width: int | None, inks: Inks) -> str:
    """Return the first of the layouts that fits a width, in the order in which they lose."""
    whole = _side_by_side(blocks, inks, bar=BAR)
    if width is None or breadth_of(whole) <= width:
        return whole
    layouts = [(_side_by_side, False), (_one_after_the_other, False), (_one_after_the_other, True)]
    if any(block.tangent for block in blocks):
        layouts.insert(0, (_with_tangents_below, False))
    for layout, cuts in layouts:
        if (fitting := _fitting(partial(layout, blocks, inks), width, cuts)) is not None:
            return fitting
    return whole


def _blocks(trace: WengertList, writer: Writer, ends: int | None) -> list[Block]:
    shown = [v for v in trace if v.role != "constant"]
    first, last = (_within(ends, each) for each in (shown, reversed(shown)))
    left_out = len(shown) - first - last
    if left_out <= 0:
        return list(_blocks_of(shown, trace, writer))
    gap = Block((f"… {left_out:,} more", ""), [], [], [])
    head, tail = (_blocks_of(part, trace, writer) for part in (shown[:first], shown[-last:]))
    return [*head, gap, *tail]


def _within(lines: int | None, instructions: Iterable[Instruction]) -> int:
    """Return how many instructions fit into so many lines, one at least; each edge has a line."""
    room = itertools.accumulate(max(len(v.parents), 1) for v in instructions)
    return max(sum(lines is None or needed <= lines for needed in room), 1)


def _blocks_of(shown: Iterable[Instruction], trace: WengertList, writer: Writer) -> Iterator[Block]:
    handed_on = {step.instruction: step.contributions for step in trace.steps if step.phase == "reverse"}
    for v in shown:
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
        adjoint = adjoint_name(v, writer)
        seed = [(f"{adjoint} = 1", "", "1")] * (v is trace.output)
        leaf = (f"{adjoint_name(trace.output, writer)}/{adjoint}", "", number(v.adjoint, writer.digits))
        tangent = [] if v.tangent is None else [_tangent(v, trace, writer)]
        value = (statement, number(v.value, writer.digits))
        yield Block(value, tangent, seed + handed, [] if v.parents else [leaf])


def _tangent(v: Instruction, trace: WengertList, writer: Writer) -> Line:
    statement = cut_in_the_middle(tangent_statement(v, trace, writer), LONGEST)
    return statement, number(v.tangent or 0.0, writer.digits)


def _fitting(layout: Callable[[Fold], str], width: int, cuts: bool) -> str | None:
    """Return a layout whose formulas have as much room as a width leaves, None where it leaves too little."""

    def table(room: int) -> str:
        return layout(partial(_folded, room=room, cuts=cuts))

    rooms = range(LEAST_ROOM, LONGEST + 1)
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


def _side_by_side(
    blocks: Sequence[Block], inks: Inks, fold: Fold = _whole, bar: str = NARROW_BAR, *, below: bool = False
) -> str:
    """Return all parts side by side, with a bar between; tangents may stand `below` their values."""
    rows = [block.parts() for block in blocks]
    if below:
        rows = [{FORWARD: [*r[FORWARD], *r.get(TANGENTS, ())], REVERSE: r[REVERSE]} for r in rows]
    headings = list(rows[0])
    blanks = [("",) * len(part) for part in headings]
    lines = []
    for row in rows:
        columns = ([line for whole in part for line in fold(whole)] for part in row.values())
        lines += [
            _beside([line or blank for line, blank in zip(beside, blanks)], bar)
            for beside in itertools.zip_longest(*columns)
        ]
    named = [(f"{part[0]} ({READ[part]})", *part[1:]) for part in headings]
    return _aligned(lines, _beside(named, bar), headings, inks)


def _with_tangents_below(blocks: Sequence[Block], inks: Inks, fold: Fold) -> str:
    return _side_by_side(blocks, inks, fold, below=True)


def _one_after_the_other(blocks: Sequence[Block], inks: Inks, fold: Fold) -> str:
    """Return the parts below one another, the reverse one in its own order, from the seed to the leaves."""
    sweep = [line for block in reversed(blocks) for line in block.handed]
    parts = {
        FORWARD: [block.statement for block in blocks],
        TANGENTS: [line for block in blocks for line in block.tangent],
        REVERSE: sweep + [line for block in blocks for line in block.ends],
    }
    return "\n\n".join(
        _aligned([line for whole in lines for line in fold(whole)], part, [part], inks)
        for part, lines in parts.items()
        if lines
    )


def _beside(parts: Sequence[Line], bar: str) -> Line:
    """Return the cells of all parts as one line, with a bar between two of them."""
    first, *others = parts
    return (*first, *(cell for formula, *numbers in others for cell in (f"{bar}{formula}", *numbers)))


def _aligned(lines: Iterable[Line], headings: Line, parts: Sequence[Line], inks: Inks) -> str:
    """Return a table of parts, in each the formula on the left, then numbers by their points."""
    ink = {FORWARD: inks.value, TANGENTS: inks.value, REVERSE: inks.adjoint}
    numbers = [(part, i > 0) for part in parts for i in range(len(part))]
    alignment = ["decimal" if is_number else "left" for _, is_number in numbers]
    colours = [ink[part] if is_number else "" for part, is_number in numbers]
    return aligned(lines, headings, alignment, inks=colours).replace(INDENT, " ")


def adjoint_statement(c: Contribution, writer: Writer) -> str:
    """Return what a contribution does, such as `dx += dy*x`; the first to reach a target writes `=`."""
    local = c.child.local_derivatives(writer)[c.position]
    share = product(adjoint_name(c.child, writer), local, writer)
    return f"{adjoint_name(c.target, writer)} {'=' if c.before is None else '+='} {share}"


def adjoint_name(v: Instruction, writer: Writer) -> Symbol:
    """Return the short name of an adjoint: `dw1`, and `d(x1*w1)` of a value with such a label."""
    return Symbol(f"d{writer.enclosed(v.symbol(writer))}", ATOM, writer)
