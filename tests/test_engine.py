"""A Value: what it is made of, what it behaves like, and how it is copied and freed."""

import cmath
import copy
import dataclasses
import decimal
import fractions
import gc
import math
import pickle
import re
import warnings
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, dot, functions, grad, logsumexp, record
from scalargrad.engine.apply import apply
from scalargrad.engine.value import Constant
from scalargrad.errors import LostGradientWarning, OperandError, RangeError, StaleGraphError
from scalargrad.primitives.rows import power
from scalargrad.primitives.table import TABLE

# ---- construction


@pytest.mark.parametrize(
    "number",
    [2, 2.0, np.float64(2), np.float32(2), np.float16(2), np.int64(2), np.uint8(2), fractions.Fraction(2)],
    ids=lambda number: type(number).__name__,
)
def test_a_real_number_becomes_a_python_float(number):
    """Integers, fractions and NumPy scalars are stored as what Python computes with."""
    assert type(Value(number).data) is float
    assert Value(number).data == 2.0
    x = Value(1.0)
    x.data = number
    assert type(x.data) is float


@pytest.mark.parametrize(
    "thing",
    ["2.0", 1j, None, True, np.True_, np.ones(2), np.array(2.0), [2.0], Value(2.0), decimal.Decimal(2)],
    ids=lambda thing: type(thing).__name__,
)
def test_what_is_not_one_real_number_is_refused_by_name(thing):
    """The error is a TypeError that shows the thing and its type, at construction and assignment."""
    x = Value(1.0)
    for put in (Value, lambda thing: setattr(x, "data", thing), x.backward):
        with pytest.raises(TypeError, match=f"of type {type(thing).__name__}") as caught:
            put(thing)
        assert repr(thing)[:40] in str(caught.value)
    assert (x.data, x.grad) == (1.0, 0.0)


def test_a_refusal_says_what_to_do():
    """An array is to be taken apart, and a Value to be used as it is."""
    with pytest.raises(OperandError, match="one Value of each element"):
        Value(np.ones(2))
    with pytest.raises(OperandError, match="it is a Value already"):
        Value(Value(1.0))


@pytest.mark.parametrize(
    "huge", [10**400, -(10**400), 10**5000, fractions.Fraction(10**400)], ids=lambda x: ""
)
def test_a_number_too_large_for_a_float_is_a_range_error(huge):
    """It is an OverflowError too, however many digits the number has, and as an operand likewise."""
    for put in (Value, Value(1.0).__add__):
        with pytest.raises(RangeError, match="too large for a float"):
            put(huge)


# ---- the node


def test_parents_are_ordered_with_multiplicity():
    """Operands are kept as often as they were used and in their order, for every arity."""
    a, b, c = map(Value, (1.0, 2.0, 3.0))
    assert (a * a).parents == (a, a)
    assert (a - b).parents == (a, b)
    assert (a - a).parents == (a, a)
    assert a.exp().parents == (a,)
    assert (b**2).parents == (b,)
    assert dot([a, b], [c, a]).parents == (a, b, c, a)
    assert logsumexp([c, c, a]).parents == (c, c, a)
    assert functions.total([]).parents == a.parents == ()


def test_a_node_knows_the_row_that_made_it():
    """A computed value has its primitive, a leaf has none, and a constant power is of its own row."""
    a = Value(2.0)
    assert (a + 1).primitive is TABLE["add"]
    assert (a**3).primitive is power(3)
    assert a.primitive is None
    assert isinstance((a + 1).parents[1], Constant)


def test_a_new_node_is_blank():
    """Its grad is 0 and it has neither label nor path, of whatever arity it is."""
    a = Value(2.0, label="a")
    a.grad, a.path = 3.0, "a"
    for node in (Value(1), a + a, 2 / a, a**2, a**a, -a, a.tanh(), a.elu(), a.maximum(1), dot([a], [a])):
        assert (node.grad, node.label, node.path) == (0.0, "", "")


@pytest.mark.parametrize(
    "value", [Value(1.0), Constant(1.0), Value(1.0) + 1], ids=["leaf", "constant", "node"]
)
def test_a_misspelt_attribute_is_an_error(value):
    """Assigning to what a Value does not have, such as `value`, never goes unnoticed."""
    with pytest.raises(AttributeError, match="value"):
        value.value = 3.0


