"""Neurons, layers and networks: what they compute, what they are called, and what they refuse."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, nn, tanh
from scalargrad.errors import MissingMethodError, OperandError, ShapeError, UnknownNameError
from scalargrad.nn.samples import as_list
from scalargrad.primitives.table import FAMILIES, TABLE

UNARY = [name for name, row in TABLE.items() if row.arity == 1] + ["leaky_relu", "elu"]


# ---- what is computed


@given(st.integers(1, 5), st.integers(0, 99))
def test_a_neuron_is_three_nodes(nin, seed):
    """dot, + and the activation: φ(w₁x₁ + … + wₖxₖ + b), the textbook line."""
    neuron = nn.Neuron(nin, "sigmoid", seed=seed)
    xs = [Value(0.1 * i) for i in range(nin)]
    a = neuron(xs)
    (z,) = a.parents
    weighted, bias = z.parents
    assert weighted.parents == (*neuron.weights, *xs)
    assert bias is neuron.bias
    assert [node.primitive.name for node in (a, z, weighted)] == ["sigmoid", "add", "dot"]
    wanted = sum(w.data * x.data for w, x in zip(neuron.weights, xs)) + bias.data
    assert z.data == pytest.approx(wanted)


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", None])
def test_a_layer_computes_its_neurons(activation):
    """The same numbers and gradients come from a layer as from its neurons one by one."""
    layer = nn.Layer(3, 4, activation, seed=3)
    together, apart = [Value(x) for x in (0.5, -1.0, 2.0)], [Value(x) for x in (0.5, -1.0, 2.0)]
    outputs, ones = layer(together), [neuron(apart) for neuron in layer.neurons]
    assert [a.data for a in outputs] == [a.data for a in ones]
    sum(outputs).backward()
    sum(ones).backward()
    assert [x.grad for x in together] == [x.grad for x in apart]


def test_a_network_chains_its_layers():
    """Hidden layers have the activation; the last layer is linear unless an output is asked for."""
    model = nn.MLP(2, [3, 4, 2], "tanh", seed=0)
    xs = [0.5, -0.25]
    for layer in model.layers:
        xs = layer(xs)
    assert [y.data for y in model([0.5, -0.25])] == [y.data for y in xs]
    assert [layer.neurons[0].activation for layer in model.layers] == ["tanh", "tanh", None]
    assert [y.primitive.name for y in nn.MLP(2, [3, 2], output="sigmoid")([1, 2])] == ["sigmoid"] * 2


def numbers(outputs):
    """Return the data of several outputs, Values or lists of them."""
    return [[y.data for y in as_list(output)] for output in outputs]


@pytest.mark.parametrize(
    "make",
    [
        lambda n: nn.Layer(n, n),
        lambda n: nn.MLP(n, [1, n]),
        lambda n: nn.Sequential(nn.Layer(n, n), "tanh"),
        lambda n: nn.Residual(nn.Layer(n, n)),
    ],
)
def test_a_width_of_one_gives_a_value_and_any_other_a_list(make):
    """So does each output at a batch."""
    assert type(make(1)([1.0])) is type(make(1)([[1.0], [2.0]])[1]) is Value
    assert [type(y) for y in make(2)([1.0, 2.0])] == [Value, Value]


@pytest.mark.parametrize(
    "module",
    [
        nn.Neuron(2, "tanh"),
        nn.Layer(2, 3),
        nn.Layer(2, 1, "softmax"),
        nn.MLP(2, [3, 1]),
        nn.Sequential(nn.MLP(2, [1]), nn.Layer(1, 2), "softmax"),
        nn.Residual(nn.Layer(2, 2)),
        nn.BatchNorm(2).eval(),
        nn.Activation("relu"),
        nn.Softmax(),
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", [list, np.array, iter, lambda rows: zip(*zip(*rows))])
def test_a_list_of_samples_gives_the_list_of_the_outputs(module, kind):
    """Of lists, an array, an iterator, as if one by one; `forward` is another name of a call."""
    samples = [[1.0, -2.0], [0.5, 3.0], [0.0, 1.0]]
    one_by_one = numbers(module(sample) for sample in samples)
    for outputs in (module(kind(samples)), module.batch(kind(samples)), module.forward(samples)):
        assert type(outputs) is list
        assert numbers(outputs) == one_by_one


@pytest.mark.parametrize("module", [nn.Neuron(1), nn.Layer(1, 2), nn.MLP(1, [2, 1])], ids=repr)
def test_the_sample_of_a_module_of_one_input_may_be_a_number(module):
    """A number, a Value, or in a batch a list of them, as `fit` takes them."""
    wanted = numbers([module([0.5]), module([-0.5])])
    assert numbers(module.batch([0.5, -0.5])) == wanted
    for x in (0.5, Value(0.5), np.float64(0.5)):
        assert numbers([module(x)]) == wanted[:1]


@pytest.mark.parametrize("inputs", [[1, -2], (1.0, -2.0), [Value(1.0), -2], np.array([1.0, -2.0])], ids=repr)
def test_inputs_are_any_sequence_of_numbers_and_values(inputs):
    """Rows of arrays of data fit as they are."""
    model = nn.MLP(2, [3, 1], seed=5)
    assert model(inputs).data == model([1.0, -2.0]).data


# ---- activations


@pytest.mark.parametrize("name", UNARY)
def test_an_activation_is_given_by_name_or_as_a_function(name):
    """Any primitive of one operand is one; a function of one Value does as well."""
    by_name, by_function = (nn.Neuron(2, phi, seed=4) for phi in (name, getattr(Value, name)))
    by_name.bias.data = by_function.bias.data = 1.75 if name == "acosh" else 0.75
    a, b = by_name([0.25, 0.5]), by_function([0.25, 0.5])
    assert a.primitive is b.primitive is (FAMILIES[name]() if name in FAMILIES else TABLE[name])
    assert a.data == b.data == getattr(a.parents[0], name)().data


def test_an_activation_may_be_any_function_of_a_value():
    """It is called with z and its result is the output."""
    neuron = nn.Neuron(1, lambda z: z * z + 1, seed=0)
    assert neuron([2.0]).data == (2 * neuron.weights[0].data) ** 2 + 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tahn", "unknown activation 'tahn'; did you mean tan or tanh"),
        ("rellu", "did you mean relu"),
        ("power", "unknown activation 'power'"),
        ("maximum", "unknown activation 'maximum'"),
        ("zzz", "there are: abs, acos, "),
    ],
)
def test_an_unknown_activation_is_a_lookup_error_that_helps(name, message):
    """The nearest names, or all of them, are in the message."""
    for make in (lambda: nn.Neuron(2, name), lambda: nn.MLP(2, [2, 1], name), lambda: nn.Layer(2, 1, name)):
        with pytest.raises(UnknownNameError, match=re.escape(message)):
            make()


# ---- bad input


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("module", [nn.Neuron(2), nn.Layer(2, 3), nn.MLP(2, [3, 1])], ids=repr)
def test_the_wrong_number_of_inputs_is_refused_with_both_numbers(module, count):
    """Nothing is cut or filled up."""
    with pytest.raises(ShapeError, match=f"takes 2 inputs, got {count}"):
        module([1.0] * count)


@pytest.mark.parametrize("module", [nn.Neuron(2), nn.Layer(2, 3), nn.MLP(2, [3, 1])], ids=repr)
def test_inputs_one_by_one_are_refused_with_the_way_to_write_them(module):
    """A network is called with a list, not as a function of numbers is."""
    with pytest.raises(
        ShapeError, match=r"all inputs in one list, as model\(\[1.0, 2.0\]\), got a number, a list"
    ):
        module(1.0, [2.0])


def test_the_error_says_which_layer_got_the_wrong_inputs():
    """Its path and its shape are in the message."""
    model = nn.MLP(2, [3, 1])
    model.layers[1] = nn.Layer(4, 1)
    with pytest.raises(ShapeError, match=re.escape("Layer(4, 1, activation='relu') takes 4 inputs, got 3")):
        model([1.0, 2.0])
    with pytest.raises(ShapeError, match=re.escape("layers[0]: Layer(2, 3, activation='relu') takes 2")):
        model([1.0])


def test_inputs_that_are_no_numbers_are_refused():
    """A row of a three-dimensional array is not a sample, and text is no number."""
    for inputs in (np.ones((2, 2, 2)), ["1", "2"], [None, 1.0]):
        with pytest.raises(OperandError, match="expected one real number"):
            nn.MLP(2, [3, 1])(inputs)


@pytest.mark.parametrize("make", [nn.Neuron, lambda n: nn.Layer(2, n), lambda n: nn.MLP(2, [n, 1])])
def test_a_width_is_a_whole_number_of_at_least_one(make):
    """Anything else is refused with what it was."""
    for count in (0, -1):
        with pytest.raises(ShapeError, match=f"must be at least 1, got {count}"):
            make(count)
    for count in (1.5, "2", True, None):
        with pytest.raises(OperandError, match=f"must be a whole number, got {count!r}"):
            make(count)


def test_a_network_has_at_least_one_layer():
    """No list of widths, an empty one, or all widths in one list: the error says how it is written."""
    for arguments in ((2, []), (2,), ([2, 16, 1],), (2, 16, 1)):
        with pytest.raises(ShapeError, match=re.escape("such as MLP(2, [16, 16, 1])")):
            nn.MLP(*arguments)


# ---- text


@pytest.mark.parametrize(
    "text",
    [
        "Neuron(3, activation='tanh')",
        "Neuron(3, activation=None)",
        "Layer(3, 2, activation='relu')",
        "MLP(2, [16, 16, 1], activation='relu', output=None)",
        "MLP(2, [3], activation='relu', output='sigmoid')",
    ],
)
def test_repr_is_the_call_that_makes_one_like_it(text):
    """It reads as Python."""
    assert repr(eval(text, vars(nn))) == text


def test_an_activation_that_is_a_function_is_shown_by_its_name():
    """No address of an object is in a repr."""
    assert repr(nn.Layer(1, 1, tanh)) == "Layer(1, 1, activation=tanh)"


# ---- micrograd


def test_micrograds_example_has_its_printed_numbers():
    """The expression of micrograd's README gives the numbers that stand there."""
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert [f"{x:.4f}" for x in (g.data, a.grad, b.grad)] == ["24.7041", "138.8338", "645.5773"]


