"""Write what operations read as NumPy expressions, and how an adjoint goes back the same way."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Any

import numpy as np

from scalargrad.notation.languages import NumPy
from scalargrad.replay.arrays import Array, Joined, Numbers, Piece, Taken, View
from scalargrad.replay.libraries import LIBRARIES, Library

BATCH = "n"  # the name of the number of samples


@dataclass
class Term:
    """What is added to an adjoint: an expression, or statements that add to a part of it.

    `full` tells that the expression has the whole shape, not one that is still to be repeated.
    """

    text: str = ""
    full: bool = True
    statements: Callable[[str], str] | None = None


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
    """The text of a function in the making: its lines, the constants before it, the adjoints to be added up."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    named: dict[Any, str] = field(default_factory=dict)
    adjoints: dict[Array, list[Term]] = field(default_factory=dict)
    stated: dict[View, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    inlined: dict[Array, str] = field(default_factory=dict)
    library: Library = LIBRARIES["numpy"]

    def __post_init__(self) -> None:
        self.dialect: NumPy = self.library.dialect()

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
        text += self._permuted([sorted(kept).index(axis) for axis in kept], batched=array.batched)
        new = ["None" if axis < 0 else ":" for axis in axes]
        if not array.batched:
            free = len(new) - exact
            new = [*dropwhile(lambda x: x == "None", new[:free]), *new[free:]]
        if "None" not in new:
            return text
        if array.dims or array.batched:
            return text + indexed(new, batched=array.batched)
        return self.library.call("reshape", text, shape([1] * len(new), batched=False))

    def _permuted(self, order: list[int], *, batched: bool) -> str:
        """Return the method that puts axes in this order, beside the batch axis."""
        if order == sorted(order):
            return ""
        if order == [1, 0]:
            return ".swapaxes(1, 2)" if batched else ".T"
        return self.library.permuted([0, *(i + 1 for i in order)] if batched else order)

    # ---- adjoints

    def add(self, array: Array, term: Term) -> None:
        """Note what is added to the adjoint of an array."""
        self.adjoints.setdefault(array, []).append(term)

    def adjoint(self, array: Array) -> Term | None:
        """Write the lines that add up the adjoint of an array, and return its name; None where it is 0."""
        terms = self.adjoints.pop(array, [])
        if not terms:
            return None
        parts = [term.statements for term in terms if term.statements]
        wholes = [term for term in terms if not term.statements]
        text = " + ".join(term.text for term in wholes)
        if not parts and re.fullmatch(r"\w+", text):
            return wholes[0]
        name = f"d_{array.name}"
        if parts:
            text = f"np.zeros({shape(array.dims, batched=array.batched)})" + f" + {text}" * bool(text)
        self.lines += [f"{name} = {text}", *(statement(name) for statement in parts)]
        return Term(name, bool(parts) or any(term.full for term in wholes))

    def widened(self, term: Term, dims: Sequence[int], *, batched: bool) -> str:
        """Return an adjoint in its whole shape."""
        if term.full or not (dims or batched):
            return term.text
        return self.library.call("broadcast_to", term.text, shape(dims, batched=batched))

    # ---- handing back

    def hand_back(self, view: View, term: Term, dims: tuple[int, ...], *, batched: bool) -> None:
        """Add an adjoint of the shape `dims` to those of the arrays that a view reads."""
        if isinstance(view, Numbers):
            return
        if isinstance(view, Piece):
            self._to_piece(view, term, dims, batched=batched)
            return
        text = self.widened(term, dims, batched=batched)
        axes = [i - len(dims) for i, (n, all_) in enumerate(zip(view.shape, dims)) if n != all_]
        text = _summed(text, axes, over_samples=batched and not view.batched, keep=True)
        if isinstance(view, Taken):
            self._to_taken(view, text)
        else:
            self._to_joined(view, text)

    def _to_piece(self, view: Piece, term: Term, dims: tuple[int, ...], *, batched: bool) -> None:
        array = view.array
        if view.identical and view.shape == dims and batched == array.batched:
            self.add(array, term)
            return
        axes = [i - len(dims) for i, axis in enumerate(view.axes) if axis < 0]
        text = self.widened(term, dims, batched=batched)
        text = _summed(text, axes, over_samples=batched and not array.batched)
        kept = [axis for axis in view.axes if axis >= 0]
        order = self._permuted([kept.index(axis) for axis in sorted(kept)], batched=array.batched)
        text = operand(text) + order if order else text
        if view.whole:
            if array.dims != tuple(view.dims[axis] for axis in sorted(kept)):
                text = f"np.reshape({text}, {shape(array.dims, batched=array.batched)})"
            self.add(array, Term(text))
            return
        split = f".reshape{shape(view.dims, batched=array.batched)}" * (view.dims != array.dims)
        place = indexed(view.index, batched=array.batched) or "[...]"
        self.add(array, Term(statements=lambda name: f"{name}{split}{place} += {text}"))

    def _to_taken(self, view: Taken, text: str) -> None:
        index = self.constant("i", view.index)
        if len(view.arrays) == 1 and len(np.unique(view.index)) == view.index.size:
            (array,) = view.arrays
            flat = "" if len(array.dims) == 1 else f".reshape({f'{BATCH}, ' * array.batched}-1)"
            place = f"[{':, ' * array.batched}{index}]"
            self.add(array, Term(statements=lambda name: f"{name}{flat}{place} += {text}"))
            return
        size = sum(array.size for array in view.arrays)
        if view.batched:
            name = self.state("g", f"scatter(np.reshape({text}, ({BATCH}, -1)), {index}.reshape(-1), {size})")
        else:
            name = self.state("g", f"np.bincount({index}.reshape(-1), np.reshape({text}, -1), {size})")
        start = 0
        for array in view.arrays:
            whole = len(view.arrays) == 1
            part = name if whole else f"{name}[{':, ' * view.batched}{start}:{start + array.size}]"
            start += array.size
            if view.batched and not array.batched:
                part = f"{part}.sum(axis=0)"
            same = len(array.dims) == 1
            self.add(
                array, Term(part if same else f"{part}.reshape({shape(array.dims, batched=array.batched)})")
            )

    def _to_joined(self, view: Joined, text: str) -> None:
        name = self.state("g", text)
        start = 0
        for part in view.views:
            stop = start + part.shape[view.axis]
            index = ["...", f"{start}:{stop}", *[":"] * (-1 - view.axis)]
            self.hand_back(part, Term(f"{name}[{', '.join(index)}]"), part.shape, batched=view.batched)
            start = stop


def _summed(text: str, axes: list[int], *, over_samples: bool, keep: bool = False) -> str:
    """Return the sum along axes, counted from the end, and over the samples."""
    if axes:
        listed = str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"
        text = f"{operand(text)}.sum(axis={listed}{', keepdims=True' * keep})"
    return f"{operand(text)}.sum(axis=0)" if over_samples else text
