"""Watching a function while it runs, for what a graph of its nodes would not show.

A graph holds what was computed. Where a Value is read as a plain number, by `float()` or a comparison,
that is lost, and with it a derivative or the reason for a branch.  So all such reads are reported here:
`grad` warns of them, and `record` makes guards of them or refuses them.  Nobody watches most of the time,
and then a read costs no more than looking at one number.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Watcher:
    """Be told what happens to Values beside computing with them; a kind overrides what concerns it."""

    def read(self, value: Any, how: str) -> None:
        """Notice that the data of a Value were read as a plain number, by `float()` for one."""

    def compared(self, left: Any, sign: str, right: Any, outcome: bool) -> None:
        """Notice a comparison of two Values with its outcome."""

    def equal(self, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Return whether left == right by their data, NotImplemented where that is identity."""
        return NotImplemented

    def looked_up(self, value: Any) -> None:
        """Notice that a Value was looked up in a set or dict, from outside of this package."""

    def made(self, leaf: Any) -> None:
        """Notice a new leaf."""

    def raised(self, error: Exception) -> None:
        """Notice an error that a function may catch, and so branch by it."""

    def truncated(self, value: Any, outcome: int) -> None:
        """Notice that a Value was read as a whole number."""

    def detached(self, leaf: Any, source: Any) -> None:
        """Notice that a leaf took over the data of a Value through which no derivative passes."""

    def afresh(self, leaf: Any, read: Callable[[], float]) -> float:  # noqa: ARG002
        """Return the number of a leaf, which is to be read afresh whenever the function runs."""
        return read()

    def condition(self, owner: object, attribute: str) -> None:
        """Notice that a plain attribute was read that may be another when the function runs again."""

    def follow(self, function: Callable[..., object], values: tuple[Any, ...]) -> None:
        """Do, with the data of some Values, what the function does beside its result."""
        function(*(value._data for value in values))

    def required(self, value: Any, test: Callable[[Any], Any]) -> bool:  # noqa: ARG002
        """Return whether a Value passes a test, which holds for numbers, Values and arrays alike.

        Nobody asks of a Value: it is an argument that a recorded function is given in the place of a number.
        """
        return True

    def varies(self, leaf: Any) -> bool:  # noqa: ARG002
        """Return whether a leaf stands for a number that may be another one the next time."""
        return False

    def elsewhere(self, value: Any) -> None:
        """Notice that a Value is read in a thread or context in which nobody watches."""

    def one_hot(self, index: Any, count: int) -> tuple[Any, ...] | None:
        """Return leaves that are 1 at the place `index` and else 0, if that can vary; None if not."""


class Nobody(Watcher):
    """Be there where nobody watches: tell those who watch in other threads what is read of Values."""

    def read(self, value: Any, how: str) -> None:  # noqa: ARG002
        """Pass on that a Value was read as a plain number."""
        for by in [*active]:
            by.elsewhere(value)

    def compared(self, left: Any, sign: str, right: Any, outcome: bool) -> None:  # noqa: ARG002
        """Pass on that Values were compared."""
        for by in [*active]:
            by.elsewhere(left)
            by.elsewhere(right)

    def truncated(self, value: Any, outcome: int) -> None:  # noqa: ARG002
        """Pass on that a Value was read as a whole number."""
        for by in [*active]:
            by.elsewhere(value)


nobody: Watcher = Nobody()
active: list[Watcher] = []  # in all threads
watcher: ContextVar[Watcher] = ContextVar("watcher", default=nobody)
watched = 0  # in all threads: while it is 0, nobody needs to ask the ContextVar
last_change = object()  # another one for each attribute of a module that is set
_count_lock = Lock()


@contextmanager
def watching(by: Watcher) -> Iterator[None]:
    """Report to a watcher what is read inside the block, in this thread or task."""
    with _count_lock:
        active.append(by)
        _count()
    token = watcher.set(by)
    try:
        yield
    finally:
        watcher.reset(token)
        with _count_lock:
            del active[next(i for i, one in enumerate(active) if one is by)]
            _count()


def _count() -> None:
    global watched  # noqa: PLW0603  # one count for all threads
    watched = len(active)


def changed() -> None:
    """Notice that an attribute of a module was set, by which a function that reads it may be another."""
    global last_change  # noqa: PLW0603  # one for all modules
    last_change = object()


def condition(owner: object, attribute: str) -> Any:
    """Return an attribute by which a function branches and which may change, such as the mode of a module."""
    if watched:
        watcher.get().condition(owner, attribute)
    return getattr(owner, attribute)


def follow(function: Callable[..., object], *values: Any) -> None:
    """Call a function with the data of Values: what a computation does beside its result.

    A recorded computation does it once for each replay, with the data of the replay.
    """
    watcher.get().follow(function, values)
