"""Data sets: their shape, their noise and their seed."""

import math
import random
import sys
from statistics import pstdev

import numpy as np
import pytest

from scalargrad import nn
from scalargrad.datasets import digits, iris, moons, xor
from scalargrad.errors import MissingPackageError


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


def test_xor_is_exclusive_or():
    """Of its corners, with the labels that are asked for."""
    for labels in ((0, 1), (-1, 1)):
        points, found = xor(labels=labels)
        assert found == [labels[int(a) ^ int(b)] for a, b in points]
        assert len({tuple(point) for point in points}) == 4


@pytest.mark.parametrize(
    ("load", "samples", "width", "classes", "largest"),
    [(iris, 150, 4, 3, 7.9), (digits, 1797, 64, 10, 1.0)],
)
def test_data_sets_of_scikit_learn_are_lists_that_a_model_takes(load, samples, width, classes, largest):
    """With as many samples, inputs, classes as they are known for, and numbers that begin at 0."""
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    points, labels = load()
    assert (len(points), len(labels), {len(point) for point in points}) == (samples, samples, {width})
    assert set(labels) == set(range(classes))
    assert max(map(max, points)) == largest
    assert min(map(min, points)) >= 0
    assert len(nn.Layer(width, 2)(points[0])) == 2


def test_a_package_that_is_missing_is_named(monkeypatch):
    """With how to install it."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingPackageError, match="pip install scikit-learn"):
        iris()
