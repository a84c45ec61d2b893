"""Forward mode is the dual of the reverse sweep, and agrees with differences along any direction."""

import json
import math
import random
import re

import mpmath
import numpy as np
import pytest
from graphs import EVERYWHERE, SMOOTH, programs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from laws import close, operands_inside, reference, smooth
from mpmath import mpf

from scalargrad import (
    Trace,
    Value,
    functions,
    grad,
    hessian,
    jacobian,
    jvp,
    label,
    leaves,
    log,
    nn,
    no_grad,
    sin,
    trace,
    vjp,
)
from scalargrad.engine.apply import apply
from scalargrad.engine.forward import tangents
from scalargrad.engine.node import evaluation_order
from scalargrad.engine.sweep import adjoints_of, edges_of
from scalargrad.errors import (
    LostGradientWarning,
    OperandError,
    ShapeError,
    TraceFormatError,
    UnknownNameError,
)
from scalargrad.examples import GALLERY
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.table import rows
from scalargrad.wengert.columns import Inks
from scalargrad.wengert.listing import listing
from scalargrad.wengert.tangents import tangent_statement

EPSILON = 2.0**-52


def direction(count, seed=0):
    """Return numbers between -1 and 1, none of them nearly 0."""
    generator = random.Random(seed)
    return [generator.choice((-1.0, 1.0)) * generator.uniform(0.3, 1.0) for _ in range(count)]


def several(program, count):
    """Return the function from the leaves of a program to the last few of its results."""

    def outputs(*leaves):
        made = list(leaves)
        program.run(leaves, lambda row, slots: made.append(apply(row, *row.arguments(slots))) or made[-1])
        return made[-count:]

    return outputs


def on_a_line(f, x, v):
    """Return the exact function t ↦ f(x + t · v)."""
    return lambda t: f(*(mpf(a) + t * mpf(b) for a, b in zip(x, v, strict=True)))


def inner(ps, qs):
    """Return ⟨p, q⟩, added exactly."""
    return math.fsum(p * q for p, q in zip(ps, qs, strict=True))


def check_duality(f, point, outputs):
    """Assert ⟨v, Jᵀw⟩ = ⟨Jv, w⟩, within the rounding of as many products as there are edges.

    Rounding is measured by the same sum over paths with all local derivatives positive.
    """
    v, w = direction(len(point), 1), direction(outputs, 2)
    values, along = jvp(f, point, v)
    again, pullback = vjp(f, *point)
    assert values == again or any(map(math.isnan, values))
    left, right = inner(v, pullback(w)), inner(along, w)
    leaves = list(map(Value, point))
    made = f(*leaves)
    order = evaluation_order(*made)
    sizes = tangents(
        order,
        {leaf: abs(x) for leaf, x in zip(leaves, v)},
        lambda node: [(parent, abs(local)) for parent, local in edges_of(node)],
    )
    size = math.fsum(sizes.get(output, 0.0) * abs(x) for output, x in zip(made, w))
    if math.isfinite(size):
        assert abs(left - right) <= 4 * len(order) * EPSILON * size, (left, right, size)
    return size


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_forward_and_reverse_mode_are_dual_at_every_row(row):
    """⟨v, Jᵀw⟩ = ⟨Jv, w⟩ for each row of the table at each sample, kinks and boundaries included."""
    samples = list(operands_inside(row))
    sizes = [check_duality(lambda *xs: [apply(row, *row.arguments(xs))], x, 1) for x in samples]
    assert sum(map(math.isfinite, sizes)) > len(samples) / 2


@given(programs(EVERYWHERE, length=15), st.integers(1, 4))
def test_forward_and_reverse_mode_are_dual_on_random_graphs(program, outputs):
    """⟨v, Jᵀw⟩ = ⟨Jv, w⟩ for several outputs of graphs of any rows; an output may be an argument."""
    f = several(program, outputs)
    check_duality(f, program.data, len(f(*program.leaves())))


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_a_tangent_is_the_derivative_along_its_direction(row):
    """At each smooth sample it is that of the exact reference, by differences along the direction."""
    samples = [x for x in operands_inside(row) if smooth(row, x)]
    assert samples
    for x in samples:
        v = direction(len(x))
        _, got = jvp(lambda *xs: apply(row, *row.arguments(xs)), x, v)
        wanted = mpmath.mp.diff(on_a_line(reference(row), x, v), 0)
        assert close(got, wanted), f"{row.symbol} at {x} along {v}: {got}, not {wanted}"


