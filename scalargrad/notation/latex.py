r"""Write rows as LaTeX mathematics: `h \cdot \left(1 - h\right)`."""

import re
from typing import Any, ClassVar

from scalargrad.notation.characters import portable
from scalargrad.notation.labels import latex_name
from scalargrad.notation.numbers import number
from scalargrad.notation.writer import LOOSE, Prose, Symbol
from scalargrad.primitives.row import ATOM, PRODUCT, Primitive

NOT_FINITE = re.compile("-?(inf|nan)")
FRACTIONAL = re.compile(r"-?\d+([.e].*)")  # what siunitx is needed for
SIGNS = {"∂": r"\partial ", "δ": r"\delta", "φ": r"\varphi"}


class LatexWriter(Prose):
    r"""Write LaTeX for amsmath, with brackets that grow.

    >>> w = LatexWriter()
    >>> str(w.sigmoid(w.name("a1")) * -2.0)
    '\\sigma\\left(a_{1}\\right) \\cdot \\left(-2\\right)'
    """

    times = r" \cdot "
    relations: ClassVar[dict[str, str]] = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "mod": r"\bmod"} | {
        word: rf"\text{{ {word} }}" for word in ("and", "or")
    }
    brackets = (r"\left(", r"\right)")
    iverson = (r"\left[", r"\right]")

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable."""
        return self.variable(latex_name(label), label)

    def number(self, x: float) -> Symbol:
        """Return the symbol of a number; a power of ten is a product, which may need brackets."""
        plain = number(x, self.digits)
        precedence = LOOSE if plain.startswith("-") else PRODUCT if "e" in plain else ATOM
        return Symbol(self.numeral(plain), precedence, self)

    def numeral(self, plain: str) -> str:
        """Return what sets a number, given as text, such as 1.5e-05 or inf."""
        if NOT_FINITE.fullmatch(plain):
            return plain.replace("inf", r"\infty").replace("nan", r"\text{nan}")
        mantissa, e, exponent = plain.partition("e")
        return rf"{mantissa} \times 10^{{{int(exponent)}}}" if e else mantissa

    def template(self, row: Primitive, arity: int) -> tuple[str, int]:
        """Return the row's LaTeX, else its operator, else its name in upright letters, as a function."""
        if row.latex or (row.text and row.precedence < ATOM):
            return str(row.latex or row.text), row.precedence
        holes = ", ".join([*(f"{{{i}}}" for i in range(arity)), *(f"{p:g}" for p in row.parameters)])
        return rf"\operatorname{{{{{self.upright(row.name)}}}}}\left({holes}\right)", ATOM

    def upright(self, name: str) -> str:
        """Return the name of a function for a template; that it is text, accents need to be told."""
        escaped = name.replace("_", r"\_")
        return escaped if escaped.isascii() else rf"\text{{{{{escaped}}}}}"

    def call(self, name: str, *operands: Symbol) -> Symbol:
        """Return a function in upright letters."""
        return Symbol(rf"\operatorname{{{name}}}\left({', '.join(map(str, operands))}\right)", ATOM, self)

    def where(self, condition: Any, chosen: Any, otherwise: Any) -> Symbol:
        """Return "chosen if condition else otherwise"."""
        text = rf"{self.symbol(chosen)}\text{{ if }}{condition}\text{{ else }}{self.symbol(otherwise)}"
        return Symbol(text, LOOSE, self)

    def heading(self, text: str) -> str:
        r"""Return words upright and signs as commands.

        >>> LatexWriter().heading("value δ")
        '\\text{value} \\delta'
        """
        words = re.sub(r"[a-z]{2,}", r"\\text{\g<0>}", text)
        words = words.replace("v\u0304", r"\bar v").replace("v\u0307", r"\dot v")
        return "".join(SIGNS.get(c, c) for c in words)

    def partial(self, above: str, below: str) -> str:
        """Return ∂above/∂below as a fraction."""
        over, under = (self.enclosed(self.name(label)) for label in (above, below))
        return rf"\frac{{\partial {over}}}{{\partial {under}}}"

    def bar(self, label: str) -> str:
        """Return the label with a bar over it, of a letter with an index over the letter."""
        letter, underscore, index = str(self.name(label)).partition("_")
        if letter.startswith(r"\text"):
            return rf"\overline{{{letter}{underscore}{index}}}"
        return rf"\bar{{{letter}}}{underscore}{index}"


class PortableWriter(LatexWriter):
    r"""Write LaTeX that pdflatex and lualatex set whatever characters are in the labels.

    >>> PortableWriter().name("θ of Ж")
    \text{\ensuremath{\theta} of [U+0416]}
    """

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable."""
        return self.variable(portable(latex_name(label)), label)

    def upright(self, name: str) -> str:
        """Return the name of a function for a template."""
        written = portable(super().upright(name).format())
        return written.replace("{", "{{").replace("}", "}}")


class SiunitxWriter(PortableWriter):
    r"""Write numbers as the package siunitx is told to by a document, with a decimal comma for example.

    >>> SiunitxWriter().number(-1.5e-5), SiunitxWriter().number(2.0)
    (\num{-1.500e-5}, 2)
    """

    def numeral(self, plain: str) -> str:
        """Return what sets a number, given as text."""
        if not FRACTIONAL.fullmatch(plain):
            return super().numeral(plain)
        mantissa, e, exponent = plain.partition("e")
        return rf"\num{{{mantissa}e{int(exponent)}}}" if e else rf"\num{{{plain}}}"
