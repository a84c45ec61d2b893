"""Walk the tree of an expression, making Values of it."""

import re
from collections.abc import Callable, Mapping, Sequence

from scalargrad.engine.value import Number, Value, as_value
from scalargrad.errors import ExpressionError, ScalargradError
from scalargrad.expressions import tree
from scalargrad.expressions.advice import without_value
from scalargrad.expressions.functions import function_named, unknown_function
from scalargrad.expressions.names import CONSTANTS, is_module
from scalargrad.expressions.operators import OPERATORS, power, signed
from scalargrad.expressions.places import error_at, one_line
from scalargrad.expressions.refusals import DECIMAL_COMMA
from scalargrad.expressions.vectors import Array, element, flat, listed, named, transposed

INDEX = "write x[0] or W[0, 1], counted from 0"
DIGITS_AND_COMMA = re.compile("[0-9],[0-9]")
MOST_NUMBERS = 100_000  # that one text may make
ATTRIBUTE = "attribute access is not understood here; write tanh(x) or x.tanh(), and W.T for a transpose"


class Reader:
    """Compute the statements of one text, given the Values of the names it leaves open."""

    def __init__(self, text: str, given: Mapping[str, Array]) -> None:
        self.text = text
        self.names: dict[str, Array] = dict(given)
        self.unused = dict.fromkeys(given)
        self.plain: set[Value] = set()  # that are computed of numbers alone
        self.made = 0

    def statement(self, statement: tree.Statement) -> Array:
        """Return what a statement computes, under its name where it has one."""
        name, expression = statement.name, statement.expression
        if name in self.names:
            raise self.error(f"{name} has a value already", expression)
        result = self.value(expression)
        if name:
            is_list = isinstance(expression, tree.Listed)
            result = named(result, name, lambda x, label: _labelled(x, label, keeps=is_list))
            self.names[name] = result
        return result

    def value(self, node: tree.Node) -> Array:
        """Return what a node means: a number, a Value, or a list; there is a method for each kind of node."""
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def _number(self, node: tree.Number) -> Array:
        return node.value

    def _name(self, node: tree.Name) -> Array:
        self.unused.pop(node.name, None)
        if node.name in self.names:
            return self.names[node.name]
        if node.name in CONSTANTS:
            return CONSTANTS[node.name]
        raise self.error(without_value(node.name, self.names), node)

    def _listed(self, node: tree.Listed) -> Array:
        return self.apply(node, listed, *map(self.value, node.items))

    def _signed(self, node: tree.Signed) -> Array:
        return self.compute(node, lambda x: signed(node.sign, x), self.value(node.operand))

    def _chain(self, node: tree.Chain) -> Array:
        result = self.value(node.first)
        for sign, operand in node.rest:
            joined = tree.Node(node.start, operand.end)
            result = self.compute(joined, OPERATORS[sign], result, self.value(operand))
        return result

    def _power(self, node: tree.Power) -> Array:
        """Return a power; W^T is the transpose of a matrix, as books write it, unless T has a value."""
        base, exponent = self.value(node.base), node.exponent
        if isinstance(exponent, tree.Name) and exponent.name == "T" and "T" not in self.names:
            return self.apply(node, transposed, base)
        return self.compute(node, power, base, self.value(exponent))

    def _transposed(self, node: tree.Transposed) -> Array:
        return self.apply(node, transposed, self.value(node.matrix))

    def _indexed(self, node: tree.Indexed) -> Array:
        places = [self._place(place) for place in node.places]
        if not places:
            raise self.error(f"an index is missing; {INDEX}", node)
        name = one_line(self.text[node.listed.start : node.listed.end])
        return self.apply(node, lambda x: element(x, name, places), self.value(node.listed))

    def _place(self, node: tree.Node) -> int:
        place = self.value(node)
        if not isinstance(place, float) or place % 1 != 0:
            raise self.error(f"an index is a whole number; {INDEX}", node)
        return int(place)

    def _call(self, node: tree.Call) -> Array:
        return self._called(node, node.called, node.arguments)

    def _method(self, node: tree.Method) -> Array:
        owner = () if is_module(node.owner, self.names) else (node.owner,)
        return self._called(node, node.called, (*owner, *node.arguments))

    def _attribute(self, node: tree.Attribute) -> Array:
        if node.name in CONSTANTS and is_module(node.owner, self.names):
            return CONSTANTS[node.name]
        raise self.error(ATTRIBUTE, node)

    def _called(self, node: tree.Node, called: tree.Name, arguments: Sequence[tree.Node]) -> Array:
        function = function_named(called.name)
        if function is not None:
            return self.compute(node, function, *map(self.value, arguments))
        if called.name in self.names:
            operand = one_line(self.text[called.end : node.end])
            message = f"{called.name} is no function; for a product write {called.name}*{operand}"
            raise self.error(message, node)
        raise self.error(unknown_function(called.name), called)

    def compute(self, node: tree.Node, function: Callable[..., Array], *operands: Array) -> Array:
        """Return what a function makes of its operands.

        Beside a name, what numbers alone give is a number, as in Python: nobody wants the derivative by the
        1/2 of 1/2*x.
        """
        if all(self._is_plain(x) for x in flat([*operands])):
            result = self.apply(node, function, *operands)
            self.plain.update(x for x in flat(result) if isinstance(x, Value))
            return result
        return self.apply(node, function, *map(self._as_numbers, operands))

    def _as_numbers(self, x: Array) -> Array:
        if isinstance(x, list):
            return [self._as_numbers(item) for item in x]
        return x.data if isinstance(x, Value) and self._is_plain(x) else x

    def _is_plain(self, x: Number) -> bool:
        return not isinstance(x, Value) or (x in self.plain and not x.label)

    def apply(self, node: tree.Node, function: Callable[..., Array], *operands: Array) -> Array:
        """Return what a function makes of its operands; its errors point at the node."""
        try:
            result = function(*operands)
        except (ScalargradError, TypeError) as error:
            place = one_line(self.text[node.start : node.end])
            message = str(error) if str(error).startswith(place) else f"{place}: {error}"
            if isinstance(node, tree.Call) and DIGITS_AND_COMMA.search(place):
                message += f"; {DECIMAL_COMMA}"
            raise self.error(message, node) from None
        self.made += len(flat(result)) if isinstance(result, list) else 1
        if self.made > MOST_NUMBERS:
            raise self.error(f"the expression makes more than {MOST_NUMBERS:,} numbers", node)
        return result

    def error(self, message: str, node: tree.Node) -> ExpressionError:
        """Return the error that points at a node."""
        return error_at(message, self.text, node.start, node.end)


def _labelled(x: Number, label: str, *, keeps: bool) -> Value:
    """Return a Value under its label; of one that has another a copy, so that both names are shown.

    A list of named Values `keeps` their names: it is just a list.
    """
    value = x if isinstance(x, Value) else Value(x)
    if value.label and keeps:
        return value
    value = +value if value.label else as_value(value)
    value.label = label
    return value
