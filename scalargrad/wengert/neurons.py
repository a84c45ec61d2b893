"""Find the neurons in a Wengert list: by the paths that nn gives, else by their structure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scalargrad.notation.labels import is_called_as_a_weight
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList

RESULT = re.compile(r"(^|\.)(z|dot)$")  # the last part of the path that nn gives a weighted sum


@dataclass(frozen=True, eq=False)
class Unit:
    """What a neuron computed once: z = Σ wᵢxᵢ + b and a = φ(z); linear, its a is its z.

    `weights` gives the weight of each edge through which an input enters.
    """

    path: str
    z: Instruction
    a: Instruction
    weights: Mapping[Edge, Instruction]
    bias: Instruction | None
    members: frozenset[Instruction]

    @property
    def parameters(self) -> tuple[Instruction, ...]:
        """Return the weights, then the bias."""
        return (*self.weights.values(), *([self.bias] if self.bias else []))


def units_of(trace: WengertList) -> list[Unit]:
    """Return every weighted sum Σ wᵢxᵢ + b with its activation, in the order of evaluation.

    Nothing else may read what is between: then nothing is lost by drawing them as one node.

    >>> from scalargrad import Value, dot
    >>> x, w, b = Value(2.0, label="x"), Value(3.0, label="w"), Value(1.0, label="b")
    >>> (unit,) = units_of(WengertList.of((dot([w], [x]) + b).tanh()))
    >>> unit.z.name, unit.bias.name, len(unit.members)
    ('v4', 'b', 3)
    """
    finder = _Finder(trace)
    found = [unit for z in reversed(trace.instructions) if (unit := finder.unit_at(z))]
    return found[::-1]


def weight_edge(edge: Edge) -> Edge:
    """Return the edge of the weight that an input is multiplied by, given that of the input."""
    count = len(edge.child.parents)
    return Edge(edge.child, (edge.position + count // 2) % count)


class _Finder:
    """Who reads whom in a trace, which says what nobody else reads, with what is already taken."""

    def __init__(self, trace: WengertList) -> None:
        self.uses = trace.uses
        self.summed = Counter(p for v in trace if _is(v, "add", "total") for p in v.parents)
        self.taken: set[Instruction] = set()
        self.scanned: set[Instruction] = set()

    def unit_at(self, z: Instruction) -> Unit | None:
        """Return the unit whose weighted sum is z, if it is one."""
        if z in self.taken or not _is(z, "dot", "add", "total", "multiply"):
            return None
        found = self._dot_and_bias(z) or self._sum_of_products(z)
        if found is None:
            return None
        inside, weights, bias = found
        path = RESULT.sub("", z.path)
        chain = list(self._activation(z, path))
        members = frozenset([z, *inside, *chain])
        self.taken |= members
        return Unit(path, z, chain[-1] if chain else z, weights, bias, members)

    def _dot_and_bias(self, z: Instruction) -> "_Found":
        dot, bias = z, None
        if _is(z, "add"):
            for dot, bias in (z.parents, z.parents[::-1]):
                if _is(dot, "dot") and self._is_read_once(dot) and self._is_bias(bias):
                    break
        if not _is(dot, "dot"):
            return None
        weights = self._weights(dot)
        return ([dot], weights, bias) if weights else None

    def _weights(self, dot: Instruction) -> dict[Edge, Instruction]:
        assert dot.primitive is not None
        first, second = dot.primitive.arguments(dot.parents)
        if not first or not max(self._weightiness(first), self._weightiness(second))[0]:
            return {}
        if self._weightiness(first) >= self._weightiness(second):
            return {Edge(dot, len(first) + i): weight for i, weight in enumerate(first)}
        return {Edge(dot, i): weight for i, weight in enumerate(second)}

    def _weightiness(self, half: Sequence[Instruction]) -> tuple[float, ...]:
        """Return how much a list looks like the weights: the larger, the more."""
        leaves = all(not v.parents and v.role != "constant" for v in half)
        parameters = all(v.role == "parameter" for v in half)
        lettered = all(map(_is_lettered, half))
        return leaves, parameters, lettered, -sum(len(self.uses[v]) for v in half)

    def _sum_of_products(self, z: Instruction) -> "_Found":
        """Read w₁*x₁ + w₂*x₂ + b, however its additions are nested."""
        if z in self.scanned:
            return None
        inside: list[Instruction] = []
        weights: dict[Edge, Instruction] = {}
        bias, terms = None, [z]
        while terms:
            term = terms.pop()
            private = term is z or (self._is_read_once(term) and not term.path.endswith((".z", ".a")))
            if private and _is(term, "add", "total"):
                inside.append(term)
                self.scanned.add(term)
                terms += reversed(term.parents)
            elif private and (product := self._product(term)):
                inside.append(term)
                weights |= product
            elif bias is None and self._is_bias(term):
                bias = term
            else:
                return None
        return (inside, weights, bias) if weights else None

    def _product(self, v: Instruction) -> dict[Edge, Instruction]:
        """Return the edge of the input of w*x with its weight, nothing for any other instruction."""
        for position, weight in enumerate(v.parents if _is(v, "multiply") else ()):
            other = v.parents[1 - position]
            if other.role == "parameter" or other is weight:
                continue  # p*p penalises p, it weighs nothing
            if weight.role == "parameter" or (_is_lettered(weight) and self._only_weighs(weight)):
                return {Edge(v, 1 - position): weight}
        return {}

    def _only_weighs(self, v: Instruction) -> bool:
        """Tell whether products alone read a leaf, which may be shared over time, or powers: a penalty."""
        children = [edge.child for edge in self.uses[v]]
        powers = ("power", "pow", "square", "abs")
        return all(
            _is(v, "multiply") or (v.primitive and v.primitive.name.startswith(powers)) for v in children
        )

    def _is_read_once(self, v: Instruction) -> bool:
        return len(self.uses[v]) == 1

    def _is_bias(self, v: Instruction) -> bool:
        """Tell whether a leaf is a parameter, or only ever added to something, or called b and added."""
        if v.role == "parameter":
            return True
        is_called_b = is_called_as_a_weight(v.label, "b") and self.summed[v] > 0
        return not v.parents and (self.summed[v] == len(self.uses[v]) or is_called_b)

    def _activation(self, z: Instruction, path: str) -> Iterator[Instruction]:
        """Yield what leads from z to a: one activation, or all up to the path that nn gives a."""
        chain: list[Instruction] = []
        v = z
        while self._is_read_once(v) and self.uses[v][0].child not in self.taken:
            v = self.uses[v][0].child
            if any(parent.parents and not self._is_read_once(parent) for parent in v.parents):
                break
            chain.append(v)
            activation = v.primitive is not None and v.primitive.activation is not None
            if v.path == (f"{path}.a" if path else "a") or (len(chain) == 1 and activation):
                yield from chain
                return
            if not z.path:
                return


_Found = tuple[list[Instruction], dict[Edge, Instruction], Instruction | None] | None


def _is_lettered(v: Instruction) -> bool:  # a tie-break: in w*x either of two leaves could be the weight
    return v.role == "input" and is_called_as_a_weight(v.label)


def _is(v: Instruction, *names: str) -> bool:
    return v.primitive is not None and v.primitive.name in names