@settings(max_examples=40)
@given(programs(SMOOTH), st.integers(0, 99))
def test_a_tangent_of_a_graph_agrees_with_differences_along_a_random_direction(program, seed):
    """Of the same program over exact numbers, at t = 0 of x + t · v."""
    assume(all(abs(node.data) < 1e3 for node in evaluation_order(program.values(*program.leaves()))))
    v = direction(len(program.data), seed)
    value, got = jvp(program.values, program.data, v)
    wanted = mpmath.mp.diff(on_a_line(program.exact, program.data, v), 0)
    assert close(value, program.exact(*program.data), 1e-10)
    assert close(got, wanted, 1e-8)


# ---- forward over reverse, reverse over forward


@given(programs(SMOOTH, length=6))
def test_hessian_vector_products_are_the_same_in_every_order_of_modes(program):
    """Forward over reverse, reverse over forward, forward over forward, reverse over reverse: H · v."""
    assume(all(abs(node.data) < 30 for node in evaluation_order(program.values(*program.leaves()))))
    f, x = program.values, program.data
    n, v = len(x), direction(len(x))
    everything = range(n)
    wanted = [inner(row, v) for row in hessian(f)(*x)]
    forward_over_reverse = jvp(grad(f, argnums=everything), x, v)[1]
    reverse_over_forward = grad(lambda *xs: jvp(f, xs, v)[1], argnums=everything)(*x)
    unit = [[float(i == j) for j in everything] for i in everything]
    forward_over_forward = [jvp(lambda *xs, e=e: jvp(f, xs, e)[1], x, v)[1] for e in unit]
    _, pullback = vjp(grad(f, argnums=everything), *x)
    for got in (forward_over_reverse, reverse_over_forward, forward_over_forward, pullback(tuple(v))):
        assert list(got) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


DERIVATIVES = {
    "jvp": lambda f, x: jvp(f, x, 1.0)[1],
    "grad": lambda f, x: grad(f)(x),
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "jacobian": lambda f, x: jacobian(f)(x)[0][0],
}


@pytest.mark.parametrize("outer", DERIVATIVES)
@pytest.mark.parametrize("inner", DERIVATIVES)
def test_there_is_no_perturbation_confusion(outer, inner):
    """The inner derivative does not take the outer tangent for its own, in any mix of modes."""
    outer, inner = DERIVATIVES[outer], DERIVATIVES[inner]
    assert outer(lambda x: x * inner(lambda y: x + y, 1.0), 5.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y, 3.0), 5.0) == 10.0
    assert outer(lambda x: x * inner(lambda y: x, x), 5.0) == 0.0
    assert outer(lambda x: inner(lambda y: x * y * y, x * x), 2.0) == 24.0


@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_any_order(order):
    """Tangents of tangents of … sin are the next quarter turn."""

    def derived(f):
        return lambda x: jvp(f, x, 1.0)[1]

    f = sin
    for _ in range(order):
        f = derived(f)
    assert float(f(0.7)) == pytest.approx(math.sin(0.7 + order * math.pi / 2), rel=1e-12)


def test_a_tangent_may_be_a_value():
    """J · v is linear in v: its derivative by v is J, and by x the curvature."""
    v, x = Value(2.0), Value(3.0)
    _, along = jvp(lambda x: x**3, x, v)
    along.backward()
    assert (along.data, v.grad, x.grad) == (54.0, 27.0, 36.0)
    assert grad(lambda v: jvp(lambda x: x**3, 3.0, v)[1])(2.0) == 27.0
    w = Value(5.0)
    (product,) = vjp(lambda x: x**3, 3.0)[1](w)
    product.backward()
    assert (product.data, w.grad) == (135.0, 27.0)


