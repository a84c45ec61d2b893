"""Mark filled sheets: what is right, what is not, what was left out, for one person or a class."""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scalargrad.checking.report import WIDTH, CheckReport, Judgement
from scalargrad.errors import ScalargradError, WrongKeyError
from scalargrad.exercises.exercise import Exercise
from scalargrad.exercises.filled import read
from scalargrad.exercises.key import from_json
from scalargrad.wengert.columns import PLAIN, Inks, aligned

COLUMNS = ("sheet", "name", "right", "first wrong", "remark")


@dataclass(frozen=True)
class Marked:
    """A sheet that was marked; printed, it is the report on its numbers with the score.

    A step that is right but for an earlier wrong number counts as right.  Without any answer there is no
    `report`.
    """

    author: str
    blanks: int
    report: CheckReport | None
    unanswered: tuple[str, ...]

    @property
    def right(self) -> int:
        """Return how many blanks are right, what follows from an earlier slip among them."""
        return sum(row.verdict not in {"wrong", "unclear"} for row in self._rows)

    @property
    def first_wrong(self) -> Judgement | None:
        """Return the first step that was not done right, None where there is none."""
        return next((row for row in self._rows if not row.ok), None)

    @property
    def _rows(self) -> tuple[Judgement, ...]:
        return () if self.report is None else self.report.rows

    @property
    def ok(self) -> bool:
        """Tell whether every blank is filled, and every number acceptable."""
        return self.report is not None and self.report.ok and not self.unanswered

    @property
    def score(self) -> str:
        """Return the score in words: "7 of 9 right (2 not answered)"."""
        left_out = f" ({len(self.unanswered)} not answered)" if self.unanswered else ""
        return f"{self.right} of {self.blanks} right{left_out}"

    def __str__(self) -> str:
        return self.text(WIDTH)

    def text(self, width: int | None = None, inks: Inks = PLAIN) -> str:
        """Return the report on the numbers with the score, folded to fit a width in columns."""
        said = (
            [] if self.report is None else [self.report.text(width, inks)]
        )  # a report is true where all is right
        return "\n\n".join((*said, self._summary(width)))

    def to_markdown(self) -> str:
        """Return the report on the numbers for GitHub, with the score."""
        said = [] if self.report is None else [self.report.to_markdown()]
        return "\n\n".join((*said, self._summary(None)))

    def _summary(self, width: int | None) -> str:
        named = f": {', '.join(self.unanswered)}" if 0 < len(self.unanswered) < self.blanks else ""
        score = f"{self.score.removesuffix(')')}{named})" if self.unanswered else self.score
        return f"{score}." if width is None else textwrap.fill(f"{score}.", width)


def mark(exercise: Exercise, answers: Mapping[str, str], author: str = "") -> Marked:
    """Return the marked answers, given as texts by the names of blanks.

    >>> from scalargrad import Value, exercise
    >>> mark(exercise(Value(3.0, label="x") ** 2), {"v1": "9"}).score
    '1 of 2 right (1 not answered)'
    """
    report = exercise.check(answers) if answers else None
    unanswered = tuple(blank.name for blank in exercise.blanks if blank.name not in answers)
    return Marked(author, len(exercise.blanks), report, unanswered)


def mark_sheet(exercises: Iterable[Exercise], text: str) -> Marked:
    """Return a marked sheet, held against that one of a key's exercises that it is of.

    Raises SheetError for a damaged sheet, with its line, WrongKeyError where the key is for other exercises.
    """
    filled = read(text)
    exercise = _found(exercises, filled.identity)
    return mark(exercise, filled.answers(exercise), filled.author)


def exercises_of(key: str) -> list[Exercise]:
    """Return the exercises of a key, a JSON document; raise SheetError where it is damaged.

    >>> from scalargrad import Value, exercise
    >>> exercises_of(exercise(Value(3.0, label="x") ** 2).key)[0].answers
    {'v1': '9.000', 'd x': '6.000'}
    """
    return [Exercise.of(record) for record in from_json(key)]


def _found(exercises: Iterable[Exercise], identity: str) -> Exercise:
    """Return the exercise of an identity, by the code at its end."""
    known = {each.code: each for each in exercises}
    code = identity.rpartition("·")[2].strip()
    if code not in known:
        of = "one of " * (len(known) > 1)
        listed = ", ".join([each.identity for each in known.values()][:3]) + ", …" * (len(known) > 3)
        raise WrongKeyError(f"the sheet is of exercise {identity}, the key of {of}{listed}")
    return known[code]


def class_table(sheets: Mapping[str, Marked | ScalargradError], width: int | None = None) -> str:
    """Return a line for each sheet: its score, the first wrong step with the likely slip, or its damage."""
    lines = [_line(name, sheet) for name, sheet in sheets.items()]
    return aligned(lines, COLUMNS, ("left",) * len(COLUMNS), width=width)


def _line(name: str, sheet: Marked | ScalargradError) -> tuple[str, ...]:
    if not isinstance(sheet, Marked):
        return (name, "", "–", "", str(sheet))
    first = sheet.first_wrong
    return (name, sheet.author, sheet.score, first.name if first else "", first.remark if first else "")
