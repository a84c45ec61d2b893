"""Time scalargrad beside micrograd: one process, the same graph, the same numbers, the collector on.

Run `python benchmarks/against_micrograd.py` after `pip install -e '.[bench]'`.  Every figure is the
median of alternating repetitions; the ratio is the median of the ratios of neighbouring repetitions,
so that it holds while the speed of the machine drifts.
"""

import gc
import itertools
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any

import micrograd.engine
import micrograd.nn
from tabulate import tabulate

import scalargrad
from scalargrad.engine.node import evaluation_order

REPETITIONS = 9
STEPS = 3  # timed in a row, after one that is not
SIZES = (2, 16, 16, 1)
generator = random.Random(7)
POINTS = [[generator.uniform(-1, 1) for _ in range(SIZES[0])] for _ in range(50)]
TARGETS = [generator.choice((-1.0, 1.0)) for _ in POINTS]
Step = Callable[[], list[float]]


def plain_step(value: type) -> Step:
    """Return the loss and gradients of a 2-16-16-1 ReLU net written in plain + and *."""
    numbers = random.Random(1)
    layers = [
        [[value(numbers.uniform(-1, 1)) for _ in range(nin + 1)] for _ in range(nout)]
        for nin, nout in itertools.pairwise(SIZES)
    ]
    weights = [w for layer in layers for neuron in layer for w in neuron]
    points = [[value(x) for x in point] for point in POINTS]

    def neuron(parameters: list[Any], inputs: list[Any]) -> Any:
        z = parameters[-1]
        for w, x in zip(parameters, inputs):
            z = z + w * x
        return z

    def step() -> list[float]:
        loss = value(0.0)
        for inputs, target in zip(points, TARGETS):
            for layer in layers[:-1]:
                inputs = [neuron(parameters, inputs).relu() for parameters in layer]  # noqa: PLW2901
            loss = loss + (1.0 + -target * neuron(layers[-1][0], inputs)).relu()
        for w in weights:
            w.grad = 0.0
        loss.backward()
        return [loss.data, *(w.grad for w in weights)]

    return step


def nn_step(value: type, model: Any) -> Step:
    """Return one training step of the same net through nn: forward, backward, update."""

    def step() -> list[float]:
        scores = [model([value(x) for x in point]) for point in POINTS]
        losses = [(1.0 + -target * score).relu() for target, score in zip(TARGETS, scores)]
        loss = sum(losses) * (1.0 / len(losses))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.01 * p.grad
        return [loss.data, *(p.grad for p in model.parameters())]

    return step


def compare(name: str, ours: Step, theirs: Step) -> tuple[str, ...]:
    """Check that both return the same numbers, then time them in turn."""
    for a, b in zip(ours(), theirs()):
        assert abs(a - b) <= 1e-9 * max(1.0, abs(b)), (a, b)
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPETITIONS):
        for step, spent in zip((ours, theirs), seconds):
            gc.collect()  # nobody pays for the garbage of the other, but each for its own:
            step()
            start = time.perf_counter()
            for _ in range(STEPS):
                step()
            spent.append((time.perf_counter() - start) / STEPS)
    ratio = median(b / a for a, b in zip(*seconds))
    return name, *(f"{median(spent) * 1e3:.1f} ms" for spent in seconds), f"{ratio:.1f} ×"


def same_weights(ours: Any, theirs: Any) -> None:
    """Give micrograd's network the parameters of ours; both list weights, then the bias."""
    for p, q in zip(ours.parameters(), theirs.parameters()):
        q.data = p.data


def bytes_per_node() -> float:
    """Return what a node of a graph of + and * takes after its sweep, in bytes."""
    leaves = [scalargrad.Value(generator.uniform(-1, 1)) for _ in range(100)]
    gc.collect()
    tracemalloc.start()
    total = leaves[0]
    for i in range(30_000):
        total = total * leaves[i % 100] + leaves[(7 * i) % 100]
        total = total.relu() if i % 10 == 0 else total
    total.backward()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / len(evaluation_order(total))


def chain(length: int) -> str:
    """Time a chain of additions: forward, backward and freeing, for each of them in ns per node."""
    clock = time.perf_counter
    start = clock()
    x = y = scalargrad.Value(1.0)
    for _ in range(length):
        y = y + x
    built = clock()
    y.backward()
    swept = clock()
    assert x.grad == length + 1
    del y
    freed = clock()
    return " / ".join(
        f"{(b - a) / length * 1e9:.0f}" for a, b in zip((start, built, swept), (built, swept, freed))
    )


def import_milliseconds() -> float:
    """Return how much longer Python takes with `import scalargrad` than without, in ms."""
    with_bytecode = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # as an installed package has it

    def seconds(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=with_bytecode)
        return time.perf_counter() - start

    seconds("import scalargrad")
    return 1e3 * median(seconds("import scalargrad") - seconds("pass") for _ in range(REPETITIONS))


def main() -> None:
    """Print the tables."""
    sys.setrecursionlimit(100_000)  # micrograd's backward pass recurses
    ours, theirs = scalargrad.nn.MLP(2, [16, 16, 1], seed=7), micrograd.nn.MLP(2, [16, 16, 1])
    same_weights(ours, theirs)
    steps = [
        (
            "loss and gradients, plain + and *",
            plain_step(scalargrad.Value),
            plain_step(micrograd.engine.Value),
        ),
        (
            "training step through nn",
            nn_step(scalargrad.Value, ours),
            nn_step(micrograd.engine.Value, theirs),
        ),
    ]
    rows = [compare(*step) for step in steps]
    print(
        tabulate(
            rows, ("2-16-16-1 ReLU net, 50 samples", "scalargrad", "micrograd", "ratio"), tablefmt="github"
        )
    )
    print()
    rest = [
        ("memory of a node after its sweep", f"{bytes_per_node():.0f} bytes"),
        ("`import scalargrad` beyond bare Python", f"{import_milliseconds():.0f} ms"),
        ("chain of 100,000 additions: forward / backward / free", f"{chain(100_000)} ns a node"),
        ("chain of 1,000,000 additions: forward / backward / free", f"{chain(1_000_000)} ns a node"),
    ]
    print(tabulate(rest, ("measure", "value"), tablefmt="github"))


if __name__ == "__main__":
    main()
