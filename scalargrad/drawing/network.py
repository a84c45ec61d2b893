"""The network in a Wengert list: its neurons, how deep each value lies, and what edges can carry."""

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from scalargrad.drawing.neurons import firings_of
from scalargrad.drawing.picture import Entry, Firing, readers
from scalargrad.wengert import Instruction, WengertList


class Network:
    """Hold the firings of a trace and the depth of every value, counted in neurons from the leaves.

    What a neuron reads lies less deep than the neuron, so depths order layers and what is between
    them.  `on_edges` are the leaves read as weights and biases and by nothing else.

    >>> from scalargrad.examples import example
    >>> network = Network(WengertList.of(example("sigmoid-2-2-1").output()))
    >>> [(firing.a.name, network.depth[firing.a]) for firing in network.firings]
    [('h1', 1), ('h2', 1), ('y', 2)]
    """

    def __init__(self, trace: WengertList) -> None:
        self.trace = trace
        self.firings = firings_of(trace)
        self.firing_of = {row: firing for firing in self.firings for row in firing.members}
        self._weights = {(e.child, e.position): e.weight for firing in self.firings for e in firing.entries}
        used = Counter(leaf for firing in self.firings for leaf in self.leaves_of(firing))
        self.parameters = frozenset(used)
        fan_out = readers(trace)
        self.on_edges = {leaf for leaf, uses in used.items() if uses == fan_out[leaf]}
        self.first_reader = {parent: row for row in reversed(trace.instructions) for parent in row.parents}
        self.depth: dict[Instruction, int] = {}
        for row in trace:
            self.depth[row] = max(self._depths_of_parents(row), default=0)

    def is_on_edge(self, row: Instruction, kept: AbstractSet[Instruction]) -> bool:
        """Tell whether a leaf is shown as a weight or bias of a neuron that is kept, not as a node."""
        return row in self.on_edges and not kept.isdisjoint(self.firing_of[self.first_reader[row]].members)

    def leaves_of(self, firing: Firing) -> Iterator[Instruction]:
        """Yield the weights and the bias of a firing."""
        yield from (entry.weight for entry in firing.entries if entry.weight)
        if firing.bias:
            yield firing.bias

    def entries_of(self, rows: Iterable[Instruction]) -> Iterator[Entry]:
        """Yield the entries through which rows read others, each with the weight that it carries."""
        for row in rows:
            for position in range(len(row.parents)):
                yield Entry(row, position, self._weights.get((row, position)))

    def _depths_of_parents(self, row: Instruction) -> Iterator[int]:
        firing = self.firing_of.get(row)
        for parent in row.parents:
            yield self.depth[parent] + (firing is not None and parent not in firing.members)
