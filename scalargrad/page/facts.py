"""The plain data of a page: formulas are MathML, numbers are text."""

from collections.abc import Mapping
from dataclasses import dataclass

from scalargrad.wengert.instruction import Phase
from scalargrad.wengert.progress import Progress
from scalargrad.wengert.structure import Role


@dataclass(frozen=True)
class Cell:
    """A number as text, with what it shows; of a dash nothing."""

    text: str
    what: str


@dataclass(frozen=True)
class TableLine:
    """One line of the table: v = formula, with the progress of its numbers."""

    key: int
    label: str
    role: Role
    name: str
    formula: str
    progress: Progress


@dataclass(frozen=True)
class Transfer:
    """One edge of a reverse step: upstream adjoint × local derivative, added to the target."""

    key: str
    target: int
    label: str
    name: str
    local: str
    local_number: str
    product: str
    numbers: str
    result: str
    before: Cell
    after: Cell
    more: str


@dataclass(frozen=True)
class Working:
    """One step: `asked` is what is said before an answer is revealed, `said` what is said with it."""

    number: int
    phase: Phase
    key: int
    name: str
    left: str
    lines: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    asked: str
    said: str


@dataclass(frozen=True)
class Sum:
    """An adjoint as an explicit sum over the uses of its instruction."""

    key: int
    label: str
    left: str
    lines: tuple[str, ...]
    complete: int
    uses: int


@dataclass(frozen=True)
class Model:
    """All that the page shows but the figure."""

    output: str
    lines: tuple[TableLine, ...]
    workings: tuple[Working, ...]
    sums: tuple[Sum, ...]
    forward_steps: int
    stages: Mapping[int, Progress]  # what the places of a row show from which step on
