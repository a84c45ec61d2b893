"""The structure of a Wengert list: which row makes each slot of which others, whatever the numbers."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scalargrad.engine.apply import undefined
from scalargrad.engine.value import Constant, Value
from scalargrad.notation.labels import name_of_place
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee, strict

Role = Literal["input", "parameter", "constant", "operation"]


@dataclass(frozen=True, eq=False, slots=True)
class Form:
    """State an instruction without its numbers: slot `index` is made by a row of the slots `parents`.

    A leaf has no primitive.  `name` is the label, the place in a network such as `W0[1,2]`, or `v` and the
    index, and no two are alike; `path` is that place in full.
    """

    index: int
    name: str
    label: str
    path: str
    role: Role
    primitive: Primitive | None
    parents: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Structure:
    """The forms of a Wengert list, every parent before its children and the output last."""

    forms: tuple[Form, ...]

    @classmethod
    def of(cls, order: Sequence[Value], upto: Collection[Value] = ()) -> "Structure":
        """Return the structure of nodes in order of evaluation; those of `upto` stand as inputs.

        >>> from scalargrad.engine.node import evaluation_order
        >>> x = Value(3.0, label="x")
        >>> [(form.name, form.parents) for form in Structure.of(evaluation_order(x * x)).forms]
        [('x', ()), ('v1', (0, 0))]
        """
        slots = {node: index for index, node in enumerate(order)}
        inputs = _inputs(order)
        forms = []
        for (node, index), name in zip(slots.items(), _names(order, inputs)):
            cut = node in upto
            parents = () if cut else tuple(slots[parent] for parent in node.parents)
            primitive = None if cut else node.primitive
            role: Role = "input" if cut else _role(node, inputs)
            forms.append(Form(index, name, node.label, node.path, role, primitive, parents))
        return cls(tuple(forms))

    def values(self, leaves: Mapping[int, float]) -> list[float]:
        """Return the value of every slot, computed from those of the leaves by their slots.

        Raises DomainError or RangeError where a row has no value.
        """
        values: list[float] = []
        for form in self.forms:
            if form.primitive is None:
                values.append(leaves[form.index])
                continue
            operands = [values[i] for i in form.parents]
            try:
                values.append(form.primitive.value(strict, operands))
            except (ValueError, ArithmeticError) as error:
                names = [self.forms[i].name for i in form.parents]
                raise undefined(form.primitive, names, operands, error) from None
        return values

    def partials(self, values: Sequence[float]) -> list[tuple[float, ...]]:
        """Return the local derivatives of every slot by its parents, at these values of all slots."""
        return [
            form.primitive.local_derivatives(ieee, values[form.index], [values[i] for i in form.parents])
            if form.primitive
            else ()
            for form in self.forms
        ]


def _role(node: Value, inputs: Mapping[Value, int]) -> Role:
    if node.parents:
        return "operation"
    if isinstance(node, Constant):
        return "input" if node in inputs else "constant"
    return "parameter" if node.path else "input"


def _inputs(nodes: Iterable[Value]) -> dict[Value, int]:
    """Return the plain numbers that go into a neuron, each with its place among the inputs.

    Numbers that other lists hold, such as `dot(w, [1.0, 2.0])`, are constants, as in `w * 1.0`.
    """
    found: dict[Value, int] = {}
    for node in nodes:
        if node.path and node.primitive is not None and node.primitive.name == "dot":
            read = enumerate(node.parents[len(node.parents) // 2 :])  # what comes before are the weights
            found |= {x: i for i, x in read if isinstance(x, Constant) and x not in found}
    return found


def _names(nodes: Sequence[Value], inputs: Mapping[Value, int]) -> list[str]:
    """Return a name for each node, no two alike: its label, its place in a network, or a letter and index.

    A name that recurs is numbered, `z0[1]#2`.
    """
    places = _places(nodes)
    letter = _free_letter([*(node.label for node in nodes), *places.values()])
    labels = {node.label for node in nodes}
    repeats: Counter[str] = Counter()
    names: dict[str, None] = {}
    for index, node in enumerate(nodes):
        place = f"x[{inputs[node]}]" if node in inputs else places.get(node.path, "")
        name = base = node.label or place or f"{letter}{index}"
        while name in names or (name in labels and name != node.label):
            repeats[base] += 1
            name = f"{base}#{repeats[base] + 1}"
        names[name] = None
    return list(names)


def _places(nodes: Iterable[Value]) -> dict[str, str]:
    """Return the short name of each path, or the path itself where two have one short name."""
    short = {node.path: name_of_place(node.path) for node in nodes if node.path}
    shared = Counter(short.values())
    return {path: name if shared[name] == 1 else path for path, name in short.items()}


def _free_letter(names: Iterable[str]) -> str:
    """Return the letter of what has no name: v, as books have it, unless names begin with it."""
    used = {name[0] for name in names if name}
    return next((letter for letter in "vtqnksm" if letter not in used), "v")
