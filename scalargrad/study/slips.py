"""The work of a person, step by step with the numbers they used, beside the slips that are common in it."""

from collections.abc import Iterator, Mapping

from scalargrad.notation.text import TextWriter
from scalargrad.primitives.row import SUM
from scalargrad.primitives.scalars import ieee
from scalargrad.study.claims import Precision
from scalargrad.wengert.instruction import Edge, Instruction
from scalargrad.wengert.list import WengertList

Slip = tuple[float, str]  # the number a slip would give, and its name
Uses = Mapping[Instruction, tuple[Edge, ...]]  # the edges that read each instruction


class Work:
    """Recompute every step from the numbers a person claimed, with the error that rounding may have left.

    `value` and `adjoint` return what a step gives and how far rounding may have moved it; `take` replaces
    the outcome by the number the person went on with.  They are to be called for every instruction,
    forwards and then backwards.
    """

    def __init__(self, trace: WengertList, precision: Precision, rate: float | None) -> None:
        self.trace, self.rate, self._rounding = trace, rate, precision.error
        self.values: dict[Instruction, float] = {}
        self.adjoints: dict[Instruction, float] = {}
        self.partials: dict[Instruction, tuple[float, ...]] = {}
        self._error: dict[tuple[Instruction, bool], float] = {}

    def value(self, v: Instruction) -> tuple[float, float]:
        """Return the value at the person's numbers of the parents, and its slack."""
        if v.primitive is None:
            self.values[v], self._error[v, False], self.partials[v] = v.value, 0.0, ()
            return v.value, 0.0
        operands = [self.values[parent] for parent in v.parents]
        value = self.values[v] = float(v.primitive.value(ieee, operands))
        self.partials[v] = v.primitive.local_derivatives(ieee, value, operands)
        slack = sum(abs(d) * self._error[p, False] for d, p in zip(self.partials[v], v.parents))
        if v.primitive.lists == 2:  # each product may have been rounded
            slack += sum(self._rounding(w * x) for w, x in zip(*v.primitive.arguments(operands)))
        self._error[v, False] = slack + self._rounding(value)
        return value, slack

    def adjoint(self, v: Instruction) -> tuple[float, float]:
        """Return the adjoint at the person's numbers, the sum over the children, and its slack."""
        if v is self.trace.output:
            self.adjoints[v], self._error[v, True] = 1.0, 0.0
            return 1.0, 0.0
        edges = self.trace.uses[v]
        self.adjoints[v] = sum(self.contribution(child, i) for child, i in edges)
        slack = 0.0
        for child, i in edges:
            local = self.partials[child][i]
            slack += abs(local) * self._error[child, True] + abs(self.adjoints[child]) * self._rounding(local)
            slack += self._rounding(self.contribution(child, i)) * (len(edges) > 1)
        self._error[v, True] = slack + self._rounding(self.adjoints[v])
        return self.adjoints[v], slack

    def take(self, place: tuple[Instruction, bool], claimed: float) -> None:
        """Go on with the number the person claimed."""
        v, is_adjoint = place
        (self.adjoints if is_adjoint else self.values)[v] = claimed
        self._error[place] = 0.0
        if v.primitive and not is_adjoint:
            operands = [self.values[parent] for parent in v.parents]
            self.partials[v] = v.primitive.local_derivatives(ieee, claimed, operands)

    def contribution(self, child: Instruction, position: int) -> float:
        """Return upstream adjoint × local derivative of an edge, at the person's numbers."""
        return self.adjoints[child] * self.partials[child][position]


def value_slips(work: Work, v: Instruction) -> Iterator[Slip]:
    """Yield what common slips in the forward phase would have given."""
    expected = work.values[v]
    yield -expected, "the sign is reversed"
    yield from _misplaced_point(expected)
    for text, term in _terms(work, v):
        yield expected - term, f"the term {text} is left out"
        yield expected - 2 * term, f"the term {text} has the wrong sign"
    if v.primitive and v.primitive.arity == 1:
        (parent,) = v.parents
        yield work.values[parent], f"{v.primitive.name} was not applied: this is {parent.name}"


def _misplaced_point(expected: float) -> Iterator[Slip]:
    yield from ((expected * factor, "the decimal point is misplaced") for factor in (10, 0.1, 100, 0.01))


def _terms(work: Work, v: Instruction) -> list[tuple[str, float]]:
    """Return the terms of a sum, sums without a name within it taken apart."""
    writer = TextWriter()
    if v.primitive is None or v.primitive.precedence != SUM:
        return []
    if v.primitive.lists == 2:
        return [
            (f"{w.symbol(writer)}*{x.symbol(writer)}", work.values[w] * work.values[x])
            for w, x in zip(*v.primitive.arguments(v.parents))
        ]
    found = []
    for sign, parent in zip(v.partials, v.parents):  # of a sum, the local derivatives are its signs
        inner = [] if parent.is_named else _terms(work, parent)
        terms = inner or [
            (
                str(
                    parent.written(writer)
                    if not parent.is_named and parent.parents
                    else parent.symbol(writer)
                ),
                work.values[parent],
            )
        ]
        found += [(text, sign * term) for text, term in terms]
    return found


