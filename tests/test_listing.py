"""Laws of the listing: two traces side by side, every number of it from the one record."""

import re

import pytest

from scalargrad import Value, label, leaves, trace
from scalargrad.examples import GALLERY
from scalargrad.notation.labels import cut_in_the_middle, shortened
from scalargrad.notation.numbers import number
from scalargrad.wengert.columns import Inks, breadth, cut
from scalargrad.wengert.descent import updates
from scalargrad.wengert.folding import INDENT, folded
from scalargrad.wengert.listing import listing
from scalargrad.wengert.roles import parameters


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


@pytest.mark.parametrize("example", GALLERY.values(), ids=GALLERY)
@pytest.mark.parametrize("width", [120, 80, 76])
def test_a_listing_fits_a_width_without_the_loss_of_a_character(example, width):
    """A formula that is too long goes on in the next lines, before the numbers of the next one."""
    recorded = trace(example.output())
    whole, fitting = listing(recorded, example.digits), listing(recorded, example.digits, width)
    assert max(map(len, fitting.splitlines())) <= width
    if max(map(len, whole.splitlines())) <= width:
        assert fitting == whole
    for half in (0, 1):
        assert cells(whole, half) == cells(fitting, half)


def test_what_is_left_of_a_formula_is_indented_in_both_halves():
    """So that nobody takes it for a statement of its own."""
    lines = listing(trace(GALLERY["mazur-2-2-2"].output()), 9, 80).splitlines()
    assert "    + w2*i2                      | di1 += dv14*w1      0.001315703   0.003804267" in lines
    assert "                                 |     *(1 - h1)" in lines


def cells(text, half):
    """Return the formulas of the left or right half of a listing, without blanks, with all its numbers."""
    lines = [re.split(" {2,}", line.split(" |")[half].strip()) for line in text.splitlines()]
    formulas = "".join(line[0] for line in lines).replace(" ", "")
    return formulas, [number for line in lines for number in line[1:]]


@pytest.mark.parametrize("example", GALLERY.values(), ids=GALLERY)
@pytest.mark.parametrize("width", [66, 60, 48, 40])
def test_in_a_narrow_terminal_the_reverse_trace_stands_below_the_forward_one(example, width):
    """Every line of both is there, whole but for its folds; the reverse one is read down, from the seed."""
    recorded = trace(example.output())
    text = listing(recorded, example.digits, width)
    assert max(map(len, text.splitlines())) <= width
    if " | " in text:
        return  # it fits side by side
    forward, reverse = (unfolded(half) for half in text.split("\n\n"))
    halves = zip(*(line.split(" |") for line in listing(recorded, example.digits).splitlines()))
    left, right = (unfolded("\n".join(half)) for half in halves)
    assert forward[1:] == [line for line in left[1:] if line[0]]
    assert sorted(reverse[1:]) == sorted(right[1:])
    ends = [line for line in right[1:] if "/d" in line[0]]
    assert reverse[1:] == [line for line in right[:0:-1] if line not in ends] + ends


def unfolded(text):
    """Return the lines of a table as formula, without blanks, with its numbers; folds are undone."""
    found = []
    for line in text.splitlines():
        formula, *numbers = re.split(" {2,}", line.strip())
        if line.startswith(INDENT) and not numbers and found:
            found[-1][0] += formula.replace(" ", "")
        else:
            found.append([formula.replace(" ", ""), *numbers])
    return found


@pytest.mark.parametrize("width", [1, 30])
def test_a_listing_that_cannot_fit_is_whole(width):
    """Numbers are not cut, and what the terminal has to break is not folded as well."""
    recorded = trace(GALLERY["mazur-2-2-2"].output())
    assert listing(recorded, 9, width) == listing(recorded, 9)


FORMULAS = (
    "v14 = w1*i1 + w2*i2",
    "dv15 += dh1*h1*(1 - h1)",
    "v24 = logsumexp([s1, s2])",
    "dv7 += max(alpha, beta*gamma, delta) · u",
    "y = a**2*(b + c*(d - e))/f - -3*x",
    "x" * 30,
)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("width", range(8, 40))
def test_a_folded_formula_is_the_formula_with_no_line_longer_than_it_has_to_be(formula, width):
    """Its lines make it whole again; only what has no operator is longer than the width."""
    lines = folded(formula, width)
    assert "".join(lines).replace(" ", "") == formula.replace(" ", "")
    assert all(line.startswith(INDENT) for line in lines[1:])
    assert lines == [formula] or len(formula) > width
    for line in lines:
        assert len(line) <= width or not re.search(r"[^*]\*[^*]|/| [-+] |, ", line.strip()[1:])
    assert not any(re.match(r" *[,:=]| *\+=", line) for line in lines[1:])  # with which a line ends
    assert not any(re.search(r"[^+]\+$|[-*/·]$", line) for line in lines[:-1])  # with which the next begins


def test_a_formula_is_folded_at_its_loosest_operator():
    """At a sum before a product, outside brackets before inside, and never within a power."""
    assert folded("y = a*b + c*d", 12) == ["y = a*b", "    + c*d"]
    assert folded("y = f(a, b*c) + d", 14) == ["y = f(a, b*c)", "    + d"]
    assert folded("y = aa*bb*(c + d)", 14) == ["y = aa*bb", "    *(c + d)"]
    assert folded("y = a**2*b**2", 9) == ["y = a**2", "    *b**2"]
    assert folded("y = a**2*b**2", 1) == ["y =", "    a**2", "    *b**2"]


