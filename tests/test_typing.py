"""The public face as type checkers see it: what they accept runs, what they reject Python refuses, too."""

import ast
import importlib.util
import inspect
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from scalargrad.drawing import picture, themes, views
from scalargrad.errors import ScalargradError
from scalargrad.nn import initialisers, losses
from scalargrad.study import tables

ROOT = Path(__file__).parent.parent
PLACE = Path(__file__).parent / "typing"


def module(name):
    """Return a module of the folder `typing`, loaded from its file."""
    spec = importlib.util.spec_from_file_location(name, PLACE / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def run(tool, *arguments):
    """Return what a checker says, run from the root of the project on the interpreter of the tests."""
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        cwd=ROOT,
        env=os.environ | {"MYPYPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def needs(tool):
    """Skip a test where a checker is not installed."""
    return pytest.mark.skipif(
        not importlib.util.find_spec(tool), reason=f"no {tool} (pip install 'scalargrad-study[lint]')"
    )


@needs("mypy")
def test_mypy_accepts_and_rejects_what_it_should():
    """Strict mypy finds no error in `accept.py`, and in `reject.py` one on each line that expects it."""
    done = run("mypy", "--strict", *map(str, sorted(PLACE.glob("*.py"))))
    assert done.returncode == 0, done.stdout + done.stderr


@needs("pyright")
def test_pyright_accepts_and_rejects_what_it_should():
    """So does strict pyright, for which comments of mypy's do not count."""
    if run("pyright", "--version").returncode:
        pytest.skip("pyright is installed, but cannot fetch the program that it wraps")
    done = run("pyright", "--pythonpath", sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr


def check_type(value, kind):
    """Assert at run time what `assert_type` tells a checker, down to the items of a list."""
    generic = get_origin(kind)
    whole = generic if isinstance(generic, type) and generic is not types.UnionType else kind
    assert kind is Any or isinstance(value, whole), f"{value!r} is no {kind}"
    for item in value if generic is list else ():
        check_type(item, *get_args(kind))


ACCEPTED = {
    name: function
    for name, function in vars(module("accept")).items()
    if inspect.isfunction(function) and function.__module__ == "accept"
    if function.__annotations__["return"] is None  # the others are what users define
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted_runs(name, tmp_path, monkeypatch):
    """Every function of `accept.py` returns without an error, and finds the types that it asserts."""
    function = ACCEPTED[name]
    monkeypatch.setitem(function.__globals__, "assert_type", check_type)
    function(**dict.fromkeys(inspect.signature(function).parameters, tmp_path))


REJECTED = [
    ast.unparse(statement)
    for function in ast.parse((PLACE / "reject.py").read_text(encoding="utf-8")).body
    if isinstance(function, ast.FunctionDef) and ast.unparse(function.returns) == "None"
    for statement in function.body[1:]  # after its docstring
]


@pytest.mark.parametrize("statement", REJECTED)
def test_what_is_rejected_is_refused(statement):
    """Every statement of `reject.py` raises, and what it raises is an error of ours or one of use."""
    with pytest.raises((ScalargradError, TypeError, AttributeError)):
        exec(statement, vars(module("reject")))


def test_every_rejected_statement_is_expected_by_both_checkers():
    """Each line of `reject.py` that is rejected carries the reason that either checker gives."""
    lines = (PLACE / "reject.py").read_text(encoding="utf-8").splitlines()
    marked = [line for line in lines if "# type: ignore[" in line and "# pyright: ignore[" in line]
    assert len(marked) == len(REJECTED) > 90


@pytest.mark.parametrize(
    ("words", "table"),
    [
        (picture.View, views.VIEWS),
        (themes.ThemeName, themes.THEMES),
        (tables.TableKind, tables.KINDS),
        (tables.TableForm, tables.FORMS),
        (losses.LossName, losses.LOSSES),
        (initialisers.InitialiserName, initialisers.INITIALISERS),
    ],
)
def test_a_literal_lists_the_words_that_are_known_at_run_time(words, table):
    """What a checker takes for a name is what the table of these names holds, in its order."""
    assert list(get_args(words)) == list(table)
