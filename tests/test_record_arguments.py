"""What a recorded function may be called with, and as what: lists, arrays, names; and what is refused."""

import array
import collections
import fractions
import functools
import inspect
import keyword
import random
import re
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import Law, eager, flat, is_near, leaves, mapped, or_refused, raises_the_same, stacked, uniform

from scalargrad import (
    Value,
    dot,
    erf,
    exp,
    gelu,
    log,
    logsumexp,
    maximum,
    nn,
    pick,
    record,
    sigmoid,
    softplus,
    tanh,
    total,
)
from scalargrad.errors import OperandError, RecordError, ScalargradError, ShapeError

# ---- arguments of every shape

trees = st.recursive(st.just(0.0), lambda t: st.lists(t, max_size=3) | st.tuples(t, t), max_leaves=8)


@settings(max_examples=30)
@given(st.lists(trees, min_size=1, max_size=3), st.integers(0, 10**6))
def test_arguments_may_be_nested_in_any_way(shapes, seed):
    """Numbers, lists, lists of lists, ragged ones, tuples, empty ones; or arrays in their places."""
    chance = random.Random(seed)
    if not list(leaves(shapes)):
        shapes = [*shapes, 0.0]
    w = Value(0.5)

    def function(*arguments):
        found = list(leaves(arguments))
        return total([tanh(x * w * (i + 1)) for i, x in enumerate(found)]) + dot(found, found[::-1])

    Law(function, [w]).check(*[mapped(lambda _: uniform(chance), shapes) for _ in range(3)])


def test_arguments_of_different_shapes_have_different_programs():
    """A number is no list, one of one number is no number, an empty one is nothing else."""

    def described(x):
        if not isinstance(x, list):
            return x * 2.0 + 0.5
        return sum((described(item) for item in x), 100.0 * (len(x) + 1)) + w

    w = Value(0.25)
    shapes = [1.0, [], [1.0], [[]], [[1.0]], [[], []], [[], 1.0], [1.0, []], [1.0, 1.0], [[1.0], [1.0]]]
    shapes += [[1.0, [1.0]], [[1.0], 1.0], [[[]]], [[[], []]], [[], [1.0]], [[1.0], []], [[1.0, 1.0]]]
    for order in (shapes, shapes[::-1]):
        step = record(lambda x, y: described(x) + y)
        wanted = [float(eager(lambda x: described(x) + 2.0, [x]).value) for x in order]
        assert [step(x, 2.0) for x in order] == wanted
        assert [step(x, 2.0) for x in order] == wanted


def test_an_array_takes_the_place_of_a_number_anywhere():
    """In lists as well; numbers beside it are the same for each sample; derivatives are shaped alike."""
    step = record(lambda x, ys: x * ys[0] * ys[1][1] + ys[1][0])
    xs = np.array([1.0, 2.0, 3.0])
    value, (by_x, by_ys) = step.value_and_grad(2.0, [xs, [5.0, xs]])
    assert value.tolist() == [2.0 * x * x + 5.0 for x in xs]
    assert by_x.tolist() == [x * x for x in xs]
    assert by_ys[0].tolist() == [2.0 * x for x in xs]
    assert [y.tolist() for y in by_ys[1]] == [[1.0] * 3, [2.0 * x for x in xs]]
    matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    step = record(lambda rows: dot(rows[0], rows[1]))
    value, derivative = step.value_and_grad([matrix, [10.0, 1.0]])
    assert value.tolist() == [12.0, 34.0, 56.0]
    assert np.shape(derivative[0]) == (3, 2) or np.shape(derivative) == (3, 2, 2)


def test_arrays_of_any_kind_of_number_are_read_as_floats():
    """Whole numbers, single precision, truth values, views, lists in memory order or not."""
    step = record(lambda xs: dot(xs, [1.0, 10.0]))
    wanted = [21.0, 43.0]
    base = np.array([[1, 2], [3, 4]])
    kinds = [base, base.astype(np.float32), base.astype(np.uint8), np.asfortranarray(base), base.T.copy().T]
    kinds += [np.array([[9, 1, 9, 2], [9, 3, 9, 4]])[:, 1::2], base[::-1][::-1]]
    for x in kinds:
        before = x.copy()
        assert step(x).tolist() == wanted
        assert step.value_and_grad(x)[1].tolist() == [[1.0, 10.0]] * 2
        assert (x == before).all()
    assert step(np.array([[True, False], [True, True]])).tolist() == [1.0, 11.0]
    assert step([np.float32(1.0), np.int64(2)]) == 21.0
    assert record(lambda x: x * 2.0)(np.float64(3.0)) == 6.0
    assert record(lambda x: x * 2.0)(np.array(3)) == 6.0


