"""The page when its numbers are changed: what the script shows is what Python shows, to the last digit."""

import html
import math
import random
import re
from importlib.resources import files

import pytest
from browser import Page, choose, needs_chromium, set_slider

from scalargrad import Value, dot, log, nn, sqrt, total, trace
from scalargrad.cli import main
from scalargrad.engine.apply import apply
from scalargrad.errors import DomainError, RangeError, UnknownNameError
from scalargrad.examples import GALLERY, example
from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page.evaluator import evaluator
from scalargrad.page.shown import ShownList
from scalargrad.page.slots import SlotText
from scalargrad.primitives.table import rows
from scalargrad.wengert.roles import parameters

pytestmark = needs_chromium
DIGITS = range(10)
EDITS = 40  # of each example and primitive


def asset(name):
    return files("scalargrad.page").joinpath(name).read_text("utf-8")


# ---- numbers


def numbers():
    """Return numbers of every size, ties among them, which round to the even digit."""
    chance = random.Random(1)
    ties = [k / 2**n for n in range(1, 12) for k in (1, 3, 5, 7, 9, 13, 625, 99999)]
    random_ones = [chance.uniform(-1, 1) * 10 ** chance.uniform(-12, 12) for _ in range(500)]
    short = [round(chance.uniform(-99, 99), chance.randint(0, 6)) for _ in range(150)]
    special = [0.0, -0.0, 1.0, math.inf, -math.inf, math.nan, 1e7, 9999999.99999, 1e-4, 5e-324, 1.7e308]
    found = [*ties, *random_ones, *short, *special, 1e22, 123456789.0, 0.00012345, 1e-5, 100000.0, 999999.5]
    return [*found, *(-x for x in found)]


def test_numbers_are_shown_as_in_python(any_browser):
    """As text and as MathML, with the brackets that they need, for every number of decimals."""
    given = numbers()
    script = (
        f"const digits = arguments[0];{asset('numbers.js')}\n"
        "const decode = (x) => Number(x.replace('inf', 'Infinity').replace('nan', 'NaN'));"
        "return arguments[1].map(decode).map((x) => [text(x), bracketed(x, 'n'), bracketed(x, 'np'),"
        " mathml(x, ''), mathml(x, 'n'), mathml(x, 'np')]);"
    )
    for digits in DIGITS:
        found = any_browser.execute_script(script, digits, list(map(repr, given)))
        texts, maths = TextbookWriter(digits=digits), MathWriter(digits)
        for x, shown in zip(given, found):
            plain, written = texts.number(x), maths.number(x)
            loose = plain.precedence <= 0
            power = not loose and "·" in str(plain)
            in_text = [f"({plain})" if needs else str(plain) for needs in (False, loose, loose or power)]
            in_math = [
                inner(maths, maths.bracketed(written) if needs else written)
                for needs in (False, loose, loose or power)
            ]
            assert shown == [*in_text, *in_math], (x, digits)


def inner(writer, symbol):
    return writer.mathml(symbol).removeprefix("<math><mrow>").removesuffix("</mrow></math>")


# ---- the sweep


def of_rows():
    """Yield (name, output) for every primitive, with inputs that it has a value at."""
    for row in rows():
        count = row.lists * max(row.fewest, 3) if row.lists else row.arity
        least = 1.3 if row.name == "acosh" else 0.3
        leaves = [Value(least + 0.2 * i, label=f"x{i}") for i in range(count)]
        operands = row.arguments(leaves)
        yield row.symbol, apply(row, *operands) * 1.5 + leaves[0] * 0.1


TRACES = {name: trace(example(name).output()) for name in GALLERY} | {n: trace(y) for n, y in of_rows()}


def everything(t):
    """Return all that is shown of a trace: text by what it shows."""
    writer, found = TextbookWriter(), {}
    known = ShownList(t)
    for v in known:
        found |= {f"value {v.index}": v.value, f"adjoint {v.index}": v.adjoint}
    for c in known.contributions.values():
        for x in (c.local, c.contribution, c.before, c.after):
            if x is not None:
                found[x.what] = x
    return {what: str(writer.number(float(x))) for what, x in found.items()}


