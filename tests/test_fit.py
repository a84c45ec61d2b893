"""Training is a loop of a few lines: every combination of options against one written by hand in NumPy."""

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import History, Value, fit, nn, optim, total
from scalargrad.errors import OperandError, RecordError
from scalargrad.training.arrays import Arrays
from scalargrad.training.batches import Dataset

GENERATOR = np.random.default_rng(11)
X, Y = GENERATOR.normal(size=(7, 2)), GENERATOR.normal(size=7)
HELD_OUT = GENERATOR.normal(size=(4, 2)), GENERATOR.normal(size=4)


# ---- rules as the papers have them, over arrays


def descent(lr, beta=0.0, *, nesterov=False, decay=0.0):
    """Return θ, g, t ↦ θ after a step of gradient descent with momentum."""
    v = np.zeros(0)

    def step(theta, g, t):
        nonlocal v
        d = lr(t) * (g + decay * theta)
        v = (beta * v if len(v) else 0) + d
        return theta - (beta * v + d if nesterov else v)

    return step


def adam(lr, decay=0.0, *, apart=False):
    """Return the same of Adam, or with the decay apart from the gradient of AdamW."""
    m = s = 0.0

    def step(theta, g, t):
        nonlocal m, s
        g = g if apart else g + decay * theta
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        kept = theta * (1 - lr(t) * decay) if apart else theta
        return kept - lr(t) * (m / (1 - 0.9 ** (t + 1))) / (np.sqrt(s / (1 - 0.999 ** (t + 1))) + 1e-8)

    return step


def rms(lr):
    """Return the same of RMSprop."""
    s = 0.0

    def step(theta, g, t):
        nonlocal s
        s = 0.99 * s + 0.01 * g**2
        return theta - lr(t) * g / (np.sqrt(s) + 1e-8)

    return step


def constant(lr):
    return lambda t: lr


def falling(t):
    return 0.5 / (t + 2)


OPTIMIZERS = {
    "none": ({}, lambda: adam(constant(0.01)), constant(0.01)),
    "a rate alone": ({"lr": 0.3}, lambda: adam(constant(0.3)), constant(0.3)),
    "by name": ({"optimizer": "sgd"}, lambda: descent(constant(0.01)), constant(0.01)),
    "name and rate": ({"optimizer": "RMSprop", "lr": 0.05}, lambda: rms(constant(0.05)), constant(0.05)),
    "a class and a schedule": ({"optimizer": optim.SGD, "lr": falling}, lambda: descent(falling), falling),
    "momentum": (
        {"optimizer": lambda ps: optim.SGD(ps, 0.2, momentum=0.8, weight_decay=0.02)},
        lambda: descent(constant(0.2), 0.8, decay=0.02),
        constant(0.2),
    ),
    "nesterov": (
        {"optimizer": lambda ps: optim.SGD(ps, falling, momentum=0.8, nesterov=True)},
        lambda: descent(falling, 0.8, nesterov=True),
        falling,
    ),
    "adamw": ({"optimizer": "adamw", "lr": falling}, lambda: adam(falling, 0.01, apart=True), falling),
}
BATCHES = (None, 1, 3, 7, 99)
PENALTIES = (0.0, 0.05)
LIMITS = (math.inf, 0.3)
STOPS = ({}, {"patience": 2}, {"validation": HELD_OUT}, {"validation": HELD_OUT, "patience": 1})
EPOCHS, STRIDE = 6, 9  # of all combinations, every ninth with a rule


# ---- a network of two layers, by hand


def split(theta):
    """Return weights and bias of the hidden layer, then of the output."""
    return theta[:6].reshape(2, 3)[:, :2], theta[:6].reshape(2, 3)[:, 2], theta[6:8], theta[8]


def loss_of(theta, x, y):
    """Return the mean squared error, with its gradient."""
    w, b, v, c = split(theta)
    h = np.tanh(x @ w.T + b)
    miss = h @ v + c - y
    d = 2 * miss / len(x)
    dz = d[:, None] * v * (1 - h**2)
    hidden = np.concatenate([dz.T @ x, dz.sum(0)[:, None]], axis=1).ravel()
    return (miss**2).mean(), np.concatenate([hidden, d @ h, [d.sum()]])


