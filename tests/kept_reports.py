"""What is said of work by hand: verdicts, slips, how likely each of them is."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from unittest.mock import patch

from handwork import to_decimals, to_figures
from slips import BROKEN

from scalargrad import trace
from scalargrad.checking import judging
from scalargrad.checking.assumption import Assumption, Explanation
from scalargrad.checking.check import check
from scalargrad.checking.claims import Claim, Precision
from scalargrad.checking.names import Names
from scalargrad.checking.places import Place, order_of_work
from scalargrad.checking.rounding import Rounding
from scalargrad.checking.search import chances, explain
from scalargrad.checking.slips import SLIPS
from scalargrad.checking.work import Work
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate
from scalargrad.wengert.list import WengertList

EXACT = Precision(None, None, None)
TOLD = 3  # of how many explanations the chance is told
MOST = 9  # numbers that somebody hands in
SEEDS = range(3)
LeftOver = Callable[[Assumption | None], int]


@cache
def traced(name: str) -> WengertList:
    """Return the trace of an example."""
    return trace(example(name).output())


def said(t: WengertList, claims: Mapping[str, str], rate: float | None = None) -> str:
    """Return what is found of claims, with how likely in thousandths the explanations of a wrong one are."""
    weighed: dict[Place, str] = {}

    def told(
        work: Work,
        claimed: Mapping[Place, Claim],
        place: Place,
        known: Sequence[Assumption],
        left_over: LeftOver,
    ) -> Explanation:
        exact = claimed[place].as_exact_as(work.precision)
        found, unknown = chances(work, {**claimed, place: exact}, place, known, left_over)
        each = [f"{1000 * chance:.3g} {a.slip.name}{_at(a.place)}" for chance, a in found[:TOLD]]
        weighed[place] = "; ".join([*each, f"{1000 * unknown:.3g} unknown"])
        return explain(work, claimed, place, known, left_over)

    with patch.object(judging, "explain", told):
        report = check(t, claims, rate=rate)
    lines, names, right = [], Names(t), list[str]()
    for row in report.rows:
        said = f"{row.name} = {claims[row.name]} {row.verdict}"
        chances_of = weighed.get(names.place(row.name))
        if not row.remark or row.verdict == "follows":  # whose remark is the same everywhere
            right.append(said)
            continue
        lines += [*filter(None, ["; ".join(right)]), f"{said}: {row.remark}"]
        lines += [f"    {text}" for text in filter(None, [chances_of])]
        right = []
    return "\n".join((*lines, *filter(None, ["; ".join(right)]), *(f"({note})" for note in report.notes)))


def _at(place: Place | None) -> str:
    return " throughout" if place is None else f" at {place.kind} {place.v.name}"


def slipped(t: WengertList, generator: random.Random) -> dict[str, float]:
    """Return the numbers of somebody who makes one slip, and goes on from there, by their names."""
    places = list(order_of_work(t, {}))
    while True:
        work = Work(t, EXACT, 0.5, Rounding(None))
        wrong, slip, is_made = generator.choice(places), generator.choice(SLIPS), False
        for place in places:
            work.had[place] = work.at(place)
            if place == wrong and (guesses := slip.at(work, place)):
                work.had[place] = work.had[place]._replace(number=generator.choice(guesses).number)
                is_made = True
        if is_made:
            return {
                place.v.name if place.kind == "value" else f"d {place.v.name}": had.number
                for place, had in work.had.items()
                if place.kind == "adjoint" or (place.kind == "value" and place.v.parents and place.v.is_named)
            }


def handed_in(name: str, seed: int) -> str:
    """Return what is said of some of somebody's numbers, written with decimals or in figures."""
    t, generator = traced(name), random.Random(seed)
    numbers = slipped(t, generator)
    write = (to_decimals(4), to_decimals(3), to_figures(3))[seed % 3]
    share = (0.3, 1.0)[seed // 3 % 2]
    rows = generator.sample(list(numbers), max(1, int(len(numbers) * share)))[:MOST]
    return said(t, {name: write(x) for name, x in numbers.items() if name in rows}, rate=0.5)


def broken(name: str) -> str:
    """Return what is said of the broken example of a slip, written with six decimals."""
    one = BROKEN[name]
    numbers = {**one.before, one.row: one.number}
    return said(trace(evaluate(one.text, one.at)), {key: f"{x:.6f}" for key, x in numbers.items()}, one.rate)


# Beliefs held twice, shares that others follow from, numbers that nothing explains, gaps before them.
CHAIN = ("a = w*x; h = sigmoid(a); b = v*h; y = sigmoid(b)", {"w": 0.7, "x": 1.3, "v": 0.9})
SQUARES = (
    "o = a*x + b*u; p = o**2; q = p + 3*o; E = 0.5*(q - t)**2",
    {"a": 0.4, "x": 1.3, "b": 0.8, "u": 2.1, "t": 9.0},
)
LINE = ("o = a*x; p = o**2; q = p*k; E = 0.5*(q - t)**2", {"a": 0.4, "x": 1.3, "k": 1.7, "t": 0.9})
EXTREMES = ("m = min(u, w); n = max(u, w); y = 3*m + 2*n*u", {"u": 1.7, "w": 0.6})
WRITTEN: dict[str, tuple[tuple[str, dict[str, float]], dict[str, str], float | None]] = {
    "a belief held twice": (CHAIN, {"d w": "0.54652"}, None),
    "a belief held twice, each written": (
        CHAIN,
        {"d b": "0.65513", "d h": "0.58962", "d a": "0.42039", "d w": "0.54651"},
        None,
    ),
    "shares": (
        SQUARES,
        {"do/da": "1.3", "dp/do": "4.40", "dq/do": "7.40", "dE/dq": "2.44", "d o": "18.056"},
        None,
    ),
    "a wrong share": (SQUARES, {"dp/do": "2.20", "dq/da": "6.76", "d a": "16.494", "a+": "-1.249"}, 0.1),
    "what a share leaves open": (LINE, {"E": "1.23", "dq/do": "1.77", "d o": "5.55"}, None),
    "the wrong side": (EXTREMES, {"m": "1.70", "n": "0.60", "d m": "3.0", "d n": "3.4", "d u": "4.2"}, None),
    "the wrong side, then the right one": (EXTREMES, {"m": "1.70", "n": "0.60", "d w": "0.0"}, None),
    "nothing explains it": (
        SQUARES,
        {"do/da": "7.77", "p": "1.11", "q": "9.99", "d o": "5.55", "E": "1.23"},
        None,
    ),
    "a gap": (SQUARES, {"o": "3.20", "q": "19.84", "d o": "101.9", "d a": "132.5", "d b": "214.0"}, None),
    "new weights": (SQUARES, {"d a": "23.473", "a+": "-1.9473", "b+": "4.5918", "u+": "0.6554"}, 0.1),
}


def written(name: str) -> str:
    """Return what is said of work that is chosen by hand."""
    (text, at), claims, rate = WRITTEN[name]
    return said(trace(evaluate(text, at)), claims, rate)


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for name in BROKEN:
        yield f"broken: {name}", partial(broken, name)
    for name in WRITTEN:
        yield name, partial(written, name)
    for name in GALLERY:
        for seed in SEEDS:
            yield f"{name}, handed in {seed}", partial(handed_in, name, seed)


TEXTS = dict(_texts())
