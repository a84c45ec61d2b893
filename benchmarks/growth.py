"""Plot how the time of loss and gradients grows: with the nodes of a graph, and with the size of a batch.

Run `python benchmarks/growth.py`, with `-o` for another file than `docs/replay-growth.svg`.  The net is
the 2-16-16-1 of `replay.py`, which needs the same to be installed.  Left a graph holds the whole batch
in plain + and *, right one sample is recorded and the batch replayed.  Both axes are logarithmic.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from engines import PlainNet
from workloads import graphs, moons_net
from workloads.contest import ONE_THREAD, Contestant, check_equal, times_in_turn

from scalargrad import Value
from scalargrad.plots import COLOURS, MARKERS

OUTPUT = Path(__file__).parents[1] / "docs" / "replay-growth.svg"
REPETITIONS = 5
OF_THE_BATCH = (1, 2, 5, 10, 20, 50, 100, 200)
OF_A_SAMPLE = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
EAGER_AT_MOST = 1_000  # samples: beyond them a batch takes seconds
Maker = Callable[[int], Contestant]
Curves = dict[str, list[tuple[float, float]]]  # by name the points, of a size and its milliseconds


def curves(makers: Sequence[Maker], sizes: Sequence[int], scale: Callable[[int], int]) -> Curves:
    """Return a curve for each contestant; `scale` gives the place on the axis of a number of samples."""
    found: Curves = {}
    for samples in sizes:
        contestants = [maker(samples) for maker in makers if not _is_slow(maker, samples)]
        check_equal(contestants, 1e-9)
        for contestant, spent in zip(contestants, times_in_turn(contestants, REPETITIONS)):
            point = (float(scale(samples)), median(spent) * 1e3)
            found.setdefault(contestant.name, []).append(point)
        print(f"{samples:,} samples", file=sys.stderr, flush=True)
    return found


def _is_slow(maker: Maker, samples: int) -> bool:
    return maker == moons_net.by_our_eager_nn and samples > EAGER_AT_MOST


def nodes(samples: int) -> int:
    """Return the nodes of the graph that holds the whole batch, leaves included."""
    net = moons_net.begun(PlainNet(Value))
    return graphs.size(moons_net.plain_loss(Value, net, samples))


def plot(ax: Any, found: Curves, what: str) -> None:
    """Plot curves over the size that `what` names."""
    for (name, points), colour, marker in zip(found.items(), COLOURS, MARKERS):
        ax.plot(*zip(*points), color=colour, marker=marker, markersize=4, label=name)
    ax.set(xscale="log", yscale="log", xlabel=what, ylabel="loss and gradients, ms")
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)


def main() -> None:
    """Measure, and write the picture."""
    if ONE_THREAD.items() - os.environ.items():  # NumPy asks for them when it is loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    parser = argparse.ArgumentParser(description="Plot how the time of a replay grows.")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT, help="the picture to write")
    output = parser.parse_args().output

    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "scalargrad"  # the same names of what is in it every time
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(ncols=2, figsize=(11, 4.5), layout="constrained")
    of_the_batch = (moons_net.by_record_of_the_batch, moons_net.by_our_eager_plain, moons_net.by_hand)
    plot(left, curves(of_the_batch, OF_THE_BATCH, nodes), "nodes of the graph that holds the batch")
    of_a_sample = (moons_net.by_record_of_a_sample, moons_net.by_our_eager_nn, moons_net.by_hand)
    plot(right, curves(of_a_sample, OF_A_SAMPLE, int), "samples in the batch")
    figure.savefig(output, metadata={"Date": None} if output.suffix == ".svg" else None)


if __name__ == "__main__":
    main()
