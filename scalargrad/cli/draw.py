"""`scalargrad draw`."""

import argparse
import re
from functools import partial
from typing import get_args

from scalargrad.cli.output import add_output, save
from scalargrad.cli.subject import UsageError, add_digits, add_subject, digits_of, subject_of
from scalargrad.drawing import DIRECTIONS, EDGES, STYLES, THEMES, draw
from scalargrad.drawing.picture import ChosenView
from scalargrad.errors import UnknownNameError

PURPOSE = "draw the computation graph as an image, or as DOT text"
EXAMPLES = (
    "scalargrad draw sigmoid-2-2-1 -o net.svg --view neurons",
    "scalargrad draw sigmoid-2-2-1 -o net.png --edges local --theme dark",
    'scalargrad draw "sigmoid(w*x + b)" w=2 x=1 b=0.5 -o neuron.pdf',
)
ARGUMENT = re.compile(r'(\w+)="(\w+)"')  # as it is written in Python


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    add_output(parser, ".svg, .png, .pdf, another image, or .dot")
    parser.add_argument("--view", choices=get_args(ChosenView), default="auto", help="what is one node")
    parser.add_argument("--edges", choices=EDGES, help="what to write on the edges")
    parser.add_argument("--theme", choices=THEMES, default="light", help="the colours")
    parser.add_argument("--style", choices=STYLES, default=STYLES[0], help="how nodes are drawn")
    parser.add_argument("--direction", choices=DIRECTIONS, default=DIRECTIONS[0], help="where values flow")
    parser.add_argument("--no-adjoints", action="store_true", help="show the forward pass alone")
    parser.add_argument("--no-values", action="store_true", help="show no more than what is given")
    add_digits(parser)


def run(options: argparse.Namespace) -> None:
    """Write the drawing to a file and print its path."""
    if options.no_adjoints and options.edges == "contribution":
        raise UsageError("--edges contribution writes what --no-adjoints hides: leave one of them out")
    recorded, example = subject_of(options)
    from scalargrad.drawing.figure import IMAGES, SOURCES  # here, so that all else starts without Graphviz

    try:
        figure = draw(
            recorded,
            options.view,
            edges=options.edges,
            values=not options.no_values,
            adjoints=not options.no_adjoints,
            style=options.style,
            theme=options.theme,
            direction=options.direction,
            digits=digits_of(options, example),
        )
    except UnknownNameError as error:  # two options that do not go together
        raise UsageError(ARGUMENT.sub(r"--\1 \2", str(error))) from None
    suffixes = [suffix for suffix in (*IMAGES, *SOURCES) if suffix]  # a file without one is rather a slip
    save(options, "a drawing", {suffix: partial(figure.form, suffix) for suffix in suffixes})
