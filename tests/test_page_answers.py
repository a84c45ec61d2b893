"""Answers that are typed on the page: judged as by hand, slips named as Python names them, with a tally."""

import re
from decimal import ROUND_DOWN, Decimal
from importlib.resources import files

import pytest
from browser import Page, needs_chromium, set_slider

from scalargrad import trace
from scalargrad.checking.claims import Precision, claims_of
from scalargrad.checking.places import Place, order_of_work
from scalargrad.checking.slips import SLIPS
from scalargrad.checking.spans import Span
from scalargrad.checking.work import Work
from scalargrad.examples import GALLERY, example
from scalargrad.page.evaluator import COMMON, evaluator

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


def slipped(t):
    """Return what Python's table gives at every place that a page asks for: the slips with their guesses.

    But for a last digit: of that a page, which shows rounded numbers, cannot tell whether it is a slip.
    """
    work, found = Work(t, Precision(9, 9, None)), {}
    for place in order_of_work(t, {}):
        work.keep(place, work.at(place))
    slips = [slip for slip in SLIPS if slip.name != "last digit off"]
    for v in t:
        if v.parents:
            found[f"value {v.index}"] = Place("value", v)
    for c in handed_on(t):
        found[f"contribution {c.child.index}-{c.position}"] = Place("contribution", c.target, c.edge)
    return {
        what: [(slip, guess) for slip in slips for guess in slip.at(work, place)]
        for what, place in found.items()
    }


@pytest.mark.parametrize("name", GALLERY)
def test_slips_are_named_as_python_names_them(browser, name):
    """What the table gives is wrong; common formulas are named, and each name is one of Python's."""
    t = trace(example(name).output())
    exact, slips = asked(t), slipped(t)
    questions = [
        (what, typed(guess.number), slip)
        for what, found in slips.items()
        for slip, guess in found
        if not meant(typed(guess.number)).meets(Span(exact[what], exact[what]))
    ]
    verdicts = judged(browser, t, [question[:2] for question in questions])
    assert len(questions) > 20
    for (what, number, slip), verdict in zip(questions, verdicts, strict=True):
        assert not verdict["ok"], (what, number)
        is_common = slip.belief and slip.weight >= COMMON
        assert verdict["remark"] or not is_common, (what, number, slip.name)
        span = meant(number)
        fitting = {said(slip, guess) for slip, guess in slips[what] if span.low <= guess.number <= span.high}
        assert not verdict["remark"] or plain(verdict["remark"]) in fitting, (what, number, verdict, fitting)


def typed(number):
    """Return a number with so many decimals that it says enough."""
    return f"{number:.9f}" if abs(number) > 1e-3 else f"{number:.15f}"


def meant(text):
    """Return the numbers that are written like this."""
    ((claim,), _) = claims_of({"": text})
    return claim.meant


FACTORS = {
    "local derivative left out",
    "product as a sum",
    "sign of the difference forgotten",
    "gate forgotten",
}


def said(slip, guess):
    """Return what a page says of a guess: it does not write the formula of a factor that is left out."""
    return "the local derivative is left out" if slip.name in FACTORS else plain(guess.words)


def plain(text):
    """Return the name of a slip without the signs in which texts and pages differ."""
    text = re.sub(r"[₀-₉]", lambda d: str("₀₁₂₃₄₅₆₇₈₉".index(d[0])), text)
    text = re.sub(r"the adjoint of (\w+) is left out.*", r"the adjoint of \1 is left out", text)
    for page, python in {
        "·": "*",
        "′": "'",
        "−": "-",
        "(": "",
        ")": "",
        "[": "",
        "]": "",
        "²": "**2",
        "³": "**3",
    }.items():
        text = text.replace(page, python)
    return text


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


@pytest.fixture
def net(browser, tmp_path):
    """Return the page of the 2-2-1 net, which predicts."""
    path = tmp_path / "page.html"
    trace(example("sigmoid-2-2-1").output()).to_html(path)
    page = Page(browser, path.as_uri())
    page.do("predict")
    return page


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


@pytest.mark.parametrize("focus", ["[data-do=predict]", "[data-do=fit]", "body", "[data-node='3']"])
def test_who_types_a_number_while_one_is_asked_for_answers(net, focus):
    """Wherever the focus is; it goes to the first field that is open, where Enter judges."""
    set_slider(net, 1)
    for first in "10.-+":
        net.browser.execute_script(
            "document.activeElement.blur(); document.querySelector(arguments[0]).focus()", focus
        )
        net.browser.switch_to.active_element.send_keys(first)
        field = net.browser.switch_to.active_element
        assert field.get_attribute("aria-label") == "v₁₁"
        field.send_keys("9\ue007")
        assert field.get_attribute("value") == f"{first}9"
        assert net.one(".guess output").text.startswith("✗")


def test_letters_and_numbers_that_answer_nothing_are_keys_as_before(net):
    """A letter is a command while a number is asked for, and a sign zooms while none is."""
    net.do("next")
    net.one("[data-do=predict]").click()  # nothing is asked for any more
    view = "return document.querySelector('.view:not(.hidden)').getAttribute('viewBox')"
    before = net.browser.execute_script(view)
    net.press("+")
    assert net.browser.execute_script(view) != before
    net.press("0")
    net.one("[data-do=predict]").click()
    net.do("next")
    net.browser.execute_script("document.activeElement.blur()")
    net.press("f")
    assert net.step == 9
