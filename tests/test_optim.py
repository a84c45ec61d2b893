"""Optimisers, clipping and schedules: each against its formula, and against PyTorch step by step."""

import inspect
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, optim
from scalargrad.errors import NonFiniteError, OperandError, ShapeError

START, STEPS = (1.5, -0.75, 0.3), 100
EVERY = {
    "SGD": optim.SGD,
    "momentum": lambda ps, **more: optim.SGD(ps, momentum=0.9, **more),
    "nesterov": lambda ps, **more: optim.SGD(ps, momentum=0.9, nesterov=True, **more),
    "RMSprop": optim.RMSprop,
    "Adam": optim.Adam,
    "AdamW": optim.AdamW,
}


def descend(make, gradient, steps=STEPS):
    """Return the data of the parameters after each step."""
    parameters = list(map(Value, START))
    optimizer = make(parameters)
    path = []
    for _ in range(steps):
        for p, slope in zip(parameters, gradient([p.data for p in parameters])):
            p.grad = slope
        optimizer.step()
        path.append([p.data for p in parameters])
    return np.array(path)


def bowl(xs):
    """Return a gradient that is not the same for all parameters and all steps."""
    return [3 * xs[0] + math.sin(xs[1]), xs[1] ** 3 + xs[2], 0.1 * xs[2] - xs[0] * xs[1]]


# ---- formulas


def test_momentum_is_that_of_the_documents():
    """It is v ← βv + η∇L, θ ← θ - v, written out with NumPy."""
    theta, v = np.array(START), np.zeros(3)
    for reached in descend(lambda ps: optim.SGD(ps, lr=0.05, momentum=0.8), bowl):
        v = 0.8 * v + 0.05 * np.array(bowl(theta))
        theta = theta - v
        assert reached == pytest.approx(theta, abs=1e-13)


def test_nesterov_looks_ahead():
    """It is momentum seen from the point θ - βv, where the gradient is taken (Sutskever et al., 2013)."""
    ahead, v = np.array(START), np.zeros(3)
    for reached in descend(lambda ps: optim.SGD(ps, lr=0.05, momentum=0.8, nesterov=True), bowl):
        theta = ahead + 0.8 * v
        v = 0.8 * v + 0.05 * np.array(bowl(ahead))
        theta = theta - v
        ahead = theta - 0.8 * v
        assert reached == pytest.approx(ahead, abs=1e-12)


ADAM = {"lr": 0.05, "betas": (0.7, 0.95), "eps": 0.01}


@pytest.mark.parametrize(
    ("make", "options", "coupled", "apart"),
    [
        (optim.Adam, ADAM, 0.0, 0.0),
        (optim.Adam, ADAM | {"weight_decay": 0.1}, 0.1, 0.0),
        (optim.AdamW, ADAM | {"weight_decay": 0.3}, 0.0, 0.3),
    ],
)
def test_adam_is_that_of_the_papers(make, options, coupled, apart):
    """Means of g and g², corrected by 1 - βᵗ; a decay enters g, or with AdamW the parameter apart from it."""
    rate, (b1, b2), epsilon = ADAM.values()
    theta, m, v = np.array(START), np.zeros(3), np.zeros(3)
    for t, reached in enumerate(descend(lambda ps: make(ps, **options), bowl), 1):
        g = np.array(bowl(theta)) + coupled * theta
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        theta = theta * (1 - rate * apart) - rate * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + epsilon)
        assert reached == pytest.approx(theta, abs=1e-12)


def test_rmsprop_is_that_of_the_lecture():
    """It is v ← αv + (1 - α)g², θ ← θ - ηg / (√v + ε), with the decay in g."""
    options = {"lr": 0.02, "alpha": 0.9, "eps": 0.05, "weight_decay": 0.2}
    theta, v = np.array(START), np.zeros(3)
    for reached in descend(lambda ps: optim.RMSprop(ps, **options), bowl):
        g = np.array(bowl(theta)) + 0.2 * theta
        v = 0.9 * v + 0.1 * g**2
        theta = theta - 0.02 * g / (np.sqrt(v) + 0.05)
        assert reached == pytest.approx(theta, abs=1e-12)


