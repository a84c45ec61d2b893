"""Rows read as source text: what it says, evaluated in its language, is what the row says."""

import ast
import itertools
import math
import random
import re
import struct
from math import inf, nan

import mpmath
import numpy as np
import pytest
from browser import chromium, needs_chromium
from entries import algebraic, entered_by
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import LISTS, PAIRS, POINTS, SPECIAL

from scalargrad.notation.code import OPERATORS, Dialect
from scalargrad.notation.languages import LANGUAGES, JavaScript, NumPy, Python
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.rows import leaky_relu, power
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import TABLE, rows

# Math libraries are right to about one unit in the last place; our erf in JavaScript to about three.
RTOL = 8 * 2.0**-52

ROWS = [*rows(), power(inf), power(nan)]  # constants that are no number of a language
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.symbol)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def points_of(row):
    """Return operands of the row's arity, ordinary and special, in tables of one width."""
    pairs = [*PAIRS, *itertools.product(SPECIAL, repeat=2)]
    if row.arity == 1:
        return [[(x,) for x in (*POINTS, *SPECIAL)]]
    if row.arity == 2:
        return [pairs]
    return [pairs, *([list_] for list_ in LISTS)]


def names_of(count):
    return [f"x{i}" for i in range(count)]


def texts(dialect, row, count):
    """Return the texts of a row's value, local derivatives and domain over x0, x1, … and z."""
    operands = list(map(dialect.name, names_of(count)))
    local = dialect.local_derivatives(row, dialect.name("z"), *operands)
    return [
        str(dialect.value(row, *operands)),
        list(map(str, local)),
        str(dialect.domain(row, *operands)) if row.domain else None,
    ]


def compiled(dialect, text, names):
    """Return a text of Python as a function that sees nothing but what the dialect says it needs."""
    scope = {}
    exec(f"{dialect.needed(text)}\ndef written({', '.join(names)}):\n    return {text}", scope)
    return scope["written"]


def outcome(function, *operands):
    """Return what a function gives, or the kind of error that it raises."""
    try:
        return function(*operands)
    except (ValueError, ArithmeticError) as error:
        return type(error)


def identical(x, y):
    """Tell whether two outcomes are the same error or the same float, zeros of either sign apart."""
    if isinstance(x, type) or isinstance(y, type):
        return x is y
    assert isinstance(x, float)
    return (math.isnan(x) and math.isnan(y)) or struct.pack("d", x) == struct.pack("d", y)


def all_identical(xs, ys):
    """Tell whether two outcomes are the same error or the same floats."""
    if isinstance(xs, type) or isinstance(ys, type):
        return xs is ys
    return all(itertools.starmap(identical, zip(xs, ys, strict=True)))


def identical_arrays(x, y):
    """Tell whether two arrays hold the same floats, zeros of either sign apart."""
    x, y = np.broadcast_arrays(x, y)
    assert x.dtype == float
    return np.array_equal(x, y, equal_nan=True) and np.array_equal(
        np.signbit(x)[x == 0], np.signbit(y)[y == 0]
    )


# ---- Python


@each_row
def test_python_is_the_strict_reading_of_a_row(row):
    """Value, local derivatives and domain give the same floats, and raise the same errors.

    A local derivative is asked for where the value is defined.  That of x⁰, weighed by the constant 0,
    is written as 0, also at x = 0, where `strict` would compute 1/x first.
    """
    python = Python()
    for table in points_of(row):
        names = names_of(len(table[0]))
        value, local, domain = texts(python, row, len(names))
        value = compiled(python, value, names)
        local = [compiled(python, text, ["z", *names]) for text in local]
        domain = domain and compiled(python, domain, names)
        for operands in table:
            z = outcome(row.value, strict, operands)
            assert identical(outcome(value, *operands), z), operands
            if domain:
                assert domain(*operands) is row.domain(strict, *operands), operands
            if isinstance(z, type) or (row, operands[0]) == (power(0.0), 0.0):
                continue
            got = outcome(lambda: [derivative(z, *operands) for derivative in local])  # noqa: B023
            wanted = outcome(row.local_derivatives, strict, z, operands)
            assert all_identical(got, wanted), operands


