"""Laws of the listing: two traces side by side, every number of it from the one record."""

import re

import pytest

from scalargrad import Value, leaves, trace
from scalargrad.examples import GALLERY
from scalargrad.notation.numbers import number
from scalargrad.wengert.listing import listing, updates


@pytest.mark.parametrize("example", GALLERY.values(), ids=GALLERY)
@pytest.mark.parametrize("digits", [3, 4, 9])
def test_every_number_shown_is_one_of_the_trace_at_the_shown_digits(example, digits):
    """Value, contribution and adjoint columns hold nothing but rounded numbers of the record."""
    recorded = trace(example.output())
    recorded_numbers = {row.value for row in recorded} | {1.0} | {row.adjoint for row in recorded}
    recorded_numbers |= {
        x for step in recorded.steps for c in step.contributions for x in (c.contribution, c.after)
    }
    allowed = {number(x, digits) for x in recorded_numbers}
    for line in listing(recorded, digits).splitlines()[1:]:
        left, right = line.split("  |  ")
        shown = left.split()[-1:] + re.split(r"\s{2,}", right.strip())[1:]
        assert set(shown) <= allowed, line


@pytest.mark.parametrize("example", GALLERY.values(), ids=GALLERY)
def test_there_is_a_line_for_every_leaf_every_edge_and_the_seed(example):
    """Nothing but constants is left out."""
    recorded = trace(example.output())
    constants = {row for row in recorded if row.role == "constant"}
    leaf_lines = sum(not row.parents for row in recorded if row not in constants)
    edges = sum(parent not in constants for row in recorded for parent in row.parents)
    assert len(listing(recorded).splitlines()) == 1 + leaf_lines + edges + 1


def test_the_2_2_1_net_is_listed_in_at_most_100_columns():
    """The main worked example fits a terminal and a printed page."""
    lines = listing(trace(GALLERY["sigmoid-2-2-1"].output())).splitlines()
    assert max(map(len, lines)) <= 100


def test_the_columns_of_numbers_are_aligned_on_their_decimal_points():
    """The values of the 2-2-1 net have their points in one column."""
    lines = listing(trace(GALLERY["sigmoid-2-2-1"].output())).splitlines()[1:]
    values = [line.split("|")[0].rstrip() for line in lines if "." in line.split("|")[0]]
    assert len({text.rindex(".") for text in values}) == 1


def test_the_first_contribution_assigns_and_later_ones_add():
    """Read upwards, `=` comes before `+=` for a value that is used twice."""
    (x,) = leaves(x=3.0)
    upwards = [line for line in reversed(str(trace(x * x)).splitlines()) if "dx" in line]
    assert "dx = " in upwards[0]
    assert "dx += " in upwards[1]


def test_small_numbers_are_not_listed_as_zero():
    """A gradient of 1e-9 shows its digits."""
    (x,) = leaves(x=1e-9)
    assert "1e-09" in str(trace(x * 1.0))
    assert "2e-09" in listing(trace(2 * x), digits=6)


def test_a_hostile_label_stays_on_its_line():
    """Line breaks and control characters in a label are made visible."""
    text = str(trace(Value(1.0, label="a\nb\x1b[31m") * 2))
    assert r"a\nb\x1b[31m" in text
    assert "\x1b" not in text


def test_updates_are_a_step_down_the_gradient():
    """After it, a value is v - rate · adjoint, for the names asked for."""
    (x,) = leaves(x=3.0)
    assert updates(trace(x**2), 0.5, ["x"]).split() == ["before", "gradient", "after", "x", "3", "6", "0"]
