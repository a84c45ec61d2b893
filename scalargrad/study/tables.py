"""Tables of a trace for documents: the statements with their adjoints, and the neurons of textbooks."""

from collections.abc import Callable, Sequence

from scalargrad.drawing.neurons import firings_of
from scalargrad.errors import TraceTooLargeError, UnknownNameError, unknown
from scalargrad.notation import Writer, is_number
from scalargrad.study.explain import Explainer
from scalargrad.wengert import WengertList

LARGEST = 2_000  # rows of a table in a document; the text listing of a trace has no limit
RULES = (r"\toprule", r"\midrule", r"\bottomrule")
Table = tuple[list[str], list[list[str]]]  # headings and rows, as a Writer writes them


def trace_table(trace: WengertList, writer: Writer) -> Table:
    """Return one row for each statement: name, formula, value, the sum its adjoint is, the adjoint."""
    explainer = Explainer(trace)
    found = explainer.statements
    shown = [row for row in trace if row in found or (not row.parents and row.role != "constant")]
    _check_size(shown)
    lines = []
    for row in shown:
        formula = str(found[row].written(writer)) if row in found else ""
        rule = explainer.explain(row, notation="bar").formula(writer)
        value, adjoint = (str(writer.number(x)) for x in (row.value, row.adjoint))
        lines.append([str(row.symbol(writer)), formula, value, rule, adjoint])
    output = trace.output.symbol(writer)
    if writer.style == "latex":
        bar = rf"\bar v = \partial {output} / \partial v ="
        return ["v", "v =", r"\text{value}", bar, r"\bar v"], lines
    return ["v", "v =", "value", f"v\u0304 = ∂{output}/∂v =", "v\u0304"], lines


def neuron_table(trace: WengertList, writer: Writer) -> Table:
    """Return one row for each neuron: unit, z, φ(z), φ'(z), ∂L/∂φ, δ = ∂L/∂z, ∂L/∂w of weights and bias.

    The activation stands as φ(z), for some books call it a and others, as the 2-2-1 net, call z so.
    """
    firings = firings_of(trace)
    if not firings:
        raise UnknownNameError("the trace has no neurons: no weighted sum of inputs in it")
    _check_size(firings)
    lines = []
    for firing in firings:
        slope = firing.a.partials[0] if firing.a is not firing.z else 1.0
        numbers = (firing.z.value, firing.a.value, slope, firing.a.adjoint, firing.z.adjoint)
        leaves = [entry.weight for entry in firing.entries if entry.weight]
        leaves += [firing.bias] if firing.bias else []
        gradients = ", ".join(f"{leaf.symbol(writer)}: {writer.number(leaf.adjoint)}" for leaf in leaves)
        named = firing.a.label or not firing.path
        unit = str(firing.a.symbol(writer) if named else writer.name(firing.path))
        if named and firing.a is not firing.z and len(firing.a.parents) == 1:
            unit += f" = {firing.a.written(writer)}"
        lines.append([unit, *(str(writer.number(x)) for x in numbers), gradients])
    output = trace.output.symbol(writer)
    if writer.style == "latex":
        slopes = [rf"\partial {output}/\partial {v}" for v in (r"\varphi", "z", "w")]
        head = [r"\text{unit}", "z", r"\varphi(z)", r"\varphi'(z)"]
        return [*head, slopes[0], rf"\delta = {slopes[1]}", slopes[2]], lines
    slopes = [f"∂{output}/∂{v}" for v in "φzw"]
    return ["unit", "z", "φ(z)", "φ'(z)", slopes[0], f"δ = {slopes[1]}", slopes[2]], lines


KINDS: dict[str, Callable[[WengertList, Writer], Table]] = {"trace": trace_table, "neurons": neuron_table}


def table(trace: WengertList, kind: str, form: str, digits: int) -> str:
    """Return a table as "text", "markdown" for GitHub, "latex" with the rules of booktabs, or "html".

    In Markdown and LaTeX the cells are mathematics.  Raises UnknownNameError for another kind or form,
    TraceTooLargeError above LARGEST rows.
    """
    from tabulate import tabulate

    if kind not in KINDS:
        raise UnknownNameError(unknown("table", kind, KINDS))
    formats = {"text": "plain", "markdown": "github", "latex": "latex_raw", "html": "html"}
    if form not in formats:
        raise UnknownNameError(unknown("form of a table", form, formats))
    typeset = form in {"markdown", "latex"}
    headings, lines = KINDS[kind](trace, Writer("latex" if typeset else "text", digits))
    if typeset:
        headings, *lines = ([_mathematics(cell, form) for cell in line] for line in (headings, *lines))
    decimal = [all(is_number(line[i]) for line in lines) for i in range(len(headings))]
    alignment = ["decimal" if number and not typeset else "left" for number in decimal]
    text = tabulate(lines, headings, tablefmt=formats[form], disable_numparse=True, colalign=alignment)
    for rule in RULES if form == "latex" else ():
        text = text.replace(r"\hline", rule, 1)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _mathematics(cell: str, form: str) -> str:
    """Return a cell between dollar signs; in Markdown a bar, which would end it, becomes a command."""
    if form == "markdown":
        cell = (
            cell.replace(r"\left|", r"\left\vert ")
            .replace(r"\right|", r"\right\vert ")
            .replace("|", r"\vert ")
        )
    return f"${cell}$" if cell else ""


def _check_size(rows: Sequence[object]) -> None:
    if len(rows) > LARGEST:
        message = (
            f"the table would have {len(rows):,} rows, more than {LARGEST:,}; trace a part, "
            "trace(y, upto=[…]) or trace(part), or print the trace as text"
        )
        raise TraceTooLargeError(message)
