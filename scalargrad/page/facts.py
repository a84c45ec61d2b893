"""The plain data of a page: rows, workings, sums.  Formulas are MathML, numbers are text."""

from dataclasses import dataclass

from scalargrad.page.history import History


@dataclass(frozen=True)
class Row:
    """Hold one line of the table: v = formula, with the history of its numbers."""

    key: int
    label: str
    role: str
    name: str
    formula: str
    history: History


@dataclass(frozen=True)
class Transfer:
    """Hold one edge of a reverse step: upstream adjoint × local derivative, added to the target."""

    key: str
    target: int
    label: str
    name: str
    slope: str
    slope_number: str
    product: str
    numbers: str
    result: str
    before: str
    after: str


@dataclass(frozen=True)
class Working:
    """Hold one step: `asked` is what is said before an answer is revealed, `said` what is said with it."""

    number: int
    phase: str
    key: int
    name: str
    left: str
    lines: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    asked: str
    said: str


@dataclass(frozen=True)
class Sum:
    """Hold an adjoint as an explicit sum over the uses of its instruction."""

    key: int
    label: str
    left: str
    lines: tuple[str, ...]
    complete: int
    uses: int


@dataclass(frozen=True)
class Model:
    """Hold all that the page shows but the figure."""

    output: str
    rows: tuple[Row, ...]
    workings: tuple[Working, ...]
    sums: tuple[Sum, ...]
    forward_steps: int
