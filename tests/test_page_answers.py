"""Answers that are typed on the page: judged as by hand, slips named as Python names them, with a tally."""

import math
import re
from decimal import ROUND_DOWN, Decimal
from importlib.resources import files

import pytest
from browser import Page, needs_chromium, set_slider
from scalargrad.study.claims import Claim, Precision
from scalargrad.study.slips import Work, contribution_slips, value_slips

from scalargrad import trace
from scalargrad.engine.node import evaluation_order
from scalargrad.examples import GALLERY, example
from scalargrad.page.evaluator import evaluator

pytestmark = needs_chromium
SCRIPTS = [
    files("scalargrad.page").joinpath(f"{name}.js").read_text("utf-8")
    for name in ("numbers", "sweep", "plan", "judging")
]
SETTING = "\n".join([*SCRIPTS, "const now = swept(new Map());"])


def judged(browser, t, questions):
    """Return how the page judges answers, each what is asked with what is typed."""
    judge = "return arguments[0].map(([what, typed]) => judge(what, claimOf(typed)));"
    script = f"const digits = 4;{evaluator(t)}\n{SETTING}\n{judge}"
    return browser.execute_script(script, questions)


def handed_on(t):
    """Return the contributions that a page shows: what constants get, nothing needs."""
    return [c for c in t.contributions.values() if c.target.role != "constant"]


def asked(t):
    """Return what the steps of a trace ask for: every computed value, every contribution."""
    numbers = {f"value {v.index}": v.value for v in t if v.parents}
    handed = {f"contribution {c.child.index}-{c.position}": c.contribution for c in handed_on(t)}
    return numbers | handed


@pytest.mark.parametrize("name", GALLERY)
def test_a_number_rounded_or_cut_to_any_decimals_is_right(browser, name):
    """With two decimals or with nine, rounded or truncated, with a comma or a true minus sign."""
    t = trace(example(name).output())
    questions = []
    for what, x in asked(t).items():
        for decimals in (2, 4, 9):
            if 10**-decimals > max(abs(x), 10**-4):
                continue  # it says too little of so small a number
            cut = Decimal(f"{x:.12g}").quantize(Decimal(10) ** -decimals, rounding=ROUND_DOWN)
            questions += [(what, f"{x:.{decimals}f}"), (what, f"{cut:f}".replace("-", "−").replace(".", ","))]
    verdicts = judged(browser, t, questions)
    assert [
        question for question, verdict in zip(questions, verdicts, strict=True) if not verdict["ok"]
    ] == []


@pytest.mark.parametrize("name", GALLERY)
def test_slips_are_named_as_python_names_them(browser, name):
    """Each slip that Python knows at a single step gives a number that is wrong, with a name that fits it."""
    output = example(name).output()
    for i, node in enumerate(evaluation_order(output)):
        node.label = node.label or f"q{i}"  # else Python takes sums without a label apart
    t = trace(output)
    work = Work(t, Precision(9), None)
    for v in t:
        work.value(v)
    for v in reversed(t.instructions):
        work.adjoint(v)
    slips = {f"value {v.index}": list(value_slips(work, v)) for v in t if v.parents}
    for c in handed_on(t):
        slips[f"contribution {c.child.index}-{c.position}"] = list(contribution_slips(work, c.edge))
    exact = asked(t)
    questions = [
        (what, repr(number))
        for what, found in slips.items()
        for number, _ in found
        if math.isfinite(number) and not Claim.of("", repr(number)).is_near(exact[what], 0.0)
    ]
    for (what, typed), verdict in zip(questions, judged(browser, t, questions), strict=True):
        assert not verdict["ok"], (what, typed)
        claim = Claim.of("", typed)
        names = {plain(text) for number, text in slips[what] if claim.is_near(number, 0.0)}
        assert plain(verdict["remark"]) in names, (what, typed, verdict, names)


def plain(text):
    """Return the name of a slip without the signs in which texts and pages differ."""
    return re.sub(r"[₀-₉]", lambda d: str("₀₁₂₃₄₅₆₇₈₉".index(d[0])), text).replace("·", "*").replace("′", "'")


def test_a_number_that_says_too_little_is_asked_for_again(browser):
    """0 is 0.0512 rounded to no decimals, and everything else below a half."""
    t = trace(example("sigmoid-2-2-1").output())
    small = [what for what, x in asked(t).items() if 0 < abs(x) < 0.5]
    verdicts = judged(browser, t, [(what, "0") for what in small])
    assert len(small) > 20
    assert all(verdict == {"ok": False, "remark": "give more digits"} for verdict in verdicts)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0,5", 0.5),
        ("0,888", 0.888),
        ("1,000", None),
        ("−2.5", -2.5),
        ("1.2·10⁻³", 1.2e-3),
        ("1.2×10^-3", 1.2e-3),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_type_them(browser, typed, number):
    """A comma for the point, unless it could part thousands; true minus signs; powers of ten as shown."""
    t = trace(example("fan-out").output())
    script = f"const digits = 4;{evaluator(t)}\n{SETTING}\nreturn claimOf(arguments[0])?.number ?? null;"
    assert browser.execute_script(script, typed) == number


def test_answers_are_judged_one_after_the_other(browser, tmp_path):
    """A wrong one says its slip and may be mended; the tally counts first tries; the last one reveals."""
    path = tmp_path / "page.html"
    trace(example("sigmoid-2-2-1").output()).to_html(path)
    page = Page(browser, path.as_uri())
    page.do("predict")
    page.do("next")
    field = page.one(".guess input")
    assert field.accessible_name.replace(" ", "").startswith("v")
    field.send_keys("1.759\ue007")
    assert "the term x₂·w₂ has the wrong sign" in page.one(".guess output").text
    assert page.one(".tally").text == "0 of 1 right at the first try"
    page.browser.execute_script("arguments[0].select()", field)
    field.send_keys("1.367\ue007")
    page.wait(lambda: "1.3669" in page.working())
    assert page.one(".tally").text == "0 of 1 right at the first try"
    set_slider(page, 12)
    set_slider(page, 13)
    assert "0.3564" not in page.browser.execute_script("return document.querySelector('main').innerText")
    for answer in ("0.356", "-0.186", "0.153", "0.085"):
        page.browser.switch_to.active_element.send_keys(f"{answer}\ue007")
    page.wait(lambda: "0.3564" in page.working())
    assert page.one(".tally").text == "4 of 5 right at the first try"
    assert page.logs()[0] == []
