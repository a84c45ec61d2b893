"""What a namespace offers is what rows are written with: one list of functions, the same for all."""

import inspect
import itertools
import math
import operator
import sys
from math import inf, nan
from types import MethodType

import numpy as np
import pytest
from entries import algebraic, entered_by
from hypothesis import given
from hypothesis import strategies as st
from laws import SPECIAL, operands_inside, same

from scalargrad.engine.reading import values
from scalargrad.engine.value import Value
from scalargrad.notation.languages import LANGUAGES
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.writer import Symbol
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.namespace import Namespace
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import TABLE, primitive, rows

OFFERED = {
    name: list(inspect.signature(function).parameters.values())[1:]  # after self
    for name, function in vars(Namespace).items()
    if not name.startswith("_")
}
WRITERS = [kind() for kind in (TextWriter, LatexWriter, TextbookWriter, MathWriter, *LANGUAGES)]
# Every namespace, with what makes one of its operands.
NAMESPACES = {
    "strict": (strict, float),
    "ieee": (ieee, float),
    "arrays": (arrays, lambda x: np.array([x, x])),
    "values": (values, Value),
    **{type(writer).__name__: (writer, lambda x, w=writer: w.name(f"x{x:g}")) for writer in WRITERS},
}
KINDS = {float: float, np.ndarray: np.ndarray, Value: (Value, float, int), Symbol: (Symbol, float)}


def arguments(name, make):
    """Return an argument for each parameter of a function of the protocol, in its domain."""
    for i, parameter in enumerate(OFFERED[name], 2):
        x = make(i / 8 + (name == "acosh"))
        if parameter.name == "condition":
            yield x > 0.5
        else:
            yield [x, make(0.5)] if "Sequence" in str(parameter.annotation) else x


@pytest.mark.parametrize("name", OFFERED)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_namespace_offers_each_function_of_the_protocol(namespace, name):
    """Each function takes the operands of its namespace, and returns one of them, or a list."""
    m, make = NAMESPACES[namespace]
    given_ = list(arguments(name, make))
    result = getattr(m, name)(*given_)
    kind = KINDS[type(make(0.5))]
    is_list = "Sequence" in str(inspect.signature(getattr(Namespace, name)).return_annotation)
    if is_list:
        assert len(result) == len(given_[0])
    assert all(isinstance(x, kind) for x in (result if is_list else [result])), result


@pytest.mark.parametrize("m", [strict, ieee, arrays], ids=["strict", "ieee", "arrays"])
def test_a_namespace_of_numbers_offers_nothing_else(m):
    """What is not in the protocol is a row, and read as that."""
    assert m.functions.keys() == OFFERED.keys()


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_namespace_reads_any_row_by_its_name(namespace):
    """A row that was entered a moment ago is a function of every namespace; an unknown name is none."""
    m, make = NAMESPACES[namespace]
    with entered_by(algebraic):
        assert m.algebraic(make(0.5)) is not None
    with pytest.raises(AttributeError, match="algebraic"):
        m.algebraic  # noqa: B018


def make_mean():
    @primitive(lambda m, z, values: ([1.0 / len(values)] * len(values),), lists=1, fewest=1)
    def mean(m, values):
        return m.divide(m.total(values), float(len(values)))

    return mean


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_namespace_reads_any_row_of_lists_by_its_name(namespace):
    """A row of lists is called with lists, as functions of the protocol are."""
    m, make = NAMESPACES[namespace]
    with entered_by(make_mean):
        read = m.mean([make(0.25), make(0.75)])
    if not isinstance(read, Symbol):
        assert np.all((read.data if isinstance(read, Value) else read) == 0.5)
    elif type(m) in LANGUAGES:
        assert str(read) == "total([x0.25, x0.75])/2"
    else:
        assert "mean" in str(read)


# ---- rows use nothing else


class Operand:
    """A number that knows the operators of the protocol, and nothing else."""

    __bool__ = None

    def __init__(self, x):
        self.x = x


class Condition:
    """A comparison that may be joined with another, or count 1 where it holds; it decides no branch."""

    __bool__ = None

    def __init__(self, holds):
        self.holds = holds

    def __and__(self, other):
        return Condition(self.holds & other.holds)

    def __or__(self, other):
        return Condition(self.holds | other.holds)

    def __rmul__(self, number):
        return Operand(number * self.holds)


def number(x):
    """Return the float of an operand, or of a constant."""
    return x.x if isinstance(x, Operand) else float(x)


def _give_operators():
    def binary(function, kind, *, reflected=False):
        if reflected:
            return lambda x, y: kind(function(number(y), number(x)))
        return lambda x, y: kind(function(number(x), number(y)))

    for name in ("add", "sub", "mul"):
        setattr(Operand, f"__{name}__", binary(getattr(operator, name), Operand))
        setattr(Operand, f"__r{name}__", binary(getattr(operator, name), Operand, reflected=True))
    Operand.__truediv__ = binary(ieee.divide, Operand)
    Operand.__rtruediv__ = binary(ieee.divide, Operand, reflected=True)
    Operand.__mod__ = binary(operator.mod, Operand)
    Operand.__neg__ = lambda x: Operand(-x.x)
    Operand.__abs__ = lambda x: Operand(abs(x.x))
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Operand, f"__{name}__", binary(getattr(operator, name), Condition))


_give_operators()


