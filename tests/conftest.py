"""Property tests draw the same examples in every run, none is judged by its time; pages have a browser."""

from typing import TYPE_CHECKING

import pytest
from browser import chromium
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

settings.register_profile("laws", derandomize=True, deadline=None, database=None, max_examples=80)
settings.load_profile("laws")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Chrome]":
    """Yield a browser, the same for all tests of a module."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver
