"""The structure of a Wengert list: which row makes each slot of which others, whatever the numbers."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scalargrad.engine.apply import undefined
from scalargrad.engine.value import Constant, Value
from scalargrad.primitives.row import Primitive
from scalargrad.primitives.scalars import ieee, strict

Role = Literal["input", "parameter", "constant", "operation"]


@dataclass(frozen=True, eq=False, slots=True)
class Form:
    """State an instruction without its numbers: slot `index` is made by a row of the slots `parents`.

    A leaf has no primitive.  `name` is the label, or `v` and the index, and no two are alike; `path` is
    the place in a network.
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
        forms = []
        for (node, index), name in zip(slots.items(), _names(order)):
            cut = node in upto
            parents = () if cut else tuple(slots[parent] for parent in node.parents)
            primitive = None if cut else node.primitive
            role: Role = "input" if cut else _role(node)
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


def _role(node: Value) -> Role:
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
