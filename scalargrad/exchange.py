"""Write a Wengert list as JSON and read it back, refusing what is damaged or foreign.

The document is `{"schema": "scalargrad-trace", "version": 1, "instructions": [...]}`; an instruction has
the fields of `wengert.Instruction`, with parents as indices and its primitive as a name and parameters.
Numbers are written so that they read back exactly; "nan", "inf" and "-inf" stand as text.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from scalargrad.errors import TraceFormatError
from scalargrad.scalars import ieee
from scalargrad.table import FAMILIES, TABLE, Primitive
from scalargrad.wengert import Instruction

SCHEMA, VERSION = "scalargrad-trace", 1
TEXTS = ("name", "label", "path", "role")
FIELDS = (*TEXTS, "primitive", "parents", "value", "adjoint", "partials")


def to_json(instructions: Sequence[Instruction]) -> str:
    """Return the document of these instructions, one line each."""
    lines = ",\n".join(json.dumps(_record(row), ensure_ascii=False) for row in instructions)
    return f'{{"schema": "{SCHEMA}", "version": {VERSION}, "instructions": [\n{lines}\n]}}\n'


def from_json(text: str) -> list[Instruction]:
    """Return the instructions of a document; raise TraceFormatError that says what is wrong, and where.

    Every value and adjoint is held against the ones it follows from, so that a damaged number is seen.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise TraceFormatError(
            f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise TraceFormatError("not a trace: the JSON is nested too deeply") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise TraceFormatError(f'not a trace: expected a document with "schema": "{SCHEMA}"')
    if document.get("version") != VERSION:
        raise TraceFormatError(f"version {document.get('version')!r} is not known here; expected {VERSION}")
    records = document.get("instructions")
    if not isinstance(records, list) or not records:
        raise TraceFormatError("expected a list of at least one instruction")
    rows: list[Instruction] = []
    for record in records:
        rows.append(_instruction(record, rows))
    _check_adjoints(rows)
    return rows


def _record(row: Instruction) -> dict[str, Any]:
    primitive = row.primitive and {"name": row.primitive.name, "parameters": list(row.primitive.parameters)}
    return {
        **{name: getattr(row, name) for name in TEXTS},
        "primitive": primitive,
        "parents": [parent.index for parent in row.parents],
        "value": _plain(row.value),
        "adjoint": _plain(row.adjoint),
        "partials": [_plain(partial) for partial in row.partials],
    }


def _plain(x: float) -> float | str:
    return x if math.isfinite(x) else str(x)


def _number(x: Any, where: str) -> float:
    if x in ("nan", "inf", "-inf"):
        return float(x)
    if isinstance(x, bool) or not isinstance(x, (int, float)) or not math.isfinite(x):
        raise TraceFormatError(f"{where}: expected a number, got {x!r:.40}")
    return float(x)


def _instruction(record: Any, earlier: Sequence[Instruction]) -> Instruction:
    where = f"instruction {len(earlier)}"
    if not isinstance(record, dict) or set(record) != set(FIELDS):
        raise TraceFormatError(f"{where}: expected the fields {', '.join(FIELDS)}, got {_shown(record)}")
    for name in TEXTS:
        if not isinstance(record[name], str):
            raise TraceFormatError(f"{where}: {name} must be a text, got {record[name]!r:.40}")
    where = f"{where} ({record['name']})"
    parents, partials = record["parents"], record["partials"]
    if not isinstance(parents, list) or not all(type(i) is int and 0 <= i < len(earlier) for i in parents):
        raise TraceFormatError(
            f"{where}: parents must be indices of earlier instructions, got {parents!r:.60}"
        )
    if not isinstance(partials, list) or len(partials) != len(parents):
        raise TraceFormatError(
            f"{where}: expected one partial for each of {len(parents)} parents, got {partials!r:.60}"
        )
    row = Instruction(
        index=len(earlier),
        primitive=_primitive(record["primitive"], len(parents), where),
        parents=tuple(earlier[i] for i in parents),
        value=_number(record["value"], f"{where}: value"),
        adjoint=_number(record["adjoint"], f"{where}: adjoint"),
        partials=tuple(_number(x, f"{where}: partial") for x in partials),
        **{name: record[name] for name in TEXTS},
    )
    if row.primitive:
        _agree(
            row.value, row.primitive.value(ieee, [parent.value for parent in row.parents]), f"{where}: value"
        )
    return row


def _primitive(record: Any, arity: int, where: str) -> Primitive | None:
    if record is None and arity == 0:
        return None
    if not isinstance(record, Mapping) or set(record) != {"name", "parameters"}:
        raise TraceFormatError(f"{where}: expected a primitive with name and parameters, got {record!r:.60}")
    name, parameters = record["name"], record["parameters"]
    if name in FAMILIES and isinstance(parameters, list):
        try:
            row = FAMILIES[name](*parameters)
        except TypeError as error:
            raise TraceFormatError(f"{where}: parameters of {name}: {error}") from None
    elif name in TABLE and parameters == []:
        row = TABLE[name]
    else:
        raise TraceFormatError(f"{where}: unknown primitive {name!r:.40} with parameters {parameters!r:.40}")
    if row.arity != arity and not (row.lists and arity and arity % row.lists == 0):
        raise TraceFormatError(f"{where}: {name} does not take {arity} operands")
    return row


def _check_adjoints(rows: Sequence[Instruction]) -> None:
    """Hold each adjoint against the contributions of the children."""
    expected = dict.fromkeys(rows, 0.0) | {rows[-1]: 1.0}
    for row in reversed(rows):
        _agree(row.adjoint, expected[row], f"instruction {row.index} ({row.name}): adjoint")
        for parent, partial in zip(row.parents, row.partials):
            expected[parent] += row.adjoint * partial


def _agree(given: float, expected: float, where: str) -> None:
    close = math.isclose(given, expected, rel_tol=1e-9, abs_tol=1e-12)
    if not close and not (math.isnan(given) and math.isnan(expected)):
        raise TraceFormatError(f"{where} is {given!r}, but follows from the others as {expected!r}")


def _shown(record: Any) -> str:
    return ", ".join(map(str, record)) if isinstance(record, dict) else f"{record!r:.60}"
