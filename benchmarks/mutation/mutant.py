"""Mutants of a module: its text with one thing changed."""

import ast
import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .changes import changes

WORDING = {"errors.py", "refusals.py", "advice.py"}  # modules that hold little but what is said to people
Field = tuple[ast.AST, str, int | None]  # the parent of a node, and where it stands there


@dataclass(frozen=True)
class Mutant:
    """Name one change: in which module, in which lines, what stands there and what instead.

    `scope` holds the lines of which tests run some when they use what was changed; None, where that is
    run when the module is imported.  Then `table` is the name that the module gives it, if it gives one.
    """

    module: str
    line: int
    scope: tuple[int, int] | None
    before: str
    after: str
    text: str
    table: str = ""

    @property
    def package(self) -> str:
        """Return the folder below the package, or a dot."""
        inner = Path(self.module).parts[1:-1]
        return inner[0] if inner else "."

    def __str__(self) -> str:
        """Return the place and the change, each in a line."""
        return f"{self.module}:{self.line}  {self.before}  ->  {self.after}"


def mutants(root: Path, module: str, chance: random.Random) -> Iterator[Mutant]:
    """Yield all mutants of a module whose text is still Python, in random order."""
    source = (root / module).read_text(encoding="utf-8")
    tree = ast.parse(source)
    above = {child: place for parent in ast.walk(tree) for child, place in _children(parent)}
    every = list(changes(tree, wording=Path(module).name in WORDING))
    for node, other in chance.sample(every, len(every)):
        line, scope = getattr(node, "lineno", 0), _scope(node, above)
        table = "" if scope else _table(node, above)
        if not scope and (_is_sentence(node) or _is_only_a_type(node, above, table, root)):
            continue
        anchor, before, after = _written(node, other, above)
        text = _replaced(source, anchor, after)
        if before != after and _compiles(text):
            yield Mutant(module, line, scope, _short(before), _short(after), text, table)


def _is_sentence(node: ast.AST) -> bool:
    """Tell whether a text that stands by itself in a module is prose."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count(" ") >= 3


def _is_only_a_type(node: ast.AST, above: Mapping[ast.AST, Field], alias: str, root: Path) -> bool:
    """Tell whether a node stands in a `Literal` whose choices nothing reads at run time."""
    literal = any(isinstance(each, ast.Subscript) and ast.unparse(each.value) == "Literal"
                  for each in _path(node, above))  # fmt: skip
    return literal and alias not in _choices_read(root)


@cache
def _choices_read(root: Path) -> frozenset[str]:
    texts = (path.read_text(encoding="utf-8") for path in (root / "scalargrad").rglob("*.py"))
    return frozenset(name for text in texts for name in re.findall(r"get_args\((\w+)\)", text))


def sample(root: Path, modules: Sequence[str], most: int, seed: int) -> list[Mutant]:
    """Return about `most` mutants, drawn from each module as its share of the lines of code."""
    lines = {module: _lines(root / module) for module in modules}
    drawn: list[Mutant] = []
    for module, share in _shares(lines, most).items():
        drawn += itertools.islice(mutants(root, module, random.Random(f"{seed} {module}")), share)
    return sorted(drawn, key=lambda mutant: (mutant.module, mutant.line))


def _shares(lines: Mapping[str, int], most: int) -> dict[str, int]:
    """Share out by lines, so that each sum from the first module on is right but for rounding."""
    total, before, shares = sum(lines.values()), 0, {}
    for module, count in lines.items():
        shares[module] = round((before + count) * most / total) - round(before * most / total)
        before += count
    return shares


def _lines(path: Path) -> int:
    """Count the lines of statements: docstrings, comments and empty lines are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return len({line for node in ast.walk(tree) for line in _code(node)})


def _code(node: ast.AST) -> Iterator[int]:
    if isinstance(node, ast.expr) and not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node.lineno


def _children(parent: ast.AST) -> Iterator[tuple[ast.AST, Field]]:
    for field, value in ast.iter_fields(parent):
        if isinstance(value, list):
            yield from (
                (child, (parent, field, i)) for i, child in enumerate(value) if isinstance(child, ast.AST)
            )
        elif isinstance(value, ast.AST):
            yield value, (parent, field, None)


def _written(
    node: ast.AST, other: ast.AST, above: Mapping[ast.AST, Field]
) -> tuple[ast.stmt | ast.expr, str, str]:
    """Return the node whose text is replaced, that text, and the new one.

    It is the node itself but within an f-string, where Python 3.11 knows no columns.
    """
    anchor = node
    for each in _path(node, above):
        if isinstance(each, ast.JoinedStr):
            anchor = each
    assert isinstance(anchor, ast.stmt | ast.expr)
    before = ast.unparse(anchor)
    if anchor is node:
        after = ast.unparse(ast.fix_missing_locations(other))
    else:
        _put(above[node], other)
        after = ast.unparse(ast.fix_missing_locations(anchor))
        _put(above[node], node)
    return anchor, before, after


def _put(place: Field, node: ast.AST) -> None:
    parent, field, i = place
    if i is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[i] = node


def _path(node: ast.AST, above: Mapping[ast.AST, Field]) -> Iterator[ast.AST]:
    """Yield a node and all that it stands in, from within."""
    yield node
    while node in above:
        node = above[node][0]
        yield node


def _replaced(source: str, anchor: ast.stmt | ast.expr, after: str) -> str:
    """Replace a node's text; what follows keeps its line, as tests may read lines from frames."""
    assert anchor.end_lineno is not None
    assert anchor.end_col_offset is not None
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: anchor.lineno - 1])) + anchor.col_offset
    end = sum(map(len, lines[: anchor.end_lineno - 1])) + anchor.end_col_offset
    gone = anchor.end_lineno - anchor.lineno
    new = after + "\n" * gone if isinstance(anchor, ast.stmt) else f"({after}" + "\\\n" * gone + ")"
    text = source.encode()
    return (text[:start] + new.encode() + text[end:]).decode()


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _scope(node: ast.AST, above: Mapping[ast.AST, Field]) -> tuple[int, int] | None:
    """Return the lines that tell who runs a node: its statement's own, or a body for what comes before it."""
    within = list(_path(node, above))
    for inner, outer in itertools.pairwise(within):
        if isinstance(outer, ast.FunctionDef | ast.Lambda):
            if inner is outer.args or inner in getattr(outer, "decorator_list", ()):
                body = outer.body if isinstance(outer.body, list) else [outer.body]
                return body[0].lineno, body[-1].end_lineno or 0
            statement = next(each for each in within if isinstance(each, ast.stmt))
            last = getattr(node, "end_lineno", None) or statement.lineno
            return (node if isinstance(outer, ast.Lambda) else statement).lineno, last  # type: ignore[attr-defined]
    return None


def _table(node: ast.AST, above: Mapping[ast.AST, Field]) -> str:
    """Return the name that a module gives to what a node stands in, or nothing."""
    match [each for each in _path(node, above) if isinstance(each, ast.stmt)][-1:]:
        case [ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name))]:
            return name
    return ""


def _short(text: str, most: int = 70) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= most else text[: most - 1] + "…"
