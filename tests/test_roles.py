"""Laws of roles: which leaves are parameters, in the gallery, in networks and in what people write."""

import pytest
from graphs import EVERYWHERE, programs
from hypothesis import given

from scalargrad import Value, dot, leaves, nn, trace
from scalargrad.examples import GALLERY, example
from scalargrad.wengert.neurons import units_of
from scalargrad.wengert.roles import parameters, roles

PARAMETERS = {
    "sigmoid-2-2-1": "w1 w2 w3 w4 w5 w6 b1 b2 b3",
    "mazur-2-2-2": "w1 w2 w3 w4 b1 w5 w6 w7 w8 b2",
    "residual": "w v",
    "relu-softmax": "u1 u2 u3 u4 v1 v2 v3 v4 w1 w2 w3 w4",
}


@pytest.mark.parametrize("name", GALLERY)
def test_the_weights_and_biases_of_the_gallery_are_parameters(name):
    """What the sources call weights and biases is that, and all other leaves are inputs."""
    part = roles(trace(example(name).output()))
    wanted = set(PARAMETERS.get(name, "").split())
    assert {v.name for v, role in part.items() if role == "parameter"} == wanted
    assert {v.name for v, role in part.items() if role == "input"} == set(example(name).data) - wanted


@given(programs(EVERYWHERE))
def test_every_instruction_has_one_role_that_its_place_allows(program):
    """Leaves are inputs, parameters or constants; of what is computed one is the output."""
    t = trace(program.values(*program.leaves()))
    for v, role in roles(t).items():
        allowed = {"input", "parameter", "constant"} if not v.parents else {"operation", "output"}
        assert role in allowed
        assert (role == "output") == (v is t.output and bool(v.parents))


def test_parameters_of_a_network_are_the_only_ones():
    """Where there is a network, a leaf that is multiplied is an input of it, whatever it is called."""
    w = Value(2.0, label="w")
    t = trace(nn.Neuron(1, seed=0)([w]))
    assert [v.name for v in parameters(t)] == ["W[0]", "b"]


def test_descent_moves_every_leaf_where_there_are_no_parameters():
    """In x*x there is nothing but x to move; a constant never moves."""
    assert [v.name for v in parameters(trace(Value(3.0, label="x") ** 2 + 1.0))] == ["x"]


def test_weights_that_are_shared_over_time_are_weights_of_every_step():
    """Of an unrolled recurrence each step is a neuron, with the same weights, by products or by dot."""
    for with_dot in (False, True):
        w, u, b, h = leaves(w=0.5, u=-0.3, b=0.1, h0=0.2)
        for i in range(3):
            x = Value(float(i), label=f"x{i}")
            h = ((dot([w, u], [h, x]) if with_dot else w * h + u * x) + b).tanh()
        units = units_of(trace(h))
        assert len(units) == 3
        assert all({v.name for v in unit.parameters} == {"w", "u", "b"} for unit in units)


@pytest.mark.parametrize("lists", [([2.0, 3.0], None), (None, [2.0, 3.0])], ids=["left", "right"])
def test_numbers_that_a_dot_is_given_are_constants_as_in_a_product(lists):
    """They have no row, and no formula calls them anything; only what goes into a neuron is an input."""
    values = [Value(5.0, label="a"), Value(7.0, label="b")]
    plain = trace(dot(*(values if each is None else each for each in lists)))
    assert [v.role for v in plain if v.value in {2.0, 3.0}] == ["constant", "constant"]
    assert plain.output.formula == ("2*a + 3*b" if lists[0] else "a*2 + b*3")
    assert [v.role for v in trace(nn.Neuron(2, seed=0)([2.0, 3.0])) if v.value in {2.0, 3.0}] == ["input"] * 2


def test_numbers_among_values_on_both_sides_of_a_dot_are_constants():
    """Neither list is the weights of the other."""
    a, b = Value(2.0, label="a"), Value(5.0, label="b")
    mixed = trace(dot([a, 3.0], [4.0, b]))
    assert [v.role for v in mixed if v.value in {3.0, 4.0}] == ["constant", "constant"]
