"""Schedules: a learning rate as a function of the number of steps made so far."""

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """Return the schedule lr · factor^⌊t / every⌋.

    >>> [step_decay(1.0, every=2, factor=0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    return lambda t: lr * factor ** (t // every)


def exponential_decay(lr: float, factor: float) -> Schedule:
    """Return the schedule lr · factorᵗ.

    >>> exponential_decay(1.0, 0.5)(3)
    0.125
    """
    return lambda t: lr * factor**t


def linear_decay(lr: float, steps: int, final: float = 0.0) -> Schedule:
    """Return the schedule that falls evenly from lr to `final` in `steps` steps and stays there.

    >>> [linear_decay(1.0, 4)(t) for t in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    return lambda t: lr + (final - lr) * min(t / steps, 1.0)


def cosine_decay(lr: float, steps: int, final: float = 0.0) -> Schedule:
    """Return the schedule final + (lr - final) · (1 + cos(πt / steps)) / 2, which stays at its end.

    >>> [round(cosine_decay(1.0, 4)(t), 3) for t in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    return lambda t: final + (lr - final) * (1 + math.cos(math.pi * min(t / steps, 1.0))) / 2


def warmup(schedule: float | Schedule, steps: int) -> Schedule:
    """Return the schedule that rises evenly to a rate in `steps` steps, then follows it.

    >>> [warmup(1.0, 4)(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    def rate(t: int) -> float:
        later = schedule(max(t - steps, 0)) if callable(schedule) else schedule
        return later * min((t + 1) / steps, 1.0) if t < steps else later

    return rate
