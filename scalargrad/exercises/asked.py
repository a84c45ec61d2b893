"""Which numbers of a trace an exercise asks for: its blanks."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

from scalargrad.errors import ExerciseError, known
from scalargrad.exercises.targets import is_target
from scalargrad.notation.labels import one_line
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.statements import statements

Blanks = Literal["all", "forward", "reverse"]
MOST = 200  # blanks that anyone would fill
PLAIN = str.maketrans({"|": "¦", "`": "ˋ"})  # which would end a cell of Markdown, or code in one


class Blank(NamedTuple):
    """One number that is asked for: the value of a slot, or its adjoint.

    `name` is what the checker takes, `a1` or `d a1`.
    """

    name: str
    slot: int
    is_adjoint: bool

    @property
    def written(self) -> str:
        """Return the name as it stands on a sheet, on one line and in one cell."""
        return one_line(self.name).translate(PLAIN).strip()

    def answer(self, trace: WengertList) -> float:
        """Return the number itself."""
        v = trace[self.slot]
        return (v.adjoint if self.is_adjoint else v.value) + 0.0  # no sheet says -0


def asked(trace: WengertList, blanks: Blanks = "all") -> tuple[Blank, ...]:
    """Return the blanks in the order of the work: values down, then adjoints up.

    Values and adjoints of steps without a name are not asked for, as a textbook writes none of them; nor is
    the adjoint of the output, which is 1, of a target, or of what the output does not depend on.  Raises
    ExerciseError where nothing or far too much is left, UnknownNameError for another word than "all",
    "forward" or "reverse".

    >>> from scalargrad import trace
    >>> from scalargrad.examples import example
    >>> [blank.name for blank in asked(trace(example("residual").output()))]
    ['F', 'H', 'd F', 'd v', 'd w', 'd x']
    """
    known("choice of blanks", blanks, get_args(Blanks))
    found = tuple(blank for blank in every_blank(trace) if blanks in {"all", _half(blank)})
    if not found:
        raise ExerciseError("there is nothing to ask for: the output is computed from nothing")
    if len(found) > MOST:
        raise ExerciseError(
            f"the sheet would have {len(found)} blanks, more than {MOST}; cut the trace with "
            "trace(y, upto=[h1, h2]) at Values h1, h2 that then stand as inputs"
        )
    return found


def every_blank(trace: WengertList) -> Iterator[Blank]:
    """Yield what an exercise on a trace may ask for, in the order of the work."""
    computed, needed = statements(trace), {trace.output}
    for v in reversed(trace.instructions):
        if v in needed:
            needed.update(v.parents)
    yield from (Blank(v.name, v.index, is_adjoint=False) for v in computed)
    for v in reversed(trace.instructions):
        is_leaf = not v.parents and v.role != "constant" and not is_target(v, trace)
        if (is_leaf or v in computed) and v in needed and v is not trace.output:
            yield Blank(f"d {v.name}", v.index, is_adjoint=True)


def _half(blank: Blank) -> Blanks:
    return "reverse" if blank.is_adjoint else "forward"
