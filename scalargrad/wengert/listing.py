"""Lay a Wengert list out as the automatic differentiation literature does: two traces side by side."""

import math
import textwrap
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from scalargrad.notation.labels import cut_in_the_middle, one_line
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Writer
from scalargrad.wengert.folding import folded
from scalargrad.wengert.instruction import Contribution, Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.tangents import duality, product, tangent_statement

LONGEST, NARROWEST = 44, 12  # formulas, in characters
BAR, NARROW_BAR = "|    ", "| "
FORWARD, TANGENTS = ("forward (down)", "value"), ("tangents (down)", "tangent")  # headings of each part
REVERSE = ("reverse (up)", "adds", "so far")
FOLDED = 24  # a column that is folded, at least
INK_ENDS = "\x1b[0m"
INDENT = "\ue000"  # stands for a blank, which tabulate would strip; no label has it, see one_line
Line = tuple[str, ...]
Block = tuple[Sequence[Line], ...]  # the lines of one instruction: forward, tangents if any, reverse


class Inks(NamedTuple):
    """The escape codes that begin the colour of values and of adjoints, empty where there is none."""

    value: str = ""
    adjoint: str = ""


PLAIN = Inks()


def listing(trace: WengertList, digits: int = 4, width: int | None = None, inks: Inks = PLAIN) -> str:
    """Return the forward and the reverse trace side by side, as text aligned on the decimal points.

    The left side is read down and evaluates; the right side is read up, from the seed: every edge
    adds upstream adjoint × local derivative to the adjoint of a parent.  `dv` stands for the
    adjoint ∂output/∂v.  Numbers have at most `digits` decimals; constants have no line, and a formula
    of more than LONGEST characters is cut in its middle.  For a `width` that the table exceeds, formulas are
    folded at their operators, unless even that is of no help; no number is ever cut.
    A trace with tangents has them beside the values, or below each where that is too broad; `v_dot` is the
    tangent of v, and the last line says how they belong to the adjoints.

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
    blocks = list(_blocks(trace, writer))
    if trace.output.tangent is None:
        return _fitting(blocks, width, inks)
    columns = _columns(_table(blocks))  # of what is seen, which escape codes are not
    if width is not None and columns > width:
        blocks = [([*forward, *tangents], reverse) for forward, tangents, reverse in blocks]
    law = folded(duality(trace, writer), width or columns)
    return "\n".join([_fitting(blocks, width, inks), "", *law]).replace(INDENT, " ")


def _fitting(blocks: Sequence[Block], width: int | None, inks: Inks) -> str:
    """Return the table, with formulas folded where it would exceed a width."""
    if width is None or _columns(_table(blocks)) <= width:
        return _table(blocks, inks=inks)
    rooms = range(NARROWEST, LONGEST + 1)
    fitting = bisect_right(rooms, width, key=lambda room: _columns(_table(blocks, room, NARROW_BAR)))
    return _table(blocks, rooms[fitting - 1], NARROW_BAR, inks) if fitting else _table(blocks, inks=inks)


def updates(
    trace: WengertList, rate: float, names: Iterable[str], digits: int = 4, inks: Inks = PLAIN
) -> str:
    """Return the table of one step of gradient descent, v ← v - rate · ∂output/∂v, for these names.

    >>> from scalargrad import Value
    >>> print(updates(WengertList.of(Value(3.0, label="x") ** 2), 0.5, ["x"]))
          before    gradient    after
    x          3           6        0
    """
    lines = [
        (one_line(v.name), *(number(x, digits) for x in (v.value, v.adjoint, v.value - rate * v.adjoint)))
        for v in map(trace.__getitem__, names)
    ]
    headings, alignment = ("", "before", "gradient", "after"), ("left", "decimal", "decimal", "decimal")
    return aligned(lines, headings, alignment, inks=("", inks.value, inks.adjoint, inks.value))


def aligned(
    lines: Iterable[Sequence[str]],
    headings: Sequence[str],
    alignment: Sequence[str],
    form: str = "plain",
    inks: Sequence[str] = (),
    *,
    width: int | None = None,
) -> str:
    """Return a table in a form of tabulate, columns "left", "right" or by the "decimal" point.

    No line ends in blanks, so that the text can be compared and kept in documents.  Where a column has an
    ink, the escape code that begins a colour, its heading and its cells are written in that.  To fit a
    `width` the last column is folded.

    >>> print(aligned([("a", "10.5"), ("b", "2")], ("v", "value"), ("left", "decimal")))
    v      value
    a       10.5
    b        2
    """
    from tabulate import tabulate

    if width is not None:
        lines = _narrowed(list(lines), headings, alignment, width)
    if any(inks):
        headings, *lines = (tuple(map(_inked, line, inks)) for line in (headings, *lines))
    text = tabulate(lines, headings, tablefmt=form, disable_numparse=True, colalign=alignment)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _narrowed(
    lines: Sequence[Sequence[str]], headings: Sequence[str], alignment: Sequence[str], width: int
) -> list[Sequence[str]]:
    """Return lines whose last cells are folded to what the other columns leave of a width."""
    others = aligned([line[:-1] for line in lines], headings[:-1], alignment[:-1])
    room = max(width - max(map(len, others.splitlines())) - len("  "), FOLDED)
    return [(*line[:-1], textwrap.fill(line[-1], room)) for line in lines]


def _inked(text: str, ink: str) -> str:
    return f"{ink}{text}{INK_ENDS}" if ink and text else text


def _blocks(trace: WengertList, writer: Writer) -> Iterator[Block]:
    """Yield the lines of each instruction: the statement, beside it its contributions from the last up."""
    handed_on = {step.instruction: step.contributions for step in trace.steps if step.phase == "reverse"}
    for v in trace:
        if v.role == "constant":
            continue
        formula = f" = {v.written(writer)}" if v.parents else ""
        statement = cut_in_the_middle(f"{v.symbol(writer)}{formula}", LONGEST)
        left = (statement, number(v.value, writer.digits))
        right: list[Line] = [
            (
                adjoint_statement(c, writer),
                number(c.contribution, writer.digits),
                number(c.after, writer.digits),
            )
            for c in reversed(handed_on.get(v, ()))
            if c.target.role != "constant"
        ]
        tangents = [[_tangent_line(v, trace, writer)]] if v.tangent is not None else []
        yield [left], *tangents, right + _ends(v, trace.output, writer)


def _ends(v: Instruction, output: Instruction, writer: Writer) -> list[Line]:
    """Return where the reverse trace ends, at a leaf, or where it begins, at the output."""
    leaf = f"d{output.symbol(writer)}/d{v.symbol(writer)}"
    ends = [(leaf, "", number(v.adjoint, writer.digits))] if not v.parents else []
    return [*ends, *[(f"d{v.symbol(writer)} = 1", "", "1")] * (v is output)]


def _tangent_line(v: Instruction, trace: WengertList, writer: Writer) -> Line:
    statement = cut_in_the_middle(tangent_statement(v, trace, writer), LONGEST)
    return statement, number(v.tangent or 0.0, writer.digits)


def _table(blocks: Sequence[Block], room: float = math.inf, bar: str = BAR, inks: Inks = PLAIN) -> str:
    """Return the table, in which a formula takes at most this room, and more lines where it needs them."""
    parts = (FORWARD, TANGENTS, REVERSE) if any(len(block) == 3 for block in blocks) else (FORWARD, REVERSE)
    blank = [("",) * len(part) for part in parts]
    lines = []
    for block in blocks:
        columns = ([line for whole in part for line in _folded(whole, room)] for part in block)
        lines += [
            _beside([line or other for line, other in zip(row, blank)], bar) for row in zip_longest(*columns)
        ]
    alignment = [side for part in parts for side in ("left", *["decimal"] * (len(part) - 1))]
    ink = {FORWARD: inks.value, TANGENTS: inks.value, REVERSE: inks.adjoint}
    colours = [colour for part in parts for colour in ("", *[ink[part]] * (len(part) - 1))]
    return aligned(lines, _beside(parts, bar), alignment, inks=colours).replace(INDENT, " ")


def _beside(parts: Sequence[Line], bar: str) -> Line:
    """Return the cells of all parts as one line, with a bar between two of them."""
    first, *others = parts
    return (*first, *(cell for formula, *numbers in others for cell in (f"{bar}{formula}", *numbers)))


def _folded(line: Line, room: float) -> Iterator[Line]:
    """Yield a line with its numbers, then what is left of its formula."""
    formula, *numbers = line
    first, *others = folded(formula, room)
    yield (first, *numbers)
    yield from ((other.replace(" ", INDENT), *("" for _ in numbers)) for other in others)


def _columns(table: str) -> int:
    return max(map(len, table.splitlines()))


def adjoint_statement(c: Contribution, writer: Writer) -> str:
    """Return what a contribution does, such as `dx += dy*x`; the first to reach a target writes `=`."""
    upstream = writer.name(f"d{c.child.name}")
    local = c.child.local_derivatives(writer)[c.position]
    share = product(upstream, local, writer)
    return f"d{c.target.symbol(writer)} {'=' if c.before is None else '+='} {share}"
