"""What a recorded function finds outside of itself: where that is another, another program is recorded."""

import copy
import functools
import importlib
import math
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from scalargrad import Value, dot, nn, record, tanh, total
from scalargrad.engine.lines import is_the_users
from scalargrad.errors import SlowRecordWarning
from scalargrad.replay.outside import Outside

X = np.linspace(-1.0, 1.0, 5)


class Settings:
    """What a user keeps numbers in."""

    factor = 2.0

    def __init__(self):
        self.scale, self.weight, self.history, self.cache = 1.5, Value(0.5), [], {}
        self.nested = {"deep": [[3.0]]}

    def scaled(self, x):
        """Read attributes of the instance, of the class, and within containers."""
        return self.weight * x * self.scale * self.factor * self.nested["deep"][0][0]


def helper(x):
    """Be called by name."""
    return x * 3.0


def later(x):
    """Be called by name too, once it is there."""
    return x * 5.0


def world():
    """Return names for functions to be made in: models, lists, numbers, functions."""
    names = {
        "Value": Value, "nn": nn, "np": np, "record": record, "Settings": type("Own", (Settings,), {}),
        "rate": 0.1, "weights": [Value(1.0), Value(2.0)], "rows": ((1.0, [2.0]),),
        "table": np.array([1.0, 2.0]),
        "model": nn.MLP(1, [3, 1], seed=1), "helper": helper, "known": {"a": 1.0, "b": Value(2.0)},
        "part": functools.partial(lambda factor, x: factor * x, 4.0),
    }  # fmt: skip
    names["settings"] = names["Settings"]()
    return names


CHANGES = {
    "a number": ("lambda x: x * rate", "rate = 0.2"),
    "a number, within a function that is called": ("lambda x: inner(x)", "rate = 0.2"),
    "a Value": ("lambda x: weights[0] * x", "weights[0] = Value(7.0)"),
    "a Value that was moved by hand": ("lambda x: weights[0] * x", "weights[0] = weights[0] - 0.5"),
    "a longer list": ("lambda x: sum(weights) * x", "weights.append(Value(3.0))"),
    "another list": ("lambda x: weights[0] * x", "weights = [Value(9.0)]"),
    "a list in a tuple": ("lambda x: x * rows[0][1][0]", "rows[0][1][0] = 5.0"),
    "an array": ("lambda x: x * float(table[1])", "table[1] = 5.0"),
    "another array": ("lambda x: x * float(table[1])", "table = np.array([1.0, 3.0])"),
    "a value of a dict": ("lambda x: x * known['a']", "known['a'] = 4.0"),
    "a model": ("lambda x: model([x])", "model = nn.MLP(1, [3, 1], seed=2)"),
    "a layer": ("lambda x: model([x])", "model.layers = nn.MLP(1, [3, 1], seed=3).layers"),
    "a weight": ("lambda x: model([x])", "model.layers[0].neurons[1].bias = Value(4.0)"),
    "a function": ("lambda x: helper(x)", "helper = lambda x: x * 7.0"),
    "a partial function": ("lambda x: part(x)", "part = functools.partial(lambda by, x: by * x, 5.0)"),
    "an attribute": ("lambda x: settings.scaled(x)", "settings.scale = 4.0"),
    "an attribute that is a Value": ("lambda x: settings.scaled(x)", "settings.weight = Value(8.0)"),
    "an attribute before that of a class": ("lambda x: settings.scaled(x)", "settings.factor = 9.0"),
    "an attribute of a class": ("lambda x: settings.scaled(x)", "Settings.factor = 9.0"),
    "what is deep inside": ("lambda x: settings.scaled(x)", "settings.nested['deep'][0][0] = 11.0"),
    "a method": ("lambda x: settings.scaled(x)", "Settings.scaled = lambda self, x: x * 13.0"),
    "another object": ("lambda x: settings.scaled(x)", "settings = Settings(); settings.scale = 0.5"),
    "a default": ("lambda x, by=weights: by[1] * x", "weights[1] = Value(6.0)"),
    "what a recorded function reads": ("record(lambda x: x * rate)", "rate = 0.3"),
    "in a comprehension": ("lambda x: sum([x * rate for _ in weights])", "rate = 0.5"),
}  # fmt: skip


def made(code, names):
    """Return the function of a code among names, with one that it may call."""
    names["functools"] = functools
    exec("def inner(x):\n    return x * rate", names)
    return eval(code, names)


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_another_outside_is_recorded_anew(name):
    """The replay is what the function computes before and after."""
    code, change = CHANGES[name]
    names = world()
    function = made(code, names)
    step = record(function)

    def eager():
        plain = getattr(function, "of_values", function)
        return [float(plain(Value(x)).data) for x in X]

    before = eager()
    assert np.allclose(step(X), before, rtol=1e-12)
    exec(change, names)
    assert not np.allclose(eager(), before)
    assert np.allclose(step(X), eager(), rtol=1e-12)


def test_what_closures_hold_counts():
    """A variable of the function around, bound anew."""

    def around():
        rate = 2.0

        def change():
            nonlocal rate
            rate = 5.0

        return record(lambda x: x * rate), change

    step, change = around()
    assert step(3.0) == 6.0
    change()
    assert step(3.0) == 15.0


