"""Chains, skip connections, lists of activations, softmax outputs and batch normalisation."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, gradcheck, nn, total, trace
from scalargrad.errors import OperandError, ShapeError, UnknownNameError

SAMPLES = [[0.5, -1.0], [2.0, 0.25], [-1.5, 3.0]]


def data(outputs):
    return [y.data for y in outputs]


# ---- Sequential


def test_a_chain_feeds_each_module_with_the_outputs_before():
    """A name or a function of one Value stands for the module that applies it."""
    first, last = nn.Layer(2, 3, None, seed=1), nn.Layer(3, 2, None, seed=2)
    chain = nn.Sequential(first, "tanh", Value.relu, last)
    wanted = last([z.tanh().relu() for z in first([0.5, -1.0])])
    assert data(chain([0.5, -1.0])) == data(wanted)
    assert repr(chain.layers[1]) == "Activation('tanh')"


def test_a_chain_takes_a_network_of_width_one():
    """Its Value is the one input of the next."""
    chain = nn.Sequential(nn.MLP(2, [3, 1], seed=1), nn.Layer(1, 2, None, seed=2))
    assert [len(outputs) for outputs in chain.batch(SAMPLES)] == [2, 2, 2]


def test_modules_of_a_chain_are_found_by_their_places():
    """From either end, one after the other; a network is a chain of layers."""
    model = nn.MLP(2, [3, 1], seed=1)
    assert [*model] == model.layers == [model[0], model[-1]]
    assert len(model) == 2
    assert model
    with pytest.raises(IndexError):
        model[2]


def test_an_empty_chain_is_refused():
    """It could not say what it returns."""
    with pytest.raises(ShapeError, match="at least one module"):
        nn.Sequential()


@pytest.mark.parametrize(
    "model",
    [
        nn.MLP(2, [3, 1], seed=1),
        nn.MLP(2, [3, 2], ["tanh"], "softmax", seed=1),
        nn.Layer(2, 2, seed=1),
        nn.Neuron(2, seed=1),
        nn.Sequential(nn.Residual(nn.Layer(2, 2, "tanh", seed=1)), nn.Softmax()),
        nn.BatchNorm(2).eval(),
    ],
    ids=repr,
)
def test_a_batch_is_its_samples_one_by_one(model):
    """Without batch normalisation in training, samples do not depend on one another."""

    def shown(y):
        return y.data if isinstance(y, Value) else data(y)

    assert list(map(shown, model.batch(SAMPLES))) == [shown(model(sample)) for sample in SAMPLES]


# ---- activations for each layer


def test_activations_may_be_listed_for_the_hidden_layers():
    """Names, functions and None, in order; the last layer's is `output`."""
    model = nn.MLP(2, [3, 4, 5, 1], ["tanh", Value.relu, None], "sigmoid", seed=0)
    assert [layer.activation for layer in model.layers] == ["tanh", Value.relu, None, "sigmoid"]
    assert repr(model) == "MLP(2, [3, 4, 5, 1], activation=['tanh', relu, None], output='sigmoid')"


def test_too_many_activations_are_refused():
    """The message says where the last one belongs."""
    with pytest.raises(ShapeError, match="each of the 1 hidden layers, got 2; that of the last layer is"):
        nn.MLP(2, [3, 1], ["tanh", "relu"])


@given(st.lists(st.floats(-900, 900), min_size=1, max_size=5))
def test_softmax_gives_probabilities(logits):
    """They are not negative and add up to 1, for logits of any size."""
    p = data(nn.Softmax()(logits))
    assert min(p) >= 0
    assert sum(p) == pytest.approx(1)


def test_a_softmax_output_is_the_softmax_of_the_linear_layer():
    """By name as an output, or as a module in a chain: the same numbers and paths of results."""
    layer, plain = nn.Layer(2, 3, "softmax", seed=1), nn.Layer(2, 3, None, seed=1)
    wanted = np.exp(data(plain([0.5, -1.0])))
    p = layer([0.5, -1.0])
    assert data(p) == pytest.approx(wanted / wanted.sum())
    assert [value.path for value in p] == [f"neurons[{i}].p" for i in range(3)]
    model = nn.MLP(2, [3], output="softmax", seed=1)
    assert data(model([0.5, -1.0])) == data(p)
    assert repr(model) == "MLP(2, [3], activation='relu', output='softmax')"


def test_softmax_is_not_an_activation_of_one_neuron():
    """It needs the whole list, and the message of a neuron knows the name."""
    with pytest.raises(UnknownNameError, match="softmax is of a whole layer"):
        nn.Neuron(2, "softmax")


# ---- Residual


