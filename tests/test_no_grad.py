"""Computing without recording: what no_grad does, for how long, and for whom."""

import asyncio
import contextvars
import threading

import pytest

from scalargrad import Value, dot, nn, no_grad
from scalargrad.engine import recording
from scalargrad.errors import DomainError


def test_no_grad_records_nothing():
    """Results are leaves of every kind of node, with the same data."""
    w, neuron = Value(2.0), nn.Neuron(2, "tanh", seed=0)
    computations = [
        lambda: w * 3,
        lambda: 3 - w,
        lambda: w**2,
        lambda: w**w,
        w.relu,
        lambda: dot([w, w], [w, 1.0]),
        lambda: neuron([w, 1.0]),
    ]
    recorded = [compute().data for compute in computations]
    with no_grad():
        results = [compute() for compute in computations]
    assert [result.data for result in results] == recorded
    assert all(result.parents == () and result.primitive is None for result in results)
    assert (w * 3).parents


def test_no_grad_ends_with_its_block():
    """It ends by an exception too, and an inner block does not end an outer one."""
    x = Value(2.0)
    with pytest.raises(DomainError), no_grad():
        Value(-1.0).log()
    assert (x * x).parents == (x, x)
    with no_grad():
        with no_grad():
            pass
        assert (x * x).parents == ()
    assert (x * x).parents == (x, x)


def test_open_blocks_are_counted_and_closed_blocks_are_not():
    """While no block is open, in any thread, operators do not ask for the mode at all."""
    assert recording.blocks_without == 0
    with no_grad(), no_grad():
        assert recording.blocks_without == 2
    assert recording.blocks_without == 0


def test_no_grad_decorates_a_function():
    """As a decorator it holds for each call."""

    @no_grad()
    def double(x):
        return x + x

    assert [double(Value(2.0)).parents for _ in range(2)] == [(), ()]


def test_no_grad_leaves_recorded_graphs_alone():
    """What was computed before can be swept inside."""
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6.0


def test_no_grad_holds_for_the_running_thread_only():
    """A second thread records while the first one does not, and the other way round."""
    x, inside, done = Value(2.0), threading.Event(), threading.Event()
    seen = {}

    def without():
        with no_grad():
            inside.set()
            done.wait()
            seen["without"] = (x * x).parents

    def within():
        inside.wait()
        seen["within"] = (x * x).parents
        with no_grad():
            seen["nested"] = (x * x).parents
        done.set()

    threads = [threading.Thread(target=work) for work in (without, within)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"without": (), "within": (x, x), "nested": ()}


def test_a_context_copied_inside_a_block_records_after_its_end():
    """A task or callback that was made inside, but runs later, is not without recording for ever."""
    x = Value(2.0)
    with no_grad():
        later = contextvars.copy_context()
    assert later.run(lambda: (x * x).parents) == (x, x)
    assert later.run(lambda: x.tanh().parents) == (x,)


def test_no_grad_holds_for_the_running_task_only():
    """Tasks that take turns each keep their own mode."""
    x = Value(2.0)

    async def without():
        with no_grad():
            for _ in range(3):
                assert (x * x).parents == ()
                await asyncio.sleep(0)

    async def within():
        for _ in range(3):
            assert (x * x).parents == (x, x)
            await asyncio.sleep(0)

    async def both():
        await asyncio.gather(without(), within(), without())

    asyncio.run(both())