# ---- NumPy


@each_row
def test_numpy_is_the_array_reading_of_a_row(row):
    """Value, local derivatives and domain, over arrays of all points at once, give the same floats."""
    numpy = NumPy()
    for table in points_of(row):
        columns = list(np.array(table).T)
        names = names_of(len(columns))
        value, local, domain = texts(numpy, row, len(names))
        with np.errstate(all="ignore"):
            z = row.value(arrays, columns)
            assert identical_arrays(compiled(numpy, value, names)(*columns), z)
            for text, wanted in zip(local, row.local_derivatives(arrays, z, columns), strict=True):
                got = compiled(numpy, text, ["z", *names])(z, *columns)
                assert identical_arrays(got, wanted), text
            if domain:
                got = compiled(numpy, domain, names)(*columns)
                assert got.dtype == bool
                np.testing.assert_array_equal(got, row.domain(arrays, *columns))


# ---- expressions

NUMBERS = (0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -0.3, 3.0, 1e-300, 1e22, inf, -inf, nan)
LEAVES = ("a", "b", "c")
LEAF_POINTS = [(0.7, -1.3, 2.0), (-0.4, 0.9, -3.0), (3.0, 1.0, 0.1), (-0.5, 0.75, 2.0)]
SPECIAL_LEAVES = [(-0.0, 0.0, 1.0), (0.0, -0.0, -0.0), (inf, -1.0, -inf), (nan, 0.5, 1e300)]
# Rows that raise nothing: a text evaluates one branch of a choice, `strict` both.
TOTAL = [row for row in ROWS if row.name in {"add", "subtract", "multiply", "negative", "positive", "abs"}]
TOTAL += [row for row in ROWS if row.name in {"maximum", "minimum", "relu", "leaky_relu", "clip"}]
# Rows that IEEE 754 rounds correctly, so that all languages agree.
EXACT = [*TOTAL, TABLE["divide"], TABLE["sqrt"]]


def applied(row):
    """Return the number of operands of a row, and its application over a namespace."""

    def apply(m, *operands):
        return m.write(row, operands) if isinstance(m, Dialect) else row.value(m, operands)

    return row.arity or 4, apply


CHOICES = [
    (3, lambda m, a, b, c: m.where((a < b) | (b >= c) & (c != 0.0), b, c)),
    (3, lambda m, a, b, c: m.where(((a == b) | (b <= c)) & (c > 0.5), m.where(a > c, b, 1.0), -2.0)),
    (3, lambda m, a, b, c: 1.0 * (m.where(a < b, b < c, a > c) & (b > 1.0))),
    (3, lambda m, a, b, c: 1.0 * ((a > b) < c)),
    (2, lambda m, a, b: 1.0 * (a > b)),
    (2, lambda m, a, b: a * (a >= b)),
    (1, lambda m, a: a % 2.0),
    (1, lambda m, a: (a + 0.5) % -0.5),
]


def expression(rng, operations, depth=5):
    """Return a random expression, which reads over a namespace and leaves; none is made of numbers only."""
    if depth == 0 or rng.random() < 0.1:
        leaf = rng.randrange(len(LEAVES))
        return lambda m, leaves: leaves[leaf]
    arity, operation = rng.choice(operations)
    operands = [expression(rng, operations, depth - 1) for _ in range(arity)]
    if arity == 2 and rng.random() < 0.4:
        number = rng.choice(NUMBERS)
        operands[rng.randrange(2)] = lambda m, leaves: number
    return lambda m, leaves: operation(m, *(operand(m, leaves) for operand in operands))


def composed(outer, position, inner, number=None):
    """Return an operation of leaves, or of a number, with another at one position."""
    (arity, operation), (inner_arity, inner_operation) = outer, inner

    def read(m, leaves):
        operands = [*leaves, *leaves][:arity] if number is None else [number] * arity
        operands[position] = inner_operation(m, *[*leaves[1:], *leaves][:inner_arity])
        return operation(m, *operands)

    return read


