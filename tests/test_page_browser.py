"""The page in a real browser: stepping, keys, links, play, prediction, copies, no scripts, no network."""

import json

import pytest
from browser import Page, choose, needs_chromium, set_slider
from hostile import LABELS

from scalargrad import Value, total, trace
from scalargrad.examples import example

pytestmark = needs_chromium
STEPS = 19  # of the 2-2-1 net: 9 forward, the seed, 9 reverse
SCRIPT = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "net.html"
    trace(example("sigmoid-2-2-1").output()).to_html(path)
    return path.as_uri()


@pytest.fixture
def page(browser, net):
    """Yield the page of the 2-2-1 net; whatever a test does, nothing is logged and nothing is loaded."""
    page = Page(browser, net)
    yield page
    messages, sent = page.logs()
    assert messages == []
    assert {address.partition("#")[0] for address in sent} <= {net}


def test_each_step_is_the_same_whichever_way_it_is_reached(page):
    """Going back restores what was shown; so do going to the ends and to any step by the slider."""
    forward = [page.state]
    for _ in range(STEPS):
        page.do("next")
        forward.append(page.state)
    assert page.step == STEPS
    assert len({json.dumps(state) for state in forward}) == STEPS + 1
    for state in reversed(forward[:-1]):
        page.do("previous")
        assert page.state == state
    page.do("last")
    assert page.state == forward[-1]
    page.do("first")
    assert page.state == forward[0]
    set_slider(page, 12)
    assert page.state == forward[12]


def test_keys_step(page):
    """Arrows, Home, End and f move; space plays and pauses."""
    right, left, home, end = "\ue014", "\ue012", "\ue011", "\ue010"
    for key, step in ((right, 1), (right, 2), (left, 1), ("f", 9), ("f", STEPS), (home, 0), (end, STEPS)):
        page.press(key)
        assert page.step == step
    page.press(home)
    page.press(right, "input.step")
    assert page.step == 1


def test_play_goes_to_the_end_and_pauses_on_request(page):
    """The button is labelled Pause while it plays, and Play again at the end."""
    button = page.one("[data-do=play]")
    page.press(" ")
    assert button.get_attribute("aria-label") == "Pause"
    page.press(" ")
    assert button.get_attribute("aria-label") == "Play"
    page.browser.execute_script("document.querySelector('[data-choose=speed]').options[2].value = 20")
    choose(page, "speed", 20)
    page.do("play")
    page.wait(lambda: page.step == STEPS)
    page.wait(lambda: button.get_attribute("aria-label") == "Play")


def test_the_address_names_the_step(page, browser, net):
    """#step=7 opens step 7, stepping writes the address, changing it goes there, others are ignored."""
    page = Page(browser, net, "#step=7")
    assert page.step == 7
    page.do("next")
    page.wait(lambda: browser.current_url.endswith("#step=8"))
    browser.execute_script("location.hash = '#step=3'")
    page.wait(lambda: page.step == 3)
    assert Page(browser, net, "#step=99").step == STEPS
    assert Page(browser, net, "#step=x<b>").step == 0


def test_adjoints_are_unknown_until_they_are_computed(page):
    """Before its first contribution an adjoint is –, never 0; a sum that is not complete ends with +."""
    assert page.adjoint("x1") == "–"
    assert page.one(".trace td.value input").get_attribute("value") == "0.888"
    shown = []
    for step in (15, 16, 18, 19):
        set_slider(page, step)
        shown.append(page.adjoint("x1"))
    assert shown == ["–", "−0.0445 +", "−0.0445 +", "0.0571"]


def test_what_is_active_is_marked_in_all_panes(page):
    """Figure and table mark the same instruction; the step's edges are marked, forwards and back."""
    page.do("next")
    (node,), (row,) = page.all(".node.active"), page.all("tr.active")
    assert node.get_attribute("data-node") == row.get_attribute("data-slot") == "11"
    assert len(page.all(".edge.forward")) == 4
    assert not page.all(".edge.reverse")
    assert len(page.all(".node.todo")) == len(page.all("tr.todo")) == 8
    page.do("last")
    assert len(page.all(".edge.reverse")) == 4
    assert len(page.all(".edge.fired")) == 21 - 4
    assert not page.all(".todo")


