"""The figure of the page, the program beside it, what is copied, where the tabulator stops."""

import re

import pytest
from browser import Page, choose, needs_chromium, set_slider

from scalargrad import nn, trace
from scalargrad.cli import main
from scalargrad.engine.node import evaluation_order
from scalargrad.examples import GALLERY, example
from scalargrad.notation.mathml import MathWriter
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.wengert.neurons import units_of

pytestmark = needs_chromium
VIEW = """const view = document.querySelector('.canvas .view:not(.hidden)');
return view.getAttribute('viewBox').split(' ').map(Number)"""
INSIDE = """const active = document.querySelector('.view:not(.hidden) .node.active').getBoundingClientRect();
const pane = document.querySelector('.canvas').getBoundingClientRect();
return active.left >= pane.left && active.right <= pane.right
  && active.top >= pane.top && active.bottom <= pane.bottom"""

LEAST_GAP = """const nodes = [...document.querySelectorAll('.view:not(.hidden) .node')];
return Math.min(...nodes.flatMap((node) => {
  const box = node.querySelector('.box').getBBox();
  const ink = [...node.querySelectorAll('text')].map((text) => {
    const base = Number(text.getAttribute('y')); // above it the letters, below it an index
    return [base - 10.5 - box.y, box.y + box.height - (base + 3 + 2.5)];
  });
  return ink.flat();
}))"""


@pytest.fixture
def net(browser, tmp_path):
    """Return the page of the 2-2-1 net with its program; nothing is logged on it."""
    path = tmp_path / "page.html"
    assert main(["page", "sigmoid-2-2-1", "-o", str(path)]) == 0
    page = Page(browser, path.as_uri())
    yield page
    assert page.logs()[0] == []


def texts(page, selector):
    """Return the texts of what is shown, as they are read."""
    return [
        e.get_attribute("textContent").replace("\u200b", "")
        for e in page.all(f".view:not(.hidden) {selector}")
    ]


def test_views_show_the_same_numbers(net):
    """In neurons and layers stand the sums, activations and δ of the trace, of the step and after an edit."""
    set_slider(net, 19)
    choose(net, "view", "neurons")
    assert [t for t in texts(net, "text.value") if t.startswith(("a", "h", "y"))][:2] == [
        "a1 = 1.3669",
        "h1 = 0.7969",
    ]
    assert "δ = ∂y/∂a1 = 0.0577" in texts(net, "text.adjoint")
    assert "∂y/∂w1 = 0.0512" in texts(net, ".on-edge text.adjoint")
    assert len(net.all(".view:not(.hidden) .node")) == 5
    net.browser.execute_script("document.querySelector('td[data-leaf=\"2\"] input').focus()")
    net.browser.switch_to.active_element.send_keys("2")
    moved = trace(example("sigmoid-2-2-1").output(w1=2.0))
    assert f"a1 = {moved['a1'].value:.4g}" in texts(net, "text.value")
    choose(net, "view", "layers")
    low, high = sorted((moved["h1"].value, moved["h2"].value))
    assert f"h: {low:.4f} … {high:.4f}" in texts(net, "text.value")
    set_slider(net, 3)
    assert "h: – … –" in texts(net, "text.value")


def test_a_neuron_is_active_while_any_of_its_rows_is(net):
    """A dot, a sum and an activation are three steps at one node."""
    choose(net, "view", "neurons")
    for step in (1, 2, 3):
        set_slider(net, step)
        (active,) = net.all(".view:not(.hidden) .node.active")
        assert active.get_attribute("data-slots") == "11 12 13"


def test_zoom_and_fit(net):
    """Buttons and keys zoom in and out about the middle; fitting shows all of it again."""
    before = net.browser.execute_script(VIEW)
    net.do("in")
    _, _, width, height = net.browser.execute_script(VIEW)
    assert (width, height) == pytest.approx((before[2] / 1.25, before[3] / 1.25), abs=0.05)
    net.press("-")
    assert net.browser.execute_script(VIEW)[2] == pytest.approx(before[2], abs=0.05)
    net.press("+")
    net.do("fit")
    assert net.browser.execute_script(VIEW) == before


def test_the_graph_is_moved_by_dragging_and_no_node_is_selected_by_that(net):
    """A drag pans what does not fit; a click selects."""
    from selenium.webdriver import ActionChains

    for _ in range(4):
        net.do("in")
    before = net.browser.execute_script(VIEW)
    node = net.one("[data-node='13'] rect")
    ActionChains(net.browser).click_and_hold(node).move_by_offset(-60, 10).release().perform()
    after = net.browser.execute_script(VIEW)
    assert after[0] > before[0]
    assert not net.one(".selection").is_displayed()
    ActionChains(net.browser).click(node).perform()
    assert net.one(".selection").is_displayed()


@pytest.mark.parametrize("name", GALLERY)
def test_the_node_of_the_step_stays_in_sight(browser, tmp_path, name):
    """Where the figure does not fit, on a telephone for instance, it follows the step."""
    path = tmp_path / "page.html"
    t = trace(example(name).output())
    t.to_html(path)
    browser.set_window_size(520, 800)
    page = Page(browser, path.as_uri())
    for step in range(1, len(t.steps) + 1):
        set_slider(page, step)
        assert browser.execute_script(INSIDE), step
    browser.set_window_size(1400, 900)


