"""An exercise: a trace at numbers to calculate with, some of whose own numbers are blanks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self, overload

from scalargrad.answers import answering, keywords
from scalargrad.errors import ExerciseError, SheetError, TraceFormatError, UnknownNameError
from scalargrad.exercises.asked import Blank, Blanks, asked, every_blank
from scalargrad.exercises.complaints import is_saturated
from scalargrad.exercises.key import MOST_DIGITS, Record, to_json
from scalargrad.exercises.pleasant import pleasant, usually_kept
from scalargrad.exercises.questions import quiz_of
from scalargrad.exercises.sheet import Sheet
from scalargrad.files import Form, save, written
from scalargrad.notation.labels import one_line
from scalargrad.notation.numbers import counted
from scalargrad.page import page
from scalargrad.tracing import Trace, trace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from os import PathLike

    from scalargrad.checking.report import CheckReport
    from scalargrad.engine.value import Value
    from scalargrad.wengert.instruction import Instruction

SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"  # none of them is taken for another one
FEWEST, MOST = 3, 6  # decimals that are tried where none are asked for
USUAL = 4  # at most; numbers that need more suit badly, as who has chosen them is told


@answering("Exercise")
@dataclass(frozen=True, eq=False)
class Exercise:
    """A trace with blanks: shown, it is the sheet; `solution` is the sheet filled in.

    >>> from scalargrad.examples import example
    >>> fan = exercise(example("fan-out").output(), seed=2, blanks="reverse")
    >>> print(fan)
    Backpropagation through y
    <BLANKLINE>
    Exercise 2 · bcw6ks
    <BLANKLINE>
    Given: x = 0.3
    Round every number to 3 decimals.
    <BLANKLINE>
    forward
    u = x*x     0.090
    v = -x     -0.300
    y = u + v  -0.210
    <BLANKLINE>
    reverse
    ∂y/∂v      ____
    ∂y/∂u      ____
    ∂y/∂x      ____
    >>> fan.check({"d u": 1, "d v": 1, "d x": 0.4}).first_wrong.name
    'd x'
    """

    trace: Trace
    blanks: tuple[Blank, ...]
    digits: int
    title: str
    name: str = ""
    seed: int | None = None
    hints: bool = False

    @cached_property
    def code(self) -> str:
        """Return a short code of the graph, its numbers, its blanks: two exercises share one in 2³⁰ cases."""
        graph = [
            [form.name, form.primitive and [form.primitive.name, *form.primitive.parameters], form.parents]
            for form in self.trace.structure.forms
        ]
        leaves = [repr(v.value) for v in self.trace if not v.parents]
        told = json.dumps([graph, leaves, [blank.name for blank in self.blanks], self.digits])
        number = int.from_bytes(hashlib.sha256(told.encode()).digest()[:4])
        return "".join(SIGNS[number >> shift & 31] for shift in range(0, 30, 5))

    @property
    def identity(self) -> str:
        """Return what stands on sheet and key: the name, the seed, the code."""
        name, seed = one_line(self.name).replace("`", "'"), "" if self.seed is None else str(self.seed)
        return " · ".join(filter(None, (name, seed, self.code)))

    @property
    def answers(self) -> dict[str, str]:
        """Return the right number of each blank, rounded as the sheet asks for it."""
        return {blank.name: f"{blank.answer(self.trace):.{self.digits}f}" for blank in self.blanks}

    @property
    def doubts(self) -> str:
        """Return what speaks against these numbers, for who sets the exercise; nothing if all is well.

        >>> from scalargrad import Value
        >>> w, x = Value(9.0, label="w"), Value(1.0, label="x")
        >>> print(exercise((w * x).sigmoid()).doubts)
        ∂v3/∂w = 0.000123 has fewer than two figures in 4 decimals, for v3 is saturated
        """
        answers = {blank: abs(x) for blank in self.blanks if (x := blank.answer(self.trace))}
        least = min(answers, key=lambda blank: answers[blank], default=None)
        if least is None or (self.digits <= USUAL and answers[least] >= 10.0 ** (1 - self.digits)):
            return ""
        name = f"∂{self.trace.output.name}/∂{least.name[2:]}" if least.is_adjoint else least.name
        said = "needs" if self.digits > USUAL else "has fewer than two figures in"
        saturated = next((f", for {v.name} is saturated" for v in self.trace if is_saturated(v)), "")
        number = f"{least.answer(self.trace):.3g}"
        return f"{name} = {number} {said} {counted(self.digits, 'decimal')}{saturated}"

    @property
    def sheet(self) -> Sheet:
        """Return the sheet to fill in."""
        return Sheet(self.title, self.identity, self.trace, self.blanks, self.digits, self.hints)

    @property
    def solution(self) -> Sheet:
        """Return the sheet filled in, with the formulas of the derivatives; a notebook shows it folded."""
        named = (self.title, self.identity, self.trace, self.blanks, self.digits)
        return Sheet(*named, hints=True, filled=self.answers)

    @property
    def key(self) -> str:
        """Return the key, a JSON document from which `scalargrad check --key` marks sheets."""
        return to_json([self.record])

    @property
    def record(self) -> Record:
        """Return what a key says of the exercise."""
        document = json.loads(self.trace.to_json())
        return Record(self.identity, self.title, self.name, self.seed, self.digits, self.answers, document)

    @classmethod
    def of(cls, record: Record) -> Self:
        """Return the exercise of a record; raise SheetError where its parts do not belong together."""
        try:
            trace = Trace.from_json(json.dumps(record.trace))
        except TraceFormatError as error:
            raise SheetError(f"exercise {record.exercise}: {error}") from None
        blanks = tuple(blank for blank in every_blank(trace) if blank.name in record.answers)
        read = cls(trace, blanks, record.digits, record.title, record.name, record.seed)
        if (read.identity, read.answers) != (record.exercise, record.answers):
            raise SheetError(f"exercise {record.exercise}: its numbers do not belong to its code")
        return read

    @overload
    def to_html(self, path: None = None) -> str: ...
    @overload
    def to_html(self, path: str | PathLike[str]) -> None: ...
    def to_html(self, path: str | PathLike[str] | None = None) -> str | None:
        """Return the page that asks for the blanks, judges each answer at once, and hands the score out.

        Or write it to a path.  It is one file that loads nothing: whoever looks for the answers finds them.
        """

        def text() -> str:
            return page(self.trace, self.title, digits=self.digits, quiz=quiz_of(self.sheet))

        return written(path, ".html", text)

    @property
    def forms(self) -> dict[str, Form]:
        """Return what makes each form of what is handed out, by the suffix of its file."""
        return {**self.sheet.forms, ".html": self.to_html}

    def save(self, path: str | PathLike[str]) -> None:
        """Write what is handed out to a file: the page as .html, else the sheet."""
        save(path, "an exercise", self.forms)

    def check(self, claims: Mapping[str, float | str]) -> CheckReport:
        """Return a CheckReport on answers, `{"a1": 1.367, "d w5": 0.153}`, of which some may be missing."""
        from scalargrad.checking.check import check  # here, for a sheet is more often written than marked

        return check(self.trace, claims, self.digits, conventions=False)

    def __str__(self) -> str:
        return str(self.sheet)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.sheet.to_markdown()


@keywords("exercise()")
def exercise(
    y: Value | Trace,
    /,
    *,
    seed: int | None = None,
    keep: Value | str | Iterable[Value | str] | None = None,
    blanks: Blanks = "all",
    digits: int | None = None,
    hints: bool = False,
    title: str | None = None,
    name: str = "",
) -> Exercise:
    """Return an Exercise on backpropagation through y: at its numbers or, with a seed, at pleasant ones.

    The leaves that `keep` their numbers, Values or names, are by default targets and what is 0; of a vector
    one name is enough.  A target that is drawn can be reached: it is in (0, 1) for a sigmoid.
    The blanks are "all", or those of the "forward" or the "reverse" phase alone; the other numbers are not
    shown, but for values, which are given where only derivatives are asked for.  Answers are asked for to so
    many `digits` after the point, by default as few as show two figures of each, from 3 on to 6 with a seed,
    to 4 without; `doubts` says what needs more than 4.  With `hints` the sheet has the chain rule of each
    derivative.  The `name` is part of the exercise's identity.
    Raises ExerciseError where no pleasant numbers are found, UnknownNameError for what is no leaf to keep.

    >>> from scalargrad import leaves, label
    >>> w, x, b = leaves(w=1.0, x=1.0, b=1.0)
    >>> y = (w * x + b).sigmoid()
    >>> label(y=y)
    >>> e = exercise(y, seed=7)
    >>> {v.name: v.value for v in e.trace if not v.parents}, e.answers
    ({'w': 0.6, 'x': 0.3, 'b': 0.4}, {'y': '0.641', 'd b': '0.230', 'd x': '0.138', 'd w': '0.069'})
    >>> exercise(y, seed=7, keep=x).trace["x"].value
    1.0
    """
    recorded = y if isinstance(y, Trace) else trace(y)
    if digits is not None and not 1 <= digits <= MOST_DIGITS:
        raise ExerciseError(f"an exercise asks for 1 to {MOST_DIGITS} decimals, got {digits}")
    if seed is not None and type(seed) is not int:
        raise ExerciseError(f"a seed is a whole number, got {seed!r:.40}")
    found, kept = asked(recorded, blanks), _kept(recorded, keep)
    if seed is None:
        at, shown = recorded, digits or _enough(recorded, found)
    else:
        at, shown = _drawn(recorded, found, digits, seed, kept)
    named = title or f"Backpropagation through {recorded.output.name}"
    return Exercise(at, found, shown, named, name, seed, hints)


def _kept(recorded: Trace, keep: Value | str | Iterable[Value | str] | None) -> list[Instruction]:
    """Return the leaves that are to keep their numbers."""
    if keep is None:
        return usually_kept(recorded)
    found: list[Instruction] = []
    for each in keep if hasattr(keep, "__iter__") and not isinstance(keep, str) else [keep]:
        elements = [v for v in recorded if not v.parents and v.name.startswith(f"{each}[")]
        found += elements or [recorded[each]]
    for v in found:
        if v.parents:
            raise UnknownNameError(f"{v.name} is computed, so its number follows from those of the leaves")
    return found


def _enough(recorded: Trace, blanks: Iterable[Blank]) -> int:
    """Return the decimals that show two figures of each number, if few do."""
    least = min((abs(x) for blank in blanks if (x := blank.answer(recorded))), default=1.0)
    return next((d for d in range(FEWEST, USUAL) if least >= 10.0 ** (1 - d)), USUAL)


def _drawn(
    recorded: Trace,
    blanks: tuple[Blank, ...],
    digits: int | None,
    seed: int,
    kept: Collection[Instruction],
) -> tuple[Trace, int]:
    """Return the trace at pleasant numbers, with the decimals that show them."""
    for tried in [digits] if digits else range(FEWEST, MOST):
        try:
            return pleasant(recorded, blanks, tried, seed, kept), tried
        except ExerciseError:
            continue
    last = digits or MOST
    return pleasant(recorded, blanks, last, seed, kept), last
