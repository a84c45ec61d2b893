"""fit: the loop of predict, loss, gradients and update, and every way in which it ends."""

import functools
import io
import math
import re
import subprocess
import sys

import numpy as np
import pytest

from scalargrad import History, Value, fit, nn, optim
from scalargrad.datasets import moons
from scalargrad.errors import (
    AppliedTwiceWarning,
    DomainError,
    LostGradientWarning,
    NonFiniteError,
    OperandError,
    ScalargradError,
    ShapeError,
    UnknownNameError,
)

POINTS, LABELS = moons(20, seed=1, labels=(-1, 1))
LINE = ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])


def network(seed=1):
    return nn.MLP(2, [4, 1], seed=seed)


def state(model):
    return list(model.state_dict().values())


# ---- the loop


def test_an_epoch_is_forward_backward_and_update():
    """The same numbers come from the loop written out with the engine and the optimiser, bit for bit."""
    ours, by_hand = network(), network()
    history = fit(
        ours, POINTS, LABELS, loss="hinge", optimizer=optim.SGD(ours.parameters(), 0.1), epochs=5, l2=1e-3
    )
    optimizer, losses = optim.SGD(by_hand.parameters(), 0.1), []
    for _ in range(5):
        loss = sum((nn.hinge(by_hand(x), y) for x, y in zip(POINTS, LABELS)), 0.0) / len(LABELS)
        loss += nn.l2_penalty(by_hand.parameters(), 1e-3)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
    assert history.loss == pytest.approx(losses, rel=1e-12)
    assert state(ours) == pytest.approx(state(by_hand), rel=1e-12)
    assert history.epochs == len(history.loss) == len(history.learning_rates) == 5
    assert history.stopped == "all epochs done"


def test_the_defaults_are_adam_at_a_hundredth_on_everything_a_hundred_times_by_squared_error():
    """Spelled out, they train the same."""
    silent, spelled = network(), network()
    history = fit(silent, POINTS, LABELS)
    again = fit(
        spelled, POINTS, LABELS, loss="mse", optimizer=optim.Adam(spelled.parameters(), lr=0.01), epochs=100,
        batch_size=len(LABELS), l2=0.0, clip_norm=math.inf,
    )  # fmt: skip
    assert state(silent) == state(spelled)
    assert history == again
    assert history.epochs == 100


@pytest.mark.parametrize("size", [None, 3, 5])
def test_a_batch_of_everything_keeps_the_order_of_the_samples(size):
    """Whether its size is given or not, or is more than there are: nothing is shuffled."""
    seen, w = [], Value(0.5)

    def model(x):
        seen.append(x[0].data)
        return w * x[0]

    model.parameters = lambda: [w]
    fit(model, *LINE, epochs=4, batch_size=size, seed=1)
    assert seen == LINE[0] * 4


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 20])
def test_the_loss_of_an_epoch_is_the_mean_over_samples_whatever_the_batches(size):
    """Also where the last batch is smaller: without a step between them it is the loss of everything."""
    model, still = network(), functools.partial(optim.SGD, lr=0.0)
    history = fit(model, POINTS[:7], LABELS[:7], epochs=2, batch_size=size, optimizer=still)
    wanted = sum((model(x).data - y) ** 2 for x, y in zip(POINTS[:7], LABELS[:7])) / 7
    assert history.loss == pytest.approx([wanted] * 2, rel=1e-12)


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_patience_is_the_number_of_epochs_that_may_be_no_better(patience):
    """After the first, the best, so many follow, with or without validation; then it ends."""
    still = functools.partial(optim.SGD, lr=0.0)
    for held_out in (None, (POINTS, LABELS)):
        history = fit(
            network(), POINTS, LABELS, optimizer=still, patience=patience, validation=held_out, epochs=50
        )
        assert history.epochs == 1 + patience
        assert history.stopped == f"no lower loss for {patience} epoch{'s' * (patience > 1)}"


