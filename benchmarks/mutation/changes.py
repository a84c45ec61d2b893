"""What is changed in a module, one thing at a time.

Left out is what no test should hold fast: docstrings, annotations, assertions and what else only type
checkers read, the wording of errors, warnings and help.
"""

import ast
from collections.abc import Iterator

Change = tuple[ast.AST, ast.AST]  # a node of the module, what stands there instead

BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
SAME = {ast.Eq: ast.NotEq, ast.Is: ast.IsNot, ast.In: ast.NotIn}
OPPOSITE = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt}
OPPOSITE |= SAME | {other: each for each, other in SAME.items()}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
              ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult}  # fmt: skip
DECLARATIONS = {"dataclass", "cache", "lru_cache", "TypeVar", "ParamSpec", "NewType", "cast", "overload"}
UNSEEN = {"annotation", "returns", "type_params"}  # fields with what type checkers read
NEVER = ast.Tuple([], ast.Load())  # the exceptions that `except ()` catches


def changes(node: ast.AST, *, wording: bool = False) -> Iterator[Change]:
    """Yield every change below a node; within `wording` texts stand as they are."""
    if _is_declaration(node):
        return
    wording = wording or _words(node)
    yield from _changed(node, wording)
    for field, value in ast.iter_fields(node):
        if field in UNSEEN:
            continue
        children = value if isinstance(value, list) else [value]
        for child in children:
            if isinstance(child, ast.AST) and not (field == "body" and _is_text(child)):
                yield from changes(child, wording=wording)


def _changed(node: ast.AST, wording: bool) -> Iterator[Change]:
    match node:
        case ast.ExceptHandler(ast.expr() as caught):
            yield caught, NEVER
        case ast.If(test) | ast.IfExp(test):
            yield from _decided(test)
        case ast.comprehension(ifs=ifs):
            yield from ((test, ast.Constant(True)) for test in ifs)
        case ast.stmt():
            yield from _without(node)
        case ast.Constant():
            yield from ((node, ast.Constant(value)) for value in _other(node.value, wording))
        case ast.expr():
            yield from _operated(node)


def _decided(test: ast.expr) -> Iterator[Change]:
    yield from ((test, ast.Constant(value)) for value in (True, False))
    if not isinstance(test, ast.Compare | ast.UnaryOp):  # they are turned round for themselves
        yield test, ast.UnaryOp(ast.Not(), test)


def _operated(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.Compare(left, [operator, *rest], right):
            for table in (BOUNDARY, OPPOSITE):
                if type(operator) in table:
                    yield node, ast.Compare(left, [table[type(operator)](), *rest], right)
        case ast.BinOp(left, operator, right) if type(operator) in ARITHMETIC:
            yield node, ast.BinOp(left, ARITHMETIC[type(operator)](), right)
        case ast.BoolOp(operator, values):
            yield node, ast.BoolOp(ast.And() if isinstance(operator, ast.Or) else ast.Or(), values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield node, operand


def _without(node: ast.stmt) -> Iterator[Change]:
    match node:
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield node, ast.Return(ast.Constant(None))
        case ast.AugAssign(target, operator, value):
            yield node, ast.Pass()
            if type(operator) in ARITHMETIC:
                yield node, ast.AugAssign(target, ARITHMETIC[type(operator)](), value)
        case ast.Assign(targets) if isinstance(targets[0], ast.Attribute | ast.Subscript):
            yield node, ast.Pass()
        case ast.Raise(ast.Call(ast.Name(name), arguments, keywords)):
            yield node, ast.Pass()
            other = "KeyError" if name.startswith(("Value", "Type")) else "ValueError"
            yield node, ast.Raise(ast.Call(ast.Name(other), arguments, keywords), node.cause)
        case ast.Expr(ast.Call() | ast.Await() | ast.Yield() | ast.YieldFrom()) | ast.Raise():
            yield node, ast.Pass()
        case ast.Continue():
            yield node, ast.Break()
        case ast.Break():
            yield node, ast.Continue()


def _other(value: object, wording: bool) -> Iterator[str | float]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str() if not wording:
            yield "" if value else "a text"


def _is_text(node: ast.AST) -> bool:
    """Tell whether a statement is a docstring, or the dots of a body that is nowhere run."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_declaration(node: ast.AST) -> bool:
    match node:
        case ast.Call(ast.Name(name)):
            return name in DECLARATIONS
        case ast.If(ast.Name("TYPE_CHECKING")) | ast.If(ast.Compare(ast.Name("__name__"))):
            return True
        case ast.Assign([ast.Name("__all__" | "__slots__" | "PURPOSE" | "EXAMPLES")]) | ast.Assert():
            return True
        case ast.FunctionDef(decorator_list=decorators):
            return any(
                isinstance(each, ast.Name) and each.id in DECLARATIONS - {"cache"} for each in decorators
            )
    return False


def _words(node: ast.AST) -> bool:
    """Tell whether the texts below a node say to people what went wrong, or how a command is used."""
    match node:
        case ast.Raise():
            return True
        case ast.Call(ast.Name(name) | ast.Attribute(attr=name)):
            return name.endswith(("Error", "Warning")) or name in {"warn", "error"}
        case ast.Assign([ast.Name("message")]):
            return True
        case ast.keyword("help" | "description" | "epilog" | "metavar"):
            return True
    return False
