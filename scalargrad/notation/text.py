"""Write rows as text, as Python would be written: `h*(1 - h)`."""

from typing import Any

from scalargrad.notation.labels import one_line
from scalargrad.notation.numbers import number
from scalargrad.notation.writer import LOOSE, Prose, Symbol
from scalargrad.primitives.row import ATOM, Primitive


class TextWriter(Prose):
    """Write plain text, in which a row without an operator is a call.

    >>> w = TextWriter(digits=2)
    >>> str(-w.name("x1") / (w.name("b") + 1 / 3))
    '-x1/(b + 0.33)'
    """

    times = " · "

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable."""
        return self.variable(one_line(label), label)

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number."""
        text = number(x, self.digits)
        return Symbol(text, LOOSE if text.startswith("-") else ATOM, self)

    def template(self, row: Primitive, arity: int) -> tuple[str, int]:
        """Return the row's text, or a call with its parameters; operands of an n-ary row stand in a list."""
        if row.text:
            return row.text, row.precedence
        holes = ", ".join(f"{{{i}}}" for i in range(arity))
        operands = [f"[{holes}]" if row.lists else holes, *(f"{p:g}" for p in row.parameters)]
        return f"{row.name}({', '.join(operands)})", ATOM

    def call(self, name: str, *operands: Symbol) -> Symbol:
        """Return a call."""
        return Symbol(f"{name}({', '.join(map(str, operands))})", ATOM, self)

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return Python's conditional expression."""
        return Symbol(f"{self.symbol(chosen)} if {condition} else {self.symbol(otherwise)}", LOOSE, self)

    def heading(self, text: str) -> str:
        """Return the text as it is."""
        return text

    def partial(self, above: str, below: str) -> str:
        """Return ∂above/∂below."""
        return f"∂{self.enclosed(self.name(above))}/∂{self.enclosed(self.name(below))}"

    def bar(self, label: str) -> str:
        """Return the label with a bar over its first letter, or over the bracket that ends it."""
        name = self.name(label)
        if name.precedence == LOOSE:
            return f"{self.bracketed(name)}\u0304"
        letter, rest = str(name)[:1], str(name)[1:]
        return f"{letter}\u0304{rest}"
