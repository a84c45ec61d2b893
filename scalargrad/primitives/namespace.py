"""What a namespace offers: the functions that rows are written with, under NumPy's names."""

from collections.abc import Callable, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import Entry, Family, TakeBack, attached, for_each_entry

T = TypeVar("T")


class Namespace(Protocol[T]):
    """Read rows as something: floats, arrays, Values, or the symbols of a notation.

    Its operands `T` take Python's operators too: + - * / %, `abs`, unary minus, and comparisons, which
    & and | join, and which count 1 where they hold if multiplied by a number.  A row of the table may be
    called like any of these functions, `m.sigmoid(x)`: a namespace that has no such function itself reads
    the row.  A test holds every namespace against this list, and every row.
    """

    def pow(self, x: T, n: T, /) -> T:
        """Return x to the power n."""

    def divide(self, x: T, y: T, /) -> T:
        """Return x / y."""

    def sqrt(self, x: T, /) -> T:
        """Return the square root of x."""

    def exp(self, x: T, /) -> T:
        """Return e to the power x."""

    def expm1(self, x: T, /) -> T:
        """Return eˣ - 1, exact for small x."""

    def exp2(self, x: T, /) -> T:
        """Return 2 to the power x."""

    def log(self, x: T, /) -> T:
        """Return the natural logarithm of x."""

    def log1p(self, x: T, /) -> T:
        """Return ln(1 + x), exact for small x."""

    def log2(self, x: T, /) -> T:
        """Return the logarithm of x to base 2."""

    def log10(self, x: T, /) -> T:
        """Return the logarithm of x to base 10."""

    def sin(self, x: T, /) -> T:
        """Return the sine of x radians."""

    def cos(self, x: T, /) -> T:
        """Return the cosine of x radians."""

    def tan(self, x: T, /) -> T:
        """Return the tangent of x radians."""

    def asin(self, x: T, /) -> T:
        """Return the arc sine of x."""

    def acos(self, x: T, /) -> T:
        """Return the arc cosine of x."""

    def atan(self, x: T, /) -> T:
        """Return the arc tangent of x."""

    def sinh(self, x: T, /) -> T:
        """Return the hyperbolic sine of x."""

    def cosh(self, x: T, /) -> T:
        """Return the hyperbolic cosine of x."""

    def tanh(self, x: T, /) -> T:
        """Return the hyperbolic tangent of x."""

    def asinh(self, x: T, /) -> T:
        """Return the inverse hyperbolic sine of x."""

    def acosh(self, x: T, /) -> T:
        """Return the inverse hyperbolic cosine of x."""

    def atanh(self, x: T, /) -> T:
        """Return the inverse hyperbolic tangent of x."""

    def erf(self, x: T, /) -> T:
        """Return the error function of x."""

    def sign(self, x: T, /) -> T:
        """Return -1, 0 or 1, and nan for nan."""

    def maximum(self, x: T, y: T, /) -> T:
        """Return the larger operand; a nan on either side wins."""

    def minimum(self, x: T, y: T, /) -> T:
        """Return the smaller operand; a nan on either side wins."""

    def where(self, condition: Any, chosen: T, otherwise: T, /) -> T:
        """Return one of two operands."""

    def weigh(self, weight: T, x: T, /) -> T:
        """Return weight · x, 0 where the weight is, even if x is infinite or nan."""

    def total(self, xs: Sequence[T], /) -> T:
        """Return x₁ + … + xₖ."""

    def dot(self, ws: Sequence[T], xs: Sequence[T], /) -> T:
        """Return w₁x₁ + … + wₖxₖ."""

    def logsumexp(self, xs: Sequence[T], /) -> T:
        """Return ln(eˣ¹ + … + eˣᵏ) without overflow."""

    def softmax(self, xs: Sequence[T], z: T, /) -> Sequence[T]:
        """Return eˣⁱ⁻ᶻ for each of a list, where z is its logsumexp."""

    def ones_like(self, xs: Sequence[T], /) -> Sequence[T]:
        """Return a 1 for each of a list."""


class Reading:
    """Read rows with these functions; whatever row is not among them is read as it is defined.

    >>> import math
    >>> m = Reading(exp=math.exp, where=lambda c, x, y: x if c else y)
    >>> from scalargrad.primitives import rows
    >>> m.sigmoid(0.0)
    0.5
    """

    def __init__(self, **functions: Callable[..., Any]) -> None:
        self.functions = functions
        vars(self).update(functions)
        for_each_entry(self._read)

    def _read(self, entry: Entry) -> TakeBack | None:
        """Make a row an attribute, since `__getattr__` would slow all others down."""
        if isinstance(entry, Family) or entry.name in self.functions:
            return None
        return attached(self, {entry.name: self.reading_of(entry)})

    def reading_of(self, row: Primitive) -> Callable[..., Any]:
        """Return the row as a function over this namespace."""
        return MethodType(row.function, self)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
