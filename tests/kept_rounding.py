"""How exactly numbers are meant that people write, how far rounding may lead on the way."""

from collections.abc import Callable, Iterator
from functools import partial

from scalargrad import trace
from scalargrad.checking.claims import Claim, Precision, claims_of
from scalargrad.checking.places import Place, derivative_of, order_of_work
from scalargrad.checking.rounding import Rounding
from scalargrad.checking.work import Work
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import Numbers, evaluate
from scalargrad.wengert.list import WengertList

# Every kind of row that rounding goes through in a way of its own: sums, products, functions, kinks.
OF_ALL_ROWS = (
    "a = max(x, w)/u; h = tanh(a - 1); s = dot([h, w, 2], [x, u, h]); c = clip(s, -1, 3)*a; y = c - x"
)
AT: dict[str, Numbers] = {"x": 0.7, "w": 1.234, "u": 3.0}
EXACT = Precision(None, None, None)
WAYS = {
    "decimals": Rounding(3, None, False),
    "decimals, cut": Rounding(3, None, True),
    "figures": Rounding(None, 3, False),
    "either": Rounding(3, 3),
}
EVERY = (0, 3, 0, 4)  # which numbers are written, in each of these ways
WRITTEN = (
    "0 0.25 0.75",
    "5 2",
    "123 1.36 0.796",
    "1/3 73% -0.25",
    "0.1 0.2345 1.2345",
    "0.1 0.2 1.25 1.35",
    "7",
    "0.5 12.25 3.125 4 0.0625",
    "1.36 0.796 13.7",
    "0.13 1.3 13",
    "0.134 1.34 13.4 134 0",
    "1e-3 2.5e2 3",
    "0.10 0.20 0.30 0.4444",
    "1.1 2.2 3.3 4.44 5.55 6.66",
    "-0.1 -10.25 -0.125",
    "12 0.12 1.2",
    "12 0.12 1.2 3.4567",
)
NUMBERS = (0.0, 0.125, -0.125, 1.25, 12.5, -12.5, 0.0004, 0.004, -0.006, 0.0051, 0.1234567, 1234.567, 1e-9)


def claimed(texts: str, digits: int | None = None) -> str:
    """Return how exactly numbers are meant, written together."""
    found, precision = claims_of({f"v{i}": text for i, text in enumerate(texts.split())}, digits)
    lines = [f"{precision.decimals} decimals, {precision.coarsest} at least, {precision.figures} figures"]
    lines += [f"  way: {way.decimals} {way.figures} {way.cuts}" for way in precision.ways]
    for claim in found:
        low, high = (end - claim.number for end in claim.meant)
        best = claim.as_exact_as(precision).unit
        lines.append(
            f"  {claim.number:.9g} to {claim.unit:.9g}, {claim.decimals} decimals, {claim.figures} figures: "
            f"{low:.5g} {high:+.5g}, room {claim.telling:.5g}, at best {best:.9g}"
        )
    return "\n".join(lines)


def errors() -> str:
    """Return what rounding adds to numbers, in each way."""
    lines = []
    for name, way in WAYS.items():
        added = ((x, way.error(x)) for x in NUMBERS)
        lines.append(f"{name}: " + ", ".join(f"{x:g} {low:.3g} {high:+.3g}" for x, (low, high) in added))
    return "\n".join(lines)


def every_place(t: WengertList) -> list[Place]:
    """Return every kind of place of a trace, as are derivatives of values by what is before them."""
    named = [of for of in t if of.is_named and of.parents]
    between = [derivative_of(t, of, by) for of in named for by in t.instructions[: of.index]]
    asked = [place for place in between if place and place.kind != "adjoint" and place.v.role != "constant"]
    asked = [*asked[:16:2], *(place for place in asked if place.kind == "derivative")][:20]
    updated = [Place("updated", v) for v in t if not v.parents and v.role != "constant"]
    return list(order_of_work(t, dict.fromkeys([*asked, *updated[:3]])))


def spans(name: str, way: Rounding, every: int) -> str:
    """Return the span of each place where each so many is written with three decimals, each seventh wrong."""
    t = trace(example(name).output() if name in GALLERY else evaluate(OF_ALL_ROWS, AT))
    work, lines = Work(t, EXACT, 0.5, way), []
    for i, place in enumerate(every_place(t)):
        had, claim, is_wrong = work.at(place), None, i % 7 == 6
        if every and i % every == every - 1 and (place.kind != "value" or place.v.parents):
            claim = Claim(place.v.name, round(had.number, 3) * (1.5 if is_wrong else 1.0), 1e-3, 3)
        work.keep(place, had, claim, not is_wrong)
        low, high = had.span
        if low != high or claim:
            end = place.edge.child if place.edge else place.of
            along = f" of {end.name}" if end else ""
            written = f", written {claim.number:.3f}" if claim else ""
            span = f"{had.number:.5f} {low - had.number:.2g} {high - had.number:+.2g}"
            lines.append(f"{place.kind} {place.v.name}{along} {span}{written}")
    return "\n".join(lines)


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for each in WRITTEN:
        yield f"written: {each}", partial(claimed, each)
    yield "written with 3 digits: 0 5 0.25 1/3", partial(claimed, "0 5 0.25 1/3", 3)
    yield "what rounding adds", errors
    for i, (how, way) in enumerate(WAYS.items()):
        yield f"spans of many rows: {how}", partial(spans, "many rows", way, EVERY[i])


TEXTS = dict(_texts())