class Plain:
    """A model that is no Module: its layers are nobody's business, and its state is not put back."""

    def __init__(self, model):
        self.model = model

    def __call__(self, x):
        """Return the prediction."""
        return self.model(x)

    def parameters(self):
        """Return what is moved."""
        return self.model.parameters()


def by_hand(theta, rule, rate, *, size, l2, limit, patience=None, validation=None):
    """Return the history of a training, with the parameters it ends with."""
    shuffling, found = random.Random(5), {"loss": [], "validation_loss": [], "norms": [], "rates": []}
    kept, t, stopped = theta, 0, "all epochs done"
    for _ in range(EPOCHS):
        order = list(range(len(X)))
        if size is not None and size < len(X):
            shuffling.shuffle(order)
        size_, summed = size or len(X), 0.0
        found["rates"].append(rate(t))
        for start in range(0, len(X), size_):
            batch = order[start : start + size_]
            loss, g = loss_of(theta, X[batch], Y[batch])
            summed += len(batch) * (loss + l2 * (theta @ theta))
            g = g + 2 * l2 * theta
            g = g * min(1.0, limit / np.linalg.norm(g))
            theta, t = rule(theta, g, t), t + 1
        found["loss"].append(summed / len(X))
        found["norms"].append([np.linalg.norm(g[:6]), np.linalg.norm(g[6:])])
        if validation:
            found["validation_loss"].append(loss_of(theta, *validation)[0])
        watched = found["validation_loss"] or found["loss"]
        age = len(watched) - 1 - watched.index(min(watched))
        kept = theta if age == 0 else kept
        if patience is not None and age >= patience:
            stopped = f"no lower loss for {patience} epoch{'s' * (patience > 1)}"
            break
    found["best_epoch"] = len(watched) - 1 - age
    return found, theta, kept if validation and patience else theta, stopped


@pytest.mark.parametrize("replay", [True, False])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_is_the_loop_that_one_writes_by_hand(name, replay):
    """Batches, penalty, clipping, schedules, validation, patience: each with each."""
    options, rule, rate = OPTIMIZERS[name]
    every = list(itertools.product(BATCHES, PENALTIES, LIMITS, STOPS, (True, False)))
    for size, l2, limit, stop, looks in every[[*OPTIMIZERS].index(name) % STRIDE :: STRIDE]:
        model = nn.MLP(2, [2, 1], "tanh", seed=3)
        is_plain = size == 99
        theta = np.array([[p.data for p in n.parameters()] for n in model.layers[0].neurons]).ravel()
        theta = np.concatenate([theta, [p.data for p in model.layers[1].parameters()]])
        seen = []
        history = fit(
            *(Plain(model) if is_plain else model, X, Y),
            **options,
            **stop,
            epochs=EPOCHS,
            batch_size=size,
            seed=5,
            l2=l2,
            clip_norm=limit,
            on_epoch=(lambda history: seen.append(history.epochs)) if looks else None,  # noqa: B023
            replay=replay,
        )
        wanted, last, best, stopped = by_hand(theta, rule(), rate, size=size, l2=l2, limit=limit, **stop)
        assert history.loss == pytest.approx(wanted["loss"], rel=1e-9)
        assert history.validation_loss == pytest.approx(wanted["validation_loss"], rel=1e-9)
        assert history.learning_rates == pytest.approx(wanted["rates"], rel=1e-15)
        norms = np.array([*zip(*history.gradient_norms.values())])
        of_layers = np.array(wanted["norms"])
        of_layers = np.hypot(*of_layers.T)[:, None] if is_plain else of_layers
        np.testing.assert_allclose(norms, of_layers, rtol=1e-7, atol=1e-12)
        ours = [p.data for layer in model.layers for n in layer.neurons for p in n.parameters()]
        np.testing.assert_allclose(ours, last if is_plain else best, rtol=1e-7, atol=1e-9)
        assert (history.stopped, seen) == (stopped, [*range(1, len(wanted["loss"]) + 1)] * looks)
        assert history.replay == ("replayed" if replay else "graph by graph: asked for")
        assert list(history.gradient_norms) == (["model"] if is_plain else ["layers[0]", "layers[1]"])
        epochs, first, end = len(wanted["loss"]), wanted["loss"][0], wanted["loss"][-1]
        assert (history.epochs, history.best_epoch) == (epochs, wanted["best_epoch"])
        rose = "; it rose, so try a smaller learning rate" * int(end > first)
        counted = f"{epochs} epoch{'s' * (epochs > 1)}"
        assert str(history) == f"{stopped}: loss {first:.4g} → {end:.4g} in {counted}{rose}"
        assert repr(history) == f"<History: {history}>"