DEFAULTS = {
    optim.SGD: {"lr": 0.01, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
    optim.RMSprop: {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0},
    optim.Adam: {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0},
    optim.AdamW: {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01},
}


@pytest.mark.parametrize("kind", DEFAULTS)
def test_the_defaults_are_those_that_people_know(kind):
    """Those of the papers and, but for the rate of SGD, of PyTorch; what a signature says is what is done."""
    parameters = list(inspect.signature(kind).parameters.values())[1:]
    assert {p.name: p.default for p in parameters} == DEFAULTS[kind]
    assert (descend(kind, bowl, 20) == descend(lambda ps: kind(ps, **DEFAULTS[kind]), bowl, 20)).all()
    assert kind([Value(1.0)]).rate == DEFAULTS[kind]["lr"]
    other = (
        {"lr": 0.5} | {"weight_decay": 0.25} | ({"betas": (0.5, 0.75)} if "betas" in DEFAULTS[kind] else {})
    )
    made = kind([Value(1.0)], **other)
    assert {name: getattr(made, name) for name in other} == other


def test_adam_moves_by_the_learning_rate_at_first_whatever_the_gradient():
    """Bias correction makes m̂ / √v̂ the sign of the first gradient."""
    path = descend(lambda ps: optim.Adam(ps, lr=0.01), lambda xs: [1e-3, -7.0, 1e6], steps=1)
    assert np.subtract(path[0], START) == pytest.approx([-0.01, 0.01, -0.01], rel=1e-4)


def test_a_schedule_gives_each_step_its_rate():
    """A function of the number of steps made, read before each."""
    optimizer = optim.SGD([w := Value(0.0)], lr=lambda t: 10.0**-t)
    for wanted in (1.0, 0.1, 0.01):
        assert optimizer.rate == wanted
        w.grad = 1.0
        optimizer.step()
    assert w.data == pytest.approx(-1.11)


def test_momentum_keeps_the_rate_at_which_a_gradient_came():
    """η stands inside v, as in the documents: a rate of 0 stops new gradients, not the motion."""
    optimizer = optim.SGD([w := Value(0.0)], lr=lambda t: 1.0 if t == 0 else 0.0, momentum=0.5)
    for wanted in (-1.0, -1.5, -1.75):
        w.grad = 1.0
        optimizer.step()
        assert w.data == wanted


@pytest.mark.parametrize("name", EVERY)
def test_every_optimiser_finds_the_minimum_of_a_parabola(name):
    """From 1.5, -0.75 and 0.3 to 0, along the gradient 2θ."""
    path = descend(lambda ps: EVERY[name](ps, lr=0.02), lambda xs: [2 * x for x in xs], steps=500)
    assert np.abs(path[-1]).max() < 0.03


# ---- floats and arrays

THREE = st.lists(st.floats(), min_size=3, max_size=3)


def exactly(optimizer, data):
    """Return the data and the state of an optimiser to the last bit, and to the sign of a zero."""
    columns = data, *(getattr(optimizer, name) for name in optimizer.state)
    return [[float(x).hex() for x in column] for column in columns]


@pytest.mark.parametrize("name", EVERY)
@given(
    THREE,
    st.lists(st.tuples(THREE, st.booleans()), min_size=1, max_size=5),
    st.sampled_from([1, 0.05, optim.exponential_decay(0.1, 0.7), optim.warmup(0.3, 3)]),
    st.sampled_from([0.0, 0.1]),
)
def test_a_rule_gives_floats_and_arrays_the_same_to_the_last_bit(name, start, path, rate, decay):
    """`descend` does what `step` does, before, after and between steps, also where numbers overflow."""
    parameters, data = list(map(Value, start)), np.array(start)
    floats, mixed = (EVERY[name](ps, lr=rate, weight_decay=decay) for ps in (parameters, map(Value, start)))
    for gradients, on_arrays in path:
        for theta, p, x, g in zip(parameters, mixed.parameters, data, gradients):
            theta.grad, p.data, p.grad = g, x, g
        floats.step()
        if on_arrays:
            data = mixed.descend(data, np.array(gradients))
        else:
            mixed.step()
            data = np.array([p.data for p in mixed.parameters])
        assert exactly(mixed, data) == exactly(floats, [p.data for p in parameters])


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("SGD", ("velocities",)),
        ("nesterov", ("velocities",)),
        ("RMSprop", ("squares",)),
        ("Adam", ("means", "squares")),
        ("AdamW", ("means", "squares")),
    ],
)
def test_the_state_is_public_and_of_the_kind_that_moved_last(name, state):
    """Lists of floats after `step`, arrays after `descend`, with a number for each parameter."""
    optimizer = EVERY[name](list(map(Value, START)))
    assert optimizer.state == state
    for _ in range(2):
        optimizer.step()
        assert all({*map(type, getattr(optimizer, column))} == {float} for column in state)
        assert {type(getattr(optimizer, column)) for column in state} == {list}
        optimizer.descend(np.array(START), np.array(START))
        assert {type(getattr(optimizer, column)) for column in state} == {np.ndarray}
        assert {getattr(optimizer, column).shape for column in state} == {(3,)}


