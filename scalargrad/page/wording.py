"""A step in words, for captions as for screen readers: the question, then its answers."""

from scalargrad.notation.writer import Writer
from scalargrad.primitives.table import TABLE
from scalargrad.wengert.formulas import formula
from scalargrad.wengert.instruction import Contribution, Step
from scalargrad.wengert.progress import NOT_COMPUTED


def question(step: Step, writer: Writer) -> str:
    """Return what a step asks for, without its result.

    >>> from scalargrad import Value
    >>> from scalargrad.notation.text import TextWriter
    >>> from scalargrad.wengert.list import WengertList
    >>> x = Value(3.0, label="x")
    >>> [question(step, TextWriter()) for step in WengertList.of(x * x).steps]
    ['v1 = x*x', '∂v1/∂v1 = –', 'v1 hands its adjoint 1 to x']
    """
    v = step.instruction
    name = writer.name(v.name)
    if step.phase == "forward":
        return f"{name} = {formula(v, writer)}"
    if step.phase == "seed":
        return f"∂{name}/∂{name} = {NOT_COMPUTED}"
    targets = dict.fromkeys(
        str(c.target.symbol(writer)) for c in step.contributions if c.target.role != "constant"
    )
    heirs = ", ".join(targets) or "constants, which do not need it"
    return f"{name} hands its adjoint {writer.number(v.adjoint)} to {heirs}"


def answers(step: Step, writer: Writer) -> list[str]:
    """Return what a step computes, one line for each number.

    >>> from scalargrad import Value
    >>> from scalargrad.notation.text import TextWriter
    >>> from scalargrad.wengert.list import WengertList
    >>> x = Value(3.0, label="x")
    >>> [answers(step, TextWriter()) for step in WengertList.of(x * x).steps]
    [['v1 = x*x = 3*3 = 9'], ['∂v1/∂v1 = 1'], ['x gets 1*3 = 3', 'x gets 1*3 = 3, in all 6']]
    """
    v = step.instruction
    asked = question(step, writer)
    if step.phase == "forward":
        whole = asked.endswith(str(v.written(writer)))  # else it was too long to write
        substituted = f" = {v.substituted(writer)}" if whole else ""
        return [f"{asked}{substituted} = {writer.number(v.value)}"]
    if step.phase == "seed":
        return [asked.replace(NOT_COMPUTED, str(writer.number(v.adjoint)))]
    gains = [_gain(c, writer) for c in step.contributions if c.target.role != "constant"]
    return gains or ["its parents are constants, whose adjoints nothing needs"]


def _gain(c: Contribution, writer: Writer) -> str:
    factors = [writer.number(factor) for factor in (c.upstream, c.local)]
    product = Writer.write(writer, TABLE["multiply"], factors)
    whole = "" if c.before is None else f", in all {writer.number(c.after)}"
    return f"{writer.name(c.target.name)} gets {product} = {writer.number(c.contribution)}{whole}"
