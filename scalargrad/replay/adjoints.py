"""Write how adjoints are handed back to arrays, through the views that read them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from scalargrad.replay.arrays import Array, Joined, Numbers, Piece, Taken, View
from scalargrad.replay.text import BATCH, Text, indexed, operand, shape

WIDTH = 80  # of a sum


@dataclass
class Term:
    """What is added to an adjoint: an expression, or statements that add to a part of it.

    `full` tells that the expression has the whole shape, not one that is still to be repeated.
    """

    text: str = ""
    full: bool = True
    statements: Callable[[str], str] | None = None


@dataclass
class Adjoints:
    """What is to be added up for each array, in the text of a function in the making."""

    text: Text
    noted: dict[Array, list[Term]] = field(default_factory=dict)

    # ---- adjoints

    def add(self, array: Array, term: Term) -> None:
        """Note what is added to the adjoint of an array."""
        self.noted.setdefault(array, []).append(term)

    def adjoint(self, array: Array) -> Term | None:
        """Write the lines that add up the adjoint of an array, and return its name; None where it is 0."""
        terms = self.noted.pop(array, [])
        if not terms:
            return None
        parts = [term.statements for term in terms if term.statements]
        wholes = [term for term in terms if not term.statements]
        texts = [term.text for term in wholes]
        if not parts and re.fullmatch(r"\w+", texts[0]) and len(texts) == 1:
            return wholes[0]
        name = f"d_{array.name}"
        if parts:
            texts.insert(0, f"np.zeros({shape(array.dims, batched=array.batched)})")
        self.text.lines += [f"{name} = {line}" for line in _on_lines(name, texts)]
        self.text.lines += [statement(name) for statement in parts]
        if not parts and not any(term.full for term in wholes):
            self.text.thin.add(name)
        return Term(name, bool(parts) or any(term.full for term in wholes))

    def widened(self, term: Term, dims: Sequence[int], *, batched: bool) -> str:
        """Return an adjoint in its whole shape."""
        if term.full or not (dims or batched):
            return term.text
        return self.text.library.call("broadcast_to", term.text, shape(dims, batched=batched))

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
        over_samples = batched and not array.batched
        size = len(dims) + batched
        if size <= 2 and axes == [-size] * (not over_samples):
            text = self.text.sum_of_rows(text, BATCH if batched else dims[0])
        else:
            text = _summed(text, axes, over_samples=over_samples)
        kept = [axis for axis in view.axes if axis >= 0]
        order = self.text.permuted([kept.index(axis) for axis in sorted(kept)], batched=array.batched)
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
        index = self.text.constant("i", view.index)
        if len(view.arrays) == 1 and len(np.unique(view.index)) == view.index.size:
            (array,) = view.arrays
            flat = "" if len(array.dims) == 1 else f".reshape({f'{BATCH}, ' * array.batched}-1)"
            place = f"[{':, ' * array.batched}{index}]"
            self.add(array, Term(statements=lambda name: f"{name}{flat}{place} += {text}"))
            return
        size = sum(array.size for array in view.arrays)
        if view.batched:
            name = self.text.state(
                "g", f"scatter(np.reshape({text}, ({BATCH}, -1)), {index}.reshape(-1), {size})"
            )
        else:
            name = self.text.state("g", f"np.bincount({index}.reshape(-1), np.reshape({text}, -1), {size})")
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
        name = self.text.state("g", text)
        start = 0
        for part in view.views:
            stop = start + part.shape[view.axis]
            index = ["...", f"{start}:{stop}", *[":"] * (-1 - view.axis)]
            self.hand_back(part, Term(f"{name}[{', '.join(index)}]"), part.shape, batched=view.batched)
            start = stop


def _on_lines(name: str, terms: list[str]) -> Iterator[str]:
    """Yield a sum on one line, or term by term added to what has the name already."""
    line = terms[0]
    for term in terms[1:]:
        if len(line) + len(term) > WIDTH:
            yield line
            line = name
        line = f"{line} + {term}"
    yield line


def _summed(text: str, axes: list[int], *, over_samples: bool, keep: bool = False) -> str:
    """Return the sum along axes, counted from the end, and over the samples."""
    if axes:
        listed = str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"
        text = f"{operand(text)}.sum(axis={listed}{', keepdims=True' * keep})"
    return f"{operand(text)}.sum(axis=0)" if over_samples else text
