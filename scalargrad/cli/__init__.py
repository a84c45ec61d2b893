"""The command line: `main` runs one of the commands, which have a module each."""

import os
import sys
from collections.abc import Sequence

from scalargrad.cli import check, draw, examples, exercise, explain, page, step, trace
from scalargrad.cli.parser import parsed, parser_of
from scalargrad.cli.plain import PLAIN_LETTERS
from scalargrad.errors import ExpressionError, ScalargradError

COMMANDS = (examples, trace, step, explain, exercise, check, draw, page)
INTERRUPTED = 130  # as shells have it: 128 and the number of the signal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status: 2 after one line on standard error for a slip, else 0.

    Only `check` has a third answer, 1: the command was right, but the hand work was not.  Ctrl-C ends any
    with 130.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAIN_LETTERS)  # d for ∂ on a terminal that lacks it
    try:
        parser = parser_of(COMMANDS)
        if "_ARGCOMPLETE" in os.environ:  # the shell asks, on Tab
            from scalargrad.cli.completion import complete

            complete(parser)
        options = parsed(parser, sys.argv[1:] if arguments is None else arguments)
        status = options.run(options) or 0
        sys.stdout.flush()
    except ScalargradError as error:
        print(f"scalargrad: {error}", file=sys.stderr)
        if isinstance(error, ExpressionError) and error.pointer:
            print("  " + error.pointer.replace("\n", "\n  "), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("scalargrad: interrupted", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more can be written
        if isinstance(error, BrokenPipeError):  # the reader, `head` for one, has seen enough
            return 0
        print(f"scalargrad: cannot write the output: {error.strerror}", file=sys.stderr)
        return 2
    return int(status)
