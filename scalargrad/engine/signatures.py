"""The signatures of what is made from the table, as `help` shows them."""

from inspect import Parameter, Signature

from scalargrad.primitives.table import Entry, Family, row_of_entry


class Plain(str):
    """An annotation that is shown as it is written, not as a text in quotes."""

    __slots__ = ()
    __repr__ = str.__str__


NUMBER, NUMBERS, VALUE, FLOAT = map(Plain, ("Number", "Iterable[Number]", "Value", "float"))


def of_function(entry: Entry) -> Signature:
    """Return the signature of a function: the operands by position, then parameters."""
    row = row_of_entry(entry)
    kind = NUMBERS if row.lists else NUMBER
    return _signature(entry, [_by_position(name, kind) for name in row.operands])


def of_method(entry: Entry) -> Signature:
    """Return the signature of a method: self and a second operand by position, then parameters."""
    others = [_by_position("other", NUMBER) for _ in row_of_entry(entry).operands[1:]]
    return _signature(entry, [_by_position("self", Parameter.empty), *others])


def _by_position(name: str, annotation: object) -> Parameter:
    return Parameter(name, Parameter.POSITIONAL_ONLY, annotation=annotation)


def _signature(entry: Entry, operands: list[Parameter]) -> Signature:
    parameters = entry.signature.parameters.values() if isinstance(entry, Family) else ()
    numbers = [parameter.replace(annotation=FLOAT) for parameter in parameters]
    return Signature([*operands, *numbers], return_annotation=VALUE)
