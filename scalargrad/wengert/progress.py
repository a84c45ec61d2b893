"""When each number of a trace is known: the step that computes a value, the steps that add to an adjoint.

Steps are counted from 1; before them, at 0, only the leaves have their values.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from scalargrad.notation.writer import Writer
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

NOT_COMPUTED, MORE = "–", " +"  # never 0, which is a number; a sum to which more will be added


class Stage(NamedTuple):
    """What a place shows from a step on."""

    since: int
    text: str


@dataclass
class Progress:
    """When an instruction is computed (`forward`), when it hands on its adjoint (`reverse`, 0 for never)."""

    forward: int = 0
    reverse: int = 0
    value: list[Stage] = field(default_factory=list)
    adjoint: list[Stage] = field(default_factory=lambda: [Stage(0, NOT_COMPUTED)])

    @property
    def complete(self) -> int:
        """Return the step that completes the adjoint."""
        return self.adjoint[-1].since

    def adjoint_at(self, step: int) -> str:
        """Return what is known of the adjoint after a step."""
        return shown(self.adjoint, step)

    def value_at(self, step: int) -> str:
        """Return what is known of the value after a step."""
        return shown(self.value, step)


def shown(stages: list[Stage], step: int) -> str:
    """Return the text of the last stage that is not later than a step.

    >>> shown([Stage(0, "–"), Stage(3, "0.5")], 2)
    '–'
    """
    return next(stage.text for stage in reversed(stages) if stage.since <= step)


def progress(trace: WengertList, writer: Writer, more: str = MORE) -> dict[Instruction, Progress]:
    """Return the progress of each instruction; `more` marks an adjoint to which more will be added.

    >>> from scalargrad import Value
    >>> from scalargrad.notation.text import TextWriter
    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> progress(t, TextWriter())[t["x"]].adjoint
    [Stage(since=0, text='–'), Stage(since=3, text='6')]
    """

    def text(number: float) -> str:
        return str(writer.number(number))

    found = {v: Progress() for v in trace}
    missing = Counter({v: len(edges) for v, edges in trace.uses.items()})
    for v in trace:
        if not v.parents:
            found[v].value.append(Stage(0, text(v.value)))
    for number, step in enumerate(trace.steps, 1):
        v, of_v = step.instruction, found[step.instruction]
        if step.phase == "forward":
            of_v.forward = number
            of_v.value += [Stage(0, NOT_COMPUTED), Stage(number, text(v.value))]
        elif step.phase == "seed":
            of_v.adjoint.append(Stage(number, text(v.adjoint)))
        else:
            of_v.reverse = number
            missing.subtract(c.target for c in step.contributions)
            for target, after in {c.target: c.after for c in step.contributions}.items():
                found[target].adjoint.append(Stage(number, text(after) + (more if missing[target] else "")))
    return found