@pytest.mark.parametrize("number", [fractions.Fraction(1, 3), 2**70, 10**300, -(2**64)], ids=str)
def test_real_numbers_of_every_kind_are_arguments(number):
    """As they are operands of Values."""
    step = record(lambda x: x * 3.0)
    assert step(number) == float(number) * 3.0
    assert record(lambda xs: xs[0] * 3.0 + xs[1])([number, 1.0]) == float(number) * 3.0 + 1.0


def test_a_number_too_large_for_a_float_is_refused():
    """By the error of the engine."""
    with pytest.raises(OverflowError, match="too large for a float"):
        record(lambda x: x * 3.0)(10**400)


def test_text_and_truth_are_parts_of_the_program():
    """They may be arguments, each with a program of its own; they have no derivative."""

    def function(x, kind, *, negative=False, scale=None):
        value = {"square": x * x, "tanh": tanh(x)}[kind]
        value = value if scale is None else value * scale
        return -value if negative is True else value

    step = record(function)
    assert [step(3.0, "square"), step(3.0, "square", negative=True)] == [9.0, -9.0]
    assert step(3.0, "tanh") == float(tanh(3.0))
    assert step(np.array([1.0, 2.0]), "square", negative=True).tolist() == [-1.0, -4.0]
    assert step(3.0, "square", scale=2.0) == 18.0
    assert step(3.0, "square", scale=None, negative=False) == 9.0
    assert step.value_and_grad(3.0, "square") == (9.0, (6.0, None))
    assert step.value_and_grad(3.0, kind="square") == (9.0, (6.0, None))
    listed = record(lambda xs: xs[1] * 2.0 if xs[0] == "twice" else xs[1])
    assert listed.value_and_grad(["twice", 3.0]) == (6.0, [None, 2.0])


# ---- functions of every kind


class Scaled:
    """A callable object, with a method, and attributes that are called as a recorded function's own."""

    def __init__(self):
        self.backward, self.last, self.programs, self.value_and_grad, self.flat = map(Value, range(1, 6))
        self.source = self.signature = self.function = self.replayed = Value(0.5)

    def __call__(self, x):
        """Return a multiple."""
        return x * self.backward * self.source

    def doubled(self, x, factor=2.0):
        """Return a multiple."""
        return x * factor * self.backward


def test_whatever_can_be_called_can_be_recorded():
    """Functions, lambdas, partials, bound methods, callable objects, modules, functions of the package."""
    w = Value(2.0)
    scaled, model = Scaled(), nn.MLP(2, [2, 1], activation="tanh", seed=0)

    def named(x, y=3.0, *, z=1.0):
        return x * y * z * w

    assert record(named)(2.0) == 12.0
    assert record(named)(2.0, 1.0) == 4.0
    assert record(named)(x=2.0, z=5.0) == 60.0
    assert record(named)(2.0, z=np.array([1.0, 2.0])).tolist() == [12.0, 24.0]
    assert record(functools.partial(named, 2.0))(y=5.0) == 20.0
    assert record(functools.partial(named, z=w))(2.0, 1.0) == 8.0
    assert record(scaled.doubled)(3.0) == 6.0
    assert record(model)([0.5, 1.0]) == pytest.approx(model([0.5, 1.0]).data, rel=1e-12)
    assert record(tanh)(0.0) == 0.0
    assert record(max)(2.0, 5.0, 3.0) == 5.0
    assert record(abs)(np.array([-2.0, 2.0])).tolist() == [2.0, 2.0]
    step = record(lambda *xs, **named: total(xs) * named["scale"])
    assert (step(1.0, 2.0, scale=3.0), step(1.0, scale=3.0), step(1.0, 2.0, 4.0, scale=2.0)) == (
        9.0,
        3.0,
        14.0,
    )
    assert step.value_and_grad(1.0, 2.0, scale=3.0) == (9.0, (3.0, 3.0, 3.0))


def test_attributes_of_a_callable_object_do_not_get_in_the_way():
    """It may call its own parts what it likes."""
    scaled = Scaled()
    step = record(scaled)
    assert step(3.0) == 1.5
    assert step.value_and_grad(3.0) == (1.5, 0.5)
    assert step.backward(3.0) == 1.5
    assert scaled.backward.grad == 1.5
    assert "def " in step.source()


@record
def decorated(x):
    """Return x squared."""
    return x * x


@record(reads="freeze")
def frozen(x):
    return x * float(x)


