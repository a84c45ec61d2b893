"""What an expression gives out: its output, with the Values that it does not use."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from scalargrad.engine.node import evaluation_order
from scalargrad.engine.value import Number, Value, as_value
from scalargrad.errors import ExpressionError
from scalargrad.expressions.cursor import TOO_DEEP
from scalargrad.expressions.given import Numbers, leaves_of
from scalargrad.expressions.names import CONSTANTS, free_output, open_names
from scalargrad.expressions.parser import statements_of
from scalargrad.expressions.places import error_at, one_line
from scalargrad.expressions.reader import Reader
from scalargrad.expressions.tree import Statement
from scalargrad.expressions.vectors import Array, described, flat


class Evaluated(NamedTuple):
    """The output of an expression, with the Values of statements that it does not depend on."""

    output: Value
    unused: tuple[Value, ...]


def evaluate(text: str, values: Mapping[str, Numbers] | None = None) -> Value:
    """Return the Value of the last statement; statements are separated by `;`, assignments are labels.

    `values` are the numbers of the names, made into labelled leaves in their order; a list of them makes
    leaves x[0], x[1], …, a matrix W[0,0], …  The constants pi and e are known.  An output without a name is
    called y, or by another letter where that is taken.  Raises ExpressionError, which points at the place,
    for all that is not understood, for names without a value and values without a use, for operands outside
    a domain, and for an output that is a list.

    >>> y = evaluate("a = w*x + b; sigmoid(a)", {"w": 2.0, "x": 1.0, "b": -2.0})
    >>> y.data, y.label, y.parents[0].label
    (0.5, 'y', 'a')
    >>> evaluate("h = relu(W@x); h[0] - h[1]", {"W": [[1, 2], [3, -4]], "x": [2, 1]}).data
    2.0
    """
    return read(text, values).output


def read(text: str, values: Mapping[str, Numbers] | None = None) -> Evaluated:
    """Return the output of an expression, as `evaluate` does, and what it computes beside it.

    >>> output, unused = read("p1 = 2x; p2 = 3x; L = -log(p1)", {"x": 0.25})
    >>> output.label, [v.label for v in unused]
    ('L', ['p2'])
    """
    leaves = leaves_of(values or {})
    with _not_too_deep():
        statements = _statements(text)
        reader = Reader(text, leaves)
        results = [reader.statement(statement) for statement in statements]
    if reader.unused:
        message = f"{' and '.join(reader.unused)} has a value but does not occur in the expression"
        raise ExpressionError(message)
    output = _output(results[-1], statements[-1], text)
    output, unused = _beside(output, [v for result in results[:-1] for v in flat(result)])
    if not output.label:
        names = {statement.name for statement in statements}
        output.label = free_output(names | open_names(statements).keys() | leaves.keys())
    return Evaluated(output, unused)


def free_names(text: str, given: Collection[str] = ()) -> list[str]:
    """Return the names an expression leaves open, in their order: those that need a value.

    A constant such as e is open where it is among the names `given` another value.

    >>> free_names("a = w*x + b; sigmoid(a)")
    ['w', 'x', 'b']
    >>> free_names("x * e"), free_names("x * e", given={"e"})
    (['x'], ['x', 'e'])
    """
    with _not_too_deep():
        return [name for name in open_names(_statements(text)) if name not in CONSTANTS or name in given]


@contextmanager
def _not_too_deep() -> Iterator[None]:
    try:
        yield
    except RecursionError:  # of a caller that is deep itself, or of many brackets with much behind each
        raise ExpressionError(TOO_DEEP) from None


def _statements(text: str) -> list[Statement]:
    statements = statements_of(text)
    if not statements:
        raise ExpressionError("the expression is empty; expected something like sigmoid(w*x + b)")
    return statements


def _output(result: Array, statement: Statement, text: str) -> Value:
    """Return the output as a Value; refuse a list."""
    if not isinstance(result, list):
        return as_value(result) if isinstance(result, Value) else Value(result)
    name, place = statement.name, statement.expression
    source = one_line(text[place.start : place.end])
    instead = f"add '; sum({name})', or '; {name}[0]'" if name else f"write 'h = {source}; sum(h)', or 'h[0]'"
    message = (
        f"a list is not a number: the output is {described(result)}, and derivatives are of one number; "
        f"{instead} for an element"
    )
    raise error_at(message, text, place.start, place.end)


def _beside(output: Value, results: Iterable[Number]) -> tuple[Value, tuple[Value, ...]]:
    """Return the output, with the results it does not use; a copy of it, where one of them reads it."""
    used = set(evaluation_order(output))
    unused = tuple(dict.fromkeys(v for v in results if isinstance(v, Value) and v not in used))
    if unused and output in set(evaluation_order(*unused)):
        output = +output
    return output, unused
