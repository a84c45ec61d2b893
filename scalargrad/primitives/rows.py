"""The table of primitives: one row states everything that is known of one function.

A row is a value z = f(x, …) written over a namespace `m`, its local derivatives ∂z/∂x written over
`m` and the output `z`, its domain, its notation.  The rest of the package reads rows: `engine` makes
methods and functions of them, `notation` prints them, the law tests hold them against an independent
library.  To add a primitive, add a row here, then let `python -m scalargrad.engine.stubs` tell editors
and type checkers of it; a test reminds.

A namespace is floats (`scalars.strict`, `scalars.ieee`), NumPy arrays (`arrays.arrays`), Values
(`engine.reading.values`: derivatives of derivatives) or the symbols of a writer in `notation`.

At a kink the row gives a subgradient: 0 at a local extremum (abs, relu), the derivative of the closed
linear piece for leaky_relu and clip, and ½ for each where two operands of maximum or minimum tie.
"""

import math

from scalargrad.primitives.row import POWER, PRODUCT, SIGN, SUM, ActivationFacts
from scalargrad.primitives.table import family, member, primitive

TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)
ROOT_HALF = math.sqrt(0.5)
ROOT_HALF_OVER_PI = math.sqrt(0.5 / math.pi)


def _finite(m, x):
    return abs(x) < math.inf


def _domain_of_power(n):
    """Return the domain of xⁿ: an integer n admits negative x, a negative n excludes 0."""
    if n % 1 == 0:
        return None if n >= 0 else lambda m, x: x != 0
    return (lambda m, x: x >= 0) if n > 0 else (lambda m, x: x > 0)


def _share(m, x, y):
    """Return ∂max(x, y)/∂x."""
    return m.where(x > y, 1.0, m.where(x < y, 0.0, 0.5))


def _silu_derivative(m, z, x):
    """Return σ(x) + z · (1 - σ(x)), in which nothing cancels for large x."""
    s = m.sigmoid(x)
    return s + m.weigh(1.0 - s, z)


# ---- arithmetic


@primitive(
    lambda m, z, x, y: (1.0, 1.0),
    method="__add__",
    text="{0} + {1}",
    precedence=SUM,
    associative=True,
    finite_derivatives=True,
)
def add(m, x, y):
    """Return x + y."""
    return x + y


@primitive(
    lambda m, z, x, y: (1.0, -1.0),
    method="__sub__",
    text="{0} - {1}",
    precedence=SUM,
    finite_derivatives=True,
)
def subtract(m, x, y):
    """Return x - y."""
    return x - y


@primitive(
    lambda m, z, x, y: (y, x),
    method="__mul__",
    text="{0}*{1}",
    latex=r"{0} \cdot {1}",
    textbook="{0}·{1}",
    precedence=PRODUCT,
    associative=True,
    finite_derivatives=True,
)
def multiply(m, x, y):
    """Return x · y."""
    return x * y


@primitive(
    lambda m, z, x, y: (m.divide(1.0, y), -m.divide(z, y)),
    domain=lambda m, x, y: y != 0,
    method="__truediv__",
    text="{0}/{1}",
    latex=r"\frac{{{0}}}{{{1}}}",
    textbook="{0} / {1}",
    precedence=PRODUCT,
)
def divide(m, x, y):
    """Return x / y."""
    return m.divide(x, y)


@primitive(lambda m, z, x: -1.0, method="__neg__", text="-{0}", precedence=SIGN)
def negative(m, x):
    """Return -x."""
    return -x


@primitive(lambda m, z, x: 1.0, method="__pos__", text="+{0}", precedence=SIGN)
def positive(m, x):
    """Return x itself, as a node of its own: a copy, whose gradient is handed on unchanged."""
    return x


@primitive(lambda m, z, x: m.sign(x), method="__abs__", latex=r"\left|{0}\right|", textbook="|{0}|")
def abs_(m, x):
    """Return |x|; its derivative at 0 is 0."""
    return abs(x)


# ---- powers


