"""Laws of explanations: chain rule, substitution and result agree with the trace they read."""

import math
import re
from xml.etree import ElementTree as ET

import pytest
from browser import needs_chromium
from graphs import SMOOTH, programs
from hypothesis import given

from scalargrad import Value, dot, label, leaves, nn, total, trace
from scalargrad.errors import TraceTooLargeError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.typesetting import breadth, broken, fitted
from scalargrad.study import tables
from scalargrad.study.booktabs import SUM, TERM
from scalargrad.study.explain import LONGEST, Explanation
from scalargrad.study.explainer import Explainer
from scalargrad.wengert.neurons import units_of
from scalargrad.wengert.statements import LARGEST, statements

NET = trace(example("sigmoid-2-2-1").output())


@given(programs(SMOOTH))
def test_the_contributions_of_the_children_add_up_to_the_adjoint(program):
    """Σ over statements (∂y/∂c)(∂c/∂v) is ∂y/∂v, for every v that is not folded away."""
    recorded = trace(program.values(*program.leaves()))
    explainer = Explainer(recorded)
    for row in recorded:
        if row in explainer.children:
            total = math.fsum(term.contribution for term in explainer.explain(row).terms)
            assert total == pytest.approx(row.adjoint, rel=1e-9, abs=1e-9)


@given(programs(SMOOTH, length=6))
def test_all_paths_together_are_the_adjoint_and_their_number_is_exact(program):
    """The sum over all paths of the products of local derivatives is the gradient."""
    recorded = trace(program.values(*program.leaves()))
    row = recorded[0]
    explanation = Explainer(recorded).explain(row, paths=100_000)
    assert len(explanation.paths) == explanation.path_count
    total = math.fsum(path.product for path in explanation.paths)
    assert total == pytest.approx(row.adjoint, rel=1e-9, abs=1e-9)
    assert all(path.product == pytest.approx(math.prod(path.locals)) for path in explanation.paths)


@given(programs(SMOOTH, length=6))
def test_the_k_largest_paths_are_the_first_k_of_all(program):
    """Magnitudes fall, and no path left out is larger than one that is listed."""
    recorded = trace(program.values(*program.leaves()))
    every = [abs(p.product) for p in Explainer(recorded).explain(recorded[0], paths=100_000).paths]
    largest = [abs(p.product) for p in Explainer(recorded).explain(recorded[0], paths=3).paths]
    assert largest == pytest.approx(sorted(every, reverse=True)[:3])


def test_two_to_the_sixty_paths_are_counted_and_the_remainder_is_stated():
    """The count is exact and nothing is enumerated."""
    y = x = Value(1.0, label="x")
    for _ in range(60):
        y = y + y
    text = str(trace(y).explain(x, paths=2))
    assert f"as a sum over {2**60} paths, the 2 largest of them" in text
    assert "all others together: 1.153e+18" in text


@pytest.mark.parametrize("name", GALLERY)
def test_the_table_of_instructions_has_a_row_for_every_step(name):
    """Each with its own formula, its value and its adjoint; constants are in formulas."""
    t = trace(example(name).output())
    rows = [line.split() for line in t.table("instructions").splitlines()[1:]]
    shown = [v for v in t if v.role != "constant"]
    assert [row[0] for row in rows] == [v.name for v in shown]
    for row, v in zip(rows, shown):
        line = " ".join(row)
        assert not v.parents or line.startswith(f"{v.name} {v.formula} {number(v.value, 4)}")
        assert float(row[-1]) == pytest.approx(v.adjoint, abs=6e-5, rel=6e-4)


@pytest.mark.parametrize("name", ["sigmoid-2-2-1", "residual"])
def test_a_derivative_is_explained_under_the_names_that_check_takes(name):
    """By "d w" and "dy/dw" w is meant; what is the name of a step means that."""
    t = trace(example(name).output())
    for v in t:
        if v.role != "constant":
            wanted = str(t.explain(v.name))
            assert str(t.explain(f"d {v.name}")) == str(t.explain(f"d{t.output.name}/d{v.name}")) == wanted
    with pytest.raises(UnknownNameError, match="unknown name 'd q'"):
        t.explain("d q")
    x = Value(2.0, label="d w")
    assert "d w" in str(trace(x * Value(3.0, label="w")).explain("d w"))


