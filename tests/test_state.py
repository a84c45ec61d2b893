"""The state of a module: named parameters, dictionaries, and files without code in them."""

import json
import math
import pathlib
import re
import zipfile

import numpy as np
import pytest

from scalargrad import Value, nn
from scalargrad.errors import OperandError, StateFormatError, UnknownNameError


def model(seed=1):
    return nn.Sequential(
        nn.Layer(2, 3, None, seed=seed), nn.BatchNorm(3), "tanh", nn.Layer(3, 1, None, seed=seed)
    )


def test_named_parameters_are_the_parameters_with_their_paths():
    """In the same order, and the path from the root is the one the parameter carries."""
    network = model()
    named = list(network.named_parameters())
    assert [p for _, p in named] == network.parameters()
    assert all(path == p.path for path, p in named)
    assert [path for path, _ in network.layers[1].named_parameters()][:2] == ["scale[0]", "scale[1]"]


def test_a_shared_parameter_is_listed_once_under_its_first_path():
    """And carries that path, wherever it was assigned last."""
    tied = nn.Module()
    tied.first = tied.second = Value(1.0)
    tied.parts = {"again": tied.first, "more": [Value(2.0)]}
    tied.parts["more"][0].label = "kept"
    assert [path for path, _ in tied.named_parameters()] == ["first", "parts['more'][0]"]
    assert [p.path for p in tied.parameters()] == ["first", "parts['more'][0]"]


def test_modules_that_know_one_another_are_walked_once():
    """A circle of modules ends."""
    outer, inner = nn.Module(), nn.Neuron(1, seed=1)
    outer.inner, inner.outer = inner, outer
    assert [path for path, _ in outer.named_modules()] == ["", "inner"]
    assert outer.parameters() == [*inner.weights, inner.bias]


def test_a_computed_value_is_no_parameter():
    """A module may keep its last output without training it."""
    module = nn.Module()
    module.weight = Value(2.0)
    module.last = module.weight * 3
    assert module.parameters() == [module.weight]


def test_a_state_is_taken_over_by_another_module_of_the_shape():
    """Parameters and running statistics: afterwards both compute the same."""
    one, other = model(1), model(2)
    one.batch([[1.0, 2.0], [3.0, -1.0]])
    assert other.load_state_dict(one.state_dict()) is other
    assert other.state_dict() == one.state_dict()
    assert other.eval()([0.5, 1.0]).data == one.eval()([0.5, 1.0]).data
    assert "layers[1].running_variance[2]" in one.state_dict()


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_a_saved_state_is_loaded_bit_for_bit(tmp_path, suffix):
    """Every float comes back as it was, also the extreme ones."""
    one, file = model(1), tmp_path / f"model{suffix}"
    for p, extreme in zip(one.parameters(), (5e-324, -1.7976931348623157e308, -0.0, math.inf, 0.1)):
        p.data = extreme
    one.save(file)
    other = model(2).load(str(file))
    assert list(map(repr, other.state_dict().values())) == list(map(repr, one.state_dict().values()))


def test_files_hold_data_only(tmp_path):
    """The JSON is a mapping from paths to numbers, the npz two plain arrays."""
    network = nn.Neuron(2, seed=1)
    network.save(tmp_path / "neuron.json")
    network.save(tmp_path / "neuron.npz")
    assert json.loads((tmp_path / "neuron.json").read_text()) == network.state_dict()
    assert sorted(zipfile.ZipFile(tmp_path / "neuron.npz").namelist()) == ["data.npy", "paths.npy"]


def test_a_pickle_in_an_npz_is_not_run(tmp_path):
    """Arrays of objects, which NumPy would unpickle, are refused."""
    np.savez(tmp_path / "evil.npz", paths=np.array([print], dtype=object), data=np.zeros(1))
    with pytest.raises(ValueError, match="allow_pickle"):
        nn.Neuron(2).load(tmp_path / "evil.npz")


def test_no_code_in_an_npz_runs(tmp_path):
    """Unpickling it would write a file; reading it as a state writes none and changes no parameter."""
    written, neuron = tmp_path / "written", nn.Neuron(2, seed=1)

    class Evil:
        def __reduce__(self):
            return pathlib.Path.touch, (written,)

    before = neuron.state_dict()
    for names, data in ((["bias"], [Evil()]), ([Evil()], [0.0])):
        arrays = {"paths": np.array(names, dtype=object), "data": np.array(data, dtype=object)}
        np.savez(tmp_path / "evil.npz", **arrays)
        with pytest.raises(ValueError, match="allow_pickle"):
            neuron.load(tmp_path / "evil.npz")
    assert not written.exists()
    assert neuron.state_dict() == before


@pytest.mark.parametrize("count", [2, 4])
def test_an_npz_of_more_paths_than_numbers_or_fewer_is_refused(tmp_path, count):
    """Nothing is cut to the shorter, though all its paths be known."""
    neuron = nn.Neuron(2, seed=1)
    before = neuron.state_dict()
    np.savez(tmp_path / "neuron.npz", paths=np.array([*before]), data=np.ones(count))
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is (shorter|longer)"):
        neuron.load(tmp_path / "neuron.npz")
    assert neuron.state_dict() == before


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_a_path_may_be_of_any_letters(tmp_path, suffix):
    """It is saved and read back, and a JSON from elsewhere is read as UTF-8."""
    module = nn.Module()
    module.θ = Value(2.5)
    file = tmp_path / f"module{suffix}"
    module.save(file)
    module.θ.data = 0.0
    assert module.load(file).state_dict() == {"θ": 2.5}
    if suffix == ".json":
        file.write_bytes('{"θ": 7.5}'.encode())
        assert module.load(file).state_dict() == {"θ": 7.5}


def test_another_suffix_is_refused(tmp_path):
    """Before anything is written."""
    with pytest.raises(UnknownNameError, match=re.escape("saved as .json or .npz, got the file name")):
        nn.Neuron(2).save(tmp_path / "model.pkl")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: s.pop("bias"), UnknownNameError, "1 of 3 paths here are not in it, such as 'bias'"),
        (lambda s: s.update(extra=1.0), UnknownNameError, "1 of 4 paths in it are not here, such as 'extra'"),
        (lambda s: s.update(bias="0"), OperandError, "expected one real number, got '0'"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    """The paths that are missing or too many are named, and all parameters stay as they are."""
    neuron = nn.Neuron(2, seed=1)
    before = neuron.state_dict()
    state = {path: number + 1 for path, number in before.items()}
    change(state)
    with pytest.raises(error, match=re.escape(message)):
        neuron.load_state_dict(state)
    assert neuron.state_dict() == before


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", b"{"), ("a.json", b"[1, 2]"), ("a.npz", b"PK"), ("a.npz", b"")]
)
def test_a_file_that_is_no_state_is_refused_by_its_name(name, content, tmp_path):
    """Whatever JSON or NumPy says of it; a file that is not there is Python's own error."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(StateFormatError, match=f"{name}' does not hold the state of a module"):
        model(1).load(path)
    with pytest.raises(FileNotFoundError):
        model(1).load(tmp_path / "none.json")
