"""What a recording sees beside a graph: branches, which it follows, and plain numbers, which it refuses."""

import contextvars
import copy
import math
import pickle
import random
import re
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import Law, eager, is_near, raises_the_same, stacked

from scalargrad import (
    Value,
    afresh,
    dot,
    exp,
    grad,
    hessian,
    log,
    maximum,
    minimum,
    nn,
    no_grad,
    pick,
    record,
    relu,
    softmax,
    sqrt,
    tanh,
    total,
    value_and_grad,
)
from scalargrad.engine import watching
from scalargrad.errors import (
    DomainError,
    LostGradientWarning,
    OperandError,
    ReadError,
    RecordError,
    ShapeError,
)
from scalargrad.replay.recorded import MOST_PROGRAMS

# Numbers of few binary digits: sums and products of them are exact, in whatever order they are added up.
EXACT = [x / 4 for x in range(-12, 13)]
exact_numbers = st.sampled_from(EXACT)


def ways(step):
    """Return how many programs a recorded function has for arguments of each shape."""
    return [len(programs) for programs in step.programs.values()]


# ---- random programs that branch


class Branching:
    """A random program with branches, of exact numbers: the same one for the same seed.

    Each statement is a function of (state, arguments) that returns the new state.
    """

    def __init__(self, seed, *, counts=False, equals=False):
        chance = random.Random(seed)
        self.count = chance.randint(1, 3)
        self.counts, self.equals = counts, equals
        self.w = Value(chance.choice(EXACT))
        self.block = self.blocks(chance, 2)

    def blocks(self, chance, depth):
        """Return a list of statements."""
        return [self.statement(chance, depth) for _ in range(chance.randint(1, 3))]

    def statement(self, chance, depth):  # noqa: PLR0911
        """Return a statement, which may hold others."""
        i, j, c = chance.randrange(self.count), chance.randrange(self.count), chance.choice(EXACT)
        w, kinds = self.w, ["plain", "plain", "plain", "if", "if", "if", "while", "choice", "sort"]
        kinds += ["count", "count", "index"] * self.counts + ["equal", "equal", "among"] * self.equals
        kind = chance.choice(kinds if depth else kinds[:3])
        inner, other = (self.blocks(chance, depth - 1) for _ in range(2)) if depth else ([], [])
        sign = chance.choice(["<", "<=", ">", ">="])
        if kind == "plain":
            return chance.choice(
                [
                    lambda v, xs: v + xs[i] * w,
                    lambda v, xs: v * 0.5 - xs[j],
                    lambda v, xs: xs[i] * xs[j] + c + v * 0.25,
                    lambda v, xs: 0.0 + xs[i] * 0.5 + xs[j] * w + v * 0.5 + c * w,
                    lambda v, xs: relu(v) - 0.5 * w,
                    lambda v, xs: maximum(v, xs[i]) + c,
                ]
            )
        if kind == "if":
            compare = {
                "<": lambda v, xs: v < xs[i],
                "<=": lambda v, xs: v <= c,
                ">": lambda v, xs: xs[i] > c,
                ">=": lambda v, xs: v >= xs[i] * xs[j],
            }[sign]
            return lambda v, xs: run(inner, v, xs) if compare(v, xs) else run(other, v, xs)
        if kind == "while":
            return lambda v, xs: shrunk(v + xs[i], w)
        if kind == "choice":
            return chance.choice(
                [
                    lambda v, xs: max(v, xs[i], c * w),
                    lambda v, xs: min([v, xs[i], xs[j] - c]),
                    lambda v, xs: v if v > 0 else -v,
                    lambda v, xs: v * 0.5 if v else xs[i],
                    lambda v, xs: xs[i] if not v - c else v,
                    lambda v, xs: v if (xs[i] > 0 and v < 2) or xs[j] < -1 else xs[j],
                    lambda v, xs: v * sum(x > c for x in xs),
                ]
            )
        if kind == "sort":
            return lambda v, xs: sorted([v, *xs, c])[1] + sorted(xs, reverse=True)[len(xs) // 2] * w
        if kind == "count":
            return lambda v, xs: run(inner * min(abs(int(xs[i])), 3), v, xs) + int(xs[j])
        if kind == "index":
            return lambda v, xs: [v, xs[i], c * xs[j], w * xs[i]][int(xs[j]) % 4]
        if kind == "among":
            return lambda v, xs: v * 2.0 if xs[i] in (c, 1, 2.0) else v + w
        return lambda v, xs: run(inner, v, xs) if xs[i] == c else (v if xs[i] != xs[j] else run(other, v, xs))

    def __call__(self, *xs):
        """Compute the output."""
        return tanh(run(self.block, xs[0] * 1.0, xs)) + self.w * xs[-1] * 0.5


def run(block, v, xs):
    """Return the state after the statements of a block."""
    for statement in block:
        v = statement(v, xs)
    return v


def shrunk(v, w):
    """Return a number near 0, in as many steps as it takes."""
    while v > 1.5:
        v = v - 1.25
    while not v > -3:
        v = v * 0.5 + w * 0.25
        w = 0.0
    return v


def samples_of(count, data):
    """Return samples of exact numbers."""
    return data.draw(st.lists(st.tuples(*[exact_numbers] * count), min_size=1, max_size=8))


@settings(max_examples=40)
@given(st.data(), st.integers(0, 10**6))
def test_random_branches_are_followed(data, seed):
    """Comparisons, ifs in ifs, loops as long as the data want, max, min, sorted: as the engine goes."""
    program = Branching(seed)
    Law(program, [program.w]).check(*samples_of(program.count, data))


@settings(max_examples=20)
@given(st.data(), st.integers(0, 10**6))
def test_random_counts_and_places_are_followed(data, seed):
    """What is done int(x) times, or at the place int(x): rounded towards 0."""
    program = Branching(seed, counts=True)
    Law(program, [program.w]).check(*samples_of(program.count, data))


@settings(max_examples=20)
@given(st.data(), st.integers(0, 10**6))
def test_random_branches_on_equal_arguments_are_followed(data, seed):
    """Arguments are compared by their numbers, as plain numbers are: == and != and `in`."""
    program = Branching(seed, equals=True)
    samples = samples_of(program.count, data)
    step, alone = record(program), record(program)
    wanted = [float(program(*sample)) for sample in samples]  # arguments are plain numbers
    assert is_near(step(*stacked(samples)), wanted, 1.0)
    assert is_near(step.value_and_grad(*stacked(samples))[0], wanted, 1.0)
    assert is_near([alone(*sample) for sample in samples], wanted, 1.0)


COMPARISONS = {
    "<": lambda x, y: x * 2.0 if x < y else x + y,
    "<=": lambda x, y: x * 2.0 if x <= y else x + y,
    ">": lambda x, y: x * 2.0 if x > y else x + y,
    ">=": lambda x, y: x * 2.0 if x >= y else x + y,
    "a number on the left": lambda x, y: x * 2.0 if 0 < x else x + y,  # noqa: SIM300
    "a chain": lambda x, y: x * 2.0 if -1 < x < y else x + y,
    "truth": lambda x, y: x * 2.0 if x else y,
    "not": lambda x, y: x * 2.0 if not y else y + x,
    "and, or": lambda x, y: (x and y) + (x or y) * 2.0,
    "abs by if": lambda x, y: (x if x > 0 else -x) * y,
    "max, min": lambda x, y: max(x, y) + 3.0 * min(x, y),
    "sorted": lambda x, y: dot(sorted([x, y, 0.5]), [1.0, 2.0, 3.0]),
    "any, all": lambda x, y: x * 2.0 if any(z > 1 for z in (x, y)) else y * int(all([x, y])),
    "a count": lambda x, y: x * sum(z > 0 for z in (x, y, x * y)),
    "a number by itself": lambda x, y: 1.0 * (x < y) + x * 0.0 + y,
    "detached": lambda x, y: x * 2.0 if x.detach() > y else y,
}


@pytest.mark.parametrize("function", COMPARISONS.values(), ids=COMPARISONS)
def test_each_comparison_goes_the_way_that_it_went(function):
    """At ties, zeros of either sign, infinities and nan; sample by sample, whichever came first."""
    points = [0.0, -0.0, 1.0, -1.0, math.inf, math.nan]
    samples = [(x, y) for x in points for y in points]
    if function is COMPARISONS["sorted"]:
        samples = [sample for sample in samples if all(map(math.isfinite, sample))]
    for first in (0, len(samples) - 1):
        law = Law(function, exact=True)
        law.recorded(*stacked([samples[first]]))
        value, derivatives = law.recorded.value_and_grad(*stacked(samples))
        wanted = [eager(function, sample) for sample in samples]
        assert is_near(value, [exact.value for exact in wanted])
        assert is_near(np.array(derivatives).T, [np.concatenate(exact.by_arguments) for exact in wanted])
    for sample, exact in zip(samples, wanted):
        assert is_near(law.recorded(*sample), exact.value)


def matched(x, t):
    """Return x times a number that a match statement finds."""
    match t:
        case 1:
            return x * 3.0
        case 2:
            return x * 4.0
    return x


EQUALITIES = {
    "==": lambda x, t: x * 2.0 if t == 1 else x,
    "!=": lambda x, t: x * 2.0 if t != 1 else x,
    "== on the right": lambda x, t: x * 2.0 if 1.0 == t else x,  # noqa: SIM300
    "of two arguments": lambda x, t: x * 2.0 if x == t else x + t,
    "in a tuple": lambda x, t: x * 2.0 if t in (0, 2) else x,
    "in a list": lambda x, t: x * [0, 1, 2].index(t) if t in [0, 1, 2] else x,
    "in a range": lambda x, t: x * 2.0 if t in range(1, 3) else x,
    "count": lambda x, t: x * [1, 2, 2].count(t),
    "NumPy's float": lambda x, t: x * 2.0 if t == np.float64(1.0) else x,
    "NumPy's whole number": lambda x, t: x * 2.0 if t == np.int64(1) else x,
    "on the right of NumPy's": lambda x, t: x * 2.0 if np.int64(1) == t else x,
    "match": matched,
    "nan": lambda x, t: x * 2.0 if t != t else x,  # noqa: PLR0124
    "of what was computed": lambda x, t: x * 2.0 if t + 1 == 2 else x,
    "not of what was computed": lambda x, t: x * 2.0 if t * 1 != 1 else x,
    "of what was computed, to an argument": lambda x, t: x * 2.0 if t * t == t else x,
    "what was computed in a list": lambda x, t: x * 2.0 if t - 1 in [0, 1] else x,
}


@pytest.mark.parametrize("function", EQUALITIES.values(), ids=EQUALITIES)
def test_equality_of_plain_numbers_is_a_branch(function):
    """What a plain number would be equal to, an argument is, or it is an error: never just "no"."""
    targets = [1.0, 0.0, 2.0, 1.5, -0.0, math.nan, -1.0]
    xs = [0.5, 1.0, 2.0, 1.5, 0.0, 3.0, 4.0]
    wanted = [float(function(x, t)) for x, t in zip(xs, targets)]
    with or_refused_with_the_line(function):
        step = record(function)
        assert is_near(step(np.array(xs), np.array(targets)), wanted)
        assert is_near([step(x, t) for x, t in zip(xs, targets)], wanted)


COUNTS = {
    "int": lambda x, k: x * int(k),
    "of what was computed": lambda x, k: x * int(k * 2 + x),
    "a range": lambda x, k: sum((x * i for i in range(int(abs(k)))), 0.0 * x),
    "a place": lambda x, k: [x, 2 * x, 3 * x, 4 * x][int(k)],
    "a power": lambda x, k: x ** int(k),
    "truth of it": lambda x, k: x if int(k) else 2 * x,
}


@pytest.mark.parametrize("function", COUNTS.values(), ids=COUNTS)
def test_whole_parts_are_guards(function):
    """They are rounded towards 0 as Python does, to both sides of it; one program for each."""
    numbers = [1.0, 0.0, 0.5, 0.999, -0.5, -0.999, -1.0, 1.5, 2.0, 2.999, -1.001, -0.0, 3.0]
    law = Law(function)
    law.check(*[(0.5, n) for n in numbers])


def test_large_whole_parts_are_whole_parts():
    """Numbers so large that they are all whole, and what has no whole part at all."""
    function = lambda x: x * 1e-17 * (int(x) % 7)  # noqa: E731
    step = record(function)
    for x in (1e17, 2.0**53, 2.0**53 - 1, -1e17, 1e300):
        assert is_near(step(x), function(x))
    for x in (math.nan, math.inf, -math.inf):
        error = eager(function, [x]).error
        raises_the_same(lambda x=x: step(x), error)
        raises_the_same(lambda x=x: step(np.array([1.0, x])), error)


def test_an_argument_counts_and_indexes_as_a_whole_number_does():
    """It may be a place in a list, the end of a range, a factor of a list; a fraction is none of these."""
    functions = {
        "index": lambda k, x: [x, 2 * x, 3 * x, 4 * x][k],
        "range": lambda k, x: sum((x * (i + 1) for i in range(k)), 0.0 * x),
        "repeat": lambda k, x: total([x] * k),
        "slice": lambda k, x: total([x, 2 * x, 3 * x, 4 * x][:k]),
    }
    for name, function in functions.items():
        step = record(function)
        for k in (1, 3, 0, 2):
            assert step(k, 2.0) == float(function(k, 2.0)), name
        assert step(np.array([1, 2, 3]), 2.0).tolist() == [float(function(k, 2.0)) for k in (1, 2, 3)]
        for k in (1.5, 0.5, 2.999):
            with pytest.raises(OperandError, match="no whole number"):
                step(k, 2.0)
            with pytest.raises(OperandError, match="no whole number"):
                step(np.array([1.0, k]), 2.0)
        with pytest.raises(OperandError, match="no whole number"):
            record(function)(1.5, 2.0)


# ---- batches that split


def test_a_batch_is_split_where_its_samples_branch():
    """Each sample is computed by its own way; ways are recorded once, in whatever batch they come first."""

    def function(x):
        if x > 0:
            return log(x) * 2
        if x < -1:
            return x * x
        return 0.5 * x

    step = record(function)
    xs = np.array([1.0, -2.0, 0.0, -0.5, 3.0, math.nan, -1.0])
    exact = [eager(function, [x]) for x in xs.tolist()]
    for _ in range(2):
        value, slope = step.value_and_grad(xs)
        assert is_near(value, [e.value for e in exact])
        assert is_near(slope, [e.by_arguments[0][0] for e in exact])
    assert ways(step) == [3]
    assert is_near(step(xs[::-1]), [e.value for e in exact[::-1]])
    assert ways(step) == [3]


def test_the_other_way_may_be_undefined():
    """A guard protects: what a way would compute of other samples is no error."""
    w = Value(0.5)

    def function(x, y):
        if x > 0:
            return log(x) * sqrt(x) * w / x
        if y != 0:
            return exp(1000.0 * x) / y
        return x * w

    samples = [(1.0, 0.0), (-1.0, 2.0), (-2.0, 0.0), (0.0, 1.0), (0.0, 0.0), (4.0, 1.0)]
    Law(function, [w], plain=(1,)).check(*samples)


def test_gradients_of_a_split_batch_are_sums_over_its_parts():
    """Parameters and given Values get what all samples hand back, each once."""
    w, v = Value(2.0), Value(3.0)
    step = record(lambda x, y: w * x * y if x > 0 else x * y)
    xs = np.array([1.0, -2.0, 3.0, -4.0])
    assert step.backward(xs, v, reduction="sum") == 3.0 * (2.0 - 2.0 + 6.0 - 4.0)
    assert (w.grad, v.grad) == (12.0, 2.0)
    w.grad = v.grad = 0.0
    assert step.backward(xs, v) == 1.5
    assert (w.grad, v.grad) == (3.0, 0.5)


def test_samples_at_a_threshold_are_never_left_out():
    """However products round in a smaller batch, each sample gets its own number, or there is an error."""
    ws, us = ([Value(x) for x in data] for data in ((0.1, 0.0), (-0.6, 0.1)))
    step = record(lambda xs, t: 1.0 + 0.0 * t if dot(ws, xs) + dot(us, xs) >= t else 2.0 + 0.0 * t)
    step(np.zeros((2, 2)), np.array([-1.0, 1.0]))
    found = step(np.array([[0.4, 0.6], [0.1, 0.7]]), np.array([0.86, 0.020000000000000004]))
    assert set(found.tolist()) <= {1.0, 2.0}, found
    chance = random.Random(0)
    for width in (3, 5, 7, 12, 33):
        ws = [Value(chance.uniform(-1, 1)) for _ in range(width)]
        us = [Value(chance.uniform(-1, 1)) for _ in range(width)]
        step = record(lambda xs, t: t * 0.0 + 1.0 if dot(ws, xs) + dot(us, xs) >= t else t * 0.0 + 2.0)  # noqa: B023
        product = record(lambda xs: dot(ws, xs) + dot(us, xs))  # noqa: B023
        step(np.zeros((2, width)), np.array([-1.0, 1.0]))
        for batch in (2, 3, 4, 5, 8, 9, 17, 64):
            xs = np.array([[chance.uniform(-1, 1) for _ in range(width)] for _ in range(batch)])
            thresholds = product(xs)
            thresholds[:: chance.choice([2, 3])] += 1.0
            try:
                found = step(xs, thresholds)
            except RecordError:
                continue
            assert set(found.tolist()) <= {1.0, 2.0}, found


def test_a_guard_on_a_parameter_goes_the_way_of_its_number():
    """A new number may take the other way, which is recorded then; the first one is kept."""
    w = Value(1.0)
    law = Law(lambda x: x * w if w > 0 else x - w, [w])
    for w.data in (1.0, -1.0, 2.0, -3.0):
        law.check([2.0], [3.0])
    assert ways(law.recorded) == [2, 2]


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_a_guard_at_a_threshold_takes_the_way_of_the_engine(seed):
    """A sum in a loop is compared as the engine adds it up, to the last bit."""
    chance = random.Random(seed)
    ws = [chance.randint(-9, 9) / 10 for _ in range(chance.randint(2, 6))]

    def sum_of(x):
        z = 0.0
        for w in ws:
            z = z + w * x
        return z

    xs = [k / 10 for k in range(-5, 6)]
    edge = eager(sum_of, [chance.choice(xs)]).value

    def function(x):
        return 10.0 + x if sum_of(x) > edge else x

    assert record(function)(np.array([9.0, -9.0, *xs]))[2:].tolist() == [
        eager(function, [x]).value for x in xs
    ]


def test_a_guard_on_large_numbers_that_cancel_takes_the_way_of_the_engine():
    """However small the numbers were that it was recorded with."""

    def function(x):
        return 10.0 * x if 0.1 * x + 0.2 * x + -0.3 * x > 0 else x

    xs = [1.0, 1e3, 1e6, 1e9, 3e9, 1e12]
    wanted = [eager(function, [x]).value for x in xs]
    for first in (1e-3, 1.0, -1.0):
        step = record(function)
        step(first)
        step(np.array([first]))
        assert [step(x) for x in xs] == wanted
        assert step(np.array(xs)).tolist() == wanted


def counting(x):
    """Return x times the number of steps of 1 up to it."""
    n = 0
    while x > n:  # the line that branches
        n += 1
    return x * n


def test_branches_without_end_are_one_error_that_names_the_line():
    """Up to the limit they are followed; the error says what to write, and later calls say the same."""
    step = record(counting)
    xs = np.arange(MOST_PROGRAMS) + 0.5
    assert step(xs).tolist() == [x * (x + 0.5) for x in xs]
    assert ways(step) == [MOST_PROGRAMS]
    for arguments in (np.arange(100) + 0.5, np.array([99.5]), np.array([99.5, 1.5])):
        with pytest.raises(RecordError, match=r"branches in more than 64 ways") as raised:
            step(arguments)
        assert_names_the_line(raised.value, counting, "while x > n:  # the line that branches")
    assert step(xs[:3]).tolist() == [0.5, 3.0, 7.5]
    with pytest.raises(RecordError, match="branches in more than 64 ways"):
        record(counting)(np.arange(70) + 0.5)


@contextmanager
def or_refused_with_the_line(*functions):
    """Accept a refusal in the place of what the block asserts, if it names a line of one of the functions."""
    try:
        yield
    except (ReadError, RecordError, OperandError) as error:
        named = re.search(r"test_record_guards\.py:(\d+)", str(error))
        codes = [function.__code__ for function in functions]
        lines = {line for code in codes for _, _, line in code.co_lines() if line}
        if not named or int(named[1]) not in lines:
            raise


def assert_names_the_line(error, function, text=""):
    """Assert that a message names a line of the function, and not one of the package."""
    code = function.__code__
    named = re.search(r"(\w+\.py):(\d+)", str(error))
    assert named, f"no line in: {error}"
    lines = {line for _, _, line in code.co_lines() if line}
    assert named[1] == "test_record_guards.py"
    assert min(lines) <= int(named[2]) <= max(lines), f"{error}, not in {min(lines)} to {max(lines)}"
    assert text in str(error)


def test_the_mode_of_a_module_is_a_guard():
    """Batch normalisation in evaluation is another program than in training; it reads its statistics anew."""
    norm = nn.BatchNorm(1)
    scale = norm.scale[0]

    def function(samples):
        return total([y * y * y for (y,) in norm.batch(samples)]) + scale

    step, batch = record(function), [[1.0], [3.0], [5.0]]

    def law():
        """Assert that running statistics move as they do eagerly, once for each call."""
        kept = [*norm.running_mean], [*norm.running_variance]
        exact = eager(function, [batch]).value
        moved = norm.running_mean[0], norm.running_variance[0]
        norm.running_mean[:], norm.running_variance[:] = kept
        assert is_near(step(batch), exact, 1.0)
        assert is_near([norm.running_mean[0], norm.running_variance[0]], moved)
        return exact

    trained = [law() for _ in range(3)]
    norm.eval()
    evaluated = law()
    norm.running_mean[0] = -1.0
    assert law() != evaluated
    norm.train()
    assert [law() for _ in range(2)] == trained[:2]


# ---- reads that cannot be followed


w_outside = Value(2.0)
TABLE = {1.0: 5.0, 2.0: 6.0}
REFUSED = {
    "float()": lambda x: x * float(x),
    "math": lambda x: x * math.sin(x),
    ".data": lambda x: x * x.data,
    ".data of a parameter": lambda x: x * w_outside.data,
    ".data of a result": lambda x: x * (x + 1).data,
    "round()": lambda x: x * round(x),
    "round() to digits": lambda x: x * round(x * w_outside, 2),
    "format()": lambda x: x * len(f"{x:.2f}"),
    "a set": lambda x: x * 2.0 if x in {1, 2} else x,
    "a dict": lambda x: x * TABLE[x],
    "get of a dict": lambda x: x * TABLE.get(x, 0.0),
    "backward()": lambda x: (x * x).backward() or x,
    "an assignment to .data": lambda x: setattr(w_outside, "data", 2.0) or x * w_outside,
    "math.floor": lambda x: x * math.floor(x),
    "complex": lambda x: x * complex(x).real,
    "NumPy's float": lambda x: x * np.float64(x),
}


@pytest.mark.parametrize("function", REFUSED.values(), ids=REFUSED)
def test_a_read_as_a_plain_number_is_refused_with_its_line(function):
    """Before anything is returned, whether for a number, a batch, or derivatives."""
    step = record(function)
    for call, x in (
        (step, 1.0),
        (step, np.array([1.0, 2.0])),
        (step.value_and_grad, 1.0),
        (step.backward, 1.0),
    ):
        with pytest.raises(
            ReadError, match=r"reads .* as a plain number, which a recording cannot follow"
        ) as e:
            call(x)
        assert_names_the_line(e.value, function)
    assert w_outside.data == 2.0


def test_a_read_is_named_where_it_is_written():
    """In a function that is called, on a line of its own, also where a module reads."""

    def helper(x):
        y = x * 2.0
        return math.exp(y)  # the line that reads

    with pytest.raises(ReadError, match="the line that reads") as raised:
        record(lambda x: x * helper(x))(1.0)
    assert_names_the_line(raised.value, helper)
    assert traceback.extract_tb(raised.value.__traceback__)[0].filename == __file__


def test_reads_may_be_frozen():
    """Then plain numbers stay what they were when the function was recorded, here and in batches."""
    step = record(lambda x: x * float(x) + round(w_outside, 1) + len(f"{x:.1f}"), reads="freeze")
    assert step(2.0) == 4.0 + 2.0 + 3.0
    assert step(3.0) == 6.0 + 2.0 + 3.0
    assert step.value_and_grad(3.0)[1] == 2.0
    with pytest.raises(LookupError, match="unknown reads 'freez'; did you mean freeze"):
        record(lambda x: x, reads="freez")


EQUAL = [Value(0.5) for _ in range(8)]
GENERATORS = [random.Random(i) for i in range(4)]
NUMPYS, CALLS, STATE = np.random.default_rng(1), [], [Value(0.0)]
RANDOM = {
    "random": lambda x: x * random.random(),
    "random.gauss": lambda x: x * random.gauss(0.0, 1.0),
    "NumPy": lambda x: x * np.random.rand(),  # noqa: NPY002
    "a generator": lambda x: x * GENERATORS[0].random(),
    "NumPy's generator": lambda x: x * NUMPYS.random(),
    "a shuffle": lambda x: x * random.sample([1.0, 2.0], 1)[0],
    "a count of calls": lambda x: x * len(CALLS.append(1) or CALLS),
    "one more comparison": lambda x: [x > -9.0 for _ in range(len(CALLS.append(1) or CALLS))] and x * 2.0,
    "a state": lambda x: STATE.append(STATE[-1] * 0.5 + x) or STATE[-1] * 1.0,
    "a choice among equal parameters": lambda x: x * EQUAL[GENERATORS[1].randrange(8)],
    "a generator beside afresh": lambda x: x * GENERATORS[2].random() * afresh(lambda: 1.0),
    "an order among equal parameters": lambda x: x * GENERATORS[3].sample(EQUAL, 8)[0] * 2.0,
}


@pytest.mark.parametrize("function", RANDOM.values(), ids=RANDOM)
def test_what_is_another_each_time_is_refused(function):
    """A replay would repeat the numbers that were drawn first; the error says how to draw them."""
    with pytest.raises(RecordError, match="afresh"):
        record(function)(1.0)
    with pytest.raises(RecordError, match="afresh"):
        record(function).value_and_grad(np.array([1.0, 2.0]))


def test_random_numbers_may_be_drawn_outside():
    """Before, after and as an argument; a recording draws none."""
    random.seed(1)
    state = random.getstate()
    step = record(lambda x, r: x * r)
    assert step(2.0, 0.5) == 1.0
    assert random.getstate() == state
    assert step(2.0, random.random()) == 2.0 * random.Random(1).random()


# ---- numbers that are read afresh


def test_a_number_is_read_afresh_at_each_call():
    """Whatever it is by then, for values and derivatives, in a batch once for all of its samples."""
    now = [2.0]
    w = Value(3.0)
    law = Law(lambda x: x * afresh(lambda: now[0]) * w + afresh(lambda: now[0] ** 2), [w])
    for now[0] in (2.0, 5.0, -1.0, math.inf, 0.0):
        law.check([1.0], [2.0])
    assert ways(law.recorded) == [1, 1]


def test_random_numbers_are_drawn_afresh():
    """The distribution is that of the function, not one draw repeated; global or of a generator."""
    for draw in (random.Random(0).random, random.random, np.random.default_rng(0).random):
        step = record(lambda x: x * afresh(draw))  # noqa: B023
        found = [step(1.0) for _ in range(50)]
        assert len(set(found)) == 50
        assert all(0 <= x < 1 for x in found)
        assert len(set(step(np.ones(50)).tolist())) >= 1


def test_a_branch_on_a_number_read_afresh_is_followed():
    """Both ways of a coin are recorded, and come about as often as the coin falls."""
    now = [1.0]

    def function(x):
        return 2.0 * x if afresh(lambda: now[0]) > 0.5 else -x

    law = Law(function)
    for now[0] in (1.0, 0.0, 1.0, 0.0):
        law.check([1.0], [2.0])
    coin = random.Random(1)
    step = record(lambda x: 2.0 * x if afresh(coin.random) > 0.5 else -x)
    found = [step(1.0) for _ in range(400)]
    assert set(found) == {2.0, -1.0}
    assert 150 < found.count(2.0) < 250
    assert ways(step) == [2]


def test_branches_may_read_different_numbers_afresh():
    """What one way reads is not taken for what another way reads in its place."""
    now = [1.0]

    def function(x):
        if afresh(lambda: now[0]) > 0.5:
            return x * afresh(lambda: 10.0)
        y = exp(x) * afresh(lambda: 2.0)
        return y * afresh(lambda: 3.0) if y < 1e300 else 0.0 * x + afresh(lambda: 5.0) * afresh(lambda: 7.0)

    law = Law(function)
    for now[0] in (1.0, 0.0, 1.0, 0.0):
        law.check([1.0], [2.0], [700.0])
        law.check([700.0], [-1.0])
    coin = random.Random(1)
    step = record(
        lambda x: x * afresh(lambda: 10.0) if afresh(coin.random) > 0.5 else x * afresh(lambda: -7.0)
    )
    assert {step(1.0) for _ in range(50)} == {10.0, -7.0}
    assert set(np.concatenate([step(np.ones(20)) for _ in range(5)]).tolist()) == {10.0, -7.0}


def test_a_number_read_afresh_is_read_once_for_a_replay():
    """Also where a sample needs the engine, or the guards another program: none is skipped."""
    reads = []
    step = record(lambda x: exp(x) * afresh(lambda: reads.append(1) or float(len(reads))) if x < 9 else x)
    step(1.0)
    for x in (1.0, -800.0, 2.0, 710.0, 10.0, 1.0):
        before = len(reads)
        try:
            value = step(x)
        except OverflowError:
            continue
        if x < 9:
            assert value == math.exp(x) * (before + 1), x
            assert len(reads) == before + 1, x


# ---- one inside the other


def test_derivatives_inside_are_recorded():
    """Of arguments, parameters and plain numbers, first and second, and with branches in them."""
    w = Value(0.5)
    functions = {
        "grad": lambda x: grad(lambda y: y**3 * w)(x) * x,
        "grad by a parameter": lambda x: grad(lambda v: tanh(v * x) * x)(w),
        "value_and_grad": lambda x: dot(value_and_grad(lambda y: tanh(y) * x)(x), [1.0, w]),
        "grad of grad": grad(grad(lambda y: y**4 * w)),
        "hessian": lambda x: hessian(lambda y, z: y**2 * z * w)(x, 2.0 * x)[0][1],
        "maximum": grad(lambda y: maximum(y, w) * y),
        "relu": lambda x: grad(lambda y: relu(y) * y)(x) + x,
        "lists": lambda x: dot(grad(lambda ys: softmax(ys)[0])([x, w, 1.0]), [1.0, 2.0, x]),
        "plain numbers": lambda x: x * grad(lambda y: y * y)(3.0),
        "abs": lambda x: x * grad(abs)(x),
        "silu": lambda x: x * grad(lambda y: y.silu())(x),
        "pow": lambda x: x * grad(lambda y: y**w)(x * x + 1.0),
    }
    wrong = {}
    for name, function in functions.items():
        try:
            Law(function, [w]).check([0.7], [-1.2], [2.0])
        except Exception as error:  # noqa: BLE001
            wrong[name] = f"{type(error).__name__}: {error}"[:300]
    assert not wrong, wrong


def test_a_recorded_function_inside_another_is_a_part_of_it():
    """Called, it is recorded with the rest, with its guards and parameters."""
    w = Value(0.5)

    def plain(x):
        return tanh(x * w) if x > 0 else x * w

    def around(inner):
        return lambda x: inner(x) * inner(-x) + x * inner(Value(2.0))

    inner = record(plain)
    for step, exact in ((record(around(inner)), around(plain)), (record(inner), plain)):
        for x in (1.0, -2.0, 0.0):
            wanted = eager(exact, [x], [w])
            assert is_near(step.value_and_grad(x), [wanted.value, wanted.by_arguments[0][0]])
            w.grad = 0.0
            step.backward(x)
            assert is_near(w.grad, wanted.by_parameters[0])


def test_a_recorded_output_inside_a_recorded_function_is_a_part_of_it():
    """It is computed again at the data of its leaves, which get gradients."""
    w = Value(0.5)
    output = record(w * w)
    step = record(lambda x: x * output())
    for w.data in (0.5, 3.0):
        w.grad = 0.0
        assert step.backward(2.0) == 2.0 * w.data**2
        assert w.grad == 4.0 * w.data


INSIDE = {
    "value_and_grad": lambda x: x * square.value_and_grad(x)[1],
    "the value of value_and_grad": lambda x: x * square.value_and_grad(x)[0],
    "backward": lambda x: x * square.backward(x),
    "value_and_grad of an output": lambda x: x * output_outside.value_and_grad()[0],
    "backward of an output": lambda x: x * output_outside.backward(),
}
square = record(lambda x: x * x * w_outside)
output_outside = record(w_outside * w_outside)


@pytest.mark.parametrize("function", INSIDE.values(), ids=INSIDE)
def test_derivatives_of_a_recorded_function_inside_another_are_no_constants(function):
    """They are recorded as a part of it, or refused with the line: but never frozen at the first sample."""

    def exact(x):
        w = w_outside.data
        return {
            "value_and_grad": x * 2 * x * w,
            "the value of value_and_grad": x**3 * w,
            "backward": x**3 * w,
        }.get(name, x * w * w)

    name = next(name for name, f in INSIDE.items() if f is function)
    step = record(function)
    try:
        with or_refused_with_the_line(function):
            for x, w_outside.data in ((1.0, 2.0), (3.0, 2.0), (3.0, 5.0)):
                assert is_near(step(x), exact(x)), f"{step(x)} at {x}, not {exact(x)}"
    finally:
        w_outside.data = 2.0


def test_named_arguments_have_derivatives_inside_as_outside():
    """They come in the order of the call, and batches are refused by our own error."""
    inner = record(lambda x, y=1.0: x * x * y)
    assert inner.value_and_grad(3.0, y=2.0) == (18.0, (12.0, 9.0))
    assert record(lambda x: x * inner.value_and_grad(x, y=2.0)[1][1])(3.0) == 27.0
    assert record(lambda x: x * inner.value_and_grad(x=x, y=2.0)[1][0])(3.0) == 36.0
    assert record(lambda x: x * inner.value_and_grad(y=2.0, x=x)[1][0])(3.0) == 27.0


def test_grad_goes_through_a_recorded_function():
    """Under grad, value_and_grad and hessian it is the function itself, for numbers and Values."""
    w = Value(0.5)
    step = record(lambda x: x**3 * w if x > 0 else x)
    assert float(grad(step)(2.0)) == 6.0
    assert float(grad(grad(step))(2.0)) == 6.0
    assert float(hessian(step)(2.0)[0][0]) == 6.0
    assert [float(x) for x in value_and_grad(step)(2.0)] == [4.0, 6.0]
    grad(step)(2.0).backward()
    assert w.grad == 12.0
    assert float(grad(lambda x: x * step.value_and_grad(x)[0])(2.0)) == 16.0


def test_no_grad_changes_no_recording():
    """Around a call it changes nothing; inside the function what it covers is a number without derivative."""
    w = Value(0.5)

    def function(x):
        with no_grad():
            y = tanh(x * w) + x.detach()
        return x * y + w * y if y > 0 else x * w

    Law(function, [w]).check([1.0], [-1.0], [0.0], [2.0])
    with no_grad():
        step = record(lambda x: x * x * w)
        assert step(2.0) == 2.0
        assert step.value_and_grad(2.0) == (2.0, 2.0)
        w.grad = 0.0
        step.backward(np.array([2.0, 4.0]))
    assert w.grad == 10.0


def test_nothing_is_watched_after_a_recording():
    """Neither after an error nor after a success does an argument stay different from a Value."""
    kept = []
    step = record(lambda x: kept.append(x) or x * float(x))
    with pytest.raises(ReadError):
        step(1.0)
    assert record(lambda x: kept.append(x) or x * x)(1.0) == 1.0
    assert watching.watched == 0
    assert watching.watcher.get() is watching.nobody
    assert [float(x) for x in kept] == [1.0] * len(kept)
    assert {kept[0]: 1, kept[-1]: 2}[kept[0]] == 1
    assert kept[0] == kept[-1] == 1.0


def test_errors_of_the_function_come_out_as_they_are():
    """Whatever it raises, with the sample as a note where there is a batch."""

    def function(x):
        if x > 1:
            message = "too large"
            raise LookupError(message)
        return x

    step = record(function)
    with pytest.raises(LookupError, match="too large") as raised:
        step(2.0)
    assert not hasattr(raised.value, "__notes__")
    with pytest.raises(LookupError, match="too large") as raised:
        step(np.array([0.5, 2.0, 3.0]))
    assert str(raised.value) == "too large"
    assert ["sample 1 " in note for note in raised.value.__notes__] == [True]
    assert step(np.array([0.5, 1.0])).tolist() == [0.5, 1.0]


def caught(call, errors, otherwise):
    """Return what a call returns, or something else where it raises one of these errors."""
    try:
        return call()
    except errors:
        return otherwise()


TRIES = {
    "a domain": lambda x: caught(lambda: log(x), ValueError, lambda: 5.0 * x),
    "a range": lambda x: caught(lambda: exp(x * 100.0), OverflowError, lambda: 5.0 * x),
    "a division": lambda x: caught(lambda: 1.0 / x, DomainError, lambda: 9.0 + x),
    "any error": lambda x: caught(lambda: sqrt(x), Exception, lambda: 5.0 * x),
    "a whole part": lambda x: caught(lambda: x * int(x), (ValueError, OverflowError), lambda: 7.0 + 0.0 * x),
    "a place": lambda x: caught(lambda: [x, 2.0 * x][int(x)], IndexError, lambda: 5.0 * x),
    "a pick": lambda x: caught(lambda: pick([x, 2.0 * x], x), (ShapeError, OperandError), lambda: 5.0 * x),
    "an index": lambda x: caught(lambda: [x, 2.0 * x][x], (TypeError, IndexError), lambda: 5.0 * x),
}


@pytest.mark.parametrize("function", TRIES.values(), ids=TRIES)
def test_an_error_that_is_caught_is_a_branch(function):
    """Whichever way was recorded first, others are not computed by it; or it is refused with the line."""
    place = TRIES["a place"] if function is TRIES["an index"] else function  # a Value is no index eagerly
    exact = {x: eager(place, [x]) for x in (1.0, -1.0, 2.0, 0.0, 0.5, 30.0, math.nan, math.inf)}
    if function is TRIES["an index"]:
        exact[0.5] = eager(lambda x: 5.0 * x, [0.5])
    samples = [x for x, e in exact.items() if e.error is None]
    wanted = [exact[x].value for x in samples]
    for first in samples:
        step = record(function)
        with or_refused_with_the_line(function, caught):
            step(first)
            step(np.array([first]))
            assert is_near([step(x) for x in samples], wanted)
            assert is_near(step(np.array(samples)), wanted)


CAUGHT = {
    "float()": lambda x: caught(lambda: x * float(x), TypeError, lambda: 3.0 * x),
    "math": lambda x: caught(lambda: x * math.sin(x), Exception, lambda: 0.0 * x),
    ".data": lambda x: caught(lambda: x * x.data, Exception, lambda: 3.0 * x),
    "a set": lambda x: caught(lambda: 2.0 * x if x in {1.0, 2.0} else x, Exception, lambda: 3.0 * x),
    "random numbers": lambda x: caught(lambda: x * random.random(), Exception, lambda: 3.0 * x),
}


@pytest.mark.parametrize("function", CAUGHT.values(), ids=CAUGHT)
def test_a_refusal_that_is_caught_is_a_refusal(function):
    """A function that goes on as if nothing had been does not compute what it would of plain numbers."""
    for call in (record(function), record(function).value_and_grad):
        with pytest.raises((ReadError, RecordError)):
            call(2.0)


TEXTS = {
    "str": lambda x: x * len(str(x)),
    "an f-string": lambda x: x * (1 if f"{x}" == "2.0" else 5),
    "percent": lambda x: x * (1 if "%s" % x == "2.0" else 5),  # noqa: UP031
    "a key": lambda x: x * {"2.0": 3.0}.get(str(x), 1.0),
}


@pytest.mark.parametrize("function", TEXTS.values(), ids=TEXTS)
def test_the_text_of_an_argument_is_that_of_its_number(function):
    """Or it is refused with the line: a branch on it would not be seen."""
    step = record(function)
    with or_refused_with_the_line(function):
        assert [step(x) for x in (2.0, 3.5, 2.0)] == [function(x) for x in (2.0, 3.5, 2.0)]


ARRAYS = {
    "in an array": lambda x: x * 2.0 if x in np.array([1.0, 2.0]) else x,
    "any of an array": lambda x: x * 2.0 if np.any(np.array([1.0, 2.0]) == x) else x,
    "an array of one": lambda x: x * 2.0 if x == np.array(2.0) else x,
    "one-hot": lambda x: dot([x, 2.0 * x, 3.0 * x], [1.0 * b for b in np.arange(3) == x]),
}


@pytest.mark.parametrize("function", ARRAYS.values(), ids=ARRAYS)
def test_an_argument_is_compared_with_arrays_or_the_line_is_named(function):
    """It is never just different from all of their numbers."""
    step = record(function)
    with or_refused_with_the_line(function):
        assert [step(x) for x in (2.0, 0.0, 1.0)] == [float(function(x)) for x in (2.0, 0.0, 1.0)]


def test_whole_numbers_may_be_divided():
    """Remainders and quotients are computed as of plain numbers, or our own error says what to write."""
    functions = {
        "%": lambda k, x: x if k % 2 == 0 else -x,
        "//": lambda k, x: x * (k // 2),
        "divmod": lambda k, x: x * divmod(k, 2)[1],
    }
    for function in functions.values():
        step = record(function)
        with or_refused_with_the_line(function):
            assert [step(k, 2.0) for k in (1.0, 2.0, 5.0)] == [
                float(function(k, 2.0)) for k in (1.0, 2.0, 5.0)
            ]


COPIES = {
    "copy": lambda xs: copy.copy(xs[0]) * xs[1],
    "deepcopy": lambda xs: total(copy.deepcopy(xs)),
    "a list": lambda xs: total(list(xs)) + total(xs.copy()),
    "a tuple": lambda xs: dot(tuple(xs), xs[:]),
    "pickle": lambda xs: total(pickle.loads(pickle.dumps(xs))),
}


@pytest.mark.parametrize("function", COPIES.values(), ids=COPIES)
def test_copies_of_arguments_are_no_constants(function):
    """A copy of a number is that number; where it cannot be followed it is refused."""
    step = record(function)
    samples = [[1.0, 2.0], [3.0, 5.0], [-1.0, 0.5]]
    wanted = [float(function(xs)) for xs in samples]
    with or_refused_with_the_line(function):
        assert [step(xs) for xs in samples] == wanted
        assert step(np.array(samples)).tolist() == wanted


CHANGES = {
    "append": lambda xs: xs.append(1.0) or total(xs),
    "pop": lambda xs: xs.pop() * xs[0],
    "reverse": lambda xs: xs.reverse() or dot(xs, [1.0, 2.0, 3.0]),
    "sort": lambda xs: xs.sort() or dot(xs, [1.0, 2.0, 3.0]),
    "set": lambda xs: xs.__setitem__(0, xs[0] * 2.0) or dot(xs, [1.0, 2.0, 3.0]),
    "clear": lambda xs: [total(xs), xs.clear()][0],
}


@pytest.mark.parametrize("function", CHANGES.values(), ids=CHANGES)
def test_a_function_may_change_the_lists_that_it_is_given(function):
    """They are its own; those of the caller stay what they are."""
    step = record(function)
    for given_ in ([3.0, 1.0, 2.0], [1.0, 2.0, 5.0], [2.0, 2.0, 1.0]):
        mine = list(given_)
        assert step(mine) == float(function(list(given_)))
        assert mine == given_


def test_followed_places_in_lists():
    """Pick by what was computed is a guard: a fraction is refused whatever was recorded before."""
    step = record(lambda k, x: pick([x, 2 * x, 3 * x, 4 * x], k + 1))
    assert [step(k, 2.0) for k in (0, 2, 1)] == [4.0, 8.0, 6.0]
    for k in (0.5, 1.5):
        with pytest.raises(OperandError, match="pick needs a whole number"):
            step(k, 2.0)
        with pytest.raises(OperandError, match="pick needs a whole number"):
            step(np.array([0.0, k]), 2.0)


TYPES = {
    "isinstance": lambda x: 2.0 * x if isinstance(x, float) else 3.0 * x,
    "type": lambda x: 3.0 * x if type(x).__name__ == "Argument" else 2.0 * x,
    "in a list": lambda xs: 2.0 * xs[0] if all(isinstance(x, float) for x in xs) else 3.0 * xs[0],
}


@pytest.mark.parametrize("name", TYPES)
def test_a_function_that_asks_for_types_is_refused(name):
    """With plain numbers it is another function than the one that could be recorded."""
    argument = [0.5, 0.25] if name == "in a list" else 0.5
    with pytest.raises(RecordError, match=r"gives 1\.5 for Values, but 1 for the same plain numbers"):
        record(TYPES[name])(argument)


def test_a_function_may_ask_for_types_to_treat_them_alike():
    """As one does that takes numbers and Values."""
    step = record(lambda x: (x if isinstance(x, Value) else Value(x)).tanh())
    assert step(0.5) == math.tanh(0.5)


def test_a_computed_argument_is_warned_of():
    """Its derivative stays in its own grad, and no leaf below it learns of it."""
    w = Value(2.0)
    step = record(lambda x: x * x)
    with pytest.warns(LostGradientWarning, match="was computed") as caught_:
        step.backward(w * 3.0)
    assert caught_[0].filename == __file__
    assert w.grad == 0.0
    step.backward(w)
    assert w.grad == 4.0


# ---- what else may vary, or be read


DEPENDING = {
    "a detached argument": lambda x, w: grad(lambda v: v * v * x.detach())(2.0),
    "an argument without gradient": lambda x, w: grad(lambda v: v * v * without_gradient(x))(2.0),
    "a detached parameter": lambda x, w: grad(lambda v: v * v * w.detach())(2.0),
    "a choice": lambda x, w: grad(lambda v: v * v * pick([1.0, 2.0, 3.0], x))(2.0),
    "a second derivative": lambda x, w: hessian(lambda v: v * v * v * x.detach())(2.0)[0][0],
    "a value": lambda x, w: value_and_grad(lambda v: v * x.detach())(2.0)[0],
}


def without_gradient(x):
    """Return what is computed where no graph is wanted."""
    with no_grad():
        return x * 3.0


@pytest.mark.parametrize("name", DEPENDING)
def test_a_derivative_inside_depends_on_what_varies(name):
    """Though no derivative passes through it, its number may be another at each call."""
    w = Value(0.5)

    def function(x):
        return x * DEPENDING[name](x, w)

    step = record(function)
    for x, data in ((1.0, 0.5), (2.0, 0.5), (0.0, 3.0), (1.0, 3.0)):
        w.data = data
        assert step(x) == pytest.approx(float(function(Value(x)).data), rel=1e-12)


def test_a_choice_beside_a_derivative_is_no_branch():
    """Constants that are what an element of the choice may be are not compared with it."""
    step = record(lambda x, k: x * grad(lambda v: v * v * 0.0 + v * pick([1.0, 2.0, 3.0], k))(2.0))
    assert step(np.ones(3), np.array([0.0, 2.0, 1.0])).tolist() == [1.0, 3.0, 2.0]
    assert ways(step) == [1]


def test_a_derivative_inside_depends_on_what_is_read_afresh():
    """At each call."""
    state = [1.0]

    def function(x):
        number = afresh(lambda: state[0])
        return x * grad(lambda v: v * v * number)(3.0)

    step = record(function)
    assert step(1.0) == 6.0
    state[0] = 2.0
    assert step(1.0) == 12.0


def test_a_read_is_seen_though_an_error_ends_it():
    """The function that catches the error branches by what was read."""

    def function(x):
        def inner(v):
            if float(x) > 2:
                raise ValueError
            return v * v

        try:
            return x * grad(inner)(1.0)
        except ValueError:
            return x * 100.0

    step = record(function)
    for x in (3.0, 1.0):
        with pytest.raises(ReadError, match=r"float\(\)"):
            step(x)


KEPT = {
    "in a dict": lambda kept, x: x - kept.setdefault("first", x),
    "in a list": lambda kept, x: (kept.setdefault("all", []).append(x), kept["all"][0] * 2.0 + x)[1],
    "what was computed": lambda kept, x: x * x - kept.setdefault("square", x * x),
}


@pytest.mark.parametrize("name", KEPT)
def test_an_argument_that_is_kept_is_refused(name):
    """At the next call it would be a number of the past, in a replay one of the present."""
    kept = {}
    step = record(lambda x: KEPT[name](kept, x))
    with pytest.raises(RecordError, match="another each time it runs"):
        step(1.0)


def in_a_thread(function):
    """Return what a function gives in a thread of its own."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(function).result()


ELSEWHERE = {"a thread": in_a_thread, "a context": lambda function: contextvars.Context().run(function)}


@pytest.mark.parametrize("place", ELSEWHERE)
def test_what_is_read_elsewhere_is_refused(place):
    """A branch, a number, a whole part, where nobody sees it; computing is possible everywhere."""
    run = ELSEWHERE[place]
    for function in (
        lambda x: run(lambda: x + x if x > 0 else x * x * x),
        lambda x: x * run(lambda: float(x * 2.0)),
        lambda x: x * run(lambda: int(x)),
    ):
        with pytest.raises((ReadError, RecordError), match="in a thread or context of its own"):
            record(function)(1.0)
    assert record(lambda x: run(lambda: x * x))(3.0) == 9.0


SHOWN = {
    "str": lambda x: str(x * 2.0),
    "repr": lambda x: repr(x * 2.0),
    "f": lambda x: f"{x * 2.0}",
    "f with a form": lambda x: f"{x * 2.0:.3f}",
    "%": lambda x: "%s" % (x * 2.0),  # which is another way
    "in a list": lambda x: str([x * 2.0]),
    "a local derivative": lambda x: str((x * x).local_derivatives[0]()),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_text_of_a_value_is_refused(name):
    """The number in it would stay what it was."""

    def function(x):
        return x * float(re.search(r"-?[\d.]+", SHOWN[name](x))[0])

    with pytest.raises(ReadError, match="as a plain number") as refused:
        record(function)(2.0)
    if name != "in a list":
        assert_names_the_line(refused.value, SHOWN[name])


def test_a_grad_is_no_number_of_a_program():
    """It is refused when it is read; and nothing is watched afterwards."""
    w = Value(3.0)
    w.grad = 5.0
    with pytest.raises(ReadError, match=r"\.grad reads 'the value 3' as a plain number.*argument"):
        record(lambda x: x * w.grad)(2.0)
    w.grad += 1.0
    assert (w.grad, repr(w)) == (6.0, "Value(data=3.0, grad=6.0)")
    assert record(lambda x: x * w.grad, reads="freeze")(2.0) == 12.0


def test_a_mode_that_a_function_changes_is_refused():
    """Where it reads it before and after."""

    class Module(nn.Module):
        pass

    module = Module()

    def function(x):
        factor = 2.0 if module.training else 3.0
        module.eval()
        offset = 5.0 if module.training else 7.0
        module.train()
        return factor * x + offset

    with pytest.raises(RecordError, match="changes _training of Module, which it reads"):
        record(function)(1.0)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_guards_are_asked_of_the_engine_where_large_numbers_cancel(size):
    """However small the numbers of the recording were."""

    def function(xs):
        powers = [x**4 for x in xs]
        mean = total(powers) / len(powers)
        return xs[0] * 2.0 if total([x - mean for x in powers]) > 0 else xs[0] * 5.0

    step = record(function)
    step(np.arange(9.0)[None] * 0.1)
    samples = np.random.default_rng(0).normal(size=(100, 9)) * size
    wanted = [float(function([Value(x) for x in row]).data) for row in samples]
    assert is_near(step(samples), wanted)


def test_parameters_that_are_not_finite_are_the_engines():
    """NumPy has values without a word where the engine raises an error."""
    w, u = Value(2.0), Value(1.0)
    root = record(lambda x: minimum(w ** (1 / 3), 5.0) * x)
    ratio = record(lambda x: x * 2.0 if w / u > 1 else x * 3.0)
    assert (root(1.0), ratio(1.0)) == (2.0 ** (1 / 3), 2.0)
    w.data = -math.inf
    with pytest.raises(DomainError, match="it needs x >= 0"):
        root(1.0)
    w.data, u.data = math.inf, 0.0
    with pytest.raises(DomainError, match="it needs x2 != 0"):
        ratio(1.0)


def test_a_file_beside_the_package_is_the_users():
    """Whatever its name begins with: look-ups in it are seen, and lines of it named."""
    package = str(Path(watching.__file__).parents[1])
    scope = {}
    text = "def f(x):\n    return x * {1.0: 2.0}.get(x, 5.0)\n"
    exec(compile(text, f"{package}_of_mine.py", "exec"), scope)
    with pytest.raises(ReadError, match=r"scalargrad_of_mine\.py:2: a look-up in a set or dict"):
        record(scope["f"])(1.0)


TARGETS = {"hinge": (nn.hinge, [-1.0, 1.0], 0.0), "binary": (nn.binary_cross_entropy, [0.0, 0.5], 1.5)}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_that_no_loss_is_made_for_is_refused_in_every_replay(name):
    """As in a graph, with the sample; where it is an argument, and where it is computed from one."""
    loss, right, wrong = TARGETS[name]
    w = Value(0.5)
    for shift in (0.0, 1.0):
        step = record(lambda x, t, shift=shift: loss(w * x, t - shift if shift else t))
        targets = np.array(right) + shift
        assert step(np.ones(2), targets).shape == (2,)
        with pytest.raises(DomainError, match=f"got {wrong}") as refused:
            step(np.ones(3), np.array([*targets, wrong + shift]))
        assert "(in sample 2 of the batch" in refused.value.__notes__[0]
        with pytest.raises(DomainError):
            loss(w * 1.0, wrong)


def test_a_list_of_targets_is_asked_for_each():
    """Whatever its shape."""
    w = Value(0.5)
    step = record(lambda x, ts: nn.hinge([w * x, w - x], ts))
    assert step(np.ones(2), np.array([[1.0, -1.0], [-1.0, -1.0]])).shape == (2,)
    with pytest.raises(DomainError, match=r"got 0\.5"):
        step(np.ones(2), np.array([[1.0, -1.0], [-1.0, 0.5]]))


def test_an_error_of_a_type_says_what_the_arguments_are():
    """For a person who knows arrays."""
    step = record(lambda x, t, rows: x.sum() - t + rows[0][0])
    with pytest.raises(AttributeError, match="'list' object has no attribute 'sum'") as raised:
        step(np.ones((4, 2)), np.ones(4), np.ones((4, 3, 1)))
    sample, kinds = raised.value.__notes__
    assert "in sample 0" in sample
    assert "x is a list of 2 numbers, t is a number, rows is a list of 3 lists of 1 number" in kinds
    assert "functions of NumPy" in kinds