@family((0.0,), (1.0,), (2.0,), (3.0,), (0.5,), (-1.0,), (-0.5,), of_values="x**y or pow(x, y)")
def power(n):
    """Return xⁿ for a constant n; x⁰ is 1, with derivative 0 everywhere."""

    @member(
        lambda m, z, x: m.weigh(n, m.pow(x, n - 1.0)),
        domain=_domain_of_power(n),
        text=f"{{0}}**{n:g}" if n >= 0 else f"{{0}}**({n:g})",
        latex=f"{{0}}^{{{{{n:g}}}}}",
        precedence=POWER,
    )
    def power(m, x):
        return m.pow(x, n)

    return power


@primitive(
    lambda m, z, x, y: (m.weigh(y, m.pow(x, y - 1.0)), m.weigh(z, m.log(x))),
    domain=lambda m, x, y: (x > 0) | (x == 0) & (y >= 0) | (x < 0) & (y % 1 == 0),
    method="__pow__",
    text="{0}**{1}",
    latex="{0}^{{{1}}}",
    textbook="{0}^{1}",
    precedence=POWER,
)
def pow_(m, x, y):
    """Return x to the power y; ∂/∂y is 0 at x = 0 < y, and nan for x < 0, where ln x is."""
    return m.pow(x, y)


@primitive(
    lambda m, z, x: m.divide(0.5, z),
    domain=lambda m, x: x >= 0,
    latex=r"\sqrt{{{0}}}",
    textbook="√({0})",
)
def sqrt(m, x):
    """Return the square root of x; its derivative at 0 is +inf, at -0, whose root is -0, it is -inf."""
    return m.sqrt(x)


# ---- exponentials and logarithms


@primitive(lambda m, z, x: z, latex="e^{{{0}}}", precedence=POWER)
def exp(m, x):
    """Return e to the power x."""
    return m.exp(x)


@primitive(lambda m, z, x: z + 1.0)
def expm1(m, x):
    """Return eˣ - 1, exact for small x."""
    return m.expm1(x)


@primitive(lambda m, z, x: z * m.log(2.0), latex="2^{{{0}}}", textbook="2^{0}", precedence=POWER)
def exp2(m, x):
    """Return 2 to the power x."""
    return m.exp2(x)


@primitive(
    lambda m, z, x: m.divide(1.0, x),
    domain=lambda m, x: x > 0,
    latex=r"\ln\left({0}\right)",
    textbook="ln({0})",
    aliases=("ln",),
)
def log(m, x):
    """Return the natural logarithm of x."""
    return m.log(x)


@primitive(
    lambda m, z, x: m.divide(1.0, 1.0 + x),
    domain=lambda m, x: x > -1,
    latex=r"\ln\left(1 + {0}\right)",
)
def log1p(m, x):
    """Return ln(1 + x), exact for small x."""
    return m.log1p(x)


@primitive(
    lambda m, z, x: m.divide(1.0, x * m.log(2.0)),
    domain=lambda m, x: x > 0,
    latex=r"\log_{{2}}\left({0}\right)",
    textbook="log₂({0})",
)
def log2(m, x):
    """Return the logarithm of x to base 2, exact for powers of 2."""
    return m.log2(x)


@primitive(
    lambda m, z, x: m.divide(1.0, x * m.log(10.0)),
    domain=lambda m, x: x > 0,
    latex=r"\log_{{10}}\left({0}\right)",
    textbook="log₁₀({0})",
)
def log10(m, x):
    """Return the logarithm of x to base 10, exact for powers of 10."""
    return m.log10(x)


# ---- circular and hyperbolic functions


@primitive(lambda m, z, x: m.cos(x), domain=_finite, latex=r"\sin\left({0}\right)")
def sin(m, x):
    """Return the sine of x radians."""
    return m.sin(x)


@primitive(lambda m, z, x: -m.sin(x), domain=_finite, latex=r"\cos\left({0}\right)")
def cos(m, x):
    """Return the cosine of x radians."""
    return m.cos(x)


@primitive(lambda m, z, x: 1.0 + z * z, domain=_finite, latex=r"\tan\left({0}\right)")
def tan(m, x):
    """Return the tangent of x radians."""
    return m.tan(x)


@primitive(
    lambda m, z, x: m.divide(1.0, m.sqrt((1.0 - x) * (1.0 + x))),
    domain=lambda m, x: (x >= -1) & (x <= 1),
    latex=r"\arcsin\left({0}\right)",
)
def asin(m, x):
    """Return the angle in [-π/2, π/2] whose sine is x; its derivative at ±1 is +inf."""
    return m.asin(x)


