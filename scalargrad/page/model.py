"""What the page shows, read from the trace: lines of the table, workings of steps, adjoints as sums."""

from collections.abc import Iterator

from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page.facts import Model, Sum, TableLine, Transfer, Working
from scalargrad.page.shown import ShownList
from scalargrad.page.slots import SlotMath, SlotText
from scalargrad.page.wording import answers, question
from scalargrad.wengert.formulas import formula
from scalargrad.wengert.instruction import Contribution, Edge, Instruction, Step
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.progress import MORE
from scalargrad.wengert.roles import roles


def model(trace: WengertList, digits: int = 4) -> Model:
    """Return what the page of a trace shows.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert.list import WengertList
    >>> x = Value(3.0, label="x")
    >>> page = model(WengertList.of(x * x))
    >>> page.workings[0].asked, [line.adjoint for line in page.lines]
    ('v₁ = x·x', ['6', '1'])
    """
    trace = ShownList(trace)
    page = _Composer(trace, digits)
    return Model(
        output=str(page.text.name(trace.output.name)),
        derivative=page.math.mathml(page.derivative("v")),
        lines=tuple(page.line(v) for v in trace if v.role != "constant" or v is trace.output),
        workings=tuple(page.working(number, step) for number, step in enumerate(trace.steps, 1)),
        sums=tuple(page.sum(v) for v in trace if v.role != "constant"),
    )


class _Composer:
    """Compose what a page shows of a trace, with one writer for formulas and one for numbers."""

    def __init__(self, trace: WengertList, digits: int) -> None:
        self.math, self.text = SlotMath(digits), SlotText(digits=digits)
        self.plain = TextbookWriter(digits=digits)
        self.output = trace.output
        self.roles = roles(trace)
        known = trace.contributions  # a document may hold what its output does not depend on
        self.received = {
            v: [known[edge] for edge in edges if edge in known] for v, edges in trace.uses.items()
        }

    def line(self, v: Instruction) -> TableLine:
        written = formula(v, self.math).replace("…", r"\dots")
        right = self.math.mathml("=", written) if v.parents else ""
        value, adjoint = (str(self.plain.number(float(x))) for x in (v.value, v.adjoint))
        return TableLine(v.index, v.name, self.roles[v], self.name(v), right, value, adjoint)

    def working(self, number: int, step: Step) -> Working:
        v, math = step.instruction, self.math
        sides: list[object] = [math.number(v.adjoint)]
        left = self.adjoint(v)
        if step.phase == "forward":
            sides = [v.written(math), v.substituted(math), math.number(v.value)]
            left = self.name(v)
        return Working(
            number=number,
            phase=step.phase,
            key=v.index,
            label=v.name,
            name=self.name(v),
            left=left,
            lines=tuple(math.equal(side) for side in dict.fromkeys(map(str, sides))),
            transfers=tuple(self.transfer(c) for c in step.contributions if c.target.role != "constant"),
            asked=question(step, self.text),
            said="; ".join(answers(step, self.text)),
        )

    def transfer(self, c: Contribution) -> Transfer:
        math, v = self.math, c.child
        upstream, local = self.derivative(v.name), v.local_derivatives(math)[c.position]
        equation = [self.local(c.edge), "=", local]
        constant = str(local) == str(math.plain.number(c.local))
        added = math.number(c.contribution) if c.before is None else math.factor(math.number(c.contribution))
        so_far = [math.mathml("=", added)]
        if c.before is not None:
            so_far = [math.mathml(math.number(c.before), "+", added), math.mathml("=", math.number(c.after))]
        return Transfer(
            key=f"{v.index}-{c.position}",
            target=c.target.index,
            label=c.target.name,
            name=self.name(c.target),
            local=math.mathml(*equation),
            local_number="" if constant else math.mathml("=", math.number(c.local)),
            product=math.mathml(upstream, r"\cdot", math.factor(local)),
            numbers=math.mathml("=", self.product(c.upstream, c.local)),
            result=math.mathml("=", math.number(c.contribution)),
            so_far=" ".join(so_far),
            alone=len(self.received[c.target]) == 1,
            more=MORE if self.received[c.target][-1].child is not v else "",
        )

    def sum(self, v: Instruction) -> Sum:
        math = self.math
        return Sum(
            key=v.index,
            label=v.name,
            left=self.adjoint(v),
            lines=tuple(math.equal(line) for line in dict.fromkeys(self.sides(v))),
            uses=len(self.received[v]),
        )

    def sides(self, v: Instruction) -> Iterator[str]:
        math, received = self.math, self.received[v]
        if received:
            upstream = [self.derivative(c.child.name) for c in received]
            partials = [self.local(c.edge) for c in received]
            formulas = [math.factor(c.child.local_derivatives(math)[c.position]) for c in received]
            yield " + ".join(rf"{u} \cdot {p}" for u, p in zip(upstream, partials))
            yield " + ".join(rf"{u} \cdot {f}" for u, f in zip(upstream, formulas))
            yield " + ".join(self.product(c.upstream, c.local) for c in received)
        if len(received) > 1:
            yield " + ".join(math.factor(math.number(c.contribution)) for c in received)
        yield str(math.number(v.adjoint))

    def product(self, upstream: float, local: float) -> str:
        return "".join(rf"\left({self.math.number(x)}\right)" for x in (upstream, local))

    def derivative(self, below: str) -> str:
        """Return ∂output/∂below, whose numerator is another one where another output is chosen."""
        return self.math.of_output(self.output.name, below)

    def adjoint(self, v: Instruction) -> str:
        return self.math.mathml(self.derivative(v.name))

    def local(self, edge: Edge) -> str:
        """Return ∂child/∂parent; where the child reads the parent more than once, by which operand."""
        several = edge.child.parents.count(edge.parent) > 1
        return self.math.partial(edge.child.name, edge.parent.name, edge.position + 1 if several else 0)

    def name(self, v: Instruction) -> str:
        return self.math.mathml(self.math.name(v.name))