def compositions(operations):
    """Yield every operation within every other, beside leaves and, in one of two places, beside a number."""
    for outer, inner in itertools.product(operations, repeat=2):
        for position in range(outer[0]):
            yield composed(outer, position, inner)
            if outer[0] == 2:
                yield from (
                    composed(outer, position, inner, number) for number in (0.0, -0.0, 1.0, -1.0, 2.0)
                )


def written(dialect, read):
    """Return an expression as text."""
    return str(read(dialect, [dialect.name(leaf) for leaf in LEAVES]))


REMAINDER = (2, lambda m, a, b: (a + b) % (2.0 * b))  # raises where b is 0
OPERATORS_ONLY = [applied(row) for row in ROWS if row.name in OPERATORS | {"pow"}]
OPERATIONS = {
    "rows": [*map(applied, ROWS), *3 * OPERATORS_ONLY, REMAINDER],
    "choices": [*map(applied, TOTAL), *CHOICES],
}
COMPOSED = {
    "operators": [*OPERATORS_ONLY, REMAINDER],
    "choices": [*(applied(row) for row in TOTAL if row.name in OPERATORS), applied(leaky_relu()), *CHOICES],
}
random_expressions = st.builds(
    lambda kind, seed: expression(random.Random(seed), OPERATIONS[kind]),
    st.sampled_from(list(OPERATIONS)),
    st.integers(0, 9999),
)


def check_python(read):
    """Assert that an expression in Python is its strict reading: the same bits, the same errors."""
    text = written(Python(), read)
    function = compiled(Python(), text, LEAVES)
    for leaves in (*LEAF_POINTS, *SPECIAL_LEAVES):
        assert identical(outcome(function, *leaves), outcome(read, strict, leaves)), text


def check_numpy(read):
    """Assert that an expression in NumPy is its array reading, element by element."""
    columns = list(np.array([*LEAF_POINTS, *SPECIAL_LEAVES]).T)
    text = written(NumPy(), read)
    with np.errstate(all="ignore"):
        assert identical_arrays(compiled(NumPy(), text, LEAVES)(*columns), read(arrays, columns)), text


@pytest.mark.parametrize("check", [check_python, check_numpy])
@pytest.mark.parametrize("kind", COMPOSED)
def test_an_operation_within_another_keeps_its_brackets(check, kind):
    """No bracket is missing around any operation at any place of any other."""
    for read in compositions(COMPOSED[kind]):
        check(read)


@settings(max_examples=300)
@given(random_expressions)
def test_python_of_an_expression_is_its_strict_reading(read):
    """Whatever the expression, the order of operations is kept: the same bits, the same errors."""
    check_python(read)


@settings(max_examples=300)
@given(random_expressions)
def test_numpy_of_an_expression_is_its_array_reading(read):
    """Whatever the expression, the order of operations is kept, element by element."""
    check_numpy(read)


# ---- JavaScript, all of it in one call of the browser

EVALUATE = """
const decode = (text) => Number(text.replace("inf", "Infinity").replace("nan", "NaN"));
const encode = (x) => String(Number(x)).replace("Infinity", "inf");
return arguments[0].map(([source, names, points]) => {
  const written = new Function(...names, source);
  return points.map((point) => encode(written(...point.map(decode))));
});
"""
ERF_POINTS = [(sign * x / 64,) for x in range(1, 64 * 7) for sign in (-1, 1)]
SEEDS = range(300)
# What IEEE 754 rounds correctly, or makes of what it does; math libraries differ in all other functions.
ROUNDED = {"Math.abs", "Math.sign", "Math.sqrt", "Math.max", "Math.min", "weigh", "total", "dot", "mod"}


def task(text, names, points):
    """Return what the browser evaluates: the body of a function, its parameters, its arguments as text."""
    javascript = JavaScript()
    body = f"{javascript.needed(text)}\nreturn {text};"
    return body, names, [list(map(repr, map(float, point))) for point in points]


