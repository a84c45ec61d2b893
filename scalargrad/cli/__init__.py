"""The command line: `main` runs one of the commands, which have a module each."""

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scalargrad.cli import check, draw, examples, exercise, explain, page, step, trace
from scalargrad.cli.parser import parsed, parser_of
from scalargrad.cli.plain import PLAIN_LETTERS
from scalargrad.errors import ExpressionError, ScalargradError
from scalargrad.wengert.columns import width

COMMANDS = (examples, trace, step, explain, exercise, check, draw, page)
INTERRUPTED = 130  # as shells have it: 128 and the number of the signal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its status: 2 after one line on standard error for a slip, else 0.

    Only `check` has a third answer, 1: the command was right, but the hand work was not.  Ctrl-C ends any
    with 130.
    """
    _prepare_streams()
    try:
        parser = parser_of(COMMANDS)
        if "_ARGCOMPLETE" in os.environ:  # the shell asks, on Tab
            from scalargrad.cli.completion import complete

            complete(parser)
        options = parsed(parser, sys.argv[1:] if arguments is None else arguments)
        with _warnings_told():
            status = options.run(options) or 0
        sys.stdout.flush()
    except ScalargradError as error:
        print(f"scalargrad: {error}", file=sys.stderr)
        if isinstance(error, ExpressionError):
            print(*_pointer(error), sep="\n", end="\n" if error.pointer else "", file=sys.stderr)
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


def _prepare_streams() -> None:
    """Write d for ∂ on a terminal that lacks it; have streams also where the shell has closed them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # to the end
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAIN_LETTERS)


def _pointer(error: ExpressionError) -> list[str]:
    """Return the lines that point to the place of an error; of a long expression, what is around it."""
    room = (width() or 80) - len("  ")
    start = max(0, min(error.start - room // 2, len(error.line) - room))
    return [f"  {line[start : start + room]}" for line in error.pointer.splitlines()]


@contextmanager
def _warnings_told() -> Iterator[None]:
    """Say what the library warns of in a line of our own, without the place in its code."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_, **__: print(f"scalargrad: {message}", file=sys.stderr)
        yield