def test_an_explanation_is_chain_rule_formula_substitution_and_result():
    """The example that the design of this package promises."""
    assert str(NET.explain("w5")).splitlines() == [
        "∂y/∂w5 = ∂y/∂a3 · ∂a3/∂w5",
        "       = ∂y/∂a3 · h1",
        "       = (0.1916)(0.7969)",
        "       = 0.1527",
    ]


def test_a_factor_of_one_is_not_written_and_a_sum_as_a_factor_is_in_brackets():
    """Neither the 1 of ∂a/∂x nor that of ∂y/∂y; a term that is 1 alone is kept."""
    x, b = leaves(x=0.5, b=-2.0)
    a = x + b
    h = a.tanh()
    y = h + x
    label(a=a, h=h, y=y)
    recorded = trace(y)
    assert str(recorded.explain("a")).splitlines()[:2] == [
        "∂y/∂a = ∂y/∂h · ∂h/∂a",
        "      = ∂y/∂h · (1 - h*h)",
    ]
    assert str(recorded.explain("b")).splitlines()[:2] == ["∂y/∂b = ∂y/∂a · ∂a/∂b", "      = ∂y/∂a"]
    assert str(recorded.explain("x")).splitlines()[1] == "      = ∂y/∂a + 1"
    assert str(trace(h).explain("a")).splitlines()[:3] == [
        "∂h/∂a = 1 - h*h",
        "      = 1 - (-0.9051)*(-0.9051)",
        "      = 0.1807",
    ]


def test_sides_that_read_alike_are_written_once():
    """The derivative of 3x is 3, that of an output by itself 1: one line each."""
    (x,) = leaves(x=2.0)
    y = x * 3
    label(y=y)
    assert str(trace(y).explain("x")) == "∂y/∂x = 3"
    assert str(trace(y).explain("y")) == "∂y/∂y = 1"


@pytest.mark.parametrize("notation", ["partial", "bar"])
def test_the_left_hand_side_stands_on_the_first_line_and_equals_signs_are_aligned(notation):
    """In text below one another, however many signs a bar takes; in LaTeX at the ampersands."""
    explanation = NET.explain("w5", notation=notation)
    lines = str(explanation).replace("\u0304", "").splitlines()
    assert {line.index(" = ") for line in lines} == {len(lines[0].split(" = ")[0])}
    left, *rest = [line.split("&=")[0] for line in explanation.to_latex().splitlines()[1:-1]]
    assert left == {"partial": r"\frac{\partial y}{\partial w_{5}} ", "bar": r"\bar{w}_{5} "}[notation]
    assert rest == [" "] * 3


def test_accents_of_labels_take_no_room():
    """Equals signs are aligned below a letter with a hat, too."""
    (x,) = leaves(x=2.0)
    hat = x.tanh()
    hat.label = "θ\u0302"
    lines = str(trace(hat * hat).explain(hat)).replace("\u0302", "").splitlines()[:3]
    assert len({line.index(" = ") for line in lines}) == 1


def test_what_is_left_of_a_sum_over_paths_is_stated():
    """The largest are listed, and the others together are what they lack of the adjoint."""
    (x,) = leaves(x=1.0)
    largest = x * 7
    y = x * 2 + largest + x * 3
    label(y=y, largest=largest)
    assert str(trace(y).explain("x", paths=1)).splitlines()[-3:] == [
        "as a sum over 3 paths, the 1 largest of them:",
        "  x -> largest -> v5 -> y: (7) = 7",
        "  all others together: 5",
    ]
    every = str(trace(y).explain("x", paths=3)).splitlines()
    assert every[-4] == "as a sum over 3 paths:"
    assert not any("others" in line for line in every)


def test_a_path_of_ones_is_one_and_one_path_is_singular():
    """Factors of 1 are left out of a product, unless there is nothing else."""
    (x,) = leaves(x=1.0)
    y = x + 2
    label(y=y)
    assert str(trace(y).explain("x", paths=5)).splitlines()[1:] == [
        "as a sum over 1 path:",
        "  x -> y: 1 = 1",
    ]


