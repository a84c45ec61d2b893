"""Time `record`, and `fit` through it, beside PyTorch, NumPy by hand, micrograd and our own eager engine.

Run `python benchmarks/replay.py` for all comparisons, or name some; `--list` lists them.  It takes
`pip install -e '.[bench]' torch scikit-learn`.  Each comparison has a process of its own, with one thread
and double precision throughout.  Contestants are checked to compute the same numbers, to a relative
1e-9 (the losses of a training: 1e-6), before any is timed; then they take turns, the collector on.
Times are medians of a step, ratios the medians of neighbours with the least and the most.

What `fit` and the training of the GPT take is divided by their epochs or steps, and holds all they do from
the start, recording included.  Eager steps of the GPT are fewer, with names of the same mean length.
"""

import argparse
import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from tabulate import tabulate
from timing import setting
from workloads import digits, first_calls, formula, graphs, language, moons_net
from workloads.contest import (
    MISSED,
    NOTHING,
    ONE_THREAD,
    SEEN,
    TIMES_SEEN,
    Contestant,
    Row,
    Target,
    at_least,
    at_most,
    check_equal,
    compare,
)
from workloads.tensors import torch

from scalargrad import optim

HEADINGS = ("workload", "ours", "other", "ratio", "target", "met?")
RATE = 0.05  # of SGD on the moons; that of Adam is a tenth
Comparison = Callable[[int], list[Row]]  # of the number of repetitions
Maker = Callable[[int], Contestant]  # of the number of samples
Update = Callable[..., Any]  # makes an optimiser of parameters
FAILED = "failed"


def net_through_nn(repetitions: int) -> list[Row]:
    """Time loss and gradients on 50 moons, the whole batch recorded through nn."""
    ours = moons_net.by_record_of_the_batch_through_nn
    return _net("through nn", ours, moons_net.by_our_eager_nn, repetitions)


def net_with_backward(repetitions: int) -> list[Row]:
    """Time `backward` on 50 moons, one sample recorded, which adds 337 numbers to the grads of Values."""
    rivals = [(moons_net.by_pytorch(50), SEEN), (moons_net.by_hand(50), SEEN)]
    workload = "2-16-16-1 net through nn, backward into Values"
    return compare(workload, moons_net.by_record_of_a_sample(50), rivals, repetitions)


def net_in_plain_arithmetic(repetitions: int) -> list[Row]:
    """Time loss and gradients on 50 moons, the whole batch recorded in plain + and *."""
    return _net("plain + and *", moons_net.by_record_of_the_batch, moons_net.by_our_eager_plain, repetitions)


def formula_on_arrays(repetitions: int) -> list[Row]:
    """Time the density of a normal distribution at 100,000 numbers, an expression of six operations."""
    rivals = [(formula.by_numpy(100_000), SEEN)]
    return compare("a formula at 100,000 numbers", formula.by_record(100_000), rivals, repetitions)


def net_on_1000(repetitions: int) -> list[Row]:
    """Time loss and gradients on 1,000 moons, one sample recorded through nn."""
    rivals = [
        (moons_net.by_pytorch(1_000), at_most(1.2)),
        (moons_net.by_hand(1_000), SEEN),
        (moons_net.by_our_eager_nn(1_000), TIMES_SEEN),
    ]
    workload = "2-16-16-1 net on 1,000, loss and gradients"
    return compare(workload, moons_net.by_record_of_a_sample(1_000), rivals, repetitions)


def fit_by_sgd(repetitions: int) -> list[Row]:
    """Time a step of fit on 50 moons by SGD with momentum."""
    ours = functools.partial(optim.SGD, lr=RATE, momentum=0.9)
    theirs = functools.partial(torch.optim.SGD, lr=RATE, momentum=0.9)
    fused = functools.partial(theirs, fused=True)
    return _training("SGD, momentum 0.9", ours, theirs, fused, repetitions)


