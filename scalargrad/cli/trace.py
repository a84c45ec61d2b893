"""`scalargrad trace`."""

import argparse
from functools import partial
from typing import get_args

from scalargrad.cli.output import WORDS, add_forms, put
from scalargrad.cli.page import page_of
from scalargrad.cli.subject import UsageError, add_digits, add_subject, digits_of, subject_of
from scalargrad.cli.terminal import add_colour, filled, inks, show
from scalargrad.examples import Example
from scalargrad.study.tables import TableKind
from scalargrad.tracing import Trace
from scalargrad.wengert.columns import width
from scalargrad.wengert.descent import updates
from scalargrad.wengert.listing import listing
from scalargrad.wengert.roles import parameters

PURPOSE = "print the forward and the reverse trace side by side"
EXAMPLES = (
    "scalargrad trace sigmoid-2-2-1",
    "scalargrad trace sigmoid-2-2-1 w1=2 --digits 6",
    'scalargrad trace "sigmoid(w*x + b)" w=2 x=1 b=0.5',
    'scalargrad trace "a = w*x + b; h = sigmoid(a)" w=2 x=1 b=0.5',
    'scalargrad trace "sum(relu(W@x))" "W=[[1, -2], [3, 4]]" "x=[0.5, 1]"',
    "scalargrad trace - w=2 x=1 b=0.5 < formula.txt",
    "scalargrad trace sigmoid-2-2-1 -o table.tex --table neurons",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    add_digits(parser)
    parser.add_argument(
        "--table",
        type=str.strip,
        choices=get_args(TableKind),
        metavar="KIND",
        help="show a table of this kind: statements (which .md and .tex are else), instructions, neurons",
    )
    add_forms(parser, WORDS, ", .svg and what else draw writes")
    add_colour(parser)


def run(options: argparse.Namespace) -> None:
    """Print the trace, or write it to files; a file is what `page` and `draw` write of that suffix."""
    recorded, example = subject_of(options)
    page = partial(page_of, options, recorded, example)
    digits, kind = digits_of(options, example), options.table
    if kind is None:
        forms = recorded.forms(digits) | {".html": page, ".htm": page}
        put(options, "a trace", forms, partial(_show, options, recorded, example))
    elif options.form in {"json", "html"}:
        raise UsageError(f"a table is text, markdown or latex, and --as asks for {options.form}")
    else:
        forms = recorded.forms(digits, kind)
        put(options, "a table", forms, lambda: show(recorded.table(kind, "text", digits)))


def _show(options: argparse.Namespace, recorded: Trace, example: Example | None) -> None:
    """Print the listing and, for an example that takes one, a step of gradient descent."""
    digits, colours = digits_of(options, example), inks(options.color)
    if example:
        print(filled(f"{example.title}\n({example.source})\n"))
    show(listing(recorded, digits, width(), colours))
    if example and example.rate:
        moved = [v.name for v in parameters(recorded)]
        print(f"\nOne step of gradient descent, v - {example.rate:g} dv:\n")
        show(updates(recorded, example.rate, moved, digits, colours, width=width()))
