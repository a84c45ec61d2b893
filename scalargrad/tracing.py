"""The trace of an output, with everything that can be read from it: the public face of a Wengert list."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from scalargrad.answers import answering, keywords
from scalargrad.engine.node import describe, evaluation_order
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, UnknownNameError
from scalargrad.saving import Saved
from scalargrad.wengert.columns import width
from scalargrad.wengert.listing import listing
from scalargrad.wengert.outputs import no_output

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike

    from scalargrad.checking import Delta
    from scalargrad.checking.report import CheckReport
    from scalargrad.study.explain import Explanation, Notation
    from scalargrad.wengert.instruction import Instruction

MOST_LISTED, ENDS = 200, 15  # instructions, beyond which a trace is printed as so many lines of each end

# The readings below are imported where they are used, so that `import scalargrad` stays quick.


@answering("Trace")
class Trace(Saved):
    """Read a Wengert list: `str(t)` lists the forward and the reverse trace side by side.

    >>> from scalargrad import dot, label, leaves
    >>> x, w, b = leaves(x=2.0, w=0.5, b=-0.25)
    >>> a = dot([w], [x]) + b
    >>> y = a.sigmoid()
    >>> label(a=a, y=y)
    >>> t = trace(y)
    >>> print(t.explain(w))
    ∂y/∂w = ∂y/∂a · ∂a/∂w
          = ∂y/∂a · x
          = (0.2179)(2)
          = 0.4358
    >>> t.check({"a": 0.75, "y": 0.68, "d a": 0.22, "d w": 0.44}).ok
    True
    """

    def explain(
        self,
        target: Value | str | int,
        *,
        digits: int = 4,
        notation: Notation = "partial",
        paths: int = 0,
        expand: bool = False,
    ) -> Explanation:
        """Return why ∂output/∂target is what it is: an Explanation, as text, Markdown or LaTeX.

        `target` is a Value, a name or an index; "d w" and "dy/dw" mean w.  The notation is "partial" for
        ∂y/∂v or "bar" for v̄; `paths=k` adds the sum over paths, the k largest of them; `expand=True` adds the
        explanations of all adjoints it rests on.
        """
        from scalargrad.study.explainer import Explainer

        explainer, v = Explainer(self), self._meant(target)
        return explainer.explain(v, digits=digits, notation=notation, paths=paths, expand=expand)

    def _meant(self, target: Value | str | int) -> Instruction:
        """Return the instruction that a derivative is by, also where that is named: "dy/dw", "d w"."""
        from scalargrad.checking.names import Names

        if isinstance(target, str) and target not in self._by_name:
            with suppress(UnknownNameError):
                place = Names(self).place(target)
                if place.kind == "adjoint":
                    return place.v
        return self[target]

    @keywords("check()")
    def check(
        self,
        claims: Mapping[Any, float | str | Sequence[object]],
        digits: int | None = None,
        rate: float | None = None,
        delta: Delta | None = None,
    ) -> CheckReport:
        """Return a CheckReport on hand work: `{"a1": 1.367, "d w5": 0.153}`, adjoints as `d name`.

        Numbers may be rounded or truncated to `digits` decimals and computed from rounded numbers; of
        a wrong one the report names the likely slip.  A Value stands for its name.  `rate` is the learning
        rate of a descent step, for the weights after it, `w5+`.  More names of numbers, and errors, in
        `scalargrad.checking.check`.
        """
        from scalargrad.checking.check import check

        return check(self, claims, digits, rate, delta)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the trace of a JSON document; raise TraceFormatError that says what is wrong, and where."""
        from scalargrad.wengert.exchange import from_json

        return from_json(text, cls)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the trace that `save` wrote to a .json file; raise TraceFormatError for another."""
        from pathlib import Path

        return cls.from_json(Path(path).read_text(encoding="utf-8"))

    def __eq__(self, other: object) -> bool:
        """Tell whether two traces hold the same instructions with the same numbers."""
        return isinstance(other, Trace) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        room = width() if sys.stdout is not None and sys.stdout.isatty() else None  # as pandas has it
        if len(self) <= MOST_LISTED:
            return listing(self, width=room)
        said = (
            f"{len(self):,} instructions. All of them: t.save('trace.txt'). One: t[20], t['h1'], t[value].\n"
            "The last part: trace(y, upto=[h]). Drawn by layers: draw(t)."
        )
        return f"{listing(self, width=room, ends=ENDS)}\n\n{said}"

    def __repr__(self) -> str:
        return f"<Trace of {self.output.name}: {len(self)} instructions>"


@keywords("trace()")
def trace(
    output: Value,
    /,
    upto: Value | str | Iterable[Value | str] = (),
    also: Iterable[Value] = (),
    *,
    tangents: Mapping[Any, float] | None = None,
) -> Trace:
    """Return the trace of an output: each vᵢ = f(parents) with its value and adjoint ∂output/∂vᵢ.

    With `upto` the trace ends at these Values, which stand as inputs: the way to study the last part
    of a large graph; they may be given by their names, "a1[0]" in a network.  Values `also`, on which the
    output does not depend, are traced beside it: their adjoints are 0.  With `tangents` of some leaves, by
    Value or name, each vᵢ has its tangent as well, the derivative along that direction in forward mode:
    v̇ᵢ = Σⱼ ∂vᵢ/∂vⱼ · v̇ⱼ.  Over the leaves, tangents times adjoints add up to the tangent of the output, for
    both modes read the same local derivatives.
    No `.grad` is changed, and none is needed: the adjoints are computed here.
    Raises OperandError for anything but a Value or a number, StaleGraphError if a leaf was given new data
    after it was read, UnknownNameError if the output does not depend on one of `upto`, one of `also` depends
    on the output, or a tangent is given to what is no leaf.

    >>> x = Value(3.0, label="x")
    >>> t = trace(x * x + 1)
    >>> t["x"].adjoint, t.output.value
    (6.0, 10.0)
    >>> h = x * x
    >>> len(trace(h.tanh())), len(trace(h.tanh(), upto=[h]))
    (3, 2)
    >>> trace(h, tangents={x: 1.0}).output.tangent
    6.0
    """
    if not isinstance(output, Value):
        raise no_output("trace", output)
    cut, beside = _values(output, upto), list(also)
    if beside and output in evaluation_order(*beside):
        message = f"{describe(output)} is read by what it is traced with; give the last Value as the output"
        raise UnknownNameError(message)
    recorded = Trace.of(output, set(cut), beside)
    for value in cut:
        recorded[value]  # raises where the output does not depend on it
    return recorded if tangents is None else recorded.along(tangents)


def _values(output: Value, upto: Value | str | Iterable[Value | str]) -> list[Value]:
    """Return the Values to stop at, which may be given by their names in the whole trace."""
    listed = list(upto) if hasattr(upto, "__iter__") and not isinstance(upto, str) else [upto]
    if any(isinstance(each, str) for each in listed):
        whole = Trace.of(output)
        listed = [whole.node(each) if isinstance(each, str) else each for each in listed]
    for value in listed:
        if not isinstance(value, Value):
            message = f"upto takes the Values to stop at, or their names, got {value!r:.60}"
            raise OperandError(message)
    return listed  # type: ignore[return-value]  # no name is left