@primitive(
    lambda m, z, x: -m.divide(1.0, m.sqrt((1.0 - x) * (1.0 + x))),
    domain=lambda m, x: (x >= -1) & (x <= 1),
    latex=r"\arccos\left({0}\right)",
)
def acos(m, x):
    """Return the angle in [0, π] whose cosine is x; its derivative at ±1 is -inf."""
    return m.acos(x)


@primitive(lambda m, z, x: m.divide(1.0, 1.0 + x * x), latex=r"\arctan\left({0}\right)")
def atan(m, x):
    """Return the angle in (-π/2, π/2) whose tangent is x."""
    return m.atan(x)


@primitive(lambda m, z, x: m.cosh(x), latex=r"\sinh\left({0}\right)")
def sinh(m, x):
    """Return the hyperbolic sine of x."""
    return m.sinh(x)


@primitive(lambda m, z, x: m.sinh(x), latex=r"\cosh\left({0}\right)")
def cosh(m, x):
    """Return the hyperbolic cosine of x."""
    return m.cosh(x)


@primitive(
    lambda m, z, x: 1.0 - z * z,
    latex=r"\tanh\left({0}\right)",
    activation=ActivationFacts(steepest=1.0, derivative="tanh' = 1 - tanh²"),
)
def tanh(m, x):
    """Return the hyperbolic tangent of x."""
    return m.tanh(x)


@primitive(lambda m, z, x: m.divide(1.0, m.cosh(z)), latex=r"\operatorname{{arsinh}}\left({0}\right)")
def asinh(m, x):
    """Return the number whose hyperbolic sine is x.

    Its derivative 1/√(x² + 1) is written over the output, as 1/cosh z: no square overflows.
    """
    return m.asinh(x)


@primitive(
    lambda m, z, x: m.divide(1.0, m.sinh(z)),
    domain=lambda m, x: x >= 1,
    latex=r"\operatorname{{arcosh}}\left({0}\right)",
)
def acosh(m, x):
    """Return the number in [0, ∞) whose hyperbolic cosine is x; its derivative at 1 is +inf.

    That derivative, 1/√(x² - 1), is written over the output, as 1/sinh z: no square overflows.
    """
    return m.acosh(x)


@primitive(
    lambda m, z, x: m.divide(1.0, (1.0 - x) * (1.0 + x)),
    domain=lambda m, x: (x > -1) & (x < 1),
    latex=r"\operatorname{{artanh}}\left({0}\right)",
)
def atanh(m, x):
    """Return the number whose hyperbolic tangent is x."""
    return m.atanh(x)


@primitive(lambda m, z, x: TWO_OVER_ROOT_PI * m.exp(-(x * x)))
def erf(m, x):
    """Return the error function 2/√π · ∫₀ˣ exp(-t²) dt."""
    return m.erf(x)


# ---- activations


@primitive(
    lambda m, z, x: z * (1.0 - z),
    latex=r"\sigma\left({0}\right)",
    textbook="σ({0})",
    activation=ActivationFacts(steepest=0.25, derivative="σ' = σ(1 - σ)"),
)
def sigmoid(m, x):
    """Return σ(x) = 1 / (1 + e⁻ˣ), written so that no exponential overflows.

    Its derivative is the textbook's z(1 - z), exact to about 1e-16: beyond x = 37 it is 0.
    """
    e = m.exp(-abs(x))
    return m.where(x >= 0, 1.0, e) / (1.0 + e)


@primitive(lambda m, z, x: m.sigmoid(-x), latex=r"\ln\sigma\left({0}\right)")
def log_sigmoid(m, x):
    """Return ln σ(x) = -ln(1 + e⁻ˣ), which tends to x for large negative x."""
    return m.minimum(x, 0.0) - m.log1p(m.exp(-abs(x)))


@primitive(lambda m, z, x: m.sigmoid(x), activation=ActivationFacts())
def softplus(m, x):
    """Return ln(1 + eˣ), which tends to x for large positive x."""
    return m.maximum(x, 0.0) + m.log1p(m.exp(-abs(x)))


@primitive(
    lambda m, z, x: 1.0 * (x > 0),
    finite_derivatives=True,
    activation=ActivationFacts(halving=True, dies=True),
)
def relu(m, x):
    """Return max(x, 0); its derivative at 0 is 0, as at nan, which is not above 0."""
    return m.maximum(x, 0.0)


