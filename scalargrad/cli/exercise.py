"""`scalargrad exercise`."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from scalargrad.cli.subject import SUBJECT, UsageError, looks_like_a_name, numbers, traced, whole, writing
from scalargrad.cli.terminal import filled
from scalargrad.examples import GALLERY
from scalargrad.expressions import free_names
from scalargrad.files import write

if TYPE_CHECKING:
    from scalargrad.exercises import Exercise

# What makes sheets is imported where it is used, so that the other commands start without it.

PURPOSE = "set an exercise: a sheet with blanks, and its key"
EXAMPLES = (
    "scalargrad exercise sigmoid-2-2-1 --seed 7",
    "scalargrad exercise sigmoid-2-2-1 --seed 7 -o sheet.md -o sheet.pdf",
    'scalargrad exercise "a = w*x + b; tanh(a)" --seed 7 -o sheet.html',
    "scalargrad exercise mazur-2-2-2 --seed 1 --count 30 -o class.pdf",
)
FORMS = (".md", ".html", ".json", ".csv", ".txt", ".tex", ".pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("subject", metavar="WHAT", help=SUBJECT)
    parser.add_argument(
        "values", nargs="*", default=[], metavar="name=value", help="numbers; a seed draws others"
    )
    parser.add_argument(
        "--seed", type=whole, metavar="N", help="draw pleasant numbers, the same for the same N"
    )
    parser.add_argument(
        "--count", type=whole, default=1, metavar="N", help="how many sheets, of seeds from --seed on"
    )
    parser.add_argument(
        "--blanks", metavar="PHASE", default="all", help="all (the default), forward or reverse"
    )
    parser.add_argument(
        "--digits", type=whole, metavar="N", help="decimals asked for (default: 3, more if needed)"
    )
    parser.add_argument("--hints", action="store_true", help="show the chain rule of each derivative")
    parser.add_argument("--title", help="the title of the sheet (default: that of the example)")
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        metavar="FILE",
        help=f"write a sheet and its key: {', '.join(FORMS)}; may be given several times",
    )


def run(options: argparse.Namespace) -> None:
    """Write sheets and keys, and print their paths; without -o, print the sheets."""
    from scalargrad.cli.sheets import files

    paths = [Path(text.strip()) for text in options.output or ()]
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise UsageError(f"expected a file ending in {', '.join(FORMS)}, got {path.name!r}")
    exercises = _exercises(options)
    if not paths:
        print(filled("\n\n\n".join(map(str, exercises)), "  "))
    written = _apart(file for path in paths for file in files(path, exercises))
    for path in sorted(written, key=lambda path: ".key" not in path.suffixes):  # no sheet without its key
        with writing(path):
            write(path, written[path])
    if written:
        print(*written, sep="\n")


def _apart(files: Iterable[tuple[Path, bytes]]) -> dict[Path, bytes]:
    """Return files by their paths; refuse a sheet in the place of a key."""
    written: dict[Path, bytes] = {}
    for path, content in files:
        if written.setdefault(path, content) != content:
            raise UsageError(f"{path} would be a sheet and a key: give the sheets another name")
    return written


def _exercises(options: argparse.Namespace) -> "list[Exercise]":
    from scalargrad.exercises import exercise

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
    recorded = traced(text, values)
    return [
        exercise(
            recorded,
            seed=seed,
            blanks=options.blanks,
            digits=options.digits,
            hints=options.hints,
            title=options.title or (one.title if one else None),
            name=text if one else "",
        )
        for seed in seeds
    ]