def test_local_derivatives_are_closures_over_the_node():
    """One for each parent, evaluated when called, without any sweep."""
    a, b = Value(3.0), Value(4.0)
    assert [d() for d in (a * b).local_derivatives] == [4.0, 3.0]
    assert [d() for d in dot([a, b], [b, b]).local_derivatives] == [4.0, 4.0, 3.0, 4.0]
    assert a.local_derivatives == ()
    assert (a.grad, b.grad) == (0.0, 0.0)


def test_the_closures_of_a_node_evaluate_its_row_once_for_all_parents():
    """Asking for them computes nothing; the first that is called computes those of all parents."""
    evaluated = []

    def counted(m, z, *lists):
        evaluated.append(z)
        return TABLE["dot"].partials(m, z, *lists)

    row = dataclasses.replace(TABLE["dot"], partials=counted)
    closures = apply(row, [Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)]).local_derivatives
    assert evaluated == []
    assert [derivative() for derivative in closures * 2] == [5.0, 7.0, 2.0, 3.0] * 2
    assert evaluated == [31.0]


def test_a_computed_value_that_is_given_data_is_a_leaf():
    """What follows is computed of the new number and has a derivative by it; what came before is stale."""
    x = Value(2.0, label="x")
    y = x * 3
    y.label = "y"
    before, y.data = y * y, 7.0
    after = y * y
    after.backward()
    assert (y.data, y.parents, y.grad, x.grad, after.data) == (7.0, (), 14.0, 0.0, 49.0)
    with pytest.raises(StaleGraphError, match="y was given new data after"):
        before.backward()


def test_detach_is_a_leaf_that_passes_no_derivative():
    """It has the data and the label, and no history."""
    x = Value(2.0)
    y = x * x
    y.label = "y"
    z = y.detach() * x
    z.backward()
    assert (y.detach().data, y.detach().label, y.detach().parents) == (4.0, "y", ())
    assert x.grad == 4.0


def test_repr_shows_data_grad_and_label():
    """A label is shown only where there is one."""
    assert repr(Value(2)) == "Value(data=2.0, grad=0.0)"
    assert repr(Value(2, label="a b")) == "Value(data=2.0, grad=0.0, label='a b')"


# ---- identity and order


def test_equality_between_values_is_identity():
    """Two leaves of equal data stay two, in comparisons, lists, sets and dictionaries."""
    a, b = Value(2.0), Value(2.0)
    assert a == a  # noqa: PLR0124  # identity is what is tested
    assert a != b
    assert [a, b].index(b) == 1
    assert len({a, b}) == len({a: 1, b: 2}) == 2
    y = a * b * b
    y.backward()
    assert (a.grad, b.grad) == (4.0, 8.0)


@given(st.floats(), st.floats() | st.integers() | st.booleans())
def test_equality_to_a_number_is_by_data(x, y):
    """On either side, as a function that branches expects it; nothing but a number is equal."""
    for left, right in ((Value(x), y), (y, Value(x)), (Value(x), np.float64(x))):
        number = float(right if isinstance(left, Value) else left)
        assert (left == right, left != right) == (x == number, x != number)
    assert Value(x) != str(x)
    assert Value(x) != [x]


def test_a_branch_at_a_number_is_taken_in_every_way_to_run_a_function():
    """By the engine, by `grad` and by a recording."""

    def branch(x):
        return 10 * x if x == 2.0 else x

    for x in (2.0, 3.0):
        wanted = 10.0 if x == 2.0 else 1.0
        assert branch(Value(x)).data == record(branch)(x) == wanted * x
        assert grad(branch)(x) == wanted


@given(st.floats(), st.floats())
def test_order_is_by_data(x, y):
    """Values compare as their data do, with Values and numbers on either side."""
    a, b = Value(x), Value(y)
    for left, right in ((a, b), (a, y), (x, b), (np.float64(x), b)):
        assert (left < right, left <= right, left > right, left >= right) == (x < y, x <= y, x > y, x >= y)


def test_values_can_be_sorted():
    """The built-in functions sorted, min and max go by data and return the very Values."""
    a, b, c = map(Value, (3.0, -1.0, 2.0))
    assert sorted([a, b, c]) == [b, c, a]
    assert (min(a, b, c), max(a, b, c)) == (b, a)


@pytest.mark.parametrize("thing", ["1", None, 1j, True], ids=repr)
def test_what_has_no_order_with_numbers_has_none_with_values(thing):
    """Python's own TypeError appears."""
    with pytest.raises(TypeError, match="not supported between instances"):
        Value(1.0) < thing  # noqa: B015


# ---- behaving like a number


