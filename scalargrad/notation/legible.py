"""Refuse a row that cannot be read as notation, when it is entered."""

from collections.abc import Sequence
from typing import Any

from scalargrad.errors import EntryError
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.writer import Writer
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import Entry, for_each_entry, row_of_entry

OWN = "scalargrad.primitives.rows"  # whose rows the laws of the tests hold, so that no import waits for this


@for_each_entry
def _check(entry: Entry) -> None:
    if entry.module != OWN:
        for writer in (TextWriter(), LatexWriter(), TextbookWriter()):
            _read(row_of_entry(entry), writer)


def _read(row: Primitive, writer: Writer) -> None:
    """Write a row's value, form, domain and local derivatives; each list has two operands."""
    names = [f"{name}{i}" for name in row.operands for i in (1, 2)] if row.lists else row.operands
    operands = list(map(writer.name, names))
    arguments = row.arguments(operands)
    try:
        writer.symbol(row.function(writer, *arguments))
        writer.write(row, operands)
        if row.domain:
            row.domain(writer, *arguments)
        partials = row.partials(writer, writer.name("z"), *arguments)
    except EntryError:
        raise
    except Exception as error:
        message = f"it cannot be read over symbols, as m.cos(x) can but not math.cos(x): {error}"
        raise EntryError(message) from error
    _check_partials(row, partials)


def _check_partials(row: Primitive, partials: Any) -> None:
    """Refuse anything but ∂z/∂x for one operand, a pair for two, a tuple of lists for lists."""
    if row.lists:
        right = _are(partials, row.lists) and all(_are(of_list, 2) for of_list in partials)
        wanted = (
            f"a tuple of {row.lists} list{'s'[: row.lists > 1]}, with a local derivative for each operand"
        )
    elif row.arity == 1:
        right, wanted = not isinstance(partials, Sequence), "the local derivative itself"
    else:
        right, wanted = _are(partials, 2), "a pair of local derivatives"
    if not right:
        message = f"its partials have to return {wanted}, got {partials!r:.60}"
        raise EntryError(message)


def _are(partials: Any, count: int) -> bool:
    return isinstance(partials, Sequence) and len(partials) == count
