"""Laws of checked hand work: rounding is accepted, a slip is named, and blamed once."""

import itertools
import json
import math
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalargrad import Value, trace
from scalargrad.checking.report import CheckReport
from scalargrad.errors import NumberError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate
from scalargrad.wengert.columns import Inks

NET = trace(example("sigmoid-2-2-1").output())
DOCUMENT = {"a1": 1.367, "h1": 0.797, "a2": -0.236, "h2": 0.441, "a3": 1.055, "y": 0.741}
ADJOINTS = {"d a3": 0.192, "d h1": 0.357, "d h2": -0.186, "d a1": 0.058, "d a2": -0.046, "d w1": 0.051}


def verdict(claims, name, **options):
    """Return the checked row of a name."""
    return next(row for row in NET.check(claims, **options).rows if row.name == name)


def test_the_document_s_own_arithmetic_passes():
    """1.055 carries a rounding and 0.741 is truncated; both are legitimate hand work."""
    report = NET.check(DOCUMENT, digits=3)
    assert report.ok
    assert report.first_wrong is None
    assert [row.verdict for row in report.rows] == ["rounded"] * 4 + ["carried", "truncated"]
    assert "All 6 numbers are right." in str(report)


def test_a_value_stands_for_its_name():
    """Labelled or not: what it is called in the trace."""
    x, w = Value(2.0, label="x"), Value(3.0)
    t = trace(x * w)
    assert str(t.check({x: 2.0, w: 4.0, "d x": 3.0})) == str(t.check({"x": 2.0, "v1": 4.0, "d x": 3.0}))
    with pytest.raises(UnknownNameError):
        t.check({Value(1.0): 1.0})


def test_the_reverse_phase_passes_when_rounded_on_the_way():
    """Adjoints computed from rounded values and rounded σ' are accepted."""
    assert NET.check(DOCUMENT | ADJOINTS).ok


@given(st.integers(2, 8))
def test_the_exact_numbers_rounded_to_any_digits_pass(digits):
    """Whoever computes exactly and rounds at the end is right, forwards and backwards."""
    claims = {row.name: round(row.value, digits) for row in NET}
    claims |= {f"d {row.name}": round(row.adjoint, digits) for row in NET}
    assert NET.check(claims, digits).ok


@given(st.integers(3, 8), st.sampled_from([row.name for row in NET if row.parents]), st.sampled_from([-1, 1]))
def test_an_error_of_a_hundred_units_is_found_and_blamed_once(digits, name, sign):
    """The first wrong step is the one that was changed, and those after it are not wrong in themselves."""
    claims = {row.name: round(row.value, digits) for row in NET}
    claims[name] += sign * 100 * 10.0**-digits
    report = NET.check(claims, digits)
    assert report.first_wrong
    assert report.first_wrong.name == name