def test_the_moons_are_separated():
    """As in micrograd's demo: hinge, L2 penalty and a falling learning rate; every point on its side."""
    points, labels = moons(50, seed=1, labels=(-1, 1))
    model = nn.MLP(2, [8, 8, 1], seed=1)
    optimizer = optim.SGD(model.parameters(), optim.linear_decay(1.0, 60, 0.1))
    history = fit(model, points, labels, loss="hinge", optimizer=optimizer, epochs=60, l2=1e-4)
    assert all((model(x).data > 0) == (y > 0) for x, y in zip(points, labels))
    assert history.loss[-1] < 0.05 < history.loss[0]
    assert history.learning_rates[0] == 1.0 > history.learning_rates[-1]


@pytest.mark.parametrize("loss", ["cross_entropy", nn.cross_entropy])
def test_three_classes_are_learned(loss):
    """A loss by name or as a function, with integer targets."""
    points = [[math.cos(t), math.sin(t)] for t in range(12)]
    classes = [t % 3 for t in range(12)]
    model = nn.MLP(2, [12, 3], "tanh", seed=3)
    fit(model, points, classes, loss=loss, optimizer=functools.partial(optim.Adam, lr=0.1), epochs=150)
    scores = [[z.data for z in model(x)] for x in points]
    assert [row.index(max(row)) for row in scores] == classes


def test_the_same_seed_gives_the_same_training():
    """Batches are drawn in an order that follows from the seed alone."""

    def trained(seed):
        model = network()
        fit(model, POINTS, LABELS, loss="hinge", epochs=3, batch_size=6, seed=seed)
        return state(model)

    assert trained(5) == trained(5)
    assert trained(5) != trained(6)


def test_batches_take_every_sample_once_an_epoch():
    """The last batch is smaller where the size does not divide the number of samples."""
    seen, sizes = [], []

    class Recorder(nn.Neuron):
        def batch(self, samples):
            seen.extend(x.data for (x,) in samples)
            sizes.append(len(samples))
            return super().batch(samples)

    fit(Recorder(1, seed=1), list(range(8)), [0.0] * 8, epochs=2, batch_size=3, seed=4)
    assert sizes == [3, 3, 2] * 2
    assert sorted(seen[:8]) == sorted(seen[8:]) == list(range(8))
    assert seen[:8] != seen[8:]


# ---- data


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (POINTS, LABELS),
        (np.array(POINTS), np.array(LABELS)),
        (np.array(POINTS, np.float64), LABELS),
        ([tuple(x) for x in POINTS], iter(LABELS)),
        (list(np.array(POINTS)), np.array(LABELS)[:, None]),
        ([list(map(Value, x)) for x in POINTS], [[y] for y in LABELS]),
    ],
    ids=["lists", "arrays", "mixed", "tuples", "rows", "Values"],
)
def test_data_may_be_lists_or_arrays(X, y):  # noqa: N803
    """Each gives the same training."""
    model, same = network(), network()
    fit(model, X, y, loss="hinge", epochs=2)
    fit(same, POINTS, LABELS, loss="hinge", epochs=2)
    assert state(model) == state(same)


@pytest.mark.parametrize("X", [LINE[0], [[x] for x in LINE[0]], np.array(LINE[0])], ids=repr)
def test_one_input_may_be_a_plain_number(X):  # noqa: N803
    """A straight line through three points is found."""
    model = nn.Neuron(1, None, seed=1)
    fit(model, X, LINE[1], optimizer=optim.SGD(model.parameters(), 0.2), epochs=200)
    assert state(model) == pytest.approx([2.0, 1.0], abs=1e-3)


