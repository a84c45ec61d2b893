"""`scalargrad page`."""

import argparse
from pathlib import Path

from scalargrad.cli.subject import UsageError, add_digits, add_subject, digits_of, subject_of, writing
from scalargrad.files import write

PURPOSE = "write a page that plays a trace, one file to open in a browser"
EXAMPLES = (
    "scalargrad page sigmoid-2-2-1 -o net.html",
    'scalargrad page "sigmoid(w*x + b)" w=2 x=1 b=0.5 -o neuron.html',
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the file to write: .html")
    parser.add_argument(
        "--parameters", metavar="NAMES", help="what descent moves, as m,c (default: weights and biases)"
    )
    parser.add_argument("--title", help="the title of the page (default: that of the example)")
    add_digits(parser)


def run(options: argparse.Namespace) -> None:
    """Write the page and print its path."""
    path = Path(options.output.strip())
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"expected a file ending in .html, got {path.name!r}")
    recorded, example = subject_of(options)
    title = options.title or (example.title if example else None)
    source = example.code if example else "\n".join(map(str.strip, options.subject.split(";")))
    rate = example.rate if example and example.rate else 0.1
    moved = [name for text in (options.parameters or "").split(",") if (name := text.strip())]
    page = recorded.to_html(
        title=title, digits=digits_of(options, example), rate=rate, source=source, parameters=moved
    )
    with writing(path):
        write(path, page)
    print(path)
