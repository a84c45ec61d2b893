"""The order of evaluation and the reverse sweep, on known graphs and on random ones."""

import math
import threading

import mpmath
import pytest
from graphs import EVERYWHERE, SMOOTH, programs
from hypothesis import assume, given
from hypothesis import strategies as st
from laws import close

from scalargrad import Value, dot, grad, total, trace
from scalargrad.engine.node import evaluation_order
from scalargrad.engine.sweep import adjoints, edges_of
from scalargrad.errors import StaleGraphError

# ---- laws of every graph


def reachable(output):
    """Return all nodes that the output was computed from, found by following parents."""
    found, unread = {output}, [output]
    while unread:
        new = set(unread.pop().parents) - found
        found |= new
        unread += new
    return found


@given(programs(EVERYWHERE))
def test_the_order_is_topological_and_complete(program):
    """Every node stands once, after all its parents, and none is missing."""
    output = program.values(*program.leaves())
    order = evaluation_order(output)
    place = {node: i for i, node in enumerate(order)}
    assert len(order) == len(place)
    assert place.keys() == reachable(output)
    assert all(place[parent] < place[node] for node in order for parent in node.parents)
    assert order[-1] is output


@given(programs(EVERYWHERE))
def test_backward_and_adjoints_agree_to_the_last_bit(program):
    """The fused sweep over the float reading is the general one, also at kinks, ties, inf and nan."""
    output = program.values(*program.leaves())
    adjoint = adjoints(evaluation_order(output), 1.0, edges_of)
    output.backward()
    for node in evaluation_order(output):
        assert node.grad == adjoint[node] or (math.isnan(node.grad) and math.isnan(adjoint[node]))


def bits(numbers):
    """Return floats as texts that tell every two of them apart, 0.0 and -0.0 too, but one nan from none."""
    return [repr(float(x)) for x in numbers]


@given(programs(EVERYWHERE, length=20))
def test_contributions_are_added_in_one_order_everywhere(program):
    """The adjoints of a trace, of grad and the grads of a sweep are the same floats, signs of 0 included."""
    leaves = program.leaves()
    output = program.values(*leaves)
    recorded = trace(output)
    output.backward()
    order = evaluation_order(output)
    assert bits(recorded[node].adjoint for node in order) == bits(node.grad for node in order)
    derivatives = grad(program.values, argnums=range(len(leaves)))
    assert bits(derivatives(*program.data)) == bits(leaf.grad for leaf in leaves)
    for of_value, leaf in zip(derivatives(*program.leaves()), leaves):
        assert float(of_value) == leaf.grad or math.isnan(leaf.grad)


@given(programs(EVERYWHERE), st.lists(st.floats(-1e3, 1e3).map(lambda x: x + 0.0), min_size=4, max_size=4))
def test_a_sweep_adds_its_whole_sum_to_the_grad_of_a_leaf(program, grads):
    """What a leaf had before is added last, so it changes no bit of what the sweep found."""
    leaves = program.leaves()
    output = program.values(*leaves)
    recorded = trace(output)
    for leaf, before in zip(leaves, grads):
        leaf.grad = before
    output.backward()
    order = set(evaluation_order(output))
    for leaf, before in zip(leaves, grads):
        assert bits([leaf.grad]) == bits([recorded[leaf].adjoint + before if leaf in order else before])


@given(programs(SMOOTH))
def test_the_gradient_is_the_one_of_exact_differences(program):
    """Value and gradient agree with differences of the same program over exact numbers."""
    leaves = program.leaves()
    output = program.values(*leaves)
    assume(all(abs(node.data) < 1e3 for node in evaluation_order(output)))
    output.backward()
    assert close(output.data, program.exact(*program.data), 1e-10)
    for i, leaf in enumerate(leaves):
        unit = tuple(int(i == j) for j in range(len(leaves)))
        assert close(leaf.grad, mpmath.mp.diff(program.exact, program.data, unit), 1e-8)


@given(programs(EVERYWHERE))
def test_a_sweep_is_linear_in_its_seed(program):
    """Seeding with 2 gives exactly twice the gradient, and with 0 nothing but zeros or nan."""
    leaves, twins, flat = program.leaves(), program.leaves(), program.leaves()
    program.values(*leaves).backward()
    program.values(*twins).backward(seed=2)
    program.values(*flat).backward(seed=0.0)
    for leaf, twin, zero in zip(leaves, twins, flat):
        assert twin.grad == 2 * leaf.grad or math.isnan(leaf.grad)
        assert zero.grad == 0.0 or not math.isfinite(leaf.grad)