def adjoint_slips(work: Work, v: Instruction) -> Iterator[Slip]:
    """Yield what common slips in the reverse phase would have given."""
    edges = work.trace.uses[v]
    contributions = {edge: work.contribution(*edge) for edge in edges}
    expected = sum(contributions.values())
    if len(edges) > 1:
        for edge, contribution in contributions.items():
            through = _through(work.trace.uses, edge)
            yield contribution, f"only the contribution {through} is counted; all of them add up (+=)"
            yield expected - contribution, f"the contribution {through} is forgotten (+=)"
    for edge, contribution in contributions.items():
        others = expected - contribution
        for number, text in _edge_slips(work, edge):
            yield others + number, text
    yield -expected, "the sign is reversed: which way round is the difference?"
    yield from _misplaced_point(expected)


def contribution_slips(work: Work, edge: Edge) -> Iterator[Slip]:
    """Yield what common slips in one contribution alone would have given, whatever else is added to it."""
    contribution = work.contribution(*edge)
    upstream, local = work.adjoints[edge.child], work.partials[edge.child][edge.position]
    yield upstream, "the local derivative is left out"
    yield local, f"the adjoint of {edge.child.name} is left out"
    yield from _at_the_wrong_place(work, edge, upstream, "the derivative")
    yield from _own_factor(work, edge)
    yield -contribution, "the sign is reversed"
    yield from _misplaced_point(contribution)


def _own_factor(work: Work, edge: Edge) -> Iterator[Slip]:
    """Yield what taking an operand of a product in the place of the other would have given."""
    (child, _), parent = edge, edge.parent
    if child.primitive and child.primitive.name in {"multiply", "dot"}:
        text = f"{parent.name} itself is taken in the place of its factor"
        yield work.adjoints[child] * work.values[parent], text


def _at_the_wrong_place(work: Work, edge: Edge, upstream: float, factor: str) -> Iterator[Slip]:
    """Yield what confusing a function, its argument, its value and its derivative would have given.

    `upstream` is what the local derivative is multiplied by, `factor` what that is called.
    """
    row, (z, a) = edge.child.primitive, (work.values[edge.parent], work.values[edge.child])
    if row is None or row.arity != 1:
        return
    at_a = row.local_derivatives(ieee, row.value(ieee, [a]), [a])[0]
    with_z = row.local_derivatives(ieee, z, [z])[0]
    yield upstream * at_a, f"{row.name}' is taken at {edge.child.name}, not at {edge.parent.name}"
    yield upstream * a, f"{row.name} is taken in the place of its derivative"
    yield upstream * with_z, f"{factor} has {edge.parent.name} in the place of {edge.child.name}"


def _edge_slips(work: Work, edge: Edge) -> Iterator[Slip]:
    """Yield slips in one contribution: along its edge and the steps without a name above it."""
    writer = TextWriter()
    contribution = work.contribution(*edge)
    for step, i in _chain(work.trace.uses, edge):
        local = work.partials[step][i]
        factor = step.local_derivatives(writer)[i]
        if local not in {0.0, 1.0}:
            yield contribution / local, f"the factor {factor} is left out"
            yield local, f"this is {factor} alone: the adjoint of {step.name} is left out"
        if local:
            yield from _at_the_wrong_place(work, Edge(step, i), contribution / local, str(factor))
    yield from _own_factor(work, edge)
    child, position = edge
    if work.rate is not None:
        updated = [_updated(work, parent) for parent in child.parents]
        if child.primitive:
            local = child.primitive.local_derivatives(ieee, work.values[child], updated)[position]
            yield work.adjoints[child] * local, "a weight was updated before it was used here"


def _chain(uses: Uses, edge: Edge) -> Iterator[Edge]:
    """Yield the edge and those above it, as long as they lead through steps without a name."""
    yield edge
    while not edge.child.is_named and len(uses[edge.child]) == 1:
        (edge,) = uses[edge.child]
        yield edge


def _through(uses: Uses, edge: Edge) -> str:
    """Name the way of a contribution: by the label it leads to, unless another way leads there, too."""
    ends = [list(_chain(uses, other))[-1].child for other in uses[edge.parent]]
    end = list(_chain(uses, edge))[-1].child
    return f"through {end.name}" if ends.count(end) == 1 else f"of {edge.child.formula}"


def _updated(work: Work, leaf: Instruction) -> float:
    moves = leaf.role in {"input", "parameter"} and work.rate is not None
    return work.values[leaf] - (work.rate or 0.0) * leaf.adjoint if moves else work.values[leaf]