class Model:
    """A class with a recorded method."""

    def __init__(self, w):
        self.w = Value(w)

    @record
    def loss(self, x):
        """Return a multiple."""
        return x * self.w


def test_record_is_a_decorator():
    """With options or without; name and documentation stay those of the function."""
    assert (decorated(3.0), frozen(3.0), frozen(2.0)) == (9.0, 9.0, 6.0)
    assert (decorated.__name__, decorated.__doc__) == ("decorated", "Return x squared.")
    assert list(inspect.signature(decorated).parameters) == ["x"]
    assert repr(decorated) == "<recorded decorated>"


def test_a_method_may_be_decorated():
    """Each object has its own parameters; or the decorator says that it takes no methods."""
    one, other = Model(2.0), Model(3.0)
    with or_refused(OperandError, "method"):
        assert (one.loss(5.0), other.loss(5.0), one.loss(5.0)) == (10.0, 15.0, 10.0)
        one.loss.backward(4.0)
        assert (one.w.grad, other.w.grad) == (4.0, 0.0)


class Doubled(Model):
    """A class whose method calls the recorded one of its base class."""

    def loss(self, x):
        """Return twice what it is elsewhere."""
        return super().loss(x) * 2.0


class Tripled(Model):
    """A class whose recorded method calls the recorded one of its base class."""

    @record
    def loss(self, x):
        """Return three times what it is elsewhere."""
        return super().loss(x) * 3.0


class Slotted:
    """A class whose objects have no dictionary."""

    __slots__ = ("w",)

    def __init__(self):
        self.w = 2.0

    @record
    def loss(self, x):
        """Return a multiple."""
        return x * self.w


def test_recorded_methods_are_inherited_as_others_are():
    """Neither hides the other, however often they are called; an object needs no dictionary."""
    for kind, factor in ((Model, 1.0), (Doubled, 2.0), (Tripled, 3.0), (Model, 1.0)):
        one, other = kind(2.0), kind(5.0)
        for _ in range(2):
            assert (one.loss(3.0), other.loss(3.0)) == (6.0 * factor, 15.0 * factor)
    assert Slotted().loss(3.0) == 6.0


def test_arguments_by_name_are_those_by_position():
    """In any order; derivatives come in the order of the call."""
    step = record(lambda x, y: x * x * y)
    assert step(2.0, 3.0) == step(x=2.0, y=3.0) == step(y=3.0, x=2.0) == step(2.0, y=3.0) == 12.0
    assert step.value_and_grad(y=3.0, x=2.0) == (12.0, (4.0, 12.0))
    assert step.value_and_grad(2.0, y=np.array([3.0]))[1][1].tolist() == [4.0]


