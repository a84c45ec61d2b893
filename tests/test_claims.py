"""Laws of numbers as a person writes them: honest work is never accused, a wrong number never accepted."""

import pytest
from handwork import claims, rows_of, styles
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import trace
from scalargrad.checking.claims import Claim, claims_of
from scalargrad.errors import OperandError
from scalargrad.examples import GALLERY, example

TRACES = {name: trace(example(name).output()) for name in GALLERY}
WRONG = {"turned": -1.0, "doubled": 2.0, "halved": 0.5, "ten times": 10.0}
works = {"name": st.sampled_from(list(TRACES)), "seed": st.integers(0, 1000), "data": st.data()}


def written(data, t):
    """Return which rows somebody writes: some of them, at least one."""
    return set(data.draw(st.lists(st.sampled_from(rows_of(t)), min_size=1, unique=True)))


@given(**works, digits=st.integers(3, 6), style=st.integers(0, len(styles(3)) - 1))
def test_honest_work_is_never_accused(*, name, seed, data, digits, style):
    """In every style of rounding, whatever is written down of it."""
    t = TRACES[name]
    done = claims(t, styles(digits)[style], written(data, t), seed)
    report = t.check(done)
    assert report.ok, (styles(digits)[style].name, done, report)


@given(
    **works,
    digits=st.integers(3, 6),
    style=st.integers(0, len(styles(3)) - 1),
    how=st.sampled_from(sorted(WRONG)),
)
def test_a_number_with_another_sign_or_twice_as_large_is_never_accepted(
    *, name, seed, data, digits, style, how
):
    """However coarsely the rest is rounded, and whether it is written or not."""
    t = TRACES[name]
    done = claims(t, styles(digits)[style], written(data, t), seed)
    row = data.draw(st.sampled_from(sorted(done)))
    if abs(float(done[row])) < 20 * 10.0**-digits:
        return  # so few units say neither a sign nor a size
    done[row] = f"{float(done[row]) * WRONG[how]:.{digits + 2}f}"
    assert not t.check(done).ok, (row, done)


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize("typical", ["0", "1"])
def test_a_bare_nought_or_one_is_accepted_only_where_it_is_the_number(name, typical):
    """A whole number says nothing of how exact it is, so it is read as exact."""
    t = TRACES[name]
    for row in rows_of(t):
        x = t[row.removeprefix("d ")].adjoint if row.startswith("d ") else t[row].value
        assert t.check({row: typical}).ok == (abs(x - float(typical)) < 1e-9), (row, x)


@pytest.mark.parametrize(
    ("texts", "units"),
    [
        (["0", "0.25", "0.75"], [0.01, 0.01, 0.01]),
        (["5", "2"], [0, 0]),
        (["123", "1.36", "0.796"], [1, 0.01, 0.001]),
        (["1/3", "73%", "−0,25"], [0, 0.01, 0.01]),
        (["0.1", "0.2345", "1.2345"], [0.0001, 0.0001, 0.0001]),
    ],
)
def test_a_whole_number_is_as_exact_as_the_others(texts, units):
    """In decimals, in figures, or exact where nothing tells."""
    found, _ = claims_of(dict(zip("abc", texts, strict=False)))
    assert [claim.unit for claim in found] == pytest.approx(units)


@pytest.mark.parametrize(("x", "is_rounded"), [(1.05, True), (0.95, True), (1.0501, False), (0.9499, False)])
def test_exactly_half_a_unit_is_rounded_either_way(x, is_rounded):
    """1.0 is 1.05 and 0.95 rounded to one decimal, whatever floats make of the half."""
    assert Claim("y", 1.0, 0.1, 1, 2).rounds(x) == is_rounded


def test_no_decimals_may_be_said_and_fewer_may_not():
    """With digits=0 every number is whole; -1 has no meaning."""
    t = trace(example("fan-out").output())
    whole = {t.output.name: f"{t.output.value:.0f}"}
    assert t.check(whole, digits=0).ok
    with pytest.raises(OperandError, match="got digits=-1"):
        t.check(whole, digits=-1)
