"""A textbook text in pieces as printers set them: italic variables, lowered indices, raised exponents."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scalargrad.notation.labels import SUBSCRIPTS, variable
from scalargrad.notation.numbers import SUPERSCRIPTS
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.writer import Symbol

# Unicode has an italic alphabet of its own, which marks variables within a text: no label is lost by it.
LATIN, GREEK = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "αβγδεζηθικλμνξοπρςστυφχψω"
PLAIN = LATIN + GREEK
ITALIC = "".join(chr(0x1D434 + i) for i in range(len(LATIN))).replace("\U0001d455", "ℎ")  # h is Planck's
ITALIC += "".join(chr(0x1D6FC + i) for i in range(len(GREEK)))
TO_ITALIC, TO_PLAIN = str.maketrans(PLAIN, ITALIC), str.maketrans(ITALIC, PLAIN)
LOWERED = {chr(to): chr(of) for of, to in SUBSCRIPTS.items()}
RAISED = {chr(to): chr(of).replace("-", "−") for of, to in SUPERSCRIPTS.items()}
RAISED |= {"⁽": "(", "⁾": ")"}
RUN = re.compile(
    rf"(?<=[{ITALIC}])_[{ITALIC}0-9]{{1,3}}|[{ITALIC}]+|[{''.join(LOWERED)}]+|[{''.join(RAISED)}]+"
)


class Piece(NamedTuple):
    """Some characters of a line; its `level` is −1 for an index, 1 for an exponent."""

    text: str
    italic: bool = False
    level: int = 0


class ItalicWriter(TextbookWriter):
    """Write a text whose variables are told from its words, for `pieces`.

    >>> w = ItalicWriter()
    >>> pieces(str(w.name("w1") + w.name("bias")))
    [Piece(text='w', italic=True, level=0), Piece(text='1', italic=False, level=-1), \
Piece(text=' + bias', italic=False, level=0)]
    """

    def name(self, label: str) -> Symbol:
        """Return the symbol of a variable, in italics if it is one letter with indices, or none."""
        text = str(super().name(label))
        return self.variable(text.translate(TO_ITALIC) if variable(label) else text, label)


def pieces(text: str) -> list[Piece]:
    """Return a text in pieces.

    >>> [piece.text for piece in pieces("σ(𝑎₁) = 4·10⁻³")]
    ['σ(', 'a', '1', ') = 4·10', '−3']
    """
    return list(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for run in RUN.finditer(text):
        if run.start() > end:
            yield Piece(text[end : run.start()])
        first, characters = run[0][0], run[0]
        if first == "_":  # w_x has the index x
            yield Piece(characters[1:].translate(TO_PLAIN), italic=True, level=-1)
        elif first in LOWERED:
            yield Piece("".join(LOWERED[c] for c in characters), level=-1)
        elif first in RAISED:
            yield Piece("".join(RAISED[c] for c in characters), level=1)
        else:
            yield Piece(characters.translate(TO_PLAIN), italic=True)
        end = run.end()
    if end < len(text):
        yield Piece(text[end:])
