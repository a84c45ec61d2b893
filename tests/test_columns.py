"""Columns of text are as wide as they may be, and no wider: cut, folded, shortened at the last character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, trace
from scalargrad.wengert.columns import Inks, aligned, breadth, breadth_of, cut, inked, shorter
from scalargrad.wengert.descent import updates

BLUE = Inks("\x1b[34m", "\x1b[31m")
texts = (
    st.text(st.sampled_from("ab =*µ̄"), min_size=8, max_size=40).map(str.strip).filter(lambda x: len(x) > 7)
)


@given(texts, st.booleans())
def test_a_line_that_just_fits_is_whole_and_a_longer_one_is_cut_to_its_room(text, coloured):
    """In whatever colour, which takes no room; nor does a bar over a letter."""
    line = f"{inked(text[:4], BLUE.value)}{text[4:]}" if coloured else text
    assert breadth(line) == breadth(text) == len(text) - text.count("\u0304")
    assert cut(line, breadth(text)) == line
    shortened = cut(line, breadth(text) - 1)
    assert "…" in shortened
    assert breadth(shortened) <= breadth(text) - 1
    assert "\x1b" not in shortened


@pytest.mark.parametrize("excess", range(-3, 14))
def test_a_column_loses_as_much_as_it_is_too_wide(excess):
    """Down to seven characters of a text; what is shorter stays, and nothing grows."""
    names = ["w1", "weight_of_1st", ""]
    made = shorter(names, excess)
    assert max(map(len, made)) == max(13 - max(excess, 0), 7)
    assert (made[0], made[2]) == ("w1", "")
    assert (made == names) == (excess <= 0)
    assert shorter([], excess) == []


LINES = [("v1", "10.5", "a note on the first of them"), ("v22", "2", "short"), ("v3", "-1.25", "")]
HEADINGS, ALIGNMENT = ("v", "value", "note"), ("left", "decimal", "left")
WHOLE = """\
v      value  note
v1     10.5   a note on the first of them
v22     2     short
v3     -1.25"""


@pytest.mark.parametrize("width", [None, *range(10, 60)])
def test_the_last_column_is_folded_or_stands_below(width):
    """Beside the others as long as 24 columns are left for it; no word is lost, and no line is too long."""
    text = aligned(LINES, HEADINGS, ALIGNMENT, width=width)
    if width is None or width >= breadth_of(WHOLE):
        assert text == WHOLE
        return
    others = breadth_of(WHOLE) - len(LINES[0][2]) - 2
    is_beside = width - others - 2 >= 24
    assert ("note" in text.splitlines()[0]) == is_beside
    assert sorted(text.split()) == sorted(
        WHOLE.split() if is_beside else WHOLE.replace(" note", "", 1).split()
    )
    assert breadth_of(text) <= max(width, others)
    if not is_beside:
        below = [line for line in text.splitlines() if line.startswith("    ")]
        assert all(len(line) <= width for line in below if " " in line.strip())
        assert "    short" in below


@pytest.mark.parametrize("inks", [Inks(), BLUE])
@pytest.mark.parametrize("room", range(-14, 3))
def test_a_step_of_descent_fits_a_width(room, inks):
    """Names are cut by what is too much; numbers never are."""
    t = trace(Value(3.0, "weight_of_the_first_neuron") ** 2 + Value(0.5, "w") ** 2)
    names = [v.name for v in t if not v.parents and v.label]
    whole = updates(t, 0.5, names, inks=inks)
    text = updates(t, 0.5, names, inks=inks, width=breadth_of(whole) + room)
    assert (text == whole) == (room >= 0)
    assert breadth_of(text) == breadth_of(whole) + min(room, 0)
    assert [line.split()[-3:] for line in text.splitlines()] == [
        line.split()[-3:] for line in whole.splitlines()
    ]
