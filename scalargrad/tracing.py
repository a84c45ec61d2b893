"""The trace of an output, with everything that can be read from it: the public face of a Wengert list."""

from typing import Any

from scalargrad.engine import Value
from scalargrad.errors import OperandError
from scalargrad.listing import listing
from scalargrad.wengert import WengertList


class Trace(WengertList):
    """Read a Wengert list: `str(t)` lists the forward and the reverse trace side by side."""

    def __str__(self) -> str:
        return listing(self)

    def __repr__(self) -> str:
        return f"<Trace of {self.output.name}: {len(self)} instructions>"


def trace(output: Value) -> Trace:
    """Return the trace of an output: each vᵢ = f(parents) with its value and adjoint ∂output/∂vᵢ.

    No `.grad` is changed, and none is needed: the adjoints are computed here.  Raises OperandError
    for anything but a Value, StaleGraphError if a leaf was given new data after it was read.

    >>> x = Value(3.0, label="x")
    >>> t = trace(x * x + 1)
    >>> t["x"].adjoint, t.output.value
    (6.0, 10.0)
    """
    if not isinstance(output, Value):
        message = f"trace needs the Value of an output, got {_kind(output)}"
        raise OperandError(message)
    return Trace.of(output)


def _kind(x: Any) -> str:
    listed = isinstance(x, (list, tuple)) and any(isinstance(item, Value) for item in x)
    return f"{x!r:.60}" + (": choose one of its Values, or their total" if listed else "")