def test_rounded_paths_that_miss_the_result_are_owned_up_to():
    """Three thirds, shown as 0.3333 each, are 0.9999 and not 1; two halves are 1."""
    (x,) = leaves(x=1.0)
    thirds, halves = (total([x / k for _ in range(k)]) for k in (3, 2))
    assert "computed from unrounded values" in str(trace(thirds).explain("x", paths=9))
    assert "computed from unrounded values" not in str(trace(thirds).explain("x"))
    assert "computed from unrounded values" not in str(trace(halves).explain("x", paths=9))


def test_several_children_give_a_sum_and_negative_numbers_are_in_brackets():
    """The multivariate chain rule: one product for each child."""
    lines = str(NET.explain("x1")).splitlines()
    assert lines[0] == "∂y/∂x1 = ∂y/∂a1 · ∂a1/∂x1 + ∂y/∂a2 · ∂a2/∂x1"
    assert lines[2].endswith("= (0.0577)(1.76) + (-0.0458)(0.97)")


def test_rounded_factors_that_miss_the_result_are_owned_up_to():
    """(0.036350)(0.241301) + (0.041370)(0.240613) is 0.018725, the result 0.018726: a note says why."""
    mazur = trace(example("mazur-2-2-2").output())
    assert "computed from unrounded values" in str(mazur.explain("b1", digits=6))
    assert "computed from unrounded values" not in str(mazur.explain("b1", digits=9))


def test_adjoints_are_written_as_fractions_or_with_a_bar():
    """Both notations of the literature, in text and LaTeX; any other is refused."""
    assert str(NET.explain("w5", notation="bar")).startswith("w\u03045 = a\u03043 · ∂a3/∂w5")
    assert r"\bar{w}_{5} &= \bar{a}_{3}" in NET.explain("w5", notation="bar").to_latex()
    assert r"\frac{\partial y}{\partial w_{5}}" in NET.explain("w5").to_markdown()
    with pytest.raises(UnknownNameError, match="there are: bar, partial"):
        NET.explain("w5", notation="dot")


def test_an_expanded_explanation_reaches_the_output():
    """Every adjoint on the right is explained in turn, each once."""
    heads = [line.split(" =")[0] for line in str(NET.explain("x1", expand=True)).split("\n\n")]
    assert heads == ["∂y/∂x1", "∂y/∂a1", "∂y/∂a2", "∂y/∂h1", "∂y/∂h2", "∂y/∂a3"]


def test_a_target_is_a_value_a_name_or_an_index():
    """An unknown name is answered with the nearest."""
    x, w = leaves(x=2.0, w=3.0)
    recorded = trace(x * w)
    assert str(recorded.explain(w)) == str(recorded.explain("w")) == str(recorded.explain(1))
    with pytest.raises(UnknownNameError, match="did you mean w5"):
        NET.explain("w55")


def test_unlabelled_steps_are_folded_into_the_textbook_line():
    """a1 = x1*w1 + x2*w2 + b1 is one statement of two instructions."""
    found = statements(NET)
    assert [s.target.name for s in found.values()] == ["a1", "h1", "a2", "h2", "a3", "y"]
    a1 = found[NET["a1"]]
    assert str(a1.written(TextWriter())) == "x1*w1 + x2*w2 + b1"
    assert str(a1.substituted(TextWriter())) == "0.888*1.76 + (-0.49)*0.4 + 0"


def test_the_derivative_of_a_closed_form_is_its_formula():
    """Without labels the whole expression is one statement: d(ln x1 + x1 x2 - sin x2)/dx1 = x2 + 1/x1."""
    recorded = trace(example("baydin").output())
    (statement,) = statements(recorded).values()
    assert str(statement.derivative(recorded["x1"], TextWriter())) == "x2 + 1/x1"
    assert str(statement.derivative(recorded["x2"], TextWriter())) == "-cos(x2) + x1"