# ---- the matrix


@given(programs(SMOOTH), st.integers(1, 4))
def test_columns_of_the_jacobian_are_tangents_and_rows_are_products_with_cotangents(program, outputs):
    """J · eⱼ is a column, eᵢ · J a row; and J of a gradient is the Hessian."""
    f, x = several(program, outputs), program.data
    matrix = jacobian(f)(*x)
    columns = [jvp(f, x, [float(i == j) for i in range(len(x))])[1] for j in range(len(x))]
    close_to = {"rel": 1e-9, "abs": 1e-9 * max(1.0, *(abs(entry) for row in matrix for entry in row))}
    for row, wanted in zip(matrix, zip(*columns), strict=True):
        assert row == pytest.approx(wanted, **close_to)
    _, pullback = vjp(f, *x)
    for i, row in enumerate(matrix):
        assert tuple(row) == pullback([float(i == k) for k in range(len(matrix))])


def test_the_jacobian_of_a_gradient_is_the_hessian():
    """It has a row for each output and a column for each number of the arguments, laid flat."""

    def f(x, y):
        return x**2 * y + log(x)

    assert jacobian(grad(f, argnums=(0, 1)))(3.0, 5.0) == hessian(f)(3.0, 5.0)
    assert jacobian(lambda xs, y: [[xs[0] * y], xs[1]])([2.0, 3.0], 5.0) == [[5.0, 0.0, 2.0], [0.0, 1.0, 0.0]]
    assert jacobian(lambda x: [])(1.0) == []
    assert jacobian(lambda x: x * x)(3.0) == [[6.0]]


# ---- shapes, numbers, Values


def test_tangents_have_the_shape_of_the_arguments_and_results_that_of_the_output():
    """Lists and tuples may be nested; numbers among the outputs have the derivative 0."""

    def f(weights, x):
        (a, b), c = weights
        return {"lists": [a * x, (b, [c])], "one": a * b * c * x}["lists"], 7.0

    values, along = jvp(f, ([(2.0, 3.0), 4.0], 5.0), ([(1.0, 0.0), 10.0], 100.0))
    assert values == ([10.0, (3.0, [4.0])], 7.0)
    assert along == ([205.0, (0.0, [10.0])], 0.0)


def test_an_array_may_stand_for_a_list_of_arguments_or_tangents():
    """NumPy's numbers are numbers; a single argument needs no list."""
    assert jvp(lambda x, y: x * y, np.array([2.0, 3.0]), np.array([1.0, 10.0])) == (6.0, 23.0)
    assert jvp(sin, np.float64(0.0), np.float64(2.0)) == (0.0, 2.0)
    assert jvp(sin, 0, 2) == (0.0, 2.0)
    assert jvp(sin)(0.0, tangents=2.0) == jvp(sin, [0.0], (2.0,)) == jvp(sin, primals=0.0, tangents=2.0)


def test_numbers_in_give_floats_out_and_values_give_values():
    """What depends on a Value, as an argument or from outside, can be differentiated further."""
    w = Value(3.0)
    for result in jvp(lambda x: x * x, 3, 1):
        assert type(result) is float
    for result in (*jvp(lambda x: x * x, w, 1.0), *jvp(lambda x: x * w, 3.0, 1.0)):
        assert isinstance(result, Value)
    _, along = jvp(lambda x: w * x**3, 2.0, 1.0)
    along.backward()
    assert (along.data, w.grad) == (36.0, 12.0)
    assert isinstance(jvp(lambda x, y: x * w, (1.0, 1.0), (0.0, 1.0))[1], Value)


def test_what_does_not_move_is_left_out():
    """A tangent of 0 says so, also where a derivative is infinite; None hands the argument on as it is."""
    assert jvp(lambda x, y: x * 2 + y.sqrt(), (1.0, 0.0), (1.0, 0.0)) == (2.0, 2.0)
    assert jvp(lambda x, y: x * 2 + y.sqrt(), (1.0, 0.0), (1.0, 1e-9))[1] == math.inf
    assert math.isnan(jvp(lambda x: (x**3).sqrt(), 0.0, 1.0)[1])  # 0 · ∞, as the reverse sweep has it
    assert jvp(lambda x, n: x**n, (3.0, 2), (1.0, None)) == (9.0, 6.0)
    assert jvp(lambda x, name: {"twice": 2 * x}[name], (3.0, "twice"), (1.0, None)) == (6.0, 2.0)