@family((0.01,), (0.2,))
def leaky_relu(slope=0.01):
    """Return x for x > 0 and slope · x elsewhere; its derivative at 0 is the slope."""

    @member(
        lambda m, z, x: m.where(x > 0, 1.0, slope),
        latex=rf"\operatorname{{{{lrelu}}}}_{{{{{slope:g}}}}}\left({{0}}\right)",
        activation=ActivationFacts(halving=True),
    )
    def leaky_relu(m, x):
        return m.where(x > 0, x, slope * x)

    return leaky_relu


@family((1.0,), (0.5,))
def elu(alpha=1.0):
    """Return x for x > 0 and alpha · (eˣ - 1) elsewhere (Clevert et al., 2015).

    Its derivative at 0 is alpha.  That of nan is nan, where PyTorch gives 0: a sweep must not hide it.
    """

    @member(
        lambda m, z, x: m.where(x > 0, 1.0, z + alpha),
        latex=rf"\operatorname{{{{elu}}}}_{{{{{alpha:g}}}}}\left({{0}}\right)",
        activation=ActivationFacts(halving=True),
    )
    def elu(m, x):
        return m.where(x > 0, x, alpha * m.expm1(m.minimum(x, 0.0)))

    return elu


@primitive(_silu_derivative, activation=ActivationFacts(halving=True))
def silu(m, x):
    """Return x · σ(x), also called swish; at -inf that is ∞ · 0, nan."""
    return x * m.sigmoid(x)


@primitive(
    lambda m, z, x: 0.5 * (1.0 + m.erf(x * ROOT_HALF)) + x * m.exp(-0.5 * x * x) * ROOT_HALF_OVER_PI,
    activation=ActivationFacts(halving=True),
)
def gelu(m, x):
    """Return x · Φ(x), Φ the normal distribution: the exact form (Hendrycks and Gimpel, 2016).

    At -inf that is ∞ · 0, nan, and so is the derivative at both infinities.
    """
    return 0.5 * x * (1.0 + m.erf(x * ROOT_HALF))


# ---- choosing between operands


@primitive(
    lambda m, z, x, y: (_share(m, x, y), _share(m, y, x)),
    latex=r"\max\left({0}, {1}\right)",
    aliases=("max",),
)
def maximum(m, x, y):
    """Return the larger of x and y; at a tie each has the derivative ½."""
    return m.maximum(x, y)


@primitive(
    lambda m, z, x, y: (_share(m, y, x), _share(m, x, y)),
    latex=r"\min\left({0}, {1}\right)",
    aliases=("min",),
)
def minimum(m, x, y):
    """Return the smaller of x and y; at a tie each has the derivative ½."""
    return m.minimum(x, y)


@family((-1.0, 1.0), (0.0, 6.0))
def clip(low, high):
    """Return x held between two constants; its derivative is 1 from low to high, both included."""

    @member(
        lambda m, z, x: 1.0 * ((x >= low) & (x <= high)),
        latex=rf"\operatorname{{{{clip}}}}_{{{{[{low:g}, {high:g}]}}}}\left({{0}}\right)",
    )
    def clip(m, x):
        return m.minimum(m.maximum(x, low), high)

    return clip


# ---- n-ary: one node however long the lists


@primitive(
    lambda m, z, values: (m.ones_like(values),),
    lists=1,
    precedence=SUM,
    aliases=("sum",),
    finite_derivatives=True,
)
def total(m, values):
    """Return x₁ + … + xₖ as one node; 0 for no values."""
    return m.total(values)


@primitive(lambda m, z, weights, inputs: (inputs, weights), lists=2, precedence=SUM, finite_derivatives=True)
def dot(m, weights, inputs):
    """Return w₁x₁ + … + wₖxₖ as one node with the parents w₁, …, wₖ, x₁, …, xₖ."""
    return m.dot(weights, inputs)


@primitive(lambda m, z, values: (m.softmax(values, z),), lists=1, fewest=1)
def logsumexp(m, values):
    """Return ln(eˣ¹ + … + eˣᵏ) as one node, without overflow; its derivatives are the softmax."""
    return m.logsumexp(values)
