"""Laws of the Wengert list: one record, complete, in order, and equal to what a sweep computes."""

import pytest
from graphs import EVERYWHERE, SMOOTH, programs
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, dot, label, leaves, nn, trace
from scalargrad.engine.node import evaluation_order
from scalargrad.errors import DomainError, OperandError, StaleGraphError, UnknownNameError
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.text import TextWriter
from scalargrad.primitives.scalars import ieee, strict
from scalargrad.wengert.instruction import Edge
from scalargrad.wengert.progress import progress


@given(programs(SMOOTH))
def test_adjoints_are_the_gradients_of_a_sweep_bit_for_bit(program):
    """The adjoint of each instruction is the grad that backward() leaves on its node."""
    output = program.values(*program.leaves())
    recorded = trace(output)
    output.backward()
    for node in evaluation_order(output):
        assert recorded[node].adjoint == node.grad


@given(programs(EVERYWHERE))
def test_every_instruction_stands_after_its_parents(program):
    """The list is ordered and single-assignment."""
    recorded = trace(program.values(*program.leaves()))
    for i, row in enumerate(recorded):
        assert row.index == i
        assert all(parent.index < i and recorded[parent.index] is parent for parent in row.parents)


@given(programs(EVERYWHERE))
def test_each_value_is_that_of_its_node_and_follows_from_those_of_the_parents(program):
    """What is recorded is what was computed, bit for bit, and the row computes it anew from the record."""
    output = program.values(*program.leaves())
    recorded = trace(output)
    for node in evaluation_order(output):
        v = recorded[node]
        assert repr(v.value) == repr(node.data)  # also of nan and -0.0
        if v.primitive:
            operands = [parent.value for parent in v.parents]
            assert repr(v.value) == repr(v.primitive.value(strict, operands))
            assert repr(v.partials) == repr(v.primitive.local_derivatives(ieee, v.value, operands))


@given(programs(SMOOTH))
def test_the_steps_of_backpropagation_add_up_to_the_adjoints(program):
    """Each step fires after all children; contributions chain before to after and end at the adjoint."""
    recorded = trace(program.values(*program.leaves()))
    so_far, fired = {recorded.output: recorded.output.adjoint}, set()
    children = {row: {c for c in recorded if row in c.parents} for row in recorded}
    for step in recorded.steps:
        if step.phase == "reverse":
            assert children[step.instruction] <= fired
            assert so_far[step.instruction] == step.instruction.adjoint
            fired.add(step.instruction)
        for c in step.contributions:
            assert c.upstream == step.instruction.adjoint
            assert c.contribution == c.upstream * c.local
            assert c.before == so_far.get(c.target)
            so_far[c.target] = c.after
    assert so_far == {row: row.adjoint for row in recorded}


@given(programs(EVERYWHERE))
def test_uses_contributions_and_steps_are_one_sweep(program):
    """Each is made once, and all three hold every edge once, in the order of the reverse sweep."""
    recorded = trace(program.values(*program.leaves()))
    for name in ("uses", "contributions", "steps"):
        assert getattr(recorded, name) is getattr(recorded, name)
    edges = {Edge(child, position) for child in recorded for position in range(len(child.parents))}
    swept = list(recorded.contributions.values())
    assert [c.edge for c in swept] == list(recorded.contributions)
    assert recorded.contributions.keys() == edges
    assert [c for step in recorded.steps for c in step.contributions] == swept
    for v in recorded:
        assert list(recorded.uses[v]) == [c.edge for c in swept if c.target is v]
        assert all(edge.parent is v for edge in recorded.uses[v])
    assert all((c.edge.parent, c.edge.local) == (c.target, c.local) for c in swept)


numbers_of_leaves = st.dictionaries(st.sampled_from(["x0", "x1", "x2", "x3"]), st.floats(-2.0, 2.0))


@given(programs(EVERYWHERE), numbers_of_leaves)
def test_a_list_at_other_numbers_is_that_of_the_program_run_there(program, numbers):
    """The structure, read at other numbers of some leaves, gives what computing anew gives, bit for bit."""
    xs, moved = program.leaves(), program.leaves()
    for i, (x, y) in enumerate(zip(xs, moved)):
        x.label = y.label = f"x{i}"
        y.data = numbers.get(y.label, y.data)
    recorded, anew = trace(program.values(*xs)), trace(program.values(*moved))
    before = recorded.to_json()
    given = {name: number for name, number in numbers.items() if name in {v.name for v in recorded}}
    assert recorded.at(**given) == anew
    assert recorded.to_json() == before


