"""Write rows of the table as text and as LaTeX, with as few parentheses as the operators need.

The local derivatives are not written down a second time: a `Writer` is one more namespace, so
reading `1 - z * z` over its symbols *is* the formula that the engine computes with.
"""

import math
import re
from collections.abc import Sequence
from string import Formatter
from typing import Any

from scalargrad.table import ATOM, POWER, PRODUCT, SIGN, TABLE, Primitive

# What always stands in brackets inside something else: a comparison; a choice or a negative number.
CONDITION, LOOSE = -1, 0
LATEX_FUNCTIONS = {"sin", "cos", "tan", "sinh", "cosh", "tanh"}
LATEX_SPECIAL = {c: rf"\{c}" for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}


def number(x: float, digits: int = 4) -> str:
    """Return x in at most `digits` decimals, or in powers of ten where that would show too little.

    A number that is exact in fewer decimals is left short; a number that is not zero never
    shows as zero.

    >>> [number(x) for x in (2.0, -0.49, 1 / 3, 0.00012345, 123456789.0, float("nan"))]
    ['2', '-0.49', '0.3333', '1.234e-04', '1.235e+08', 'nan']
    """
    if not math.isfinite(x):
        return str(x)
    if x == 0:
        return "0"
    least = 10.0 ** (1 - max(digits, 2)) if digits else 1.0
    if not least <= abs(x) < 1e7:
        short = f"{x:g}"
        return short if float(short) == x and len(short) <= digits + 2 else f"{x:.{max(digits - 1, 0)}e}"
    fixed = f"{x:.{digits}f}"
    exact = float(fixed) == float(f"{x:.12g}")  # but for the rounding of floats
    return fixed.rstrip("0").rstrip(".") if exact and "." in fixed else fixed


def is_number(text: str) -> bool:
    """Tell whether a text reads as a number, nan and inf included."""
    try:
        float(text)
    except ValueError:
        return False
    return True


class Symbol:
    """Hold a written operand and how tightly it binds; Python's operators write larger ones."""

    __slots__ = ("precedence", "text", "writer")
    __hash__ = None  # type: ignore[assignment]  # == writes an equation

    def __init__(self, text: str, precedence: int, writer: "Writer") -> None:
        self.text = text
        self.precedence = precedence
        self.writer = writer

    def __str__(self) -> str:
        return self.text

    def __neg__(self) -> "Symbol":
        return self.writer.write(TABLE["negative"], (self,))

    def __abs__(self) -> "Symbol":
        return self.writer.write(TABLE["abs"], (self,))


def _give_symbols_their_operators() -> None:
    def operator_of(name: str) -> tuple[Any, Any]:
        return (
            lambda self, other: self.writer.write(TABLE[name], (self, other)),
            lambda self, other: self.writer.write(TABLE[name], (other, self)),
        )

    def relation(sign: str) -> Any:
        return lambda self, other: self.writer.relate(self, sign, other)

    arithmetic = {"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide"}
    for method, name in arithmetic.items():
        forward, reflected = operator_of(name)
        setattr(Symbol, f"__{method}__", forward)
        setattr(Symbol, f"__r{method}__", reflected)
    relations = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "!="}
    for method, sign in (relations | {"and": "and", "or": "or", "mod": "mod"}).items():
        setattr(Symbol, f"__{method}__", relation(sign))


_give_symbols_their_operators()


