"""Operators of Values and numbers, their errors, and computing without recording."""

import contextlib
import math
import operator
import re

import numpy as np
import pytest

from scalargrad import Value
from scalargrad.errors import DomainError, OperandError, RangeError, ScalargradError
from scalargrad.primitives.table import TABLE

OPERATORS = {
    operator.add: "add",
    operator.sub: "subtract",
    operator.mul: "multiply",
    operator.truediv: "divide",
    operator.pow: "pow",
}
each_operator = pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
NUMBERS = [3, 3.0, np.float64(3), np.float32(3), np.int64(3), np.uint8(3)]


# ---- arithmetic


@each_operator
def test_an_operator_is_its_row(op):
    """Two Values give the node of the row, with Python's own value."""
    a, b = Value(2.5), Value(3.0)
    node = op(a, b)
    assert (node.primitive, node.parents, node.data) == (TABLE[OPERATORS[op]], (a, b), op(2.5, 3.0))


@each_operator
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: type(number).__name__)
def test_numbers_mix_on_either_side(op, number):
    """Python's and NumPy's real numbers combine with a Value to a Value of a Python float."""
    x = Value(2.0)
    for node, wanted in ((op(x, number), op(2.0, 3.0)), (op(number, x), op(3.0, 2.0))):
        assert type(node) is Value
        assert type(node.data) is float
        assert node.data == wanted
        node.backward()
    partials = {"add": 2, "sub": 0, "mul": 6, "truediv": 1 / 3 - 3 / 4, "pow": 12 + 9 * math.log(3)}
    assert x.grad == pytest.approx(partials[op.__name__])


def test_signs_are_operators_too():
    """-x, +x and abs(x) are nodes of their rows."""
    x = Value(-2.0)
    assert [op(x).data for op in (operator.neg, operator.pos, abs)] == [2.0, -2.0, 2.0]
    assert [op(x).primitive.name for op in (operator.neg, operator.pos, abs)] == [
        "negative",
        "positive",
        "abs",
    ]


def test_python_sum_adds_values():
    """The 0 that sum starts from does not matter."""
    xs = [Value(1.0), Value(2.0)]
    y = sum(xs)
    y.backward()
    assert (y.data, [x.grad for x in xs]) == (3.0, [1.0, 1.0])


def test_augmented_assignment_rebinds():
    """After b = a; a += 1 the name b still is the old node: nothing is changed in place."""
    for op in (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow):
        a = b = Value(2.0)
        a = op(a, 3.0)
        assert a is not b
        assert (b.data, b.parents) == (2.0, ())
        assert a.parents[0] is b


@each_operator
@pytest.mark.parametrize("thing", ["a", None, 1j, True, object()], ids=lambda thing: type(thing).__name__)
def test_an_unknown_operand_gets_pythons_own_error(op, thing):
    """A Value declines by NotImplemented, so that the other type may know better."""
    for left, right in ((Value(1.0), thing), (thing, Value(1.0))):
        with pytest.raises(TypeError) as caught:
            op(left, right)
        assert not isinstance(caught.value, ScalargradError)


@each_operator
def test_a_type_that_knows_values_is_asked(op):
    """The other operand's reflected method has its turn."""

    class Friend:
        def __radd__(self, other):
            return "met"

        __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __radd__

    assert op(Value(1.0), Friend()) == "met"


UFUNCS = [f for f in vars(np).values() if isinstance(f, np.ufunc) and f.nin <= 2 and f.nout == 1]
ARRAYS = [np.ones(2), np.ones((2, 3)), np.array(["a"]), np.array([Value(1.0), None])]


@each_operator
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype.kind}{array.shape}")
def test_a_value_does_not_combine_with_an_array(op, array):
    """On the left as on the right a TypeError says what to do: no array of objects by accident."""
    with pytest.raises(TypeError, match="combine it with each element"):
        op(Value(1.0), array)
    if array.dtype != object:
        with pytest.raises(OperandError, match=re.escape(f"ndarray of shape {array.shape}")):
            op(array, Value(1.0))


