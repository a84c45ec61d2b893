"""Names of arrays, after the layers, labels or arguments that their elements belong to."""

import re
from collections import Counter
from collections.abc import Sequence

from scalargrad.engine.value import Value

SHORT = {"weights": "W", "bias": "b", "dot": "s"}  # as books write them


def stem(values: Sequence[Value]) -> str:
    """Return what the names of some Values have in common: W0 for the weights of layer 0, w for w1 and w2.

    >>> from scalargrad import nn
    >>> layer = nn.MLP(2, [3, 1], seed=1).layers[0]
    >>> stem([w for neuron in layer.neurons for w in neuron.weights]), stem([Value(1.0, "w1"), Value(2.0, "w2")])
    ('W0', 'w')
    """
    stems = {_of_path(value.path) if not value.label and value.path else _of_label(value.label) for value in values}
    return stems.pop() if len(stems) == 1 else ""


def _of_path(path: str) -> str:
    """Return the short name of the last attribute with the first number before it: `layers[0]…bias` is b0."""
    attributes = [part for part in re.split(r"\[[^\]]*\]|\.", path) if part]
    last = attributes[-1] if attributes else ""
    before = path[: path.rfind(last)]
    layer = re.search(r"\[(\d+)\]", before) if "neurons" != attributes[0] else None
    return _word(SHORT.get(last, last) + (layer[1] if layer else ""))


def _of_label(label: str) -> str:
    return _word(re.sub(r"[\d_,\[\]]+$", "", label))


def _word(text: str) -> str:
    return text if text.isidentifier() else ""


class Names:
    """Give each array a name of its own: the wish, numbered where it is taken."""

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self.taken = set(taken)
        self.counts: Counter[str] = Counter()

    def give(self, wish: str, otherwise: str = "v") -> str:
        """Return a name that nobody has yet."""
        if wish and wish not in self.taken:
            self.taken.add(wish)
            return wish
        base = wish or otherwise
        while True:
            name = f"{base}{'_' * (base[-1:].isdigit())}{self.counts[base] + (1 if wish else 0)}"
            self.counts[base] += 1
            if name not in self.taken:
                self.taken.add(name)
                return name
