"""Names of other libraries: what means the same works, the rest is answered, and the answers are true."""

import builtins
import inspect
import json
import re

import pytest

import scalargrad
from scalargrad import (
    History,
    Value,
    datasets,
    diagnose,
    draw,
    examples,
    exercise,
    expressions,
    fit,
    grad,
    gradcheck,
    hessian,
    jacobian,
    nn,
    optim,
    plots,
    record,
    table,
    trace,
)
from scalargrad.elsewhere import ANSWERS, answer
from scalargrad.errors import MissingMethodError, OperandError, ScalargradError
from scalargrad.nn.activations import named
from scalargrad.nn.losses import loss_function
from scalargrad.tracing import Trace

OWNERS = {
    "scalargrad": scalargrad,
    "scalargrad.nn": nn,
    "scalargrad.optim": optim,
    "scalargrad.nn.functional": nn.functional,
    "Value": Value(1.0),
    "scalargrad.datasets": datasets,
    "Module": nn.MLP(1, [1]),
    "Trace": trace(Value(1.0) * 2),
    "Optimizer": optim.SGD([Value(1.0)]),
    "Recorded": record(abs),
    "History": History([1.0]),
    "Figure": draw(Value(1.0) * 2),
    "Instruction": trace(Value(1.0) * 2)[0],
    "CheckReport": trace(Value(1.0) * 2).check({"v2": 2.0}),
    "Exercise": exercise(Value(1.0) * 2),
    "Explanation": trace(Value(1.0) * 2).explain(0),
    "Diagnosis": diagnose(Value(1.0) * 2),
    "scalargrad.plots": plots,
    "scalargrad.examples": examples,
}
RECORDED = record(abs)
RECORDED(1.0)
IMPORTED = [place for place in OWNERS if place.startswith("scalargrad")]
X, POINTS = Value(1.0, label="x"), ([[0.0], [1.0]], [0.0, 1.0])
CALLS = {  # each with what it needs
    "Value()": (Value, 1.0),
    "backward()": ((X * 2).backward,),
    "trace()": (trace, X * 2),
    "draw()": (draw, X * 2),
    "check()": (trace(X * 2).check, {}),
    "to_latex()": (trace(X * 2).to_latex,),
    "save()": (draw(X * 2).save, "net.svg"),
    "record()": (record, abs),
    "exercise()": (exercise, X * 2),
    "grad()": (grad, abs),
    "jacobian()": (jacobian, abs),
    "hessian()": (hessian, abs),
    "gradcheck()": (gradcheck, abs, 1.0),
    "moons()": (datasets.moons,),
    "iris()": (datasets.iris,),
    "digits()": (datasets.digits,),
    "fit()": (fit, nn.Neuron(1), *POINTS),
    "Neuron()": (nn.Neuron, 1),
    "Layer()": (nn.Layer, 1, 1),
    "MLP()": (nn.MLP, 1, [1]),
    **{f"{rule}()": (getattr(optim, rule), [X]) for rule in ("SGD", "Adam", "AdamW", "RMSprop")},
}
PARAMETERS = {name for function, *_ in CALLS.values() for name in inspect.signature(function).parameters}
PARAMETERS |= inspect.signature(Trace.to_html).parameters.keys()
PARAMETERS |= {"dpi", "label", "labelloc", "size"}  # attributes of Graphviz
ARGUMENTS = [(place, name) for place in ANSWERS if place.endswith("()") for name in ANSWERS[place]]
ASKED = [(place, name) for place in OWNERS for name in ANSWERS[place]]
SAID = [(place, name, said) for place, answers in ANSWERS.items() for name, said in answers.items()]
ROOTS = {
    "scalargrad": scalargrad,
    "nn": nn,
    "optim": optim,
    "datasets": datasets,
    "plots": plots,
    "functional": nn.functional,
    "expressions": expressions,
    "examples": examples,
    "table": table,
}
KNOWN = (scalargrad, nn, optim, plots, examples, expressions, json, builtins)
KNOWN += (Value, Trace, nn.Module, optim.SGD, type(OWNERS["Figure"]))
YOURS = {"f", "model", "display"}  # functions of whoever asks, and of notebooks


@pytest.mark.parametrize(("place", "name"), ASKED)
def test_an_attribute_that_is_none_is_answered(place, name):
    """The error says what to write; `hasattr` and `dir` say that it is not there."""
    owner = OWNERS[place]
    with pytest.raises(AttributeError, match=re.escape(answer(place, name))):
        getattr(owner, name)
    assert not hasattr(owner, name)
    assert name not in dir(owner)


