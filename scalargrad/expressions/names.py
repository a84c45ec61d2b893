"""The names in an expression: which are known, which are open, which are free for its output."""

import math
from collections.abc import Collection, Iterable, Iterator

from scalargrad.expressions.tree import Attribute, Method, Name, Node, Statement, children

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
MODULES = {
    "math",
    "np",
    "numpy",
    "jnp",
    "jax",
    "torch",
    "tf",
    "nn",
    "F",
    "functional",
    "special",
    "sg",
    "scalargrad",
}
OUTPUTS = ("y", "f", "z", "L", "out")


def open_names(statements: Iterable[Statement]) -> dict[str, None]:
    """Return the names that statements read and do not assign before, in their order.

    >>> from scalargrad.expressions.parser import statements_of
    >>> list(open_names(statements_of("a = w*x + pi; np.tanh(a)")))
    ['w', 'x', 'pi']
    """
    found: dict[str, None] = {}
    assigned = set()
    for statement in statements:
        found |= {name: None for name in _read(statement.expression) if name not in assigned}
        assigned |= {statement.name} - set(found)
    return found


def is_module(node: Node, names: Collection[str]) -> bool:
    """Tell whether a node is a module of functions, such as np or torch.nn; not where it has a value."""
    match node:
        case Name(name=name):
            return name in MODULES and name not in names
        case Attribute(owner=owner, name=name):
            return name in MODULES and is_module(owner, names)
    return False


def free_output(taken: Collection[str]) -> str:
    """Return the name of an output that has none: y or, where that is taken, the next that is free.

    >>> free_output({"x"}), free_output({"x", "y", "z"})
    ('y', 'f')
    """
    numbered = (f"out{i}" for i in range(1, len(taken) + 2))
    return next(name for name in (*OUTPUTS, *numbered) if name not in taken)


def _read(node: Node) -> Iterator[str]:
    """Yield the names that a node reads; before a call with arguments, np is a module."""
    if isinstance(node, Name):
        yield node.name
    for inner in children(node):
        called = isinstance(node, Attribute) or (isinstance(node, Method) and node.arguments)
        if not (called and is_module(inner, ())):
            yield from _read(inner)
