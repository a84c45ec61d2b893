"""Programs that are made of recorded functions: listed, as they run and, of some, in each library."""

import functools
import random
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import get_args

import numpy as np
from test_record_source import ROWS, SOME, ZOO, Case, of_zoo, program_of, values

from scalargrad import (
    Value,
    atan,
    cos,
    cosh,
    dot,
    erf,
    exp,
    logsumexp,
    pick,
    record,
    sigmoid,
    sin,
    sinh,
    tanh,
    total,
)
from scalargrad.replay.function import Kind

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


def picked_by_all():
    """Return a function that picks from two lists by all numbers of a list, in their order."""
    one, other = values(3), values(4, seed=1)
    return Case(
        lambda ks: total([tanh(pick(one, k)) * pick(other, k) for k in ks]),
        (np.array([[0.0, 1], [2, 2], [1, 0]]),),
    )


def few_terms():
    """Return sums and products of four terms, then five, that stand in several arrays; and of four in one."""
    w, v = values(8), values(5, seed=1)

    def f(xs, y):
        hs = [tanh(x * y) for x in xs]
        made = []
        for count in (4, 5):
            made += [total([hs[i], w[i], *v[: count - 2]]) for i in range(3)]
            made += [dot([hs[i], xs[i], *w[: count - 2]], [w[i], *v[: count - 1]]) for i in range(3)]
        made += [total(part) for part in (xs[:4], xs[1:5], w[:4], w[4:])]
        return total([sigmoid(x) for x in made])

    return Case(f, (np.arange(10.0).reshape(2, 5) / 10, np.array([0.5, -1.0])))


def many_parts():
    """Return sums over nine arrays side by side, and over ten."""
    w = values(10)

    def f(x):
        parts = [kind(x) for kind in (tanh, sigmoid, sin, cos, exp, atan, sinh, cosh, erf, abs)]
        return logsumexp(parts[:9]) + logsumexp(parts) * dot(w[:9], parts[1:])

    return Case(f, (SOME,))


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
    "picked by all": picked_by_all,
    "few terms": few_terms,
    "many parts": many_parts,
    "labelled": labelled,
}
OTHERS |= {f"{each}, one sample": functools.partial(alone, make) for each, make in OTHERS.items()}
LONG |= {each for each in OTHERS if each.startswith("side") or each.endswith("one sample")}


# ---- functions drawn at random


class Drawn:
    """A function of two lists and a place, of lists that are cut, joined, turned, multiplied at random."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.matrices = {n: values(3, n, seed=seed) for n in range(1, 13)}
        self.items = values(3, seed=seed)

    def __call__(self, xs, ys, k):
        """Return a sum over all lists that were made."""
        draw = random.Random(self.seed)
        pool = [xs, ys, self.items]
        for step in range(7):
            one, other = draw.sample(pool, 2)
            how = draw.choice(WAYS) if step else with_picks
            pool.append(how(draw, one[:12], other, self.matrices[len(one[:12])], k))
        return total([tanh(total(made)) for made in pool[3:]])


def with_picks(draw, one, other, matrix, k):  # noqa: ARG001
    """Return multiples of the elements that an argument picks from the columns of a matrix, and of a list."""
    return [pick(list(column), k) * x for column, x in zip(zip(*matrix), one)]


def summed(draw, one, other, matrix, k):  # noqa: ARG001
    """Return sums of some terms each, of two lists."""
    both = [*one, *other]
    count = draw.randint(2, min(6, len(both)))
    return [total(draw.sample(both, count)) for _ in range(draw.randint(1, 4))]


def chained_products(draw, one, other, matrix, k):  # noqa: ARG001
    """Return sums of products, written with + and *."""
    made = []
    for row in matrix:
        z = other[-1] if draw.random() < 0.5 else 0.25
        for w, x in zip(row, one):
            z = z + w * x
        made.append(z)
    return made


def guarded_by_one(draw, one, other, matrix, k):  # noqa: ARG001
    """Return one of two lists, by a comparison of elements."""
    return [x * 0.5 for x in one] if one[0] * other[0] < 1e3 else list(other)


def shuffled(draw, one, other, matrix, k):  # noqa: ARG001
    """Return elements of two lists in any order, some of them twice."""
    return draw.choices([*one, *other], k=draw.randint(2, 6))


WAYS = (
    with_picks,
    summed,
    chained_products,
    guarded_by_one,
    shuffled,
    lambda draw, one, other, *_: [tanh(x) for x in one],
    lambda draw, one, other, *_: [x * y for x, y in zip(one, other[::-1])],
    lambda draw, one, other, *_: [x - other[0] for x in one],
    lambda draw, one, other, *_: [sigmoid(x) + draw.choice((0.5, 2.0)) for x in one[::2]],
    lambda draw, one, other, *_: [*one, *other],
    lambda draw, one, other, *_: [2.0, *other, *one[1:], -0.5],
    lambda draw, one, other, matrix, k: [dot(row, one) for row in matrix],
    lambda draw, one, other, matrix, k: [dot(column, other[:3]) for column in _of(zip(*matrix), other)],
    lambda draw, one, other, matrix, k: [logsumexp([w * x for w, x in zip(row, one)]) for row in matrix],
    lambda draw, one, other, matrix, k: [dot(row, row) * x for row, x in zip(matrix, one)],
    lambda draw, one, other, matrix, k: [tanh(w - x) for row in matrix[:2] for w, x in zip(row, one)],
    lambda draw, one, other, matrix, k: [logsumexp(one[i : i + 2]) for i in range(len(one))],
)


def _of(columns, other):
    """Return columns as long as a list, of three at most."""
    return [column[: len(other)] for column in columns]


def drawn(seed: int) -> Case:
    """Return a random function with arguments, over a batch or not, of several lengths."""
    draw = random.Random(seed)
    lengths = draw.randint(1, 5), draw.randint(1, 4)
    batch = (3,) * (seed % 3 > 0)
    generator = np.random.default_rng(seed)
    xs, ys = (generator.normal(size=(*batch, n)) for n in lengths)
    places = generator.integers(0, 3, batch)
    return Case(Drawn(seed), (xs, ys, places.astype(float)) if batch else (xs.tolist(), ys.tolist(), 1.0))


SEEDS = range(48)


def digest_of(step) -> str:
    """Return how long the texts of a program are, with what tells them from others."""
    texts = [f"{step}", step.source()]
    for kind in get_args(Kind):
        written = program_of(step).written(kind)
        constants = [(name, numbers.round(6).tolist()) for name, numbers in written.constants.items()]
        texts.append(f"{constants}\n{rounded(written.source)}")
    return ", ".join(
        f"{len(text.splitlines())} lines {sha256(text.encode()).hexdigest()[:8]}" for text in texts
    )


def digests_of_drawn() -> str:
    """Return those of random functions; where one changes, so may what is to be read above."""
    return "\n".join(f"{seed}: {digest_of(drawn(seed).recorded())}" for seed in SEEDS)


def digests_of_long() -> str:
    """Return those of functions whose programs are too long to be read."""
    steps = {name: OTHERS[name]().recorded() if name in OTHERS else of_zoo(name)[1] for name in sorted(LONG)}
    return "\n".join(f"{name}: {digest_of(step)}" for name, step in steps.items())


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
    "digests of functions at random": digests_of_drawn,
    "digests of long programs": digests_of_long,
}
