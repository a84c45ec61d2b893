"""A recorded function gives what the engine computes: values and derivatives, for numbers and for batches."""

import gc
import itertools
import math
import random
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import SPECIAL, operands_inside
from programs import (
    BOUNDED,
    SPELLINGS,
    Eager,
    Law,
    Matrices,
    eager,
    is_near,
    mapped,
    or_refused,
    raises_the_same,
    stacked,
    uniform,
)

from scalargrad import (
    Value,
    dot,
    exp,
    gradcheck,
    log,
    logsumexp,
    maximum,
    mean,
    minimum,
    nn,
    record,
    relu,
    softmax,
    sqrt,
    tanh,
    total,
)
from scalargrad.engine.apply import apply
from scalargrad.engine.value import as_value
from scalargrad.errors import LostGradientWarning, OperandError, RecordError, StaleGraphError
from scalargrad.primitives.table import rows

each_row = pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
seeds = st.integers(0, 10**6)


def of_row(row):
    """Return the function of the row's operands, or for an n-ary row of its lists."""
    return lambda *operands: apply(
        row, *(map(as_value, xs) if row.lists else as_value(xs) for xs in operands)
    )


def as_arguments(row, operands):
    """Return the operands as the function of the row takes them."""
    return [list(xs) if row.lists else xs for xs in row.arguments(operands)]


def safe(x):
    """Return a number from 0.3 to 0.9, where every row has a value and moderate derivatives."""
    return 0.6 + 0.3 * tanh(x)


# ---- every row


@each_row
def test_a_row_is_replayed_as_it_is_computed(row):
    """At sample operands in its domain, at kinks and at boundaries, each number to rounding of itself."""
    samples = [as_arguments(row, operands) for operands in operands_inside(row)]
    for _, alike in itertools.groupby(samples, key=str if row.lists else lambda _: 0):
        Law(of_row(row), exact=True).check(*alike)


@each_row
def test_a_layer_of_one_row_reads_all_kinds_of_operands(row):
    """Arguments, parameters and constants, each on either side, shared by many or the same twice."""
    chance = random.Random(1)
    parameters = [Value(x) for x in uniform(chance, 3)]
    constants = [0.25, 0.5, 0.75]
    arity = row.arity or 4

    def layer(xs, y):
        pool = [*map(safe, (*xs, y, *parameters)), *constants]
        pairs = [(pool[i], pool[(i * k) % len(pool)]) for k in (1, 2, 5, 0) for i in range(len(pool))]
        nodes = [apply(row, *row.arguments([as_value(x) for x in (pair * 2)[:arity]])) for pair in pairs]
        return total([tanh(node) for node in nodes]) + mean([nodes[1] * nodes[5], *nodes[::3]])

    Law(layer, parameters).check(*[[uniform(chance, 4), uniform(chance)] for _ in range(3)])


@each_row
def test_a_long_chain_of_one_row_is_replayed(row):
    """Float by float where it is one sample, also where a chain of parameters alone stands in a batch."""
    chance = random.Random(2)
    parameters = [Value(x) for x in uniform(chance, 2)]
    arity = row.arity or 4

    def chain(x):
        ends = []
        for start in (x, parameters[0]):
            v = start
            for i in range(30):
                operands = [safe(v), safe(0.5 * v), 0.4, 0.7] if i % 2 else [0.7, safe(v), safe(v), 0.5]
                v = (
                    0.9 * tanh(apply(row, *row.arguments([as_value(x) for x in operands[-arity:]])))
                    + 0.05 * v
                )
            ends.append(v)
        return ends[0] * parameters[1] + ends[1] * x

    Law(chain, parameters).check(*[[x] for x in uniform(chance, 2)])


@settings(max_examples=12)
@given(seeds)
def test_wide_levels_that_read_here_and_there_are_replayed(seed):
    """Every row, several times at every level, of numbers from all over the level before."""
    chance = random.Random(seed)
    parameters = [Value(x) for x in uniform(chance, 5)]
    plan = random.Random(seed + 1).random()

    def scattered(xs):
        drawn = random.Random(plan)
        level = [safe(x) for x in (*xs, *parameters)] + [0.5]
        for _ in range(3):
            nodes = []
            for row in drawn.sample(list(rows()), 12):
                for _ in range(5):
                    operands = [as_value(drawn.choice(level)) for _ in range(row.arity or 4)]
                    nodes.append(apply(row, *row.arguments(operands)))
            level = [safe(0.5 * node) for node in nodes]
        return mean(level) + level[0] * xs[0]

    samples = [[uniform(chance, 4)] for _ in range(2)]
    law = Law(scattered, parameters)
    law.check(*samples)


# ---- programs as people write them


@settings(max_examples=30)
@given(seeds)
def test_random_computations_on_lists_are_replayed(seed):
    """Products in every spelling, slices, transposes, repetitions, reductions, of all kinds of leaves."""
    program = Matrices(seed)
    Law(program, program.leaves()).check(*[program.sample(seed + i) for i in range(3)])


def test_larger_random_computations_are_replayed():
    """So many steps that parts of the program are narrow, and others irregular."""
    for seed in range(6):
        program = Matrices(seed, steps=60)
        Law(program, program.leaves()).check(*[program.sample(seed + i) for i in range(2)])


