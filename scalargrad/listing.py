"""Lay a Wengert list out as the automatic differentiation literature does: two traces side by side."""

from collections.abc import Iterable, Iterator, Sequence

from scalargrad.notation import Writer, number
from scalargrad.table import TABLE
from scalargrad.wengert import Contribution, Instruction, WengertList

LONGEST = 44
HEADINGS = ("forward (down)", "value", "|", "reverse (up)", "adds", "so far")


def listing(trace: WengertList, digits: int = 4) -> str:
    """Return the forward and the reverse trace side by side, as text aligned on the decimal points.

    The left side is read down and evaluates; the right side is read up, from the seed: every edge
    adds upstream adjoint × local derivative to the adjoint of a parent.  `dv` stands for the
    adjoint ∂output/∂v.  Numbers have at most `digits` decimals; constants have no line, and a formula
    of more than LONGEST characters is cut in its middle.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> print(listing(WengertList.of(y)))
    forward (down)      value  |    reverse (up)      adds    so far
    x                       3  |    dy/dx                          6
    y = x*x                 9  |    dx += dy*x           3         6
                               |    dx = dy*x            3         3
                               |    dy = 1                         1
    """
    lines = [line for block in _blocks(trace, Writer("text", digits)) for line in block]
    return aligned(lines, HEADINGS, ("left", "decimal", "left", "left", "decimal", "decimal"))


def updates(trace: WengertList, rate: float, names: Iterable[str], digits: int = 4) -> str:
    """Return the table of one step of gradient descent, v ← v - rate · ∂output/∂v, for these names.

    >>> from scalargrad import Value
    >>> print(updates(WengertList.of(Value(3.0, label="x") ** 2), 0.5, ["x"]))
          before    gradient    after
    x          3           6        0
    """
    rows = [trace[name] for name in names]
    lines = [
        (row.name, *(number(x, digits) for x in (row.value, row.adjoint, row.value - rate * row.adjoint)))
        for row in rows
    ]
    return aligned(lines, ("", "before", "gradient", "after"), ("left", "decimal", "decimal", "decimal"))


def aligned(lines: Iterable[Sequence[str]], headings: Sequence[str], alignment: Sequence[str]) -> str:
    """Return a table as text, its columns "left" or by the "decimal" point, without trailing blanks.

    >>> print(aligned([("a", "10.5"), ("b", "2")], ("v", "value"), ("left", "decimal")))
    v      value
    a       10.5
    b        2
    """
    from tabulate import tabulate

    text = tabulate(lines, headings, tablefmt="plain", disable_numparse=True, colalign=alignment)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _blocks(trace: WengertList, writer: Writer) -> Iterator[list[tuple[str, ...]]]:
    """Yield the lines of each instruction: the statement, beside it its contributions from the last up."""
    fired = {step.instruction: step.contributions for step in trace.steps if step.phase == "reverse"}
    for row in trace:
        if row.role == "constant":
            continue
        formula = f" = {row.written(writer)}" if row.parents else ""
        statement = (_cut(f"{row.symbol(writer)}{formula}"), number(row.value, writer.digits))
        right = [
            (
                adjoint_statement(row, c, writer),
                number(c.contribution, writer.digits),
                number(c.after, writer.digits),
            )
            for c in reversed(fired.get(row, ()))
            if c.target.role != "constant"
        ]
        if not row.parents:
            gradient = f"d{trace.output.symbol(writer)}/d{row.symbol(writer)}"
            right = [(gradient, "", number(row.adjoint, writer.digits))]
        if row is trace.output:
            right.append((f"d{row.symbol(writer)} = 1", "", "1"))
        lefts = [statement] + [("", "")] * (len(right) - 1)
        yield [(*left, "|", *line) for left, line in zip(lefts, right)] or [(*statement, "|", "", "", "")]


def adjoint_statement(row: Instruction, edge: Contribution, writer: Writer) -> str:
    """Return what an edge does, such as `dx += dy*x`; the first to reach a target writes `=`."""
    upstream = writer.name(f"d{row.name}")
    local = row.local_derivatives(writer)[edge.position]
    product = upstream if str(local) == "1" else writer.write(TABLE["multiply"], (upstream, local))
    if str(local) == "-1":
        product = -upstream
    return f"d{edge.target.symbol(writer)} {'=' if edge.before is None else '+='} {product}"


def _cut(text: str) -> str:
    half = LONGEST // 2 - 1
    return text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"
