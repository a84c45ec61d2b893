"""What a command works on: an example of the gallery or an expression, with values for its names."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scalargrad.errors import NumberError, ScalargradError, unknown
from scalargrad.examples import GALLERY, Example
from scalargrad.expressions import Numbers, read, read_given
from scalargrad.notation.reading_names import read_name
from scalargrad.tracing import Trace, trace

SHEETS = (".md", ".csv")  # forms that are handed back filled in
SUBJECT = "an example, or an expression: 'a = w*x + b; sigmoid(a)'"


class UsageError(ScalargradError):
    """Report a slip on the command line."""


def add_subject(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the subject and give values."""
    parser.add_argument("subject", metavar="WHAT", help=SUBJECT)
    help_text = "a number for each name, or a list, x=[0.5, -1]"
    parser.add_argument("values", nargs="*", default=[], metavar="name=value", help=help_text)


def add_digits(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many decimals to show."""
    parser.add_argument(
        "--digits", type=decimals, metavar="N", help="decimals to show (default: 4, or those of the example)"
    )


def subject_of(options: argparse.Namespace) -> tuple[Trace, Example | None]:
    """Return the trace of what the arguments ask for and, if it is one, the example it comes from."""
    text = options.subject.strip()
    return traced(text, numbers(options.values)), GALLERY.get(text)


def traced(text: str, values: Mapping[str, Numbers], *, tells: bool = True) -> Trace:
    """Return the trace of an example, by its name, or of an expression.

    What an expression computes beside its output is in the trace, too, and said on standard error if `tells`.
    """
    if text in GALLERY:
        single = {name: x for name, x in values.items() if isinstance(x, float)}
        for name in values.keys() - single.keys():
            raise UsageError(f"{name} is one number in an example, got a list")
        return trace(GALLERY[text].output(**single))
    if (path := Path(text)).suffix in {*SHEETS, ".json"}:  # which no expression ends with
        if path.suffix != ".json":
            raise UsageError(f"to mark a sheet, give its key: scalargrad check --key sheet.key.json {text}")
        return Trace.from_json(reading(path))
    if looks_like_a_name(text) and not values:
        slip = unknown("example", text, GALLERY)
        raise UsageError(f"{slip}{'' if slip.endswith('?') else '.'} An expression needs values, name=value.")
    output, unused = read(text, values)
    recorded = trace(output, also=unused)
    if unused and tells:
        names = ", ".join(recorded[v].name for v in unused)
        are, their = ("is", "its") if len(unused) == 1 else ("are", "their")
        rest = f"{are} not used by {recorded.output.name}: {their} derivative is 0"
        print(f"scalargrad: {names} {rest}", file=sys.stderr)
    return recorded


def digits_of(options: argparse.Namespace, example: Example | None) -> int:
    """Return the decimals asked for, else those of the example, else 4."""
    return options.digits or (example.digits if example else 4)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Report a file that cannot be written in the block as a slip on the command line."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def reading(path: Path) -> str:
    """Return the text of a file; report one that cannot be read as a slip on the command line."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or 'it is not text'}"
        ) from None


def numbers(assignments: Sequence[str]) -> dict[str, Numbers]:
    """Return the numbers of arguments such as x=0.5 or x=[0.5, -1]; raise UsageError for any other text."""
    values: dict[str, Numbers] = {}
    for text in assignments:
        written, equals, number = (part.strip() for part in text.partition("="))
        name = read_name(written)
        if not equals or name is None:
            raise UsageError(f"expected name=value, such as x=0.5 or x=[0.5, -1], got {text.strip()!r}")
        if name in values:
            raise UsageError(f"{name} is given twice")
        try:
            values[name] = read_given(number, name)
        except NumberError as error:
            raise UsageError(str(error)) from None
    return values


def looks_like_a_name(text: str) -> bool:
    """Tell whether a text is rather the name of an example than an expression.

    >>> looks_like_a_name("fan-uot"), looks_like_a_name("w*x")
    (True, False)
    """
    letters = text.replace("-", "").replace("_", "")
    return letters.isalnum() and not letters.isdecimal()


def whole(text: str) -> int:
    """Return the whole number that an option says."""
    try:
        return int(text)
    except ValueError:
        message = f"expected a whole number, got {text.strip()!r}"
        raise argparse.ArgumentTypeError(message) from None


def decimals(text: str) -> int:
    """Return the decimals that an option says, from 1 to 17."""
    if not text.isdecimal() or not 1 <= int(text) <= 17:
        message = f"expected a whole number from 1 to 17, got {text.strip()!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