@pytest.mark.parametrize("data", [(0.5, 2.0), (1.5, 0.25)])
@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda ufunc: ufunc.__name__)
def test_a_function_of_numpys_is_that_of_a_value_or_refused(ufunc, data):
    """What is not in the table, or has no value there, is no other number."""
    operands, y = data[: ufunc.nin], None
    with contextlib.suppress(OperandError, DomainError):
        y = ufunc(Value(operands[0]), *operands[1:])
    assert y is None or float(y) == pytest.approx(float(ufunc(*operands)), rel=1e-15)


def test_the_functions_of_numpys_that_people_use_are_there():
    """With numbers and NumPy's scalars on either side, and the derivative of the Value."""
    x = Value(0.25)
    y = np.exp(x) * np.float64(3.0) + np.maximum(0.0, np.arctan(x)) + np.int64(2) ** np.square(x)
    y.backward()
    by_hand = 3 * math.exp(0.25) + 1 / (1 + 0.0625) + 2**0.0625 * math.log(2) * 0.5
    assert x.grad == pytest.approx(by_hand, rel=1e-15)
    assert [np.float64(1.0) > x, np.float64(1.0) <= x, np.float64(1.0) == x] == [True, False, False]
    with pytest.raises(
        OperandError, match=r"np\.subtract of Values takes no options, and has no \.accumulate"
    ):
        np.subtract.accumulate(x)
    assert np.sum(x) is np.prod(x) is np.max(x) is x  # of one number
    for reduced in (
        lambda: np.sum(x, initial=5.0),
        lambda: np.max(x, initial=5.0),
        lambda: np.sum(x, where=False),
    ):
        with pytest.raises(OperandError, match="of Values takes no options"):
            reduced()


# ---- errors


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda a, b: a.log(), "log(a) is not defined at a = -8; it needs a > 0"),
        (lambda a, b: (a + 8).log(), "log(x) is not defined at x = 0; it needs x > 0"),
        (lambda a, b: 1 / (a + 8), "1/x is not defined at x = 0; it needs x != 0"),
        (lambda a, b: b / (a - a), "b/x is not defined at b = 0.5, x = 0; it needs x != 0"),
        (lambda a, b: (a + 8) ** -1, "x**(-1) is not defined at x = 0; it needs x != 0"),
        (lambda a, b: a**0.5, "a**0.5 is not defined at a = -8; it needs a >= 0"),
        (lambda a, b: a**b, "a**b is not defined at a = -8, b = 0.5; it needs a > 0 or a = 0 and b >= 0"),
        (lambda a, b: (-8) ** b, "x**b is not defined at x = -8, b = 0.5"),
        (lambda a, b: a.sqrt(), "sqrt(a) is not defined at a = -8; it needs a >= 0"),
        (lambda a, b: (a * math.inf).sin(), "sin(x) is not defined at x = -inf"),
    ],
)
def test_a_domain_error_names_primitive_operands_and_labels(compute, message):
    """Outside a domain there is a ValueError that says what was asked, where, and what is needed."""
    with pytest.raises(DomainError, match=re.escape(message)) as caught:
        compute(Value(-8.0, label="a"), Value(0.5, label="b"))
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda a: a.exp(), "exp(a) is too large for a float at a = 1000"),
        (lambda a: a**200, "a**200 is too large for a float at a = 1000"),
        (lambda a: a**a, "a**a is too large for a float at a = 1000, a = 1000"),
        (lambda a: (a * 2).cosh(), "cosh(x) is too large for a float at x = 2000"),
    ],
)
def test_an_overflow_names_primitive_operands_and_labels(compute, message):
    """What is too large is an OverflowError of ours that says the same."""
    with pytest.raises(RangeError, match=re.escape(message)) as caught:
        compute(Value(1000.0, label="a"))
    assert isinstance(caught.value, OverflowError)


def test_a_negative_base_is_never_complex():
    """A fractional power of it is an error, as constant and as Value, while integer powers are right."""
    for exponent in (1 / 3, 0.5, -0.5, 2.5):
        for power in (exponent, Value(exponent)):
            with pytest.raises(DomainError):
                Value(-8.0) ** power
    assert [(Value(-2.0) ** n).data for n in (-2, -1, 0, 1, 2, 3)] == [0.25, -0.5, 1.0, -2.0, 4.0, -8.0]
