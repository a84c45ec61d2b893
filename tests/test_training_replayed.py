"""Training by replay is training graph by graph: the same numbers, errors, callbacks, state in the end."""

# ruff: noqa: ARG001, ARG002, D102, E731  # callbacks take what they may need; models state what they are

import functools
import math
import random
import re

import numpy as np
import pytest

from scalargrad import (
    Value,
    afresh,
    diagnose,
    dot,
    draw,
    fit,
    leaky_relu,
    mean,
    nn,
    optim,
    pick,
    record,
    tanh,
    trace,
)
from scalargrad.errors import (
    DomainError,
    NonFiniteError,
    OperandError,
    RecordError,
    ShapeError,
    StaleGraphError,
)  # fmt: skip
from scalargrad.training import parameters
from scalargrad.training.batches import Dataset
from scalargrad.training.replay import ReplayTrainer
from scalargrad.training.trainer import Trainer

GENERATOR = np.random.default_rng(2)
X = GENERATOR.normal(size=(23, 2)).round(4)
SCORES = np.where(X[:, 0] * X[:, 1] > 0, 1, -1)
CLASSES = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)
NUMBERS = np.sin(X[:, 0]) + X[:, 1]
VALIDATION = GENERATOR.normal(size=(9, 2)).round(4)


def held_out(targets):
    """Return validation data with targets of the same kind."""
    return VALIDATION, targets[: len(VALIDATION)]


# ---- two trainings


class Outcome:
    """What a training leaves behind: history or error, model, optimiser."""

    def __init__(self, model, optimizer, history, error):
        self.model, self.optimizer, self.history, self.error = model, optimizer, history, error

    @property
    def state(self):
        """Return the numbers of the model: parameters, and running statistics."""
        if isinstance(self.model, nn.Module):
            return list(self.model.state_dict().values())
        return [p.data for p in self.model.parameters()]

    @property
    def numbers(self):
        """Return all numbers by their names."""
        history, optimizer = self.history, self.optimizer
        found = {
            "loss": history.loss, "validation loss": history.validation_loss, "rates": history.learning_rates,
            "state": self.state,
            "gradients": [p.grad for p in optimizer.parameters],
            "steps": [optimizer.steps], "epochs": [history.epochs], "best": [min(history.watched)],
        }  # fmt: skip
        found |= {f"norms of {layer}": norms for layer, norms in history.gradient_norms.items()}
        found |= {name: list(getattr(optimizer, name)) for name in optimizer.state}
        return {name: np.array(list(map(float, numbers))) for name, numbers in found.items()}


def trained(make, targets, *, replay, samples=X, optimizer=optim.SGD, **options):
    """Return the outcome of a training of a model that a function makes anew."""
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002  # what users draw from
    model = make()
    made = optimizer(model.parameters()) if callable(optimizer) else optimizer
    options = {"epochs": 6, "batch_size": 8, "seed": 3} | options
    on_epoch = options.pop("on_epoch", None)
    called = on_epoch and functools.partial(on_epoch, model, made)
    try:
        history = fit(model, samples, targets, optimizer=made, replay=replay, on_epoch=called, **options)
    except Exception as error:  # noqa: BLE001  # to be compared
        return Outcome(model, made, getattr(error, "history", None), error)
    return Outcome(model, made, history, None)


def assert_same(ours, wanted, tolerance=1e-10):
    """Assert that two trainings ended alike, to rounding."""
    if wanted.error is not None or ours.error is not None:
        assert type(ours.error) is type(wanted.error), repr(ours.error)
        assert str(ours.error) == str(wanted.error)
        assert getattr(ours.error, "__notes__", []) == getattr(wanted.error, "__notes__", [])
        got, exact = (x.state for x in (ours, wanted))
        np.testing.assert_allclose(got, exact, rtol=tolerance, atol=tolerance)
        return
    assert ours.history.stopped == wanted.history.stopped
    got, exact = ours.numbers, wanted.numbers
    assert list(got) == list(exact)
    for name, numbers in exact.items():
        np.testing.assert_allclose(got[name], numbers, rtol=tolerance, atol=tolerance, err_msg=name)


def check(make, targets, *, tolerance=1e-10, **options):
    """Assert that a training is replayed, and the same as graph by graph; return what it left."""
    wanted = trained(make, targets, replay=False, **options)
    ours = trained(make, targets, replay=True, **options)
    assert_same(ours, wanted, tolerance)
    if ours.error is None:
        assert ours.history.replay == "replayed"
        assert wanted.history.replay == "graph by graph: asked for"
    silent = trained(make, targets, replay=None, **options)
    assert_same(silent, wanted, tolerance)
    return ours


def check_falls_back(make, targets, reason, **options):
    """Assert that a training goes on graph by graph, says why, and gives the numbers of one that began so."""
    wanted = trained(make, targets, replay=False, **options)
    ours = trained(make, targets, replay=None, **options)
    assert_same(ours, wanted, 0.0)
    assert re.search(reason, ours.history.replay), ours.history.replay
    assert ours.history.replay.startswith("graph by graph: ")
    refused = trained(make, targets, replay=True, **options)
    assert type(refused.error) is RecordError, refused.error
    assert str(refused.error).startswith("this training cannot be replayed: ")
    assert re.search(reason, str(refused.error))


def network(widths=(5, 1), activation="tanh", **options):
    return functools.partial(nn.MLP, 2, list(widths), activation, seed=1, **options)


# ---- models and losses

HOT = np.eye(3)[CLASSES]


class Shared(nn.Module):
    """One layer, three times."""

    def __init__(self):
        self.layer, self.readout = nn.Layer(2, 2, "tanh", seed=1), nn.Neuron(2, None, seed=2)

    def __call__(self, x):
        return self.readout(self.layer(self.layer(self.layer(x))))


class Tied(nn.Module):
    """An autoencoder whose decoder reads the weights of the encoder the other way round."""

    def __init__(self):
        self.encoder = nn.Layer(2, 3, "tanh", seed=4)

    def __call__(self, x):
        hidden = self.encoder(x)
        columns = zip(*(neuron.weights for neuron in self.encoder.neurons))
        return [dot(column, hidden) for column in columns]


class Plain:
    """A function of one sample with parameters, in + and * alone."""

    def __init__(self):
        generator = random.Random(4)
        self.w = [[Value(generator.uniform(-1, 1)) for _ in range(2)] for _ in range(3)]
        self.v = [Value(generator.uniform(-1, 1)) for _ in range(3)]

    def parameters(self):
        return [*(w for row in self.w for w in row), *self.v]

    def __call__(self, x):
        return sum(v * tanh(sum(a * b for a, b in zip(row, x))) for v, row in zip(self.v, self.w))


class Unread(nn.Module):
    """A network with a parameter that nobody reads."""

    def __init__(self):
        self.net, self.spare = nn.MLP(2, [3, 1], "tanh", seed=2), Value(3.0)

    def __call__(self, x):
        return self.net(x)


