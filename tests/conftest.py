"""Property tests draw the same examples in every run, none is judged by its time; pages have a browser."""

import os
from typing import TYPE_CHECKING

import pytest
from browser import CHROMIUM, DRIVER, FIREFOX, chromium, firefox, geckodriver
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome, Firefox

for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):  # pytest-xdist sets the first, which commands heed
    os.environ.pop(name, None)
settings.register_profile("laws", derandomize=True, deadline=None, database=None, max_examples=80)
settings.load_profile("laws")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Chrome]":
    """Yield a browser, the same for all tests of a module."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def any_browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Chrome | Firefox]":
    """Yield one browser after the other, for what has to be the same in both."""
    if request.param == "chromium":
        if not (CHROMIUM and DRIVER):
            pytest.skip("no chromium and chromedriver (apt-get install chromium chromium-driver)")
        with chromium(tmp_path_factory.mktemp("profile")) as driver:
            yield driver
    else:
        if not (FIREFOX and geckodriver()):
            pytest.skip("no firefox and geckodriver (apt-get install firefox-esr, pip install '.[pages]')")
        with firefox() as driver:
            yield driver
