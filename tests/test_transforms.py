"""Derivatives of functions: grad, value_and_grad and hessian, one inside the other."""

import math
import re

import mpmath
import numpy as np
import pytest
from graphs import SMOOTH, programs
from hypothesis import assume, given
from laws import close

from scalargrad import (
    Value,
    grad,
    gradcheck,
    hessian,
    jacobian,
    jvp,
    log,
    logsumexp,
    no_grad,
    sin,
    softmax,
    value_and_grad,
    vjp,
    where,
)
from scalargrad.engine.node import evaluation_order
from scalargrad.errors import ArgumentIndexError, LostGradientWarning, OperandError, StaleGraphError

# ---- grad


def test_there_is_no_perturbation_confusion():
    """The inner derivative does not see the outer variable as its own."""
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(5.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(3.0))(5.0) == 10.0
    assert grad(lambda x: x * grad(lambda y: x)(x))(5.0) == 0.0
    assert grad(lambda x: grad(lambda y: x * y * y)(x * x))(2.0) == 24.0
    assert grad(lambda x: grad(lambda y: grad(lambda z: x * y * z * z)(y))(x))(3.0) == 24.0


@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_any_order(order):
    """Grad of grad of … sin is the next quarter turn."""
    f = sin
    for _ in range(order):
        f = grad(f)
    assert float(f(0.7)) == pytest.approx(math.sin(0.7 + order * math.pi / 2), rel=1e-12)


@given(programs(SMOOTH))
def test_grad_agrees_with_backward(program):
    """By every argument at once it gives what a sweep leaves in the leaves, and the same value."""
    leaves = program.leaves()
    output = program.values(*leaves)
    output.backward()
    value, partials = value_and_grad(program.values, argnums=range(len(leaves)))(*program.data)
    assert value == output.data
    assert partials == tuple(leaf.grad for leaf in leaves)


def test_argnums_choose_the_arguments():
    """One number gives one derivative, several give a tuple in their order; arguments may repeat."""

    def f(x, y, z):
        return x * y + z

    assert grad(f)(2.0, 3.0, 4.0) == 3.0
    assert grad(f, argnums=1)(2.0, 3.0, 4.0) == 2.0
    assert grad(f, argnums=(2, 0))(2.0, 3.0, 4.0) == (1.0, 3.0)
    assert grad(f, argnums=[1])(2.0, 3.0, 4.0) == (2.0,)


def test_a_list_of_arguments_has_a_list_of_derivatives():
    """Lists and tuples may be nested, and the derivative has the shape of the argument."""

    def f(weights, x):
        (a, b), c = weights
        return a * b * x + c**2

    assert grad(f)([(2.0, 3.0), 4.0], 5.0) == [(15.0, 10.0), 8.0]
    assert grad(f, argnums=(0, 1))([(2.0, 3.0), 4.0], 5.0) == ([(15.0, 10.0), 8.0], 6.0)


def test_numbers_in_give_floats_out_and_values_give_values():
    """What depends on a Value, as an argument or from outside, can be differentiated further."""
    w = Value(3.0)
    for result in value_and_grad(lambda x: x * x)(3):
        assert type(result) is float
    for result in (*value_and_grad(lambda x: x * x)(w), *value_and_grad(lambda x: x * w)(3.0)):
        assert isinstance(result, Value)
    partials = grad(lambda x, y: x * w, argnums=(0, 1))(2.0, 5.0)
    assert all(isinstance(partial, Value) for partial in partials)
    assert [float(partial) for partial in partials] == [3.0, 0.0]


def test_a_derivative_of_a_value_can_be_swept():
    """Backward through a derivative gives the second derivative, also by a Value from outside."""
    x, w = Value(2.0), Value(5.0)
    (grad(lambda t: w * t**3)(x) * 10).backward()
    assert (x.grad, w.grad) == (10 * 5 * 6 * 2.0, 10 * 3 * 4.0)


@given(programs(SMOOTH))
def test_no_transform_changes_a_grad(program):
    """Arguments, outer Values and their graphs keep the grads that they had."""
    leaves = program.leaves()
    outside = program.values(*leaves)
    outside.backward(seed=3.0)
    before = {node: node.grad for node in evaluation_order(outside)}
    grad(lambda *xs: program.values(*xs) * outside)(*leaves)
    hessian(lambda *xs: program.values(*xs) * outside)(*leaves)
    assert {node: node.grad for node in evaluation_order(outside)} == before


