"""Time the training of the moons demo by `fit` beside micrograd's own demo loop, and beside a bare loop.

Run `python benchmarks/training.py` after `pip install -e '.[bench]'`.  All three train the same
2-16-16-1 ReLU net on the same 50 samples for the same 100 steps: hinge loss, L2 penalty, SGD at a
falling rate.  They take turns, ten steps at a time, in one process with the collector on; their
losses and parameters are checked to be equal.  A ratio is the median of those of the ten turns.
"""

import sys
from collections.abc import Callable, Iterator
from statistics import median

import micrograd.engine
import micrograd.nn
from tabulate import tabulate
from timing import seconds, setting

from scalargrad import fit, mean, nn, optim
from scalargrad.datasets import moons

STEPS, TURNS, L2 = 100, 10, 1e-4
POINTS, LABELS = moons(50, noise=0.1, seed=1, labels=(-1, 1))
RATE = optim.linear_decay(1.0, STEPS, 0.1)
Turn = Callable[[], list[float]]  # train ten steps and return the loss of each


def by_fit(model: nn.MLP) -> Turn:
    """Return the turn of `fit`, with all it does for a user."""
    optimizer = optim.SGD(model.parameters(), RATE)
    return lambda: (
        fit(model, POINTS, LABELS, loss="hinge", optimizer=optimizer, epochs=STEPS // TURNS, l2=L2).loss
    )


def by_a_bare_loop(model: nn.MLP) -> Turn:
    """Return the turn of forward, backward and update alone."""
    parameters = model.parameters()
    optimizer = optim.SGD(parameters, RATE)

    def step() -> float:
        loss = mean(map(nn.hinge, model.batch(POINTS), LABELS)) + nn.l2_penalty(parameters, L2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data

    return lambda: [step() for _ in range(STEPS // TURNS)]


def by_micrograd(model: micrograd.nn.MLP) -> Turn:
    """Return the turn of the loop in micrograd's demo notebook, on the whole set, without printing."""
    value = micrograd.engine.Value
    steps = iter(range(STEPS))

    def step() -> float:
        scores = [model(list(map(value, point))) for point in POINTS]
        losses = [(1 + -label * score).relu() for label, score in zip(LABELS, scores)]
        loss = sum(losses) * (1.0 / len(losses)) + L2 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        rate = 1.0 - 0.9 * next(steps) / STEPS
        for p in model.parameters():
            p.data -= rate * p.grad
        return float(loss.data)

    return lambda: [step() for _ in range(STEPS // TURNS)]


def trained(turn: Turn, losses: list[list[float]]) -> float:
    """Take a turn, add its losses to the others, and return the seconds that a step took."""
    return seconds(lambda: losses.append(turn())) * TURNS / STEPS


def timed(turns: list[Turn]) -> Iterator[list[float]]:
    """Yield the seconds a step takes in each of the loops, one list for each turn."""
    for _ in range(TURNS):
        losses: list[list[float]] = []
        spent = [trained(turn, losses) for turn in turns]
        for theirs in losses[1:]:
            assert all(abs(a - b) <= 1e-9 for a, b in zip(losses[0], theirs)), losses
        yield spent


def main() -> None:
    """Print the table."""
    sys.setrecursionlimit(100_000)  # micrograd's backward pass recurses
    ours, bare = (nn.MLP(2, [16, 16, 1], seed=7) for _ in range(2))
    theirs = micrograd.nn.MLP(2, [16, 16, 1])
    for p, q in zip(ours.parameters(), theirs.parameters()):
        q.data = p.data  # both list weights, then the bias
    turns = list(timed([by_fit(ours), by_a_bare_loop(bare), by_micrograd(theirs)]))
    for others in (bare.parameters(), theirs.parameters()):
        assert all(abs(p.data - q.data) <= 1e-9 for p, q in zip(ours.parameters(), others))
    names = ("fit", "forward, backward, update alone", "micrograd's demo loop")
    rows = []
    for name, spent, ratios in zip(names, zip(*turns), zip(*[[t / turn[0] for t in turn] for turn in turns])):
        times = (f"{x:.2f}" for x in (median(ratios), min(ratios), max(ratios)))
        rows.append((name, f"{median(spent) * 1e3:.1f} ms", *times))
    print(setting("scalargrad-study", "micrograd"))
    print()
    headings = ("moons demo, one step", "median", "times fit", "least", "most")
    print(tabulate(rows, headings, tablefmt="github", disable_numparse=True))


if __name__ == "__main__":
    main()
