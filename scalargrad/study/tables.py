"""Tables of a trace for documents: its statements, its instructions, its neurons."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, get_args

from scalargrad.engine.sweep import adjoints
from scalargrad.errors import TraceTooLargeError, UnknownNameError, known
from scalargrad.notation.latex import LatexWriter, PortableWriter, SiunitxWriter
from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Prose
from scalargrad.study.booktabs import latex
from scalargrad.study.explainer import Explainer
from scalargrad.study.forms import Gradient, Line, Table, html, markdown, text
from scalargrad.study.numerals import Decimals, Halves
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.neurons import Unit, units_of

LARGEST = 2_000  # lines of a table in a document; the text listing of a trace has no limit
TableKind = Literal["statements", "instructions", "neurons"]
TableForm = Literal["text", "markdown", "latex", "html"]


def statement_table(trace: WengertList, writer: Prose, *, folds: bool = True) -> Table:
    """Return one line for each statement: name, formula, value, the sum its adjoint is, the adjoint.

    Steps without a name are folded into statements, where it `folds`.  Where a trace has tangents, they
    stand beside the values.
    """
    explainer = Explainer(trace, folds=folds)
    found = explainer.statements
    shown = [v for v in trace if v in found or (not v.parents and v.role != "constant")]
    _check_size(shown)
    lines = []
    for v in shown:
        formula = str(found[v].written(writer)) if v in found else ""
        rule = explainer.explain(v, notation="bar").formula(writer)
        tangent = [] if v.tangent is None else [v.tangent]
        lines.append(Line([str(v.symbol(writer)), formula, v.value, *tangent, rule, v.adjoint]))
    forward = ["v", "v =", "value", *["v\u0307"] * (trace.output.tangent is not None)]
    return Table(_headings(trace, writer, *forward, "v\u0304 = ∂{}/∂v =", "v\u0304"), lines)


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
        gradients = [Gradient(str(leaf.symbol(writer)), leaf.adjoint) for leaf in unit.parameters]
        lines.append(Line([_title(unit, writer), *numbers], gradients))
    headings = _headings(trace, writer, "unit", "z", "φ(z)", "φ'(z)", "∂{}/∂φ", "δ = ∂{}/∂z", "∂{}/∂")
    return Table(headings[:-1], lines, derivative=headings[-1])


def _local_derivative(unit: Unit) -> float:
    """Return φ'(z) = ∂a/∂z, of all the instructions that lead from z to a; 1 where there is none."""
    order = sorted((v for v in unit.members if v.index >= unit.z.index), key=lambda v: v.index)
    return float(adjoints(order, 1.0, lambda v: zip(v.parents, v.partials))[unit.z])


def _title(unit: Unit, writer: Prose) -> str:
    """Return a = φ(z), as a drawing has it; a alone where it is z, or φ more than one function."""
    a = str(unit.a.symbol(writer))
    activated = unit.a is not unit.z and len(unit.a.parents) == 1
    return f"{a} = {unit.a.written(writer)}" if activated else a


def _headings(trace: WengertList, writer: Prose, *headings: str) -> list[str]:
    """Return headings in the notation of a writer, with the output's name where {} stands."""
    output = str(trace.output.symbol(writer))
    return [writer.heading(heading).replace("{}", output) for heading in headings]


KINDS: dict[TableKind, Callable[[WengertList, Prose], Table]] = {
    "statements": statement_table,
    "instructions": partial(statement_table, folds=False),
    "neurons": neuron_table,
}
FORMS: dict[TableForm, tuple[type[Prose], Callable[[Table, Any], str]]] = {
    "text": (TextWriter, text),
    "markdown": (LatexWriter, markdown),
    "latex": (PortableWriter, latex),
    "html": (MathWriter, html),
}


def table(trace: WengertList, kind: TableKind, form: TableForm, digits: int) -> str:
    """Return a table as "text", "markdown" for GitHub, "latex" for amsmath and booktabs, or "html".

    In all but text the cells are mathematics.  Raises UnknownNameError for another kind or form,
    TraceTooLargeError above LARGEST lines.
    """
    known("table", kind, get_args(TableKind))
    known("form of a table", form, get_args(TableForm))
    make_writer, written = FORMS[form]
    writer = make_writer(digits)
    return written(KINDS[kind](trace, writer), writer)


def latex_table(
    trace: WengertList, kind: TableKind, digits: int, *, siunitx: bool = False, longtable: bool = False
) -> str:
    """Return a table as LaTeX, with numbers that siunitx sets, as a longtable.

    Raises UnknownNameError for another kind, TraceTooLargeError above LARGEST lines.
    """
    known("table", kind, get_args(TableKind))
    writer = SiunitxWriter(digits) if siunitx else PortableWriter(digits)
    return latex(KINDS[kind](trace, writer), writer, Decimals if siunitx else Halves, longtable=longtable)


def _check_size(lines: Sequence[object]) -> None:
    if len(lines) > LARGEST:
        message = (
            f"the table would have {len(lines):,} rows, more than {LARGEST:,}; trace a part, "
            "trace(y, upto=[…]) or trace(part), or print the trace as text"
        )
        raise TraceTooLargeError(message)
