"""Functions and methods made from the table: that they are there, declared, and documented truly."""

import inspect
import math
import pathlib
import pickle
import re

import pytest
from laws import all_operands, close, inside, interior, nearest_subgradient, operands_inside

import scalargrad
from scalargrad import Value, functions
from scalargrad.engine import stubs
from scalargrad.engine.methods import Methods
from scalargrad.primitives.scalars import strict
from scalargrad.primitives.table import FAMILIES, TABLE, Family

OF_ONE_OR_TWO = [row for row in TABLE.values() if row.arity]
each_function = pytest.mark.parametrize("row", OF_ONE_OR_TWO, ids=lambda row: row.name)


@each_function
def test_each_row_is_a_function_and_a_method(row):
    """Both compute the row's value at Values, and the function also at plain numbers."""
    operands = next(iter(operands_inside(row)))
    z = row.value(strict, operands)
    first, *rest = map(Value, operands)
    assert getattr(functions, row.name)(*operands).data == z
    assert getattr(functions, row.name)(first, *rest).data == z
    assert getattr(first, row.name)(*rest).data == z
    assert getattr(first, row.name)(*operands[1:]).primitive is row


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "power"])
def test_each_family_is_a_function_and_a_method(name):
    """Parameters are given by position, by name or by default, and choose the row."""
    family = FAMILIES[name]
    for parameters in family.samples:
        row = family(*parameters)
        assert getattr(functions, name)(1.5, *parameters).primitive is row
        assert getattr(Value(1.5), name)(*parameters).primitive is row
        named = dict(zip(family.signature.parameters, parameters))
        assert getattr(Value(1.5), name)(**named).primitive is row


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_documented_as_its_maker(name):
    """Function and method have the docstring that stands over the maker of the rows."""
    maker = getattr(inspect.getmodule(TABLE["tanh"].function), name)
    assert maker is FAMILIES[name]
    assert functions.__dict__[name].__doc__ == maker.__doc__ != Family.__doc__
    if name != "power":
        assert getattr(Value, name).__doc__ == maker.__doc__


@pytest.mark.parametrize("place", [functions, Value], ids=["functions", "Value"])
def test_what_is_made_from_the_table_is_found_by_its_name(place):
    """Pickling stores a function by name, so a model with any activation can be stored and restored."""
    names = functions.__all__ if place is functions else set(dir(Value)) & set(functions.__all__)
    assert len(names) > 30
    for name in names:
        function = getattr(place, name)
        assert pickle.loads(pickle.dumps(function)) is function
        assert function.__name__ == name


def test_the_package_offers_every_function():
    """What `functions` makes from the table is at the top level; a star import keeps Python's abs and pow."""
    for name in functions.__all__:
        assert getattr(scalargrad, name) is getattr(functions, name)
    assert set(functions.__all__) - set(scalargrad.__all__) == {"abs", "pow"}


@pytest.mark.parametrize("file", stubs.WRITTEN)
def test_the_stubs_are_written_from_the_table(file):
    """What editors see is what `python -m scalargrad.engine.stubs` writes now."""
    written = (pathlib.Path(stubs.__file__).parent / file).read_text(encoding="utf-8")
    assert written == stubs.WRITTEN[file](), "run python -m scalargrad.engine.stubs"


def parameters_of(function):
    """Return the parameters of a function as a caller sees them: names, kinds and defaults."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def declared(file, owner):
    """Return the functions that a stub declares, as Python reads them; `owner` is their class."""
    names = {"Number": float, "Value": Value}
    source = (pathlib.Path(stubs.__file__).parent / file).read_text(encoding="utf-8")
    exec(re.sub(r"^from scalargrad.*$", "", source, flags=re.MULTILINE), names)
    return {name: f for name, f in vars(names[owner]).items() if callable(f)} if owner else names


@pytest.mark.parametrize("name", functions.__all__)
def test_a_function_has_the_signature_and_documentation_that_its_stub_shows(name):
    """`help(sin)` says at run time what an editor says: operands by position, documented."""
    function, stub = getattr(functions, name), declared("functions.pyi", "")[name]
    assert parameters_of(function) == parameters_of(stub)
    assert inspect.getdoc(function) == inspect.getdoc(stub)


def test_methods_have_the_signatures_and_documentation_that_their_stubs_show():
    """Every method and operator that the table makes is declared, and nothing else."""
    stubbed = declared("methods.pyi", "Methods")
    made = {name: f for name, f in vars(Methods).items() if callable(f)}
    assert made.keys() == stubbed.keys()
    for name, method in made.items():
        assert parameters_of(method)[1:] == parameters_of(stubbed[name])[1:], name
        assert inspect.getdoc(method) == inspect.getdoc(stubbed[name]), name


# ---- documentation


NAMES = {*strict.functions, *(row.name for row in TABLE.values() if row.arity)}


def understood(formula, names):
    """Return what a formula of the documentation says at these operands."""
    formula = re.sub(r"\[(.*?)\]", r"(\1)", formula)  # Iverson's brackets: 1 where it holds
    formula = formula.replace(" mod ", " % ").replace(" = ", " == ")
    return eval(formula, vars(math) | {name: getattr(strict, name) for name in NAMES} | {"abs": abs}, names)


@each_function
def test_the_documentation_states_the_derivatives(row):
    """The formula for each ∂z/∂x in the docstring, read as Python, is the derivative of the reference."""
    lines = getattr(functions, row.name).__doc__.splitlines()
    names = ["x", "y"][: row.arity]
    for operands in operands_inside(row):
        point = dict(zip(names, operands)) | {"z": row.value(strict, operands)}
        for i, name in enumerate(names):
            (formula,) = [line.split(" = ", 1)[1] for line in lines if line.startswith(f"∂z/∂{name} = ")]
            if interior(row, operands, i) and not (row.name == "pow" and operands[0] <= 0):
                partial = understood(formula, point)
                assert close(partial, nearest_subgradient(row, operands, i, partial), 1e-3), formula


@each_function
def test_the_documentation_states_the_domain(row):
    """The condition in the docstring, read as Python, holds exactly where the row has a value."""
    documentation = getattr(functions, row.name).__doc__
    stated = re.search("Raises DomainError unless (.*)[.]", documentation)
    assert bool(stated) is bool(row.domain)
    for operands in all_operands(row) if stated else ():
        point = dict(zip("xy", operands)) | {"inf": math.inf}
        assert bool(understood(stated[1], point)) is inside(row, operands)