@settings(max_examples=40)
@given(st.data())
def test_products_of_matrices_are_replayed(data):
    """Of any shape, several at once, in any spelling; of arguments, parameters or constants."""
    shape = data.draw(st.tuples(*[st.integers(1, 3)] * 4))
    heads, m, k, n = shape
    kinds = data.draw(st.tuples(*[st.sampled_from(["argument", "parameter", "constant", "shared"])] * 2))
    spelling = SPELLINGS[data.draw(st.integers(0, len(SPELLINGS) - 1))]
    turned, flipped = data.draw(st.tuples(st.booleans(), st.booleans()))
    chance = random.Random(data.draw(seeds))
    sizes = [(1 if kind == "shared" else heads, rows_, k) for kind, rows_ in zip(kinds, (m, n))]
    fixed = [uniform(chance, *size) for size in sizes]
    if turned:
        fixed[0] = [[list(column) for column in zip(*matrix)] for matrix in fixed[0]]
    given_ = [x if kind == "constant" else mapped(Value, x) for kind, x in zip(kinds, fixed)]
    parameters = [v for kind, x in zip(kinds, given_) if kind in {"parameter", "shared"} for v in _leaves(x)]

    def product(x, *read):
        read = list(read)
        a, b = (read.pop(0) if kind == "argument" else own for kind, own in zip(kinds, given_))
        entries = []
        for head in range(heads):
            u, v = a[head % len(a)], b[head % len(b)]
            us = [list(column) for column in zip(*u)] if turned else u
            entries += [spelling(row, column[::-1] if flipped else column) for column in v for row in us]
        return total([tanh(as_value(entry) * x) for entry in entries])

    shapes = [_sizes(x) for kind, x in zip(kinds, fixed) if kind == "argument"]
    Law(product, parameters).check(
        *[[uniform(chance), *(uniform(chance, *size) for size in shapes)] for _ in range(2)]
    )


def _leaves(tree):
    return [leaf for branch in tree for leaf in _leaves(branch)] if isinstance(tree, list) else [tree]


def _sizes(tree):
    return (len(tree), *_sizes(tree[0])) if isinstance(tree, list) else ()


CHANCE = random.Random(0)
W, B = mapped(Value, uniform(CHANCE, 3, 2)), mapped(Value, uniform(CHANCE, 3))
U, SQUARE = mapped(Value, uniform(CHANCE, 3)), mapped(Value, uniform(CHANCE, 3, 3))
PARAMETERS = [*_leaves(W), *B, *U, *_leaves(SQUARE)]


def in_loops(xs):
    hidden = []
    for ws, b in zip(W, B):
        z = b
        for w, x in zip(ws, xs):
            z = z + w * x
        hidden.append(tanh(z))
    return sum(u * h for u, h in zip(U, hidden))


def seen_to_the_end(xs):
    z = 0.0
    partial = []
    for u, x in zip(U, xs):
        z = z + u * x
        partial.append(z)
    return total([tanh(z) for z in partial]) * z


def recurrent(sequence):
    state = [0.0, 0.0, 0.0]
    for x in sequence:
        state = [tanh(dot(row, state) + u * x + b) for row, u, b in zip(SQUARE, U, B)]
    return dot(state, U)


def attention(xs):
    found = []
    for t in range(len(xs)):
        weights = softmax([dot(xs[t], xs[s]) for s in range(t + 1)])
        found.append([dot(weights, [xs[s][j] for s in range(t + 1)]) for j in range(2)])
    return logsumexp([x for row in found for x in row])


def convolution(xs):
    return mean([relu(dot(U, xs[i : i + 3]) + B[0]) for i in range(len(xs) - 2)])


def bilinear(xs, ys):
    return sum(x * w * y for x, row in zip(xs, SQUARE) for w, y in zip(row, ys))


def layer_norm(xs):
    centre = mean(xs)
    variance = mean([(x - centre) ** 2 for x in xs])
    return total([((x - centre) / sqrt(variance + 1e-5) * u + b).tanh() for x, u, b in zip(xs, U, B)])


def polynomial(x):
    value = 0.0
    for c in (1.0, -2.0, 0.0, 0.5, 3.0):
        value = value * x + c
    return value


WRITTEN = {  # each with a sample of the shape of its arguments
    in_loops: ([0.5, -1.0],),
    seen_to_the_end: ([0.5, -1.0, 0.25],),
    recurrent: ([0.5, -1.0, 0.25, 0.0],),
    attention: ([[0.5, -1.0], [0.25, 0.0], [1.0, 1.0]],),
    convolution: ([0.5, -1.0, 0.25, 0.0, 1.5],),
    bilinear: ([0.5, -1.0, 0.25], [1.0, 2.0, 3.0]),
    layer_norm: ([0.5, -1.0, 0.25],),
    polynomial: (0.5,),
    (lambda x: x): (0.5,),
    (lambda x: +x): (0.5,),
    (lambda x: x * x - x): (0.5,),
    (lambda x: x - x): (0.5,),
    (lambda x: (x + 1.0) * (x + 1.0) + (x + 1.0)): (0.5,),
    (lambda xs: dot(xs, xs) + dot(xs, xs[::-1])): ([0.5, -1.0, 2.0],),
    (lambda xs: dot([xs[0]] * 3, xs)): ([0.5, -1.0, 2.0],),
    (lambda xs: logsumexp([xs[0], xs[0], xs[1]]) + total([xs[0], xs[0], xs[1]])): ([0.5, -1.0],),
    (lambda xs: dot(xs[1:], xs[:-1]) + dot(xs[::2], xs[1::2])): ([0.5, -1.0, 2.0, 3.0],),
    (lambda xs: total([x for row in zip(*xs) for x in row][:3])): ([[0.5, -1.0], [2.0, 3.0]],),
    (lambda xs: sum(x * y for x in xs for y in xs)): ([0.5, -1.0, 2.0],),
    (lambda xs: xs[2] * xs[0]): ([0.5, -1.0, 2.0],),
    (lambda xs: total([]) + xs[0] + logsumexp(xs[:1]) + total(xs[:1])): ([0.5],),
    (lambda xs, t: -(log(softmax(xs)[1]) * t)): ([0.5, -1.0, 2.0], 1.0),
    (lambda x, *ys: x * total(ys)): (0.5, 2.0, 3.0),
    (lambda tree: tree[0] * tree[1][0] * tree[1][1][1] + tree[1][1][0]): ([0.5, [2.0, (3.0, 4.0)]],),
    (lambda lists: total([dot(xs, xs) * U[i] for i, xs in enumerate(lists)])): ([[1.0], [2.0, 3.0]],),
    (lambda pair: pair[0] * U[0] + pair[1] * U[0] + U[0]): ((1.0, 2.0),),
    (lambda x: U[0] + 0.0 * x): (1.0,),
    (lambda x: U[0] * U[1] - U[1] / U[0] + x): (1.0,),
    (lambda x: maximum(x, U[0]) + minimum(U[0], x) + maximum(x, x)): (1.0,),
}


