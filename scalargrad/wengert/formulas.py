"""Formulas of instructions as drawings show them: of many terms, only the ends."""

from scalargrad.notation.writer import Writer
from scalargrad.primitives.row import SUM
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
    ends = [[symbols[i] for symbols in lists] for i in (0, -1)]
    if row.precedence != SUM:
        return f"{row.name}([{ends[0][0]}, …, {ends[1][0]}])"
    first, last = (end[0] if row.lists == 1 else writer.write(TABLE["multiply"], end) for end in ends)
    return f"{first} + … + {last}"