class Recording:
    """A namespace that knows the names of the protocol and of rows, and keeps those that were used."""

    def __init__(self):
        self.used = set()

    def __getattr__(self, name):
        if name in OFFERED:
            self.used.add(name)
            return lambda *given_: self.wrapped(getattr(ieee, name)(*map(self.unwrapped, given_)))
        if name in TABLE:
            return MethodType(TABLE[name].function, self)
        raise AttributeError(name)

    def unwrapped(self, x):
        """Return floats for operands."""
        if isinstance(x, Condition):
            return x.holds
        return list(map(number, x)) if isinstance(x, list) else number(x)

    def wrapped(self, x):
        """Return operands for floats."""
        return list(map(Operand, x)) if isinstance(x, list) else Operand(x)


def used_by(row):
    """Return the names that a row uses, having held what it gives over operands against `ieee`."""
    m = Recording()
    for numbers in operands_inside(row):
        z = row.value(ieee, numbers)
        operands = list(map(Operand, numbers))
        read = [row.value(m, operands), *row.local_derivatives(m, Operand(z), operands)]
        wanted = [z, *row.local_derivatives(ieee, z, numbers)]
        assert all(same(number(got), w) for got, w in zip(read, wanted, strict=True)), numbers
        assert row.domain is None or row.domain(m, *operands).holds
    return m.used


def test_rows_are_written_with_the_protocol():
    """Value, local derivatives and domain use its functions and operators, all of them and no other."""
    assert set().union(*map(used_by, rows())) == OFFERED.keys()


@pytest.mark.parametrize(
    "function",
    [lambda m, x: m.cbrt(x), lambda m, x: x**2.0, lambda m, x: math.exp(x), lambda m, x: x if x > 0 else -x],
    ids=["a function", "an operator", "a library", "a branch"],
)
def test_a_row_written_with_more_than_the_protocol_is_found_out(function):
    """The test is tested: what only some namespaces have is refused."""
    with pytest.raises((AttributeError, TypeError)):
        function(Recording(), Operand(0.0))


# ---- functions of lists

NUMBERS = st.lists(st.floats(-1e3, 1e3), max_size=12)
SPECIAL_LISTS = [
    [],
    *map(list, itertools.product((0.0, -0.0, 1.0, -800.0, 800.0, 1e300, inf, -inf, nan), repeat=3)),
    *([x] for x in SPECIAL),
    [-inf] * 5,
    [0.0] * 20,
]


def close(got, wanted, scale=1.0):
    """Tell whether two numbers agree but for the order of a sum whose terms are of the scale."""
    return same(got, wanted) or abs(got - wanted) <= 1e-14 * scale


def check_lists(xs):
    """Assert that strict, ieee and arrays give the same for lists, one of them empty where it may be."""
    ws = xs[::-1]
    columns = np.array(xs, dtype=float), np.array(ws, dtype=float)
    sizes = [abs(x) for x in (*xs, *map(operator.mul, ws, xs)) if math.isfinite(x)]
    for m in (strict, ieee):
        with np.errstate(all="ignore"):
            assert close(m.total(xs), arrays.total(columns[0]), sum(sizes))
            assert close(m.dot(ws, xs), arrays.dot(columns[1], columns[0]), sum(sizes))
            assert m.ones_like(xs) == list(arrays.ones_like(columns[0])) == [1.0] * len(xs)
            if xs:
                z = m.logsumexp(xs)
                assert close(z, arrays.logsumexp(columns[0]))
                both = zip(m.softmax(xs, z), arrays.softmax(columns[0], z), strict=True)
                assert all(itertools.starmap(close, both))


@given(NUMBERS)
def test_namespaces_agree_on_lists(xs):
    """A sum, a product of lists, a logsumexp and a softmax are the same numbers, and 0 for no operands."""
    check_lists(xs)


def test_namespaces_agree_on_special_lists():
    """So they are where a list holds infinities, nan, zeros or what overflows."""
    for xs in SPECIAL_LISTS:
        check_lists(xs)


@pytest.mark.parametrize("stack", [list, np.array], ids=["a list of arrays", "one array"])
@given(st.integers(1, 12), st.integers(0, 999))
def test_arrays_read_lists_along_the_leading_axis(stack, length, seed):
    """Every further axis is a batch: each place holds what floats give for the numbers there."""
    ws, xs = np.random.default_rng(seed).normal(size=(2, length, 2, 3))
    z = arrays.logsumexp(stack(xs))
    softmax = np.asarray(arrays.softmax(stack(xs), z))
    assert np.shape(arrays.ones_like(stack(xs))) == xs.shape
    for place in np.ndindex(2, 3):
        at = (slice(None), *place)
        w, x = list(ws[at]), list(xs[at])
        assert close(arrays.total(stack(xs))[place], strict.total(x), 100.0)
        assert close(arrays.dot(stack(ws), stack(xs))[place], strict.dot(w, x), 100.0)
        assert close(z[place], strict.logsumexp(x), 100.0)
        assert all(map(close, softmax[at], strict.softmax(x, z[place])))


def steps(function, *given_):
    """Return how many instructions of Python a call takes."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*given_)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", ["total", "dot", "logsumexp", "softmax", "ones_like"])
def test_a_list_is_one_operation_of_arrays(name):
    """However long the list, Python does the same number of steps: no loop runs over it."""

    def counted(length):
        lists = [np.ones((length, 4)) if "Sequence" in str(p.annotation) else 0.0 for p in OFFERED[name]]
        return steps(getattr(arrays, name), *lists)

    assert counted(3) == counted(300) > 0
