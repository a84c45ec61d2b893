"""The network in a Wengert list: its neurons, how deep each value lies, what edges can carry."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.neurons import units_of
from scalargrad.wengert.roles import roles


class Network:
    """The units of a trace and the depth of every value, counted in neurons from the leaves.

    What a neuron reads lies less deep than the neuron, so depths order layers and what is between
    them.  `on_edges` are the leaves read as weights and biases and by nothing else.

    >>> from scalargrad.examples import example
    >>> network = Network(WengertList.of(example("sigmoid-2-2-1").output()))
    >>> [(unit.a.name, network.depth[unit.a]) for unit in network.units]
    [('h1', 1), ('h2', 1), ('y', 2)]
    """

    def __init__(self, trace: WengertList) -> None:
        self.trace = trace
        self.units = units_of(trace)
        self.unit_of = {v: unit for unit in self.units for v in unit.members}
        self.weights = {edge: weight for unit in self.units for edge, weight in unit.weights.items()}
        read_as = Counter(leaf for unit in self.units for leaf in unit.parameters)
        self.roles = roles(trace, self.units)
        self.parameters = frozenset(read_as)
        self.on_edges = {leaf for leaf, count in read_as.items() if count == len(trace.uses[leaf])}
        self.depth: dict[Instruction, int] = {}
        for v in trace:
            self.depth[v] = max(self._depths_of_parents(v), default=0)

    def stands_in_formulas(self, v: Instruction) -> bool:
        """Tell whether a value is a constant that is no node, which only one that is the output is."""
        return v.role == "constant" and v is not self.trace.output

    def first_reader(self, v: Instruction) -> Instruction | None:
        """Return the first instruction that reads a value, None for the output."""
        uses = self.trace.uses[v]
        return uses[-1].child if uses else None

    def is_on_edge(self, v: Instruction, kept: AbstractSet[Instruction]) -> bool:
        """Tell whether a leaf is shown as a weight or bias of a neuron that is kept, not as a node."""
        reader = self.first_reader(v)
        return v in self.on_edges and reader is not None and not kept.isdisjoint(self.unit_of[reader].members)

    def _depths_of_parents(self, v: Instruction) -> Iterator[int]:
        unit = self.unit_of.get(v)
        for parent in v.parents:
            yield self.depth[parent] + (unit is not None and parent not in unit.members)