@pytest.mark.parametrize("name", GALLERY)
def test_a_statement_means_what_it_says(name):
    """Formulas of values and derivatives, read back as expressions, give the recorded numbers."""
    recorded = trace(example(name).output())
    for statement in statements(recorded).values():
        names = {row.name: row.value for row in [*statement.operands, statement.target]}
        formulas = [(statement.written(TextWriter(17)), statement.target.value)]
        formulas += [
            (statement.derivative(o, TextWriter(17)), statement.partial(o)) for o in statement.operands
        ]
        for formula, expected in formulas:
            text = str(formula)
            if " > " in text:
                continue  # Iverson brackets are not expressions
            used = {n: x for n, x in names.items() if n in text}
            value = evaluate(f"{text} + 0*({'+'.join(used) or '0'})", used).data
            assert value == pytest.approx(expected, rel=1e-12)


def test_long_statements_are_not_folded_beyond_a_line():
    """A chain of a thousand unlabelled steps stays a list of short statements."""
    x = y = Value(0.5, label="x")
    for _ in range(1000):
        y = y * x
    assert all(len(s.folded) < LARGEST for s in statements(trace(y)).values())


def test_tables_are_github_markdown_and_booktabs():
    """One row for each statement, and one for each neuron with its δ and gradients."""
    markdown = NET.to_markdown().splitlines()
    assert len(markdown) == 2 + 17
    assert len({line.count("|") for line in markdown}) == 1
    neurons = NET.to_markdown(table="neurons").splitlines()
    assert len(neurons) == 2 + 3
    for text in ("$1.3669$", "$0.7969$", "$0.1619$", "$0.3564$", "$0.0577$", r"$w_{1}\colon 0.0512,$ $"):
        assert text in neurons[2]
    latex = NET.to_latex()
    assert latex.index(r"\toprule") < latex.index(r"\midrule") < latex.index(r"\bottomrule")
    with pytest.raises(UnknownNameError, match="unknown table"):
        NET.to_markdown(table="steps")
    with pytest.raises(UnknownNameError, match="no neurons"):
        trace(example("baydin").output()).to_markdown(table="neurons")


def test_tables_have_text_and_html_forms_with_the_same_numbers():
    """Text is aligned on decimal points; HTML escapes what a label brings."""
    text = NET.table("neurons")
    assert text.splitlines()[0].split()[:3] == ["unit", "z", "φ(z)"]
    for number_shown in ("1.3669", "0.1619", "-0.0407"):
        assert number_shown in text
        assert number_shown.replace("-", "−") in NET.table("neurons", "html")
    hostile = trace(Value(1.0, label="</script><script>alert(1)</script>") * 2)
    assert "<script>" not in hostile.table(form="html")
    with pytest.raises(UnknownNameError, match="did you mean html"):
        NET.table(form="htm")


