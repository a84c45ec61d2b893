"""Functions of Values: what is composed of rows, and what is refused."""

import math
import re

import mpmath
import pytest
from laws import close

import scalargrad
from scalargrad import Value, functions, log_softmax, logsumexp, mean, softmax, total, where
from scalargrad.engine.calls import function_of
from scalargrad.errors import DomainError, OperandError, ShapeError
from scalargrad.primitives.table import TABLE

OF_ONE_OR_TWO = [row for row in TABLE.values() if row.arity]
each_function = pytest.mark.parametrize("row", OF_ONE_OR_TWO, ids=lambda row: row.name)

LOGITS = [[1000.0, -1000.0, 0.0], [0.5, -1.5, 3.0], [2.0], [-1000.0, -1000.0]]


@pytest.mark.parametrize("logits", LOGITS, ids=str)
def test_softmax_is_positive_and_adds_up_to_one(logits):
    """It agrees with its definition, also where exponentials overflow."""
    weights = [mpmath.exp(x) for x in logits]
    probabilities = softmax(logits)
    assert all(close(p.data, w / mpmath.fsum(weights)) for p, w in zip(probabilities, weights))
    assert close(math.fsum(p.data for p in probabilities), 1)


@pytest.mark.parametrize("logits", LOGITS, ids=str)
def test_cross_entropy_has_the_gradient_p_minus_y(logits):
    """-log_softmax at the target is finite, with ∂/∂logits = p - y, also for logits of ±1000."""
    for target in range(len(logits)):
        leaves = list(map(Value, logits))
        loss = -log_softmax(leaves)[target]
        loss.backward()
        assert math.isfinite(loss.data)
        for i, (leaf, p) in enumerate(zip(leaves, softmax(logits))):
            assert leaf.grad == pytest.approx(p.data - (i == target), abs=1e-12)


def test_functions_of_lists_take_any_iterable():
    """Generators are read once; total and dot of nothing are 0."""
    assert total(x for x in [1.0, Value(2.0)]).data == 3.0
    assert mean(iter([1.0, 2.0, 6.0])).data == 3.0
    assert [p.data for p in softmax(iter([5.0, 5.0]))] == pytest.approx([0.5, 0.5])
    assert functions.dot(iter([2.0, 3.0]), iter([1.0, 10.0])).data == 32.0
    assert total([]).data == functions.dot([], []).data == 0.0


@pytest.mark.parametrize("function", [mean, softmax, log_softmax, logsumexp])
def test_a_function_of_at_least_one_value_says_so(function):
    """Nothing has no mean, no largest and no softmax."""
    with pytest.raises(ShapeError, match="needs at least one value, got none"):
        function([])


def test_dot_names_both_lengths():
    """Lists of different lengths are refused, not cut."""
    with pytest.raises(ShapeError, match="3 weights and 2 inputs"):
        functions.dot([1.0, 2.0, 3.0], [1.0, 2.0])


def test_where_leaves_the_other_branch_alone():
    """The branch that is not taken contributes neither value nor nan, and gets no gradient."""
    x = Value(0.0)
    other = (x + 1.0) * math.inf
    y = where(x > 0, other, x * 2.0)
    y.backward()
    assert (y.data, x.grad, other.grad) == (0.0, 2.0, 0.0)
    assert where(True, 1.0, other).data == 1.0


@each_function
def test_a_function_names_its_number_of_operands(row):
    """Too few or too many operands are a TypeError that says how many there should be."""
    for count in {0, 1, 2, 3} - {row.arity}:
        with pytest.raises(TypeError, match=f"{row.name} takes {row.arity} operands?, got {count}"):
            getattr(functions, row.name)(*[0.5] * count)


@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.lists], ids=lambda row: row.name)
def test_a_function_of_lists_names_their_number(row):
    """Lists are called lists."""
    for count in {0, 1, 2, 3} - {row.lists}:
        lists = "1 list" if row.lists == 1 else f"{row.lists} lists"
        with pytest.raises(OperandError, match=f"^{row.name} takes {lists}, got {count}$"):
            function_of(row)(*[[0.5]] * count)


@each_function
def test_a_function_and_a_method_refuse_what_is_no_number(row):
    """A string, a complex number or a bool is refused by name."""
    for other in ("2", 2j, True, None):
        with pytest.raises(OperandError, match=re.escape(repr(other))):
            getattr(functions, row.name)(*[other] * row.arity)
        if row.arity == 2:
            with pytest.raises(OperandError, match=re.escape(repr(other))):
                getattr(Value(0.5), row.name)(other)


def test_a_domain_error_is_a_value_error_that_says_everything():
    """It names the primitive, the operands with their labels, and what the domain is."""
    with pytest.raises(ValueError, match=re.escape("log(q) is not defined at q = -1; it needs q > 0")):
        scalargrad.log(Value(-1.0, label="q"))
    with pytest.raises(DomainError, match=re.escape("1/x is not defined at x = 0; it needs x != 0")):
        scalargrad.divide(1.0, 0.0)
