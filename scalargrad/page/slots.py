"""Writers that leave a slot where a number is shown: in MathML an element, in a text a mark.

A slot says what it shows, and which numbers need brackets in its place: negative ones, or powers of ten too.
"""

import re
from abc import ABC, abstractmethod

from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.pieces import ItalicWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.writer import LOOSE, Symbol, Writer
from scalargrad.page.shown import Shown
from scalargrad.primitives.row import ATOM, PRODUCT, Primitive

OPENING, CLOSING = "\ue000", "\ue001"  # around what a slot in a text shows; no label has them
SLOT = re.compile("<mtext>\ue002s(\\d+)(n?)(p?)\ue002</mtext>")  # of characters that no label has
OUTPUT = "<mtext>\ue002o\ue002</mtext>"


class Slot(Symbol):
    """The symbol of a number that is shown, with what needs brackets where it stands."""

    __slots__ = ("key",)

    def __init__(self, key: str, writer: Writer) -> None:
        super().__init__("", ATOM, writer)
        self.key = key
        self.note(negative=False, power=False)

    def note(self, *, negative: bool, power: bool) -> None:
        """Take down that negative numbers, or powers of ten, need brackets here."""
        flags = "n" * negative + "p" * power
        self.text = self.writer.mark(self.key, flags)


class _WithSlots(Writer, ABC):
    """What writers with slots have in common: every Shown number is one."""

    @abstractmethod
    def mark(self, key: str, flags: str) -> str:
        """Return the text of a slot."""

    def number(self, x: float) -> Symbol:
        """Return the slot of a Shown number, the symbol of any other."""
        return Slot(self.key_of(x), self) if isinstance(x, Shown) else super().number(x)  # type: ignore[safe-super]

    def key_of(self, x: Shown) -> str:
        """Return what a slot is told by."""
        return x.what

    def _binds(self, symbol: Symbol, row: Primitive, position: int) -> bool:
        binds = super()._binds
        if not isinstance(symbol, Slot):
            return binds(symbol, row, position)
        loose, product = (Symbol("", precedence, self) for precedence in (LOOSE, PRODUCT))
        symbol.note(negative=not binds(loose, row, position), power=not binds(product, row, position))
        return True

    def factor(self, symbol: Symbol) -> str:
        """Return a symbol as one factor of a product."""
        if isinstance(symbol, Slot):
            symbol.note(negative=True, power=False)
            return str(symbol)
        return super().factor(symbol)


class SlotMath(_WithSlots, MathWriter):
    """Write MathML whose numbers stand in elements that say what they show.

    >>> w = SlotMath()
    >>> w.mathml(w.number(Shown(-0.5, "value 3")))
    '<math><mrow><mrow data-shows="value 3"><mo form="prefix">−</mo><mn>0.5</mn></mrow></mrow></math>'
    """

    def __init__(self, digits: int = 4) -> None:
        super().__init__(digits)
        self.plain = MathWriter(digits)  # without slots
        self._slots: list[Shown] = []
        self._output = ""

    def mark(self, key: str, flags: str) -> str:
        """Return the LaTeX that stands for a slot until the formula is MathML."""
        return f"\\text{{\ue002s{key}{flags}\ue002}}"

    def key_of(self, x: Shown) -> str:
        """Return the number of a slot."""
        self._slots.append(x)
        return str(len(self._slots) - 1)

    def mathml(self, *parts: object) -> str:
        """Return the parts as a `math` element, its slots filled."""
        written = super().mathml(*parts)
        if OUTPUT in written:
            name = (
                self.plain.mathml(self.plain.name(self._output))
                .removeprefix("<math>")
                .removesuffix("</math>")
            )
            written = written.replace(OUTPUT, name.replace("<mrow>", '<mrow data-shows="output">', 1))
        return SLOT.sub(self._element, written)

    def of_output(self, output: str, below: str) -> str:
        """Return ∂output/∂below as LaTeX, whose numerator is a slot: another output may be chosen."""
        self._output = output
        return f"\\frac{{\\partial \\text{{\ue002o\ue002}}}}{{\\partial {self.name(below)}}}"

    def _element(self, found: re.Match[str]) -> str:
        x, flags = self._slots[int(found[1])], found[2] + found[3]
        plain = self.plain
        symbol = plain.number(float(x))
        needs = ("n" in flags and symbol.precedence == LOOSE) or (
            "p" in flags and symbol.precedence == PRODUCT
        )
        inner = plain.mathml(plain.bracketed(symbol) if needs else symbol)
        inner = inner.removeprefix("<math><mrow>").removesuffix("</mrow></math>")
        brackets = f' data-brackets="{flags}"' * bool(flags)
        return f'<mrow data-shows="{x.what}"{brackets}>{inner}</mrow>'


class SlotText(_WithSlots, TextbookWriter):
    """Write texts in which a mark stands for a number that is shown."""

    def mark(self, key: str, flags: str) -> str:
        """Return what is shown, between two characters that no label has."""
        return f"{OPENING}{key}{'|' * bool(flags)}{flags}{CLOSING}"


class SlotItalic(SlotText, ItalicWriter):
    """Write such texts for drawings, with variables in italics."""