def test_a_function_may_branch_and_loop():
    """Only the branch that is taken counts; a number as the result has the derivative 0."""
    assert grad(lambda x: log(x) if x > 0 else x * 3)(-2.0) == 3.0
    assert grad(lambda x: where(x > 0, x * x, -x))(4.0) == 8.0
    assert grad(lambda x: math.prod([x] * 5))(2.0) == 80.0
    assert grad(lambda x: 7.0)(1.0) == 0.0
    assert value_and_grad(lambda x: x)(1.0) == (1.0, 1.0)


def test_the_same_value_twice_is_two_arguments():
    """Arguments are told apart by their place."""
    w = Value(3.0)
    assert [float(partial) for partial in grad(lambda x, y: x * y * y, argnums=(0, 1))(w, w)] == [9.0, 18.0]


def test_no_grad_around_a_transform_is_without_effect():
    """A derivative is the same inside the block, while results there are recorded no further."""
    w = Value(2.0)
    with no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
        assert hessian(lambda x, y: x**2 * y)(3.0, 5.0) == [[10.0, 6.0], [6.0, 0.0]]
        partial = grad(lambda x: x**3)(w)
        assert (w * w).parents == ()
    assert (partial.data, partial.parents) == (12.0, ())


def test_no_grad_inside_the_function_is_respected():
    """What is computed without recording counts as a constant."""

    def f(x):
        with no_grad():
            frozen = x * x
        return frozen * x

    assert grad(f)(3.0) == 9.0


# ---- hessian


@given(programs(SMOOTH, length=6))
def test_a_hessian_is_symmetric_and_the_one_of_exact_differences(program):
    """It agrees with second differences of the same program over exact numbers."""
    output = program.values(*program.leaves())
    assume(all(abs(node.data) < 30 for node in evaluation_order(output)))
    matrix = hessian(program.values)(*program.data)
    n = len(program.data)
    for i in range(n):
        for j in range(n):
            order = tuple((k == i) + (k == j) for k in range(n))
            assert close(matrix[i][j], mpmath.mp.diff(program.exact, program.data, order), 1e-8)
            assert matrix[i][j] == pytest.approx(matrix[j][i], rel=1e-9, abs=1e-9)


def test_the_hessian_of_a_quadratic_form_is_its_matrix():
    """½ xᵀA x has the Hessian A, for arguments given as numbers or Values alike."""
    a = [[2.0, -1.0, 0.5], [-1.0, 3.0, 0.0], [0.5, 0.0, 1.0]]

    def form(*x):
        return 0.5 * sum(a[i][j] * x[i] * x[j] for i in range(3) for j in range(3))

    assert hessian(form)(1.0, -2.0, 3.0) == a
    over_values = hessian(form)(*map(Value, (1.0, -2.0, 3.0)))
    assert [[float(entry) for entry in row] for row in over_values] == a
    assert all(isinstance(entry, Value) for row in over_values for entry in row)


def test_the_hessian_of_logsumexp_is_diag_p_minus_ppt():
    """An n-ary node is differentiated twice too."""
    x = (0.5, -1.0, 2.0)
    p = [entry.data for entry in softmax(x)]
    for i, row in enumerate(hessian(lambda *xs: logsumexp(xs))(*x)):
        assert row == pytest.approx([p[i] * ((i == j) - p[j]) for j in range(3)], abs=1e-14)


def test_a_hessian_entry_can_be_differentiated():
    """The third derivative of x³·w by x, x and w, through a Value from outside."""
    w = Value(4.0)
    ((entry,),) = hessian(lambda x: x**3 * w)(2.0)
    entry.backward()
    assert (entry.data, w.grad) == (48.0, 12.0)


# ---- errors


@pytest.mark.parametrize("result", ["a", None, [Value(1.0)], 1j], ids=lambda result: type(result).__name__)
@pytest.mark.parametrize("transform", [grad, value_and_grad, hessian])
def test_a_function_must_return_one_number(transform, result):
    """Anything else is refused, with what it was."""
    with pytest.raises(
        OperandError, match=re.escape("must return one number: expected one real number, got")
    ):
        transform(lambda x: result)(1.0)


def test_an_argument_must_be_a_number():
    """Strings and arrays are refused as Value refuses them."""
    for transform in (grad, hessian):
        with pytest.raises(OperandError, match="got 'a' of type str"):
            transform(lambda x: x)("a")


@pytest.mark.parametrize("argnums", [1, -1, (0, 5)])
def test_argnums_name_an_argument_that_is_there(argnums):
    """The error says which was asked for, and how many there were."""
    with pytest.raises(ArgumentIndexError, match="but the function was called with 1"):
        grad(lambda x: x, argnums=argnums)(1.0)


