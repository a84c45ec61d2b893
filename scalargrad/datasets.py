"""Small data sets, made on the spot."""

import math
import random
from typing import Any, TypeVar, overload

Label = TypeVar("Label")
Points = list[list[float]]


@overload
def moons(n: int = 100, noise: float = 0.1, seed: int | None = None) -> tuple[Points, list[int]]: ...
@overload
def moons(
    n: int = 100, noise: float = 0.1, seed: int | None = None, *, labels: tuple[Label, Label]
) -> tuple[Points, list[Label]]: ...
@overload
def moons(
    n: int, noise: float, seed: int | None, labels: tuple[Label, Label]
) -> tuple[Points, list[Label]]: ...
def moons(
    n: int = 100, noise: float = 0.1, seed: int | None = None, labels: tuple[Any, Any] = (0, 1)
) -> tuple[Points, list[Any]]:
    """Return n points on two interleaved half circles with normal noise, and their labels.

    The upper moon is (cos t, sin t) and the lower one (1 - cos t, ½ - sin t), 0 ≤ t ≤ π; points of
    the two alternate.  The same seed gives the same points.

    >>> points, labels = moons(4, noise=0.0, labels=(-1, 1))
    >>> labels, [[round(x, 9) for x in point] for point in points]
    ([-1, 1, -1, 1], [[1.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [2.0, 0.5]])
    """
    generator = random.Random(seed)  # noqa: S311  # points are no secret
    upper, lower = _angles((n + 1) // 2), _angles(n // 2)
    exact = [(math.cos(t), math.sin(t), 0) for t in upper] + [
        (1 - math.cos(t), 0.5 - math.sin(t), 1) for t in lower
    ]
    alternating = [exact[i // 2 + (i % 2) * len(upper)] for i in range(n)]
    points = [[x + generator.gauss(0, noise), y + generator.gauss(0, noise)] for x, y, _ in alternating]
    return points, [labels[which] for *_, which in alternating]


def _angles(count: int) -> list[float]:
    return [math.pi * i / max(count - 1, 1) for i in range(count)]
