"""`scalargrad examples`."""

import argparse

from scalargrad.cli.terminal import filled
from scalargrad.examples import GALLERY, example

PURPOSE = "list the worked examples, or show the code of one"
EXAMPLES = ("scalargrad examples", "scalargrad examples mazur-2-2-2")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "example", nargs="?", choices=GALLERY, metavar="NAME", help="the example to show the code of"
    )


def run(options: argparse.Namespace) -> None:
    """Print the names and titles of the gallery, or a program for one example."""
    if options.example is None:
        longest = max(map(len, GALLERY))
        for each in GALLERY.values():
            print(filled(f"{each.name:<{longest}}  {each.title}", " " * (longest + 2)))
    else:
        each = example(options.example)
        print(f"# {each.title}\n# {each.source}\n{each.code}")  # code is not folded: it is to be copied
