"""What users write, for mypy and pyright to accept: each function also runs, as a test."""

from contextlib import suppress
from pathlib import Path
from typing import Any, assert_type

import numpy as np
from matplotlib.axes import Axes

from scalargrad import (
    Diagnosis,
    History,
    Trace,
    Value,
    afresh,
    clip,
    datasets,
    diagnose,
    dot,
    draw,
    exp,
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
    log,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    nn,
    no_grad,
    optim,
    pick,
    plots,
    record,
    sin,
    softmax,
    total,
    trace,
    value_and_grad,
    vjp,
    where,
)
from scalargrad.checking.report import CheckReport, Judgement
from scalargrad.drawing.figure import Figure
from scalargrad.engine import Value as SameValue
from scalargrad.engine.apply import apply
from scalargrad.engine.gradcheck import GradcheckReport
from scalargrad.engine.value import Number
from scalargrad.errors import NonFiniteError, UnknownNameError
from scalargrad.examples import example
from scalargrad.expressions import evaluate
from scalargrad.optim.schedules import Schedule
from scalargrad.primitives.table import withdraw
from scalargrad.replay import Recorded, RecordedOutput
from scalargrad.study.explain import Explanation
from scalargrad.table import Family, Primitive, family, member, primitive
from scalargrad.wengert.instruction import Contribution, Instruction

X, LABELS = datasets.moons(20, noise=0.1, seed=1, labels=(-1, 1))


def micrograd_s_own_example() -> None:
    """Operators mix Values with numbers on either side, and in place."""
    a, b = SameValue(-4.0), SameValue(2)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    g = (c - d) ** 2 / 2.0
    g += 10.0 / g + 2**b + abs(a) - 1
    assert_type(g, Value)
    g.backward()
    assert_type(a.grad, float)
    a.data -= 0.1 * a.grad
    a.data = 3
    assert_type(a < b or a >= 2 or b < 1.5, bool)
    assert_type(float(g), float)
    assert_type(round(g), int)
    assert_type(round(g, 2), float)
    assert_type(max(a, b), Value)
    assert_type(sum([a, b], Value(0.0)), Value)
    assert_type(g.parents, tuple[Value, ...])
    assert_type(g.detach(), Value)
    assert_type([derivative() for derivative in g.local_derivatives], list[float])


def functions_and_methods() -> None:
    """Operands stand by position, parameters also by name; lists may be any iterable."""
    x, y = leaves(x=2.0, y=1)
    label(x=x, y=y)
    assert_type(sin(x), Value)
    assert_type(exp(2) + log(0.5) + functions.abs(x), Value)
    assert_type(maximum(x, 1.0), Value)
    assert_type(leaky_relu(x, slope=0.2) + leaky_relu(x, 0.2), Value)
    assert_type(clip(x, low=-1, high=1), Value)
    assert_type(x.tanh().maximum(y).clip(0.0, high=1.0), Value)
    assert_type(total(v * 2 for v in (x, y)), Value)
    assert_type(dot([x, 2.0], (y, 1)) + logsumexp([x, y]) + mean([x, 1.0]), Value)
    assert_type(softmax([x, y]) + log_softmax([1, 2.0]), list[Value])
    assert_type(where(x > 0, x, 0.0), Value)
    with no_grad():
        assert_type(x * y, Value)


def derivatives() -> None:
    """What is differentiated takes numbers or Values; the derivative is as its argument."""

    def f(x1: Number, x2: Number) -> Value:
        return log(x1) + x1 * x2 - sin(x2)

    assert_type(grad(f)(2.0, 5.0), Any)
    assert_type(grad(f, argnums=(0, 1))(2.0, 5.0), tuple[Any, ...])
    assert_type(grad(grad(grad(sin)))(0.0), Any)
    assert_type(grad(lambda x: x * x)(3.0), Any)
    value, derivative = value_and_grad(f)(2.0, 5.0)
    assert_type(value, Number)
    assert_type(derivative, Any)
    assert_type(value_and_grad(f, (1,))(2.0, 5.0), tuple[Number, tuple[Any, ...]])
    assert_type(hessian(f)(2.0, 5.0), list[list[Number]])
    assert_type(jvp(f, (2.0, 5.0), (1.0, 0.0)), tuple[Any, Any])
    assert_type(jvp(f)(2.0, Value(5.0), tangents=np.array([1.0, 0.0])), tuple[Any, Any])
    output, pullback = vjp(lambda x, y: [x * y, (x,)], 2.0, 5.0)
    assert_type(output, Any)
    assert_type(pullback([1.0, (0.0,)]), tuple[Any, ...])
    assert_type(jacobian(lambda x, y: [x * y, x])(2.0, 5.0), list[list[Number]])
    report = gradcheck(f, [2.0, Value(5.0)], rtol=1e-5)
    gradcheck(f, np.array([2.0, 5.0]), order=2, seed=3)
    gradcheck(sin, 0.0)
    gradcheck(sin, Value(0.0))
    gradcheck(lambda w, x: w[0] * x, [[1.0, 2.0], np.array(3.0)])
    assert_type(report.order, int)
    assert_type(report, GradcheckReport)
    assert_type(report.worst.distance, float)


