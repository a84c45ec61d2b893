"""What is written in a drawing, every number of it read from the trace."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scalargrad.drawing.picture import Arrow, Edges, Group
from scalargrad.notation.labels import one_line, shortened
from scalargrad.notation.numbers import counted
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.notation.writer import Symbol
from scalargrad.primitives.table import TABLE
from scalargrad.wengert.formulas import formula
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.neurons import Unit, weight_edge

Ink = Literal["name", "value", "adjoint", "note"]
FEW, SHORT = 4, 44  # a neuron with more inputs, or a longer sum, is written Σ wx + b


@dataclass(frozen=True)
class Inscription:
    """One line of text: `kind` is "name", "value", "adjoint" or "note"."""

    kind: Ink
    text: str


class Inscriber:
    """Write groups and edges as lines of text, in the notation of a writer.

    `edges` is "local", "contribution" or None; `adjoints` tells whether adjoints are shown, `values` whether
    what was computed is: without, only what is given has its number.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x1")
    >>> t = WengertList.of(x * x)
    >>> [line.text for line in Inscriber(t).lines(Group("value", (t["x1"],)))]
    ['x₁ = 3', '∂v₁/∂x₁ = 6']
    """

    def __init__(
        self,
        trace: WengertList,
        edges: Edges | None = None,
        adjoints: bool = True,
        writer: TextbookWriter | None = None,
        *,
        values: bool = True,
    ) -> None:
        self.trace = trace
        self.edges = edges
        self.values, self.adjoints = values, adjoints and values
        self.writer = writer or TextbookWriter()

    def lines(self, group: Group, compact: bool = False) -> list[Inscription]:
        """Return the lines of a group; a neuron is `compact` where many are drawn."""
        if group.more:
            return [Inscription("note", f"… {group.more:,} more")]
        if group.kind == "neuron":
            return list(self._neuron(group.units[0], compact))
        if group.kind == "layer":
            return list(self._layer(group))
        if group.kind == "value":
            return list(self._value(group.instructions[0]))
        return list(self._rest(group))

    def arrow(self, arrow: Arrow) -> list[Inscription]:
        """Return the lines on an arrow; of merged edges, how many they are."""
        if len(arrow.edges) > 1:
            return [Inscription("note", f"×{len(arrow.edges):,}")]
        (edge,) = arrow.edges
        lines = list(self._weight(arrow.weight, edge)) if arrow.weight else []
        if self.edges == "contribution":
            lines.append(Inscription("adjoint", self._contribution(edge)))
        return [*lines, Inscription("note", self.local(edge))] if self.edges == "local" else lines

    def name(self, v: Instruction) -> str:
        """Return the name of a value, or the number of a constant."""
        return str(v.symbol(self.writer))

    def number(self, x: float) -> str:
        """Return a number in the notation of the drawing."""
        return str(self.writer.number(x))

    def value(self, v: Instruction) -> str:
        """Return name = value; a constant is its value."""
        number = self.number(v.value)
        return number if v.role == "constant" else f"{self.name(v)} = {number}"

    def adjoint(self, v: Instruction) -> str:
        """Return the adjoint of a value, as ∂output/∂value = number."""
        return f"{self._derivative(v)} = {self.number(v.adjoint)}"

    def _derivative(self, v: Instruction) -> str:
        return self.writer.partial(self.trace.output.name, v.name)

    def explanation(self, group: Group) -> str:
        """Return what pointing at a node shows: each formula, uncut, with its numbers put in."""
        if len(group.instructions) > FEW or group.kind == "rest":
            return f"{len(group.instructions):,} values"
        return "\n".join(map(self._calculation, group.instructions))

    def _calculation(self, v: Instruction) -> str:
        text = one_line(v.name) + (f" ({v.path})" if v.path else "")
        if v.parents and not self.values:
            return f"{text} = {v.formula}" if len(v.parents) <= 2 * FEW else text
        if v.parents and len(v.parents) <= 2 * FEW:
            text += f" = {v.formula} = {v.substitution}"
        text += f" = {v.value!r}"
        return text + (f", adjoint {v.adjoint!r}" if self.adjoints else "")

    def _value(self, v: Instruction) -> Iterator[Inscription]:
        if not v.parents:
            yield Inscription("name", self.value(v))
        else:
            yield Inscription("name", shortened(f"{self.name(v)} = {formula(v, self.writer)}"))
            if self.values:
                yield Inscription("value", f"= {self.number(v.value)}")
        if self.adjoints and v.role != "constant":
            yield Inscription("adjoint", self.adjoint(v))

    def _neuron(self, unit: Unit, compact: bool) -> Iterator[Inscription]:
        z, a = unit.z, unit.a
        if not compact:
            if a is not z:
                yield Inscription("name", shortened(f"{self.name(a)} = {self._activation(unit)}"))
            yield Inscription(
                "name" if a is z else "note", shortened(f"{self.name(z)} = {self._weighted_sum(unit)}")
            )
            if unit.bias:
                yield Inscription("note", self.value(unit.bias))
                if self.adjoints:
                    yield self._share(unit.bias, self._edge_of(unit.bias, unit))
        if not self.values:
            return
        yield Inscription("value", self.value(z))
        if a is not z:
            yield Inscription("value", self.value(a))
        if self.adjoints:
            yield Inscription(
                "adjoint", f"{self._delta_sign(unit, compact)} = {self.number(self._delta(unit))}"
            )

    def _delta(self, unit: Unit) -> float:
        """Return δ, the derivative by the sum of a neuron."""
        return unit.z.adjoint

    def _delta_sign(self, unit: Unit | None, compact: bool = False) -> str:
        """Return what stands before δ; `compact` or of several neurons it is the letter alone."""
        return "δ" if compact or unit is None else f"δ = {self._derivative(unit.z)}"

    def _weighted_sum(self, unit: Unit) -> str:
        """Return Σ wᵢxᵢ + b, spelled out in the order of the trace where that is short."""
        bias = [self.name(unit.bias)] if unit.bias else []
        products = [str(self._product(edge, weight)) for edge, weight in unit.weights.items()]
        written = " + ".join([*products, *bias])
        if len(unit.weights) <= FEW and len(written) <= SHORT:
            return written
        product = self.writer.multiply(self.writer.name("w"), self.writer.name("x"))
        return " + ".join([f"Σ {product}", *bias])

    def _product(self, edge: Edge, weight: Instruction) -> Symbol:
        operands = [edge.parent.symbol(self.writer), weight.symbol(self.writer)]
        weight_first = edge.position >= len(edge.child.parents) // 2
        return self.writer.write(TABLE["multiply"], operands[::-1] if weight_first else operands)

    def _activation(self, unit: Unit) -> str:
        name = self.writer.name(unit.z.name)
        if unit.a.parents == (unit.z,) and unit.a.primitive:
            return str(self.writer.write(unit.a.primitive, [name]))
        return f"φ({name})"

    def _weight(self, weight: Instruction, edge: Edge) -> Iterator[Inscription]:
        """Yield a weight with its derivative; of one that is used more than once, also what this use adds."""
        yield Inscription("name", self.value(weight))
        if self.adjoints:
            yield self._share(weight, weight_edge(edge))

    def _share(self, leaf: Instruction, edge: Edge) -> Inscription:
        """Return the derivative of a parameter and, where it is shared, what this use adds to it."""
        whole = self.adjoint(leaf)
        here = self.trace.contributions.get(edge) if len(self.trace.uses[leaf]) > 1 else None
        return Inscription("adjoint", f"{self.number(here.contribution)} of {whole}" if here else whole)

    def _edge_of(self, bias: Instruction, unit: Unit) -> Edge:
        return next(edge for edge in self.trace.uses[bias] if edge.child in unit.members)

    def local(self, edge: Edge) -> str:
        """Return the local derivative of an edge, its formula with its number."""
        number = self.number(edge.local)
        if len(edge.child.parents) > 2 * FEW:
            return number if self.values else "…"
        text = str(edge.child.local_derivatives(self.writer)[edge.position])
        if not self.values:
            return shortened(text, 32)
        return text if text == number else shortened(f"{text} = {number}", 32)

    def _contribution(self, edge: Edge) -> str:
        c = self.trace.contributions.get(edge)
        if c is None:  # of what the output does not depend on
            return self.number(0.0)
        factors = f"{self.writer.number(c.upstream)} · {_bracketed(self.number(c.local))}"
        return f"{factors} = {self.number(c.contribution)}"

    def _layer(self, group: Group) -> Iterator[Inscription]:
        units = group.units
        neurons = len({(unit.path, unit.parameters) if unit.path else unit for unit in units})
        times = f" ×{len(units) // neurons:,}" if len(units) > neurons else ""
        weights = {weight for unit in units for weight in unit.weights.values()}
        biases = {unit.bias for unit in units if unit.bias}
        final = f": {self.name(self.trace.output)}" if self.trace.output in group.instructions else ""
        yield Inscription("name", shortened(group.title) + final)
        yield Inscription("note", counted(neurons, "neuron") + times)
        parameters = counted(len(weights), "weight")
        yield Inscription(
            "note", parameters + (f", {counted(len(biases), 'bias', 'biases')}" if biases else "")
        )
        if len({len(unit.weights) for unit in units}) == 1:
            yield Inscription("note", self._matrix(units))
        if self.values:
            yield Inscription("value", self._range(self._letter(units), (unit.a.value for unit in units)))
        if self.adjoints:
            yield Inscription("adjoint", self._range(self._delta_sign(None), map(self._delta, units)))

    def _matrix(self, units: Sequence[Unit]) -> str:
        """Return the matrix that the weights of a layer make: its elements if they are few, or its shape."""
        rows = list(dict.fromkeys(tuple(unit.weights.values()) for unit in units))
        name = self.writer.name("W")
        if len(rows) * len(rows[0]) <= FEW and all(weight.label for row in rows for weight in row):
            return f"{name} = ({'; '.join(' '.join(map(self.name, row)) for row in rows)})"
        return f"{name}: {len(rows)} × {len(rows[0])}"

    def _letter(self, units: Sequence[Unit]) -> str:
        """Return the letter that the labels of the activations of a layer begin with, else a."""
        letters = {unit.a.label[:1] for unit in units}
        return str(self.writer.name((letters.pop() if len(letters) == 1 else "") or "a"))

    def _rest(self, group: Group) -> Iterator[Inscription]:
        if group.kind == "inputs":
            yield Inscription("name", counted(len(group.instructions), "input"))
            name = str(self.writer.name("x"))
            yield Inscription("value", self._range(name, (v.value for v in group.instructions)))
        elif self.trace.output in group.instructions:
            yield from self._value(self.trace.output)
            if len(group.instructions) > 1:
                yield Inscription("note", f"+{counted(len(group.instructions) - 1, 'value')}")
        else:
            yield Inscription("note", f"+{counted(len(group.instructions), 'value')}")

    def _range(self, name: str, numbers: Iterable[float]) -> str:
        numbers = list(numbers)
        low, high = self.number(min(numbers)), self.number(max(numbers))
        return f"{name} = {low}" if low == high else f"{name}: {low} … {high}"


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("−") else number
