"""What is a graph: Values that remember how they were computed, swept in reverse."""

from scalargrad.engine import operators, ufuncs  # noqa: F401  # give Values their operators
from scalargrad.engine.value import Value

__all__ = ["Value"]
