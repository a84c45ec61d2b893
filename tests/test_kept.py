"""What people are given is what is kept in `kept_texts/`: no letter of it changes unseen."""

import kept
import pytest

MADE = dict(kept.made())
EVERY = [(file, name) for file, texts in MADE.items() for name in texts]


@pytest.mark.parametrize("file", MADE)
def test_every_text_is_kept_and_none_besides(file):
    """Whoever adds one runs `python tests/kept.py`."""
    assert kept.read(file).keys() == MADE[file].keys()


@pytest.mark.parametrize(("file", "name"), EVERY, ids=[f"{file}: {name}" for file, name in EVERY])
def test_a_text_is_as_it_is_kept(file, name):
    """Where it was meant to change, `python tests/kept.py` writes it anew."""
    assert kept.lined(MADE[file][name]()) == kept.read(file).get(name)