def test_the_program_marks_the_line_of_the_step(net):
    """The line that assigns what is computed, or what an unlabelled row belongs to, forwards and back."""
    choose(net, "pane", "program")
    for step, line in ((1, "a1 ="), (2, "a1 ="), (3, "h1 ="), (9, "y ="), (13, "a3 ="), (19, "a1 =")):
        set_slider(net, step)
        (current,) = net.all(".program .current")
        assert current.text.startswith(line)


def stripped(latex):
    """Return LaTeX without what only spaces it, sizes it or says how letters are set."""
    latex = re.sub(r"\\(?:left|right|operatorname|text|mathrm|,|!)(?![a-z])", "", latex)
    return re.sub(r"[{}\s&]|\\(?=ln|sin|tanh|log)", "", latex.replace(r"\cdot", "·"))


@pytest.mark.parametrize("name", GALLERY)
def test_a_copied_working_is_what_the_writer_of_latex_writes(browser, tmp_path, name):
    """Of every forward step the formula, with the numbers put in, and the result; Markdown holds the same."""
    path = tmp_path / "page.html"
    t = trace(example(name).output())
    t.to_html(path)
    page, writer = Page(browser, path.as_uri()), MathWriter()
    browser.execute_script(
        "window.kept = []; Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: async (text) => { window.kept.push(text); }}});"
    )
    for number, step in enumerate(t.steps, 1):
        if step.phase != "forward":
            continue
        set_slider(page, number)
        for form in ("latex", "markdown", "text"):
            choose(page, "copy", form)
        latex, markdown, text = browser.execute_script("return window.kept.splice(0)")
        v = step.instruction
        sides = [v.written(writer), v.substituted(writer), writer.number(v.value)]
        for side in sides:
            assert stripped(str(side)) in stripped(latex), (str(side), latex)
        assert stripped(latex).split("\\beginalign*")[1].split("\\endalign*")[0] in stripped(markdown)
        assert text.splitlines()[0].startswith(f"Step {number}")


def test_one_stop_for_the_tabulator_in_each_pane(net):
    """In the graph and in the table the arrow keys go on from the one stop; Enter selects, edits or jumps."""
    stops = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.tabIndex === 0).length"
    for pane in (".canvas .view:not(.hidden) *", ".trace tbody *"):
        assert net.browser.execute_script(stops, pane) == 1
    right, down, enter = "\ue014", "\ue015", "\ue007"
    net.browser.execute_script("document.querySelector('.canvas [tabindex=\"0\"]').focus()")
    first = net.browser.switch_to.active_element
    first.send_keys(right)
    second = net.browser.switch_to.active_element
    assert (first.get_attribute("tabindex"), second.get_attribute("tabindex")) == ("-1", "0")
    assert net.step == 0
    second.send_keys(enter)
    assert net.one(".selection").is_displayed()
    net.browser.execute_script("document.querySelector('tr[tabindex=\"0\"]').focus()")
    for _ in range(2):
        net.browser.switch_to.active_element.send_keys(down)
    net.browser.switch_to.active_element.send_keys(enter)
    assert net.browser.switch_to.active_element.get_attribute("aria-label") == "w1, its value"
    net.browser.switch_to.active_element.send_keys(enter)
    assert net.browser.switch_to.active_element.get_attribute("data-slot") == "2"


def test_nodes_are_announced_with_their_numbers(net):
    """Value and derivative, or that they are not computed yet; a question mark while they are asked."""
    name = lambda: net.one("[data-node='13']").get_attribute("aria-label")  # noqa: E731
    net.wait(lambda: not net.all("body.settling"))
    assert name() == "h₁: value not computed yet, derivative not computed yet"
    set_slider(net, 19)
    net.wait(lambda: not net.all("body.settling"))
    assert name() == "h₁: value 0.7969, derivative 0.3564"
    net.do("predict")
    set_slider(net, 2)
    set_slider(net, 3)
    net.wait(lambda: not net.all("body.settling"))
    assert name() == "h₁: value ?, derivative not computed yet"


def test_a_long_page_is_unpacked(browser, tmp_path):
    """Of a net of many rows the workings are there on request, as those of a short one; so is every view."""
    path = tmp_path / "page.html"
    t = trace(nn.MLP(3, [12, 12, 1], activation="tanh", seed=1)([0.5, -1.0, 0.25]))
    t.to_html(path)
    assert len(t) > 200
    page = Page(browser, path.as_uri(), f"#step={len(t.steps)}")
    page.wait(lambda: page.all("html.js"))
    assert page.step == len(t.steps)
    assert page.all(".working.current [data-transfer]")
    page.click("[data-node]")
    assert page.one(".selection .equation").is_displayed()
    choose(page, "view", "values")
    assert len(page.all(".view:not(.hidden) .node")) == len([v for v in t if v.role != "constant"])
    assert page.logs()[0] == []


