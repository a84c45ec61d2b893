"""Tables of a trace for documents: its statements, its neurons."""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from scalargrad.engine.sweep import adjoints
from scalargrad.errors import TraceTooLargeError, UnknownNameError, known
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.numbers import is_number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Prose
from scalargrad.study.explain import Explainer
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.listing import aligned
from scalargrad.wengert.neurons import Unit, units_of

LARGEST = 2_000  # lines of a table in a document; the text listing of a trace has no limit
RULES = (r"\toprule", r"\midrule", r"\bottomrule")
TableKind = Literal["statements", "neurons"]
TableForm = Literal["text", "markdown", "latex", "html"]
Table = tuple[list[str], list[list[str]]]  # headings and lines of cells, as a writer writes them


def statement_table(trace: WengertList, writer: Prose) -> Table:
    """Return one line for each statement: name, formula, value, the sum its adjoint is, the adjoint."""
    explainer = Explainer(trace)
    found = explainer.statements
    shown = [v for v in trace if v in found or (not v.parents and v.role != "constant")]
    _check_size(shown)
    lines = []
    for v in shown:
        formula = str(found[v].written(writer)) if v in found else ""
        rule = explainer.explain(v, notation="bar").formula(writer)
        value, adjoint = (str(writer.number(x)) for x in (v.value, v.adjoint))
        lines.append([str(v.symbol(writer)), formula, value, rule, adjoint])
    return _headings(trace, writer, "v", "v =", "value", "v\u0304 = ∂{}/∂v =", "v\u0304"), lines


def neuron_table(trace: WengertList, writer: Prose) -> Table:
    """Return one line for each neuron: unit, z, φ(z), φ'(z), ∂L/∂φ, δ = ∂L/∂z, ∂L/∂w of weights and bias.

    The activation is written φ(z): some books call it a, others, as in the 2-2-1 example, call z a.
    """
    units = units_of(trace)
    if not units:
        raise UnknownNameError("the trace has no neurons: no weighted sum of inputs in it")
    _check_size(units)
    lines = []
    for unit in units:
        numbers = (unit.z.value, unit.a.value, _local_derivative(unit), unit.a.adjoint, unit.z.adjoint)
        gradients = ", ".join(
            f"{leaf.symbol(writer)}: {writer.number(leaf.adjoint)}" for leaf in unit.parameters
        )
        lines.append([_title(unit, writer), *(str(writer.number(x)) for x in numbers), gradients])
    return _headings(trace, writer, "unit", "z", "φ(z)", "φ'(z)", "∂{}/∂φ", "δ = ∂{}/∂z", "∂{}/∂w"), lines


def _local_derivative(unit: Unit) -> float:
    """Return φ'(z) = ∂a/∂z, of all the instructions that lead from z to a; 1 where there is none."""
    order = sorted((v for v in unit.members if v.index >= unit.z.index), key=lambda v: v.index)
    return float(adjoints(order, 1.0, lambda v: zip(v.parents, v.partials))[unit.z])


def _title(unit: Unit, writer: Prose) -> str:
    """Return a = φ(z), or the path of a neuron that nothing else names."""
    named = unit.a.label or not unit.path
    title = str(unit.a.symbol(writer) if named else writer.name(unit.path))
    activated = named and unit.a is not unit.z and len(unit.a.parents) == 1
    return f"{title} = {unit.a.written(writer)}" if activated else title


def _headings(trace: WengertList, writer: Prose, *headings: str) -> list[str]:
    """Return headings in the notation of a writer, with the output's name where {} stands."""
    output = str(trace.output.symbol(writer))
    return [writer.heading(heading).replace("{}", output) for heading in headings]


KINDS: dict[TableKind, Callable[[WengertList, Prose], Table]] = {
    "statements": statement_table,
    "neurons": neuron_table,
}
FORMATS: dict[TableForm, str] = {  # the names that tabulate has for them
    "text": "plain",
    "markdown": "github",
    "latex": "latex_raw",
    "html": "html",
}


def table(trace: WengertList, kind: TableKind, form: TableForm, digits: int) -> str:
    """Return a table as "text", "markdown" for GitHub, "latex" with the rules of booktabs, or "html".

    In Markdown and LaTeX the cells are mathematics.  Raises UnknownNameError for another kind or form,
    TraceTooLargeError above LARGEST lines.
    """
    known("table", kind, get_args(TableKind))
    known("form of a table", form, get_args(TableForm))
    typeset = form in {"markdown", "latex"}
    headings, lines = KINDS[kind](trace, (LatexWriter if typeset else TextWriter)(digits))
    if typeset:
        headings, *lines = ([_mathematics(cell, form) for cell in line] for line in (headings, *lines))
    decimal = [all(is_number(line[i]) for line in lines) for i in range(len(headings))]
    alignment = ["decimal" if number and not typeset else "left" for number in decimal]
    text = aligned(lines, headings, alignment, FORMATS[form])
    for rule in RULES if form == "latex" else ():
        text = text.replace(r"\hline", rule, 1)
    return text


def _mathematics(cell: str, form: TableForm) -> str:
    """Return a cell between dollar signs; in Markdown a bar, which would end it, becomes a command."""
    if form == "markdown":
        cell = (
            cell.replace(r"\left|", r"\left\vert ")
            .replace(r"\right|", r"\right\vert ")
            .replace("|", r"\vert ")
        )
    return f"${cell}$" if cell else ""


def _check_size(lines: Sequence[object]) -> None:
    if len(lines) > LARGEST:
        message = (
            f"the table would have {len(lines):,} rows, more than {LARGEST:,}; trace a part, "
            "trace(y, upto=[…]) or trace(part), or print the trace as text"
        )
        raise TraceTooLargeError(message)