def test_the_same_value_twice_is_two_arguments_and_the_same_output_twice_two_outputs():
    """They are told apart by their place, and cotangents of one output add up."""
    w = Value(3.0)
    assert float(jvp(lambda x, y: x * y * y, (w, w), (1.0, 0.0))[1]) == 9.0
    assert jvp(lambda x: [x, x], 2.0, 5.0) == ([2.0, 2.0], [5.0, 5.0])
    assert vjp(lambda x: [x, x], 2.0)[1]([1.0, 10.0]) == (11.0,)
    assert jacobian(lambda x: [x, x])(2.0) == [[1.0], [1.0]]


@given(programs(SMOOTH))
def test_no_grad_is_changed_and_no_grad_around_is_without_effect(program):
    """Arguments, outer Values and their graphs keep the grads that they had."""
    leaves = program.leaves()
    outside = program.values(*leaves)
    outside.backward(seed=3.0)
    before = {node: node.grad for node in evaluation_order(outside)}
    ones = [1.0] * len(leaves)
    with no_grad():
        inside = jvp(lambda *xs: program.values(*xs) * outside, leaves, ones)[1]
    assert inside.parents == ()
    assert inside.data == jvp(lambda *xs: program.values(*xs) * outside, leaves, ones)[1].data
    vjp(lambda *xs: program.values(*xs) * outside, *leaves)[1](1.0)
    jacobian(lambda *xs: program.values(*xs) * outside)(*leaves)
    assert {node: node.grad for node in evaluation_order(outside)} == before


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_sweep_in_either_mode_has_one_product_for_each_edge(count):
    """So n tangents cost n times as much as one gradient, and n gradients as n times one tangent."""
    leaves = [Value(float(i)) for i in range(count)]
    order = evaluation_order(*[sum((x * x for x in leaves), Value(0.0)) * k for k in range(3)])
    products = []

    class Counted(float):
        def __mul__(self, other):
            products.append((self, other))
            return Counted(float(self) * other)

        __rmul__ = __mul__

        def __add__(self, other):
            return Counted(float(self) + other)

    edges = sum(len(node.parents) for node in order)
    adjoints_of(order, {node: Counted(1.0) for node in order}, edges_of)
    assert len(products) == edges
    tangents(order, {node: Counted(1.0) for node in order if not node.parents}, edges_of)
    assert len(products) == 2 * edges


# ---- errors


def test_what_does_not_fit_is_refused_with_what_was_expected():
    """Numbers of tangents, shapes, kinds, and halves of a pair."""
    with pytest.raises(ShapeError, match="one tangent for each argument, of its shape, got 1 for 2"):
        jvp(lambda x, y: x, (1.0, 2.0), (1.0,))
    with pytest.raises(ShapeError, match=r"got 2 for 1; that of a single list of two is \(\[1.0, 0.0\],\)"):
        jvp(sum)([1.0, 2.0], tangents=[1.0, 0.0])
    with pytest.raises(
        ShapeError, match=r"the tangent of argument 1 .* expected a list of 2, got a list of 3"
    ):
        jvp(lambda x, y: x, (1.0, [2.0, 3.0]), (1.0, [1.0, 1.0, 1.0]))
    with pytest.raises(ShapeError, match=r"a cotangent .* expected a list of 2, got a number"):
        vjp(lambda x: [x, x], 1.0)[1](1.0)
    with pytest.raises(OperandError, match="expected one real number, got 'a'"):
        jvp(sin, 1.0, "a")
    with pytest.raises(OperandError, match="primals and tangents together"):
        jvp(sin, 1.0)
    with pytest.raises(OperandError, match=r"a tangent for each argument: jvp\(f\)"):
        jvp(sin)(1.0)
    for refused in (lambda: jvp(lambda x: "a", 1.0, 1.0), lambda: jacobian(lambda x: [None])(1.0)):
        with pytest.raises(OperandError, match="must return a number, or lists of numbers: expected one"):
            refused()


