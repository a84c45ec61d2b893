"""What the benchmarks share: loops timed in turn, ratios with their spread, the machine they ran on."""

import gc
import os
import platform
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from statistics import median


def seconds(run: Callable[[], object], times: int = 1) -> float:
    """Return the processor time that a run takes, the mean of several in a row.

    The collector is on, but nobody pays for the garbage of another.  Time spent on other processes of
    the machine does not count.
    """
    gc.collect()
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def in_turn(runs: Sequence[Callable[[], object]], repetitions: int, times: int = 1) -> list[list[float]]:
    """Return the seconds of each run in every repetition; they take turns, after one that is not timed."""
    for run in runs:
        run()
    spent: list[list[float]] = [[] for _ in runs]
    for _ in range(repetitions):
        for run, of_run in zip(runs, spent):
            of_run.append(seconds(run, times))
    return spent


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> str:
    """Return the median of the ratios of neighbours, with the least and the most of them.

    A ratio of neighbours holds while the speed of the machine drifts.

    >>> ratio([2.0, 3.0, 5.0], [1.0, 1.0, 2.0])
    '2.50 × (2.00–3.00)'
    """
    ratios = [a / b for a, b in zip(numerators, denominators)]
    return f"{median(ratios):.2f} × ({min(ratios):.2f}–{max(ratios):.2f})"


def milliseconds(spent: Sequence[float]) -> str:
    """Return the median in milliseconds."""
    return f"{median(spent) * 1e3:.1f} ms"


def setting(*packages: str) -> str:
    """Return the Python, the machine, the versions of packages that figures belong to."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python} on {os.cpu_count()} CPUs ({platform.system()} {platform.machine()}); {versions}"
