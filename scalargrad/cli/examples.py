"""`scalargrad examples`."""

import argparse

from scalargrad.examples import GALLERY, example

PURPOSE = "list the worked examples, or show the code of one"
EXAMPLES = ("scalargrad examples", "scalargrad examples mazur-2-2-2")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", nargs="?", help="the example to show the code of")


def run(options: argparse.Namespace) -> None:
    """Print the names and titles of the gallery, or a program for one example."""
    if options.name is None:
        width = max(map(len, GALLERY))
        for each in GALLERY.values():
            print(f"{each.name:<{width}}  {each.title}")
    else:
        each = example(options.name)
        print(f"# {each.title}\n# {each.source}\n{each.code}")
