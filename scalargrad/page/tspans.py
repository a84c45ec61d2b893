"""Lines of the figure as SVG, with slots for numbers, which are filled for those who run no script."""

import html

from scalargrad.notation.pieces import ItalicWriter, Piece, pieces
from scalargrad.page.shown import ShownList
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList

BACK = "\u200b"  # a character without width, to come back to the line with


class Tspans:
    """Write pieces as SVG.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert.list import WengertList
    >>> t = WengertList.of(Value(3.0, label="x") ** 2)
    >>> Tspans(t)(Piece(""), "value 1")
    '<tspan data-shows="value 1">9</tspan>'
    """

    def __init__(self, trace: WengertList, digits: int = 4) -> None:
        self.trace = trace
        self.writer = ItalicWriter(digits)
        self.numbers = ShownList(trace).numbers

    def __call__(self, piece: Piece, shows: str = "") -> str:
        """Return a piece, or the slot of what it shows."""
        if shows:
            return f'<tspan data-shows="{html.escape(shows)}">{self._filled(shows)}</tspan>'
        text = html.escape(piece.text)
        if piece.level:
            lower = -3 * piece.level
            style = "variable index" if piece.italic else "index"
            return f'<tspan class="{style}" dy="{lower}">{text}</tspan><tspan dy="{-lower}">{BACK}</tspan>'
        return f'<tspan class="variable">{text}</tspan>' if piece.italic else text

    def name(self, v: Instruction) -> str:
        """Return the name of a row."""
        return "".join(map(self, pieces(str(self.writer.name(v.name)))))

    def _filled(self, shows: str) -> str:
        kind, *rest = shows.split()
        if kind == "derivative":
            return self._derivative(rest[0])
        if kind == "sign":
            return " = ".join(["δ", *map(self._derivative, rest)])
        if kind in {"least", "most"}:
            several = [self._number(rest[0], key) for key in rest[1].split(",")]
            number = (min if kind == "least" else max)(several)
        else:
            number = self._number(kind, *rest)
        return "".join(map(self, pieces(str(self.writer.number(number)))))

    def _derivative(self, key: str) -> str:
        below = self.trace[int(key.partition("-")[0])]
        return "".join(map(self, pieces(self.writer.partial(self.trace.output.name, below.name))))

    def _number(self, kind: str, key: str) -> float:
        """Return what is shown; of a neuron it is the adjoint of its sum."""
        return self.numbers[f"adjoint {key.partition('-')[0]}" if kind == "neuron" else f"{kind} {key}"]
