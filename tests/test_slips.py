"""Laws of the table of slips: every row finds its broken example, and leaves a near miss alone."""

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
