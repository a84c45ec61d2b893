"""A gradient check agrees with what is right, finds what is wrong, and leaves no trace."""

import dataclasses
import math

import pytest
from graphs import SMOOTH, programs
from hypothesis import assume, given
from hypothesis import strategies as st

from scalargrad import Value, grad, gradcheck, nn, no_grad, total
from scalargrad.engine.apply import apply
from scalargrad.engine.gradcheck import Comparison
from scalargrad.engine.node import evaluation_order
from scalargrad.errors import DomainError, OperandError, ShapeError
from scalargrad.primitives.table import TABLE


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
    assert "2 derivatives checked, 1 disagree; the furthest apart is by x: engine" in str(report)


def test_a_report_says_that_all_agree():
    """Inputs without a label are numbered."""
    report = gradcheck(lambda x, y: x * y, [2.0, 3.0])
    assert "2 derivatives checked, all agree" in str(report)
    assert [(c.name, c.derivative) for c in report.comparisons] == [("input 0", 3.0), ("input 1", 2.0)]
    assert bool(report) is report.ok is True


def test_a_kink_is_disagreement():
    """At a kink the engine gives a subgradient, which is no limit of central differences."""
    assert not gradcheck(lambda x: x.relu(), [0.0])
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


def test_what_cannot_be_checked_is_refused():
    """No input, no number as the result, and a computed Value as an input are errors that say so."""
    with pytest.raises(ShapeError, match="at least one input, got none"):
        gradcheck(lambda: 1.0, [])
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
