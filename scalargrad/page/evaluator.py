"""A trace as JavaScript: the rows that it uses, read from the table, with who reads whom."""

import json
from collections.abc import Collection

from scalargrad.checking.slips import SLIPS
from scalargrad.errors import UnknownNameError
from scalargrad.notation.languages import JavaScript
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.primitives.row import ATOM, SUM, Primitive
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.roles import parameters

Z, X = "ꜩ", "ꭓ"  # stand for names while a formula is written
COMMON = 40  # of a thousand slips: those that a page knows


def moved(trace: WengertList, names: Collection[str] = ()) -> list[Instruction]:
    """Return the leaves that descent on the page moves: those of these names, else the parameters.

    Raises UnknownNameError for a name that is no leaf of the trace.
    """
    for name in names:
        if trace[name].parents:
            raise UnknownNameError(f"{name} is computed from others: descent moves leaves")
    return [trace[name] for name in names] or parameters(trace)


def evaluator(trace: WengertList, names: Collection[str] = ()) -> str:
    """Return JavaScript that states `rows`, functions of operands, and `trace`, which row reads which slots.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert.list import WengertList
    >>> script = evaluator(WengertList.of(Value(3.0, label="x").tanh()))
    >>> "value: (x0) => Math.tanh(x0), local: (z, x0) => [1 - z*z]" in script
    True
    """
    language, writer = JavaScript(), TextbookWriter()
    moving = {v.index for v in moved(trace, names)}
    places: dict[tuple[Primitive, int], int] = {}
    rows: list[str] = []
    listed: list[dict[str, object]] = []
    for v in trace:
        about: dict[str, object] = {"name": v.name}
        if (shown := str(v.symbol(writer))) != v.name:
            about["shown"] = shown
        if v.primitive is None:
            about["value"] = float(v.value)
            if v.role == "constant":
                about["constant"] = True
            if v.index in moving:
                about["moves"] = True
        else:
            key = v.primitive, len(v.parents)
            if key not in places:
                places[key] = len(rows)
                rows.append(_row(language, *key))
            about |= {"row": places[key], "parents": [parent.index for parent in v.parents]}
        listed.append(about)
    text = "\n".join(f"  {row}," for row in rows)
    lines = [language.needed(text), f"const rows = [\n{text}\n];", f"const trace = {as_json(listed)};"]
    inner = "\n".join(filter(None, [*lines, "return { rows, trace };"]))  # what rows need is theirs alone
    return f"const {{ rows, trace }} = (() => {{\n{inner}\n}})();"


def _row(language: JavaScript, row: Primitive, arity: int) -> str:
    operands = [language.name(f"x{i}") for i in range(arity)]
    given = ", ".join(map(str, operands))
    value = language.value(row, *operands)
    local = ", ".join(map(str, language.local_derivatives(row, language.name("z"), *operands)))
    text = f"name: {as_json(row.name)}, value: ({given}) => {value}, local: (z, {given}) => [{local}]"
    if row.precedence == SUM:  # its terms can be left out
        text += f", kind: {as_json('products' if row.name == 'dot' else 'sum')}"
    text += _slips(language, row, arity)
    if row.domain:
        writer = TextbookWriter()
        names = [f"x{i}" for i in range(1, arity + 1)] if arity > 1 else ["x"]
        symbols = [writer.name(name) for name in names]
        needs = {"formula": str(writer.write(row, symbols)), "needs": str(row.domain(writer, *symbols))}
        text += f", domain: ({given}) => {language.domain(row, *operands)}, said: {as_json(needs)}"
    return f"{{{text}}}"


def _slips(language: JavaScript, row: Primitive, arity: int) -> str:
    """Return the common slips with a row: wrong values, wrong local derivatives, what to say."""
    found = ""
    for key, kind in (("slips", "value"), ("wrong", "contribution")):
        given = [language.name(name) for name in "xy"[: min(arity, 2)]]
        said: dict[str, list[str]] = {}
        for slip in SLIPS:
            if kind in slip.kinds and slip.weight >= COMMON and slip.concerns(row):
                for number, which in slip.read(language, row, language.name("z"), given):
                    if which.get("which") == row.name:
                        continue  # sigmoid in the place of sigmoid
                    says = slip.says.format_map(
                        _Left(which, f=_formula(row, arity), d=_derivative(row, arity))
                    )
                    said.setdefault(says, []).append(str(number))
        if said:
            operands = ",".join(map(str, ("z", *given)))
            lines = (
                f"[{as_json(says)},({operands})=>[{','.join(numbers)}]]" for says, numbers in said.items()
            )
            found += f", {key}: [{','.join(lines)}]"
    return found


class _Left(dict[str, str]):
    """What is filled in; other names stay as they are."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _formula(row: Primitive, arity: int) -> str:
    """Return what a row is called in a sentence: its name, or what it writes over the names that are left."""
    if row.precedence == ATOM or arity > 1:
        return row.name
    writer = TextbookWriter()
    return _with_names(writer.write(row, [writer.name(X)]))


def _derivative(row: Primitive, arity: int) -> str:
    """Return the local derivative of a function of one operand, over the names that are left."""
    if arity > 1:
        return ""
    writer = TextbookWriter()
    (local,) = row.local_derivatives(writer, writer.name(Z), [writer.name(X)])
    return _with_names(local)


def _with_names(formula: object) -> str:
    return str(formula).replace(Z, "{z}").replace(X, "{x}")


def as_json(x: object) -> str:
    """Return JSON that may stand in a script: no text in it can end that."""
    numbers = json.dumps(x, ensure_ascii=False, separators=(",", ":"))
    return numbers.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
