"""Names of other libraries: what means the same works, the rest is answered, and the answers are true."""

import builtins
import re

import pytest

import scalargrad
from scalargrad import Value, datasets, draw, exercise, nn, optim, plots, trace
from scalargrad.elsewhere import ANSWERS, answer
from scalargrad.errors import MissingMethodError, ScalargradError
from scalargrad.nn.activations import named
from scalargrad.nn.losses import loss_function

OWNERS = {
    "scalargrad": scalargrad,
    "scalargrad.nn": nn,
    "scalargrad.optim": optim,
    "Value": Value(1.0),
    "scalargrad.datasets": datasets,
    "Module": nn.Neuron(1),
    "Trace": trace(Value(1.0) * 2),
}
ASKED = [(place, name) for place in OWNERS for name in ANSWERS[place]]
SAID = [(place, name, said) for place, answers in ANSWERS.items() for name, said in answers.items()]
ROOTS = {"scalargrad": scalargrad, "nn": nn, "optim": optim, "datasets": datasets, "plots": plots}


@pytest.mark.parametrize(("place", "name"), ASKED)
def test_an_attribute_that_is_none_is_answered(place, name):
    """The error says what to write; `hasattr` and `dir` say that it is not there."""
    owner = OWNERS[place]
    with pytest.raises(AttributeError, match=re.escape(answer(place, name))):
        getattr(owner, name)
    assert not hasattr(owner, name)
    assert name not in dir(owner)


@pytest.mark.parametrize(("place", "name", "said"), SAID)
def test_an_answer_names_what_is_there(place, name, said):
    """Every name of ours in an answer can be looked up."""
    for root, path in re.findall(r"\b(scalargrad|nn|optim|datasets|plots)\.(\w+)", said):
        assert hasattr(ROOTS[root], path), f"{place}.{name}: {root}.{path}"
    for function in re.findall(r"(?<![.\w])(\w+)\(", said):
        is_ours = any(hasattr(owner, function) for owner in (scalargrad, nn, Value, builtins))
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
    assert {"n_epochs", "validation_split", "verbose"} <= ANSWERS["fit"].keys()
    for place, answers in ANSWERS.items():
        for name, said in answers.items():
            assert name.strip()
            assert said.strip()
            assert answer(place, name).endswith(f" {said}")
