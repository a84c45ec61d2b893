"""Rows read as text of PyTorch and JAX: its value is the row's, and so is what they make its derivative."""

import itertools
import math
import os
import subprocess
import sys
from math import inf, nan
from typing import NamedTuple
from unittest import mock

import numpy as np
import pytest
from entries import KINDS, entered
from laws import LISTS, PAIRS, POINTS, SPECIAL, inside, interior

from scalargrad.notation.languages import FRAMEWORKS, JAX, Torch
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.rows import clip, power
from scalargrad.primitives.table import FAMILIES, TABLE, rows

# Their functions are right to a few units in the last place.  JAX's sinh and cosh lose more beyond the
# points here, 458 units at ±700, and it takes numbers below SMALLEST for 0.
RTOL = 10 * 2.0**-52
SMALLEST = 2.0**-1022

ROWS = [*rows(), power(inf), power(nan)]  # constants that are no number of a language
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.symbol)
each_language = pytest.mark.parametrize("language", FRAMEWORKS)

MODERATE = [x for x in SPECIAL if x == 0 or 1e-3 < abs(x) < 1e3]


def points_of(row, numbers=SPECIAL):
    """Return operands of the row's arity, ordinary and special, in tables of one width."""
    pairs = [*PAIRS, *itertools.product(numbers, repeat=2)]
    if row.arity == 1:
        return [[(x,) for x in (*POINTS, *numbers)]]
    if row.arity == 2:
        return [pairs]
    return [pairs, *([list_] for list_ in LISTS)]


def names_of(count):
    return [f"x{i}" for i in range(count)]


def compiled(dialect, text, names):
    """Return a text as a function that sees nothing but what the dialect says it needs."""
    scope = {}
    exec(f"{dialect.needed(text)}\ndef written({', '.join(names)}):\n    return {text}", scope)
    return scope["written"]


def value_of(dialect, row, count):
    """Return the text of a row's value as a function."""
    names = names_of(count)
    return compiled(dialect, str(dialect.value(row, *map(dialect.name, names))), names)


# ---- the frameworks, to and from NumPy


class TorchRunner:
    """Evaluate and differentiate over tensors."""

    def __init__(self):
        self.torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    def evaluate(self, function, *columns):
        """Return what a function of tensors gives."""
        return function(*map(self.torch.tensor, columns)).numpy()

    def gradient(self, function, *columns):
        """Return its derivative by each operand, element by element."""
        tensors = [self.torch.tensor(column, requires_grad=True) for column in columns]
        sum_ = function(*tensors).sum()
        if not sum_.requires_grad:  # it reads no operand
            return [np.zeros_like(column) for column in columns]
        found = self.torch.autograd.grad(sum_, tensors, materialize_grads=True)
        return [x.numpy() for x in found]


class JaxRunner:
    """Evaluate and differentiate over arrays of JAX."""

    def __init__(self):
        self.jax = pytest.importorskip("jax", reason="JAX is not installed")
        self.jax.config.update("jax_enable_x64", True)
        # At its first use JAX has every later fork warn, which in the test of a terminal is an error.
        with mock.patch.object(os, "register_at_fork"):
            self.jax.devices()

    def evaluate(self, function, *columns):
        """Return what a function of arrays gives."""
        return np.asarray(function(*map(self.jax.numpy.array, columns)))

    def gradient(self, function, *columns):
        """Return its derivative by each operand, element by element."""
        of_all = self.jax.grad(lambda *xs: function(*xs).sum(), argnums=range(len(columns)))
        return list(map(np.asarray, of_all(*map(self.jax.numpy.array, columns))))


def runner_of(language):
    return {Torch: TorchRunner, JAX: JaxRunner}[language]()


def assert_close(got, wanted, err_msg=""):
    """Assert that two arrays of doubles agree to a few units in the last place."""
    assert got.dtype == float
    np.testing.assert_allclose(got, wanted, rtol=RTOL, atol=SMALLEST, err_msg=err_msg)


# ---- values


