"""The random generators that a whole process shares."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


def drawn() -> object:
    """Return the state they are in: another one once a number was drawn."""
    _, words, *rest = np.random.get_state()  # noqa: NPY002  # the one that all share
    return random.getstate(), np.asarray(words).tobytes(), rest


@contextmanager
def same_chance() -> Iterator[None]:
    """Put them back to where they were when the block ends: what it draws is as if it had not been drawn."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # the one that all share
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