@pytest.mark.parametrize(
    "derive",
    [
        lambda f: jvp(f, 1.0, 1.0),
        lambda f: jvp(f)(1.0, tangents=1.0),
        lambda f: jacobian(f)(1.0),
        lambda f: vjp(f, 1.0),
    ],
)
def test_a_value_read_as_a_float_is_warned_of_at_the_line_of_the_call(derive):
    """math.sin(x) is a plain number without a graph: its tangent would silently be 0."""
    with pytest.warns(LostGradientWarning, match="in place of math's") as caught:
        derive(lambda x: math.sin(x) * x)
    assert [warning.filename for warning in caught] == [__file__]


# ---- tangents of a trace


def along(program, v):
    """Return the trace of a program along a direction, with its adjoints and its leaves that it has."""
    leaves = program.leaves()
    output = program.values(*leaves)
    reached = set(evaluation_order(output))
    return trace(output, tangents={leaf: x for leaf, x in zip(leaves, v) if leaf in reached}), output


@given(programs(EVERYWHERE))
def test_the_tangents_of_a_trace_are_those_of_jvp_and_its_adjoints_are_as_without(program):
    """Bit for bit; what does not depend on a leaf that moves has the tangent 0."""
    v = direction(len(program.data))
    recorded, output = along(program, v)
    assert repr(recorded.output.tangent) == repr(jvp(program.values, program.data, v)[1])
    plain = trace(output)
    assert [repr(u.adjoint) for u in recorded] == [repr(u.adjoint) for u in plain]
    assert {u.tangent for u in plain} == {None}
    still = trace(output, tangents={})
    assert {u.tangent for u in still} == {0.0}
    assert still.moving == plain.moving == frozenset()


@given(programs(SMOOTH), st.sets(st.integers(0, 3)))
def test_what_moves_is_what_depends_on_a_leaf_that_moves(program, chosen):
    """All others have the tangent 0; a leaf that is given 0 does not move."""
    recorded, _ = along(program, [float(i in chosen) for i in range(len(program.data))])
    moving = set()
    for v in recorded:
        if v.tangent if not v.parents else moving & set(v.parents):
            moving.add(v)
    assert recorded.moving == moving
    assert all(v.tangent == 0 for v in set(recorded) - moving)


@given(programs(SMOOTH))
def test_tangents_times_adjoints_of_the_leaves_are_the_tangent_of_the_output(program):
    """The law that stands below a listing; it holds at every cut of the graph, so at the leaves."""
    recorded, output = along(program, direction(len(program.data)))
    assume(all(abs(node.data) < 1e3 for node in evaluation_order(output)))
    shares = [v.tangent * v.adjoint for v in recorded if not v.parents]
    sizes = max([1.0, *(abs(v.tangent * v.adjoint) for v in recorded)])
    assert math.fsum(shares) == pytest.approx(recorded.output.tangent, rel=1e-9, abs=1e-9 * sizes)


def test_leaves_are_given_by_value_name_or_index():
    """Also in a list that was read back, at other numbers, and in a network by its path."""
    x, w = leaves(x=3.0, w=2.0)
    y = x * x * w
    wanted = trace(y, tangents={x: 1.0, "w": 10.0})
    assert [v.tangent for v in wanted] == [1.0, 10.0, 6.0, 102.0]
    assert trace(y).along({0: 1.0, w: 10}) == wanted
    assert Trace.from_json(trace(y).to_json()).along({"x": 1.0, "w": 10.0}) == wanted
    assert wanted.at(x=1.0).output.tangent == 2.0 * 2.0 + 10.0
    assert wanted.along({"x": 1.0}).output.tangent == 12.0
    neuron = nn.Neuron(1, "tanh", seed=1)
    assert trace(neuron([0.5]), tangents={"weights[0]": 1.0})["W[0]"].tangent == 1.0
    assert trace(neuron([0.5]), tangents={"x[0]": 1.0})["s"].tangent == neuron.weights[0].data
    h = x * w
    assert trace(h * x, upto=[h], tangents={h: 1.0}).output.tangent == 3.0


