"""The page for those who do not see it, or press no mouse: held against the WCAG 2.2 AA rules of axe-core."""

from importlib.resources import files

import pytest
from browser import Page, choose, needs_chromium, set_slider

from scalargrad import exercise, trace
from scalargrad.examples import GALLERY, example

pytestmark = needs_chromium
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: arguments[0] }).then((found) => done(found.violations.map(
  (one) => [one.id, one.impact, one.nodes.length, one.nodes[0].html, one.nodes[0].failureSummary])));"""


@pytest.fixture(scope="module")
def axe():
    """Return the source of axe-core."""
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed (pip install '.[pages]')")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


SIZES = [*((name, 1400) for name in GALLERY), ("sigmoid-2-2-1", 390), ("mazur-2-2-2", 390)]


@pytest.mark.parametrize(("name", "width"), SIZES)
def test_no_rule_is_broken(browser, axe, tmp_path, name, width):
    """At the start and in the reverse phase with a node selected; on a telephone, too."""
    t, path = trace(example(name).output()), tmp_path / "page.html"
    t.to_html(path, source=example(name).code)
    browser.set_window_size(width, 900)
    page = Page(browser, path.as_uri())
    browser.execute_script(axe)
    for step in (0, len(t.steps) - 1):
        set_slider(page, step)
        if step > 2:
            page.click(f"[data-node='{t.output.index}']")
        page.wait(lambda: not page.all("body.filling, body.settling"))
        assert browser.execute_async_script(RUN, TAGS) == []
    browser.set_window_size(1400, 900)


@pytest.mark.parametrize("view", ["neurons", "layers"])
def test_no_rule_is_broken_in_another_view(browser, axe, tmp_path, view):
    """Neurons and layers are reached and named as values are."""
    path = tmp_path / "page.html"
    trace(example("mazur-2-2-2").output()).to_html(path)
    page = Page(browser, path.as_uri(), "#step=20")
    browser.execute_script(axe)
    choose(page, "view", view)
    page.wait(lambda: not page.all("body.filling, body.settling"))
    assert browser.execute_async_script(RUN, TAGS) == []


def test_no_rule_is_broken_while_something_is_asked_or_in_forward_mode(browser, axe, tmp_path):
    """With fields for answers, beside the program; with derivatives by one leaf."""
    t, path = trace(example("sigmoid-2-2-1").output()), tmp_path / "page.html"
    t.to_html(path, source=example("sigmoid-2-2-1").code)
    page = Page(browser, path.as_uri())
    browser.execute_script(axe)
    page.do("predict")
    set_slider(page, 1)
    set_slider(page, 2)
    choose(page, "pane", "program")
    assert browser.execute_async_script(RUN, TAGS) == []
    page.do("predict")
    choose(page, "by", next(v.index for v in t if not v.parents and v.role != "constant"))
    page.press("\ue010")  # End
    page.wait(lambda: not page.all("body.filling, body.settling"))
    assert browser.execute_async_script(RUN, TAGS) == []


def test_no_rule_is_broken_on_the_page_of_an_exercise(browser, axe, tmp_path):
    """While it asks, with a wrong answer."""
    path = tmp_path / "page.html"
    exercise(example("sigmoid-2-2-1").output(), seed=1).to_html(path)
    page = Page(browser, path.as_uri())
    page.wait(lambda: page.all("html.js"))
    browser.execute_script(axe)
    page.do("next")
    page.one(".guess input").send_keys("9.999\ue007")
    page.wait(lambda: not page.all("body.filling, body.settling"))
    assert browser.execute_async_script(RUN, TAGS) == []