def cells(text):
    """Return the rows of a Markdown table as lists of cells without their dollar signs, after two lines."""
    return [[cell.strip(" $") for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]


def test_the_table_of_a_trace_has_each_sum_with_bars_and_no_line_for_a_constant():
    """Of every leaf and statement: what it is, its value, the sum that its adjoint is, and that."""
    rows = {row[0]: row[1:] for row in cells(NET.to_markdown())}
    assert rows["w_{5}"] == ["", "1.86", r"\bar{a}_{3} \cdot h_{1}", "0.1527"]
    wanted = [
        r"h_{1} \cdot w_{5} + h_{2} \cdot w_{6} + b_{3}",
        "1.0542",
        r"y \cdot (1 - y)",
        "0.1916",
    ]
    assert rows["a_{3}"] == wanted
    assert "a\u03043 · h1" in NET.table()
    (x,) = leaves(x=2.0)
    assert [row[0] for row in cells(trace(x * 3 + 1).to_markdown())] == ["x", "v_{4}"]


def test_a_markdown_table_is_github_s_and_its_mathematics_stand_on_the_left():
    """The rule is of bars and dashes alone."""
    for kind in ("statements", "neurons"):
        heading, rule, *_ = NET.to_markdown(table=kind).splitlines()
        assert set(rule) == {"|", "-"}
        assert [len(part) for part in rule.split("|")] == [len(part) for part in heading.split("|")]


TABLES = [
    (trace(each.output()), kind)
    for each in GALLERY.values()
    for kind in ("statements", "neurons")
    if kind == "statements" or units_of(trace(each.output()))
]
EVERY = pytest.mark.parametrize(
    ("recorded", "kind"), TABLES, ids=[f"{kind} of {t.output.name}, {len(t)}" for t, kind in TABLES]
)


def lines_of(recorded, kind, writer):
    """Return the formulas of each line of a table, and its numbers, gradients after the others."""
    lines = tables.KINDS[kind](recorded, writer).lines
    numbers = [
        [*(x for x in line.cells if not isinstance(x, str)), *(x for _, x in line.gradients)]
        for line in lines
    ]
    formulas = [[cell for cell in line.cells if isinstance(cell, str)] for line in lines]
    return formulas, [str(writer.number(x)) for line in numbers for x in line]


def latex_rows(latex):
    """Return what the columns of a LaTeX table are, and its rows of cells without dollar signs."""
    columns = re.search(r"\{@\{\}(.*)@\{\}\}", latex)[1].replace("r@{}l", "rn")
    body = latex.partition("\\midrule\n")[2].partition("\\bottomrule")[0].replace("\\addlinespace\n", "")
    rows = [line.removesuffix(r" \\").split("&") for line in body.splitlines()]
    return columns, [[cell.strip(" $") for cell in row] for row in rows]


@pytest.mark.parametrize("digits", [4, 9])
@EVERY
def test_numbers_of_a_latex_table_stand_on_either_side_of_their_points(recorded, kind, digits):
    """What is left is whole, what is right begins with the point; all are there, in their order."""
    columns, rows = latex_rows(recorded.to_latex(table=kind, digits=digits))
    halves = []
    for row in rows:
        places = zip(columns[-len(row) :], row, row[1:])
        halves += [(left, right) for column, left, right in places if column == "r" and left]
    for left, right in halves:
        assert re.fullmatch(r"-?[0-9]+", left)
        assert re.match(r"\.[0-9]|\{\} \\times|$", right)
    _, numbers = lines_of(recorded, kind, LatexWriter(digits))
    assert [left + right.removeprefix("{}") for left, right in halves] == numbers


@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan, 1e-5, -2e8, 1.5e-7, 0.0])
def test_infinite_and_tiny_numbers_have_a_place_in_a_latex_table(x):
    """What has no point stands left of it, a power of ten right of it."""
    _, (row, *_) = latex_rows(trace(Value(x, label="x") * 1).to_latex())
    left, right = row[2:4]
    assert left + right.removeprefix("{}") == str(LatexWriter().number(x))
    assert "times" not in left


@EVERY
def test_a_long_sum_of_a_latex_table_goes_on_in_the_rows_below(recorded, kind):
    """Each column is its formulas, one after the other, each on as many lines as it takes."""
    columns, rows = latex_rows(recorded.to_latex(table=kind))
    rows = [row for row in rows if len(row) == len(columns)]
    shown = [column for kind, column in zip(columns, zip(*rows)) if kind == "l"]
    formulas, _ = lines_of(recorded, kind, LatexWriter())
    for cells, wanted in zip(shown, zip(*formulas), strict=True):
        lines = [fitted(line) for formula in wanted if formula for line in broken(formula, SUM, TERM)]
        assert [cell.removeprefix("{} ") for cell in cells if cell] == lines


def test_the_gradients_of_a_neuron_stand_below_it_in_latex_and_html():
    """Each with what it is a derivative of, in the last column, where δ is too."""
    _, rows = latex_rows(NET.to_latex(table="neurons"))
    assert [row[1:] for row in rows[1:4]] == [["0", ".0512"], ["-0", ".0283"], ["0", ".0577"]]
    assert r"\partial y/\partial w_{1}" in rows[1][0]
    html = html_rows(NET.table("neurons", "html"))
    assert [text_of(row) for row in html[2:5]] == [
        ["∂y/∂w1", "0.0512"], ["∂y/∂w2", "−0.0283"], ["∂y/∂b1", "0.0577"],
    ]  # fmt: skip
    assert [cell.get("colspan") for cell in html[2]] == ["5", None]


