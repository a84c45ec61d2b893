"""Laws of the table of slips: every row finds its broken example, and leaves a near miss alone."""

import itertools
import math

import pytest
from slips import BROKEN

from scalargrad import trace
from scalargrad.checking.slips import SLIPS
from scalargrad.expressions import evaluate


def judged(broken, number):
    """Return what is said of a number in the place of the broken one."""
    claims = {name: f"{x:.6f}" for name, x in broken.before.items()} | {broken.row: f"{number:.6f}"}
    report = trace(evaluate(broken.text, broken.at)).check(claims, rate=broken.rate)
    return next(row for row in report.rows if row.name == broken.row)


def test_every_row_has_a_broken_example():
    """Whoever adds a row says what it finds."""
    assert BROKEN.keys() == {slip.name for slip in SLIPS}


@pytest.mark.parametrize("name", BROKEN)
def test_a_row_finds_its_broken_example(name):
    """The number is wrong, and the slip that made it is said, alone or beside another that fits."""
    broken = BROKEN[name]
    row = judged(broken, broken.number)
    assert row.verdict == "wrong"
    assert name in row.slips
    assert row.remark


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("factor", [0.97, 1.03])
def test_a_row_leaves_a_near_miss_alone(name, factor):
    """A number that is off by three per cent is not what the slip would have given."""
    broken = BROKEN[name]
    row = judged(broken, broken.number * factor if broken.number else factor / 20)
    assert row.verdict == "wrong"
    assert name not in row.slips


RESULTS = {"+": "10.20", "-": "4.40", "*": "21.17", "/": "2.5172"}  # of 7.3 and 2.9
SAID = {
    "+-": "the term y has the wrong sign", "+*": "the two are multiplied, not added",
    "-+": "the two are added, not subtracted", "*+": "the two are added, not multiplied",
    "+/": "a quotient is computed, not z", "-*": "a product is computed, not z",
    "-/": "a quotient is computed, not z", "*-": "a difference is computed, not z",
    "*/": "a quotient is computed, not z", "/+": "a sum is computed, not z",
    "/-": "a difference is computed, not z", "/*": "a product is computed, not z",
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "computed"), SAID)
def test_an_operation_for_another_is_named(wanted, computed):
    """Whichever of the four stands for whichever other."""
    output = evaluate(f"z = x {wanted} y; 3*z", {"x": 7.3, "y": 2.9})
    assert SAID[wanted + computed] in str(trace(output).check({"z": RESULTS[computed]}))


def test_a_belief_is_recognised_wherever_it_is_held_more_than_once():
    """At both of two sigmoids it is one slip made throughout, at one of them alone it is not."""
    t = trace(evaluate("a = w*x; h = sigmoid(a); b = v*h; y = sigmoid(b)", {"w": 0.7, "x": 1.3, "v": 0.9}))
    y, h = t["y"].value, t["h"].value
    said = "throughout, sigmoid is taken in the"
    assert said in str(t.check({"d w": f"{y * 0.9 * h * 1.3:.5f}"}))
    assert said not in str(t.check({"d w": f"{y * 0.9 * h * (1 - h) * 1.3:.5f}"}))


@pytest.mark.parametrize(
    ("function", "rule"),
    [("tanh", lambda z: z * (1 - z)), ("tanh", lambda z: 1 - z), ("tanh", lambda z: 1 + z * z),
     ("tanh", lambda z: z * (1 + z)), ("sigmoid", lambda z: 1 - z * z), ("sigmoid", lambda z: z * (1 + z))],
)  # fmt: skip
def test_the_derivative_of_another_activation_is_recognised(function, rule):
    """Written over the output, with a sign for another or without a square."""
    t = trace(evaluate(f"a = w*x; h = {function}(a); y = 3*h", {"w": 0.7, "x": 1.3}))
    remark = " ".join(str(t.check({"d a": f"{3 * rule(t['h'].value):.6f}"})).split())
    assert f"the derivative of {function} is" in remark
    assert "another formula is taken" in remark


@pytest.mark.parametrize(("meant", "taken"), list(itertools.permutations(("sin", "cos", "exp", "log"), 2)))
def test_a_function_that_is_taken_for_another_is_named(meant, taken):
    """Each of four for each of the others."""
    t = trace(evaluate(f"a = w*x; h = {meant}(a); y = 3*h", {"w": 0.7, "x": 1.9}))
    remark = " ".join(str(t.check({"h": f"{getattr(math, taken)(0.7 * 1.9):.6f}"})).split())
    assert f"{taken} is taken in the place of {meant}" in remark


@pytest.mark.parametrize("function", ["sin", "cos", "tan"])
def test_radians_that_were_taken_for_degrees_are_named(function):
    """Of every circular function."""
    t = trace(evaluate(f"a = w*x; h = {function}(a); y = 3*h", {"w": 7.0, "x": 9.0}))
    taken = getattr(math, function)(math.radians(63.0))
    assert "a is taken for degrees" in str(t.check({"h": f"{taken:.6f}"}))
