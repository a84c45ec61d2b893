"""Sources of recorded programs: pasted alone, they compute what the engine does, in all three libraries."""

import ast
import builtins
import functools
import inspect
import math
import os
import random
import re
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest
from entries import KINDS, entered
from graphs import EVERYWHERE, SMOOTH, programs
from hostile import LABELS
from hypothesis import given, settings
from seeds import outputs

from scalargrad import (
    Value,
    afresh,
    clip,
    dot,
    elu,
    gelu,
    leaky_relu,
    leaves,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    nn,
    pick,
    record,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
    total,
)  # fmt: skip
from scalargrad.engine.apply import apply
from scalargrad.errors import OperandError, RecordError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.primitives.table import rows
from scalargrad.replay import RecordedOutput

LIBRARIES = ("numpy", "torch", "jax")
TOLERANCE = {"numpy": 1e-12, "torch": 1e-10, "jax": 1e-10}


class Case(NamedTuple):
    """State what is recorded: a function with arguments, or an output that was computed."""

    function: Any
    arguments: tuple[Any, ...] = ()

    def recorded(self):
        """Return it recorded, after one call."""
        step = record(self.function)
        if isinstance(step, RecordedOutput):
            step()
        else:
            step(*self.arguments)
        return step


# ---- functions of every kind

GENERATOR = np.random.default_rng(5)
X, T = GENERATOR.normal(size=(7, 2)), np.sign(GENERATOR.normal(size=7))
ROWS, CLASSES = GENERATOR.normal(size=(7, 4)), np.array([0.0, 2, 1, 1, 0, 2, 2])
LISTED, SIGNS = X.tolist(), T.tolist()
HOT = np.eye(3)[CLASSES.astype(int)]
SOME = np.array([0.5, 1.25, 3.0])


def values(*dims, seed=0):
    """Return Values in nested lists."""
    generator = random.Random(f"{dims}{seed}")

    def made(dims):
        return [made(dims[1:]) for _ in range(dims[0])] if dims else Value(generator.gauss(0, 0.5))

    return made(dims)


def mlp(activation="tanh", loss=nn.mse, targets=T, arguments=X, widths=(5, 4, 1), **options):
    model = nn.MLP(np.shape(arguments)[-1], list(widths), activation, seed=3, **options)
    return Case(lambda x, t: loss(model(x), t), (arguments, targets))


def mlp_of(row):
    return mlp(lambda x: apply(row, x))


def residual():
    model = nn.Sequential(nn.Layer(4, 4, seed=1), nn.Residual(nn.Layer(4, 4, "tanh", seed=2)))
    return Case(lambda x: total(model(x)), (ROWS,))


def plain():
    """Return a network in + and * alone, as in micrograd, with labels on nothing."""
    w, v, b = values(4, 2), values(4), values(4)

    def net(x, t):
        hidden = [tanh(sum((wi * xi for wi, xi in zip(row, x)), bi)) for row, bi in zip(w, b)]
        return (sum(vi * h for vi, h in zip(v, hidden)) - t) ** 2

    return Case(net, (X, T))


def recurrent(xs):
    w, u, b = values(4), values(4, 4), values(4)

    def f(xs):
        h = [0.0] * 4
        for x in xs:
            h = [tanh(w[i] * x + dot(u[i], h) + b[i]) for i in range(4)]
        return total(h)

    return Case(f, (xs,))


def attention(places):
    tokens, query, key, value = (values(6, 6, seed=i) for i in range(4))

    def heads(vector, size=3):
        return [vector[i : i + size] for i in range(0, len(vector), size)]

    def f(places):
        xs = [pick(tokens, place) for place in places]
        qs, ks, vs = ([heads([dot(row, x) for row in m]) for x in xs] for m in (query, key, value))
        found = []
        for t in range(len(xs)):
            for head in range(2):
                weights = softmax([dot(qs[t][head], ks[s][head]) * 3**-0.5 for s in range(t + 1)])
                found += [dot(weights, column) for column in zip(*(vs[s][head] for s in range(t + 1)))]
        return mean(x * x for x in found)

    return Case(f, (places,))


def whole_batch(*given_):
    model = nn.MLP(2, [5, 1], "tanh", seed=4)
    if given_:
        return Case(lambda xs, ts: mean(map(nn.hinge, model.batch(xs), ts)), given_)
    return Case(lambda: mean(map(nn.hinge, model.batch(LISTED), SIGNS)))


def embedding():
    table, scale = values(5, 3), values(3)

    def f(i, j):
        both = [a * b for a, b in zip(pick(table, i), pick(table, j))]
        return nn.cross_entropy([z * pick(scale, i) for z in both], i)

    return Case(f, (np.array([0.0, 1, 2, 2]), np.array([4.0, 3, 0, 1])))


def batch_norm(*, training):
    model = nn.Sequential(nn.Layer(2, 3, None, seed=1), nn.BatchNorm(3), "tanh", nn.Layer(3, 1, None, seed=2))
    model.layers[1].running_mean, model.layers[1].running_variance = [0.3, -0.1, 0.2], [1.5, 0.7, 2.0]
    if training:
        return Case(lambda xs, ts: mean(map(nn.mse, model.batch(xs), ts)), (LISTED, SIGNS))
    model.eval()
    return Case(lambda x, t: nn.mse(model(x), t), (X, T))


