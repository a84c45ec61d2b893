"""The gallery: worked examples from the literature, each a few lines of ordinary library code."""

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalargrad.answers import missing
from scalargrad.engine.composed import log_softmax
from scalargrad.engine.functions import dot, log, sin
from scalargrad.engine.naming import label, leaves
from scalargrad.engine.value import Value
from scalargrad.errors import UnknownNameError, unknown


@dataclass(frozen=True)
class Example:
    """A worked example: the numbers of its leaves, the code that computes it, what its source says.

    `expected` maps a name to a value and `d name` to an adjoint, as the source prints them: the last
    digit is rounded.  `rate` is the learning rate η of the source's gradient-descent step, if it
    takes one, and `updated` maps the parameters to their values after it.
    """

    name: str
    title: str
    source: str
    data: Mapping[str, float]
    build: Callable[..., Value]
    expected: Mapping[str, str]
    digits: int = 4
    rate: float | None = None
    updated: Mapping[str, str] | None = None

    def output(self, **changed: float) -> Value:
        """Return the output, from leaves with the numbers of the example or changed ones.

        >>> example("fan-out").output(x=1.0).data
        0.0
        """
        for name in changed:
            if name not in self.data:
                raise UnknownNameError(unknown(f"input of {self.name}", name, self.data))
        return self.build(*leaves(**(dict(self.data) | changed)))

    @property
    def code(self) -> str:
        """Return a program that prints the trace of the example."""
        lines = inspect.getsource(self.build).splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("def ")) + 1
        while not lines[start - 1].rstrip().endswith(":"):
            start += 1
        body = textwrap.dedent("\n".join(lines[start + 1 :])).replace("return ", "print(trace(") + "))"
        names, numbers = ", ".join(self.data), ", ".join(f"{k}={v!r}" for k, v in self.data.items())
        given = f"{names} = leaves({numbers})"
        if len(self.data) == 1:
            given = f"({names},) = leaves({numbers})"
        return f"from scalargrad import *\n\n{textwrap.fill(given, 98, subsequent_indent='    ')}\n{body}"


GALLERY: dict[str, Example] = {}


if not TYPE_CHECKING:  # which would take any name to be there

    def __getattr__(name: str) -> object:
        raise missing(__name__, name)


def example(name: str) -> Example:
    """Return the example of a name; raise UnknownNameError with the nearest ones."""
    if name not in GALLERY:
        raise UnknownNameError(unknown("example", name, GALLERY))
    return GALLERY[name]


def _enter(name: str, **facts: object) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    def enter(build: Callable[..., Value]) -> Callable[..., Value]:
        title = (build.__doc__ or "").removesuffix(".")
        GALLERY[name] = Example(name, title, build=build, **facts)  # type: ignore[arg-type]
        return build

    return enter


@_enter(
    "sigmoid-2-2-1",
    source="Digital garden: Backpropagation",
    data={"x1": 0.888, "x2": -0.49, "w1": 1.76, "w2": 0.4, "w3": 0.97, "w4": 2.24, "w5": 1.86, "w6": -0.97}
    | {"b1": 0.0, "b2": 0.0, "b3": 0.0},
    expected={"a1": "1.367", "h1": "0.797", "a2": "-0.236", "h2": "0.441", "a3": "1.05421", "y": "0.74158"}
    | {"d w1": "0.05123414766264", "d w2": "-0.02827109499403", "d w3": "-0.04069680458905"}
    | {"d w4": "0.02245657009982", "d w5": "0.15271142030435", "d w6": "0.08455308035893"}
    | {"d b1": "0.05769611223270", "d b2": "-0.04582973489758", "d b3": "0.19163771578360"}
    | {"d x1": "0.05709031467891", "d x2": "-0.07958016127750"},
)
def _sigmoid_net(x1, x2, w1, w2, w3, w4, w5, w6, b1, b2, b3):
    """Two inputs, two hidden sigmoid neurons and one sigmoid output."""
    a1 = dot([x1, x2], [w1, w2]) + b1
    h1 = a1.sigmoid()
    a2 = dot([x1, x2], [w3, w4]) + b2
    h2 = a2.sigmoid()
    a3 = dot([h1, h2], [w5, w6]) + b3
    y = a3.sigmoid()
    label(a1=a1, h1=h1, a2=a2, h2=h2, a3=a3, y=y)
    return y


