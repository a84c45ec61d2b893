"""Modules: their parameters, paths, seeds and copies."""

import copy
import pickle
import random

import numpy as np
import pytest

from scalargrad import Value, nn, tanh


def test_parameters_are_weights_then_bias_neuron_by_neuron():
    """The order is that of micrograd, and every parameter is a leaf of its own."""
    model = nn.MLP(2, [16, 16, 1])
    parameters = model.parameters()
    assert len(parameters) == len(set(parameters)) == 337
    neuron = model.layers[1].neurons[2]
    assert neuron.parameters() == [*neuron.weights, neuron.bias]
    assert parameters[:3] == model.layers[0].neurons[0].parameters()
    assert all(-1 <= w.data <= 1 for w in neuron.weights)
    assert neuron.bias.data == 0.0


def test_parameters_have_paths():
    """A path says where in the network a parameter stands, as one would write it in Python."""
    model = nn.MLP(2, [3, 1])
    for parameter in model.parameters():
        assert eval(f"model.{parameter.path}", {"model": model}) is parameter
    assert nn.Neuron(2).parameters()[0].path == "weights[0]"


def test_results_of_a_neuron_have_paths_too():
    """The nodes dot, z and a are named after their neuron."""
    a = nn.MLP(2, [3, 1])([1.0, 2.0])
    hidden = a.parents[0].parents[3]
    assert (a.path, a.parents[0].path) == ("layers[1].neurons[0].z", "layers[1].neurons[0].dot")
    assert hidden.path == "layers[0].neurons[0].a"


class Tied(nn.Module):
    """Use one line twice, and hold parameters in every way there is."""

    def __init__(self):
        self.first = nn.Neuron(1, None, seed=0)
        self.again = self.first
        self.scale = Value(2.0)
        self.extra = [Value(3.0), (Value(4.0), {"key": Value(5.0)})]
        self.name = "tied"

    def __call__(self, x):
        """Return 2 · line(line(x))."""
        return self.scale * self.again([self.first([x])])


def test_a_module_finds_what_it_holds_and_a_shared_parameter_once():
    """Attributes, lists, tuples, dictionaries and modules are searched in order of assignment."""
    model = Tied()
    weight, bias = model.first.parameters()
    assert [p.data for p in model.parameters()] == [weight.data, bias.data, 2.0, 3.0, 4.0, 5.0]
    model(1.0).backward()
    assert weight.grad == pytest.approx(2.0 * (2 * weight.data))


def test_a_module_clears_the_grads_of_its_parameters():
    """Afterwards all are 0, and inputs keep theirs."""
    model, x = nn.MLP(2, [3, 1], seed=1), Value(1.0)
    model([x, 2.0]).backward()
    kept = x.grad
    model.zero_grad()
    assert not any(p.grad for p in model.parameters())
    assert x.grad == kept != 0


# ---- seeds


def test_the_same_seed_gives_the_same_network():
    """And another seed another one; a generator is drawn from where it stands."""

    def drawn(seed):
        return [p.data for p in nn.MLP(3, [4, 2], seed=seed).parameters()]

    assert drawn(7) == drawn(7) == drawn(random.Random(7))
    assert drawn(7) != drawn(8)
    generator = random.Random(7)
    assert drawn(generator) != drawn(generator)


def test_weights_without_a_seed_are_those_of_random_seed():
    """As in micrograd: `random.seed` makes what comes after it the same again."""
    drawn = []
    for seed in (1337, 1337, 1338):
        random.seed(seed)
        drawn.append([[p.data for p in nn.MLP(2, [3, 1]).parameters()] for _ in range(2)])
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0][0] != drawn[0][1]


def test_with_a_seed_nothing_touches_the_global_random_state():
    """The modules random and numpy.random go on as if no network had been made."""
    before, of_numpy = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002  # the state that must not move
    nn.MLP(2, [3, 1], seed=7)([1.0, 2.0])
    assert random.getstate() == before
    assert np.random.get_state()[1].tolist() == of_numpy  # noqa: NPY002


# ---- copies


def called(activation):
    return getattr(activation, "__qualname__", str(activation))


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
@pytest.mark.parametrize("activation", ["relu", "abs", "leaky_relu", tanh, Value.elu, None], ids=called)
def test_a_copied_model_computes_the_same_with_parameters_of_its_own(copied, activation):
    """Paths and data are equal, and training one leaves the other as it was."""
    model = nn.MLP(2, [3, 1], activation, seed=2)
    twin = copied(model)
    assert [(p.data, p.path) for p in twin.parameters()] == [(p.data, p.path) for p in model.parameters()]
    assert repr(twin) == repr(model)
    assert not {*twin.parameters()} & {*model.parameters()}
    before = [p.data for p in model.parameters()]
    for p in twin.parameters():
        p.data = 0.125
    assert [p.data for p in model.parameters()] == before
    assert [p.data for p in twin.parameters()] == [0.125] * len(before)


def test_a_copied_model_goes_on_naming_its_results():
    """What is assigned to a copy gets its path as in the original."""
    twin = copy.deepcopy(nn.MLP(2, [3, 1], seed=2))
    twin.head = nn.Neuron(1)
    assert twin.head.bias.path == "head.bias"
    assert twin([1.0, 2.0]).path == "layers[1].neurons[0].z"


def test_a_module_of_ones_own_is_shown_with_the_modules_in_it():
    """Also where they know each other."""

    class Net(nn.Module):
        def __init__(self):
            self.hidden, self.out = nn.Layer(2, 3, "tanh"), nn.Neuron(3, None)

    net = Net()
    assert repr(net) == f"Net(hidden={net.hidden!r}, out={net.out!r})"
    other = Net()
    other.back, net.other = net, other
    assert repr(net).endswith("back=Net(...)))") or "back=..." in repr(net)
