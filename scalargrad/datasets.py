"""Small data sets: made on the spot, or those that scikit-learn carries."""

import math
import random
from typing import TYPE_CHECKING, Any, TypeVar, overload

from scalargrad.answers import keywords, missing
from scalargrad.errors import MissingPackageError

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
@keywords("moons()")
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


def xor(labels: tuple[Any, Any] = (0, 1)) -> tuple[Points, list[Any]]:
    """Return the four corners of the unit square with y = x₁ xor x₂, which no line separates.

    >>> xor()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    return corners, [labels[a != b] for a, b in corners]


@keywords("iris()")
def iris() -> tuple[Points, list[int]]:
    """Return 150 irises, four lengths in cm each, and their three species, 0 to 2 (Fisher, 1936).

    Raises MissingPackageError where scikit-learn, which carries them, is not installed.
    """
    return _carried("load_iris", 1.0)


@keywords("digits()")
def digits() -> tuple[Points, list[int]]:
    """Return 1,797 handwritten digits, the greys of their 8 × 8 pixels from 0 to 1, and which digit each is.

    Raises MissingPackageError where scikit-learn, which carries them, is not installed.
    """
    return _carried("load_digits", 1 / 16)


if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> object:
        raise missing(__name__, name)


def _carried(loader: str, scale: float) -> tuple[Points, list[int]]:
    try:
        from sklearn import datasets
    except ImportError:
        message = "scikit-learn carries this data set, and is not installed: pip install scikit-learn"
        raise MissingPackageError(message) from None
    points, classes = getattr(datasets, loader)(return_X_y=True)
    return (points * scale).tolist(), classes.tolist()


def _angles(count: int) -> list[float]:
    return [math.pi * i / max(count - 1, 1) for i in range(count)]