def test_micrograds_training_loop_runs_unchanged():
    """model.zero_grad(), backward, p.data -= lr * p.grad: the loss falls below a hundredth."""
    model = nn.MLP(2, [8, 1], "tanh", seed=1)
    data = [((0.0, 0.0), -1.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), -1.0)]
    for _ in range(200):
        loss = sum((model(x) - y) ** 2 for x, y in data)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.05 * p.grad
    assert math.isfinite(loss.data)
    assert loss.data < 0.01


# ---- modules derived from those that are there


def test_a_call_without_its_batch_is_refused():
    """`fit` trains through the batch, which would be that of the other module."""
    with pytest.raises(MissingMethodError, match="inherits a batch that computes something else"):

        class Doubled(nn.Layer):
            def __call__(self, x):
                return 2 * super().__call__(x)


def test_a_layer_of_ones_own_says_what_it_makes_of_a_batch():
    """Its calls go through it, alone and in a chain."""

    class Doubled(nn.Layer):
        def batch(self, samples):
            return [2 * y for y in super().batch(samples)]

    layer, plain = Doubled(2, 1, seed=1), nn.Layer(2, 1, seed=1)
    assert layer([1.0, 2.0]).data == nn.Sequential(layer)([1.0, 2.0]).data == 2 * plain([1.0, 2.0]).data


