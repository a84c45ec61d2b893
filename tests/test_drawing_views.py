"""Laws of views, focus and notation: what is shown as one node, and that nothing is left out in silence."""

import re
from typing import get_args

import pytest
from dot import text_of
from graphs import EVERYWHERE, programs
from hypothesis import given
from laws import REFERENCES, close, operands_inside, reference
from mpmath import mpf

from scalargrad import Value, dot, draw, leaves, nn, total, trace
from scalargrad.drawing import VIEWS
from scalargrad.drawing.inscriptions import Ink, Inscriber
from scalargrad.drawing.network import Network
from scalargrad.drawing.themes import SHAPES, THEMES
from scalargrad.engine.apply import apply
from scalargrad.errors import UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.primitives.table import FAMILIES, TABLE, rows
from scalargrad.wengert.formulas import MANY, formula
from scalargrad.wengert.neurons import units_of

WEIGHTED = "sigmoid-2-2-1", "mazur-2-2-2", "relu-softmax"


def picture(output, view):
    t = trace(output)
    return VIEWS[view](Network(t), set(t))


def labels(source):
    """Return the texts of a DOT source, one string for each node or edge, with | between lines."""
    return [
        "|".join(re.findall(r"<td><font color=[^>]*>([^<]*)</font></td>", line))
        for line in text_of(source).splitlines()
        if "label=<<table" in line
    ]


@given(programs(EVERYWHERE))
def test_every_view_holds_every_value_once(program):
    """In each view a value is in one node, or on an edge as a weight, or in a formula as a constant."""
    output = program.values(*program.leaves())
    t = trace(output)
    network = Network(t)
    for view in VIEWS.values():
        shown = [v for group in view(network, set(t)).groups for v in group.instructions]
        assert len(shown) == len(set(shown))
        hidden = {v for v in t if v.role != "constant"} - set(shown)
        assert hidden <= network.on_edges


@given(programs(EVERYWHERE))
def test_every_view_is_acyclic(program):
    """Nodes that stand for several values never close a circle."""
    t = trace(program.values(*program.leaves()))
    for view in VIEWS.values():
        drawn = view(Network(t), set(t))
        ready, waiting = set(), {group: set() for group in drawn.groups}
        for edge in drawn.arrows:
            waiting[edge.head].add(edge.tail)
        while waiting:
            free = [group for group, tails in waiting.items() if tails <= ready]
            assert free
            ready.update(free)
            for group in free:
                del waiting[group]


@pytest.mark.parametrize("view", ["neurons", "layers"])
def test_merged_edges_account_for_every_entry(view):
    """Every parent entry between two different nodes stands for itself or is counted in a merged edge."""
    output = nn.MLP(30, [20, 3], seed=0)([0.1] * 30)[0]
    drawn = picture(output, view)
    home = {v: group for group in drawn.groups for v in group.instructions}
    between = sum(
        home.get(parent) is not None and home[parent] is not home[v] for v in home for parent in v.parents
    )
    assert sum(len(edge.edges) for edge in drawn.arrows) == between


def test_the_2_2_1_net_has_its_textbook_figure():
    """Two inputs, two hidden neurons, one output: five nodes, six edges with the six weights, in columns."""
    drawn = picture(example("sigmoid-2-2-1").output(), "neurons")
    assert [group.kind for group in drawn.groups] == ["value", "value", "neuron", "neuron", "neuron"]
    weights = [
        (e.tail.instructions[-1].name, e.weight.name, e.head.instructions[-1].name) for e in drawn.arrows
    ]
    assert weights == [
        *(("x1", "w1", "h1"), ("x2", "w2", "h1"), ("x1", "w3", "h2"), ("x2", "w4", "h2")),
        *(("h1", "w5", "y"), ("h2", "w6", "y")),
    ]
    source = draw(example("sigmoid-2-2-1").output(), "neurons").source
    assert (
        "h₁ = σ(a₁)|a₁ = x₁w₁ + x₂w₂ + b₁|b₁ = 0|∂y/∂b₁ = 0.0577|a₁ = 1.3669|h₁ = 0.7969|δ = ∂y/∂a₁ = 0.0577"
    ) in labels(source)
    assert "w₁ = 1.76|∂y/∂w₁ = 0.0512" in labels(source)
    assert source.count("rank=same") == 2


