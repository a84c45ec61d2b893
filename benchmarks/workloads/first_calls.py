"""What recording costs: the first call of all beside an eager step, and the memory of it by the node."""

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from engines import PlainNet

from scalargrad import Value, nn, record
from workloads import graphs, language, moons_net
from workloads.contest import MET, MISSED, NOTHING, Contestant, Row
from workloads.gpt import GPT
from workloads.graphs import Graph
from workloads.names import tokens_of

SAMPLES = (10, 50, 250)
GROWTH = 1.3  # what the bytes of a node may grow by, where they should stay or fall


def of_a_sample(samples: int) -> Contestant:
    """Record one sample through nn and replay the batch once."""
    (x, t), net = moons_net.arrays(samples), moons_net.model()
    parameters = net.parameters()

    def run() -> float:
        moons_net.zero(parameters)
        return record(lambda x, t: nn.hinge(net(x), t)).backward(x, t)

    return _first("one sample through nn", run, moons_net.with_gradients(parameters))


def of_the_batch(samples: int) -> Contestant:
    """Compute the whole batch in plain + and *, record it and replay it once."""
    net = moons_net.begun(PlainNet(Value))
    return _first(
        "the batch in plain + and *",
        lambda: record(
            moons_net.plain_loss(Value, net, samples), parameters=net.parameters()
        ).value_and_grad(),
        _joined,
    )


def of_the_gpt() -> Contestant:
    """Record the loss of the GPT on one name and replay it once."""
    model = GPT()
    parameters = model.parameters()

    def run() -> float:
        moons_net.zero(parameters)
        return language.recorded(model)(tokens_of(language.NAME))

    return _first("the GPT on one name", run, moons_net.with_gradients(parameters))


def of_a_graph(graph: Graph) -> Contestant:
    """Compute a graph, record it and replay it once."""
    return _first(
        "the graph", lambda: record(graph.output(), parameters=graph.leaves).value_and_grad(), _joined
    )


def memory(_: int) -> list[Row]:
    """Return what recording takes at most by the node, which must not grow with the number of samples."""
    used = [bytes_per_node(samples) for samples in SAMPLES]
    growth = used[-1] / used[-2]  # of the fewest samples a part is what any recording takes
    texts = ", ".join(f"{x:.0f} bytes ({n} samples)" for x, n in zip(used, SAMPLES))
    workload = "memory while recording the batch, a node"
    target = f"{SAMPLES[-1]} / {SAMPLES[-2]} samples ≤ {GROWTH:g}"
    return [Row(workload, texts, NOTHING, f"{growth:.2f} ×", target, MET if growth <= GROWTH else MISSED)]


def bytes_per_node(samples: int) -> float:
    """Return the peak of memory, beyond the graph itself, of recording it and of the first replay."""
    net = moons_net.begun(PlainNet(Value))
    output = moons_net.plain_loss(Value, net, samples)
    nodes = graphs.size(output)
    gc.collect()
    tracemalloc.start()
    record(output, parameters=net.parameters()).value_and_grad()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / nodes


def _first(what: str, run: Callable[[], Any], numbers: Callable[[Any], Sequence[float]]) -> Contestant:
    return Contestant(f"record {what} and replay it once", run, numbers)


def _joined(result: tuple[float, np.ndarray]) -> list[float]:
    return [result[0], *result[1]]
