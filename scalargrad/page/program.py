"""The program beside the graph: which line of a source computes which row."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList


@dataclass(frozen=True)
class Program:
    """The lines of a source, with the line of each row of a trace, counted from 0."""

    lines: tuple[str, ...]
    line_of: Mapping[int, int]


def program(source: str, trace: WengertList) -> Program:
    r"""Return a source with the line that assigns each label; the rest belongs to what uses it first.

    The source is read, never run; one that is no Python has lines, and marks none.

    >>> from scalargrad import leaves, label
    >>> x, w = leaves(x=2.0, w=3.0)
    >>> a = w * x
    >>> y = a.tanh() + 1.0
    >>> label(a=a, y=y)
    >>> found = program("a = w * x\ny = a.tanh() + 1.0", WengertList.of(y))
    >>> [found.line_of.get(v.index) for v in WengertList.of(y) if v.parents]
    [0, 1, 1]
    """
    assigned = _assigned(source)
    line_of: dict[int, int] = {}
    for v in reversed(trace.instructions):
        line = assigned.get(v.label, _line_of_user(v, trace, line_of))
        if line is not None:
            line_of[v.index] = line
    return Program(tuple(source.splitlines()), line_of)


def _line_of_user(v: Instruction, trace: WengertList, line_of: Mapping[int, int]) -> int | None:
    """Return the line of the first that reads an unlabelled row; a leaf that no line assigns has none."""
    if v.label or not v.parents:
        return None
    return min((line_of[e.child.index] for e in trace.uses[v] if e.child.index in line_of), default=None)


def _assigned(source: str) -> dict[str, int]:
    """Return the last line on which each name is assigned, and under "" nothing."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return {}
    stored = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return {n.id: n.lineno - 1 for n in sorted(stored, key=lambda n: n.lineno)}
