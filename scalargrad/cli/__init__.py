"""The command line: `main` runs one of the commands, which have a module each."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from scalargrad import __version__
from scalargrad.cli import check, draw, examples, exercise, explain, page, step, trace
from scalargrad.cli.plain import PLAIN_LETTERS
from scalargrad.cli.subject import UsageError
from scalargrad.errors import ExpressionError, ScalargradError

COMMANDS = (examples, trace, step, explain, exercise, check, draw, page)
LISTS = ("values", "claims")  # arguments of which there may be any number
OPTIONS = {"-h", "--help", "--version", "--digits", "-o"}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status: 2 after one line on standard error for a slip, else 0.

    Only `check` has a third answer, 1: the command was right, but the hand work was not.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAIN_LETTERS)  # d for ∂ on a terminal that lacks it
    try:
        options = _parsed(_shielded(sys.argv[1:] if arguments is None else arguments))
        status = options.run(options) or 0
        sys.stdout.flush()
    except ScalargradError as error:
        print(f"scalargrad: {error}", file=sys.stderr)
        if isinstance(error, ExpressionError) and error.pointer:
            print("  " + error.pointer.replace("\n", "\n  "), file=sys.stderr)
        return 2
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more can be written
        if isinstance(error, BrokenPipeError):  # the reader, `head` for one, has seen enough
            return 0
        print(f"scalargrad: cannot write the output: {error.strerror}", file=sys.stderr)
        return 2
    return int(status)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="scalargrad",
        description="Step through reverse-mode automatic differentiation of scalar code.",
        epilog="examples:\n" + "\n".join(f"  {command.EXAMPLES[0]}" for command in COMMANDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"scalargrad {__version__}")
    parser.set_defaults(run=lambda _: parser.print_help())  # where no command is named
    commands = parser.add_subparsers(metavar="command", title="commands")
    for command in COMMANDS:
        subparser = commands.add_parser(
            command.__name__.rpartition(".")[2],
            help=command.PURPOSE,
            description=f"{command.PURPOSE[0].upper()}{command.PURPOSE[1:]}.",
            epilog="examples:\n" + "\n".join(f"  {line}" for line in command.EXAMPLES),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options, with what stands after them taken for more of what may stand before them."""
    parser = _parser()
    options, late = parser.parse_known_args(arguments)
    several = next((each for each in (vars(options).get(key) for key in LISTS) if each is not None), None)
    if late and (several is None or any(text.startswith("-") for text in late)):
        parser.error(f"unrecognized arguments: {' '.join(late)}")
    if late and several is not None:
        several += late
    return options


def _shielded(arguments: Sequence[str]) -> list[str]:
    """Keep an expression that begins with a minus sign from being taken for an option."""
    return [
        f" {text}" if text[:1] == "-" and text[1:2] not in {"", "-"} and text not in OPTIONS else text
        for text in arguments
    ]
