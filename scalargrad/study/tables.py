"""Tables of a trace for documents: the statements with their adjoints, and the neurons of textbooks."""

from collections.abc import Sequence

from scalargrad.drawing.neurons import firings_of
from scalargrad.errors import TraceTooLargeError, UnknownNameError, unknown
from scalargrad.notation import Writer, latex_name
from scalargrad.study.explain import Explainer
from scalargrad.wengert import WengertList

LARGEST = 2_000  # rows of a table in a document; the text listing has no limit
RULES = (r"\toprule", r"\midrule", r"\bottomrule")
Table = tuple[list[str], list[list[str]]]  # headings and rows, of mathematics without its dollar signs


def table_of(trace: WengertList, kind: str, digits: int = 4) -> Table:
    """Return the table of a kind, "trace" or "neurons"; raise TraceTooLargeError above LARGEST rows."""
    kinds = {"trace": trace_table, "neurons": neuron_table}
    if kind not in kinds:
        raise UnknownNameError(unknown("table", kind, kinds))
    return kinds[kind](trace, digits)


def trace_table(trace: WengertList, digits: int = 4) -> Table:
    """Return one row for each statement: name, formula, value, the sum its adjoint is, the adjoint."""
    writer, explainer = Writer("latex", digits), Explainer(trace)
    found = explainer.statements
    shown = [row for row in trace if row in found or (not row.parents and row.role != "constant")]
    _check_size(shown)
    lines = []
    for row in shown:
        formula = str(found[row].written(writer)) if row in found else ""
        rule = explainer.explain(row, digits=digits, notation="bar").formula(writer)
        value, adjoint = (str(writer.number(x)) for x in (row.value, row.adjoint))
        lines.append([latex_name(row.name), formula, value, rule, adjoint])
    bar = rf"\bar v = \partial {latex_name(trace.output.name)} / \partial v ="
    return ["v", "v =", r"\text{value}", bar, r"\bar v"], lines


def neuron_table(trace: WengertList, digits: int = 4) -> Table:
    """Return one row for each neuron: unit, z, a, φ'(z), ∂L/∂a, δ = ∂L/∂z, ∂L/∂w of its weights and bias."""
    writer = Writer("latex", digits)
    firings = firings_of(trace)
    if not firings:
        raise UnknownNameError("the trace has no neurons: no weighted sum of inputs in it")
    _check_size(firings)
    lines = []
    for firing in firings:
        slope = firing.a.partials[0] if firing.a is not firing.z else 1.0
        numbers = (firing.z.value, firing.a.value, slope, firing.a.adjoint, firing.z.adjoint)
        leaves = [entry.weight for entry in firing.entries if entry.weight] + (
            [firing.bias] if firing.bias else []
        )
        gradients = r",\; ".join(f"{latex_name(leaf.name)}: {writer.number(leaf.adjoint)}" for leaf in leaves)
        unit = latex_name(firing.a.name) if firing.a.label or not firing.path else rf"\text{{{firing.path}}}"
        lines.append([unit, *(str(writer.number(x)) for x in numbers), gradients])
    loss = latex_name(trace.output.name)
    slopes = [
        rf"\partial {loss}/\partial a",
        rf"\delta = \partial {loss}/\partial z",
        rf"\partial {loss}/\partial w",
    ]
    return [r"\text{unit}", "z", "a", r"\varphi'(z)", *slopes], lines


def to_markdown(table: Table) -> str:
    """Return a table as GitHub Markdown, whose cells are mathematics."""
    from tabulate import tabulate

    headings, lines = table
    cells = [[_in_markdown(cell) for cell in line] for line in lines]
    return tabulate(cells, [_in_markdown(h) for h in headings], tablefmt="github", disable_numparse=True)


def to_latex(table: Table) -> str:
    """Return a table as a LaTeX tabular with the rules of booktabs."""
    from tabulate import tabulate

    headings, lines = table
    cells = [[f"${cell}$" if cell else "" for cell in line] for line in lines]
    text = tabulate(cells, [f"${h}$" for h in headings], tablefmt="latex_raw", disable_numparse=True)
    for rule in RULES:
        text = text.replace(r"\hline", rule, 1)
    return text


def _in_markdown(cell: str) -> str:
    """Return a cell between dollar signs; a bar, which would end the cell, is written as a command."""
    text = (
        cell.replace(r"\left|", r"\left\vert ").replace(r"\right|", r"\right\vert ").replace("|", r"\vert ")
    )
    return f"${text}$" if text else ""


def _check_size(rows: Sequence[object]) -> None:
    if len(rows) > LARGEST:
        message = (
            f"the table would have {len(rows):,} rows, more than {LARGEST:,}; trace a part, "
            "trace(y, upto=[…]) or trace(part), or print the trace as text"
        )
        raise TraceTooLargeError(message)
