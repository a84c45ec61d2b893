"""Where one reading of a row throws all do: outside of its domain, and where its value is too large."""

import itertools
import math

import numpy as np
import pytest
from laws import LISTS, POINTS, SPECIAL, inside

from scalargrad import Value, grad, record, trace
from scalargrad.engine import functions
from scalargrad.engine.apply import apply
from scalargrad.errors import DomainError, RangeError
from scalargrad.notation.languages import Python
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.limits import quietly, raising
from scalargrad.primitives.scalars import strict
from scalargrad.primitives.table import rows

each_row = pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
# Just beside the ends that domains have, and beside where exponentials overflow.
BESIDE = [math.nextafter(end, side) for end in (-1.0, 0.0, 1.0) for side in (-math.inf, math.inf)]
LARGE = [709.7, 709.8, 710.4, 710.5, 1023.9, 1024.0, 2000.0, -2000.0]
NUMBERS = [*POINTS, *(x for x in SPECIAL if not math.isnan(x)), *BESIDE, *LARGE]
FEWER = [x for x in NUMBERS if abs(x) in {0.0, 0.5, 1.0, 2.0, 3.0, 1e300, 800.0, math.inf}]
FAR = ((1e308, 1e308, -1.0, 0.5), (math.inf, 1.0), (-math.inf, 1.0), (800.0, 900.0), (math.inf, -math.inf))


def operands_of(row):
    """Return operands in, at and outside of the domain."""
    if row.lists:
        return [*LISTS, *FAR]
    return list(itertools.product(NUMBERS if row.arity == 1 else FEWER, repeat=row.arity))


def kind_of(error):
    """Return which of the two there are: no value there, or one that is too large."""
    return RangeError if isinstance(error, OverflowError) else DomainError


def outcome(function, *arguments):
    """Return the kind of error that is raised, None where there is none."""
    try:
        function(*arguments)
    except (ValueError, ArithmeticError) as error:
        return kind_of(error)
    return None


def thrown(row):
    """Yield operands with the kind of error that the row raises over floats there, None for a value."""
    for operands in operands_of(row):
        yield operands, outcome(row.value, strict, operands)


def test_operands_are_inside_at_and_outside_of_each_domain():
    """The law has something to say of every row that has a domain, and of what overflows."""
    for row in rows():
        kinds = {kind for _, kind in thrown(row)}
        assert None in kinds
        assert (DomainError in kinds) == (row.domain is not None), row.symbol
    overflowing = {row.name for row in rows() if RangeError in {kind for _, kind in thrown(row)}}
    assert overflowing >= {"exp", "exp2", "expm1", "sinh", "cosh", "pow", "power"}


@each_row
def test_a_row_throws_domain_errors_outside_of_its_domain_alone(row):
    """The domain that a row states is where it does not raise for want of a value."""
    for operands, kind in thrown(row):
        assert (kind is DomainError) == (not inside(row, row.arguments(operands))), operands


@each_row
def test_values_throw_where_floats_do(row):
    """A node, a function of Values, a derivative: each the package's own error, of that kind."""
    named = getattr(functions, row.name)

    def called(*xs):
        return named(*row.arguments(xs), *row.parameters)

    by_all = tuple(range(2 if row.lists else row.arity))
    for operands, kind in thrown(row):
        ways = [lambda *xs: apply(row, *row.arguments(list(map(Value, xs)))), called]
        if not row.lists:
            ways.append(grad(called, by_all))
        for way in ways:
            if kind is None:
                way(*operands)
            else:
                with pytest.raises(kind):
                    way(*operands)


@each_row
def test_generated_python_throws_where_floats_do(row):
    """A ValueError or ZeroDivisionError for no value, an OverflowError for one that is too large."""
    python = Python()
    for count, several in itertools.groupby(
        sorted(thrown(row), key=lambda x: len(x[0])), lambda x: len(x[0])
    ):
        names = [f"x{i}" for i in range(count)]
        text, scope = str(python.value(row, *map(python.name, names))), {}
        exec(f"{python.needed(text)}\ndef written({', '.join(names)}):\n    return {text}", scope)
        for operands, kind in several:
            assert outcome(scope["written"], *operands) is kind, operands


@each_row
def test_a_trace_throws_at_other_numbers_where_floats_do(row):
    """Moved to numbers where the row has no value, it raises the error that the engine would."""
    start = next(operands for operands, kind in thrown(row) if kind is None)
    leaves = [Value(x, f"x{i}") for i, x in enumerate(start)]
    t = trace(apply(row, *row.arguments(leaves)))
    for operands, kind in thrown(row):
        if len(operands) == len(start):
            assert outcome(lambda xs: t.at(**{f"x{i}": x for i, x in enumerate(xs)}), operands) is kind, (
                operands
            )


@each_row
def test_a_replay_throws_where_floats_do(row):
    """Also of a batch with one sample outside of the domain: arrays alone would go on with nan."""
    step = record(lambda *xs: apply(row, *row.arguments(xs)))
    start = next(operands for operands, kind in thrown(row) if kind is None)
    several = [x for x in thrown(row) if len(x[0]) == len(start)][::3]
    for operands, kind in several:
        assert outcome(step, *operands) is kind, operands
        batch = [np.array([x, y]) for x, y in zip(start, operands)]
        assert outcome(step, *batch) is kind, operands


@each_row
def test_arrays_have_no_number_where_floats_throw(row):
    """They have nan or an infinity, and raise where they are made to: `limits.raising`.

    Only powers go on at infinity, where IEEE 754 takes every exponent for an even integer; and the sum of
    numbers that are large, or their product, is infinite for floats too, where NumPy can be made to raise.
    """
    for operands, kind in thrown(row):
        columns = [np.float64(x) for x in operands]
        z = quietly(row.value, arrays, columns)
        is_finite = all(map(math.isfinite, operands))
        at_infinity = row.name in {"pow", "power"} and not is_finite
        if kind is not None and not at_infinity:
            assert not math.isfinite(z), operands
            if is_finite:
                with pytest.raises(FloatingPointError):
                    raising(row.value, arrays, columns)
        elif kind is None and math.isfinite(row.value(strict, operands)):
            assert math.isfinite(raising(row.value, arrays, columns)), operands