SLIPS = {
    "a term with the wrong sign": ({"a1": 1.759}, "a1", "the term x2*w2 has the wrong sign"),
    "a term left out": ({"a1": 1.563}, "a1", "the term x2*w2 is left out"),
    "no activation": (DOCUMENT | {"h1": 1.367}, "h1", "sigmoid was not applied: this is a1"),
    "a misplaced point": ({"a1": 13.669}, "a1", "the decimal point is misplaced"),
    "a factor left out": (
        DOCUMENT | {"d h1": 0.357, "d a1": 0.357},
        "d a1",
        "the factor h1*(1 - h1) is left out",
    ),
    "a forgotten contribution": (
        DOCUMENT | ADJOINTS | {"d x1": 0.102},
        "d x1",
        "the contribution through a2 is forgotten (+=)",
    ),
    "a sign": ({"d w5": -0.153}, "d w5", "the sign is reversed"),
    "sigma prime at a": (
        # σ'(h1) = σ(0.797)(1 - σ(0.797)) = 0.21435 in the place of σ'(a1) = 0.16186
        DOCUMENT | {"d h1": 0.3564, "d a1": 0.0764},
        "d a1",
        "sigmoid' is taken at h1, not at a1",
    ),
    "a(1 - a) of z": (
        # 1.367 (1 - 1.367) = -0.5015
        DOCUMENT | {"d h1": 0.3564, "d a1": -0.1788},
        "d a1",
        "has a1 in the place of h1",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_common_slip_is_named(slip):
    """The number fits what the slip would give, so the report says which it was."""
    claims, name, remark = SLIPS[slip]
    row = verdict(claims, name)
    assert row.verdict == "wrong"
    assert remark in row.remark


def judged(text, at, claims):
    """Return the judgements on claims at an expression; its output is y unless it has a name."""
    output = evaluate(text, at)
    output.label = output.label or "y"
    return trace(output).check(claims).rows


# Work in two decimals: what it was in exact numbers and where the largest accepted error comes from.
ROUNDED_ON_THE_WAY = {
    "a third, times 9": ("a = x/3; z = 9*a", {"z": "2.97"}, {"z": "2.89"}),
    "what came of rounding, times 10": ("a = x/3; z = 9*a; u = 10*z", {"u": "29.70"}, {"u": "28.90"}),
    "each product of a sum": ("z = dot([w, w, w, w], [v, v, v, v])", {"z": "0.68"}, {"z": "0.72"}),
    "a local derivative": ("a = x/3; y = 100*a", {"d x": "33.00"}, {"d x": "32.00"}),
    "the adjoint above": ("a = 100*x; y = a/3", {"d x": "33.00"}, {"d x": "31.00"}),
    "an adjoint": ("a = 100*x; u = 0.33*a; y = 0.5*u", {"d x": "17.00"}, {"d x": "18.50"}),
    "each contribution": ("y = " + " + ".join(["0.5*(x*0.33)"] * 4), {"d x": "0.68"}, {"d x": "0.72"}),
}
AT = {"x": 1.0, "w": 0.333, "v": 0.5}


@pytest.mark.parametrize("case", ROUNDED_ON_THE_WAY)
def test_what_comes_of_rounding_on_the_way_is_accepted_and_no_more(case):
    """An error of a unit at each step, handed on by the local derivatives, is somebody's honest work."""
    text, accepted, wrong = ROUNDED_ON_THE_WAY[case]
    at = {name: x for name, x in AT.items() if name in text}
    assert [row.verdict for row in judged(text, at, accepted)] == ["carried"]
    assert [row.verdict for row in judged(text, at, wrong)] == ["wrong"]


def test_a_number_that_was_written_down_is_gone_on_with_exactly():
    """With a = 0.33 there is nothing left to round in 9a; one contribution alone is added to nothing."""
    (_, z) = judged("a = x/3; z = 9*a", {"x": 1.0}, {"a": "0.33", "z": "2.94"})
    assert z.verdict == "wrong"
    (d,) = judged("y = 0.5*(x*0.33)", {"x": 1.0}, {"d x": "0.18"})
    assert d.verdict == "wrong"


@pytest.mark.parametrize("factor", [10, 100, 0.1, 0.01])
def test_a_point_one_or_two_places_off_is_named_in_values_and_adjoints(factor):
    """To the left or to the right."""
    for text, name in (("a = x*1", "a"), ("y = 1.36688*t", "d t")):
        (row,) = judged(
            text, {"x": 1.36688} if name == "a" else {"t": 2.0}, {name: f"{1.36688 * factor:.6f}"}
        )
        assert (row.verdict, row.remark) == ("wrong", "the decimal point is misplaced")


TANH = ("a = x*w; h = tanh(a); y = h*3", {"x": 0.5, "w": 1.2})  # h = 0.5370, h' = 0.7116
REVERSE_SLIPS = {
    "the adjoint above is left out": (
        *TANH, {"d h": "3", "d a": "0.7116"}, "the adjoint of h is left out: this is 1 - h*h alone",
    ),
    "the local derivative is left out": (*TANH, {"d a": "3.0000"}, "the factor 1 - h*h is left out"),
    "the value for its derivative": (*TANH, {"d a": "1.6111"}, "tanh is taken in the place of"),
    "the wrong factor": (*TANH, {"d a": "2.1347", "d w": "2.5616"}, "w itself is taken in the place of its"),
    "one way of two, by its name": (
        "a = x*2; b = x*5; y = a*b", {"x": 0.7}, {"d x": "7.0000"}, "the contribution through b is forgotten",
    ),
    "one way of two, by its formula": (
        "y = x*2*x", {"x": 0.7}, {"d x": "1.4000"}, "the contribution of v2*x is forgotten",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", REVERSE_SLIPS)
def test_a_slip_in_the_reverse_phase_is_named(slip):
    """The number fits what it would give."""
    text, at, claims, remark = REVERSE_SLIPS[slip]
    *_, row = judged(text, at, claims)
    assert row.verdict == "wrong"
    assert row.remark.startswith(remark)


def test_the_last_digit_of_a_small_number_is_nobodys_slip_either():
    """What is off by less than 1e-12 of itself is exact."""
    recorded = trace(evaluate("y = x*x", {"x": 0.01}))
    assert recorded.check({"y": repr(1e-4 * (1 + 5e-13))}).rows[0].verdict == "exact"
    assert recorded.check({"y": repr(1e-4 + 5e-12)}).rows[0].verdict != "exact"


def test_a_report_is_a_table_with_a_sentence_below_it():
    """Numbers stand on their points, the exact ones with two decimals more; one, some or all are right."""
    assert str(NET.check({"a1": "1.37", "h1": "0.7968", "a2": "-12.5"})).splitlines() == [
        "step      your number      exact         remark",
        "a1             1.37     1.3669    ok",
        "h1             0.7968   0.796876  ok     truncated",
        "a2           -12.5     -0.236     WRONG  no known slip gives this number:",
        "                                         compute it once more",
        "",
        "1 step is wrong, the first of them a2.",
    ]
    assert str(NET.check({"a1": "1.37"})).endswith("\n\nThe number is right.")
    assert str(NET.check({"a1": "1.37", "h1": "0.80"})).endswith("\n\nBoth numbers are right.")
    both = str(NET.check({"a1": "1.50", "a2": "7.00"}))
    assert both.endswith("\n\n2 steps are wrong, the first of them a1.")


def test_what_no_slip_explains_says_where_to_look_first():
    """The first step on the way that is not written; where all of it is, the step itself."""
    report = NET.check({"d w1": "0.3210"})
    assert "no known slip" in report.rows[0].remark
    assert "look first at a1, which is not written" in report.rows[0].remark


def test_a_given_number_may_be_called_as_a_constant_is(capsys):
    """The e of an expression is Euler's unless it is given."""
    from scalargrad.cli import main

    assert main(["check", "e*x", "e=0.5", "x=2", "d x=0.5"]) == 0
    assert main(["check", "e*x", "x=2", "d x=2.718"]) == 0
    capsys.readouterr()


def test_what_only_follows_from_a_slip_is_not_acceptable():
    """A report is not ok before the number is right, though nobody is blamed twice."""
    rows = NET.check({"a1": 1.759, "h1": 0.853}).rows
    assert not CheckReport(rows[1:])
    assert CheckReport(rows[1:]).first_wrong is None


def test_a_weight_updated_too_early_is_named_when_the_rate_is_known():
    """Mazur's hidden layer must use the w5 from before its update."""
    recorded = trace(example("mazur-2-2-2").output())
    early = 0.138498562 * 0.35891648 - 0.038098236 * 0.5
    report = recorded.check({"d h1": round(early, 6)}, rate=0.5)
    assert report.first_wrong
    assert "updated before it was used" in report.first_wrong.remark
    assert recorded.check({"d h1": 0.036350}, rate=0.5).ok


def test_what_follows_from_a_slip_is_not_blamed_again():
    """With a1 wrong, the h1 that belongs to it is right in itself, and the report is still not ok."""
    report = NET.check({"a1": 1.759, "h1": 0.853})
    assert [row.verdict for row in report.rows] == ["wrong", "follows"]
    assert report.first_wrong
    assert report.first_wrong.name == "a1"
    assert not report


WHOLE_NUMBERS = {
    "x*x": ({"x": 3.0}, {"d x": 3}, {"d x": 6}),
    "(x**2 + 1)**3": ({"x": 2.0}, {"y": 64}, {"y": 125}),
    "x*y": ({"x": 3.0, "y": 4.0}, {"d x": 3, "d y": 4}, {"d x": 4, "d y": 3}),
    "h = w*x; h**2": ({"w": 2.0, "x": 3.0}, {"h": 5}, {"h": 6, "d h": 12, "d w": 36, "d x": 24}),
}


@pytest.mark.parametrize("text", WHOLE_NUMBERS)
def test_whole_numbers_that_need_no_rounding_get_no_slack(text):
    """Where every step is a whole number, a wrong whole number is wrong."""
    values, wrong, right = WHOLE_NUMBERS[text]
    output = evaluate(text, values)
    output.label = output.label or ("y" if "y" not in values else "")
    assert trace(output).check(right).ok
    for name, x in wrong.items():
        assert not trace(output).check({name: x}).ok


def test_work_in_significant_figures_passes():
    """Three figures throughout: 1.36 has two decimals, 0.796 three, and the products were rounded, too."""
    work = {"a1": "1.36", "h1": "0.796", "a2": "-0.239", "h2": "0.441", "a3": "1.05", "y": "0.741"}
    assert NET.check(work).ok


def test_numbers_computed_in_another_way_pass_to_the_last_digit():
    """1 / (1 + exp(-a)) differs from the engine's sigmoid by an ulp, and that is nobody's slip."""
    assert NET.check({row.name: repr(row.value * (1 + 3e-16)) for row in NET if row.parents}).ok


@pytest.mark.parametrize("claim", [math.nan, "one", "", "inf"])
def test_only_a_number_can_be_claimed(claim):
    """Anything else is refused with the name it was claimed for."""
    with pytest.raises(NumberError, match="expected a number for a1"):
        NET.check({"a1": claim})


@pytest.mark.parametrize("spelling", ["d w5", "dw5", "∂w5", "∂y/∂w5", "dy/dw5"])
def test_an_adjoint_has_the_usual_spellings(spelling):
    """They all mean ∂y/∂w5."""
    assert NET.check({spelling: 0.1527}).ok


def test_unknown_steps_get_the_nearest_names_and_nothing_is_not_a_check():
    """A misspelt step is not silently skipped."""
    with pytest.raises(UnknownNameError, match="did you mean a1"):
        NET.check({"a11": 1.0})
    with pytest.raises(UnknownNameError, match="nothing to check"):
        NET.check({})


def test_claims_come_from_arguments_json_and_csv(capsys, tmp_path):
    """The command line reads all three; its status tells right from wrong."""
    from scalargrad.cli import main

    (tmp_path / "work.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "work.csv").write_text("step,number\n" + "\n".join(f"{n},{x}" for n, x in DOCUMENT.items()))
    for arguments in (
        [f"{name}={x}" for name, x in DOCUMENT.items()],
        ["--file", str(tmp_path / "work.json")],
        ["--file", str(tmp_path / "work.csv")],
    ):
        assert main(["check", "sigmoid-2-2-1", *arguments]) == 0
        assert "All 6 numbers are right." in capsys.readouterr().out
    assert main(["check", "sigmoid-2-2-1", "a1=1.759"]) == 1
    assert "the first of them a1" in capsys.readouterr().out
    assert main(["check", "a = w*x; tanh(a)", "w=2", "x=3", "a=6", "d a=0.0"]) == 0
    assert main(["check", "sigmoid-2-2-1", "w1=2", "a1=1.58", "dy/dw5 = 0.155"]) == 0


@pytest.mark.parametrize(
    "content",
    [
        "a1,1.367\nh1,79.7%\nh2,0.441",
        "step;number\na1;1,367\nh1;0,797\nh2;0,441",
        'step,number\na1,1.367\nh,"[0.797, 0.441]"',
        '{"a1": 1.367, "h": [0.797, "44.1%"]}',
        '{"a1": "1,37", "h": "[0,797; 0,441]"}',
    ],
)
def test_a_file_holds_numbers_as_people_and_spreadsheets_write_them(capsys, tmp_path, content):
    """With either separator, percentages, decimal commas, whole vectors."""
    from scalargrad.cli import main

    path = tmp_path / "work"
    path.write_text(content)
    assert main(["check", "sigmoid-2-2-1", "--file", str(path)]) == 0
    assert "All 3 numbers are right." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot read"),
        ("[1, 2]", "expected names"),
        ("a1", "line 1: expected a step and its number"),
        ('{"a1": "x"}', "expected a number for a1, got 'x'"),
        ('{"a1": null}', "expected a number for a1, got 'null'"),
        ('{"a1": "1.3", "a1": "1.4"}', "a1 is given twice"),
    ],
)
def test_a_bad_file_gets_one_clear_line(capsys, tmp_path, content, reason):
    """Missing, foreign or malformed: status 2 and what was expected."""
    from scalargrad.cli import main

    path = tmp_path / "work"
    if content is not None:
        path.write_text(content)
    assert main(["check", "sigmoid-2-2-1", "--file", str(path)]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert len(error.splitlines()) == 1


def test_a_notebook_shows_a_table_with_the_numbers_and_words_of_the_text():
    """Signs are real, what is wrong is strong, nothing has a colour of its own, and a name is escaped."""
    report = NET.check({"a1": 1.759, "h1": 0.853, "a2": "-0.236", "d h1": 0.357, "d a1": 0.357})
    html = report._repr_html_()
    assert "<pre" not in html
    assert not re.search(r"#[0-9a-f]{3}|\brgb|(?<!-)color:", html)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in html.split("<tr")[2:]]
    assert [re.sub("<.*?>", "", row[3]) for row in rows] == ["WRONG", "follows", "ok", "ok", "WRONG"]
    assert [row.verdict == "wrong" for row in report.rows] == ["<strong>" in row[3] for row in rows]
    lines = re.sub(" {2,}", "|", str(report)).replace("-0", "−0").splitlines()[1:6]
    shown = ("|".join(cell.strip("\u2007\u2008") for cell in row if cell) for row in rows)
    assert [re.sub("<.*?>", "", line) for line in shown] == lines
    assert report._summary() in html
    hostile = trace(Value(1.0, label="<b>&") * 2)
    assert "<b>" not in hostile.check({"<b>&": 1})._repr_html_()


@pytest.mark.parametrize("name", GALLERY)
def test_a_report_fits_a_terminal_and_holds_its_words_in_every_form(name):
    """Folded to 80 columns as text; in Markdown and HTML no word is lost."""
    t = trace(example(name).output())
    wrong = {f"d {v.name}": f"{v.adjoint * 1.7 + 0.3:.4f}" for v in t if v.role != "constant"}
    report = t.check(wrong | {t.output.name: f"{-t.output.value - 1:.4f}"})
    assert max(map(len, str(report).splitlines())) <= 80
    words = {word for row in report.rows for word in (row.name, *row.remark.split())}
    for form in (report.to_markdown().replace("\\", ""), unescape(report._repr_html_())):
        assert all(word in form for word in words)


def test_numbers_of_a_report_have_the_colours_of_what_they_are_numbers_of():
    """Values and new weights that of values, derivatives that of adjoints, local derivatives none."""
    t = trace(evaluate("h = w*x; y = h**2 * w", {"w": 0.5, "x": 3.0}))
    claims = {"h": 1.5, "y": 1.125, "dh/dw": 3.0, "d h": 1.5, "d w via h": 4.5, "d w": 6.75, "new w": -2.875}
    inks = {"value": "<v>", "updated": "<v>", "local": ""}
    report = t.check(claims, rate=0.5)
    lines = report.text(inks=Inks("<v>", "<a>")).splitlines()
    assert {"value", "updated", "local", "adjoint"} < {row.kind for row in report.rows}
    for row in report.rows:
        line = next(each for each in lines if each.startswith(f"{row.name}  "))
        assert set(re.findall("<.>", line)) == {inks.get(row.kind, "<a>")} - {""}, row


@pytest.mark.parametrize(
    "loss", ["(A + B) + C", "A + (B + C)", "A + B + C", "total([A, B, C])", "total([A + B, C])"]
)
@pytest.mark.parametrize("by", [0.5, 2.0])
def test_a_squared_error_is_read_with_or_without_the_half_however_its_terms_are_added(loss, by):
    """Half of it, or of one of its terms, with half its derivatives, or twice both."""
    given = {f"{name}{i}": 0.3 + i - 0.7 * (name > "t") for name in "wt" for i in range(3)} | {"x": 1.2}
    terms = "; ".join(
        f"o{i} = w{i}*x; {each} = {'½' * (by == 2.0)}(o{i} - t{i})²" for i, each in enumerate("ABC")
    )
    t = trace(evaluate(f"{terms}; E = {loss}", given))
    for i, name in itertools.product(range(3), "ABCE"):
        right = {name: by * t[name].value, f"d o{i}": by * t[f"o{i}"].adjoint}
        report = t.check({name: f"{x:.5f}" for name, x in right.items()})
        assert report.ok, report
        assert any("Read with the squared error" in note for note in report.notes)
