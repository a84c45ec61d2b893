"""Functions to record, and the law that a replay of one is what the engine computes, sample by sample."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from scalargrad import Value, dot, logsumexp, maximum, minimum, record, sigmoid, softmax, total
from scalargrad.engine.apply import apply
from scalargrad.engine.node import evaluation_order
from scalargrad.engine.value import as_value
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import rows
from scalargrad.replay import Recorded

Tree = Any  # a number, or a list or tuple of trees
Sample = Sequence[Tree]  # the arguments of one call
Function = Callable[..., Any]
TOLERANCE = 1e-12  # relative to the largest number of a computation
TINY = 1e-300


# ---- what the engine says


@dataclass
class Eager:
    """What the engine computes for one sample: the value with all derivatives, or the error it raises."""

    value: float = math.nan
    by_arguments: list[list[float]] = field(default_factory=list)  # of each argument, laid flat
    by_parameters: list[float] = field(default_factory=list)
    largest: float = 1.0  # of all data and adjoints: what rounding errors are relative to
    error: Exception | None = None


def eager(
    function: Function, sample: Sample, parameters: Sequence[Value] = (), plain: Sequence[int] = ()
) -> Eager:
    """Return what the engine computes at a sample; arguments in the places `plain` stay plain numbers."""
    for parameter in parameters:
        parameter.grad = 0.0
    given = [tree if i in plain else mapped(Value, tree) for i, tree in enumerate(sample)]
    try:
        output = as_value(function(*given))
        output.backward()
    except Exception as error:  # noqa: BLE001  # whatever it is, a replay has to raise it as well
        return Eager(error=error)
    grads = [[leaf.grad if isinstance(leaf, Value) else 0.0 for leaf in leaves(tree)] for tree in given]
    numbers = [x for node in evaluation_order(output) for x in (node._data, node.grad)]
    largest = max([1.0, *(abs(x) for x in numbers if math.isfinite(x))])
    return Eager(output._data, grads, [parameter.grad for parameter in parameters], largest)


def mapped(function: Callable[[Any], Any], tree: Tree) -> Tree:
    """Return a tree of the results of a function at its leaves."""
    if isinstance(tree, list | tuple):
        return type(tree)(mapped(function, branch) for branch in tree)
    return function(tree)


def leaves(tree: Tree) -> Iterator[Any]:
    """Yield the leaves of a tree in order."""
    if isinstance(tree, list | tuple):
        for branch in tree:
            yield from leaves(branch)
    else:
        yield tree


# ---- what replays say


def stacked(samples: Sequence[Sample]) -> list[Any]:
    """Return the arguments of samples as arrays over the batch; ragged lists stay lists, of arrays."""
    return [_stacked(trees) for trees in zip(*samples, strict=True)]


def _stacked(trees: Sequence[Tree]) -> Any:
    if not isinstance(trees[0], list | tuple):
        return np.array(trees, float)
    try:
        array = np.array(trees, float)
    except ValueError:
        array = np.empty(0)
    return array if array.size else [_stacked(branches) for branches in zip(*trees, strict=True)]


def flat(tree: Any, batch: int | None) -> np.ndarray:
    """Return derivatives, or arguments, laid flat: [batch ×] count."""
    if isinstance(tree, np.ndarray):
        return tree.reshape(-1) if batch is None else tree.reshape(batch, -1)
    if not isinstance(tree, list | tuple):
        return np.array([tree], float)
    parts = [flat(branch, batch) for branch in tree]
    return np.concatenate(parts, axis=-1) if parts else np.empty((0,) if batch is None else (batch, 0))


def is_near(got: Any, wanted: Any, largest: float = 0.0) -> bool:
    """Tell whether numbers agree within rounding, of themselves or of the largest; nan is nan, inf is inf."""
    got, wanted = np.asarray(got, float), np.asarray(wanted, float)
    with np.errstate(all="ignore"):
        slack = TOLERANCE * np.maximum(np.abs(wanted), largest) + TINY
        near = (got == wanted) | (np.isfinite(wanted) & (np.abs(got - wanted) <= slack))
    return got.shape == wanted.shape and bool(np.all(near | (np.isnan(got) & np.isnan(wanted))))


def as_tuple(derivatives: Any, count: int) -> tuple[Any, ...]:
    """Return the derivatives by each argument, also where there is only one."""
    return (derivatives,) if count == 1 else derivatives


@dataclass
class Law:
    """A replay is what the engine computes: for one sample, for batches of it, with every derivative.

    `plain` are the places of arguments that the engine gets as plain numbers, such as a target.  An
    `exact` law is kept to rounding of each number itself, else of the largest in the computation.
    """

    function: Function
    parameters: Sequence[Value] = ()
    plain: Sequence[int] = ()
    exact: bool = False
    recorded: Recorded = field(init=False)

    def __post_init__(self) -> None:
        self.recorded = record(self.function)

    def check(self, *samples: Sample) -> None:
        """Assert the law at samples one by one, in batches of one, and in one batch."""
        wanted = [eager(self.function, sample, self.parameters, self.plain) for sample in samples]
        for sample, exact in zip(samples, wanted, strict=True):
            self._agrees(list(sample), [exact], batch=None)
        self._agrees(stacked(samples[:1]), wanted[:1], batch=1)
        if len(samples) > 1:
            self._agrees(stacked(samples), wanted, batch=len(samples))

    def _agrees(self, arguments: list[Any], wanted: Sequence[Eager], batch: int | None) -> None:
        error = next((exact.error for exact in wanted if exact.error is not None), None)
        step, where = self.recorded, f"at {arguments} in a batch of {batch}"
        if error is not None:
            for call in (step, step.value_and_grad, step.backward):
                raises_the_same(partial(call, *arguments), error, where)
            return
        largest = self._largest(wanted)
        value = np.array([exact.value for exact in wanted]) if batch else wanted[0].value
        got = step(*arguments)
        assert isinstance(got, np.ndarray if batch else float)
        assert is_near(got, value, largest), f"the value {where} is {got}, not {value}"
        got, derivatives = step.value_and_grad(*arguments)
        assert is_near(got, value, largest), f"the value of value_and_grad {where} is {got}, not {value}"
        derivatives = as_tuple(derivatives, len(arguments))
        for i, derivative in enumerate(derivatives):
            exact = np.array([x.by_arguments[i] for x in wanted]) if batch else wanted[0].by_arguments[i]
            if i not in self.plain:
                found = flat(derivative, batch)
                assert is_near(found, exact, largest), f"∂/∂argument {i} {where} is {found}, not {exact}"
        self._adds_gradients(arguments, wanted, where)

    def _largest(self, wanted: Sequence[Eager]) -> float:
        return 0.0 if self.exact else max(exact.largest for exact in wanted)

    def _adds_gradients(self, arguments: list[Any], wanted: Sequence[Eager], where: str) -> None:
        values = np.array([exact.value for exact in wanted])
        gradients = np.array([exact.by_parameters for exact in wanted])
        largest = max(self._largest(wanted), *(_largest_finite(x) for x in (values, gradients)))
        reductions = {"mean": 1.0 / len(wanted)} | ({"sum": 1.0} if len(wanted) > 1 else {})
        for reduction, weight in reductions.items():
            for parameter in self.parameters:
                parameter.grad = 0.0
            got = self.recorded.backward(*arguments, reduction=reduction)  # type: ignore[arg-type]
            with np.errstate(all="ignore"):
                value, gradient = values.sum() * weight, (gradients * weight).sum(axis=0)
            assert is_near(got, value, largest), f"the {reduction} {where} is {got}, not {value}"
            found = [parameter.grad for parameter in self.parameters]
            assert is_near(found, gradient, largest), (
                f"∂{reduction}/∂parameters {where} is {found}, not {gradient}"
            )


def _largest_finite(numbers: np.ndarray) -> float:
    return float(np.max(np.abs(numbers), where=np.isfinite(numbers), initial=0.0))


def raises_the_same(call: Callable[[], object], error: Exception, where: str = "") -> None:
    """Assert that a call raises an error of the same type with the same message."""
    got: object
    try:
        got = call()
    except Exception as raised:  # noqa: BLE001
        got = raised
    assert (type(got), str(got)) == (type(error), str(error)), f"{got!r} {where}, not {error!r}"


@contextmanager
def or_refused(kind: type[Exception], *words: str) -> Iterator[None]:
    """Accept an error in the place of what the block asserts, if its message has these words."""
    try:
        yield
    except kind as error:
        if any(word not in str(error) for word in words):
            raise


def uniform(chance: random.Random, *lengths: int) -> Any:
    """Return a number from -1 to 1, or nested lists of such of these lengths."""
    if not lengths:
        return round(chance.uniform(-1, 1), 6)
    return [uniform(chance, *lengths[1:]) for _ in range(lengths[0])]


# ---- random programs
# ruff: noqa: ARG001  # each step takes the generator and two matrices, and need not use them all


BOUNDED: tuple[Primitive, ...] = tuple(
    row
    for row in rows()
    if row.name in {"sin", "cos", "tanh", "atan", "erf", "sigmoid", "softplus", "log_sigmoid", "gelu", "silu"}
)


@dataclass
class Matrices:
    """Computations on nested lists as people write them: a random one for each seed.

    What it makes are lists of rows of nodes; it reads arguments, parameters and constants, in slices and
    backwards, transposed, repeated, joined, and puts them through products in their various spellings.
    """

    seed: int
    steps: int = 8
    parameters: list[list[list[Value]]] = field(default_factory=list)
    shapes: list[tuple[int, ...]] = field(default_factory=list)  # of the arguments

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        sizes = [(chance.randint(1, 4), chance.randint(1, 4)) for _ in range(chance.randint(1, 3))]
        self.parameters = [mapped(Value, uniform(chance, *size)) for size in sizes]
        for _ in range(chance.randint(1, 3)):
            self.shapes.append(tuple(chance.randint(1, 4) for _ in range(chance.randint(0, 2))))
        self.chance_of_steps = chance.random()

    def leaves(self) -> list[Value]:
        """Return the parameters in one list."""
        return list(leaves(self.parameters))

    def sample(self, seed: int) -> list[Tree]:
        """Return random arguments."""
        chance = random.Random(seed)
        return [uniform(chance, *shape) for shape in self.shapes]

    def __call__(self, *arguments: Tree) -> Value:
        """Compute the output: the same steps at each call."""
        chance = random.Random(self.chance_of_steps)
        pool: list[list[list[Any]]] = [_as_rows(x) for x in arguments] + list(self.parameters)
        pool.append(uniform(chance, 2, 3))
        for _ in range(self.steps):
            made = _step(chance, pool)
            pool.append([row[:6] for row in made[:6]])
        entries = [x for matrix in pool[-4:] for row in matrix for x in row] + list(leaves(arguments))
        return total([apply(chance.choice(BOUNDED), as_value(x)) for x in entries])


def _as_rows(x: Tree) -> list[list[Any]]:
    if not isinstance(x, list | tuple):
        return [[x]]
    return [list(row) if isinstance(row, list | tuple) else [row] for row in x]


def _step(chance: random.Random, pool: list[list[list[Any]]]) -> list[list[Any]]:
    """Return a matrix made of one or two of the pool."""
    a, b = chance.choice(pool[-5:]), chance.choice(pool)
    return chance.choice(STEPS)(chance, a, b)


def _product(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    k = min(len(a[0]), len(b[0]))
    spelling = chance.choice(SPELLINGS)
    return [[tamed(spelling(u[:k], v[:k])) for v in b] for u in a]


def _loop(us: Sequence[Any], vs: Sequence[Any]) -> Any:
    z: Any = 0.0
    for u, v in zip(us, vs, strict=True):
        z = z + u * v
    return z


def _loop_from_a_bias(us: Sequence[Any], vs: Sequence[Any]) -> Any:
    z = us[0] if len(us) == 1 else vs[0]
    for u, v in zip(us, vs, strict=True):
        z = v * u + z
    return z


SPELLINGS: list[Callable[[Sequence[Any], Sequence[Any]], Any]] = [
    dot,
    _loop,
    _loop_from_a_bias,
    lambda us, vs: sum(u * v for u, v in zip(us, vs, strict=True)),
    lambda us, vs: total([u * v for u, v in zip(us, vs, strict=True)]),
    lambda us, vs: dot(vs, us),
]


def tamed(x: Any) -> Any:
    """Return a number or node that does not grow however many are chained."""
    return as_value(x).tanh()


def _elementwise(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    row = chance.choice(BOUNDED)
    return [[apply(row, as_value(x)) for x in xs] for xs in a]


def _combined(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    """Combine element by element, the smaller one repeated."""
    operation = chance.choice(OPERATIONS)
    n, m = max(len(a), len(b)), max(len(a[0]), len(b[0]))
    return [
        [operation(a[i % len(a)][j % len(a[0])], b[i % len(b)][j % len(b[0])]) for j in range(m)]
        for i in range(n)
    ]


OPERATIONS: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: x - y,
    maximum,
    minimum,
    lambda x, y: x / (2.0 + sigmoid(y)),
    lambda x, y: 0.5 * x - y,
]


def _gated(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    return [[as_value(x).sigmoid() * y for x, y in zip(xs, ys)] for xs, ys in zip(a, b)]


def _transposed(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*a, strict=True)]


def _sliced(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    i, j = chance.randrange(len(a)), chance.randrange(len(a[0]))
    step = chance.choice([1, 1, 2])
    return [row[j::step] for row in a[i::step]]


def _reversed(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    return a[::-1] if chance.random() < 0.5 else [row[::-1] for row in a]


def _joined(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    if chance.random() < 0.5:
        m = min(len(a[0]), len(b[0]))
        return [row[:m] for row in (*a, *b)]
    return [[*u, *v] for u, v in zip(a, b)]


def _reshaped(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    entries = [x for row in a for x in row]
    m = chance.choice([d for d in range(1, len(entries) + 1) if len(entries) % d == 0])
    return [entries[i : i + m] for i in range(0, len(entries), m)]


def _chosen(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    """Return entries in any order, some of them more than once."""
    entries = [x for row in a for x in row]
    return [[chance.choice(entries) for _ in range(3)] for _ in range(chance.randint(1, 4))]


def _repeated(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    return a * 2 if chance.random() < 0.5 else [row * 2 for row in a]


def _outer(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    return [[u * v for v in b[-1]] for u in a[0]]


def _reduced(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    reduce = chance.choice([total, logsumexp, lambda xs: dot(xs, xs), lambda xs: sum(xs, 0.0), sum, max_of])
    return [[tamed(reduce(row)) for row in a]]


def max_of(xs: Sequence[Any]) -> Any:
    """Return the largest as a fold of maximum."""
    top = xs[0]
    for x in xs[1:]:
        top = maximum(top, x)
    return top


def _attended(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    """Return what each row gets from those up to it, weighted by softmax: lists of differing lengths."""
    k = min(len(a[0]), len(b[0]))
    made = []
    for t, query in enumerate(a):
        seen = b[: t % len(b) + 1]
        weights = softmax([dot(query[:k], key[:k]) / k**0.5 for key in seen])
        made.append([dot(weights, [row[j] for row in seen]) for j in range(len(b[0]))])
    return made


def _recurrent(chance: random.Random, a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]]:
    """Return the states of a cell that reads row after row, its weights shared."""
    state, states = [as_value(x) for x in b[0]], []
    for row in a:
        state = [tamed(dot([row[0]], [h]) + 0.5 * h + sum(row)) for h in state]
        states.append(state)
    return states


STEPS: list[Callable[[random.Random, list[list[Any]], list[list[Any]]], list[list[Any]]]] = [
    _product, _product, _product, _product, _elementwise, _elementwise, _combined, _combined, _gated,
    _transposed, _sliced, _reversed, _joined, _reshaped, _chosen, _repeated, _outer, _reduced, _reduced,
    _attended, _recurrent,
]  # fmt: skip
