# Written by `python -m scalargrad.engine.stubs` from the table of primitives: edit the rows there.
from scalargrad.engine.value import Number, Value

class Methods:
    """Hold the methods of Values that are made from the table of primitives."""

    def add(self, other: Number, /) -> Value:
        """Return x + y."""

    def __add__(self, other: Number, /) -> Value:
        """Return x + y."""

    def __radd__(self, other: Number, /) -> Value:
        """Return x + y, where self is y."""

    def subtract(self, other: Number, /) -> Value:
        """Return x - y."""

    def __sub__(self, other: Number, /) -> Value:
        """Return x - y."""

    def __rsub__(self, other: Number, /) -> Value:
        """Return x - y, where self is y."""

    def multiply(self, other: Number, /) -> Value:
        """Return x · y."""

    def __mul__(self, other: Number, /) -> Value:
        """Return x · y."""

    def __rmul__(self, other: Number, /) -> Value:
        """Return x · y, where self is y."""

    def divide(self, other: Number, /) -> Value:
        """Return x / y."""

    def __truediv__(self, other: Number, /) -> Value:
        """Return x / y."""

    def __rtruediv__(self, other: Number, /) -> Value:
        """Return x / y, where self is y."""

    def negative(self, /) -> Value:
        """Return -x."""

    def __neg__(self, /) -> Value:
        """Return -x."""

    def positive(self, /) -> Value:
        """Return x itself, as a node of its own: a copy, whose gradient is handed on unchanged."""

    def __pos__(self, /) -> Value:
        """Return x itself, as a node of its own: a copy, whose gradient is handed on unchanged."""

    def abs(self, /) -> Value:
        """Return |x|; its derivative at 0 is 0."""

    def __abs__(self, /) -> Value:
        """Return |x|; its derivative at 0 is 0."""

    def pow(self, other: Number, /) -> Value:
        """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is."""

    def __pow__(self, other: Number, /) -> Value:
        """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is."""

    def __rpow__(self, other: Number, /) -> Value:
        """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is, where self is y."""

    def sqrt(self, /) -> Value:
        """Return the square root of x; its derivative at 0 is +inf."""

    def exp(self, /) -> Value:
        """Return e to the power x."""

    def expm1(self, /) -> Value:
        """Return eˣ - 1, exact for small x."""

    def log(self, /) -> Value:
        """Return the natural logarithm of x."""

    def log1p(self, /) -> Value:
        """Return ln(1 + x), exact for small x."""

    def sin(self, /) -> Value:
        """Return the sine of x radians."""

    def cos(self, /) -> Value:
        """Return the cosine of x radians."""

    def tan(self, /) -> Value:
        """Return the tangent of x radians."""

    def asin(self, /) -> Value:
        """Return the angle in [-π/2, π/2] whose sine is x; its derivative at ±1 is +inf."""

    def acos(self, /) -> Value:
        """Return the angle in [0, π] whose cosine is x; its derivative at ±1 is -inf."""

    def atan(self, /) -> Value:
        """Return the angle in (-π/2, π/2) whose tangent is x."""

    def sinh(self, /) -> Value:
        """Return the hyperbolic sine of x."""

    def cosh(self, /) -> Value:
        """Return the hyperbolic cosine of x."""

    def tanh(self, /) -> Value:
        """Return the hyperbolic tangent of x."""

    def erf(self, /) -> Value:
        """Return the error function 2/√π · ∫₀ˣ exp(-t²) dt."""

    def sigmoid(self, /) -> Value:
        """Return σ(x) = 1 / (1 + e⁻ˣ), written so that no exponential overflows.

        Its derivative is the textbook's z(1 - z), exact to about 1e-16: beyond x = 37 it is 0.
        """

    def log_sigmoid(self, /) -> Value:
        """Return ln σ(x) = -ln(1 + e⁻ˣ), which tends to x for large negative x."""

    def softplus(self, /) -> Value:
        """Return ln(1 + eˣ), which tends to x for large positive x."""

    def relu(self, /) -> Value:
        """Return max(x, 0); its derivative at 0 is 0."""

    def silu(self, /) -> Value:
        """Return x · σ(x), also called swish."""

    def gelu(self, /) -> Value:
        """Return x · Φ(x), Φ the normal distribution: the exact form (Hendrycks and Gimpel, 2016)."""

    def maximum(self, other: Number, /) -> Value:
        """Return the larger of x and y; at a tie each has the derivative ½."""

    def minimum(self, other: Number, /) -> Value:
        """Return the smaller of x and y; at a tie each has the derivative ½."""

    def power(self, /, n: float) -> Value:
        """Return xⁿ for a constant n; x⁰ is 1, with derivative 0 everywhere."""

    def leaky_relu(self, /, slope: float = 0.01) -> Value:
        """Return x for x > 0 and slope · x elsewhere; its derivative at 0 is the slope."""

    def elu(self, /, alpha: float = 1.0) -> Value:
        """Return x for x > 0 and alpha · (eˣ - 1) elsewhere (Clevert et al., 2015)."""

    def clip(self, /, low: float, high: float) -> Value:
        """Return x held between two constants; its derivative is 1 from low to high, both included."""
