"""Laws of traces as JSON: they read back equal, and what is damaged or foreign is refused by place."""

import contextlib
import itertools
import json
import math

import pytest
from graphs import EVERYWHERE, programs
from hostile import LABELS
from hypothesis import given

from scalargrad import Trace, Value, dot, leaves, nn, total, trace
from scalargrad.errors import TraceFormatError
from scalargrad.examples import example
from scalargrad.wengert.exchange import FIELDS

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


def small():
    """Return the document of a list with one row of each kind: unary, binary, of a family, of lists."""
    x, w = leaves(x=-0.5, w=2.0)
    with_path = nn.Neuron(1, "relu", seed=1)
    output = (dot([w, x], [x, 1.0]) * x + with_path([x])).leaky_relu(0.2).tanh()
    return json.loads(trace(output).to_json())


def changed(field, put):
    """Return the text of the small document where the first instruction with such a field has another."""
    document = small()
    v = next(v for v in document["instructions"] if v[field] not in ("", None, []))
    v[field] = put
    return json.dumps(document)


REFUSED = {
    "name": [(3, "name must be a text, got 3"), (None, "name must be a text, got None")],
    "label": [(["x"], "label must be a text"), (1.5, "label must be a text, got 1.5")],
    "path": [({}, r"path must be a text, got \{\}"), (False, "path must be a text, got False")],
    "role": [
        (0, "role must be a text, got 0"),
        ("leaf", r"\(x\): role is one of input, parameter, constant, operation, got 'leaf'"),
    ],
    "parents": [
        (0, "must be indices of earlier instructions, got 0"),
        (None, "must be indices of earlier instructions, got None"),
        ({"0": 1}, "must be indices of earlier instructions"),
        ([True, 0, 0, 0], "must be indices of earlier instructions"),
        ([-1, 0, 0, 0], "must be indices of earlier instructions"),
        ([0, 0, 0, 5], "must be indices of earlier instructions"),
        ([0, 1.0, 0, 0], "must be indices of earlier instructions"),
    ],
    "partials": [
        (None, "one partial for each of 4 parents, got None"),
        ("abcd", "one partial for each of 4 parents, got 'abcd'"),
        ([1.0], r"one partial for each of 4 parents, got \[1.0\]"),
        (["a", 1, 1, 1], "partial: expected a number, got 'a'"),
    ],
    "primitive": [
        (None, "expected a primitive with name and parameters, got None"),
        ("dot", "expected a primitive with name and parameters, got 'dot'"),
        (["name", "parameters"], "expected a primitive with name and parameters"),
        ({"name": "dot"}, "expected a primitive with name and parameters"),
        ({"name": ["dot"], "parameters": []}, "the name of a primitive must be a text"),
        ({"name": "dot", "parameters": [1]}, r"unknown primitive 'dot' with parameters \[1\]"),
        ({"name": "dot", "parameters": None}, "unknown primitive 'dot' with parameters None"),
        ({"name": "leaky_relu", "parameters": 0.1}, "unknown primitive 'leaky_relu' with parameters 0.1"),
        ({"name": "leaky_relu", "parameters": [1, 2]}, "parameters of leaky_relu: too many positional"),
        ({"name": "leaky_relu", "parameters": ["1"]}, "parameters of leaky_relu: .* got '1'"),
        ({"name": "leaky_relu", "parameters": [10**400]}, "parameters of leaky_relu: int too large"),
        ({"name": "leaky_relu", "parameters": [0.1]}, "leaky_relu does not take 4 operands"),
        ({"name": "tanh", "parameters": []}, "tanh does not take 4 operands"),
        ({"name": "add", "parameters": []}, "add does not take 4 operands"),
    ],
    "value": [
        (True, "value: expected a number, got True"),
        (None, "value: expected a number, got None"),
        (10**400, "value: expected a number, got 1000"),
        ("infinity", "value: expected a number, got 'infinity'"),
    ],
    "adjoint": [(False, "adjoint: expected a number, got False"), ([1], "adjoint: expected a number")],
}


@pytest.mark.parametrize(
    ("field", "put", "message"), [(field, *case) for field, cases in REFUSED.items() for case in cases]
)
def test_each_field_holds_what_it_should(field, put, message):
    """Texts, a role, earlier indices, as many partials, a primitive that takes so many operands, numbers."""
    with pytest.raises(TraceFormatError, match=f"^instruction [0-9]+.*{message}"):
        Trace.from_json(changed(field, put))


