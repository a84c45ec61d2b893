"""Write rows as source text of a programming language: a row's value, its local derivatives, its domain.

A dialect is a namespace like the others, so no primitive is spelled out a second time.  What its
language has is called there; any other row is called as a function of its own, whose definition is read
from the row, to stand before the text that calls it.
"""

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from scalargrad.notation.writer import CONDITION, LOOSE, Symbol, Writer
from scalargrad.primitives.row import ATOM, PRODUCT, SIGN, SUM, Primitive
from scalargrad.primitives.table import TABLE

OPERATORS = {"add", "subtract", "multiply", "divide", "negative", "positive"}  # the same everywhere

# How tightly a relation binds, and what needs no brackets on its left and right; `-a % b` is (-a) % b.
AND, OR = CONDITION - 1, CONDITION - 2
COMPARES = (CONDITION, SUM, SUM)
BINDS = {"and": (AND, AND, AND), "or": (OR, OR, OR), "mod": (SUM, PRODUCT, SIGN)}

OPERANDS = ("x", "y")
IMPORTS = ("import ", "from ")
NAME = re.compile(r"(?<![\w.])[A-Za-z]\w*")


class Dialect(Writer):
    """Write source text over names that stand as they are.

    Numbers read back as the same floats, and the operations keep their order: what the text evaluates
    to is, to the last bit, what the row gives.

    >>> from scalargrad.notation.languages import Python
    >>> python = Python()
    >>> x, z = python.name("x"), python.name("z")
    >>> str(python.value(TABLE["silu"], x))
    'x*sigmoid(x)'
    >>> str(*python.local_derivatives(TABLE["tanh"], z, x)), str(python.domain(TABLE["log"], x))
    ('1 - z*z', 'x > 0')
    """

    relations: ClassVar[dict[str, str]] = {"=": "=="}
    iverson = Writer.brackets
    associates = False
    infinity: str
    nan: str
    choice: tuple[str, int]  # the template of a condition and two branches, with its precedence

    # ---- what each language states

    @property
    @abstractmethod
    def functions(self) -> Mapping[str, str]:
        """Return what the language calls the functions that it has."""

    @abstractmethod
    def function(self, name: str, operands: Sequence[str], body: Symbol) -> str:
        """Return the definition of a function."""

    @abstractmethod
    def lacking(self, name: str) -> str | None:
        """Return the source of what rows are made of, where the language has to be given it."""

    # ---- a row as source text

    def value(self, row: Primitive, *operands: Any) -> Symbol:
        """Return z at the operands."""
        return self.symbol(row.value(self, operands))

    def local_derivatives(self, row: Primitive, z: Any, *operands: Any) -> list[Symbol]:
        """Return ∂z/∂xᵢ for each operand, over the name of z."""
        return list(map(self.symbol, row.local_derivatives(self, z, operands)))

    def domain(self, row: Primitive, *operands: Any) -> Symbol | None:
        """Return the condition that the operands must meet, None where there is none."""
        return row.domain(self, *operands) if row.domain else None

    def needed(self, text: object) -> str:
        """Return the definitions of what a text uses and its language lacks, to stand before it.

        >>> from scalargrad.notation.languages import JavaScript
        >>> print(JavaScript().needed("softplus(x)"))
        const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        """
        definitions = self._definitions(str(text), set())
        return "\n".join(sorted(definitions, key=lambda source: not source.startswith(IMPORTS)))

    def _definitions(self, text: str, seen: set[str]) -> Iterator[str]:
        """Yield a definition for each name in a text that needs one, after those that it needs itself."""
        for name in NAME.findall(text):
            source = None if name in seen else self.lacking(name) or self._definition(name)
            seen.add(name)
            if source:
                if not source.startswith(IMPORTS):
                    yield from self._definitions(source, seen)
                yield source

    def _definition(self, name: str) -> str | None:
        """Return the definition of a row that is called, but which the language does not have."""
        row = TABLE.get(name)
        if row is None or row.arity is None or name in self.functions:
            return None
        operands = OPERANDS[: row.arity]
        return self.function(name, operands, self.value(row, *map(self.name, operands)))

    # ---- names, numbers, operators, calls

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable."""
        return Symbol(label, ATOM, self)

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number, which reads back as the same float."""
        text = repr(float(x)).replace("inf", self.infinity).replace("nan", self.nan)
        return Symbol(text, SIGN if text.startswith("-") else ATOM, self)

    def short(self, x: Any) -> Symbol:
        """Return an operand; a whole number without `.0`, but for 0, whose sign an integer would lose."""
        symbol = self.symbol(x)
        whole = not isinstance(x, Symbol) and x != 0
        return Symbol(symbol.text.removesuffix(".0"), symbol.precedence, self) if whole else symbol

    def shortest(self, x: Any) -> Symbol:
        """Return an operand where 0 and -0 are the same."""
        return self.name("0") if not isinstance(x, Symbol) and x == 0 else self.short(x)

    def write(self, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return an operator applied to operands, or a call; of a list or a family's row, its definition."""
        if row.name in OPERATORS:
            return super().write(row, operands)
        if row.lists or row.parameters:
            return self.value(row, *operands)
        return self.pow(*operands) if row.name == "pow" else self.call(row.name, *operands)

    def template(self, row: Primitive, arity: int) -> tuple[str, int]:
        """Return the operator."""
        assert row.text is not None, (row, arity)
        return row.text, row.precedence

    def filled(self, template: str, precedence: int, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return an operator's template with the operands put in; a comparison makes no number a float."""
        short = not any(map(_is_condition, operands))
        return super().filled(template, precedence, row, [self.short(x) if short else x for x in operands])

    def call(self, name: str, *operands: Any) -> Symbol:
        """Return a call."""
        written = ", ".join(str(self.symbol(x)) for x in operands)
        return Symbol(f"{self.functions.get(name, name)}({written})", ATOM, self)

    def pow(self, x: Any, n: Any) -> Symbol:
        """Return x to the power n; x¹ is x."""
        if not isinstance(n, Symbol) and n == 1:
            return self.symbol(x)
        return self.call("pow", x, self.shortest(n))

    # ---- choices

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return the choice between two operands, which may be made already."""
        if not isinstance(condition, Symbol):
            return self.symbol(chosen if condition else otherwise)
        template, precedence = self.choice
        parts = list(map(self.symbol, (condition, chosen, otherwise)))
        if precedence == LOOSE:  # the last branch may be a choice itself
            parts[:2] = [self.bracketed(x) if x.precedence == LOOSE else x for x in parts[:2]]
        return Symbol(template.format(*parts), precedence, self)

    def relate(self, left: Any, sign: str, right: Any) -> Any:
        """Return a comparison, or two of them joined, or a remainder, with the brackets that these need."""
        precedence, *least = BINDS.get(sign, COMPARES)
        short = self.short if sign == "mod" else self.shortest
        operands = [
            self.bracketed(x) if x.precedence < bound or x.precedence == LOOSE else x
            for x, bound in zip(map(short, (left, right)), least)
        ]
        return Symbol(super().relate(operands[0], sign, operands[1]).text, precedence, self)

    def weigh(self, weight: Any, x: Any) -> Symbol:
        """Return the product, which is 0 where its weight is, even if x is infinite."""
        return self.call("weigh", weight, x) if isinstance(weight, Symbol) else super().weigh(weight, x)

    # ---- lists

    def total(self, xs: Sequence[Any]) -> Symbol:
        """Return the sum of a list."""
        return self.call("total", self._list(xs))

    def dot(self, ws: Sequence[Any], xs: Sequence[Any]) -> Symbol:
        """Return the sum of the products of two lists."""
        return self.call("dot", self._list(ws), self._list(xs))

    def logsumexp(self, xs: Sequence[Any]) -> Symbol:
        """Return ln(eˣ¹ + … + eˣᵏ) of a list."""
        return self.call("logsumexp", self._list(xs))

    def _list(self, xs: Sequence[Any]) -> Symbol:
        return Symbol(f"[{', '.join(str(self.symbol(x)) for x in xs)}]", ATOM, self)

    # ---- to the last bit

    def _neutral(self, row: Primitive, operands: Sequence[Any]) -> Symbol | None:
        """Return what is left of ±1 · x; but 0 + x is not x at -0, and 1 · (a comparison) is a number."""
        exact = row.name != "add" and not any(map(_is_condition, operands))
        return super()._neutral(row, operands) if exact else None

    def _binds(self, symbol: Symbol, row: Primitive, position: int) -> bool:
        """Tell whether an operand needs no brackets; a second sign does, as -- is another operator."""
        signed = symbol.text.startswith(("-", "+"))
        second = position > 0 or row.precedence == SIGN
        return not (signed and second) and super()._binds(symbol, row, position)


def _is_condition(x: Any) -> bool:
    return isinstance(x, Symbol) and x.precedence <= CONDITION
