"""What a command works on: an example of the gallery or an expression, with values for its names."""

import argparse
import shlex
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
SUBJECT = "an example, an expression such as 'a = w*x + b; sigmoid(a)', or - to read one from standard input"
STDIN = "-"  # as a file's name
SAVED = "{"  # what a trace that is saved as JSON begins with, as no expression does


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
    return traced(options.subject, numbers(options.values)), GALLERY.get(options.subject)


def is_saved(text: str) -> bool:
    """Tell whether a text is a trace that was saved as JSON, or the name of such a file.

    >>> is_saved('{"schema": …'), is_saved("net.json"), is_saved("w*x")
    (True, True, False)
    """
    return text.startswith(SAVED) or Path(text).suffix == ".json"  # as no expression begins or ends


def typed(options: argparse.Namespace) -> str:
    """Return what was given to a command, as it is typed in a shell."""
    subject = STDIN if options.subject.startswith(SAVED) else options.subject
    return shlex.join([subject, *getattr(options, "values", ())])


def program_of(subject: str, example: Example | None) -> str:
    """Return the lines of a program: those of an example, or of an expression; a saved trace has none."""
    if example:
        return example.code
    return "" if is_saved(subject) else "\n".join(map(str.strip, subject.split(";")))


def traced(text: str, values: Mapping[str, Numbers], *, tells: bool = True) -> Trace:
    """Return the trace of an example, by its name, or of an expression; a saved one as it is.

    What an expression computes beside its output is in the trace, too, and said on standard error if `tells`.
    """
    if text in GALLERY:
        single = {name: x for name, x in values.items() if isinstance(x, float)}
        for name in values.keys() - single.keys():
            raise UsageError(f"{name} is one number in an example, got a list")
        return trace(GALLERY[text].output(**single))
    if is_saved(text):
        if values:
            raise UsageError(f"a saved trace keeps its numbers, got {' and '.join(values)}")
        return Trace.from_json(text if text.startswith(SAVED) else reading(Path(text)))
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
    """Return the text of a file, or of standard input for -; report what cannot be read as a slip."""
    if str(path) == STDIN:
        return standard_input("a file", "scalargrad check fan-out --file - < answers.txt")
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or 'it is not text'}"
        ) from None


def standard_input(what: str, example: str) -> str:
    """Return the text of standard input; refuse a terminal, where a command would wait without a word."""
    if sys.stdin.isatty():
        raise UsageError(f"expected {what} on standard input, which is a terminal; such as: {example}")
    try:
        return piped()
    except OSError as error:
        raise UsageError(f"cannot read standard input: {error.strerror or error}") from None


def piped() -> str:
    """Return the text of standard input; raise OSError where it cannot be read, UsageError for no text."""
    try:
        text = sys.stdin.read().removeprefix("\ufeff")
        text.encode()  # bytes that are no text may be there in disguise
    except UnicodeError:
        raise UsageError("cannot read standard input: it is not text") from None
    return text


def numbers(assignments: Sequence[str]) -> dict[str, Numbers]:
    """Return the numbers of arguments such as x=0.5 or x=[0.5, -1]; raise UsageError for any other text."""
    values: dict[str, Numbers] = {}
    for text in assignments:
        written, equals, number = (part.strip() for part in text.partition("="))
        name = read_name(written)
        if not equals or name is None:
            blanks = "; no blanks stand around =" * (assignments.count("=") > 0 or text.startswith("="))
            got = f"got {text.strip()!r}{blanks}"
            raise UsageError(f"expected name=value, such as x=0.5 or x=[0.5, -1], {got}")
        if not number:
            raise UsageError(f"expected a number for {name} right behind the sign, {name}=0.5")
        if "=" in number:
            raise UsageError(
                f"expected a number for {name}, got {number!r}; blanks part the numbers: x=2 y=3"
            )
        if name in values:
            raise UsageError(f"{name} is given twice")
        try:
            values[name] = read_given(number, name)
        except NumberError as error:
            raise UsageError(str(error)) from None
    return values


def looks_like_a_name(text: str) -> bool:
    """Tell whether a text is rather the name of an example, or of a saved trace, than an expression.

    >>> looks_like_a_name("fan-uot"), looks_like_a_name("net.json"), looks_like_a_name("w*x")
    (True, True, False)
    """
    letters = text.replace("-", "").replace("_", "")
    return is_saved(text) or (letters.isalnum() and not letters.isdecimal())


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
