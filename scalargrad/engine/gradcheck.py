"""Check derivatives against central differences."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Never, Protocol

from scalargrad.answers import keywords
from scalargrad.engine.comparison import Comparison, GradcheckReport
from scalargrad.engine.functions import total
from scalargrad.engine.node import describe, evaluation_order
from scalargrad.engine.reading import local_values
from scalargrad.engine.recording import no_grad, recorded
from scalargrad.engine.sweep import adjoints, edges_of
from scalargrad.engine.trees import flat, mapped
from scalargrad.engine.value import Number, Value, as_value
from scalargrad.engine.variables import check_function
from scalargrad.errors import OperandError, ShapeError

if TYPE_CHECKING:
    import random

__all__ = ["Comparison", "GradcheckReport", "gradcheck"]

# Where rounding and truncation errors of a central difference balance: the cube root of epsilon.
STEP = sys.float_info.epsilon ** (1 / 3)
DIRECTIONS = 3  # that each order above the first is checked along


class Array(Protocol):
    """An array, of NumPy for one."""

    def tolist(self) -> Any:
        """Return its numbers in nested lists."""


class _Check(NamedTuple):
    """The function of a check at its inputs, with how near a difference has to be."""

    f: Callable[..., Number]
    arguments: Sequence[Any]  # leaves, in nested lists
    step: float
    rtol: float
    atol: float

    @property
    def leaves(self) -> list[Value]:
        """Return the inputs, each once."""
        return list(dict.fromkeys(flat(self.arguments)))

    def value(self) -> Value:
        """Return the function at the leaves as they are."""
        return as_value(self.f(*self.arguments))

    def derivative(self, directions: Sequence[Sequence[float]]) -> Value:
        """Return the derivative of the function along directions, one after the other."""
        with recorded():
            output = self.value()
            for direction in directions:
                output = _slope(output, zip(self.leaves, direction))
        return output

    def compared(self, name: str, derivative: float, difference: float, order: int) -> Comparison:
        """Return both derivatives with whether they agree."""
        gap = abs(derivative - difference)
        ok = derivative == difference or gap <= self.atol + self.rtol * abs(difference)
        return Comparison(name, derivative, difference, ok, order)


@keywords("gradcheck()")
def gradcheck(
    f: Callable[..., Number],
    inputs: Number | Sequence[Any] | Array,
    /,
    *more: Never,
    order: int = 1,
    seed: int = 0,
    step: float = STEP,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> GradcheckReport:
    """Compare ∂f/∂xᵢ with (f(xᵢ + h) - f(xᵢ - h)) / 2h at every input; h = step · max(1, |xᵢ|).

    `f` is called with the inputs, numbers or leaf Values, or lists and arrays of them; one input needs no
    list, and neither does the one list that a function takes.  Values are moved in place and put back, so
    `gradcheck(lambda *_: loss(model), model.parameters())` checks a model.  They agree where
    |derivative - difference| ≤ atol + rtol · |difference|.  Near a kink they do not.

    With an `order` above 1 the higher derivatives are checked, too: for each order k up to it, along three
    tuples of random directions, the derivative of order k, Dᵏf[d₁, …, dₖ], with the central difference along
    dₖ of Dᵏ⁻¹f[d₁, …, dₖ₋₁].  As every entry of Dᵏf weighs in, one that is wrong is seen.  `seed` makes the
    directions, whose components are in proportion to max(1, |xᵢ|).

    >>> report = gradcheck(lambda x, y: x * y.exp(), [2.0, 0.5])
    >>> report.ok, len(report.comparisons)
    (True, 2)
    >>> gradcheck(lambda x: x.sin(), 0.5, order=3).ok
    True
    """
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        message = f"the order of a gradient check is a whole number from 1 on, got {order!r}"
        raise OperandError(message)
    check_function("gradcheck", f)
    if more:
        message = "gradcheck takes all inputs in one list: gradcheck(f, [1.0, 2.0])"
        raise OperandError(message)
    check = _Check(f, _fitting(f, _leaves(inputs)), step, rtol, atol)
    for leaf in check.leaves:
        if leaf.parents:
            message = f"gradcheck moves its inputs, and {describe(leaf)} was computed: give a leaf, .detach()"
            raise OperandError(message)
    if not check.leaves:
        message = "gradcheck needs at least one input, got none"
        raise ShapeError(message)
    comparisons = list(_by_inputs(check))
    import random  # where it is used, for it takes long to load

    generator = random.Random(seed)  # noqa: S311  # directions are no secret
    for k in range(2, order + 1):
        comparisons += [_along_directions(check, k, i, generator) for i in range(DIRECTIONS)]
    return GradcheckReport(tuple(comparisons))


def _fitting(f: Callable[..., Number], arguments: list[Any]) -> list[Any]:
    """Return the arguments, as one list where a function takes one argument and not so many."""
    from inspect import signature

    try:
        takes = signature(f).bind
    except (TypeError, ValueError):  # functions of C need not tell
        return arguments
    for given in (arguments, [arguments]):
        with suppress(TypeError):
            takes(*given)
            return given
    return arguments


def _leaves(inputs: Any) -> Any:
    """Return the inputs as leaves, in nested lists or an array; one by itself is a list of one."""
    is_tree = isinstance(inputs, (list, tuple)) or hasattr(inputs, "tolist")
    tree = list(inputs) if isinstance(inputs, Iterable) and not is_tree else inputs
    found = mapped(lambda x: x if isinstance(x, Value) else Value(x), tree)
    return [found] if isinstance(found, Value) else found


def _by_inputs(check: _Check) -> Iterator[Comparison]:
    """Yield what the derivative and the difference by each input are."""
    with recorded():
        adjoint = adjoints(evaluation_order(check.value()), 1.0, edges_of)
    for i, argument in enumerate(check.arguments):
        for name, leaf in _named(argument, f"input {i}"):
            x = leaf.data
            h = check.step * max(1.0, abs(x))
            below, above = x - h, x + h
            rise = _rise(check.value, [leaf], [below], [above])
            # The step is divided by as floats see it.
            yield check.compared(name, adjoint.get(leaf, 0.0), rise / (above - below), 1)


def _named(tree: Any, name: str) -> Iterator[tuple[str, Value]]:
    """Yield the inputs in nested lists, each with what it is called, else with its place."""
    if isinstance(tree, Value):
        yield describe(tree) if tree.label or tree.path else name, tree
    else:
        for i, branch in enumerate(tree):
            yield from _named(branch, f"{name}[{i}]")


def _along_directions(check: _Check, order: int, i: int, generator: "random.Random") -> Comparison:
    """Return the derivative of an order with the difference of the one below it, along new directions."""
    leaves, step = check.leaves, check.step
    centre = [leaf.data for leaf in leaves]
    *before, last = (_direction(centre, generator) for _ in range(order))
    below = [x - step * d for x, d in zip(centre, last)]
    above = [x + step * d for x, d in zip(centre, last)]
    made = [(upper - lower) / (2 * step) for lower, upper in zip(below, above)]  # as floats see it
    adjoint = adjoints(evaluation_order(check.derivative(before)), 1.0, edges_of)
    derivative = sum(adjoint.get(leaf, 0.0) * d for leaf, d in zip(leaves, made))
    rise = _rise(lambda: check.derivative(before), leaves, below, above)
    return check.compared(f"direction {i} of order {order}", derivative, rise / (2 * step), order)


def _direction(centre: Sequence[float], generator: "random.Random") -> list[float]:
    """Return a random direction of length 1, each component in proportion to its input, or to 1."""
    components = [generator.gauss(0.0, 1.0) for _ in centre]
    length = math.hypot(*components)
    return [d / length * max(1.0, abs(x)) for d, x in zip(components, centre)]


def _slope(output: Value, direction: Iterable[tuple[Value, float]]) -> Value:
    """Return Σᵢ ∂output/∂xᵢ · dᵢ as a Value, from a sweep that is itself recorded."""
    order = evaluation_order(output)
    adjoint = adjoints(order, as_value(1.0), lambda node: zip(node.parents, local_values(node)))
    return total([adjoint[leaf] * d for leaf, d in direction if leaf in adjoint])


def _rise(
    f: Callable[[], Value], leaves: Sequence[Value], below: Iterable[float], above: Iterable[float]
) -> float:
    """Return how much f rises from below to above, where the leaves are put for it, and then put back."""
    before = [(leaf, leaf.data, leaf._order) for leaf in leaves]
    ends = []
    try:
        for data in (below, above):
            for leaf, x in zip(leaves, data):
                leaf.data = x
            with no_grad():
                ends.append(f().data)
    finally:
        for leaf, x, order in before:
            leaf.data = x
            leaf._order = order  # as if nothing had happened: graphs that read it stay fresh
    lower, upper = ends
    return upper - lower
