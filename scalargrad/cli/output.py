"""Where the result of a command goes: printed in a form, or to files in the forms of their suffixes."""

import argparse
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from scalargrad.cli.subject import UsageError, typed, writing
from scalargrad.errors import RendererError, UnknownNameError
from scalargrad.files import Form, chosen, ended, write

WORDS = {"text": ".txt", "markdown": ".md", "latex": ".tex", "json": ".json", "html": ".html"}
SPELT = {suffix[1:]: word for word, suffix in WORDS.items()}  # --as md is --as markdown


def add_output(parser: argparse.ArgumentParser, suffixes: str) -> None:
    """Add the option that names files to write."""
    parser.add_argument(
        "-o",
        "--output",
        action="append",
        metavar="FILE",
        help=f"write a file in the form of its suffix, {suffixes}; may be given several times",
    )


def add_forms(parser: argparse.ArgumentParser, words: Iterable[str], more: str = "") -> None:
    """Add the option that says in which form to print, and the one that names files to write."""
    words = tuple(words)
    parser.add_argument(
        "--as",
        dest="form",
        type=lambda text: SPELT.get(text.strip().lower(), text),
        choices=words,
        metavar="FORM",
        help=f"print it in a form: {', '.join(words)}",
    )
    add_output(parser, ", ".join(WORDS[word] for word in words) + more)


def put(options: argparse.Namespace, what: str, forms: Mapping[str, Form], show: Callable[[], None]) -> None:
    """Write the files of -o and print their paths; else print the form of --as, or `show` the text."""
    if options.output and options.form:
        raise UsageError("-o writes the form that a suffix says, --as prints one: leave one of them out")
    if options.output:
        save(options, what, forms)
    elif options.form in {None, "text"}:
        show()
    else:
        content = forms[WORDS[options.form]]()
        assert isinstance(content, str)
        print(content.removesuffix("\n"))


def save(options: argparse.Namespace, what: str, forms: Mapping[str, Form]) -> None:
    """Write the files of -o, once all of them are made, and print their paths; without -o say how."""
    if not options.output:
        line = f"scalargrad {options.command} {typed(options)} -o net{next(iter(forms))}"
        raise UsageError(f"{what} is written to a file, and -o says to which: {line}")
    paths = [Path(text.strip()) for text in options.output]
    makers = [_maker(path, what, forms, options) for path in paths]
    for path, content in [(path, _made(path, make)) for path, make in zip(paths, makers)]:
        with writing(path):
            write(path, ended(content))
        print(path)


def _maker(path: Path, what: str, forms: Mapping[str, Form], options: argparse.Namespace) -> Form:
    try:
        return chosen(path, what, forms)
    except UnknownNameError as error:
        raise UsageError(f"{error}{_advice(path, options)}") from None


def _advice(path: Path, options: argparse.Namespace) -> str:
    """Return which command writes such a file, nothing where none does."""
    if str(path) == "-":
        return "; --as prints one" if "form" in options else "; it is not printed"
    command = _writer(path.suffix.lower())
    if not command:
        return ""
    given = typed(options)
    return f"; that is written by: scalargrad {command} {given} -o {shlex.quote(str(path))}"


def _writer(suffix: str) -> str:
    from scalargrad.drawing.figure import IMAGES, SOURCES  # here, so that all else starts without Graphviz

    writers = {"page": (".html", ".htm"), "draw": (*IMAGES, *SOURCES)}
    writers["trace"] = tuple(WORDS.values())
    return next((command for command, suffixes in writers.items() if suffix and suffix in suffixes), "")


def _made(path: Path, make: Form) -> str | bytes:
    try:
        return make()
    except RendererError as error:
        from scalargrad.drawing.render import DOT_TEXT  # which runs processes, as the other commands do not

        advice = str(error).removesuffix(DOT_TEXT)
        raise UsageError(f"{advice}; -o {path.with_suffix('.dot')} writes it as DOT text") from None
