"""Names that a module, a class or a function does not have, answered with ours."""

import sys
from collections.abc import Callable, Collection
from functools import wraps
from os import PathLike
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from scalargrad.elsewhere import ANSWERS, answer
from scalargrad.errors import OperandError, unknown

C = TypeVar("C")
P = ParamSpec("P")
R = TypeVar("R")


def missing(place: str, name: str) -> AttributeError | ImportError:
    """Return the error for an attribute that is not there, with the answer; Python adds what is near.

    In `from scalargrad.nn import Linear` Python would put an ImportError without the answer in its place, so
    there it is an ImportError from the beginning.

    >>> str(missing("scalargrad.optim", "Lion"))
    "module 'scalargrad.optim' has no attribute 'Lion'"
    """
    said = answer(place, name)
    if said and _is_imported_from(sys._getframe(2)):
        return ImportError(said, name=place)
    plain = f"module {place!r} has no attribute {name!r}"
    return AttributeError(said or plain, name=name, obj=sys.modules.get(place))


def _is_imported_from(frame: FrameType) -> bool:
    """Tell whether what a frame runs is the `import name` of a `from module import name`."""
    from opcode import opmap

    return frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]


class Answer:
    """An attribute that is not there, for `hasattr` and `dir` too, but says what to ask for instead."""

    def __init__(self, place: str, name: str) -> None:
        self.place, self.name = place, name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        raise missing(self.place, self.name)


class ReadOnlyAnswer(Answer):
    """An answer where no attribute of one's own may take its place."""

    def __set__(self, instance: Any, value: Any) -> None:
        raise missing(self.place, self.name)


def answering(place: str, kind: type[Answer] = Answer) -> Callable[[type[C]], type[C]]:
    """Return the decorator that gives a class the answers of a place, which `dir` does not list.

    What a derived class or an object has under such a name is its own, and is listed.
    """

    def decorate(cls: type[C]) -> type[C]:
        listed = cls.__dir__

        def listed_but_for_answers(self: object) -> list[str]:
            return [name for name in listed(self) if not _is_answered(self, name)]

        for name in ANSWERS[place]:
            assert not hasattr(cls, name), f"{place}.{name} is there"
            setattr(cls, name, kind(place, name))
        cls.__dir__ = listed_but_for_answers  # type: ignore[method-assign]
        return cls

    return decorate


def _is_answered(owner: object, name: str) -> bool:
    found = next((vars(cls)[name] for cls in type(owner).__mro__ if name in vars(cls)), None)
    return isinstance(found, Answer) and name not in getattr(owner, "__dict__", ())


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


def of_an_object(said: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return the decorator of a method that raises OperandError where it is called on its class.

    `MLP.load("model.json")` says that a model is made first.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def answered(*arguments: P.args, **named: P.kwargs) -> R:
            if not arguments or isinstance(arguments[0], str | PathLike):
                raise OperandError(said)
            return method(*arguments, **named)

        return answered

    return decorate


def refuse(place: str, name: str, names: Collection[str] = ()) -> None:
    """Raise OperandError for a keyword, with the answer of a place or the names that there are."""
    kind = f"argument of {place.removesuffix('()')}"
    raise OperandError(answer(place, name) or answer(place, "*", name) or unknown(kind, name, names))
