"""What NumPy does where an operation on arrays has no finite value: nothing, or a FloatingPointError.

That is set once for all in a context of its own, for in a step of training `numpy.errstate` would be felt.
"""

from collections.abc import Callable
from contextvars import Context
from typing import Any

import numpy as np

NOTICED = ("divide", "over", "invalid")  # of what NumPy can notice: infinity begins, or there is no value
QUIET, RAISING = Context(), Context()
QUIET.run(np.seterr, all="ignore")
RAISING.run(np.seterr, divide="raise", over="raise", invalid="raise", under="ignore")


def quietly(function: Callable[..., Any], *given: Any) -> Any:
    """Return what a function of arrays gives, which is inf or nan without a word.

    >>> quietly(np.divide, np.array([1.0]), 0.0)
    array([inf])
    """
    return QUIET.copy().run(function, *given)


def raising(function: Callable[..., Any], *given: Any) -> Any:
    """Return what a function of arrays gives; raise FloatingPointError where infinity begins.

    >>> raising(np.divide, np.array([1.0]), 0.0)
    Traceback (most recent call last):
        ...
    FloatingPointError: divide by zero encountered in divide
    """
    return RAISING.copy().run(function, *given)