def test_a_tangent_that_cannot_be_given_is_refused_by_name():
    """Unknown names, computed values, constants, leaves given twice, and what is no number or mapping."""
    x, w = leaves(x=3.0, w=2.0)
    h = w * x
    y = 2 * h
    label(h=h)
    refused = {
        "unknown name 'xx'; did you mean x": {"xx": 1.0},
        "h was computed, so its tangent follows from its parents": {h: 1.0},
        "is not in this trace": {Value(1.0): 1.0},
        "the constant 2 does not move": {"v3": 1.0},
        "x is given two tangents": {x: 1.0, "x": 2.0},
    }
    for message, given_tangents in refused.items():
        with pytest.raises(UnknownNameError, match=message):
            trace(y, tangents=given_tangents)
    with pytest.raises(OperandError, match="expected one real number, got '1'"):
        trace(y, tangents={x: "1"})
    with pytest.raises(OperandError, match=r"given by the leaves that move, {x: 1\.0}, got"):
        trace(y, tangents=x)
    with pytest.raises(OperandError, match=r"by its Value or its name, got 1\.5"):
        trace(y, tangents={1.5: 1.0})


@given(programs(EVERYWHERE))
def test_tangents_are_read_back_from_json(program):
    """A document with tangents is of version 2, one without of version 1, as every reader knows it."""
    recorded, output = along(program, direction(len(program.data)))
    again = Trace.from_json(recorded.to_json())
    assert again == recorded
    assert [repr(v.tangent) for v in again] == [repr(v.tangent) for v in recorded]
    assert str(again) == str(recorded)
    assert json.loads(recorded.to_json())["version"] == 2
    assert json.loads(trace(output).to_json())["version"] == 1


def test_a_damaged_tangent_is_refused_and_so_is_one_in_an_old_version():
    """Each is named with its place."""
    x, w = leaves(x=3.0, w=2.0)
    text = trace(2.0 * x * w, tangents={x: 1.0}).to_json()
    damage = {
        ('"tangent": 4.0', '"tangent": 5.0'): r"\(v4\): tangent is 5.0, but follows from the others as 4.0",
        ('"tangent": 1.0', '"tangent": "x"'): r"\(x\): tangent: expected a number, got 'x'",
        ('"version": 2', '"version": 1'): "expected the fields .*, partials, got",
        ('"version": 2', '"version": 3'): "version 3 is not known here; expected 1 or 2",
        (', "tangent": 1.0', ""): "expected the fields .*, tangent, got",
    }
    for change, message in damage.items():
        assert change[0] in text
        with pytest.raises(TraceFormatError, match=message):
            Trace.from_json(text.replace(*change, 1))
    document = json.loads(text)
    constant = next(v for v in document["instructions"] if v["role"] == "constant")
    constant["tangent"] = 1.0
    with pytest.raises(TraceFormatError, match=r"\(v2\): tangent is 1.0, but follows from the others as 0.0"):
        Trace.from_json(json.dumps(document))


@given(programs(SMOOTH, length=6))
def test_a_tangent_statement_evaluates_to_the_tangent(program):
    """Read as Python over the values and tangents that are known, each line gives its number."""
    recorded, output = along(program, direction(len(program.data)))
    assume(all(abs(node.data) < 1e3 for node in evaluation_order(output)))
    known = {name: getattr(functions, name) for name in functions.__all__} | {
        v.name: v.value for v in recorded
    }
    for v in recorded:
        if v.parents:
            name, _, formula = tangent_statement(v, recorded, TextWriter(17)).partition(" = ")
            assert name == f"{v.name}_dot"
            found = float(eval(formula, known))
            assert found == pytest.approx(v.tangent, rel=1e-12, abs=1e-12)
        known[f"{v.name}_dot"] = v.tangent


