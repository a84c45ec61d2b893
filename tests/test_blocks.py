"""Parts of a program for which arrays do not pay compute every row of the table, in floats or a workspace."""

import math
import random

import numpy as np
import pytest
from laws import inside
from test_record_source import Case, program_of, swept, values

from scalargrad import Value, atan, cosh, dot, exp, minimum, record, sigmoid, sin, sqrt, tanh, total
from scalargrad.engine.apply import apply
from scalargrad.engine.value import as_value
from scalargrad.primitives.table import rows
from scalargrad.replay.operation import Block

ROWS = [row for row in rows() if row.module == "scalargrad.primitives.rows"]
CHUNKS = [ROWS[i : i + 9] for i in range(0, len(ROWS), 9)]
NEAR_ONE, ABOVE_ONE = 0.55, 1.6  # about which every row has a value, at the one or at the other


def middle(row):
    """Return a number about which a row has a value at all its operands."""
    count = row.arity or 2 * row.lists
    return next(x for x in (NEAR_ONE, ABOVE_ONE) if inside(row, [x] * count))


def chained(chunk):
    """Return a chain of rows, each of what the last has become, brought near the middle of the next."""
    w = Value(0.3, "w")

    def f(x):
        y = w
        for i in range(10 * len(chunk)):
            row = chunk[i % len(chunk)]
            near = middle(row) + 0.1 * tanh(y * x)
            others = [as_value(middle(row) + 0.02 * k) for k in range(1, row.arity or 2 * row.lists)]
            y = apply(row, *row.arguments([near, *others])) * w
            y = minimum(y, math.inf) - as_value(-0.5) ** 2
        return y

    return f


def scattered(chunk):
    """Return a function in which rows read from all over the place, of one list of numbers."""
    ws = values(10)

    def f(xs):
        draw = random.Random(5)
        leaves = [0.6 + 0.3 * tanh(v) for v in (*xs, *ws)]
        kinds = sigmoid, tanh, sin, sqrt, atan, lambda x: x * x, lambda x: x - 0.1
        near = [f(x) for f in kinds for x in leaves]
        kinds = exp, cosh, lambda x: 1 + x, lambda x: 2 - x, lambda x: 1 / x, lambda x: x + x + 0.2
        above = [f(x) for f in kinds for x in leaves]
        made = []
        for row in chunk:
            pool = near if middle(row) == NEAR_ONE else above
            made += [
                apply(row, *row.arguments(draw.sample(pool, row.arity or 2 * row.lists))) for _ in range(24)
            ]
        for _ in range(3):
            read = [*made, *near]
            made = [kind(*draw.sample(read, 2)) for kind in KINDS for _ in range(24)]
        return total(made)

    return f


KINDS = (
    *(lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: tanh(a), lambda a, b: sin(b)),
    *(lambda a, b: sigmoid(a), lambda a, b: total([a, b, 0.25]), lambda a, b: dot([a, 0.5], [b, a])),
)


def styles(step):
    """Return the styles of the blocks of a program."""
    return {block.style for block in program_of(step).layout.operations if isinstance(block, Block)}


