"""Small graphs of every kind, whose accounts are kept."""

from collections.abc import Callable

from scalargrad import (
    Trace,
    Value,
    dot,
    leaves,
    logsumexp,
    mean,
    nn,
    total,
    trace,
)
from scalargrad.examples import example


def network() -> Trace:
    """Return the loss of a network whose parts are known by their paths alone."""
    model_ = nn.MLP(1, [2, 1], "tanh", seed=4)
    return trace(mean(nn.mse(model_([x]), t) for x, t in ((-1.0, 1.0), (0.25, 0.0))))


def written_out() -> Trace:
    """Return a net in + and * over time, with a penalty, in which a weight is shared and a label recurs."""
    w, u, b = leaves(w=0.5, u=-1.5, b=0.25)
    h = Value(0.0, "h0")
    for i in range(2):
        h = (w * Value(0.5 + i, f"x{i}") + u * h + b).tanh()
        h.label = "h"
    return trace(h + 0.1 * (w * w))


def many() -> Trace:
    """Return rows of lists, which are cut where they are long, and what stands for no name."""
    xs = [Value(0.25 * i - 1, f"x{i}") for i in range(5)]
    plain = dot([0.5, -1.0], xs[:2]) + dot(xs[3:], [1.0, 2.0])
    return trace(total(xs) * plain.exp() + logsumexp(xs) / (xs[0] - 3) ** 2)


def neuron() -> Trace:
    """Return a neuron and what is made of it."""
    x1, x2, w1, w2, b = leaves(x1=0.5, x2=-1.0, w1=2.0, w2=0.25, b=1.0)
    return trace((dot([w1, w2], [x1, x2]) + b).tanh() * x1)


def moving() -> Trace:
    """Return a trace with tangents."""
    x, w, b = leaves(x=2.0, w=-3.0, b=1.0)
    return trace(((x * w - b).sigmoid() - w) * x).along({"x": 1.0, "b": -0.5})


def cut() -> Trace:
    """Return a trace that is cut at a Value."""
    x, w = leaves(x=2.0, w=-0.5)
    h = (x * w).tanh()
    h.label = "h"
    return trace(h * h + w, upto=[h])


def infinite() -> Trace:
    """Return a trace whose gradient is infinite from its root on."""
    x = Value(0.0, "x")
    y = x.sqrt()
    for _ in range(3):
        y = y * 2 + x
    return trace(y)


def overflowing() -> Trace:
    """Return a trace whose value is infinite from one of its rows on."""
    x = Value(400.0, "x")
    y = nn.Neuron(1, None, seed=1)([x]) * 1e306 * x
    for _ in range(10):
        y = y - x
    return trace(y)


def long() -> Trace:
    """Return sums and products of many terms without names, which make more than one statement."""
    w, x = ([Value(0.1 * i + j, f"{'wx'[j]}{i}") for i in range(5)] for j in range(2))
    y = dot(w, x) + 2
    for _ in range(5):
        y = y.sin() - 1
    return trace((y + w[0] * x[0]) * x[0].exp())


def of(name: str) -> Callable[[], Trace]:
    """Return what traces an example."""
    return lambda: trace(example(name).output())


TRACES: dict[str, Callable[[], Trace]] = {
    **{name: of(name) for name in ("fan-out", "baydin", "residual", "sigmoid-2-2-1")},
    **{f.__name__: f for f in (network, written_out, many, neuron, moving, cut, infinite)},
}