def tasks_of(row):
    """Yield each text of a row, the points it is to be evaluated at, and what `ieee` gives there."""
    for table in points_of(row):
        names = names_of(len(table[0]))
        value, local, domain = texts(JavaScript(), row, len(names))
        zs = [row.value(ieee, operands) for operands in table]
        yield value, names, table, zs
        derivatives = [row.local_derivatives(ieee, z, operands) for z, operands in zip(zs, table)]
        for text, wanted in zip(local, zip(*derivatives)):
            yield text, ["z", *names], [(z, *operands) for z, operands in zip(zs, table)], wanted
        if domain:
            yield domain, names, table, [row.domain(ieee, *operands) for operands in table]


def expressions_in_javascript():
    """Return expressions of what IEEE 754 rounds correctly, as they are read and as they are written."""
    operations = [*map(applied, EXACT), *CHOICES]
    reads = [expression(random.Random(seed), operations) for seed in SEEDS]
    return [(read, written(JavaScript(), read)) for read in (*reads, *compositions(COMPOSED["choices"]))]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """Return what the browser makes of all texts: for each subject a list of numbers for each text."""
    tasks = {row.symbol: [task(*where) for *where, _ in tasks_of(row)] for row in ROWS}
    tasks["erf at many points"] = [task("erf(x)", ["x"], ERF_POINTS)]
    tasks["expressions"] = [task(text, LEAVES, LEAF_POINTS) for _, text in expressions_in_javascript()]
    with entered_by(algebraic) as row:
        tasks["algebraic"] = [task(*where) for *where, _ in algebraic_tasks(row, JavaScript())]
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        driver.get("about:blank")
        results = iter(driver.execute_script(EVALUATE, [t for ts in tasks.values() for t in ts]))
    return {subject: [list(map(float, next(results))) for _ in ts] for subject, ts in tasks.items()}


def agrees(text, got, wanted):
    """Tell whether the browser's number is the one that is wanted, to the last bit where that can be.

    The rows that call erf add 1 to it, so its error counts in units of 1.
    """
    if (math.isnan(got) and math.isnan(wanted)) or got == wanted:
        return True
    exact = ROUNDED.issuperset(re.findall(r"([\w.]+)\(", text))
    scale = max(abs(wanted), 1.0) if "erf(" in text else abs(wanted)
    return not exact and abs(got - wanted) <= RTOL * scale


@needs_chromium
@each_row
def test_javascript_is_the_ieee_reading_of_a_row(row, evaluated):
    """Value, local derivatives and domain give the same numbers, but for the rounding of functions."""
    results = evaluated[row.symbol]
    for (text, _, points, wanted), got in zip(tasks_of(row), results, strict=True):
        for point, g, w in zip(points, got, wanted, strict=True):
            assert agrees(text, g, w), f"{text} at {point} is {g}, not {w}"


@needs_chromium
def test_erf_in_javascript_is_the_error_function(evaluated):
    """What `Math` lacks is given to a few units in the last place, against 40 digits of mpmath."""
    for (x,), got in zip(ERF_POINTS, *evaluated["erf at many points"], strict=True):
        assert abs(got - mpmath.erf(x)) <= RTOL * abs(mpmath.erf(x)), x


@needs_chromium
def test_javascript_of_an_expression_is_its_ieee_reading(evaluated):
    """No bracket is missing and the order of operations is kept: exactly the number of the rows."""
    for (read, text), got in zip(expressions_in_javascript(), evaluated["expressions"], strict=True):
        for leaves, g in zip(LEAF_POINTS, got, strict=True):
            wanted = float(read(ieee, leaves))
            assert g == wanted or (math.isnan(g) and math.isnan(wanted)), f"{text} at {leaves}"


# ---- a row that is made up


def algebraic_tasks(row, dialect):
    """Yield texts of a made-up row, and of an expression that calls it, with points and their numbers."""
    x, z = dialect.name("x"), dialect.name("z")
    yield str(dialect.value(row, x)), ["x"], [(-3.0,), (0.0,), (1.0,), (nan,)], [-0.75, 0.0, 0.5, nan]
    yield str(*dialect.local_derivatives(row, z, x)), ["z"], [(-0.75,), (0.5,)], [0.0625, 0.25]
    yield str(1.0 - dialect.algebraic(-x) * x), ["x"], [(3.0,), (-1.0,)], [3.25, 1.5]


