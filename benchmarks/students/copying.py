"""Slips of the pen: two digits change places, or a number is off for what comes after, too."""

from collections.abc import Iterator

from students.backward import rows_of
from students.classes import slips
from students.problem import Problem
from students.work import CopySlip, Slip


def swapped(place: int) -> CopySlip:
    """Return how a number is copied whose digits at a place, counted from the first that is not 0, change."""

    def copy(text: str) -> str:
        digits = [i for i, c in enumerate(text) if c.isdigit()]
        digits = digits[next((k for k, i in enumerate(digits) if text[i] != "0"), 0) :]
        if len(digits) <= place + 1:
            return text
        i, j = digits[place : place + 2]
        return text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]

    return copy


def _copied(problem: Problem, name: str, *, adjoints: bool, kept: bool) -> Iterator[Slip]:
    for row in rows_of(problem, adjoints=adjoints):
        for place in (0, 1, 2):
            yield Slip(name, problem.text(row), copies={row: swapped(place)}, kept=kept)


@slips("digits of a value exchanged")
def _value(problem: Problem) -> Iterator[Slip]:
    return _copied(problem, "digits of a value exchanged", adjoints=False, kept=True)


@slips("digits of a value written wrongly")
def _written_value(problem: Problem) -> Iterator[Slip]:
    return _copied(problem, "digits of a value written wrongly", adjoints=False, kept=False)


@slips("digits of an adjoint exchanged")
def _adjoint(problem: Problem) -> Iterator[Slip]:
    return _copied(problem, "digits of an adjoint exchanged", adjoints=True, kept=True)


@slips("digits of an adjoint written wrongly")
def _written_adjoint(problem: Problem) -> Iterator[Slip]:
    return _copied(problem, "digits of an adjoint written wrongly", adjoints=True, kept=False)