def html_rows(html):
    """Return the rows of an HTML table as lists of elements: it is well-formed."""
    return [list(row) for row in ET.fromstring(html.partition("</table>")[0] + "</table>").iter("tr")]


def text_of(row):
    """Return the texts of cells, without the spaces that numbers are filled up with."""
    return ["".join(cell.itertext()).strip().strip("\u2007\u2008") for cell in row]


@pytest.mark.parametrize("digits", [4, 9])
@EVERY
def test_an_html_table_is_aligned_on_the_points_and_its_formulas_are_mathml(recorded, kind, digits):
    """Numbers are set to the right and filled up to one length after the point, but for powers of ten."""
    head, *rows = html_rows(recorded.table(kind, "html", digits))
    _, numbers = lines_of(recorded, kind, TextbookWriter(digits))
    cells = [cell for row in rows for cell in row]
    numeric = [cell for cell in cells if cell.tag == "td" and "right" in cell.get("style")]
    assert text_of(numeric) == numbers
    assert all(cell.get("align") in cell.get("style") for row in [head, *rows] for cell in row)
    for place in range(-len(head), 0):
        column = [row[place] for row in rows if len(row) >= -place]
        plain = [cell.text for cell in column if cell in numeric and "·10" not in cell.text]
        assert len({len(re.split("[.\u2008]", f"{text}\u2008")[1]) for text in plain}) <= 1
    for cell in [*head, *(cell for cell in cells if cell not in numeric)]:
        assert {part.tag for part in cell} == ({"math"} if text_of([cell]) != [""] else set())


@needs_chromium
def test_the_points_of_an_html_column_stand_below_one_another(browser, tmp_path):
    """In a browser, to half a pixel, also where a number has no point: of a table, of checked hand work."""
    report = NET.check({"a1": 1.37, "h1": "0.79688", "b1": 0, "y": "0.74", "d a2": -0.05})
    for name, html in (("neurons", NET.table("neurons", "html")), ("check", report._repr_html_())):
        path = tmp_path / f"{name}.html"
        path.write_text(f"<!DOCTYPE html><meta charset=utf-8>{html}", encoding="utf-8")
        browser.get(path.as_uri())
        for points in browser.execute_script(POINTS):
            assert max(points) - min(points) < 0.5


# Where in each column of numbers the point of each stands, or the space that stands for one.
POINTS = """
const points = {};
for (const cell of document.querySelectorAll("td")) {
  const text = cell.firstChild, at = text ? text.textContent.search(/[.\u2008]/) : -1;
  if (getComputedStyle(cell).textAlign !== "right" || at < 0) continue;
  const range = document.createRange();
  range.setStart(text, at), range.setEnd(text, at + 1);
  (points[Math.round(cell.getBoundingClientRect().right)] ??= []).push(range.getBoundingClientRect().left);
}
return Object.values(points);
"""


def test_an_index_is_a_subscript_in_an_html_table():
    """A label is the mathematics that the page writes."""
    assert "<msub><mi>w</mi><mn>1</mn></msub>" in NET.table(form="html")


@pytest.mark.parametrize(
    ("kind", "column"),
    [("statements", r" (-?[0-9]+)(\.[0-9]+)?$"), ("neurons", r"\) +(-?[0-9]+)\.[0-9]{4} ")],
)
def test_a_column_of_numbers_is_aligned_on_the_decimal_points_in_text(kind, column):
    """Whole numbers end where the points of the others stand: ∂y/∂v of a trace, z of neurons."""
    lines = NET.table(kind).replace("\u0304", "").splitlines()[1:]
    assert len({re.search(column, line).end(1) for line in lines}) == 1