def neuron_of(*, order, chain, activation):
    """Return one neuron written in several ways, with the names w and x told apart."""
    x1, x2, w1, w2, b = (Value(float(i), label=name) for i, name in enumerate(("x1", "x2", "w1", "w2", "b")))
    if chain:
        z = x1 * w1 + x2 * w2 + b if order else b + (w1 * x1 + w2 * x2)
    else:
        z = dot([x1, x2], [w1, w2]) + b if order else b + dot([w1, w2], [x1, x2])
    return z if activation is None else getattr(z, activation)()


@pytest.mark.parametrize("order", [True, False])
@pytest.mark.parametrize("chain", [True, False])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", None])
def test_neurons_are_found_however_they_are_written(order, chain, activation):
    """A weighted sum with its activation is one neuron: as a dot or as products, in either order."""
    drawn = picture(neuron_of(order=order, chain=chain, activation=activation), "neurons")
    assert len(drawn.groups) == 3
    assert sorted(e.weight.name for e in drawn.arrows) == ["w1", "w2"]
    (unit,) = drawn.groups[-1].units
    assert unit.bias.name == "b"


def test_what_others_read_is_not_hidden_in_a_neuron():
    """If something else reads z, the activation stays a node of its own; a weight read elsewhere does too."""
    x, w = Value(1.0, label="x"), Value(2.0, label="w")
    z = dot([w], [x])
    shown = {group.instructions[-1].name for group in picture(z.tanh() * z, "neurons").groups}
    assert {"v2", "v3", "v4"} <= shown
    shown = {group.instructions[-1].name for group in picture(dot([w], [x]).tanh() + w * w, "neurons").groups}
    assert "w" in shown


def test_neurons_of_nn_are_named_after_their_places():
    """The neurons view of an MLP names activations and sums by layer and place, and has a node for each."""
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    x = [Value(1.0, label="x1"), Value(2.0, label="x2")]
    titles = [text.split("|")[0] for text in labels(draw(model(x), "neurons").source)]
    hidden = [f"a₀[{i}] = tanh(z₀[{i}])" for i in range(3)]
    assert [text for text in titles if text in hidden] == hidden
    assert any(text.startswith("z₁[0] = Σ wx + b₁[0]") or "W₁[0,0]" in text for text in titles)


def test_layers_say_what_they_hold():
    """A layer is one node, with its path, its numbers of neurons and of weights, and merged edges."""
    x = [Value(float(i), label=f"x{i}") for i in range(3)]
    shown = labels(draw(nn.MLP(3, [5, 2], seed=0)(x)[0], "layers").source)
    assert any(text.startswith("layers[0]|5 neurons|15 weights, 5 biases|W: 5 × 3|a: ") for text in shown)
    assert "×5" in shown


def test_layers_of_a_batch_say_how_often_they_fired():
    """A layer that saw three samples has 5 neurons, ×3."""
    model = nn.MLP(1, [5, 1], seed=0)
    shown = labels(draw(total([model([x]) for x in (1.0, 2.0, 3.0)]), "layers").source)
    assert any(text.startswith("layers[0]|5 neurons ×3|5 weights, 5 biases") for text in shown)


def test_wide_layers_are_elided_and_say_so():
    """A column of 784 shows ten nodes and one for the 774 others; counts stand in the caption."""
    output = nn.MLP(784, [16, 10], seed=0)([Value(0.5) for _ in range(784)])[0]
    source = draw(output, "neurons").source
    assert "… 774 more" in labels(source)
    assert any("dashed edges stand for 12,384" in text for text in labels(source))


def test_many_layers_are_elided():
    """A hundred layers are shown by their ends."""
    source = draw(nn.MLP(1, [1] * 100, "tanh", "tanh", seed=0)([1.0]), "layers").source
    assert any(re.fullmatch(r"… \d+ more", text) for text in labels(source))
    assert len(labels(source)) < 40


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", GALLERY)
def test_focus_and_caption_count_what_is_not_shown(name, view):
    """With a focus, the caption says how many values are not shown."""
    output = example(name).output()
    t = trace(output)
    figure = draw(output, view, around=output, hops=1)
    counted = [v for v in t if v.role != "constant"]
    near = 1 + len(set(t.output.parents) & set(counted))
    assert f"+{len(counted) - near:,} values not shown" in figure.source


def names(figure):
    return set(re.findall(r"^\tn(\d+) \[", figure.source, re.MULTILINE))


