"""Predicting: the numbers of a step are asked for before they are shown."""

import math
from collections.abc import Callable
from typing import NamedTuple

from scalargrad.study.stepping import Stepper
from scalargrad.wengert.instruction import Edge, Instruction


class Question(NamedTuple):
    """A number to predict: the value of v or, along the edge that reads v, what is added to its adjoint."""

    words: str
    v: Instruction
    edge: Edge | None = None


class Verdict(NamedTuple):
    """Whether a prediction is right, and what is to be said of it."""

    ok: bool
    remark: str = ""


Judge = Callable[[Question, str], Verdict]  # raises ScalargradError for what is no number


class Predictor:
    """Ask for the numbers of steps, one after the other, and count which are right at the first try.

    >>> from scalargrad import leaves, trace
    >>> (x,) = leaves(x=3.0)
    >>> predictor = Predictor(Stepper(trace(x**2)), lambda question, text: Verdict(text == "9"))
    >>> predictor.asked(1).words
    'v1'
    >>> predictor.answer(1, "6"), predictor.answer(1, "9"), predictor.asked(1), predictor.score
    (Verdict(ok=False, remark=''), Verdict(ok=True, remark=''), None, '0 of 1 right at the first try')
    """

    def __init__(self, stepper: Stepper, judge: Judge) -> None:
        self.stepper, self.judge = stepper, judge
        self._first: dict[tuple[int, int], bool] = {}  # by step and place in it
        self._answered: dict[int, int] = {}  # how many numbers of a step

    def asked(self, count: int) -> Question | None:
        """Return what a step asks for next, None where nothing is left."""
        questions, answered = self._questions(count), self._answered.get(count, 0)
        return questions[answered] if answered < len(questions) else None

    def shown(self, count: int) -> int:
        """Return how many lines of the working of a step are to be seen."""
        return self._answered.get(count, 0)

    def answer(self, count: int, text: str) -> Verdict:
        """Judge what was typed; the question is done with when it is right."""
        question = self.asked(count)
        assert question is not None
        verdict = self.judge(question, text)
        self._first.setdefault((count, self.shown(count)), verdict.ok)
        if verdict.ok:
            self._answered[count] = self.shown(count) + 1
        return verdict

    def give_up(self, count: int) -> None:
        """Count what is asked as not known, and be done with it."""
        self._first.setdefault((count, self.shown(count)), False)
        self._answered[count] = self.shown(count) + 1

    @property
    def score(self) -> str:
        """Return how many were right at the first try; nothing before there was one."""
        tries = list(self._first.values())
        return f"{sum(tries)} of {len(tries)} right at the first try" if tries else ""

    def _questions(self, count: int) -> list[Question]:
        """Return a question for each line of the working, but for the seed; none where it is inf or nan."""
        step, name = self.stepper.steps[count - 1], self.stepper.name
        v = step.instruction
        if step.phase == "forward":
            return [Question(name(v), v)] * math.isfinite(v.value)
        handed = [c for c in step.contributions if c.target.role != "constant"]
        if not all(math.isfinite(c.contribution) for c in handed):
            return []
        ways = [c.target for c in handed]
        found = []
        for i, c in enumerate(handed):
            several, own = ways.count(c.target), ways[: i + 1].count(c.target)
            which = f", {own} of {several}" if several > 1 else ""
            found.append(Question(f"what {name(v)} adds to d{name(c.target)}{which}", c.target, c.edge))
        return found
