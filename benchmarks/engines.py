"""Time scalargrad beside micrograd, beside a lean engine too: one process, the same graph, the same numbers.

Run `python benchmarks/engines.py` after `pip install -e '.[bench]'`.  The lean engine is that of
`lean.py`; it has no nn, so it trains the net in plain + and * in both rows.  Every time is the median of
alternating repetitions with the collector on, every ratio the median of the ratios of neighbouring
repetitions, so that it holds while the speed of the machine drifts; the least and the most stand behind.
"""

import gc
import itertools
import os
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import lean
import micrograd.engine
import micrograd.nn
from tabulate import tabulate
from timing import in_turn, milliseconds, ratio, setting

import scalargrad

REPETITIONS, STEPS = 15, 3
SIZES = (2, 16, 16, 1)
generator = random.Random(7)
POINTS = [[generator.uniform(-1, 1) for _ in range(SIZES[0])] for _ in range(50)]
TARGETS = [generator.choice((-1.0, 1.0)) for _ in POINTS]
Number = Callable[[float], Any]  # the Value of an engine
Step = Callable[[], list[float]]
ENGINES: dict[str, Number] = {
    "scalargrad": scalargrad.Value,
    "micrograd": micrograd.engine.Value,
    "lean": lean.Value,
}


class PlainNet:
    """Compute a ReLU net in plain + and * of any engine."""

    def __init__(self, value: Number) -> None:
        numbers = random.Random(1)
        self.layers = [
            [[value(numbers.uniform(-1, 1)) for _ in range(nin + 1)] for _ in range(nout)]
            for nin, nout in itertools.pairwise(SIZES)
        ]

    def parameters(self) -> list[Any]:
        """Return the weights, then the bias, of each neuron."""
        return [p for layer in self.layers for neuron in layer for p in neuron]

    def __call__(self, inputs: list[Any]) -> Any:
        """Return the score of a sample."""
        for layer in self.layers[:-1]:
            inputs = [self._weighted_sum(neuron, inputs).relu() for neuron in layer]
        return self._weighted_sum(self.layers[-1][0], inputs)

    def _weighted_sum(self, neuron: list[Any], inputs: list[Any]) -> Any:
        z = neuron[-1]
        for w, x in zip(neuron, inputs):
            z = z + w * x
        return z


def training_step(value: Number, net: Any) -> Step:
    """Return a step of training, forward, backward, update, which returns the loss with the gradients."""
    parameters = net.parameters()

    def step() -> list[float]:
        scores = [net([value(x) for x in point]) for point in POINTS]
        losses = [(1.0 + -target * score).relu() for target, score in zip(TARGETS, scores)]
        loss = sum(losses) * (1.0 / len(losses))
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        for p in parameters:
            p.data -= 0.01 * p.grad
        return [loss.data, *(p.grad for p in parameters)]

    return step


def nets() -> list[Any]:
    """Return the net in the nn of each engine that has one, all with the same parameters."""
    ours = scalargrad.nn.MLP(SIZES[0], SIZES[1:], seed=7)
    found = [ours, micrograd.nn.MLP(SIZES[0], list(SIZES[1:])), PlainNet(lean.Value)]
    for net in found[1:]:
        for p, q in zip(net.parameters(), ours.parameters(), strict=True):
            p.data = q.data  # all list the weights of a neuron, then its bias
    return found


def compare(name: str, steps: Sequence[Step]) -> list[str]:
    """Check that steps compute the same numbers; return their times, with the ratios to the first."""
    first, *others = [step() for step in steps]
    for numbers in others:
        for a, b in zip(first, numbers, strict=True):
            assert abs(a - b) <= 1e-9 * max(1.0, abs(b)), (a, b)
    spent = in_turn(steps, REPETITIONS, STEPS)
    return [name, *map(milliseconds, spent), *(ratio(of_other, spent[0]) for of_other in spent[1:])]


def bytes_per_node(value: Number, operations: int = 10_000) -> float:
    """Return what a node of a graph of +, * or relu takes after its sweep, in bytes."""
    leaves = [value(generator.uniform(-1, 1)) for _ in range(100)]
    gc.collect()
    tracemalloc.start()
    total, count = leaves[0], 0
    for i in range(operations):
        total, count = total * leaves[i % 100] + leaves[(7 * i) % 100], count + 2
        if i % 10 == 0:
            total, count = total.relu(), count + 1
    total.backward()
    gc.collect()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / count


def memory() -> list[str]:
    """Return the memory of a node of each engine, with the ratios to the first."""
    used = [bytes_per_node(value) for value in ENGINES.values()]
    ratios = [f"{of_other / used[0]:.2f} ×" for of_other in used[1:]]
    return ["memory of a node after its sweep", *(f"{x:.0f} bytes" for x in used), *ratios]


def import_milliseconds() -> float:
    """Return how much longer Python takes with `import scalargrad` than without, in ms."""
    with_bytecode = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # as an installed package has it

    def spent(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=with_bytecode)
        return time.perf_counter() - start

    spent("import scalargrad")
    return 1e3 * median(spent("import scalargrad") - spent("pass") for _ in range(REPETITIONS))


def main() -> None:
    """Print the table."""
    sys.setrecursionlimit(100_000)  # the backward passes of the others recurse
    plain = [training_step(value, PlainNet(value)) for value in ENGINES.values()]
    through_nn = [training_step(value, net) for value, net in zip(ENGINES.values(), nets())]
    rows = [
        compare("training step, plain + and *", plain),
        compare("training step through nn", through_nn),
        memory(),
    ]
    ours, *others = ENGINES
    headings = ("2-16-16-1 ReLU net, 50 samples", *ENGINES, *(f"{other} / {ours}" for other in others))
    print(setting("scalargrad-study", "micrograd"))
    print()
    print(tabulate(rows, headings, tablefmt="github"))
    print()
    print(f"`import scalargrad` takes {import_milliseconds():.0f} ms beyond bare Python.")


if __name__ == "__main__":
    main()
