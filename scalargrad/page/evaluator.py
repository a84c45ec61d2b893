"""A trace as JavaScript: the rows that it uses, read from the table, with who reads whom."""

import json
from operator import attrgetter

from scalargrad.notation.labels import is_of_a_parameter
from scalargrad.notation.languages import JavaScript
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.primitives.row import Primitive
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList


def evaluator(trace: WengertList) -> str:
    """Return JavaScript that states `rows`, functions of operands, and `trace`, which row reads which slots.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert.list import WengertList
    >>> rows, _, trace = evaluator(WengertList.of(Value(3.0, label="x").tanh())).partition("const trace")
    >>> print(rows + trace[-37:])
    const rows = [
      {value: (x0) => Math.tanh(x0), local: (z, x0) => [1 - z*z]},
    ];
    "shown":"v₁","row":0,"parents":[0]}];
    """
    language, writer = JavaScript(), TextbookWriter()
    moving = set(map(attrgetter("index"), parameters(trace)))
    places: dict[tuple[Primitive, int], int] = {}
    rows: list[str] = []
    listed: list[dict[str, object]] = []
    for v in trace:
        about: dict[str, object] = {"name": v.name}
        if (shown := str(writer.name(v.name))) != v.name:
            about["shown"] = shown
        if v.primitive is None:
            about["value"] = float(v.value)
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
    lines = [language.needed(text), f"const rows = [\n{text}\n];", f"const trace = {_json(listed)};"]
    return "\n".join(filter(None, lines))


def parameters(trace: WengertList) -> list[Instruction]:
    """Return the leaves that gradient descent moves: parameters of networks, else weights and biases.

    A leaf of a trace without a network is one if it is named so or, where none is, every leaf.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert.list import WengertList
    >>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
    >>> [[v.name for v in parameters(WengertList.of(y))] for y in (w * x, x * x)]
    [['w'], ['x']]
    """
    leaves = [v for v in trace if not v.parents and v.role != "constant"]
    of_networks = [v for v in leaves if v.role == "parameter"]
    return of_networks or [v for v in leaves if is_of_a_parameter(v.name)] or leaves


def _row(language: JavaScript, row: Primitive, arity: int) -> str:
    operands = [language.name(f"x{i}") for i in range(arity)]
    given = ", ".join(map(str, operands))
    value = language.value(row, *operands)
    local = ", ".join(map(str, language.local_derivatives(row, language.name("z"), *operands)))
    text = f"value: ({given}) => {value}, local: (z, {given}) => [{local}]"
    if row.domain:
        writer = TextbookWriter()
        names = [f"x{i}" for i in range(1, arity + 1)] if arity > 1 else ["x"]
        symbols = [writer.name(name) for name in names]
        needs = {"formula": str(writer.write(row, symbols)), "needs": str(row.domain(writer, *symbols))}
        text += f", domain: ({given}) => {language.domain(row, *operands)}, said: {_json(needs)}"
    return f"{{{text}}}"


def _json(x: object) -> str:
    """Return JSON that may stand in a script: no text in it can end that."""
    numbers = json.dumps(x, ensure_ascii=False, separators=(",", ":"))
    return numbers.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