# Names of arguments and labels of parameters that source text uses for something else.
NAMES = [
    "n", "np", "seed", "replay", "math", "scatter", "erf", "sigmoid", "softplus", "gelu", "sum", "float",
    "c", "c0", "i0", "u0", "u1", "g0", "v", "v0", "p0", "d", "d_x", "d_y", "w_v0", "u_v0_0", "e_v0", "hot_x",
    "fresh", "s0", "d0", "strict_exp", "ieee_exp", "print", "__builtins__", "_", "ä", "self", "batch",
    "abs", "exp", "tanh", "index", "size", "sums", "logsumexp", "inf", "nan",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_an_argument_may_be_called_anything(name):
    """Names of the program, of NumPy, of helpers: the argument is none of these."""
    scope = {}
    header = f"def function({name}, x):\n    return body({name}, x)"
    exec(header, {"body": _everything}, scope)
    Law(scope["function"], PARAMETERS).check((0.3, 1.0), (0.7, -2.0))


PARAMETERS = [Value(x) for x in (0.25, -0.5, 1.5)]
MATRIX = [mapped(Value, row) for row in uniform(random.Random(0), 3, 3)]


def _everything(a, x):
    """Return what needs constants, slices, joined and taken arrays, helpers, adjoints of all kinds."""
    hidden = [erf(dot(row, [a, x, 1.5 * a])) for row in MATRIX]
    mixed = [hidden[2], a, hidden[0], x, hidden[1], PARAMETERS[0], 2.5]
    gated = [gelu(h) + softplus(h * x) * sigmoid(a) for h in mixed]
    return (
        dot(gated[:3], hidden[::-1])
        + logsumexp([*gated, *hidden])
        + total([a * y for y in (1.5, 2.5, 0.5)])
        + dot([1.5, 2.5, 0.5], [a, x, a * x])
        + maximum(a, x)
        + exp(-abs(a)) * PARAMETERS[1]
    )


@pytest.mark.parametrize(
    "name", [*NAMES, "if", "None", "lambda", "x", "a b", "w[0]", "", "1", "λ", "class.w"]
)
def test_a_parameter_may_be_labelled_anything(name):
    """A label names what is printed; a program does not take it for a word of its own."""
    ws = [Value(x, name) for x in (0.25, -0.5, 1.5)]
    us = [[Value(x, f"{name}{i}") for i, x in enumerate(row)] for row in uniform(random.Random(1), 3, 3)]

    def function(x, y):
        hidden = [erf(dot(row, [x, y, 1.5])) for row in us]
        return dot(hidden, ws) + logsumexp([*hidden[1:], ws[0], x]) + gelu(us[1][1]) * softplus(y * ws[1])

    Law(function, [*ws, *leaves(us)]).check((0.3, 1.0), (0.7, -2.0))


def test_names_that_python_reads_alike_are_told_apart():
    """Python normalises identifiers: µ and μ are one to it."""
    w, v = Value(2.0, "\u00b5"), Value(3.0, "\u03bc")
    Law(lambda x: tanh(w * x) + tanh(v + x) * v, [w, v]).check([1.0], [2.0])
    scope = {}
    exec("def function(\ufb01, *, x): return \ufb01 * x", scope)
    assert record(scope["function"])(2.0, x=np.array([1.0, 2.0])).tolist() == [2.0, 4.0]


def test_keywords_may_be_names_where_a_function_takes_any():
    """`**named` admits what could never be a parameter."""
    step = record(lambda **named: total([x * (i + 1) for i, x in enumerate(named.values())]))
    given_ = dict.fromkeys((*keyword.kwlist[:5], "a b", "n", "seed"), 1.0)
    count = len(given_)
    assert step(**given_) == sum(range(count + 1))
    assert step(**{**given_, "n": np.array([1.0, 2.0])}).shape == (2,)


def test_arguments_of_one_name_are_told_apart():
    """`*x` makes x0, x1, …, which may be names themselves."""

    def function(x0, *x, **named):
        return x0 * 2.0 + total(x) * 3.0 + named["x1"] * 5.0

    step = record(function)
    assert step(1.0, 2.0, 3.0, x1=4.0) == 37.0
    assert step(1.0, np.array([2.0, 0.0]), 3.0, x1=4.0).tolist() == [37.0, 31.0]
    assert step.value_and_grad(1.0, 2.0, x1=4.0)[1] == (2.0, 3.0, 5.0)


def test_labels_given_by_name_are_no_argument_names():
    """Parameters and arguments may share a name."""
    x = Value(2.0, "x")
    Law(eval("lambda x: x * w + w", {"w": x}), [x]).check([1.0], [3.0])


# ---- picks

ITEMS = [Value(x) for x in (0.5, -1.0, 2.0, 0.25, 3.0)]
ROWS = [mapped(Value, row) for row in uniform(random.Random(2), 5, 3)]
PICKS = {
    "a Value": (lambda at, k, x: at(ITEMS, k) * x, ()),
    "a row": (lambda at, k, x: tanh(dot(at(ROWS, k), [x, 1.0, x])), ()),
    "twice": (lambda at, k, x: at(ITEMS, k) * at(ITEMS, k) * x + at(ROWS, k)[0], ()),
    "among what was computed": (lambda at, k, x: at([tanh(x * y) for y in ITEMS], k), ()),
    "of two lengths": (lambda at, k, x: at(ITEMS, k) * x + at(ITEMS[::-1], k) * at([*ITEMS, x], k), ()),
    "in tuples": (lambda at, k, x: at(tuple(map(tuple, ROWS)), k)[1] * x, ()),
    "among plain numbers": (lambda at, k, x: at([1.0, 2.0, 3.0, 4.0, 5.0], k) * x, ()),
    "among numbers and Values": (lambda at, k, x: at([1.0, *ITEMS[1:]], k) * x, ()),
    "among Values and numbers": (lambda at, k, x: at([*ITEMS[:4], 5.0], k) * x, ()),
    "rows of plain numbers": (lambda at, k, x: dot(at([[1.0, 2.0]] * 4 + [[3.0, x]], k), [x, 1.0]), ()),
    "nested rows": (lambda at, k, x: at([[[v, 1.0], [x]] for v in ITEMS], k)[0][0] * x, ()),
    "rows of differing length": (
        lambda at, k, x: total(at([[v] * (i + 1) for i, v in enumerate(ITEMS)], k)) * x,
        (),
    ),
    "one item": (lambda at, k, x: at(ITEMS, k) * x + at([x], 0.0 * k if at is pick else 0), ()),
    "a branch on it": (lambda at, k, x: at(ITEMS, k) if at(ITEMS, k) > x else x * at(ITEMS, k), ()),
}


def indexed(items, place):
    """Return the item as plain Python does."""
    return items[int(place)]


@pytest.mark.parametrize(("function", "_"), PICKS.values(), ids=PICKS)
def test_pick_gives_what_indexing_gives(function, _):
    """In value and in every derivative, for each place, alone and in a batch of them."""
    parameters = [*ITEMS, *leaves(ROWS)]
    places = [(2, 0.5), (0, -1.0), (4, 2.0), (1, 0.25), (2, 1.0)]
    wanted = [eager(functools.partial(function, indexed), s, parameters, plain=(0,)) for s in places]
    picked = [eager(functools.partial(function, pick), s, parameters, plain=(0,)) for s in places]
    assert [e.error for e in wanted] == [None] * len(places)
    assert [(e.value, e.by_parameters) for e in picked] == [(e.value, e.by_parameters) for e in wanted]
    step = record(functools.partial(function, pick))
    for sample, exact in zip(places, wanted):
        value, (_, by_x) = step.value_and_grad(*sample)
        assert is_near([value, by_x], [exact.value, *exact.by_arguments[1]])
    value, (_, by_x) = step.value_and_grad(*stacked(places))
    assert is_near(value, [e.value for e in wanted])
    assert is_near(by_x, [e.by_arguments[1][0] for e in wanted])
    for p in parameters:
        p.grad = 0.0
    step.backward(*stacked(places), reduction="sum")
    assert is_near([p.grad for p in parameters], np.sum([e.by_parameters for e in wanted], axis=0), 1.0)


def test_one_program_picks_for_all_tokens():
    """An argument that picks is a number of the program, not a part of it: for lists of them as well."""

    def function(tokens, x):
        return sum((dot(pick(ROWS, t), [x, 1.0, w]) for w, t in enumerate(tokens)), 0.0) + pick(
            ITEMS, tokens[0]
        )

    step, chance = record(function), random.Random(0)
    samples = [[[chance.randrange(5) for _ in range(3)], uniform(chance)] for _ in range(6)]
    parameters = [*ITEMS, *leaves(ROWS)]
    wanted = [eager(function, s, parameters, plain=(0,)) for s in samples]
    for sample, exact in zip(samples, wanted):
        assert is_near(step(*sample), exact.value, 1.0)
    assert is_near(step(*stacked(samples)), [e.value for e in wanted], 1.0)
    for p in parameters:
        p.grad = 0.0
    step.backward(*stacked(samples), reduction="sum")
    assert is_near([p.grad for p in parameters], np.sum([e.by_parameters for e in wanted], axis=0), 1.0)
    assert [len(programs) for programs in step.programs.values()] == [1, 1]


@settings(max_examples=20)
@given(st.data())
def test_picks_of_any_arguments_are_followed(data):
    """Some of the numbers of nested arguments, in any order, among any count of items, once or often."""
    shape = data.draw(st.sampled_from([0, [0], [0, 0, 0], [[0, 0], [0, 0]], [0, [0, 0]], [[0], [0, 0]]]))
    count = len(list(leaves([shape])))
    uses = data.draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(2, 5)), min_size=1, max_size=5)
    )

    def function(tree, x):
        places = list(leaves([tree]))
        picked = [pick(ROWS[:n], places[i]) for i, n in uses]
        return total([tanh(row[0] * x + row[2]) for row in picked]) + pick(ITEMS, places[uses[0][0]]) * x

    tokens = st.integers(0, 1)
    samples = [(mapped(lambda _: data.draw(tokens), shape), 0.5 + i) for i in range(3)]
    parameters = [*ITEMS, *leaves(ROWS)]
    Law(function, parameters, plain=(0,)).check(*samples)