class ByMode(nn.Module):
    """A network that is another in training and in evaluation."""

    def __init__(self):
        self.net = nn.MLP(2, [3, 1], "tanh", seed=2)

    def __call__(self, x):
        return self.net(x) * (2.0 if self.training else 0.5)


class Branching(nn.Module):
    """Two experts, chosen by the sample, and by what a network says of it."""

    def __init__(self):
        self.left, self.right = nn.Neuron(2, None, seed=1), nn.MLP(2, [3, 1], "tanh", seed=2)

    def __call__(self, x):
        y = self.left(x) if x[0] > 0 else self.right(x)
        return y if y < 0.5 else 0.5 + 0.1 * (y - 0.5)


class Centred(nn.Module):
    """A network whose outputs are those less their mean over the batch."""

    def __init__(self):
        self.net = nn.MLP(2, [3, 1], "tanh", seed=2)

    def __call__(self, x):
        return self.net(x)

    def batch(self, samples):
        outputs = self.net.batch(samples)
        centre = mean(outputs)
        return [y - centre for y in outputs]


class Called:
    """A function with parameters and a batch of its own, that is no Module."""

    def __init__(self):
        self.net = Centred()
        self.parameters, self.batch = self.net.parameters, self.net.batch

    def __call__(self, x):
        return self.net(x)


class Embedded(nn.Module):
    """A table whose rows samples pick."""

    def __init__(self):
        generator = random.Random(1)
        self.table = [[Value(generator.uniform(-1, 1)) for _ in range(3)] for _ in range(4)]
        self.readout = nn.Layer(3, 2, None, seed=1)

    def __call__(self, x):
        rows = [self.row(i) for i in x]
        return self.readout([mean(column).tanh() for column in zip(*rows)])

    def row(self, i):
        return pick(self.table, i)


class Indexed(Embedded):
    """The same, by an index as in any list."""

    def row(self, i):
        return self.table[int(i)]


def normalised(**options):
    return nn.Sequential(
        nn.Layer(2, 4, None, seed=1), nn.BatchNorm(4, **options), "tanh", nn.Layer(4, 1, None, seed=3)
    )


def residual():
    return nn.Sequential(
        nn.Layer(2, 4, "tanh", seed=1),
        nn.Residual(nn.Layer(4, 4, "relu", seed=2)),
        nn.Layer(4, 1, None, seed=3),
    )


MODELS = {
    "MLP": (network(), "hinge", SCORES),
    "MLP of several activations": (network((4, 3, 2, 1), ["relu", "gelu", "elu"]), "mse", NUMBERS),
    "leaky": (network((4, 1), leaky_relu), "mse", NUMBERS),
    "linear": (network((1,)), "mse", NUMBERS),
    "neuron": (functools.partial(nn.Neuron, 2, None, seed=1), "binary_cross_entropy", (SCORES + 1) / 2),
    "residual": (residual, "hinge", SCORES),
    "softmax layer": (network((4, 3), output="softmax"), "half_squared_error", HOT),
    "softmax module": (lambda: nn.Sequential(nn.Layer(2, 3, seed=1), nn.Softmax()), "mse", HOT),
    "shared": (Shared, "mse", NUMBERS),
    "tied": (Tied, "mse", X),
    "plain": (Plain, "mse", NUMBERS),
    "a parameter that is not read": (Unread, "mse", NUMBERS),
    "another in evaluation": (ByMode, "mse", NUMBERS),
    "branching": (Branching, "mse", NUMBERS),
    "narrow": (network((3, 1, 3, 1)), "mse", NUMBERS),
    "mixed samples": (Centred, "mse", NUMBERS),
    "mixed samples, no module": (Called, "mse", NUMBERS),
}
LOSSES = {
    "half_squared_error": (network(), NUMBERS),
    "half_squared_error of lists": (network((4, 3)), HOT.tolist()),
    "mse of one": (network(), NUMBERS[:, None]),
    "mse of lists": (network((4, 3)), HOT.tolist()),
    "hinge of lists": (network((4, 3)), (2 * HOT - 1).astype(int).tolist()),
    "binary_cross_entropy": (network(), (SCORES + 1) // 2),
    "binary_cross_entropy of lists": (network((4, 3)), HOT.astype(int)),
    "cross_entropy of classes": (network((4, 3)), CLASSES),
    "cross_entropy of classes in a list": (network((4, 3)), CLASSES.tolist()),
    "cross_entropy of floats": (network((4, 3)), CLASSES.astype(float)),
    "cross_entropy of one-hot rows": (network((4, 3)), HOT),
    "cross_entropy of one-hot lists": (network((4, 3)), HOT.astype(int).tolist()),
    "cross_entropy of tuples": (network((4, 3)), list(map(tuple, HOT))),
    "cross_entropy of probabilities": (network((4, 3)), (HOT + 0.5) / 2.5),
}
DECAY = {"weight_decay": 0.1}
OPTIMIZERS = {
    "SGD": optim.SGD,
    "momentum": functools.partial(optim.SGD, lr=0.05, momentum=0.9),
    "Nesterov": functools.partial(optim.SGD, lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-2),
    "decay": functools.partial(optim.SGD, lr=0.05, weight_decay=0.1),
    "Adam": functools.partial(optim.Adam, lr=0.02),
    "Adam with options": functools.partial(optim.Adam, lr=0.02, betas=(0.8, 0.9), eps=1e-3, **DECAY),
    "AdamW": functools.partial(optim.AdamW, lr=0.02, weight_decay=0.1),
    "RMSprop": functools.partial(optim.RMSprop, lr=0.02),
    "RMSprop with options": functools.partial(optim.RMSprop, lr=0.02, alpha=0.8, eps=1e-3, **DECAY),
    "warm": functools.partial(optim.SGD, lr=optim.warmup(optim.cosine_decay(0.2, 12), 4)),
    "falling": functools.partial(optim.Adam, lr=optim.step_decay(0.1, every=3, factor=0.5)),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_models_train_alike(name):
    """Losses, validation, norms, rates, parameters, state and gradients are equal to rounding."""
    make, loss, targets = MODELS[name]
    outcome = check(make, targets, loss=loss, validation=held_out(targets), l2=1e-3, clip_norm=0.7)
    assert outcome.history.epochs == 6


@pytest.mark.parametrize("name", LOSSES)
def test_losses_train_alike(name):
    """By name, at targets of every kind they take."""
    make, targets = LOSSES[name]
    check(make, targets, loss=name.split()[0], validation=held_out(targets))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimisers_train_alike(name):
    """With their state from step to step."""
    check(network(), SCORES, loss="hinge", optimizer=OPTIMIZERS[name], l2=1e-2, epochs=4)


@pytest.mark.parametrize("size", [None, 1, 2, 7, 22, 23, 100])
@pytest.mark.parametrize("clip_norm", [math.inf, 0.05])
def test_batches_of_every_size_train_alike(size, clip_norm):
    """Also where they do not divide the number of samples."""
    check(
        network((3, 1)),
        NUMBERS,
        batch_size=size,
        clip_norm=clip_norm,
        epochs=2,
        optimizer=OPTIMIZERS["momentum"],
    )


@pytest.mark.parametrize(
    "make",
    [functools.partial(nn.MLP, 1, [4, 1], "tanh", seed=1), functools.partial(nn.Neuron, 1, None, seed=1)],
)
@pytest.mark.parametrize(
    "samples", [NUMBERS, NUMBERS.tolist(), NUMBERS[:, None]], ids=["array", "list", "column"]
)
def test_one_input_trains_alike(make, samples):
    """Numbers in the place of samples."""
    check(make, X[:, 0], samples=samples)


@pytest.mark.parametrize("make", [Embedded, Indexed])
def test_picked_rows_train_alike(make):
    """Samples are whole numbers."""
    places = np.random.default_rng(1).integers(0, 4, size=(23, 2))
    check(make, CLASSES % 2, samples=places, loss="cross_entropy")


def test_little_data_train_alike():
    """One sample, one epoch, none."""
    check(network(), NUMBERS[:1], samples=X[:1])
    check(network(), NUMBERS[:2], samples=X[:2], batch_size=1, epochs=1)
    for replay in (True, None):
        outcome = trained(network(), NUMBERS, replay=replay, epochs=0)
        assert (outcome.error, outcome.history.epochs) == (None, 0)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.5, "eps": 0.1}])