def test_focus_keeps_what_it_says():
    """The foci keep what is few edges away, what lies between, what was read; and all combine."""
    output = example("sigmoid-2-2-1").output()
    t = trace(output)

    def indices(*wanted):
        return {str(t[name].index) for name in wanted}

    assert names(draw(t, "values", paths=("w1", "y"))) == indices("w1", "v11", "a1", "h1", "v17", "a3", "y")
    assert names(draw(t, "values", upto="a1")) == indices("x1", "x2", "w1", "w2", "v11", "b1", "a1")
    assert names(draw(t, "values", around="a1", hops=1)) == indices("v11", "b1", "a1", "h1")
    assert names(draw(t, "values", around="a1", hops=0)) == indices("a1")
    assert names(draw(t, "values", upto="a1", paths=("x1", "y"))) == indices("x1", "v11", "a1")


def test_a_focus_on_a_weight_shows_it_in_every_view():
    """A weight stands on an edge only where its neuron is shown; alone, it is a node."""
    output = example("sigmoid-2-2-1").output()
    for view in VIEWS:
        assert any(
            text.startswith("w₁ = 1.76") for text in labels(draw(output, view, around="w1", hops=0).source)
        )


def test_a_focus_that_leaves_nothing_is_refused():
    """Where no path leads from the first value to the second, the error says so."""
    with pytest.raises(UnknownNameError, match="no path leads"):
        draw(example("sigmoid-2-2-1").output(), paths=("y", "x1"))


def test_a_neuron_that_reads_an_input_twice_shows_both_weights():
    """Edges are merged only where a node stands for several: x·w₁ + x·w₂ has two edges, as has x·x."""
    x, w1, w2 = Value(1.0, label="x"), Value(2.0, label="w1"), Value(3.0, label="w2")
    drawn = picture(dot([w1, w2], [x, x]).tanh(), "neurons")
    assert [edge.weight.name for edge in drawn.arrows] == ["w1", "w2"]
    assert len(picture(x * x, "neurons").arrows) == 2


def test_regularised_parameters_keep_their_neurons():
    """A penalty that reads the weights too leaves neurons whole, and shows the weights as nodes."""
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    y = model([1.0, 2.0]) + total([p * p for p in model.parameters()])
    drawn = picture(y, "neurons")
    assert sum(group.kind == "neuron" for group in drawn.groups) == 4
    shown = {v for group in drawn.groups for v in group.instructions}
    assert sum(v.role == "parameter" for v in shown) == 13


def test_unlabelled_leaves_are_no_weights():
    """Two Values without labels are multiplied as they are; neither is taken for a weight."""
    assert len(picture(Value(1.0) * Value(2.0), "neurons").groups) == 3


def test_edges_carry_local_derivatives_and_contributions():
    """edges="local" writes ∂child/∂parent on each edge, edges="contribution" upstream · local = product."""
    output = example("fan-out").output()
    local = labels(draw(output, edges="local").source)
    assert local.count("x = 3") == 2
    assert local.count("−1") == 1
    contributions = labels(draw(output, edges="contribution").source)
    assert contributions.count("1 · 3 = 3") == 2
    assert contributions.count("1 · (−1) = −1") == 1


def test_a_shared_weight_says_its_part_of_the_sum():
    """A weight that several neurons read stands on each edge, with what that use adds; the parts add up."""
    w, h, b = Value(0.5, label="w"), Value(0.2, label="h"), Value(0.1, label="b")
    for _ in range(3):
        h = (w * h + b).tanh()
    source = draw(h, "neurons", digits=9).source
    parts = re.findall(r"w = 0.5\|(.*?) of .* = (.*)", "\n".join(labels(source)))
    assert len(parts) == 3
    numbers = [[float(x.replace("−", "-")) for x in part] for part in parts]
    assert sum(part for part, _ in numbers) == pytest.approx(numbers[0][1])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"view": "neurons", "edges": "local"}, "its weight"),
        ({"view": "layers", "edges": "contribution"}, "stands for many"),
        ({"view": "neurons", "style": "micrograd"}, "draws values"),
    ],
)
def test_options_that_say_nothing_about_a_view_are_refused(options, said):
    """What would be ignored is an error that says why, and what to ask for."""
    with pytest.raises(UnknownNameError, match=said):
        draw(example("sigmoid-2-2-1").output(), **options)


def test_an_option_chooses_the_view_that_has_it():
    """Where the view is not said, the style of micrograd and local derivatives are those of values."""
    y = nn.MLP(3, [20, 2, 1], seed=1)([1.0, 2.0, 3.0])
    for options in ({"style": "micrograd"}, {"edges": "local"}):
        assert draw(y, **options).source == draw(y, "values", **options).source


