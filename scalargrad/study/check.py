"""Check hand work against a trace: accept what a person may round, else name the slip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scalargrad.errors import UnknownNameError, unknown
from scalargrad.notation.numbers import number
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.study.claims import Claim, Precision
from scalargrad.study.html import html_table
from scalargrad.study.slips import Work, adjoint_slips, value_slips
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.listing import aligned

Verdict = Literal["exact", "rounded", "truncated", "carried", "follows", "wrong"]
MARKS = {"follows": "follows", "wrong": "WRONG"}  # all else is ok
REMARKS = {
    "truncated": "truncated",
    "carried": "rounded on the way",
    "follows": "right, but for the wrong number before",
}


HEADINGS = ("step", "your number", "exact", "", "remark")
NUMERIC = (False, True, True, False, False)


class Judgement(NamedTuple):
    """One checked number: what was claimed, what is exact, and how the claim can be read.

    `verdict` is "rounded" or "truncated" of the exact number, "carried" where it comes of rounding as
    one goes, "follows" where it is right but for an earlier wrong number, and "wrong".
    """

    name: str
    claimed: float
    digits: int
    exact: float
    verdict: Verdict
    remark: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the step itself was done right."""
        return self.verdict != "wrong"

    @property
    def _claim(self) -> str:
        """Return the claimed number with the digits it was claimed with."""
        return f"{self.claimed:.{self.digits}f}"

    @property
    def _mark(self) -> str:
        return MARKS.get(self.verdict, "ok")


@dataclass(frozen=True)
class CheckReport:
    """The checked rows in the order of the work; it is true where every number is acceptable."""

    rows: tuple[Judgement, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every claim is acceptable."""
        return all(row.verdict not in {"wrong", "follows"} for row in self.rows)

    @property
    def first_wrong(self) -> Judgement | None:
        """Return the first step that was not done right, None where there is none."""
        return next((row for row in self.rows if not row.ok), None)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = [
            (row.name, row._claim, number(row.exact, row.digits + 2), row._mark, row.remark)
            for row in self.rows
        ]
        alignment = ["decimal" if numeric else "left" for numeric in NUMERIC]
        return f"{aligned(lines, HEADINGS, alignment)}\n\n{self._summary()}"

    def _repr_html_(self) -> str:
        """Return the table as HTML, in which a wrong step is strong."""
        from markupsafe import Markup, escape

        strong = Markup("<strong>{}</strong>")
        blocks = []
        for row in self.rows:
            exact = TextbookWriter(row.digits + 2).number(row.exact)
            mark = row._mark if row.ok else strong.format(row._mark)
            blocks.append([(row.name, row._claim.replace("-", "−"), str(exact), mark, row.remark)])
        return f"{html_table(HEADINGS, blocks, NUMERIC)}\n<p>{escape(self._summary())}</p>"

    def _summary(self) -> str:
        if self.first_wrong is None:
            return (
                "The number is right." if len(self.rows) == 1 else f"All {len(self.rows)} numbers are right."
            )
        wrong = sum(not row.ok for row in self.rows)
        plural = "step is" if wrong == 1 else "steps are"
        return f"{wrong} {plural} wrong, the first of them {self.first_wrong.name}."


def check(
    trace: WengertList,
    claims: Mapping[str, float | str],
    digits: int | None = None,
    rate: float | None = None,
) -> CheckReport:
    """Compare claimed numbers with the trace: `a1` is a value, `d w5` the adjoint ∂output/∂w5.

    A claim is a number, or its text, which keeps the zeros at its end.  It may be rounded, truncated, or
    computed from the person's own rounded numbers; each is read against the numbers claimed before it,
    so that one slip is not blamed twice.  How far the work was rounded on the way is read off the
    claims, decimals or significant figures, unless `digits` gives the decimals of all of them.  With
    the learning rate of a descent step a slip is also looked for in a weight updated too early.
    """
    if not claims:
        raise UnknownNameError("there is nothing to check: give at least one number, such as a1=1.367")
    by_place = {_place(trace, name): Claim.of(name, x, digits) for name, x in claims.items()}
    work = Work(trace, Precision.of(list(by_place.values())), rate)
    return CheckReport(tuple(_judged(work, by_place)))


Place = tuple[Instruction, bool]  # an instruction, and whether its adjoint is meant


def _judged(work: Work, claims: Mapping[Place, Claim]) -> Iterator[Judgement]:
    """Yield the claims in the order of the work, each read against the numbers before it."""
    order = work.trace.instructions
    wrong_before = False
    for place in [*((v, False) for v in order), *((v, True) for v in reversed(order))]:
        v, is_adjoint = place
        expected, slack = work.adjoint(v) if is_adjoint else work.value(v)
        if place not in claims:
            continue
        claim = claims[place]
        exact = v.adjoint if is_adjoint else v.value
        verdict = _verdict(claim, exact, expected, slack)
        if verdict == "follows" and not wrong_before:
            verdict = "carried"  # roundings add up, too
        remark = REMARKS.get(verdict, "")
        if verdict == "wrong":
            wrong_before = True
            slips = adjoint_slips(work, v) if is_adjoint else value_slips(work, v)
            remark = next((text for x, text in slips if claim.is_near(x, slack)), "")
        work.take(place, claim.number)
        yield Judgement(claim.name, claim.number, claim.decimals, exact, verdict, remark)


def _verdict(claim: Claim, exact: float, expected: float, slack: float) -> Verdict:
    gap = abs(claim.number - exact)
    if gap <= 1e-12 * max(1.0, abs(exact)):
        return "exact"
    if claim.rounds(exact):
        return "rounded"
    if claim.is_near(exact, 0.0):
        return "truncated"
    if claim.is_near(exact, slack):
        return "carried"
    return "follows" if claim.is_near(expected, slack) else "wrong"


def _place(trace: WengertList, name: str) -> Place:
    """Return what a name means: `a1` a value; `d w5`, `dw5`, `∂w5` or `∂y/∂w5` an adjoint."""
    names = {v.name: v for v in trace}
    if name in names:
        return names[name], False
    for prefix in (f"∂{trace.output.name}/∂", f"d{trace.output.name}/d", "d ", "∂", "d"):
        bare = name.removeprefix(prefix).strip()
        if bare != name and bare in names:
            return names[bare], True
    known = [*names, *(f"d {name}" for name in names)]
    raise UnknownNameError(unknown("step", name, known))
