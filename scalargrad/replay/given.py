"""What a recorded function is given in the place of numbers."""

from scalargrad.engine.node import describe
from scalargrad.engine.value import Constant, Value
from scalargrad.engine.watching import watcher
from scalargrad.errors import OperandError


class Argument(Value):
    """A number that a recorded function is called with: a leaf, which counts as an index too."""

    __slots__ = ()

    def __index__(self) -> int:
        if self._data % 1 != 0:
            error = OperandError(f"{describe(self)} is no whole number, so it is no index")
            watcher.get().raised(error)
            raise error
        self._compared("==", Constant(self._data), True)
        return int(self._data)

    def __mod__(self, other: object) -> float:
        return self._read("a remainder") % other  # type: ignore[operator]

    def __floordiv__(self, other: object) -> float:
        return self._read("a quotient") // other  # type: ignore[operator]

    def __divmod__(self, other: object) -> tuple[float, float]:
        return divmod(self._read("a remainder"), other)  # type: ignore[operator]


class Number(float):
    """A plain number that counts as an index, as an argument does."""

    def __index__(self) -> int:
        if self % 1 != 0:
            message = f"{float(self)} is no whole number, so it is no index"
            raise OperandError(message)
        return int(self)
