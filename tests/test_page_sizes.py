"""The page on the screens that people have: no working is cut, no column is lost, at any step."""

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