def test_other_numbers_are_given_to_leaves_inside_the_domain():
    """A computed value follows from others, an unknown name is no leaf, and sqrt(-1) is not defined."""
    (x,) = leaves(x=2.0)
    y = x.sqrt()
    y.label = "y"
    recorded = trace(y)
    assert recorded.at(x=9.0).output.value == 3.0
    with pytest.raises(UnknownNameError, match="y was computed"):
        recorded.at(y=1.0)
    with pytest.raises(UnknownNameError, match="unknown name 'z'"):
        recorded.at(z=1.0)
    with pytest.raises(DomainError, match=r"sqrt\(x\) is not defined at x = -1"):
        recorded.at(x=-1.0)


def test_a_leaf_has_no_local_derivatives():
    """Nor parents that they could be by; an operation has one for each, in any notation."""
    x, w = leaves(x=2.0, w=3.0)
    for writer in (TextWriter(), LatexWriter()):
        counts = [(len(v.local_derivatives(writer)), len(v.parents)) for v in trace(x * w - x)]
        assert counts == [(0, 0), (0, 0), (2, 2), (2, 2)]


def test_steps_are_the_forward_phase_the_seed_and_the_reverse_phase_in_mirrored_order():
    """The reverse phase fires the instructions of the forward phase, the last one first."""
    (x,) = leaves(x=2.0)
    steps = trace((x * x + 1).tanh()).steps
    phases = [step.phase for step in steps]
    assert phases == ["forward"] * 3 + ["seed"] + ["reverse"] * 3
    assert [s.instruction for s in steps[:3]] == [s.instruction for s in steps[:3:-1]]
    assert [step.index for step in steps] == list(range(7))


def test_tracing_changes_no_grad_and_needs_none():
    """A trace is right before backward() was called, and leaves every grad as it was."""
    x, y = leaves(x=2.0, y=3.0)
    z = x * y
    x.grad = 7.0
    assert trace(z)["y"].adjoint == 2.0
    assert (x.grad, y.grad, z.grad) == (7.0, 0.0, 0.0)


def test_a_stale_graph_is_not_traced():
    """Changing a leaf after it was read is an error that names it, never a mixture of numbers."""
    x, y = leaves(x=2.0, y=3.0)
    z = x * y
    x.data = 5.0
    with pytest.raises(StaleGraphError, match="x was given new data"):
        trace(z)


def test_names_are_unique_and_labels_come_first():
    """Two leaves of one label stay two; an unlabelled node is a letter that no label has, and its index."""
    a, b = Value(1.0, label="x"), Value(1.0, label="x")
    for letter in "vtq":
        c = Value(1.0, label=f"{letter}1")
        names = [row.name for row in trace(dot([a, b], [c, a]))]
        assert names == ["x", "x#2", f"{letter}1", "t3" if letter == "v" else "v3"]


def test_values_of_a_network_are_named_after_their_place():
    """Weights, biases, sums and activations are W, b, s, z, a with layer and place; plain inputs are x."""
    t = trace(nn.MLP(2, [2, 1], "tanh", seed=0)([0.5, -1.0]))
    assert {f"W0[{i},{j}]" for i in (0, 1) for j in (0, 1)} < {v.name for v in t if v.role == "parameter"}
    assert [v.name for v in t if v.role == "input"] == ["x[0]", "x[1]"]
    assert [v.name for v in t if v.parents] == [
        "s0[0]",
        "z0[0]",
        "a0[0]",
        "s0[1]",
        "z0[1]",
        "a0[1]",
        "s1[0]",
        "z1[0]",
    ]
    assert t["W0[1,0]"] is t["layers[0].neurons[1].weights[0]"]


def test_short_names_that_two_places_share_are_not_used():
    """Of two layers that are called alike within their networks each value has its whole path as its name."""

    class Two(nn.Module):
        def __init__(self):
            self.left, self.right = nn.MLP(1, [1], seed=0), nn.MLP(1, [1], seed=1)

        def __call__(self, inputs):
            return self.left(inputs) + self.right(inputs)

    names = [v.name for v in trace(Two()([1.0])) if v.role == "parameter"]
    assert names[0] == "left.layers[0].neurons[0].weights[0]"
    assert names[2] == "right.layers[0].neurons[0].weights[0]"


def test_a_network_used_twice_numbers_its_second_values():
    """What a second sample computes has the names of the first, numbered; the weights are there once."""
    model = nn.Neuron(1, seed=0)
    names = [v.name for v in trace(model([1.0]) + model([2.0]))]
    assert names[:7] == ["W[0]", "b", "x[0]", "s", "z", "a", "x[0]#2"]
    assert {"s#2", "z#2", "a#2"} < set(names)