@given(st.floats(-1e6, 1e6))
def test_a_value_converts_as_its_data_does(x):
    """Built-in conversions and format specifications see the float."""
    v = Value(x)
    assert (float(v), int(v), bool(v), round(v), round(v, 2)) == (x, int(x), bool(x), round(x), round(x, 2))
    assert f"{v:+.3f} {v:10.2e} {v:g}" == f"{x:+.3f} {x:10.2e} {x:g}"
    assert f"{v}" == str(v) == repr(v)
    assert math.isclose(v, x)
    assert type(float(v)) is float


# ---- copies


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copied_leaf_keeps_everything_but_its_identity(copied):
    """Data, grad, label and path are the original's; what happens to one does not touch the other."""
    for kind in (Value, Constant):
        x = kind(2.0, label="w")
        x.grad, x.path = 5.0, "layers[0].w"
        twin = copied(x)
        assert twin is not x
        assert (type(twin), twin.data, twin.grad, twin.label, twin.path) == (
            kind,
            2.0,
            5.0,
            "w",
            "layers[0].w",
        )
        (twin * 3).backward()
        assert (x.grad, twin.grad) == (5.0, 8.0)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_computed_value_declines_to_be_copied(copied):
    """A copy without its graph would have silent zero gradients: a TypeError names the value instead."""
    y = Value(2.0) * 3
    y.label = "loss"
    with pytest.raises(
        TypeError, match=re.escape("cannot copy or pickle loss, which was computed: use .detach()")
    ):
        copied(y)


# ---- memory


@pytest.fixture
def no_collector():
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_graph_is_freed_by_reference_counting():
    """No cycle holds a node: without the collector, leaves and inner nodes go with the output."""
    leaf = Value(2.0)
    inner = leaf * leaf
    listed = dot([inner, leaf], [leaf, inner.tanh()])
    output = listed.exp() + leaf
    output.backward()
    derivatives = output.local_derivatives
    ghosts = [weakref.ref(node) for node in (leaf, inner, listed, output)]
    del leaf, inner, listed, output, derivatives
    assert [ghost() for ghost in ghosts] == [None] * 4


@pytest.mark.usefixtures("no_collector")
def test_an_error_holds_no_graph():
    """A refused operation leaves no cycle behind either."""
    x = Value(-1.0)
    with pytest.raises(ValueError, match="not defined"):
        (x * 2).log()
    ghost = weakref.ref(x)
    del x
    assert ghost() is None


# ---- math


def test_a_function_of_math_is_warned_of_at_its_line():
    """Called by any name, over several lines, in a comprehension; `float` and others mean a plain number."""
    x, exponential = Value(0.5), math.exp
    for call in (
        lambda: math.exp(x),
        lambda: 1.0 + exponential(x),
        lambda: [math.sin(v) for v in (x,)],
        lambda: math.atan2(
            x,
            1.0,
        ),
        lambda: cmath.sqrt(float(x) + cmath.phase(x)),
    ):
        with pytest.warns(LostGradientWarning, match="gives a plain number, through which") as caught:
            call()
        assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert float(x) == round(x, 2) == complex(x).real == math.fsum([x.data]) == float(np.array([x])[0])
        assert (math.isfinite(x), math.isnan(x), math.floor(x), math.isclose(x, 0.5)) == (
            True,
            False,
            0,
            True,
        )
        assert np.exp(x).data == x.exp().data == math.exp(x.data)
        exec("y = float(x)", {"x": x})


@pytest.mark.parametrize(
    "call", ["math.exp(-x)", "exp(x)", "1/(1 + math . exp(\n  x))", "math.sin(math.cos(x))"]
)
def test_a_function_of_math_is_warned_of_where_no_source_is_kept(call):
    """In a prompt, and after `python -c`: the instructions tell who is called."""
    with pytest.warns(LostGradientWarning, match="math.* gives a plain number"):
        exec(f"y = {call}", {"x": Value(0.5), "math": math, "exp": math.exp})


def test_a_function_of_math_is_warned_of_where_its_call_is_compiled_twice():
    """In a `finally`, and in the condition of a loop."""
    x = Value(0.5)

    def in_the_end():
        try:
            return 1
        finally:
            math.exp(x)

    def again():
        n = 0
        while n < 2 and math.exp(n and x) < 9:
            n += 1

    for call in (in_the_end, again):
        with pytest.warns(LostGradientWarning, match=r"math\.exp gives a plain number"):
            call()
