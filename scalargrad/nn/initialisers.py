"""Initialisers: how the first weight of a neuron is drawn, by the widths around it.

With fan-in n and activations of variance 1, a sum of n products has the variance n · Var(w).  Xavier
(Glorot and Bengio, 2010) keeps that at 1 forwards and backwards; He (2015) doubles it for activations
that let half of their inputs through.
"""

import math
import random
from collections.abc import Callable
from typing import Literal, get_args

from scalargrad.errors import meant
from scalargrad.primitives.table import row_of

Initialiser = Callable[[random.Random, int, int], float]
InitialiserName = Literal["xavier_uniform", "xavier_normal", "he_uniform", "he_normal", "uniform", "zeros"]
InitialiserLike = InitialiserName | Initialiser | None


def xavier_uniform(generator: random.Random, nin: int, nout: int) -> float:
    """Draw from U(-r, r), r = √(6 / (nin + nout))."""
    bound = math.sqrt(6 / (nin + nout))
    return generator.uniform(-bound, bound)


def xavier_normal(generator: random.Random, nin: int, nout: int) -> float:
    """Draw from N(0, s²), s = √(2 / (nin + nout))."""
    return generator.gauss(0, math.sqrt(2 / (nin + nout)))


def he_uniform(generator: random.Random, nin: int, nout: int) -> float:  # noqa: ARG001
    """Draw from U(-r, r), r = √(6 / nin)."""
    bound = math.sqrt(6 / nin)
    return generator.uniform(-bound, bound)


def he_normal(generator: random.Random, nin: int, nout: int) -> float:  # noqa: ARG001
    """Draw from N(0, s²), s = √(2 / nin)."""
    return generator.gauss(0, math.sqrt(2 / nin))


def uniform(generator: random.Random, nin: int, nout: int) -> float:  # noqa: ARG001
    """Draw from U(-1, 1), as micrograd does."""
    return generator.uniform(-1, 1)


def zeros(generator: random.Random, nin: int, nout: int) -> float:  # noqa: ARG001
    """Return 0, to see what goes wrong: all neurons of a layer stay alike for ever."""
    return 0.0


INITIALISERS: dict[InitialiserName, Initialiser] = {
    name: globals()[name] for name in get_args(InitialiserName)
}


def initialiser(init: InitialiserLike, activation: object) -> Initialiser:
    """Return the initialiser of this name, or the one that suits an activation if init is None.

    >>> initialiser(None, "relu").__name__, initialiser(None, "tanh").__name__
    ('he_uniform', 'xavier_uniform')
    """
    if callable(init):
        return init
    if init is None:
        name = activation if isinstance(activation, str) else getattr(activation, "__name__", "")
        row = row_of(name)
        return he_uniform if row and row.activation and row.activation.halving else xavier_uniform
    return INITIALISERS[meant("initialiser", init, INITIALISERS)]