def test_batch_normalisation_trains_alike(options):
    """Running statistics too, with and without validation, in batches of two sizes."""
    make = functools.partial(normalised, **options)
    check(make, SCORES, loss="hinge", validation=held_out(SCORES), batch_size=6, tolerance=1e-8)
    check(
        make,
        NUMBERS,
        optimizer=OPTIMIZERS["momentum"],
        batch_size=None,
        l2=1e-3,
        clip_norm=0.3,
        tolerance=1e-8,
    )


def test_data_of_values_and_of_tuples_train_alike():
    """Whatever held the numbers."""
    samples = [tuple(map(Value, x)) for x in X.tolist()]
    check(network(), NUMBERS.tolist(), samples=samples)
    check(network(), list(NUMBERS.astype(np.float32)), samples=X.astype(np.float32))
    check(network(), (SCORES + 1).astype(np.uint8), samples=list(X))
    wanted = trained(network(), NUMBERS, replay=False)
    assert_same(trained(network(), list(map(Value, NUMBERS)), replay=None), wanted)


# ---- parts of a model


def part_of(count):
    """Return what makes an optimiser of the last parameters only."""
    return lambda parameters: optim.SGD(parameters[-count:], 0.1, momentum=0.5)


@pytest.mark.parametrize("count", [1, 6, 9])
def test_a_part_of_the_parameters_trains_alike(count):
    """The others are frozen; the norms are those of the gradient as the last update used it."""
    make = network((4, 1))
    before = [p.data for p in make().parameters()]
    outcome = check(make, NUMBERS, optimizer=part_of(count), l2=1e-2, clip_norm=0.5)
    after = [p.data for p in outcome.model.parameters()]
    assert after[:-count] == before[:-count]
    assert after[-count:] != before[-count:]


def test_the_norm_of_a_frozen_layer_is_that_of_no_other():
    """Its gradient is not used by the update, and certainly not that of another layer."""
    optimizer = lambda parameters: optim.SGD(parameters[-5:], 0.1)
    ours = trained(network((4, 1)), NUMBERS, replay=True, optimizer=optimizer)
    frozen, moved = ours.history.gradient_norms.values()
    last = abs(ours.model.parameters()[-1].grad)
    assert all(norm > 0 for norm in moved)
    assert frozen[-1] != pytest.approx(last * math.sqrt(12))


def test_an_optimiser_may_hold_what_the_model_does_not():
    """Such a parameter has the gradient of the penalty alone."""
    other = []

    def optimizer(parameters):
        other.append(Value(2.0))
        return optim.SGD([*parameters, other[-1]], 0.1)

    check(network(), NUMBERS, optimizer=optimizer, l2=0.1)
    assert other[0].data == pytest.approx(other[1].data, rel=1e-12)
    assert other[0].data != 2.0


# ---- one after the other


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_in_the_other_way(name):
    """Graph by graph, replayed, by hand: the optimiser keeps its state, whoever moved it last."""

    def run(*ways):
        model = network()()
        optimizer, losses = OPTIMIZERS[name](model.parameters()), []
        for number, way in enumerate(ways):
            if way == "by hand":
                for _ in range(2):
                    loss = mean(map(nn.hinge, model.batch(X), SCORES.tolist()))
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    losses.append(loss.data)
            else:
                history = fit(
                    model,
                    X,
                    SCORES,
                    loss="hinge",
                    optimizer=optimizer,
                    epochs=2,
                    batch_size=9,
                    seed=number,
                    replay=way,
                )
                losses += history.loss
        return (
            losses,
            [p.data for p in model.parameters()],
            [list(getattr(optimizer, x)) for x in optimizer.state],
        )

    wanted = run(False, "by hand", False, "by hand", False)
    for ways in ((True, "by hand", False, "by hand", True), (False, "by hand", True, "by hand", None)):
        for got, exact in zip(run(*ways), wanted):
            np.testing.assert_allclose(got, exact, rtol=1e-10, atol=1e-12)


def test_what_was_computed_before_is_stale_afterwards():
    """The parameters were given new data."""
    model = network()()
    loss = nn.mse(model(X[0].tolist()), 1.0)
    fit(model, X, NUMBERS, epochs=1, replay=True)
    with pytest.raises(StaleGraphError):
        loss.backward()


# ---- how it ends


def steep(rate):
    return functools.partial(optim.SGD, lr=rate)


def test_early_stopping_is_the_same():
    """It stops in the same epoch, and goes back to the same state."""
    away = held_out(-SCORES)
    for make, tolerance in ((network(), 1e-10), (normalised, 1e-8)):
        outcome = check(
            make, SCORES, loss="hinge", validation=away, patience=3, epochs=60, tolerance=tolerance
        )
        assert outcome.history.epochs == outcome.history.best_epoch + 4 < 60
    still = functools.partial(optim.SGD, lr=0.0)
    outcome = check(network(), NUMBERS, optimizer=still, patience=2, epochs=60, batch_size=None)
    assert outcome.history.epochs == 3


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (network((3, 1), None), {"optimizer": steep(1e60), "loss": lambda a, y: (a - y) * (a - y)}),
        (network((3, 1), None), {"optimizer": steep(1e30)}),
        (network((3, 1), "relu"), {"optimizer": steep(1e200), "loss": "hinge", "l2": 0.1}),
        (functools.partial(nn.Neuron, 2, None, init="zeros"), {"loss": lambda z, y: (z * z).sqrt()}),
        (network((3, 1)), {"loss": lambda z, y: (z - y).log()}),
        (network((3, 1)), {"loss": lambda z, y: 1.0 / (z * 0.0)}),
        (network((3, 1)), {"loss": lambda z, y: (z * z * 9e4 * (y + 2)).exp()}),
        (normalised, {"batch_size": 11}),
        (network((4, 3)), {"loss": "cross_entropy"}),
        (network((4, 3)), {"loss": "mse"}),
        (functools.partial(nn.MLP, 3, [1], seed=1), {}),
    ],
    ids=["a product", "a square", "hinge", "a slope of a root", "a logarithm", "a division", "an exponential",
         "a batch of one", "no class", "lengths", "inputs"],
)  # fmt: skip
def test_errors_are_the_same(make, options):
    """Type, message, notes, history; and what was learned until then stays."""
    options = {"epochs": 30} | options
    wanted = trained(make, SCORES, replay=False, **options)
    assert wanted.error is not None
    for replay in (True, None):
        ours = trained(make, SCORES, replay=replay, **options)
        if replay and type(ours.error) is RecordError:  # it cannot even be begun
            assert str(ours.error).startswith("this training cannot be replayed: ")
            continue
        assert_same(ours, wanted, 1e-6)
        if wanted.history:
            assert ours.history.epochs == wanted.history.epochs
            np.testing.assert_allclose(ours.history.loss, wanted.history.loss, rtol=1e-6)


