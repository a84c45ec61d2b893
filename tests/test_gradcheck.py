"""A gradient check agrees with what is right, finds what is wrong, and leaves no trace."""

import dataclasses
import math
import random
import re

import numpy as np
import pytest
from entries import entered_by
from graphs import SMOOTH, programs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from laws import operands_inside, smooth

from scalargrad import Value, dot, grad, gradcheck, nn, no_grad, total
from scalargrad.engine.apply import apply
from scalargrad.engine.gradcheck import Comparison
from scalargrad.engine.node import evaluation_order
from scalargrad.errors import DomainError, OperandError, ShapeError
from scalargrad.primitives.table import TABLE, primitive, rows


@given(programs(SMOOTH, length=6))
def test_a_smooth_function_passes(program):
    """Derivatives of any smooth program agree with its central differences."""
    output = program.values(*program.leaves())
    assume(all(abs(node.data) < 5 for node in evaluation_order(output)))
    report = gradcheck(program.values, program.data, atol=1e-6)
    assert report
    assert len(report.comparisons) == len(program.data)


@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, 0.0])
def test_a_wrong_derivative_fails(factor):
    """A local derivative off by 0.1 % is found, and the input is named."""
    tanh = TABLE["tanh"]
    wrong = dataclasses.replace(tanh, partials=lambda m, z, x: factor * (1 - z * z))
    report = gradcheck(lambda x, y: apply(wrong, x) + apply(tanh, y), [Value(0.3, label="x"), 0.4])
    assert not report.ok
    assert [comparison.ok for comparison in report.comparisons] == [False, True]
    assert report.worst.name == "x"
    assert "2 derivatives checked, 1 disagrees; the furthest apart is by x: engine" in str(report)


def test_a_report_says_that_all_agree():
    """Inputs without a label are numbered."""
    report = gradcheck(lambda x, y: x * y, [2.0, 3.0])
    assert "2 derivatives checked, all agree" in str(report)
    assert [(c.name, c.derivative) for c in report.comparisons] == [("input 0", 3.0), ("input 1", 2.0)]
    assert bool(report) is report.ok is True
    assert str(gradcheck(lambda x: x * x, 3.0)).startswith("1 derivative checked, it agrees")


def test_the_one_list_that_a_function_takes_needs_no_list_around_it():
    """As it is given to `grad`, `jacobian`; inputs that are told apart are handed over one by one."""
    for f, inputs in ((lambda x: x[0] * x[1], [2.0, 3.0]), (lambda x, y: x * y, [2.0, 3.0])):
        report = gradcheck(f, inputs)
        assert report
        assert [c.derivative for c in report.comparisons] == [3.0, 2.0]
    assert [c.derivative for c in gradcheck(max, [2.0, 3.0]).comparisons] == [0.0, 1.0]  # a function of C
    with pytest.raises(OperandError, match=r"all inputs in one list: gradcheck\(f, \[1.0, 2.0\]\)"):
        gradcheck(lambda x, y: x * y, 2.0, 3.0)


def test_a_kink_is_disagreement():
    """At a kink the engine gives a subgradient, which is no limit of central differences."""
    report = gradcheck(lambda x: x.relu(), [0.0])
    assert not report
    assert str(report).endswith("; at a kink, as that of relu at 0, they need not agree")
    assert gradcheck(lambda x: x.relu(), [1e-3])


def test_nan_never_agrees():
    """A nan on either side is a disagreement, and the furthest apart of all."""
    report = gradcheck(lambda x, y: x * 1e9 + y * math.nan, [1.0, 2.0])
    assert not report.ok
    assert report.worst.distance == math.inf


@pytest.mark.parametrize(
    ("derivative", "difference", "distance"),
    [
        (4.0, 5.0, 0.2),
        (5.0, -5.0, 2.0),
        (0.1, 0.3, 0.2),
        (-8.0, 0.0, 1.0),
        (2.0, 2.0, 0.0),
        (math.inf, math.inf, 0.0),
        (math.inf, 1.0, math.inf),
        (math.nan, math.nan, math.inf),
    ],
)
def test_the_distance_is_relative_to_the_largest_or_to_one(derivative, difference, distance):
    """It compares large and small derivatives alike, and is infinite where there is nothing to compare."""
    comparison = Comparison("x", derivative, difference, ok=derivative == difference)
    assert comparison.distance == pytest.approx(distance)


