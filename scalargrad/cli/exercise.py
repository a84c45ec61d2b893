"""`scalargrad exercise`."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

from scalargrad.cli.subject import SUBJECT, UsageError, looks_like_a_name, numbers, output_of, writing
from scalargrad.examples import GALLERY
from scalargrad.exercises import Exercise, classes, exercise
from scalargrad.exercises.asked import Blanks
from scalargrad.exercises.key import to_json
from scalargrad.exercises.latex import document
from scalargrad.exercises.pdf import pdf
from scalargrad.expressions import free_names

PURPOSE = "set an exercise: a sheet with blanks, and its key"
EXAMPLES = (
    "scalargrad exercise sigmoid-2-2-1 --seed 7",
    "scalargrad exercise sigmoid-2-2-1 --seed 7 -o sheet.md -o sheet.pdf",
    'scalargrad exercise "a = w*x + b; tanh(a)" --seed 7 -o sheet.html',
    "scalargrad exercise mazur-2-2-2 --seed 1 --count 30 -o class.pdf",
)
ALONE: dict[str, Callable[[Exercise], str]] = {  # forms to fill in: a file for each sheet
    ".md": lambda each: each.sheet.to_markdown(),
    ".html": lambda each: each.to_html(),
    ".json": lambda each: each.sheet.to_json(),
    ".csv": lambda each: each.sheet.to_csv(),
    ".txt": lambda each: f"{each}\n",
}
SOLVED: dict[str, Callable[[Exercise], str]] = {  # what else has a key to print, for one sheet
    ".md": lambda each: each.solution.to_markdown(),
    ".txt": lambda each: f"{each.solution}\n",
    ".tex": lambda each: each.solution.to_latex(),
}
TOGETHER = {".md": classes.markdown, ".txt": classes.text, ".tex": classes.latex}  # and for a class
PRINTED = (".tex", ".pdf")  # forms to print: one file of all sheets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("subject", metavar="WHAT", help=SUBJECT)
    parser.add_argument("values", nargs="*", metavar="name=value", help="numbers; a seed draws others")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="draw pleasant numbers, the same for the same N"
    )
    parser.add_argument(
        "--count", type=int, default=1, metavar="N", help="how many sheets, of seeds from --seed on"
    )
    parser.add_argument("--blanks", choices=get_args(Blanks), default="all", help="what is asked for")
    parser.add_argument(
        "--digits", type=int, metavar="N", help="decimals asked for (default: 3, more if needed)"
    )
    parser.add_argument("--hints", action="store_true", help="show the chain rule of each derivative")
    parser.add_argument("--title", help="the title of the sheet (default: that of the example)")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        metavar="FILE",
        help=f"write a sheet and its key: {', '.join([*ALONE, *PRINTED])}; may be given several times",
    )


def run(options: argparse.Namespace) -> None:
    """Write sheets and keys, and print their paths; without -o, print the sheets."""
    paths = [Path(text.strip()) for text in options.output or ()]
    for path in paths:
        if path.suffix.lower() not in {*ALONE, *PRINTED}:
            forms = ", ".join([*ALONE, *PRINTED])
            raise UsageError(f"expected a file ending in {forms}, got {path.name!r}")
    exercises = _exercises(options)
    if not paths:
        print(*exercises, sep="\n\n\n")
    written = dict(file for path in paths for file in _files(path, exercises))
    for path, content in written.items():
        with writing(path):
            path.write_bytes(content)
        print(path)


def _exercises(options: argparse.Namespace) -> list[Exercise]:
    text, values = options.subject.strip(), numbers(options.values)
    if options.count < 1:
        raise UsageError(f"expected a count of at least 1, got {options.count}")
    seeds = [options.seed]
    if options.count > 1:
        first = 1 if options.seed is None else options.seed
        seeds = list(range(first, first + options.count))
    one = GALLERY.get(text)
    if one is None and seeds != [None] and not looks_like_a_name(text):
        values = {name: 0.5 + i / 8 for i, name in enumerate(free_names(text))} | values  # to be drawn anew
    output = output_of(text, values)
    return [
        exercise(
            output,
            seed=seed,
            blanks=options.blanks,
            digits=options.digits,
            hints=options.hints,
            title=options.title or (one.title if one else None),
            name=text if one else "",
        )
        for seed in seeds
    ]


def _files(path: Path, exercises: list[Exercise]) -> Iterator[tuple[Path, bytes]]:
    """Yield the files of one form: sheets, keys to print, the key to mark with."""
    form, is_class = path.suffix.lower(), len(exercises) > 1
    if form in ALONE:
        width = len(str(len(exercises)))
        for number, each in enumerate(exercises, 1):
            own = path.with_stem(f"{path.stem}-{number:0{width}}") if is_class else path
            yield own, ALONE[form](each).encode()
    else:
        yield path, _printed(document(each.sheet for each in exercises), form)
    if (plain := ".tex" if form == ".pdf" else form) in SOLVED:
        text = TOGETHER[plain](exercises) if is_class else SOLVED[plain](exercises[0])
        yield path.with_suffix(f".key{form}"), _printed(text, form)
    yield path.with_suffix(".key.json"), to_json(each.record for each in exercises).encode()


def _printed(text: str, form: str) -> bytes:
    return pdf(text) if form == ".pdf" else text.encode()
