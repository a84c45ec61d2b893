"""Find the neurons in a Wengert list: by the paths that nn gives, and by their structure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from scalargrad.drawing.picture import Entry, Firing, readers
from scalargrad.wengert import Instruction, WengertList

ACTIVATIONS = {"sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus"}
WEIGHT_LETTERS = ("w", "u", "v", "θ")  # a tie-break: in w*x either of two leaves could be the weight


def firings_of(trace: WengertList) -> list[Firing]:
    """Return every weighted sum Σ wᵢxᵢ + b with its activation, in the order of evaluation.

    Nothing else may read what is between: then nothing is lost by drawing them as one node.

    >>> from scalargrad import Value, dot
    >>> x, w, b = Value(2.0, label="x"), Value(3.0, label="w"), Value(1.0, label="b")
    >>> (firing,) = firings_of(WengertList.of((dot([w], [x]) + b).tanh()))
    >>> firing.z, firing.bias, len(firing.members)
    (v4 = v3 + b = 7.0, b = 1 = 1.0, 3)
    """
    finder = _Finder(trace)
    found = [firing for row in reversed(trace.instructions) if (firing := finder.firing_at(row))]
    return found[::-1]


class _Finder:
    """Hold the fan-out of a trace, which says what nobody else reads, and the rows already taken."""

    def __init__(self, trace: WengertList) -> None:
        self.fan_out = readers(trace)
        self.child = {
            parent: row for row in trace for parent in row.parents
        }  # the only one, where fan-out is 1
        self.summed = Counter(p for row in trace if _is(row, "add", "total") for p in row.parents)
        self.taken: set[Instruction] = set()
        self.scanned: set[Instruction] = set()

    def firing_at(self, z: Instruction) -> Firing | None:
        """Return the firing whose weighted sum is z, if it is one."""
        if z in self.taken or not _is(z, "dot", "add", "total", "multiply"):
            return None
        found = self._dot_and_bias(z) or self._sum_of_products(z)
        if found is None:
            return None
        inside, entries, bias = found
        path = z.path.removesuffix(".z").removesuffix(".dot")
        chain = list(self._activation(z, path))
        members = frozenset([z, *inside, *chain])
        self.taken |= members
        return Firing(path, z, chain[-1] if chain else z, tuple(entries), bias, members)

    def _dot_and_bias(self, z: Instruction) -> "_Found":
        dot, bias = z, None
        if _is(z, "add"):
            for dot, bias in (z.parents, z.parents[::-1]):
                if _is(dot, "dot") and self.fan_out[dot] == 1 and self._is_bias(bias):
                    break
        if not _is(dot, "dot"):
            return None
        pairs = self._pairs(dot)
        return ([dot], pairs, bias) if pairs else None

    def _pairs(self, dot: Instruction) -> list[Entry]:
        half = len(dot.parents) // 2
        first, second = dot.parents[:half], dot.parents[half:]
        if not half or not max(self._weightiness(first), self._weightiness(second))[0]:
            return []
        if self._weightiness(first) >= self._weightiness(second):
            return [Entry(dot, half + i, weight) for i, weight in enumerate(first)]
        return [Entry(dot, i, weight) for i, weight in enumerate(second)]

    def _weightiness(self, half: Sequence[Instruction]) -> tuple[float, ...]:
        """Return how much a list looks like the weights: the larger, the more."""
        leaves = all(not row.parents and row.role != "constant" for row in half)
        parameters = all(row.role == "parameter" for row in half)
        lettered = all(map(_is_lettered, half))
        return leaves, parameters, lettered, -sum(self.fan_out[row] for row in half)

    def _sum_of_products(self, z: Instruction) -> "_Found":
        """Read w₁*x₁ + w₂*x₂ + b, however its additions are nested."""
        if z in self.scanned:
            return None
        inside, entries, bias, terms = [], [], None, [z]
        while terms:
            term = terms.pop()
            private = term is z or (self.fan_out[term] == 1 and not term.path.endswith((".z", ".a")))
            if private and _is(term, "add", "total"):
                inside.append(term)
                self.scanned.add(term)
                terms += reversed(term.parents)
            elif private and (entry := self._product(term)):
                inside.append(term)
                entries.append(entry)
            elif bias is None and self._is_bias(term):
                bias = term
            else:
                return None
        return (inside, entries, bias) if entries else None

    def _product(self, row: Instruction) -> Entry | None:
        if not _is(row, "multiply"):
            return None
        for position, weight in enumerate(row.parents):
            if row.parents[1 - position].role == "parameter":
                continue  # p*p penalises p, it weighs nothing
            if weight.role == "parameter" or (_is_lettered(weight) and self.fan_out[weight] == 1):
                return Entry(row, 1 - position, weight)
        return None

    def _is_bias(self, row: Instruction) -> bool:
        """Tell whether a leaf is a parameter, or only ever added to something."""
        return row.role == "parameter" or (not row.parents and self.summed[row] == self.fan_out[row])

    def _activation(self, z: Instruction, path: str) -> Iterator[Instruction]:
        """Yield what leads from z to a: one activation, or all up to the path that nn gives a."""
        chain: list[Instruction] = []
        row = z
        while self.fan_out[row] == 1 and self.child[row] not in self.taken:
            row = self.child[row]
            if any(parent.parents and self.fan_out[parent] > 1 for parent in row.parents):
                break
            chain.append(row)
            if row.path == f"{path}.a" or (len(chain) == 1 and _is(row, *ACTIVATIONS)):
                yield from chain
                return
            if not z.path:
                return


_Found = tuple[list[Instruction], list[Entry], Instruction | None] | None


def _is_lettered(row: Instruction) -> bool:
    return row.role == "input" and row.label.lower().startswith(WEIGHT_LETTERS)


def _is(row: Instruction, *names: str) -> bool:
    return row.primitive is not None and row.primitive.name in names
