"""What mypy and pyright must reject: each statement in a function, which Python refuses at run time, too.

Both checkers report an ignore that nothing needs, so every line is known to be rejected by both.
"""
# What is rejected has an unknown type, and no use: that need not be said of it as well.
# pyright: reportUnknownMemberType=false, reportUnusedExpression=false

import scalargrad
from scalargrad import (
    Trace,
    Value,
    clip,
    datasets,
    diagnose,
    dot,
    draw,
    fit,
    functions,
    grad,
    gradcheck,
    hessian,
    jacobian,
    jvp,
    label,
    leaky_relu,
    leaves,
    maximum,
    mean,
    nn,
    optim,
    record,
    sin,
    softmax,
    total,
    trace,
    where,
)
from scalargrad.engine.apply import apply
from scalargrad.table import primitive

X, LABELS = datasets.moons(4, noise=0.1, seed=1, labels=(-1, 1))
x = Value(3.0, label="x")
y = x * x + 1
t = trace(y)
model = nn.MLP(2, [2, 1], seed=7)


def text_of(x: Value) -> str:
    """Return no number."""
    return repr(x)


def functions_of_values() -> None:
    """Operands are as many numbers as there are, by position."""
    sin(x=1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    sin()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    sin(1.0, 2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    sin("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    sin([1.0])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    functions.exp(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    maximum(1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    maximum(1.0, y=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    total(1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    dot([1.0])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    softmax(1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    mean([1.0], 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    where(x > 0, x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    leaky_relu(1.0, slope="steep")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    leaky_relu(1.0, steepness=0.1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    clip(1.0, low=0.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    scalargrad.sine(1.0)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def values() -> None:
    """A Value is one real number, which combines with numbers."""
    Value()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Value("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Value([1.0])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Value(1.0, name="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Value(1.0).sine()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    Value(1.0).tanh(2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Value(1.0).maximum()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Value(1.0).maximum(other=1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Value(1.0).clip(low=0.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    x + "1"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    "1" * x  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    x ** [2.0]  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    x < "1"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    x.backward("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    x.data = "1"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    x.parents = ()  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    x.gradient = 1.0  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    leaves("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    label(x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def derivatives() -> None:
    """What is differentiated returns one number; arguments are told by their places."""
    grad(f=sin)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    grad(text_of)(1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    grad(sin, argnums="x")(1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
    grad(sin, argnums=0.5)(1.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    hessian(sin, 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    jvp(sin, 1.0)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    jvp(1.0, 1.0, 1.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    jacobian(sin, 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    gradcheck(sin, None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    gradcheck(sin, [1.0], order=0.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    gradcheck(sin, [1.0], tolerance=1e-6)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def traces() -> None:
    """A trace is of one output, and its readings know their options."""
    trace([y])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    trace(1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    trace(y, tangents={"x": "1"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    trace(y, tangents=[x])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    trace(y, upto=[1.0])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    t[1.5]  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    t.explain("x", 4)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    t.explain("x", digit=4)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    t.explain("x", notation="dot")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    t.explain("x").to_html()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    t.check(["x"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    t.check({"x": None})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    t.table("neuron")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    t.table(form="htm")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    t.to_latex(table="values")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    t.to_html(4)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    t.frames("nowhere", formats=["bmp"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    t.frames("nowhere", formats="svg")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    t.to_yaml()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    Trace.from_json(b"{}")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def drawings() -> None:
    """A drawing is of one output, in the words that there are."""
    draw([y])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    draw(output=y)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    draw(y, "value")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    draw(y, edges="both")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    draw(y, style="book")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    draw(y, theme="blue")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    draw(y, direction="left")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    draw(y, adjoint=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    draw(y).pipe("svg").encode()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def networks() -> None:
    """Widths are whole numbers, initialisers have names, inputs are several numbers."""
    nn.Neuron()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    nn.Neuron("2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nn.Neuron(2, init="xavier")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nn.Neuron(2, initialiser="zeros")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    nn.Neuron(2)(inputs=[1.0, 2.0])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    nn.Neuron(2)(["1", "2"])  # type: ignore[list-item]  # pyright: ignore[reportCallIssue, reportArgumentType]
    nn.Layer(2, 2.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nn.MLP(2, 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nn.MLP(2, [1]).load_state_dict([0.0])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nn.Residual(sin)([1.0])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    nn.MAX  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    nn.mse(1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def training() -> None:
    """A model has parameters, data are several samples with their targets, losses have names."""
    fit(sin, X, LABELS)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fit(model, X)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    fit(model, 1.0, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fit(model, X, LABELS, "hinge")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    fit(model, X, LABELS, loss="mae")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fit(model, X, LABELS, optimizer="lion")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    fit(model, X, LABELS, learning_rate=0.1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    diagnose(model)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    diagnose(model, X)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    diagnose(model, X, LABELS, loss="mae")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    diagnose(1.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    optim.SGD([1.0])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    optim.SGD(model.parameters(), rate=0.1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    optim.clip_grad_norm(model.parameters())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def recording() -> None:
    """What is recorded is a function or an output, reads are refused or frozen, sources have names."""
    record(1.0)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    record(sin, reads="allow")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    record(y).source("tensorflow")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def primitives_of_one_s_own() -> None:
    """A row needs its local derivatives; a row is no function of Values."""
    primitive()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    apply("sin", x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    functions.softsine(x)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
