"""One law over all ways to compute: on thousands of random graphs each gives the value and the gradient.

Where the same operations are done in the same order the numbers are equal to the last bit.  NumPy and
JavaScript have functions of their own, and add in another order: there a number may be off by as much as
UNITS in the last place of every operation can make it, which is measured graph by graph.
"""

import ast
import functools
import itertools
import random
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from browser import chromium, needs_chromium
from graphs import Program, disturbing, of_seed, swept

from scalargrad import Trace, Value, dot, grad, record, total, trace
from scalargrad.notation.languages import Python
from scalargrad.page.evaluator import evaluator
from scalargrad.primitives.table import FAMILIES, TABLE

COUNT, RECORDED, TOGETHER = 2000, 500, 100  # graphs, of which some are recorded, and how many as one
# An operation of NumPy or JavaScript is right to a unit in its last place or two, our erf there to three.
UNITS = 4
# Errors are measured with some that are large beside those of the measuring itself, and random signs of these
# are rarely the worst: three tries find a quarter of it.
DISTURBANCE, TRIES, RARELY_WORST = 2.0**-30, 3, 4


class Case(NamedTuple):
    """A random graph with what the engine says of it, and how far off other ways may be."""

    seed: int
    program: Program
    value: float
    gradient: list[float]
    slack: list[float]  # of the value, then of each derivative

    def is_near(self, value, gradient):
        """Tell whether another way to compute gave the same, but for rounding."""
        both = zip((value, *gradient), (self.value, *self.gradient), self.slack, strict=True)
        return all(abs(got - wanted) <= slack for got, wanted, slack in both)

    def __str__(self):
        return f"the graph of seed {self.seed}, whose value is {self.value} and gradient {self.gradient}"


def disturbed(x):
    """Return a number that is a little larger or smaller."""
    return x * (1.0 + CHANCE.choice((-1, 1)) * DISTURBANCE)


CHANCE, OFF = random.Random(), disturbing(disturbed)


def slack_of(program, numbers, seed):
    """Return by how much each number may be off: its condition, times the error of one operation."""
    CHANCE.seed(seed)
    largest = [0.0] * len(numbers)
    for _ in range(TRIES):
        value, gradient = swept(program, OFF, disturbed)
        moved = (abs(x - y) / DISTURBANCE for x, y in zip((value, *gradient), numbers))
        largest = list(map(max, largest, moved))
    return [RARELY_WORST * UNITS * 2.0**-52 * condition for condition in largest]


@functools.cache
def cases():
    """Return all graphs, swept by `backward`."""
    found = []
    for seed in range(COUNT):
        program = of_seed(seed)
        leaves = program.leaves()
        output = program.values(*leaves)
        output.backward()
        gradient = [leaf.grad for leaf in leaves]
        slack = slack_of(program, [output.data, *gradient], seed)
        found.append(Case(seed, program, output.data, gradient, slack))
    return found


def chunks(count=COUNT):
    """Return the first graphs, as many at a time as make one program."""
    return [cases()[i : i + TOGETHER] for i in range(0, count, TOGETHER)]


def by_case(chunk, numbers):
    """Return numbers of all leaves of a chunk, in a list for each case."""
    iterator = iter(numbers)
    return [list(itertools.islice(iterator, len(case.program.data))) for case in chunk]


def outputs(chunk, leaves):
    """Return the output of each graph of a chunk at leaves in one list."""
    return [case.program.values(*xs) for case, xs in zip(chunk, by_case(chunk, leaves), strict=True)]


def data_of(chunk):
    """Return the numbers of all leaves in one list."""
    return [x for case in chunk for x in case.program.data]


# ---- the graphs themselves


def test_graphs_are_of_all_kinds():
    """Every row and family is in many of them, and numbers of most have nearly all their digits."""
    names = [{row.name for row, _ in case.program.instructions} for case in cases()]
    everywhere = set.union(*names)
    assert everywhere == set(TABLE) | set(FAMILIES)
    assert all(sum(name in found for found in names) > COUNT / 50 for name in everywhere)
    digits = [
        max(s / max(abs(x), 1.0) for s, x in zip(case.slack, (case.value, *case.gradient)))
        for case in cases()
    ]
    assert np.median(digits) < 1e-12
    assert np.mean(np.array(digits) < 1e-9) > 0.95


# ---- to the last bit


def test_the_chain_rule_by_hand_gives_what_backward_gives():
    """A sweep in a dozen lines of Python, over rows read as floats."""
    for case in cases():
        assert swept(case.program) == (case.value, case.gradient), case


def test_grad_gives_what_backward_gives():
    """The same value and derivatives, some of them taken with other leaves as plain numbers."""
    for case in cases():
        places = tuple(range(len(case.program.data)))
        assert grad(case.program.values, places)(*case.program.data) == tuple(case.gradient), case
        some = places[:: 1 + case.seed % 3]
        wanted = tuple(case.gradient[i] for i in some)
        assert grad(case.program.values, some)(*case.program.data) == wanted, case


def test_a_trace_holds_what_backward_gives():
    """The value and the adjoint of each leaf, as the engine left them."""
    for case in cases():
        leaves = case.program.leaves()
        t = trace(case.program.values(*leaves))
        assert t.output.value == case.value, case
        assert [t[leaf].adjoint for leaf in leaves] == case.gradient, case


