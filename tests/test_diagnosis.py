"""Diagnosis: measures by matrices, verdicts of the documents, and the first of all causes."""

import itertools
import math
import re

import numpy as np
import pytest

from scalargrad import Value, diagnose, fit, grad, label, leaves, nn, optim, trace
from scalargrad.datasets import moons
from scalargrad.errors import OperandError
from scalargrad.primitives.row import ActivationFacts
from scalargrad.training.diagnosis import LayerReport
from scalargrad.training.verdicts import verdicts_on
from scalargrad.wengert.causes import causes

POINTS, LABELS = moons(20, seed=1, labels=(-1, 1))


def deep(activation, depth=6, width=8, **options):
    return nn.MLP(2, [width] * depth + [1], activation, seed=1, **options)


def examined(model, loss="mse"):
    return diagnose(model, POINTS, LABELS, loss=loss)


# ---- measures


def test_measures_are_those_of_matrices():
    """Mean |a|, mean |δ| and ‖∇L‖ of each layer, in the matrix form δ₂ = (W₃ᵀδ₃) ⊙ σ'(z₂)."""
    model = nn.MLP(2, [3, 4, 2], "sigmoid", seed=1)
    report = diagnose(model, POINTS, [[y, 0.5] for y in LABELS], loss="half_squared_error")
    weights = [
        np.array([[w.data for w in neuron.weights] for neuron in layer.neurons]) for layer in model.layers
    ]
    outputs = [np.array(POINTS).T]
    for i, matrix in enumerate(weights):
        z = matrix @ outputs[-1]
        outputs.append(z if i == 2 else 1 / (1 + np.exp(-z)))
    delta = (outputs[-1] - np.array([LABELS, [0.5] * len(LABELS)])) / len(LABELS)
    deltas = [delta]
    for matrix, a in zip(weights[:0:-1], outputs[2:0:-1]):
        deltas.insert(0, matrix.T @ deltas[0] * a * (1 - a))
    for i, layer in enumerate(report.layers):
        assert (layer.path, layer.width, layer.samples) == (f"layers[{i}]", len(weights[i]), len(LABELS))
        assert isinstance(layer.samples, int)
        assert layer.mean_output == pytest.approx(np.abs(outputs[i + 1]).mean())
        assert layer.mean_delta == pytest.approx(np.abs(deltas[i]).mean())
        gradient = np.concatenate([deltas[i] @ outputs[i].T, deltas[i].sum(1, keepdims=True)], axis=1)
        assert layer.gradient_norm == pytest.approx(np.linalg.norm(gradient))
    assert [layer.ratio for layer in report.layers] == pytest.approx(
        [np.abs(a).mean() / np.abs(b).mean() for a, b in itertools.pairwise(deltas)] + [None]
    )
    assert [layer.activation for layer in report.layers] == ["sigmoid", "sigmoid", "linear"]


def test_shares_of_dead_and_saturated_neurons():
    """A relu is dead where it is 0 for every sample; a sigmoid output is saturated below a tenth of ¼."""
    model = nn.MLP(2, [4, 4, 1], ["relu", "sigmoid"], seed=1)
    for neuron in model.layers[0].neurons[:3]:
        neuron.bias.data = -100.0
    for neuron in model.layers[1].neurons[:2]:
        neuron.bias.data = 100.0
    report = examined(model)
    assert [layer.dead for layer in report.layers] == [0.75, None, None]
    assert [layer.saturated for layer in report.layers] == [None, 0.5, None]
    assert "layers[0]: 75% of the relus are dead" in report.verdicts[0]
    assert "leaky ReLU" in report.verdicts[0]
    assert "layers[1]: 50% of the sigmoid outputs are saturated" in report.verdicts[1]
    assert "Xavier" in report.verdicts[1]


def test_a_relu_that_is_off_for_one_sample_is_not_called_dead():
    """The share is stated, but one sample is no evidence for a verdict."""
    model = nn.Layer(1, 3, init="zeros")
    report = diagnose(sum(model([1.0])))
    assert report.layers[0].dead == 1.0
    assert report.verdicts == ()


def test_modules_of_every_kind_have_a_line():
    """Batch normalisation, activations, residual blocks and softmax are told by what they compute."""
    model = nn.Sequential(
        nn.Layer(2, 3, None, seed=1), nn.BatchNorm(3), "relu", nn.Residual(nn.Layer(3, 3, seed=2)),
        nn.Layer(3, 2, "softmax", seed=3),
    )  # fmt: skip
    report = diagnose(model, POINTS, [[1, 0]] * len(POINTS))
    assert [(layer.path, layer.activation) for layer in report.layers] == [
        ("layers[0]", "linear"),
        ("layers[1]", "batch norm"),
        ("layers[2]", "relu"),
        ("layers[3].module", "relu"),
        ("layers[3]", "residual"),
        ("layers[4]", "softmax"),
    ]
    assert [layer.gradient_norm is None for layer in report.layers] == [
        False,
        False,
        True,
        False,
        True,
        False,
    ]


