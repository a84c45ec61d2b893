"""Arguments by names that a function does not have, answered as other names are."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import ParamSpec, TypeVar

from scalargrad.elsewhere import answer
from scalargrad.errors import OperandError, unknown

P = ParamSpec("P")
R = TypeVar("R")


def keywords(place: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return the decorator of a function that raises OperandError for a keyword it does not have.

    The error has the answer of the place, such as "draw()", else the nearest names that there are.  It costs
    a call, so it is for what is called once, not for what a node is made of.

    >>> keywords("draw()")(lambda direction: None)(rankdir="LR")
    Traceback (most recent call last):
    scalargrad.errors.OperandError: rankdir= of draw is direction='right' or 'down' here
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        code = function.__code__
        names = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]) - {"self"}

        @wraps(function)
        def answered(*arguments: P.args, **named: P.kwargs) -> R:
            if not named.keys() <= names:
                refuse(place, min(named.keys() - names), names)
            return function(*arguments, **named)

        return answered

    return decorate


def refuse(place: str, name: str, names: Collection[str] = ()) -> None:
    """Raise OperandError for a keyword, with the answer of a place or the names that there are."""
    kind = f"argument of {place.removesuffix('()')}"
    raise OperandError(answer(place, name) or unknown(kind, name, names))
