"""What stands first behind a command: what it works on, or - for standard input, or a slip."""

import argparse
import os
import shlex
from pathlib import Path

from scalargrad.cli.subject import SHEETS, STDIN, UsageError, standard_input
from scalargrad.errors import NumberError
from scalargrad.expressions import read_given
from scalargrad.notation.reading_names import read_name


def said(options: argparse.Namespace) -> str:
    """Return what a command works on: its argument or, for -, what standard input holds."""
    text = str(options.subject).strip()
    if text != STDIN:
        _refuse_a_file(text, options)
        _refuse_a_number(text, options)
        return text
    if STDIN in map(str, (*_behind(options), *(getattr(options, "file", None) or ()))):
        raise UsageError(
            "standard input is read once: the formula or the numbers come from a file or are typed"
        )
    example = f"echo 'y = a*b' | scalargrad {options.command} - a=2 b=3"
    read = standard_input("a formula", example).strip()
    if not read:
        raise UsageError(f"expected a formula on standard input, and it is empty; such as: {example}")
    return read


def _refuse_a_file(text: str, options: argparse.Namespace) -> None:
    """Say how a file is read whose name stands where an expression is expected."""
    path = Path(text.removeprefix("@"))
    if path.suffix == ".py":
        raise UsageError(f"{text} is a program: there it is `from scalargrad import trace; print(trace(y))`")
    if path.name.endswith(".key.json"):
        raise UsageError(f"{text} is the key of a sheet, to mark it with: check --key {text} sheet.md")
    if path.suffix in SHEETS:
        raise UsageError(f"to mark a sheet, give its key: scalargrad check --key sheet.key.json {text}")
    looks_like_one = text[:1] in {"@", "/", ".", "~"} or path.suffix not in {"", ".json"}
    if looks_like_one and os.path.isfile(path):  # noqa: PTH113  # which is false of a long formula, too
        given = shlex.join([STDIN, *_behind(options)])
        line = f"scalargrad {options.command} {given} < {shlex.quote(str(path))}"
        raise UsageError(f"{path} is a file; a formula is read from standard input: {line}")
    if path.suffix == ".txt":
        raise UsageError(f"cannot read {path}: there is no such file")


def _refuse_a_number(text: str, options: argparse.Namespace) -> None:
    """Say what stands first where that is x=2, the number of a name."""
    name, _, x = text.partition("=")
    others = _behind(options)
    if not others or read_name(name.strip()) is None or not _is_number(x):
        return
    first = next((each for each in others if "=" not in each), STDIN)
    rest = [text, *(each for each in others if each is not first)]
    line = f"scalargrad {options.command} {shlex.join([first, *rest])}" + " < formula.txt" * (first == STDIN)
    raise UsageError(f"{text} is a number, and what it is for stands before it: {line}")


def _is_number(text: str) -> bool:
    try:
        read_given(text, "")
    except NumberError:
        return False
    return bool(text.strip())


def _behind(options: argparse.Namespace) -> list[str]:
    """Return the arguments that stand behind what a command works on."""
    return [*getattr(options, "values", ()), *getattr(options, "claims", ())]
