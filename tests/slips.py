"""A broken example for every row of the table of slips, its number worked out as the slip would have it."""

from dataclasses import dataclass, field
from math import cos, exp, log, log10, pi, sin, sqrt, tanh
from typing import Any


@dataclass(frozen=True)
class Broken:
    """One wrong number: the expression, its leaves, which number it is, what it comes to.

    `before` are right numbers that are written before it.
    """

    text: str
    at: dict[str, float]
    row: str
    number: float
    before: dict[str, float] = field(default_factory=dict)
    rate: float | None = None


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e⁻ˣ)."""
    return 1 / (1 + exp(-x))


X = {"x": 1.3}
PRODUCT = "y = u*w"
UW = {"u": 1.7, "w": 0.6}
NET = "a = w1*x1 + w2*x2 + b; h = sigmoid(a); y = v*h"
AT = {"w1": 0.4, "x1": 1.3, "w2": -0.7, "x2": 0.9, "b": 0.25, "v": 1.9}
A = 0.4 * 1.3 - 0.7 * 0.9 + 0.25  # 0.14
H = sigmoid(A)
PAIRS = {"w1": 0.4, "x1": 1.3, "w2": -0.7, "x2": 0.9}
DOT = "z = dot([w1, w2], [x1, x2])"
TWO = "a1 = w11*x1 + w12*x2; a2 = w21*x1 + w22*x2; y = a1*v1 + a2*v2"
LAYERS = {"w11": 0.4, "w12": 1.1, "w21": -0.6, "w22": 0.35, "x1": 1.3, "x2": 0.9, "v1": 1.7, "v2": -0.8}
LAYER = "a1 = dot([w11, w12], [x1, x2]); a2 = dot([w21, w22], [x1, x2]); y = a1*v1 + a2*v2"
CLASSES = "s1 = x*u; s2 = x*w; L = logsumexp([s1, s2]) - s1"
SCORES = {"x": 1.3, "u": 0.6, "w": -0.4}
P1 = exp(0.78) / (exp(0.78) + exp(-0.52))
FAN = "y = 2*x + x*x*x + sin(x)"  # dy/dx = 2 + 3x² + cos x
DESCENT: Any = {
    "text": "y = w*x",
    "at": {"w": 0.7, "x": 1.3},
    "row": "w+",
    "before": {"d w": 1.3},
    "rate": 0.1,
}  # 0.7 - 0.1 * 1.3

BROKEN: dict[str, Broken] = {
    # the pen
    "sign reversed": Broken("a = exp(x); y = a + 1", X, "a", -exp(1.3)),
    "point misplaced": Broken(PRODUCT, UW, "y", 10.2),
    "digits exchanged": Broken("y = 0.6777*x", X, "y", 0.81801),  # 0.88101
    "last digit off": Broken(PRODUCT, UW, "y", 1.020001),  # of six that are written
    # values
    "term left out": Broken(NET, AT, "a", A - 0.25),
    "term with the wrong sign": Broken(NET, AT, "a", 0.4 * 1.3 + 0.7 * 0.9 + 0.25),
    "term counted twice": Broken(NET, AT, "a", A + 0.25),
    "factor left out of a term": Broken(DOT, PAIRS, "z", 0.4 * 1.3 - 0.7),
    "factors paired crosswise": Broken(DOT, PAIRS, "z", 0.4 * 0.9 - 0.7 * 1.3),
    "other operand taken": Broken(TWO, LAYERS, "a1", 0.4 * 1.3 - 0.6 * 0.9),
    "sign of an operand lost": Broken("a = x + 1; y = softplus(a)", X, "y", log(1 + exp(-2.3)), {"a": 2.3}),
    "operand miscopied": Broken("y = 3*x", {"x": 1.42}, "y", 3 * 1.24),
    "given number of another": Broken("y = 2*x2 + x2*x1", {"x1": 1.3, "x2": 0.7}, "y", 2 * 1.3 + 1.3**2),
    "updated weight used": Broken("y = w*x", {"w": 0.7, "x": 1.3}, "y", 0.57 * 1.23, rate=0.1),
    "function not applied": Broken("a = 2*x; y = tanh(a)", X, "y", 2.6, {"a": 2.6}),
    "plus in the exponent": Broken(NET, AT, "h", 1 / (1 + exp(A)), {"a": A}),
    "reciprocal of sigmoid forgotten": Broken(NET, AT, "h", 1 + exp(-A), {"a": A}),
    "exponent with the wrong sign": Broken("a = x + 1; y = exp(a)", X, "y", exp(-2.3), {"a": 2.3}),
    "other activation": Broken(NET, AT, "h", tanh(A), {"a": A}),
    "added for multiplied": Broken(PRODUCT, UW, "y", 2.3),
    "multiplied for added": Broken("y = u + w", UW, "y", 1.02),
    "added for subtracted": Broken("y = u - w", UW, "y", 2.3),
    "other operation": Broken("y = u - w", UW, "y", 1.7 / 0.6),
    "quotient upside down": Broken("y = u/w", UW, "y", 0.6 / 1.7),
    "right factor left out": Broken("a = u + 1; y = a*w", UW, "y", 2.7, {"a": 2.7}),
    "left factor left out": Broken("a = u + 1; y = w*a", UW, "y", 2.7, {"a": 2.7}),
    "division left out": Broken("a = u + 1; y = a/w", UW, "y", 2.7, {"a": 2.7}),
    "numerator left out": Broken("y = u/w", UW, "y", 1 / 0.6),
    "reciprocal forgotten": Broken("a = x + 1; y = a**-2", X, "y", 2.3**2, {"a": 2.3}),
    "multiplied by the exponent": Broken("y = x**3", X, "y", 3 * 1.3),
    "other power": Broken("y = x**3", X, "y", 1.3**2),
    "other base": Broken("a = x + 1; y = log(a)", X, "y", log10(2.3), {"a": 2.3}),
    "other base of power": Broken("a = x + 1; y = exp(a)", X, "y", 10**2.3, {"a": 2.3}),
    "degrees": Broken("a = x + 1; y = sin(a)", X, "y", sin(2.3 * pi / 180), {"a": 2.3}),
    "other function": Broken("a = x + 1; y = sin(a)", X, "y", cos(2.3), {"a": 2.3}),
    "wrong side taken": Broken("a = u + 1; y = max(a, w)", UW, "y", 0.6, {"a": 2.7}),
    "extremes combined": Broken("y = max(u, w)", UW, "y", 2.3),
    "wrong side of relu": Broken("a = -2*x; y = relu(a)", X, "y", 2.6, {"a": -2.6}),
    # contributions
    "local derivative left out": Broken(NET, AT, "d a", 1.9, {"d h": 1.9}),
    "adjoint left out": Broken(NET, AT, "d a", H * (1 - H), {"d h": 1.9}),
    "local derivative counted twice": Broken(NET, AT, "d a", 1.9 * (H * (1 - H)) ** 2, {"d h": 1.9}),
    "doubled": Broken(NET, AT, "d a", 2 * 1.9 * H * (1 - H), {"d h": 1.9}),
    "halved": Broken(NET, AT, "d a", 1.9 * H * (1 - H) / 2, {"d h": 1.9}),
    "other factor taken": Broken(TWO, LAYERS, "d x1", 1.7 * 1.1 + 0.8 * 0.6, {"d a1": 1.7, "d a2": -0.8}),
    "other adjoint taken": Broken(
        "a1 = u*x; a2 = w*x; y = 2*a1 - 3*a2", UW | X, "d u", -3 * 1.3, {"d a2": -3, "d a1": 2}
    ),
    "updated weight used backwards": Broken(
        TWO, LAYERS, "d x1", 1.7 * (0.4 - 0.1 * 1.7 * 1.3) + 0.8 * 0.6, {"d a1": 1.7, "d a2": -0.8}, rate=0.1
    ),
    "derivative at the value": Broken(NET, AT, "d a", 1.9 * sigmoid(H) * (1 - sigmoid(H)), {"d h": 1.9}),
    "own factor": Broken(PRODUCT, UW, "d u", 1.7),
    "value for the derivative": Broken(NET, AT, "d a", 1.9 * H, {"d h": 1.9}),
    "argument for the derivative": Broken("a = x + 1; y = sin(a)", X, "d a", 2.3, {"a": 2.3}),
    "argument for the value": Broken(NET, AT, "d a", 1.9 * A * (1 - A), {"h": H, "d h": 1.9}),
    "one minus alone": Broken(NET, AT, "d a", 1.9 * (1 - H), {"d h": 1.9}),
    "derivative of another activation": Broken(NET, AT, "d a", 1.9 * (1 - H**2), {"d h": 1.9}),
    "gate forgotten": Broken("a = -2*x; r = relu(a); y = 3*r", X, "d a", 3, {"d r": 3}),
    "gate closed": Broken("a = 2*x; r = relu(a); y = 3*r", X, "d a", 0, {"d r": 3}),
    "power rule for the exponential": Broken("a = x + 1; y = exp(a)", X, "d a", 2.3 * exp(1.3), {"a": 2.3}),
    "wrong derivative of the logarithm": Broken("a = x + 1; y = log(a)", X, "d a", 1 / 2.3**2, {"a": 2.3}),
    "wrong derivative of the sine": Broken("a = x + 1; y = sin(a)", X, "d a", -cos(2.3), {"a": 2.3}),
    "wrong derivative of the cosine": Broken("a = x + 1; y = cos(a)", X, "d a", sin(2.3), {"a": 2.3}),
    "wrong derivative of the root": Broken("a = x + 1; y = sqrt(a)", X, "d a", 1 / sqrt(2.3), {"a": 2.3}),
    "exponent not a factor": Broken("a = x + 1; y = a**3", X, "d a", 2.3**2, {"a": 2.3}),
    "exponent not lowered": Broken("a = x + 1; y = a**3", X, "d a", 3 * 2.3**3, {"a": 2.3}),
    "square of the denominator forgotten": Broken("y = u/w", UW, "d w", -1.7 / 0.6),
    "wrong derivative of a quotient": Broken("y = u/w", UW, "d w", 1 / 0.6**2),
    "sum as a product": Broken("y = u + w", UW, "d u", 0.6),
    "sign of the difference forgotten": Broken("y = u - w", UW, "d w", 1.0),
    "product as a sum": Broken("p = u*w; y = 3*p", UW, "d u", 3.0, {"d p": 3.0}),
    "routed to the wrong side": Broken("y = 3*max(u, w)", UW, "d u", 0.0),
    "extreme as a product": Broken("y = max(u, w)", UW, "d u", 0.6),
    # adjoints
    "contribution forgotten": Broken(FAN, X, "d x", 3 * 1.3**2 + 2),
    "one contribution alone": Broken(FAN, X, "d x", cos(1.3)),
    "contributions multiplied": Broken("a = 2*x; b = 3*x; y = a*b", X, "d x", 7.8**2),
    "contributions averaged": Broken(FAN, X, "d x", (2 + 3 * 1.3**2 + cos(1.3)) / 5),
    "one hot forgotten": Broken(CLASSES, SCORES, "d s1", P1),
    "one hot at the wrong class": Broken(CLASSES, SCORES, "d s2", (1 - P1) - 1),
    "weights transposed": Broken(LAYER, LAYERS, "d x2", 1.7 * -0.6 - 0.8 * 0.35, {"d a1": 1.7, "d a2": -0.8}),
    "adjoint of another": Broken(TWO, LAYERS, "d v1", -0.6 * 1.3 + 0.35 * 0.9),
    "all weights updated": Broken(
        TWO, LAYERS, "d x1", 1.7 * (0.4 - 0.1 * 1.7 * 1.3) - 0.8 * (-0.6 + 0.1 * 0.8 * 1.3),
        {"d a1": 1.7, "d a2": -0.8}, rate=0.1,
    ),
    "seed not one": Broken(PRODUCT, UW, "d y", 1.02),
    # new weights: 0.7 - 0.1 · 1.3
    "uphill": Broken(**DESCENT, number=0.7 + 0.13),
    "rate left out": Broken(**DESCENT, number=0.7 - 1.3),
    "gradient left out": Broken(**DESCENT, number=0.7 - 0.1),
    "step alone": Broken(**DESCENT, number=-0.13),
    "gradient of another": Broken(**DESCENT, number=0.7 - 0.1 * 0.7),
    "step from another": Broken(**DESCENT, number=1.3 - 0.13),
    "not updated": Broken(**DESCENT, number=0.7),
}  # fmt: skip