def test_instructions_are_found_by_index_name_and_value():
    """All three keys lead to the same record, and a wrong one is answered with the nearest names."""
    x, w = leaves(x=2.0, w=3.0)
    recorded = trace(w * x)
    assert recorded[0] is recorded["x"] is recorded[x]
    assert recorded[-1] is recorded.output
    assert recorded[:2] == (recorded["x"], recorded["w"])
    with pytest.raises(UnknownNameError, match="did you mean w"):
        recorded["ww"]
    with pytest.raises(UnknownNameError, match="not in this trace"):
        recorded[Value(1.0)]


def test_roles_tell_inputs_parameters_constants_and_operations_apart():
    """A leaf of a module is a parameter, a number in an expression a constant."""
    model = nn.Neuron(1, seed=1)
    recorded = trace(2 * model([Value(1.0)]))
    roles = {row.role for row in recorded}
    assert roles == {"input", "parameter", "constant", "operation"}
    assert recorded[model.weights[0]].path == "weights[0]"


def test_negative_numbers_are_in_brackets_in_a_substitution():
    """w·x at w = -2 is (-2)*3, in text and in LaTeX."""
    w, x = leaves(w=-2.0, x=3.0)
    row = trace(w * x).output
    assert row.substitution == "(-2)*3"
    assert str(row.substituted(LatexWriter())) == r"\left(-2\right) \cdot 3"


@pytest.mark.parametrize("wrong", [1.0, None, "y", [Value(1.0)]])
def test_only_a_value_can_be_traced(wrong):
    """Anything else is refused by name."""
    with pytest.raises(OperandError, match="trace needs the Value of an output"):
        trace(wrong)


def test_a_chain_of_100_000_nodes_is_traced():
    """Recording, steps and freeing are loops."""
    x = y = Value(1.0, label="x")
    for _ in range(100_000):
        y = y + x
    recorded = trace(y)
    assert recorded["x"].adjoint == 100_001
    assert len(recorded.steps) == 200_001


def test_a_label_given_after_the_fact_names_the_instruction():
    """`label(a=a)` is all it takes to name an intermediate."""
    x, w = leaves(x=2.0, w=3.0)
    a = w * x
    h = a.tanh()
    label(a=a, h=h)
    assert trace(h)["h"].formula == "tanh(a)"


def test_a_trace_upto_some_values_takes_them_as_inputs():
    """What they were computed from is left out, and what remains adds up by itself."""
    x, w = leaves(x=2.0, w=3.0)
    h = x * w
    y = h.tanh() + h * x
    cut = trace(y, upto=[h])
    assert [row.role for row in cut][:2] == ["input", "input"]
    assert {row.name for row in cut if row.role == "input"} == {"x", "v1"}
    assert cut[h].adjoint == trace(y)[h].adjoint
    assert cut[x].adjoint == h.data
    with pytest.raises(UnknownNameError, match="not in this trace"):
        trace(h, upto=[y])


def test_a_trace_is_cut_at_names_too():
    """Of labels and of places in a network, whose Values nobody holds."""
    w, x = leaves(w=3.0, x=2.0)
    h = w * x
    label(h=h)
    assert trace(h.tanh(), upto="h") == trace(h.tanh(), upto=[h])
    model = nn.MLP(2, [3, 1], seed=1)
    cut = trace(model([1.0, 2.0]), upto=[f"a0[{i}]" for i in range(3)])
    assert {v.name for v in cut if v.role == "input"} == {f"a0[{i}]" for i in range(3)}
    with pytest.raises(UnknownNameError, match="unknown name 'a9'"):
        trace(h, upto="a9")


@pytest.mark.parametrize("stop", [3.0, [2.0], None])
def test_a_trace_stops_at_values_or_names_alone(stop):
    """A number, a list, nothing are refused as such."""
    with pytest.raises(OperandError, match="upto takes the Values to stop at"):
        trace(Value(2.0) * 3, upto=[stop])


def test_an_adjoint_is_complete_at_the_last_step_that_adds_to_it():
    """Of three contributions the last, not the first."""
    x = Value(3.0, label="x")
    t = trace(x * x + x)
    steps = [step for step, each in enumerate(t.steps, 1) for c in each.contributions if c.target is t["x"]]
    assert len(steps) == 3
    assert progress(t, TextWriter())[t["x"]].complete == max(steps) > min(steps)
