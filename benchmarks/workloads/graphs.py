"""Graphs without a matrix in them: one of random operations, and a long chain."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scalargrad import Value, maximum, record, total
from scalargrad.engine.node import evaluation_order
from workloads.contest import Contestant
from workloads.moons_net import moved, with_gradients, zero

Operation = Callable[[Value, Value], Value]
# Each with the operands it reads and the nodes it takes; all keep what is between -1 and 1 there.
OPERATIONS: list[tuple[Operation, int, int]] = [
    (lambda a, b: (a + b) * 0.5, 2, 2),
    (lambda a, b: (a - b) * 0.5, 2, 2),
    (lambda a, b: a * b, 2, 1),
    (maximum, 2, 1),
    (lambda a, _: a.tanh(), 1, 1),
    (lambda a, _: a.sin(), 1, 1),
    (lambda a, _: (a - 1.0).exp(), 1, 2),
    (lambda a, _: (1.5 * a).cos(), 1, 2),
]


@dataclass(frozen=True)
class Graph:
    """Leaves, and what computes an output from them."""

    leaves: list[Value]
    output: Callable[[], Value]


def random_graph(nodes: int = 30_000, leaves: int = 100, seed: int = 2) -> Graph:
    """Return a graph whose nodes read any that were before them; the output is the sum of those unread."""
    generator, count = random.Random(seed), 0
    plan: list[tuple[Operation, int, int]] = []
    values = [Value(generator.uniform(-1, 1)) for _ in range(leaves)]
    unread = set(range(leaves))
    while count < nodes - 1:
        operation, operands, added = generator.choice(OPERATIONS)
        i, j = generator.sample(range(leaves + len(plan)), 2)
        unread.difference_update([i, j][:operands])
        unread.add(leaves + len(plan))
        plan.append((operation, i, j))
        count += added

    def output() -> Value:
        computed = list(values)
        for operation, i, j in plan:
            computed.append(operation(computed[i], computed[j]))
        return total([computed[i] for i in unread])

    return Graph(values, output)


def chain(links: int = 3_333, seed: int = 2) -> Graph:
    """Return x ← tanh(wᵢx + bᵢ), three nodes a link; near x = 0 the gradient neither fades nor explodes."""
    generator = random.Random(seed)
    x = Value(0.1)
    weights = [Value(generator.choice((-1.0, 1.0))) for _ in range(links)]
    biases = [Value(generator.uniform(-0.01, 0.01)) for _ in range(links)]

    def output() -> Value:
        y = x
        for w, b in zip(weights, biases):
            y = (w * y + b).tanh()
        return y

    return Graph([x, *weights, *biases], output)


def size(output: Value) -> int:
    """Return how many nodes an output was computed from, the leaves and itself included."""
    return len(evaluation_order(output))


def by_record(graph: Graph) -> Contestant:
    """Replay the graph that was computed once."""
    with moved(graph.leaves):
        program = record(graph.output(), parameters=graph.leaves)

    def run() -> tuple[float, np.ndarray]:
        graph.leaves[0].data = graph.leaves[0].data
        return program.value_and_grad()

    return Contestant("record", run, lambda result: [result[0], *result[1]])


def by_our_eager_engine(graph: Graph) -> Contestant:
    """Build the graph and sweep it."""

    def run() -> float:
        output = graph.output()
        zero(graph.leaves)
        output.backward()
        return output.data

    return Contestant("scalargrad eager", run, with_gradients(graph.leaves))
