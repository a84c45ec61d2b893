"""Texts that programs make of recorded functions stand as they were read and kept in `tests/kept`.

What they compute is the law of other tests.  This one sees any change of a text, also one that computes the
same by another way, or reads worse: look at what differs and, if it is meant, write the files anew by
`python tests/test_kept.py`.
"""

import difflib
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_record_source import ZOO, of_zoo, program_of

KEPT = Path(__file__).parent / "kept"
PROGRAMS = KEPT / "programs.txt"
LONG = {
    "chain",
    "chain, a batch",
    "deep",
    "irregular",
    "attention, one sample",
    "attention, a batch",
}  # digests
ALIKE = {name for name in ZOO if name.startswith("MLP of ")} - {
    "MLP of tanh",
    "MLP of elu(0.5)",
    "MLP of one",
}
ALIKE |= {"hinge of lists", "half the squared error", "cross-entropy by rows", "binary cross-entropy"}
WRITTEN = {
    *("MLP of tanh", "softmax layer", "one sample of a class", "embedding", "limits that are infinite"),
    *("branching", "whole part", "read afresh", "detached", "in parts", "ragged", "matrices"),
    *("recurrent, a batch", "whole batch of constants", "record of mazur-2-2-2"),
}  # whose sources are kept too
IN_ALL = {"embedding", "limits that are infinite", "branching", "whole part", "in parts", "matrices"}


def texts_of(name: str) -> Iterator[tuple[str, str]]:
    """Yield the listing of a case, the program as it runs, and sources, each with what it is."""
    step = of_zoo(name)[1]
    yield "listed", f"{step}\n"
    yield "as it runs", program_of(step).written("all").source + "\n"
    if name in WRITTEN:
        yield "in NumPy", step.source()
    if name in IN_ALL:
        yield "in PyTorch", step.source("torch")
        yield "in JAX", step.source("jax")


def kept_of(name: str) -> str:
    """Return the texts of a case under headings, or their digests where they are long.

    Numbers that were computed are rounded: the last digits of theirs differ from machine to machine.
    """
    found = {
        what: re.sub(r"(?<=_scale = max\()[-+.e\d]+", lambda x: f"{float(x[0]):.4g}", text)
        for what, text in texts_of(name)
    }
    if name in LONG:
        found = {what: f"{hashlib.sha256(text.encode()).hexdigest()}\n" for what, text in found.items()}
    return "\n".join(f"---- {name}: {what}\n{text}" for what, text in found.items())


def sections(text: str) -> dict[str, str]:
    """Return what is kept of each case."""
    parts = re.split(r"^(?=---- .*: listed$)", text, flags=re.MULTILINE)[1:]
    return {re.match(r"---- (.*): listed", part)[1]: part.rstrip("\n") for part in parts}


@pytest.mark.parametrize("name", [name for name in ZOO if name not in ALIKE])
def test_a_program_is_written_as_it_is_kept(name):
    """Listed, as it runs and, of some, in each library."""
    kept = sections(PROGRAMS.read_text(encoding="utf-8"))[name].splitlines()
    differing = list(difflib.unified_diff(kept, kept_of(name).rstrip("\n").splitlines(), "kept", "now", n=1))
    assert not differing, "\n".join(differing)


def test_no_more_is_kept_than_there_is():
    """And all together is short enough to be read."""
    text = PROGRAMS.read_text(encoding="utf-8")
    assert set(sections(text)) == set(ZOO) - ALIKE
    assert len(text) < 100_000


def main(write: Callable[[str], object]) -> None:
    """Write what is kept anew."""
    write("\n".join(kept_of(name) for name in ZOO if name not in ALIKE))


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    main(lambda text: PROGRAMS.write_text(text, encoding="utf-8"))
