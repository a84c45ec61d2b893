"""Functions of Values, one for each entry of the table: see `functions.pyi`.

Every function takes Values and plain numbers alike and returns a Value; those of n-ary rows take lists.
The stub beside this module shows editors and type checkers what is made here at run time;
`python -m scalargrad.engine.stubs` writes it.
"""

import sys

from scalargrad.engine.calls import function_of
from scalargrad.primitives.table import Entry, TakeBack, attached, for_each_entry

__all__: list[str] = []


@for_each_entry
def _publish(entry: Entry) -> TakeBack:
    """Publish the function of a row or family in this module, under its name."""
    function = function_of(entry)
    function.__module__ = __name__
    __all__.append(entry.name)  # noqa: PYI056  # the names come from the table
    undo = attached(sys.modules[__name__], {entry.name: function})

    def take_back() -> None:
        undo()
        __all__.remove(entry.name)  # noqa: PYI056

    return take_back