@pytest.mark.parametrize(
    ("function", "sample"), WRITTEN.items(), ids=lambda x: getattr(x, "__name__", "") or None
)
def test_functions_as_people_write_them_are_replayed(function, sample):
    """They record once, and go on where another sample or other parameters are given."""
    chance = random.Random(3)
    law = Law(function, PARAMETERS)
    law.check(sample, *[[mapped(lambda _: uniform(chance), tree) for tree in sample] for _ in range(3)])
    before = [p.data for p in PARAMETERS]
    for p in PARAMETERS:
        p.data = uniform(chance)
    law.check(sample)
    for p, data in zip(PARAMETERS, before):
        p.data = data
    assert sum(map(len, law.recorded.programs.values())) == 2  # for one sample, and for a batch


@pytest.mark.parametrize("length", [1, 2, 5])
@pytest.mark.parametrize("function", [recurrent, attention], ids=lambda f: f.__name__)
def test_lists_of_another_length_are_recorded_anew(function, length):
    """One recorded function takes them all; each length has a program of its own."""
    chance = random.Random(length)
    law = Law(function, PARAMETERS)
    for n in (length, 3, length):
        sizes = (n,) if function is recurrent else (n, 2)
        law.check([uniform(chance, *sizes)], [uniform(chance, *sizes)])
    assert sum(map(len, law.recorded.programs.values())) == (2 if length == 3 else 4)


CONSTANTS = (0.0, -0.0, 1.0, -1.0, 0.5, 1e300, math.inf, -math.inf, math.nan, 3)


@pytest.mark.parametrize("c", CONSTANTS, ids=str)
def test_constants_of_every_kind_stay_what_they_are(c):
    """On either side of every operator, in lists, as whole lists of constants, alone or many alike."""
    w = Value(0.75)
    functions = [
        lambda x: x + c,
        lambda x: c + x * w,
        lambda x: c * x,
        lambda x: x - c,
        lambda x: c - x,
        lambda x: c / (x + 3.0),
        lambda x: maximum(x, c) + minimum(c, x * w),
        lambda x: dot([x, c, w], [c, c, x]),
        lambda x: dot([c, c, c], [x, w, x]),
        lambda x: total([x, c, x, c, w, 0.0]) + total([c, c]) + x,
        lambda x: logsumexp([c, x, w]) + logsumexp([x, c]),
        lambda x: sum((c * y for y in (x, w, x * w)), 0.0),
        lambda x: sum([c * y for y in (x, w, x * w)] + [c * 2, c, x * x], c),
        lambda x: total([tanh(as_value(c)) * y for y in (x, w, x * w)]),
        lambda x: total([y + z for y in (x, w, x * w) for z in (c, 0.0, c, 1.0)]),
        lambda x: total([y * z for y, z in zip((x, w, x * w), (c, c, 2.0))]),
        lambda x: dot([as_value(c).sigmoid() * 1.0, relu(as_value(c))], [x, w]),
    ]
    for function in functions:
        Law(function, [w], exact=True).check([0.5], [-2.0])


@pytest.mark.parametrize("c", CONSTANTS, ids=str)
def test_constants_of_every_kind_stand_in_long_chains(c):
    """Where floats are computed one by one, and where many of them are computed at once."""
    w = Value(0.75)

    def chain(x):
        v = x * w
        for _ in range(110):
            v = minimum(tanh(v) + 0.1, as_value(c)) if c > 0 else maximum(tanh(v) + 0.1, as_value(c))
        return v + x

    Law(chain, [w]).check([0.5], [-2.0])


def test_what_depends_on_constants_alone_is_replayed():
    """Short or long, in the middle of a program that reads arguments as well."""

    def function(x):
        v = Value(1.0)
        for _ in range(300):
            v = v * 1.001
        table = [tanh(as_value(i / 3)) for i in range(20)]
        return x * v + dot(table, [x * i for i in range(20)]) + logsumexp(table) * x

    Law(function).check([2.0], [-0.5])


