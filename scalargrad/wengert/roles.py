"""What part each value of a Wengert list plays for who reads it: input, parameter, constant, output."""

from collections.abc import Mapping, Sequence
from typing import Literal

from scalargrad.notation.labels import is_called_as_a_weight
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.neurons import Unit, units_of
from scalargrad.wengert.structure import Role

ShownRole = Role | Literal["output"]


def roles(trace: WengertList, units: Sequence[Unit] | None = None) -> Mapping[Instruction, ShownRole]:
    """Return the role of each instruction, where leaves are told apart by what reads them.

    Parameters are those of a network; else what neurons read as weights and biases, w and b in w*x + b;
    and leaves called w.  An input that is the output, too, stays an input.

    >>> from scalargrad import Value
    >>> x, w, b = Value(2.0, label="x"), Value(3.0, label="w"), Value(1.0, label="b")
    >>> [(v.name, role) for v, role in roles(WengertList.of(w * x + b)).items()]
    [('x', 'input'), ('w', 'parameter'), ('b', 'parameter'), ('v3', 'operation'), ('v4', 'output')]
    """
    found: dict[Instruction, ShownRole] = {v: v.role for v in trace}
    if not any(role == "parameter" for role in found.values()):
        read = {leaf for unit in (units_of(trace) if units is None else units) for leaf in unit.parameters}
        found |= dict.fromkeys((v for v in trace if v in read or _is_called_w(v)), "parameter")
    if trace.output.parents:
        found[trace.output] = "output"
    return found


def parameters(trace: WengertList) -> list[Instruction]:
    """Return the leaves that gradient descent moves: the parameters or, where there are none, every leaf.

    >>> from scalargrad import Value
    >>> w, x = Value(3.0, label="w"), Value(2.0, label="x")
    >>> [[v.name for v in parameters(WengertList.of(y))] for y in (w * x, x * x)]
    [['w'], ['x']]
    """
    part = roles(trace)
    return [v for v in trace if part[v] == "parameter"] or [v for v in trace if part[v] == "input"]


def _is_called_w(v: Instruction) -> bool:
    return v.role == "input" and is_called_as_a_weight(v.label, "w")