def test_a_unit_is_named_by_its_label_else_by_its_place_else_by_its_slot():
    """Its activation is written out where that is one function of z."""
    layered = nn.MLP(2, [2, 1], "tanh", seed=1)([0.5, -1.0])
    labelled, linear, composed = (
        nn.Layer(2, 1, activation, seed=1)([0.5, -1.0])
        for activation in ("tanh", None, lambda z: z.sin() * 2)
    )
    label(a=labelled, z=linear, b=composed)
    w, x, b = leaves(w=1.0, x=2.0, b=0.5)
    for output, units in (
        (layered, ["a0[0] = tanh(z0[0])", "a0[1] = tanh(z0[1])", "z1[0]"]),
        (labelled, ["a = tanh(z0)"]),
        (linear, ["z"]),
        (composed, ["b"]),
        ((w * x + b).tanh(), ["v5 = tanh(v4)"]),
    ):
        lines = trace(output).table("neurons").splitlines()[1:]
        assert [re.split(r"\s{2,}", line)[0] for line in lines] == units


@pytest.mark.parametrize(
    ("activation", "partial"),
    [
        (None, lambda z: 1.0),
        ("tanh", lambda z: 1 - math.tanh(z) ** 2),
        (lambda z: z.sin() * 2, lambda z: 2 * math.cos(z)),
        (lambda z: (z * 3).exp().log1p(), lambda z: 3 / (1 + math.exp(-3 * z))),
    ],
)
def test_the_derivative_of_a_unit_is_that_of_all_that_leads_from_z_to_a(activation, partial):
    """It is φ'(z), however many functions φ is composed of, and δ is ∂L/∂φ · φ'(z)."""
    recorded = trace(nn.Layer(2, 1, activation, seed=1)([0.5, -1.0]) * 4)
    z, a, local, above, delta = (float(x) for x in cells(recorded.table("neurons", "markdown", 9))[0][1:6])
    assert z == pytest.approx(-1.4998, abs=1e-4)
    assert local == pytest.approx(partial(z), abs=1e-8)
    assert (above, delta) == (4.0, pytest.approx(4 * partial(z), abs=1e-7))
    assert activation is not None or a == z


def test_a_bar_in_a_formula_does_not_end_a_markdown_cell():
    """|x| is written with commands inside a table."""
    (x,) = leaves(x=-2.0)
    y = abs(x) * 2
    label(y=y)
    lines = trace(y).to_markdown().splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert r"\vert" in lines[-1]


def test_a_table_of_exactly_the_most_rows_is_written(monkeypatch):
    """The limit is the largest number that is allowed."""
    monkeypatch.setattr(tables, "LARGEST", 17)
    assert len(NET.to_markdown().splitlines()) == 2 + 17
    monkeypatch.setattr(tables, "LARGEST", 16)
    with pytest.raises(TraceTooLargeError, match="17 rows, more than 16"):
        NET.to_markdown()


def test_a_table_too_large_to_read_is_refused_with_a_way_that_works():
    """The count, the limit, and trace(y, upto=[…])."""
    xs = [Value(1.0) for _ in range(2_500)]
    with pytest.raises(TraceTooLargeError, match=r"2,50\d rows, more than 2,000; trace a part"):
        trace(dot(xs, xs)).to_latex()


@pytest.mark.parametrize("name", GALLERY)
def test_no_sign_follows_the_sign_of_a_product(name):
    """What starts with a minus stands in brackets behind a dot."""
    recorded = trace(example(name).output())
    for v in recorded:
        for form in (str, Explanation.to_latex, Explanation.to_markdown):
            assert not re.search(r"(·|\\cdot) -", form(recorded.explain(v.index, notation="bar")))


@pytest.mark.parametrize("form", [Explanation.to_markdown, Explanation.to_latex])
def test_paths_are_in_the_document_too(form):
    """One item for each path that is asked for, with its product, then what the others add up to."""
    mazur = trace(example("mazur-2-2-2").output())
    text = form(mazur.explain("i1", paths=3))
    assert "as a sum over 4 paths, the 3 largest of them:" in text
    assert text.count(r"i_{1} \to v_{") == 3
    assert r"0.1868 \cdot (-1) \cdot (-1.4827) \cdot 0.5 = 0.0037$" in text
    assert r"all others together: $-6.895 \times 10^{-4}$" in text
    assert r"\to" not in form(mazur.explain("i1"))