def test_the_step_suits_the_size_of_the_input():
    """Differences at numbers large and small agree to nine digits by default."""
    for x in (1e9, 1.0, 0.5, 1e-3):
        (comparison,) = gradcheck(lambda x: x**3, [x]).comparisons
        assert comparison.difference == pytest.approx(3 * x**2, rel=1e-9, abs=1e-9)


def test_tolerances_are_relative_and_absolute():
    """The two agree where |derivative - difference| ≤ atol + rtol · |difference|."""
    off_by_a_percent = dataclasses.replace(TABLE["negative"], partials=lambda m, z, x: -1.01)

    def f(x):
        return apply(off_by_a_percent, x * 1000)

    for tolerances in ({"rtol": 0.011}, {"atol": 10.1, "rtol": 0}, {"atol": 5.1, "rtol": 0.005}):
        assert gradcheck(f, [1.0], **tolerances)
    for tolerances in ({"rtol": 0.009}, {"atol": 9.9, "rtol": 0}, {"atol": 4.9, "rtol": 0.005}):
        assert not gradcheck(f, [1.0], **tolerances)


def with_partial(partial, by=1.0):
    """Return the function `by` · x, said to have another partial."""
    row = dataclasses.replace(
        TABLE["positive"], function=lambda m, x: by * x, partials=lambda m, z, x: partial
    )
    return lambda x: apply(row, x)


@pytest.mark.parametrize("by", [1000.0, 1.0])
def test_by_default_six_digits_agree(by):
    """A millionth of the difference may be wrong, no more."""
    assert gradcheck(with_partial(by * (1 + 0.9e-6), by), [1.0])
    assert not gradcheck(with_partial(by * (1 + 1.2e-6), by), [1.0])


def test_by_default_a_slope_of_a_hundred_millionth_is_as_good_as_none():
    """Where the difference is 0, there are no digits to agree."""
    assert gradcheck(with_partial(0.9e-8, 0.0), [1.0])
    assert not gradcheck(with_partial(1.1e-8, 0.0), [1.0])


@given(st.floats(-1e9, 1e9))
def test_the_difference_is_divided_by_the_step_that_was_made(x):
    """Rounded to floats, x + h and x - h are not 2h apart: for x itself the quotient is exactly 1."""
    (comparison,) = gradcheck(lambda x: x, [x]).comparisons
    assert comparison.difference == 1.0


def test_what_is_exactly_at_its_tolerance_agrees_and_the_difference_is_the_measure():
    """The tolerance is ≤, and relative to the difference, not to the derivative under test."""
    assert gradcheck(with_partial(1.5), [0.3], rtol=0.0, atol=0.5)
    assert gradcheck(with_partial(1.5), [0.3], rtol=0.5, atol=0.0)
    assert not gradcheck(with_partial(1.105), [0.3], rtol=0.1, atol=0.0)
    assert gradcheck(with_partial(0.9), [0.3], rtol=0.11, atol=0.0)


def test_an_input_without_influence_has_derivative_zero():
    """Both derivatives are 0, and agree."""
    (comparison,) = gradcheck(lambda x: 3.0, [1.0]).comparisons
    assert (comparison.derivative, comparison.difference, comparison.distance) == (0.0, 0.0, 0.0)


def test_a_model_is_checked_through_its_parameters():
    """Every parameter is moved and compared, under its path."""
    model = nn.MLP(2, [3, 2], "tanh", seed=1)
    report = gradcheck(lambda *_: total(model([0.5, -1.0])), model.parameters())
    assert report
    assert [c.name for c in report.comparisons] == [p.path for p in model.parameters()]
    assert sum(c.derivative != 0 for c in report.comparisons) == len(model.parameters())


def test_data_and_grads_are_as_before():
    """Inputs are put back exactly, by an exception too, and no grad is changed."""
    x, w = Value(0.1), Value(3.0)
    x.grad = w.grad = 7.0
    gradcheck(lambda x, y: x * y * w, [x, 1e-9])

    def log_at_zero(x):
        return (x - 0.1 + 1e-7).log()

    with pytest.raises(DomainError):
        gradcheck(log_at_zero, [x])
    assert (x.data, x.grad, w.data, w.grad) == (0.1, 7.0, 3.0, 7.0)


def test_derivatives_themselves_can_be_checked():
    """A function that is a derivative passes, inside and outside of no_grad."""
    assert gradcheck(grad(lambda x: x**3 * x.tanh()), [2.0])
    with no_grad():
        assert gradcheck(grad(lambda x: x**3), [2.0])