UNCHANGED = {
    "data of a Value": ("lambda x: weights[0] * x", "weights[0].data = 7.0"),
    "an equal number": ("lambda x: x * rate", "rate = 0.05 + 0.05"),
    "what the function does not name": ("lambda x: x * rate", "weights.append(Value(1.0))"),
    "an attribute that it does not name": ("lambda x: settings.scaled(x)", "settings.history.append(1.0)"),
    "an attribute that is bound anew": ("lambda x: settings.scaled(x)", "settings.history = [1.0]"),
    "the mode of a module that asks for none": ("lambda x: model([x])", "model.eval()"),
    "another module": ("lambda x: model([x])", "nn.MLP(1, [3, 1], seed=5)"),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_is_the_same_is_replayed(name):
    """Without a run of the function."""
    code, change = UNCHANGED[name]
    names = world()
    inner, runs = made(code, names), []

    def function(x):
        runs.append(x)
        return inner(x)

    step = record(function)
    step(X)
    count = len(runs)
    exec(change, names)
    step(X)
    assert len(runs) == count


def test_what_a_function_changes_itself_is_its_own_affair():
    """A counter and a cache do not have it recorded anew."""
    settings = Settings()

    @record
    def step(x):
        settings.scale = settings.scale + 1.0
        settings.cache[settings.scale] = x
        return settings.weight * x

    step(X)
    runs = settings.scale
    assert np.allclose(step(X), 0.5 * X)
    assert settings.scale == runs


def test_a_method_reads_its_own_instance():
    """Whatever its name, and in copies of the instance."""

    class Model:
        def __init__(self, weight):
            self.weight = Value(weight)

        double = record(lambda self, x: 2.0 * x * self.weight)
        triple = record(lambda self, x: 3.0 * x * self.weight)

    model = Model(5.0)
    assert (model.double(1.0), model.triple(1.0), model.double(1.0)) == (10.0, 15.0, 10.0)
    shallow, deep = copy.copy(model), copy.deepcopy(model)
    shallow.weight = Value(7.0)
    deep.weight.data = 9.0
    assert (shallow.double(1.0), deep.double(1.0), model.double(1.0)) == (14.0, 18.0, 10.0)
    model.weight = Value(1.0)
    assert (model.double(1.0), shallow.double(1.0)) == (2.0, 14.0)


def test_recording_anew_again_and_again_is_warned_of():
    """Once, with what to do instead."""
    w = Value(1.0)
    step = record(lambda x: w * x)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(20):
            w = Value(w.data - 0.01)
            assert step(1.0) == w.data
    (one,) = warned
    assert one.category is SlowRecordWarning
    assert re.search(r"recorded anew 8 times.*give Values new \.data", str(one.message))
    assert one.filename == __file__


def test_data_that_move_are_no_reason_to_warn():
    """As in every training."""
    w = Value(1.0)
    step = record(lambda x: w * x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(20):
            w.data -= 0.01
            step(1.0)


def test_what_is_outside_may_refer_to_itself():
    """A list within itself, objects in a ring."""
    ring = [1.0]
    ring.append(ring)
    one, other = Settings(), Settings()
    one.weight, other.weight = other, one
    assert Outside(lambda x: x * ring[0] * one.weight).is_same()


@pytest.mark.parametrize("place", ["site-packages", "lib"])
def test_what_is_recorded_is_watched_wherever_it_is_installed(place, tmp_path, monkeypatch):
    """A variable of its module, an attribute of its object: both may be another."""
    package = tmp_path / place / "installed_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "rate = 2.0\ndef scaled(x):\n    return rate * x\n"
        "class Scale:\n    def __init__(self):\n        self.by = 2.0\n"
        "    def scaled(self, x):\n        return self.by * x\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(package.parent)
    module = importlib.import_module("installed_package")
    scale = module.Scale()
    steps = [record(module.scaled), record(scale.scaled)]
    assert [step(3.0) for step in steps] == [6.0, 6.0]
    module.rate = scale.by = 5.0
    assert [step(3.0) for step in steps] == [15.0, 15.0]
    del sys.modules["installed_package"]


def test_a_program_that_is_profiled_is_watched(tmp_path):
    """Its module is then not the one that `__main__` names."""
    program = tmp_path / "program.py"
    program.write_text(
        "from scalargrad import record\nrate = 2.0\nscaled = record(lambda x: rate * x)\nscaled(3.0)\n"
        "rate = 5.0\nprint('scaled', scaled(3.0))\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "cProfile", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "scaled 15.0" in done.stdout


def test_an_outside_holds_values_if_one_can_be_reached_from_the_function():
    """A Value in a list in a closure is reached, and numbers are none."""
    inside, numbers = [[Value(1.0)]], [[1.0]]
    assert Outside(lambda t: inside[0][0] * t).holds_values
    assert not Outside(lambda t: numbers[0][0] * t).holds_values


@pytest.mark.parametrize(
    ("file", "theirs"),
    [("/home/ada/net.py", True), ("/usr/lib/python3/site-packages/torch/nn.py", False),
     ("<frozen importlib._bootstrap>", False), (re.__file__, False), (nn.__file__, False)],
)  # fmt: skip
def test_the_program_of_the_user_is_what_nobody_installed(file, theirs):
    """Files of Python, of what is installed and of this package are not theirs."""
    assert is_the_users(str(Path(file))) == theirs


def test_a_variable_that_is_gone_is_missed_as_without_record():
    """By Python's own error, at the next call."""

    def made():
        w = Value(2.0)

        def function(x):
            return w * x

        def drop():
            nonlocal w
            del w

        return function, drop

    function, drop = made()
    step = record(function)
    assert [step(1.0), step(3.0)] == [2.0, 6.0]
    drop()
    with pytest.raises(NameError, match="w"):
        step(1.0)


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_an_output_is_computed_again_by_the_engine_where_a_replay_is_not_finite(number):
    """Whatever its rows are, of lists too."""
    w = [Value(0.5), Value(1.5)]

    def computed():
        return dot(w, [w[1], tanh(w[0])]) + total([w[0], 2.0 * w[1]])

    step = record(computed())
    assert step() == pytest.approx(computed().data)
    w[0].data = number
    assert step() == computed().data == number
