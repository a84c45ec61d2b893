"""Read an expression such as `a = w*x + b; sigmoid(a)` into Values, never running it as code.

Python's own parser makes the tree, and only what stands in this file is understood: numbers, names,
+ - * / **, lists, and calls of the functions of this package.
"""

import ast
import contextlib
import math
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from scalargrad.engine import functions
from scalargrad.engine.composed import mean
from scalargrad.engine.value import Value, as_value
from scalargrad.errors import ExpressionError, ScalargradError, unknown
from scalargrad.primitives.table import names

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
CONSTANTS = {"pi": math.pi, "e": math.e}
COMPOSED = {"mean": mean}  # of the functions that are no rows


def evaluate(text: str, values: Mapping[str, float] | None = None) -> Value:
    """Return the Value of the last statement; statements are separated by `;`, assignments are labels.

    `values` are the numbers of the names, made into labelled leaves in their order.  The constants
    pi and e are known.  Raises ExpressionError, which points at the place, for all that is not
    understood, for names without a value and values without a use, and for operands outside a domain.

    >>> y = evaluate("a = w*x + b; sigmoid(a)", {"w": 2.0, "x": 1.0, "b": -2.0})
    >>> y.data, y.parents[0].label
    (0.5, 'a')
    """
    return _Reader(text, values or {}).read()


def free_names(text: str) -> list[str]:
    """Return the names an expression leaves open, in their order: those that need a value.

    >>> free_names("a = w*x + b; sigmoid(a)")
    ['w', 'x', 'b']
    """
    names: dict[str, None] = {}
    assigned = set()
    for statement in _parse(text).body:
        called = {id(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)}
        loaded = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        for node in sorted(loaded, key=lambda node: (node.lineno, node.col_offset)):
            if id(node) not in called and node.id not in assigned and node.id not in CONSTANTS:
                names[node.id] = None
        assigned |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)} - set(names)
    return list(names)


def _parse(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python would warn of is refused later
            return ast.parse(text.strip())
    except SyntaxError as error:
        column = (error.offset or 1) - 1
        raise ExpressionError(f"cannot read the expression: {error.msg}", text.strip(), column) from None
    except (RecursionError, MemoryError, ValueError):
        message = "the expression is nested too deeply, or has a character that cannot be read"
        raise ExpressionError(message) from None


class _Reader:
    """Walk the tree of one text."""

    def __init__(self, text: str, values: Mapping[str, float]) -> None:
        self.text = text
        self.names: dict[str, Value] = {name: Value(x, label=name) for name, x in values.items()}
        self.unused = dict.fromkeys(values)

    def read(self) -> Value:
        body = _parse(self.text).body
        if not body:
            raise self._error("the expression is empty; expected something like sigmoid(w*x + b)")
        result = [self._statement(statement) for statement in body][-1]
        if self.unused:
            message = f"{' and '.join(self.unused)} has a value but does not occur in the expression"
            raise self._error(message)
        return result

    def _statement(self, statement: ast.stmt) -> Value:
        try:
            match statement:
                case ast.Expr(expression):
                    return self._value(expression)
                case ast.Assign([ast.Name(name)], expression):
                    return self._assign(name, expression)
        except RecursionError:
            raise self._error("the expression is nested too deeply") from None
        raise self._error(
            f"{_kind(statement)} is not understood here; expected an expression or name = …", statement
        )

    def _assign(self, name: str, expression: ast.expr) -> Value:
        if name in self.names:
            raise self._error(f"{name} has a value already", expression)
        value = self._value(expression)
        if value.label:
            value = +value  # a second name for a value is a copy of it, so that both names are shown
        value.label = name
        self.names[name] = value
        return value

    def _value(self, node: ast.expr) -> Value:
        result = self._evaluate(node)
        if isinstance(result, list):
            raise self._error("a list is not a number; it can be an argument, as in total([a, b])", node)
        return result if isinstance(result, Value) else Value(result)

    def _evaluate(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(int() | float() as number) if not isinstance(number, bool):
                return self._number(number, node)
            case ast.UnaryOp(ast.USub() | ast.UAdd() as sign, operand):
                value = self._evaluate(operand)
                return -value if isinstance(sign, ast.USub) else +value
            case ast.Name(name):
                return self._name(name, node)
            case ast.BinOp(left, kind, right) if type(kind) in OPERATORS:
                return self._apply(node, OPERATORS[type(kind)], self._evaluate(left), self._evaluate(right))
            case ast.BinOp(_, ast.BitXor(), _):
                raise self._error("^ is not a power; write **", node)
            case ast.Call(ast.Name(name), arguments, []):
                return self._apply(node, self._function(name, node), *map(self._evaluate, arguments))
            case ast.List(items) | ast.Tuple(items):
                return [self._evaluate(item) for item in items]
            case _:
                raise self._error(f"{_kind(node)} is not understood here", node)

    def _number(self, number: float, node: ast.expr) -> float:
        with contextlib.suppress(OverflowError):
            if math.isfinite(float(number)):
                return float(number)
        raise self._error("this number is too large for a float", node)

    def _name(self, name: str, node: ast.expr) -> Value | float:
        self.unused.pop(name, None)
        if name in self.names:
            return self.names[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in _functions():
            raise self._error(f"{name} is a function and needs its operands in parentheses", node)
        raise self._error(f"{name} has no value; give one as {name}=…", node)

    def _function(self, name: str, node: ast.expr) -> Callable[..., Any]:
        entries = names()
        if name in entries:
            return getattr(functions, entries[name].name)  # type: ignore[no-any-return]
        if name in COMPOSED:
            return COMPOSED[name]
        raise self._error(unknown("function", name, _functions()), node)

    def _apply(self, node: ast.expr, function: Callable[..., Any], *operands: Any) -> Any:
        """Call a function; operators of two plain numbers make nodes too, so that both are shown."""
        try:
            if function in OPERATORS.values():
                left, right = operands
                constant_power = function is operator.pow and isinstance(right, float)
                return function(as_value(left), right if constant_power else as_value(right))
            return function(*operands)
        except (ScalargradError, TypeError) as error:
            place = ast.unparse(node)
            doubled = str(error).startswith(place)
            raise self._error(str(error) if doubled else f"{place}: {error}", node) from None

    def _error(self, message: str, node: ast.AST | None = None) -> ExpressionError:
        """Return the error that points at a node."""
        if node is None or not hasattr(node, "col_offset"):
            return ExpressionError(message)
        line = self.text.strip().splitlines()[node.lineno - 1]  # type: ignore[attr-defined]
        start, end = (_column(line, offset) for offset in (node.col_offset, node.end_col_offset))  # type: ignore[attr-defined]
        single = node.lineno == node.end_lineno  # type: ignore[attr-defined]
        return ExpressionError(message, line, start, end if single else len(line))


def _functions() -> list[str]:
    return [*names(), *COMPOSED]


def _column(line: str, offset: int) -> int:
    return len(line.encode()[:offset].decode())  # Python's parser counts bytes


def _kind(node: ast.AST) -> str:
    names = {
        ast.Attribute: "attribute access",
        ast.Import: "an import",
        ast.ImportFrom: "an import",
        ast.Compare: "a comparison",
        ast.Subscript: "indexing",
        ast.Lambda: "a lambda",
        ast.Constant: "a text or constant",
        ast.Call: "a call with these arguments",
        ast.Assign: "an assignment to this",
        ast.IfExp: "a conditional expression",
    }
    return names.get(type(node), f"this ({type(node).__name__})")
