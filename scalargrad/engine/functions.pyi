# Written by `python -m scalargrad.engine.stubs` from the table of primitives: edit the rows there.
from collections.abc import Iterable

from scalargrad.engine.value import Number, Value

__all__ = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "negative",
    "positive",
    "abs",
    "pow",
    "sqrt",
    "exp",
    "expm1",
    "exp2",
    "log",
    "log1p",
    "log2",
    "log10",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "sigmoid",
    "log_sigmoid",
    "softplus",
    "relu",
    "silu",
    "gelu",
    "maximum",
    "minimum",
    "total",
    "dot",
    "logsumexp",
    "power",
    "leaky_relu",
    "elu",
    "clip",
]

def add(x: Number, y: Number, /) -> Value:
    """Return x + y.

    z = x + y
    ∂z/∂x = 1
    ∂z/∂y = 1
    """

def subtract(x: Number, y: Number, /) -> Value:
    """Return x - y.

    z = x - y
    ∂z/∂x = 1
    ∂z/∂y = -1
    """

def multiply(x: Number, y: Number, /) -> Value:
    """Return x · y.

    z = x*y
    ∂z/∂x = y
    ∂z/∂y = x
    """

def divide(x: Number, y: Number, /) -> Value:
    """Return x / y.

    z = x/y
    ∂z/∂x = 1/y
    ∂z/∂y = -z/y
    Raises DomainError unless y != 0.
    """

def negative(x: Number, /) -> Value:
    """Return -x.

    z = -x
    ∂z/∂x = -1
    """

def positive(x: Number, /) -> Value:
    """Return x itself, as a node of its own: a copy, whose gradient is handed on unchanged.

    z = +x
    ∂z/∂x = 1
    """

def abs(x: Number, /) -> Value:
    """Return |x|; its derivative at 0 is 0.

    z = abs(x)
    ∂z/∂x = sign(x)
    """

def pow(x: Number, y: Number, /) -> Value:
    """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is.

    z = x**y
    ∂z/∂x = y*x**(y - 1)
    ∂z/∂y = z*log(x)
    Raises DomainError unless x > 0 or x = 0 and y >= 0 or x < 0 and y mod 1 = 0.
    """

def sqrt(x: Number, /) -> Value:
    """Return the square root of x; its derivative at 0 is +inf, at -0, whose root is -0, it is -inf.

    z = sqrt(x)
    ∂z/∂x = 0.5/z
    Raises DomainError unless x >= 0.
    """

def exp(x: Number, /) -> Value:
    """Return e to the power x.

    z = exp(x)
    ∂z/∂x = z
    """

def expm1(x: Number, /) -> Value:
    """Return eˣ - 1, exact for small x.

    z = expm1(x)
    ∂z/∂x = z + 1
    """

def exp2(x: Number, /) -> Value:
    """Return 2 to the power x.

    z = exp2(x)
    ∂z/∂x = z*log(2)
    """

def log(x: Number, /) -> Value:
    """Return the natural logarithm of x.

    z = log(x)
    ∂z/∂x = 1/x
    Raises DomainError unless x > 0.
    """

def log1p(x: Number, /) -> Value:
    """Return ln(1 + x), exact for small x.

    z = log1p(x)
    ∂z/∂x = 1/(1 + x)
    Raises DomainError unless x > -1.
    """

def log2(x: Number, /) -> Value:
    """Return the logarithm of x to base 2, exact for powers of 2.

    z = log2(x)
    ∂z/∂x = 1/(x*log(2))
    Raises DomainError unless x > 0.
    """

def log10(x: Number, /) -> Value:
    """Return the logarithm of x to base 10, exact for powers of 10.

    z = log10(x)
    ∂z/∂x = 1/(x*log(10))
    Raises DomainError unless x > 0.
    """

def sin(x: Number, /) -> Value:
    """Return the sine of x radians.

    z = sin(x)
    ∂z/∂x = cos(x)
    Raises DomainError unless abs(x) < inf.
    """

def cos(x: Number, /) -> Value:
    """Return the cosine of x radians.

    z = cos(x)
    ∂z/∂x = -sin(x)
    Raises DomainError unless abs(x) < inf.
    """

def tan(x: Number, /) -> Value:
    """Return the tangent of x radians.

    z = tan(x)
    ∂z/∂x = 1 + z*z
    Raises DomainError unless abs(x) < inf.
    """

def asin(x: Number, /) -> Value:
    """Return the angle in [-π/2, π/2] whose sine is x; its derivative at ±1 is +inf.

    z = asin(x)
    ∂z/∂x = 1/sqrt((1 - x)*(1 + x))
    Raises DomainError unless x >= -1 and x <= 1.
    """

def acos(x: Number, /) -> Value:
    """Return the angle in [0, π] whose cosine is x; its derivative at ±1 is -inf.

    z = acos(x)
    ∂z/∂x = -1/sqrt((1 - x)*(1 + x))
    Raises DomainError unless x >= -1 and x <= 1.
    """

def atan(x: Number, /) -> Value:
    """Return the angle in (-π/2, π/2) whose tangent is x.

    z = atan(x)
    ∂z/∂x = 1/(1 + x*x)
    """

