"""Find the line of the user's program that is running."""

import linecache
import os
import sys
import warnings
from collections.abc import Iterator
from functools import cache, lru_cache
from types import CodeType, FrameType
from typing import NamedTuple

PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120  # pathlib takes long to load
STANDARD = os.path.dirname(linecache.__file__) + os.sep  # noqa: PTH120
# Functions of `math` that answer a question, or that are flat: no derivative is lost in them.
WITHOUT_DERIVATIVE = {"ceil", "floor", "isclose", "isfinite", "isinf", "isnan", "trunc"}
INSTALLED = f"{os.sep}site-packages{os.sep}"


def is_outside(file: str) -> bool:
    """Tell whether a file is none of this package."""
    return not file.startswith(PACKAGE)


@cache
def is_the_users(file: str) -> bool:
    """Tell whether a file is neither of this package, nor Python's, nor installed."""
    return is_outside(file) and not file.startswith((STANDARD, "<frozen ")) and INSTALLED not in file


class Line(NamedTuple):
    """A line of a program; its text is looked up when it is shown."""

    file: str
    number: int

    def __str__(self) -> str:
        """Return it as `file:3 'if x > 0:'`."""
        text = linecache.getline(self.file, self.number).strip()
        return f"{os.path.basename(self.file)}:{self.number}" + f" {text!r}" * bool(text)  # noqa: PTH119


def line() -> Line:
    """Return the line of the user's that is running."""
    *_, frame = _frames()
    return Line(frame.f_code.co_filename, frame.f_lineno)


def called_of_math() -> str:
    """Return which function of `math` reads a number, called by the line that is running; "" for none.

    A method of C such as `__float__` is not told who calls it: the instructions before the call tell, also
    in a prompt or after `python -c`, where no source is kept.
    """
    frame = sys._getframe(2)
    first, *others = _callee(frame.f_code, frame.f_lasti).split(".")
    called = frame.f_locals.get(first, frame.f_globals.get(first))
    for each in others:
        called = getattr(called, each, None)
    name: str = getattr(called, "__name__", "")
    is_theirs = getattr(called, "__module__", None) in {"math", "cmath"}
    return name if is_theirs and name not in WITHOUT_DERIVATIVE else ""


@lru_cache(256)  # which holds no more code than that, of a program that makes code
def _callee(code: CodeType, at: int) -> str:
    """Return what an instruction calls, as dotted names, or nothing: what is loaded where the call begins."""
    from dis import Instruction, get_instructions

    def begins(instruction: Instruction) -> tuple[int | None, int | None]:
        place = instruction.positions
        return (place.lineno, place.col_offset) if place else (None, None)

    before = [each for each in get_instructions(code) if each.offset <= at]
    start = begins(before[-1])
    names: list[str] = []
    for each in reversed(before[:-1]):  # a compiler may write the code of a place more than once
        if begins(each) == start and each.opname.startswith("LOAD_"):
            names.insert(0, str(each.argval))
            if each.opname not in {"LOAD_ATTR", "LOAD_METHOD"}:
                break
    return ".".join(names) if None not in start else ""


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line of the user's that is running, wherever in this package that is noticed."""
    warnings.warn(message, category, stacklevel=1 + len([*_frames()]))


def _frames() -> Iterator[FrameType]:
    """Yield the frames of what calls this function's caller, up to that of the user's program."""
    frame = sys._getframe(2)
    yield frame
    while frame.f_back and not is_the_users(frame.f_code.co_filename):
        frame = frame.f_back
        yield frame