def fit_by_adam(repetitions: int) -> list[Row]:
    """Time a step of fit on 50 moons by Adam."""
    ours = functools.partial(optim.Adam, lr=RATE / 10)
    theirs = functools.partial(torch.optim.Adam, lr=RATE / 10)
    return _training("Adam", ours, theirs, functools.partial(theirs, fused=True), repetitions)


def fit_digits(repetitions: int) -> list[Row]:
    """Time an epoch of fit on the digits, in batches of 50 by Adam."""
    check_equal([digits.by_fit(2), digits.by_pytorch(2, as_fit=True)], 1e-6)  # it draws its own order later
    rivals = [(digits.by_pytorch(), at_most(1.5))]
    workload = "64-32-10 on 1,797 digits, an epoch in batches of 50 by Adam"
    return compare(workload, digits.by_fit(), rivals, min(repetitions, 5), None)


def gpt_step(repetitions: int) -> list[Row]:
    """Time loss and gradients of the GPT on a name of eight letters."""
    rivals = [(language.by_our_eager_engine(), at_least(50))]
    return compare("GPT, a name of 8 letters, loss and gradients", language.by_record(), rivals, repetitions)


def gpt_training(repetitions: int) -> list[Row]:
    """Time a step of training the GPT on names of all lengths by Adam."""
    steps, few = language.STEPS, language.EAGER_STEPS
    rivals = [(language.training(f"scalargrad eager, {few} steps", language.eager, few), at_least(20))]
    workload = "GPT, a training step by Adam, names of all lengths"
    name = f"record, {steps:,} steps, recording included"
    return compare(
        workload,
        language.training(name, language.recorded, steps),
        rivals,
        min(repetitions, 3),
        1e-6,
    )


def random_graph(repetitions: int) -> list[Row]:
    """Time a graph of 30,000 random operations on 100 leaves."""
    return _graph("30,000 random operations", graphs.random_graph(), at_least(10), repetitions)


def chain(repetitions: int) -> list[Row]:
    """Time a chain of 9,999 operations."""
    return _graph("a chain of 9,999 operations", graphs.chain(), at_least(5), repetitions)


def first_call_through_nn(repetitions: int) -> list[Row]:
    """Time recording: one sample through nn, with 50 moons replayed once."""
    rivals = [(moons_net.by_our_eager_nn(50), at_most(8))]
    return compare("first call, net through nn", first_calls.of_a_sample(50), rivals, repetitions)


def first_call_in_plain_arithmetic(repetitions: int) -> list[Row]:
    """Time recording: the whole batch of 50 moons in plain + and *."""
    rivals = [(moons_net.by_our_eager_plain(50), at_most(8))]
    return compare("first call, net in plain + and *", first_calls.of_the_batch(50), rivals, repetitions)


def first_call_of_the_gpt(repetitions: int) -> list[Row]:
    """Time recording: the GPT on a name of eight letters."""
    rivals = [(language.by_our_eager_engine(), at_most(8))]
    return compare("first call, GPT", first_calls.of_the_gpt(), rivals, repetitions)


def first_call_of_the_random_graph(repetitions: int) -> list[Row]:
    """Time recording: the random graph."""
    return _first_call("first call, 30,000 random operations", graphs.random_graph(), repetitions)


def first_call_of_the_chain(repetitions: int) -> list[Row]:
    """Time recording: the chain."""
    return _first_call("first call, chain", graphs.chain(), repetitions)


def _net(kind: str, ours: Maker, eager: Maker, repetitions: int) -> list[Row]:
    rivals = [
        (moons_net.by_pytorch(50), at_most(0.4)),
        (moons_net.by_hand(50), at_most(1.4)),
        (moons_net.by_micrograd(50), at_least(3_000)),
        (eager(50), TIMES_SEEN),
    ]
    workload = f"2-16-16-1 net {kind}, loss and gradients"
    return compare(workload, ours(50), rivals, repetitions)


