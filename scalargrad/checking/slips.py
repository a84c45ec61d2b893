"""The table of slips: one row states one thing that goes wrong in work by hand.

A row has a name, the kinds of place where it happens, how common it is, the numbers that it gives
with what to say of them.  Wrong values and wrong rules are formulas, written as primitives are over a
namespace `m`, z and the operands; the others are functions of the work so far, which know the graph.
To add a slip, add a row here, with a broken example and a near miss in `tests/slips.py`.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from scalargrad.checking.kin import kin, kin_of_operand
from scalargrad.checking.places import Place
from scalargrad.checking.slip import (
    ALONG_AN_EDGE,
    Guess,
    derivative,
    name,
    rows,
    slip,
    swapped_digits,
    unary,
    upstream,
    wrong_rule,
    wrong_value,
)
from scalargrad.checking.work import Work
from scalargrad.primitives.row import SUM
from scalargrad.primitives.scalars import ieee
from scalargrad.wengert.instruction import Edge, Instruction

EVERYWHERE = ("value", *ALONG_AN_EDGE, "adjoint", "updated")
PRODUCTS = rows("multiply", "dot")
DEGREE = math.pi / 180
SIGMOID, TANH, RELU, POWER = rows("sigmoid"), rows("tanh"), rows("relu"), rows("power")
EXTREMES = rows("maximum", "minimum")

# ---- the pen: any number


@slip(*EVERYWHERE, weight=60)
def sign_reversed(work: Work, place: Place) -> Iterator[Guess]:
    yield Guess(-work.number(place), "the sign is reversed")


@slip(*EVERYWHERE, weight=30)
def point_misplaced(work: Work, place: Place) -> Iterator[Guess]:
    for factor in (10, 0.1, 100, 0.01):
        yield Guess(work.number(place) * factor, "the decimal point is misplaced", str(factor))


@slip(*EVERYWHERE, weight=25)
def digits_exchanged(work: Work, place: Place) -> Iterator[Guess]:
    is_given = place.kind == "value" and not place.v.parents
    x = work.number(place)
    decimals = len(repr(x).partition(".")[2]) if is_given else work.precision.decimals
    if decimals is not None and decimals <= 12 and abs(x) < 1e6:
        for i, number in enumerate(swapped_digits(x, decimals)):
            yield Guess(number, "two digits have changed places", str(i))


# ---- values: what is left out, what is taken in the place of what


@slip("value", weight=60)
def term_left_out(work: Work, place: Place) -> Iterator[Guess]:
    for i, (text, term) in enumerate(_terms(work, place.v)):
        yield Guess(work.number(place) - term, f"the term {text} is left out", str(i))


@slip("value", weight=40)
def term_with_the_wrong_sign(work: Work, place: Place) -> Iterator[Guess]:
    for i, (text, term) in enumerate(_terms(work, place.v)):
        yield Guess(work.number(place) - 2 * term, f"the term {text} has the wrong sign", str(i))


@slip("value", weight=8)
def term_counted_twice(work: Work, place: Place) -> Iterator[Guess]:
    for i, (text, term) in enumerate(_terms(work, place.v)):
        yield Guess(work.number(place) + term, f"the term {text} is counted twice", str(i))


@slip("value", weight=25)
def factor_left_out_of_a_term(work: Work, place: Place) -> Iterator[Guess]:
    for i, (v, w) in enumerate(_pairs(place.v)):
        rest = work.number(place) - work.value(v) * work.value(w)
        yield Guess(rest + work.value(v), f"the factor {name(w)} is left out", f"{i} right")
        yield Guess(rest + work.value(w), f"the factor {name(v)} is left out", f"{i} left")


@slip("value", weight=15)
def factors_paired_crosswise(work: Work, place: Place) -> Iterator[Guess]:
    pairs = list(_pairs(place.v))
    if len(pairs) > 1:
        turned = [*(w for _, w in pairs[1:]), pairs[0][1]]
        for text, others in (("in a circle", turned), ("the other way round", [w for _, w in pairs[::-1]])):
            number = sum(work.value(v) * work.value(w) for (v, _), w in zip(pairs, others))
            yield Guess(number, "the factors are paired with one another's partners", text)


@slip("value", weight=70)
def other_operand_taken(work: Work, place: Place) -> Iterator[Guess]:
    v, row = place.v, place.v.primitive
    if row is None:
        return
    operands = [work.value(parent) for parent in v.parents]
    for i, parent in enumerate(v.parents):
        for other in filter(work.knows, kin_of_operand(work.trace, v, i)):
            changed = [work.value(other) if j == i else x for j, x in enumerate(operands)]
            words = f"{name(other)} is taken in the place of {name(parent)}"
            yield Guess(_computed(v, changed), words, f"{i} {name(other)}")


@slip("value", weight=15)
def sign_of_an_operand_lost(work: Work, place: Place) -> Iterator[Guess]:
    operands = [work.value(parent) for parent in place.v.parents]
    for i, parent in enumerate(place.v.parents):
        changed = [-x if j == i else x for j, x in enumerate(operands)]
        yield Guess(_computed(place.v, changed), f"{name(parent)} is taken with the wrong sign", str(i))


@slip("value", weight=12)
def operand_miscopied(work: Work, place: Place) -> Iterator[Guess]:
    operands = [work.value(parent) for parent in place.v.parents]
    for i, parent in enumerate(place.v.parents):
        decimals = work.precision.decimals if parent.parents else len(repr(operands[i]).partition(".")[2])
        if parent.role == "constant" or decimals is None or decimals > 12:
            continue
        for k, x in enumerate(swapped_digits(operands[i], decimals)):
            changed = [x if j == i else y for j, y in enumerate(operands)]
            words = f"{name(parent)} is taken with two digits exchanged"
            yield Guess(_computed(place.v, changed), words, f"{i} {k}")


@slip("value", weight=20)
def given_number_of_another(work: Work, place: Place) -> Iterator[Guess]:
    if not place.v.parents:
        for other in kin(work.trace, place.v):
            words = f"the number of {name(other)} is taken for {name(place.v)}"
            yield Guess(work.value(other), words, name(other))


@slip("value", weight=25)
def updated_weight_used(work: Work, place: Place) -> Iterator[Guess]:
    new = [_updated(work, parent) for parent in place.v.parents]
    if work.rate is not None and place.v.parents:
        yield Guess(_computed(place.v, new), "a weight was updated before it was used here")


@wrong_value("{f} was not applied: this is {x}", of=unary, weight=60)
def function_not_applied(m, z, x, *parameters):
    return x


@wrong_value("the exponent in 1/(1 + e^-{x}) has the wrong sign", of=SIGMOID, weight=40)
def plus_in_the_exponent(m, z, x):
    return m.sigmoid(-x)


@wrong_value("1/(…) is forgotten in 1/(1 + e^-{x})", of=SIGMOID, weight=40)
def reciprocal_of_sigmoid_forgotten(m, z, x):
    return 1 + m.exp(-x), m.exp(-x), 1 + m.exp(x)


@wrong_value("the exponential is taken with the wrong sign", of=rows("exp"), weight=30)
def exponent_with_the_wrong_sign(m, z, x):
    return m.exp(-x)


@wrong_value("another activation is taken in the place of {f}", of=SIGMOID | TANH | RELU, weight=50)
def other_activation(m, z, x):
    return m.sigmoid(x), m.tanh(x), m.maximum(x, 0.0), m.sigmoid(2.0 * x)


@wrong_value("the two are added, not multiplied", of=rows("multiply"), weight=40)
def added_for_multiplied(m, z, x, y):
    return x + y


@wrong_value("the two are multiplied, not added", of=rows("add"), weight=40)
def multiplied_for_added(m, z, x, y):
    return x * y


@wrong_value("the two are added, not subtracted", of=rows("subtract"), weight=25)
def added_for_subtracted(m, z, x, y):
    return x + y


@wrong_value("another operation is taken in the place of {f}", of=rows("add", "subtract", "multiply", "divide"), weight=15)
def other_operation(m, z, x, y):
    return x - y, m.divide(x, y), x * y, m.divide(y, x)


@wrong_value("the quotient is upside down", of=rows("divide"), weight=40)
def quotient_upside_down(m, z, x, y):
    return m.divide(y, x)


@wrong_value("the factor {y} is left out", of=rows("multiply"), weight=40)
def right_factor_left_out(m, z, x, y):
    return x


@wrong_value("the factor {x} is left out", of=rows("multiply"), weight=40)
def left_factor_left_out(m, z, x, y):
    return y


@wrong_value("the division by {y} is left out", of=rows("divide"), weight=40)
def division_left_out(m, z, x, y):
    return x


@wrong_value("1/{y} is taken in the place of {x}/{y}", of=rows("divide"), weight=15)
def numerator_left_out(m, z, x, y):
    return m.divide(1.0, y)


@wrong_value("a reciprocal is forgotten", of=POWER, weight=20)
def reciprocal_forgotten(m, z, x, n):
    return m.divide(1.0, z)


@wrong_value("the power is multiplied out as {x} times the exponent", of=POWER, weight=35)
def multiplied_by_the_exponent(m, z, x, n):
    return n * x


@wrong_value("another power is taken", of=POWER, weight=12)
def other_power(m, z, x, n):
    return x * z, m.divide(z, x), x * x


@wrong_value("the logarithm is taken to base 10 or 2", of=rows("log", "log1p"), weight=40)
def other_base(m, z, x):
    return z / math.log(10), z / math.log(2)


@wrong_value("a power of 10 or 2 is taken in the place of one of e", of=rows("exp"), weight=20)
def other_base_of_power(m, z, x):
    return m.pow(10.0, x), m.pow(2.0, x)


@wrong_value("{x} is taken for degrees", of=rows("sin", "cos", "tan"), weight=50)
def degrees(m, z, x):
    return m.sin(x * DEGREE), m.cos(x * DEGREE), m.tan(x * DEGREE)


@wrong_value("another function is taken in the place of {f}", of=rows("sin", "cos", "log", "exp", "sqrt"), weight=15)
def other_function(m, z, x):
    return m.sin(x), m.cos(x), m.exp(x), m.log(x), x / 2.0, x * x


@wrong_value("the other of the two is taken", of=EXTREMES, weight=50)
def wrong_side_taken(m, z, x, y):
    return x + y - z


@wrong_value("the two are added or multiplied, where one is chosen", of=EXTREMES, weight=15)
def extremes_combined(m, z, x, y):
    return x + y, x * y


@wrong_value("{f} is not followed where {x} is negative", of=rows("relu", "abs"), weight=25)
def wrong_side_of_relu(m, z, x):
    return abs(x), m.minimum(x, 0.0), -x


# ---- contributions: upstream adjoint × local derivative


@slip("contribution", "share", weight=70)
def local_derivative_left_out(work: Work, place: Place) -> Iterator[Guess]:
    edge = _edge(place)
    if work.local(edge) not in {0.0, 1.0, -1.0}:  # whose absence is a sign
        yield Guess(upstream(work, place), f"the factor {derivative(edge)} is left out")


@slip("contribution", "share", weight=50)
def adjoint_left_out(work: Work, place: Place) -> Iterator[Guess]:
    edge = _edge(place)
    words = f"this is {derivative(edge)} alone: the adjoint of {name(edge.child)} is left out"
    yield Guess(work.local(edge), words)


@slip("contribution", "share", weight=8)
def local_derivative_counted_twice(work: Work, place: Place) -> Iterator[Guess]:
    edge = _edge(place)
    yield Guess(work.number(place) * work.local(edge), f"the factor {derivative(edge)} is counted twice")


@slip("contribution", "share", weight=12)
def factor_of_two(work: Work, place: Place) -> Iterator[Guess]:
    yield Guess(work.number(place) * 2, "there is a factor of 2 too many", "2")
    yield Guess(work.number(place) / 2, "a factor of 2 is left out", "1/2")


@slip(*ALONG_AN_EDGE, weight=50)
def other_factor_taken(work: Work, place: Place) -> Iterator[Guess]:
    (child, position), row = _edge(place), _edge(place).child.primitive
    if row is None or row.name not in PRODUCTS:
        return
    half = len(child.parents) // 2
    partner = (position + half) % len(child.parents)
    right = child.parents[partner]
    for other in kin_of_operand(work.trace, child, partner):
        words = f"{name(other)} is taken in the place of {name(right)}"
        yield Guess(upstream(work, place) * work.value(other), words, name(other))


@slip("contribution", weight=40)
def other_adjoint_taken(work: Work, place: Place) -> Iterator[Guess]:
    edge = _edge(place)
    for other in kin(work.trace, edge.child):
        above = Place("adjoint", other)
        if other.parents and above in work.had:
            words = f"the adjoint of {name(other)} is taken in the place of that of {name(edge.child)}"
            yield Guess(work.number(above) * work.local(edge), words, name(other))


@slip("contribution", "share", weight=40)
def updated_weight_used_backwards(work: Work, place: Place) -> Iterator[Guess]:
    (child, i), row = _edge(place), _edge(place).child.primitive
    if work.rate is not None and row is not None:
        new = [_updated(work, parent) for parent in child.parents]
        local = row.local_derivatives(ieee, work.value(child), new)[i]
        yield Guess(upstream(work, place) * local, "a weight was updated before it was used here")


@wrong_rule("{x} itself is taken in the place of its factor", of=PRODUCTS, weight=60)
def own_factor(m, z, x, *others):
    return x


@slip(*ALONG_AN_EDGE, weight=40)
def derivative_at_the_value(work: Work, place: Place) -> Iterator[Guess]:
    (child, _), row = _edge(place), _edge(place).child.primitive
    if row is not None and unary(row):
        a = work.value(child)
        local = row.local_derivatives(ieee, _computed(child, [a]), [a])[0]
        words = f"{row.name}' is taken at {name(child)}, not at {name(child.parents[0])}"
        yield Guess(upstream(work, place) * local, words)


@wrong_rule("{f} is taken in the place of its derivative", of=unary, weight=40)
def value_for_the_derivative(m, z, x, *n):
    return z


@wrong_rule("{x} is taken in the place of the derivative {d}", of=unary, weight=20)
def argument_for_the_derivative(m, z, x, *n):
    return x


@wrong_rule("the derivative has {x} in the place of {z}", of=SIGMOID | TANH | rows("exp"), weight=40)
def argument_for_the_value(m, z, x):
    return x * (1 - x), 1 - x * x, x


@wrong_rule("σ' is {z}(1 - {z}), not 1 - {z}", of=SIGMOID, weight=40)
def one_minus_alone(m, z, x):
    return 1 - z


@wrong_rule("the derivative of another activation is taken: that of {f} is {d}", of=SIGMOID | TANH | RELU, weight=40)
def derivative_of_another_activation(m, z, x):
    s, t = m.sigmoid(x), m.tanh(x)
    return z * (1 - z), 1 - z * z, 1 - z, s * (1 - s), 1 - t * t, 1.0 * (x > 0), 1 + z * z, z * (1 + z)


@wrong_rule("the gate of relu is forgotten: nothing passes where {x} is negative", of=RELU | rows("leaky_relu"), weight=60)
def gate_forgotten(m, z, x, *slope):
    return 1.0


@wrong_rule("relu is open: where {x} is positive its derivative is 1", of=RELU, weight=25)
def gate_closed(m, z, x):
    return 0.0


@wrong_rule("e^{x} is differentiated as a power: its derivative is itself", of=rows("exp"), weight=40)
def power_rule_for_the_exponential(m, z, x):
    return x * m.exp(x - 1.0), x * z, m.exp(x - 1.0)


@wrong_rule("the derivative of ln {x} is 1/{x}", of=rows("log"), weight=40)
def wrong_derivative_of_the_logarithm(m, z, x):
    return m.divide(1.0, z), m.divide(1.0, x * x), m.divide(1.0, x * math.log(10)), -m.divide(1.0, x)


@wrong_rule("the derivative of {f} is {d}", of=rows("sin", "cos", "tan"), weight=40)
def wrong_derivative_of_a_circular_function(m, z, x):
    return -m.cos(x), m.sin(x), m.cos(x), 1.0 + z, m.cos(x * DEGREE), -m.sin(x * DEGREE)


@wrong_rule("the derivative of √{x} is 1/(2√{x})", of=rows("sqrt"), weight=40)
def wrong_derivative_of_the_root(m, z, x):
    return m.divide(1.0, z), 0.5 * z, m.divide(0.5, x), m.divide(-0.5, z), 2.0 * z


@wrong_rule("the exponent is forgotten as a factor: the derivative is {d}", of=POWER, weight=60)
def exponent_not_a_factor(m, z, x, n):
    return m.pow(x, n - 1.0)


@wrong_rule("the exponent is not lowered: the derivative is {d}", of=POWER, weight=40)
def exponent_not_lowered(m, z, x, n):
    return n * m.pow(x, n), n * m.pow(x, n + 1.0), n * x, n


@wrong_rule("the square in -x/{x}² is forgotten", of=rows("divide"), weight=40)
def square_of_the_denominator_forgotten(m, z, x, *others):
    return tuple(-m.divide(k, x) for k in (1.0, *others))


@wrong_rule("the derivative of a quotient is 1/y by x and -x/y² by y", of=rows("divide"), weight=30)
def wrong_derivative_of_a_quotient(m, z, x, y):
    return m.divide(1.0, x * x), -m.divide(1.0, x * x), m.divide(1.0, y * y), y, m.divide(1.0, x), m.divide(y, x)


@wrong_rule("a sum is treated as a product: its derivatives are 1", of=rows("add", "subtract"), weight=50)
def sum_as_a_product(m, z, x, y):
    return y, -y, x


@wrong_rule("the sign of the difference is forgotten", of=rows("subtract", "negative"), weight=50)
def sign_of_the_difference_forgotten(m, z, x, *y):
    return 1.0


@wrong_rule("a product is treated as a sum: the factor is left out", of=PRODUCTS, weight=30)
def product_as_a_sum(m, z, x, *others):
    return 1.0


@wrong_rule("the one that is chosen gets the whole adjoint, the other nothing", of=EXTREMES, weight=60)
def routed_to_the_wrong_side(m, z, x, y):
    return 1.0 * (x != z), 1.0, 0.5


@wrong_rule("{f} is treated as a product: the one that is chosen has the derivative 1", of=EXTREMES, weight=40)
def extreme_as_a_product(m, z, x, y):
    return y, x


# ---- adjoints: what the contributions add up to


@slip("adjoint", weight=120)
def contribution_forgotten(work: Work, place: Place) -> Iterator[Guess]:
    edges = work.trace.uses[place.v]
    ways = [_through(work, edge) for edge in edges]
    for i, edge in enumerate(edges):
        words = f"the contribution {ways[i]} is forgotten (+=)"
        if len(edges) == 2:
            words = f"only the contribution {ways[1 - i]} is counted, that {ways[i]} is forgotten (+=)"
        if len(edges) > 1:
            yield Guess(work.number(place) - work.contribution(edge), words, str(i))


@slip("adjoint", weight=60)
def one_contribution_alone(work: Work, place: Place) -> Iterator[Guess]:
    edges = work.trace.uses[place.v]
    if len(edges) > 2:
        for i, edge in enumerate(edges):
            words = f"only the contribution {_through(work, edge)} is counted; all of them add up (+=)"
            yield Guess(work.contribution(edge), words, str(i))


@slip("adjoint", weight=15)
def contributions_multiplied(work: Work, place: Place) -> Iterator[Guess]:
    numbers = [work.contribution(edge) for edge in work.trace.uses[place.v]]
    if len(numbers) > 1:
        yield Guess(math.prod(numbers), "the contributions are multiplied; they add up", "product")
        yield Guess(math.fsum(numbers) / len(numbers), "the mean of the contributions is taken; they add up", "mean")


@slip("adjoint", weight=40)
def one_hot_forgotten(work: Work, place: Place) -> Iterator[Guess]:
    for k in _softmax_scale(work, place):
        yield Guess(work.number(place) + k, "the -1 of the right class is forgotten: p - y")


@slip("adjoint", weight=40)
def one_hot_at_the_wrong_class(work: Work, place: Place) -> Iterator[Guess]:
    for k in _softmax_scale(work, place):
        yield Guess(work.number(place) - k, "the -1 belongs to the right class alone: p - y")


@slip("adjoint", weight=30)
def weights_transposed(work: Work, place: Place) -> Iterator[Guess]:
    """Take row i of W in the place of its column i, where layers hand back Wᵀδ."""
    edges = sorted(work.trace.uses[place.v], key=lambda edge: edge.child.index)
    if len(edges) < 2 or any(not edge.child.primitive or edge.child.primitive.lists != 2 for edge in edges):
        return
    columns = {edge.position % (len(edge.child.parents) // 2) for edge in edges}
    (column,) = columns if len(columns) == 1 else (len(edges),)
    if column < len(edges):
        child, position = edges[column]
        half = len(child.parents) // 2
        start = half if position < half else 0
        row = child.parents[start : start + half]
        number = math.fsum(work.adjoint(edge.child) * work.value(w) for edge, w in zip(edges, row))
        yield Guess(number, f"the weights {', '.join(map(name, row))} are those of a row of W, not of a column")


@slip("adjoint", weight=25)
def adjoint_of_another(work: Work, place: Place) -> Iterator[Guess]:
    for other in kin(work.trace, place.v):
        if (there := Place("adjoint", other)) in work.had and work.number(there):
            yield Guess(work.number(there), f"this is the adjoint of {name(other)}", name(other))


@slip("adjoint", weight=20)
def all_weights_updated(work: Work, place: Place) -> Iterator[Guess]:
    """Use the weights after the step in every contribution, as whoever updates a layer too early does."""
    edges = work.trace.uses[place.v]
    if work.rate is not None and len(edges) > 1:
        number = 0.0
        for child, i in edges:
            new = [_updated(work, parent) for parent in child.parents]
            assert child.primitive is not None
            number += work.adjoint(child) * child.primitive.local_derivatives(ieee, work.value(child), new)[i]
        yield Guess(number, "the weights were updated before they were used here")


@slip("adjoint", weight=30)
def seed_not_one(work: Work, place: Place) -> Iterator[Guess]:
    if place.v is work.trace.output:
        words = f"the sweep starts from 1, the derivative of {name(place.v)} by itself"
        for i, number in enumerate((work.value(place.v), 0.0, 2.0, -1.0)):
            yield Guess(number, words, str(i))


# ---- new weights: w - η ∂E/∂w


@slip("updated", weight=80)
def uphill(work: Work, place: Place) -> Iterator[Guess]:
    yield Guess(2 * work.value(place.v) - work.number(place), "the step goes uphill: w - η ∂E/∂w")


@slip("updated", weight=60)
def rate_left_out(work: Work, place: Place) -> Iterator[Guess]:
    w, gradient = work.value(place.v), work.adjoint(place.v)
    yield Guess(w - gradient, "the learning rate is left out", "down")
    yield Guess(w + gradient, "the learning rate is left out, uphill", "up")


@slip("updated", weight=40)
def gradient_left_out(work: Work, place: Place) -> Iterator[Guess]:
    yield Guess(work.value(place.v) - (work.rate or 0.0), "the gradient is left out: w - η alone", "down")
    yield Guess(work.value(place.v) + (work.rate or 0.0), "the gradient is left out: w + η alone", "up")


@slip("updated", weight=50)
def step_alone(work: Work, place: Place) -> Iterator[Guess]:
    step = work.number(place) - work.value(place.v)
    yield Guess(step, f"this is the step alone: {name(place.v)} is to be added", "down")
    yield Guess(-step, f"this is the step alone, to be subtracted from {name(place.v)}", "up")


@slip("updated", weight=40)
def gradient_of_another(work: Work, place: Place) -> Iterator[Guess]:
    for other in work.trace:
        if other.parents or other is place.v or other.role == "constant":
            continue
        number = work.value(place.v) - (work.rate or 0.0) * work.adjoint(other)
        yield Guess(number, f"the gradient of {name(other)} is taken", f"gradient {name(other)}")
        number = work.value(other) - (work.rate or 0.0) * work.adjoint(place.v)
        yield Guess(number, f"the step is taken from {name(other)}", f"weight {name(other)}")


@slip("updated", weight=15)
def not_updated(work: Work, place: Place) -> Iterator[Guess]:
    yield Guess(work.value(place.v), f"this is {name(place.v)} before the step")


# ---- what the rows above read off the graph


def _computed(v: Instruction, operands: Sequence[float]) -> float:
    if v.primitive is None:
        return math.nan
    try:
        return float(v.primitive.value(ieee, operands))
    except (ArithmeticError, ValueError):
        return math.nan


def _pairs(v: Instruction) -> Iterable[tuple[Instruction, Instruction]]:
    if v.primitive is None or v.primitive.lists != 2:
        return []
    weights, inputs = v.primitive.arguments(v.parents)
    return zip(weights, inputs)


def _terms(work: Work, v: Instruction) -> Iterator[tuple[str, float]]:
    """Yield the terms of a sum with their signs: of products, or of what is added."""
    if v.primitive is None or v.primitive.precedence != SUM:
        return
    for w, x in _pairs(v):
        yield f"{name(w)}*{name(x)}", work.value(w) * work.value(x)
    if v.primitive.lists != 2:
        for sign, parent in zip(v.partials, v.parents):  # of a sum, the local derivatives are its signs
            yield name(parent), sign * work.value(parent)


def _edge(place: Place) -> Edge:
    assert place.edge is not None
    return place.edge


def _through(work: Work, edge: Edge) -> str:
    """Name the way of a contribution: by the label it leads to, unless another way leads there, too."""
    ends = [_end(work, other) for other in work.trace.uses[edge.parent]]
    end = _end(work, edge)
    return f"through {end.name}" if ends.count(end) == 1 else f"of {edge.child.formula}"


def _end(work: Work, edge: Edge) -> Instruction:
    """Return the first instruction with a name that an edge leads to."""
    while not edge.child.is_named and len(work.trace.uses[edge.child]) == 1:
        (edge,) = work.trace.uses[edge.child]
    return edge.child


def _softmax_scale(work: Work, place: Place) -> Iterator[float]:
    """Yield the adjoint that p - y is multiplied by, at a score that a softmax reads."""
    readers = {edge.child.primitive.name for edge in work.trace.uses[place.v] if edge.child.primitive}
    if readers & {"exp", "logsumexp"}:
        yield 1.0


def _updated(work: Work, leaf: Instruction) -> float:
    moves = leaf.role in {"input", "parameter"} and work.rate is not None
    return work.value(leaf) - (work.rate or 0.0) * leaf.adjoint if moves else work.value(leaf)
