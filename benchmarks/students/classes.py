"""The classes of slips: each makes, for a problem, every slip of its kind that can be made there."""

from collections.abc import Callable, Iterator

from students.problem import Problem
from students.work import Slip

Class = Callable[[Problem], Iterator[Slip]]
CLASSES: dict[str, Class] = {}


def slips(name: str) -> Callable[[Class], Class]:
    """Enter what makes the slips of a class under its name."""

    def enter(make: Class) -> Class:
        assert name not in CLASSES, name
        CLASSES[name] = make
        return make

    return enter
