"""Slips made backwards in what is handed on and added up, whatever the rule of the derivative."""

from collections.abc import Iterator

from students.classes import Class, slips
from students.forward import transposed
from students.problem import Problem, Row, Use
from students.work import Handing, Slip, UseSlip, everywhere


def _edges(problem: Problem) -> Iterator[Use]:
    """Yield every use of what is no constant, in the order of the reverse sweep."""
    for child in reversed(range(len(problem.parents))):
        for position, parent in enumerate(problem.parents[child]):
            if not problem.is_constant(parent):
                yield Use(child, position)


def edge(problem: Problem, name: str, use: Use, instead: UseSlip) -> Slip:
    """Return the slip of another contribution at one use."""
    v = problem.trace[use.child]
    return Slip(name, f"{v.name} to {v.parents[use.position].name}", uses={use: instead})


def beside(slot: int) -> UseSlip:
    """Return the contribution of a product whose other factor is another value."""

    def instead(h: Handing) -> float:
        return h.upstream * h.values[slot]

    return instead


def _named(problem: Problem, use: Use) -> bool:
    """Tell whether the adjoint that is handed on belongs to a named value."""
    return problem.trace[use.child].is_named


@slips("contribution forgotten")
def _contribution_forgotten(problem: Problem) -> Iterator[Slip]:
    for uses in problem.uses:
        if len(uses) > 1 and not problem.is_constant(problem.parents[uses[0].child][uses[0].position]):
            for use in uses:
                yield edge(problem, "contribution forgotten", use, lambda h: 0.0)


@slips("only the last counted")
def _only_the_last(problem: Problem) -> Iterator[Slip]:
    yield from everywhere(
        Slip("only the last counted", f"d {v.name}", adjoints={v.index: lambda c, _: c[-1]})
        for v in problem.trace
        if len(problem.uses[v.index]) > 1 and v.role != "constant"
    )


@slips("local derivative left out")
def _local_left_out(problem: Problem) -> Iterator[Slip]:
    uses = [use for use in _edges(problem) if _named(problem, use)]
    activations = [use for use in uses if problem.at_slot(use.child) in {"sigmoid", "tanh"}]
    for chosen in (activations, [use for use in uses if use not in activations]):
        made = [edge(problem, "local derivative left out", use, lambda h: h.upstream) for use in chosen]
        yield from everywhere(made) if chosen is activations else made


@slips("factor skipped over an unwritten row")
def _factor_skipped(problem: Problem) -> Iterator[Slip]:
    for use in _edges(problem):
        if not _named(problem, use):
            yield edge(problem, "factor skipped over an unwritten row", use, lambda h: h.upstream)


@slips("adjoint from above left out")
def _upstream_left_out(problem: Problem) -> Iterator[Slip]:
    for use in _edges(problem):
        yield edge(problem, "adjoint from above left out", use, lambda h: h.local)


@slips("sign of an adjoint")
def _sign(problem: Problem) -> Iterator[Slip]:
    for v in problem.trace:
        if v.role != "constant":
            yield Slip("sign of an adjoint", f"d {v.name}", adjoints={v.index: lambda c, _: -sum(c)})


@slips("sign of a contribution")
def _sign_of_contribution(problem: Problem) -> Iterator[Slip]:
    for use in _edges(problem):
        if len(problem.uses[problem.parents[use.child][use.position]]) > 1:
            yield edge(problem, "sign of a contribution", use, lambda h: -h.upstream * h.local)


@slips("decimal point of an adjoint")
def _decimal_point(problem: Problem) -> Iterator[Slip]:
    for v in problem.trace:
        if v.role != "constant":
            for factor in (0.1, 10.0):
                adjoints = {v.index: lambda c, _, factor=factor: factor * sum(c)}
                yield Slip("decimal point of an adjoint", f"d {v.name}", adjoints=adjoints)


@slips("net input for activation")
def _net_input(problem: Problem) -> Iterator[Slip]:
    for use in _edges(problem):
        sibling = problem.sibling(use)
        if sibling is not None and problem.at_slot(sibling) in {"sigmoid", "tanh", "relu"}:
            yield edge(problem, "net input for activation", use, beside(problem.parents[sibling][0]))


@slips("neighbour taken backwards")
def _neighbour(problem: Problem) -> Iterator[Slip]:
    for use in _edges(problem):
        sibling = problem.sibling(use)
        if sibling is not None:
            for q in problem.neighbours(sibling, len(problem.parents)):
                yield edge(problem, "neighbour taken backwards", use, beside(q))


@slips("neighbour's adjoint taken")
def _neighbours_adjoint(problem: Problem) -> Iterator[Slip]:
    for use in _edges(problem):
        for q in problem.neighbours(use.child, len(problem.parents)):

            def instead(h: Handing, q: int = q) -> float:
                return h.adjoints[q] * h.local

            if q > problem.parents[use.child][use.position]:  # else it is not known yet
                yield edge(problem, "neighbour's adjoint taken", use, instead)


@slips("transposed weight backwards")
def _transposed(problem: Problem) -> Iterator[Slip]:
    for one, other in transposed(problem):
        uses: dict[Use, UseSlip] = {}
        for weight, instead in ((one, other), (other, one)):
            for use in problem.uses[weight]:
                half = len(problem.parents[use.child]) // 2
                across = Use(use.child, (use.position + half) % (2 * half))
                uses[across] = beside(instead)
                yield edge(problem, "transposed weight backwards", across, uses[across])
        yield Slip("transposed weight backwards", f"{problem.trace[one].name} and back", uses=uses)


@slips("seed is the output")
def _seed(problem: Problem) -> Iterator[Slip]:
    y = problem.trace.output
    yield Slip("seed is the output", f"d {y.name}", adjoints={y.index: lambda _, values: values[y.index]})


@slips("relu's gate forgotten")
def _gate(problem: Problem) -> Iterator[Slip]:
    uses = [Use(v.index, 0) for v in problem.at("relu")]
    return everywhere(edge(problem, "relu's gate forgotten", use, lambda h: h.upstream) for use in uses)


MAX_SLIPS: dict[str, UseSlip] = {
    "max routed to the wrong side": lambda h: h.upstream * (1.0 - h.local),
    "max as plus": lambda h: h.upstream,
    "max as product": lambda h: h.upstream * (sum(h.operands) - h.value if h.local else h.value),
}


def _at_max(name: str) -> Class:
    def make(problem: Problem) -> Iterator[Slip]:
        for v in problem.at("maximum", "minimum"):
            yield Slip(name, v.name, uses={Use(v.index, k): MAX_SLIPS[name] for k in (0, 1)})

    return make


for _name in MAX_SLIPS:
    slips(_name)(_at_max(_name))


@slips("constant forgotten backwards")
def _constant_forgotten(problem: Problem) -> Iterator[Slip]:
    for use in _edges(problem):
        sibling = problem.sibling(use)
        if sibling is not None and problem.is_constant(sibling):
            yield edge(problem, "constant forgotten backwards", use, lambda h: h.upstream)


def rows_of(problem: Problem, *, adjoints: bool) -> Iterator[Row]:
    """Yield the rows that can be written, of values or of adjoints."""
    return (row for row in problem.rows("all") if row.is_adjoint == adjoints)