def test_a_row_and_its_numbers_jump(page):
    """In the forward phase to the step that computes it, later to the one that completes its adjoint."""
    page.click("tr[data-slot='13'] .formula")
    assert page.step == 3
    page.click("tr[data-slot='0'] td.adjoint")
    assert page.step == STEPS
    page.click("tr[data-slot='13'] .formula")
    assert page.step == 13
    page.click("tr[data-slot='13'] td.value")
    assert page.step == 3


def test_the_answer_is_hidden_until_it_is_revealed(page):
    """Predict first: the formula is shown, numbers are ?; the next press reveals, the one after goes on."""
    page.do("predict")
    page.do("next")
    answers = page.all(".working.current .answer")
    assert len(answers) == 2
    assert not any(
        line.is_displayed() for answer in answers for line in answer.find_elements("css selector", "math")
    )
    assert page.one(".node.active text.value").text == "= ?"
    assert "1.3669" not in page.browser.execute_script("return document.querySelector('main').innerText")
    assert page.one(".announcement").get_attribute("textContent") == "Step 1: v₁₁ = x₁w₁ + x₂w₂ = ?"
    page.do("next")
    assert page.step == 1
    assert page.one(".node.active text.value").text == "= 1.3669"
    page.do("next")
    page.press("\ue007")
    assert (page.step, page.one(".announcement").get_attribute("textContent")) == (
        2,
        "Step 2: a₁ = v₁₁ + b₁ = 1.3669 + 0 = 1.3669",
    )
    page.do("previous")
    assert page.one(".node.active text.value").text == "= 1.3669"  # known already
    page.do("predict")
    page.do("next")
    assert "?" not in page.working()


def test_a_node_shows_its_whole_adjoint_and_an_edge_its_contribution(page):
    """x1 is used twice: two products are summed.  Before it is computed the numbers are hidden."""
    set_slider(page, STEPS)
    page.click("[data-node='0']")
    selection = page.one(".selection")
    assert "sum over 2 uses" in selection.text
    assert "(−0.0458)(0.97)+(0.0577)(1.76)" in "".join(selection.text.split())
    page.click("[data-edge='11-0']")
    assert "(0.0577)(1.76)=0.1015" in "".join(selection.text.split())
    set_slider(page, 16)
    assert "0.1015" not in selection.text
    page.one(".selection > div > button:last-child").click()
    assert page.step == STEPS
    page.press("\ue00c")
    assert not selection.is_displayed()


def test_nodes_and_edges_are_reached_by_keyboard(page):
    """They are labelled buttons, and Enter and space press them; a node is named with its numbers."""
    for selector in ("[data-node='3']", "[data-edge='13-0']"):
        shape = page.one(selector)
        assert shape.get_attribute("role") == "button"
        page.wait(lambda: not page.all("body.settling"))
        assert shape.get_attribute("aria-label")
        page.browser.execute_script("arguments[0].focus()", shape)
        page.browser.switch_to.active_element.send_keys(" ")
        assert page.one(".selection").is_displayed()
        assert page.step == 0
        page.press("\ue00c")


def test_everything_to_press_has_a_name(page):
    """Buttons, the slider and the choice of speed are labelled; the step is announced politely."""
    for control in page.all("button, input, select"):
        assert control.accessible_name or not control.is_displayed(), control.get_attribute("outerHTML")
    assert page.one("[role=status]").get_attribute("aria-live") == "polite"


def test_two_copies_in_one_page_are_independent(browser, tmp_path):
    """As a notebook shows them: stepping in one frame leaves the other, its keys and its address alone."""
    t = trace(example("sigmoid-2-2-1").output())
    path = tmp_path / "notebook.html"
    path.write_text(
        f"<!DOCTYPE html><meta charset=utf-8>{t._repr_html_()}{t._repr_html_()}", encoding="utf-8"
    )
    page = Page(browser, path.as_uri())
    frames = page.all("iframe")
    browser.switch_to.frame(frames[0])
    page.press("\ue014")
    page.click("tr[data-slot='13'] td.value")
    assert page.step == 3
    browser.switch_to.default_content()
    browser.switch_to.frame(frames[1])
    assert page.step == 0
    page.do("next")
    browser.switch_to.default_content()
    browser.switch_to.frame(frames[0])
    assert page.step == 3
    browser.switch_to.default_content()
    assert browser.current_url == path.as_uri()
    assert page.logs()[0] == []