def sinh(x: Number, /) -> Value:
    """Return the hyperbolic sine of x.

    z = sinh(x)
    ∂z/∂x = cosh(x)
    """

def cosh(x: Number, /) -> Value:
    """Return the hyperbolic cosine of x.

    z = cosh(x)
    ∂z/∂x = sinh(x)
    """

def tanh(x: Number, /) -> Value:
    """Return the hyperbolic tangent of x.

    z = tanh(x)
    ∂z/∂x = 1 - z*z
    """

def asinh(x: Number, /) -> Value:
    """Return the number whose hyperbolic sine is x.

    Its derivative 1/√(x² + 1) is written over the output, as 1/cosh z: no square overflows.

    z = asinh(x)
    ∂z/∂x = 1/cosh(z)
    """

def acosh(x: Number, /) -> Value:
    """Return the number in [0, ∞) whose hyperbolic cosine is x; its derivative at 1 is +inf.

    That derivative, 1/√(x² - 1), is written over the output, as 1/sinh z: no square overflows.

    z = acosh(x)
    ∂z/∂x = 1/sinh(z)
    Raises DomainError unless x >= 1.
    """

def atanh(x: Number, /) -> Value:
    """Return the number whose hyperbolic tangent is x.

    z = atanh(x)
    ∂z/∂x = 1/((1 - x)*(1 + x))
    Raises DomainError unless x > -1 and x < 1.
    """

def erf(x: Number, /) -> Value:
    """Return the error function 2/√π · ∫₀ˣ exp(-t²) dt.

    z = erf(x)
    ∂z/∂x = 1.1284*exp(-x*x)
    """

def sigmoid(x: Number, /) -> Value:
    """Return σ(x) = 1 / (1 + e⁻ˣ), written so that no exponential overflows.

    Its derivative is the textbook's z(1 - z), exact to about 1e-16: beyond x = 37 it is 0.

    z = sigmoid(x)
    ∂z/∂x = z*(1 - z)
    """

def log_sigmoid(x: Number, /) -> Value:
    """Return ln σ(x) = -ln(1 + e⁻ˣ), which tends to x for large negative x.

    z = log_sigmoid(x)
    ∂z/∂x = sigmoid(-x)
    """

def softplus(x: Number, /) -> Value:
    """Return ln(1 + eˣ), which tends to x for large positive x.

    z = softplus(x)
    ∂z/∂x = sigmoid(x)
    """

def relu(x: Number, /) -> Value:
    """Return max(x, 0); its derivative at 0 is 0, as at nan, which is not above 0.

    z = relu(x)
    ∂z/∂x = [x > 0]
    """

def silu(x: Number, /) -> Value:
    """Return x · σ(x), also called swish; at -inf that is ∞ · 0, nan.

    z = silu(x)
    ∂z/∂x = sigmoid(x) + (1 - sigmoid(x))*z
    """

def gelu(x: Number, /) -> Value:
    """Return x · Φ(x), Φ the normal distribution: the exact form (Hendrycks and Gimpel, 2016).

    At -inf that is ∞ · 0, nan, and so is the derivative at both infinities.

    z = gelu(x)
    ∂z/∂x = 0.5*(1 + erf(x*0.7071)) + x*exp((-0.5)*x*x)*0.3989
    """

def maximum(x: Number, y: Number, /) -> Value:
    """Return the larger of x and y; at a tie each has the derivative ½.

    z = maximum(x, y)
    ∂z/∂x = 1 if x > y else 0 if x < y else 0.5
    ∂z/∂y = 1 if y > x else 0 if y < x else 0.5
    """

def minimum(x: Number, y: Number, /) -> Value:
    """Return the smaller of x and y; at a tie each has the derivative ½.

    z = minimum(x, y)
    ∂z/∂x = 1 if y > x else 0 if y < x else 0.5
    ∂z/∂y = 1 if x > y else 0 if x < y else 0.5
    """

def total(values: Iterable[Number], /) -> Value:
    """Return x₁ + … + xₖ as one node; 0 for no values."""

def dot(weights: Iterable[Number], inputs: Iterable[Number], /) -> Value:
    """Return w₁x₁ + … + wₖxₖ as one node with the parents w₁, …, wₖ, x₁, …, xₖ.

    Raises ShapeError if the two lists differ in length.
    """

def logsumexp(values: Iterable[Number], /) -> Value:
    """Return ln(eˣ¹ + … + eˣᵏ) as one node, without overflow; its derivatives are the softmax."""

def power(x: Number, /, n: float) -> Value:
    """Return xⁿ for a constant n; x⁰ is 1, with derivative 0 everywhere."""

def leaky_relu(x: Number, /, slope: float = 0.01) -> Value:
    """Return x for x > 0 and slope · x elsewhere; its derivative at 0 is the slope."""

def elu(x: Number, /, alpha: float = 1.0) -> Value:
    """Return x for x > 0 and alpha · (eˣ - 1) elsewhere (Clevert et al., 2015).

    Its derivative at 0 is alpha.  That of nan is nan, where PyTorch gives 0: a sweep must not hide it.
    """

def clip(x: Number, /, low: float, high: float) -> Value:
    """Return x held between two constants; its derivative is 1 from low to high, both included."""