class Writer:
    """Read rows as notation in one style, "text" or "latex", with numbers in `digits` decimals.

    >>> from scalargrad.table import TABLE
    >>> w = Writer("text")
    >>> a, b = w.name("a"), w.name("b")
    >>> str(w.write(TABLE["multiply"], (a + b, -0.49)))
    '(a + b)*(-0.49)'
    >>> str(TABLE["sigmoid"].partials(w, w.name("h"), a))
    'h*(1 - h)'
    """

    def __init__(self, style: str = "text", digits: int = 4) -> None:
        self.style = style
        self.digits = digits

    def __getattr__(self, name: str) -> Any:
        """Read any row by its name, which makes the writer a namespace like the others."""
        if name not in TABLE:
            raise AttributeError(name)
        return lambda *operands: self.write(TABLE[name], operands)

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable."""
        return Symbol(latex_name(label) if self.style == "latex" else one_line(label), ATOM, self)

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number; a negative one asks for brackets wherever it stands."""
        text = number(x, self.digits)
        precedence = LOOSE if text.startswith("-") else ATOM
        if self.style == "latex":
            text = _latex_number(text)
            if r"\times" in text:
                precedence = min(precedence, PRODUCT)  # a power of 1.2 × 10⁻⁴ needs brackets
        return Symbol(text, precedence, self)

    def write(self, row: Primitive, operands: Sequence[Any]) -> Symbol:
        """Return the row applied to operands, each a symbol or a number."""
        if row.spelled_out:
            return row.value(self, operands)  # type: ignore[no-any-return]
        if (neutral := _neutral(row, operands)) is not None:
            return neutral
        symbols = [x if isinstance(x, Symbol) else self.number(x) for x in operands]
        called = self.style == "text" and row.text is None
        precedence = ATOM if called else row.precedence
        written = ""
        for literal, hole, _, _ in Formatter().parse(self._template(row, len(symbols))):
            written += literal
            if hole is not None:
                symbol = symbols[int(hole)]
                enclosed = precedence == ATOM or written.endswith("{")
                written += str(symbol if enclosed or _binds(symbol, row, int(hole)) else _bracket(symbol))
        return Symbol(written, precedence, self)

    def relate(self, left: Any, sign: str, right: Any) -> Symbol:
        """Return a comparison, or two of them joined by a word."""
        if self.style == "latex":
            words = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "mod": r"\bmod"}
            sign = words.get(sign, rf"\text{{ {sign} }}" if sign.isalpha() else sign)
        left, right = (str(x if isinstance(x, Symbol) else self.number(x)) for x in (left, right))
        return Symbol(f"{left} {sign} {right}", CONDITION, self)

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return the conditional expression of two branches."""
        if_, else_ = (
            rf"\text{{ {word} }}" if self.style == "latex" else f" {word} " for word in ("if", "else")
        )
        chosen, otherwise = (x if isinstance(x, Symbol) else self.number(x) for x in (chosen, otherwise))
        return Symbol(f"{chosen}{if_}{condition}{else_}{otherwise}", LOOSE, self)

    def weigh(self, weight: Any, x: Any) -> Symbol:
        """Return the product, which is 0 where its weight is, even if x is infinite."""
        vanishes = not isinstance(weight, Symbol) and weight == 0
        return self.number(0.0) if vanishes else self.write(TABLE["multiply"], (weight, x))

    def sign(self, x: Symbol) -> Symbol:
        """Return the sign function of x."""
        return Symbol(
            rf"\operatorname{{sign}}\left({x}\right)" if self.style == "latex" else f"sign({x})", ATOM, self
        )

    def _template(self, row: Primitive, arity: int) -> str:
        holes = ", ".join(f"{{{i}}}" for i in range(arity))
        if self.style == "text":
            return row.text or (f"{row.name}([{holes}])" if row.lists else f"{row.name}({holes})")
        if row.latex or (row.text and row.precedence < ATOM):
            return str(row.latex or row.text)
        name = row.name.replace("_", r"\_")
        command = rf"\{name}" if row.name in LATEX_FUNCTIONS else rf"\operatorname{{{{{name}}}}}"
        return rf"{command}\left({holes}\right)"


def _neutral(row: Primitive, operands: Sequence[Any]) -> Symbol | None:
    """Return what is left of 0 + x, 1 · x, -1 · x, x¹ or x⁰, on either side, if this is one of them."""
    if row.name not in {"add", "multiply", "pow"} or len({isinstance(x, Symbol) for x in operands}) == 1:
        return None
    symbol, number = operands if isinstance(operands[0], Symbol) else reversed(operands)
    match row.name, number, symbol is operands[0]:
        case ("add", 0, _) | ("multiply", 1, _) | ("pow", 1, True):
            return _bracket(symbol) if symbol.precedence == CONDITION else symbol
        case ("multiply", -1, _):
            return -symbol  # type: ignore[no-any-return]
        case ("pow", 0, True):
            return symbol.writer.number(1.0)  # type: ignore[no-any-return]
    return None


def _binds(symbol: Symbol, row: Primitive, position: int) -> bool:
    """Tell whether an operand needs no brackets in an operator's row."""
    if row.precedence == SIGN:
        return symbol.precedence >= PRODUCT  # -(a*b) is -a*b
    if position > 0 and symbol.precedence == SIGN:
        return False  # a*(-b), for the eye
    strictly = row.precedence == POWER or (position > 0 and not row.associative)
    return symbol.precedence > row.precedence or (symbol.precedence == row.precedence and not strictly)


def _bracket(symbol: Symbol) -> Symbol:
    """Enclose a symbol; a comparison in square brackets counts 1 where it holds (Iverson's)."""
    opening, closing = "[]" if symbol.precedence == CONDITION else "()"
    if symbol.writer.style == "latex":
        opening, closing = rf"\left{opening}", rf"\right{closing}"
    return Symbol(f"{opening}{symbol}{closing}", ATOM, symbol.writer)


def one_line(label: str) -> str:
    """Return a label with control characters made visible, so that it stays on its line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in label)


def latex_name(label: str) -> str:
    r"""Return a label as LaTeX mathematics: `w12` is w with the index 12, other text is upright.

    >>> latex_name("w12"), latex_name("x"), latex_name("a|b")
    ('w_{12}', 'x', '\\text{a\\textbar{}b}')
    """
    if parts := re.fullmatch(r"([A-Za-z])_?([0-9]*)", label):
        letter, index = parts.groups()
        return f"{letter}_{{{index}}}" if index else letter
    return rf"\text{{{''.join(LATEX_SPECIAL.get(c, c) for c in one_line(label))}}}"


def _latex_number(text: str) -> str:
    if text.lstrip("-") in {"inf", "nan"}:
        return text.replace("inf", r"\infty").replace("nan", r"\text{nan}")
    mantissa, e, exponent = text.partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if e else text