@pytest.mark.parametrize(("place", "name"), [case for case in ASKED if case[0] in IMPORTED])
def test_a_name_that_cannot_be_imported_is_answered(place, name):
    """In a function as at the top of a file; what nobody knows is Python's own error."""
    with pytest.raises(ImportError, match=f"^{re.escape(answer(place, name))}$") as caught:
        exec(f"from {place} import {name}", {})
    assert caught.value.name == place
    with pytest.raises(ImportError, match=f"^{re.escape(answer(place, name))}$"):
        exec(f"def f():\n    from {place} import {name}\nf()", {})
    with pytest.raises(ImportError, match="cannot import name 'zzzz' from"):
        exec(f"from {place} import zzzz", {})


@pytest.mark.parametrize(("place", "name"), ARGUMENTS)
def test_an_argument_that_is_none_is_answered(place, name):
    """Whatever it is given, and it is indeed no argument of that function."""
    function, *arguments = CALLS[place]
    with pytest.raises(OperandError, match=f"^{re.escape(answer(place, name))}$"):
        function(*arguments, **{name: False})
    assert name not in inspect.signature(function).parameters


@pytest.mark.parametrize("place", [place for place in CALLS if "*" not in ANSWERS[place]])
def test_an_argument_that_nobody_knows_is_refused_with_those_that_are_near(place):
    """All of them are told where none is near."""
    function, *arguments = CALLS[place]
    for name in inspect.signature(function).parameters.keys() - {"micrograd", "words", "self"}:
        if inspect.signature(function).parameters[name].kind is inspect.Parameter.KEYWORD_ONLY:
            with pytest.raises(OperandError, match=f"unknown argument of {place[:-2]} '{name}s'.*{name}"):
                function(*arguments, **{f"{name}s": 1.0})
    with pytest.raises(OperandError, match=f"unknown argument of {place[:-2]} 'zzzz'; there are: "):
        function(*arguments, zzzz=1.0)


def test_what_constructors_elsewhere_take_by_name_is_a_leaf_with_its_label():
    """As long as it says what is so anyway."""
    for words in ({"requires_grad": True}, {"_children": ()}, {"_op": ""}, {"_children": (), "_op": ""}):
        leaf = Value(2.0, label="x", **words)
        assert (leaf.data, leaf.label, leaf.parents) == (2.0, "x", ())
        assert Value(2.0, **words).label == ""
    with pytest.raises(OperandError, match="is made by that operation, such as a"):
        Value(2.0, _children=(X,), _op="+")


@pytest.mark.parametrize(("place", "name", "said"), SAID)
def test_an_answer_names_what_is_there(place, name, said):
    """Every name of ours in an answer can be looked up."""
    if place.endswith("()"):
        assert set(re.findall(r"\b([a-z]\w*)=(?!=)", said)) <= PARAMETERS, f"{place}.{name}"
    for root, path in re.findall(rf"\b({'|'.join(ROOTS)})\.(\w+)", said):
        assert hasattr(ROOTS[root], path), f"{place}.{name}: {root}.{path}"
    for function in re.findall(r"(?<![.\w])(\w+)\(", said):
        is_ours = function in YOURS or any(hasattr(owner, function) for owner in KNOWN)
        assert is_ours, f"{place}.{name}: {function}"


@pytest.mark.parametrize(
    ("kind", "look_up"),
    [
        ("loss", loss_function),
        ("activation", named),
        ("view", lambda word: draw(Value(1.0) * 2, word.lower())),
        ("choice of blanks", lambda word: exercise(Value(1.0) * 2, blanks=word.lower())),
    ],
)
def test_a_word_that_is_none_is_answered(kind, look_up):
    """In any spelling; one that is there needs no answer."""
    for word in ANSWERS[kind]:
        with pytest.raises(ScalargradError, match=re.escape(answer(kind, word).partition(" ")[2])):
            look_up(word.upper())


def test_the_other_ways_to_save_are_answered():
    """`dpi=` of a trace, too; a file in the place of a view."""
    with pytest.raises(OperandError, match=re.escape(answer("save()", "dpi"))):
        trace(X * 2).save("net.png", dpi=300)
    with pytest.raises(
        ScalargradError, match=re.escape("'net.png' is no view but a file: draw(y).save('net.png')")
    ):
        draw(X * 2, "net.png")


