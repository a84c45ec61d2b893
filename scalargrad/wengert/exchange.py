"""Exchange a Wengert list as JSON, refusing what is damaged or foreign.

The document is `{"schema": "scalargrad-trace", "version": 1, "instructions": [...]}`; an instruction has
the fields of FIELDS, with parents as indices and its primitive as a name and parameters.  Version 2 has
tangents, too: a list without them is written in version 1, which every reader knows.
Numbers are written so that they read back exactly; "nan", "inf" and "-inf" stand as text.
"""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args

from scalargrad.errors import TraceFormatError
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee
from scalargrad.primitives.table import FAMILIES, TABLE
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.structure import Form, Role, Structure

L = TypeVar("L", bound=WengertList)
SCHEMA = "scalargrad-trace"
LARGEST = sys.float_info.max
TEXTS = ("name", "label", "path", "role")
FIELDS = (*TEXTS, "primitive", "parents", "value", "adjoint", "partials")
FIELDS_OF = {1: FIELDS, 2: (*FIELDS, "tangent")}  # by the version of a document


def to_json(trace: WengertList) -> str:
    """Return the document of a list, one line for each instruction."""
    lines = ",\n".join(json.dumps(_record(v), ensure_ascii=False) for v in trace)
    version = 1 if trace.output.tangent is None else 2
    return f'{{"schema": "{SCHEMA}", "version": {version}, "instructions": [\n{lines}\n]}}\n'


def from_json(text: str, kind: type[L]) -> L:
    """Return the list, of a kind, of a document; raise TraceFormatError that says what is wrong, and where.

    Every number is held against the ones it follows from, so that a damaged one is seen.
    """
    records, fields = _records(text)
    forms: list[Form] = []
    values: list[float] = []
    for record in records:
        forms.append(_form(record, len(forms), fields))
        values.append(_number(record["value"], f"{_where(forms[-1])}: value"))
        _check_value(forms[-1], values)
    moved = _moved(records, forms) if "tangent" in fields else None
    read = kind(Structure(tuple(forms)), values, moved=moved)
    for record, v in zip(records, read):
        _check_derivatives(record, v)
    return read


def _record(v: Instruction) -> dict[str, Any]:
    form = v.form
    row = form.primitive
    return {
        **{name: getattr(form, name) for name in TEXTS},
        "primitive": row and {"name": row.name, "parameters": list(row.parameters)},
        "parents": list(form.parents),
        "value": _plain(v.value),
        "adjoint": _plain(v.adjoint),
        "partials": [_plain(partial) for partial in v.partials],
        **({} if v.tangent is None else {"tangent": _plain(v.tangent)}),
    }


def _plain(x: float) -> float | str:
    return x if math.isfinite(x) else str(x)


