"""Read rows of the table as notation, with as few brackets as the operators need.

The local derivatives are not written down a second time: a `Writer` is one more namespace, so
reading `1 - z * z` over its symbols *is* the formula that the engine computes with.
"""

import functools
import operator
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import chain
from string import Formatter
from typing import Any, ClassVar

from scalargrad.errors import OperandError
from scalargrad.notation.labels import reads_as_a_formula
from scalargrad.primitives.row import ATOM, POWER, PRODUCT, SIGN, Primitive
from scalargrad.primitives.table import TABLE, Entry, Family, TakeBack, attached, for_each_entry

# What always stands in brackets inside something else: a comparison; a choice or a negative number.
CONDITION, LOOSE = -1, 0


class Symbol:
    """A written operand and how tightly it binds; Python's operators write larger ones."""

    __slots__ = ("precedence", "text", "writer")
    __hash__ = None  # type: ignore[assignment]  # == writes an equation

    def __init__(self, text: str, precedence: int, writer: "Writer") -> None:
        self.text = text
        self.precedence = precedence
        self.writer = writer

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def __bool__(self) -> bool:
        message = "a row cannot branch: write m.where(condition, x, y) for if, and & or | to join conditions"
        raise OperandError(message)


def begins_with_minus(symbol: Symbol) -> bool:
    """Tell whether a sign, or a product that begins with one, is not enclosed by anything."""
    return PRODUCT <= symbol.precedence <= SIGN and symbol.text.startswith(("-", "−"))


@for_each_entry
def _give_operator(entry: Entry) -> TakeBack | None:
    """Give symbols the Python operator of a row, with its reflection."""
    if isinstance(entry, Family) or not entry.method:
        return None

    def method(*operands: Any) -> Any:
        return operands[0].writer.write(entry, operands)

    def reflected(self: Symbol, other: Any) -> Any:
        return self.writer.write(entry, (other, self))

    members = {entry.method: method} | ({entry.reflected: reflected} if entry.reflected else {})
    return attached(Symbol, members)


def _give_relations() -> None:
    def relation(sign: str) -> Any:
        return lambda self, other: self.writer.relate(self, sign, other)

    relations = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "!="}
    for method, sign in (relations | {"and": "and", "or": "or", "mod": "mod"}).items():
        setattr(Symbol, f"__{method}__", relation(sign))


_give_relations()


