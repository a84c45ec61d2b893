"""Texts that the package makes stand as they were read and kept in `tests/kept`.

What they say is the law of other tests.  This one sees any change of a text, also one that computes the
same by another way, or reads worse: look at what differs and, if it is meant, write the files anew by
`python tests/test_kept.py`.
"""

import difflib
import functools
import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import ACCOUNTS, Account
from test_record_source import ZOO, of_zoo, program_of

KEPT = Path(__file__).parent / "kept"
LONG = {"chain", "chain, a batch", "deep", "irregular", "numbers"}  # of which digests are kept
LONG |= {"attention, one sample", "attention, a batch"}
ALIKE = {name for name in ZOO if name.startswith("MLP of ")}
ALIKE -= {"MLP of tanh", "MLP of elu(0.5)", "MLP of one"}
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
    written = program_of(step).written("all")
    constants = (f"{name} = {numbers.round(6).tolist()}\n" for name, numbers in written.constants.items())
    yield "as it runs", f"{''.join(constants)}{written.source}\n"
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
    return "\n".join(f"---- {what}\n{text}" for what, text in found.items())


def sections(text: str) -> dict[str, str]:
    """Return what is kept of each case."""
    parts = re.split(r"^==== (.*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (part.rstrip("\n") for part in parts[1::2])))


ALL: dict[str, dict[str, Account]] = {
    "programs.txt": {name: functools.partial(kept_of, name) for name in ZOO if name not in ALIKE},
    **ACCOUNTS,
}


@pytest.mark.parametrize(("file", "name"), [(file, name) for file, each in ALL.items() for name in each])
@pytest.mark.filterwarnings("ignore::scalargrad.errors.AppliedTwiceWarning")
def test_a_text_is_the_one_that_is_kept(file, name):
    """Listed, explained, drawn, on a page; of programs, as they run and, of some, in each library."""
    if file == "pages.txt" and not name.startswith(("model", "rows")):
        pytest.importorskip("pygraphviz") if not shutil.which("dot") else None
    kept = sections((KEPT / file).read_text(encoding="utf-8"))[name].splitlines()
    now = ALL[file][name]().rstrip("\n").splitlines()
    differing = list(difflib.unified_diff(kept, now, "kept", "now", n=1, lineterm=""))
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize("file", ALL)
def test_no_more_is_kept_than_there_is(file):
    """And it is short enough to be read."""
    text = (KEPT / file).read_text(encoding="utf-8")
    assert list(sections(text)) == list(ALL[file])
    assert len(text) < 90_000


def main() -> None:
    """Write what is kept anew."""
    KEPT.mkdir(exist_ok=True)
    for file, accounts in ALL.items():
        texts = (f"==== {name}\n{account().rstrip()}\n" for name, account in accounts.items())
        (KEPT / file).write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