def chain(length, x):
    w = Value(0.3, "w")

    def f(x):
        y = x
        for i in range(length):
            y = (lambda y: tanh(y * w), lambda y: y.sin() + w, lambda y: 0.5 * y + 0.25)[i % 3](y)
        return y

    return Case(f, (x,))


def irregular(count=150):
    """Return the output of a random graph, in which everything reads from all over the place."""
    generator = random.Random(1)
    nodes = [Value(generator.uniform(-1, 1)) for _ in range(12)]
    kinds = (
        lambda a, b: a + b * 0.5,
        lambda a, b: tanh(a * b),
        lambda a, b: sigmoid(a) - b,
        lambda a, b: logsumexp([a, b, 0.5]),
        lambda a, b: dot([a, b], [b, 0.25]),
        maximum,
    )
    for _ in range(count):
        nodes.append(generator.choice(kinds)(*generator.sample(nodes, 2)))
    return Case(total([tanh(x) for x in nodes[-40:]]))


def detached():
    w, v = Value(0.7, "w"), Value(-0.4, "v")
    return Case(lambda x: (w * x).detach() * tanh(v * x) + (w.detach() - v) ** 2, (SOME,))


def branching():
    w = Value(0.7, "w")

    def f(x, t):
        if t >= 1:
            return w * x
        return -x / w if x > 0 else x * w * w

    return Case(f, (SOME, np.ones(3)))


def whole_part():
    w = values(4)
    return Case(lambda x: w[int(x)] * x, (np.array([2.25, 2.5, 2.75]),))


def read_afresh():
    w = Value(0.7, "w")
    return Case(lambda x: w * x * afresh(lambda: 0.25) + afresh(lambda: 2.0), (SOME,))


def matrices():
    def f(a, b):
        return total([tanh(dot(row, column)) for row in a for column in zip(*b)])

    return Case(f, (GENERATOR.normal(size=(3, 2, 4)), GENERATOR.normal(size=(3, 4, 5))))


def blocks():
    w = values(3, 4, 2)

    def f(a):
        return total([tanh(dot(row, x)) for m, x in zip(w, a) for row in m])

    return Case(f, (GENERATOR.normal(size=(6, 3, 2)),))


def convolution():
    kernel, b = values(3), Value(0.1)

    def f(xs):
        return mean(tanh(dot(kernel, xs[i : i + 3]) + b) for i in range(6))

    return Case(f, (GENERATOR.normal(size=(4, 8)),))


def image():
    kernels, readout = values(2, 9), values(2, 4)

    def f(pixels):
        return total(
            readout[k][2 * i + j]
            * relu(dot(kernel, [pixels[i + a][j + b] for a in range(3) for b in range(3)]))
            for k, kernel in enumerate(kernels)
            for i in range(2)
            for j in range(2)
        )

    return Case(f, (GENERATOR.normal(size=(5, 4, 4)),))


def families():
    w = Value(0.8, "w")

    def f(x):
        return total(
            (
                sigmoid(w * x), silu(x * w), gelu(w + x), elu(w * x, 0.5), elu(x), clip(w * x, -0.5, 0.75),
                leaky_relu(w * x, 0.2), softplus(x * w), (w * x).log_sigmoid(), abs(x - w), (w * x).erf(),
                maximum(w, x), minimum(w * x, 0.2), (w * x) ** 3, (x * x + w) ** -0.5, (1.5 + w) ** x,
            )
        )  # fmt: skip

    return Case(f, (np.array([-1.3, -0.2, 0.4, 1.9]),))


def numbers():
    """Return a function with constants of every kind, in every place of an operator."""
    w = Value(0.3, "w")

    def f(x):
        return total(
            (
                x * 2, 2 * x, x + 1, 1 - x, x - 1, x / 3, 3 / (x + 9), -x, +x, x * -1.5, -1.5 * x, x * 0,
                0 * x, x + 0, x * 1, x**2, x**-2, x**0.5, 2.0**x, x * 1e300 / 1e300, x + 5e-324, w * math.pi,
                x**1,
                x**0, w**0, (x * 7) ** 3, x * 1e16 / 1e15, x * 0.1 - -0.25, maximum(x, -0.0), clip(x, -9, 5),
                minimum(x, math.inf), dot([x, 1, w, 0.5], [2, x, 3, 4]), total([x, 1.0, w, 2.0, -7.5]),
                logsumexp([x, 0.0, -3.0]), Value(4.0) * x, logsumexp([1.0, 2.0]) * x, x - (2 - (x - 3)),
            )
        )  # fmt: skip

    return Case(f, (SOME,))


def limits():
    """Return a function with infinite numbers in a list, as masks and open intervals have them."""
    above, mask = [1.0, math.inf, 0.5], [0.0, -math.inf, 0.25]

    def f(xs):
        return total([minimum(x, most) for x, most in zip(xs, above)]) + logsumexp(
            [x + m for x, m in zip(xs, mask)]
        )

    return Case(f, (ROWS[:, :3],))