@pytest.mark.parametrize("view", ["neurons", "layers"])
def test_a_graph_without_neurons_is_shown_by_its_values_and_says_so(view):
    """The view of what has no weighted sums is that of values, with a line that says it."""
    figure = draw(example("baydin").output(), view)
    assert f"no {view}" in figure.source
    assert names(figure) == names(draw(example("baydin").output(), "values"))


def test_micrograd_style_has_records_and_operations():
    """The style of micrograd has a record for each Value, and a node for each operation."""
    source = draw(example("fan-out").output(), style="micrograd").source
    assert r'"{x|data\ 3|grad\ 5}"' in source
    assert len(re.findall(r"^\tn\d+op \[", source, re.MULTILINE)) == 3
    assert "grad" not in draw(example("fan-out").output(), style="micrograd", adjoints=False).source


def test_not_computed_differs_from_zero():
    """Without adjoints none is shown; an adjoint that is 0 is shown as 0."""
    y = Value(-1.0, label="x").relu()
    assert "∂v₁/∂x = 0" in text_of(draw(y).source)
    assert "∂" not in draw(y, adjoints=False).source


NAME = "[^\\W\\d_][₀-₉]+"
READ_BACK = {
    f"({NAME})(?={NAME})": r"\1*",  # letters side by side
    "[₀-₉]+": lambda lowered: lowered[0].translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")),
    r"\|([^|]*)\|": r"abs(\1)",
    r"\[([^]]*)\]": r"\1",  # operands in a list
    "√": "sqrt",
    "−": "-",
    "·": "*",
    r"\^": "**",
    "[⁻⁰¹²³⁴-⁹]+": lambda raised: f"**({raised[0].translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))})",
}
FUNCTIONS = {name: reference(row) for name, row in TABLE.items()} | REFERENCES
FUNCTIONS |= {
    name: lambda x, *parameters, made=made: reference(made(*parameters))(x)
    for name, made in FAMILIES.items()
    if name not in REFERENCES
}
FUNCTIONS |= {"σ": REFERENCES["sigmoid"], "ln": REFERENCES["log"]}


def read_back(text, values):
    """Return the number that a text in textbook notation means, by the references."""
    for written, meant in READ_BACK.items():
        text = re.sub(written, meant, text)
    return eval(text, FUNCTIONS | {name: mpf(x) for name, x in values.items()})


def assert_formula_is_true(v):
    """Assert that the formula of an instruction, read back at its parents' values, gives its value."""
    text = formula(v, TextbookWriter(digits=17))
    values = {parent.name: parent.value for parent in v.parents}
    assert close(v.value, read_back(text, values)), f"{text} at {values} is not {v.value}"


@given(programs(EVERYWHERE))
def test_textbook_notation_says_what_is_computed(program):
    """Each formula of a drawing, read back and evaluated at the values it names, gives the value."""
    for v in trace(program.values(*program.leaves())):
        assert_formula_is_true(v)


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.symbol)
def test_textbook_notation_of_a_row_says_what_it_computes(row):
    """So it does for every row, at all operands of its domain, unless terms are left out for length."""
    for operands in operands_inside(row):
        if len(operands) > MANY * max(row.lists, 1):
            continue
        assert_formula_is_true(trace(apply(row, *row.arguments(list(map(Value, operands))))).output)


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda x, y: x * y, "x₁y₂"),
        (lambda x, y: x * x, "x₁·x₁"),
        (lambda x, y: 2 * x, "2·x₁"),
        (lambda x, y: x**2, "x₁²"),
        (lambda x, y: x**-1, "x₁⁻¹"),
        (lambda x, y: x**0.5, "x₁^(0.5)"),
        (lambda x, y: -x, "−x₁"),
        (lambda x, y: x - y, "x₁ − y₂"),
        (lambda x, y: x / y, "x₁ / y₂"),
        (lambda x, y: x.sigmoid(), "σ(x₁)"),
        (lambda x, y: x.log(), "ln(x₁)"),
        (lambda x, y: x.sqrt(), "√(x₁)"),
        (lambda x, y: abs(x), "|x₁|"),
        (lambda x, y: dot([x, y], [y, x]), "x₁y₂ + y₂x₁"),
        (lambda x, y: x + 1.5e-9, "x₁ + 1.500·10⁻⁹"),
    ],
)
def test_formulas_read_as_in_a_textbook(write, expected):
    """Indices are subscripts, exponents superscripts, and letters are multiplied side by side."""
    output = write(Value(3.0, label="x1"), Value(2.0, label="y2"))
    assert formula(trace(output).output, TextbookWriter()) == expected


