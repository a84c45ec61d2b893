"""The table of slips: one row states one thing that goes wrong in work by hand.

A row is a function with the kinds of place where it happens and how common it is.  It gives the numbers
that the slip would lead to, and its documentation is what to say of them.  Wrong values and wrong rules
are formulas, written as primitives are over a namespace `m`, z and the operands, with the parameters
of a family last; the other rows read the work so far, which knows the graph.  To add a slip, add a row
here, with a broken example and a near miss in `tests/slips.py`.
"""

import math

from scalargrad.checking.kin import kin, kin_of_operand
from scalargrad.checking.places import Place
from scalargrad.checking.readings import (
    changed,
    edge_of,
    is_read_by_a_softmax,
    leaves,
    other_factors,
    pairs,
    row_of_weights,
    slope,
    terms,
    through,
    updated,
)
from scalargrad.checking.slip import (
    ALONG_AN_EDGE,
    EVERYWHERE,
    TABLE,
    Found,
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

PRODUCTS, SUMS = rows("multiply", "dot"), rows("add", "subtract")
SIGMOID, TANH, RELU, POWER = rows("sigmoid"), rows("tanh"), rows("relu"), rows("power")
EXTREMES = rows("maximum", "minimum")
DEGREE = math.pi / 180

# ---- the pen: any number


@slip(*EVERYWHERE, weight=60)
def sign_reversed(work: Work, place: Place) -> Found:
    """The sign is reversed."""
    yield -work.number(place), {}


@slip(*EVERYWHERE, weight=30)
def point_misplaced(work: Work, place: Place) -> Found:
    """The decimal point is misplaced."""
    for factor in (10, 0.1, 100, 0.01):
        yield work.number(place) * factor, {}


@slip(*EVERYWHERE, weight=25)
def digits_exchanged(work: Work, place: Place) -> Found:
    """Two digits have changed places."""
    for number in swapped_digits(work.number(place), work.decimals(place)):
        yield number, {}


@slip(*EVERYWHERE, weight=25)
def last_digit_off(work: Work, place: Place) -> Found:
    """The last digit is off."""
    (low, high), decimals = work.had[place].span, work.precision.decimals
    if decimals is not None and high - low <= 10.0**-decimals:  # where rounding leaves no room
        for unit in (-(10.0**-decimals), 10.0**-decimals):
            yield round(work.number(place), decimals) + unit, {}


# ---- values: what is left out, what is taken in the place of what


@slip("value", weight=60)
def term_left_out(work: Work, place: Place) -> Found:
    """The term {term} is left out."""
    for text, term in terms(work, place.v):
        yield work.number(place) - term, {"term": text}


@slip("value", weight=40)
def term_with_the_wrong_sign(work: Work, place: Place) -> Found:
    """The term {term} has the wrong sign."""
    for text, term in terms(work, place.v):
        yield work.number(place) - 2 * term, {"term": text}


@slip("value", weight=8)
def term_counted_twice(work: Work, place: Place) -> Found:
    """The term {term} is counted twice."""
    for text, term in terms(work, place.v):
        yield work.number(place) + term, {"term": text}


@slip("value", weight=25)
def factor_left_out_of_a_term(work: Work, place: Place) -> Found:
    """The factor {factor} is left out."""
    for v, w in pairs(place.v):
        rest = work.number(place) - work.value(v) * work.value(w)
        yield rest + work.value(v), {"factor": name(w)}
        yield rest + work.value(w), {"factor": name(v)}


@slip("value", weight=15)
def factors_paired_crosswise(work: Work, place: Place) -> Found:
    """The factors are paired with one another's partners."""
    left, right = [v for v, _ in pairs(place.v)], [w for _, w in pairs(place.v)]
    for others in (right[1:] + right[:1], right[::-1]) if len(left) > 1 else ():
        yield sum(work.value(v) * work.value(w) for v, w in zip(left, others)), {}


@slip("value", weight=70)
def other_operand_taken(work: Work, place: Place) -> Found:
    """{other} is taken in the place of {operand}."""
    for i, parent in enumerate(place.v.parents):
        for other in filter(work.knows, kin_of_operand(work.trace, place.v, i)):
            number = changed(work, place.v, i, work.value(other))
            yield number, {"other": name(other), "operand": name(parent)}


@slip("value", weight=6)
def sign_of_an_operand_lost(work: Work, place: Place) -> Found:
    """{operand} is taken with the wrong sign."""
    for i, parent in enumerate(place.v.parents):
        yield changed(work, place.v, i, -work.value(parent)), {"operand": name(parent)}


@slip("value", weight=12)
def operand_miscopied(work: Work, place: Place) -> Found:
    """{operand} is taken with two digits exchanged."""
    for i, parent in enumerate(place.v.parents):
        if parent.role != "constant":
            for x in swapped_digits(work.value(parent), work.decimals(Place("value", parent))):
                yield changed(work, place.v, i, x), {"operand": name(parent)}


@slip("value", weight=20)
def given_number_of_another(work: Work, place: Place) -> Found:
    """The number of {other} is taken for {v}."""
    for other in kin(work.trace, place.v) if not place.v.parents else ():
        yield work.value(other), {"other": name(other), "v": name(place.v)}


@slip("value", weight=25)
def updated_weight_used(work: Work, place: Place) -> Found:
    """A weight was updated before it was used here."""
    if work.rate is not None and place.v.parents:
        yield updated(work, place.v), {}


@wrong_value(of=unary, weight=60)
def function_not_applied(m, z, x, *parameters):
    """{f} was not applied: this is {x}."""
    return x


@wrong_value(of=SIGMOID, weight=40)
def plus_in_the_exponent(m, z, x):
    """The exponent in 1/(1 + e^-{x}) has the wrong sign."""
    return m.sigmoid(-x)


@wrong_value(of=SIGMOID, weight=40)
def reciprocal_of_sigmoid_forgotten(m, z, x):
    """1/(…) is forgotten in 1/(1 + e^-{x})."""
    return 1 + m.exp(-x), m.exp(-x), 1 + m.exp(x)


@wrong_value(of=rows("exp"), weight=30)
def exponent_with_the_wrong_sign(m, z, x):
    """The exponential is taken with the wrong sign."""
    return m.exp(-x)


@wrong_value(of=SIGMOID | TANH | RELU, weight=50)
def other_activation(m, z, x):
    """{which} is taken in the place of {f}."""
    return {"sigmoid": m.sigmoid(x), "tanh": m.tanh(x), "relu": m.maximum(x, 0.0)}


@wrong_value(of=rows("multiply"), weight=40)
def added_for_multiplied(m, z, x, y):
    """The two are added, not multiplied."""
    return x + y


@wrong_value(of=rows("add"), weight=40)
def multiplied_for_added(m, z, x, y):
    """The two are multiplied, not added."""
    return x * y


@wrong_value(of=rows("subtract"), weight=25)
def added_for_subtracted(m, z, x, y):
    """The two are added, not subtracted."""
    return x + y


@wrong_value(of=rows("add", "subtract", "multiply", "divide"), weight=15)
def other_operation(m, z, x, y):
    """{which} is computed, not {z}."""
    return {"a difference": x - y, "a quotient": m.divide(x, y), "a product": x * y, "a sum": x + y}


@wrong_value(of=rows("divide"), weight=40)
def quotient_upside_down(m, z, x, y):
    """The quotient is upside down."""
    return m.divide(y, x)


@wrong_value(of=rows("multiply"), weight=40)
def right_factor_left_out(m, z, x, y):
    """The factor {y} is left out."""
    return x


@wrong_value(of=rows("multiply"), weight=40)
def left_factor_left_out(m, z, x, y):
    """The factor {x} is left out."""
    return y


@wrong_value(of=rows("divide"), weight=40)
def division_left_out(m, z, x, y):
    """The division by {y} is left out."""
    return x


@wrong_value(of=rows("divide"), weight=15)
def numerator_left_out(m, z, x, y):
    """1/{y} is taken in the place of {x}/{y}."""
    return m.divide(1.0, y)


@wrong_value(of=POWER, weight=20)
def reciprocal_forgotten(m, z, x, n):
    """The reciprocal is taken, or forgotten."""
    return m.divide(1.0, z)


@wrong_value(of=POWER, weight=35)
def multiplied_by_the_exponent(m, z, x, n):
    """The power is multiplied out as {x} times the exponent."""
    return n * x


@wrong_value(of=POWER, weight=12)
def other_power(m, z, x, n):
    """Another power is taken."""
    return x * z, m.divide(z, x), x * x


@wrong_value(of=rows("log", "log1p"), weight=40)
def other_base(m, z, x):
    """The logarithm is taken to base {which}."""
    return {"10": z / math.log(10), "2": z / math.log(2)}


@wrong_value(of=rows("exp"), weight=20)
def other_base_of_power(m, z, x):
    """A power of {which} is taken in the place of one of e."""
    return {"10": m.pow(10.0, x), "2": m.pow(2.0, x)}


@wrong_value(of=rows("sin", "cos", "tan"), weight=50)
def degrees(m, z, x):
    """{x} is taken for degrees."""
    return m.sin(x * DEGREE), m.cos(x * DEGREE), m.tan(x * DEGREE)


@wrong_value(of=rows("sin", "cos", "log", "exp", "sqrt"), weight=15)
def other_function(m, z, x):
    """{which} is taken in the place of {f}."""
    of_angles = {"sin": m.sin(x), "cos": m.cos(x)}
    return of_angles | {"exp": m.exp(x), "log": m.log(x), "the half": x / 2.0, "the square": x * x}


@wrong_value(of=EXTREMES, weight=50)
def wrong_side_taken(m, z, x, y):
    """The other of the two is taken."""
    return x + y - z


@wrong_value(of=EXTREMES, weight=15)
def extremes_combined(m, z, x, y):
    """The two are {which}, where one is chosen."""
    return {"added": x + y, "multiplied": x * y}


@wrong_value(of=rows("relu", "abs"), weight=25)
def wrong_side_of_relu(m, z, x):
    """{f} is not followed where {x} is negative."""
    return abs(x), m.minimum(x, 0.0), -x


# ---- contributions: upstream adjoint × local derivative


@slip("contribution", "share", weight=70)
def local_derivative_left_out(work: Work, place: Place) -> Found:
    """The factor {local} is left out."""
    edge = edge_of(place)
    if abs(work.local(edge)) not in {0.0, 1.0}:  # without the factor -1 the sign is reversed
        yield upstream(work, place), {"local": derivative(edge)}


@slip("contribution", "share", weight=50)
def adjoint_left_out(work: Work, place: Place) -> Found:
    """The adjoint of {child} is left out: this is {local} alone."""
    edge = edge_of(place)
    yield work.local(edge), {"local": derivative(edge), "child": name(edge.child)}


@slip("contribution", "share", weight=8)
def local_derivative_counted_twice(work: Work, place: Place) -> Found:
    """The factor {local} is counted twice."""
    edge = edge_of(place)
    yield work.number(place) * work.local(edge), {"local": derivative(edge)}


@slip("contribution", "share", weight=8)
def doubled(work: Work, place: Place) -> Found:
    """There is a factor of 2 too many."""
    yield work.number(place) * 2, {}


@slip("contribution", "share", weight=8)
def halved(work: Work, place: Place) -> Found:
    """A factor of 2 is left out."""
    yield work.number(place) / 2, {}


@slip(*ALONG_AN_EDGE, weight=50)
def other_factor_taken(work: Work, place: Place) -> Found:
    """{other} is taken in the place of {factor}."""
    for factor, other in other_factors(work, edge_of(place)):
        number = upstream(work, place) * work.value(other)
        yield number, {"other": name(other), "factor": name(factor)}


@slip("contribution", weight=40)
def other_adjoint_taken(work: Work, place: Place) -> Found:
    """The adjoint of {other} is taken in the place of that of {child}."""
    edge = edge_of(place)
    for other in kin(work.trace, edge.child):
        if Place("adjoint", other) in work.had:
            number = work.adjoint(other) * work.local(edge)
            yield number, {"other": name(other), "child": name(edge.child)}


@slip("contribution", "share", weight=40)
def updated_weight_used_backwards(work: Work, place: Place) -> Found:
    """A weight was updated before it was used here."""
    if work.rate is not None:
        yield upstream(work, place) * updated(work, *edge_of(place)), {}


@slip(*ALONG_AN_EDGE, weight=40)
def derivative_at_the_value(work: Work, place: Place) -> Found:
    """{f}' is taken at {a}, not at {z}."""
    (child, _), row = edge_of(place), edge_of(place).child.primitive
    if row is not None and unary(row):
        again = slope(child, work.value(child))
        names = {"f": row.name, "a": name(child), "z": name(child.parents[0])}
        yield upstream(work, place) * again, names


@wrong_rule(of=PRODUCTS, weight=60)
def own_factor(m, z, x, *others):
    """{x} itself is taken in the place of its factor."""
    return x


@wrong_rule(of=unary, weight=40)
def value_for_the_derivative(m, z, x, *n):
    """{f} is taken in the place of its derivative."""
    return z


@wrong_rule(of=unary, weight=20)
def argument_for_the_derivative(m, z, x, *n):
    """{x} is taken in the place of the derivative {d}."""
    return x


@wrong_rule(of=SIGMOID | TANH | rows("exp"), weight=40)
def argument_for_the_value(m, z, x):
    """The derivative has {x} in the place of {z}."""
    return x * (1 - x), 1 - x * x, x


@wrong_rule(of=SIGMOID, weight=40)
def one_minus_alone(m, z, x):
    """σ' is {z}(1 - {z}), not 1 - {z}."""
    return 1 - z


@wrong_rule(of=SIGMOID | TANH | RELU, weight=40)
def derivative_of_another_activation(m, z, x):
    """The derivative of {f} is {d}: another formula is taken."""
    s, t = m.sigmoid(x), m.tanh(x)
    return z * (1 - z), 1 - z * z, 1 - z, s * (1 - s), 1 - t * t, 1.0 * (x > 0), 1 + z * z, z * (1 + z)


@wrong_rule(of=RELU | rows("leaky_relu"), weight=60)
def gate_forgotten(m, z, x, *slope):
    """The gate of {f} is forgotten: where {x} is negative its derivative is another."""
    return 1.0


@wrong_rule(of=RELU, weight=25)
def gate_closed(m, z, x):
    """Relu is open: where {x} is positive its derivative is 1."""
    return 0.0


@wrong_rule(of=rows("exp"), weight=40)
def power_rule_for_the_exponential(m, z, x):
    """e^{x} is differentiated as a power: its derivative is itself."""
    return x * m.exp(x - 1.0), x * z, m.exp(x - 1.0)


@wrong_rule(of=rows("log"), weight=40)
def wrong_derivative_of_the_logarithm(m, z, x):
    """The derivative of ln {x} is 1/{x}."""
    return m.divide(1.0, z), m.divide(1.0, x * x), m.divide(1.0, x * math.log(10)), -m.divide(1.0, x)


@wrong_rule(of=rows("sin"), weight=60)
def wrong_derivative_of_the_sine(m, z, x):
    """The derivative of sin {x} is cos {x}{which}."""
    return {"": -m.cos(x), ", in radians": m.cos(x * DEGREE)}


@wrong_rule(of=rows("cos"), weight=60)
def wrong_derivative_of_the_cosine(m, z, x):
    """The derivative of cos {x} is -sin {x}{which}."""
    return {"": m.sin(x), ", in radians": -m.sin(x * DEGREE)}


@wrong_rule(of=rows("sqrt"), weight=40)
def wrong_derivative_of_the_root(m, z, x):
    """The derivative of √{x} is 1/(2√{x})."""
    return m.divide(1.0, z), 0.5 * z, m.divide(0.5, x), m.divide(-0.5, z), 2.0 * z


@wrong_rule(of=POWER, weight=60)
def exponent_not_a_factor(m, z, x, n):
    """The exponent is forgotten as a factor: the derivative is {d}."""
    return m.pow(x, n - 1.0)


@wrong_rule(of=POWER, weight=40)
def exponent_not_lowered(m, z, x, n):
    """The exponent is not lowered: the derivative is {d}."""
    return n * m.pow(x, n), n * m.pow(x, n + 1.0), n * x, n


@wrong_rule(of=rows("divide"), weight=40)
def square_of_the_denominator_forgotten(m, z, x, *others):
    """By its denominator a quotient has the derivative -numerator/denominator²: the square is forgotten."""
    return tuple(-m.divide(k, x) for k in (1.0, *others))


@wrong_rule(of=rows("divide"), weight=30)
def wrong_derivative_of_a_quotient(m, z, x, y):
    """A quotient has the derivatives 1/denominator and -numerator/denominator²."""
    return (
        m.divide(1.0, x * x),
        -m.divide(1.0, x * x),
        m.divide(1.0, y * y),
        y,
        m.divide(1.0, x),
        m.divide(y, x),
    )


@wrong_rule(of=SUMS, weight=50)
def sum_as_a_product(m, z, x, y):
    """A sum is treated as a product: its derivatives are 1, of what is subtracted -1."""
    return y, -y, x


@wrong_rule(of=rows("subtract", "negative"), weight=50)
def sign_of_the_difference_forgotten(m, z, x, *y):
    """The derivative is -1: a minus is forgotten."""
    return 1.0


@wrong_rule(of=PRODUCTS, weight=30)
def product_as_a_sum(m, z, x, *others):
    """A product is treated as a sum: the factor is left out."""
    return 1.0


@wrong_rule(of=EXTREMES, weight=60)
def routed_to_the_wrong_side(m, z, x, y):
    """The one that is chosen gets the whole adjoint, the other nothing."""
    return m.where(abs(x - z) > 0, 1.0, 0.0), 1.0, 0.5


@wrong_rule(of=EXTREMES, weight=40)
def extreme_as_a_product(m, z, x, y):
    """{f} is treated as a product: the one that is chosen has the derivative 1."""
    return y, x


# ---- adjoints: what the contributions add up to


@slip("adjoint", weight=120)
def contribution_forgotten(work: Work, place: Place) -> Found:
    """The contribution {way} is forgotten (+=)."""
    edges = work.trace.uses[place.v]
    for edge in edges if len(edges) > 1 else ():
        yield work.number(place) - work.contribution(edge), {"way": through(work.trace, edge)}


@slip("adjoint", weight=60)
def one_contribution_alone(work: Work, place: Place) -> Found:
    """Only the contribution {way} is counted; all of them add up (+=)."""
    edges = work.trace.uses[place.v]
    for edge in edges if len(edges) > 2 else ():  # of two, the other is forgotten
        yield work.contribution(edge), {"way": through(work.trace, edge)}


@slip("adjoint", weight=15)
def contributions_multiplied(work: Work, place: Place) -> Found:
    """The contributions are multiplied; they add up."""
    edges = work.trace.uses[place.v]
    if len(edges) > 1:
        yield math.prod(map(work.contribution, edges)), {}


@slip("adjoint", weight=10)
def contributions_averaged(work: Work, place: Place) -> Found:
    """The mean of the contributions is taken; they add up."""
    edges = work.trace.uses[place.v]
    if len(edges) > 1:
        yield math.fsum(map(work.contribution, edges)) / len(edges), {}


@slip("adjoint", weight=40)
def one_hot_forgotten(work: Work, place: Place) -> Found:
    """The -1 of the right class is forgotten: p - y."""
    if is_read_by_a_softmax(work.trace, place.v):
        yield work.number(place) + 1, {}


@slip("adjoint", weight=40)
def one_hot_at_the_wrong_class(work: Work, place: Place) -> Found:
    """The -1 belongs to the right class alone: p - y."""
    if is_read_by_a_softmax(work.trace, place.v):
        yield work.number(place) - 1, {}


@slip("adjoint", weight=30)
def weights_transposed(work: Work, place: Place) -> Found:
    """The weights {weights} are those of a row of W, where its column hands back."""
    edges = sorted(work.trace.uses[place.v], key=lambda edge: edge.child.index)
    if weights := row_of_weights(edges):
        number = math.fsum(work.adjoint(edge.child) * work.value(w) for edge, w in zip(edges, weights))
        yield number, {"weights": ", ".join(map(name, weights))}


@slip("adjoint", weight=25)
def adjoint_of_another(work: Work, place: Place) -> Found:
    """It is the adjoint of {other} that is given."""
    for other in kin(work.trace, place.v):
        if Place("adjoint", other) in work.had and work.adjoint(other):
            yield work.adjoint(other), {"other": name(other)}


@slip("adjoint", weight=20)
def all_weights_updated(work: Work, place: Place) -> Found:
    """The weights were updated before they were used here."""
    edges = work.trace.uses[place.v]
    if work.rate is not None and len(edges) > 1:
        yield math.fsum(work.adjoint(edge.child) * updated(work, *edge) for edge in edges), {}


@slip("adjoint", weight=30)
def seed_not_one(work: Work, place: Place) -> Found:
    """The sweep starts from 1, the derivative of {output} by itself."""
    if place.v is work.trace.output:
        for number in (work.value(place.v), 0.0, 2.0, -1.0):
            yield number, {"output": name(place.v)}


# ---- new weights: w - η ∂E/∂w


@slip("updated", weight=80)
def uphill(work: Work, place: Place) -> Found:
    """The step goes uphill: w - η ∂E/∂w."""
    yield 2 * work.value(place.v) - work.number(place), {}


@slip("updated", weight=60)
def rate_left_out(work: Work, place: Place) -> Found:
    """The learning rate is left out."""
    for sign in (-1, 1):
        yield work.value(place.v) + sign * work.adjoint(place.v), {}


@slip("updated", weight=40)
def gradient_left_out(work: Work, place: Place) -> Found:
    """The derivative is left out: this is the learning rate alone."""
    for sign in (-1, 1):
        yield work.value(place.v) + sign * (work.rate or 0.0), {}


@slip("updated", weight=50)
def step_alone(work: Work, place: Place) -> Found:
    """The step alone is given, without the {w} that it starts from."""
    step = work.number(place) - work.value(place.v)
    for number in (step, -step):
        yield number, {"w": name(place.v)}


@slip("updated", weight=20)
def gradient_of_another(work: Work, place: Place) -> Found:
    """The derivative by {other} is taken."""
    for other in leaves(work.trace, place.v):
        yield work.value(place.v) - (work.rate or 0.0) * work.adjoint(other), {"other": name(other)}


@slip("updated", weight=20)
def step_from_another(work: Work, place: Place) -> Found:
    """The step is taken from {other}."""
    for other in leaves(work.trace, place.v):
        yield work.value(other) - (work.rate or 0.0) * work.adjoint(place.v), {"other": name(other)}


@slip("updated", weight=15)
def not_updated(work: Work, place: Place) -> Found:
    """The weight {w} before the step is given."""
    yield work.value(place.v), {"w": name(place.v)}


SLIPS = tuple(TABLE.values())
