"""Backpropagation step by step as text: the state after each step, with its working."""

from typing import NamedTuple

from scalargrad.notation.text import TextWriter
from scalargrad.wengert.columns import PLAIN, Inks, distinct, inked
from scalargrad.wengert.instruction import Contribution, Instruction, Step
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.listing import adjoint_name, adjoint_statement
from scalargrad.wengert.progress import progress


class Line(NamedTuple):
    """One line of the table: a name, its formula, value and adjoint so far.

    `mark` is ">" for what a step is at, "·" for what it reads, "+" for what it adds to.
    """

    mark: str
    name: str
    formula: str
    value: str
    adjoint: str


class Stepper:
    """Read a trace one step at a time; steps are counted from 1, as a person counts them.

    Values and adjoints have their `inks`.

    >>> from scalargrad import leaves, trace
    >>> (x,) = leaves(x=3.0)
    >>> stepper = Stepper(trace(x * x))
    >>> for text in stepper.working(3):
    ...     print(text)
    dx = dv1*x = (1)(3) = 3
    dx += dv1*x = 3 + (1)(3) = 6
    """

    def __init__(self, trace: WengertList, digits: int = 4, inks: Inks = PLAIN) -> None:
        self.trace, self.inks = trace, inks
        self.steps = trace.steps
        self.writer = TextWriter(digits)
        self.shown = [v for v in trace if v.role != "constant"]
        self._progress = progress(trace, self.writer, more="")

    def __len__(self) -> int:
        return len(self.steps)

    def name(self, v: Instruction) -> str:
        """Return the name of an instruction as it is shown, on one line whatever its label."""
        return str(self.writer.name(v.name))

    def title(self, count: int) -> str:
        """Return what a step does."""
        step = self.steps[count - 1]
        return f"step {count} of {len(self)}, {step.phase}: {self._deed(step)}"

    def _deed(self, step: Step) -> str:
        """Return what a step does in the words of the page."""
        name = self.name(step.instruction)
        if step.phase == "forward":
            return f"compute {name}"
        if step.phase == "seed":
            return f"the reverse phase starts at {name}"
        targets = dict.fromkeys(
            self.name(c.target) for c in step.contributions if c.target.role != "constant"
        )
        return f"{name} hands its adjoint to {', '.join(targets) or 'constants, which do not need it'}"

    def working(self, count: int) -> list[str]:
        """Return formula = substitution = result of a step, one line for each number it computes."""
        step = self.steps[count - 1]
        v, writer = step.instruction, self.writer
        name = self.name(v)
        if step.phase == "seed":
            derivative = writer.partial(v.name, v.name)
            return [f"{adjoint_name(v, writer)} = {derivative} = 1"]  # what the d of all later lines means
        if step.phase == "reverse":
            return [self._contribution(c) for c in step.contributions if c.target.role != "constant"]
        result = inked(str(writer.number(v.value)), self.inks.value)
        sides = [str(v.written(writer)), str(v.substituted(writer)), result]
        return [f"{name} = " + " = ".join(distinct(sides))]

    def _contribution(self, c: Contribution) -> str:
        local = str(self.writer.number(c.local))
        upstream, before, after = (
            "" if x is None else inked(str(self.writer.number(x)), self.inks.adjoint)
            for x in (c.upstream, c.before, c.after)
        )
        product = f"({upstream})({local})" if local != "1" else f"({upstream})" if before else upstream
        total = f"{before} + {product}" if before else product
        statement = adjoint_statement(c, self.writer)
        return " = ".join([statement, *distinct([total, after])])

    def table(self, count: int, *, hides: bool = False) -> list[Line]:
        """Return the state after a step, or before it where that `hides`; what is not known is a dash."""
        step, known_at = self.steps[count - 1], count - hides
        parents = set(step.instruction.parents if step.phase != "seed" else ())
        touched = "+" if step.phase == "reverse" else "·"
        lines = []
        for v in self.shown:
            mark = ">" if v is step.instruction else touched if v in parents else ""
            formula = str(v.written(self.writer)) if v.parents else ""
            known = self._progress[v]
            lines.append(
                Line(mark, self.name(v), formula, known.value_at(known_at), known.adjoint_at(known_at))
            )
        return lines

    def phase_end(self, count: int) -> int:
        """Return the last step of the phase that a step is in, or of the next one if it is that already."""
        phases = [step.phase for step in self.steps]
        later = (
            phases[count - 1 :]
            if count == len(self) or phases[count] == phases[count - 1]
            else phases[count:]
        )
        start = len(self) - len(later)
        same = next((i for i, phase in enumerate(later) if phase != later[0]), len(later))
        return start + same


def transcript(stepper: Stepper) -> str:
    """Return all steps with their working, to be read without a terminal."""
    blocks = []
    for count in range(1, len(stepper) + 1):
        working = [f"  {text}" for text in stepper.working(count)]
        blocks.append("\n".join([stepper.title(count), *working]))
    return "\n".join(blocks)
