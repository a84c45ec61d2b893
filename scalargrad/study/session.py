"""What a person sees of a stepper: the step they are at, what they type, the lines of a window."""

import textwrap
from collections.abc import Callable, Sequence

from scalargrad.errors import ScalargradError, unknown
from scalargrad.notation.labels import shortened
from scalargrad.study.predicting import Predictor, Question
from scalargrad.study.stepping import Stepper
from scalargrad.study.window import fitted, layout
from scalargrad.wengert.columns import FOLDED, breadth, cut
from scalargrad.wengert.folding import folded

HELP = (  # the longest that fits is shown
    "q quit  n → next  p ← back  f finish phase  g go to  t predict  Home  End",
    "q quit  n next  p back  f phase  g go to  t predict",
    "q quit  n next  p back",
)
ASKING = (
    "type the number, then Enter; Enter alone shows it  n skip  t stop asking  q quit",
    "number Enter  Enter alone: show  n skip  t stop  q quit",
    "Enter alone shows it",
)
AIR = 3  # lines that a working which is folded leaves free
Move = Callable[[Stepper, int], int]
MOVES: dict[str, Move] = {
    "next": lambda stepper, count: min(count + 1, len(stepper)),
    "previous": lambda _, count: max(count - 1, 1),
    "first": lambda _, __: 1,
    "last": lambda stepper, _: len(stepper),
    "finish phase": lambda stepper, count: stepper.phase_end(count),
}


def step_of(stepper: Stepper, text: str, count: int) -> int | None:
    """Return the step of a number, or the next one that works on the row of a name, or None.

    A leaf is given, and no step computes it: its steps are those of the rows that read it.
    """
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= len(stepper) else None
    given = any(v.name == text and not v.parents for v in stepper.shown)
    steps = [
        i
        for i, step in enumerate(stepper.steps, 1)
        if text in ([v.name for v in step.instruction.parents] if given else [step.instruction.name])
    ]
    return next((i for i in steps if i > count), steps[0] if steps else None)


def not_found(stepper: Stepper, text: str) -> str:
    """Return what to say of a text that leads to no step, with the nearest that do.

    >>> from scalargrad import leaves, trace
    >>> (x1,) = leaves(x1=3.0)
    >>> stepper = Stepper(trace(x1 * x1))
    >>> not_found(stepper, "x2"), not_found(stepper, "9")
    ("unknown row 'x2'; did you mean x1?", 'there is no step 9; the last is 3')
    """
    if text.isdecimal():
        return f"there is no step {text}; the last is {len(stepper)}"
    return unknown("row", text, map(stepper.name, stepper.shown))


class Session:
    """The step that is shown; what is typed of a name to go to, or of a number that is asked for.

    A predictor is there to be asked by from the first step on where `predicts`, else on request.
    """

    def __init__(
        self, stepper: Stepper, heading: str, predictor: Predictor | None = None, *, predicts: bool = False
    ) -> None:
        self.stepper, self.heading, self.predictor, self.predicts = stepper, heading, predictor, predicts
        self.count = 1
        self.place: str | None = None  # that is typed to go to
        self.number = ""  # that is typed for an answer
        self.remark = self.verdict = ""

    @property
    def asked(self) -> Question | None:
        """Return what is asked for; its number, and what comes of it, are to be seen nowhere."""
        return self.predictor.asked(self.count) if self.predictor and self.predicts else None

    # ---- what a person does

    def move(self, move: str) -> None:
        """Go where a move leads."""
        self.go(MOVES[move](self.stepper, self.count))

    def go(self, count: int) -> None:
        """Go to a step; whatever is typed is forgotten."""
        self.count, self.place, self.number, self.remark, self.verdict = count, None, "", "", ""

    def type_place(self, text: str) -> None:
        """Show what is typed of the row or step to go to."""
        self.place, self.remark = text, ""

    def go_to_place(self) -> None:
        """Go to what was typed, or say that it is not there."""
        text = (self.place or "").strip()
        found = step_of(self.stepper, text, self.count)
        self.go(found or self.count)
        if text and not found:
            self.remark = not_found(self.stepper, text)

    def answer(self) -> None:
        """Hold the number that was typed against the step; show the right one where none was."""
        assert self.predictor is not None
        text, self.number = self.number.strip(), ""
        if not text:
            self.predictor.give_up(self.count)
            self.verdict = ""
            return
        try:
            verdict = self.predictor.answer(self.count, text)
        except ScalargradError as error:
            self.verdict = str(error)
            return
        says = f": {verdict.remark}" if verdict.remark else ""
        self.verdict = f"right{says}" if verdict.ok else f"{text} is wrong{says}"

    def toggle(self) -> None:
        """Ask for the numbers of the step to come, or stop asking."""
        if self.predictor is None:
            return
        if self.predicts or self.count < len(self.stepper):
            self.go(self.count + (not self.predicts))
            self.predicts = not self.predicts
        else:
            self.remark = "this is the last step: go back, p or Home, to predict what is to come"

    # ---- what they see

    def lines(self, rows: int, columns: int) -> list[tuple[str, str]]:
        """Return the lines for a window of this size, each with its style, with the codes of inks in them."""
        working = self._working(rows, columns)
        texts = [
            ("", self._heading(columns)),
            ("bold", self.stepper.title(self.count)),
            *(("", text) for text in working),
        ]
        hides = self.asked is not None
        now, last = self.stepper.table(self.count, hides=hides), self.stepper.table(len(self.stepper))
        head, *body = layout(now, columns, self.stepper.inks, last)
        room = max(3, rows - len(texts) - 4)
        table = [("underline", head), *((_style(line), line) for line in fitted(body, room))]
        return [*texts, ("", ""), *table, ("", ""), ("", self._status(columns))]

    def _working(self, rows: int, columns: int) -> list[str]:
        """Return what is known of the working, below it what is asked for, and what was said of an answer."""
        working, question = self.stepper.working(self.count), []
        if self.asked is not None:
            assert self.predictor is not None
            working = working[: self.predictor.shown(self.count)]
            question = [cut(f"  {self.asked.words} = {self.number}_", columns)]
        says = textwrap.wrap(self.verdict, max(columns, FOLDED), initial_indent="  ", subsequent_indent="  ")
        most = max(4, rows // 2) - len(question) - len(says)  # the table needs its place, too
        return [*_fitted(working, columns, most), *question, *says]

    def _heading(self, columns: int) -> str:
        score = self.predictor.score if self.predictor and self.predicts else ""
        room = columns - len(score) - len("  ")
        if not score or room < len("…"):
            return self.heading
        return f"{shortened(self.heading, room):<{room}}  {score}"

    def _status(self, columns: int) -> str:
        if self.place is not None:
            return f"go to the row or step: {self.place}_"
        return self.remark or _longest(ASKING if self.asked else HELP, columns)


def _fitted(working: Sequence[str], columns: int, most: int) -> list[str]:
    """Return the lines of a working: folded at operators where there is room for that, else cut."""
    lines = [f"  {text}" for each in working for text in folded(each, columns - 2)]
    if len(lines) <= max(min(len(working), most), most - AIR) and all(
        breadth(line) <= columns for line in lines
    ):
        return lines
    lines = [cut(f"  {each}", columns) for each in working]
    return lines if len(lines) <= most else [*lines[: most - 1], f"  … {len(lines) - most + 1} more lines"]


def _longest(texts: Sequence[str], columns: int) -> str:
    return next((text for text in texts if len(text) <= columns), texts[-1])


def _style(line: str) -> str:
    return {">": "reverse", "+": "bold"}.get(line[:1], "")
