# Written by `python -m scalargrad.engine.stubs` from the table of primitives: edit the rows there.
from typing import Generic, TypeVar

V = TypeVar("V")

class Methods(Generic[V]):
    """The methods of Values that are made from the table of primitives."""

    def add(self, other: V | float, /) -> V:
        """Return x + y."""

    def __add__(self, other: V | float, /) -> V:
        """Return x + y."""

    def __radd__(self, other: V | float, /) -> V:
        """Return x + y, where self is y."""

    def subtract(self, other: V | float, /) -> V:
        """Return x - y."""

    def __sub__(self, other: V | float, /) -> V:
        """Return x - y."""

    def __rsub__(self, other: V | float, /) -> V:
        """Return x - y, where self is y."""

    def multiply(self, other: V | float, /) -> V:
        """Return x · y."""

    def __mul__(self, other: V | float, /) -> V:
        """Return x · y."""

    def __rmul__(self, other: V | float, /) -> V:
        """Return x · y, where self is y."""

    def divide(self, other: V | float, /) -> V:
        """Return x / y."""

    def __truediv__(self, other: V | float, /) -> V:
        """Return x / y."""

    def __rtruediv__(self, other: V | float, /) -> V:
        """Return x / y, where self is y."""

    def negative(self, /) -> V:
        """Return -x."""

    def __neg__(self, /) -> V:
        """Return -x."""

    def positive(self, /) -> V:
        """Return x itself, as a node of its own: a copy, whose gradient is handed on unchanged."""

    def __pos__(self, /) -> V:
        """Return x itself, as a node of its own: a copy, whose gradient is handed on unchanged."""

    def abs(self, /) -> V:
        """Return |x|; its derivative at 0 is 0."""

    def __abs__(self, /) -> V:
        """Return |x|; its derivative at 0 is 0."""

    def pow(self, other: V | float, /) -> V:
        """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is."""

    def __pow__(self, other: V | float, /) -> V:
        """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is."""

    def __rpow__(self, other: V | float, /) -> V:
        """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is, where self is y."""

    def sqrt(self, /) -> V:
        """Return the square root of x; its derivative at 0 is +inf, at -0, whose root is -0, it is -inf."""

    def exp(self, /) -> V:
        """Return e to the power x."""

    def expm1(self, /) -> V:
        """Return eˣ - 1, exact for small x."""

    def exp2(self, /) -> V:
        """Return 2 to the power x."""

    def log(self, /) -> V:
        """Return the natural logarithm of x."""

    def log1p(self, /) -> V:
        """Return ln(1 + x), exact for small x."""

    def log2(self, /) -> V:
        """Return the logarithm of x to base 2, exact for powers of 2."""

    def log10(self, /) -> V:
        """Return the logarithm of x to base 10, exact for powers of 10."""

    def sin(self, /) -> V:
        """Return the sine of x radians."""

    def cos(self, /) -> V:
        """Return the cosine of x radians."""

    def tan(self, /) -> V:
        """Return the tangent of x radians."""

    def asin(self, /) -> V:
        """Return the angle in [-π/2, π/2] whose sine is x; its derivative at ±1 is +inf."""

    def acos(self, /) -> V:
        """Return the angle in [0, π] whose cosine is x; its derivative at ±1 is -inf."""

    def atan(self, /) -> V:
        """Return the angle in (-π/2, π/2) whose tangent is x."""

    def sinh(self, /) -> V:
        """Return the hyperbolic sine of x."""

    def cosh(self, /) -> V:
        """Return the hyperbolic cosine of x."""

    def tanh(self, /) -> V:
        """Return the hyperbolic tangent of x."""

    def asinh(self, /) -> V:
        """Return the number whose hyperbolic sine is x.

        Its derivative 1/√(x² + 1) is written over the output, as 1/cosh z: no square overflows.
        """

    def acosh(self, /) -> V:
        """Return the number in [0, ∞) whose hyperbolic cosine is x; its derivative at 1 is +inf.

        That derivative, 1/√(x² - 1), is written over the output, as 1/sinh z: no square overflows.
        """

    def atanh(self, /) -> V:
        """Return the number whose hyperbolic tangent is x."""

    def erf(self, /) -> V:
        """Return the error function 2/√π · ∫₀ˣ exp(-t²) dt."""

    def sigmoid(self, /) -> V:
        """Return σ(x) = 1 / (1 + e⁻ˣ), written so that no exponential overflows.

        Its derivative is the textbook's z(1 - z), exact to about 1e-16: beyond x = 37 it is 0.
        """

    def log_sigmoid(self, /) -> V:
        """Return ln σ(x) = -ln(1 + e⁻ˣ), which tends to x for large negative x."""

    def softplus(self, /) -> V:
        """Return ln(1 + eˣ), which tends to x for large positive x."""

    def relu(self, /) -> V:
        """Return max(x, 0); its derivative at 0 is 0, as at nan, which is not above 0."""

    def silu(self, /) -> V:
        """Return x · σ(x), also called swish; at -inf that is ∞ · 0, nan."""

    def gelu(self, /) -> V:
        """Return x · Φ(x), Φ the normal distribution: the exact form (Hendrycks and Gimpel, 2016).

        At -inf that is ∞ · 0, nan, and so is the derivative at both infinities.
        """

    def maximum(self, other: V | float, /) -> V:
        """Return the larger of x and y; at a tie each has the derivative ½."""

    def minimum(self, other: V | float, /) -> V:
        """Return the smaller of x and y; at a tie each has the derivative ½."""

    def power(self, /, n: float) -> V:
        """Return xⁿ for a constant n; x⁰ is 1, with derivative 0 everywhere."""

    def leaky_relu(self, /, slope: float = 0.01) -> V:
        """Return x for x > 0 and slope · x elsewhere; its derivative at 0 is the slope."""

    def elu(self, /, alpha: float = 1.0) -> V:
        """Return x for x > 0 and alpha · (eˣ - 1) elsewhere (Clevert et al., 2015).

        Its derivative at 0 is alpha.  That of nan is nan, where PyTorch gives 0: a sweep must not hide it.
        """

    def clip(self, /, low: float, high: float) -> V:
        """Return x held between two constants; its derivative is 1 from low to high, both included."""
