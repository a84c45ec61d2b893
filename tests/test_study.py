"""Laws of explanations: chain rule, substitution and result agree with the trace they read."""

import math
import re
import shutil
import subprocess

import pytest
from graphs import SMOOTH, programs
from hypothesis import given

from scalargrad import Value, dot, label, leaves, nn, total, trace
from scalargrad.errors import TraceTooLargeError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate
from scalargrad.notation.text import TextWriter
from scalargrad.study import tables
from scalargrad.study.explain import Explainer
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
    neurons = NET.to_markdown("neurons").splitlines()
    assert len(neurons) == 2 + 3
    for text in ("$1.3669$", "$0.7969$", "$0.1619$", "$0.3564$", "$0.0577$", "w_{1}: 0.0512"):
        assert text in neurons[2]
    latex = NET.to_latex()
    assert latex.index(r"\toprule") < latex.index(r"\midrule") < latex.index(r"\bottomrule")
    with pytest.raises(UnknownNameError, match="unknown table"):
        NET.to_markdown("steps")
    with pytest.raises(UnknownNameError, match="no neurons"):
        trace(example("baydin").output()).to_markdown("neurons")


def test_tables_have_text_and_html_forms_with_the_same_numbers():
    """Text is aligned on decimal points; HTML escapes what a label brings."""
    text = NET.table("neurons")
    assert text.splitlines()[0].split()[:3] == ["unit", "z", "φ(z)"]
    for number_shown in ("1.3669", "0.1619", "-0.0407"):
        assert number_shown in text
        assert number_shown in NET.table("neurons", "html")
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
        r"y \cdot \left(1 - y\right)",
        "0.1916",
    ]
    assert rows["a_{3}"] == wanted
    assert "a\u03043 · h1" in NET.table()
    (x,) = leaves(x=2.0)
    assert [row[0] for row in cells(trace(x * 3 + 1).to_markdown())] == ["x", "v_{4}"]


def test_a_markdown_table_is_github_s_and_its_mathematics_stand_on_the_left():
    """The rule is of bars and dashes alone, and in LaTeX every column is an l."""
    for kind in ("statements", "neurons"):
        heading, rule, *_ = NET.to_markdown(kind).splitlines()
        assert set(rule) == {"|", "-"}
        assert [len(part) for part in rule.split("|")] == [len(part) for part in heading.split("|")]
        assert rf"\begin{{tabular}}{{{'l' * (rule.count('|') - 1)}}}" in NET.to_latex(kind)


@pytest.mark.parametrize(
    ("kind", "column"),
    [("statements", r" (-?[0-9]+)(\.[0-9]+)?$"), ("neurons", r"\) +(-?[0-9]+)\.[0-9]{4} ")],
)
def test_a_column_of_numbers_is_aligned_on_the_decimal_points_in_text(kind, column):
    """Whole numbers end where the points of the others stand: ∂y/∂v of a trace, z of neurons."""
    lines = NET.table(kind).replace("\u0304", "").splitlines()[1:]
    assert len({re.search(column, line).end(1) for line in lines}) == 1


def test_a_unit_is_named_by_its_label_else_by_its_path_else_by_its_slot():
    """With a label or a slot its activation is written out where that is one function of z."""
    layered = nn.MLP(2, [2, 1], "tanh", seed=1)([0.5, -1.0])
    labelled, linear, composed = (
        nn.Layer(2, 1, activation, seed=1)([0.5, -1.0])[0]
        for activation in ("tanh", None, lambda z: z.sin() * 2)
    )
    label(a=labelled, z=linear, b=composed)
    w, x, b = leaves(w=1.0, x=2.0, b=0.5)
    for output, units in (
        (layered, ["layers[0].neurons[0]", "layers[0].neurons[1]", "layers[1].neurons[0]"]),
        (labelled, ["a = tanh(v6)"]),
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
    recorded = trace(nn.Layer(2, 1, activation, seed=1)([0.5, -1.0])[0] * 4)
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


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX compiler is installed")
def test_the_latex_compiles_unedited_with_amsmath_and_booktabs(tmp_path):
    """Tables of every example, explanations, and hostile labels pass pdflatex."""
    hostile = Value(2.0, label=r"a|b_{c} \alpha & 50% #1 $x$ ~^ <i>")
    traces = [trace(each.output()) for each in GALLERY.values()]
    parts = [t.to_latex() for t in traces] + [NET.to_latex("neurons")]
    parts += [NET.explain("x1", expand=True).to_latex(), NET.explain("x1", notation="bar").to_latex()]
    parts += [trace(hostile.tanh() * 3).to_latex(), trace(hostile * hostile).explain(hostile).to_latex()]
    packages = r"\usepackage{amsmath,booktabs}"
    body = "\n\n".join(parts)
    document = rf"\documentclass{{article}}{packages}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "t.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-2000:]


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