class Writer(ABC):
    """Write rows over symbols: each kind of writer states its names, numbers, templates and brackets.

    `digits` is the number of decimals that numbers are shown with.

    >>> from scalargrad.notation.text import TextWriter
    >>> w = TextWriter()
    >>> a, b = w.name("a"), w.name("b")
    >>> str(w.write(TABLE["multiply"], (a + b, -0.49)))
    '(a + b)*(-0.49)'
    >>> str(TABLE["sigmoid"].partials(w, w.name("h"), a))
    'h*(1 - h)'
    """

    relations: ClassVar[dict[str, str]] = {}  # how a comparison is written, where it is not as in Python
    brackets: tuple[str, str] = ("(", ")")
    iverson: tuple[str, str] = ("[", "]")  # around a comparison that counts 1 where it holds
    associates = True  # a + (b + c) needs no brackets: the same number but for rounding

    def __init__(self, digits: int = 4) -> None:
        self.digits = digits

    # ---- what each kind states

    @abstractmethod
    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable."""

    @abstractmethod
    def number(self, x: float) -> Symbol:
        """Return the symbol of a number; a negative one asks for brackets wherever it stands."""

    @abstractmethod
    def template(self, row: Primitive, arity: int) -> tuple[str, int]:
        """Return the template of a row over its operands, with the precedence of what it makes."""

    @abstractmethod
    def call(self, name: str, *operands: Symbol) -> Symbol:
        """Return a function, which need not be a row, applied to operands."""

    @abstractmethod
    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return the choice between two operands."""

    # ---- what all have in common

    def write(self, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return the row applied to operands, each a symbol or a number."""
        if row.lists and row.name in vars(Writer):
            return getattr(self, row.name)(*row.arguments(operands))  # type: ignore[no-any-return]
        if (neutral := self._neutral(row, operands)) is not None:
            return neutral
        template, precedence = self.template(row, len(operands))
        return self.filled(template, precedence, row, operands)

    def filled(self, template: str, precedence: int, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return a template with the operands put in, in brackets where the row needs them."""
        symbols = list(map(self.symbol, operands))
        written = ""
        for literal, hole, _, _ in Formatter().parse(template):
            written += literal
            if hole is not None:
                symbol = symbols[int(hole)]
                enclosed = precedence == ATOM or written.endswith("{")
                free = enclosed or self._binds(symbol, row, int(hole))
                written += str(symbol if free else self.bracketed(symbol))
        return Symbol(written, precedence, self)

    def symbol(self, x: Any) -> Symbol:
        """Return a symbol as it is, a number as its symbol."""
        return x if isinstance(x, Symbol) else self.number(x)

    def bracketed(self, symbol: Symbol) -> Symbol:
        """Enclose a symbol; a comparison in square brackets counts 1 where it holds (Iverson's)."""
        opening, closing = self.iverson if symbol.precedence == CONDITION else self.brackets
        return Symbol(f"{opening}{symbol}{closing}", ATOM, self)

    def variable(self, text: str, label: str) -> Symbol:
        """Return the symbol of a variable, in brackets inside formulas if its label looks like one itself."""
        return Symbol(text, LOOSE if reads_as_a_formula(label) else ATOM, self)

    def enclosed(self, symbol: Symbol) -> Symbol:
        """Return the symbol of a variable as it stands after a d or ∂."""
        return self.bracketed(symbol) if symbol.precedence == LOOSE else symbol

    def factor(self, symbol: Symbol) -> str:
        """Return a symbol as one factor of a product, in brackets if it needs them, or starts with a sign."""
        free = symbol.precedence >= PRODUCT and symbol.precedence != SIGN
        return str(symbol if free else self.bracketed(symbol))

    def relate(self, left: Any, sign: str, right: Any) -> Any:
        """Return a comparison, or two of them joined by a word."""
        left, right = self.symbol(left), self.symbol(right)
        return Symbol(f"{left} {self.relations.get(sign, sign)} {right}", CONDITION, self)

    def weigh(self, weight: Any, x: Any) -> Symbol:
        """Return the product, which is 0 where its weight is, even if x is infinite."""
        vanishes = not isinstance(weight, Symbol) and weight == 0
        return self.number(0.0) if vanishes else self.write(TABLE["multiply"], (weight, x))

    def sign(self, x: Symbol) -> Symbol:
        """Return the sign function of x."""
        return self.call("sign", x)

    def total(self, xs: Sequence[Any]) -> Symbol:
        """Return a sum, spelled out."""
        return self.symbol(functools.reduce(operator.add, xs, 0.0))

    def dot(self, ws: Sequence[Any], xs: Sequence[Any]) -> Symbol:
        """Return a sum of products, spelled out."""
        return self.total([self.write(TABLE["multiply"], pair) for pair in zip(ws, xs, strict=True)])

    def logsumexp(self, xs: Sequence[Any]) -> Symbol:
        """Return ln(eˣ¹ + … + eˣᵏ)."""
        return self.filled(*self.template(TABLE["logsumexp"], len(xs)), TABLE["logsumexp"], xs)

    def softmax(self, xs: Sequence[Any], z: Any) -> list[Symbol]:
        """Return eˣⁱ⁻ᶻ for each of a list."""
        return [self.write(TABLE["exp"], [x - z]) for x in xs]

    def ones_like(self, xs: Sequence[Any]) -> list[float]:
        """Return a 1 for each of a list."""
        return [1.0] * len(xs)

    def __getattr__(self, name: str) -> Any:
        """Read any row by its name, which makes the writer a namespace like the others."""
        if name not in TABLE:
            raise AttributeError(name)
        row = TABLE[name]
        return lambda *arguments: self.write(row, list(chain(*arguments)) if row.lists else arguments)

    def _neutral(self, row: Primitive, operands: Sequence[Any]) -> Symbol | None:
        """Return what is left of 0 + x, 1 · x, -1 · x, x¹ or x⁰, on either side, if this is one of them."""
        if row.name not in {"add", "multiply", "pow"} or len({isinstance(x, Symbol) for x in operands}) == 1:
            return None
        symbol, number = operands if isinstance(operands[0], Symbol) else reversed(operands)
        match row.name, number, symbol is operands[0]:
            case ("add", 0, _) | ("multiply", 1, _) | ("pow", 1, True):
                return self.bracketed(symbol) if symbol.precedence == CONDITION else symbol
            case ("multiply", -1, _) if begins_with_minus(symbol):  # of the chain rule: --x is x
                return Symbol(symbol.text[1:], min(symbol.precedence, PRODUCT), self)
            case ("multiply", -1, _):
                return self.write(TABLE["negative"], [symbol])
            case ("pow", 0, True):
                return self.number(1.0)
        return None

    def _binds(self, symbol: Symbol, row: Primitive, position: int) -> bool:
        """Tell whether an operand needs no brackets in an operator's row."""
        if row.precedence == SIGN:
            return symbol.precedence >= PRODUCT and not begins_with_minus(symbol)  # -(a*b) is -a*b
        if position > 0 and (symbol.precedence == SIGN or begins_with_minus(symbol)):
            return False  # a*(-b), a + (-b*c), for the eye
        associative = row.associative and self.associates
        strictly = row.precedence == POWER or (position > 0 and not associative)
        return symbol.precedence > row.precedence or (symbol.precedence == row.precedence and not strictly)


class Prose(Writer):
    """Write for people: also what stands around formulas, such as headings, fractions, adjoints."""

    times: str  # between the factors of a product that is not a primitive's

    @abstractmethod
    def heading(self, text: str) -> str:
        """Return words and signs, such as δ = ∂y/∂z, as a heading."""

    @abstractmethod
    def partial(self, above: str, below: str) -> str:
        """Return ∂above/∂below, of two labels."""

    @abstractmethod
    def bar(self, label: str) -> str:
        """Return the adjoint of a label, as the letter with a bar."""