def test_nothing_is_changed_by_looking():
    """Neither gradients nor running statistics, and a loss may be swept afterwards as before."""
    model = nn.Sequential(nn.Layer(2, 2, None, seed=1), nn.BatchNorm(2))
    before = model.state_dict()
    diagnose(model, POINTS, [[0, 0]] * len(POINTS))
    assert model.state_dict() == before
    assert not any(p.grad for p in model.parameters())


def test_a_loss_alone_is_enough():
    """A graph made by modules, or its trace, is read by the paths of its nodes; one without has no lines."""
    model = nn.Neuron(2, "tanh", seed=1)
    loss = (model([1.0, 2.0]) - 1) ** 2
    report = diagnose(loss)
    assert str(diagnose(trace(loss))) == str(report)
    assert [(layer.path, layer.width) for layer in report.layers] == [("model", 1)]
    assert diagnose(Value(2.0) * 3).layers == ()
    assert str(diagnose(Value(2.0) * 3)) == "Nothing conspicuous."


# ---- verdicts


def test_sigmoids_in_depth_vanish():
    """Δ shrinks to about a fifth with every layer, for σ' ≤ ¼; the remedies of the documents are named."""
    report = examined(deep("sigmoid"))
    (verdict,) = report.verdicts
    assert 0.1 < float(verdict.split()[3]) < 0.3
    for words in ("vanishing", "σ' = σ(1 - σ) is at most 0.25", "ReLU", "batch normalisation", "residual"):
        assert words in verdict
    assert not report.ok


def test_large_weights_explode():
    """With weights of products above 1 δ grows; clipping and initialisation are named."""
    (verdict,) = examined(deep("relu", init=lambda generator, *_: generator.gauss(0, 2))).verdicts
    for words in ("δ grows to", "exploding", "clipping", "initialisation"):
        assert words in verdict


def test_a_diverging_network_explodes_also_with_one_hidden_layer():
    """Large weights of the output make δ grow at once."""
    model = nn.MLP(2, [4, 1], "tanh", seed=1)
    for weight in model.layers[1].neurons[0].weights:
        weight.data *= 1000
    assert "exploding" in examined(model).verdicts[0]


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu"])
def test_the_default_initialisation_is_healthy(activation):
    """At the start of training there is nothing to remedy in six layers."""
    report = examined(deep(activation, width=16))
    assert report.ok, report
    assert str(report).endswith("Nothing conspicuous.")


def report_on(*ratios, path="layers[{}]", **facts):
    """Return reports on layers with these ratios of δ, the first one first, and a last one without."""
    measures = {"mean_output": 1.0, "mean_delta": 1.0, "dead": None, "saturated": None, "gradient_norm": 1.0}
    common = {"width": 4, "samples": 20, "activation": "tanh"} | measures | facts
    return [
        LayerReport(path=path.format(i), ratio=ratio, **common) for i, ratio in enumerate([*ratios, None])
    ]


