"""Initialisers: the distribution each one draws from, and which activation gets which."""

import math
import random
from statistics import fmean, pstdev

import pytest

from scalargrad import Value, nn
from scalargrad.errors import UnknownNameError
from scalargrad.nn.initialisers import initialiser

NIN, NOUT = 50, 20
DEVIATIONS = {
    "xavier_uniform": math.sqrt(2 / (NIN + NOUT)),
    "xavier_normal": math.sqrt(2 / (NIN + NOUT)),
    "he_uniform": math.sqrt(2 / NIN),
    "he_normal": math.sqrt(2 / NIN),
    "uniform": math.sqrt(1 / 3),
    "zeros": 0.0,
}


@pytest.mark.parametrize("name", nn.INITIALISERS)
def test_weights_have_the_stated_mean_and_deviation(name):
    """The mean is 0 and the standard deviation that of the papers, by fan-in and fan-out."""
    layer = nn.Layer(NIN, NOUT, init=name, seed=0)
    weights = [w.data for neuron in layer.neurons for w in neuron.weights]
    assert fmean(weights) == pytest.approx(0, abs=0.05)
    assert pstdev(weights) == pytest.approx(DEVIATIONS[name], rel=0.05)
    assert all(neuron.bias.data == 0 for neuron in layer.neurons)


@pytest.mark.parametrize("name", [name for name in nn.INITIALISERS if "uniform" in name])
def test_uniform_weights_stay_within_their_bound(name):
    """The bound of U(-r, r) is √3 times its deviation, and weights come close to it."""
    drawn = [abs(nn.INITIALISERS[name](random.Random(seed), NIN, NOUT)) for seed in range(500)]
    assert 0.95 < max(drawn) / (math.sqrt(3) * DEVIATIONS[name]) <= 1


@pytest.mark.parametrize(
    ("activation", "wanted"),
    [("relu", "he_uniform"), ("leaky_relu", "he_uniform"), ("gelu", "he_uniform"), (Value.relu, "he_uniform"),
     ("tanh", "xavier_uniform"), ("sigmoid", "xavier_uniform"), (None, "xavier_uniform"),
     (lambda z: z * z, "xavier_uniform")],
)  # fmt: skip
def test_the_activation_chooses_the_initialiser(activation, wanted):
    """He's for the family of relu, which lets half of its inputs through, else Xavier's."""
    assert initialiser(None, activation) is nn.INITIALISERS[wanted]
    chosen, named = (nn.Layer(5, 3, activation, init=init, seed=1).state_dict() for init in (None, wanted))
    assert chosen == named


def test_an_initialiser_may_be_any_function():
    """It gets the generator, the fan-in and the fan-out of the layer."""
    layer = nn.Layer(3, 2, init=lambda generator, nin, nout: nin + nout / 10)
    assert {w.data for neuron in layer.neurons for w in neuron.weights} == {3.2}


def test_an_unknown_initialiser_is_a_lookup_error_that_helps():
    """The nearest name is in the message."""
    with pytest.raises(UnknownNameError, match=r"unknown initialiser 'he_uni'; did you mean he_"):
        nn.MLP(2, [2, 1], init="he_uni")
