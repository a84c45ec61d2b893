"""`scalargrad exercise`."""

import argparse
import sys
from pathlib import Path

from scalargrad.cli.subject import SUBJECT, UsageError, whole, writing
from scalargrad.cli.terminal import filled
from scalargrad.files import write

# What makes sheets is imported where it is used, so that the other commands start without it.

PURPOSE = "set an exercise: a sheet with blanks, and its key"
EXAMPLES = (
    "scalargrad exercise sigmoid-2-2-1 --seed 7",
    "scalargrad exercise sigmoid-2-2-1 --seed 7 -o sheet.md -o sheet.pdf",
    'scalargrad exercise "a = w*x + b; tanh(a)" x=1 --seed 7 -o sheet.html',
    "scalargrad exercise mazur-2-2-2 --seed 1 --count 30 -o class.pdf",
)
BAR = "{desc}: {percentage:3.0f}% |{bar}| {elapsed}"
FORMS = (".md", ".html", ".json", ".csv", ".txt", ".tex", ".pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("subject", metavar="WHAT", help=SUBJECT)
    parser.add_argument(
        "values",
        nargs="*",
        default=[],
        metavar="name=value",
        help="numbers; a seed draws those that are left out",
    )
    parser.add_argument(
        "--seed", type=whole, metavar="N", help="draw pleasant numbers, the same for the same N"
    )
    parser.add_argument(
        "--draw", metavar="NAMES", help="what --seed draws though it has a number, as in --draw W,b"
    )
    parser.add_argument(
        "--count",
        type=whole,
        default=1,
        metavar="N",
        help="how many sheets, of different seeds from --seed on",
    )
    parser.add_argument(
        "--blanks", metavar="PHASE", default="all", help="all (the default), forward or reverse"
    )
    parser.add_argument(
        "--digits", type=whole, metavar="N", help="decimals asked for (default: 3, or 4 if needed)"
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
    from tqdm.auto import tqdm

    from scalargrad.cli.setting import exercises_of
    from scalargrad.cli.sheets import files

    paths = [Path(text.strip()) for text in options.output or ()]
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise UsageError(f"expected a file ending in {', '.join(FORMS)}, got {path.name!r}")
    if options.count < 1:
        raise UsageError(f"expected a count of at least 1, got {options.count}")
    total = options.count * (1 + len(paths))
    hidden = None if options.count > 1 else True  # a bar for a class set, where somebody may be looking
    with tqdm(desc="numbers", total=total, bar_format=BAR, disable=hidden, leave=False) as bar:
        exercises = exercises_of(options, bar.update)
        written: dict[Path, bytes] = {}
        for number, path in enumerate(paths, 2):
            bar.set_description_str(path.name)
            for file, content in files(path, exercises):
                _add(written, file, content)
                bar.update(min(1, number * options.count - bar.n))
            bar.update(number * options.count - bar.n)
    if not paths:
        print(filled("\n\n\n".join(map(str, exercises)), "  "))
    for path in sorted(written, key=lambda path: ".key" not in path.suffixes):  # no sheet without its key
        with writing(path):
            write(path, written[path])
    if written:
        print(*written, sep="\n")
    doubts = next(filter(None, (each.doubts for each in exercises)), "")
    if doubts and options.digits is None:
        advice = "give other numbers, leave some to --seed, or ask for more --digits"
        print(f"scalargrad: {doubts}; {advice}", file=sys.stderr)


def _add(written: dict[Path, bytes], path: Path, content: bytes) -> None:
    """Add a file; refuse a sheet in the place of a key."""
    if written.setdefault(path, content) != content:
        raise UsageError(f"{path} would be a sheet and a key: give the sheets another name")
