"""Write the stubs that show editors what is made from the table.

`python -m scalargrad.engine.stubs` writes `methods.pyi` and `functions.pyi` beside this module, and the names
in the package's `__all__`; a test holds them against the table.
"""

import inspect
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

from scalargrad.engine import functions as functions_module
from scalargrad.engine import operators  # noqa: F401  # gives Values their methods
from scalargrad.engine.methods import Methods
from scalargrad.engine.signatures import NUMBER, VALUE
from scalargrad.primitives.table import entries

HERE = Path(__file__).parent
NOTE = "# Written by `python -m scalargrad.engine.stubs` from the table of primitives: edit the rows there."


def methods() -> str:
    """Return the stub of the methods of Values, generic in what they take and return."""
    lines = [NOTE, "from typing import Generic, TypeVar", "", 'V = TypeVar("V")', ""]
    lines += ["class Methods(Generic[V]):", f'    """{Methods.__doc__}"""']
    for name, method in vars(Methods).items():
        if hasattr(method, "__signature__"):
            generic = _definition(name, method).replace(NUMBER, "V | float").replace(f"-> {VALUE}", "-> V")
            lines += ["", textwrap.indent(generic, "    ")]
    return "\n".join([*lines, ""])


def functions() -> str:
    """Return the stub of the functions of Values."""
    names = functions_module.__all__
    lines = [NOTE, "from collections.abc import Iterable", ""]
    lines += ["from scalargrad.engine.value import Number, Value", "", "__all__ = ["]
    lines += [f'    "{name}",' for name in names] + ["]"]
    for name in names:
        lines += ["", _definition(name, getattr(functions_module, name))]
    return "\n".join([*lines, ""])


def _definition(name: str, function: Callable[..., object]) -> str:
    text = function.__doc__ or ""
    body = textwrap.indent(f'"""{text}"""' if "\n" not in text else f'"""{text}\n"""', "    ")
    return f"def {name}{inspect.signature(function)}:\n{body}"


def package() -> str:
    """Return the package's own module, its `__all__` completed: type checkers read it as it is written."""
    names = sorted({entry.name for entry in entries()} - {"abs", "pow"}, key=_with_numbers)
    listed = "".join(f'    "{name}",\n' for name in names)
    text = (HERE / PACKAGE).read_text(encoding="utf-8")
    return re.sub(r"(?<=^__all__ \+= \[)[^]]*", f"\n{listed}", text, flags=re.MULTILINE)


def _with_numbers(name: str) -> list[tuple[int, str]]:
    """Return what names are sorted by: log1p, log2, log10, as a linter wants them."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


PACKAGE = "../__init__.py"
WRITTEN = {"methods.pyi": methods, "functions.pyi": functions, PACKAGE: package}


if __name__ == "__main__":
    for file, text in WRITTEN.items():
        place = (HERE / file).resolve()
        place.write_text(text(), encoding="utf-8")
        print(place)  # noqa: T201  # it is a command
