"""Laws of the gallery: the library reproduces what the sources print, and readers can copy the code."""

import contextlib
import io
import re

import pytest

from scalargrad import trace
from scalargrad.errors import UnknownNameError
from scalargrad.examples import GALLERY, example

EXPECTED = [
    pytest.param(each, name, text, id=f"{each.name} {name}")
    for each in GALLERY.values()
    for name, text in each.expected.items()
]


def rounded_like(text, x):
    """Tell whether a printed decimal is x rounded to the decimals it has."""
    return round(x, len(text.partition(".")[2])) == float(text)


@pytest.mark.parametrize(("each", "name", "text"), EXPECTED)
def test_the_numbers_of_the_source_are_reproduced_to_their_last_digit(each, name, text):
    """A value, or the adjoint of `d name`, rounds to what the source prints."""
    row = trace(each.output())[name.removeprefix("d ")]
    assert rounded_like(text, row.adjoint if name.startswith("d ") else row.value)


def test_one_step_of_gradient_descent_gives_mazurs_updated_weights():
    """With η = 0.5, w5 becomes 0.35891648 and w1 0.149780716."""
    each = example("mazur-2-2-2")
    recorded = trace(each.output())
    assert each.updated
    for name, text in each.updated.items():
        row = recorded[name]
        assert rounded_like(text, row.value - each.rate * row.adjoint)


def test_the_last_delta_of_softmax_and_cross_entropy_is_p_minus_y():
    """∂L/∂s = p - y, with p the softmax of the logits s and y = (1, 0)."""
    import numpy as np

    recorded = trace(example("relu-softmax").output())
    logits = np.array([recorded["s1"].value, recorded["s2"].value])
    p = np.exp(logits) / np.exp(logits).sum()
    assert np.allclose([recorded["s1"].adjoint, recorded["s2"].adjoint], p - [1, 0], atol=1e-15)


def test_a_residual_block_adds_one_to_the_derivative():
    """dH/dx = dF/dx + 1, where dF/dx is what comes through the other path."""
    recorded = trace(example("residual").output())
    contributions = [c.contribution for s in recorded.steps for c in s.contributions if c.target.name == "x"]
    assert 1.0 in contributions
    assert recorded["x"].adjoint == sum(contributions)


@pytest.mark.parametrize("each", GALLERY.values(), ids=GALLERY)
def test_the_code_of_an_example_is_a_program_that_prints_its_trace(each):
    """What `scalargrad examples NAME` shows runs as it stands."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(each.code, {})
    assert printed.getvalue().strip() == str(trace(each.output()))


@pytest.mark.parametrize("each", GALLERY.values(), ids=GALLERY)
def test_titles_and_sources_are_stated_and_fit_a_terminal(each):
    """A list of names and titles has at most 90 columns; signs and indices are those of mathematics."""
    assert each.title
    assert each.source
    assert len(f"{max(GALLERY, key=len)}  {each.title}") <= 90
    assert not re.search(r"\bd[A-Za-z]+/d|[A-Za-z][0-9]| - ", each.title)


def test_numbers_of_an_example_can_be_changed_and_wrong_names_are_refused():
    """output(w1=…) replaces a leaf; an unknown one is answered with those there are."""
    changed = trace(example("sigmoid-2-2-1").output(w1=0.0))
    assert changed["w1"].value == 0.0
    with pytest.raises(UnknownNameError, match="unknown input of sigmoid-2-2-1 'w9'"):
        example("sigmoid-2-2-1").output(w9=0.0)
    with pytest.raises(UnknownNameError, match="did you mean mazur-2-2-2"):
        example("mazur")
