"""Programs that are made of recorded functions: listed, as they run and, of some, in each library."""

import functools
import re
from collections.abc import Iterator

import numpy as np
from test_record_source import ROWS, SOME, ZOO, Case, of_zoo, program_of, values

from scalargrad import Value, dot, logsumexp, pick, record, sigmoid, tanh, total

LONG = {"chain", "chain, a batch", "deep", "irregular", "numbers", "families"}  # which nobody would read
LONG |= {"attention, one sample", "attention, a batch"}
ALIKE = {name for name in ZOO if name.startswith("MLP of ")}
ALIKE -= {"MLP of tanh", "MLP of elu(0.5)", "MLP of one"}
ALIKE |= {"hinge of lists", "half the squared error", "cross-entropy by rows", "binary cross-entropy"}
WRITTEN = {
    *("MLP of tanh", "softmax layer", "one sample of a class", "embedding", "limits that are infinite"),
    *("branching", "whole part", "read afresh", "detached", "in parts", "ragged", "matrices"),
    *("recurrent, a batch", "whole batch of constants", "record of mazur-2-2-2"),
}  # whose sources are kept too
IN_ALL = {"embedding", "limits that are infinite", "branching", "whole part", "in parts", "matrices"}


# ---- functions of other kinds


def guarded():
    """Return a function with conditions on numbers that were computed, in lists too, and on whole parts."""
    w = values(3)

    def f(xs, t):
        ys = [tanh(x * wi) for x, wi in zip(xs, w)]
        chosen = [y if y <= 0.25 else y * y for y in ys]
        if total(ys) > t - 9 and not xs[0] >= 2.5 + xs[1]:
            chosen.append(w[int(tanh(w[0]) * 1.5)] * t)
        return total(chosen) + (t if xs[2] - xs[1] != 0 else 1)

    return Case(f, (ROWS[:, :3], np.ones(7)))


def picked():
    """Return a function that picks by some of the numbers in a list, and in a list of lists, and by all."""
    table = values(4, 2)

    def f(ks, rows, k):
        a, b = pick(table, ks[0]), pick(table, ks[2])
        c = [pick(list(column), k) for column in zip(*table)]
        return dot(a, b) + pick(a, rows[0][1]) * c[0] * c[1] + pick(b, rows[1][0])

    one = [[0.0, 1.0], [1.0, 0.0]]
    return Case(f, (np.array([[0.0, 1, 3], [2, 2, 1]]), np.array([one, one]), np.array([3.0, 0.0])))


def sums():
    """Return a function of sums that are short, long, of products, with a 0, read twice."""
    w = values(6)

    def f(x, y):
        once = sum([w[0] * x, w[1] * y])
        twice = sum([w[2] * x, w[3] * y, w[4]])
        alone = w[5] * x + 0.0
        long = sum([x, y, w[0], w[1].tanh(), 2.0])
        return (
            once * (twice - twice * y)
            + alone * long
            + (x * x + y * w[0] + (x - y) * w[1] + x.sin())
            + (x + 0 + 0)
        )

    return Case(f, (SOME, SOME))


def side_by_side():
    """Return a function that reads arrays joined along either axis, transposed, repeated, reversed."""
    a, b = values(3, 4), values(2, 4, seed=1)

    def f(xs):
        first = [[tanh(v * x) for v, x in zip(row, xs)] for row in a]
        second = [[sigmoid(v - x) for v, x in zip(row, xs)] for row in b]
        both = [*first, *second]
        columns = [[dot(row, v) for row in both] for v in a]
        return total([logsumexp(column) for column in columns]) + total(
            [dot(u, v[::-1]) for u, v in zip(first, both)]
        )

    return Case(f, (ROWS,))


def stacked():
    """Return products with the rows of several matrices, some of which are transposed."""
    a, b, c = values(3, 4), values(2, 4, seed=1), values(5, 4, seed=2)

    def f(xs):
        first = [[tanh(v * x) for v, x in zip(row, xs)] for row in a]
        second = [[sigmoid(v - x) for v, x in zip(row, xs)] for row in b]
        made = [[dot(row, v) for row in [*first, *second]] for v in c]
        return total([logsumexp(row) for row in made]) + total([dot(u, v) for u, v in zip(zip(*made), made)])

    return Case(f, (ROWS,))


