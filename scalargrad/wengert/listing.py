"""Lay a Wengert list out as the automatic differentiation literature does: two traces side by side."""

from collections.abc import Iterable, Iterator, Sequence

from scalargrad.notation.labels import cut_in_the_middle
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Writer
from scalargrad.primitives.table import TABLE
from scalargrad.wengert.instruction import Contribution
from scalargrad.wengert.list import WengertList

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
    lines = [line for block in _blocks(trace, TextWriter(digits)) for line in block]
    return aligned(lines, HEADINGS, ("left", "decimal", "left", "left", "decimal", "decimal"))


def updates(trace: WengertList, rate: float, names: Iterable[str], digits: int = 4) -> str:
    """Return the table of one step of gradient descent, v ← v - rate · ∂output/∂v, for these names.

    >>> from scalargrad import Value
    >>> print(updates(WengertList.of(Value(3.0, label="x") ** 2), 0.5, ["x"]))
          before    gradient    after
    x          3           6        0
    """
    lines = [
        (v.name, *(number(x, digits) for x in (v.value, v.adjoint, v.value - rate * v.adjoint)))
        for v in map(trace.__getitem__, names)
    ]
    return aligned(lines, ("", "before", "gradient", "after"), ("left", "decimal", "decimal", "decimal"))


def aligned(
    lines: Iterable[Sequence[str]], headings: Sequence[str], alignment: Sequence[str], form: str = "plain"
) -> str:
    """Return a table in a form of tabulate, columns "left", "right" or by the "decimal" point.

    No line ends in blanks, so that the text can be compared and kept in documents.

    >>> print(aligned([("a", "10.5"), ("b", "2")], ("v", "value"), ("left", "decimal")))
    v      value
    a       10.5
    b        2
    """
    from tabulate import tabulate

    text = tabulate(lines, headings, tablefmt=form, disable_numparse=True, colalign=alignment)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _blocks(trace: WengertList, writer: Writer) -> Iterator[list[tuple[str, ...]]]:
    """Yield the lines of each instruction: the statement, beside it its contributions from the last up."""
    handed_on = {step.instruction: step.contributions for step in trace.steps if step.phase == "reverse"}
    for v in trace:
        if v.role == "constant":
            continue
        formula = f" = {v.written(writer)}" if v.parents else ""
        statement = (
            cut_in_the_middle(f"{v.symbol(writer)}{formula}", LONGEST),
            number(v.value, writer.digits),
        )
        right = [
            (
                adjoint_statement(c, writer),
                number(c.contribution, writer.digits),
                number(c.after, writer.digits),
            )
            for c in reversed(handed_on.get(v, ()))
            if c.target.role != "constant"
        ]
        if not v.parents:
            gradient = f"d{trace.output.symbol(writer)}/d{v.symbol(writer)}"
            right = [(gradient, "", number(v.adjoint, writer.digits))]
        if v is trace.output:
            right.append((f"d{v.symbol(writer)} = 1", "", "1"))
        lefts = [statement] + [("", "")] * (len(right) - 1)
        yield [(*left, "|", *line) for left, line in zip(lefts, right)] or [(*statement, "|", "", "", "")]


def adjoint_statement(c: Contribution, writer: Writer) -> str:
    """Return what a contribution does, such as `dx += dy*x`; the first to reach a target writes `=`."""
    upstream = writer.name(f"d{c.child.name}")
    local = c.child.local_derivatives(writer)[c.position]
    product = upstream if str(local) == "1" else writer.write(TABLE["multiply"], (upstream, local))
    if str(local) == "-1":
        product = writer.write(TABLE["negative"], [upstream])
    return f"d{c.target.symbol(writer)} {'=' if c.before is None else '+='} {product}"