def test_a_leaf_changed_while_the_function_runs_is_found():
    """A stale graph inside a transform raises too."""
    w = Value(2.0, label="w")

    def f(x):
        y = x * w
        w.data = 3.0
        return y

    with pytest.raises(StaleGraphError, match="w was given new data"):
        grad(f)(1.0)


@pytest.mark.parametrize("derive", [grad, value_and_grad, hessian])
def test_a_value_read_as_a_float_is_warned_of(derive):
    """math.sin(x) is a plain number without a graph: its derivative would silently be 0."""
    with pytest.warns(LostGradientWarning, match="in place of math's"):
        derive(lambda x: math.sin(x) * x)(1.0)


def test_a_value_read_as_a_float_inside_another_derivative_is_warned_of():
    """The derivative that loses it may be an outer one, while the inner one is right."""
    with pytest.warns(LostGradientWarning) as caught:
        assert grad(lambda y: grad(lambda x: x * math.sin(y))(1.0))(2.0) == 0.0
    assert len(caught) == 1


@pytest.mark.parametrize("derive", [grad, value_and_grad, hessian])
def test_a_warning_of_a_lost_derivative_points_at_the_call(derive):
    """The line it names is one of the caller, not one of this package."""
    with pytest.warns(LostGradientWarning) as caught:
        derive(lambda x: 2 * math.sin(x))(1.0)
    assert [warning.filename for warning in caught] == [__file__]


def test_one_derivative_warns_of_what_it_loses_and_those_around_it_do_not():
    """A Value of the inner derivative, read as a float, has nothing to do with the outer one."""
    with pytest.warns(LostGradientWarning) as caught:
        grad(lambda y: y * grad(lambda x: x * math.sin(x))(1.0))(2.0)
    assert len(caught) == 1


def test_a_plain_number_that_is_meant_is_not_warned_of():
    """x.data, formats and comparisons read no derivative away; nor do Values from outside."""
    outside = Value(2.0)
    assert grad(lambda x: x * x.data if x > 0 and f"{x:.1f}" else -x)(3.0) == 3.0
    assert grad(lambda x: x * float(outside))(3.0) == 2.0
    assert grad(lambda x: grad(abs)(x) * x)(3.0) == 1.0


def test_a_pullback_of_a_graph_that_is_stale_is_refused():
    """A Value that the function read and that was given new data since makes it another function."""
    w = Value(1.0)
    _, pullback = vjp(lambda x: (x * w).tanh(), 1.0)
    w.data = 2.0
    with pytest.raises(StaleGraphError):
        pullback(1.0)


def test_a_derivative_by_an_array_is_an_array_of_the_numbers_that_a_list_gives():
    """As an argument of every transform, and as what a function returns; f may index it."""

    def f(x):
        return [x[0] * x[1], x[0] + x[1]]

    def product(x):
        return x[0] * x[1]

    array = np.array([2.0, 3.0])
    assert jvp(f, (array,), (np.array([1.0, 0.0]),)) == jvp(f, ([2.0, 3.0],), ([1.0, 0.0],))
    by = grad(product)(array)
    assert isinstance(by, np.ndarray)
    assert by.dtype == float
    assert by.tolist() == grad(product)([2.0, 3.0]) == [3.0, 2.0]
    assert hessian(product)(array) == hessian(product)([2.0, 3.0]) == [[0.0, 1.0], [1.0, 0.0]]
    assert jacobian(lambda x: np.array(f(x), dtype=object))(array) == jacobian(f)([2.0, 3.0])


def test_arguments_may_be_given_by_their_names():
    """In any order, as to the function itself; what it takes by name alone is no variable."""

    def f(x1, x2, *, k=2):
        return x1**k * x2

    for transform in (grad, value_and_grad, hessian, jacobian):
        wanted = transform(f)(2.0, 5.0)
        assert transform(f)(x2=5.0, x1=2.0) == wanted
        assert transform(f)(2.0, x2=5.0) == transform(f)(2.0, 5.0, k=2) == wanted
    assert grad(f, argnums=1)(2.0, x2=5.0, k=3) == 8.0
    with pytest.raises(OperandError, match="missing a required argument: 'x1'"):
        grad(f)(x2=5.0)


def test_an_error_about_a_list_says_what_an_array_would_do():
    """Where NumPy was meant; other errors of the function stay as they are."""
    with pytest.raises(TypeError, match="'list' and 'int'") as caught:
        grad(lambda x: x**2)([1.0, 2.0])
    assert caught.value.__notes__ == [
        "An argument that is a list stays one; np.array([1.0, 2.0]) makes it an array of Values."
    ]
    with pytest.raises(TypeError) as caught:
        grad(lambda x: x + None)(1.0)
    assert not hasattr(caught.value, "__notes__")


