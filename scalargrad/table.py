"""The door through which users enter primitives of their own: `from scalargrad.table import primitive`."""

from scalargrad.primitives.row import ActivationFacts, Primitive
from scalargrad.primitives.table import FAMILIES, TABLE, Family, family, member, primitive, withdraw

__all__ = [
    "FAMILIES",
    "TABLE",
    "ActivationFacts",
    "Family",
    "Primitive",
    "family",
    "member",
    "primitive",
    "withdraw",
]