def is_root_of_a_signed(row, operands):
    """Tell whether it is a broken power of -0 or -inf, which some libraries take as a root, others do not."""
    if row.name not in {"pow", "power"}:
        return False
    _, exponent = *operands, *row.parameters
    return math.copysign(1.0, operands[0]) < 0 and exponent % 1 != 0


@each_language
@each_row
def test_the_text_of_a_row_has_its_value(row, language):
    """Over arrays of all points at once it gives what the row gives over NumPy's, ±0, ±inf, nan included."""
    run = runner_of(language)
    for table in points_of(row):
        columns = list(np.array([x for x in table if not is_root_of_a_signed(row, x)]).T)
        with np.errstate(all="ignore"):
            wanted = row.value(arrays, columns)
        assert_close(run.evaluate(value_of(language(), row, len(columns)), *columns), wanted)


@each_language
@each_row
def test_the_text_of_a_local_derivative_and_of_a_domain_are_the_rows(row, language):
    """They are written too, in double precision, and give what they give over NumPy's arrays."""
    run, dialect = runner_of(language), language()
    for table in points_of(row, MODERATE):
        columns = list(np.array([x for x in table if not is_root_of_a_signed(row, x)]).T)
        names = names_of(len(columns))
        symbols = list(map(dialect.name, names))
        with np.errstate(all="ignore"):
            z = row.value(arrays, columns)
            locals_ = row.local_derivatives(arrays, z, columns)
        for symbol, wanted in zip(dialect.local_derivatives(row, dialect.name("z"), *symbols), locals_):
            one_for_each = compiled(dialect, f"{symbol} + 0.0*x0", ["z", *names])  # a constant too
            got = run.evaluate(one_for_each, z, *columns)
            assert_close(got, np.broadcast_to(wanted, got.shape), str(symbol))
        if row.domain:
            got = run.evaluate(compiled(dialect, str(dialect.domain(row, *symbols)), names), *columns)
            np.testing.assert_array_equal(got, row.domain(arrays, *columns))


EXPRESSIONS = {
    "conditions are joined": lambda m, a, b: m.where((a < b) | (b >= 0.5) & (a != 0.0), a, b),
    "a choice of numbers": lambda m, a, b: m.where(a < b, 0.1, 0.7) * b,
    "a choice of a choice of numbers": lambda m, a, b: m.where(a < b, m.where(b > 0.0, 0.1, 0.2), 0.3),
    "a choice of a number": lambda m, a, b: m.where(a < b, 0.1, b),
    "a number times a comparison": lambda m, a, b: 0.1 * (a < b),
    "a comparison times a number": lambda m, a, b: ((a < b) & (b > 0.0)) * 0.1,
    "an operand times a comparison": lambda m, a, b: a * (a < b),
    "a function of a number": lambda m, a, b: m.sqrt(0.1) * a + m.tanh(0.3) * b,
    "the larger of two numbers": lambda m, a, b: m.maximum(0.1, 0.3) * a,
    "the larger of a number": lambda m, a, b: m.maximum(0.1, a) - m.minimum(b, 0.3),
    "powers of a number": lambda m, a, b: m.pow(2.0, a) + m.pow(0.1, 3.0),
    "a remainder": lambda m, a, b: a % -0.7 + b % 0.7,
    "a weight": lambda m, a, b: m.weigh(a, b) + m.weigh(a, 0.1),
    "the sign": lambda m, a, b: m.sign(a),
    "rows of one operand": lambda m, a, b: m.softplus(a) * m.log_sigmoid(b) - m.silu(m.relu(b)),
}
# Without nan: XLA makes a product with a comparison a choice, so that nan · 0 is 0 there.
LEAVES = np.array([(0.7, -1.3), (-0.4, 0.9), (1.5, 1.5), (0.0, inf), (-0.0, 0.2), (-2.0, 0.0)]).T


