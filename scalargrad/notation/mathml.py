"""Formulas as MathML: the LaTeX notation converted, with labels put in only after the conversion."""

import html
import re
from functools import lru_cache

from scalargrad.notation.labels import NAME_LENGTH, one_line, shortened, variable
from scalargrad.notation.latex import LatexWriter
from scalargrad.notation.typesetting import low, terms
from scalargrad.notation.writer import Symbol

OPENING_MINUS = re.compile(r'(<math>(?:<mrow>)?|(?<![)\]|])</mo>|form="prefix">.</mo>)<mo>−</mo>')
LONG = 40  # characters of LaTeX that fit on a line, roughly
PLACEHOLDER = re.compile(r"<mtext>\|(\d+)\|</mtext>")
INDEX = re.compile(r"<mrow>(<m[in]>[^<]*</m[in]>)</mrow>(?=</msub>|</msup>)")
FUNCTION = re.compile(r"<mo>((?!mod<)[A-Za-z]{2,})</mo>")


class MathWriter(LatexWriter):
    """Write LaTeX in which a label that is not a plain variable stands as a number between bars.

    >>> w = MathWriter()
    >>> w.mathml(w.name("w1"))
    '<math><mrow><msub><mi>w</mi><mn>1</mn></msub></mrow></math>'
    >>> w.mathml(w.name("<b>"))
    '<math><mrow><mtext>&lt;b&gt;</mtext></mrow></math>'
    """

    def __init__(self, digits: int = 4) -> None:
        super().__init__(digits)
        self._labels: dict[str, str] = {}

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable, or of a placeholder where its label is any other text."""
        if (name := variable(label)) is None:
            key = self._labels.setdefault(label, f"|{len(self._labels)}|")
            name = rf"\text{{{key}}}"
        return self.variable(name, label)

    def upright(self, name: str) -> str:
        """Return the name of a function with blanks, which MathML needs not escape."""
        return name.replace("_", " ")

    def mathml(self, *parts: object) -> str:
        """Return the parts, symbols or LaTeX, one after the other as a `math` element."""
        converted = _converted(" ".join(map(str, parts)))
        labels = list(self._labels)
        return PLACEHOLDER.sub(lambda found: f"<mtext>{_shown(labels[int(found[1])])}</mtext>", converted)

    def equal(self, side: object) -> str:
        """Return "= side"; a long sum as several `math` elements, between which a line may break."""
        return self.breakable(f"= {side}")

    def breakable(self, latex: str) -> str:
        """Return LaTeX as a `math` element; a long sum as several, between which a line may break."""
        parts = terms(latex) if len(latex) > LONG else [latex]
        return " ".join(map(self.mathml, parts)).replace("<mrow><mo>+</mo>", '<mrow><mo form="infix">+</mo>')

    def partial(self, above: str, below: str, operand: int = 0) -> str:
        """Return ∂above/∂below; `operand` marks which of several uses of `below` is meant."""
        fraction = super().partial(above, below)
        return f"{fraction[:-1]}^{{({operand})}}}}" if operand else fraction


@lru_cache(4096)
def _converted(latex: str) -> str:
    from latex2mathml.converter import convert

    math = convert(low(latex)).replace(' xmlns="http://www.w3.org/1998/Math/MathML" display="inline"', "")
    math = re.sub(r"&#x([0-9A-F]+);", _character, math)
    math = FUNCTION.sub(r"<mi>\1</mi>", math).replace(' stretchy="true" fence="true"', "")
    math = INDEX.sub(r"\1", math)
    return OPENING_MINUS.sub(r'\1<mo form="prefix">−</mo>', math)


def _shown(label: str) -> str:
    return html.escape(shortened(one_line(label), NAME_LENGTH))


def _character(reference: re.Match[str]) -> str:
    character = chr(int(reference[1], 16))
    return html.escape(character) if character in "<>&" else character
