"""When each number of a trace is known: the step that computes a value, the steps that add to an adjoint.

Steps are counted from 1; before them, at 0, only the leaves have their values.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from scalargrad.notation import Symbol, Writer
from scalargrad.wengert import Instruction, WengertList

UNKNOWN, MORE = "–", " +"  # no number yet; a sum to which more will be added


class Entry(NamedTuple):
    """Hold what a place shows from a step on."""

    since: int
    text: str


@dataclass
class History:
    """Hold when an instruction is computed (`forward`) and fires (`reverse`, 0 for never), and its texts."""

    forward: int = 0
    reverse: int = 0
    value: list[Entry] = field(default_factory=list)
    adjoint: list[Entry] = field(default_factory=lambda: [Entry(0, UNKNOWN)])

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


def shown(entries: list[Entry], step: int) -> str:
    """Return the text of the last entry that is not later than a step.

    >>> shown([Entry(0, "–"), Entry(3, "0.5")], 2)
    '–'
    """
    return next(entry.text for entry in reversed(entries) if entry.since <= step)


def histories(trace: WengertList, writer: Writer) -> dict[Instruction, History]:
    """Return the history of each instruction.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> histories(t, Writer())[t["x"]].adjoint
    [Entry(since=0, text='–'), Entry(since=3, text='6')]
    """

    def text(number: float) -> str:
        symbol: Symbol = writer.number(number)
        return str(symbol)

    found = {row: History() for row in trace}
    missing = Counter(parent for row in trace for parent in row.parents)
    for row in trace:
        if not row.parents:
            found[row].value.append(Entry(0, text(row.value)))
    for number, step in enumerate(trace.steps, 1):
        row, history = step.instruction, found[step.instruction]
        if step.phase == "forward":
            history.forward = number
            history.value += [Entry(0, UNKNOWN), Entry(number, text(row.value))]
        elif step.phase == "seed":
            history.adjoint.append(Entry(number, text(row.adjoint)))
        else:
            history.reverse = number
            missing.subtract(c.target for c in step.contributions)
            for target, after in {c.target: c.after for c in step.contributions}.items():
                known = text(after) + (MORE if missing[target] else "")
                found[target].adjoint.append(Entry(number, known))
    return found