@each_language
def test_a_made_up_row_is_written(language):
    """Nothing is spelled out for a primitive: one that was entered a moment ago has its texts."""
    absolute = {Python: "abs", NumPy: "np.abs", JavaScript: "Math.abs"}[language]
    with entered_by(algebraic) as row:
        assert [text for text, *_ in algebraic_tasks(row, language())] == [
            f"x/(1 + {absolute}(x))",
            f"(1 - {absolute}(z))*(1 - {absolute}(z))",
            "1 - algebraic(-x)*x",
        ]
        assert "algebraic" in language().needed("algebraic(x)")
    assert not language().needed("algebraic(x)")


@pytest.mark.parametrize("language", [Python, NumPy])
def test_a_made_up_row_evaluates(language):
    """Its text, and that of an expression which calls it, stand on their own and give its numbers."""
    with entered_by(algebraic) as row:
        for text, names, points, wanted in algebraic_tasks(row, language()):
            function = compiled(language(), text, names)
            assert all_identical(list(itertools.starmap(function, points)), wanted), text


@needs_chromium
def test_a_made_up_row_evaluates_in_javascript(evaluated):
    """Its text, and that of an expression which calls it, give its numbers in JavaScript too."""
    with entered_by(algebraic) as row:
        for (text, *_, wanted), got in zip(algebraic_tasks(row, JavaScript()), evaluated["algebraic"]):
            assert all_identical(got, wanted), text


# ---- what stands in a text


@pytest.mark.parametrize(
    "x", [*filter(math.isfinite, SPECIAL), 0.1, 1 / 3, 1e16, 123456789.0, inf, -inf, nan]
)
def test_a_number_reads_back_as_the_same_float(x):
    """By itself a number is a float to the last bit, infinity and nan included."""
    for language in (Python, NumPy):
        text = str(language().number(x))
        got = compiled(language(), text, [])()
        assert type(got) is float
        assert identical(got, x)


def groups(text):
    """Yield a text without each pair of brackets in it that is not that of a call."""
    for opening in re.finditer(r"(?<!\w)\(", text):
        depth = 0
        for closing in range(opening.start(), len(text)):
            depth += (text[closing] == "(") - (text[closing] == ")")
            if depth == 0:
                break
        yield text[: opening.start()] + text[opening.end() : closing] + text[closing + 1 :]


@pytest.mark.parametrize("language", [Python, NumPy])
@each_row
def test_no_bracket_of_a_row_can_be_left_out(row, language):
    """Without any pair of its brackets, a text of a row means something else or nothing."""
    value, local, domain = texts(language(), row, row.arity or 4)
    for text in filter(None, (value, *local, domain)):
        for shorter in groups(text):
            try:
                means_the_same = ast.dump(ast.parse(shorter)) == ast.dump(ast.parse(text))
            except SyntaxError:
                continue
            assert not means_the_same, f"{text} is {shorter}"


@each_language
def test_a_text_brings_each_definition_once(language):
    """What is needed twice, directly and by another definition, is defined once and before its use."""
    dialect = language()
    lines = dialect.needed("softplus(x)*sigmoid(x) + silu(x) + sigmoid(y) + sigmoid(z)").splitlines()
    starts = [line for line in lines if re.match(r"(def|const) \w+|import|from", line)]
    assert len(set(starts)) == len(starts)
    names = [re.findall(r"\w+", line)[1] for line in starts]
    assert names.index("sigmoid") < names.index("silu")
    assert set(names) <= {"math", "numpy", "softplus", "sigmoid", "silu", "maximum"}
    assert dialect.needed("x + y*z") == ""


@each_language
def test_a_choice_that_is_made_already_is_not_written(language):
    """A family's parameter may decide: then only the branch that it chose stands in the text."""
    dialect = language()
    x = dialect.name("x")
    assert [str(dialect.where(chosen, x, -x)) for chosen in (True, False)] == ["x", "-x"]
