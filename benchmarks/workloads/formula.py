"""A formula of plain operations, recorded and written for arrays: the density of a normal distribution."""

import math

import numpy as np

from scalargrad import exp, record

from .contest import Contestant

MEAN, DEVIATION = 0.5, 1.5
FACTOR = 1 / (DEVIATION * math.sqrt(2 * math.pi))


def by_record(count: int) -> Contestant:
    """Return the formula of one number, replayed on an array."""
    x = np.linspace(-3.0, 3.0, count)
    density = record(lambda x: FACTOR * exp(-0.5 * ((x - MEAN) / DEVIATION) ** 2))
    return Contestant("ours", lambda: density(x), lambda found: found)


def by_numpy(count: int) -> Contestant:
    """Return the expression of an array that one writes with NumPy."""
    x = np.linspace(-3.0, 3.0, count)
    return Contestant(
        "NumPy", lambda: FACTOR * np.exp(-0.5 * ((x - MEAN) / DEVIATION) ** 2), lambda found: found
    )