def test_a_place_that_is_not_there_is_refused_alike():
    """Out of range, negative, a fraction, nan, inf: eagerly, at a replay, in a batch, first or later."""
    function = lambda k, x: pick(ITEMS, k) * x  # noqa: E731
    for bad in (5, 17, -1, 1.5, 0.5, -0.5, float("nan"), float("inf"), float("-inf"), 1e300):
        error = eager(function, (bad, 1.0), plain=(0,)).error
        assert isinstance(error, OperandError | ShapeError)
        for step in (record(function), _called(record(function))):
            raises_the_same(lambda: step(bad, 1.0), error)  # noqa: B023
            raises_the_same(lambda: step(np.array([1.0, bad, 2.0]), 1.0), error)  # noqa: B023
            raises_the_same(lambda: step.backward(np.array([bad]), 1.0), error)  # noqa: B023
            assert step(np.array([4, 0]), 2.0).tolist() == [6.0, 1.0]


def _called(step):
    step(1, 1.0)
    step(np.array([1, 2]), np.array([1.0, 1.0]))
    return step


def test_items_that_are_not_picked_do_not_count():
    """An infinite or undefined one does no harm to those that are."""
    for bad in (float("nan"), float("inf"), -float("inf")):
        items = [Value(1.0), Value(bad), Value(3.0)]
        law = Law(lambda k, x: pick(items, k) * x + pick([[v, v] for v in items], k)[1], items, plain=(0,))  # noqa: B023
        law.check((0, 2.0), (2, 3.0))
        law.check((2, 2.0), (1, 3.0))