@each_language
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_has_its_value(name, language):
    """Whatever mixes operands, numbers and comparisons is of double precision, with the right brackets."""
    run, dialect, read = runner_of(language), language(), EXPRESSIONS[name]
    text = str(read(dialect, dialect.name("a"), dialect.name("b")))
    with np.errstate(all="ignore"):
        wanted = read(arrays, *LEAVES)
    assert_close(run.evaluate(compiled(dialect, text, "ab"), *LEAVES), wanted, text)


# ---- derivatives


class Differs(NamedTuple):
    """State where a framework's derivative by one operand is not the row's, what it is, and why."""

    language: type
    row: object
    operands: tuple[float, ...]
    by: int
    is_: float
    why: str


AT_0 = "jnp.abs has at 0 the derivative from the right; the row has 0, as it is a minimum"
AT_AN_END = "jnp.clip is made of minimum and maximum, which share at a tie; the row is a closed piece"
AT_0_TO_THE_0 = "jnp.pow is differentiated by way of 0 · 0⁻¹; the row has 0, the derivative of x⁰"
EXCEPTIONS = [
    *(Differs(JAX, TABLE["abs"], (zero,), 0, 1.0, AT_0) for zero in (0.0, -0.0)),
    *(Differs(JAX, clip(-1.0, 1.0), (end,), 0, 0.5, AT_AN_END) for end in (-1.0, 1.0)),
    *(Differs(JAX, clip(0.0, 6.0), (end,), 0, 0.5, AT_AN_END) for end in (0.0, -0.0, 6.0)),
    *(
        Differs(JAX, TABLE["pow"], zeros, 0, nan, AT_0_TO_THE_0)
        for zeros in itertools.product((0.0, -0.0), repeat=2)
    ),
]


def derivatives(dialect, row):
    """Yield operands, the place of one of them, the framework's derivative by it, and the row's.

    They are those where the operand may move both ways within the domain: kinks too, but no boundaries.
    """
    run = runner_of(next(language for language in FRAMEWORKS if isinstance(dialect, language)))
    for table in points_of(row, MODERATE):
        admitted = [operands for operands in table if inside(row, operands)]
        columns = list(np.array(admitted).T)
        got = run.gradient(value_of(dialect, row, len(columns)), *columns)
        with np.errstate(all="ignore"):
            wanted = row.local_derivatives(arrays, row.value(arrays, columns), columns)
        both = np.array([np.broadcast_arrays(x, y, columns[0])[:2] for x, y in zip(got, wanted)])
        for (i, operands), place in itertools.product(enumerate(admitted), range(len(columns))):
            if interior(row, operands, place):
                yield operands, place, *both[place, :, i]


def agree(got, wanted):
    """Tell whether two derivatives agree, within 1e-15 where digits cancel, as those of z(1 - z) do."""
    return (
        got == wanted
        or (math.isnan(got) and math.isnan(wanted))
        or abs(got - wanted) <= 1e-12 * abs(wanted) + 1e-15
    )


@each_language
@each_row
def test_the_framework_differentiates_the_text_as_the_row_says(row, language):
    """Its derivative is the row's, to 1e-12, at ordinary points, where it saturates, and at kinks.

    The exceptions are all at kinks, and stated one by one.
    """
    known = {(x.operands, x.by) for x in EXCEPTIONS if (x.language, x.row) == (language, row)}
    for operands, place, got, wanted in derivatives(language(), row):
        assert agree(got, wanted) or (operands, place) in known, f"∂/∂x{place} at {operands}: {got}, {wanted}"


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda x: f"{x.row.symbol}{x.operands}")
def test_an_exception_is_what_it_is_said_to_be(exception):
    """No exception is left over."""
    found = derivatives(exception.language(), exception.row)
    got = {(operands, place): (ours, theirs) for operands, place, ours, theirs in found}
    is_, wanted = got[exception.operands, exception.by]
    assert agree(is_, exception.is_)
    assert not agree(is_, wanted)


