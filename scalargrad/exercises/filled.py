"""Filled sheets, read from what people hand in: JSON, CSV, or the Markdown itself."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scalargrad.errors import NumberError, SheetError, unknown
from scalargrad.exercises.exercise import Exercise
from scalargrad.exercises.sheet import HEADINGS
from scalargrad.notation.reading_numbers import read_number

IDENTITY = re.compile(r"Exercise:?\s*(?:`([^`]+)`|([^,]+))")
AUTHOR = re.compile(r"name:\s*(.*)")
CELLS = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"[\s:|-]+")
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
COMMA_ALONE = re.compile(r"\W?\d+,\d+")  # a sheet asks for decimals, and nothing in it parts thousands
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
                number = text.replace(",", ".") if COMMA_ALONE.fullmatch(text) else text
                try:
                    read_number(number, written)
                except NumberError as error:
                    raise SheetError(f"line {line}: {error}") from None
                found[names[written]] = number
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
            "this is the page itself, which holds no answers: press “Copy score” on it, save that"
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
    for line, row in rows_of(text):
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


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the rows of a CSV, each with its line; where semicolons part the cells, commas are decimal.

    >>> list(rows_of("step;number\nw[0,1];1,367"))
    [(1, ['step', 'number']), (2, ['w[0,1]', '1.367'])]
    """
    is_of_semicolons = ";" in text.lstrip().partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if is_of_semicolons else ",")
    try:
        for row in reader:
            yield reader.line_num, _with_points(row) if is_of_semicolons else row
    except csv.Error as error:
        raise SheetError(f"line {reader.line_num}: {error}") from None


def _with_points(row: list[str]) -> list[str]:
    """Return a row in which what stands beside the name has a decimal point."""
    return [cell if i == 0 or "[" in cell else DECIMAL_COMMA.sub(".", cell) for i, cell in enumerate(row)]


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