def edits(t):
    """Yield numbers for some leaves, near those that they have or any."""
    chance = random.Random(len(t))
    leaves = [v for v in t if not v.parents and v.role != "constant"]
    for i in range(EDITS):
        some = chance.sample(leaves, chance.randint(1, min(3, len(leaves))))
        wild = i % 3 == 0
        yield {v.index: chance.uniform(-3, 3) if wild else v.value + chance.uniform(-0.2, 0.2) for v in some}


@pytest.mark.parametrize("name", TRACES)
def test_the_sweep_is_that_of_python(any_browser, name):
    """Every value, adjoint, local derivative, contribution; where Python raises an error, it says so."""
    t = TRACES[name]
    script = (
        f"const digits = 4;{evaluator(t)}\n{asset('numbers.js')}\n{asset('sweep.js')}\n"
        "return arguments[0].map((edit) => {"
        " const { known, problem } = swept(new Map(edit));"
        " return [[...known].map(([what, x]) => [what, text(x)]), problem.said]; });"
    )
    changes = list(edits(t))
    found = any_browser.execute_script(script, [list(change.items()) for change in changes])
    for change, (pairs, said) in zip(changes, found):
        shown = dict(pairs)
        try:
            wanted = t.at(**{t[i].name: x for i, x in change.items()})
        except (DomainError, RangeError):
            assert said, change
            continue
        expected = everything(wanted)
        assert not said
        assert {what: shown[what] for what in expected} == expected, change
        assert all(shown[what] == "0" for what in shown.keys() - expected.keys())  # what nothing depends on


# ---- on the page


@pytest.fixture
def page(browser, tmp_path):
    """Return a function that opens the page of an output; nothing is logged on any."""
    opened = []

    def opens(output, fragment=""):
        path = tmp_path / "page.html"
        trace(output).to_html(path)
        opened.append(Page(browser, path.as_uri(), fragment))
        return opened[-1]

    yield opens
    for one in opened:
        assert one.logs()[0] == []


def control(page, name):
    """Return the control of a leaf."""
    return page.one(f"td input[aria-label^='{name},']")


def settled(page):
    """Return the page once what is hidden is filled too, for which there has to be time."""
    page.wait(lambda: not page.all("body.filling, body.settling"))
    return page


def typed(page, name, text):
    """Type a number in the place of that of a leaf."""
    page.browser.execute_script("arguments[0].select()", control(page, name))
    control(page, name).send_keys(text)


SHOWS = """return [...document.querySelectorAll('[data-shows]')].filter((e) => e.tagName !== 'INPUT')
.map((e) => [e.dataset.shows, e.textContent.replace(/[\\u2007\\u2008 ]/g, '')])"""


