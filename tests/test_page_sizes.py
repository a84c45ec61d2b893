"""The page on the screens that people have: no working is cut, no column is lost, at any step."""

import re
from importlib.resources import files

import pytest
from browser import Page, needs_chromium

from scalargrad import trace
from scalargrad.examples import GALLERY, example
from scalargrad.page import page as page_of

pytestmark = needs_chromium
SIZES = [(1366, 650), (1024, 768), (1280, 720), (390, 844), (1440, 900), (2560, 1440)]
CUT = """const slider = document.querySelector('input.step'), found = [];
const over = (e) => e.scrollWidth > e.clientWidth + 1;
const pane = document.querySelector('.workings'), table = document.querySelector('.trace > .scroll');
for (let step = 0; step <= Number(slider.max); step += 1) {
  slider.value = step;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  const working = document.querySelector('.working.current');
  const cut = pane.scrollHeight - pane.clientHeight;
  if (cut > 1) found.push([step, 'working cut below', cut]);
  const boxes = [pane, ...working.querySelectorAll('.equation, .transfers')];
  if (boxes.some(over)) found.push([step, 'working cut at the side']);
  if (over(table)) found.push([step, 'table cut at the side']);
  const formulas = [...working.querySelectorAll('math')];
  const size = Math.min(...formulas.map((math) => parseFloat(getComputedStyle(math).fontSize)));
  if (size < 16) found.push([step, 'formulas too small', size]);
}
if (document.documentElement.scrollWidth > innerWidth) found.push(['page', 'wider than the screen']);
return found;"""

FRAME = (720, 560)  # nine digits scroll there


@pytest.fixture
def net(tmp_path):
    """Return the address of the page of the 2-2-1 net."""
    path, one = tmp_path / "page.html", example("sigmoid-2-2-1")
    path.write_text(page_of(trace(one.output()), one.title, source=one.code), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("name", GALLERY)
def test_nothing_is_cut(browser, tmp_path, name):
    """Every step of every example on each screen, with the digits and the program that the command gives."""
    path, one = tmp_path / "page.html", example(name)
    text = page_of(trace(one.output()), one.title, digits=one.digits, source=one.code)
    path.write_text(text, encoding="utf-8")
    page = Page(browser, path.as_uri())
    page.wait(lambda: page.all("html.js"))
    for width, height in [*SIZES, *([FRAME] if one.digits <= 4 else [])]:
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        assert browser.execute_script(CUT) == [], (width, height)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


SCREENS = [(1280, 800), (1366, 740), (1024, 768), (900, 1400), (500, 1400), (390, 844), (1920, 1080)]
FIGURE = """const slider = document.querySelector('input.step'), letters = [], isDown = new Set();
const [done] = arguments, frame = () => new Promise(requestAnimationFrame);
const placed = (selector) => document.querySelector(selector).getBoundingClientRect();
const pane = placed('.canvas');
const isWhole = [...document.querySelectorAll('.node')].map((e) => e.getBoundingClientRect()).every(
  (e) => e.left >= pane.left && e.right <= pane.right && e.top >= pane.top && e.bottom <= pane.bottom);
const look = async () => {
  for (let step = 1; step <= Number(slider.max); step += 1) {
    slider.value = step;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await frame(); // in which the pane has the room that the working leaves
    await frame();
    letters.push(14 * document.querySelector('.view:not(.hidden)').getScreenCTM().a);
    const [first, last] = [placed('[data-node="0"]'), placed('[data-node="19"]')];
    isDown.add(last.top - first.top > last.left - first.left);
  }
  done([isWhole, Math.min(...letters), isDown.size]);
};
look();"""


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_at_first_sight_the_whole_figure_is_seen_and_then_its_letters_are_read(browser, net, width, height):
    """Of the 2-2-1 net: before the first step nothing is cut; then letters have 8 pixels; it never turns."""
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    page = Page(browser, net)
    page.wait(lambda: page.all("html.js"))
    is_whole, letters, directions = browser.execute_async_script(FIGURE)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert is_whole
    assert letters >= 8.3
    assert directions == 1


def test_a_figure_turns_with_its_window_and_keeps_what_is_selected(browser, net):
    """Down where that shows more of it, back to the right where there is room; nodes stay the nodes."""
    page = Page(browser, net, "#step=19")
    page.wait(lambda: page.all("html.js"))
    page.click("[data-node='13']")
    places = []
    for width in (1400, 500, 1400):
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        script = "return [...document.querySelectorAll('.node')].map((e) => e.getAttribute('transform'))"
        places.append(browser.execute_script(script))
        assert page.one(".selected").get_attribute("data-node") == "13"
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert places[0] == places[2] != places[1]


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_keys_and_signs_are_explained_in_sight(browser, net, width, height):
    """Every letter that is a key has a line of its own or shares one, and no line is out of the window."""
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    page = Page(browser, net)
    page.one(".key summary").click()
    places = [line.rect for line in page.all(".key dl div")]
    signs = " ".join(line.text for line in page.all(".key dt"))
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert all(0 <= r["x"] <= width - r["width"] and 0 <= r["y"] <= height - r["height"] > 0 for r in places)
    keys = files("scalargrad.page").joinpath("keys.js").read_text("utf-8").split("const keys = {")[1]
    letters = re.findall(r"\b([a-z]): actions", keys.split("};")[0])
    assert len(letters) == 4
    assert set(letters) <= set(re.findall(r"\w+", signs))
