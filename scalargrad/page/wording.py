"""A step in words, for captions and for those who listen: the question, and its answers."""

from scalargrad.drawing.lettering import formula
from scalargrad.notation import Writer
from scalargrad.page.history import UNKNOWN
from scalargrad.table import TABLE
from scalargrad.wengert import Contribution, Step


def question(step: Step, writer: Writer) -> str:
    """Return what a step asks for, without its result.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert import WengertList
    >>> x = Value(3.0, label="x")
    >>> [question(step, Writer()) for step in WengertList.of(x * x).steps]
    ['v1 = x*x', '∂v1/∂v1 = –', 'v1 hands its adjoint 1 to x']
    """
    row = step.instruction
    name = writer.name(row.name)
    if step.phase == "forward":
        return f"{name} = {formula(row, writer)}"
    if step.phase == "seed":
        return f"∂{name}/∂{name} = {UNKNOWN}"
    targets = dict.fromkeys(str(c.target.symbol(writer)) for c in step.contributions)
    return f"{name} hands its adjoint {writer.number(row.adjoint)} to {', '.join(targets)}"


def answers(step: Step, writer: Writer) -> list[str]:
    """Return what a step computes, one line for each number.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert import WengertList
    >>> x = Value(3.0, label="x")
    >>> [answers(step, Writer()) for step in WengertList.of(x * x).steps]
    [['v1 = x*x = 3*3 = 9'], ['∂v1/∂v1 = 1'], ['x gets 1*3 = 3', 'x gets 1*3 = 3, in all 6']]
    """
    row = step.instruction
    asked = question(step, writer)
    if step.phase == "forward":
        whole = asked.endswith(str(row.written(writer)))  # else it was too long to write
        substituted = f" = {row.substituted(writer)}" if whole else ""
        return [f"{asked}{substituted} = {writer.number(row.value)}"]
    if step.phase == "seed":
        return [asked.replace(UNKNOWN, str(writer.number(row.adjoint)))]
    gains = [_gain(c, writer) for c in step.contributions if c.target.role != "constant"]
    return gains or ["its parents are constants, whose adjoints nothing needs"]


def _gain(c: Contribution, writer: Writer) -> str:
    factors = [writer.number(factor) for factor in (c.upstream, c.local)]
    product = Writer.write(writer, TABLE["multiply"], factors)
    whole = "" if c.before is None else f", in all {writer.number(c.after)}"
    return f"{writer.name(c.target.name)} gets {product} = {writer.number(c.contribution)}{whole}"
