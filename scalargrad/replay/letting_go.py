"""Let go of arrays as soon as nothing reads them: the memory is there for the next, instead of new pages.

An expression of NumPy does so with what it makes on the way.
"""

import ast
from collections.abc import Iterator


def letting_go(source: str, function: str) -> ast.Module:
    r"""Return the tree of a text in which a function deletes each name after the last statement that has it.

    Its statements stand one after the other, and each of these names is assigned by one of them.

    >>> print(ast.unparse(letting_go("def f(x):\n    v = x + 1\n    z = v*v\n    return z", "f")))
    def f(x):
        v = x + 1
        z = v * v
        del v
        return z
    """
    tree = ast.parse(source)
    for definition in tree.body:
        if isinstance(definition, ast.FunctionDef) and definition.name == function:
            definition.body = list(_with_deletions(definition.body))
    return ast.fix_missing_locations(tree)


def _with_deletions(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    assigned = {
        target.id
        for statement in statements
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    last: dict[str, int] = {}
    for i, statement in enumerate(statements):
        last |= {node.id: i for node in ast.walk(statement) if isinstance(node, ast.Name)}
    ends: dict[int, list[str]] = {}
    for name in assigned:
        ends.setdefault(last[name], []).append(name)
    for i, statement in enumerate(statements):
        yield statement
        if i in ends and not isinstance(statement, ast.Return):
            yield ast.Delete([ast.Name(name, ast.Del()) for name in sorted(ends[i])])
