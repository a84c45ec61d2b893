"""A pytest plugin that writes how long tests take, and runs those it is told in the order it is told."""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

SECONDS: dict[str, float] = defaultdict(float)
FAILED: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where to write what the tests took."""
    parser.addoption("--seconds")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note the seconds of all phases of a test, or that it does not pass."""
    SECONDS[report.nodeid] += report.duration
    if not report.passed:
        FAILED.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the seconds of all tests, and which did not pass."""
    path = session.config.getoption("--seconds")
    if path and "PYTEST_XDIST_WORKER" not in os.environ:
        Path(path).write_text(json.dumps({"seconds": SECONDS, "failed": FAILED}), encoding="utf-8")
