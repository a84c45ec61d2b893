"""The Wengert list: the evaluation trace of an output, forwards and backwards, as plain records.

It is recorded once and read by everything that shows numbers: tables, formulas, drawings, pages.
None of those computes a number of its own, so no two of them can disagree.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self, overload

from scalargrad.engine import Constant, Value
from scalargrad.errors import UnknownNameError, unknown
from scalargrad.notation import Symbol, Writer
from scalargrad.sweep import adjoints, evaluation_order, local_floats
from scalargrad.table import Primitive


@dataclass(frozen=True, eq=False, repr=False)
class Instruction:
    """Hold one line of a Wengert list: vᵢ = f(parents), its value, adjoint and local derivatives.

    `adjoint` is ∂output/∂vᵢ and `partials` are ∂vᵢ/∂parent, one for each parent.  `name` is the
    label, or `v` and the index.  `role` is "input", "parameter", "constant" or "operation".

    >>> from scalargrad import Value
    >>> x, y = Value(3.0, label="x"), Value(-2.0, label="y")
    >>> row = WengertList.of(x * y)[2]
    >>> row.name, row.formula, row.substitution, row.value, row.partials
    ('v2', 'x*y', '3*(-2)', -6.0, (-2.0, 3.0))
    """

    index: int
    name: str
    label: str
    path: str
    role: str
    primitive: Primitive | None
    parents: tuple["Instruction", ...]
    value: float
    adjoint: float
    partials: tuple[float, ...]

    @property
    def formula(self) -> str:
        """Return the right-hand side over the names of the parents; a leaf is its own value."""
        return str(self.written(Writer()))

    @property
    def substitution(self) -> str:
        """Return the right-hand side with the values of the parents put in."""
        return str(self.substituted(Writer()))

    def written(self, writer: Writer) -> Symbol:
        """Return the formula in the style and digits of a writer."""
        return self._right_hand_side(writer, [parent.symbol(writer) for parent in self.parents])

    def substituted(self, writer: Writer) -> Symbol:
        """Return the substitution in the style and digits of a writer."""
        return self._right_hand_side(writer, [writer.number(parent.value) for parent in self.parents])

    def symbol(self, writer: Writer) -> Symbol:
        """Return the name as an operand; a constant is its number."""
        return writer.number(self.value) if self.role == "constant" else writer.name(self.name)

    def local_derivatives(self, writer: Writer) -> list[Symbol]:
        """Return the formula of each local derivative, read from the row of the primitive."""
        if self.primitive is None:
            return []
        operands = [parent.symbol(writer) for parent in self.parents]
        slopes = self.primitive.local_derivatives(writer, self.symbol(writer), operands)
        return [slope if isinstance(slope, Symbol) else writer.number(slope) for slope in slopes]

    def _right_hand_side(self, writer: Writer, operands: Sequence[Symbol]) -> Symbol:
        return writer.write(self.primitive, operands) if self.primitive else writer.number(self.value)

    def __repr__(self) -> str:
        return f"{self.name} = {self.formula} = {self.value!r}"


class Contribution(NamedTuple):
    """Hold what one edge adds in the reverse sweep: upstream adjoint × local derivative.

    `position` is the place of `target` among the parents of the instruction that fires; `before` and
    `after` are the target's adjoint, and `before` is None where nothing was added to it yet.
    """

    target: Instruction
    position: int
    upstream: float
    local: float
    contribution: float
    before: float | None
    after: float


@dataclass(frozen=True)
class Step:
    """Hold one step of backpropagation: `phase` is "forward", "seed" or "reverse".

    A forward step computes the value of `instruction`; the seed sets the adjoint of the output to 1;
    a reverse step fires an instruction after all its children, one contribution for each parent.
    """

    index: int
    phase: str
    instruction: Instruction
    contributions: tuple[Contribution, ...] = ()


class WengertList(Sequence[Instruction]):
    """Record how an output was computed: every instruction after its parents, with all adjoints.

    `t[3]`, `t["h1"]` and `t[value]` give an instruction, and so does the path of a parameter,
    `t["layers[0].neurons[1].weights[0]"]`.  Recording changes no `.grad`.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x")
    >>> t = WengertList.of(x * x)
    >>> t["x"].adjoint, t[x].value, len(t)
    (6.0, 3.0, 2)
    """

    def __init__(self, instructions: Sequence[Instruction], nodes: Sequence[Value] = ()) -> None:
        self.instructions = tuple(instructions)
        self._by_name = {row.path: row for row in self.instructions if row.path}  # of a path the last
        self._by_name |= {row.name: row for row in self.instructions}
        self._by_node = dict(zip(nodes, self.instructions))

    @classmethod
    def of(cls, output: Value, upto: Collection[Value] = ()) -> Self:
        """Return the Wengert list of an output, cut at the Values `upto`, which stand as its inputs."""
        order = evaluation_order(output)
        partials = {node: () if node in upto else local_floats(node) for node in order}
        adjoint = adjoints(output, 1.0, partials.__getitem__)
        nodes = [node for node in order if node in adjoint]
        rows: dict[Value, Instruction] = {}
        for index, (node, name) in enumerate(zip(nodes, _names(nodes))):
            rows[node] = Instruction(
                index=index,
                name=name,
                label=node.label,
                path=node.path,
                role="input" if node in upto else _role(node),
                primitive=None if node in upto else node.primitive,
                parents=() if node in upto else tuple(rows[parent] for parent in node.parents),
                value=node.data,
                adjoint=adjoint[node],
                partials=partials[node],
            )
        return cls(tuple(rows.values()), nodes)

    @property
    def output(self) -> Instruction:
        """Return the last instruction, whose derivatives the adjoints are."""
        return self.instructions[-1]

    @property
    def steps(self) -> list[Step]:
        """Return backpropagation step by step: all forward steps, the seed, all reverse steps."""
        steps = [Step(i, "forward", row) for i, row in enumerate(self._computed())]
        steps.append(Step(len(steps), "seed", self.output))
        so_far: dict[Instruction, float] = {}
        for row in reversed(self._computed()):
            contributions = []
            for position, (target, local) in enumerate(zip(row.parents, row.partials)):
                before = so_far.get(target)
                contribution = row.adjoint * local
                so_far[target] = after = contribution if before is None else before + contribution
                contributions.append(
                    Contribution(target, position, row.adjoint, local, contribution, before, after)
                )
            steps.append(Step(len(steps), "reverse", row, tuple(contributions)))
        return steps

    def _computed(self) -> list[Instruction]:
        return [row for row in self.instructions if row.parents]

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
        return self.instructions[key]


def _role(node: Value) -> str:
    if node.parents:
        return "operation"
    if isinstance(node, Constant):
        return "constant"
    return "parameter" if node.path else "input"


def _names(nodes: Sequence[Value]) -> list[str]:
    """Return a name for each node, no two alike: its label, numbered where it recurs, or v and index."""
    labels = {node.label for node in nodes}
    repeats: Counter[str] = Counter()
    names: dict[str, None] = {}
    for index, node in enumerate(nodes):
        name = base = node.label or f"v{index}"
        while name in names or (name in labels and name != node.label):
            repeats[base] += 1
            name = f"{base}#{repeats[base] + 1}"
        names[name] = None
    return list(names)