@given(programs(SMOOTH))
def test_a_second_backward_adds_to_leaves_once_more_and_nothing_else(program):
    """Leaves accumulate, as over two losses; inner nodes hold the adjoint of the last sweep."""
    leaves = program.leaves()
    output = program.values(*leaves)
    output.backward()
    order = evaluation_order(output)
    before = {node: node.grad for node in order}
    output.backward()
    for node in order:
        assert node.grad == (before[node] if node.parents else 2 * before[node])


@given(programs(SMOOTH))
def test_zero_grad_clears_the_whole_graph(program):
    """Afterwards a sweep gives what the first one gave."""
    leaves = program.leaves()
    output = program.values(*leaves)
    output.backward()
    before = [leaf.grad for leaf in leaves]
    output.zero_grad()
    assert not any(node.grad for node in evaluation_order(output))
    output.backward()
    assert [leaf.grad for leaf in leaves] == before


# ---- data that changes


def test_a_changed_leaf_never_gives_a_silently_wrong_gradient():
    """A sweep over data that no longer is what was read raises, and names the leaf."""
    w = Value(2.0, label="w")
    y = w * w
    w.data = 5.0
    for walk in (
        y.backward,
        y.zero_grad,
        lambda: evaluation_order(y),
        lambda: adjoints(evaluation_order(y), 1.0, edges_of),
    ):
        with pytest.raises(StaleGraphError, match="w was given new data after"):
            walk()
    assert w.grad == 0.0


@pytest.mark.parametrize(
    ("label", "path", "name"),
    [
        ("w", "", "w"),
        ("w", "weights[0]", "w"),
        ("", "weights[0]", r"weights\[0\]"),
        ("", "", "the value 0.5"),
    ],
)
def test_a_stale_leaf_is_named_by_its_label_else_its_path_else_its_number(label, path, name):
    """Whatever it is called, the message says which one to look at, and what was computed from it."""
    w = Value(2.0, label=label)
    w.path = path
    y = w * 3
    w.data = 0.5
    with pytest.raises(StaleGraphError, match=f"^{name} was given new data after the value 6 was computed"):
        y.backward()


def test_a_leaf_changed_deep_inside_is_found():
    """The check looks at every edge, also of n-ary nodes, however old the change is."""
    w, x = Value(2.0, label="weight"), Value(3.0)
    deep = dot([w, x], [x, x]) + 1
    w.data = 2.0
    later = deep * Value(1.0)
    with pytest.raises(StaleGraphError, match="weight"):
        later.backward()


def test_only_what_was_computed_before_the_last_change_is_looked_at():
    """A node that is younger than any change cannot be stale, also where an older one is in its graph."""
    looked_at = []

    class Watched(Value):
        __slots__ = ()

        @property
        def parents(self):
            looked_at.append(self)
            return super().parents

    w, other = Value(2.0), Value(1.0)
    old = w * w
    other.data = 3.0
    young = old
    for _ in range(5):
        young = young + old * other
    order = evaluation_order(young)
    for node in order:
        node.__class__ = Watched
    assert evaluation_order(young) == order
    assert set(looked_at) == {w, old, other}


def test_computing_again_after_a_change_is_fresh():
    """A training loop changes leaves and computes anew; other graphs are not affected."""
    w, other = Value(2.0), Value(7.0)
    untouched = other * other
    for _ in range(3):
        w.grad = 0.0
        y = w * w
        y.backward()
        assert w.grad == 2 * w.data
        w.data -= 0.1 * w.grad
    untouched.backward()
    assert other.grad == 14.0


# ---- threads


def test_threads_with_graphs_of_their_own_are_exact():
    """Building and sweeping in several threads at once gives each what it would get alone."""
    barrier, results = threading.Barrier(4), {}

    def work(k):
        barrier.wait()
        for round_ in range(200):
            x, w = Value(float(k)), Value(0.5)
            w.data = float(round_)
            y = total([x * w, w**2, (x * 0.1).tanh()]) * x
            y.backward()
            results[k, round_] = (y.data, x.grad, w.grad)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = dict(results)
    results.clear()
    barrier = threading.Barrier(1)
    for k in range(4):
        work(k)
    assert together == results


def test_a_grad_of_none_is_zero():
    """PyTorch's way to forget a gradient."""
    x = Value(3.0)
    for _ in range(2):
        x.grad = None
        (x * x).backward()
        assert x.grad == 6.0