def chosen():
    """Return a function that picks from one list by some of the numbers in another."""
    items = values(4)
    return Case(
        lambda ks: tanh(pick(items, ks[0])) * pick(items, ks[2]), (np.array([[0.0, 1, 3], [2, 2, 1]]),)
    )


def labelled():
    """Return products with a matrix, and with a list of matrices, whose elements have labels."""
    matrix = [[Value(0.1 * i + j, f"w{i}{j}") for j in range(3)] for i in range(2)]
    several = [[[Value(0.5 * i, f"u{i}{j}{k}") for k in range(2)] for j in range(2)] for i in range(2)]

    def f(xs):
        hidden = [tanh(dot(row, xs)) for row in matrix]
        return total([dot(row, hidden) ** 2 * x for rows, x in zip(several, xs) for row in rows])

    return Case(f, (ROWS[:, :3],))


def alone(make):
    """Return a case with its first sample alone."""
    function, arguments = make()
    return Case(function, tuple(x[0].tolist() for x in arguments))


OTHERS = {
    "guarded": guarded,
    "picked": picked,
    "sums": sums,
    "side by side": side_by_side,
    "stacked": stacked,
    "chosen": chosen,
    "labelled": labelled,
}
OTHERS |= {f"{each}, one sample": functools.partial(alone, make) for each, make in OTHERS.items()}
LONG |= {each for each in OTHERS if each.startswith("side") or each.endswith("one sample")}


def by_some(*wanted: int):
    """Return an output whose derivatives are taken by some of its leaves."""
    w, v, b = values(3, 2), values(3), values(3, seed=1)
    hidden = [tanh(dot(row, [0.5, -1.0]) + bias) for row, bias in zip(w, b)]
    leaves = [*w[0], *w[1], *w[2], *v, *b]
    return record(dot(hidden, v).sigmoid(), parameters=[leaves[i] for i in wanted])


SOME_LEAVES = {"the last": (11,), "a row": (0, 1), "v": (8, 7, 6), "one of each": (1, 6, 11)}


def programs_by_some() -> str:
    """Return the programs of an output that take derivatives by some of its leaves."""
    found = {what: by_some(*wanted) for what, wanted in SOME_LEAVES.items()}
    for step in found.values():
        step()
    sources = {what: program_of(step).written("parameters").source for what, step in found.items()}
    return "\n".join(f"---- by {what}\n{source}" for what, source in sources.items())


def texts_of(name: str) -> Iterator[tuple[str, str]]:
    """Yield the listing of a case, the program as it runs, and sources, each with what it is."""
    step = OTHERS[name]().recorded() if name in OTHERS else of_zoo(name)[1]
    yield "listed", f"{step}\n"
    program = program_of(step)
    written = program.written("all")
    constants = (f"{name} = {numbers.round(6).tolist()}\n" for name, numbers in written.constants.items())
    yield "as it runs", f"{''.join(constants)}{written.source}\n"
    if name in WRITTEN:
        yield "in NumPy", step.source()
    if name in IN_ALL:
        yield "in PyTorch", step.source("torch")
        yield "in JAX", step.source("jax")


def rounded(text: str) -> str:
    """Return a program where a number that was computed is rounded: its last digits differ by machines."""
    return re.sub(r"(?<=_scale = max\()[-+.e\d]+", lambda x: f"{float(x[0]):.4g}", text)


def kept_of(name: str) -> str:
    """Return the texts of a case under headings."""
    return "\n".join(f"---- {what}\n{rounded(text)}" for what, text in texts_of(name))


KEPT = [name for name in [*ZOO, *OTHERS] if name not in ALIKE | LONG]
TEXTS = {
    **{name: functools.partial(kept_of, name) for name in KEPT},
    "by some leaves": programs_by_some,
}