def test_letters_and_digits_are_of_the_fonts_in_the_page(page, browser):
    """Upright and italic, in text, in the figure and in formulas, whatever fonts the machine has."""
    set_slider(page, 12)
    selector = "h1, h2, .legend span, label, .active text, .active tspan, .active td, .current *, footer p"
    for domain in ("DOM", "CSS"):
        browser.execute_cdp_cmd(f"{domain}.enable", {})
    root = browser.execute_cdp_cmd("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    nodes = browser.execute_cdp_cmd("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"]
    fonts = {
        font["postScriptName"] if font["isCustomFont"] else font["familyName"]
        for node in nodes
        for font in browser.execute_cdp_cmd("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    }
    for domain in ("CSS", "DOM"):
        browser.execute_cdp_cmd(f"{domain}.disable", {})
    assert fonts == {"Scalargrad-Regular", "Scalargrad-Italic"}


def test_without_scripts_all_is_there(browser, net):
    """The final figure, the complete table and every working are shown; controls are not."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page = Page(browser, net)
        assert not page.one(".controls").is_displayed()
        assert [a.text.strip() for a in page.all(".trace td.adjoint")][:2] == ["0.0571", "−0.0796"]
        assert page.one("svg .output text.value").text == "= 0.7416"
        workings = page.all(".working")
        assert len(workings) == STEPS + 1
        assert all(working.is_displayed() for working in workings)
        assert all(answer.is_displayed() for answer in page.all(".answer"))
        assert page.one(".sums").is_displayed()
        assert page.one("[id='step=3']").is_displayed()  # where an address leads
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_printed_it_is_complete_and_then_as_before(page, browser):
    """Paper gets the last state and all workings; the screen keeps its step."""
    page.do("next")
    before = page.state
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert page.adjoint("x1") == "0.0571"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert all(working.is_displayed() for working in page.all(".working"))
    assert not page.one(".controls").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert page.state == before


def test_labels_are_text_wherever_they_stand(browser, tmp_path):
    """No label becomes markup or script, and each comes back exactly or visibly cut."""
    y = total([Value(1.0, label=label) for label in (*LABELS, "same", "same")])
    y.label = SCRIPT
    path = tmp_path / "hostile.html"
    trace(y).to_html(path, title=SCRIPT)
    page = Page(browser, path.as_uri())
    assert browser.title == SCRIPT
    assert not page.all("img, b, script:not(#packed) ~ script")
    names = [row.get_attribute("textContent") for row in page.all(".trace th [aria-hidden]")]
    for label in LABELS:
        shown = label.encode("unicode_escape").decode() if not label.isprintable() else label
        assert not label or any(
            name == shown or (name[-1] == "…" and shown.startswith(name[:-1])) for name in names
        )
    page.do("last")
    assert page.step == int(page.one("input.step").get_attribute("max")) > 1
    for shape in page.all("[data-node]"):
        page.click(f"[data-node='{shape.get_attribute('data-node')}']")
    messages, sent = page.logs()
    assert messages == []
    assert {address.partition("#")[0] for address in sent} == {path.as_uri()}


def test_a_single_leaf_has_a_page_too(browser, tmp_path):
    """Its only step is the seed."""
    path = tmp_path / "leaf.html"
    trace(Value(2.0, label="x")).to_html(path)
    page = Page(browser, path.as_uri())
    assert page.adjoint("x") == "–"
    page.do("next")
    assert (page.adjoint("x"), page.step, page.logs()[0]) == ("1", 1, [])


def test_the_policy_holds(page):
    """A script or style that is added later does not run and loads nothing."""
    page.browser.execute_script(
        "const script = document.createElement('script'), image = new Image();"
        "script.textContent = 'document.title = 1';"
        "image.src = 'https://example.invalid/'; document.body.append(script, image)"
    )
    assert page.browser.title != "1"
    messages, _ = page.logs()
    assert len(messages) == 2
    assert all("Content Security Policy" in message for message in messages)