@pytest.mark.parametrize(
    ("loss", "targets", "make"),
    [
        ("hinge", (SCORES + 1) // 2, network()),
        ("binary_cross_entropy", SCORES, network()),
        ("cross_entropy", CLASSES + 1, network((3, 3))),
        ("cross_entropy", CLASSES + 0.5, network((3, 3))),
    ],
    ids=["hinge", "binary cross-entropy", "no such class", "no whole class"],
)
@pytest.mark.parametrize("where", ["training", "validation", "normalised", "normalised validation", "late"])
def test_targets_that_no_loss_is_made_for_are_refused_alike(loss, targets, make, where):
    """In training, in validation, with batch normalisation and without, in the first sample or the last."""
    right = {"hinge": SCORES, "binary_cross_entropy": (SCORES + 1) / 2, "cross_entropy": CLASSES}[loss]
    if where.startswith("normalised"):
        width = 3 if loss == "cross_entropy" else 1
        make = lambda: nn.Sequential(
            nn.Layer(2, 3, None, seed=1), nn.BatchNorm(3), nn.Layer(3, width, None, seed=1)
        )
    options = {"loss": loss, "epochs": 2, "batch_size": None if where == "normalised" else 8}
    if where.endswith("validation"):
        options["validation"] = held_out(targets)
        targets = right
    samples = X
    if where == "late":  # beyond the samples that are looked at before the first step
        samples = np.concatenate([X, X, X])
        targets = np.concatenate([right, right, right[:-1], targets[-1:]])
        targets[-1] = {"hinge": 0, "binary_cross_entropy": 7, "cross_entropy": 5}[loss]
    wanted = trained(make, targets, replay=False, samples=samples, **options)
    assert isinstance(wanted.error, DomainError | ShapeError)
    ours = trained(make, targets, replay=None, samples=samples, **options)
    assert type(ours.error) is type(wanted.error), ours.error
    assert str(ours.error) == str(wanted.error)


@pytest.mark.parametrize(
    ("loss", "validation"),
    [
        (lambda z, t: (z * t).exp(), (VALIDATION, [1e4] * 4 + [-1e4] * 5)),
        (lambda z, t: (1 + z * z * t).log(), (VALIDATION, [-1e9] * 9)),
        (lambda z, t: 1.0 / (t + 0.0 * z), (VALIDATION, [1.0] * 8 + [0.0])),
        (lambda z, t: (z + 1) * 1e200 * t * t, (VALIDATION, [1e200] * 9)),
        (lambda z, t: (z - t) ** 2, (VALIDATION, [1.0] * 8 + [math.nan])),
        (lambda z, t: (z - t) ** 2, (VALIDATION, [1.0] * 8 + [math.inf])),
        ("mse", (VALIDATION, [[1.0, 2.0]] * 9)),
        ("mse", (VALIDATION[:, :1], [1.0] * 9)),
        ("cross_entropy", (VALIDATION, [0] * 9)),
    ],
    ids=["too large", "undefined", "a division", "infinite", "nan", "inf", "lengths", "inputs", "one logit"],
)  # fmt: skip
def test_errors_in_validation_are_the_same(loss, validation):
    """Or its loss is, where it is no number and that is no error."""
    options = {"loss": loss, "validation": validation, "epochs": 2}
    small = functools.partial(optim.SGD, lr=1e-9)
    wanted = trained(network(), NUMBERS[:, None] ** 2 + 0.5, replay=False, optimizer=small, **options)
    ours = trained(network(), NUMBERS[:, None] ** 2 + 0.5, replay=None, optimizer=small, **options)
    assert_same(ours, wanted)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("make", [network(), normalised], ids=["MLP", "normalised"])
def test_a_target_that_is_no_number_stops_in_the_same_way(make, value):
    """The error says in which node that began."""
    targets = [*NUMBERS[:-1], value]
    wanted = trained(make, targets, replay=False)
    assert isinstance(wanted.error, NonFiniteError)
    assert_same(trained(make, targets, replay=None), wanted, 1e-8)


@pytest.mark.parametrize("replay", [False, True])
def test_ctrl_c_in_a_callback_leaves_what_was_learned(replay):
    """And the history of all completed epochs."""
    seen = []

    def interrupt(model, optimizer, history):
        seen.append([p.data for p in model.parameters()])
        if history.epochs == 3:
            raise KeyboardInterrupt

    outcome = trained(network(), SCORES, replay=replay, on_epoch=interrupt)
    assert (outcome.history.epochs, outcome.history.stopped) == (3, "interrupted")
    assert [p.data for p in outcome.model.parameters()] == seen[-1] != seen[-2]
    assert not outcome.model.training


@pytest.mark.parametrize("step", [0, 1, 4, 7])
@pytest.mark.parametrize("make", [network(), normalised], ids=["MLP", "normalised"])
def test_ctrl_c_in_a_schedule_leaves_what_was_learned(step, make):
    """Every completed step, and no more, in both ways."""

    def rate(t):
        if t == step and calls.append(t) is None and calls.count(step) > 1:
            raise KeyboardInterrupt
        return 0.1

    outcomes = []
    for replay in (False, True):
        calls = []
        outcomes.append(trained(make, SCORES, replay=replay, optimizer=functools.partial(optim.SGD, lr=rate)))
    wanted, ours = outcomes
    assert ours.history.stopped == wanted.history.stopped
    assert ours.optimizer.steps == wanted.optimizer.steps
    for a, b in zip(ours.model.parameters(), wanted.model.parameters()):
        assert a.data == pytest.approx(b.data, rel=1e-8)
        assert a.grad == pytest.approx(b.grad, rel=1e-6, abs=1e-12)


def test_an_error_in_a_callback_leaves_what_was_learned():
    """It goes on to whoever called, with a model that has its last step."""

    def fail(model, optimizer, history):
        if history.epochs == 2:
            raise LookupError

    outcomes = [trained(network(), SCORES, replay=replay, on_epoch=fail) for replay in (False, True)]
    assert [type(x.error) for x in outcomes] == [LookupError] * 2
    for a, b in zip(*(x.model.parameters() for x in outcomes)):
        assert a.data == pytest.approx(b.data, rel=1e-10)


# ---- callbacks


def test_a_callback_sees_the_model_as_it_is(tmp_path):
    """Its data, gradients, outputs, traces, drawings, files, diagnoses are those graph by graph."""

    def seen_by(replay):
        seen, recordings = [], {}

        def look(model, optimizer, history):
            loss = mean(map(nn.hinge, model.batch(VALIDATION[:2]), [1, -1]))
            evaluation = recordings.setdefault(id(model), record(lambda x, t: nn.hinge(model(x), t)))
            file = tmp_path / "state.json"
            model.save(file)
            seen.append(
                (
                    rounded([p.data for p in model.parameters()]),
                    rounded([p.grad for p in model.parameters()]),
                    rounded(nn.MLP(2, [2, 1], "tanh").load(file).state_dict().values()),
                    rounded([loss.data, evaluation(VALIDATION, SCORES[:9]).mean()]),
                    str(trace(loss)),
                    re.sub(r"-?\d+\.\d{9,}(e-?\d+)?", "", draw(model(VALIDATION[0].tolist())).source),
                    str(diagnose(model, X, SCORES.tolist(), loss="hinge")),
                    rounded(history.loss),
                    rounded(optimizer.means),
                    optimizer.steps,
                    model.training,
                )
            )

        trained(network((2, 1)), SCORES, replay=replay, on_epoch=look, optimizer=OPTIMIZERS["Adam"], epochs=3)
        return seen

    wanted = seen_by(replay=False)
    assert len(wanted) == 3
    assert seen_by(replay=True) == wanted


def rounded(numbers):
    return [float(f"{x:.9g}") for x in numbers]


def test_a_callback_may_sweep():
    """What it adds to gradients is not in the next step."""

    def sweep(model, optimizer, history):
        nn.mse(model([0.5, 0.5]), 3.0).backward()

    check(network(), NUMBERS, on_epoch=sweep, tolerance=1e-10)


CHANGES = {
    "weights are held between bounds": lambda model, optimizer, history: [
        setattr(p, "data", min(max(p.data, -0.3), 0.3)) for p in model.parameters()
    ],
    "weights are pruned": lambda model, optimizer, history: setattr(model.parameters()[0], "data", 0.0),
    "a state is put back": lambda model, optimizer, history: model.load_state_dict(
        {path: 0.5 * x for path, x in model.state_dict().items()}
    ),
    "a frozen parameter moves": lambda model, optimizer, history: setattr(
        model.parameters()[0], "data", 0.1 * history.epochs
    ),
    "the rate is halved": lambda model, optimizer, history: setattr(optimizer, "lr", optimizer.lr / 2),
    "the momentum is lost": lambda model, optimizer, history: setattr(
        optimizer, "velocities", [0.0] * len(optimizer.parameters)
    ),
    "the optimiser takes a step": lambda model, optimizer, history: optimizer.step(),
    "another training is in it": lambda model, optimizer, history: fit(
        model, VALIDATION, SCORES[:9], optimizer=optim.SGD(model.parameters(), 0.01), epochs=1, seed=1
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_callback_changes_counts(name):
    """The next step starts from the data and the state that it left."""
    optimizer = functools.partial(optim.SGD, lr=0.05, momentum=0.9)
    if name == "a frozen parameter moves":
        optimizer = lambda parameters: optim.SGD(parameters[1:], 0.05, momentum=0.9)
    check(network(), NUMBERS, on_epoch=CHANGES[name], optimizer=optimizer)


def test_a_model_may_grow_in_a_callback():
    """What it computes then is recorded anew, or graph by graph."""

    def grow(model, optimizer, history):
        if history.epochs == 2:
            model.layers.insert(1, nn.Activation("tanh"))

    def make():
        return nn.Sequential(nn.Layer(2, 3, None, seed=1), nn.Layer(3, 1, None, seed=2))

    wanted = trained(make, NUMBERS, replay=False, on_epoch=grow)
    assert_same(trained(make, NUMBERS, replay=None, on_epoch=grow), wanted)


def test_a_loss_may_change_with_the_epochs():
    """By a weight that a callback moves: training is the same, replayed or not."""

    def run(replay):
        weight = [1.0]

        def loss(z, t):
            return (z - t) ** 2 * weight[0] + abs(z - t) * (1 - weight[0])

        def anneal(model, optimizer, history):
            weight[0] *= 0.5

        return trained(network(), NUMBERS, replay=replay, loss=loss, on_epoch=anneal)

    assert_same(run(replay=None), run(replay=False))


# ---- losses of one's own


def by_index(z, t):
    return -z[t] + nn.cross_entropy(z, t)


def by_position(z, t):
    return -z[t.index(1)]


BRANCHES = {
    "equal": (lambda z, t: (z - t) ** 2 if t == 1 else 2 * (z - t) ** 2, SCORES),
    "unequal": (lambda z, t: (z - t) ** 2 if t != 1 else 2 * (z - t) ** 2, SCORES),
    "greater": (lambda z, t: (z - t) ** 2 if t > 0 else 2 * (z - t) ** 2, SCORES),
    "true": (lambda z, t: z * z if t else (z - 1) ** 2, (SCORES + 1) // 2),
    "in a list": (lambda z, t: z * z if t in [-1, 5] else (z - 1) ** 2, SCORES),
    "in a tuple": (lambda z, t: z * z if t in (1, 5) else (z - 1) ** 2, SCORES),
    "matched": (lambda z, t: 2 * matched(z, t), SCORES),
    "by the prediction": (lambda z, t: (z - t) ** 2 if z > 0.1 else 3 * abs(z - t), NUMBERS),
    "by both": (lambda z, t: (1 - z * t) ** 2 if z * t < 1 else 0.0 * z, SCORES),
    "a number in the end": (lambda z, t: (1 - z * t) ** 2 if z * t < 1 else 0.0, SCORES),
    "largest": (lambda z, t: max(z, t) - min(z, 0.5), NUMBERS),
    "squared": (lambda z, t: (z - t**2) ** 2 / (1 + abs(t)), NUMBERS),
}


def matched(z, t):
    match t:
        case 1:
            return (z - 1) ** 2
        case -1:
            return abs(z + 1)
    raise AssertionError


@pytest.mark.parametrize("name", BRANCHES)
def test_a_loss_of_ones_own_may_branch(name):
    """By its target or its prediction: each way is a program of its own."""
    loss, targets = BRANCHES[name]
    check(network(), targets, loss=loss, validation=held_out(targets))


LISTS = {
    "an index": (by_index, CLASSES),
    "an index in a list": (lambda z, t: (1 - [z[0], z[1], z[2]][t]) ** 2, CLASSES.tolist()),
    "int": (lambda z, t: (1 - z[int(t)]) ** 2, CLASSES.astype(float)),
    "a range": (lambda z, t: sum((z[i] for i in range(t)), z[0]) ** 2, CLASSES),
    "a position": (by_position, HOT.astype(int).tolist()),
    "the largest": (lambda z, t: (1 - z[max(range(3), key=lambda i: t[i])]) ** 2, HOT.tolist()),
    "pick": (lambda z, t: -pick(z, t), CLASSES),
    "a matrix": (
        lambda z, t: sum((zi - dot(row, z)) ** 2 for zi, row in zip(z, t)),
        np.arange(23 * 9).reshape(23, 3, 3) / 100,
    ),
    "weights": (lambda z, t: dot(t, [nn.cross_entropy(z, i) for i in range(3)]), HOT.tolist()),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_loss_of_ones_own_may_choose_a_logit(name):
    """By the number of a class as an index, or by a one-hot list."""
    loss, targets = LISTS[name]
    check(network((4, 3)), targets, loss=loss, validation=held_out(targets))


def test_a_loss_may_be_a_plain_number():
    """For some samples it is replayed as any other; where it is one for all, there is nothing to learn."""
    check(network(), NUMBERS, loss=lambda z, t: 0.0 if t > 0 else (z - t) ** 2)
    for loss in (lambda z, t: 1.0, lambda z, t: t):
        wanted = trained(network(), NUMBERS, replay=False, loss=loss)
        assert_same(trained(network(), NUMBERS, replay=None, loss=loss), wanted)


def test_a_loss_may_be_recorded():
    """It trains as the function itself does, replayed or not."""
    loss = lambda z, t: (z - t) ** 2
    wanted = trained(network(), NUMBERS, replay=False, loss=loss)
    for replay in (False, None, True):
        assert_same(trained(network(), NUMBERS, replay=replay, loss=record(loss)), wanted)


def test_a_loss_may_branch_where_the_first_samples_do_not():
    """A way that is met in a later batch, or in validation only, is recorded then."""
    targets = NUMBERS.copy()
    targets[-1] = 40.0
    loss = lambda z, t: (z - t) ** 2 if t < 10 else abs(z - t)
    check(network(), targets, loss=loss, batch_size=3)
    check(network(), NUMBERS, loss=loss, validation=(VALIDATION, [50.0] * 9))


@pytest.mark.parametrize("make", [network(), normalised], ids=["MLP", "normalised"])
def test_a_loss_sees_the_mode_and_the_model(make):
    """Whatever else it reads is read at each step."""
    models = []

    def build():
        models.append(make())
        return models[-1]

    def loss(z, t):
        z = z[0] if isinstance(z, list) else z
        return (z - t) ** 2 + 0.1 * abs(models[-1].parameters()[0])

    check(build, NUMBERS, loss=loss, tolerance=1e-8)


# ---- what cannot be replayed

LABELS, RAGGED = SCORES.tolist(), [[1.0] * (i % 3 + 1) for i in range(23)]
NONE = "targets are no numbers"
UNREPLAYABLE = {
    "a look-up in a dict": (lambda z, t: (z - t) ** 2 * {1: 1.0, -1: 2.0}[t], SCORES, "look-up"),
    "a look-up in a set": (lambda z, t: (z - t) ** 2 * (2.0 if t in {1, 5} else 1.0), SCORES, "look-up"),
    "float": (lambda z, t: (z - float(t)) ** 2, NUMBERS, r"float\(\)"),
    "math": (lambda z, t: (z - math.tanh(t)) ** 2, NUMBERS, r"float\(\)"),
    "data": (lambda z, t: (z - t) ** 2 * (1.0 if z.data > 0 else 2.0), NUMBERS, r"\.data"),
    "a remainder": (lambda z, t: (z - t) ** 2 * (1 + t % 2), SCORES, ""),
    "a kind": (lambda z, t: (z - t) ** 2 * (1.0 if isinstance(t, int) else 2.0), LABELS, "branches"),
    "a text of it": (lambda z, t: (z - t) ** 2 * len(f"{t:.0f}"), LABELS, ""),
    "texts": (lambda z, t: (z - {"a": 1.0, "b": 2.0}[t]) ** 2, ["a", "b"] * 11 + ["a"], NONE),
    "pairs": (lambda z, t: (z - t["y"]) ** 2 * t["w"], [{"y": y, "w": 2.0} for y in NUMBERS], NONE),
    "truths": (lambda z, t: (z - (1.0 if t is True else -1.0)) ** 2, [True, False] * 11 + [True], NONE),
    "nothing": (lambda z, t: z * z if t is None else (z - t) ** 2, [None, 1.0] * 11 + [None], NONE),
    "ragged targets": (lambda z, t: sum(((z - y) ** 2 for y in t), 0.0), RAGGED, "differ in their shapes"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREPLAYABLE)
@pytest.mark.parametrize("make", [network(), normalised], ids=["MLP", "normalised"])
def test_what_reads_a_target_as_a_plain_number_goes_graph_by_graph(name, make):
    """The history says why, and the numbers are those that were asked for so."""
    loss, targets, reason = UNREPLAYABLE[name]
    check_falls_back(make, targets, reason, loss=loss)


def test_samples_of_several_lengths_go_graph_by_graph():
    """Their targets may be numbers."""

    class Pooled(nn.Module):
        def __init__(self):
            self.neuron = nn.Neuron(1, "tanh", seed=1)

        def __call__(self, x):
            return mean(self.neuron([xi]) for xi in x)

    samples = [x[: 1 + i % 2].tolist() for i, x in enumerate(X)]
    check_falls_back(Pooled, NUMBERS, "differ in their shapes", samples=samples)


class Dropout(nn.Module):
    """A network in which units are left out by chance."""

    def __init__(self, draw):
        self.first, self.second = nn.Layer(2, 4, "tanh", seed=1), nn.Neuron(4, None, seed=2)
        self.draw = draw

    def __call__(self, x):
        hidden = self.first(x)
        if self.training:
            hidden = [h * float(self.draw() < 0.7) for h in hidden]
        return self.second(hidden)


@pytest.mark.parametrize("draw", [random.random, np.random.random], ids=["random", "numpy"])
def test_dropout_goes_graph_by_graph(draw):
    """The same units are left out as where that was asked for: nothing is drawn in vain."""
    check_falls_back(functools.partial(Dropout, draw), NUMBERS, "random numbers")


@pytest.mark.parametrize(
    "generator", [lambda: random.Random(1), lambda: np.random.default_rng(1)], ids=["random", "numpy"]
)
def test_dropout_by_a_generator_of_its_own_goes_graph_by_graph(generator):
    """It is seen by its numbers, which are others in each run."""
    for replay in (None, True):
        outcome = trained(lambda: Dropout(generator().random), NUMBERS, replay=replay)
        said = outcome.history.replay if replay is None else str(outcome.error)
        assert "another each time" in said


def test_dropout_read_afresh_is_replayed():
    """It draws once for a batch, so it trains otherwise, but it trains; evaluation is the same."""

    class Fresh(Dropout):
        def __call__(self, x):
            hidden = self.first(x)
            if self.training:
                hidden = [h * afresh(lambda: float(self.draw() < 0.7)) for h in hidden]
            return self.second(hidden)

    outcome = trained(
        lambda: Fresh(random.random), NUMBERS, replay=True, validation=held_out(NUMBERS), epochs=30
    )
    assert outcome.history.replay == "replayed"
    wanted = np.mean([(outcome.model(x).data - y) ** 2 for x, y in zip(*held_out(NUMBERS))])
    assert outcome.history.validation_loss[-1] == pytest.approx(wanted, rel=1e-12)
    assert outcome.history.loss[-1] < outcome.history.loss[0]


class Signed(optim.Optimizer):
    """An optimiser with a step of its own."""

    def __init__(self, parameters, lr=0.01):
        super().__init__(parameters, lr)

    def step(self):
        rate = self.rate
        self.steps += 1
        for p in self.parameters:
            p.data -= rate * math.copysign(1.0, p.grad)


class Held(optim.SGD):
    """An optimiser that holds weights between bounds after each step."""

    def step(self):
        super().step()
        for p in self.parameters:
            p.data = min(max(p.data, -0.2), 0.2)


class Accumulating(optim.SGD):
    """An optimiser that adds up the gradients of all batches."""

    def zero_grad(self):
        pass


class ByBranch(optim.Optimizer):
    """An optimiser whose rule branches as floats can, and arrays cannot."""

    def __init__(self, parameters, lr=0.01):
        super().__init__(parameters, lr)

    def _rule(self, rate, m):
        return lambda x, g: (x - rate * (1.0 if g > 0 else -1.0),)


def wrapped(parameters):
    """Return an optimiser whose step was replaced, as one does to log or to average."""
    made = optim.SGD(parameters, 0.1)
    step = made.step

    def noisy():
        step()
        made.parameters[0].data = 0.25

    made.step = noisy
    return made


@pytest.mark.parametrize("optimizer", [Signed, Held, Accumulating, ByBranch, wrapped])
def test_an_optimiser_of_ones_own_is_asked_for_its_step(optimizer):
    """Nothing that it does beside is left out."""
    wanted = trained(network(), NUMBERS, replay=False, optimizer=optimizer)
    ours = trained(network(), NUMBERS, replay=None, optimizer=optimizer)
    assert_same(ours, wanted, 1e-12)
    if optimizer in {Signed, Held}:
        assert ours.history.replay == f"graph by graph: {optimizer.__name__} has a step of its own"
        refused = trained(network(), NUMBERS, replay=True, optimizer=optimizer)
        assert isinstance(refused.error, RecordError)


def test_what_cannot_be_replayed_in_the_middle_goes_on_graph_by_graph():
    """The steps before stay; in validation too."""
    targets = NUMBERS.copy()
    targets[-1] = 40.0

    def loss(z, t):
        return (z - t) ** 2 if t < 10 else (z - float(t)) ** 2 * 0.01

    wanted = trained(network(), targets, replay=False, loss=loss, batch_size=3, optimizer=OPTIMIZERS["Adam"])
    ours = trained(network(), targets, replay=None, loss=loss, batch_size=3, optimizer=OPTIMIZERS["Adam"])
    assert_same(ours, wanted)
    assert ours.history.replay.startswith("graph by graph: ")
    options = {"loss": loss, "validation": (VALIDATION, [50.0] * 9)}
    assert_same(
        trained(network(), NUMBERS, replay=None, **options),
        trained(network(), NUMBERS, replay=False, **options),
    )


def test_a_model_that_branches_without_end_goes_on_graph_by_graph():
    """More ways than are kept: what was learned before stays."""

    class Rounded(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * int(x[0])

    samples = np.arange(100.0)[:, None] / 10 * 13
    targets = samples[:, 0] / 100
    wanted = trained(
        Rounded, targets, replay=False, samples=samples, optimizer=functools.partial(optim.SGD, lr=1e-5)
    )
    ours = trained(
        Rounded, targets, replay=None, samples=samples, optimizer=functools.partial(optim.SGD, lr=1e-5)
    )
    assert_same(ours, wanted)


def test_a_batch_that_branches_without_end_goes_on_graph_by_graph():
    """Where samples are mixed, each combination of branches is a way of its own."""
    loss = lambda z, t: (z[0] - t) ** 2 if z[0] > t else abs(z[0] - t)
    options = {"loss": loss, "epochs": 30, "optimizer": functools.partial(optim.SGD, lr=0.05)}
    wanted = trained(normalised, NUMBERS, replay=False, **options)
    assert_same(trained(normalised, NUMBERS, replay=None, **options), wanted, 1e-8)


def test_both_ways_are_silent_about_numbers_that_overflow():
    """NumPy's warnings are nobody's concern: they would be errors here."""
    check(network((3, 1), "sigmoid"), SCORES, samples=X * 1e3, loss="hinge")
    check(
        network((3, 1), "softplus"),
        NUMBERS * 1e4,
        samples=X * 1e3,
        optimizer=functools.partial(optim.SGD, lr=1e-12),
    )


# ---- afterwards


def test_a_model_is_whole_after_a_replayed_training(tmp_path):
    """Its diagnosis, its file and its outputs are those of one that was trained graph by graph."""
    outcomes = [trained(network((4, 3, 1)), SCORES, replay=replay, loss="hinge") for replay in (False, True)]
    wanted, ours = (str(diagnose(x.model, X, SCORES.tolist(), loss="hinge")) for x in outcomes)
    assert ours == wanted
    for suffix in ("json", "npz"):
        outcomes[1].model.save(tmp_path / f"state.{suffix}")
        loaded = network((4, 3, 1))().load(tmp_path / f"state.{suffix}")
        assert loaded.state_dict() == outcomes[1].model.state_dict()
    assert all(type(x) is float for x in outcomes[1].model.state_dict().values())
    assert all(type(p.grad) is float for p in outcomes[1].model.parameters())
    assert all(type(x) is float for x in (*outcomes[1].history.loss, *outcomes[1].history.learning_rates))
    assert all(type(x) is float for norms in outcomes[1].history.gradient_norms.values() for x in norms)


def test_a_normalised_model_is_whole_after_a_replayed_training():
    """Running statistics are plain numbers, and evaluation needs no batch."""
    outcome = trained(
        normalised, SCORES, replay=True, validation=held_out(SCORES), loss="hinge", batch_size=6
    )
    norm = outcome.model.layers[1]
    assert all(type(x) is float for x in (*norm.running_mean, *norm.running_variance))
    losses = [nn.hinge(outcome.model(x), y).data for x, y in zip(*held_out(SCORES.tolist()))]
    assert outcome.history.validation_loss[-1] == pytest.approx(np.mean(losses), rel=1e-12)


def test_the_functions_are_called_only_to_be_recorded():
    """However many steps there are: a replay calls neither model nor loss."""
    calls = []

    def loss(z, t):
        calls.append(t)
        return (z - t) ** 2

    counts = []
    for epochs in (1, 20):
        calls.clear()
        trained(network(), NUMBERS, replay=True, loss=loss, epochs=epochs, validation=held_out(NUMBERS))
        counts.append(len(calls))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("widths", [(4, 1), (3, 1, 3, 1)])
def test_networks_are_replayed_whatever_their_widths(inputs, widths):
    """With one input, and with one neuron in a layer."""
    calls = []

    class Counted(nn.MLP):
        def batch(self, samples):
            calls.extend(samples)
            return super().batch(samples)

    counts = []
    for epochs in (1, 20):
        calls.clear()
        make = functools.partial(Counted, inputs, list(widths), "tanh", seed=1)
        trained(make, NUMBERS, replay=True, samples=X[:, :inputs], epochs=epochs)
        counts.append(len(calls))
    assert counts[0] == counts[1]


# ---- what is outside of the model


class Freezing(nn.Module):
    """Detach the first layer as long as a flag says so."""

    def __init__(self):
        self.first, self.second = nn.Layer(2, 3, "tanh", seed=1), nn.Layer(3, 1, None, seed=2)
        self.frozen = True

    def __call__(self, x):
        hidden = self.first(x)
        return self.second([h.detach() for h in hidden] if self.frozen else hidden)


def thawed(model, optimizer, history):
    """Let the first layer learn from the third epoch on."""
    model.frozen = history.epochs < 2


def test_a_callback_may_thaw_what_was_frozen():
    """The loss is the same then, and its gradient another."""
    check(Freezing, NUMBERS, on_epoch=thawed)


@pytest.mark.parametrize("place", range(3))
def test_a_loss_may_change_for_one_class_alone(place):
    """Whichever that is: a few samples do not show it."""

    def run(replay):
        weights = [1.0] * 3

        def weigh(model, optimizer, history):
            weights[place] = 5.0

        loss = lambda z, t: nn.cross_entropy(z, t) * weights[int(t)]
        return trained(network((4, 3)), CLASSES, replay=replay, loss=loss, on_epoch=weigh)

    assert_same(run(replay=None), run(replay=False))


CHANGES_OF_A_BATCH = {
    "the loss": lambda norm, weight: weight.__setitem__(0, 10.0),
    "an attribute of a layer": lambda norm, weight: setattr(norm, "eps", 0.5),
}


@pytest.mark.parametrize("name", CHANGES_OF_A_BATCH)
def test_a_callback_may_change_what_a_whole_batch_is_recorded_for(name):
    """With batch normalisation, where a batch is one computation."""

    def run(replay):
        weight = [1.0]
        loss = lambda z, t: nn.hinge(z, t) * weight[0]
        change = lambda model, *_: CHANGES_OF_A_BATCH[name](model.layers[1], weight)
        return trained(normalised, SCORES, replay=replay, loss=loss, on_epoch=change, batch_size=6)

    assert_same(run(replay=None), run(replay=False), 1e-9)


class Normed(optim.Optimizer):
    """Divide the gradient by its length, which the rule reads off the parameters."""

    def _rule(self, rate, m):
        by = rate / (1e-8 + optim.gradient_norm(self.parameters))
        return lambda x, g: (x - by * g,)


READING = {
    "a rule": lambda parameters: Normed(parameters, 0.1),
    "a schedule, grads": lambda ps: optim.SGD(ps, lambda step: 0.1 / (1 + optim.gradient_norm(ps))),
    "a schedule, data": lambda ps: optim.SGD(ps, lambda step: 0.1 / (1 + abs(ps[0].data))),
}


@pytest.mark.parametrize("name", READING)
def test_rules_and_schedules_may_read_the_parameters(name):
    """Which have the data and the grads of the moment."""
    check(network(), NUMBERS, optimizer=READING[name])


@pytest.mark.parametrize(
    ("name", "times"), [*((name, 1) for name in OPTIMIZERS), ("a rule of one's own", 36)]
)
def test_values_are_given_what_was_learned_once_where_nobody_looks(monkeypatch, name, times):
    """At the end, and not before: only a rule of one's own may read them, twice at each of 18 steps."""
    given = []
    assign = parameters.assign
    monkeypatch.setattr(parameters, "assign", lambda *both: given.append(both) or assign(*both))
    outcome = trained(network(), NUMBERS, replay=True, optimizer=OPTIMIZERS.get(name, READING["a rule"]))
    assert outcome.error is None
    assert (len(given), outcome.optimizer.steps) == (times, 18)


def test_a_value_of_the_loss_gets_its_grad():
    """Though it is no parameter of the model: a callback may move it."""

    def run(replay):
        scale = Value(0.3)

        def moved(model, optimizer, history):
            scale.data -= 0.05 * scale.grad

        loss = lambda z, t: nn.mse(z, t) * (-scale).exp() + scale
        outcome = trained(network(), NUMBERS, replay=replay, loss=loss, on_epoch=moved)
        return outcome, scale

    (replayed, scale), (eager, wanted) = run(replay=True), run(replay=False)
    assert_same(replayed, eager)
    assert (scale.data, scale.grad) == pytest.approx((wanted.data, wanted.grad), rel=1e-12)


class Stale(nn.Module):
    """Compute with a parameter once for all, which no step may follow."""

    def __init__(self):
        self.weights = [Value(0.5), Value(0.2)]
        self.double = self.weights[0] * 2

    def __call__(self, x):
        return self.double * x[0] + self.weights[1] * x[1]


def test_what_was_computed_outside_is_refused_alike():
    """As a sweep refuses it, once the parameter has moved."""
    for replay in (None, False):
        with pytest.raises(StaleGraphError, match="was given new data after double was computed"):
            fit(Stale(), X.tolist(), NUMBERS.tolist(), epochs=3, replay=replay)


class RecordedCall(nn.Module):
    """Be recorded by its author."""

    def __init__(self):
        self.weights = [Value(0.5), Value(0.2)]

    @record
    def __call__(self, x):
        return self.weights[0] * x[0] + self.weights[1] * x[1]


def test_a_model_may_be_recorded_itself():
    """It learns in both ways."""
    loss = check(RecordedCall, NUMBERS).history.loss
    assert loss[-1] < loss[0]


def test_a_recorded_function_is_no_model():
    """It has no parameters, and the model needs no recording."""
    with pytest.raises(OperandError, match="give it the model itself, which it records on its own"):
        fit(record(lambda x: x[0]), X.tolist(), NUMBERS.tolist())


def test_a_long_training_keeps_nothing_of_its_steps():
    """Samples at a threshold, which the engine computes at each step, leave nothing behind."""
    model = network()()
    loss = lambda z, t: nn.mse(z, t) if z - z.detach() >= 0 else nn.hinge(z, t)
    data = Dataset.of(X.tolist(), NUMBERS.tolist())
    steps = ReplayTrainer(Trainer(model, loss, optim.SGD(model.parameters()), data))
    sizes = []
    for _ in range(6):
        steps.step(range(len(X)))
        sizes.append(len(steps.parameters._places))
    assert sizes[0] == sizes[-1]
