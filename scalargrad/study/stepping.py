"""Backpropagation step by step as text: the state after each step, and its working."""

from typing import NamedTuple

from scalargrad.listing import adjoint_statement
from scalargrad.notation import Writer, number
from scalargrad.wengert import Contribution, Instruction, Step, WengertList

NOT_COMPUTED = "–"  # never 0, which is a number
WAYS = {"forward": "compute the value of", "seed": "set the adjoint of the output", "reverse": "fire"}


class Line(NamedTuple):
    """Hold one line of the table: a name, its formula, value and adjoint so far; `mark` is where we are."""

    mark: str
    name: str
    formula: str
    value: str
    adjoint: str


class Stepper:
    """Read a trace one step at a time; steps are counted from 1, as a person counts them.

    >>> from scalargrad import leaves, trace
    >>> (x,) = leaves(x=3.0)
    >>> stepper = Stepper(trace(x * x))
    >>> for text in stepper.working(3):
    ...     print(text)
    dx = dv1*x = (1)(3) = 3
    dx += dv1*x = 3 + (1)(3) = 6
    """

    def __init__(self, trace: WengertList, digits: int = 4) -> None:
        self.trace = trace
        self.steps = trace.steps
        self.writer = Writer("text", digits)
        self.shown = [row for row in trace if row.role != "constant"]
        self._computed_at = {s.instruction: s.index for s in self.steps if s.phase == "forward"}
        self._history: dict[Instruction, list[tuple[int, float]]] = {row: [] for row in trace}
        for step in self.steps:
            if step.phase == "seed":
                self._history[step.instruction].append((step.index, step.instruction.adjoint))
            for c in step.contributions:
                self._history[c.target].append((step.index, c.after))

    def __len__(self) -> int:
        return len(self.steps)

    def title(self, count: int) -> str:
        """Return what a step does."""
        step = self.steps[count - 1]
        name = "" if step.phase == "seed" else f" {step.instruction.name}"
        return f"step {count} of {len(self)}, {step.phase}: {WAYS[step.phase]}{name}"

    def working(self, count: int) -> list[str]:
        """Return formula = substitution = result of a step, one line for each number it computes."""
        step = self.steps[count - 1]
        row, writer = step.instruction, self.writer
        if step.phase == "seed":
            return [f"d{row.name} = 1"]
        if step.phase == "reverse":
            return [self._contribution(step, c) for c in step.contributions if c.target.role != "constant"]
        sides = [row.written(writer), row.substituted(writer), writer.number(row.value)]
        return [f"{row.name} = " + " = ".join(dict.fromkeys(map(str, sides)))]

    def _contribution(self, step: Step, c: Contribution) -> str:
        upstream, local, before, after = (
            "" if x is None else str(self.writer.number(x)) for x in (c.upstream, c.local, c.before, c.after)
        )
        product = f"({upstream})({local})" if local != "1" else f"({upstream})" if before else upstream
        total = f"{before} + {product}" if before else product
        statement = adjoint_statement(step.instruction, c, self.writer)
        return " = ".join([statement, *dict.fromkeys([total, after])])

    def table(self, count: int) -> list[Line]:
        """Return the state after a step; what is not computed yet is marked as such."""
        step = self.steps[count - 1]
        targets = {c.target for c in step.contributions}
        lines = []
        for row in self.shown:
            mark = ">" if row is step.instruction else "+" if row in targets else ""
            known = self._computed_at.get(row, -1) < count
            value = number(row.value, self.writer.digits) if known else NOT_COMPUTED
            formula = str(row.written(self.writer)) if row.parents else ""
            lines.append(Line(mark, row.name, formula, value, self._adjoint_after(row, count)))
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

    def _adjoint_after(self, row: Instruction, count: int) -> str:
        after = [x for index, x in self._history[row] if index < count]
        return number(after[-1], self.writer.digits) if after else NOT_COMPUTED


def transcript(stepper: Stepper) -> str:
    """Return all steps with their working, for where there is no terminal to step in."""
    blocks = []
    for count in range(1, len(stepper) + 1):
        working = [f"  {text}" for text in stepper.working(count)]
        blocks.append("\n".join([stepper.title(count), *working]))
    return "\n".join(blocks)