def test_classes_of_a_loss_are_picked():
    """Cross-entropy at a class that is an argument: one program, and no class that is not there."""
    model = nn.MLP(2, [4, 3], seed=1)
    step = record(lambda x, t: nn.cross_entropy(model(x), t))
    xs, ts = np.array(uniform(random.Random(0), 4, 2)), np.array([0, 2, 1, 2])
    wanted = [nn.cross_entropy(model(x), int(t)).data for x, t in zip(xs.tolist(), ts)]
    assert is_near(step(xs, ts), wanted)
    assert [len(programs) for programs in step.programs.values()] == [1]
    for t in (3, -1, 0.5):
        with pytest.raises(ScalargradError, match=r"from 0 to 2|whole number"):
            step(xs, np.array([0, 1, 2, t]))


# ---- what is refused


BAD_CALLS = {
    "no argument": ((), {}, OperandError, "missing a required argument: 'x'"),
    "too many": ((1.0, 2.0, 3.0), {}, OperandError, "too many positional arguments"),
    "another name": ((1.0,), {"z": 2.0}, OperandError, "got an unexpected keyword argument 'z'"),
    "twice": ((1.0,), {"x": 2.0}, OperandError, "multiple values for argument 'x'"),
    "a dict": (({"a": 1.0}, 1.0), {}, OperandError, "x takes numbers, Values, lists"),
    "a set": (({1.0}, 1.0), {}, OperandError, "x takes numbers, Values, lists"),
    "complex": ((1j, 1.0), {}, OperandError, "x takes numbers"),
    "a function": ((abs, 1.0), {}, OperandError, "x takes numbers"),
    "an object": ((object(), 1.0), {}, OperandError, "x takes numbers"),
    "bytes": ((b"1", 1.0), {}, OperandError, "x takes numbers"),
    "an array of text": ((np.array(["a"]), 1.0), {}, OperandError, "x takes numbers.*array of <U1"),
    "an array of complex": ((np.array([1j]), 1.0), {}, OperandError, "x takes numbers.*array of complex128"),
    "an array of objects": ((np.array([None]), 1.0), {}, OperandError, "x takes numbers.*array of object"),
    "an array of Values": ((np.array([Value(1.0)]), 1.0), {}, OperandError, "x takes numbers.*of object"),
    "an array of dates": ((np.array(["2020-01-01"], "M8[D]"), 1.0), {}, OperandError, "x takes numbers"),
    "complex in a list": (([1.0, 1j], 1.0), {}, OperandError, r"x\[1\] takes numbers"),
    "a dict in a list": (([1.0, [{}]], 1.0), {}, OperandError, r"x\[1\]\[0\] takes numbers"),
    "two batches": ((np.ones(2), np.ones(3)), {}, ShapeError, "x has 2, y has 3"),
    "two batches in a list": (([np.ones(2), np.ones(3)], 1.0), {}, ShapeError, r"x\[0\] has 2, x\[1\] has 3"),
    "no sample": ((np.ones(0), 1.0), {}, ShapeError, "there is no sample in the batch: x"),
    "no sample of lists": ((np.ones((0, 3)), 1.0), {}, ShapeError, "there is no sample in the batch: x"),
    "a generator": (((i for i in range(3)), 1.0), {}, OperandError, "x takes numbers"),
    "masked": ((np.ma.array([1.0, 2.0], mask=[0, 1]), 1.0), {}, ScalargradError, "mask"),
}


