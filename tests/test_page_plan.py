"""The steps that the page takes: those of Python; to another output; in forward mode, by one leaf."""

from importlib.resources import files

import pytest
from browser import Page, choose, needs_chromium, set_slider

from scalargrad import trace
from scalargrad.engine.node import evaluation_order
from scalargrad.examples import GALLERY, example
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page.evaluator import evaluator
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.progress import progress


def run(browser, t, returned, *arguments):
    """Return what an expression is in the scripts of the page."""
    scripts = [
        files("scalargrad.page").joinpath(f"{name}.js").read_text("utf-8")
        for name in ("numbers", "sweep", "plan")
    ]
    return browser.execute_script(
        "\n".join(["const digits = 4;", evaluator(t), *scripts, f"return {returned};"]), *arguments
    )


@pytest.mark.parametrize("name", GALLERY)
def test_the_steps_are_those_of_python(any_browser, name):
    """The same phases of the same rows in the same order, for every value of an example as the output."""
    nodes = evaluation_order(example(name).output())
    t = WengertList.of(nodes[-1])
    plans = run(
        any_browser,
        t,
        "trace.map((_, i) => planOf(i).steps.slice(1).map(({phase, row}) => `${phase} ${row}`))",
    )
    for node, plan in zip(nodes, plans, strict=True):
        alone = WengertList.of(node)
        slots = {v.index: t[value].index for v, value in zip(alone, evaluation_order(node))}
        assert plan == [f"{step.phase} {slots[step.instruction.index]}" for step in alone.steps]


@pytest.mark.parametrize("name", GALLERY)
def test_derivatives_of_any_output_by_any_leaf(any_browser, name):
    """The sweep from each value, and tangents by each leaf, are the adjoints of a trace that ends there."""
    nodes = evaluation_order(example(name).output())
    t = WengertList.of(nodes[-1])
    leaves = [v.index for v in t if v.role in {"input", "parameter"}]
    back = run(
        any_browser,
        t,
        "trace.map((_, i) => { const {known} = swept(new Map(), i);"
        " return trace.map((_, k) => known.get(`adjoint ${k}`)); })",
    )
    ahead = run(
        any_browser,
        t,
        "arguments[0].map((x) => { const {known} = swept(new Map(), undefined, x);"
        " return trace.map((_, k) => known.get(`tangent ${k}`)); })",
        leaves,
    )
    for i, node in enumerate(nodes):
        alone = WengertList.of(node)
        expected = {t[value].index: v.adjoint for v, value in zip(alone, evaluation_order(node))}
        assert back[i] == pytest.approx([expected.get(k, 0.0) for k in range(len(t))], rel=1e-12, abs=1e-300)
        by_leaf = [tangents[i] for tangents in ahead]
        assert by_leaf == pytest.approx([expected.get(k, 0.0) for k in leaves], rel=1e-12, abs=1e-300)


SHOWN = """return Object.fromEntries([...document.querySelectorAll('tbody tr[data-slot]')].map((row) =>
  [row.dataset.slot, row.querySelector('td.adjoint').textContent.replace(/[\\u2007\\u2008]/g, '').trim()]))"""


@needs_chromium
@pytest.mark.parametrize("name", GALLERY)
def test_what_is_known_of_an_adjoint_is_what_python_knows(browser, tmp_path, name):
    """At every step: nothing, a part of the sum that says so, or the whole."""
    t, path = trace(example(name).output()), tmp_path / "page.html"
    t.to_html(path)
    page, known = Page(browser, path.as_uri()), progress(t, TextbookWriter())
    for step in range(len(t.steps) + 1):
        set_slider(page, step)
        shown = browser.execute_script(SHOWN)
        assert shown == {str(v.index): known[v].adjoint_at(step) for v in t if v.role != "constant"}


@needs_chromium
def test_another_output_is_chosen_and_everything_is_about_it(browser, tmp_path):
    """Formulas, table and graph name the output; what it does not depend on is no step."""
    path = tmp_path / "page.html"
    t = trace(example("sigmoid-2-2-1").output())
    t.to_html(path)
    page = Page(browser, path.as_uri(), "#step=19")
    choose(page, "output", t["h1"].index)
    assert page.one("input.step").get_attribute("max") == page.one("input.step").get_attribute("value") == "7"
    assert "∂h1" in page.one(".trace thead").get_attribute("textContent")
    node = page.one("[data-node='2']").get_attribute("textContent")
    assert "∂h1/∂w1 = 0.1437" in node.replace("\u200b", "")
    assert page.adjoint("w1") == "0.1437"
    assert page.adjoint("w5") == "–"
    set_slider(page, 4)
    assert "".join(page.one(".working.current math").text.split()) == "h1"
    page.wait(lambda: browser.current_url.endswith("#step=4&%3Aof=h1"))
    again = Page(browser, path.as_uri(), "#step=7&:of=h1&w1=2")
    again.wait(lambda: again.step == 7)
    assert again.adjoint("w1") != "0.1437"
    choose(again, "output", t.output.index)
    assert again.one("input.step").get_attribute("max") == "19"


@needs_chromium
def test_forward_mode_carries_one_derivative_along(browser, tmp_path):
    """Each step gives a value and its derivative by the leaf, with the sum over its parents."""
    path = tmp_path / "page.html"
    t = trace(example("sigmoid-2-2-1").output())
    t.to_html(path)
    page = Page(browser, path.as_uri())
    choose(page, "by", t["w1"].index)
    page.do("next")
    assert (page.adjoint("w1"), page.adjoint("w2"), page.adjoint("h1")) == ("1", "0", "–")
    for _ in range(3):
        page.do("next")
    assert page.adjoint("h1") == "0.1437"
    assert "(0.1619)(0.888)" in "".join(page.working().split())
    page.do("last")
    assert page.adjoint("y") == f"{t['w1'].adjoint:.4f}"
    choose(page, "by", "")
    page.do("last")
    assert page.adjoint("w1") == f"{t['w1'].adjoint:.4f}"
    assert page.logs()[0] == []
