"""Write what operations read as expressions over arrays."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Any

import numpy as np

from scalargrad.replay.arrays import Array, Joined, Numbers, Piece, Taken, View
from scalargrad.replay.libraries import LIBRARIES, Library

BATCH = "n"  # the name of the number of samples


def shape(dims: Sequence[int], *, batched: bool, lead: str = BATCH) -> str:
    """Return a shape in text, with the batch axis first.

    >>> shape((16,), batched=True), shape((), batched=False)
    ('(n, 16)', '()')
    """
    parts = [*[lead] * batched, *map(str, dims)]
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"


def operand(text: str) -> str:
    """Return a text in brackets, unless a method can be called on it as it stands."""
    return text if re.fullmatch(r"[\w.]+(\[[^\[\]]*\]|\([^()]*\)|\.\w+)*", text) else f"({text})"


def indexed(index: Sequence[str], *, batched: bool) -> str:
    """Return an index in brackets, without what stands for a whole axis at its end.

    >>> indexed([":4", ":"], batched=True)
    '[:, :4]'
    """
    parts = [*[":"] * batched, *index]
    while parts and parts[-1] == ":":
        parts.pop()
    return f"[{', '.join(parts)}]" if parts else ""


@dataclass
class Text:
    """The text of a function in the making: its lines, with the constants that stand before it."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    named: dict[Any, str] = field(default_factory=dict)
    stated: dict[View, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    thin: set[str] = field(default_factory=set)  # what is still to be repeated to its whole shape
    inlined: dict[Array, str] = field(default_factory=dict)
    library: Library = LIBRARIES["numpy"]

    def __post_init__(self) -> None:
        self.dialect = self.library.dialect()

    def state(self, letter: str, text: str) -> str:
        """Add a line that gives an expression a name of this letter, and return the name."""
        name = f"{letter}{self.counts[letter]}"
        self.counts[letter] += 1
        self.lines.append(f"{name} = {text}")
        return name

    def constant(self, letter: str, numbers: np.ndarray) -> str:
        """Return the name of constants that stand before the function, the same for the same numbers."""
        key = (numbers.dtype.char, numbers.shape, numbers.tobytes())
        if key not in self.named:
            self.named[key] = f"{letter}{sum(name.startswith(letter) for name in self.constants)}"
            self.constants[self.named[key]] = numbers
        return self.named[key]

    def sum_of_rows(self, x: str, count: int | str) -> str:
        """Return the sum of so many rows of a matrix, or of so many elements."""
        if not self.library.sums_by_products:
            return f"{operand(x)}.sum(axis=0)"
        if count != BATCH:
            return f"{self.constant('c', np.ones(int(count)))} @ {operand(x)}"
        if "_ones" not in self.named:
            self.named["_ones"] = self.state("_ones", self.library.call("ones", BATCH))
        return f"{self.named['_ones']} @ {operand(x)}"

    # ---- reading

    def read(self, view: View, *, exact: int = 0, transposed: bool = False) -> str:
        """Return the expression of a view; one that costs time is stated once, in a line of its own.

        Its last axes, `exact` of them, are there even where they have the length 1; before these NumPy
        repeats by itself.
        """
        if isinstance(view, Piece):
            return self._piece(view, exact, transposed=transposed)
        if view not in self.stated:
            self.stated[view] = self._state(view)
        return f"{self.stated[view]}.swapaxes(-1, -2)" if transposed else self.stated[view]

    def _state(self, view: Numbers | Taken | Joined) -> str:
        if isinstance(view, Numbers):
            if not view.numbers.ndim:
                return str(self.dialect.symbol(float(view.numbers)))
            return self.constant("c", view.numbers)
        if isinstance(view, Taken):
            taken = self.constant("i", view.index)
            return self.state("u", f"{self._end_to_end(view)}[{':, ' * view.batched}{taken}]")
        parts = [self._alike(part, view) for part in view.views]
        return self.state("u", self.library.joined(parts, view.axis))

    def _alike(self, part: View, whole: Joined) -> str:
        """Return a part that is joined to others, with a batch axis if they have one."""
        text = self.read(part, exact=len(part.shape))
        if whole.batched and not part.batched:
            return self.library.call("broadcast_to", text, shape(part.shape, batched=True))
        return text

    def _end_to_end(self, view: Taken) -> str:
        """Return arrays in one axis, one after the other."""
        parts = []
        for array in view.arrays:
            flat = (
                array.name
                if len(array.dims) == 1
                else f"{array.name}.reshape({f'{BATCH}, ' * array.batched}-1)"
            )
            if len(array.dims) == 0 and not array.batched:
                flat = self.library.call("reshape", array.name, "(1,)")
            wide = view.batched and not array.batched
            parts.append(
                self.library.call("broadcast_to", flat, f"({BATCH}, {array.size})") if wide else flat
            )
        return parts[0] if len(parts) == 1 else self.library.joined(parts, -1)

    def _piece(self, view: Piece, exact: int, *, transposed: bool) -> str:
        array, axes = view.array, list(view.axes)
        if transposed:
            axes[-2:] = axes[:-3:-1]
        text = self.inlined.get(array, array.name)
        if view.dims != array.dims:
            dims = shape(view.dims, batched=array.batched)
            scalar = not array.dims and not array.batched
            text = self.library.call("reshape", text, dims) if scalar else f"{text}.reshape{dims}"
        text += indexed(view.index, batched=array.batched)
        kept = [axis for axis in axes if axis >= 0]
        text += self.permuted([sorted(kept).index(axis) for axis in kept], batched=array.batched)
        new = ["None" if axis < 0 else ":" for axis in axes]
        if not array.batched:
            free = len(new) - exact
            new = [*dropwhile(lambda x: x == "None", new[:free]), *new[free:]]
        if "None" not in new:
            return text
        if array.dims or array.batched:
            return text + indexed(new, batched=array.batched)
        return self.library.call("reshape", text, shape([1] * len(new), batched=False))

    def permuted(self, order: list[int], *, batched: bool) -> str:
        """Return the method that puts axes in this order, beside the batch axis."""
        if order == sorted(order):
            return ""
        if order == [1, 0]:
            return ".swapaxes(1, 2)" if batched else ".T"
        return self.library.permuted([0, *(i + 1 for i in order)] if batched else order)
