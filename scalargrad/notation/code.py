"""Write rows as source text of a programming language: a row's value, its local derivatives, its domain.

A dialect is a namespace like the others, so no primitive is spelled out a second time.  What its
language offers is called; whatever it does not offer is read as the row defines it.  Only what rows are
made of, and a language lacks altogether, stands in the dialect's `lacking`, as functions to put before.
"""

import math
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from scalargrad.notation.writer import CONDITION, LOOSE, Symbol, Writer
from scalargrad.primitives.row import ATOM, Primitive

# Functions that every language here has, under these names.
CALLED = frozenset((
    "sqrt", "exp", "expm1", "log", "log1p",
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
))  # fmt: skip


class Dialect(Writer):
    """Write source text over names that stand as they are, with numbers that read back exactly.

    >>> from scalargrad.notation.languages import Python
    >>> from scalargrad.primitives.table import TABLE
    >>> python = Python()
    >>> x, z = python.name("x"), python.name("z")
    >>> str(TABLE["sigmoid"].partials(python, z, x)), str(python.value(TABLE["silu"], x))
    ('z*(1.0 - z)', 'x*((1.0 if x >= 0.0 else math.exp(-abs(x)))/(1.0 + math.exp(-abs(x))))')
    """

    times = "*"
    relations: ClassVar[dict[str, str]] = {"=": "=="}
    iverson = Writer.brackets
    associates = False  # the order of operations is that of the engine, to the last bit
    prefix: str  # of the functions that the language has
    functions: ClassVar[dict[str, str]] = {}  # templates of those whose name or form is another
    infinity: str
    lacking: ClassVar[dict[str, str]] = {}  # source text of functions

    def value(self, row: Primitive, *operands: Any) -> Symbol:
        """Return z at the operands."""
        return self.symbol(row.value(self, operands))

    def local_derivatives(self, row: Primitive, z: Any, *operands: Any) -> list[Symbol]:
        """Return ∂z/∂xᵢ for each operand, over the name of z."""
        return list(map(self.symbol, row.local_derivatives(self, z, operands)))

    def domain(self, row: Primitive, *operands: Any) -> Symbol | None:
        """Return the condition that the operands must meet, None where there is none."""
        return row.domain(self, *operands) if row.domain else None

    def needed(self, text: str) -> str:
        """Return the source of what the language lacks and a text calls, to stand before it."""
        return "\n".join(source for name, source in self.lacking.items() if re.search(rf"\b{name}\(", text))

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable."""
        return Symbol(label, ATOM, self)

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number, so that it reads back as the same float."""
        text = f"{'-' * (x < 0)}{self.infinity}" if math.isinf(x) else repr(float(x))
        return Symbol(text, LOOSE if text.startswith("-") else ATOM, self)

    def write(self, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return an operator applied to operands, a call, or else the row's definition."""
        if row.name in self.functions or row.name in CALLED:
            return self.call(row.name, *map(self.symbol, operands))
        return super().write(row, operands) if row.method else self.value(row, *operands)

    def form(self, row: Primitive, arity: int) -> tuple[str, int]:
        """Return the operator, which all three languages write alike."""
        assert row.text is not None, (row, arity)
        return row.text, row.precedence

    def call(self, name: str, *operands: Symbol) -> Symbol:
        """Return a call of what the language has."""
        template = self.functions.get(name) or f"{self.prefix}{name}({{0}})"
        return Symbol(template.format(*operands), ATOM, self)

    def pow(self, x: Any, n: Any) -> Symbol:
        """Return x to the power n."""
        return self.call("pow", self.symbol(x), self.symbol(n))

    def weigh(self, weight: Any, x: Any) -> Symbol:
        """Return the product, which is 0 where its weight is, even if x is infinite."""
        if not isinstance(weight, Symbol):
            return super().weigh(weight, x)
        return self.where(self.relate(weight, "!=", 0.0), weight * x, 0.0)

    def logsumexp(self, xs: Sequence[Any]) -> Symbol:
        """Return the call of what no language has, with the operands in a list."""
        return self.call("logsumexp", Symbol(", ".join(map(str, xs)), ATOM, self))

    def heading(self, text: str) -> str:
        """Return the text as a comment would have it."""
        return text

    def partial(self, above: str, below: str) -> str:
        """Return a name for the local derivative."""
        return f"d{above}_d{below}"

    def bar(self, label: str) -> str:
        """Return a name for the adjoint."""
        return f"d{label}"

    def _neutral(self, row: Primitive, operands: Sequence[Any]) -> Symbol | None:
        """Return what is left of 1 · x and the like, but keep 1 · (a comparison), which is a number."""
        is_choice = any(isinstance(x, Symbol) and x.precedence == CONDITION for x in operands)
        return None if is_choice else super()._neutral(row, operands)

    def _choice(self, template: str, *branches: Any) -> Symbol:
        """Return a conditional expression, its parts in brackets where they are choices themselves."""
        parts = [self.symbol(branch) for branch in branches]
        whole = [
            part if part.precedence != LOOSE or part.text.startswith("-") else self.bracketed(part)
            for part in parts
        ]
        return Symbol(template.format(*whole), LOOSE, self)
