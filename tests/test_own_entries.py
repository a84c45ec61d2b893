"""Laws of a user's own entries: whatever is made from the table is made of them too, and taken back."""

import inspect

import pytest
from dot import text_of
from entries import KINDS, VALUES, entered
from laws import REFERENCES, check_local_derivatives, check_second_derivatives, check_values, close
from mpmath import mp, mpf

import scalargrad
from scalargrad import Trace, Value, diagnose, draw, functions, label, leaves, nn, trace
from scalargrad.drawing import VIEWS
from scalargrad.drawing.network import Network
from scalargrad.engine import reading
from scalargrad.engine.apply import apply
from scalargrad.errors import EntryError, ExpressionError
from scalargrad.expressions import evaluate, free_names
from scalargrad.nn.initialisers import he_uniform, initialiser, xavier_uniform
from scalargrad.notation.languages import LANGUAGES, JavaScript
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.text import TextWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.writer import Symbol
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.primitives.table import FAMILIES, TABLE, Family, names, primitive, rows, withdraw


@pytest.fixture(params=KINDS)
def made(request, monkeypatch):
    with entered(request.param) as made:
        monkeypatch.setitem(REFERENCES, made.name, made.kind.reference)
        yield made


@pytest.fixture
def algebraic():
    with entered("unary") as made:
        yield made


ACTIVATIONS = [kind for kind in KINDS if kind in {"unary", "halving unary", "family with defaults"}]
only_activations = pytest.mark.parametrize("made", ACTIVATIONS, indirect=True)


# ---- a user's own entries


def test_an_entry_becomes_a_function_and_a_method(made):
    """It is in `functions` and in the package, and a method of Values unless it takes lists."""
    wanted, parameters = made.wanted, made.kind.parameters
    assert made.name in functions.__all__
    assert getattr(scalargrad, made.name) is getattr(functions, made.name)
    y = getattr(functions, made.name)(*made.row.arguments(made.leaves), *parameters)
    assert close(y.data, wanted)
    assert y.primitive is made.row
    if made.row.lists:
        assert not hasattr(Value, made.name)
    else:
        first, *others = made.leaves
        assert close(getattr(first, made.name)(*others, *parameters).data, wanted)
        assert inspect.getdoc(getattr(Value, made.name)) == made.entry.documentation
    assert inspect.getdoc(getattr(functions, made.name)).startswith(made.entry.documentation)


def test_an_entry_is_differentiated_once_and_twice(made):
    """A sweep gives the derivatives of the reference, and the laws of all rows hold for it."""
    for row in rows():
        if row.name == made.name:
            check_values(row)
            check_local_derivatives(row)
            check_second_derivatives(row)
    assert made.name in {row.name for row in rows()}


def test_an_entry_is_known_in_every_namespace(made):
    """Other rows may call a row as m.name over floats, arrays and Values."""
    data = [x.data for x in made.leaves]
    for namespace in (strict, ieee, arrays, reading.values):
        assert close(made.row.value(namespace, data), made.wanted)
        if isinstance(made.entry, Primitive):
            assert close(getattr(namespace, made.name)(*made.row.arguments(data)), made.wanted)


def test_an_entry_is_understood_in_expressions(made):
    """The reader of expressions calls it by its name, and names what has no value."""
    values = {x.label: x.data for x in made.leaves}
    y = evaluate(made.kind.call, values)
    assert close(y.data, made.wanted)
    assert y.primitive is made.row
    assert free_names(made.kind.call) == list(values)
    with pytest.raises(ExpressionError, match=f"did you mean {made.name}"):
        evaluate(f"{made.name}s(x)", {"x": 1.0})


def test_an_entry_is_written_as_text_latex_and_as_in_a_textbook(made):
    """By its own templates, else as a call; drawings show it like the trace."""
    names = [x.label for x in made.leaves]
    for writer, wanted in (
        (TextWriter(), made.kind.text),
        (LatexWriter(), made.kind.latex),
        (TextbookWriter(), made.kind.textbook),
    ):
        assert str(writer.write(made.row, list(map(writer.name, names)))) == wanted
    y = made.row.value(reading.values, made.leaves)
    source = draw(evaluate(f"a = {made.kind.call}; a", {x.label: x.data for x in made.leaves})).source
    assert f"a = {made.kind.textbook}" in text_of(source).replace("&#45;", "-")
    assert close(y.data, made.wanted)


def test_an_entry_is_written_in_every_language(made):
    """Its source text, after what it needs, is evaluated to its value."""
    names = [x.label for x in made.leaves]
    for language in LANGUAGES:
        dialect = language()
        symbols = list(map(dialect.name, names))
        text = str(dialect.value(made.row, *symbols))
        assert len(dialect.local_derivatives(made.row, dialect.name("z"), *symbols)) == len(names)
        if language is not JavaScript:
            scope = dict(VALUES)
            exec(dialect.needed(text), scope)
            assert close(eval(text, scope), made.wanted)