def test_a_model_may_be_any_function_with_parameters():
    """No Module is needed: a function of one sample that knows its parameters."""

    class Line:
        def __init__(self):
            self.slope = Value(0.0)

        def parameters(self):
            return [self.slope]

        def __call__(self, inputs):
            return self.slope * inputs[0]

    line = Line()
    history = fit(line, [1, 2], [3, 6], optimizer=optim.SGD([line.slope], 0.2), epochs=50)
    assert line.slope.data == pytest.approx(3.0)
    assert list(history.gradient_norms) == ["model"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([[1, 2]], [1, 2]), ShapeError, "got 1 samples in X and 2 targets in y"),
        (([], []), ShapeError, "X and y are empty"),
        ((3.0, [1]), OperandError, "X must be a list or an array, one item a sample, got 3.0"),
        (([[1, math.nan]], [1]), OperandError, "X[0][1] is nan"),
        (([[1, "2"]], [1]), OperandError, "expected one real number, got '2'"),
        (([[1, 2, 3]], [1]), ShapeError, "takes 2 inputs, got 3"),
    ],
)
def test_bad_data_is_refused_by_name(arguments, error, message):
    """Before anything is learned."""
    model = network()
    before = state(model)
    with pytest.raises(error, match=re.escape(message)):
        fit(model, *arguments)
    assert state(model) == before


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"loss": "hings"}, UnknownNameError, "did you mean hinge"),
        ({"optimizer": lambda _: 3}, OperandError, "optimizer must be an Optimizer"),
        ({"optimizer": optim.SGD([Value(1.0)])}, OperandError, "holds none of the parameters of this model"),
        ({"batch_size": 0}, ShapeError, "a batch holds at least one sample, got batch_size=0"),
    ],
)
def test_bad_options_are_refused_by_name(options, error, message):
    """An optimiser of another model would train nothing, without a word."""
    with pytest.raises(error, match=re.escape(message)):
        fit(network(), POINTS, LABELS, **options)


# ---- the history


def test_the_history_has_the_gradient_norm_of_each_layer():
    """‖∇L‖ of the parameters of a layer, as the last update of the epoch used them."""
    model = network()
    history = fit(model, POINTS, LABELS, loss="hinge", epochs=4)
    assert list(history.gradient_norms) == ["layers[0]", "layers[1]"]
    for layer, norms in zip(model.layers, history.gradient_norms.values()):
        assert len(norms) == 4
        assert norms[-1] == optim.gradient_norm(layer.parameters())


def test_clipping_limits_the_norm_of_each_step():
    """The whole gradient is at most as long as clip_norm."""
    history = fit(network(), POINTS, LABELS, loss="hinge", epochs=3, clip_norm=0.05)
    for norms in zip(*history.gradient_norms.values()):
        assert math.hypot(*norms) == pytest.approx(0.05)


def test_a_function_is_called_after_each_epoch():
    """With the history so far, in evaluation mode."""
    model, seen = network(), []
    fit(model, *LINE_2D, epochs=3, on_epoch=lambda history: seen.append((history.epochs, model.training)))
    assert seen == [(1, False), (2, False), (3, False)]


LINE_2D = ([[x, 0.0] for x in LINE[0]], LINE[1])


def test_a_measure_is_found_by_its_name_too():
    """As in a dict; a wrong one is answered with what there is."""
    history = fit(network(), *LINE_2D, epochs=3)
    assert history["loss"] is history.loss
    assert history["validation_loss"] == []
    with pytest.raises(UnknownNameError, match="unknown measure of a history 'los'; did you mean loss"):
        history["los"]


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([2.0, *[0.5] * 11], "; it stands still since epoch 2: diagnose(model, X, y) tells of dead units"),
        ([2.0, 0.6, *[0.5, 0.5 * (1 + 5e-7)] * 6], "; it stands still since epoch 3: diagnose"),
        ([2.0, *[0.5] * 10], "; it stands still"),
        ([2.0, *[0.5] * 9], ""),
        ([2.0, *[0.04] * 12], ""),
        ([2.0, *[0.041] * 12], "; it stands still"),
        ([2.0, 0.5, *[0.5 * (1 - i / 1e5) for i in range(12)]], ""),
        ([2.0, *[0.5] * 11, 2.5], "; it rose"),
        ([2.0], ""),
        ([2.0, 0.5, *[0.6, 0.7] * 6, 0.5], ""),
        ([math.nan] * 12, ""),
    ],
)
def test_a_loss_that_stands_still_high_up_is_told(losses, said):
    """Ten epochs without a change of a millionth, above a fiftieth of the first: units may be dead."""
    text = str(History(losses, stopped="done"))
    assert f"{text}\n".partition(" epoch")[2].removeprefix("s").startswith(said or "\n")


