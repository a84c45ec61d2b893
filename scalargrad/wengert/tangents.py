"""Tangents as statements: what forward mode computes, beside what it has to do with the adjoints."""

from scalargrad.notation.numbers import number
from scalargrad.notation.writer import Symbol, Writer
from scalargrad.primitives.row import ATOM
from scalargrad.primitives.table import TABLE
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList


def tangent_name(v: Instruction, writer: Writer) -> Symbol:
    """Return the name of a tangent: `x_dot`, and `(x1*w1)_dot` of a value with such a label."""
    return Symbol(f"{writer.enclosed(writer.name(v.name))}_dot", ATOM, writer)


def tangent_statement(v: Instruction, trace: WengertList, writer: Writer) -> str:
    """Return what forward mode computes, such as `y_dot = x_dot*w`, over the parents that move.

    >>> from scalargrad import leaves
    >>> from scalargrad.notation.text import TextWriter
    >>> x, w, b = leaves(x=2.0, w=3.0, b=1.0)
    >>> for v in (trace := WengertList.of(x * w - b).along({x: 1.0, b: 1.0})):
    ...     print(tangent_statement(v, trace, TextWriter()))
    x_dot
    w_dot
    b_dot
    v3_dot = x_dot*w
    v4_dot = v3_dot - b_dot
    """
    name = tangent_name(v, writer)
    if not v.parents:
        return str(name)
    terms = [
        (tangent_name(parent, writer), local)
        for parent, local in zip(v.parents, v.local_derivatives(writer))
        if parent in trace.moving
    ]
    written: Symbol | None = None
    for tangent, local in terms:
        if written is None:
            written = product(tangent, local, writer)
        elif str(local) == "-1":
            written = writer.write(TABLE["subtract"], (written, tangent))
        else:
            written = writer.write(TABLE["add"], (written, product(tangent, local, writer)))
    return f"{name} = {writer.number(0.0) if written is None else written}"


def product(factor: Symbol, local: Symbol, writer: Writer) -> Symbol:
    """Return an adjoint or a tangent times a local derivative; 1 is not written, of -1 the sign alone."""
    if str(local) in {"1", "-1"}:
        return factor if str(local) == "1" else writer.write(TABLE["negative"], [factor])
    return writer.write(TABLE["multiply"], (factor, local))


def duality(trace: WengertList, writer: Writer) -> str:
    """Return the law ⟨v̇, Jᵀw⟩ = ⟨Jv̇, w⟩ for one output: tangents times adjoints, over the leaves that move.

    >>> from scalargrad import leaves
    >>> from scalargrad.notation.text import TextWriter
    >>> x, w = leaves(x=2.0, w=3.0)
    >>> print(duality(WengertList.of(x * w).along({x: 1.0, w: 10.0}), TextWriter()))
    x_dot*dv2/dx + w_dot*dv2/dw = 23 = v2_dot
    """
    output = trace.output
    leaves = [v for v in trace if not v.parents and v in trace.moving]
    terms = (f"{tangent_name(v, writer)}*d{output.symbol(writer)}/d{v.symbol(writer)}" for v in leaves)
    total = sum((v.tangent or 0.0) * v.adjoint for v in leaves)
    return f"{' + '.join(terms) or 0} = {number(total, writer.digits)} = {tangent_name(output, writer)}"
