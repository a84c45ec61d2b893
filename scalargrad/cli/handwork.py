"""The numbers of hand work as they are given to `scalargrad check`: as arguments, or in a file."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scalargrad.cli.subject import STDIN, UsageError, piped, reading
from scalargrad.errors import NumberError, SheetError
from scalargrad.notation.reading_names import read_place
from scalargrad.notation.reading_numbers import read_number

EXPECTED = "a step and its number, such as a1 = 1.367"
WIDEST = 40  # characters of a line that an error shows
STANDARD_INPUT = "standard input"
Claims = dict[str, Any]


@dataclass
class Given:
    """What was given, with where each of it stands in a file, for errors."""

    claims: Claims = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, more: "Given") -> None:
        """Add what else was given; raise UsageError for a step that is there."""
        for name in more.claims.keys() & self.claims.keys():
            raise UsageError(f"{more.places.get(name, '') or self.places.get(name, '')}{name} is given twice")
        self.claims |= more.claims
        self.places |= more.places

    def place(self, message: str) -> str:
        """Return where the step stands that an error names, nothing of an argument."""
        return next((place for name, place in self.places.items() if repr(name) in message), "")


def given(arguments: Sequence[str], files: Sequence[Path]) -> Given:
    """Return the claims of arguments, before those of files; without either, those of standard input."""
    steps = [text for text in arguments if not _is_file(text)]
    files = [*files, *(Path(text.strip()) for text in arguments if _is_file(text))]
    if not steps and not files and not sys.stdin.isatty():
        return from_text(_waiting(), STANDARD_INPUT)
    found = Given()
    for path in files:
        found.add(from_text(reading(path), STANDARD_INPUT if str(path) == STDIN else str(path)))
    found.add(Given(_steps(steps)))
    return found


def _waiting() -> str:
    """Return what standard input holds, nothing where there is none."""
    try:
        return piped()
    except OSError:
        return ""


def _is_file(text: str) -> bool:
    name = text.strip()
    return "=" not in name and (name == STDIN or os.path.isfile(name))  # noqa: PTH113  # false of any text


def _steps(arguments: Sequence[str]) -> Claims:
    """Return the claims of arguments such as a1=1.367, "d w5 = 0.153" or dy/dw5=0.153."""
    claims: Claims = {}
    for text in arguments:
        name, equals, x = (part.strip() for part in text.rpartition("="))
        if not equals or not name:
            missing = ", and there is no such file" if Path(text).suffix and not equals else ""
            raise UsageError(f"expected step=number, such as a1=1.367, got {text!r}{missing}")
        if (name := _named(name)) in claims:
            raise UsageError(f"{name} is given twice")
        claims[name] = x
    return claims


def _named(text: str) -> str:
    """Return the name of a step as a trace has it: w₁ is w1, d W[0][1] is d W[0,1]."""
    before, blank, last = text.strip().rpartition(" ")
    return f"{before}{blank}{read_place(last) or last}"


def from_text(text: str, where: str) -> Given:
    r"""Return the claims that a text holds: a JSON object, or a line for each, of one of these forms.

    >>> from_text("# forward\na1 = 1.367\ndw1: 0.05\nh1,0.797", "answers.txt").claims
    {'a1': '1.367', 'dw1': '0.05', 'h1': '0.797'}
    """
    if text.lstrip()[:9].lower() in {"exercise ", "exercise,", "exercise:"}:
        raise UsageError(f"to mark a sheet, give its key: scalargrad check --key sheet.key.json {where}")
    found, lines = Given(), dict[str, int]()
    for line, name, x in _json(text, where) if text.lstrip()[:1] in {"{", "["} else _lines(text, where):
        place = f"{where}, line {line}: " if line else f"{where}: "
        if name in found.claims:
            raise UsageError(f"{place}{name} is given twice" + f", first in line {lines[name]}" * bool(line))
        found.claims[name], found.places[name], lines[name] = x, place, line
        _check(name, x, place)
    return found


def _check(name: str, x: Any, place: str) -> None:
    """Raise UsageError for what is no number, nor the numbers of a vector."""
    from scalargrad.checking.names import numbers_in  # here, so that the other commands start without it

    try:
        for number in numbers_in(x):
            read_number(number if isinstance(number, str) else json.dumps(number), name)
    except (NumberError, ValueError, TypeError) as error:
        raise UsageError(f"{place}{error}") from None


def _json(text: str, where: str) -> Iterator[tuple[int, str, Any]]:
    try:
        pairs: list[Any] = json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=list)
    except json.JSONDecodeError as error:
        raise UsageError(f"{where}, line {error.lineno}: {error.msg}, in what begins as JSON") from None
    except RecursionError:
        raise UsageError(f"{where}: the JSON is nested too deeply") from None
    if not all(isinstance(pair, tuple) for pair in pairs):
        raise UsageError(f"{where}: expected names with their numbers, as a JSON object, got a list")
    yield from ((0, _named(name), x) for name, x in pairs)


def _lines(text: str, where: str) -> Iterator[tuple[int, str, str]]:
    """Yield the claims of lines `name = number`, `name: number`, or else rows of a CSV."""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    found = {i: parts for i, line in enumerate(lines, 1) if (parts := _parts(line))}
    rest = "\n".join("" if i in found else line for i, line in enumerate(lines, 1))
    found |= _rows(rest, where, may_have_headings=not found)
    for i, (name, x) in sorted(found.items()):
        if not name:
            got = lines[i - 1].strip()
            raise UsageError(f"{where}, line {i}: expected {EXPECTED}, got {got!r:.{WIDEST}}")
        yield i, _named(name), x


def _parts(line: str) -> tuple[str, str] | None:
    """Return the name and the number of a line that has a sign between them."""
    name, sign, x = line.rpartition("=") if "=" in line else line.rpartition(":")
    return (name.strip(), x.strip()) if sign else None


def _rows(text: str, where: str, *, may_have_headings: bool) -> dict[int, tuple[str, str]]:
    """Return the names and numbers of a CSV by their lines; blanks may part them, too."""
    from scalargrad.exercises.filled import rows_of  # here, so that the other commands start without it

    try:
        rows = {i: [cell.strip() for cell in row] for i, row in rows_of(text) if any(map(str.strip, row))}
    except SheetError as error:
        raise UsageError(f"{where}, {error}") from None
    first = rows.get(min(rows, default=0), [])
    if may_have_headings and len(first) > 1 and not any(map(str.isdecimal, first[1])):
        del rows[min(rows)]
    found = {}
    for i, cells in rows.items():
        name, *numbers = cells if len(cells) > 1 else cells[0].rpartition(" ")[::2]
        found[i] = (name if len(numbers) == 1 else "", numbers[0])  # without a name it is refused
    return found