@pytest.mark.parametrize("example", GALLERY.values(), ids=GALLERY)
@pytest.mark.parametrize("width", [None, 100, 80])
def test_a_listing_has_the_tangents_beside_or_below_the_values(example, width):
    """Every statement with its number, once; and below all the law, with the leaves that move."""
    recorded = trace(example.output())
    names = [v.name for v in recorded if not v.parents and v.role != "constant"]
    recorded = recorded.along(dict(zip(names, direction(len(names)))))
    text = listing(recorded, example.digits, width)
    assert max(map(len, text.splitlines())) <= (width or 1000)
    for v in recorded:
        if v.role != "constant":
            (line,) = [
                line
                for line in text.splitlines()
                if re.search(rf"(^|\| +){re.escape(v.name)}_dot\b", line)
                and not line.startswith(f"{names[0]}_dot*")
            ]
            assert number(v.tangent, example.digits) in line.split()
    coloured = listing(recorded, example.digits, width, Inks("\x1b[34m", "\x1b[31m"))
    assert re.sub(r"\x1b\[\d+m", "", coloured) == text
    _, law = text.split("\n\n")
    *terms, total, last = re.split(r" \+ | = ", " ".join(law.split()))
    output = recorded.output
    assert terms == [f"{name}_dot*d{output.name}/d{name}" for name in names]
    assert (total, last) == (number(output.tangent, example.digits), f"{output.name}_dot")


def test_a_listing_without_movement_says_so():
    """All tangents are 0, and so is the sum of none."""
    (x,) = leaves(x=3.0)
    y = x * x
    label(y=y)
    lines = str(trace(y, tangents={})).splitlines()
    assert re.split(r"\s{2,}", lines[0]) == [
        "forward (down)", "value", "|", "tangents (down)", "tangent", "|", "reverse (up)", "adds", "so far"
    ]  # fmt: skip
    assert lines[2].split()[:8] == ["y", "=", "x*x", "9", "|", "y_dot", "=", "0"]
    assert lines[-1] == "0 = 0 = y_dot"


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
def test_a_table_has_a_column_of_tangents_where_there_are_any(form):
    """In every form one more heading, v with a dot, and one more number in each line."""
    plain = trace(GALLERY["sigmoid-2-2-1"].output())
    moved = plain.along({"x1": 0.123456})
    dotted = r"$\dot v$"
    sign = {"text": "v\u0307", "markdown": dotted, "latex": dotted, "html": "˙"}[form]
    assert sign in moved.table(form=form)
    assert sign not in plain.table(form=form)
    assert ("0.1235" if form != "latex" else ".1235") in moved.table(form=form)
    if form == "text":
        for line, longer in zip(plain.table().splitlines()[1:], moved.table().splitlines()[1:]):
            assert len(longer.split()) == len(line.split()) + 1


# ---- another library


@settings(max_examples=10)
@given(programs(SMOOTH, length=6), st.integers(0, 99))
def test_tangents_are_those_of_jax(program, seed):
    """jax.jvp gives the same values and tangents, for the same call."""
    jax = pytest.importorskip("jax", reason="JAX, the oracle for forward mode, is not installed")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    theirs = {
        "add": jnp.add, "subtract": jnp.subtract, "multiply": jnp.multiply, "negative": jnp.negative,
        "positive": jnp.positive, "tanh": jnp.tanh, "atan": jnp.arctan, "sin": jnp.sin,
        "sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus, "power": jnp.square,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "total": lambda *xs: sum(xs), "logsumexp": lambda *xs: jax.nn.logsumexp(jnp.stack(xs)),
        "dot": lambda *xs: sum(p * q for p, q in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
    }  # fmt: skip

    def outputs(*leaves):
        made = []
        program.run(leaves, lambda row, slots: made.append(theirs[row.name](*slots)) or made[-1])
        return made[-2:]

    count = min(2, len(program.instructions))
    primals, v = program.data, tuple(direction(len(program.data), seed))
    wanted = jax.jvp(outputs, primals, v)
    for got, of_jax in zip(jvp(several(program, count), primals, v), wanted, strict=True):
        assert got == pytest.approx(list(map(float, of_jax)), rel=1e-9, abs=1e-9)
