"""What is written in a drawing, every number of it read from the trace."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scalargrad.drawing.picture import Arrow, Edges, Group
from scalargrad.notation.labels import one_line, shortened
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.wengert.formulas import formula
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.neurons import Unit

Ink = Literal["name", "value", "adjoint", "note"]
FEW = 4  # a neuron with more inputs is written Σ wᵢxᵢ + b


@dataclass(frozen=True)
class Inscription:
    """One line of text: `kind` is "name", "value", "adjoint" or "note"."""

    kind: Ink
    text: str


class Inscriber:
    """Write groups and edges as lines of text, in the notation of a writer.

    `edges` is "local", "contribution" or None, `adjoints` tells whether adjoints are shown.

    >>> from scalargrad import Value
    >>> x = Value(3.0, label="x1")
    >>> t = WengertList.of(x * x)
    >>> [line.text for line in Inscriber(t).lines(Group("value", (t["x1"],)))]
    ['x₁ = 3', '∂v₁/∂x₁ = 6']
    """

    def __init__(
        self, trace: WengertList, edges: Edges | None = None, adjoints: bool = True, digits: int = 4
    ) -> None:
        self.trace = trace
        self.edges = edges
        self.adjoints = adjoints
        self.writer = TextbookWriter(digits=digits)

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
        if self.edges == "contribution":
            return [Inscription("adjoint", self._contribution(edge))]
        if arrow.weight:
            return list(self._weight(arrow.weight))
        return [Inscription("note", self._local(edge))] if self.edges == "local" else []

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
        return f"∂{self.name(self.trace.output)}/∂{self.name(v)} = {self.number(v.adjoint)}"

    def explanation(self, group: Group) -> str:
        """Return what pointing at a node shows: each formula, uncut, with its numbers put in."""
        if len(group.instructions) > FEW or group.kind == "rest":
            return f"{len(group.instructions):,} values"
        return "\n".join(map(self._calculation, group.instructions))

    def _calculation(self, v: Instruction) -> str:
        text = one_line(v.name) + (f" ({v.path})" if v.path else "")
        if v.parents and len(v.parents) <= 2 * FEW:
            text += f" = {v.formula} = {v.substitution}"
        text += f" = {v.value!r}"
        return text + (f", adjoint {v.adjoint!r}" if self.adjoints else "")

    def _value(self, v: Instruction) -> Iterator[Inscription]:
        if not v.parents:
            yield Inscription("name", self.value(v))
        else:
            yield Inscription("name", shortened(f"{self.name(v)} = {formula(v, self.writer)}"))
            yield Inscription("value", f"= {self.number(v.value)}")
        if self.adjoints and v.role != "constant":
            yield Inscription("adjoint", self.adjoint(v))

    def _neuron(self, unit: Unit, compact: bool) -> Iterator[Inscription]:
        z, a = unit.z, unit.a
        name_z = self.name(z) if z.label else "z"
        name_a = "a" if unit.path and not a.label else self.name(a)
        yield from self._titles(unit, name_z, name_a)
        if not compact:
            yield Inscription("note", shortened(f"{name_z} = {self._weighted_sum(unit)}"))
            if unit.bias:
                yield Inscription(
                    "note",
                    self.value(unit.bias) if unit.bias.label else f"b = {self.number(unit.bias.value)}",
                )
        yield Inscription("value", f"{name_z} = {self.number(z.value)}")
        if a is not z:
            yield Inscription("value", f"{name_a} = {self.number(a.value)}")
        if self.adjoints:
            delta = "" if compact else f"∂{self.name(self.trace.output)}/∂{name_z} = "
            yield Inscription("adjoint", f"δ = {delta}{self.number(z.adjoint)}")

    def _titles(self, unit: Unit, name_z: str, name_a: str) -> Iterator[Inscription]:
        """Yield the path that nn gave a neuron, where it has no label, and a = φ(z)."""
        activated = shortened(f"{name_a} = {self._activation(unit, name_z)}") if unit.a is not unit.z else ""
        if unit.path and not unit.a.label:
            yield Inscription("name", shortened(unit.path))
            if activated:
                yield Inscription("note", activated)
        else:
            yield Inscription("name", activated or self.name(unit.z))

    def _weighted_sum(self, unit: Unit) -> str:
        labelled = all(weight.label for weight in unit.weights.values())
        if len(unit.weights) > FEW or not labelled:
            return "Σ wᵢxᵢ" + (" + b" if unit.bias else "")
        products = (
            self.writer.multiply(edge.parent.symbol(self.writer), weight.symbol(self.writer))
            for edge, weight in unit.weights.items()
        )
        bias = [self.name(unit.bias)] if unit.bias else []
        return " + ".join([*map(str, products), *bias])

    def _activation(self, unit: Unit, name_z: str) -> str:
        if unit.a.parents == (unit.z,) and unit.a.primitive:
            return str(self.writer.write(unit.a.primitive, [self.writer.name(name_z)]))
        return f"φ({name_z})"

    def _weight(self, weight: Instruction) -> Iterator[Inscription]:
        yield Inscription("name", self.value(weight) if weight.label else self.number(weight.value))
        if self.adjoints:
            yield Inscription("adjoint", f"∂ {self.number(weight.adjoint)}")

    def _local(self, edge: Edge) -> str:
        number = self.number(edge.local)
        if len(edge.child.parents) > 2 * FEW:
            return number
        text = str(edge.child.local_derivatives(self.writer)[edge.position])
        return text if text == number else shortened(f"{text} = {number}", 32)

    def _contribution(self, edge: Edge) -> str:
        c = self.trace.contributions[edge]
        factors = f"{self.writer.number(c.upstream)} · {_bracketed(self.number(c.local))}"
        return f"{factors} = {self.number(c.contribution)}"

    def _layer(self, group: Group) -> Iterator[Inscription]:
        units = group.units
        neurons = len({unit.path or unit for unit in units})
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
        yield Inscription("value", self._range("a", (unit.a.value for unit in units)))
        if self.adjoints:
            yield Inscription("adjoint", self._range("δ", (unit.z.adjoint for unit in units)))

    def _matrix(self, units: Sequence[Unit]) -> str:
        """Return the matrix that the weights of a layer make: its elements if they are few, or its shape."""
        rows = list(dict.fromkeys(tuple(unit.weights.values()) for unit in units))
        if len(rows) * len(rows[0]) <= FEW and all(weight.label for row in rows for weight in row):
            return f"W = ({'; '.join(' '.join(map(self.name, row)) for row in rows)})"
        return f"W: {len(rows)} × {len(rows[0])}"

    def _rest(self, group: Group) -> Iterator[Inscription]:
        if group.kind == "inputs":
            yield Inscription("name", counted(len(group.instructions), "input"))
            yield Inscription("value", self._range("x", (v.value for v in group.instructions)))
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


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun, in the plural where there are several.

    >>> counted(1, "node"), counted(2000, "bias", "biases")
    ('1 node', '2,000 biases')
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith("−") else number
