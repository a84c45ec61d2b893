"""What was recorded is replayed without detours: by one program at once, and without the function."""

import contextlib
import random
import re

import numpy as np
import pytest
from kept_programs import OTHERS
from test_record_source import ZOO, values

from scalargrad import Value, pick, record, relu, tanh
from scalargrad.errors import ReadError
from scalargrad.replay import RecordedOutput, recorded
from scalargrad.replay.chance import drawn, same_chance

EVERY = ZOO | OTHERS


def recordings_of(step):
    """Return the recordings behind a function or an output, by the shapes of their calls."""
    return (step.recorded if isinstance(step, RecordedOutput) else step).programs


def none(*arguments):
    pytest.fail(f"samples were looked at one by one: {arguments[0]}")


@pytest.mark.parametrize("name", EVERY)
def test_one_program_takes_all_samples_at_once(name, monkeypatch):
    """Value, derivatives by arguments, by parameters: once it is recorded nothing is asked by samples."""
    case = EVERY[name]()
    step = case.recorded()
    (programs,) = recordings_of(step).values()
    if len(programs) > 1 or programs[0].followers:
        return  # samples that take other ways are looked at, and those after which something is to be done
    monkeypatch.setattr(recorded, "Samples", none)
    step(*case.arguments)
    step.backward(*case.arguments)
    step.value_and_grad(*case.arguments)


def counted(function):
    """Return a function as it is recorded, with the list of its calls."""
    calls = []

    def counting(*arguments):
        calls.append(arguments)
        return function(*arguments)

    return record(counting), calls


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_index_in_its_range_is_replayed(count):
    """From the first to the last, whichever was recorded; what is none is asked of the function."""
    items = values(count)
    for first in range(count):
        step, calls = counted(lambda k: tanh(pick(items, k)) * 2)
        step(float(first))
        known = len(calls)
        for index in range(count):
            assert step(float(index)) == pytest.approx(2 * np.tanh(items[index].data), rel=1e-14)
        everything = step(np.arange(count, dtype=float))
        assert everything.tolist() == [step(float(index)) for index in range(count)]
        batches = len(calls)
        step(np.arange(count, dtype=float)[::-1].copy())
        assert (known, batches - known, len(calls) - batches) == (known, known, 0)


def test_each_way_is_recorded_once_and_then_replayed():
    """A batch in which samples take several ways calls the function for each way, and never again."""
    (w,) = values(1)
    step, calls = counted(lambda x: relu(w * x) if x > 1 else (x * x if x < -1 else x * w))
    batch = np.array([0.5, 2.0, -3.0, 0.25, 4.0, -2.0])
    wanted = [x * x if x < -1 else max(w.data * x, 0.0) if x > 1 else x * w.data for x in batch]
    np.testing.assert_allclose(step(batch), wanted, rtol=1e-14)
    known = len(calls)
    for chosen in (batch, batch[::-1], batch[:1], batch[[2, 2, 5]], 3 * batch[[1, 2]]):
        step(np.ascontiguousarray(chosen))
        step.value_and_grad(np.ascontiguousarray(chosen))
    assert len(calls) == known
    assert known == 3 * 3  # twice on Values, once on plain numbers


# ---- what runs leave behind, and what they may read


def test_what_is_drawn_in_a_block_is_as_if_it_had_not_been():
    """By Python's generator and by NumPy's, also where the block ends with an error."""
    for error in (None, ZeroDivisionError):
        before = drawn()
        with contextlib.suppress(ZeroDivisionError), same_chance():
            random.random()
            assert drawn() != before
            halfway = drawn()
            np.random.random()  # noqa: NPY002
            assert drawn() not in (before, halfway)
            if error:
                raise error
        assert drawn() == before


READ = {
    "a quotient": lambda x: x // 2,
    "a remainder": lambda x: divmod(x, 2)[1] + 10 * divmod(x, 2)[0] + x % 3,
    "float()": float,
    "round()": lambda x: round(x, 1),
    ".data": lambda x: x.data if isinstance(x, Value) else x,
    "format()": lambda x: float(f"{x:.1f}"),
}


@pytest.mark.parametrize("how", READ)
def test_a_number_that_is_read_is_refused_by_name_or_stays_what_it_was(how):
    """As the function computes it from the plain number, at the sample that was recorded."""

    def function(x):
        return x * READ[how](x)

    if how != "format()":
        with pytest.raises(ReadError, match=re.escape(f"{how} reads 'the value 7.75' as a plain number")):
            record(function)(7.75)
    frozen = record(function, reads="freeze")
    assert frozen(7.75) == 7.75 * READ[how](7.75)
    assert frozen(2.0) == 2.0 * READ[how](7.75)