@pytest.mark.parametrize(("positional", "named", "kind", "message"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_call_is_one_clear_error(positional, named, kind, message):
    """Of our own, by the name of the argument, before anything runs: the first time and later."""
    runs = []

    def function(x, y=1.0):
        runs.append(x)
        return (x[0] if isinstance(x, list) else x) * y

    step = record(function)
    step(1.0, 1.0)
    before = len(runs)
    for call in (step, step.value_and_grad, step.backward):
        with pytest.raises(kind, match=message):
            call(*positional, **named)
    assert len(runs) == before


OUTPUTS = {
    "None": lambda x: None,
    "text": lambda x: "x",
    "a list": lambda x: [x, x],
    "an empty list": lambda x: [],
    "a tuple": lambda x: (x, x),
    "truth": lambda x: x > 0,
    "an array": lambda x: np.ones(3),
    "a dict": lambda x: {"loss": x},
    "complex": lambda x: 1j,
    "a function": lambda x: abs,
}


@pytest.mark.parametrize("function", OUTPUTS.values(), ids=OUTPUTS)
def test_a_function_returns_one_number(function):
    """Anything else is refused at the first call and at each later one, by what it is."""
    step = record(function)
    for call, x in (
        (step, 1.0),
        (step, 1.0),
        (step.backward, 1.0),
        (step.value_and_grad, np.array([1.0, 2.0])),
    ):
        with pytest.raises(OperandError, match="a recorded function returns one number, got"):
            call(x)
    assert step.programs == {} or not any(step.programs.values())


CONSTANT_OUTPUTS = {
    "a number": lambda x: 3.0,
    "a parameter": lambda x: ITEMS[0] * 2.0,
    "a read of its own": lambda x: Value(2.0),
    "nothing of a list": lambda xs: 1.0,
}


@pytest.mark.parametrize("function", CONSTANT_OUTPUTS.values(), ids=CONSTANT_OUTPUTS)
def test_an_output_that_depends_on_no_argument_is_refused(function):
    """Something was forgotten: such a function is called without arguments."""
    for x in (1.0, np.array([1.0, 2.0]), [1.0, 2.0]):
        for name in ("__call__", "value_and_grad", "backward"):
            with pytest.raises(OperandError, match="depends on none of its arguments"):
                getattr(record(function), name)(x)


def test_a_branch_may_depend_on_no_argument():
    """Where another does, or the branch itself depends on one; and a function without arguments may."""
    step = record(lambda x: 0.0 if x < 0 else x)
    assert step(-1.0) == 0.0
    assert step.value_and_grad(np.array([-1.0, 2.0, -3.0]))[1].tolist() == [0.0, 1.0, 0.0]
    w = Value(3.0)
    nothing = record(lambda: w * w)
    assert (nothing(), nothing.value_and_grad()) == (9.0, (9.0, ()))
    assert nothing.backward() == 9.0
    assert w.grad == 6.0


def test_arguments_without_numbers_leave_nothing_to_replay():
    """Empty lists and arrays of width 0 are clear: either the number, or an error of our own."""
    w = Value(2.0)
    step = record(lambda xs, y: total(xs) + y * w)
    assert step([], 1.0) == 2.0
    assert step([], np.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    assert step(np.ones((2, 0)), 1.0).tolist() == [2.0, 2.0]
    assert step.value_and_grad(np.ones((2, 0)), np.array([1.0, 2.0]))[1][1].tolist() == [2.0, 2.0]
    for x in ([], np.ones((5, 0)), [[]]):
        with or_refused(ScalargradError, "argument"):
            assert np.all(record(lambda xs: total([]) + 1.0)(x) == 1.0)


@pytest.mark.parametrize("bad", [5, "f", None, [abs], 2.0], ids=str)
def test_only_functions_and_outputs_are_recorded(bad):
    """What cannot be called is refused; None stands for the decorator with options."""
    if bad is None:
        assert callable(record(None))
        return
    with pytest.raises(OperandError, match="record takes a function, or the Value of an output"):
        record(bad)


def test_what_was_not_recorded_has_no_source():
    """The error says what to do; a recording that failed is none."""
    step = record(log)
    with pytest.raises(RecordError, match="was not recorded yet: call it once"):
        step.source()
    with pytest.raises(ValueError, match="log"):
        step(-1.0)
    with pytest.raises(RecordError, match="was not recorded yet: call it once"):
        step.source()
    assert repr(step) == str(step) == "<recorded log>"


@pytest.mark.parametrize("numbers", [range(3), array.array("d", [0.0, 1.0, 2.0])], ids=str)
def test_a_sequence_that_is_no_array_is_no_batch(numbers):
    """It is a list, or it is refused by the name of the argument."""
    step = record(lambda xs: total(list(xs)))
    with or_refused(OperandError, "xs takes numbers"):
        assert step(numbers) == 3.0


def test_a_list_of_numbers_and_truth_keeps_both():
    """True among numbers is what it is alone; or it is refused."""

    def function(xs):
        return xs[0] * 2.0 if xs[1] is True else xs[0] * 1.0

    step = record(function)
    with or_refused(OperandError, "xs[1]"):
        assert [step([2.0, True]), step([2.0, False])] == [4.0, 2.0]


@pytest.mark.parametrize("kind", [list, tuple, collections.UserList], ids=lambda kind: kind.__name__)
def test_any_sequence_is_a_list_of_what_is_in_it(kind):
    """Truth among its numbers is truth, lists in it are lists, Values are Values."""

    def function(xs):
        return xs[0] * (2.0 if xs[1] is True else 1.0) + total(xs[2])

    step, w = record(function), Value(4.0)
    assert step(kind([2.0, True, kind([1.0, 3.0])])) == 8.0
    assert step(kind([2.0, False, kind([1.0, 3.0])])) == 6.0
    assert step.backward(kind([w, True, kind([1.0, 3.0])])) == 12.0
    assert w.grad == 2.0
    assert record(lambda xs: xs[0][0] * 2.0)(kind([kind([w])])).data == 8.0
    assert record(lambda xs: xs[0][0] * 2.0).backward(kind([kind([w])])) == 8.0
    assert w.grad == 4.0


def test_a_function_without_a_signature_is_called_by_position():
    """Python says of max not how it is called; its arguments are x0, x1, …."""
    step = record(max)
    assert (step(1.0, 2.0), step(2.0, 1.0)) == (2.0, 2.0)
    assert step(np.array([1.0, 3.0]), 2.0).tolist() == [2.0, 3.0]
    assert [line.split() for line in str(step).splitlines()[1:3]] == [["x0", "2"], ["x1", "2"]]


def test_arguments_that_a_star_takes_are_numbered_from_0():
    """Whatever stands before it."""
    for count, function in enumerate((lambda *xs: total(xs), lambda a, *xs: total([a, *xs]))):
        step = record(function)
        step(*[1.0, 2.0, 3.0][: 2 + count])
        given_ = str(step).partition("\n\n")[0].split()
        assert given_ == ["a", "xs0", "xs1"][1 - count :]
        with pytest.raises(OperandError, match="xs1 takes numbers"):
            step(*[1.0, 2.0][: 1 + count], b"no")


def test_a_batch_is_no_list():
    """The first axis of an array is the batch; a list has the numbers of one sample."""
    step = record(lambda xs: total(xs) if isinstance(xs, list) else xs * 10.0)
    assert step(np.array([1.0, 2.0])).tolist() == [10.0, 20.0]
    assert step([1.0, 2.0]) == 3.0
    assert step(np.array([[1.0, 2.0]])).tolist() == [3.0]


def test_no_warning_is_lost_or_made():
    """Numbers that NumPy would warn of while they are read are no matter of the caller."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        step = record(lambda k, x: pick(ITEMS, k) * x)
        with pytest.raises(OperandError, match="whole number"):
            _called(step)(np.array([1.0, np.inf]), 1.0)
        assert record(lambda x: x * 1.0)(np.array([np.nan, np.inf])).tolist()[1] == np.inf


def test_helpers_lay_derivatives_flat():
    """The helper of these tests keeps samples in the first axis."""
    assert flat([np.ones(2), [np.zeros((2, 3))]], 2).tolist() == [[1.0, 0.0, 0.0, 0.0]] * 2


def test_an_argument_that_is_missing_is_said_whatever_its_kind():
    """Also where a function of one argument by position needs another by name."""

    def scaled(x, *, factor):
        return x * factor

    with pytest.raises(OperandError, match=r"scaled\(x, \*, factor\): missing a required"):
        record(scaled)(1.0)
    assert record(scaled)(1.0, factor=2.0) == 2.0


@pytest.mark.parametrize("place", range(3))
def test_arguments_of_several_batches_are_named_with_their_lengths_and_no_others(place):
    """A number beside them has none, wherever it stands."""
    arguments = [np.ones(2), np.ones(3)]
    arguments.insert(place, 7.0)
    names = [f"{name} has {len(x)}" for name, x in zip("abc", arguments) if x is not arguments[place]]
    with pytest.raises(ShapeError, match=f"the same for all arguments: {', '.join(names)}$"):
        record(lambda a, b, c: a * b * c)(*arguments)


@pytest.mark.parametrize(
    ("given_", "shown"), [(object, "got <class 'object'>"), (np.array([object]), "got an array of object")]
)
def test_what_is_no_number_is_shown_unless_it_is_an_array(given_, shown):
    """Of an array its kind is told."""
    with pytest.raises(OperandError, match=re.escape(shown)):
        record(lambda x: x * 2)(given_)
