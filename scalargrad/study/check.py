"""Check hand work against a trace: accept what a person may round, and name the first slip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import mode
from typing import NamedTuple

from scalargrad.errors import UnknownNameError, unknown
from scalargrad.notation import number
from scalargrad.study.slips import Work, adjoint_slips, value_slips
from scalargrad.wengert import Instruction, WengertList

MARKS = {
    "exact": "ok",
    "rounded": "ok",
    "truncated": "ok",
    "carried": "ok",
    "follows": "follows",
    "wrong": "WRONG",
}


class Row(NamedTuple):
    """Hold one checked number: what was claimed, what is exact, and how the claim can be read.

    `verdict` is "rounded" or "truncated" of the exact number, "carried" where it comes of rounding as
    one goes, "follows" where it is right but for an earlier wrong number, and "wrong".
    """

    name: str
    claimed: float
    digits: int
    exact: float
    verdict: str
    remark: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the step itself was done right."""
        return self.verdict != "wrong"


@dataclass(frozen=True)
class CheckReport:
    """Hold the checked rows in the order of the work; it is true where every number is acceptable."""

    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every claim is acceptable."""
        return all(row.verdict not in {"wrong", "follows"} for row in self.rows)

    @property
    def first_wrong(self) -> Row | None:
        """Return the first step that was not done right, None where there is none."""
        return next((row for row in self.rows if not row.ok), None)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        from tabulate import tabulate

        lines = [
            (
                row.name,
                f"{row.claimed:.{row.digits}f}",
                number(row.exact, row.digits + 2),
                MARKS[row.verdict],
                row.remark,
            )
            for row in self.rows
        ]
        headings = ("step", "your number", "exact", "", "remark")
        align = ("left", "decimal", "decimal", "left", "left")
        table = tabulate(lines, headings, tablefmt="plain", disable_numparse=True, colalign=align)
        return "\n".join(line.rstrip() for line in table.splitlines()) + f"\n\n{self._summary()}"

    def _summary(self) -> str:
        if self.first_wrong is None:
            return f"All {len(self.rows)} numbers are right."
        wrong = sum(not row.ok for row in self.rows)
        plural = "step is" if wrong == 1 else "steps are"
        return f"{wrong} {plural} wrong, the first of them {self.first_wrong.name}."


def check(
    trace: WengertList, claims: Mapping[str, float], digits: int | None = None, rate: float | None = None
) -> CheckReport:
    """Compare claimed numbers with the trace: `a1` is a value, `d w5` the adjoint ∂output/∂w5.

    `digits` are the decimals the work was done to, by default what most claims have; a claim with more
    is held to its own, one with fewer has dropped zeros at its end.  A claim may be rounded, truncated,
    or computed from the person's own rounded numbers; each is read against the numbers claimed before
    it, so that one slip is not blamed twice.  With the learning rate of a descent step a slip is also
    looked for in a weight that was updated too early.
    """
    if not claims:
        raise UnknownNameError("there is nothing to check: give at least one number, such as a1=1.367")
    digits = mode(map(_decimals, claims.values())) if digits is None else digits
    by_place = {_place(trace, name): (name, number) for name, number in claims.items()}
    return CheckReport(tuple(_judged(trace, by_place, digits, rate)))


Place = tuple[Instruction, bool]  # an instruction, and whether its adjoint is meant


def _judged(
    trace: WengertList, claims: Mapping[Place, tuple[str, float]], digits: int, rate: float | None
) -> Iterator[Row]:
    """Yield the claims in the order of the work, each read against the numbers before it."""
    work = Work(trace, 0.1**digits, rate)
    tainted: set[Place] = set()
    forwards = [(row, False) for row in trace]
    backwards = [(row, True) for row in reversed(trace.instructions)]
    for place in forwards + backwards:
        row, is_adjoint = place
        expected, slack, sources = work.adjoint(row) if is_adjoint else work.value(row)
        blamed = any(source in tainted for source in sources)
        if blamed:
            tainted.add(place)
        if place not in claims:
            continue
        name, claimed = claims[place]
        shown = max(digits, _decimals(claimed))
        unit = 0.1**shown
        exact = row.adjoint if is_adjoint else row.value
        verdict = _verdict(claimed, exact, expected, slack + unit, unit)
        remark = ""
        if verdict == "carried" and blamed:
            verdict, remark = "follows", "right, but for the wrong number before"
        elif verdict == "carried":
            remark = "rounded on the way"
        elif verdict == "truncated":
            remark = "truncated"
        elif verdict == "wrong":
            slips = adjoint_slips(work, row) if is_adjoint else value_slips(work, row)
            close = (text for number, text in slips if abs(claimed - number) <= slack + unit)
            remark = next(close, "")
            tainted.add(place)
        if verdict in {"exact", "rounded", "truncated"}:
            tainted.discard(place)
        work.take(place, claimed)
        yield Row(name, claimed, shown, exact, verdict, remark)


def _verdict(claimed: float, exact: float, expected: float, tolerance: float, unit: float) -> str:
    gap = abs(claimed - exact)
    if gap <= unit * 1e-6:
        return "exact"
    if gap <= unit * (0.5 + 1e-6):
        return "rounded"
    if abs(claimed) <= abs(exact) and gap < unit:
        return "truncated"
    near = min(gap, abs(claimed - expected)) <= tolerance * (1 + 1e-6)
    return "carried" if near else "wrong"


def _place(trace: WengertList, name: str) -> Place:
    """Return what a name means: `a1` a value; `d w5`, `dw5`, `∂w5` or `∂y/∂w5` an adjoint."""
    names = {row.name: row for row in trace}
    if name in names:
        return names[name], False
    for prefix in (f"∂{trace.output.name}/∂", f"d{trace.output.name}/d", "d ", "∂", "d"):
        bare = name.removeprefix(prefix).strip()
        if bare != name and bare in names:
            return names[bare], True
    known = [*names, *(f"d {name}" for name in names)]
    raise UnknownNameError(unknown("step", name, known))


def _decimals(x: float) -> int:
    mantissa, _, exponent = repr(float(x)).partition("e")
    decimals = len(mantissa.partition(".")[2].rstrip("0"))
    return max(0, decimals - int(exponent or 0))
