"""What every slip of the table gives: its weight, where it happens, each number with its words."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from slips import BROKEN, Broken

from scalargrad import Value, trace
from scalargrad.checking.claims import Precision
from scalargrad.checking.kin import kin, kin_of_operand
from scalargrad.checking.names import Names
from scalargrad.checking.places import Place, order_of_work
from scalargrad.checking.readings import row_of_weights, through
from scalargrad.checking.slip import Slip
from scalargrad.checking.slips import SLIPS
from scalargrad.checking.work import Work
from scalargrad.examples import example
from scalargrad.expressions import evaluate
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee
from scalargrad.primitives.table import rows
from scalargrad.wengert.instruction import Instruction

RATE = 0.1
SHOWN = 2  # places at most
ANYWHERE = 7  # kinds of place: what may be made at any number is shown at one
OF_A_SIGN = {"relu", "abs", "leaky_relu(0.01)", "maximum", "minimum"}
DECIMALS = Precision(decimals=4, coarsest=4, figures=None)


def done(broken: Broken) -> tuple[Work, list[Place]]:
    """Return honest work on the graph of a broken example, with its places."""
    t = trace(evaluate(broken.text, broken.at))
    places = list(order_of_work(t, {Names(t).place(broken.row): None}))
    work = Work(t, DECIMALS, RATE)
    for place in places:
        work.keep(place, work.at(place))
    return work, places


def called(place: Place) -> str:
    """Return what a place is a number of."""
    along = f" of {place.edge.child.formula}" if place.edge is not None else ""
    return f"{place.kind} {place.v.name}{along}"


def told(slip: Slip) -> str:
    """Return a row of the table with all that it gives on the graph of its broken example."""
    work, places = done(BROKEN[slip.name])
    facts = f"{slip.weight:g} of 1000, {'a belief' if slip.belief else 'a mishap'}: {', '.join(slip.kinds)}"
    if len(slip.kinds) == ANYWHERE:
        places = [Names(work.trace).place(BROKEN[slip.name].row)]
    return "\n".join((facts, *itertools.islice(_guesses(slip, work, places), SHOWN)))


def _guesses(slip: Slip, work: Work, places: list[Place]) -> Iterator[str]:
    for place in places:
        said: dict[str, list[str]] = {}
        for guess in slip.at(work, place):
            said.setdefault(guess.words, []).append(f"{guess.number:.5g}")
        if said:
            guesses = "; ".join(f"{', '.join(numbers)} {words}" for words, numbers in said.items())
            yield f"  {called(place)} {work.number(place):.5g}: {guesses}"


def beliefs() -> str:
    """Return of which rows each belief is a wrong value or a wrong derivative."""
    found = ((slip, [row.symbol for row in rows() if slip.concerns(row)]) for slip in SLIPS if slip.belief)
    return "\n".join(f"{slip.name}: {' '.join(of)}" for slip, of in found)


def believed(row: Primitive) -> str:
    """Return what beliefs give for a row in which a sign decides, at operands of both signs."""
    lines = []
    for numbers in ((1.3, -0.7), (-1.3, 0.6)):
        operands = numbers[: row.arity]
        z = row.value(ieee, operands)
        for slip in filter(lambda slip: slip.concerns(row), SLIPS):
            read = (" ".join((f"{x:.4g}", *names.values())) for x, names in slip.read(ieee, row, z, operands))
            lines.append(f"{', '.join(map(str, operands))} -> {z:.4g}, {slip.name}: {', '.join(read)}")
    return "\n".join(lines)


def confused(name: str) -> str:
    """Return the kin of every instruction, of its operands, by which way each contribution comes."""
    t, lines = trace(example(name).output()), []
    for v in t:
        lines.append(f"{v.name}: {_names(kin(t, v))}")
        lines += [
            f"  {i}: {found}" for i in range(len(v.parents)) if (found := _names(kin_of_operand(t, v, i)))
        ]
        if len(edges := t.uses[v]) > 1:
            row = row_of_weights(edges)
            lines.append(
                f"  {', '.join(through(t, edge) for edge in edges)}{'; row ' * bool(row)}{_names(row)}"
            )
    return "\n".join(lines)


def _names(found: Iterable[Instruction]) -> str:
    return " ".join(v.name for v in found)


def wide() -> str:
    """Return the kin in a graph with more than are looked at, some called by two letters, some by none."""
    y = Value(0.0, label="y0")
    for i in range(15):
        y = y + Value(float(i), label=f"wx{i}") * Value(2.0, label=f"w{i}")
        y.label = f"y{i + 1}"
    t = trace((y + Value(1.0, label="_1") * Value(1.0, label="_2")).tanh())
    return "\n".join(_names(kin(t, t[name])) for name in ("w7", "wx0", "_1", "v64"))


def _texts() -> Iterator[tuple[str, Callable[[], str]]]:
    for slip in SLIPS:
        yield slip.name, partial(told, slip)
    yield "rows of every belief", beliefs
    for row in rows():
        if row.symbol in OF_A_SIGN:
            yield f"what beliefs give for {row.symbol}", partial(believed, row)
    for name in ("sigmoid-2-2-1", "relu-softmax"):
        yield f"kin: {name}", partial(confused, name)
    yield "kin: a wide graph", wide


TEXTS = dict(_texts())
