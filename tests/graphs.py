"""Random graphs: small programs over the table, read as Values or as exact numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from laws import reference
from mpmath import mpf

from scalargrad import Value
from scalargrad.engine.apply import apply
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.rows import power
from scalargrad.primitives.scalars import strict
from scalargrad.primitives.table import TABLE, rows

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

    def values(self, *leaves: Value) -> Value:
        """Return the output at the leaves as a graph of Values."""
        return self.run(leaves, lambda row, operands: apply(row, *row.arguments(operands)))

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