# ---- how it ends


def test_early_stopping_puts_the_best_state_back():
    """It waits for `patience` epochs after the least validation loss, then returns to that epoch."""
    model, states = network(), []
    history = fit(
        model, POINTS, LABELS, loss="hinge", validation=(POINTS, [-y for y in LABELS]), patience=3, epochs=50,
        on_epoch=lambda _: states.append(state(model)),
    )  # fmt: skip
    assert history.epochs == history.best_epoch + 4 < 50
    assert history.stopped == "no lower loss for 3 epochs"
    assert state(model) == states[history.best_epoch] != states[-1]


def test_early_stopping_watches_the_training_loss_without_validation():
    """A network that has nothing left to learn stops, and stays as it is."""
    model = nn.Neuron(1, None, seed=1)
    with pytest.warns(LostGradientWarning, match="the first step changes nothing"):
        history = fit(model, [1.0], [2.0], loss=lambda z, y: z * 0.0 + y, patience=2)
    assert history.epochs == 3
    assert str(history) == "no lower loss for 2 epochs: loss 2 → 2 in 3 epochs"


@pytest.mark.parametrize(
    ("epochs", "said"),
    [(1.5, "epochs is a whole number"), ("3", "epochs is a number of at least 0, got '3'")],
)
def test_epochs_are_counted(epochs, said):
    """As whole numbers, from 0."""
    with pytest.raises(OperandError, match=said):
        fit(network(), POINTS, LABELS, epochs=epochs)
    with pytest.raises(OperandError, match="clip_norm is a number of at least 0, got None"):
        fit(network(), POINTS, LABELS, clip_norm=None)
    with pytest.raises(DomainError, match="epochs is at least 0, got -1"):
        fit(network(), POINTS, LABELS, epochs=-1)


def test_classes_are_numbered():
    """A name of one is no target."""
    for y, held in (([0.0, "b"], None), ([0.0, 1.0], ([1.0], ["b"]))):
        with pytest.raises(
            OperandError, match="a target is a number, got 'b' of type str: number the classes"
        ):
            fit(nn.Neuron(1), [1.0, 2.0], y, validation=held)


@pytest.mark.parametrize("held", [0.2, (POINTS, LABELS, 1), 3, "X"])
def test_validation_is_a_pair(held):
    """A share, as elsewhere, is answered with how to hold some back."""
    with pytest.raises(
        OperandError, match=r"a pair of samples and targets, got .*: hold some back, as in fit\("
    ):
        fit(network(), POINTS, LABELS, validation=held)


def test_ctrl_c_returns_what_was_learned():
    """The parameters keep the last update, and the history all completed epochs."""
    model, before = network(), state(network())

    def interrupt(history):
        if history.epochs == 3:
            raise KeyboardInterrupt

    history = fit(model, POINTS, LABELS, loss="hinge", epochs=10, on_epoch=interrupt)
    assert (history.epochs, history.stopped) == (3, "interrupted")
    assert state(model) != before
    assert not model.training


@pytest.mark.parametrize("replay", [False, True])
def test_ctrl_c_within_an_epoch_keeps_what_its_steps_learned(replay):
    """The history has completed epochs only, the model every completed step."""

    def interrupting(step):
        if step == 5:
            raise KeyboardInterrupt
        return 0.01

    def trained(**options):
        model = nn.Neuron(1, None, seed=1)
        sgd = optim.SGD(model.parameters(), options.pop("rate", 0.01))
        return fit(model, *LINE, optimizer=sgd, batch_size=1, seed=1, replay=replay, **options), state(model)

    history, after = trained(rate=interrupting)
    assert (history.epochs, history.stopped) == (1, "interrupted")
    assert str(history).startswith("interrupted: loss")
    assert after != trained(epochs=1)[1]


