"""`scalargrad explain`."""

import argparse
from collections.abc import Callable

from scalargrad.cli.subject import UsageError, add_digits, add_subject, digits_of, subject_of
from scalargrad.cli.terminal import add_colour, inks, show, width
from scalargrad.study.explain import Explanation

PURPOSE = "write out why a derivative is what it is"
EXAMPLES = (
    "scalargrad explain sigmoid-2-2-1 --of w5",
    "scalargrad explain sigmoid-2-2-1 --of x1 --paths 3",
    "scalargrad explain mazur-2-2-2 --of w1 --expand --digits 6",
)

FORMS: dict[str, Callable[[Explanation], str]] = {  # beside text, which is fitted to its terminal
    "markdown": Explanation.to_markdown,
    "latex": Explanation.to_latex,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    add_digits(parser)
    parser.add_argument("--of", metavar="NAME", help="the value to differentiate by; --of may be left out")
    parser.add_argument("--paths", type=_count, default=0, metavar="K", help="add the K largest paths")
    parser.add_argument("--expand", action="store_true", help="explain all it rests on as well")
    parser.add_argument("--bar", action="store_true", help="write adjoints as v with a bar")
    parser.add_argument(
        "--as", dest="form", choices=("text", *FORMS), default="text", help="the form of the output"
    )
    add_colour(parser)


def _count(text: str) -> int:
    if not text.isdecimal():
        message = f"expected a whole number, got {text.strip()!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _taken_name(options: argparse.Namespace) -> str:
    """Return the name to differentiate by, which may stand among the values; leave those."""
    names = [text for text in options.values if "=" not in text]
    options.values = [text for text in options.values if "=" in text]
    asked = [name for name in (options.of, *names) if name is not None]
    if len(asked) != 1:
        got = f", got {' and '.join(asked)}" if asked else ""
        raise UsageError(f"say by which one value{got}; such as: {EXAMPLES[0]}")
    return str(asked[0]).strip()


def run(options: argparse.Namespace) -> None:
    """Print the chain rule, the substitution and the result."""
    name = _taken_name(options)
    recorded, example = subject_of(options)
    explanation = recorded.explain(
        name,
        digits=digits_of(options, example),
        notation="bar" if options.bar else "partial",
        paths=options.paths,
        expand=options.expand,
    )
    if options.form == "text":
        show(explanation.text(width(), inks(options.color).adjoint))
    else:
        print(FORMS[options.form](explanation))
