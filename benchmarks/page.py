"""Measure the page: how large it is, how long an edit takes to be seen.

Run `python benchmarks/page.py`; it needs Chromium with its driver.  The time is the median over ten edits
of one leaf at the last step, from the event to the frame after it.
"""

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from scalargrad import Trace, Value, nn, trace
from scalargrad.examples import example

EDIT = """const [number, done] = arguments, control = document.querySelector('td[data-leaf] input');
const began = performance.now();
control.focus();
control.value = String(number);
control.dispatchEvent(new Event('input', {bubbles: true}));
requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));"""


def chain(length: int) -> Value:
    """Return a chain of products and tanh."""
    y = Value(0.5, label="x")
    for i in range(length):
        y = (y * Value(0.1 * i, label=f"w{i}")).tanh()
    return y


def traces() -> dict[str, Trace]:
    """Return the traces whose pages are measured."""
    net = nn.MLP(3, [12, 12, 1], activation="tanh", seed=1)
    return {
        "2-2-1 net": trace(example("sigmoid-2-2-1").output()),
        "net of 12 and 12": trace(net([0.5, -1.0, 0.25])),
        "chain of 130": trace(chain(130)),
    }


def opened() -> Any:
    """Return a browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu"):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def edits(browser: Any) -> list[float]:
    """Return the milliseconds of ten edits, each after the page came to rest."""
    times = []
    for i in range(10):
        time.sleep(0.4)
        times.append(float(browser.execute_async_script(EDIT, 0.1 + 0.01 * i)))
    return times


def main() -> None:
    """Print a table."""
    browser = opened()
    print("| page | slots | edges | kB | ms an edit |\n|---|---|---|---|---|")
    for name, t in traces().items():
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "page.html")
            t.to_html(path)
            browser.get(f"{path.as_uri()}#step={len(t.steps)}")
            time.sleep(2)
            edges, size = sum(len(v.parents) for v in t), path.stat().st_size / 1000
            print(f"| {name} | {len(t)} | {edges} | {size:.0f} | {statistics.median(edits(browser)):.0f} |")
    browser.quit()


if __name__ == "__main__":
    main()
