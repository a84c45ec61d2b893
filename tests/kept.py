"""Texts that people are given, kept in files; run, it writes anew those that are not so any more.

`python tests/kept.py`, or with the names of some, after a change that was meant to change them; the
difference in the files is then what people will see of it, to be read before it is committed.  No library
for it: syrupy and its kind bring an option and a form of file of their own, for the few lines here.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

TEXTS = Path(__file__).with_name("kept_texts")
MARK = "=== "  # before the name of a text; no line of a text begins so
Texts = Mapping[str, Callable[[], str]]


def made() -> Iterator[tuple[str, Texts]]:
    """Yield the name of each file of texts, and what makes these: the module `kept_` and this name."""
    for name in sorted(path.stem for path in Path(__file__).parent.glob("kept_*.py")):
        yield name.removeprefix("kept_"), importlib.import_module(name).TEXTS


def read(file: str) -> dict[str, str]:
    """Return the texts that are kept in a file, by their names."""
    content = (TEXTS / f"{file}.txt").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in f"\n{content}".split(f"\n{MARK}")[1:])
    return {name: text.removesuffix("\n") for name, _, text in parts}


def lined(text: str) -> str:
    """Return a text as it is kept: without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.rstrip("\n").split("\n"))


def write(file: str, texts: Texts) -> None:
    """Keep the texts as they are now."""
    content = "\n".join(f"{MARK}{name}\n{lined(make())}" for name, make in texts.items())
    (TEXTS / f"{file}.txt").write_text(f"{content}\n", encoding="utf-8")


if __name__ == "__main__":
    for each, texts in made():
        if each in (sys.argv[1:] or [each]):
            write(each, texts)