NUMPYS = (np.var, np.std, np.mean, np.sum, np.prod, np.max, np.linalg.norm, np.cumsum)


@pytest.mark.parametrize("function", NUMPYS, ids=lambda f: f.__name__)
def test_a_function_of_numpy_of_an_array_has_the_derivative_of_central_differences(function):
    """Those that it makes of its own functions of elements, among them `conjugate`."""

    def f(x):
        return np.sum(function(x) * 1.5)

    assert gradcheck(f, [np.array([0.5, -1.0, 2.0])]).ok


@pytest.mark.parametrize("shape", [(3,), (2, 3), (0,), (1, 1)], ids=str)
def test_what_numpy_computes_of_an_array_is_differentiated(shape):
    """By `grad`, twice over, by `jvp`, `vjp` and `gradcheck`: the gradient of Σ x⁴ is 4x³."""
    x = np.linspace(-1.0, 2.0, math.prod(shape)).reshape(shape)

    def f(x):
        return np.sum(x**2 * x**2)

    def along(x, v):
        return np.sum(grad(f)(x) * v)

    np.testing.assert_allclose(grad(f)(x), 4 * x**3)
    np.testing.assert_allclose(grad(along)(x, np.ones(shape)).astype(float), 12 * x**2)
    outputs, pullback = vjp(lambda x: x**2, x)
    assert (type(outputs), outputs.tolist()) == (np.ndarray, (x**2).tolist())
    np.testing.assert_allclose(pullback(x)[0], 2 * x**2)
    np.testing.assert_allclose(jvp(lambda x: x**2, (x,), (x,))[1], 2 * x**2)
    assert not x.size or gradcheck(f, [x]).ok
    assert type(value_and_grad(f, argnums=(0,))(x)[1][0]) is np.ndarray


@pytest.mark.parametrize("transform", [grad, value_and_grad, hessian, jacobian, jvp, vjp])
def test_what_is_no_function_is_refused(transform):
    """A number, and the Value of an output, of which it says what to do instead."""
    with pytest.raises(OperandError, match=f"^{transform.__name__} takes a function, got 3.0$"):
        transform(3.0)
    with pytest.raises(OperandError, match=r"got Value\(.*: of a Value that was computed, backward\(\)"):
        transform(Value(3.0) * 2)


@pytest.mark.parametrize("transform", [hessian, jacobian])
def test_arguments_are_given_to_what_is_returned(transform):
    """Not beside the function, as PyTorch has it: that says what to write."""
    with pytest.raises(OperandError, match=rf"write {transform.__name__}\(f\)\(2.0, \[3.0\]\)$"):
        transform(lambda x, y: x, 2.0, [3.0])


@pytest.mark.parametrize("transform", [grad, value_and_grad])
@pytest.mark.parametrize("argnums", [2.0, [Value(1.0)], (0, 1.0), "x", None])
def test_argnums_are_whole_numbers(transform, argnums):
    """Where a number was meant as the argument, it says how to give it."""
    with pytest.raises(OperandError, match=r"argnums says by which arguments, 0 or \(0, 1\); grad\(f\)\(x\)"):
        transform(lambda x: x * x, argnums)


def test_arguments_by_name_leave_out_what_has_a_default():
    """Which is then an argument like the others; what cannot be called so is refused."""

    def f(x, y=2.0, z=3.0):
        return x * y * z**2

    assert hessian(f)(1.0, z=4.0) == hessian(f)(1.0, 2.0, 4.0)
    assert grad(f, argnums=2)(1.0, z=4.0) == grad(f, argnums=2)(1.0, 2.0, 4.0) == 16.0
    for call in (lambda: grad(f)(z=4.0), lambda: grad(f)(1.0, q=1.0), lambda: grad(max)(1.0, key=None)):
        with pytest.raises(OperandError, match="cannot be called so: "):
            call()


@pytest.mark.parametrize("output", [{"loss": 1.0}, "a: b", None], ids=repr)
def test_what_is_no_number_is_told_whole(output):
    """Whatever signs there are in it; only of several numbers there is a total."""
    with pytest.raises(OperandError) as caught:
        grad(lambda _: output)(1.0)
    assert repr(output) in str(caught.value)
    assert "total" not in str(caught.value)
    with pytest.raises(OperandError, match="return their total, or take jacobian"):
        grad(lambda x: [x, x])(1.0)
