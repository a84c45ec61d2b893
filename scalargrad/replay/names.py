"""Names of arrays, after the layers, labels or arguments that their elements belong to."""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, count

from scalargrad.notation.labels import stem_of_place
from scalargrad.primitives.arrays import arrays
from scalargrad.primitives.table import FAMILIES, TABLE


def stem(labels: Iterable[tuple[str, str]]) -> str:
    """Return what names have in common, each a label and a path: w for w1 and w2, W0 for weights of layer 0.

    >>> stem([("w1", ""), ("w2", "")])
    'w'
    >>> stem([("", "layers[0].neurons[0].weights[1]"), ("", "layers[0].neurons[1].weights[0]")])
    'W0'
    """
    stems = {_of_label(label) if label or not path else _word(stem_of_place(path)) for label, path in labels}
    return stems.pop() if len(stems) == 1 else ""


def _of_label(label: str) -> str:
    return _word(re.sub(r"[\d_,\[\]]+$", "", label))


def _word(text: str) -> str:
    return text if text.isidentifier() else ""


# What the text of a program uses itself, beside Python's own words, NumPy and the rows of the table.
OWN = re.compile(
    r"(np|n|seed|data|fresh|replay|logsumexp|scatter|torch|jnp|jax)|[cigu]\d+|(d|strict|ieee)?_.*"
)


def is_free(name: str) -> bool:
    """Tell whether a text may use a name as a variable of its own.

    >>> is_free("x"), is_free("lambda"), is_free("sigmoid"), is_free("c0")
    (True, False, False, False)
    """
    used = (
        keyword.iskeyword(name)
        or hasattr(builtins, name)
        or name in arrays.functions
        or name in TABLE
        or name in FAMILIES
    )
    return name.isidentifier() and not used and not OWN.fullmatch(name)


class Names:
    """Give each array a name of its own: the wish, numbered where it is taken.

    >>> names = Names(["x"])
    >>> [names.give(wish) for wish in ("w", "x", "w", "", "")]
    ['w', 'x_2', 'w_2', 'v0', 'v1']
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.counts: dict[str, Iterator[int]] = {}

    def give(self, wish: str, otherwise: str = "v") -> str:
        """Return a name that nobody has yet."""
        wish = unicodedata.normalize("NFKC", wish)  # as Python reads names
        wish = wish if wish.isidentifier() else ""
        base = f"x_{wish}" if OWN.fullmatch(f"{wish}_2") else wish
        counted = self.counts.setdefault(base or otherwise, count(2 if wish else 0))
        numbered = (f"{base}_{i}" if wish else f"{otherwise}{i}" for i in counted)
        name = next(x for x in chain([wish], numbered) if is_free(x) and x not in self.taken)
        self.taken.add(name)
        return name