MODELS = {
    "MLP": lambda: nn.MLP(2, [4, 3], activation="tanh", seed=1),
    "relu": lambda: nn.MLP(2, [5, 5, 3], activation="relu", seed=2),
    "narrow": lambda: nn.MLP(2, [1, 1, 3], activation="sigmoid", seed=3),
}
LOSSES = {
    "half_squared_error": [0.5, -1.0, 0.25],
    "mse": [0.5, -1.0, 0.25],
    "hinge": [1.0, -1.0, 1.0],
    "binary_cross_entropy": [1.0, 0.0, 1.0],
    "cross_entropy": 2.0,
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(("loss", "target"), LOSSES.items(), ids=LOSSES)
def test_losses_of_networks_are_replayed(make, loss, target):
    """With targets that are numbers, lists, or the number of a class."""
    model, chance = make(), random.Random(4)
    law = Law(lambda x, t: getattr(nn, loss)(model(x), t), model.parameters(), plain=(1,))
    others = [[1.0, 0.0, 1.0] if loss == "binary_cross_entropy" else target, target]
    law.check(*[(uniform(chance, 2), t) for t in others])


# ---- special points


@each_row
def test_special_operands_give_the_same_number_or_the_same_error(row):
    """At zeros of either sign, ties, infinities, nan and where numbers grow too large."""
    function, arity = of_row(row), row.arity or 2
    numbers = SPECIAL if arity == 1 else (*SPECIAL[:5], *SPECIAL[7:9], 800.0, 1e300, *SPECIAL[-3:])
    points = [as_arguments(row, x) for x in itertools.product(numbers, repeat=arity)]
    found = [eager(function, point) for point in points]
    largest = 1.0 if row.name == "logsumexp" else 0.0  # arrays add up powers, floats take log1p of them
    good = [point for point, exact in zip(points, found) if exact.error is None]
    bad = [(point, exact) for point, exact in zip(points, found) if exact.error is not None]
    step = record(function)
    step(*good[0])
    wrong = []
    for point, exact in bad:
        for arguments in (point, stacked([good[0], point]), stacked([point])):
            try:
                raises_the_same(lambda arguments=arguments: step(*arguments), exact.error, f"{point}")
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, wrong
    for point, exact in zip(points, found):
        if exact.error is None:
            value, derivatives = step.value_and_grad(*point)
            wanted = [exact.value, *itertools.chain(*exact.by_arguments)]
            got = [value, *_leaves(list(derivatives) if len(point) > 1 else [derivatives])]
            assert is_near(got, wanted, largest), f"{row.symbol}{point}: {got}, not {wanted}"
    Law(function, exact=not largest).check(*good[:: len(good) // 8 or 1])
    value, _ = record(function).value_and_grad(*stacked(good))
    assert is_near(value, [exact.value for exact in found if exact.error is None], largest)


def test_a_bad_sample_says_which_one_it_is():
    """The first one that the engine would meet, with its place in the batch as a note."""
    step = record(lambda x: log(x) * 2.0)
    assert step(np.array([1.0, 2.0])).tolist() == [0.0, 2.0 * math.log(2.0)]
    for batch, place in (([1, -1, 2], 1), ([-1, 1, -2], 0), ([1, 2, 3, 4, 0], 4), ([-1], 0)):
        for call in (step, step.value_and_grad, step.backward):
            with pytest.raises(ValueError, match="not defined at x = ") as raised:
                call(np.array(batch, float))
            assert [f"sample {place} " in note for note in raised.value.__notes__] == [True]
    assert step(np.array([1.0, 2.0])).tolist() == [0.0, 2.0 * math.log(2.0)]


def test_an_error_adds_nothing_to_gradients():
    """A batch with one bad sample leaves every grad as it was."""
    w, v = Value(2.0), Value(1.0)
    w.grad = v.grad = 7.0
    with pytest.raises(ValueError, match="log"):
        record(lambda x, y: log(x) * w * y).backward(np.array([1.0, -1.0]), v)
    assert (w.grad, v.grad) == (7.0, 7.0)


LIMITS = {
    "infinite values": (lambda x, y: x * y, [(1e200, 1e200), (1.0, 2.0), (-1e200, 1e200), (1e-200, 1e-200)]),
    "infinite slopes": (lambda x, y: sqrt(x) * y, [(0.0, 1.0), (4.0, 2.0), (0.0, 0.0), (-0.0, 1.0)]),
    "infinities that meet": (lambda x, y: x * 1.0 - y, [(math.inf, math.inf), (1.0, 2.0), (0.0, -math.inf)]),
    "zero times infinity": (lambda x, y: tanh(x * y), [(math.inf, 0.0), (1.0, 2.0), (-0.0, math.nan)]),
    "powers of zero": (lambda x, y: x**y, [(0.0, 0.0), (0.0, 0.5), (0.0, 3.0), (-0.0, 1.0)]),
    "ties": (lambda x, y: maximum(x, y) * 3.0 - minimum(x, y) * x, [(1.0, 1.0), (0.0, -0.0), (2.0, 1.0)]),
    "kinks": (lambda x, y: relu(x) * y + abs(x * y), [(0.0, 1.0), (-0.0, 1.0), (1.0, 0.0), (-1.0, -2.0)]),
    "large sums": (lambda x, y: total([x, y, x, y, x, y, x, y, x, y, x, y]), [(1e308, 1.0), (1.0, 1.0)]),
    "large products": (lambda x, y: dot([x, y, x], [x, y, y]), [(1e160, 1.0), (1.0, 1.0), (1e160, -1e160)]),
    "folded sums": (lambda x, y: 0.0 + x * x + y * y + x * y, [(1e160, 1.0), (1.0, 1.0), (math.nan, 0.0)]),
    "large exponents": (lambda x, y: logsumexp([x, y, x]), [(1e3, 1.0), (-math.inf, -1e3), (math.inf, 0.0)]),
    "no exponent": (
        lambda x, y: logsumexp([x, y]),
        [(-math.inf, -math.inf), (1.0, 2.0), (math.inf, math.inf)],
    ),
    "signs of zero": (lambda x, y: sqrt(x * y), [(-0.0, 1.0), (0.0, 1.0), (0.0, -1.0)]),
}


@pytest.mark.parametrize(("function", "samples"), LIMITS.values(), ids=LIMITS)
def test_limits_are_those_of_the_engine(function, samples):
    """Infinite and undefined values and derivatives, whichever sample comes first; others do not notice."""
    for i in range(len(samples)):
        Law(function, exact=True).check(*samples[i:], *samples[:i])


SIGNED = [(0.0, 0.0), (-0.0, 0.0), (0.0, -0.0), (-0.0, -0.0)]
SIGNED_ZEROS = {
    "maximum": lambda x, y: sqrt(maximum(x, y)),
    "minimum": lambda x, y: sqrt(minimum(x, y)),
    "total": lambda x, y: sqrt(total([x, y])),
    "a long total": lambda x, y: sqrt(total([x, y, x, y, x, y, x])),
    "dot": lambda x, y: sqrt(dot([x, y], [1.0, 1.0])),
    "a sum from 0": lambda x, y: sqrt(0.0 + x * 1.0),
    "relu": lambda x, y: sqrt(relu(x) + 0.0 * y),
    "a sum in a loop": lambda x, y: sqrt(sum([x * 1.0, y * 1.0, x * 2.0, y * x])),
}


@pytest.mark.parametrize("function", SIGNED_ZEROS.values(), ids=SIGNED_ZEROS)
def test_zeros_keep_their_sign(function):
    """The square root tells them apart: its derivative at 0 is +inf, at -0 it is -inf."""
    for first in SIGNED:
        Law(function, exact=True).check(first, *SIGNED)


@pytest.mark.parametrize("data", [math.nan, math.inf, -math.inf, 1e300], ids=str)
def test_parameters_may_be_anything(data):
    """They may become nan or infinite after the function was recorded, or be so before."""
    w, v = Value(0.5), Value(2.0)
    law = Law(lambda x: tanh(w * x) * v + maximum(w, x) * 0.5 + w * v, [w, v])
    law.check([1.0], [0.0])
    w.data = data
    law.check([1.0], [0.0])
    Law(law.function, [w, v]).check([1.0], [-0.0])


@pytest.mark.parametrize("data", [math.inf, -math.inf], ids=str)
def test_equal_computations_hand_back_what_each_would(data):
    """Two products of the same operands are two, where one of them hands back 0 times infinity."""
    w = Value(data)
    Law(lambda x: tanh(w * x) + w * x, [w]).check([1.0], [2.0])


def test_numbers_that_cancel_are_no_error():
    """A result that is nothing but rounding may be another rounding, but it is not refused."""
    chance = random.Random(5)
    for _ in range(40):
        ws, xs = [round(w, 1) for w in uniform(chance, 5)], [0.3] * 5

        def rest(*xs, ws=ws):
            return sum((w * x for w, x in zip(ws, xs)), 0.0) - xs[0] * sum(ws)

        step = record(rest)
        assert abs(step(*xs)) < 4e-15
        assert abs(step.backward(*map(Value, xs))) < 4e-15
        assert np.allclose(step.value_and_grad(*xs)[1], np.ravel(eager(rest, xs).by_arguments), atol=1e-14)


def test_a_program_that_failed_its_check_is_not_used_later():
    """What was refused once is refused again; where 1e16 cancels, the last bit may be another each way."""

    def unstable(x):
        return (x + 1e16) + (1.0 + (x + -1e16))

    step, exact, found = record(unstable), eager(unstable, [1.0]).value, []
    for _ in range(3):
        try:
            found.append(step(1.0))
        except RecordError:
            found.append(None)
    assert len(set(found)) == 1
    assert found[0] is None or abs(found[0] - exact) <= 1e16 * 2.0**-52


def test_warnings_of_numpy_do_not_come_out():
    """Limits are expected; where samples are added up as well."""
    step = record(lambda x: x * 1.0)
    w = Value(0.0)
    slope = record(lambda x: sqrt(w) * x)
    assert step.backward(np.array([1e308, 1e308, 1e308]), reduction="sum") == math.inf
    assert math.isnan(step.backward(np.array([math.inf, -math.inf])))
    assert slope.backward(np.array([1.0, -1.0])) == 0.0
    assert math.isnan(w.grad)
    v = Value(0.0)
    record(lambda x, y: sqrt(x) * y).backward(v, np.array([1.0, -1.0]))
    assert math.isnan(v.grad)


# ---- parameters


def test_parameters_are_read_at_each_call():
    """Whoever gives them new data: an assignment, an optimiser, a state that is loaded."""
    from scalargrad import optim

    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    step = record(lambda x, t: nn.half_squared_error(model(x), t))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    state = model.state_dict()

    def law():
        x, t = [0.5, -1.0], 0.25
        for _ in range(2):
            assert math.isclose(step(x, t), nn.half_squared_error(model(x), t).data, rel_tol=1e-12)
        return step(x, t)

    first = law()
    model.parameters()[0].data += 0.5
    assert law() != first
    for _ in range(3):
        optimizer.zero_grad()
        step.backward([0.5, -1.0], 0.25)
        optimizer.step()
        law()
    assert law() < first
    model.load_state_dict(state)
    assert law() == first
    assert sum(map(len, step.programs.values())) == 1


def test_what_is_detached_is_read_afresh_and_gets_no_gradient():
    """Frozen by detach, a parameter or an argument still counts with the number that it has."""
    w, v = Value(2.0), Value(3.0)
    law = Law(lambda x, y: w.detach() * v * x + (w * x).detach() * x + y.detach() * x * 0.5, [w, v])
    law.check([1.0, 2.0], [0.5, 3.0])
    w.data, v.data = -1.5, 4.0
    law.check([1.0, 2.0], [0.5, 3.0])
    step = record(lambda x: x.detach() * w.detach() + 0.0 * x)
    w.grad = 0.0
    step.backward(2.0)
    assert (w.grad, step.value_and_grad(2.0)) == (0.0, (-3.0, 0.0))


def test_values_made_inside_are_constants():
    """They are no parameters: nobody could give them other data."""
    w = Value(2.0)
    Law(lambda x: x * Value(3.0) + Value(1.0) * w, [w]).check([1.0], [2.0])


def test_a_parameter_made_at_the_first_call_is_a_parameter():
    """As in a layer that learns its width when it is first called."""
    made = []

    def lazy(x):
        if not made:
            made.append(Value(0.5))
        return x * made[0]

    step = record(lazy)
    assert step(2.0) == 1.0
    made[0].data = 5.0
    assert step(2.0) == 10.0
    made[0].grad = 0.0
    step.backward(2.0)
    assert made[0].grad == 2.0


def test_a_value_that_was_computed_outside_is_not_another_number_silently():
    """The engine keeps its number until it is computed again, and sweeps no stale graph."""
    w = Value(2.0)
    square = w * w
    step = record(lambda x: x * square)
    assert step(1.0) == 4.0
    w.grad = 0.0
    step.backward(3.0)
    assert w.grad == 12.0
    w.data = 3.0
    with or_refused(StaleGraphError):
        assert step(1.0) == (1.0 * square).data


def test_a_constant_from_outside_may_be_given_data():
    """What was computed of plain numbers is a leaf as any other."""
    from scalargrad import where

    c = where(True, 2.0, 1.0)
    step = record(lambda x: x * c)
    assert step(1.0) == 2.0
    c.data = 5.0
    assert step(1.0) == 5.0


def test_a_constant_that_is_named_as_a_parameter_is_one():
    """Its derivative is that of the output, at the data that it has now."""
    from scalargrad import where

    c, w = where(True, 2.0, 1.0), Value(3.0)
    program = record(w * c, parameters=[c, w])
    assert (program(), program.value_and_grad()[1].tolist()) == (6.0, [3.0, 2.0])
    c.data = 5.0
    assert (program(), program.value_and_grad()[1].tolist()) == (15.0, [3.0, 5.0])


def test_copies_of_parameters_are_read_afresh():
    """A copy is made at each call, of what the parameter is then; or it is refused."""
    import copy

    w = Value(2.0)
    with or_refused(TypeError, "test_record.py"):
        step = record(lambda x: x * copy.deepcopy(w))
        assert step(1.0) == 2.0
        w.data = 5.0
        assert step(1.0) == 5.0


def test_a_program_outlives_the_graph_and_the_model():
    """The nodes that were recorded are freed; parameters live on in the program."""
    nodes = []
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)

    def function(x, model=model):
        output = model(x)
        nodes.append(weakref.ref(output))
        return tanh(output)

    step, x = record(function), np.array([[1.0, 2.0], [0.5, 0.0]])
    before = step(x).tolist()
    step.value_and_grad(x)
    step.backward(x)
    step(x[0].tolist())
    gc.collect()
    assert len(nodes) >= 2
    assert [node() for node in nodes] == [None] * len(nodes)
    wanted = [math.tanh(model(row).data) for row in x.tolist()]
    model = None
    assert step(x).tolist() == before
    assert np.allclose(before, wanted, rtol=1e-12)


# ---- threads


def in_threads(count, call):
    """Return what a call returns, or raises, in each of as many threads that begin together."""
    barrier, found = threading.Barrier(count), [None] * count

    def run(i):
        barrier.wait()
        try:
            found[i] = call(i)
        except Exception as error:  # noqa: BLE001
            found[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_threads_may_call_at_once():
    """At the first call and later, with arguments of different shapes and branches."""
    w = Value(2.0)
    step = record(lambda xs: tanh(xs[0] * w) if xs[0] > 0 else xs[0] * xs[-1])
    arguments = [[0.5, 1.0], [-0.5, 2.0], [-1.5, 2.0, 3.0], [0.25]]
    wanted = [eager(step.function, [xs]).value for xs in arguments]
    for _ in range(3):
        found = in_threads(16, lambda i: step(arguments[i % 4]))
        assert found == [pytest.approx(wanted[i % 4], rel=1e-12) for i in range(16)]


def test_a_race_to_record_leaves_one_program():
    """However many threads come first, the function is recorded once, not once for each of them."""
    import threading

    def slow(x):
        threading.Event().wait(0.001)
        return x * x

    step = record(slow)
    assert in_threads(70, lambda i: step(float(i))) == [float(i * i) for i in range(70)]
    assert [len(programs) for programs in step.programs.values()] == [1]


def test_a_parameter_that_another_thread_moves_meanwhile_stays_a_parameter():
    """Given data while the function runs, it is still read afresh later."""
    w = Value(2.0)

    def function(x):
        if w._data == 2.0:
            in_threads(1, lambda _: setattr(w, "data", 3.0))
        return x * w

    step = record(function)
    with_data = {}
    for data in (None, 7.0, 11.0):
        if data is not None:
            w.data = data
        with_data[w._data] = step(1.0)
    assert all(data == value for data, value in with_data.items()), with_data


# ---- derivatives


def test_backward_adds_to_grad_as_a_sweep_does():
    """Twice is twice; the value is returned; what the function does not read keeps its grad."""
    w, other = Value(2.0), Value(1.0)
    step = record(lambda x: w * x * x)
    assert step.backward(3.0) == 18.0
    assert step.backward(3.0) == 18.0
    assert (w.grad, other.grad) == (18.0, 0.0)
    w.grad = 0.5
    assert step.backward(np.array([1.0, 3.0])) == 10.0
    assert w.grad == 5.5
    assert step.backward(np.array([1.0, 3.0]), reduction="sum") == 20.0
    assert w.grad == 15.5


def test_a_reduction_is_the_mean_or_the_sum():
    """Any other is refused by name."""
    step = record(lambda x: x * 2.0)
    with pytest.raises(LookupError, match="unknown reduction 'men'; did you mean mean"):
        step.backward(np.array([1.0]), reduction="men")


def test_values_among_the_arguments_get_their_grads():
    """Alone, in lists, twice the same, at once a parameter, and over a batch."""
    v, w = Value(3.0), Value(5.0)

    def swept(call, *values):
        for value in values:
            value.grad = 0.0
        call()
        return [value.grad for value in values]

    step = record(lambda x, ys: x * ys[0] + ys[1] * w)
    assert swept(lambda: step.backward(v, [2.0, 7.0]), v, w) == [2.0, 7.0]
    assert swept(lambda: step.backward(v, [v, v]), v, w) == [11.0, 3.0]
    assert swept(lambda: step.backward(2.0, [v, w]), v, w) == [2.0, 10.0]
    x = np.array([1.0, 2.0, 6.0])
    assert swept(lambda: step.backward(x, [v, w]), v, w) == [3.0, 10.0]
    assert swept(lambda: step.backward(x, [v, w], reduction="sum"), v, w) == [9.0, 30.0]
    assert swept(lambda: step.backward(v, [x, x]), v, w) == [3.0, 3.0]
    assert swept(lambda: step.value_and_grad(v, [v, w]), v, w) == [0.0, 0.0]
    assert step(v, [v, w]).data == 34.0
    assert v.data == 3.0


def test_a_value_in_gives_a_value_out():
    """What the function itself gives, through which derivatives pass, whatever is made of it."""
    v, w = Value(3.0), Value(2.0)
    step = record(lambda x: x * x * w)
    y = step(v) + v
    y.backward()
    assert (y.data, v.grad, w.grad) == (21.0, 13.0, 9.0)
    assert gradcheck(step, [2.0]).ok
    assert step.backward(v) == 18.0  # which is replayed, with the data of now
    v.data = 4.0
    with pytest.warns(LostGradientWarning, match="was computed"):
        assert (step.backward(v), step.backward(v * 2.0)) == (32.0, 128.0)


def test_value_and_grad_changes_no_grad():
    """Neither of parameters nor of arguments nor of what was computed."""
    w, v = Value(2.0), Value(3.0)
    w.grad, v.grad = 5.0, 6.0
    step = record(lambda x: w * x * x)
    assert step.value_and_grad(v) == (18.0, 12.0)
    step.value_and_grad(np.array([1.0, 2.0]))
    assert (w.grad, v.grad) == (5.0, 6.0)


def test_derivatives_are_shaped_like_the_arguments():
    """A float for a number, lists for lists, arrays for arrays; of several arguments a tuple."""
    step = record(lambda x, ys, rows: x * total(ys) + dot(rows[0], rows[1]) * x)
    value, (x, ys, rows_) = step.value_and_grad(2.0, [1.0, 3.0], [[1.0], [5.0]])
    assert (value, x, ys, rows_) == (18.0, 9.0, [2.0, 2.0], [[10.0], [2.0]])
    value, (x, ys, rows_) = step.value_and_grad(np.array([2.0]), np.array([[1.0, 3.0]]), [[1.0], [5.0]])
    assert (value.tolist(), x.tolist(), ys.tolist()) == ([18.0], [9.0], [[2.0, 2.0]])
    assert np.shape(rows_) == (1, 2, 1)
    assert record(lambda *xs: total(xs)).value_and_grad(1.0) == (1.0, 1.0)
    assert record(lambda *xs: total(xs)).value_and_grad(1.0, 2.0) == (3.0, (1.0, 1.0))


def test_results_are_the_callers_own():
    """Who changes an array that was returned changes nothing of the program, nor what was given."""
    w = Value(2.0)
    functions = [
        lambda xs: dot([2.0, 3.0], xs),
        lambda xs: xs[0] * 1.0,
        lambda xs: xs[0],
        lambda xs: w + 0.0 * xs[0],
        lambda xs: w * xs[1],
    ]
    for function in functions:
        step, given_ = record(function), np.array([[1.0, 2.0], [3.0, 4.0]])
        wanted = [np.array(x) for x in step.value_and_grad(given_)]
        for _ in range(2):
            value, derivative = step.value_and_grad(given_)
            value *= 10.0
            derivative *= 10.0
            alone = step(given_)
            alone += 1.0
        assert given_.tolist() == [[1.0, 2.0], [3.0, 4.0]]
        assert all(np.array_equal(x, y) for x, y in zip(step.value_and_grad(given_), wanted))


# ---- outputs that were computed


def test_an_output_is_computed_again_at_the_data_of_its_leaves():
    """Its derivatives are in the order of the parameters, by default of all leaves."""
    w, v = Value(2.0), Value(3.0)
    output = w * w * v
    program = record(output, parameters=[v, w])
    assert (program(), program.value_and_grad()[1].tolist()) == (12.0, [4.0, 12.0])
    w.data = 1.0
    assert (program(), program.value_and_grad()[1].tolist()) == (3.0, [1.0, 6.0])
    assert record(Value(1.0) * Value(2.0) * 3.0).value_and_grad()[1].tolist() == [6.0, 3.0]
    w.grad = v.grad = 0.0
    assert program.backward() == 3.0
    assert program.backward() == 3.0
    assert (w.grad, v.grad) == (12.0, 2.0)


def test_parameters_may_be_any_leaves():
    """What the output does not depend on has the derivative 0; none, or one twice, may be asked for."""
    w, other = Value(3.0), Value(4.0)
    for parameters, derivatives in (
        ([other, w], [0.0, 6.0]),
        ([other], [0.0]),
        ([w, w], [6.0, 6.0]),
        ([w, w, other], [6.0, 6.0, 0.0]),
        ([], []),
    ):
        value, found = record(w * w, parameters=parameters).value_and_grad()
        assert (value, found.tolist()) == (9.0, derivatives)


def test_an_output_at_a_limit_has_the_derivatives_of_the_engine():
    """An infinite slope, an overflow, an error: as the graph computed anew has it."""
    w, v, other = Value(1.0), Value(2.0), Value(1.0)
    program = record(sqrt(w) * v + exp(v * 0.0), parameters=[w, other, v])
    assert program.value_and_grad()[1].tolist() == [1.0, 0.0, 1.0]
    w.data = 0.0
    assert program.value_and_grad()[1].tolist() == [math.inf, 0.0, 0.0]
    w.data = -1.0
    with pytest.raises(ValueError, match=r"√|sqrt"):
        program.value_and_grad()
    w.data = 4.0
    assert program() == 5.0


def test_a_leaf_is_an_output_too():
    """Its derivative by itself is 1."""
    w = Value(3.0)
    program = record(w)
    assert (program(), program.value_and_grad()[1].tolist()) == (3.0, [1.0])
    w.data = 4.0
    assert program.backward() == 4.0
    assert w.grad == 1.0


def test_a_new_number_does_not_change_the_order_of_the_leaves():
    """Derivatives come in the order in which the leaves were made."""
    w, v = Value(2.0), Value(3.0)
    w.data = 1.0
    assert record(w * w * v).value_and_grad()[1].tolist() == [6.0, 1.0]


def test_a_large_output_is_replayed():
    """The loss of a network over samples, through nn and in plain + and *, and a random graph."""
    model, chance = nn.MLP(2, [4, 4, 1], activation="tanh", seed=0), random.Random(6)
    samples = uniform(chance, 7, 2)
    parameters = model.parameters()
    program = record(mean([nn.half_squared_error(model(x), 0.5) for x in samples]), parameters=parameters)
    for _ in range(2):
        exact = eager(lambda: mean([nn.half_squared_error(model(x), 0.5) for x in samples]), [], parameters)
        value, gradient = program.value_and_grad()
        assert is_near(value, exact.value)
        assert is_near(gradient, exact.by_parameters, 1.0)
        for p in parameters:
            p.data = uniform(chance)
    nodes = [Value(x) for x in uniform(chance, 10)]
    own = list(nodes)
    for _ in range(500):
        row = chance.choice(BOUNDED)
        nodes.append(apply(row, chance.choice(nodes) - chance.choice(nodes) * 0.5))
    output = mean(nodes[-50:])
    output.backward()
    value, gradient = record(output, parameters=own).value_and_grad()
    assert is_near(value, output.data)
    assert is_near(gradient, [leaf.grad for leaf in own], 1.0)


def test_parameters_are_leaves():
    """A computed Value, or what is no Value, is none; and a function says itself what it reads."""
    w = Value(3.0)
    for bad in ([w * 1.0], [3.0], ["w"], [None]):
        with pytest.raises(OperandError, match="parameters are leaf Values, got"):
            record(w * w, parameters=bad)
    with pytest.raises(OperandError, match="parameters belong to an output"):
        record(lambda x: x, parameters=[w])


def test_a_stale_output_is_refused():
    """One whose leaves were given new data before it was recorded is not computed of anything any more."""
    w = Value(3.0)
    output = w * w
    w.data = 4.0
    with pytest.raises(StaleGraphError, match="was given new data after"):
        record(output)


def test_a_deep_computation_is_replayed():
    """Thousands of steps one after the other, all of which read the same argument."""

    def deep(x):
        v = x
        for _ in range(4000):
            v = v * x + 0.25
        return v

    exact = [eager(deep, [x]) for x in (0.5, -0.25)]
    value, slope = record(deep).value_and_grad(np.array([0.5, -0.25]))
    assert is_near(value, [e.value for e in exact])
    assert is_near(slope, [e.by_arguments[0][0] for e in exact])
    assert is_near(record(deep).value_and_grad(0.5), [exact[0].value, exact[0].by_arguments[0][0]])


def test_a_dot_product_of_nothing_is_0_for_both():
    """The engine sweeps it too."""
    Law(lambda x: dot([], []) + x * dot([], [])).check([1.0], [2.0])


def test_an_outcome_holds_both():
    """The helper of these tests tells an error from a value."""
    assert isinstance(eager(log, [-1.0]).error, ValueError)
    assert eager(lambda x: x * x, [3.0]) == Eager(9.0, [[6.0]], [], 9.0)