def _training(name: str, ours: Update, theirs: Update, fused: Update, repetitions: int) -> list[Row]:
    rivals = [
        (moons_net.by_pytorch_training(name, theirs, 50), at_most(0.35)),
        (moons_net.by_pytorch_training(f"{name}, fused", fused, 50), SEEN),
    ]
    workload = f"2-16-16-1 net, a step of training by {name}"
    return compare(workload, moons_net.by_fit(name, ours, 50), rivals, min(repetitions, 5), 1e-6)


def _graph(workload: str, graph: graphs.Graph, target: Target, repetitions: int) -> list[Row]:
    rivals = [(graphs.by_our_eager_engine(graph), target)]
    return compare(workload, graphs.by_record(graph), rivals, repetitions)


def _first_call(workload: str, graph: graphs.Graph, repetitions: int) -> list[Row]:
    rivals = [(graphs.by_our_eager_engine(graph), at_most(8))]
    return compare(workload, first_calls.of_a_graph(graph), rivals, repetitions)


COMPARISONS: dict[str, Comparison] = {
    "net-nn": net_through_nn,
    "net-backward": net_with_backward,
    "net-plain": net_in_plain_arithmetic,
    "net-1000": net_on_1000,
    "fit-sgd": fit_by_sgd,
    "fit-adam": fit_by_adam,
    "formula": formula_on_arrays,
    "fit-digits": fit_digits,
    "gpt-step": gpt_step,
    "gpt-training": gpt_training,
    "random-graph": random_graph,
    "chain": chain,
    "first-nn": first_call_through_nn,
    "first-plain": first_call_in_plain_arithmetic,
    "first-gpt": first_call_of_the_gpt,
    "first-random-graph": first_call_of_the_random_graph,
    "first-chain": first_call_of_the_chain,
    "memory": first_calls.memory,
}


def in_a_process(name: str, repetitions: int) -> list[Row]:
    """Return the rows of a comparison that runs in a process of its own, or one that says it failed."""
    command = [sys.executable, __file__, name, "--here", "--repetitions", str(repetitions)]
    done = subprocess.run(command, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name} failed:\n{done.stderr}", file=sys.stderr)
        return [Row(name, NOTHING, NOTHING, NOTHING, NOTHING, FAILED)]
    return [Row(*texts) for texts in json.loads(done.stdout)]


def main() -> int:
    """Print the table; return 1 if a comparison failed, or missed its target."""
    parser = argparse.ArgumentParser(description="Time record and fit beside others.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="comparisons to run, by default all")
    parser.add_argument("--list", action="store_true", help="list the comparisons")
    parser.add_argument("--repetitions", type=int, default=15, help="the turns of each contestant")
    parser.add_argument("--here", action="store_true", help="run one in this process, print rows as JSON")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(COMPARISONS):
        parser.error(f"no comparison is called {', '.join(sorted(unknown))}; --list lists them")
    names = asked.names or list(COMPARISONS)
    if asked.list:
        print(tabulate([(name, run.__doc__) for name, run in COMPARISONS.items()], tablefmt="plain"))
        return 0
    if asked.here:
        print(json.dumps([astuple(row) for name in names for row in COMPARISONS[name](asked.repetitions)]))
        return 0
    rows = [row for name in names for row in _followed(name, asked.repetitions)]
    print(setting("scalargrad-study", "numpy", "torch", "micrograd", "scikit-learn"))
    print()
    print(tabulate(map(astuple, rows), HEADINGS, tablefmt="github", disable_numparse=True))
    return int(any(row.met in {MISSED, FAILED} for row in rows))


def _followed(name: str, repetitions: int) -> list[Row]:
    """Return the rows of a comparison, with a word on the screen while it runs."""
    print(f"{name} …", file=sys.stderr, flush=True)
    return in_a_process(name, repetitions)


if __name__ == "__main__":
    sys.exit(main())
