"""The Wengert list: the evaluation trace of an output, forwards then backwards, as plain records.

It is recorded once and read by everything that shows numbers: tables, formulas, drawings, pages.
None of those computes a number of its own, so no two of them can disagree.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, Self, overload

from scalargrad.engine.forward import tangents
from scalargrad.engine.node import evaluation_order, real
from scalargrad.engine.sweep import adjoints, contributions
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, UnknownNameError, unknown
from scalargrad.wengert.instruction import Contribution, Edge, Instruction, Step
from scalargrad.wengert.structure import Structure


class WengertList(Sequence[Instruction]):
    """Record how an output was computed: every instruction after its parents, with all adjoints.

    `t[3]`, `t["h1"]` and `t[value]` give an instruction, and so does the path of a parameter,
    `t["layers[0].neurons[1].weights[0]"]`.  Recording changes no `.grad`.

    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> t["x"].adjoint, t[x].value, len(t)
    (6.0, 3.0, 2)
    """

    def __init__(
        self,
        structure: Structure,
        values: Sequence[float],
        nodes: Sequence[Value] = (),
        moved: Mapping[int, float] | None = None,
    ) -> None:
        self.structure = structure
        self._nodes, self._moved = nodes, moved  # tangents of leaves by their slots
        partials = structure.partials(values)
        slots = range(len(values))

        def edges(slot: int) -> Iterable[tuple[int, float]]:
            return zip(structure.forms[slot].parents, partials[slot])

        adjoint = adjoints(slots, 1.0, edges)
        tangent = None if moved is None else tangents(slots, moved, edges)
        made: list[Instruction] = []
        for slot, form in enumerate(structure.forms):
            parents = tuple(made[parent] for parent in form.parents)
            reached = adjoint.get(slot, 0.0)  # the output need not depend on all
            along = None if tangent is None else tangent.get(slot, 0.0)
            made.append(Instruction(form, parents, values[slot], reached, partials[slot], along))
        self.instructions = tuple(made)

    @classmethod
    def of(cls, output: Value, upto: Collection[Value] = (), also: Collection[Value] = ()) -> Self:
        """Return the Wengert list of an output, cut at the Values `upto`, which stand as its inputs.

        What the Values `also` were computed from is in it, too; none of that may depend on the output.

        >>> x = Value(3.0, label="x")
        >>> [v.adjoint for v in WengertList.of(x * x, also=[2 * x])]
        [6.0, 0.0, 0.0, 1.0]
        """
        order = [node for node in evaluation_order(output, *also) if node is not output] + [output]
        nodes = _needed(order, upto, also) if upto else order
        return cls(Structure.of(nodes, upto), [node.data for node in nodes], nodes)

    def at(self, numbers: Mapping[str, float] | None = None, /, **named: float) -> Self:
        """Return the list of the same structure at other numbers of some leaves, given by their names.

        Names such as "W[0,1]" stand in a dict.
        Raises UnknownNameError for what is no leaf, DomainError where a row has no value there.

        >>> x = Value(3.0, label="x")
        >>> WengertList.of(x * x).at(x=-1.0)["x"].adjoint
        -2.0
        """
        leaves = {v.index: v.value for v in self if not v.parents}
        for name, number in {**(numbers or {}), **named}.items():
            leaves[self._leaf(name, "value").index] = float(number)
        return type(self)(self.structure, self.structure.values(leaves), moved=self._moved)

    def along(self, tangents: Mapping[Any, float]) -> Self:
        """Return the list with the tangent v̇ᵢ = Σⱼ ∂vᵢ/∂vⱼ · v̇ⱼ of every instruction, in forward mode.

        The tangents of leaves are given by their Values, names or indices; those of others are 0, and they
        do not move, also where a derivative is infinite.  Raises UnknownNameError for what is no leaf or a
        constant of an expression, OperandError for what is no number.

        >>> x, y = Value(3.0, label="x"), Value(2.0, label="y")
        >>> [v.tangent for v in WengertList.of(x * y).along({"x": 1.0})]
        [1.0, 0.0, 2.0]
        """
        moved = self._moving_leaves(tangents)
        return type(self)(self.structure, [v.value for v in self], self._nodes, moved)

    def _moving_leaves(self, tangents: Mapping[Any, float]) -> dict[int, float]:
        """Return the tangents that are not 0, by the slots of their leaves."""
        if not isinstance(tangents, Mapping):
            message = f"tangents are given by the leaves that move, {{x: 1.0}}, got {tangents!r:.60}"
            raise OperandError(message)
        given: dict[int, float] = {}
        for key, tangent in tangents.items():
            leaf = self._leaf(key, "tangent")
            if leaf.role == "constant":
                message = f"the constant {leaf.value:g} does not move: make a Value of it that can"
                raise UnknownNameError(message)
            if leaf.index in given:
                message = f"{leaf.name} is given two tangents"
                raise UnknownNameError(message)
            given[leaf.index] = real(tangent)
        return {slot: tangent for slot, tangent in given.items() if tangent}

    def _leaf(self, key: Any, what: str) -> Instruction:
        if not isinstance(key, (Value, str, int)):
            message = f"a leaf is given by its Value or its name, got {key!r:.60}"
            raise OperandError(message)
        v = self[key]
        if v.parents:
            message = f"{v.name} was computed, so its {what} follows from its parents: give theirs"
            raise UnknownNameError(message)
        return v

    @cached_property
    def moving(self) -> frozenset[Instruction]:
        """Return what depends on a leaf that moves: all others have the tangent 0, if any."""
        found: set[Instruction] = set()
        for v in self:
            if any(parent in found for parent in v.parents) or (v.tangent and not v.parents):
                found.add(v)
        return frozenset(found)

    @cached_property
    def _by_name(self) -> Mapping[str, Instruction]:
        of_path = {v.path: v for v in self if v.path}  # the last of them
        return of_path | {v.name: v for v in self}

    @cached_property
    def _by_node(self) -> Mapping[Value, Instruction]:
        return dict(zip(self._nodes, self.instructions))

    def node(self, name: str) -> Value:
        """Return the Value of a name."""
        return self._nodes[self[name].index]

    @property
    def output(self) -> Instruction:
        """Return the last instruction, whose derivatives the adjoints are."""
        return self.instructions[-1]

    @cached_property
    def uses(self) -> Mapping[Instruction, tuple[Edge, ...]]:
        """Return the edges that read each instruction, in the order in which the reverse sweep takes them."""
        found: dict[Instruction, list[Edge]] = {v: [] for v in self}
        for child in reversed(self.instructions):
            for position, parent in enumerate(child.parents):
                found[parent].append(Edge(child, position))
        return {v: tuple(edges) for v, edges in found.items()}

    @cached_property
    def contributions(self) -> Mapping[Edge, Contribution]:
        """Return what each edge adds to an adjoint, in the order of the reverse sweep."""
        swept = contributions(self.instructions, {self.output: 1.0}, lambda v: zip(v.parents, v.partials))
        return {c.edge: c for c in map(Contribution._make, swept)}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Return backpropagation step by step: all forward steps, the seed, all reverse steps."""
        steps = [Step(i, "forward", v) for i, v in enumerate(v for v in self if v.parents)]
        steps.append(Step(len(steps), "seed", self.output))
        for child, of_child in groupby(self.contributions.values(), lambda c: c.child):
            steps.append(Step(len(steps), "reverse", child, tuple(of_child)))
        return tuple(steps)

    def __len__(self) -> int:
        return len(self.instructions)

    def __iter__(self) -> Iterator[Instruction]:
        return iter(self.instructions)

    @overload
    def __getitem__(self, key: int | str | Value) -> Instruction: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Instruction, ...]: ...
    def __getitem__(self, key: int | slice | str | Value) -> Instruction | tuple[Instruction, ...]:
        """Return the instruction at an index, of a name or of a Value; a slice gives a tuple."""
        if isinstance(key, Value):
            if key not in self._by_node:
                message = f"{key!r} is not in this trace"
                raise UnknownNameError(message)
            return self._by_node[key]
        if isinstance(key, str):
            if key not in self._by_name:
                raise UnknownNameError(unknown("name", key, self._by_name))
            return self._by_name[key]
        try:
            return self.instructions[key]
        except IndexError:
            message = f"the trace has the instructions 0 to {len(self) - 1}, got {key}"
            raise IndexError(message) from None


def _needed(order: Sequence[Value], upto: Collection[Value], also: Collection[Value]) -> list[Value]:
    """Return the nodes that the output, or one of `also`, reads without going beyond `upto`."""
    needed = {order[-1], *also}
    for node in reversed(order):
        if node in needed and node not in upto:
            needed.update(node.parents)
    return [node for node in order if node in needed]