def test_text_form_names_each_node_and_what_it_reads():
    """The text that a notebook shows without a renderer has a line for each node, with what it reads."""
    text = draw(example("sigmoid-2-2-1").output(), "neurons").text.splitlines()
    assert len(text) == 5
    assert text[-1].startswith("y = σ(a₃)")
    assert text[-1].endswith("← h₁, h₂")


def test_numbers_are_those_of_the_trace():
    """A drawing computes no number: each value and adjoint stands in it as the trace has it."""
    output = example("mazur-2-2-2").output()
    t = trace(output)
    inscriber = Inscriber(t, writer=TextbookWriter(digits=9))
    source = text_of(draw(output, "values", digits=9).source)
    for v in t:
        if v.role != "constant":
            assert inscriber.adjoint(v) in source
            assert inscriber.number(v.value) in source


@pytest.mark.parametrize("style", ["textbook", "micrograd"])
def test_values_flow_to_the_right_or_down(style):
    """For a narrow page a drawing can be turned; nothing else about it changes."""
    output = example("fan-out").output()
    right, down = (draw(output, style=style, direction=way).source for way in ("right", "down"))
    assert right.replace("rankdir=LR", "rankdir=TB") == down
    with pytest.raises(UnknownNameError, match="did you mean down"):
        draw(output, direction="downwards")


@pytest.mark.parametrize(("inputs", "written"), [(4, "x₀w₀ + x₁w₁ + x₂w₂ + x₃w₃ + b"), (5, "Σ wx + b")])
def test_a_sum_of_at_most_four_products_is_spelled_out(inputs, written):
    """A longer one is Σ wx with the bias."""
    xs = [Value(1.0, label=f"x{i}") for i in range(inputs)]
    ws = [Value(0.5, label=f"w{i}") for i in range(inputs)]
    z = dot(xs, ws) + Value(0.25, label="b")
    z.label = "z"
    assert any(f"|z = {written}|" in text for text in labels(draw(z.tanh(), "neurons").source))


@pytest.mark.parametrize(("layers", "hasty"), [([2, 1], False), ([5, 5, 1], True)])
def test_the_layout_of_many_edges_is_hasty(layers, hasty):
    """Graphviz's optimisers stop earlier there, and nowhere else."""
    model = nn.MLP(2, layers, "tanh", seed=0)
    drawing = draw(model([1.0, 2.0]), "neurons")
    assert ("nslimit" in drawing.source) == hasty


def test_a_drawing_that_leaves_nothing_out_has_no_caption():
    """Where every value has a node of its own there is nothing to say below."""
    x = Value(3.0, label="x")
    assert "values in" not in draw(x * x, "values").source
    assert "labelloc" not in draw(x * x, "values").source


def test_a_leaf_of_the_loss_stands_with_the_operations_that_read_it():
    """In the layers view they are one group: all that is left of a layer."""
    model, x = nn.MLP(2, [3, 1], "tanh", seed=0), [Value(1.0, label="x1"), Value(2.0, label="x2")]
    loss = (model(x) - Value(0.5, label="t")) ** 2
    *_, last = picture(loss, "layers").groups
    assert last.instructions[0].name == "t"
    assert len(last.instructions) == 3


# ---- just readable, and just not


def layered(inputs, rest):
    """Return the output of a neuron with so many inputs, with as many operations more."""
    w, x = ([Value(0.01 * i, f"{letter}{i}") for i in range(inputs)] for letter in "wx")
    y = (dot(w, x) + Value(0.5, "b")).tanh() + 1.0
    for _ in range(rest):
        y = y.sin()
    return y


def values_in(y):
    """Return how many values are nodes: all but constants."""
    return sum(v.role != "constant" for v in trace(y))


@pytest.mark.parametrize(("more", "view"), [(0, "values"), (1, "neurons")])
def test_150_values_are_readable_and_one_more_is_not(more, view):
    """Constants are none of them; then neurons are drawn."""
    y = layered(20, 150 - values_in(layered(20, 0)) + more)
    assert values_in(y) == 150 + more
    assert f"view {view!r}" in draw(y).title


