"""`scalargrad check --key`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from scalargrad.cli.subject import UsageError, reading
from scalargrad.cli.terminal import inks, show
from scalargrad.errors import ScalargradError
from scalargrad.exercises import Exercise
from scalargrad.exercises.marking import Marked, class_table, exercises_of, mark_sheet
from scalargrad.wengert.columns import width


def marked(options: argparse.Namespace) -> int:
    """Print the report on one filled sheet, or the table of several."""
    if any(given is not None for given in (options.file, options.digits, options.rate, options.delta)):
        raise UsageError("--key goes with filled sheets alone: the key says the digits")
    if not options.key.name.endswith(".json"):
        raise UsageError(f"the key to mark with ends in .key.json, got {options.key.name!r}")
    if numbers := [text for text in (options.subject, *options.claims) if "=" in text]:
        raise UsageError(f"a key marks files, sheets that were filled in, not numbers: got {numbers[0]}")
    exercises = exercises_of(reading(options.key))
    paths = [Path(text.strip()) for text in (options.subject, *options.claims)]
    if len(paths) == 1:
        sheet = mark_sheet(exercises, reading(paths[0]))
        show(sheet.text(width(), inks(options.color)))
        return 0 if sheet.ok else 1
    sheets = {str(path): _tried(exercises, path) for path in paths}
    print(class_table(sheets, width()))
    damaged = sum(not isinstance(sheet, Marked) for sheet in sheets.values())
    if damaged:
        raise UsageError(f"{damaged} of {len(sheets)} sheets could not be marked")
    return 0 if all(isinstance(sheet, Marked) and sheet.ok for sheet in sheets.values()) else 1


def _tried(exercises: Sequence[Exercise], path: Path) -> Marked | ScalargradError:
    try:
        return mark_sheet(exercises, reading(path))
    except ScalargradError as error:
        return error
