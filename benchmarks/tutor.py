"""Measure the check of hand work on what simulated students hand in.

Run `python benchmarks/tutor.py`, with `--seed` and `--count` of hand-ins for each table row, `--classes`
for a table by classes of slips, `--updates` for new weights as `w5+`, `--show CLASS` for what was said of
each hand-in of a class, `--show honest` for the honest work that is accused.

All rows are written, or the usual ones: named values, their adjoints and those of parameters.  A name
that is not the slip's own but gives the same number counts as another that fits.  Innocent rows are
right in themselves, given the numbers before them.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from students.classes import CLASSES
from students.descent import honest_updates, updates
from students.handing_in import HandIn, drawn_problem, hand_ins, honest_hand_ins
from students.names import ACCEPTED, fits_as_well, names
from students.problem import Writes
from students.work import work
from tabulate import tabulate

from scalargrad.checking.report import CheckReport
from scalargrad.errors import UnknownNameError

HEADINGS = ("first row right", "slip named", "another that fits", "nothing said", "wrong name")
OFF = (0.02, 0.05, 0.1, 0.2)  # by which share a number is off that comes of no slip
COUNTED = ("innocent rows blamed", "in hand-ins", "wrong work accepted")


@dataclass(frozen=True)
class Mark:
    """What a check made of one hand-in."""

    hand_in: HandIn
    report: CheckReport

    @property
    def is_first_right(self) -> bool:
        """Tell whether the first row that is blamed is the one that is wrong."""
        first = self.report.first_wrong
        return first is not None and first.name == self.hand_in.first

    @property
    def naming(self) -> str:
        """Return under which heading it falls what is said of the first row."""
        first = self.report.first_wrong
        told = names(first) if first else set()
        if self.report.ok and self.report.notes:
            return "slip named"  # the ½ is left out throughout: a convention, which the notes say
        if not told:
            return "nothing said"
        if self.is_first_right and told & ACCEPTED[self.hand_in.slip.name]:
            return "slip named"
        fits = self.is_first_right and fits_as_well(self.hand_in, told)
        return "another that fits" if fits else "wrong name"

    @property
    def blamed(self) -> list[str]:
        """Return the innocent rows that are called wrong."""
        return [row.name for row in self.report.rows if not row.ok and row.name in self.hand_in.innocent]


def marked(hand_in: HandIn) -> Mark:
    """Have a hand-in checked."""
    return Mark(hand_in, hand_in.problem.trace.check(hand_in.claims, rate=hand_in.rate))


def near_misses(honest: Sequence[HandIn], off: float, alone: bool) -> tuple[int, int]:
    """Return how many numbers are accepted that are off by a share of themselves, and of how many.

    One number of each hand-in is changed, by more than two of its last digits, among the others or alone.
    """
    accepted = tried = 0
    generator = random.Random(len(honest))
    for hand_in in honest:
        name = generator.choice(sorted(hand_in.claims))
        text, sign = hand_in.claims[name], generator.choice((-1, 1))
        decimals = len(text.partition(".")[2])
        number = float(text) * (1 + sign * off)
        if "e" in text or abs(number - float(text)) < 2.5 * 10.0**-decimals:
            continue
        claims = {name: f"{number:.{decimals}f}"}
        report = hand_in.problem.trace.check(claims if alone else {**hand_in.claims, **claims})
        accepted += next(row.ok for row in report.rows if row.name == name)
        tried += 1
    return accepted, tried


def verified(seed: int, count: int = 300) -> int:
    """Return how many problems a student without a slip works out as the engine does."""
    generator = random.Random(seed)
    for _ in range(count):
        problem = drawn_problem(generator)
        done = work(problem)
        for v in problem.trace:
            gaps = abs(done.values[v.index] - v.value), abs(done.adjoints[v.index] - v.adjoint)
            assert max(gaps) < 1e-9, (problem.name, v)
    return count


def tallied(marks: list[Mark]) -> list[str]:
    """Return the cells of a table for some hand-ins."""
    counts = Counter(mark.naming for mark in marks)
    counts["first row right"] = sum(mark.is_first_right for mark in marks)
    blamed, innocent = sum(len(m.blamed) for m in marks), sum(len(m.hand_in.innocent) for m in marks)
    shares = [f"{100 * counts[heading] / len(marks):.1f} %" for heading in HEADINGS]
    rows = f"{blamed} of {innocent} ({100 * blamed / max(innocent, 1):.1f} %)"
    return [
        *shares,
        rows,
        str(sum(bool(m.blamed) for m in marks)),
        str(sum(m.report.ok and not m.report.notes for m in marks)),
    ]


def told(mark: Mark) -> Iterator[str]:
    """Yield what was done and what was said of it."""
    hand_in, first = mark.hand_in, mark.report.first_wrong
    slip = f"{hand_in.slip.name}, {hand_in.slip.place}"
    yield f"{hand_in.problem.name} ({hand_in.writes}, {hand_in.style}): {slip}"
    yield f"  first {hand_in.first} = {hand_in.claims[hand_in.first or '']}, {mark.naming}"
    yield f"  said of {first.name}: {first.remark or 'nothing'}" if first else "  accepted"
    if mark.blamed:
        yield f"  innocent and blamed: {', '.join(mark.blamed)}"


def arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1_000, help="hand-ins for each way of writing")
    parser.add_argument("--classes", action="store_true", help="print a table by classes, too")
    parser.add_argument("--updates", action="store_true", help="also new weights, where they are checked")
    parser.add_argument(
        "--show", metavar="CLASS", choices=[*CLASSES, "honest"], help="tell of each of a class"
    )
    return parser.parse_args()


class Measured:
    """Have work with slips and work without checked."""

    def __init__(self, wrong: Iterable[HandIn], honest: Iterable[HandIn]) -> None:
        self.marks = list(map(marked, wrong))
        self.honest = list(map(marked, honest))
        self.accused = [mark for mark in self.honest if not mark.report.ok]

    @property
    def cells(self) -> list[str]:
        """Return the cells of a row of the table."""
        accused = f"{len(self.accused)} of {len(self.honest)}"
        return [str(len(self.marks)), *tallied(self.marks), accused]


def measured(asked: argparse.Namespace) -> dict[str, Measured]:
    """Return what is measured for each way of writing and, if they are asked for, of new weights."""
    seed, count = asked.seed, asked.count
    classes = [asked.show] if asked.show in CLASSES else list(CLASSES)
    found = {
        writes: Measured(hand_ins(seed, count, writes, classes), honest_hand_ins(seed, count, writes))
        for writes in get_args(Writes)
    }
    if asked.updates:
        generator = random.Random(seed)
        honest = (honest_updates(generator, "usual") for _ in range(count))
        try:
            found["new weights"] = Measured(updates(seed, count), honest)
        except UnknownNameError as error:
            print(f"New weights cannot be checked: {error}.\n")
    return found


def main() -> None:
    """Print the tables."""
    asked = arguments()
    print(f"{verified(asked.seed)} problems: a student without a slip gets what the engine gets.\n")
    found = measured(asked)
    first = ("rows written", "hand-ins")
    show(
        [(rows, *of_rows.cells) for rows, of_rows in found.items()],
        (*first, *HEADINGS, *COUNTED, "honest accused"),
    )
    show_near_misses({rows: found[rows].honest[: asked.count // 4] for rows in get_args(Writes)})
    if asked.classes:
        of_class = defaultdict(list)
        for rows, of_rows in found.items():
            for mark in of_rows.marks:
                of_class[mark.hand_in.slip.name, rows].append(mark)
        by_class = [(*key, len(marks), *tallied(marks)) for key, marks in sorted(of_class.items())]
        show(by_class, ("class", *first, *HEADINGS, *COUNTED))
    for of_rows in found.values():
        if asked.show == "honest":
            for mark in of_rows.accused:
                print(f"{mark.hand_in.problem.name} ({mark.hand_in.style})\n{mark.report}\n")
        elif asked.show:
            print("\n\n".join("\n".join(told(mark)) for mark in of_rows.marks), end="\n\n")


def show_near_misses(honest: Mapping[str, Sequence[Mark]]) -> None:
    """Print how many numbers are accepted that are off by no slip, by the rows that are written."""
    lines = []
    for alone in (False, True):
        for rows, marks in honest.items():
            shares = (near_misses([mark.hand_in for mark in marks], off, alone) for off in OFF)
            cells = [f"{ok} of {tried} ({100 * ok / max(tried, 1):.1f} %)" for ok, tried in shares]
            lines.append((rows, "alone" if alone else "among the others", *cells))
    show(lines, ("rows written", "the number stands", *(f"off by {100 * off:.0f} %" for off in OFF)))


def show(lines: Sequence[Sequence[object]], headings: Sequence[str]) -> None:
    """Print a table."""
    print(tabulate(lines, headings, tablefmt="github", disable_numparse=True), end="\n\n")


if __name__ == "__main__":
    main()
