"""Measure that there is no cliff: costs that must not grow, each as a ratio within one process.

Run `python benchmarks/cliffs.py`.  The last column says what a cliff would be.  Ratios are not all 1
without one either: a larger graph costs more in the collector, in the caches of the processor.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median

from tabulate import tabulate
from timing import in_turn, ratio, seconds, setting

from scalargrad import Value, dot, mean, nn, optim, trace
from scalargrad.datasets import moons

REPETITIONS = 9
Row = tuple[str, str, str]


def training_step(scale: Value) -> Callable[[], None]:
    """Return a step of training whose loss is multiplied by a Value that was made before."""
    points, labels = moons(50, noise=0.1, seed=1, labels=(-1, 1))
    model = nn.MLP(2, [16, 16, 1], seed=7)
    optimizer = optim.SGD(model.parameters(), 0.01)

    def step() -> None:
        loss = mean(map(nn.hinge, model.batch(points), labels)) * scale
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def older_node() -> Row:
    """Compare a step that reads a node computed before any update with one that reads a leaf.

    Looking for leaves with newer data than their readers must not be dearer for it.
    """
    steps = [training_step(Value(0.5) * 2.0), training_step(Value(1.0))]
    with_node, with_leaf = in_turn(steps, REPETITIONS, times=5)
    return "training step with an older computed node / without", ratio(with_node, with_leaf), "1.2 ×"


def derivatives_of_dot() -> Row:
    """Compare the local derivatives of a long dot with those of a short one, per pair of operands."""

    def evaluated(pairs: int) -> Callable[[], list[float]]:
        node = dot([Value(0.5)] * pairs, [Value(2.0)] * pairs)
        return lambda: [derivative() for _ in range(2_000 // pairs) for derivative in node.local_derivatives]

    long, short = in_turn([evaluated(2_000), evaluated(500)], REPETITIONS, times=5)
    return "local derivatives, one pair of a dot of 2,000 / of 500", ratio(long, short), "4 ×"


def chain(length: int) -> Value:
    """Return 1 + 1 + … + 1, as many additions deep."""
    x = y = Value(1.0)
    for _ in range(length):
        y = y + x
    return y


def traces() -> Iterator[Row]:
    """Compare a long trace with short ones, then the first access to its steps with a later one."""
    large, small = chain(100_000), chain(1_000)
    of_large, of_small = in_turn([lambda: trace(large), lambda: [trace(small) for _ in range(100)]], 3)
    yield "trace, one node of 100,000 / of 1,000", ratio(of_large, of_small), "100 ×"

    recorded = trace(chain(10_000))
    first = seconds(lambda: recorded.steps)
    again = seconds(lambda: recorded.steps, times=10_000)
    yield "steps of a trace of 10,000, accessed again / at first", f"{again / first:.7f} ×", "1 ×"

    y = chain(10_000)
    gc.collect()
    tracemalloc.start()
    recorded = trace(y)
    used = tracemalloc.get_traced_memory()[0] / len(recorded)
    tracemalloc.stop()
    yield "memory of an instruction of a trace", f"{used:.0f} bytes", ""


def chains(short: int = 100_000, long: int = 1_000_000, repetitions: int = 3) -> Iterator[Row]:
    """Compare a chain of a million additions with one of 100,000: forward, backward, freeing."""

    def measured(length: int) -> list[float]:
        held: list[Value] = []
        forward = seconds(lambda: held.append(chain(length)))
        backward = seconds(held[0].backward)
        freeing = seconds(held.clear)
        return [spent / length * 1e9 for spent in (forward, backward, freeing)]

    repeated = [(measured(long), measured(short)) for _ in range(repetitions)]
    for index, phase in enumerate(("forward", "backward", "freeing")):
        of_long, of_short = ([pair[k][index] for pair in repeated] for k in (0, 1))
        name = f"chain, {phase}: one node of {long:,} / of {short:,}"
        yield name, f"{ratio(of_long, of_short)}, {median(of_short):.0f} ns a node", "10 ×"


def main() -> None:
    """Print the table."""
    rows = [older_node(), derivatives_of_dot(), *traces(), *chains()]
    print(setting("scalargrad-study"))
    print()
    print(tabulate(rows, ("what must not grow", "measured", "a cliff"), tablefmt="github"))


if __name__ == "__main__":
    main()
