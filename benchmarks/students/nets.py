"""Nets to work out by hand: small, of several conventions, plain, recurrent or residual."""

import random
from collections.abc import Sequence

from scalargrad import Value, dot, exp, label, log, log_softmax, trace
from students.drawing import Leaves
from students.problem import Problem

SIZES = ((2, 2, 1), (2, 3, 1), (3, 2, 2), (2, 2, 2), (2, 2, 3), (2, 2, 1))
LABELS = (("a", "h"), ("z", "a"), ("z", "h"), ("net", "h"), ("", "h"))  # of weighted sums, of activations


class _Net:
    """Draw the conventions of one net: how sums are written, what is called how."""

    def __init__(self, generator: random.Random) -> None:
        self.generator = generator
        self.leaf = Leaves(generator)
        self.sum_label, self.activation_label = generator.choice(LABELS)
        self.has_bias = generator.random() < 0.6
        self.is_spelt_out = generator.random() < 0.4
        self.weights = 0

    def matrix(self, rows: int, columns: int, letter: str) -> tuple[tuple[str, ...], ...]:
        """Return names of weights: running numbers for w, row and column for another letter."""
        if letter == "w":
            names = [f"w{self.weights + k + 1}" for k in range(rows * columns)]
            self.weights += rows * columns
            return tuple(tuple(names[i * columns : (i + 1) * columns]) for i in range(rows))
        return tuple(tuple(f"{letter}{i + 1}{j + 1}" for j in range(columns)) for i in range(rows))

    def summed(self, weights: Sequence[str], inputs: Sequence[Value], bias: str) -> Value:
        """Return the weighted sum, as one node or as products and sums."""
        read = [self.leaf(name) for name in weights]
        if self.is_spelt_out:
            z = read[0] * inputs[0]
            for w, x in zip(read[1:], inputs[1:]):
                z = z + w * x
        else:
            z = dot(read, inputs)
        return z + self.leaf(bias) if self.has_bias else z


def _activated(z: Value, name: str) -> Value:
    return {"sigmoid": z.sigmoid, "tanh": z.tanh, "relu": z.relu}[name]() if name != "linear" else z


def _softmax_loss(scores: Sequence[Value], target: int, generator: random.Random) -> Value:
    """Return −ln of the probability of a class, over exponentials or by log_softmax."""
    label(**{f"s{k + 1}": s for k, s in enumerate(scores)})
    if generator.random() < 0.4:
        return -log_softmax(scores)[target]
    exponentials = [exp(s) for s in scores]
    z = exponentials[0]
    for e in exponentials[1:]:
        z = z + e
    label(Z=z, **{f"e{k + 1}": e for k, e in enumerate(exponentials)})
    p = exponentials[target] / z
    label(**{f"p{target + 1}": p})
    return -log(p)


def _squared(outputs: Sequence[Value], net: _Net, letter: str) -> Value:
    """Return the sum of the squared errors, or half of it."""
    errors, half = [], net.generator.random() < 0.6
    target_first = net.generator.random() < 0.5
    for k, o in enumerate(outputs):
        t = net.leaf.target(f"t{k + 1}" if len(outputs) > 1 else "t")
        r = t - o if target_first else o - t
        errors.append(0.5 * r**2 if half else r**2)
    total = errors[0]
    for k, e in enumerate(errors[1:], 1):
        label(**{f"{letter}{k + 1}": e})
        total = total + e
    if len(errors) > 1:
        label(**{f"{letter}1": errors[0]})
    return total


def layered(generator: random.Random) -> Problem:
    """Return a net of one hidden layer."""
    net, sizes = _Net(generator), generator.choice(SIZES)
    hidden = generator.choice(("sigmoid", "sigmoid", "tanh", "relu"))
    classes = sizes[2] > 1 and generator.random() < 0.5
    last = "linear" if classes else generator.choice(("sigmoid", "sigmoid", "tanh", "linear"))
    letters = generator.choice(("ww", "wu"))
    first = net.matrix(sizes[1], sizes[0], letters[0] if letters == "ww" else generator.choice("wm"))
    second = net.matrix(sizes[2], sizes[1], letters[1])
    shared_bias = generator.random() < 0.3
    activations = [net.leaf(f"x{j + 1}") for j in range(sizes[0])]
    unit = 0
    for layer, (matrix, activation) in enumerate(((first, hidden), (second, last))):
        reached = []
        for row in matrix:
            unit += 1
            z = net.summed(row, activations, f"b{layer + 1}" if shared_bias else f"b{unit}")
            h = _activated(z, activation)
            if net.sum_label and h is not z:
                label(**{f"{net.sum_label}{unit}": z})
            label(**{f"{net.activation_label}{unit}" if not layer else f"o{unit - sizes[1]}": h})
            reached.append(h)
        activations = reached
    if classes:
        y = _softmax_loss(activations, generator.randrange(sizes[2]), generator)
    elif sizes[2] > 1 or generator.random() < 0.6:
        y = _squared(activations, net, "E")
    else:
        y = activations[0]
    output = "y" if y is activations[0] else "L" if classes else "E"
    label(**{output: y})
    name = f"{'-'.join(map(str, sizes))} {hidden} {last}"
    return Problem(name, trace(y), _parameters(net), (first, second))


def _parameters(net: _Net) -> frozenset[str]:
    return frozenset(name for name in net.leaf.made if name[0] in "wmubv")


def recurrent(generator: random.Random) -> Problem:
    """Return a recurrent net of two or three moments, whose weights are shared."""
    net = _Net(generator)
    w, u, b = net.leaf("w", -1.5, 1.5), net.leaf("u", -1.5, 1.5), net.leaf("b", -1, 1)
    h = net.leaf("h0", -1, 1)
    for t in range(1, generator.choice((3, 4))):
        x = net.leaf(f"x{t}")
        a = dot([w, u], [h, x]) + b if not net.is_spelt_out else w * h + u * x + b
        h = a.tanh()
        label(**{f"h{t}": h})
        if net.sum_label:
            label(**{f"a{t}": a})
    y = net.leaf("v") * h
    label(y=y)
    if generator.random() < 0.6:
        y = _squared([y], net, "L")
        label(L=y)
    return Problem("recurrent net", trace(y), _parameters(net))


def residual(generator: random.Random) -> Problem:
    """Return one or two residual blocks."""
    net = _Net(generator)
    h = net.leaf("x", -1.5, 1.5)
    for k in range(1, generator.choice((2, 3, 3))):
        a = net.leaf(f"w{k}", -1.5, 1.5) * h
        branch = net.leaf(f"v{k}", -1.5, 1.5) * _activated(a, generator.choice(("tanh", "sigmoid")))
        h = branch + h
        label(**{f"F{k}": branch, f"H{k}": h})
        if net.sum_label:
            label(**{f"a{k}": a})
    return Problem("residual blocks", trace(h), _parameters(net) | {"x"})
