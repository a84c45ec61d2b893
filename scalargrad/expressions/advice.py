"""What to write instead of a name that has no value."""

from collections.abc import Mapping

from scalargrad.errors import unknown
from scalargrad.expressions.functions import function_named
from scalargrad.expressions.vectors import Array


def without_value(name: str, known: Mapping[str, Array]) -> str:
    """Return the message for a name without a value, with the nearest thing that works.

    >>> without_value("wx", {"w": 1.0, "x": 2.0})
    'wx has no value; for a product write w*x, for a name of its own give wx=…'
    >>> without_value("alfa", {"alpha": 1.0, "x": 2.0})
    'alfa has no value; give one as alfa=…, or did you mean alpha?'
    """
    if function_named(name):
        return f"{name} is a function and needs its operands in parentheses, as in {name}(x) or {name}(x)²"
    for i in range(1, len(name)):
        if name[:i] in known and name[i:] in known:
            sign = "@" if isinstance(known[name[:i]], list) and isinstance(known[name[i:]], list) else "*"
            product = f"{name[:i]}{sign}{name[i:]}"
            return f"{name} has no value; for a product write {product}, for a name of its own give {name}=…"
        if name[:i] in known and function_named(name[i:]) and len(name) - i > 2:
            return f"{name} has no value; for a product write {name[:i]}*{name[i:]}(…)"
    nearest = unknown("name", name, known).partition("; did you mean ")[2]
    return f"{name} has no value; give one as {name}=…" + (nearest and f", or did you mean {nearest}")


def power_of_function(name: str, exponent: str) -> str:
    """Return what to write for a power that stands at the name of a function, nothing where it is another.

    >>> power_of_function("sin", "2"), power_of_function("cos", "-1"), power_of_function("w", "2")
    ('write sin(x)**2 for a power of sin', 'write acos(x) for the inverse of cos', '')
    """
    if not function_named(name):
        return ""
    if exponent == "-1" and function_named(f"a{name}"):
        return f"write a{name}(x) for the inverse of {name}"
    return f"write {name}(x)**{exponent} for a power of {name}"