def traces() -> None:
    """Every reading of a trace has a type of its own."""
    y = example("sigmoid-2-2-1").output()
    t = trace(y)
    assert_type(t, Trace)
    assert_type(t["w5"], Instruction)
    assert_type(t[y].adjoint, float)
    assert_type(t[2:4], tuple[Instruction, ...])
    assert_type(t.steps[0].contributions, tuple[Contribution, ...])
    explanation = t.explain("x1", paths=2, digits=3, notation="bar", expand=True)
    assert_type(explanation, Explanation)
    assert_type(explanation.to_markdown() + explanation.to_latex() + str(explanation), str)
    report = t.check({"a1": 1.367, "d w5": "0.153"}, digits=3, rate=0.1)
    assert_type(report, CheckReport)
    assert_type(report.first_wrong, Judgement | None)
    assert_type(
        t.table("neurons", form="latex") + t.to_markdown(table="statements") + t.to_latex(digits=2), str
    )
    assert_type(t.to_html(title="A net"), str)
    assert_type(Trace.from_json(t.to_json()), Trace)
    assert_type(t.at(w5=1.0), Trace)
    h = Value(0.5)
    assert_type(trace(h.tanh(), upto=[h]), Trace)
    assert_type(trace(h.tanh(), h), Trace)
    assert_type(trace(h.tanh(), tangents={h: 1.0})[h].tangent, float | None)
    moved: dict[str, int] = {"w5": 1}
    assert_type(trace(y, tangents=moved).along({"x2": 1.0, t[0].index: 2}), Trace)
    assert_type(evaluate("a = w*x; sigmoid(a)", {"w": 2.0, "x": 1}), Value)


def files(directory: Path) -> None:
    """A path may be a text or a Path."""
    t = trace(Value(2.0, label="x") ** 2)
    t.to_html(directory / "page.html")
    t.to_html(str(directory / "page.html"), digits=2)
    assert_type(t.frames(directory, formats=["svg"]), list[Path])
    figure = draw(t)
    assert_type(figure.pipe("svg"), bytes)
    assert_type(figure.pipe(format="svg", encoding="utf-8"), str)
    model = nn.Neuron(2, seed=1)
    model.save(directory / "model.json")
    assert_type(nn.Neuron(2).load(directory / "model.json"), nn.Neuron)


def drawings() -> None:
    """The words of a drawing are those of its documentation."""
    x = Value(3.0, label="x")
    y = x * x + 1
    assert_type(draw(y), Figure)
    draw(y, "values", edges="local", style="micrograd", theme="dark", direction="down")
    draw(y, view="auto", edges=None, adjoints=False, around="x", hops=1, digits=2, time_limit=60)
    draw(trace(y), paths=(x, y), upto=y)


def networks() -> None:
    """A neuron gives a Value, of several samples a list of them; of layers the width decides."""
    assert_type(nn.Neuron(2, "tanh", init="xavier_normal", seed=1)([1.0, 2.0]), Value)
    assert_type(nn.Neuron(2, nonlin=False)([[1.0, 2.0], [3.0, 4.0]]), list[Value])
    assert_type(nn.Neuron(1)(2.0), Value)
    nn.Layer(2, 3, Value.tanh, init=nn.he_normal)((1.0, Value(2.0)))[2].backward()
    nn.Layer(2, 1, nonlin=False).batch([[1.0, 2.0]])[0].backward()
    model = nn.MLP(2, [4, 4, 1], ["relu", sin], output="sigmoid", seed=7)
    model(X[0]).backward()
    model(np.array([1.0, 2.0])).backward()
    chain = nn.Sequential(nn.Layer(2, 2, None), nn.BatchNorm(2), "tanh", nn.Residual(nn.Layer(2, 2)))
    chain.eval()([1.0, 2.0])[1].backward()
    chain.train().batch(X)[0][1].backward()
    assert_type(model.parameters(), list[Value])
    assert_type(model.state_dict(), dict[str, float])
    assert_type(model.load_state_dict(model.state_dict()), nn.MLP)
    assert_type(nn.mse([model(X[0])], [1.0]) + nn.cross_entropy([1.0, 2.0], 1), Value)
    assert_type(mean(map(nn.hinge, model.batch(X), LABELS)) + nn.l2_penalty(model.parameters(), 1e-4), Value)


