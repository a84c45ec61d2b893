"""Formulas of instructions as drawings show them: of many terms, only the ends."""

from scalargrad.notation.writer import Symbol, Writer
from scalargrad.primitives.row import ATOM, SUM
from scalargrad.primitives.table import TABLE
from scalargrad.wengert.instruction import Instruction

MANY = 4  # more terms than this are written as first + … + last


def formula(v: Instruction, writer: Writer) -> str:
    """Return the right-hand side of an instruction; of many terms, the first and the last.

    >>> from scalargrad import Value, total, trace
    >>> from scalargrad.notation.textbook import TextbookWriter
    >>> y = total([Value(1.0, label=f"x{i}") for i in range(1, 9)])
    >>> formula(trace(y).output, TextbookWriter())
    'x₁ + … + x₈'
    """
    row = v.primitive
    if not row or not row.lists or len(v.parents) <= MANY * row.lists:
        return str(v.written(writer))
    lists = row.arguments([parent.symbol(writer) for parent in v.parents])
    firsts, lasts = ([symbols[i] for symbols in lists] for i in (0, -1))
    if row.precedence == SUM and row.lists > 1:  # of products
        row, firsts, lasts = TABLE["total"], *([writer.write(TABLE["multiply"], x)] for x in (firsts, lasts))
    dots = Symbol("…", ATOM, writer)
    return str(writer.write(row, [x for first, last in zip(firsts, lasts) for x in (first, dots, last)]))
