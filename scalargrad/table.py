"""The door through which users enter primitives of their own: `from scalargrad.table import primitive`."""

from scalargrad.primitives.table import FAMILIES, TABLE, Family, Primitive, family, member, primitive

__all__ = ["FAMILIES", "TABLE", "Family", "Primitive", "family", "member", "primitive"]