def read_twice():
    """Return a function with parts that nobody reads, and others that are written twice or read twice."""
    w, unread = values(3), Value(5.0)

    def f(x, unused, also_unused):  # noqa: ARG001
        unread * x
        h = [tanh(wi * x) for wi in w]
        again = [tanh(wi * x) for wi in w]
        return dot(h, h) + total(again) * h[0] + h[1] / (h[2] + 3)

    return Case(f, (SOME, SOME, [3.0, 4.0]))


def in_parts():
    """Return a function of slices of slices, in another order, side by side."""
    w = values(3, 4)

    def f(x):
        a = [tanh(dot(row, x)) for row in w]
        b = [sigmoid(u * v) for u, v in zip(a[::-1], x)]
        joined = [*a[:2], *x[1:], *b]
        shuffled = [joined[i] for i in (3, 0, 7, 2, 2, 5)]
        return dot(shuffled, joined[:6]) + logsumexp(joined[2:]) + total(shuffled[1:4])

    return Case(f, (ROWS,))


W = Value(2.0)
ZOO = {
    **{f"MLP of {row.symbol}": functools.partial(mlp_of, row) for row in rows() if row.activation},
    "MLP of one": lambda: mlp("silu", widths=[1, 1]),
    "linear": lambda: mlp(widths=[1]),
    "deep": lambda: mlp(widths=[3] * 40 + [1]),
    "cross-entropy by classes": lambda: mlp(loss=nn.cross_entropy, targets=CLASSES, widths=[5, 3]),
    "cross-entropy by rows": lambda: mlp(
        loss=nn.cross_entropy, targets=np.eye(3)[CLASSES.astype(int)], widths=[5, 3]
    ),
    "softmax layer": lambda: mlp(targets=ROWS[:, :3], widths=[5, 3], output="softmax"),
    "mse of lists": lambda: mlp(targets=ROWS[:, :3], widths=[5, 3]),
    "half the squared error": lambda: mlp(loss=nn.half_squared_error, targets=ROWS[:, :3], widths=[5, 3]),
    "hinge": lambda: mlp("relu", nn.hinge),
    "hinge of lists": lambda: mlp("relu", nn.hinge, targets=np.sign(ROWS[:, :3]), widths=[5, 3]),
    "binary cross-entropy": lambda: mlp(loss=nn.binary_cross_entropy, targets=(T + 1) / 2),
    "one sample": lambda: mlp(arguments=LISTED[0], targets=1.0),
    "one sample of a class": lambda: mlp(
        loss=nn.cross_entropy, arguments=LISTED[0], targets=2, widths=[5, 3]
    ),
    "residual": residual,
    "plain": plain,
    "recurrent, one sample": lambda: recurrent([0.5, -1.0, 0.25]),
    "recurrent, a batch": lambda: recurrent(ROWS),
    "attention, one sample": lambda: attention([0.0, 3.0, 1.0, 4.0]),
    "attention, a batch": lambda: attention(np.array([[0.0, 3, 1, 4], [1, 1, 2, 0]])),
    "whole batch": lambda: whole_batch(LISTED, SIGNS),
    "whole batch of constants": whole_batch,
    "embedding": embedding,
    "batch normalisation in evaluation": lambda: batch_norm(training=False),
    "batch normalisation in training": lambda: batch_norm(training=True),
    "chain": lambda: chain(1000, 0.4),
    "one input": lambda: mlp(arguments=X[:, :1], widths=[5, 1]),
    "one neuron in the middle": lambda: mlp(widths=[4, 1, 3, 1]),
    "limits that are infinite": limits,
    "chain, a batch": lambda: chain(90, SOME),
    "irregular": irregular,
    "detached": detached,
    "branching": branching,
    "whole part": whole_part,
    "read afresh": read_afresh,
    "matrices": matrices,
    "blocks of products": blocks,
    "convolution": convolution,
    "image": image,
    "families": families,
    "numbers": numbers,
    "what is read twice or never": read_twice,
    "in parts": in_parts,
    "ragged": lambda: Case(
        lambda xs: total([tanh(dot(x, x)) for x in xs]), ([[1.0, 2.0], [0.5], [0.1, 0.2]],)
    ),
    "log-softmax": lambda: Case(lambda x: log_softmax(x)[1] * x[0], (ROWS,)),
    "an argument": lambda: Case(lambda x: x, (SOME,)),
    "an argument, one sample": lambda: Case(lambda x: x, (3.0,)),
    "a parameter by a condition": lambda: Case(lambda x: W if x > 0 else x, (SOME,)),
    "a number by a condition": lambda: Case(lambda x: 3.0 if x > 0 else x, (SOME,)),
    "an argument that is not in it": lambda: Case(lambda x, y: W * W * x, (SOME, SOME)),
    "no argument": lambda: Case(lambda: W * W),
    "any number of arguments": lambda: Case(lambda *xs: xs[0] * xs[1] - W, (SOME, 3.0)),
    "with a text": lambda: Case(lambda kind, x: x * 2 if kind == "double" else x, ("double", SOME)),
    **{f"record of {name}": lambda name=name: Case(example(name).output()) for name in GALLERY},
}

