"""A program that does not compute what the engine does is found out before it is used."""

import dataclasses

import numpy as np
import pytest

from scalargrad import Value, record, sqrt, tanh
from scalargrad.errors import RecordError
from scalargrad.replay import program

X = np.array([[0.5, 2.0], [1.5, 3.0], [2.5, 0.25]])
KINDS = {
    "forward": lambda step: step(X),
    "parameters": lambda step: step.backward(X),
    "arguments": lambda step: step.value_and_grad(X),
    "all": lambda step: step.backward([Value(0.5), Value(2.0)]),
}
PARTS = {
    "forward": ("value",),
    "parameters": ("value", "gradient"),
    "arguments": ("value", "by_arguments"),
    "all": ("value", "gradient", "by_arguments"),
}
CASES = [(kind, part, by) for kind, parts in PARTS.items() for part in parts for by in (1.001, -1.0)]


def wrong_by(monkeypatch, part, change):
    """Let every function that a program is written as change one part of what it gives."""
    written = program.written

    @dataclasses.dataclass
    class Wrong:
        right: object

        def compiled(self):
            function = self.right.compiled()

            def replay(*given):
                found = program.Found._make(function(*given))
                return tuple(found._replace(**{part: change(getattr(found, part))}))

            return replay

    monkeypatch.setattr(program, "written", lambda *args, **options: Wrong(written(*args, **options)))


def computed(w):
    """Return a recorded function of two parameters and a list."""
    return record(lambda xs: tanh(w[0] * xs[0]) + sqrt(w[1] + xs[1]) * xs[0])


@pytest.mark.parametrize(("kind", "part", "by"), CASES)
def test_a_wrong_program_is_refused(monkeypatch, kind, part, by):
    """Whatever is wrong in it, value or derivative, by how little; and again at the next call."""

    def change(found):
        return tuple(x * by for x in found) if isinstance(found, tuple) else found * by

    step = computed([Value(0.5), Value(2.0)])
    wrong_by(monkeypatch, part, change)
    for _ in range(2):
        with pytest.raises(RecordError, match="does not compute what the function does"):
            KINDS[kind](step)


@pytest.mark.parametrize("kind", KINDS)
def test_nan_is_never_what_a_replay_gives(monkeypatch, kind):
    """The engine is asked instead, which has a number."""
    w = [Value(0.5), Value(2.0)]
    step = computed(w)
    wrong_by(monkeypatch, "value", lambda value: value * np.nan)
    found = KINDS[kind](step)
    assert np.isfinite(found[0] if isinstance(found, tuple) else found).all()


def test_a_wrong_derivative_beside_an_infinite_one_is_refused(monkeypatch):
    """One number that is not finite does not speak for the others."""
    w = [Value(0.0), Value(2.0)]
    step = record(lambda x: sqrt(w[0]) * x + w[1] * x)
    wrong_by(monkeypatch, "gradient", lambda gradient: gradient * np.array([1.0, 1.001]))
    with pytest.raises(RecordError, match="does not compute what the function does"):
        step.backward(1.0)


def test_a_program_that_cannot_be_written_is_refused(monkeypatch):
    """With the error that was raised in writing it."""

    def fails(*_, **__):
        message = "no such function"
        raise AttributeError(message)

    monkeypatch.setattr(program, "written", fails)
    with pytest.raises(RecordError, match=r"cannot be written .*AttributeError: no such function"):
        computed([Value(0.5), Value(2.0)])(X)


@pytest.mark.parametrize("size", [1.0, 1e4])
@pytest.mark.parametrize(("times", "ok"), [(0.5, True), (2.0, False)])
def test_where_numbers_cancel_a_program_may_be_off_by_what_rounding_leaves(monkeypatch, size, times, ok):
    """By 10⁻¹⁰ of the largest number times the largest derivative, each at least 1; by no more."""
    w = Value(2.0)
    step = record(lambda x: w * x - 2.0 * x)  # 0, of numbers 2x with the derivative x
    wrong_by(monkeypatch, "value", lambda value: value + times * 1e-10 * (2.0 * size) * size)
    if ok:
        step(size)
    else:
        with pytest.raises(RecordError, match="does not compute what the function does"):
            step(size)
