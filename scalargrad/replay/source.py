"""Write a program as a function that a person reads, pastes, runs."""

import re
from collections.abc import Iterator, Sequence
from textwrap import indent

from scalargrad.replay.arrays import Array
from scalargrad.replay.elements import with_elements
from scalargrad.replay.function import HELPERS, Body, body
from scalargrad.replay.layout import Layout
from scalargrad.replay.libraries import LIBRARIES, Library, LibraryName, library
from scalargrad.replay.names import is_free
from scalargrad.replay.program import Program
from scalargrad.replay.text import BATCH

WIDTH = 100


def source(program: Program, name: str, target: LibraryName) -> str:
    """Return the source of a program for a library.

    For NumPy it is forward and backward, with the derivatives by the parameters or, where there are none,
    by the arguments.  PyTorch and JAX take derivatives themselves, so there it is forward.
    """
    chosen, layout = library(target), program.regular
    wanted = None if target != "numpy" else program.independent_arrays(layout) or program.given.arguments
    with_names = _Named(layout)
    made = body(layout, program.given.hot, wanted, batched=program.given.batched, library=chosen)
    arguments = [array.name for array in (*layout.parameters, *program.given.fresh, *program.given.arguments)]
    title = f"def {name if is_free(name) and name not in arguments else 'recorded'}({', '.join(arguments)}):"
    lines = [*_docstring(program, wanted), *_lines(program, made, wanted, with_names, chosen)]
    return (
        "\n".join(
            [*_before(made, chosen, lines), _folded(title), indent("\n".join(map(_folded, lines)), "    ")]
        )
        + "\n"
    )


def _before(made: Body, chosen: Library, lines: Sequence[str]) -> Iterator[str]:
    """Yield imports, constants and functions that the library lacks."""
    code = "\n".join(lines)
    called = sorted(set(re.findall(r"(?<![\w.])([A-Za-z]\w*)\(", code)))
    needed = made.text.dialect.needed(" ".join(name for name in called if name not in HELPERS))
    others = re.findall(r"^(?:import|from) .*$", needed, re.MULTILINE)
    imports = dict.fromkeys([*chosen.imports.split("\n"), *others])
    yield from imports
    yield ""
    definitions = [line for line in needed.split("\n") if line not in imports]
    if chosen is LIBRARIES["numpy"]:
        definitions += [text for name, text in HELPERS.items() if name in called]
    if any(definitions):
        yield "\n".join(definitions)
        yield ""
    constants = [f"{name} = {chosen.literal(numbers)}" for name, numbers in made.text.constants.items()]
    yield from constants
    yield from [""] * bool(constants)
    yield ""


def _docstring(program: Program, wanted: Sequence[Array] | None) -> Iterator[str]:
    """Yield what the function returns, then what it is given, with shapes."""
    value = f"mean over {BATCH} samples" if program.given.batched else "value"
    by = "parameters" if program.regular.parameters else "arguments"
    yield f'"""Return the {value}{f", with its derivatives by the {by}" * (wanted is not None)}.'
    yield ""
    given = (*program.regular.parameters, *program.given.fresh, *program.given.arguments)
    rows = [(with_elements(array, program.labels), _shape(array) or "a number") for array in given]
    width = max((len(name) for name, _ in rows), default=0)
    for name, shape in rows:
        yield f"{name:<{width}}  {shape}".replace("\\", r"\\").replace('"', r"\"")
    yield '"""'


def _lines(
    program: Program, made: Body, wanted: Sequence[Array] | None, named: "_Named", library: Library
) -> Iterator[str]:
    """Yield the lines of the function, with the shapes of arrays beside them."""
    first = program.given.arguments[0].name if program.given.arguments else ""
    if program.given.batched:
        yield f"{BATCH} = len({first})"
    yield from _commented(made.forward, named)
    mean = ".mean()" * program.given.batched
    value = f"({made.value}){mean}" if mean and not made.value.isidentifier() else made.value + mean
    conditions = [
        f"{hot.array.name}.sum(axis=-1) == 1" for hot in program.given.hot
    ]  # of an index in its range
    conditions += [made.holds] * (made.holds != "True")
    if conditions:
        statements, value = library.only_where(conditions, value)
        yield from statements
    if wanted is None:
        yield f"return {value}"
        return
    yield ""
    seed = f"1.0/{BATCH}" if program.given.batched else "1.0"
    yield f"seed = {seed}"
    named.shapes |= dict.fromkeys(made.text.thin, "")
    yield from _commented(made.backward, named)
    both = f"{value}, ({', '.join(made.derivatives)}{',' * (len(made.derivatives) == 1)})"
    yield f"return {both}" if len(both) < WIDTH - 10 else f"return ({both})"


class _Named:
    """The shapes of arrays, and of their adjoints, by their names."""

    def __init__(self, layout: Layout) -> None:
        self.shapes = {array.name: _shape(array) for array in layout.arrays}
        self.shapes |= {f"d_{name}": text for name, text in self.shapes.items()}


def _shape(array: Array) -> str:
    return "×".join([*[BATCH] * array.batched, *map(str, array.dims)])


def _commented(lines: Sequence[str], named: _Named) -> Iterator[str]:
    """Yield lines with the shape of what they name in a comment."""
    width = max((len(line) for line in lines if len(line) < 50), default=0)
    for line in lines:
        shape = named.shapes.get(line.partition(" = ")[0], "")
        yield f"{line:<{width}}  # {shape}" if shape and len(line) < WIDTH - 12 else line


def _folded(line: str) -> str:
    """Return a line, broken after commas and signs in brackets where it is long."""
    if len(line) <= WIDTH:
        return line
    pieces, depth, start = [], 0, 0
    for i, c in enumerate(line):
        depth += (c in "([{") - (c in ")]}")
        if depth and c == " " and (line[i - 1] in ",+*@-&"):
            pieces.append(line[start:i])
            start = i + 1
    lines = [""]
    for piece in [*pieces, line[start:]]:
        if lines[-1] and len(lines[-1]) + len(piece) + 1 > WIDTH - 8:
            lines.append("")
        lines[-1] += f"{' ' * bool(lines[-1])}{piece}"
    if len(lines) == 1 and " = " in line and not line.endswith(")"):
        return line
    return "\n        ".join(lines)