def test_a_frame_of_a_course_site_has_graph_and_working(browser, tmp_path):
    """In 720 × 560 the trace is there on request, and nothing is cut off."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 720, "height": 560, "deviceScaleFactor": 1, "mobile": False},
    )
    path = tmp_path / "page.html"
    trace(example("sigmoid-2-2-1").output()).to_html(path)
    page = Page(browser, path.as_uri(), "#step=19")
    page.wait(lambda: page.one(".working.current").is_displayed())
    assert page.one(".figure").is_displayed()
    assert not page.one(".trace").is_displayed()
    page.do("rest")
    field = page.one(".trace td[data-leaf='2'] input")
    field.click()
    field.send_keys("2")
    page.do("rest")
    assert "0.5" in page.working() or page.one(".working.current").is_displayed()
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_browser_that_cannot_unpack_steps_through_what_is_there(browser, tmp_path):
    """Of a short trace all but the other views; a long one stays as it reads without scripts."""
    old = {"source": "delete window.DecompressionStream"}
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", old)
    try:
        short, long = tmp_path / "short.html", tmp_path / "long.html"
        trace(example("sigmoid-2-2-1").output()).to_html(short)
        trace(nn.MLP(3, [12, 12, 1], seed=1)([0.5, -1.0, 0.25])).to_html(long)
        page = Page(browser, short.as_uri())
        page.do("next")
        choose(page, "view", "neurons")
        assert page.step == 1
        assert page.one(".view[data-view=values]").is_displayed()
        page = Page(browser, long.as_uri())
        assert not page.all("html.js")
        assert page.one(".trace tbody").is_displayed()
        assert page.logs()[0] == []
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_what_lies_below_a_text_on_an_edge_takes_nothing_from_its_letters(any_browser, tmp_path):
    """With nothing else in the figure the same is seen with it and without it, in any mode, at any zoom."""
    path = tmp_path / "page.html"
    trace(example("sigmoid-2-2-1").output()).to_html(path)
    any_browser.get(path.as_uri())
    page = Page.__new__(Page)
    page.browser = any_browser
    page.wait(lambda: page.all("html.js"))
    choose(page, "view", "neurons")
    hide = "for (const e of document.querySelectorAll(arguments[0])) e.style.display = 'none'"
    for by, closer in (("", 0), ("0", 2)):
        choose(page, "by", by)
        set_slider(page, 19)
        for _ in range(closer):
            page.do("in")
        any_browser.execute_script(hide, ".edge, .node")
        assert len(page.all(".view:not(.hidden) .on-edge use")) == 6
        before = page.one(".canvas").screenshot_as_png
        any_browser.execute_script(hide, ".on-edge use")
        assert page.one(".canvas").screenshot_as_png == before
        any_browser.execute_script(hide, ".on-edge")
        assert page.one(".canvas").screenshot_as_png != before
        any_browser.execute_script(
            "for (const e of document.querySelectorAll('.on-edge, use')) e.style.display = ''"
        )


def test_no_line_is_seen_between_the_letters_of_a_local_derivative(net):
    """The line of its edge, level here, is interrupted there: 0.1619 does not look like 0:1619."""
    set_slider(net, 19)
    labels = [net.one(f".on-edge [data-shows='local {edge}']") for edge in ("13-0", "16-0", "19-0")]
    before = [label.screenshot_as_png for label in labels]
    net.browser.execute_script("document.querySelectorAll('.edge').forEach((e) => e.remove())")
    assert [label.screenshot_as_png for label in labels] == before


@pytest.mark.parametrize("name", ["sigmoid-2-2-1", "mazur-2-2-2"])
def test_neurons_show_deltas_in_reverse_mode_and_tangents_in_forward_mode(browser, tmp_path, name):
    """δ is ∂y/∂z, which forward mode has none of: there a neuron shows the tangent of what it hands on."""
    path, nodes = tmp_path / "page.html", evaluation_order(example(name).output())
    t = trace(nodes[-1])
    t.to_html(path)
    page, x = Page(browser, path.as_uri()), next(node for node in nodes if t[node].role == "input")
    for view in ("neurons", "layers"):
        choose(page, "view", view)
        choose(page, "by", "")
        set_slider(page, len(t.steps))
        assert any("δ" in text for text in texts(page, "text.adjoint"))
        choose(page, "by", t[x].index)
        set_slider(page, len(t.steps))
        assert not any("δ" in text for text in texts(page, "text.adjoint"))
    choose(page, "view", "neurons")
    shown = texts(page, "text.adjoint")
    activations = [unit.a for unit in units_of(t)]
    for node in nodes:
        if t[node] in activations:
            tangent = TextbookWriter().number(trace(node)[x.label].adjoint)  # of a trace that ends there
            assert f"∂{t[node].name}/∂{x.label} = {tangent}" in shown


def test_no_line_of_a_node_touches_its_border(net):
    """In any view, whatever is shown."""
    for view in ("values", "neurons", "layers"):
        choose(net, "view", view)
        for step in (0, 19):
            set_slider(net, step)
            least = net.browser.execute_script(LEAST_GAP)
            assert least > 1.2, (view, step)
