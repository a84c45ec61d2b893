"""Filled sheets, read from what people hand in: JSON, CSV, or the Markdown itself."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scalargrad.errors import NumberError, SheetError, unknown
from scalargrad.exercises.exercise import Exercise
from scalargrad.exercises.sheet import HEADINGS
from scalargrad.notation.reading_numbers import read_number

IDENTITY = re.compile(r"Exercise:?\s*(?:`([^`]+)`|([^,]+))")
AUTHOR = re.compile(r"name:\s*(.*)")
CELLS = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"[\s:|-]+")
DECORATION = " \t_*`$"  # what is left of a blank, or makes a number bold


@dataclass
class Filled:
    """What was handed in: which exercise, by whom, and its numbers as texts, each with its line."""

    identity: str = ""
    author: str = ""
    numbers: dict[str, tuple[str, int]] = field(default_factory=dict)

    def put(self, name: str, text: str, line: int) -> None:
        """Add what stands beside a name; what is empty is no answer."""
        if name in self.numbers:
            raise SheetError(f"line {line}: {name} stands twice, first in line {self.numbers[name][1]}")
        self.numbers[name] = (text.strip(DECORATION), line)

    def answers(self, exercise: Exercise) -> dict[str, str]:
        """Return the numbers by the names of blanks; raise SheetError for what is no number, or no blank."""
        names = {blank.written: blank.name for blank in exercise.blanks}
        found = {}
        for written, (text, line) in self.numbers.items():
            if written not in names:
                raise SheetError(f"line {line}: {unknown('step', written, names)}")
            if text:
                try:
                    read_number(text)
                except NumberError:
                    message = f"line {line}: expected a number for {written}, got {text!r:.40}"
                    raise SheetError(message) from None
                found[names[written]] = text
        return found


def read(text: str) -> Filled:
    r"""Return what was filled in; raise SheetError with the line of what cannot be read.

    >>> read("exercise,fan-out · 2 · abcdef\nname,Ada\nstep,number\nu,0.36\nv,\n").numbers
    {'u': ('0.36', 4), 'v': ('', 5)}
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] == "{":
        filled = _json(text)
    elif text.lstrip()[:1] == "<":
        raise SheetError(
            "this is the page itself, which keeps no answers: press “Copy score” on it, save that"
        )
    elif re.search(r"^\s*\|", text, re.MULTILINE):
        filled = _markdown(text)
    else:
        filled = _csv(text)
    if not filled.identity:
        raise SheetError("nothing in it says which exercise it is: the line “Exercise …” is gone")
    return filled


def _json(text: str) -> Filled:
    try:
        document = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise SheetError(f"line {error.lineno}: {error.msg}") from None
    except (RecursionError, ValueError):
        raise SheetError("the JSON is nested too deeply") from None
    answers = document.get("answers")
    if not isinstance(answers, dict):
        raise SheetError('line 1: expected an object "answers" of steps with their numbers')
    filled = Filled(str(document.get("exercise") or ""), str(document.get("name") or ""))
    for name, x in answers.items():
        line = text[: max(0, text.find(json.dumps(name, ensure_ascii=False)))].count("\n") + 1
        filled.put(name, "" if x is None else str(x), line)
    return filled


def _csv(text: str) -> Filled:
    filled, begun = Filled(), False
    separator = ";" if ";" in text.partition("\n")[0] else ","
    for line, row in _rows(csv.reader(text.splitlines(), delimiter=separator)):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) < 2:
            raise SheetError(f"line {line}: expected a step and its number, got {row[0]!r:.40}")
        if tuple(cells[:2]) == HEADINGS:
            begun = True
        elif begun:
            filled.put(cells[0], cells[1], line)
        elif cells[0] == "exercise":
            filled.identity = cells[1]
        elif cells[0] == "name":
            filled.author = cells[1]
    if not begun:
        raise SheetError(
            f"line 1: expected a table of steps and numbers below the line {','.join(HEADINGS)!r}"
        )
    return filled


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV, each with the number of its line."""
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise SheetError(f"line {reader.line_num}: {error}") from None


def _markdown(text: str) -> Filled:
    filled = Filled()
    for line, whole in enumerate(text.splitlines(), 1):
        content = whole.strip()
        if content.startswith("|"):
            for name, number in _cells(content, line):
                filled.put(name, number, line)
        elif not filled.identity and (found := IDENTITY.match(content)):
            filled.identity = (found[1] or found[2]).strip()
            by = AUTHOR.search(content)
            filled.author = by[1].strip(DECORATION) if by else ""
    return filled


def _cells(content: str, line: int) -> Iterator[tuple[str, str]]:
    """Yield the name and the number of a line of a table, nothing for headings or where none is asked."""
    cells = [cell.strip() for cell in CELLS.split(content.removeprefix("|").removesuffix("|"))]
    if RULE.fullmatch(content) or cells[0] == HEADINGS[0]:
        return
    if len(cells) != 3:
        raise SheetError(
            f"line {line}: expected three cells, a step, its formula and a number, got {len(cells)}"
        )
    if name := cells[0].strip(" `"):
        yield name, cells[2]