def test_a_trace_read_from_json_holds_what_backward_gives():
    """Every value and adjoint of a hundred graphs at a time is the same number after writing and reading."""
    for chunk in chunks():
        leaves = list(map(Value, data_of(chunk)))
        t = trace(total(outputs(chunk, leaves)))
        again = Trace.from_json(t.to_json())
        assert [(v.value, v.adjoint) for v in again] == [(v.value, v.adjoint) for v in t]
        found = by_case(chunk, [again[t[leaf].index].adjoint for leaf in leaves])
        for case, gradient in zip(chunk, found, strict=True):
            assert gradient == case.gradient, case


def source_of(case, python):
    """Return a function that computes value and gradient of a graph, in the text of the rows."""
    program, count = case.program, len(case.program.data)
    forward, reverse = [], [f"d{i} = 0.0" for i in range(count + len(program.instructions) - 1)]
    reverse.append(f"d{count + len(program.instructions) - 1} = 1.0")
    for i, (row, places) in enumerate(program.instructions, count):
        operands = [python.name(f"v{place}") for place in places]
        forward.append(f"v{i} = {python.value(row, *operands)}")
    for i, (row, places) in reversed([*enumerate(program.instructions, count)]):
        operands = [python.name(f"v{place}") for place in places]
        locals_ = python.local_derivatives(row, python.name(f"v{i}"), *operands)
        reverse += [f"d{place} += d{i}*({local})" for place, local in zip(places, locals_, strict=True)]
    given = ", ".join(f"v{i}" for i in range(count))
    result = f"return v{count + len(program.instructions) - 1}, [{given.replace('v', 'd')}]"
    body = "\n    ".join([*forward, *reverse, result])
    return f"def graph{case.seed}({given}):\n    {body}"


def test_generated_python_gives_what_backward_gives():
    """One module of all graphs, each instruction and contribution a line in the text of its row."""
    python, scope = Python(), {}
    text = "\n".join(source_of(case, python) for case in cases())
    exec(compile(f"{python.needed(text)}\n{text}", "generated", "exec"), scope)
    for case in cases():
        assert scope[f"graph{case.seed}"](*case.program.data) == (case.value, case.gradient), case


# ---- but for rounding


@functools.cache
def recorded():
    """Return, for each chunk, the recorded function of weights and leaves, and how often it was run since.

    Its value is the sum of the outputs, each times a weight, so that its derivative by the weights is the
    list of them, and that by the leaves, where all weights are 1, is their gradients.
    """
    found = []
    for chunk in chunks(RECORDED):
        runs = []

        def weighted(weights, leaves, chunk=chunk, runs=runs):
            runs.append(len(leaves))
            return dot(weights, outputs(chunk, leaves))

        step = record(weighted)
        step.value_and_grad([1.0] * len(chunk), data_of(chunk))
        runs.clear()
        found.append((chunk, step, runs))
    return found


def check(chunk, values, gradients, how):
    """Assert that each value and gradient of a chunk is that of the engine."""
    for case, value, gradient in zip(chunk, values, by_case(chunk, gradients), strict=True):
        assert case.is_near(value, gradient), f"{how} gives {value} and {gradient} for {case}"


def test_a_replay_gives_what_backward_gives():
    """For one sample, and for a batch of it, from arrays alone."""
    for chunk, step, runs in recorded():
        weights, data = [1.0] * len(chunk), data_of(chunk)
        batch = np.array([weights] * 3), np.array([data] * 3)
        step.value_and_grad(*batch)
        runs.clear()
        _, (values, gradients) = step.value_and_grad(weights, data)
        check(chunk, values, gradients, "a replay")
        for values, gradients in zip(*step.value_and_grad(*batch)[1], strict=True):
            check(chunk, values, gradients, "a replay of a batch")
        assert not runs, "the function itself was run"


def test_the_source_for_numpy_gives_what_backward_gives():
    """Its text, pasted alone, returns the derivatives by the weights, which are the values, and by leaves."""
    for chunk, step, _ in recorded():
        weights, data = [1.0] * len(chunk), data_of(chunk)
        step.value_and_grad(weights, data)  # the source is that of the last call
        text, scope = step.source("numpy"), {}
        exec(compile(text, "source", "exec"), scope)
        last = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)][-1]
        _, (values, gradients) = scope[last](np.array(weights), np.array(data))
        check(chunk, values, gradients, "NumPy")


def asset(name):
    return files("scalargrad.page").joinpath(name).read_text("utf-8")


@needs_chromium
def test_javascript_of_the_page_gives_what_backward_gives(tmp_path):
    """What a page computes all its numbers with, in one call of the browser for all graphs."""
    scripts, places = [], []
    for chunk in chunks():
        leaves = list(map(Value, data_of(chunk)))
        made = outputs(chunk, leaves)
        t = trace(total(made))
        places.append(([t[y].index for y in made], [t[leaf].index for leaf in leaves]))
        scripts.append(
            f"const digits = 4;{evaluator(t)}\n{asset('numbers.js')}\n{asset('sweep.js')}\n"
            "const { known } = swept(new Map()), numbers = (what) => (i) => known.get(`${what} ${i}`);"
            "return [places[0].map(numbers('value')), places[1].map(numbers('adjoint'))];"
        )
    with chromium(tmp_path) as driver:
        driver.get("about:blank")
        run = "return arguments[0].map((text, i) => new Function('places', text)(arguments[1][i]));"
        found = driver.execute_script(run, scripts, places)
    for chunk, (values, gradients) in zip(chunks(), found, strict=True):
        check(chunk, values, gradients, "JavaScript")
