"""The methods of Values that come from the table, as editors see them: see `methods.pyi`.

`operators` fills the class at run time, one method for each row and family, with Python's operators.
The stub beside this module lists them; `python -m scalargrad.engine.stubs` writes it.
"""

from typing import Generic, TypeVar

V = TypeVar("V")  # what the methods take and return: Value, which stands above this module


class Methods(Generic[V]):
    """The methods of Values that are made from the table of primitives."""

    __slots__ = ()
