"""The shape of the package: imports point one way, nothing heavy is loaded, all is documented."""

import ast
import graphlib
import inspect
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

# Each module may import those on lines above it.  Modules that stand on all of these are not listed.
LAYERS = (
    ("errors",),
    ("scalars",),
    ("table",),
    ("primitives", "arrays"),
    ("notation",),
    ("sweep",),
    ("engine",),
    ("operators",),
    ("functions",),
    ("transforms", "gradcheck", "nn"),
)


def run_at_import(body):
    """Yield the statements of a module that are run when it is imported, inside blocks too."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from run_at_import(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            for field in ("body", "orelse", "finalbody", "handlers"):
                yield from run_at_import(getattr(node, field, []))


def imports_of(name):
    """Return the modules of the package that a module imports when it is imported itself."""
    found = set()
    for node in run_at_import(ast.parse(MODULES[name].read_text()).body):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names if names <= MODULES.keys() else names | {node.module}
    return found & MODULES.keys()


def imports_from(name):
    """Return what a module imports, or all modules of a package import from outside of it."""
    within = {module for module in MODULES if module == name or module.startswith(f"{name}.")}
    return set().union(*map(imports_of, within)) - within


def test_imports_run_in_no_circle():
    """The modules of the package can be put in an order in which each imports only earlier ones."""
    graph = {name: imports_of(name) for name in MODULES}
    assert graph["scalargrad.engine"] >= {"scalargrad.sweep", "scalargrad.table"}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


def test_imports_follow_the_layers():
    """No module of the engine imports one from its own line or below."""
    below = set()
    for layer in LAYERS:
        names = {f"scalargrad.{name}" for name in layer}
        for name in names:
            assert imports_from(name) <= below, f"{name} may not import {imports_from(name) - below}"
        below |= names


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
