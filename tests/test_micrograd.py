"""Programs written for micrograd: what they read of a Value or a neuron is what the engine knows."""

import re

import pytest
from graphs import SMOOTH, programs
from hypothesis import given
from laws import operands_inside

from scalargrad import Value, nn
from scalargrad.drawing import draw_dot
from scalargrad.engine.apply import apply
from scalargrad.errors import OperandError, UnknownNameError
from scalargrad.primitives.rows import power
from scalargrad.primitives.table import rows


def topological(output):
    """Return all that an output depends on, sorted by recursion over `_prev`, as micrograd does."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node._prev:
                visit(child)
            order.append(node)

    visit(output)
    return order


@given(programs(SMOOTH))
def test_handing_on_node_by_node_is_backward(program):
    """`_backward`, called in the reverse of a topological order, adds up to every grad."""
    leaves = program.leaves()
    output = program.values(*leaves)
    output.backward()
    wanted = [leaf.grad for leaf in leaves]
    order = topological(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        node._backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("row", [*rows()], ids=lambda row: row.symbol)
def test_every_node_says_of_what_and_by_what_it_was_made(row):
    """`_prev` are the operands in order, each as often as it was used; a leaf has none and no `_op`."""
    operands = list(map(Value, next(operands_inside(row))))
    z = apply(row, *row.arguments(operands))
    assert z._prev == tuple(operands) == z.parents
    assert z._op
    assert operands[0]._prev == ()
    assert operands[0]._op == ""


def test_operations_are_called_as_in_micrograd():
    """Its drawing cells print them."""
    a, b = Value(2.0), Value(3.0)
    made = [a + b, a * b, a**2, a**-1, a.relu(), a.tanh(), a.exp(), b + b]
    assert [z._op for z in made] == ["+", "*", "**2", "**-1", "ReLU", "tanh", "exp", "+"]
    assert power(-0.5).sign == "**(-0.5)", "which is shown without brackets, for there is no operand"
    assert (a**-0.5)._op == "**-0.5"


def test_the_constructor_takes_what_micrograds_takes():
    """Children, an operation, a label: of a leaf. What was computed is made by its operation."""
    assert [Value(2.0, (), "", "a").label, Value(2.0, set(), "").label, Value(2.0, "b").label] == [
        "a",
        "",
        "b",
    ]
    with pytest.raises(OperandError, match=r"made by that operation, such as a \+ b"):
        Value(2.0, (Value(1.0), Value(1.0)), "+")
    with pytest.raises(OperandError, match="made by that operation"):
        Value(2.0, (Value(1.0),))
    with pytest.raises(OperandError, match="a label is a text, got 3"):
        Value(2.0, 3)


def test_a_neuron_has_micrograds_names():
    """w, b and nonlin are read and given; a bool says whether there is a relu."""
    for neuron in (nn.Neuron(2, True), nn.Neuron(2, nonlin=True), nn.Layer(2, 3, nonlin=True).neurons[1]):
        assert neuron.activation == "relu"
        assert neuron.nonlin is True
    for neuron in (nn.Neuron(2, False), nn.Neuron(2, nonlin=False), nn.Layer(2, 3, False).neurons[1]):
        assert neuron.activation is None
        assert neuron.nonlin is False
    assert [*neuron.w, neuron.b] == neuron.parameters()


def test_draw_dot_is_the_drawing_in_micrograds_style():
    """A record for each Value, a node for each operation; `rankdir` and `format` as there."""
    x = Value(1.0, label="x")
    y = (x * 2 + 1).relu()
    y.backward()
    source = draw_dot(y, format="png", rankdir="TB").source
    assert r"data\ 1" in source
    assert "relu" in source
    assert "rankdir=TB" in source
    assert draw_dot(y, format="png").format == "png"
    with pytest.raises(UnknownNameError, match="unknown rankdir 'up'"):
        draw_dot(y, rankdir="up")


def test_draw_dot_shows_the_grads_as_they_are():
    """While they are worked out node by node, and added up by a second sweep, with no sweep at all."""

    def shown():
        found = re.findall(r"\{(\w*)\|data\\ [^|]*\|grad\\ ([^}]*)\}", draw_dot(y).source)
        return {name: float(grad.replace("−", "-")) for name, grad in found}

    x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    p = x * w
    y = p.tanh()
    p.label, y.label = "p", "y"
    assert shown() == {"x": 0, "w": 0, "p": 0, "y": 0}
    y.grad = 1.0
    assert shown() == {"x": 0, "w": 0, "p": 0, "y": 1}
    p.grad = 0.25
    p._backward()
    assert shown() == {"x": -0.75, "w": 0.5, "p": 0.25, "y": 1}
    x.grad = w.grad = 0.0
    z = x * w
    z.label, y = "z", z
    y.backward()
    y.backward()
    assert shown() == {"x": -6, "w": 4, "z": 1}