def test_two_lists_are_of_one_length_and_a_list_that_needs_operands_has_one():
    """A dot of three operands is refused, and so is a logsumexp or a dot of none; a total of none is 0."""
    (x,) = leaves(x=1.0)
    document = json.loads(trace(total([x, x, x])).to_json())
    output = document["instructions"][-1]
    output["primitive"]["name"] = "dot"
    with pytest.raises(TraceFormatError, match="dot does not take 3 operands"):
        Trace.from_json(json.dumps(document))
    for name in ("dot", "logsumexp"):
        output |= {"primitive": {"name": name, "parameters": []}, "parents": [], "partials": [], "value": 0.0}
        with pytest.raises(TraceFormatError, match=f"{name} does not take 0 operands"):
            Trace.from_json(json.dumps(document))


JUNK = (
    None,
    True,
    -1,
    1.5,
    10**400,
    math.inf,
    "x",
    "nan",
    [],
    ["a"],
    [1],
    {},
    {"name": {}, "parameters": []},
)


@pytest.mark.parametrize("field", [*FIELDS, "instructions", "schema"])
def test_whatever_json_stands_somewhere_nothing_but_a_trace_format_error_is_raised(field):
    """Each field of each instruction, and of the document, may hold anything at all."""
    count = len(small()["instructions"])
    for i, junk in itertools.product(range(count), JUNK):
        document = small()
        (document["instructions"][i] if field in FIELDS else document)[field] = junk
        with contextlib.suppress(TraceFormatError):
            read = json.loads(Trace.from_json(json.dumps(document)).to_json())
            assert read["instructions"][i][field] == junk  # what is accepted is kept
    for junk in JUNK:
        document = small()
        document["instructions"][1] = junk
        with pytest.raises(TraceFormatError, match="instruction 1: expected the fields"):
            Trace.from_json(json.dumps(document))


@pytest.mark.parametrize("field", ["value", "adjoint", "partials"])
def test_a_number_is_not_replaced_by_nan_nor_nan_by_a_number(field):
    """It would be a silent hole in the record."""
    document = small()
    document["instructions"][-1][field] = ["nan"] if field == "partials" else "nan"
    with pytest.raises(TraceFormatError, match="is nan, but follows from the others as"):
        Trace.from_json(json.dumps(document))


def test_what_stands_in_a_network_is_found_by_its_path():
    """Also in a list read back; of several results at one place the last, and a name comes before a path."""
    neuron = nn.Neuron(1, "tanh", seed=1)
    x = Value(0.5, label="bias")
    recorded = trace(neuron([x]) * neuron([x * 2]))
    again = Trace.from_json(recorded.to_json())
    for found in (recorded, again):
        assert found["weights[0]"].value == neuron.weights[0].data
        assert [v.path for v in found if v.role == "parameter"] == ["weights[0]", "bias"]
        assert found["bias"].path == ""
        assert found["a"].name == "a"
        assert found["dot"] is [v for v in found if v.path == "dot"][-1]
        assert found["bias"].value == 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        "1" * 5_000,
        '{"schema": "scalargrad-trace", "version": 1}',
        '{"schema": "scalargrad-trace", "version": 1, "instructions": []}',
    ],
)
def test_foreign_files_are_refused(text):
    """Whatever is not a trace is said not to be one."""
    with pytest.raises(TraceFormatError):
        Trace.from_json(text)


def test_a_trace_of_100_000_instructions_is_written_and_read():
    """Both ways are loops."""
    x = y = Value(1.0, label="x")
    for _ in range(100_000):
        y = y + x
    recorded = trace(y)
    assert len(Trace.from_json(recorded.to_json())) == len(recorded) == 100_001


def test_a_document_may_hold_what_its_output_does_not_depend_on():
    """Such an instruction has the adjoint 0; any other number there is refused."""
    x, unused = leaves(x=3.0, unused=1.0)
    document = json.loads(trace(dot([x, unused], [x, 1.0])).to_json())
    names = {record["name"]: i for i, record in enumerate(document["instructions"])}
    last = document["instructions"][-1]
    last["parents"] = [names["x"], names["x"]]
    last["primitive"], last["value"], last["partials"] = (
        {"name": "multiply", "parameters": []},
        9.0,
        [3.0, 3.0],
    )
    document["instructions"][names["x"]]["adjoint"] = 6.0
    for record in document["instructions"][1:-1]:
        record["adjoint"] = 0.0
    read = Trace.from_json(json.dumps(document))
    assert (read["x"].adjoint, read["unused"].adjoint) == (6.0, 0.0)
    document["instructions"][names["unused"]]["adjoint"] = 1.0
    with pytest.raises(TraceFormatError, match=r"adjoint is 1\.0"):
        Trace.from_json(json.dumps(document))
