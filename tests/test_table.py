"""A row is stated once: whatever is made from the table follows from it."""

import contextlib
import re

import pytest
from laws import REFERENCES, check_local_derivatives, check_second_derivatives, check_values

from scalargrad import functions
from scalargrad.engine import reading
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.rows import clip, leaky_relu, power
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import FAMILIES, TABLE, primitive, rows, withdraw


@contextlib.contextmanager
def entered(enter):
    """Enter a row or family as a user would, and take back all that was made of it."""
    entry = enter()
    yield entry
    withdraw(entry.name)


def make_softsign():
    @primitive(
        lambda m, z, x: (1.0 - abs(z)) * (1.0 - abs(z)), latex=r"\operatorname{{softsign}}\left({0}\right)"
    )
    def softsign(m, x):
        """Return x / (1 + |x|)."""
        return m.divide(x, 1.0 + abs(x))

    return softsign


@pytest.fixture
def softsign(monkeypatch):
    monkeypatch.setitem(REFERENCES, "softsign", lambda x: x / (1 + abs(x)))
    with entered(make_softsign) as row:
        yield row


@pytest.mark.usefixtures("softsign")
def test_a_new_row_becomes_a_method_and_a_function():
    """One row is enough: Values have the method, `functions` the function, and both differentiate."""
    x = Value(-3.0)
    y = x.softsign() + functions.softsign(1.0)
    y.backward()
    assert (y.data, x.grad) == (-0.25, 0.0625)
    assert "softsign" in functions.__all__
    assert Value.softsign.__doc__ == "Return x / (1 + |x|)."
    assert functions.softsign.__doc__.endswith("z = softsign(x)\n∂z/∂x = (1 - abs(z))*(1 - abs(z))")


@pytest.mark.usefixtures("softsign")
def test_a_new_row_is_written_as_text_and_latex():
    """Its notation is read from the row."""
    text, latex = TextWriter(), LatexWriter()
    assert str(text.softsign(text.name("a"))) == "softsign(a)"
    assert str(latex.softsign(latex.name("a"))) == r"\operatorname{softsign}\left(a\right)"


@pytest.mark.usefixtures("softsign")
def test_a_new_row_is_known_in_every_namespace():
    """Other rows may call it as m.softsign over floats, arrays and Values."""
    for namespace in (strict, ieee, arrays, reading.values):
        assert float(namespace.softsign(3.0)) == 0.75


def test_a_new_row_is_under_the_laws_of_all_rows(softsign):
    """The laws are quantified over the table, so they hold the new row too."""
    assert softsign in rows()
    check_values(softsign)
    check_local_derivatives(softsign)
    check_second_derivatives(softsign)


def test_a_row_that_is_taken_back_leaves_nothing_behind():
    """The fixture is tested: the other tests see the table as it was."""
    before = [*rows()], {*dir(Value)}, {*dir(functions)}, {*vars(strict)}, {*vars(reading.values)}
    with entered(make_softsign):
        assert "softsign" in TABLE
    assert before == ([*rows()], {*dir(Value)}, {*dir(functions)}, {*vars(strict)}, {*vars(reading.values)})


def test_a_family_makes_one_row_for_each_parameter():
    """The same parameters give the same row, by position, by name or by default."""
    assert leaky_relu() is leaky_relu(0.01) is leaky_relu(slope=0.01)
    assert power(2) is power(2.0)
    assert power(2) is not power(3)


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
    operands = [0.5] * (row.arity or 4)
    slopes = row.local_derivatives(ieee, row.value(strict, operands), operands)
    assert type(slopes) is tuple
    assert len(slopes) == len(operands)