def test_a_forward_that_would_not_be_called_is_refused():
    """A layer is called by its own `__call__`; of a Module forward is the way."""
    with pytest.raises(MissingMethodError, match="forward is not what a call calls"):

        class Net(nn.MLP):
            def forward(self, x):
                return super().forward(x).sigmoid()


def test_an_activation_is_given_once():
    """Two that differ are refused."""
    with pytest.raises(OperandError, match="give activation='tanh' or nonlin=True"):
        nn.Neuron(2, "tanh", nonlin=True)


def test_modules_of_lists_take_a_number_as_the_list_of_one():
    """In a call, and in a batch, alone and in a chain."""
    for module in (
        nn.Activation("tanh"),
        nn.Sequential("tanh", "relu"),
        nn.Residual(nn.Layer(1, 1, "tanh", seed=1)),
    ):
        wanted = numbers([module([0.5]), module([-1.0])])
        assert numbers([module(0.5), module(Value(-1.0))]) == wanted
        assert numbers(module.batch([0.5, -1.0])) == wanted


def test_a_wrong_number_of_inputs_is_said_of_a_module_by_its_path():
    """A module that has none, as it is in no other, is named by what it is."""
    model = nn.MLP(2, [3, 1], seed=0)
    model.parameters()  # which gives paths
    with pytest.raises(ShapeError, match=r"^Neuron\(2\b.* takes 2 inputs, got 1"):
        nn.Neuron(2)([1.0])
    with pytest.raises(ShapeError, match=r"^layers\[1\]: .* takes 3 inputs, got 1"):
        model.layers[1]([1.0])
