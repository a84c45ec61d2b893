"""The same program gives the same bytes, whatever the seed of Python's hashes."""

import json
import shutil
from pathlib import Path

import formats
import pytest
from seeds import outputs

PROGRAM = Path(formats.__file__)
DRAWS = shutil.which("dot") is not None


@pytest.fixture(scope="module")
def digests():
    """Return the digests of all formats, under each seed."""
    wanted = formats.FORMATS if DRAWS else formats.FORMATS.keys() - formats.DRAWN
    return list(map(json.loads, outputs(PROGRAM, *wanted)))


@pytest.mark.parametrize("name", formats.FORMATS)
def test_a_format_is_byte_identical_under_every_hash_seed(name, digests):
    """Neither the order of a set nor an address comes into anything that is given out."""
    if name in formats.DRAWN and not DRAWS:
        pytest.skip("the dot executable is not installed")
    assert len({each[name] for each in digests}) == 1


def test_the_seeds_do_give_different_orders(tmp_path):
    """The test is tested: a program that prints a set prints another one under each seed."""
    program = tmp_path / "program.py"
    program.write_text("print({'x', 'y', 'z', 'u', 'v', 'w'}, {'a', 'b', 'c', 'd', 'e', 'f'})")
    assert len(set(outputs(program))) == 3
