"""The files that an exercise is written to, by their forms."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from scalargrad.exercises import Exercise, classes
from scalargrad.exercises.key import to_json
from scalargrad.exercises.latex import document
from scalargrad.exercises.pdf import pdf

ALONE = (".md", ".html", ".json", ".csv", ".txt")  # forms to fill in: a file for each sheet
SOLVED = (".md", ".txt", ".tex")  # forms that have a key to print, too
TOGETHER = {".md": classes.markdown, ".txt": classes.text, ".tex": classes.latex}  # for a class


def files(path: Path, exercises: Sequence[Exercise]) -> Iterator[tuple[Path, bytes]]:
    """Yield the files of one form: sheets, keys to print, the key to mark with.

    >>> from scalargrad import Value, exercise
    >>> [path.name for path, _ in files(Path("x.csv"), [exercise(Value(3.0, label="x") ** 2)])]
    ['x.csv', 'x.key.json']
    """
    form, is_class = path.suffix.lower(), len(exercises) > 1
    if form in ALONE:
        width = max(2, len(str(len(exercises))))
        for number, each in enumerate(exercises, 1):
            own = path.with_stem(f"{path.stem}-{number:0{width}}") if is_class else path
            yield own, _encoded(each.forms[form]())
    else:  # a form to print: one file of all sheets
        yield path, _printed(document(each.sheet for each in exercises), form)
    if (plain := ".tex" if form == ".pdf" else form) in SOLVED:
        text = TOGETHER[plain](exercises) if is_class else str(exercises[0].solution.forms[plain]())
        yield path.with_suffix(f".key{form}"), _printed(text, form)
    yield path.with_suffix(".key.json"), to_json(each.record for each in exercises).encode()


def _encoded(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _printed(text: str, form: str) -> bytes:
    return pdf(text) if form == ".pdf" else text.encode()
