"""What people are given is what is kept in `kept_texts/`: no letter of it changes unseen."""

import shutil
from functools import partial

import kept
import kept_programs
import numpy as np
import pytest
from test_record_source import swept

MADE = dict(kept.made())
LAID_OUT = {("pages", "page of fan-out"), ("pages", "figure of a neuron"), ("pages", "layers of a net")}
EVERY = [(file, name) for file, texts in MADE.items() for name in texts]


@pytest.mark.parametrize("file", MADE)
def test_every_text_is_kept_and_none_besides(file):
    """Whoever adds one runs `python tests/kept.py`."""
    assert kept.read(file).keys() == MADE[file].keys()


@pytest.mark.filterwarnings("ignore::scalargrad.errors.AppliedTwiceWarning")  # which some texts are of
@pytest.mark.parametrize(("file", "name"), EVERY, ids=[f"{file}: {name}" for file, name in EVERY])
def test_a_text_is_as_it_is_kept(file, name):
    """Where it was meant to change, `python tests/kept.py` writes it anew."""
    if (file, name) == ("trainings", "plots"):
        pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    if (file, name) in LAID_OUT and not shutil.which("dot"):
        pytest.importorskip("pygraphviz", reason="no Graphviz is installed")
    assert kept.lined(MADE[file][name]()) == kept.read(file).get(name)


DRAWN = {f"at random, {seed}": partial(kept_programs.drawn, seed) for seed in kept_programs.SEEDS}
COMPUTED = kept_programs.OTHERS | DRAWN


@pytest.mark.parametrize("name", COMPUTED)
def test_programs_that_are_kept_compute_what_the_engine_does(name):
    """Also those that no other test runs; with derivatives by the arguments."""
    case = COMPUTED[name]()
    step, (value, derivatives) = case.recorded(), swept(case)
    found, by_arguments = step.value_and_grad(*case.arguments)
    assert np.mean(found) == pytest.approx(value, rel=1e-12)
    for given, wanted in zip(by_arguments if len(case.arguments) > 1 else [by_arguments], derivatives):
        np.testing.assert_allclose(np.ravel(given), wanted * np.size(found), rtol=1e-9, atol=1e-12)