@pytest.mark.parametrize(
    ("ratios", "words"),
    [
        ([2.2] * 3, "δ grows to 2.2 times itself"),  # 10.6 over all
        ([1.9] * 4, ""),  # 13 over all, but below 2 a layer
        ([2.2] * 2, ""),  # 4.8 over all: too little to speak of
        ([12.0], "δ grows to 12 times itself"),
        ([8.0], ""),
        ([1.0, 12.0], "δ grows to 3.5 times itself"),  # the last hidden layer counts
        ([0.45] * 4, "δ shrinks to 0.45 of itself"),  # 0.09 over the three that count
        ([0.45] * 3, ""),  # of these two count, for a narrow output shrinks δ anyhow: 0.2 over all
        ([0.55] * 6, ""),  # 0.05 over the five that count, but above ½ a layer
        ([1.0, 1.0, 1e-6], ""),
        ([0.08, 1.0], "δ shrinks to 0.08 of itself"),
        ([0.12, 1.0], ""),
        ([math.inf, 3.0, 4.0], "δ grows to 3.5 times itself"),
        ([], ""),
    ],
)
def test_gradients_explode_beyond_2_and_vanish_below_a_half_a_layer_and_10_times_over_all(ratios, words):
    """Both bounds have to be passed: the mean over the layers, geometric, and what it comes to."""
    found = list(verdicts_on(report_on(*ratios)))
    assert [words in verdict for verdict in found] == ([True] if words else [])


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"dead": 0.5, "samples": 4}, ["50% of the tanhs are dead"] * 2),
        ({"dead": 0.49, "samples": 4}, []),
        ({"dead": 1.0, "samples": 3}, []),
        ({"saturated": 0.5, "samples": 1}, ["50% of the tanh outputs are saturated"] * 2),
        ({"saturated": 0.49}, []),
    ],
)
def test_a_half_of_a_layer_is_many_and_four_samples_are_evidence(facts, words):
    """From then on a verdict speaks of dead activations, by their name, and of saturated outputs."""
    found = list(verdicts_on(report_on(1.0, **facts)))
    assert all(word in verdict for word, verdict in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (ActivationFacts(steepest=0.5), "vanishing gradients. tanh' is at most 0.5. Remedies: ReLU or leaky"),
        (ActivationFacts(steepest=0.25, derivative="f'"), "gradients. f' is at most 0.25. Remedies: ReLU"),
        (ActivationFacts(), "gradients. The products of the weights are below 1. Remedies: Xavier"),
        (None, "gradients. The products of the weights are below 1. Remedies: Xavier"),
    ],
)
def test_a_verdict_says_how_steep_the_activation_is_at_most(facts, words):
    """By the formula of its derivative, or by its name; where it has no bound the weights are at fault."""
    (verdict,) = verdicts_on(report_on(*[0.4] * 5, facts=facts))
    assert words in verdict


@pytest.mark.parametrize(
    ("activation", "outside", "inside"),
    [("sigmoid", 3.7, 3.6), ("tanh", 1.9, 1.8)],  # σ' = 0.0235 and 0.0259, tanh' = 0.086 and 0.105
)
def test_an_output_is_saturated_below_a_tenth_of_the_steepest_slope(activation, outside, inside):
    """The steepest slope of σ is ¼, that of tanh 1; which side of 0 the output is on does not matter."""
    neuron = nn.Layer(1, 1, activation, init="zeros")
    neuron.neurons[0].weights[0].data = 1.0
    points = [outside, -outside, inside]
    report = diagnose(neuron, [[z] for z in points], [[0.0]] * 3)
    assert report.layers[0].saturated == pytest.approx(2 / 3)
    slopes = [abs(grad(lambda x: getattr(x, activation)())(z)) for z in (outside, inside)]
    steepest = grad(lambda x: getattr(x, activation)())(0.0)
    assert slopes[0] < steepest / 10 < slopes[1]


def test_residual_connections_remedy_vanishing():
    """The same sigmoid layers between skip connections keep δ."""
    blocks = [nn.Residual(nn.Layer(8, 8, "sigmoid", seed=i)) for i in range(6)]
    model = nn.Sequential(nn.Layer(2, 8, None, seed=1), *blocks, nn.Layer(8, 1, None, seed=2))
    assert not any("vanishing" in verdict for verdict in examined(model).verdicts)


# ---- causes


def test_finite_numbers_have_no_causes():
    """Nor has a derivative that is infinite only by a constant."""
    (x,) = leaves(x=2.0)
    assert causes(x * x) == ()


def test_a_value_that_is_not_finite_is_followed_from_its_first_node():
    """Infinity begins in one product, and from there the chain reaches the output."""
    (b,) = leaves(b=1e200)
    square = b * b
    gap = square - b * b
    label(square=square, gap=gap)
    assert causes(gap * 2) == (
        "The value is not finite: it begins at square = b*b = 1e+200*1e+200 = inf.",
        "From there it reaches gap = square - v2 = inf - inf = nan.",
        "From there it reaches v5 = gap*2 = nan*2 = nan.",
    )


def test_a_constant_with_an_infinite_derivative_is_no_cause():
    """Nobody asks for it: ∂(0/x)/∂0 = 1/x overflows at a tiny x, ∂(0/x)/∂x is 0."""
    (x,) = leaves(x=1e-320)
    assert (0 / x).local_derivatives[0]() == math.inf
    assert causes(0 / x) == ()
    (zero,) = leaves(zero=0.0)
    assert "zero" in causes(zero / x)[1]


def test_a_leaf_may_be_the_cause():
    """It was given the number."""
    (x,) = leaves(x=math.nan)
    assert causes(x + 1)[0].endswith("begins at x = nan, a leaf that was given this number.")


