"""PyTorch as an oracle for losses, batch normalisation and whole networks."""

import numpy as np
import pytest

from scalargrad import Value, mean, nn, total
from scalargrad.nn import functional

torch = pytest.importorskip("torch", reason="PyTorch, the oracle for networks, is not installed")

GENERATOR = np.random.default_rng(3)
POINTS, CLASSES = GENERATOR.normal(size=(7, 3)), GENERATOR.integers(0, 4, 7).tolist()


def tensor(numbers, **options):
    return torch.tensor(np.array(numbers), dtype=torch.float64, **options)


def test_the_losses_are_pytorchs():
    """The mean over a batch is PyTorch's default reduction, and the gradients agree."""
    logits = GENERATOR.normal(size=(7, 4)) * 5
    z, theirs = [[Value(x) for x in row] for row in logits], tensor(logits, requires_grad=True)
    targets = tensor(GENERATOR.uniform(size=(7, 4)))
    losses = (
        (nn.cross_entropy, CLASSES, torch.nn.functional.cross_entropy(theirs, torch.tensor(CLASSES))),
        (nn.mse, targets.tolist(), torch.nn.functional.mse_loss(theirs, targets)),
        (
            nn.binary_cross_entropy,
            targets.tolist(),
            torch.nn.functional.binary_cross_entropy_with_logits(theirs, targets),
        ),
    )
    for loss, ys, wanted in losses:
        ours = mean(map(loss, z, ys))
        for value in (v for row in z for v in row):
            value.grad = 0.0
        ours.backward()
        theirs.grad = None
        wanted.backward()
        assert ours.data == pytest.approx(wanted.item(), abs=1e-13)
        assert np.array([[v.grad for v in row] for row in z]) == pytest.approx(theirs.grad.numpy(), abs=1e-13)


@pytest.mark.parametrize("name", sorted({*functional.__all__} - {"softmax", "log_softmax"}))
def test_what_has_pytorchs_name_computes_what_pytorch_does(name):
    """Values and derivatives of everything in `nn.functional`."""
    ours, theirs = getattr(functional, name), getattr(torch.nn.functional, name)
    data = [-2.3, -0.4, 0.7, 3.1]
    leaves, x = [Value(number) for number in data], tensor(data, requires_grad=True)
    if name == "cross_entropy":
        outputs, wanted = [ours(leaves, 2)], theirs(x, torch.tensor(2))
    elif name in {"mse_loss", "binary_cross_entropy_with_logits"}:
        outputs, wanted = [ours(leaves, [0.0, 1.0, 1.0, 0.0])], theirs(x, tensor([0.0, 1.0, 1.0, 0.0]))
    else:
        outputs, wanted = list(map(ours, leaves)), theirs(x)
    assert [output.data for output in outputs] == pytest.approx(wanted.flatten().tolist(), abs=1e-13)
    wanted.sum().backward()
    total(outputs).backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(x.grad.tolist(), abs=1e-13)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_is_pytorchs(name):
    """Over a list, as over the one axis of a tensor."""
    data = [-2.3, -0.4, 0.7, 3.1]
    ours = [output.data for output in getattr(functional, name)([Value(number) for number in data])]
    assert ours == pytest.approx(getattr(torch.nn.functional, name)(tensor(data), dim=0).tolist(), abs=1e-13)


def linear(layer):
    """Return PyTorch's layer with the parameters of ours."""
    made = torch.nn.Linear(len(layer.neurons[0].weights), len(layer.neurons), dtype=torch.float64)
    made.weight.data = tensor([[w.data for w in neuron.weights] for neuron in layer.neurons])
    made.bias.data = tensor([neuron.bias.data for neuron in layer.neurons])
    return made


def test_a_network_with_batch_normalisation_is_pytorchs():
    """Loss, gradients and running statistics of a batch, and outputs in evaluation, agree to 1e-12."""
    ours = nn.Sequential(
        nn.Layer(3, 5, None, seed=1), nn.BatchNorm(5), "tanh", nn.Residual(nn.Layer(5, 5, seed=2)),
        nn.Layer(5, 4, None, seed=3),
    )  # fmt: skip
    first, norm, _, block, last = ours.layers
    a, b, c = linear(first), linear(block.module), linear(last)
    batch_norm = torch.nn.BatchNorm1d(5, dtype=torch.float64)

    def theirs(x):
        h = torch.tanh(batch_norm(a(x)))
        return c(torch.relu(b(h)) + h)

    loss = mean(map(nn.cross_entropy, ours.batch(POINTS), CLASSES))
    loss.backward()
    wanted = torch.nn.functional.cross_entropy(theirs(tensor(POINTS)), torch.tensor(CLASSES))
    wanted.backward()
    assert loss.data == pytest.approx(wanted.item(), abs=1e-12)
    for layer, module in ((first, a), (block.module, b), (last, c)):
        gradients = np.array([[w.grad for w in neuron.weights] for neuron in layer.neurons])
        assert gradients == pytest.approx(module.weight.grad.numpy(), abs=1e-12)
    assert [p.grad for p in norm.scale] == pytest.approx(batch_norm.weight.grad.tolist(), abs=1e-12)
    assert norm.running_mean == pytest.approx(batch_norm.running_mean.tolist(), abs=1e-14)
    assert norm.running_variance == pytest.approx(batch_norm.running_var.tolist(), abs=1e-14)
    ours.eval()
    batch_norm.eval()
    outputs = np.array([[y.data for y in ours(x)] for x in POINTS])
    assert outputs == pytest.approx(theirs(tensor(POINTS)).detach().numpy(), abs=1e-12)