def test_a_larger_step_is_less_exact():
    """Step and tolerances are the caller's choice: the difference of x³ is off by the step squared."""
    (comparison,) = gradcheck(lambda x: x**3, [0.5], step=0.1).comparisons
    assert comparison.difference - comparison.derivative == pytest.approx(0.01)
    assert not comparison.ok
    assert gradcheck(lambda x: x**3, [0.5], step=0.1, atol=0.011)


# ---- inputs


@pytest.mark.parametrize("one", [0.5, 1, Value(0.5), np.float64(0.5), np.array(0.5), np.float32(0.5)])
def test_one_input_needs_no_list(one):
    """A number, a Value or an array without dimensions is the one input."""
    (comparison,) = gradcheck(lambda x: x.sin(), one).comparisons
    assert comparison.ok
    assert comparison.derivative == pytest.approx(math.cos(float(one)))


def test_arrays_are_inputs_and_inputs_may_be_lists_or_arrays():
    """A vector is one input for each number; what stands in a list has its place in its name."""
    assert [c.derivative for c in gradcheck(lambda x, y: x * y, np.array([2.0, 5.0])).comparisons] == [
        5.0,
        2.0,
    ]
    b = Value(1.0, label="b")
    report = gradcheck(lambda w, x: dot(w[0], x) * w[1], [[np.array([2.0, 3.0]), b], (5.0, 7.0)])
    assert report.ok
    assert {c.name: c.derivative for c in report.comparisons} == {
        "input 0[0][0]": 5.0, "input 0[0][1]": 7.0, "b": 31.0, "input 1[0]": 2.0, "input 1[1]": 3.0,
    }  # fmt: skip
    matrix = gradcheck(dot, np.array([[1.0, 2.0], [3.0, 4.0]]), order=2)
    assert [c.derivative for c in matrix.comparisons[:4]] == [3.0, 4.0, 1.0, 2.0]
    assert matrix.ok


# ---- higher orders


@pytest.mark.parametrize("order", [2, 3])
@settings(max_examples=25)
@given(program=programs(SMOOTH, length=5))
def test_a_smooth_function_passes_in_higher_orders(order, program):
    """By each input first, then along three tuples of directions for each order."""
    output = program.values(*program.leaves())
    assume(all(abs(node.data) < 3 for node in evaluation_order(output)))
    report = gradcheck(program.values, program.data, order=order, rtol=1e-5, atol=1e-5)
    assert report, str(report)
    assert report.order == order
    higher = [k for k in range(2, order + 1) for _ in range(3)]
    assert [c.order for c in report.comparisons] == [1] * len(program.data) + higher


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_every_row_passes_in_second_order_where_it_is_smooth(row):
    """Derivatives of derivatives of the table are what differences of the first ones are."""
    for operands in filter(lambda operands: smooth(row, operands), operands_inside(row)):
        if max(map(abs, operands)) < 30:  # beyond, exp and its kin have no digits of 1 left
            report = gradcheck(
                lambda *xs: apply(row, *row.arguments(xs)), operands, order=2, rtol=1e-4, atol=1e-6
            )
            assert report, f"{row.symbol}{operands}: {report}"


def plain(x):
    """Return the number of a Value, anything else as it is: what a row must not do."""
    return getattr(x, "data", x)


# Local derivatives of x³ that are right as numbers; their own are lost in whole, in part, where x < 0.
WRONG_SECOND = {
    "whole": lambda m, z, x: 3.0 * plain(x) * plain(x),
    "part": lambda m, z, x: 3.0 * x * plain(x),
    "negative": lambda m, z, x: m.where(x > 0.0, 3.0 * x * x, 3.0 * x * plain(x)),
}


@pytest.mark.parametrize("wrong", WRONG_SECOND)
def test_a_primitive_with_a_wrong_second_derivative_fails_in_second_order_only(wrong):
    """Its first derivatives are right, so nothing but a check of order 2 can tell."""

    def enter():
        @primitive(WRONG_SECOND[wrong])
        def cubed(m, x):  # noqa: ARG001  # every row is written over a namespace
            """Return x³."""
            return x * x * x

        return cubed

    with entered_by(enter):
        for point in (-0.7, 1.3):
            good = wrong == "negative" and point > 0
            assert gradcheck(lambda x: x.cubed(), point)
            report = gradcheck(lambda x: x.cubed(), point, order=2)
            assert report.ok == good
            if not good:
                assert report.comparisons[0].ok
                assert report.worst.order == 2
                assert re.match(
                    "4 derivatives of the orders 1 to 2 checked, 3 disagree; the furthest apart is by "
                    r"direction \d of order 2: engine",
                    str(report),
                )