def test_a_gradient_that_is_not_finite_is_followed_to_a_leaf():
    """Which node, which local derivative, which upstream number: the root at 0, then 0 · ∞."""
    (w,) = leaves(w=0.0)
    assert causes((w * w).sqrt() * 3) == (
        "The gradient is not finite: it begins at v2 = sqrt(v1) = sqrt(0) = 0.",
        "It hands to v1: upstream 3 × local derivative 0.5/v2 = inf gives inf.",
        "v1 hands to w: upstream inf × local derivative w = 0 gives nan.",
    )


def test_a_gradient_may_overflow_by_adding_up():
    """Each contribution is finite, their sum is not."""
    (x,) = leaves(x=0.0)
    (account,) = causes(x * 1.5e308 + x * 1.5e308)[1:]
    assert "gives 1.500e+308, which added to 1.500e+308 gives inf" in account


def test_a_long_chain_is_shortened():
    """Its first and last nodes are shown, and the number left out."""
    x = Value(1e308)
    y = x * 10
    for _ in range(100):
        y = y + 1
    lines = causes(y)
    assert len(lines) < 12
    assert "… and so on through 92 more …" in lines


@pytest.mark.parametrize("later", range(1, 12))
def test_a_chain_of_eight_is_told_whole_and_of_a_longer_one_the_ends(later):
    """Four nodes from each end, and how many there are between them."""
    y = Value(1e308) * 10
    for _ in range(later):
        y = y + 1
    _, *lines = causes(y)
    left_out = [line for line in lines if line.startswith("…")]
    assert len(lines) == (later if later <= 8 else 9)
    assert left_out == ([f"… and so on through {later - 8} more …"] if later > 8 else [])
    assert later <= 8 or lines.index(left_out[0]) == 4


@pytest.mark.parametrize("length", range(57, 65))
def test_a_formula_of_sixty_characters_is_told_whole_and_a_longer_one_is_cut_in_its_middle(length):
    """Then it has at most sixty, with both of its ends."""
    a, b = Value(1e308, label="a" * (length // 2)), Value(10.0, label="b" * (length - length // 2 - 1))
    (text,) = causes(a * b)
    formula = text.split(" = ")[1]
    assert ("…" in formula) == (length > 60)
    assert len(formula) == min(length, 60)
    assert (formula[0], formula[-1]) == ("a", "b")


def test_a_labelled_weight_is_named_as_it_is():
    """Only of a weight without a label is the path told, by which it is found in Python."""
    neuron = nn.Neuron(1, None, seed=1)
    neuron.weights[0].data = 1e308
    assert causes(neuron([1e10]))[0].endswith("where W[0] is weights[0].")
    neuron.weights[0].label = "w"
    assert "where" not in causes(neuron([1e10]))[0]


def test_a_parameter_is_named_by_its_path():
    """Where a neuron overflows, the weight that is to blame is said."""
    model = nn.MLP(2, [3, 1], seed=1)
    model.layers[0].neurons[1].weights[0].data = 1e308
    first = causes(model([1e10, 1.0]))[0]
    assert "(layers[0].neurons[1].dot)" in first
    assert first.endswith("where W0[1,0] is layers[0].neurons[1].weights[0].")


# ---- text


def test_a_report_is_a_table_of_at_most_a_hundred_columns():
    """For any module; the same program gives the same text."""
    models = [
        deep("sigmoid"),
        deep("relu", init="zeros"),
        nn.Sequential(nn.Residual(nn.Layer(2, 2)), nn.Softmax()),
    ]
    for model in models:
        targets = LABELS if isinstance(model, nn.MLP) else [[1, 0]] * len(POINTS)
        report = diagnose(model, POINTS, targets)
        assert str(report) == str(diagnose(model, POINTS, targets))
        assert max(map(len, str(report).splitlines())) <= 100


def test_a_model_needs_data():
    """A model alone has no loss."""
    with pytest.raises(OperandError, match="a model with samples X and targets y, got MLP"):
        diagnose(nn.MLP(1, [1]))


def test_a_dying_relu_is_diagnosed_after_training():
    """A learning rate far too large kills the hidden layer, and the diagnosis says so."""
    model = nn.MLP(2, [8, 1], seed=1)
    fit(model, POINTS, LABELS, optimizer=optim.SGD(model.parameters(), 1.0), epochs=3)
    assert any("relus are dead" in verdict for verdict in examined(model).verdicts)


def test_shares_are_shown_in_whole_per_cent():
    """Of relus that are dead, and of outputs that are saturated."""
    model = nn.MLP(2, [4, 4, 1], ["relu", "sigmoid"], seed=1)
    for neuron in model.layers[0].neurons[:3]:
        neuron.bias.data = -100.0
    report = examined(model)
    assert "75%" in str(report)
    assert not re.search(r"\b0\.75\b", str(report))
