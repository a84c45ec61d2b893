"""`scalargrad explain`."""

import argparse
import shlex
from functools import partial

from scalargrad.cli.output import add_forms, put
from scalargrad.cli.subject import UsageError, add_digits, add_subject, digits_of, subject_of, typed
from scalargrad.cli.terminal import add_colour, inks, show
from scalargrad.errors import first_of
from scalargrad.study.explain import Explanation
from scalargrad.tracing import Trace
from scalargrad.wengert.columns import width

PURPOSE = "write out why a derivative is what it is"
EXAMPLES = (
    "scalargrad explain sigmoid-2-2-1 --of w5",
    "scalargrad explain sigmoid-2-2-1 --of x1 --paths 3",
    "scalargrad explain mazur-2-2-2 --of w1 --expand --digits 6",
    "scalargrad explain sigmoid-2-2-1 --of w5 --as markdown",
)
FORMS = ("text", "markdown", "latex")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    add_digits(parser)
    parser.add_argument("--of", metavar="NAME", help="the value to differentiate by; --of may be left out")
    parser.add_argument("--paths", type=_count, default=0, metavar="K", help="add the K largest paths")
    parser.add_argument("--expand", action="store_true", help="explain all it rests on as well")
    parser.add_argument("--bar", action="store_true", help="write adjoints as v with a bar")
    add_forms(parser, FORMS)
    add_colour(parser)


def _count(text: str) -> int:
    if not text.isdecimal():
        message = f"expected a whole number, got {text.strip()!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _taken_names(options: argparse.Namespace) -> list[str]:
    """Return the names to differentiate by, which may stand among the values; leave those."""
    names = [text for text in options.values if "=" not in text]
    options.values = [text for text in options.values if "=" in text]
    return [name.strip() for name in (options.of, *names) if name is not None]


def _one(names: list[str], options: argparse.Namespace, recorded: Trace) -> str:
    """Return the one name that was given; else say which there are, with the command to type."""
    if len(names) == 1:
        return names[0]
    known = [v.name for v in recorded if v.role != "constant" and v is not recorded.output]
    known = known or [recorded.output.name]
    got = f", got {' and '.join(names)}" if names else ""
    line = f"scalargrad explain {typed(options)} --of {shlex.quote(known[0])}"
    raise UsageError(f"say by which one value{got}; there are: {first_of(known)}; such as: {line}")


def run(options: argparse.Namespace) -> None:
    """Print the chain rule, the substitution and the result."""
    names = _taken_names(options)
    recorded, example = subject_of(options)
    explanation = recorded.explain(
        _one(names, options, recorded),
        digits=digits_of(options, example),
        notation="bar" if options.bar else "partial",
        paths=options.paths,
        expand=options.expand,
    )
    put(options, "an explanation", explanation.forms, partial(_show, options, explanation))


def _show(options: argparse.Namespace, explanation: Explanation) -> None:
    show(explanation.text(width(), inks(options.color).adjoint))
