"""Numbers of a page that know what they show, so that a script can put others in their place.

What a number shows is written as its kind with a slot or an edge, of which `9-1` is the edge from slot 9 to
its operand 1: `value 3`, `adjoint 3`, `local 9-1`, `contribution 9-1`, and `before 9-1`, `after 9-1`,
the adjoint of the operand before and after that contribution.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Self

from scalargrad.wengert.instruction import Contribution, Edge, Instruction
from scalargrad.wengert.list import WengertList


class Shown(float):
    """A number with what it shows."""

    what: str

    def __new__(cls, number: float, what: str) -> Self:
        """Make it of a number.

        >>> x = Shown(0.5, "value 3")
        >>> x, x.what
        (0.5, 'value 3')
        """
        shown = super().__new__(cls, number)
        shown.what = what
        return shown


class ShownList(WengertList):
    """A Wengert list all of whose numbers are Shown, but for constants, which stand in formulas."""

    def __init__(self, trace: WengertList) -> None:
        super().__init__(trace.structure, [v.value for v in trace])
        made: list[Instruction] = []
        for v in self.instructions:
            i = v.index
            made.append(
                replace(
                    v,
                    parents=tuple(made[parent.index] for parent in v.parents),
                    value=v.value if v.role == "constant" else Shown(v.value, f"value {i}"),
                    adjoint=Shown(v.adjoint, f"adjoint {i}"),
                    partials=tuple(Shown(x, f"local {i}-{k}") for k, x in enumerate(v.partials)),
                )
            )
        self.instructions = tuple(made)

    @cached_property
    def contributions(self) -> Mapping[Edge, Contribution]:
        """Return what each edge adds to an adjoint, in the order of the reverse sweep."""
        return {edge: _shown(c) for edge, c in super().contributions.items()}

    @property
    def numbers(self) -> Mapping[str, float]:
        """Return every number by what shows it; an edge of what the output does not depend on adds 0."""
        found = [v.value for v in self] + [v.adjoint for v in self]
        for edge in (Edge(v, k) for v in self for k in range(len(v.parents))):
            found.append(edge.local)
            if c := self.contributions.get(edge):
                found += [c.contribution, c.after, *([] if c.before is None else [c.before])]
            else:
                found.append(Shown(0.0, f"contribution {edge.child.index}-{edge.position}"))
        return {x.what: float(x) for x in found if isinstance(x, Shown)}


def _shown(c: Contribution) -> Contribution:
    key = f"{c.child.index}-{c.position}"
    return c._replace(
        upstream=c.child.adjoint,
        local=c.child.partials[c.position],
        contribution=Shown(c.contribution, f"contribution {key}"),
        before=None if c.before is None else Shown(c.before, f"before {key}"),
        after=Shown(c.after, f"after {key}"),
    )
