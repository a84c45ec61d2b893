"""Instructions, the lines of a Wengert list; edges between them; the steps of backpropagation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scalargrad.answers import answering
from scalargrad.notation.numbers import number
from scalargrad.notation.text import TextWriter
from scalargrad.notation.writer import Symbol, Writer
from scalargrad.primitives.row import Primitive
from scalargrad.wengert.structure import Form, Role

SHOWN = 6  # decimals in a repr; the attributes have them all
Phase = Literal["forward", "seed", "reverse"]


@answering("Instruction")
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Instruction:
    """One line of a Wengert list: vᵢ = f(parents), its value, adjoint and local derivatives.

    `adjoint` is ∂output/∂vᵢ and `partials` are ∂vᵢ/∂parent, one for each parent; `tangent` is the derivative
    of vᵢ along the direction in which the leaves move, None where none was asked for.  What does not depend
    on numbers stands in `form`: `name` is the label, the place in a network, or `v` and the index; `role` is
    "input", "parameter", "constant" or "operation".

    >>> from scalargrad import Value, trace
    >>> x, y = Value(3.0, label="x"), Value(-2.0, label="y")
    >>> line = trace(x * y)[2]
    >>> line.name, line.formula, line.substitution, line.value, line.partials
    ('v2', 'x*y', '3*(-2)', -6.0, (-2.0, 3.0))
    """

    form: Form
    parents: tuple["Instruction", ...]
    value: float
    adjoint: float
    partials: tuple[float, ...]
    tangent: float | None = None

    @property
    def index(self) -> int:
        """Return the slot: the place in the list."""
        return self.form.index

    @property
    def name(self) -> str:
        """Return the name, which no other instruction of the list has."""
        return self.form.name

    @property
    def label(self) -> str:
        """Return the label, which may be empty."""
        return self.form.label

    @property
    def path(self) -> str:
        """Return the place in a network, which may be empty."""
        return self.form.path

    @property
    def is_named(self) -> bool:
        """Tell whether it has a label or a place to be known by; the product within a sum z has none."""
        return bool(self.form.label) or self.form.path.rpartition(".")[2] not in {"", "dot"}

    @property
    def role(self) -> Role:
        """Return "input", "parameter", "constant" or "operation"."""
        return self.form.role

    @property
    def primitive(self) -> Primitive | None:
        """Return the row that computes the value, None for a leaf."""
        return self.form.primitive

    @property
    def formula(self) -> str:
        """Return the right-hand side over the names of the parents; a leaf is its own value."""
        return str(self.written(TextWriter()))

    @property
    def substitution(self) -> str:
        """Return the right-hand side with the values of the parents put in."""
        return str(self.substituted(TextWriter()))

    def written(self, writer: Writer) -> Symbol:
        """Return the formula in the notation of a writer."""
        return self._right_hand_side(writer, [parent.symbol(writer) for parent in self.parents])

    def substituted(self, writer: Writer) -> Symbol:
        """Return the substitution in the notation of a writer."""
        return self._right_hand_side(writer, [writer.number(parent.value) for parent in self.parents])

    def symbol(self, writer: Writer) -> Symbol:
        """Return the name as an operand; a constant is its number."""
        form = self.form
        return writer.number(self.value) if form.role == "constant" else writer.name(form.name)

    def local_derivatives(self, writer: Writer) -> list[Symbol]:
        """Return the formula of each local derivative, read from the row of the primitive."""
        if self.primitive is None:
            return []
        operands = [parent.symbol(writer) for parent in self.parents]
        return list(
            map(writer.symbol, self.primitive.local_derivatives(writer, self.symbol(writer), operands))
        )

    def _right_hand_side(self, writer: Writer, operands: Sequence[Symbol]) -> Symbol:
        row = self.form.primitive
        return writer.write(row, operands) if row else writer.number(self.value)

    def __repr__(self) -> str:
        tangent = "" if self.tangent is None else f", tangent {number(self.tangent, SHOWN)}"
        return f"<{self._statement}, adjoint {number(self.adjoint, SHOWN)}{tangent}>"

    @property
    def _statement(self) -> str:
        formula = f" = {self.formula}" if self.parents else ""
        return f"{self.name}{formula} = {number(self.value, SHOWN)}"


class Edge(NamedTuple):
    """Name one edge of the graph: a child, with the position among its parents of the one it reads."""

    child: Instruction
    position: int

    @property
    def parent(self) -> Instruction:
        """Return the instruction that the edge reads."""
        return self.child.parents[self.position]

    @property
    def local(self) -> float:
        """Return the local derivative ∂child/∂parent of this use."""
        return self.child.partials[self.position]


class Contribution(NamedTuple):
    """What one edge adds in the reverse sweep: upstream adjoint × local derivative.

    `position` is the place of `target` among the parents of the `child`, which hands it on; `before` and
    `after` are the target's adjoint, and `before` is None where nothing was added to it yet.
    """

    child: Instruction
    position: int
    target: Instruction
    upstream: float
    local: float
    contribution: float
    before: float | None
    after: float

    @property
    def edge(self) -> Edge:
        """Return the edge along which it is handed on."""
        return Edge(self.child, self.position)

    def __repr__(self) -> str:
        upstream, local, product = (number(x, SHOWN) for x in (self.upstream, self.local, self.contribution))
        return f"<from {self.child.name} to {self.target.name}: {upstream} * {local} = {product}>"


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One step of backpropagation: `phase` is "forward", "seed" or "reverse".

    A forward step computes the value of `instruction`; the seed sets the adjoint of the output to 1;
    in a reverse step an instruction hands its adjoint to its parents, as all its children did before, one
    contribution for each parent.
    """

    index: int
    phase: Phase
    instruction: Instruction
    contributions: tuple[Contribution, ...] = ()

    def __repr__(self) -> str:
        v = self.instruction
        done = {"forward": v._statement, "seed": f"adjoint of {v.name} = 1"}.get(self.phase)
        given = (f"{number(c.contribution, SHOWN)} to {c.target.name}" for c in self.contributions)
        return f"<step {self.index}, {self.phase}: {done or f'{v.name} hands on ' + ', '.join(given)}>"