def test_descending_on_arrays_counts_a_step_and_moves_no_value():
    """It asks the schedule once for the rate, and what it is given stays as it was."""
    asked = []
    optimizer = optim.SGD([w := Value(7.0)], lr=lambda t: asked.append(t) or 0.5, momentum=0.5)
    w.grad, data, gradients = 5.0, np.array([1.0]), np.array([2.0])
    assert optimizer.descend(data, gradients).tolist() == [0.0]
    assert optimizer.descend(data, gradients).tolist() == [-0.5]
    assert (asked, optimizer.steps, w.data, w.grad, data[0], gradients[0]) == ([0, 1], 2, 7.0, 5.0, 1.0, 2.0)


# ---- PyTorch as an oracle


@pytest.mark.parametrize(
    ("make", "theirs", "options"),
    [
        (optim.SGD, "SGD", {"lr": 0.05}),
        (optim.SGD, "SGD", {"lr": 0.05, "weight_decay": 0.1}),
        (optim.SGD, "SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}),
        (optim.SGD, "SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
        (optim.Adam, "Adam", {"lr": 0.05}),
        (optim.Adam, "Adam", {"lr": 0.05, "betas": (0.8, 0.95), "weight_decay": 0.1}),
        (optim.AdamW, "AdamW", {"lr": 0.05}),
        (optim.AdamW, "AdamW", {"lr": 0.05, "weight_decay": 0.3}),
        (optim.RMSprop, "RMSprop", {"lr": 0.05}),
        (optim.RMSprop, "RMSprop", {"lr": 0.05, "weight_decay": 0.1}),
    ],
)
def test_a_hundred_steps_are_pytorchs(make, theirs, options):
    """At a constant rate, all parameters agree after every step to 1e-12."""
    torch = pytest.importorskip("torch", reason="PyTorch, the oracle for optimisers, is not installed")
    tensor = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    oracle = getattr(torch.optim, theirs)([tensor], **options)
    for reached in descend(lambda ps: make(ps, **options), bowl):
        tensor.grad = torch.tensor(bowl(tensor.tolist()), dtype=torch.float64)
        oracle.step()
        assert np.abs(np.subtract(reached, tensor.tolist())).max() <= 1e-12


def test_clipping_is_pytorchs():
    """By value exactly; by norm but for the 1e-6 that PyTorch adds to the norm."""
    torch = pytest.importorskip("torch", reason="PyTorch, the oracle for clipping, is not installed")
    tensor = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    for clip, theirs, tolerance in (
        (optim.clip_grad_value, torch.nn.utils.clip_grad_value_, 0.0),
        (optim.clip_grad_norm, torch.nn.utils.clip_grad_norm_, 1e-6),
    ):
        ours = with_gradients(START)
        tensor.grad = torch.tensor(START, dtype=torch.float64)
        clip(ours, 0.5)
        theirs([tensor], 0.5)
        assert np.abs(np.subtract([p.grad for p in ours], tensor.grad.tolist())).max() <= tolerance


# ---- clipping


def with_gradients(gradients):
    parameters = [Value(0.0) for _ in gradients]
    for p, g in zip(parameters, gradients):
        p.grad = g
    return parameters


@given(st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=5), st.floats(0.1, 10))
def test_clipping_by_norm_keeps_the_direction(gradients, limit):
    """A longer gradient gets the norm of the limit, a shorter one stays, and the norm before is returned."""
    parameters = with_gradients(gradients)
    norm = optim.clip_grad_norm(parameters, limit)
    assert norm == math.hypot(*gradients)
    factor = min(1.0, limit / norm) if norm else 1.0
    assert [p.grad for p in parameters] == pytest.approx([factor * g for g in gradients])
    assert optim.gradient_norm(parameters) <= limit * (1 + 1e-12)


def test_a_gradient_that_is_no_number_is_not_clipped():
    """It has no direction; the message names where it is."""
    parameters = with_gradients([1.0, math.inf])
    parameters[1].label = "w2"
    with pytest.raises(NonFiniteError, match=re.escape("grad of w2 is inf")):
        optim.clip_grad_norm(parameters, 1.0)


# ---- schedules


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        (optim.step_decay(0.1, every=10), {0: 0.1, 9: 0.1, 10: 0.01, 25: 0.001}),
        (optim.exponential_decay(0.1, 0.9), {0: 0.1, 2: 0.081}),
        (optim.linear_decay(1.0, 100, 0.1), {0: 1.0, 50: 0.55, 100: 0.1, 200: 0.1}),
        (optim.cosine_decay(1.0, 100, 0.2), {0: 1.0, 50: 0.6, 100: 0.2, 200: 0.2}),
        (optim.warmup(optim.linear_decay(1.0, 10), 5), {0: 0.2, 4: 1.0, 5: 1.0, 10: 0.5, 15: 0.0}),
    ],
)
def test_schedules_go_through_their_points(schedule, wanted):
    """At the first step, in between, at the end and after it."""
    assert {t: schedule(t) for t in wanted} == pytest.approx(wanted)


