"""One step of gradient descent as a table."""

from collections.abc import Iterable, Sequence

from scalargrad.notation.labels import one_line
from scalargrad.notation.numbers import number
from scalargrad.wengert.columns import PLAIN, Inks, aligned, breadth_of, shorter
from scalargrad.wengert.list import WengertList


def updates(
    trace: WengertList,
    rate: float,
    names: Iterable[str],
    digits: int = 4,
    inks: Inks = PLAIN,
    *,
    width: int | None = None,
) -> str:
    """Return the table of one step of gradient descent, v ← v - rate · ∂output/∂v, for these names.

    To fit a `width`, names are cut in their middle.

    >>> from scalargrad import Value
    >>> print(updates(WengertList.of(Value(3.0, label="x") ** 2), 0.5, ["x"]))
          before    gradient    after
    x          3           6        0
    """
    moved = list(map(trace.__getitem__, names))
    numbers = [[number(x, digits) for x in (v.value, v.adjoint, v.value - rate * v.adjoint)] for v in moved]
    headings, alignment = ("", "before", "gradient", "after"), ("left", "decimal", "decimal", "decimal")

    def table(names: Sequence[str]) -> str:
        colours = ("", inks.value, inks.adjoint, inks.value)
        return aligned([(v, *x) for v, x in zip(names, numbers)], headings, alignment, inks=colours)

    whole = table(written := [one_line(v.name) for v in moved])
    excess = 0 if width is None else breadth_of(whole) - width
    return table(shorter(written, excess)) if excess > 0 else whole