def check(case, style):
    """Assert that a case is computed in blocks of a style, as the engine computes it, with derivatives."""
    step, (value, by_arguments) = case.recorded(), swept(case)
    assert styles(step) == {style}
    found, derivatives = step.value_and_grad(*case.arguments)
    assert np.mean(found) == pytest.approx(value, rel=1e-9)
    np.testing.assert_allclose(
        np.ravel(derivatives), np.ravel(by_arguments) * np.size(found), rtol=1e-7, atol=1e-9
    )
    program = program_of(step)
    wanted = [parameter.grad for parameter in program.independents]
    for parameter in program.independents:
        parameter.grad = 0.0
    assert step.backward(*case.arguments) == pytest.approx(value, rel=1e-9)
    np.testing.assert_allclose([p.grad for p in program.independents], wanted, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("chunk", CHUNKS, ids=lambda chunk: " ".join(row.symbol for row in chunk))
def test_every_row_is_computed_in_floats(chunk):
    """One line a number, with constants that are infinite or negative among them."""
    check(Case(chained(chunk), (0.75,)), "floats")


@pytest.mark.parametrize(
    "arguments", [[0.25, -0.5, 1.0], np.array([[0.25, -0.5, 1.0], [1.0, 0.5, -2.0]])], ids=len
)
@pytest.mark.parametrize("chunk", CHUNKS, ids=lambda chunk: " ".join(row.symbol for row in chunk))
def test_every_row_is_computed_in_a_workspace(chunk, arguments):
    """Level by level, for one sample and for several."""
    check(Case(scattered(chunk), (arguments,)), "workspace")


# ---- from where on


@pytest.mark.parametrize(("length", "wanted"), [(199, set()), (200, {"floats"}), (201, {"floats"})])
def test_a_chain_of_two_hundred_is_computed_in_floats(length, wanted):
    """A shorter one is not, nor is any over a batch."""

    def f(x):
        for _ in range(length):
            x = sin(x)
        return x

    assert styles(Case(f, (0.5,)).recorded()) == wanted
    assert styles(Case(f, (np.array([0.5, 1.0]),)).recorded()) == set()


@pytest.mark.parametrize(("width", "wanted"), [(11, {"floats"}), (12, set())])
def test_levels_are_narrow_below_twelve_numbers_an_operation(width, wanted):
    """Chains side by side are one operation on an array from there on."""

    def f(xs):
        for _ in range(30):
            xs = [sin(x) for x in xs]
        return total(xs)

    assert styles(Case(f, ([0.1 * i for i in range(width)],)).recorded()) == wanted


@pytest.mark.parametrize(("missing", "wanted"), [(0, {"workspace"}), (1, {"floats"})])
def test_levels_of_forty_numbers_are_computed_in_a_workspace(missing, wanted):
    """On average, that of the output among them: narrower ones float by float."""
    kinds = sin, tanh, sigmoid, atan, lambda x: -x

    def f(xs):
        for width in (46 - missing, 46, 46, 47, 47, 47):
            xs = [kinds[i * 5 // width](xs[i % len(xs)]) for i in range(width)]
        return total(xs)

    assert styles(Case(f, ([0.1 * i for i in range(10)],)).recorded()) == wanted


@pytest.mark.parametrize(("sources", "wanted"), [(4, set()), (5, {"workspace"})])
def test_levels_are_scattered_that_read_from_more_than_four_operations(sources, wanted):
    """What stands all over the place is joined at the price of an operation."""
    kinds = (sin, tanh, sigmoid, atan, lambda x: -x)[:sources]

    def f(xs):
        made = [kind(x) for kind in kinds for x in xs]
        for _ in range(3):
            moved = [made[7 * i % len(made)] for i in range(len(made))]
            made = [kinds[i // 20](x) for i, x in enumerate(moved)]
        return total(made)

    assert styles(Case(f, ([0.1 * i for i in range(20)],)).recorded()) == wanted


@pytest.mark.parametrize("style", ["floats", "workspace"])
def test_what_is_detached_hands_nothing_back_in_a_block(style):
    """Neither in one chain of floats nor in a workspace; its number is what it was."""
    w = Value(0.3)

    def chain(x):
        y = x
        for _ in range(40):
            y = tanh(y * w).detach() + sin(y) * w - (y * x).detach() * y
        return y

    kinds = sin, tanh, sigmoid, atan, lambda y: -y, lambda y: y.detach()

    def wide(x):
        ys = [kind(0.1 * i + x) for kind in kinds for i in range(20)]
        for _ in range(3):
            ys = [kinds[i // 20](ys[7 * i % 120]) for i in range(120)]
        return total(ys)

    check(Case(chain if style == "floats" else wide, (0.75,)), style)


@pytest.mark.parametrize("style", ["floats", "workspace"])
def test_a_comparison_between_the_numbers_of_a_block_is_asked_at_every_call(style):
    """Also of numbers from which nothing else is computed; each side is a program of its own."""
    kinds = sin, tanh, sigmoid, atan, lambda y: -y

    def chain(x):
        y = x
        for _ in range(150):
            y = sin(y) + 0.01 * x
        y = y if y > 0.0 else y * 2.0 + 1.0
        for _ in range(150):
            y = tanh(y) * 1.5
        return y if sin(y * x) < 0.5 else y * 3.0

    def wide(x):
        ys = [kind(0.1 * i + x) for kind in kinds for i in range(20)]
        for k in range(4):
            ys = [kinds[i // 20](ys[7 * i % 100]) for i in range(100)]
            if k == 2:
                ys[0] = ys[0] if ys[3] > 0.0 else ys[0] * 2.0 + 1.0
        return total(ys) if sin(ys[5] * x) < 0.5 else total(ys) * 3.0

    function = chain if style == "floats" else wide
    step = record(function)
    xs = [0.75, -0.75, 0.25, -2.0, 3.0, 1.5]
    assert [step(x) for x in (*xs, *xs)] == pytest.approx([function(Value(x)).data for x in xs] * 2)
    assert len(next(iter(step.programs.values()))) > 1
    assert styles(step) == {style}
