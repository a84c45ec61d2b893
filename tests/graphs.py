"""Random graphs: small programs over the table, read as Values or as exact numbers."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from laws import inside, reference
from mpmath import mpf

from scalargrad import Value
from scalargrad.engine.apply import apply
from scalargrad.engine.value import as_value
from scalargrad.primitives.namespace import Reading
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.rows import power
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import TABLE, entries, rows

T = TypeVar("T")

# Rows of bounded derivatives: rounding does not blow up where a few of them are chained.
SMOOTH = [
    *(TABLE[name] for name in ("add", "subtract", "multiply", "negative", "positive", "tanh", "atan")),
    *(TABLE[name] for name in ("sin", "sigmoid", "softplus", "gelu", "total", "dot", "logsumexp")),
    power(2.0),
]


def _overflows(row: Primitive) -> bool:
    try:
        return any(row.value(strict, [x] * (row.arity or 2)) is None for x in (-1e9, 1e9))
    except OverflowError:
        return True


# Every row that has a value at all numbers: kinks, ties and saturation included.
EVERYWHERE = [row for row in rows() if row.domain is None and not _overflows(row)]


@dataclass(frozen=True)
class Program:
    """The data of leaves, with instructions (row, slots) that read leaves and earlier results."""

    data: tuple[float, ...]
    instructions: tuple[tuple[Primitive, tuple[int, ...]], ...]

    def run(self, leaves: Sequence[T], read: Callable[[Primitive, list[T]], T]) -> T:
        """Return the last result, with rows read by `read`."""
        slots = list(leaves)
        for row, operands in self.instructions:
            slots.append(read(row, [slots[i % len(slots)] for i in operands]))
        return slots[-1]

    def values(self, *leaves: Value | float) -> Value:
        """Return the output at the leaves, or constants, as a graph of Values."""
        return self.run(
            list(map(as_value, leaves)), lambda row, operands: apply(row, *row.arguments(operands))
        )

    def exact(self, *leaves: Any) -> Any:
        """Return the output at the leaves by the references."""
        return self.run(leaves, lambda row, operands: reference(row)(*map(mpf, operands)))

    def leaves(self) -> list[Value]:
        """Return fresh leaves at the data."""
        return list(map(Value, self.data))


def programs(among: Sequence[Primitive], length: int = 10) -> st.SearchStrategy[Program]:
    """Return the strategy of programs of rows among these; n-ary rows take four operands."""
    numbers = st.floats(-1.5, 1.5).map(lambda x: round(x, 6))

    def instruction(row: Primitive) -> st.SearchStrategy[Any]:
        return st.tuples(st.just(row), st.tuples(*[st.integers(0, 29)] * (row.arity or 4)))

    return st.builds(
        Program,
        st.lists(numbers, min_size=1, max_size=4).map(tuple),
        st.lists(st.sampled_from(among).flatmap(instruction), min_size=1, max_size=length).map(tuple),
    )


# ---- over the whole table, by a seed


Disturb = Callable[[float], float]
SIZE = 12  # instructions of a graph, before all that nobody reads is added up
MODERATE = 1e4  # the largest value and local derivative, and the inverse of the smallest value but 0


def of_seed(seed: int) -> Program:
    """Return a program over the whole table: all rows, families at random parameters, lists of any length.

    Operands are leaves, constants, which are leaves that nobody asks for derivatives of, and results, some
    read more than once.  Wherever a row is applied it has a moderate value with moderate local derivatives;
    what nobody reads is added up in the end, so that every instruction counts.
    """
    chance = random.Random(seed)
    slots = [round(chance.gauss(0.0, 1.5), 3) for _ in range(chance.randint(2, 6))]
    data, unread = tuple(slots), set(range(len(slots)))
    instructions: list[tuple[Primitive, tuple[int, ...]]] = []
    while len(instructions) < SIZE:
        row = _drawn(chance)
        count = row.arity or row.lists * chance.randint(1, 4)
        places = tuple(_place(chance, len(slots)) for _ in range(count))
        z = moderate(row, [slots[place] for place in places])
        if z is not None:
            unread = (unread - set(places)) | {len(slots)}
            slots.append(z)
            instructions.append((row, places))
    instructions.append((TABLE["total"], tuple(sorted(unread))))
    return Program(data, tuple(instructions))


def _drawn(chance: random.Random) -> Primitive:
    entry = chance.choice(entries())
    if isinstance(entry, Primitive):
        return entry
    sample, scale = chance.choice(entry.samples), chance.choice((1.0, 1.0, chance.uniform(0.5, 1.5)))
    return entry(*(round(scale * parameter, 3) for parameter in sample))


def _place(chance: random.Random, count: int) -> int:
    """Return a slot, most often one of the last."""
    return count - 1 - min(int(chance.expovariate(0.35)), count - 1)


def moderate(row: Primitive, operands: Sequence[float]) -> float | None:
    """Return the value of a row, None where it or a local derivative is not moderate."""
    if not inside(row, operands):
        return None
    try:
        z: float = row.value(strict, operands)
        is_moderate = z == 0 or 1.0 / MODERATE < abs(z) < MODERATE
        locals_ = row.local_derivatives(strict, z, operands)
    except (ValueError, ArithmeticError):
        return None
    return z if is_moderate and all(abs(local) < MODERATE for local in locals_) else None


def swept(program: Program, m: Any = ieee, disturbed: Disturb = lambda x: x) -> tuple[float, list[float]]:
    """Return the output and its derivative by each leaf over floats, each number on the way disturbed."""
    slots, count = list(program.data), len(program.data)
    for row, places in program.instructions:
        slots.append(disturbed(row.value(m, [slots[i] for i in places])))
    adjoints = [0.0] * (len(slots) - 1) + [1.0]
    for i, (row, places) in reversed([*enumerate(program.instructions, count)]):
        locals_ = row.local_derivatives(m, slots[i], [slots[place] for place in places])
        for place, local in zip(places, locals_, strict=True):
            adjoints[place] += disturbed(adjoints[i] * local)
    return slots[-1], adjoints[:count]


SURE = {
    "where",
    "sign",
    "maximum",
    "minimum",
    "ones_like",
    "softmax",
}  # functions that round nothing, or call


def disturbing(disturbed: Disturb) -> Reading:
    """Return floats as a namespace whose functions are all a little off."""

    def off(function: Callable[..., float]) -> Callable[..., float]:
        return lambda *operands: disturbed(function(*operands))

    softmax: Any = lambda xs, z: [disturbed(ieee.exp(x - z)) for x in xs]  # noqa: E731
    functions = {name: f if name in SURE else off(f) for name, f in ieee.functions.items()}
    return Reading(**functions | {"softmax": softmax})
