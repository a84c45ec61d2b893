"""`scalargrad draw`."""

import argparse
import re
from pathlib import Path
from typing import get_args

from scalargrad.cli.subject import UsageError, add_digits, add_subject, digits_of, subject_of, writing
from scalargrad.drawing import DIRECTIONS, EDGES, STYLES, THEMES, draw
from scalargrad.drawing.picture import ChosenView
from scalargrad.errors import RendererError, UnknownNameError
from scalargrad.files import write

PURPOSE = "draw the computation graph as an image, or as DOT text"
EXAMPLES = (
    "scalargrad draw sigmoid-2-2-1 -o net.svg --view neurons",
    "scalargrad draw sigmoid-2-2-1 -o net.png --edges local --theme dark",
    'scalargrad draw "sigmoid(w*x + b)" w=2 x=1 b=0.5 -o neuron.pdf',
)
ARGUMENT = re.compile(r'(\w+)="(\w+)"')  # as it is written in Python
FORMATS = ("svg", "png", "pdf", "dot")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help=f"the file to write: .{', .'.join(FORMATS)}"
    )
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
    path = Path(options.output.strip())
    kind = path.suffix[1:].lower()
    if kind not in FORMATS:
        raise UsageError(f"expected a file ending in .{', .'.join(FORMATS)}, got {path.name!r}")
    if options.no_adjoints and options.edges == "contribution":
        raise UsageError("--edges contribution writes what --no-adjoints hides: leave one of them out")
    recorded, example = subject_of(options)
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
    try:
        data = figure.source.encode() if kind == "dot" else figure.pipe(kind)
    except RendererError as error:
        from scalargrad.drawing.render import DOT_TEXT  # which runs processes, as the other commands do not

        advice = str(error).removesuffix(DOT_TEXT)
        raise UsageError(f"{advice}; -o {path.with_suffix('.dot')} writes it as DOT text") from None
    with writing(path):
        write(path, data)
    print(path)
