"""The notation of drawings: text as a textbook prints it, with subscripts, powers and juxtaposition."""

import re
from collections.abc import Sequence
from typing import Any

from scalargrad.notation import LOOSE, Symbol, Writer, number, one_line
from scalargrad.primitives import power
from scalargrad.table import ATOM, PRODUCT, TABLE, Primitive
from scalargrad.wengert import Instruction

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
TEMPLATES = {
    "subtract": "{0} − {1}",
    "multiply": "{0}·{1}",
    "divide": "{0} / {1}",
    "negative": "−{0}",
    "sigmoid": "σ({0})",
    "log": "ln({0})",
    "sqrt": "√({0})",
    "abs": "|{0}|",
    "pow": "{0}^{1}",
}
INDEXED = re.compile(r"([^\W\d_]+)([0-9]+)")
LETTER = re.compile(r"[^\W\d_][₀-₉]*")
NAME_LENGTH, LINE_LENGTH = 24, 56
MANY = 4  # more terms than this are written as first + … + last


class TextbookWriter(Writer):
    """Read rows as the text of a drawing: indices as subscripts, products of letters side by side.

    >>> w = TextbookWriter()
    >>> x, y, half = w.name("x1"), w.name("w1"), w.number(0.5)
    >>> str(x * y), str(half * (x - y)), str(w.write(TABLE["sigmoid"], (x,)))
    ('x₁w₁', '0.5·(x₁ − w₁)', 'σ(x₁)')
    """

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable; a long name is cut, visibly."""
        return Symbol(shortened(subscripted(one_line(label)), NAME_LENGTH), ATOM, self)

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number, with a true minus sign and powers of ten."""
        mantissa, e, exponent = number(x, self.digits).replace("-", "−").partition("e")
        text = f"{mantissa}·10{_superscript(exponent)}" if e else mantissa
        return Symbol(text, LOOSE if text.startswith("−") else PRODUCT if e else ATOM, self)

    def write(self, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return the row applied to operands; different single letters are multiplied side by side.

        A power of a constant exponent is written as one.
        """
        if row.name == "pow" and not isinstance(operands[1], Symbol) and operands[1] not in {0.0, 1.0}:
            return super().write(power(operands[1]), operands[:1])
        if row.name == "multiply" and all(isinstance(x, Symbol) for x in operands):
            x, y = map(str, operands)
            if x != y and LETTER.fullmatch(x) and LETTER.fullmatch(y):
                return Symbol(x + y, PRODUCT, self)
        return super().write(row, operands)

    def _template(self, row: Primitive, arity: int) -> str:
        if row.name == "power":
            (exponent,) = row.parameters
            return "{0}" + (
                f"{exponent:g}".translate(SUPERSCRIPTS)
                if exponent.is_integer()
                else f"^({self.number(exponent)})"
            )
        return TEMPLATES.get(row.name) or super()._template(row, arity)


def formula(row: Instruction, writer: Writer) -> str:
    """Return the right-hand side of an instruction; of many terms, the first and the last.

    >>> from scalargrad import Value, total
    >>> from scalargrad.wengert import WengertList
    >>> y = total([Value(1.0, label=f"x{i}") for i in range(1, 9)])
    >>> formula(WengertList.of(y).output, TextbookWriter())
    'x₁ + … + x₈'
    """
    lists = row.primitive.lists if row.primitive else 0
    if not row.primitive or not lists or len(row.parents) <= MANY * lists:
        return str(row.written(writer))
    terms = len(row.parents) // lists
    ends = [[row.parents[i + k * terms].symbol(writer) for k in range(lists)] for i in (0, terms - 1)]
    if not row.primitive.spelled_out:
        return f"{row.primitive.name}([{ends[0][0]}, …, {ends[1][0]}])"
    first, last = (end[0] if lists == 1 else writer.write(TABLE["multiply"], end) for end in ends)
    return f"{first} + … + {last}"


def subscripted(label: str) -> str:
    """Return a label with the digits at its end as a subscript: `w12` is w₁₂.

    >>> subscripted("w12"), subscripted("a|b"), subscripted("h")
    ('w₁₂', 'a|b', 'h')
    """
    parts = INDEXED.fullmatch(label)
    return parts[1] + parts[2].translate(SUBSCRIPTS) if parts else label


def shortened(text: str, length: int = LINE_LENGTH) -> str:
    """Return a text cut to a length, with … where it was cut.

    >>> shortened("abcdefgh", 5)
    'abcd…'
    """
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _superscript(exponent: str) -> str:
    return str(int(exponent.replace("−", "-"))).translate(SUPERSCRIPTS)
