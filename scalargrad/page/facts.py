"""The plain data of a page: formulas are MathML, numbers stand in slots that say what they show."""

from collections.abc import Mapping
from dataclasses import dataclass

from scalargrad.wengert.instruction import Phase
from scalargrad.wengert.roles import ShownRole


@dataclass(frozen=True)
class TableLine:
    """One line of the table: v = formula, with the texts of its value and its adjoint."""

    key: int
    label: str
    role: ShownRole
    name: str
    formula: str
    value: str
    adjoint: str


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
    so_far: str
    more: str
    alone: bool


@dataclass(frozen=True)
class Working:
    """One step: `asked` is what is said before an answer is revealed, `said` what is said with it."""

    number: int
    phase: Phase
    key: int
    label: str
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
    uses: int


@dataclass(frozen=True)
class Model:
    """All that the page shows but the figure."""

    output: str
    derivative: str
    lines: tuple[TableLine, ...]
    workings: tuple[Working, ...]
    sums: tuple[Sum, ...]


@dataclass(frozen=True)
class Quiz:
    """What the page of an exercise asks for, and hides until it is answered.

    A blank is what is shown, as page.shown has it, "value 3" or "adjoint 3", its name on a sheet, the
    formula of it as MathML, which may be empty, and between which numbers rounding may lead.  `folded` maps
    the slots that have no line on a sheet to that of the statement they are part of.
    """

    identity: str
    blanks: tuple[tuple[str, str, str, tuple[float, float]], ...]
    folded: Mapping[int, int]
