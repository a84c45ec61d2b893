"""`scalargrad page`."""

import argparse

from scalargrad.cli.output import add_output, save
from scalargrad.cli.subject import add_digits, add_subject, digits_of, program_of, subject_of
from scalargrad.examples import Example
from scalargrad.tracing import Trace

PURPOSE = "write a page that plays a trace, one file to open in a browser"
EXAMPLES = (
    "scalargrad page sigmoid-2-2-1 -o net.html",
    'scalargrad page "sigmoid(w*x + b)" w=2 x=1 b=0.5 -o neuron.html',
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    add_output(parser, ".html")
    parser.add_argument(
        "--parameters", metavar="NAMES", help="what descent moves, as m,c (default: weights and biases)"
    )
    parser.add_argument("--title", help="the title of the page (default: that of the example)")
    add_digits(parser)


def run(options: argparse.Namespace) -> None:
    """Write the page and print its path."""
    recorded, example = subject_of(options)

    def page() -> str:
        moved = [name for text in (options.parameters or "").split(",") if (name := text.strip())]
        return page_of(options, recorded, example, title=options.title, parameters=moved)

    save(options, "a page", {".html": page, ".htm": page})


def page_of(
    options: argparse.Namespace,
    recorded: Trace,
    example: Example | None,
    *,
    title: str | None = None,
    parameters: list[str] | None = None,
) -> str:
    """Return the page of what a command works on, with the program beside it."""
    return recorded.to_html(
        title=title or (example.title if example else None),
        digits=digits_of(options, example),
        rate=example.rate if example and example.rate else 0.1,
        source=program_of(options.subject, example),
        parameters=parameters or (),
    )