@pytest.mark.parametrize("steps", [1, 3, 10])
def test_a_schedule_reaches_its_end_at_its_last_step_and_not_before(steps):
    """A decay is at its end at t = steps, and stays; a warmup is over at t = steps - 1, and hands on."""
    for decay in (optim.linear_decay(1.0, steps, 0.25), optim.cosine_decay(1.0, steps, 0.25)):
        assert decay(0) == 1.0
        assert all(decay(t) > 0.25 for t in range(steps))
        assert all(decay(t) == pytest.approx(0.25, abs=1e-15) for t in (steps, steps + 1, 100 * steps))
    seen = []
    rising = optim.warmup(lambda t: seen.append(t) or 2.0, steps)
    assert [rising(t) for t in range(steps)] == pytest.approx([2.0 * (t + 1) / steps for t in range(steps)])
    assert [rising(t) for t in range(steps, steps + 3)] == [2.0] * 3
    assert seen == [*[0] * steps, 0, 1, 2]


# ---- bad input


def test_a_shared_parameter_is_moved_once():
    """Listed twice, it is one parameter."""
    w = Value(1.0)
    w.grad = 1.0
    optim.SGD([w, w], lr=0.1).step()
    assert w.data == 0.9


@pytest.mark.parametrize("name", EVERY)
def test_an_optimiser_needs_leaf_values(name):
    """Nothing, numbers and computed values are refused by name."""
    with pytest.raises(ShapeError, match="got no parameters"):
        EVERY[name]([])
    for wrong in (1.0, Value(1.0) * 2):
        with pytest.raises(OperandError, match="moves leaf Values, got"):
            EVERY[name]([wrong])


def test_nesterov_needs_momentum():
    """There is nothing to look ahead along without."""
    with pytest.raises(OperandError, match="which is 0: give a momentum"):
        optim.SGD([Value(1.0)], nesterov=True)


@pytest.mark.parametrize(("shape", "other"), [((1,), (2,)), ((2,), (1,)), ((2, 1), (2, 1)), ((), ())])
def test_arrays_hold_one_number_for_each_parameter(shape, other):
    """NumPy would stretch a shorter one without a word; a step that is refused is not counted."""
    optimizer = optim.Adam([Value(1.0), Value(2.0)])
    wanted = f"must be of shape (2,), got {shape} and {other}"
    with pytest.raises(ShapeError, match=re.escape(wanted)):
        optimizer.descend(np.zeros(shape), np.zeros(other))
    assert optimizer.steps == 0