@pytest.mark.parametrize(
    ("kind", "look_up"),
    [
        ("direction", lambda word: draw(X * 2, direction=word)),
        ("table", lambda word: trace(X * 2).table(word)),
        ("library", RECORDED.source),
    ],
)
def test_a_word_of_other_libraries_is_answered(kind, look_up):
    """As it is written there."""
    for word in ANSWERS[kind]:
        with pytest.raises(ScalargradError, match=f"^{re.escape(answer(kind, word))}$"):
            look_up(word)


def test_an_attribute_that_nobody_knows_is_pythons_error():
    """With the name, from which Python tells what is near."""
    for module in (scalargrad, nn, optim):
        with pytest.raises(AttributeError, match="has no attribute 'zzz'") as caught:
            module.zzz  # noqa: B018
        assert (caught.value.name, caught.value.obj) == ("zzz", module)


def test_an_attribute_of_ones_own_takes_the_place_of_an_answer():
    """A module may have a summary of its own, and a Value is not given what it has no room for."""

    class Network(nn.Neuron):
        def summary(self):
            return "one neuron"

    model = Network(2)
    model.predict = 3.0
    assert (model.summary(), model.predict) == ("one neuron", 3.0)
    assert {"summary", "predict"} <= set(dir(model))
    with pytest.raises(AttributeError, match="every Value is recorded"):
        Value(1.0).requires_grad = True


def test_a_module_of_ones_own_says_what_it_computes():
    """By `__call__` or `forward`, with as many arguments as it likes; either is called through the other."""

    class Forward(nn.Module):
        def forward(self, x, y=1.0):
            return x * y

    class Called(nn.Module):
        def __call__(self, x, y=1.0):
            return x * y

    class Neither(nn.Module):
        pass

    for module in (Forward(), Called()):
        assert module(2.0, 3.0) == module.forward(2.0, y=3.0) == 6.0
    for call in (Neither(), Neither().forward):
        with pytest.raises(MissingMethodError, match="Neither does not say what it computes"):
            call(1.0)


def test_item_is_the_data():
    """As a float."""
    assert (Value(3) * 2).item() == 6.0


def test_every_answer_is_to_a_name():
    """No name and no answer is empty; options of other trainers are among them."""
    assert {"n_epochs", "validation_split", "verbose"} <= ANSWERS["fit()"].keys()
    for place, answers in ANSWERS.items():
        for name, said in answers.items():
            assert name.strip()
            assert said.strip()
            assert answer(place, name).endswith(f" {said}")


@pytest.mark.parametrize("function", [scalargrad.softmax, scalargrad.log_softmax, scalargrad.mean])
def test_values_by_themselves_are_answered_with_the_list_that_is_needed(function):
    """One of them too, and a list beside another; the error names the function that was called."""
    name = function.__name__
    for given in [(X, X), (X,), (1.0, 2.0, 3.0), ([X], [X])]:
        said = f"{name} takes its values in one list, {name}([x, y]), got {len(given)} without one"
        with pytest.raises(OperandError, match=f"^{re.escape(said)}$"):
            function(*given)


@pytest.mark.parametrize(
    ("function", "given"),
    [(scalargrad.leaves, ("x y",)), (scalargrad.leaves, (2.0,)), (scalargrad.label, (X, "x"))],
)
def test_what_is_named_is_given_by_its_name(function, given):
    """`leaves("x y")`, as SymPy has it, is answered with ours."""
    with pytest.raises(
        OperandError, match=rf"^{function.__name__} takes names with what they stand for, as .*="
    ):
        function(*given)


@pytest.mark.parametrize("function", [trace, draw, exercise], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (nn.MLP(2, [1]), r": call it, as in (trace|draw)\(model\(\[1.0, 2.0\]\)\)$"),
        (abs, r": call it, as in (trace|draw)\(f\(Value\(2.0, label='x'\)\)\)$"),
        ([X, X], ": choose one of its Values, or their total$"),
        ("fan-out", r"examples\.example\(name\)\.output\(\), of a formula scalargrad.expressions.evaluate"),
        (3.0, "3.0$"),
    ],
)
def test_what_is_no_output_is_answered_with_the_way_to_one(function, given, advice):
    """A model and a function are called first."""
    with pytest.raises(OperandError, match=f"needs the Value of an output, got .*{advice}"):
        function(given)
