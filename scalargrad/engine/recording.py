"""Whether results remember how they were computed."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

wanted = ContextVar("wanted", default=True)
blocks_without = 0  # in all threads: while it is 0, no node needs to ask the ContextVar
_count_lock = Lock()


def is_on() -> bool:
    """Tell whether results remember how they were computed."""
    return not blocks_without or wanted.get()


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results inside the block are leaves, without parents.

    It holds for the running thread or task only, and ends with the block, also by an exception.

    >>> from scalargrad import Value
    >>> w = Value(2.0)
    >>> with no_grad():
    ...     y = w * 3
    >>> y.parents
    ()
    """
    _count_blocks(1)
    token = wanted.set(False)
    try:
        yield
    finally:
        wanted.reset(token)
        _count_blocks(-1)


def _count_blocks(change: int) -> None:
    global blocks_without  # noqa: PLW0603  # one count for all threads
    with _count_lock:
        blocks_without += change


@contextmanager
def recorded() -> Iterator[None]:
    """Record inside the block, even within no_grad: no derivative can be taken without a graph."""
    token = wanted.set(True)
    try:
        yield
    finally:
        wanted.reset(token)