def test_a_long_side_of_an_explanation_is_broken_before_plus_signs():
    """Each line fits beside the left-hand side; put together, they are the side."""
    x = leaves(**{f"x{i}": float(i) for i in range(1, 13)})
    (p,) = leaves(p=0.01)
    hidden = [(each * p).tanh() for each in x]
    for i, h in enumerate(hidden):
        h.label = f"h{i}"
    y = total(hidden).tanh()
    label(y=y)
    explanation = trace(y).explain("p")
    equations = explanation.to_latex().partition("\n\\end{align*}")[0]
    lines = [line.removesuffix(r" \\") for line in equations.splitlines()[1:]]
    _, sides = explanation.lines(LatexWriter())
    assert len(lines) > len(sides)
    assert all(breadth(line.partition("&")[2]) < LONGEST for line in lines)
    joined = " ".join(lines).replace(r" &\quad ", "").split("&= ")[1:]
    assert list(map(str.strip, joined)) == list(map(fitted, sides))


@pytest.mark.parametrize(
    ("f", "x", "rounded"),
    [
        (Value.tanh, -1.5, True),
        (Value.tanh, 0.0, False),
        (Value.exp, 0.0, False),
        (Value.sigmoid, 2.5, False),
    ],
    ids=["0.1808 for 0.1807", "exact", "exact too", "rounds to the same"],
)
def test_a_derivative_of_the_output_itself_says_when_the_shown_numbers_give_another(f, x, rounded):
    """Where the output is the one child its derivative is written out: that line is held to what it gives."""
    (leaf,) = leaves(x=x)
    y = f(leaf)
    label(y=y)
    explanation = str(trace(y).explain("x"))
    assert ("computed from unrounded values" in explanation) is rounded


def test_a_network_is_written_by_its_sums_and_activations():
    """Its z and a are statements of their own, of weights and the activations before; no sum within z is."""
    t = trace(nn.MLP(2, [2, 1], "tanh", seed=1)([0.5, -1.0]))
    written = {v.name: str(s.written(TextWriter())) for v, s in statements(t).items()}
    assert written == {
        "z0[0]": "W0[0,0]*x[0] + W0[0,1]*x[1] + b0[0]",
        "a0[0]": "tanh(z0[0])",
        "z0[1]": "W0[1,0]*x[0] + W0[1,1]*x[1] + b0[1]",
        "a0[1]": "tanh(z0[1])",
        "z1[0]": "W1[0,0]*a0[0] + W1[0,1]*a0[1] + b1[0]",
    }
    assert str(t.explain("W0[0,1]")).splitlines()[1].strip() == "= ∂z1[0]/∂z0[0] · x[1]"


@pytest.mark.parametrize("name", ["mazur-2-2-2", "fan-out"])
def test_a_longtable_is_in_no_box(name):
    """A box does not go over pages: a longtable is set smaller, and never scaled."""
    source = trace(example(name).output()).to_latex(longtable=True)
    assert "longtable" in source
    assert "resizebox" not in source
    assert "noindent" not in source


def test_a_statement_has_at_most_so_many_instructions():
    """One more begins another statement."""

    def count(steps):
        y = Value(0.3, label="x")
        for _ in range(steps):
            y = y.sin()
        return len(statements(trace(y)))

    assert [count(steps) for steps in (1, LARGEST - 1, LARGEST, LARGEST + 1)] == [1, 1, 1, 2]


def test_a_statement_reads_variables_and_no_constants():
    """In the order of its formula, each once."""
    x, y = leaves(x=3.0, y=2.0)
    (statement,) = statements(trace(x * 2 + y * x + 5)).values()
    assert [v.name for v in statement.operands] == ["x", "y"]


@pytest.mark.parametrize("digits", [1, 2, 4])
@pytest.mark.parametrize("name", GALLERY)
def test_a_note_on_rounding_stands_in_every_form_of_an_explanation(name, digits):
    """In documents as in the text, those of the rest too."""
    recorded = trace(example(name).output())
    for v in recorded:
        if v.role == "constant":
            continue
        found = recorded.explain(v.index, digits=digits, paths=2, expand=True)
        count = str(found).count("unrounded")
        assert found.to_markdown().count("unrounded") == found.to_latex().count("unrounded") == count