HEAVY = {
    "chain",
    "chain, a batch",
    "irregular",
    "deep",
    "attention, a batch",
}  # what takes XLA seconds to compile

each_case = pytest.mark.parametrize("name", ZOO)
each_library = pytest.mark.parametrize("library", LIBRARIES)


@functools.cache
def of_zoo(name):
    """Return a case of the zoo with its recording: sources and listings leave no trace in it."""
    case = ZOO[name]()
    return case, case.recorded()


# ---- what the engine says


def nested(x):
    """Return an argument with a Value for each of its numbers, and these in a list."""
    if isinstance(x, str):
        return x, []
    if not isinstance(x, list | np.ndarray):
        value = Value(float(x))
        return value, [value]
    parts = [nested(item) for item in x]
    return [tree for tree, _ in parts], [value for _, found in parts for value in found]


def size_of(arguments):
    """Return the number of samples, None where there is one without a batch."""
    return next((len(x) for x in arguments if isinstance(x, np.ndarray)), None)


def samples_of(arguments):
    """Return the arguments of each sample."""
    size = size_of(arguments)
    if size is None:
        return [list(arguments)]
    return [[x[i] if isinstance(x, np.ndarray) else x for x in arguments] for i in range(size)]


def swept(case):
    """Return the value, over a batch the mean, and leave its derivatives by Values in their grad.

    Those by the arguments come beside it, laid flat.
    """
    if isinstance(case.function, Value):
        case.function.zero_grad()
        case.function.backward()
        return case.function.data, []
    made = [list(map(nested, sample)) for sample in samples_of(case.arguments)]
    loss = total([case.function(*(tree for tree, _ in sample)) for sample in made]) / len(made)
    loss.zero_grad()
    loss.backward()
    columns = ([v.grad for _, found in column for v in found] for column in zip(*made))
    return loss.data, [np.array(column) for column in columns if column]


# ---- running a text


def program_of(step):
    """Return the program that a source is written from."""
    recorded = step.recorded if isinstance(step, RecordedOutput) else step
    return next(iter(recorded.programs.values()))[0]


def given_to(step, case):
    """Return the arrays by which a source is called, and the Values of those that are parameters."""
    program = program_of(step)
    graph = program.layout.graph
    of_parameters = {
        array.name: [graph.leaves[slot] for slot in array.slots.tolist()]
        for array in program.regular.parameters
    }
    found = {
        array.name: np.array([value.data for value in of_parameters[array.name]]).reshape(array.dims)
        for array in program.regular.parameters
    }
    call = getattr(step, "recorded", step).signature.call(case.arguments, {})
    found |= {
        array.name: numbers for array, numbers in zip(program.given.fresh, program.given.fresh_data(call))
    }
    size, samples = size_of(case.arguments), samples_of(case.arguments)
    columns = [column for column in zip(*samples) if not isinstance(column[0], str)]
    for array, column in zip(program.given.arguments, columns, strict=True):
        flat = [[value.data for value in nested(x)[1]] for x in column]
        found[array.name] = np.array(flat).reshape((*([] if size is None else [size]), *array.dims))
    return found, of_parameters


def function_in(text):
    """Return the last function that a text defines, run where there is nothing but builtins."""
    scope = {}
    exec(compile(text, "a source", "exec"), scope)
    return scope[[node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)][-1]]


def names_of(function):
    return list(inspect.signature(function).parameters)


def run_numpy(function, arrays, wanted):  # noqa: ARG001
    """Return the value with the derivatives, which the source gives itself."""
    return function(*(arrays[name] for name in names_of(function)))