@pytest.mark.parametrize(("count", "nodes"), [(16, 16), (17, 11)])
def test_sixteen_neurons_in_a_column_are_shown_and_more_are_not(count, nodes):
    """Of seventeen the first eight, the last two, and one that stands for the others."""
    model = nn.Layer(2, count, "tanh", seed=1)
    figure = draw(total(model([0.5, -1.0])), "neurons")
    assert len(re.findall(r"class=(?:neuron|rest)", figure.source)) == nodes


@pytest.mark.parametrize(("layers", "nodes"), [(20, 23), (21, 24), (22, 17), (23, 17)])
def test_a_pile_of_24_nodes_is_shown_and_a_deeper_one_is_not(layers, nodes):
    """Of a deeper one, inputs among them, the first eight and the last eight, with one for the others."""
    figure = draw(nn.MLP(2, [2] * layers + [1], "tanh", seed=1)([0.5, -1.0]), "layers")
    assert len(re.findall(r"^\tn\d+ \[", figure.source, re.MULTILINE)) == nodes


NET = nn.MLP(2, [2, 1], "tanh", seed=1)([0.5, -1.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "neurons", "style": "micrograd"}, "the view is 'neurons': add view=\"values\""),
        ({"view": "layers", "style": "micrograd"}, "the view is 'layers': add view=\"values\""),
        ({"view": "neurons", "edges": "local"}, 'edges="local" is for view="values"'),
        ({"view": "layers", "edges": "local"}, "stands for many, so it has no local"),
        ({"view": "layers", "edges": "contribution"}, "stands for many, so it has no contribution"),
        ({"style": "micrograd", "values": False}, "values=False hides what"),
        ({"edges": "contribution", "values": False}, "values=False hides what"),
    ],
)
def test_an_option_that_a_view_has_no_use_for_is_refused(options, message):
    """Each of the two alone is drawn."""
    with pytest.raises(UnknownNameError, match=re.escape(message)):
        draw(NET, **options)
    for name, value in options.items():
        assert draw(NET, **{name: value}).source


@pytest.mark.parametrize("name", GALLERY)
def test_micrograd_style_leads_every_operand_to_its_operation_and_that_to_its_value(name):
    """Constants too; and every arrow ends at nodes that are there."""
    t = trace(example(name).output())
    source = draw(example(name).output(), "values", style="micrograd").source
    arrows = [(f"n{parent.index}", f"n{v.index}op") for v in t for parent in v.parents]
    arrows += [(f"n{v.index}op", f"n{v.index}") for v in t if v.parents]
    found = re.findall(r"^\t(n\w+) -> (n\w+)", source, re.MULTILINE)
    assert sorted(found) == sorted(arrows)
    nodes = re.findall(r"^\t(n\d+|n\d+op) \[", source, re.MULTILINE)
    assert sorted(nodes) == sorted({end for arrow in arrows for end in arrow})


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {"view": view}) for name in ("relu-softmax", "baydin") for view in VIEWS),
        ("mazur-2-2-2", {"view": "values", "edges": "local"}),
        ("mazur-2-2-2", {"style": "micrograd", "around": "h1", "hops": 1}),
    ],
    ids=str,
)
def test_a_theme_changes_colours_and_nothing_else(name, options):
    """Whatever is written, in whichever ink."""
    light, dark = (draw(example(name).output(), theme=theme, **options).source for theme in THEMES)
    colour = r"#[0-9a-f]{6}\b"
    assert re.sub(colour, "", light) == re.sub(colour, "", dark)
    assert set(re.findall(colour, light)).isdisjoint(re.findall(colour, dark))


def test_every_ink_and_every_role_has_a_colour_in_each_theme_and_a_shape():
    """Those that one theme has, all have."""
    for theme in THEMES.values():
        assert theme.text.keys() == set(get_args(Ink))
        assert theme.node.keys() == SHAPES.keys()


def test_a_product_of_computed_lists_is_no_neuron():
    """One of the two lists has to be leaves, to weigh the other."""
    xs = leaves(**{f"x{i}": 0.5 + i for i in range(4)})
    computed = [x.tanh() for x in xs]
    assert units_of(trace(dot(computed[:2], computed[2:]).tanh())) == []
    assert units_of(trace((dot(computed[:2], computed[2:]) + Value(1.0, "b")).tanh())) == []
    assert len(units_of(trace(dot(computed[:2], xs[2:]).tanh()))) == 1
