"""Write a program as one function: forward, operation by operation, then backward."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.table import TABLE
from scalargrad.replay import guards, operations
from scalargrad.replay.adjoints import Adjoints, Term
from scalargrad.replay.arrays import Array
from scalargrad.replay.floats import functions_of
from scalargrad.replay.layout import Layout
from scalargrad.replay.letting_go import letting_go
from scalargrad.replay.libraries import REPLAYING, Library
from scalargrad.replay.operation import Operation
from scalargrad.replay.text import BATCH, Text, operand, shape

Kind = Literal["forward", "parameters", "arguments", "all"]  # by what derivatives are taken


@dataclass
class Hot:
    """Which elements of an argument say, row by row, where an array of zeros has a 1."""

    source: Array
    places: np.ndarray
    count: int
    array: Array

    def line(self, text: Text) -> str:
        """Return the line that makes it."""
        source, name = self.source, self.source.name
        if len(source.dims) > 1 or not np.array_equal(self.places, np.arange(source.size)):
            flat = name if len(source.dims) == 1 else f"{name}.reshape({f'{BATCH}, ' * source.batched}-1)"
            name = f"{flat}[{':, ' * source.batched}{text.constant('i', self.places)}]"
        return f"{self.array.name} = {text.library.one_hot(name, self.count)}"


@dataclass
class Written:
    """The source of a function, with the constants that stand before it."""

    source: str
    constants: dict[str, np.ndarray]
    batched: bool

    def compiled(self) -> Any:
        """Return the function."""
        scope: dict[str, Any] = {"np": np, **self.constants, **functions_of(self.source)}
        called = set(re.findall(r"(?<![\w.])([A-Za-z]\w*)\(", self.source)) - scope.keys()
        helpers = [text for name, text in HELPERS.items() if name in called]
        others = sorted(called - HELPERS.keys())
        source = "\n".join([Text().dialect.needed(" ".join(others)), *helpers, self.source])
        # of one sample arrays are small, and to delete floats takes longer than it saves
        text = compile(letting_go(source, "replay"), "<string>", "exec") if self.batched else source
        exec(text, scope)  # noqa: S102  # our own text
        scope |= {
            name: getattr(arrays, name) for name in others if name in TABLE
        }  # which compute no part twice
        return scope["replay"]


@dataclass
class Body:
    """The lines of a program, with the expressions of what it gives: value, guards, followed, derivatives."""

    text: Text
    forward: list[str]
    backward: list[str]
    value: str
    holds: str
    followed: list[str]
    derivatives: list[str]


def body(
    layout: Layout,
    hot: Sequence[Hot],
    wanted: Sequence[Array] | None,
    *,
    batched: bool,
    library: Library = REPLAYING,
) -> Body:
    """Return the lines of a program, with derivatives by the arrays that are `wanted`, None for none."""
    text = Text(library=library)
    for array in layout.arrays:
        if array.kind == "constant":
            array.name = text.constant("c", layout.places.constants[array.slots])
    text.lines += [made.line(text) for made in hot]
    for operation in layout.operations:
        operations.forward(text, operation)
    followed = [text.read(view) for view in layout.followed]
    value, holds = _value(text, layout, batched=batched), guards.holds(text, layout)
    forward, text.lines = text.lines, []
    derivatives = [] if wanted is None else _derivatives(text, layout, wanted, batched=batched)
    return Body(text, forward, text.lines, value, holds, followed, derivatives)


@dataclass
class Inputs:
    """The arrays that a program is given: parameters laid end to end, fresh numbers, arguments laid flat.

    Derivatives are taken by those of the parameters that are `independent`.
    """

    parameters: Sequence[Array]
    independent: Sequence[Array]
    fresh: Sequence[Array]
    arguments: Sequence[Array]

    @property
    def names(self) -> list[str]:
        """Return the names under which they are given."""
        return ["data", *(array.name for array in (*self.fresh, *self.arguments))]

    def lines(self) -> Iterator[str]:
        """Yield the lines that give arrays their shapes."""
        start = 0
        for array in self.parameters:
            part = f"data[{start}:{start + array.size}]" if array.dims else f"data[{start}]"
            yield f"{array.name} = {part}" + f".reshape{shape(array.dims, batched=False)}" * (
                len(array.dims) > 1
            )
            start += array.size
        for array in self.arguments:
            if not array.dims:
                yield f"{array.name} = {array.name}[{':, ' * array.batched}0]"
            elif len(array.dims) > 1:
                yield f"{array.name} = {array.name}.reshape{shape(array.dims, batched=array.batched)}"


def written(
    layout: Layout, hot: Sequence[Hot], inputs: Inputs, kind: Kind, certain: guards.Certain, *, batched: bool
) -> Written:
    """Return the function that gives a value, guards, what is followed, and derivatives.

    Of the guards it tells whether they hold, and whether rounding may decide one.  The derivatives are
    those by the parameters, laid end to end, and a tuple of those by the arguments.
    """
    by_parameters = inputs.independent if kind in {"parameters", "all"} else []
    by_arguments = inputs.arguments if kind in {"arguments", "all"} else []
    wanted = None if kind == "forward" else [*by_parameters, *by_arguments]
    made = body(layout, hot, wanted, batched=batched)
    near = guards.near(
        made.text, layout, certain, [array.name for array in (*inputs.fresh, *inputs.arguments)]
    )
    flat = [_flat(x, array) for x, array in zip(made.derivatives, by_parameters)]
    gradient = f"np.concatenate([{', '.join(flat)}])" if flat else "np.empty(0)"
    returned = [
        made.value,
        made.holds,
        near,
        _tuple(made.followed),
        gradient,
        _tuple(made.derivatives[len(flat) :]),
    ]
    head = f"def replay({', '.join([*inputs.names, *[BATCH] * batched, 'seed=1.0'])}):"
    lines = [head, *inputs.lines(), *made.forward, *made.text.lines, f"return {', '.join(returned)}"]
    return Written("\n    ".join(lines), made.text.constants, batched)


def _flat(text: str, array: Array) -> str:
    """Return an array in one dimension."""
    if len(array.dims) == 1:
        return text
    return f"{operand(text)}.ravel()" if array.dims else f"({text},)"


def _tuple(texts: Sequence[str]) -> str:
    return f"({''.join(f'{text}, ' for text in texts)})"


def _value(text: Text, layout: Layout, *, batched: bool) -> str:
    value = text.read(layout.output)
    wide = batched and not layout.output.batched
    return text.library.widened(value, f"({BATCH},)") if wide else value


def _derivatives(text: Text, layout: Layout, wanted: Sequence[Array], *, batched: bool) -> list[str]:
    adjoints, needed = Adjoints(text), set(wanted)
    for operation in layout.operations:
        reached = not isinstance(operation, Operation) or operation.group.reached
        if reached and any(array in needed for view in operation.views for array in view.arrays):
            needed.add(operation.array)
    if any(array in needed for array in layout.output.arrays):
        adjoints.hand_back(layout.output, Term("seed", full=False), (), batched=batched)
    for operation in reversed(layout.operations):
        if operation.array in needed:
            operations.backward(adjoints, operation, needed)
    found = [(adjoints.adjoint(array) or Term("0.0", full=False), array) for array in wanted]
    return [adjoints.widened(term, array.dims, batched=array.batched) for term, array in found]


LOGSUMEXP = '''def logsumexp(x):
    """Return the logarithm of the sum of exponentials along the last axis."""
    top = x.max(axis=-1)
    return top + np.log(np.exp(x - top[..., None]).sum(axis=-1))
'''
SCATTER = '''def scatter(xs, index, size):
    """Return for each sample the sums of the elements that have the same index."""
    sums = np.zeros((size, len(xs)))
    np.add.at(sums, index, xs.T)
    return sums.T
'''
HELPERS = {"logsumexp": LOGSUMEXP, "scatter": SCATTER}  # what programs call beside NumPy