@_enter(
    "mazur-2-2-2",
    source="Matt Mazur: A Step by Step Backpropagation Example",
    data={"i1": 0.05, "i2": 0.10, "w1": 0.15, "w2": 0.20, "w3": 0.25, "w4": 0.30, "b1": 0.35}
    | {"w5": 0.40, "w6": 0.45, "w7": 0.50, "w8": 0.55, "b2": 0.60, "t1": 0.01, "t2": 0.99},
    expected={"E": "0.298371109", "d w5": "0.082167041"},
    digits=9,
    rate=0.5,
    updated={"w5": "0.35891648", "w1": "0.149780716"},
)
def _mazur(i1, i2, w1, w2, w3, w4, b1, w5, w6, w7, w8, b2, t1, t2):
    """Two inputs, two hidden, two output sigmoid neurons; half the squared error."""
    h1 = (dot([w1, w2], [i1, i2]) + b1).sigmoid()
    h2 = (dot([w3, w4], [i1, i2]) + b1).sigmoid()
    o1 = (dot([w5, w6], [h1, h2]) + b2).sigmoid()
    o2 = (dot([w7, w8], [h1, h2]) + b2).sigmoid()
    E1 = 0.5 * (t1 - o1) ** 2
    E2 = 0.5 * (t2 - o2) ** 2
    E = E1 + E2
    label(h1=h1, h2=h2, o1=o1, o2=o2, E1=E1, E2=E2, E=E)
    return E


@_enter(
    "baydin",
    source="Baydin et al.: Automatic Differentiation in Machine Learning: a Survey",
    data={"x1": 2.0, "x2": 5.0},
    expected={"y": "11.652", "d x1": "5.5", "d x2": "1.716"},
)
def _baydin(x1, x2):
    """ln x₁ + x₁x₂ − sin x₂ at (2, 5)."""
    y = log(x1) + x1 * x2 - sin(x2)
    label(y=y)
    return y


@_enter(
    "chain-power",
    source="Digital garden: Backpropagation, exercise",
    data={"x": 1.0},
    expected={"u": "2", "h": "8", "d u": "12", "d x": "24"},
)
def _chain_power(x):
    """h(x) = (x² + 1)³ by the chain rule: h'(x) = 6x (x² + 1)²."""
    u = x**2 + 1
    h = u**3
    label(u=u, h=h)
    return h


@_enter(
    "chain-sine",
    source="Digital garden: Backpropagation, exercise",
    data={"x": 1.0},
    expected={"u": "2", "h": "0.909297", "d u": "-0.416147", "d x": "-0.832294"},
)
def _chain_sine(x):
    """h(x) = sin(x² + 1) by the chain rule: h'(x) = 2x cos(x² + 1)."""
    u = x**2 + 1
    h = sin(u)
    label(u=u, h=h)
    return h


@_enter(
    "fan-out",
    source="Digital garden: Backpropagation, “why does plus copy the gradient?”",
    data={"x": 3.0},
    expected={"u": "9", "v": "-3", "y": "6", "d u": "1", "d v": "1", "d x": "5"},
)
def _fan_out(x):
    """Plus copies the gradient to u and v; x adds up what comes back."""
    u = x * x
    v = -x
    y = u + v
    label(u=u, v=v, y=y)
    return y


@_enter(
    "residual",
    source="Backpropagation walkthrough: residual block",
    data={"x": 0.5, "w": 0.8, "v": -0.6},
    expected={"H": "0.272031", "d x": "0.589293"},
)
def _residual(x, w, v):
    """Residual block H(x) = F(x) + x: ∂H/∂x = ∂F/∂x + 1, a gradient highway."""
    F = v * (w * x).tanh()
    H = F + x
    label(F=F, H=H)
    return H


@_enter(
    "relu-softmax",
    source="Backpropagation walkthrough: ReLU, ReLU, softmax, cross-entropy",
    data={"x1": 1.0, "x2": -0.5, "u1": 0.5, "u2": -0.3, "u3": -0.2, "u4": 0.8, "v1": 0.7, "v2": 0.1}
    | {"v3": -0.4, "v4": 0.6, "w1": 0.9, "w2": -0.5, "w3": 0.3, "w4": 0.2},
    expected={"L": "0.565935", "d s1": "-0.432171", "d s2": "0.432171"},
)
def _relu_softmax(x1, x2, u1, u2, u3, u4, v1, v2, v3, v4, w1, w2, w3, w4):
    """ReLU, ReLU, softmax, cross-entropy with y = (1, 0): ∂L/∂s is p − y."""
    a1, a2 = dot([u1, u2], [x1, x2]).relu(), dot([u3, u4], [x1, x2]).relu()
    c1, c2 = dot([v1, v2], [a1, a2]).relu(), dot([v3, v4], [a1, a2]).relu()
    s1, s2 = dot([w1, w2], [c1, c2]), dot([w3, w4], [c1, c2])
    L = -log_softmax([s1, s2])[0]
    label(a1=a1, a2=a2, c1=c1, c2=c2, s1=s1, s2=s2, L=L)
    return L
