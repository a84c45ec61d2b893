"""Graphs on which engines of this kind went wrong: shared nodes, many paths, great depth."""

import weakref

import pytest

from scalargrad import Value, dot, grad, hessian, total
from scalargrad.engine.node import evaluation_order


def test_x_to_the_fourth_swept_twice_doubles():
    """With interior adjoints kept from the first sweep x⁴ at 3 would give 324."""
    x = Value(3.0)
    y = x * x
    z = y * y
    z.backward()
    z.backward()
    assert (x.grad, y.grad) == (216.0, 18.0)


def test_two_losses_that_share_a_node_give_the_sum_of_their_gradients():
    """Swept one after the other they leave what their sum would."""
    x, y = Value(2.0), Value(5.0)
    shared = x * y
    shared.exp().tanh().backward()
    (shared * shared * x).backward()
    a, b = Value(2.0), Value(5.0)
    product = a * b
    (product.exp().tanh() + product * product * a).backward()
    assert (x.grad, y.grad) == (a.grad, b.grad)


def test_a_preorder_would_be_wrong():
    """With a = 1, b = a + a, c = b + b the derivative is 4."""
    a = Value(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert a.grad == 4.0


def test_the_sweep_of_a_leaf_is_its_seed():
    """∂x/∂x = 1, once more for every sweep."""
    x = Value(3.0)
    x.backward()
    x.backward(seed=-3)
    assert x.grad == -2.0


def test_sixty_doublings_have_two_to_the_sixty_paths():
    """Each node is visited once, not once a path: by backward, grad and hessian."""

    def doubled(x):
        for _ in range(60):
            x = x + x
        return x

    x = Value(1.0)
    doubled(x).backward()
    assert x.grad == 2.0**60
    assert grad(lambda x: doubled(x) * x)(1.0) == 2.0**61
    assert hessian(lambda x: doubled(x) * x)(1.0) == [[2.0**61]]


def test_a_chain_of_a_million_adds_goes_forward_backward_and_away():
    """Nothing recurses: not building, not sweeping, not freeing."""
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert (y.data, x.grad) == (1_000_001.0, 1_000_001.0)
    ghost = weakref.ref(y)
    del y
    assert ghost() is None


@pytest.mark.parametrize(
    "link",
    [lambda x: total([x, 1e-9]), lambda x: dot([x], [1.0]), lambda x: (-x).tanh()],
    ids=["total", "dot", "tanh"],
)
def test_deep_graphs_of_every_arity_are_walked_and_freed(link):
    """Chains far beyond the recursion limit are swept, cleared, ordered and differentiated twice."""

    def chain(x):
        for _ in range(5000):
            x = link(x)
        return x

    x = Value(0.5)
    y = chain(x)
    y.backward()
    assert x.grad == pytest.approx(grad(chain)(0.5))
    y.zero_grad()
    assert x.grad == 0.0
    assert len(hessian(chain)(0.5)) == 1


def test_a_neuron_shared_by_many_is_listed_once():
    """Lists of parents that several nodes share are read once, and none is forgotten."""
    xs = tuple(Value(float(i)) for i in range(50))
    layer = [dot([w] * 50, xs) for w in map(Value, range(20))]
    output = total(layer)
    assert len(evaluation_order(output)) == 50 + 20 + 20 + 1
    output.backward()
    assert [x.grad for x in xs] == [sum(range(20))] * 50
