"""The command line: `scalargrad examples` and `scalargrad trace`."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from scalargrad import __version__, trace
from scalargrad.engine import Value
from scalargrad.errors import ExpressionError, ScalargradError, unknown
from scalargrad.examples import GALLERY, Example, example
from scalargrad.expressions import evaluate
from scalargrad.listing import listing, updates

SUBJECT = "the name of an example, or an expression such as 'a = w*x + b; sigmoid(a)'"


class UsageError(ScalargradError):
    """Report a slip on the command line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after one line on standard error that says what was wrong."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows ? for it
    try:
        options = _parser().parse_args(_shielded(sys.argv[1:] if arguments is None else arguments))
        options.run(options)
        sys.stdout.flush()
    except ScalargradError as error:
        print(f"scalargrad: {error}", file=sys.stderr)
        if isinstance(error, ExpressionError) and error.pointer:
            print("  " + error.pointer.replace("\n", "\n  "), file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="scalargrad",
        description="Step through reverse-mode automatic differentiation of scalar code.",
        epilog="examples:\n  scalargrad examples\n  scalargrad trace sigmoid-2-2-1",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"scalargrad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command", title="commands", dest="command")

    gallery = _command(commands, "examples", "list the worked examples, or show the code of one")
    gallery.add_argument("name", nargs="?", help="the example to show the code of")
    gallery.set_defaults(run=_examples)
    gallery.epilog = "examples:\n  scalargrad examples\n  scalargrad examples mazur-2-2-2"

    tracing = _command(commands, "trace", "print the forward and the reverse trace side by side")
    add_subject(tracing)
    tracing.add_argument("--digits", type=_digits, metavar="N", help="decimals to show (default: 4)")
    tracing.set_defaults(run=_trace)
    tracing.epilog = (
        "examples:\n  scalargrad trace sigmoid-2-2-1\n  scalargrad trace sigmoid-2-2-1 w1=2 --digits 6\n"
        '  scalargrad trace "sigmoid(w*x + b)" w=2 x=1 b=0.5\n'
        '  scalargrad trace "a = w*x + b; h = sigmoid(a)" w=2 x=1 b=0.5'
    )
    return parser


def _command(commands: "argparse._SubParsersAction[_Parser]", name: str, purpose: str) -> _Parser:
    description = purpose[0].upper() + purpose[1:] + "."
    form = argparse.RawDescriptionHelpFormatter
    return commands.add_parser(name, help=purpose, description=description, formatter_class=form)


def add_subject(command: argparse.ArgumentParser) -> None:
    """Add the arguments that say what to work on: an example or an expression, and values of names."""
    command.add_argument("subject", metavar="WHAT", help=SUBJECT)
    command.add_argument("values", nargs="*", metavar="name=value", help="a number for each name")


def _shielded(arguments: Sequence[str]) -> list[str]:
    """Keep an expression that begins with a minus sign from being taken for an option."""
    options = {"-h", "--help", "--version", "--digits"}
    return [
        f" {text}"
        if text.startswith("-") and text.partition("=")[0] not in options and len(text) > 1
        else text
        for text in arguments
    ]


def _digits(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 17:
        message = f"expected a whole number from 1 to 17, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _examples(options: argparse.Namespace) -> None:
    if options.name is None:
        width = max(map(len, GALLERY))
        for each in GALLERY.values():
            print(f"{each.name:<{width}}  {each.title}")
    else:
        each = example(options.name)
        print(f"# {each.title}\n# {each.source}\n{each.code}")


def _trace(options: argparse.Namespace) -> None:
    output, subject = subject_of(options)
    if subject:
        print(f"{subject.title}\n({subject.source})\n")
    digits = options.digits or (subject.digits if subject else 4)
    recorded = trace(output)
    print(listing(recorded, digits))
    if subject and subject.rate:
        print(f"\nOne step of gradient descent, v - {subject.rate:g} dv:\n")
        print(updates(recorded, subject.rate, subject.parameters, digits))


def subject_of(options: argparse.Namespace) -> tuple[Value, Example | None]:
    """Return the output the arguments ask for and, if it is one, the example it comes from."""
    text, values = options.subject.strip(), _numbers(options.values)
    if text in GALLERY:
        return example(text).output(**values), example(text)
    if _looks_like_a_name(text) and not values:
        raise UsageError(f"{unknown('example', text, GALLERY)} Or give values for an expression, name=value.")
    output = evaluate(text, values)
    output.label = output.label or ("y" if "y" not in values else "")
    return output, None


def _looks_like_a_name(text: str) -> bool:
    return text.replace("-", "").replace("_", "").isalnum() and not text.replace("-", "").isdecimal()


def _numbers(assignments: Sequence[str]) -> dict[str, float]:
    values = {}
    for text in assignments:
        name, equals, number = text.strip().partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"expected name=value, such as x=0.5, got {text.strip()!r}")
        if name in values:
            raise UsageError(f"{name} is given twice")
        try:
            values[name] = float(number)
        except ValueError:
            raise UsageError(f"expected a number for {name}, got {number!r}") from None
    return values