@pytest.mark.parametrize("name", GALLERY)
def test_an_edited_page_is_the_page_of_the_edited_trace(browser, tmp_path, name):
    """Whatever is shown, in graph, table, workings and sums, at the first, a middle and the last step."""
    t = trace(example(name).output())
    leaf = next(v for v in t if not v.parents and v.role != "constant")
    number = round(leaf.value + 0.37, 3)
    paths = [tmp_path / "before.html", tmp_path / "after.html"]
    t.to_html(paths[0])
    t.at(**{leaf.name: number}).to_html(paths[1])
    states = []
    for path in paths:
        page = Page(browser, path.as_uri())
        if path is paths[0]:
            typed(page, leaf.name, str(number))
        shown = []
        for step in (0, len(t.steps) // 2, len(t.steps)):
            set_slider(page, step)
            settled(page)
            shown.append(browser.execute_script(SHOWS))
        states.append(shown)
    assert len(states[0][0]) > 4 * len(t)
    assert states[0] == states[1]


def test_a_number_is_changed_by_keys_and_taken_back(page):
    """Each control is named after its leaf; u takes the last change back, r all of them."""
    net = page(example("sigmoid-2-2-1").output(), "#step=19")
    before = settled(net).state
    names = [e.get_attribute("aria-label") for e in net.all(".trace td input")]
    assert names == [f"{v.name}, its value" for v in TRACES["sigmoid-2-2-1"] if not v.parents]
    control(net, "w1").send_keys("\ue013")  # the arrow up
    assert control(net, "w1").get_attribute("value") == "1.86"
    typed(net, "w2", "-1")
    net.press("u")
    assert control(net, "w2").get_attribute("value") == "0.4"
    net.press("r")
    assert settled(net).state == before


def test_a_selected_leaf_has_a_slider(page):
    """It stays while it is dragged, and one drag is taken back in one go."""
    net = page(example("sigmoid-2-2-1").output(), "#step=19")
    net.click("[data-node='2']")
    slider = net.one(".sliding input")
    assert slider.get_attribute("aria-label") == "w1, its value"
    drag = (
        "for (const x of arguments[1]) { arguments[0].value = x;"
        " arguments[0].dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    net.browser.execute_script(drag, slider, ["2.5", "3.5", "4"])
    assert control(net, "w1").get_attribute("value") == "4"
    net.press("u")
    assert control(net, "w1").get_attribute("value") == "1.76"
    net.click("[data-node='11']")  # which is computed
    assert not net.one(".sliding").is_displayed()


def focused(page, name):
    """Return all digits of the number of a leaf, which its control has while it is typed in."""
    page.browser.execute_script("arguments[0].focus()", control(page, name))
    return float(control(page, name).get_attribute("value"))


@pytest.mark.parametrize("name", [name for name, one in GALLERY.items() if one.rate])
def test_a_step_of_descent_is_that_of_the_source(browser, tmp_path, name):
    """θ - η ∂y/∂θ for weights and biases, at the η of the source; inputs and targets stay."""
    one = GALLERY[name]
    path = tmp_path / "page.html"
    assert main(["page", name, "-o", str(path)]) == 0
    page = Page(browser, path.as_uri())
    page.do("descend")
    t = trace(one.output())
    for leaf in (v for v in t if not v.parents and v.role != "constant"):
        moved = leaf.value - one.rate * leaf.adjoint if leaf in parameters(t) else leaf.value
        assert focused(page, leaf.name) == pytest.approx(moved, rel=1e-14)
    for leaf, printed in one.updated.items():
        assert f"{focused(page, leaf):.12f}".startswith(printed[:-1])


def test_descent_goes_on_and_is_taken_back(page):
    """Its course is drawn and said; it ends where it is stopped, and a rate that is none is marked."""
    net, t = page(example("sigmoid-2-2-1").output(), "#step=19"), TRACES["sigmoid-2-2-1"]
    for _ in range(3):
        net.press("d")
        t = t.at(**{v.name: v.value - 0.1 * v.adjoint for v in t if v.name[0] in "wb"})
    assert net.one(".course").text == f"y after 3 steps: 0.7416 → {t.output.value:.4f}"
    net.do("descending")
    net.wait(lambda: "after 6 steps" in net.one(".course").text)
    net.do("descending")
    said = net.one(".course").text
    for _ in range(2):
        net.press("u")
    assert net.one(".course").text != said
    net.press("r")
    net.browser.execute_script("document.activeElement.blur()")
    assert not net.one(".course").is_displayed()
    rate = net.one(".rate")
    rate.send_keys("x")
    net.do("descend")
    assert rate.get_attribute("aria-invalid") is not None
    assert control(net, "w1").get_attribute("value") == "1.76"


def test_a_wrong_number_is_marked_and_changes_nothing(page):
    """What is no number is no change; left alone, the control shows the number again."""
    net = page(example("sigmoid-2-2-1").output(), "#step=19")
    shown = settled(net).browser.execute_script(SHOWS)
    for text in ("", "one", "--"):
        typed(net, "w1", "\ue017" + text)
        assert control(net, "w1").get_attribute("aria-invalid") == "true"
    assert settled(net).browser.execute_script(SHOWS) == shown
    net.browser.execute_script("document.activeElement.blur()")
    assert control(net, "w1").get_attribute("value") == "1.76"


def test_what_is_taken_is_said_where_it_was_typed(page):
    """Seen at the control and heard, with the number that stays, until something else is done."""
    net = page(example("sigmoid-2-2-1").output(), "#step=19")
    for text, said in (("abc", "type a number"), ("1.5x", "type a number"), ("1,000", "may part thousands")):
        typed(net, "w1", text + "\ue007")
        remark = net.one("td[data-leaf='2'] .remark")
        assert said in remark.text
        assert remark.text.endswith("; 1.76 stays")
        assert net.one(".announcement").get_attribute("textContent") == remark.text
        assert control(net, "w1").get_attribute("value") == "1.76"
    net.do("previous")
    assert not net.all(".remark")
    net.one(".rate").send_keys("x\ue007")
    assert "type a number" in net.one(".descent .remark").text
    typed(net, "w1", "1.5\ue007")
    assert not net.all(".remark")


def test_the_address_keeps_the_numbers(page, browser):
    """A link shows just what was shown; names are escaped."""
    x, y = Value(2.0, label="a & b=c"), Value(3.0, label="y")
    first = page(x * y, "#step=2")
    typed(first, "a & b=c", "5")
    first.wait(lambda: "=5" in browser.current_url)
    fragment = browser.current_url.partition("#")[2]
    again = page(x * y, f"#{fragment}")
    assert again.step == 2
    assert control(again, "a & b=c").get_attribute("value") == "5"
    assert again.adjoint("y") == "–"
    again.do("last")
    assert again.adjoint("y") == "5"


def test_a_number_outside_of_a_domain_is_said_and_taken_back(page):
    """At its node, in words; whatever follows from it is unknown, and one key brings all back."""
    x = Value(2.0, label="x")
    net = page(log(x) + sqrt(x), "#step=7")
    before = settled(net).state
    typed(net, "x", "-1")
    problem = net.one(".problem")
    assert problem.is_displayed()
    assert re.match(r"v₁ is not defined at x = −1: ln\(?x\)? needs x > 0\. Press u", problem.text), (
        problem.text
    )
    assert [node.get_attribute("data-node") for node in net.all(".node.undefined")] == ["1"]
    assert net.one(".node[data-node='1'] .value").text == "= ?"
    net.browser.execute_script("document.activeElement.blur()")
    net.press("u")
    assert not problem.is_displayed()
    assert settled(net).state == before


def test_local_derivatives_stand_on_the_edges(page):
    """Once the child is computed, with the number of the moment; a switch hides them."""
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    net = page((w * x).tanh())
    texts = lambda: [e.get_attribute("textContent") for e in net.all(".on-edge text")]  # noqa: E731
    assert texts() == ["", "", ""]
    net.do("next")
    assert texts() == ["2", "3", ""]
    typed(net, "w", "-1.5")
    assert texts() == ["2", "−1.5", ""]
    assert net.all(".on-edge text")[0].is_displayed()
    net.do("locals")
    assert not net.all(".on-edge text")[0].is_displayed()


def test_magnitudes_are_widths_and_signs(page):
    """Of what edges hand back, and only once they have; what is changed changes them."""
    w, x = Value(-3.0, label="w"), Value(2.0, label="x")
    net = page(w * x)

    def looks():
        edges = net.all(".edge[data-edge]")
        width = "return getComputedStyle(arguments[0].querySelector('.line')).strokeWidth"
        return [
            (
                float(net.browser.execute_script(width, edge).removesuffix("px")),
                [sign for sign in ("positive", "negative") if sign in edge.get_attribute("class").split()],
            )
            for edge in edges
        ]

    net.do("weigh")
    assert [sign for _, sign in looks()] == [[], []]
    net.do("last")
    (to_w, plus), (to_x, minus) = looks()  # 2 and -3
    assert (plus, minus) == (["positive"], ["negative"])
    assert 0 < to_w < to_x
    typed(net, "x", "-9")
    (to_w, sign), (to_x, _) = looks()
    assert (sign, to_w > to_x) == (["negative"], True)
    net.do("weigh")
    assert [sign for _, sign in looks()] == [[], []]


def test_what_is_spoken_has_the_numbers_of_the_moment(page):
    """The announcement of a step, with brackets where a negative number needs them."""
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    net = page(w * x, "#step=1")
    assert net.one(".announcement").get_attribute("textContent") == "Step 1: v₂ = wx = 3·2 = 6"
    typed(net, "x", "-2")
    assert net.one(".announcement").get_attribute("textContent") == "Step 1: v₂ = wx = 3·(−2) = −6"


def test_a_name_cannot_end_the_script(page, browser):
    """Nor say anything in it."""
    x = Value(2.0, label="</script><script>document.title = 'no'</script>")
    page(x * 3.0)
    assert browser.title != "no"


def test_marks_of_slots_are_no_part_of_what_is_read():
    """Every mark in a text says what it shows and nothing else."""
    writer = SlotText()
    (number,) = (v.value for v in ShownList(trace(Value(3.0, label="x"))))
    text = str(writer.name("w") * writer.number(number))
    assert re.findall("\ue000(.*?)\ue001", html.unescape(text)) == ["value 0|n"]


def awkward():
    """Yield outputs whose pages are easily broken, by name."""
    yield "every primitive", total([y for _, y in of_rows()])
    leaves = [Value(0.1 * i, label=f"w{i}") for i in range(10)]
    yield "plain inputs", (dot(leaves, [float(i) for i in range(10)]) + Value(1.0, label="b")).tanh()
    yield "a constant that is weighed", (Value(2.0, label="w") * 3.0 + Value(1.0, label="b")).tanh()
    yield "labels", Value(2.0, label="a\x85b") * Value(3.0, label="|s99|") + Value(1.0, label="|o|")
    yield "two networks", nn.MLP(1, [2, 1], seed=1)([0.5]) * nn.MLP(1, [2, 1], seed=2)([0.5])
    model = nn.MLP(2, [2, 1], seed=1)
    yield "a batch", total([model([1.0, 2.0]), model([0.5, -1.0])])
    yield "one leaf", Value(2.0, label="x")
    yield "a leaf called step", Value(2.0, label="step") * Value(3.0, label="w")


SELECT = """const selector = '.view:not(.hidden) :is([data-node], [data-edge])';
const shapes = [...document.querySelectorAll(selector)];
return shapes.filter((_, i) => i % Math.ceil(shapes.length / 30) === 0).filter((e) => {
  e.dispatchEvent(new MouseEvent('click', {bubbles: true}));
  return !document.querySelector('.selection:not([hidden]) :is(.equation, table)');
}).map((e) => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("output", [pytest.param(y, id=name) for name, y in awkward()])
def test_no_page_is_dead(page, output):
    """Its script starts, goes to the end and shows every view; nodes and edges can be selected."""
    net = page(output)
    net.wait(lambda: net.all("html.js"))
    for view in [e.get_attribute("value") for e in net.all("[data-choose=view] option")] or [None]:
        if view:
            choose(net, "view", view)
        for step in (0, int(net.one("input.step").get_attribute("max"))):
            set_slider(net, step)
            assert net.browser.execute_script(SELECT) == []


def test_a_leaf_may_be_called_step(page, browser):
    """The number of the step in an address is no number of a leaf."""
    net = page(Value(2.0, label="step") * Value(3.0, label="w"), "#step=2")
    assert control(net, "step").get_attribute("value") == "2"
    typed(net, "step", "5")
    net.wait(lambda: browser.current_url.endswith("#step=2&step=5"))


def test_the_course_is_that_of_its_output(page):
    """Another output has none, until descent goes on."""
    net = page(example("mazur-2-2-2").output())
    net.press("d")
    assert "E after one step" in net.one(".course").text
    choose(net, "output", trace(example("mazur-2-2-2").output())["o1"].index)
    assert not net.one(".course").is_displayed()


def test_paper_gets_the_steps_that_were_chosen(page):
    """In their order: of forward mode or another output, too."""
    t = trace(example("sigmoid-2-2-1").output())
    net = page(example("sigmoid-2-2-1").output(), "#step=5")
    for what, key in (("output", t["h1"].index), ("by", t["w1"].index)):
        choose(net, what, key)
        count = int(net.one("input.step").get_attribute("max")) + 1
        net.browser.execute_script("dispatchEvent(new Event('beforeprint'))")
        numbers = [e.get_attribute("textContent") for e in net.all(".planned .number")]
        assert numbers == ["Start", *(f"Step {i}" for i in range(1, count))]
        assert "?" not in "".join(e.get_attribute("textContent") for e in net.all(".planned"))
        net.browser.execute_script("dispatchEvent(new Event('afterprint'))")


def test_descent_moves_what_is_named_and_says_so(page, tmp_path, browser):
    """Where no weight is recognised every leaf moves, and the page says which; with names, those alone."""
    m, x, c = (Value(v, label=name) for v, name in ((2.0, "m"), (1.0, "x"), (0.5, "c")))
    y = (m * x + c) ** 2
    net = page(y)
    assert net.one(".moves").text == "moves m, x, c"
    trace(y).to_html(tmp_path / "named.html", parameters=["m", "c"])
    named = Page(browser, (tmp_path / "named.html").as_uri())
    named.do("descend")
    assert control(named, "x").get_attribute("value") == "1"
    assert control(named, "m").get_attribute("value") != "2"
    with pytest.raises(UnknownNameError):
        trace(y).to_html(parameters=["k"])
    assert not page(example("sigmoid-2-2-1").output()).all(".moves")