class Line(nn.Module):
    """Learn a line, as a module of one's own."""

    def __init__(self) -> None:
        self.slope, self.offset = Value(2.0), Value(1.0)

    def __call__(self, x: list[Value]) -> Value:
        """Return the height over one point."""
        return self.slope * x[0] + self.offset


def absolute_error(prediction: Value, target: float) -> Value:
    """Return |prediction - target|, a loss of one's own."""
    return abs(prediction - target)


def training() -> None:
    """Data are lists or arrays; a loss is a name or a function, an optimiser one or what makes one."""
    assert_type(datasets.moons(4, noise=0.1, seed=1), tuple[list[list[float]], list[int]])
    assert_type(datasets.moons(4, labels=("upper", "lower"))[1], list[str])
    model = nn.MLP(2, [3, 1], seed=7)
    history = fit(model, X, LABELS, loss="hinge", optimizer=optim.SGD(model.parameters(), lr=0.1), epochs=2)
    assert_type(history, History)
    assert_type(history.loss, list[float])
    line = Line()
    fit(line, np.array([0.0, 1.0]), np.array([1, 3]), loss=absolute_error, optimizer=optim.SGD, epochs=1)
    fit(line, [0, 1], [1, 3], validation=([2], [5]), patience=1, on_epoch=print, progress=False, epochs=1)
    rate: Schedule = optim.warmup(optim.cosine_decay(0.1, 10), 2)
    optimizer = optim.Adam(line.parameters(), rate, betas=(0.9, 0.99))
    optimizer.step()
    assert_type(optimizer.rate, float)
    assert_type(optim.clip_grad_norm(line.parameters(), 1.0), float)
    assert_type(diagnose(model, X, LABELS, loss="mse"), Diagnosis)
    assert_type(diagnose(nn.hinge(model(X[0]), 1)).ok, bool)
    assert_type(plots.loss_curves({"hinge": history}, log=True), Axes)
    assert_type(plots.decision_boundary(model, X, LABELS, resolution=3), Axes)
    try:
        fit(line, [1e200], [0.0], loss="mse", epochs=1)
    except NonFiniteError as error:
        assert_type(str(error), str)


def primitives_of_one_s_own() -> None:
    """Rows and families are written over a namespace m; a checker knows only what the stubs know."""

    @primitive(lambda m, z, x: -2 * x * z * z, finite_derivatives=True)
    def lorentzian(m: Any, x: Any) -> Any:
        """Return 1 / (1 + x²)."""
        return 1 / (1 + x * x)

    @family((2.0,))
    def scaled(factor: float = 1.0) -> Primitive:
        """Return factor · x."""

        @member(lambda m, z, x: factor)
        def row(m: Any, x: Any) -> Any:
            return factor * x

        return row

    assert_type(lorentzian, Primitive)
    assert_type(scaled, Family)
    assert_type(apply(lorentzian, Value(1.0)) + apply(scaled(3.0), Value(1.0)), Value)
    assert_type(evaluate("lorentzian(x)", {"x": 1.0}), Value)
    withdraw("lorentzian")
    withdraw("scaled")


def recording() -> None:
    """A function or an output is recorded, also by a decorator."""
    w = Value(2.0)

    @record
    def squared(x: Value) -> Value:
        return (w * x) ** 2

    @record(reads="freeze")
    def halved(x: Value) -> Value:
        return 0.5 * x + w

    assert_type(squared, Recorded)
    assert_type(halved, Recorded)
    values: np.ndarray = squared(np.array([1.0, 2.0]))
    assert_type(squared.backward(values, reduction="sum"), float)
    assert_type(squared.source("torch"), str)
    program = record(w * w, parameters=[w])
    assert_type(program, RecordedOutput)
    value, gradient = program.value_and_grad()
    assert_type(value, float)
    assert gradient.tolist() == [2.0 * w.data]
    assert value == w.data**2
    assert_type(pick([w, w], 1), Value)
    assert_type(afresh(lambda: 1.0), Value)


def errors() -> None:
    """Errors are caught as ours, or as Python's own."""
    try:
        trace(Value(1.0))["x"]
    except UnknownNameError as error:
        assert_type(error.args, tuple[Any, ...])
    with suppress(ValueError):
        log(-1)