def test_an_entry_is_traced_and_reads_back_from_json(made):
    """The document names the row with its parameters, and the trace that it gives is the same."""
    recorded = trace(functions.tanh(apply(made.row, *made.row.arguments(made.leaves))))
    again = Trace.from_json(recorded.to_json())
    assert again == recorded
    assert again[-2].primitive is made.row


# ---- a user's own activations


@only_activations
def test_an_activation_is_drawn_with_its_sum_as_one_neuron(made):
    """The sum w·x + b and the activation are one node, which has one input and shows both formulas."""
    x, w, b = leaves(x=2.0, w=-0.75, b=1.0)
    a = w * x + b
    y = apply(made.row, a)
    label(a=a, y=y)
    t = trace(y)
    drawn = VIEWS["neurons"](Network(t), set(t))
    assert [group.kind for group in drawn.groups] == ["value", "neuron"]
    assert drawn.groups[-1].units[0].a is t.output
    shown = TextbookWriter().write(made.row, [TextbookWriter().name("a")])
    assert f"y = {shown}" in draw(y, "neurons").source


@only_activations
def test_an_activation_is_one_of_neurons_by_its_name(made):
    """A neuron computes φ(Σ wᵢxᵢ + b), of a family with its default parameters."""
    neuron = nn.Neuron(2, activation=made.name, seed=1)
    inputs = [0.5, -2.0]
    z = mpf(neuron.bias.data) + mp.fdot([mpf(w.data) for w in neuron.weights], map(mpf, inputs))
    parameters = made.entry.default.parameters if isinstance(made.entry, Family) else ()
    assert close(neuron(inputs).data, made.kind.reference(z, *parameters))


@only_activations
def test_an_activation_that_halves_is_initialised_after_he(made):
    """Weights are drawn by He's rule where half of the inputs pass, else by Xavier's."""
    halving = made.row.activation.halving
    assert initialiser(None, made.name) is (he_uniform if halving else xavier_uniform)


@pytest.mark.usefixtures("algebraic")
def test_an_activation_that_flattens_is_diagnosed():
    """Outputs with less than a tenth of the steepest derivative are saturated; a verdict names the bound."""
    model = nn.MLP(1, [4, 4], "algebraic", seed=1)
    report = diagnose(model, [[1000.0]], [[0.0] * 4])
    first = report.layers[0]
    assert (first.activation, first.saturated) == ("algebraic", 1.0)
    assert "100% of the algebraic outputs are saturated" in "".join(report.verdicts)
    deep = nn.MLP(1, [*[4] * 8, 1], "algebraic", seed=1)
    for parameter in deep.parameters():
        parameter.data *= 0.3
    assert "(1 - |algebraic|)² is at most 1." in "".join(diagnose(deep, [[1.0]], [1.0]).verdicts)


# ---- entering and taking back


def state():
    """Return all that is made from the table."""
    return (
        [*rows()],
        dict(TABLE),
        dict(FAMILIES),
        names(),
        set(dir(Value)),
        set(dir(functions)),
        list(functions.__all__),
        set(dir(Symbol)),
        set(vars(strict)),
        set(vars(reading.values)),
    )


UNTOUCHED = state()  # when the tests are collected, before any of them enters something


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_that_is_taken_back_leaves_nothing_behind(kind):
    """Everything made from the table is as it was before."""
    with entered(kind) as made:
        assert made.name in dir(scalargrad)
        assert state() != UNTOUCHED
    assert made.name not in dir(scalargrad)
    assert state() == UNTOUCHED


def test_an_operator_of_python_means_its_row():
    """A row with `method` is the operator between Values, numbers and symbols, from either side."""
    with entered("binary") as made:
        x, y, text = Value(2.0), Value(3.0), TextWriter()
        wanted = made.kind.reference(mpf(2), mpf(3))
        for z in (x @ y, x @ 3.0, 2.0 @ y):
            assert close(z.data, wanted)
        assert str(2.0 @ text.name("a")) == "2 @ a"
        assert str((text.name("a") + 1.0) @ text.name("b")) == "(a + 1) @ b"
    with pytest.raises(TypeError):
        x @ y


def test_an_alias_means_its_row():
    """In expressions a row goes by its other names too."""

    @primitive(lambda m, z, x: 3.0 * x * x, aliases=("third_power",))
    def cube(m, x):  # noqa: ARG001
        """Return x³."""
        return x * x * x

    assert names()["third_power"] is cube
    assert evaluate("third_power(x)", {"x": 2.0}).data == 8.0
    withdraw("cube")
    assert not {"cube", "third_power"} & names().keys()


def test_a_row_of_three_operands_is_refused():
    """A row takes one operand, two, or lists of them, and the error says so."""
    with pytest.raises(EntryError, match=r"fused.*a row takes one or two operands"):

        @primitive(lambda m, z, x, y, b: (y, x, 1.0))
        def fused(m, x, y, b):  # noqa: ARG001
            return x * y + b

    with pytest.raises(EntryError, match="say lists=1, not 2"):

        @primitive(lambda m, z, values: (values,), lists=2)
        def one(m, values):
            return m.total(values)

    assert state() == UNTOUCHED