def test_one_wrong_entry_of_a_large_hessian_is_found():
    """Only ∂²f/∂x₃∂x₇ is lost, of ten inputs; every direction has a part of it."""
    without_mixed = dataclasses.replace(TABLE["multiply"], partials=lambda m, z, x, y: (plain(y), x))

    def f(*xs):
        return sum((x**3 for x in xs), apply(without_mixed, xs[3], xs[7]))

    point = [0.1 * i - 0.45 for i in range(10)]
    assert gradcheck(f, point).ok
    report = gradcheck(f, point, order=2)
    assert [c.ok for c in report.comparisons] == [True] * 10 + [False] * 3


def test_a_wrong_third_derivative_passes_in_second_order():
    """Each order sees what the one below it cannot."""
    row = TABLE["positive"]

    def over_values(row, otherwise):
        return lambda m, z, x: apply(row, x) if isinstance(x, Value) else otherwise(x)

    twice = dataclasses.replace(row, function=lambda m, x: 2.0 * x, partials=lambda m, z, x: 1.0)
    square = dataclasses.replace(
        row, function=lambda m, x: x * x, partials=over_values(twice, lambda x: 2.0 * x)
    )
    cube = dataclasses.replace(
        row, function=lambda m, x: x * x * x / 3.0, partials=over_values(square, lambda x: x * x)
    )
    assert gradcheck(lambda x: apply(cube, x), 0.7, order=2)
    assert not gradcheck(lambda x: apply(cube, x), 0.7, order=3)


def test_directions_follow_their_seed_and_no_other_state():
    """The same seed gives the same report, another one other directions; Python's own state is untouched."""
    state = random.getstate()

    def reports(**options):
        return gradcheck(lambda x, y: x**3 * y.exp(), [0.5, 40.0], order=2, rtol=1e-5, **options)

    assert reports() == reports(seed=0) != reports(seed=1)
    assert reports(seed=1).ok
    assert random.getstate() == state


def test_a_model_is_checked_in_second_order_and_left_as_it_was():
    """Inputs that are Values are moved in place: data, grads and graphs are as before, in no_grad too."""
    model = nn.MLP(2, [3, 1], "tanh", seed=1)
    parameters = model.parameters()
    before = [p.data for p in parameters]
    loss = (model([0.5, -1.0]) - 1.0) ** 2
    with no_grad():
        report = gradcheck(lambda *_: (model([0.5, -1.0]) - 1.0) ** 2, parameters, order=2)
    assert report, str(report)
    assert [p.data for p in parameters] == before
    assert not any(p.grad for p in parameters)
    loss.backward()  # is not stale


def test_a_value_given_twice_moves_once():
    """Both places are one input along a direction."""
    x = Value(0.8)
    assert gradcheck(lambda a, b: (a * b).sin(), [x, x], order=2, rtol=1e-5).comparisons[-1].ok


def test_what_cannot_be_checked_is_refused():
    """No input, no number as the result, and a computed Value as an input are errors that say so."""
    for nothing in ([], (), [[], ()], np.array([])):
        with pytest.raises(ShapeError, match="at least one input, got none"):
            gradcheck(lambda *_: 1.0, nothing)
    for wrong in (None, "1", ["a"], [[None]]):
        with pytest.raises(OperandError, match="expected one real number, got"):
            gradcheck(lambda x: x, wrong)
    for order in (0, -1, 1.0, "2", True):
        with pytest.raises(OperandError, match="order of a gradient check is a whole number from 1 on, got"):
            gradcheck(lambda x: x, 1.0, order=order)
    with pytest.raises(OperandError, match="expected one real number"):
        gradcheck(lambda x: [x], [1.0])
    with pytest.raises(OperandError, match="was computed"):
        gradcheck(lambda x: x, [Value(1.0) * 2])


def test_a_graph_made_before_a_check_stays_fresh():
    """The leaf is put back as it was, so what was computed from it can still be swept."""
    x = Value(2.0, label="x")
    y = x * x
    assert gradcheck(lambda *_: x.exp(), [x])
    y.backward()
    assert x.grad == 4.0


@pytest.mark.parametrize("kind", [list, tuple, iter, dict.fromkeys, lambda xs: dict(enumerate(xs)).values()])
def test_inputs_are_whatever_can_be_gone_through(kind):
    """Once is enough."""
    report = gradcheck(lambda a, b: a * b**2, kind([1.0, 2.0]))
    assert report.ok
    assert [c.derivative for c in report.comparisons] == [4.0, 4.0]
