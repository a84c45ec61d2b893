"""Losses: their values by an independent library, their gradients in closed form, and what they refuse."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from scalargrad import Value, gradcheck, nn
from scalargrad.errors import DomainError, ShapeError, UnknownNameError
from scalargrad.nn.losses import loss_function

numbers = st.floats(-4, 4).map(lambda x: round(x, 4))
vectors = st.lists(numbers, min_size=1, max_size=5)
LOGITS = st.lists(numbers, min_size=2, max_size=5)


def leaves(data):
    return list(map(Value, data))


def gradients(loss, *values):
    loss.backward()
    return [value.grad for value in values]


@given(vectors, st.data())
def test_squared_errors_are_numpys(predictions, data):
    """½ Σ (a - y)², whose gradient is a - y, and the mean of (a - y)²."""
    targets = data.draw(st.lists(numbers, min_size=len(predictions), max_size=len(predictions)))
    values, gap = leaves(predictions), np.subtract(predictions, targets)
    half = nn.half_squared_error(values, targets)
    assert half.data == pytest.approx(0.5 * np.sum(gap**2))
    assert gradients(half, *values) == pytest.approx(gap)
    assert nn.mse(leaves(predictions), targets).data == pytest.approx(np.mean(gap**2))
    assert gradcheck(lambda *a: nn.mse(a, targets), predictions).ok


@given(numbers, st.sampled_from([-1, 1, 1.0]))
def test_hinge_is_what_is_missing_from_the_margin(score, target):
    """max(0, 1 - y a): no loss and no gradient from a margin of 1 on, else the partial -y."""
    a = Value(score)
    loss = nn.hinge(a, target)
    assert loss.data == max(0.0, 1.0 - target * score)
    assert gradients(loss, a) == [-target if target * score < 1 else 0.0]


@given(numbers, st.floats(0, 1))
def test_binary_cross_entropy_is_the_definition_on_probabilities(logit, target):
    """-y ln σ(z) - (1 - y) ln(1 - σ(z)), with the gradient σ(z) - y."""
    z, probability = Value(logit), 1 / (1 + mp.exp(-mpf(logit)))
    loss = nn.binary_cross_entropy(z, target)
    wanted = -target * mp.log(probability) - (1 - target) * mp.log(1 - probability)
    assert loss.data == pytest.approx(float(wanted), abs=1e-14)
    assert gradients(loss, z) == pytest.approx([float(probability) - target], abs=1e-14)


@given(LOGITS, st.data())
def test_the_gradient_of_cross_entropy_is_p_minus_y(logits, data):
    """For a class and for its one-hot vector; the value is -ln pₜ."""
    chosen = data.draw(st.integers(0, len(logits) - 1))
    one_hot = [float(i == chosen) for i in range(len(logits))]
    exponentials = [mp.exp(x) for x in logits]
    p = [float(e / mp.fsum(exponentials)) for e in exponentials]
    for target in (chosen, float(chosen), np.int64(chosen), one_hot, np.array(one_hot)):
        z = leaves(logits)
        loss = nn.cross_entropy(z, target)
        assert loss.data == pytest.approx(-math.log(p[chosen]), abs=1e-13)
        assert gradients(loss, *z) == pytest.approx(np.subtract(p, one_hot), abs=1e-13)


@given(LOGITS)
def test_cross_entropy_takes_probabilities_as_a_target(logits):
    """-Σ yᵢ ln pᵢ is least at p = y, where the gradient is 0."""
    p = np.exp(logits) / np.sum(np.exp(logits))
    z = leaves(logits)
    assert gradients(nn.cross_entropy(z, list(p)), *z) == pytest.approx([0.0] * len(z), abs=1e-12)


def test_losses_stay_finite_at_logits_of_a_thousand():
    """They are written over logits, with log-sum-exp, so that nothing overflows."""
    z = leaves([1000.0, -1000.0])
    loss = nn.cross_entropy(z, 1)
    assert loss.data == 2000.0
    assert gradients(loss, *z) == [1.0, -1.0]
    for logit, target, wanted in ((1000.0, 0, 1000.0), (1000.0, 1, 0.0), (-1000.0, 1, 1000.0)):
        assert nn.binary_cross_entropy(Value(logit), target).data == wanted


def test_a_list_of_one_is_that_one():
    """A layer of width 1 gives a list, a network a Value: losses take both."""
    for loss in (nn.mse, nn.half_squared_error, nn.hinge, nn.binary_cross_entropy):
        assert loss([Value(0.3)], [1]).data == loss(Value(0.3), 1).data == loss([Value(0.3)], 1).data


@pytest.mark.parametrize("loss", [nn.half_squared_error, nn.mse, nn.hinge, nn.binary_cross_entropy])
def test_the_loss_of_a_list_is_the_mean_of_its_parts(loss):
    """As PyTorch's; but for ½ Σ (aᵢ - yᵢ)², which is the sum, as books have it."""
    parts = [loss(Value(z), 1).data for z in (0.3, -0.2, 2.5)]
    together = loss([Value(0.3), Value(-0.2), Value(2.5)], [1, 1, 1]).data
    assert together == pytest.approx(sum(parts) / (1 if loss is nn.half_squared_error else 3))


@given(vectors, st.floats(0, 2))
def test_the_penalty_pulls_each_parameter_towards_zero(data, strength):
    """Strength · Σ θ², with the gradient 2 · strength · θ."""
    parameters = leaves(data)
    penalty = nn.l2_penalty(parameters, strength)
    assert penalty.data == pytest.approx(strength * np.sum(np.square(data)))
    assert gradients(penalty, *parameters) == pytest.approx([2 * strength * x for x in data])


@pytest.mark.parametrize(
    ("loss", "target", "error", "message"),
    [
        (lambda y: nn.hinge(Value(0.0), y), 0, DomainError, "hinge needs the targets -1 and 1, got 0"),
        (lambda y: nn.binary_cross_entropy(Value(0.0), y), -1, DomainError, "from 0 to 1, got -1"),
        (lambda y: nn.binary_cross_entropy(Value(0.0), y), math.nan, DomainError, "from 0 to 1, got nan"),
        (
            lambda y: nn.cross_entropy(leaves([0, 0]), y),
            2,
            ShapeError,
            "a class from 0 to 1 for 2 logits, got 2",
        ),
        (lambda y: nn.cross_entropy(leaves([0, 0]), y), -1, ShapeError, "got -1"),
        (lambda y: nn.cross_entropy(leaves([0, 0]), y), 0.5, ShapeError, "got 0.5"),
        (lambda y: nn.cross_entropy(leaves([0, 0]), y), [1], ShapeError, "2 logits and a target of length 1"),
        (lambda y: nn.mse(leaves([0, 0]), y), 1.0, ShapeError, "mse got 2 predictions for 1 targets"),
    ],
)
def test_a_target_that_does_not_fit_is_refused_by_name(loss, target, error, message):
    """Labels 0 and 1 for hinge, or a class too many, would else train without a word."""
    with pytest.raises(error, match=re.escape(message)):
        loss(target)


def test_a_loss_is_found_by_name():
    """A function is its own loss, and an unknown name is told the nearest."""
    assert loss_function("hinge") is nn.hinge is loss_function(nn.hinge)
    with pytest.raises(UnknownNameError, match=r"unknown loss 'hings'; did you mean hinge\?"):
        loss_function("hings")
