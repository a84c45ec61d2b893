"""What is written in the nodes and on the edges of a drawing; every number is read from the trace."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scalargrad.drawing.lettering import TextbookWriter, formula, shortened
from scalargrad.drawing.picture import Edge, Entry, Firing, Group
from scalargrad.notation import one_line
from scalargrad.wengert import Contribution, Instruction, WengertList

FEW = 4  # a neuron with more inputs is written Σ wᵢxᵢ + b


@dataclass(frozen=True)
class Line:
    """Hold one line of text: `kind` is "name", "value", "adjoint" or "note"."""

    kind: str
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
        self, trace: WengertList, edges: str | None = None, adjoints: bool = True, digits: int = 4
    ) -> None:
        self.trace = trace
        self.edges = edges
        self.adjoints = adjoints
        self.writer = TextbookWriter(digits=digits)
        self._contributions: dict[tuple[Instruction, int], Contribution] = {}
        if edges == "contribution":
            self._contributions = {
                (step.instruction, c.position): c for step in trace.steps for c in step.contributions
            }

    def lines(self, group: Group, compact: bool = False) -> list[Line]:
        """Return the lines of a group; a neuron is `compact` where many are drawn."""
        if group.more:
            return [Line("note", f"… {group.more:,} more")]
        if group.kind == "neuron":
            return list(self._neuron(group.firings[0], compact))
        if group.kind == "layer":
            return list(self._layer(group))
        if group.kind == "value":
            return list(self._value(group.rows[0]))
        return list(self._rest(group))

    def edge(self, edge: Edge) -> list[Line]:
        """Return the lines on an edge; of merged edges, how many they are."""
        if len(edge.entries) > 1:
            return [Line("note", f"×{len(edge.entries):,}")]
        (entry,) = edge.entries
        if self.edges == "contribution":
            return [Line("adjoint", self._contribution(entry))]
        if entry.weight and edge.head.kind == "neuron" and not edge.head.more:
            return list(self._weight(entry.weight))
        return [Line("note", self._local(entry))] if self.edges == "local" else []

    def name(self, row: Instruction) -> str:
        """Return the name of a value, or the number of a constant."""
        return str(row.symbol(self.writer))

    def number(self, x: float) -> str:
        """Return a number in the notation of the drawing."""
        return str(self.writer.number(x))

    def value(self, row: Instruction) -> str:
        """Return name = value; a constant is its value."""
        number = self.number(row.value)
        return number if row.role == "constant" else f"{self.name(row)} = {number}"

    def derivative(self, row: Instruction) -> str:
        """Return the adjoint of a value, as ∂output/∂value = number."""
        return f"∂{self.name(self.trace.output)}/∂{self.name(row)} = {self.number(row.adjoint)}"

    def explanation(self, group: Group) -> str:
        """Return what pointing at a node shows: each formula, uncut, with its numbers put in."""
        if len(group.rows) > FEW or group.kind == "rest":
            return f"{len(group.rows):,} values"
        return "\n".join(map(self._calculation, group.rows))

    def _calculation(self, row: Instruction) -> str:
        text = one_line(row.name) + (f" ({row.path})" if row.path else "")
        if row.parents and len(row.parents) <= 2 * FEW:
            text += f" = {row.formula} = {row.substitution}"
        text += f" = {row.value!r}"
        return text + (f", adjoint {row.adjoint!r}" if self.adjoints else "")

    def _value(self, row: Instruction) -> Iterator[Line]:
        if not row.parents:
            yield Line("name", self.value(row))
        else:
            yield Line("name", shortened(f"{self.name(row)} = {formula(row, self.writer)}"))
            yield Line("value", f"= {self.number(row.value)}")
        if self.adjoints and row.role != "constant":
            yield Line("adjoint", self.derivative(row))

    def _neuron(self, firing: Firing, compact: bool) -> Iterator[Line]:
        z, a = firing.z, firing.a
        name_z = self.name(z) if z.label else "z"
        name_a = "a" if firing.path and not a.label else self.name(a)
        yield from self._titles(firing, name_z, name_a)
        if not compact:
            yield Line("note", shortened(f"{name_z} = {self._weighted_sum(firing)}"))
            if firing.bias:
                yield Line(
                    "note",
                    self.value(firing.bias) if firing.bias.label else f"b = {self.number(firing.bias.value)}",
                )
        yield Line("value", f"{name_z} = {self.number(z.value)}")
        if a is not z:
            yield Line("value", f"{name_a} = {self.number(a.value)}")
        if self.adjoints:
            delta = "" if compact else f"∂{self.name(self.trace.output)}/∂{name_z} = "
            yield Line("adjoint", f"δ = {delta}{self.number(z.adjoint)}")

    def _titles(self, firing: Firing, name_z: str, name_a: str) -> Iterator[Line]:
        """Yield the path that nn gave a neuron, where it has no label, and a = φ(z)."""
        activated = (
            shortened(f"{name_a} = {self._activation(firing, name_z)}") if firing.a is not firing.z else ""
        )
        if firing.path and not firing.a.label:
            yield Line("name", shortened(firing.path))
            if activated:
                yield Line("note", activated)
        else:
            yield Line("name", activated or self.name(firing.z))

    def _weighted_sum(self, firing: Firing) -> str:
        entries = firing.entries
        labelled = all(entry.weight and entry.weight.label for entry in entries)
        if len(entries) > FEW or not labelled:
            return "Σ wᵢxᵢ" + (" + b" if firing.bias else "")
        products = (
            self.writer.multiply(entry.parent.symbol(self.writer), entry.weight.symbol(self.writer))
            for entry in entries
            if entry.weight
        )
        bias = [self.name(firing.bias)] if firing.bias else []
        return " + ".join([*map(str, products), *bias])

    def _activation(self, firing: Firing, name_z: str) -> str:
        if firing.a.parents == (firing.z,) and firing.a.primitive:
            return str(self.writer.write(firing.a.primitive, [self.writer.name(name_z)]))
        return f"φ({name_z})"

    def _weight(self, weight: Instruction) -> Iterator[Line]:
        yield Line("name", self.value(weight) if weight.label else self.number(weight.value))
        if self.adjoints:
            yield Line("adjoint", f"∂ {self.number(weight.adjoint)}")

    def _local(self, entry: Entry) -> str:
        row = entry.child
        number = self.number(row.partials[entry.position])
        if len(row.parents) > 2 * FEW:
            return number
        text = str(row.local_derivatives(self.writer)[entry.position])
        return text if text == number else shortened(f"{text} = {number}", 32)

    def _contribution(self, entry: Entry) -> str:
        c = self._contributions[entry.child, entry.position]
        factors = f"{self.writer.number(c.upstream)} · {_bracketed(self.number(c.local))}"
        return f"{factors} = {self.number(c.contribution)}"

    def _layer(self, group: Group) -> Iterator[Line]:
        firings = group.firings
        neurons = len({firing.path or firing for firing in firings})
        times = f" ×{len(firings) // neurons:,}" if len(firings) > neurons else ""
        weights = {entry.weight for firing in firings for entry in firing.entries}
        biases = {firing.bias for firing in firings if firing.bias}
        final = f": {self.name(self.trace.output)}" if self.trace.output in group.rows else ""
        yield Line("name", shortened(group.title) + final)
        yield Line("note", counted(neurons, "neuron") + times)
        parameters = counted(len(weights), "weight")
        yield Line("note", parameters + (f", {counted(len(biases), 'bias', 'biases')}" if biases else ""))
        yield Line("value", self._range("a", (firing.a.value for firing in firings)))
        if self.adjoints:
            yield Line("adjoint", self._range("δ", (firing.z.adjoint for firing in firings)))

    def _rest(self, group: Group) -> Iterator[Line]:
        if group.kind == "inputs":
            yield Line("name", counted(len(group.rows), "input"))
            yield Line("value", self._range("x", (row.value for row in group.rows)))
        elif self.trace.output in group.rows:
            yield from self._value(self.trace.output)
            if len(group.rows) > 1:
                yield Line("note", f"+{counted(len(group.rows) - 1, 'value')}")
        else:
            yield Line("note", f"+{counted(len(group.rows), 'value')}")

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
