"""Write products of matrices, or of blocks of them: z = V Uᵀ, then backwards δ U with δᵀ V.

Axes have letters: n for samples, b for blocks, q for the rows of V, p for those of U, k for the axis
along which products are added up.  The frequent cases are written with @, the rare ones with einsum.
"""

from collections.abc import Iterator

from scalargrad.replay.arrays import View
from scalargrad.replay.operation import Operation
from scalargrad.replay.text import Text, operand


def value(text: Text, operation: Operation) -> str:  # noqa: PLR0911  # a table of cases
    """Return the expression of a product of matrices or vectors."""
    first, second = operation.views
    u, v, z = letters(operation)
    if u in {"k", "pk"}:
        if u == "k":
            return f"{_read(text, second)} @ {_read(text, first)}"
        if v == "k":
            return f"{_read(text, first)} @ {_read(text, second)}"
        return f"{_read(text, second)} @ {_read(text, first, transposed=True)}"
    if v == "k":
        return f"{_read(text, first)} @ {_read(text, second)}"
    if v == "qk" and "p" not in u:
        return f"{_read(text, first)} @ {_read(text, second, transposed=True)}"
    if "p" in u and "q" in v and ("b" in u) == ("b" in v):
        return f"{_read(text, second)} @ {_read(text, first, transposed=True)}"
    if u == v == f"{z}k":
        return text.library.vecdot(_read(text, first), _read(text, second))
    return text.library.call("einsum", f"'{u},{v}->{z}'", _read(text, first), _read(text, second))


def handed_back(text: Text, operation: Operation, d: str) -> Iterator[str]:
    """Yield what is handed back to U, then to V: summed over the samples where the operand has none."""
    first, second = operation.views
    u, v, z = letters(operation)
    yield _handed_back(text, d, second, (z, v, u))
    yield _handed_back(text, d, first, (z, u, v))


def letters(operation: Operation) -> tuple[str, str, str]:
    """Return the axes of the two operands of a product and of the result."""
    assert operation.blocks is not None
    (first, second), (blocks, rows, columns) = operation.views, operation.blocks
    b, q, p, n = "b" * blocks, "q" * rows, "p" * columns, "n" * operation.array.batched
    return f"{'n' * first.batched}{b}{p}k", f"{'n' * second.batched}{b}{q}k", f"{n}{b}{q}{p}"


def _handed_back(text: Text, d: str, other: View, axes: tuple[str, str, str]) -> str:
    """Return the derivative by an operand, from the adjoint of the result with the other operand."""
    z, of_other, own = axes
    read = _read(text, other)
    summed = "".join(axis for axis in z if axis not in own)
    kept = "".join(axis for axis in own if axis != "k")
    if not summed and of_other in {"k", f"{z}k"}:
        return f"{operand(d)}[..., None] * {read}" if z else f"{d} * {read}"
    if summed and of_other == f"{summed}k":
        if z == f"{kept}{summed}" and len(summed) == 1:
            return f"{d} @ {read}"
        if z == f"{summed}{kept}" and len(kept) <= 1:
            if len(summed) == 1:
                return f"{operand(d)}.T @ {read}"
            k = other.shape[-1]
            flat = f"{operand(d)}.reshape(-1, {d}.shape[-1]).T" if kept else f"{operand(d)}.reshape(-1)"
            return f"{flat} @ {operand(read)}.reshape(-1, {k})"
    return text.library.call("einsum", f"'{z},{of_other}->{own}'", d, read)


def _read(text: Text, view: View, *, transposed: bool = False) -> str:
    return text.read(view, exact=min(2, len(view.shape)), transposed=transposed)