def run_torch(function, arrays, wanted):
    """Return the value with the derivatives by the tensors of some names."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    tensors = {
        name: torch.tensor(arrays[name], dtype=torch.float64, requires_grad=name in wanted)
        for name in names_of(function)
    }
    value = function(*tensors.values())
    if not (isinstance(value, torch.Tensor) and value.requires_grad):  # a number
        return float(value), [np.zeros_like(arrays[name]) for name in wanted]
    assert value.dtype == torch.float64
    found = torch.autograd.grad(value, [tensors[name] for name in wanted], materialize_grads=True)
    return value.detach().numpy(), [x.numpy() for x in found]


def run_jax(function, arrays, wanted):
    """Return the value with the derivatives by the arrays of some names."""
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    jax.config.update("jax_enable_x64", True)
    # At its first use JAX has every later fork warn, which in the test of a terminal is an error.
    with mock.patch.object(os, "register_at_fork"):
        jax.devices()
    names = names_of(function)
    given_ = [jax.numpy.asarray(arrays[name], dtype=float) for name in names]
    if not wanted:
        return np.asarray(function(*given_)), []
    places = [names.index(name) for name in wanted]
    whole = jax.jit(jax.value_and_grad(lambda *xs: 1.0 * function(*xs), argnums=places))
    value, found = whole(*given_)
    assert value.dtype == float
    return np.asarray(value), list(map(np.asarray, found))


RUN = {"numpy": run_numpy, "torch": run_torch, "jax": run_jax}


def check(case, *libraries, step=None):
    """Assert that a source gives what the engine does: value, derivatives by parameters or arguments."""
    step = step or case.recorded()
    texts = {library: step.source(library) for library in libraries}
    arrays, parameters = given_to(step, case)
    value, by_arguments = swept(case)
    if parameters:
        derivatives = {name: np.array([v.grad for v in found]) for name, found in parameters.items()}
    else:
        derivatives = dict(zip((array.name for array in program_of(step).given.arguments), by_arguments))
    for library, text in texts.items():
        tolerance = {"rtol": TOLERANCE[library], "atol": TOLERANCE[library], "err_msg": text}
        function = function_in(text)
        assert sorted(names_of(function)) == sorted(arrays), text
        got, found = RUN[library](function, arrays, list(derivatives))
        assert np.shape(got) == (), text
        np.testing.assert_allclose(got, value, **tolerance)
        for (name, wanted), derivative in zip(derivatives.items(), found, strict=True):
            assert np.shape(derivative) == arrays[name].shape, f"the derivative by {name} of {text}"
            np.testing.assert_allclose(np.ravel(derivative), wanted, **tolerance)


@pytest.mark.parametrize(
    ("name", "library"), [(name, x) for name in ZOO for x in LIBRARIES if x != "jax" or name not in HEAVY]
)
def test_a_source_alone_has_the_value_and_the_derivatives_of_the_engine(name, library):
    """Pasted where there is nothing but builtins; PyTorch and JAX take the derivatives themselves."""
    case, step = of_zoo(name)
    check(case, library, step=step)


@given(programs(EVERYWHERE, length=25))
def test_the_source_of_any_program_is_right_over_a_batch(program):
    """Its leaves are arguments or parameters, in turn; those that overflow are left out."""
    leaves_ = program.leaves()
    outer, batches = leaves_[1::2], [np.array([x.data, x.data + 0.125, 0.3]) for x in leaves_[::2]]
    case = Case(lambda *xs: program.values(*xs, *outer), tuple(batches))
    try:
        value, found = swept(case)
        record(case.function)(*case.arguments)
    except (ArithmeticError, ValueError, OperandError):  # which depends on none of its arguments
        return
    if not np.isfinite([value, *(x for column in found for x in column), *(x.grad for x in outer)]).all():
        return
    if max(abs(value), *(abs(x.grad) for x in outer), 1.0) < 1e6:
        check(case, "numpy")


@given(programs(SMOOTH, length=12))
@settings(max_examples=25)
def test_the_source_of_any_program_is_differentiated_by_pytorch(program):
    """With leaves that are parameters."""
    outer = program.leaves()
    case = Case(lambda x: program.values(*outer) * x, (SOME,))
    check(case, "torch")


# ---- rows of one's own


@each_library
@pytest.mark.parametrize("kind", KINDS)
def test_a_made_up_row_is_written(kind, library):
    """Nothing is spelled out for a primitive: one that was entered a moment ago is in the text."""
    with entered(kind) as made:
        row = made.row
        w = values(row.arity or 4)

        def f(*xs):
            inner = apply(row, *row.arguments([x * v for x, v in zip(xs, w)]))
            return apply(row, *row.arguments([*w[1:], inner])) + inner

        check(Case(f, tuple(SOME + 0.1 * i for i in range(len(w)))), library)
        check(Case(f, tuple(0.5 + 0.1 * i for i in range(len(w)))), library)


@each_library
def test_a_made_up_activation_is_written(library):
    """In a network, by its name."""
    with entered("unary") as made:
        check(mlp(made.name), library)


# ---- names

NAMES = (
    *("n", "np", "seed", "replay", "fresh", "torch", "jax", "jnp", "len", "sum", "sigmoid", "erf", "weigh"),
    *("scatter", "c0", "i0", "u0", "g0", "v0", "p0", "d_w", "d_v0", "hot_x", "functools", "print", "f", "π"),
)
WORDS = (
    "lambda",
    "None",
    "class",
    "0",
    "w1",
    "_",
    "__",
    "ﬁ",
    "x\u0301",
    "Σ",
    "λ",
    "x y",
    "x'",
    "w[0]",
    "layers[0].z",
)


def crowded(x, ws, v):
    """Return an expression in which all that a source may need by name is read."""
    z = [tanh(w * x + 0.5) for w in ws]
    picked = total([c * i for c, i in zip((0.25, 0.5, 0.75, 1.5, 2.5), (z[2], z[0], z[1], z[1], z[0]))])
    drawn = afresh(lambda: 0.5) * x
    return silu(sigmoid(x) * v) + gelu(v * x) + dot(z, z[::-1]) + (abs(v) + 0.5) ** x + picked + drawn


def with_argument(name):
    scope = {"crowded": crowded, "ws": values(3), "v": Value(0.7, "w")}
    exec(f"def f({name}):\n    return crowded({name}, ws, v)", scope)
    return Case(scope["f"], (SOME,))


def with_labels(name):
    """Return a function of Values that have a label, of lists of them, and of results."""
    v, ws = Value(0.7, name), values(3)
    for i, w in enumerate(ws):
        w.label = f"{name}{i}"

    def f(x):
        y = tanh(v * x) + ws[0]
        y.label = name
        return crowded(y, ws, v) * v

    return Case(f, (SOME,))


@pytest.mark.parametrize(
    ("name", "library"),
    [(name, "numpy") for name in NAMES]
    + [(name, "torch") for name in ("n", "np", "torch", "sigmoid", "i0", "u0")]
    + [(name, "jax") for name in ("n", "jax", "jnp", "sigmoid")],
)
def test_an_argument_may_have_any_name(name, library):
    """Also one that the text needs for itself."""
    check(with_argument(name), library)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_with_an_argument_of_any_name_is_replayed(name):
    """Value and derivatives, for one sample and for a batch, at the first call and at the next."""
    case = with_argument(name)
    step = record(case.function)
    xs = [Value(x) for x in SOME]
    outputs_ = [case.function(x) for x in xs]
    for y in outputs_:
        y.backward()
    for _ in range(2):
        values_, by = step.value_and_grad(SOME)
        np.testing.assert_allclose(values_, [y.data for y in outputs_], rtol=1e-12)
        np.testing.assert_allclose(by, [x.grad for x in xs], rtol=1e-12)
        assert step.value_and_grad(0.5) == pytest.approx((values_[0], by[0]), rel=1e-12)


@pytest.mark.parametrize("name", [*NAMES, *WORDS, *LABELS])
def test_a_label_may_be_anything(name):
    """It is a name if it can be one, and nothing is mistaken for another."""
    check(with_labels(name), "numpy")


@each_library
def test_a_label_may_be_a_word_of_the_library(library):
    """Or of Python."""
    for name in ("torch", "jax", "jnp", "lambda", "sigmoid", "len"):
        check(with_labels(name), library)


@pytest.mark.parametrize("name", [*NAMES, *WORDS, *LABELS])
def test_an_output_may_have_any_label(name):
    """The function has it as its name where it can."""
    x, w = leaves(x=0.5, w=-0.75)
    y = sigmoid(x * w) + gelu(x)
    y.label = name
    check(Case(y), "numpy")


@pytest.mark.parametrize("name", ["sigmoid", "np", "scatter", "x", "w"])
def test_a_function_may_have_any_name(name):
    """Also that of a function which its text calls."""
    scope = {"crowded": crowded, "ws": values(3), "v": Value(0.7, "w")}
    exec(f"def {name}(x):\n    return crowded(x, ws, v)", scope)
    check(Case(scope[name], (SOME,)), "numpy")


PAIRS = {
    "an adjoint and a label": ("w", "d_w"),
    "one name in two spellings": ("ﬁ", "fi"),
    "two lists": ("a_2", "a"),
    "the array of numbers read afresh": ("fresh", "n"),
    "names that end in numbers": ("w_2", "w"),
    "nothing and a number": ("v0", "v"),
}


@pytest.mark.parametrize("names", PAIRS.values(), ids=PAIRS)
def test_names_are_kept_apart(names):
    """Whatever is derived of a label is another name than all labels."""
    a, b = (Value(0.5 + 0.25 * i, name) for i, name in enumerate(names))
    c = Value(2.0, names[0])

    def f(x):
        y = tanh(a * x) * b + c / (x + 4)
        y.label = names[1]
        return sigmoid(y * a) * y + afresh(lambda: 0.5) * b

    check(Case(f, (SOME,)), "numpy")


# ---- the text


def stated_in(text):
    """Return the tree of a text, with all names that it reads and all that it makes."""
    tree = ast.parse(text)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    made |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    made |= {(alias.asname or alias.name).split(".")[0] for node in imported for alias in node.names}
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}, made


@each_library
@each_case
def test_a_source_names_nothing_that_it_has_not_made(name, library):
    """Beside builtins; and it imports its library, and no more than it needs of Python's own."""
    text = of_zoo(name)[1].source(library)
    read, made = stated_in(text)
    assert read <= made | set(dir(builtins)), text
    wanted = {
        "numpy": {"import numpy as np"},
        "torch": {"import torch"},
        "jax": {"import jax", "import jax.numpy as jnp"},
    }[library]
    imports = {line for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert wanted <= imports <= wanted | {"import functools", "import math", "from typing import Any"}
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not any(line != line.rstrip() for line in text.splitlines()), text


@each_library
@each_case
def test_the_lines_of_a_source_fit_a_page(name, library):
    """110 characters, but for constants."""
    lines = of_zoo(name)[1].source(library).splitlines()
    wide = [line for line in lines if len(line) > 110 and not re.match(r"[ci]\d+ = ", line)]
    assert not wide, "\n".join(wide)


@each_case
def test_the_shapes_beside_the_lines_are_those_of_the_arrays(name):
    """Forward and backward, as NumPy makes them."""
    case, step = of_zoo(name)
    arrays, _ = given_to(step, case)
    top, _, function = re.sub(r"\n {8,}", " ", step.source()).rpartition("\ndef ")  # lines broken in two
    scope, lines = dict(arrays), function.split('"""')[2].splitlines()[1:]
    exec(top, scope)
    checked = 0
    for line in map(str.strip, lines):
        if re.match(r"\w[\w.()]* (=|\+=) |\w+\[", line) or " += " in line:
            exec(line, scope)
        if "  # " in line:
            shape = tuple(scope["n"] if n == "n" else int(n) for n in line.rpartition("  # ")[2].split("×"))
            assert np.shape(scope[line.partition(" = ")[0]]) == shape, f"{line} in\n{step.source()}"
            checked += 1
    assert checked or size_of(case.arguments) is None or name == "an argument"


SEVERAL = (
    *("MLP of gelu", "attention, a batch", "branching", "embedding", "numbers", "irregular", "families"),
    *("in parts", "read afresh", "record of sigmoid-2-2-1", "whole batch of constants"),
)


def test_a_source_is_the_same_under_every_hash_seed(tmp_path):
    """In all libraries, and the listing too."""
    program = tmp_path / "sources.py"
    program.write_text(
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_record_source as t\n"
        f"for name in {SEVERAL}:\n"
        "    step = t.ZOO[name]().recorded()\n"
        "    print(step, *map(step.source, t.LIBRARIES))\n"
    )
    first, *others = outputs(program)
    assert len(first) > 10_000
    assert others == [first] * len(others)


def test_a_source_is_the_same_whenever_it_is_asked_for():
    """Writing one leaves no trace: neither in the next, nor in the listing, nor in what is computed."""
    step, again = mlp().recorded(), mlp().recorded()
    texts = [step.source(library) for library in LIBRARIES]
    listed = str(step)
    assert [step.source(library) for library in reversed(LIBRARIES)] == texts[::-1]
    assert str(step) == listed == str(again)
    assert [again.source(library) for library in reversed(LIBRARIES)] == texts[::-1]
    value = step(X, T)
    step.source("torch")
    np.testing.assert_array_equal(step(X, T), value)
    assert step.backward(X, T) == pytest.approx(value.mean(), rel=1e-14)


def test_the_source_of_a_network_reads_as_one_writes_it():
    """Matrices by the names of books, one line a step, the adjoint of each as d_ before its name."""
    model = nn.MLP(2, [16, 16, 1], seed=7)

    @record
    def loss(x, t):
        return nn.hinge(model(x), t)

    loss(X, T)
    assert (
        loss.source()
        == """import numpy as np


def loss(W0, W1, W2, b0, b1, b2, x, t):
    \"\"\"Return the mean over n samples, with its derivatives by the parameters.

    W0  16×2
    W1  16×16
    W2  16
    b0  16
    b1  16
    b2  a number
    x   n×2
    t   n
    \"\"\"
    n = len(x)
    z0 = x @ W0.T + b0        # n×16
    a0 = np.maximum(z0, 0.0)  # n×16
    z1 = a0 @ W1.T + b1       # n×16
    a1 = np.maximum(z1, 0.0)  # n×16
    z2 = a1 @ W2 + b2         # n
    v0 = t*z2                 # n
    v1 = 1 - v0               # n
    v2 = np.maximum(v1, 0.0)  # n

    seed = 1.0/n
    d_v1 = seed*(v1 > 0)         # n
    d_v0 = -d_v1                 # n
    d_z2 = d_v0*t                # n
    d_a1 = d_z2[..., None] * W2  # n×16
    d_z1 = d_a1*(z1 > 0)         # n×16
    d_a0 = d_z1 @ W1             # n×16
    d_z0 = d_a0*(z0 > 0)         # n×16
    d_W0 = d_z0.T @ x            # 16×2
    d_W1 = d_z1.T @ a0           # 16×16
    d_W2 = d_z2 @ a1             # 16
    d_b0 = d_z0.sum(axis=0)      # 16
    d_b1 = d_z1.sum(axis=0)      # 16
    d_b2 = d_z2.sum(axis=0)
    return v2.mean(), (d_W0, d_W1, d_W2, d_b0, d_b1, d_b2)
"""
    )
    assert (
        loss.source("torch")
        == """import torch


def loss(W0, W1, W2, b0, b1, b2, x, t):
    \"\"\"Return the mean over n samples.

    W0  16×2
    W1  16×16
    W2  16
    b0  16
    b1  16
    b2  a number
    x   n×2
    t   n
    \"\"\"
    n = len(x)
    z0 = x @ W0.T + b0   # n×16
    a0 = torch.relu(z0)  # n×16
    z1 = a0 @ W1.T + b1  # n×16
    a1 = torch.relu(z1)  # n×16
    z2 = a1 @ W2 + b2    # n
    v0 = t*z2            # n
    v1 = 1 - v0          # n
    v2 = torch.relu(v1)  # n
    return v2.mean()
"""
    )


# ---- which program it is


def branches(x):
    """Branch by a sign."""
    return tanh(x) if x > 0 else x * x


def is_refused(library, function, arrays):
    """Tell whether a source refuses arrays: by an assertion or, in JAX, which traces it, by nan."""
    try:
        value, _ = RUN[library](function, arrays, [])
    except AssertionError as error:
        return str(error) == "numbers that go another way through the function"
    return library == "jax" and math.isnan(float(value))


@each_library
def test_a_source_refuses_ways_that_were_not_recorded(library):
    """If one sample takes one."""
    step = record(branches)
    step(SOME)
    function = function_in(step.source(library))
    value, _ = RUN[library](function, {"x": SOME}, [])
    assert float(value) == pytest.approx(np.tanh(SOME).mean(), rel=1e-12)
    assert is_refused(library, function, {"x": np.array([0.5, -1.0])})


@each_library
def test_a_source_refuses_an_index_that_is_none(library):
    """Out of its range, and between two."""
    items = [Value(2.0), Value(3.0)]
    step = record(lambda i: pick(items, i))
    step(np.array([0.0, 1.0]))
    function = function_in(step.source(library))
    (p, _) = names_of(function)
    for index in (2.0, -1.0, 0.5):
        assert is_refused(library, function, {p: np.array([2.0, 3.0]), "i": np.array([0.0, index])})


def test_an_argument_is_called_as_one_likes():
    """Another name changes the name and nothing else."""
    sources = []
    for name in ("x", "a", "maximum_", "n1"):
        function = eval(f"lambda {name}: relu({name}) + {name}", {"relu": relu})
        step = record(function)
        step(SOME)
        sources.append(re.sub(rf"(\b|(?<=d_)){name}\b", "x", step.source()))
    assert len({re.sub(" +", " ", text) for text in sources}) == 1


def test_a_source_is_that_of_the_last_call():
    """Of the branch that it took, and of its shapes."""
    step = record(lambda x: tanh(x) if x > 0 else x.sin())
    step(1.0)
    assert "tanh" in step.source()
    step(-1.0)
    assert "sin" in step.source()
    assert "tanh" not in step.source()
    step(SOME)
    assert "tanh" in step.source()
    assert ".mean()" in step.source()


def test_an_unknown_library_is_refused_by_name():
    """With the nearest one, or all there are."""
    step = mlp().recorded()
    for made in (step, record(example("baydin").output())):
        with pytest.raises(UnknownNameError, match="unknown library 'numpi'; did you mean numpy"):
            made.source("numpi")
        with pytest.raises(UnknownNameError, match="there are: jax, numpy, torch"):
            made.source("haskell")


def test_there_is_no_source_before_the_first_call():
    """The error says what to do."""

    @record
    def silent(x):
        return x

    with pytest.raises(RecordError, match="silent was not recorded yet: call it once"):
        silent.source()


def test_an_output_has_a_source_at_once():
    """It was computed already."""
    w = Value(3.0, "w")
    assert "def recorded(w):" in record(w * w).source()


# ---- the same function, replayed


def test_a_network_with_one_input_is_replayed():
    """After it was recorded the function is not called again, whatever the widths of its layers."""
    for width, widths in ((1, [5, 1]), (2, [4, 1, 3, 1]), (1, [1, 1])):
        model, calls = nn.MLP(width, widths, "tanh", seed=1), []

        def loss(x):
            calls.append(x)  # noqa: B023
            return nn.mse(model(x), 1.0)  # noqa: B023

        step, points = record(loss), GENERATOR.normal(size=(50, width))
        step(points)
        count = len(calls)
        step(points)
        assert count < 50
        assert len(calls) == count


def test_a_value_that_is_nothing_but_rounding_is_no_error():
    """Sums are added up in another order, so what is 0 but for the last bits may be another such number."""
    step = record(lambda *xs: total(xs))
    assert step(*[0.1] * 10, -1.0) == pytest.approx(0.0, abs=1e-15)
    w, v = leaves(w=-0.161606, v=-0.775471)
    assert record(dot([v, w], [w, -v]))() == pytest.approx(0.0, abs=1e-15)


def test_what_was_refused_is_refused_again(monkeypatch):
    """A program that does not compute what the function does is never used, at no later call either."""
    step = record(lambda x: tanh(x) * 2)
    with monkeypatch.context() as patch:
        patch.setattr(np, "allclose", lambda *_, **__: False)
        for _ in range(2):
            with pytest.raises(RecordError, match="please report it"):
                step(SOME)
    np.testing.assert_allclose(step(SOME), 2 * np.tanh(SOME))


def test_the_whole_part_may_choose():
    """It is a condition, as a comparison is."""
    table = values(3)
    step = record(lambda x, k: table[int(k)] * x)
    got = step(SOME, np.array([0.0, 2.5, 1.0]))
    assert got.tolist() == pytest.approx([table[i].data * x for i, x in zip((0, 2, 1), SOME)], rel=1e-15)
    step = record(lambda x, k: table[k] * x)
    got = step(SOME, np.array([0.0, 2.0, 1.0]))
    assert got.tolist() == pytest.approx([table[i].data * x for i, x in zip((0, 2, 1), SOME)], rel=1e-15)


def test_a_sum_of_rows_is_written_as_a_sum():
    """Not as a product with ones, which is how it runs fast."""
    ws = [Value(0.1 * i) for i in range(20)]
    step = record(lambda xs: total([x * w * w for x, w in zip(xs, ws)]))
    step([0.5] * 20)
    source = step.source("numpy")
    assert ".sum(axis=0)" in source
    assert "ones" not in source