@pytest.mark.parametrize("name", sorted(Torch.cornered))
def test_a_formula_that_is_said_to_have_corners_does(name):
    """Differentiated as it stands, it would give another derivative than the row's, in one of the two."""
    row = TABLE.get(name) or FAMILIES[name].sample
    plain = [type("Plain", (language,), {"cornered": set()})() for language in FRAMEWORKS]
    assert not all(agree(got, wanted) for dialect in plain for *_, got, wanted in derivatives(dialect, row))


def test_a_derivative_of_jax_by_a_tiny_divisor_overflows():
    """By way of x/y²: that is no kink, so whoever compares gradients should know."""
    run = runner_of(JAX)
    tiny, divide = np.array([1e-160]), TABLE["divide"]
    _, by_divisor = run.gradient(value_of(JAX(), divide, 2), tiny, tiny)
    assert by_divisor == -inf
    assert divide.local_derivatives(arrays, 1.0, [tiny, tiny])[1] == pytest.approx(-1e160)


@each_language
def test_a_weight_has_a_derivative_where_it_is_0(language):
    """It is x, as over Values; only what is infinite or nan gives way to the weight."""
    run, dialect = runner_of(language), language()
    weigh = compiled(dialect, str(dialect.weigh(dialect.name("w"), dialect.name("x"))), "wx")
    weights, xs = np.array([0.0, 2.0, 0.0, 0.0]), np.array([3.0, 4.0, inf, nan])
    np.testing.assert_array_equal(run.evaluate(weigh, weights, xs), [0.0, 8.0, 0.0, 0.0])
    by_weight, by_x = run.gradient(weigh, weights, xs)
    np.testing.assert_array_equal(by_weight, [3.0, 4.0, 0.0, 0.0])
    np.testing.assert_array_equal(by_x, [0.0, 2.0, 0.0, 0.0])


@each_language
def test_the_sign_of_nan_is_nan(language):
    """So the protocol of namespaces says; that of PyTorch is 0."""
    run, dialect = runner_of(language), language()
    sign = compiled(dialect, str(dialect.sign(dialect.name("x"))), "x")
    np.testing.assert_array_equal(run.evaluate(sign, np.array([-2.0, nan, 3.0])), [-1, nan, 1])


# ---- rows of one's own


@each_language
@pytest.mark.parametrize("kind", KINDS)
def test_a_made_up_row_is_written_and_differentiated(kind, language):
    """Nothing is spelled out for a primitive: one that was entered a moment ago has value and gradient."""
    with entered(kind) as made:
        columns = [np.array([x.data]) for x in made.leaves]
        run, function = runner_of(language), value_of(language(), made.row, len(columns))
        z = made.row.value(arrays, columns)
        wanted = made.row.local_derivatives(arrays, z, columns)
        assert_close(run.evaluate(function, *columns), z)
        for got, derivative in zip(run.gradient(function, *columns), wanted, strict=True):
            assert_close(got, np.broadcast_to(derivative, 1))


# ---- what stands in a text


def test_a_framework_is_neither_imported_nor_asked_for():
    """Its text is text: all rows are written where no framework can be imported."""
    program = """
import sys
sys.modules.update(torch=None, jax=None)
from scalargrad.notation.languages import FRAMEWORKS
from scalargrad.primitives.table import rows
for dialect in (language() for language in FRAMEWORKS):
    for row in rows():
        print(dialect.needed(dialect.value(row, *map(dialect.name, "xy"[:row.arity]))))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = set(done.stdout.splitlines())
    assert {"import torch", "import jax", "import jax.numpy as jnp", "import functools"} <= lines


@each_language
def test_a_text_brings_its_imports_before_each_definition_once(language):
    """What stands before a text is in an order in which it runs."""
    dialect = language()
    lines = dialect.needed("logsumexp([softplus(x), weigh(x, y)]) + weigh(y, x) + torch.exp(jnp.exp(x))")
    starts = [line for line in lines.splitlines() if not line.startswith(" ")]
    assert len(set(starts)) == len(starts)
    assert starts == sorted(starts, key=lambda line: not line.startswith("import"))
    assert dialect.needed("x + y*z") == ""