# ---- what goes in, what comes out


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8, np.uint16, object])
@pytest.mark.parametrize("targets", [Y, Y > 0, (10 * Y).astype(int)], ids=["numbers", "truths", "whole"])
def test_arrays_of_every_kind_of_number_are_data(dtype, targets):
    """Samples become floats; targets stay what they are, for a loss may ask."""
    wanted = [[float(x > 0), float(x > 1)] for x, _ in X]
    data = Dataset.of(np.array(wanted).astype(dtype), targets)
    assert data.rows == wanted
    assert {type(x) for row in data.rows for x in row} == {float}
    assert data.targets == targets.tolist()
    with pytest.raises(OperandError, match="expected one real number, got True of type bool"):
        Dataset.of(np.array(wanted).astype(dtype) > 0, targets)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=30), st.integers(5, 9), st.booleans())
def test_samples_that_are_looked_at_have_different_targets(targets, count, listed):
    """The first of each, up to a count, and others where there are fewer than five: in their order."""
    numbers = [[0, t, 0] for t in targets] if listed else targets
    places = Arrays.of(Dataset.of([[0.0]] * len(targets), numbers)).telling(count)
    firsts = sorted(map(targets.index, set(targets)))
    assert places == sorted(set(places))
    assert set(firsts[:count]) <= set(places) <= set(range(len(targets)))
    assert len(places) == min(max(len(firsts), 5), max(count, 5), len(targets))


def test_a_history_without_epochs_says_why_it_ended():
    """One that did not begin has nothing to say."""
    assert (str(History()), repr(History()), History().replay) == ("", "<History: >", "")
    history = fit(nn.Neuron(2), X, Y, epochs=0)
    assert (str(history), history.epochs, history.loss) == ("all epochs done", 0, [])


REASONS = {
    "asked for": {"replay": False},
    "samples or targets differ in their shapes": {"y": [[1.0] * (1 + i % 2) for i in range(7)],
                                                  "loss": lambda z, t: total((z - x) ** 2 for x in t)},
    "targets are no numbers: 'a'": {"y": list("abacaba"), "loss": lambda z, t: (z - ord(t) / 100) ** 2},
    "the loss branches on its target in a way that a recording does not see": {
        "y": [1, -1, 1, 1, -1, 1, -1],
        "loss": lambda z, t: (z - t) ** 2 * (1.0 if isinstance(t, int) else 2.0),
    },
    "FloatingPointError in the optimiser: of arrays": {"optimizer": lambda ps: Picky(ps, 0.1)},
}  # fmt: skip


class Picky(optim.SGD):
    """A rule that arrays do not suit."""

    def _rule(self, rate, m):
        rule = super()._rule(rate, m)

        def picky(x, g, v):
            if isinstance(x, np.ndarray):
                message = "of arrays"
                raise FloatingPointError(message)
            return rule(x, g, v)

        return picky


@pytest.mark.parametrize("reason", REASONS)
def test_the_history_says_exactly_why_steps_are_taken_graph_by_graph(reason):
    """And the error does, where replays were insisted on; the cause of it is kept."""
    options = {"y": Y.tolist(), "epochs": 2} | REASONS[reason]
    y = options.pop("y")
    assert fit(nn.Neuron(2, seed=1), X, y, **options).replay == f"graph by graph: {reason}"
    if "replay" not in options:
        with pytest.raises(RecordError) as caught:
            fit(nn.Neuron(2, seed=1), X, y, **options, replay=True)
        assert str(caught.value) == f"this training cannot be replayed: {reason}"
        assert str(caught.value.__cause__) == reason


def test_data_that_others_are_given_meanwhile_is_nothing_to_a_replay():
    """A schedule may make Values of its own, and move them."""

    def rate(_):
        Value(0.0).data = 1.0
        return 0.1

    models = [nn.MLP(2, [3, 1], "tanh", seed=3) for _ in range(2)]
    histories = [
        fit(m, X, Y, optimizer="sgd", lr=rate, epochs=5, replay=r) for m, r in zip(models, (True, False))
    ]
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-12)
    ours, theirs = ([p.data for p in m.parameters()] for m in models)
    assert ours == pytest.approx(theirs, rel=1e-12)