def test_a_loss_that_leaves_the_numbers_stops_with_the_first_node_that_did():
    """The step, the node with its formula, and the history up to there; nothing is moved."""
    model = nn.MLP(1, [2, 1], None, seed=1)
    steep = optim.SGD(model.parameters(), 1e60)
    with pytest.raises(NonFiniteError) as caught:
        fit(model, *LINE, loss=lambda a, y: (a - y) * (a - y), optimizer=steep, epochs=50)
    message = str(caught.value)
    stopped = re.match(
        r"training stopped in epoch (\d+), step 1: The value is not finite: it begins at s", message
    )
    assert stopped, message
    assert caught.value.history.epochs == int(stopped[1]) - 1 > 0
    assert all(map(math.isfinite, state(model)))
    assert [parameter.grad for parameter in model.parameters()] == [0.0] * 7  # no sweep began
    assert not model.training


def test_a_gradient_that_leaves_the_numbers_stops_with_its_cause():
    """The loss is finite, but the slope of the root at 0 is not."""
    model = nn.Neuron(1, None, init="zeros")
    with pytest.raises(
        NonFiniteError,
        match=r"begins at v6 = sqrt\(v5\) = sqrt\(0\) = 0.\nIt hands to v5: upstream 1 × local .* = inf",
    ):
        fit(model, [1.0], [0.0], loss=lambda z, y: (z * z).sqrt())
    assert state(model) == [0.0, 0.0]


def test_a_value_too_large_for_a_float_stops_in_the_same_way():
    """The engine refuses the square; fit says when that was, and what may help."""
    model = nn.Neuron(1, None, seed=1)
    with pytest.raises(NonFiniteError) as caught:
        fit(model, *LINE, optimizer=optim.SGD(model.parameters(), 1e30), epochs=50)
    wanted = (
        r"training stopped in epoch \d, step 1: x\*\*2 is too large for a float at x = .*\nA smaller learning"
    )
    assert re.match(wanted, str(caught.value)), caught.value
    assert caught.value.history.epochs > 0


def test_an_undefined_value_says_where_in_training_it_came():
    """The error of the engine carries a note with the epoch and the step."""
    model = nn.Neuron(1, "log", seed=1)
    model.bias.data = -1.0
    with pytest.raises(DomainError) as caught:
        fit(model, [0.0], [1.0])
    assert caught.value.__notes__ == ["(in epoch 1, step 1 of fit)"]


# ---- what would be wrong silently

LOST = {
    "a function of math": lambda p, y: -math.log(abs(p)),
    "float": lambda p, y: (float(p) - y) ** 2,
    "data": lambda p, y: (p.data - y) ** 2,
    "detached": lambda p, y: (p.detach() - y) ** 2,
    "item": lambda p, y: (p.item() - y) ** 2,
}


@pytest.mark.parametrize("replay", [None, False])
@pytest.mark.parametrize("loss", LOST.values(), ids=LOST)
def test_a_loss_from_which_nothing_is_learned_is_warned_of_at_the_users_line(loss, replay):
    """No derivative passes through a plain number, so the first step changes nothing."""
    with pytest.warns(LostGradientWarning) as caught:
        fit(network(), POINTS, LABELS, loss=loss, epochs=2, replay=replay)
    assert "the first step changes nothing" in "\n".join(str(warning.message) for warning in caught)
    assert {warning.filename for warning in caught} == {__file__}


