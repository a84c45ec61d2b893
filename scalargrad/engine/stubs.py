"""Write the stubs that show editors what is made from the table.

`python -m scalargrad.engine.stubs` writes `methods.pyi` and `functions.pyi` beside this module; a test
holds them against the table.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from scalargrad.engine.calls import documentation
from scalargrad.engine.methods import Methods
from scalargrad.engine.operators import of_reflected, reflected
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.table import Entry, Family, entries

HERE = Path(__file__).parent
NOTE = "# Written by `python -m scalargrad.engine.stubs` from the table of primitives: edit the rows there."
Parameters = list[str]


def methods() -> str:
    """Return the stub of the methods of Values."""
    lines = [NOTE, "from typing import Generic, TypeVar", "", 'V = TypeVar("V")', ""]
    lines += ["class Methods(Generic[V]):", f'    """{Methods.__doc__}"""']
    for entry in entries():
        for name, parameters, text in _methods_of(entry):
            lines += ["", textwrap.indent(_definition(name, parameters, "V", text), "    ")]
    return "\n".join([*lines, ""])


def functions() -> str:
    """Return the stub of the functions of Values."""
    lines = [NOTE, "from collections.abc import Iterable", ""]
    lines += ["from scalargrad.engine.value import Number, Value", "", "__all__ = ["]
    lines += [f'    "{entry.name}",' for entry in entries()] + ["]"]
    for entry in entries():
        kind = "Iterable[Number]" if _row(entry).lists else "Number"
        operands = [f"{name}: {kind}" for name in _row(entry).operands]
        parameters = [*operands, "/", *_parameters(entry)]
        lines += ["", _definition(entry.name, parameters, "Value", documentation(entry))]
    return "\n".join([*lines, ""])


def _row(entry: Entry) -> Primitive:
    return entry.sample if isinstance(entry, Family) else entry


def _methods_of(entry: Entry) -> Iterator[tuple[str, Parameters, str]]:
    """Yield the methods that an entry becomes, with their parameters and documentation."""
    row = _row(entry)
    if row.lists:
        return
    others = ["other: V | float"] * (len(row.operands) - 1)
    operands, text = ["self", *others, "/"], entry.documentation
    yield entry.name, [*operands, *_parameters(entry)], text
    if not isinstance(entry, Family) and entry.method:
        yield entry.method, operands, text
        if others:
            yield reflected(entry.method), operands, of_reflected(text)


def _parameters(entry: Entry) -> Parameters:
    """Return the parameters of a family, as numbers."""
    if not isinstance(entry, Family):
        return []
    return [
        f"{p.name}: float" + ("" if p.default is p.empty else f" = {p.default!r}")
        for p in entry.signature.parameters.values()
    ]


def _definition(name: str, parameters: Parameters, returned: str, text: str) -> str:
    body = textwrap.indent(f'"""{text}"""' if "\n" not in text else f'"""{text}\n"""', "    ")
    return f"def {name}({', '.join(parameters)}) -> {returned}:\n{body}"


STUBS = {"methods.pyi": methods, "functions.pyi": functions}


if __name__ == "__main__":
    for file, stub in STUBS.items():
        (HERE / file).write_text(stub(), encoding="utf-8")
