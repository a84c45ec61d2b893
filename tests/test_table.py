"""A row is stated once: whatever is made from the table follows from it."""

import re

import pytest

from scalargrad.engine.value import Value
from scalargrad.errors import OperandError
from scalargrad.primitives.rows import clip, leaky_relu, power
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import FAMILIES, TABLE, rows


def test_a_family_makes_one_row_for_each_parameter():
    """The same parameters give the same row, by position, by name or by default."""
    assert leaky_relu() is leaky_relu(0.01) is leaky_relu(slope=0.01)
    assert power(2) is power(2.0)
    assert power(2) is not power(3)


def test_a_family_makes_the_same_row_as_long_as_somebody_holds_it():
    """Also after more than a thousand others; so trained nets and traces compare by identity."""
    held = leaky_relu(0.123)
    assert len({leaky_relu(i / 1e5).symbol for i in range(1, 2000)}) == 1999
    assert leaky_relu(0.123) is held


def test_a_symbol_names_the_parameters():
    """Rows of one family differ in their symbol."""
    assert [row.symbol for row in (power(-0.5), clip(0, 6), TABLE["tanh"])] == [
        "power(-0.5)",
        "clip(0, 6)",
        "tanh",
    ]
    symbols = [row.symbol for row in rows()]
    assert len(set(symbols)) == len(symbols)


@pytest.mark.parametrize("parameter", [Value(0.1), "0.1", None, 1j], ids=repr)
def test_a_parameter_is_a_constant_number(parameter):
    """A Value would lose its gradient as a parameter, so anything but a number is refused by name."""
    with pytest.raises(OperandError, match=re.escape(f"got {parameter!r}")):
        Value(1.0).leaky_relu(parameter)


def test_rows_are_the_table_and_the_samples_of_families():
    """Laws over `rows()` reach every row and every family."""
    assert set(TABLE.values()) < set(rows())
    assert {row.name for row in rows()} == TABLE.keys() | FAMILIES.keys()


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_a_row_gives_one_local_derivative_for_each_operand(row):
    """Whatever the arity, local derivatives come in one tuple, in the order of the operands."""
    operands = [1.5 if row.name == "acosh" else 0.5] * (row.arity or 4)
    slopes = row.local_derivatives(ieee, row.value(strict, operands), operands)
    assert type(slopes) is tuple
    assert len(slopes) == len(operands)


def test_what_to_write_with_a_value_for_a_parameter_is_said_where_there_is_something():
    """A power of Values has operators; a slope that is a Value has none."""
    assert {name: made.of_values for name, made in FAMILIES.items() if made.of_values} == {
        "power": "x**y or pow(x, y)"
    }
