"""Keys as JSON: the exercises of a class with their answers, from which sheets are marked.

The document is `{"schema": "scalargrad-key", "version": 1, "exercises": [...]}`; an exercise has the fields
of Record: the answers are for people, and the trace, a document of its own, is what numbers are held against.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from scalargrad.errors import SheetError

SCHEMA, VERSION = "scalargrad-key", 1
MOST_DIGITS = 9


class Record(NamedTuple):
    """One exercise of a key: its identity, what it is made of, the answer of each blank."""

    exercise: str
    title: str
    name: str
    seed: int | None
    digits: int
    answers: Mapping[str, str]
    trace: Any


def to_json(records: Iterable[Record]) -> str:
    """Return the key of several exercises."""
    lines = ",\n".join(json.dumps(record._asdict(), ensure_ascii=False) for record in records)
    return f'{{"schema": "{SCHEMA}", "version": {VERSION}, "exercises": [\n{lines}\n]}}\n'


def from_json(text: str) -> list[Record]:
    """Return the records of a key; raise SheetError that says what is wrong, and where.

    >>> from_json('{"schema": "scalargrad-key", "version": 2}')
    Traceback (most recent call last):
    scalargrad.errors.SheetError: version 2 is not known here; expected 1
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise SheetError(f"not a key: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except (RecursionError, ValueError):
        raise SheetError("not a key: the JSON is nested too deeply or a number too long") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise SheetError(f'not a key: expected a document with "schema": "{SCHEMA}"')
    if document.get("version") != VERSION:
        raise SheetError(f"version {document.get('version')!r} is not known here; expected {VERSION}")
    records = document.get("exercises")
    if not isinstance(records, list) or not records:
        raise SheetError("expected a list of at least one exercise")
    return [_record(record, f"exercise {number}") for number, record in enumerate(records, 1)]


def _record(found: Any, where: str) -> Record:
    if not isinstance(found, dict) or set(found) != set(Record._fields):
        raise SheetError(f"{where}: expected the fields {', '.join(Record._fields)}, got {found!r:.60}")
    record = Record(**found)
    if not all(isinstance(text, str) for text in record[:3]) or not isinstance(record.answers, dict):
        raise SheetError(f"{where}: expected texts and an object of answers, got {found!r:.60}")
    if (
        type(record.digits) is not int
        or not 1 <= record.digits <= MOST_DIGITS
        or not (record.seed is None or type(record.seed) is int)
    ):
        raise SheetError(f"{where}: seed and digits must be whole numbers, got {record[3:5]!r:.40}")
    return record
