"""Laws of traces as JSON: they read back equal, and what is damaged or foreign is refused by place."""

import json
import math

import pytest
from graphs import EVERYWHERE, programs
from hostile import LABELS
from hypothesis import given

from scalargrad import Trace, Value, leaves, trace
from scalargrad.errors import TraceFormatError
from scalargrad.examples import example

TEXT = trace(example("sigmoid-2-2-1").output()).to_json()


@given(programs(EVERYWHERE))
def test_a_trace_reads_back_equal(program):
    """Every number, name, role and primitive survives, the parameters of families included."""
    recorded = trace(program.values(*program.leaves()))
    again = Trace.from_json(recorded.to_json())
    assert again == recorded
    assert str(again) == str(recorded)
    assert [step.phase for step in again.steps] == [step.phase for step in recorded.steps]


@pytest.mark.parametrize("label", LABELS, ids=ascii)
def test_hostile_labels_come_back_exactly(label):
    """JSON holds any text."""
    recorded = trace(Value(1.0, label=label) * 2)
    assert Trace.from_json(recorded.to_json())[0].label == label


def test_numbers_that_are_not_finite_are_valid_json():
    """The numbers nan and inf stand as text, so that every JSON reader can read the document."""
    (x,) = leaves(x=0.0)
    document = trace(x.sqrt()).to_json()
    json.loads(document, parse_constant=pytest.fail)
    assert math.isinf(Trace.from_json(document)["x"].adjoint)


DAMAGE = {
    ('"scalargrad-trace"', '"other"'): 'expected a document with "schema"',
    ('"version": 1', '"version": 99'): "version 99 is not known",
    ("]}\n", "]"): "not JSON: .* line",
    ("1.36688", "1.36689"): r"instruction 11 \(v11\): value is 1.36689, but follows",
    ('"adjoint": 0.19163771578359537', '"adjoint": 0.2'): "adjoint is 0.2, but follows",
    ('"parents": [0, 1', '"parents": [0, 77'): r"instruction 11 \(v11\): parents must be indices of earlier",
    ('"name": "sigmoid"', '"name": "sigmod"'): "unknown primitive 'sigmod'",
    ('"value": 0.888', '"value": "big"'): "value: expected a number, got 'big'",
    ('"value": 0.888', '"value": NaN'): "expected a number",
    ('"role": "input"', '"roll": "input"'): "instruction 0: expected the fields",
}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda pair: pair[1][:24])
def test_damage_is_refused_with_what_is_wrong_and_where(damage):
    """A number changed by hand, a field missing, a parent out of range: each is named."""
    assert damage[0] in TEXT
    with pytest.raises(TraceFormatError, match=DAMAGE[damage]):
        Trace.from_json(TEXT.replace(*damage, 1))


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", "[" * 100_000, '{"schema": "scalargrad-trace", "version": 1}']
)
def test_foreign_files_are_refused(text):
    """Whatever is not a trace is said not to be one."""
    with pytest.raises(TraceFormatError):
        Trace.from_json(text)


def test_a_trace_of_100_000_rows_is_written_and_read():
    """Both ways are loops."""
    x = y = Value(1.0, label="x")
    for _ in range(100_000):
        y = y + x
    recorded = trace(y)
    assert len(Trace.from_json(recorded.to_json())) == len(recorded) == 100_001
