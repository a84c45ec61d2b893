"""What the page shows, read from the trace: rows of the table, workings of steps, each adjoint as a sum."""

from collections.abc import Iterator

from scalargrad.drawing.lettering import TextbookWriter, formula
from scalargrad.page.facts import Model, Row, Sum, Transfer, Working
from scalargrad.page.history import MORE, UNKNOWN, histories
from scalargrad.page.mathml import MathWriter
from scalargrad.page.wording import answers, question
from scalargrad.wengert import Contribution, Instruction, Step, WengertList


def model(trace: WengertList, digits: int = 4) -> Model:
    """Return what the page of a trace shows.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert import WengertList
    >>> x = Value(3.0, label="x")
    >>> page = model(WengertList.of(x * x))
    >>> [working.said for working in page.workings]
    ['v₁ = x·x = 3·3 = 9', '∂v₁/∂v₁ = 1', 'x gets 1·3 = 3; x gets 1·3 = 3, in all 6']
    """
    page = _Reader(trace, digits)
    return Model(
        output=str(page.text.name(trace.output.name)),
        rows=tuple(page.row(row) for row in trace if row.role != "constant"),
        workings=tuple(page.working(number, step) for number, step in enumerate(trace.steps, 1)),
        sums=tuple(page.sum(row) for row in trace if row.role != "constant"),
        forward_steps=sum(bool(row.parents) for row in trace),
    )


class _Reader:
    """Read a trace with one writer for formulas and one for numbers."""

    def __init__(self, trace: WengertList, digits: int) -> None:
        self.math, self.text = MathWriter(digits), TextbookWriter(digits=digits)
        self.output = trace.output
        self.history = histories(trace, self.text)
        self.received: dict[Instruction, list[tuple[Instruction, Contribution]]] = {row: [] for row in trace}
        for step in trace.steps:
            for c in step.contributions:
                self.received[c.target].append((step.instruction, c))

    def row(self, row: Instruction) -> Row:
        written = formula(row, self.math).replace("…", r"\dots")
        right = self.math.mathml("=", written) if row.parents else ""
        return Row(row.index, row.name, row.role, self.name(row), right, self.history[row])

    def working(self, number: int, step: Step) -> Working:
        row, math = step.instruction, self.math
        sides: list[object] = [math.number(row.adjoint)]
        left = math.mathml(math.partial(self.output, row))
        if step.phase == "forward":
            sides = [row.written(math), row.substituted(math), math.number(row.value)]
            left = self.name(row)
        return Working(
            number=number,
            phase=step.phase,
            key=row.index,
            name=self.name(row),
            left=left,
            lines=tuple(math.equal(side) for side in dict.fromkeys(map(str, sides))),
            transfers=tuple(self.transfer(row, c) for c in step.contributions if c.target.role != "constant"),
            asked=question(step, self.text),
            said="; ".join(answers(step, self.text)),
        )

    def transfer(self, row: Instruction, c: Contribution) -> Transfer:
        math, text = self.math, self.text
        upstream, local = math.partial(self.output, row), row.local_derivatives(math)[c.position]
        slope = [math.slope(row, c.position), "=", local]
        constant = str(local) == str(math.number(c.local))
        missing = self.history[c.target].adjoint_at(self.history[row].reverse).endswith(MORE)
        return Transfer(
            key=f"{row.index}-{c.position}",
            target=c.target.index,
            label=c.target.name,
            name=self.name(c.target),
            slope=math.mathml(*slope),
            slope_number="" if constant else math.mathml("=", math.number(c.local)),
            product=math.mathml(upstream, r"\cdot", math.factor(local)),
            numbers=math.mathml("=", self.product(c.upstream, c.local)),
            result=math.mathml("=", math.number(c.contribution)),
            before=UNKNOWN if c.before is None else str(text.number(c.before)),
            after=str(text.number(c.after)) + (MORE if missing else ""),
        )

    def sum(self, row: Instruction) -> Sum:
        math = self.math
        return Sum(
            key=row.index,
            label=row.name,
            left=math.mathml(math.partial(self.output, row)),
            lines=tuple(math.equal(line) for line in dict.fromkeys(self.sides(row))),
            complete=self.history[row].complete,
            uses=len(self.received[row]),
        )

    def sides(self, row: Instruction) -> Iterator[str]:
        math, received = self.math, self.received[row]
        if received:
            upstream = [math.partial(self.output, child) for child, _ in received]
            slopes = [math.slope(child, c.position) for child, c in received]
            locals_ = [math.factor(child.local_derivatives(math)[c.position]) for child, c in received]
            yield " + ".join(rf"{u} \cdot {s}" for u, s in zip(upstream, slopes))
            yield " + ".join(rf"{u} \cdot {s}" for u, s in zip(upstream, locals_))
            yield " + ".join(self.product(c.upstream, c.local) for _, c in received)
        if len(received) > 1:
            yield " + ".join(math.factor(math.number(c.contribution)) for _, c in received)
        yield str(math.number(row.adjoint))

    def product(self, upstream: float, local: float) -> str:
        return "".join(rf"\left({self.math.number(x)}\right)" for x in (upstream, local))

    def name(self, row: Instruction) -> str:
        return self.math.mathml(self.math.name(row.name))
