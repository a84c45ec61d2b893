"""Functions of Values, one for each entry of the table: see `functions.pyi`.

Every function takes Values and plain numbers alike and returns a Value; those of n-ary rows take lists.
The stub beside this module shows editors and type checkers what is made here at run time;
`python -m scalargrad.engine.stubs` writes it.
"""

from collections.abc import Callable

from scalargrad.engine.calls import function_of
from scalargrad.primitives.table import Entry, for_each_entry

__all__: list[str] = []


@for_each_entry
def _publish(entry: Entry) -> Callable[[], None]:
    """Publish the function of a row or family in this module, under its name."""
    globals()[entry.name] = function = function_of(entry)
    function.__module__ = __name__
    if entry.name not in __all__:
        __all__.append(entry.name)  # noqa: PYI056  # the names come from the table
    return lambda: _take_back(entry.name)


def _take_back(name: str) -> None:
    del globals()[name]
    __all__.remove(name)  # noqa: PYI056