def test_a_skip_connection_adds_one_to_the_derivative():
    """∂H/∂x = ∂F/∂x + 1: with F = 0 the gradient passes as it is."""
    x, y = Value(3.0), Value(-4.0)
    block = nn.Residual(nn.Layer(2, 2, init="zeros"))
    total(block([x, y])).backward()
    assert (x.grad, y.grad) == (1.0, 1.0)


def test_a_residual_block_is_f_of_x_plus_x():
    """For one sample and for a batch, and it is differentiated right."""
    inner = nn.Layer(2, 2, "tanh", seed=3)
    block = nn.Residual(inner)
    wanted = [[f.data + x for f, x in zip(inner(xs), xs)] for xs in SAMPLES]
    assert [data(block(xs)) for xs in SAMPLES] == [data(ys) for ys in block.batch(SAMPLES)] == wanted
    assert gradcheck(lambda *xs: total(block(xs)).sin(), [0.5, -1.0]).ok


def test_a_residual_block_of_another_width_is_refused():
    """Both lengths and the place are in the message."""
    model = nn.Sequential(nn.Residual(nn.Layer(2, 3, seed=1)))
    with pytest.raises(
        ShapeError, match=re.escape("layers[0]: F(x) + x needs one length, got 3 outputs for 2")
    ):
        model([1.0, 2.0])


# ---- BatchNorm


def test_a_batch_is_normalised_to_mean_0_and_variance_1():
    """Each output over the batch, as NumPy computes it; then γ and β scale and shift."""
    norm = nn.BatchNorm(2)
    norm.scale[1].data, norm.shift[1].data = 3.0, -2.0
    xs = np.array(SAMPLES)
    wanted = (xs - xs.mean(0)) / np.sqrt(xs.var(0) + 1e-5) * [1.0, 3.0] + [0.0, -2.0]
    assert np.array([data(ys) for ys in norm.batch(SAMPLES)]) == pytest.approx(wanted)


def test_running_statistics_follow_the_batches_and_are_used_in_evaluation():
    """Each is 0.9 of itself and 0.1 of the batch's, the variance unbiased; evaluation leaves them alone."""
    norm, xs = nn.BatchNorm(2), np.array(SAMPLES)
    norm.batch(SAMPLES)
    assert norm.running_mean == pytest.approx(0.1 * xs.mean(0))
    assert norm.running_variance == pytest.approx(0.9 + 0.1 * xs.var(0, ddof=1))
    before = norm.state_dict()
    wanted = (xs - norm.running_mean) / np.sqrt(np.array(norm.running_variance) + 1e-5)
    assert np.array([data(norm.eval()(x)) for x in SAMPLES]) == pytest.approx(wanted)
    assert norm.state_dict() == before


def test_batch_normalisation_is_differentiated_through_mean_and_variance():
    """The gradient by an input has the share that goes through the statistics of the batch."""

    def f(*xs):
        norm = nn.BatchNorm(2)
        norm.scale[0].data = 1.5
        outputs = norm.batch([xs[:2], xs[2:4], xs[4:]])
        return total(y.sin() * i for i, ys in enumerate(outputs, 1) for y in ys)

    assert gradcheck(f, [x for sample in SAMPLES for x in sample]).ok


def test_a_batch_of_one_is_refused_in_training():
    """It has no variance; the message says both ways out."""
    model = nn.Sequential(nn.Layer(2, 3, seed=1), nn.BatchNorm(3))
    with pytest.raises(ShapeError, match=re.escape("layers[1]: a batch of 1 has no variance to divide by")):
        model([1.0, 2.0])
    assert all(map(math.isfinite, data(model.eval()([1.0, 2.0]))))


def test_batch_normalisation_checks_the_width():
    """The number of features is named, and must be a whole number."""
    with pytest.raises(ShapeError, match=re.escape("BatchNorm(3) takes 3 inputs, got 2")):
        nn.BatchNorm(3).batch(SAMPLES)
    with pytest.raises(OperandError):
        nn.BatchNorm(2.5)


def test_modes_reach_every_module():
    """train() and eval() return the module they were called on."""
    model = nn.Sequential(nn.Residual(nn.Sequential(nn.BatchNorm(2))), nn.Layer(2, 1))
    assert model.eval() is model
    assert not any(module.training for _, module in model.named_modules())
    assert all(module.training for _, module in model.train().named_modules())


def test_results_of_every_module_have_paths():
    """So that a trace, a drawing and a diagnosis can say where in the network a node stands."""
    model = nn.Sequential(nn.Residual(nn.Layer(2, 2, seed=1)), nn.BatchNorm(2), "relu", nn.Softmax()).eval()
    paths = {row.path for row in trace(model([0.5, 1.0])[0])}
    wanted = {
        "layers[0].module.neurons[1].a",
        "layers[0].h[1]",
        "layers[1].y[1]",
        "layers[2].a[1]",
        "layers[3].p[0]",
    }
    assert wanted <= paths
