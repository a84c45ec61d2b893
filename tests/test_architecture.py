"""The shape of the package: imports point one way, nothing heavy is loaded, all is documented."""

import ast
import graphlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scalargrad
from scalargrad import errors

PACKAGE = Path(scalargrad.__file__).parent
TESTS = Path(__file__).parent
MODULES = {
    ".".join(("scalargrad", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# A folder or module may import those on lines above its own, and nothing from its own line.
FLOORS = (
    ("elsewhere",),
    ("errors",),
    ("primitives", "answers", "files"),
    ("notation", "table", "datasets"),
    ("engine",),
    ("wengert", "nn", "replay", "examples", "expressions"),
    ("optim", "study", "drawing"),
    ("training", "checking"),
    ("page",),
    ("plots", "saving"),
    ("tracing",),
    ("exercises",),
    ("cli",),
    ("__main__",),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def imports_of(name):
    """Return the modules of the package that a module imports anywhere, also for type checkers only."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if names <= MODULES.keys() else names | {node.module}
    return (found & MODULES.keys()) - {"scalargrad"}


def room_of(module):
    """Return the folder or module below the package that a module is, or lies in."""
    return module.removeprefix("scalargrad.").partition(".")[0]


def test_every_folder_and_module_has_its_floor():
    """Whoever adds one says on which floor it stands."""
    assert {room_of(name) for name in MODULES if name != "scalargrad"} == FLOOR.keys()


def test_imports_run_in_no_circle():
    """The modules can be put in an order in which each imports only earlier ones, for type checkers too."""
    graph = {name: imports_of(name) for name in MODULES}
    assert graph["scalargrad.engine.value"] >= {"scalargrad.engine.node", "scalargrad.errors"}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if name != "scalargrad"])
def test_imports_point_one_way(name):
    """No module imports one of its own floor, but for those of its own folder, or of one below."""
    room = room_of(name)
    for imported in imports_of(name):
        above = FLOOR[room_of(imported)] < FLOOR[room]
        assert above or room_of(imported) == room, f"{name} may not import {imported}"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_one_sentence(name):
    """Its first line is one sentence without "and": a module of two things is two modules."""
    first = ast.get_docstring(ast.parse(MODULES[name].read_text())).splitlines()[0]
    assert first.endswith((".", ":", "`")), first
    assert "and" not in re.findall(r"\w+", first), f"{name}: {first}"


def test_importing_the_package_loads_no_other():
    """Neither NumPy nor graphviz nor any other third-party package is loaded by `import scalargrad`."""
    program = (
        "import sys; before = set(sys.modules); import scalargrad\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "scalargrad" in loaded
    assert loaded - {"scalargrad"} <= sys.stdlib_module_names


def public_definitions(body, prefix):
    """Yield the public classes and functions of a module and the public methods of its classes."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            again = {"overload", f"{node.name}.setter"} & {ast.unparse(d) for d in node.decorator_list}
            if not again:  # documented where it is defined first or last
                yield f"{prefix}.{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{prefix}.{node.name}")


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_has_a_docstring(name):
    """Each module, class, function and method says what it is in a line that ends with a full stop."""
    tree = ast.parse(MODULES[name].read_text())
    for place, node in [(name, tree), *public_definitions(tree.body, name)]:
        documentation = ast.get_docstring(node)
        assert documentation, f"{place} has no docstring"
        assert documentation.splitlines()[0].endswith("."), place


def test_everything_made_from_the_table_has_a_docstring():
    """Generated functions and methods are documented as written ones are."""
    for name in scalargrad.functions.__all__:
        assert inspect.getdoc(getattr(scalargrad.functions, name)), name
    for name, attribute in vars(scalargrad.Value).items():
        if not name.startswith("_") and callable(attribute):
            assert inspect.getdoc(attribute), name


def test_every_public_name_exists():
    """`__all__` of the package and of `functions` lists what is there, without repeats."""
    for module in (scalargrad, scalargrad.functions):
        assert len(set(module.__all__)) == len(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)


def test_every_error_is_ours_and_a_builtin_one_too():
    """A caller may catch ScalargradError, or what Python raises in such a case."""
    ours = [e for e in vars(errors).values() if inspect.isclass(e) and issubclass(e, errors.ScalargradError)]
    for error in ours:
        builtin = [base for base in error.__mro__ if base.__module__ == "builtins"]
        assert error is errors.ScalargradError or builtin[0] not in {Exception, BaseException, object}


def test_no_test_depends_on_a_clock():
    """Tests are deterministic: none imports a module that measures time."""
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert not {"time", "timeit", "datetime"} & set(names), path.name
