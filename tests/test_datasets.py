"""Data sets: their shape, their noise and their seed."""

import math
import random
from statistics import pstdev

import numpy as np
import pytest

from scalargrad.datasets import moons


@pytest.mark.parametrize("n", [0, 1, 2, 7, 50])
def test_without_noise_the_moons_are_half_circles(n):
    """Points of label 0 on the upper circle around (0, 0), of 1 on the lower one around (1, ½)."""
    points, labels = moons(n, noise=0.0)
    assert len(points) == len(labels) == n
    assert labels == [i % 2 for i in range(n)]
    for (x, y), which in zip(points, labels):
        assert math.hypot(x - which, y - which / 2) == pytest.approx(1)
        assert y >= -1e-12 if which == 0 else y <= 0.5 + 1e-12


@pytest.mark.parametrize("n", [1, 2, 3, 7, 50])
def test_points_are_spread_evenly_from_end_to_end_of_each_moon(n):
    """By equal angles from 0 to π, both included, of a single point at 0; the two alternate."""
    points, _ = moons(n, noise=0.0)
    for which, moon in enumerate((points[::2], points[1::2])):
        t = np.linspace(0, math.pi, len(moon))
        upper = np.stack([np.cos(t), np.sin(t)], axis=1)
        wanted = [1, 0.5] - upper if which else upper
        assert np.array(moon).reshape(-1, 2) == pytest.approx(wanted, abs=1e-15)


def test_by_default_there_are_a_hundred_points_with_a_noise_of_a_tenth():
    """And the labels 0 and 1."""
    points, labels = moons(seed=3)
    assert len(points) == len(labels) == 100
    assert (points, labels) == moons(100, 0.1, 3, (0, 1))


def test_noise_has_the_deviation_asked_for():
    """In both coordinates."""
    exact, noisy = moons(1000, noise=0.0)[0], moons(1000, noise=0.2, seed=1)[0]
    for i in (0, 1):
        assert pstdev(a[i] - b[i] for a, b in zip(exact, noisy)) == pytest.approx(0.2, rel=0.1)


def test_the_same_seed_gives_the_same_points():
    """And nothing touches the global random state."""
    before = random.getstate()
    assert moons(9, seed=4) == moons(9, seed=4) != moons(9, seed=5)
    assert random.getstate() == before