def test_inks_change_nothing_but_the_colour_of_numbers():
    """Without the codes it is the same text; each number stands between two of them."""
    recorded = trace(GALLERY["sigmoid-2-2-1"].output())
    coloured = listing(recorded, width=64, inks=Inks("\x1b[34m", "\x1b[31m"))
    assert re.sub(r"\x1b\[\d+m", "", coloured) == listing(recorded, width=64)
    for line in coloured.splitlines():
        left, right = line.split(" | ")
        assert re.fullmatch(r"[^\x1b]*(\x1b\[34m\S+\x1b\[0m *)?", left)
        assert re.fullmatch(r"[^\x1b]*(\x1b\[31m[^\x1b]+\x1b\[0m *){0,2}", right)
    recorded = trace(GALLERY["mazur-2-2-2"].output())
    names = [v.name for v in parameters(recorded)]
    table = updates(recorded, 0.5, names, inks=Inks("\x1b[34m", "\x1b[31m"))
    assert re.sub(r"\x1b\[\d+m", "", table) == updates(recorded, 0.5, names)
    assert table.count("\x1b[34m") == 2 * table.count("\x1b[31m") == 2 * (len(names) + 1)


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


def test_a_factor_of_one_is_not_written_and_of_minus_one_the_sign_alone():
    """It reads dx = dy, not dy*1, and dz = -dy."""
    x, z = leaves(x=3.0, z=1.0)
    y = x - z
    label(y=y)
    assert [
        line.split("  |  ")[1].split("  ")[1] for line in str(trace(y)).splitlines()[1:] if "d" in line
    ] == [
        "dy/dx",
        "dy/dz",
        "dz = -dy",
        "dx = dy",
        "dy = 1",
    ]


@pytest.mark.parametrize("length", range(62, 71))
def test_a_statement_of_66_characters_is_whole_and_a_longer_one_is_cut_in_its_middle(length):
    """Then it has 66, with both of its ends."""
    a, b = Value(1.0, label="a"), Value(2.0, label="b" * (length - 6))
    y = a * b
    label(y=y)
    statement = str(trace(y)).splitlines()[3].split("  ")[0]
    assert len(statement) == min(length, 66)
    assert ("…" in statement) == (length > 66)
    assert statement.startswith("y = a*b")
    assert statement.endswith("b")


@pytest.mark.parametrize("length", [8, 15, 24, 44, 60])
def test_a_text_is_cut_to_its_length_where_it_is_longer_and_else_left_alone(length):
    """At its end or in its middle: what is left are its beginning and its end."""
    for count in range(2 * length):
        text = "".join(map(chr, range(0x3B1, 0x3B1 + count)))
        short, middle = shortened(text, length), cut_in_the_middle(text, length)
        if count <= length:
            assert short == middle == text
            continue
        assert len(short) == len(middle) == length
        assert short == text[: length - 1] + "…"
        left, right = middle.split(" … ")
        assert text.startswith(left)
        assert text.endswith(right)


@pytest.mark.parametrize("rate", [0.5, -1.0])
def test_an_update_goes_down_by_rate_times_gradient_for_each_name(rate):
    """Also where it goes up, in columns of aligned decimal points and at the digits asked for."""
    x, w = leaves(x=1.25, w=-3.0)
    y = x * x * w / 7
    lines = updates(trace(y), rate, ["w", "x"], digits=3).splitlines()[1:]
    y.backward()
    assert [line.split() for line in lines] == [
        [name, number(v.data, 3), number(v.grad, 3), number(v.data - rate * v.grad, 3)]
        for name, v in (("w", w), ("x", x))
    ]
    points = [[found.start() for found in re.finditer(r"\.", line)] for line in lines]
    assert set(points[0]) <= set(points[1])


def test_a_listing_has_four_decimals_by_default():
    """As every table and drawing."""
    (x,) = leaves(x=1 / 3)
    assert listing(trace(x * x)) == listing(trace(x * x), digits=4)
    assert "0.3333 " in listing(trace(x * x))


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


@pytest.mark.parametrize("width", [80, 60, 44])
def test_updates_fit_a_width_by_shorter_names(width):
    """Their numbers are whole, in the columns that they have anyway."""
    names = {"w" * length: 1.2345678 * length for length in (2, 30, 60)}
    y = leaves(**names)[0] * leaves(x=1.5)[0]
    for v in leaves(**names):
        y += v * v
    whole = updates(trace(y), 0.5, names, digits=7).splitlines()
    fitting = updates(trace(y), 0.5, names, digits=7, width=width).splitlines()
    assert max(map(len, fitting)) <= width < max(map(len, whole))
    assert [line.split()[-3:] for line in fitting] == [line.split()[-3:] for line in whole]


@pytest.mark.parametrize("text", ["y = 1.25*1.25 + 2", "v\u0304 = 1.5 + 2.5"])
def test_a_line_is_cut_where_it_takes_more_columns_than_there_are(text):
    """At its own breadth, in which accents take no column, it is whole; at one less it is cut to fit."""
    room = breadth(text)
    assert cut(text, room) == text
    assert "…" in cut(text, room - 1)
    assert breadth(cut(text, room - 1)) <= room - 1


def test_a_line_is_filled_to_its_last_column():
    """What ends in the last column stands on the line still, and in one column less it does not."""
    assert folded("y = aa + bb + cc", 11) == ["y = aa + bb", "    + cc"]
    assert folded("y = aa + bb + cc", 10) == ["y = aa", "    + bb", "    + cc"]


def test_what_is_left_out_of_a_long_listing_is_counted_as_people_count():
    """By thousands."""
    x = Value(0.5, label="x")
    for _ in range(1299):
        x = x.sin()
    text = listing(trace(x), ends=8)
    left_out = re.search(r"… ([\d,]+) more", text)[1]
    shown = sum(line.startswith(("v", "x")) for line in text.splitlines())
    assert left_out == f"{1300 - shown:,}"
    assert left_out.startswith("1,2")