def _records(text: str) -> tuple[list[Any], Sequence[str]]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise TraceFormatError(
            f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from None
    except (RecursionError, ValueError):
        raise TraceFormatError("not a trace: the JSON is nested too deeply or a number too long") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise TraceFormatError(f'not a trace: expected a document with "schema": "{SCHEMA}"')
    version = document.get("version")
    if type(version) is not int or version not in FIELDS_OF:
        known = " or ".join(map(str, FIELDS_OF))
        raise TraceFormatError(f"version {version!r} is not known here; expected {known}")
    records = document.get("instructions")
    if not isinstance(records, list) or not records:
        raise TraceFormatError("expected a list of at least one instruction")
    return records, FIELDS_OF[version]


def _form(record: Any, index: int, fields: Sequence[str]) -> Form:
    where = f"instruction {index}"
    if not isinstance(record, dict) or set(record) != set(fields):
        raise TraceFormatError(f"{where}: expected the fields {', '.join(fields)}, got {_shown(record)}")
    for name in TEXTS:
        if not isinstance(record[name], str):
            raise TraceFormatError(f"{where}: {name} must be a text, got {record[name]!r:.40}")
    where = f"{where} ({record['name']})"
    if record["role"] not in get_args(Role):
        raise TraceFormatError(f"{where}: role is one of {', '.join(get_args(Role))}, got {record['role']!r}")
    parents, partials = record["parents"], record["partials"]
    if not isinstance(parents, list) or not all(type(i) is int and 0 <= i < index for i in parents):
        raise TraceFormatError(
            f"{where}: parents must be indices of earlier instructions, got {parents!r:.60}"
        )
    if not isinstance(partials, list) or len(partials) != len(parents):
        raise TraceFormatError(
            f"{where}: expected one partial for each of {len(parents)} parents, got {partials!r:.60}"
        )
    return Form(
        index=index,
        primitive=_primitive(record["primitive"], len(parents), where),
        parents=tuple(parents),
        **{name: record[name] for name in TEXTS},
    )


def _primitive(record: Any, arity: int, where: str) -> Primitive | None:
    if record is None and arity == 0:
        return None
    if not isinstance(record, Mapping) or set(record) != {"name", "parameters"}:
        raise TraceFormatError(f"{where}: expected a primitive with name and parameters, got {record!r:.60}")
    name, parameters = record["name"], record["parameters"]
    if not isinstance(name, str):
        raise TraceFormatError(f"{where}: the name of a primitive must be a text, got {name!r:.40}")
    if name in FAMILIES and isinstance(parameters, list):
        try:
            row = FAMILIES[name](*parameters)
        except (TypeError, OverflowError) as error:
            raise TraceFormatError(f"{where}: parameters of {name}: {error}") from None
    elif name in TABLE and parameters == []:
        row = TABLE[name]
    else:
        raise TraceFormatError(f"{where}: unknown primitive {name!r:.40} with parameters {parameters!r:.40}")
    if row.arity != arity and not (row.lists and arity and arity % row.lists == 0):
        raise TraceFormatError(f"{where}: {name} does not take {arity} operands")
    return row


def _check_value(form: Form, values: Sequence[float]) -> None:
    """Compare the last of the values with the one that its parents give."""
    if form.primitive:
        computed = form.primitive.value(ieee, [values[i] for i in form.parents])
        _agree(values[-1], computed, f"{_where(form)}: value")


def _check_derivatives(record: Mapping[str, Any], v: Instruction) -> None:
    """Compare the local derivatives and the adjoint of a document with what follows from its values."""
    where = _where(v.form)
    for given, partial in zip(record["partials"], v.partials):
        _agree(_number(given, f"{where}: partial"), partial, f"{where}: partial")
    _agree(_number(record["adjoint"], f"{where}: adjoint"), v.adjoint, f"{where}: adjoint")
    if v.tangent is not None:
        _agree(_tangent(record, v.form), v.tangent, f"{where}: tangent")


def _moved(records: Iterable[Mapping[str, Any]], forms: Iterable[Form]) -> dict[int, float]:
    """Return the tangents of the leaves that move, by their slots."""
    leaves = [(r, f) for r, f in zip(records, forms) if f.role != "constant" and not f.parents]
    return {form.index: tangent for record, form in leaves if (tangent := _tangent(record, form))}


def _tangent(record: Mapping[str, Any], form: Form) -> float:
    return _number(record["tangent"], f"{_where(form)}: tangent")


def _number(x: Any, where: str) -> float:
    if x in ("nan", "inf", "-inf"):
        return float(x)
    if isinstance(x, bool) or not isinstance(x, (int, float)) or not abs(x) <= LARGEST:
        raise TraceFormatError(f"{where}: expected a number, got {x!r:.40}")
    return float(x)


def _agree(given: float, expected: float, where: str) -> None:
    close = math.isclose(given, expected, rel_tol=1e-9, abs_tol=1e-12)
    if not close and not (math.isnan(given) and math.isnan(expected)):
        raise TraceFormatError(f"{where} is {given!r}, but follows from the others as {expected!r}")


def _where(form: Form) -> str:
    return f"instruction {form.index} ({form.name})"


def _shown(record: Any) -> str:
    return ", ".join(map(str, record)) if isinstance(record, dict) else f"{record!r:.60}"
