"""What a command works on: an example of the gallery or an expression, with values for its names."""

import argparse
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scalargrad.engine.value import Value
from scalargrad.errors import ScalargradError, unknown
from scalargrad.examples import GALLERY, Example
from scalargrad.expressions import evaluate

SUBJECT = "the name of an example, or an expression such as 'a = w*x + b; sigmoid(a)'"


class UsageError(ScalargradError):
    """Report a slip on the command line."""


def add_subject(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the subject and give values."""
    parser.add_argument("subject", metavar="WHAT", help=SUBJECT)
    parser.add_argument("values", nargs="*", metavar="name=value", help="a number for each name")


def add_digits(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many decimals to show."""
    parser.add_argument("--digits", type=_digits, metavar="N", help="decimals to show (default: 4)")


def subject_of(options: argparse.Namespace) -> tuple[Value, Example | None]:
    """Return the output the arguments ask for and, if it is one, the example it comes from."""
    text = options.subject.strip()
    return output_of(text, numbers(options.values)), GALLERY.get(text)


def output_of(text: str, values: Mapping[str, float]) -> Value:
    """Return the output of an example, by its name, or of an expression; without a label that is y."""
    if text in GALLERY:
        return GALLERY[text].output(**values)
    if looks_like_a_name(text) and not values:
        slip = unknown("example", text, GALLERY)
        raise UsageError(f"{slip}{'' if slip.endswith('?') else '.'} An expression needs values, name=value.")
    output = evaluate(text, values)
    output.label = output.label or ("y" if "y" not in values else "")
    return output


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


def numbers(assignments: Sequence[str]) -> dict[str, float]:
    """Return the numbers of arguments such as x=0.5; raise UsageError for any other text."""
    values = {}
    for text in assignments:
        name, equals, number = (part.strip() for part in text.partition("="))
        name = unicodedata.normalize("NFKC", name)  # as Python reads names in an expression
        if not equals or not name.isidentifier():
            raise UsageError(f"expected name=value, such as x=0.5, got {text.strip()!r}")
        if name in values:
            raise UsageError(f"{name} is given twice")
        try:
            values[name] = float(number)
        except ValueError:
            raise UsageError(f"expected a number for {name}, got {number!r}") from None
    return values


def looks_like_a_name(text: str) -> bool:
    """Tell whether a text is rather the name of an example than an expression.

    >>> looks_like_a_name("fan-uot"), looks_like_a_name("w*x")
    (True, False)
    """
    letters = text.replace("-", "").replace("_", "")
    return letters.isalnum() and not letters.isdecimal()


def _digits(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 17:
        message = f"expected a whole number from 1 to 17, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
