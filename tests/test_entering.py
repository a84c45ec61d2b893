"""A row that cannot be read is refused when it is entered, whole: nothing of it is left behind."""

import math

import pytest
from entries import entered_by
from test_own_entries import state

from scalargrad import Value, functions
from scalargrad.errors import EntryError, OperandError
from scalargrad.expressions import evaluate
from scalargrad.primitives.table import FAMILIES, TABLE, family, member, primitive, rows


def unary(partials, function=lambda m, x: m.tanh(x), name="bent", **facts):
    function.__name__ = name
    return primitive(partials, **facts)(function)


def binary(partials, **facts):
    return unary(partials, lambda m, x, y: x * y, **facts)


def of_list(partials, **facts):
    return unary(partials, lambda m, xs: m.total(xs), lists=1, **facts)


REFUSED = {
    "a pair for one operand": (lambda: unary(lambda m, z, x: (1.0, 1.0)), "the local derivative itself"),
    "one for two operands": (lambda: binary(lambda m, z, x, y: y), "a pair of local derivatives"),
    "three for two operands": (lambda: binary(lambda m, z, x, y: (x, y, z)), "a pair of local derivatives"),
    "a list for a list": (lambda: of_list(lambda m, z, xs: [z / x for x in xs]), "a tuple of 1 list"),
    "z forgotten": (lambda: unary(lambda m, x: 1.0), "takes 2 positional arguments"),
    "math for m": (lambda: unary(lambda m, z, x: math.cos(x)), "m.cos.x. can but not math.cos"),
    "math for m in the value": (lambda: unary(lambda m, z, x: 1.0, lambda m, x: math.sin(x)), "math.cos"),
    "no such function": (lambda: unary(lambda m, z, x: m.cosinus(x)), "cosinus"),
    "a branch": (lambda: unary(lambda m, z, x: 1.0 if x > 0 else 0.0), "m.where"),
    "`and` in the domain": (
        lambda: unary(lambda m, z, x: 1.0, domain=lambda m, x: x > 0 and x < 1),
        "& or |",
    ),
    "a template of more operands": (
        lambda: unary(lambda m, z, x: 1.0, latex="{0} + {1}"),
        "read over symbols",
    ),
    "an unknown fact": (lambda: unary(lambda m, z, x: 1.0, domian=None), "did you mean domain"),
    "an activation by its name": (lambda: unary(lambda m, z, x: 1.0, activation="yes"), "activation takes"),
    "three operands": (lambda: unary(lambda m, z, *xs: xs, lambda m, x, y, z: x), "one or two operands"),
    "any number of operands": (lambda: unary(lambda m, z, *xs: xs, lambda m, *xs: m.total(xs)), "or lists"),
    "a number of lists": (lambda: unary(lambda m, z, x: 1.0, lists=2), "say lists=1"),
    "the name of a primitive": (lambda: unary(lambda m, z, x: 1.0, name="tanh"), "'tanh' of scalargrad"),
    "the name of a family": (lambda: unary(lambda m, z, x: 1.0, name="elu"), "'elu' of scalargrad"),
    **{
        f"the attribute {name}": (lambda name=name: unary(lambda m, z, x: 1.0, name=name), "an attribute")
        for name in ("data", "grad", "label", "path", "parents", "primitive", "backward", "zero_grad")
    },
    "a family without samples": (lambda: family()(lambda n: TABLE["tanh"]), "samples of the parameters"),
    "a family without brackets": (lambda: family(lambda n: TABLE["tanh"]), "samples of the parameters"),
    "a sample that is no tuple": (lambda: family(0.5), "samples of the parameters"),
    "a maker that returns nothing": (lambda: family((0.5,))(lambda n: None), "made by @member"),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_what_cannot_be_read_is_refused_and_leaves_nothing_behind(slip):
    """The error says what is wrong and what to write; table, methods and functions are as before."""
    enter, said = REFUSED[slip]
    before = state()
    with pytest.raises(EntryError, match=said):
        enter()
    assert state() == before


def test_a_cell_that_is_run_again_replaces_its_row():
    """The same module may enter a name anew; graphs of the old row keep it."""
    with entered_by(lambda: unary(lambda m, z, x: 2.0 * x, lambda m, x: x * x)):
        y = functions.bent(3.0)
        unary(lambda m, z, x: 3.0 * x * x, lambda m, x: x * x * x)
        assert (y.data, functions.bent(3.0).data, Value(3.0).bent().data) == (9.0, 27.0, 27.0)
        assert functions.__all__.count("bent") == 1
        assert y.primitive is not TABLE["bent"]


def test_a_family_gives_way_to_a_row_of_the_same_module():
    """A name is that of a row or of a family, never of both."""

    def bent(n):
        return member(lambda m, z, x: n)(lambda m, x: n * x)

    with entered_by(lambda: family((2.0,))(bent)):
        assert "bent" in FAMILIES
        unary(lambda m, z, x: 1.0, lambda m, x: x * 1.0)
        assert ("bent" in FAMILIES, "bent" in TABLE) == (False, True)


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_a_row_says_how_it_is_called(row):
    """It is an entry of a table; called like a function it names the function."""
    with pytest.raises(OperandError, match=f"call scalargrad.{row.name}"):
        row(1.0)


def test_a_name_goes_before_an_alias():
    """A row of one's own called `ln` is what ln means in an expression, and afterwards log is again."""
    with entered_by(lambda: unary(lambda m, z, x: 2.0, lambda m, x: 2.0 * x, name="ln")):
        assert evaluate("ln(x)", {"x": 4.0}).data == 8.0
    assert evaluate("ln(x)", {"x": 1.0}).data == 0.0
