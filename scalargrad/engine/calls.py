"""How entries of the table are called: functions of Values, with signature, checks, documentation."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scalargrad.engine.apply import apply
from scalargrad.engine.signatures import of_function
from scalargrad.engine.value import Number, Value, as_values
from scalargrad.errors import OperandError, ShapeError
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import Entry, Family


def function_of(entry: Entry) -> Callable[..., Value]:
    """Return the function of a row or family, with its name, signature and documentation."""
    function = _of_family(entry) if isinstance(entry, Family) else _of_row(entry)
    function.__name__ = function.__qualname__ = entry.name
    function.__doc__ = documentation(entry)
    function.__signature__ = of_function(entry)  # type: ignore[attr-defined]
    return function


def _of_row(row: Primitive) -> Callable[..., Value]:
    prepared = _lists_of if row.lists else _operands_of
    return lambda *arguments: apply(row, *prepared(row, arguments))


def _of_family(family: Family) -> Callable[..., Value]:
    count = len(family.sample.operands)

    def function(*arguments: Any, **named: float) -> Value:
        row = family(*arguments[count:], **named)
        return _of_row(row)(*arguments[:count])

    return function


def _operands_of(row: Primitive, arguments: Sequence[Number]) -> list[Value]:
    _check_count(row, arguments, "operand")
    return as_values(arguments)


def _lists_of(row: Primitive, arguments: Sequence[Iterable[Number]]) -> list[list[Value]]:
    _check_count(row, arguments, "list")
    lists = list(map(as_values, arguments))
    first, second = lists[0], lists[-1]
    if len(first) != len(second):
        lengths = " and ".join(f"{len(values)} {name}" for values, name in zip(lists, row.operands))
        message = f"{row.name} needs two lists of one length, got {lengths}"
        raise ShapeError(message)
    if len(first) < row.fewest:
        least = "one value" if row.fewest == 1 else f"{row.fewest} values"
        message = f"{row.name} needs at least {least}, got {len(first) or 'none'}"
        raise ShapeError(message)
    return lists


def _check_count(row: Primitive, arguments: Sequence[object], kind: str) -> None:
    count = len(row.operands)
    if len(arguments) != count:
        message = f"{row.name} takes {count} {kind}{'s'[: count != 1]}, got {len(arguments)}"
        raise OperandError(message)


def documentation(entry: Entry) -> str:
    """Return the documentation of a function: what the row says, its formulas, its domain."""
    if isinstance(entry, Family) or entry.lists:
        lengths = "\n\nRaises ShapeError if the two lists differ in length."
        return entry.documentation + lengths * (not isinstance(entry, Family) and entry.lists == 2)
    writer = TextWriter()
    operands = tuple(map(writer.name, entry.operands))
    partials = entry.local_derivatives(writer, writer.name("z"), operands)
    lines = [entry.documentation, "", f"z = {writer.write(entry, operands)}"]
    lines += [f"∂z/∂{x} = {writer.symbol(partial)}" for x, partial in zip(operands, partials, strict=True)]
    if entry.domain:
        lines.append(f"Raises DomainError unless {entry.domain(writer, *operands)}.")
    return "\n".join(lines)
