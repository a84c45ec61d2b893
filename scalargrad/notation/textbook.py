"""Write rows as the text of a drawing: subscripts, powers, letters side by side."""

import re
from collections.abc import Sequence
from typing import Any

from scalargrad.notation.labels import NAME_LENGTH, one_line, shortened, subscripted
from scalargrad.notation.numbers import number, superscript
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import LOOSE, Symbol
from scalargrad.primitives.row import ATOM, PRODUCT, Primitive
from scalargrad.primitives.rows import power

LETTER = re.compile(r"[^\W\d_][₀-₉]*")
POWER_OF = re.compile(r"\*\*\(?(-?[0-9.e+]+)\)?$")  # how a constant exponent stands in a row's text


class TextbookWriter(TextWriter):
    """Write as a textbook prints it: indices as subscripts, products of letters side by side.

    >>> w = TextbookWriter()
    >>> x, y, half = w.name("x1"), w.name("w1"), w.number(0.5)
    >>> str(x * y), str(half * (x - y)), str(w.sigmoid(x))
    ('x₁w₁', '0.5·(x₁ − w₁)', 'σ(x₁)')
    """

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable; a long name is cut, visibly."""
        return self.variable(shortened(subscripted(one_line(label)), NAME_LENGTH), label)

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number, with a true minus sign and powers of ten."""
        mantissa, e, exponent = number(x, self.digits).replace("-", "−").partition("e")
        text = f"{mantissa}·10{superscript(str(int(exponent.replace('−', '-'))))}" if e else mantissa
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

    def template(self, row: Primitive, arity: int) -> tuple[str, int]:
        """Return the row's textbook form, else its text with true minus signs and a raised exponent."""
        if row.textbook:
            return row.textbook, row.precedence
        template, precedence = super().template(row, arity)
        return POWER_OF.sub(self._raised, template).replace("-", "−"), precedence

    def _raised(self, found: re.Match[str]) -> str:
        exponent = float(found[1])
        return superscript(f"{exponent:g}") if exponent.is_integer() else f"^({self.number(exponent)})"