def test_a_part_of_the_loss_that_is_lost_is_warned_of():
    """It has a derivative, but not all of it."""
    with pytest.warns(LostGradientWarning) as caught:
        fit(network(), POINTS, LABELS, loss=lambda p, y: (p - y) ** 2 + math.exp(p), epochs=2)
    assert {warning.filename for warning in caught} == {__file__}
    assert "reads a Value as a plain number" in "\n".join(str(warning.message) for warning in caught)


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize("replay", [None, False])
def test_a_loss_from_logits_warns_of_probabilities(output, replay):
    """The activation would be applied twice; of the logits themselves it says nothing."""
    loss = {"sigmoid": "binary_cross_entropy", "softmax": "cross_entropy"}[output]
    targets = [(y + 1) // 2 for y in LABELS]
    widths = [4, 1 if output == "sigmoid" else 2]
    with pytest.warns(AppliedTwiceWarning, match=f"is the output of a {output} already") as caught:
        fit(nn.MLP(2, widths, output=output), POINTS, targets, loss=loss, epochs=1, replay=replay)
    assert {warning.filename for warning in caught} == {__file__}
    fit(nn.MLP(2, widths), POINTS, targets, loss=loss, epochs=1, replay=replay)


# ---- what people write elsewhere


def test_an_optimiser_is_made_by_its_name_with_its_rate():
    """In any capitals, and as the class would be made by hand."""
    for name, made in {"adam": optim.Adam, "SGD": optim.SGD, "RMSprop": optim.RMSprop}.items():
        one, other = network(), network()
        fit(one, POINTS, LABELS, optimizer=name, lr=0.05, epochs=3)
        fit(other, POINTS, LABELS, optimizer=made(other.parameters(), lr=0.05), epochs=3)
        assert state(one) == state(other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"verbose": 1}, "verbose= of fit is progress="),
        ({"learning_rate": 0.1}, "learning_rate= of fit is lr= here"),
        ({"epoch": 3}, "unknown argument of fit 'epoch'; did you mean epochs or on_epoch?"),
        ({"optimizer": "lion"}, "unknown optimizer 'lion'; there are: adam"),
        ({"loss": "bce"}, "loss='bce' is 'binary_cross_entropy'"),
        ({"loss": "zzz"}, "unknown loss 'zzz'"),
        ({"optimizer": "sgd", "lr": -0.1}, "SGD descends with a rate of at least 0, got lr=-0.1"),
    ],
)
def test_an_argument_that_is_none_is_answered(options, message):
    """With what is meant here, or what there is."""
    with pytest.raises(ScalargradError, match=re.escape(message)):
        fit(network(), POINTS, LABELS, **options)


def test_a_rate_beside_an_optimiser_that_has_one_is_refused():
    """Nobody could say which is meant."""
    model = network()
    with pytest.raises(OperandError, match=r"has a rate already, lr=0\.01"):
        fit(model, POINTS, LABELS, optimizer=optim.SGD(model.parameters()), lr=0.1)


def test_the_loss_may_be_spelt_in_any_way():
    """Capitals and hyphens are no other loss."""
    one, other = network(), network()
    fit(one, POINTS, LABELS, loss="MSE", epochs=2)
    fit(other, POINTS, LABELS, loss="mse", epochs=2)
    assert state(one) == state(other)


# ---- modes and the progress bar


def test_batch_normalisation_trains_on_batches_and_is_left_in_evaluation():
    """A fitted model takes one sample at a time."""
    model = nn.Sequential(nn.Layer(2, 4, None, seed=1), nn.BatchNorm(4), "tanh", nn.Layer(4, 1, None, seed=2))
    history = fit(model, POINTS, LABELS, loss="hinge", epochs=30, validation=(POINTS, LABELS))
    assert history.validation_loss[-1] < history.validation_loss[0]
    assert isinstance(model(POINTS[0]), Value)


def test_it_is_quiet_where_nobody_looks(capsys):
    """Standard error is no terminal here."""
    fit(network(), POINTS, LABELS, epochs=2)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_with_the_loss(monkeypatch):
    """And it can be asked for, or turned off, anywhere."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for progress, shown in ((None, True), (False, False)):
        monkeypatch.setattr(sys, "stderr", Terminal())
        history = fit(network(), POINTS, LABELS, epochs=3, progress=progress)
        text = sys.stderr.getvalue()
        assert ("3/3" in text and f"loss={history.loss[-1]:.4g}" in text) is shown
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    fit(network(), POINTS, LABELS, epochs=3, progress=True)
    assert "3/3" in sys.stderr.getvalue()


@pytest.mark.parametrize(("replay", "with_numpy"), [(False, False), (None, True)])
def test_quiet_training_loads_no_more_than_replays_need(replay, with_numpy):
    """No progress bar where nobody looks, and NumPy only for replays."""
    program = (
        f"import sys; from scalargrad import fit, nn; "
        f"fit(nn.Neuron(1, None, seed=1), [0.0], [1.0], epochs=1, replay={replay})\n"
        "print('numpy' in sys.modules, 'tqdm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"{with_numpy} False\n", "")
