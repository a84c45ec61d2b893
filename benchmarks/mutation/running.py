"""Running tests on a mutant, in a fork of a process that has imported what tests import."""

import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

MEMORY = 6 << 30  # bytes, for a mutant that would fill the machine
SLACK, TIMES = 20.0, 3.0  # seconds for starting, and times what the tests took, until one counts as hanging
NO_WARNING = "-Wignore::pytest.PytestAssertRewriteWarning"  # that a plugin is there before pytest begins
BROKEN = 70  # how a fork ends in which pytest itself cannot run
AT_FIRST, FILES_AT_FIRST = (
    3.0,
    3,
)  # seconds of tests, of how many files, before others are so much as collected


class Chosen:
    """Run the tests that were chosen, those that a change has given another name, and no others."""

    def __init__(self, chosen: Sequence[str], known: Collection[str], killer: Path) -> None:
        self.chosen, self.known, self.killer = set(chosen), known, killer

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        items[:] = [item for item in items if item.nodeid in self.chosen or item.nodeid not in self.known]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the name of a test that fails."""
        if report.failed:
            self.killer.write_text(report.nodeid, encoding="utf-8")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write the name of a file that cannot be imported."""
        if report.failed:
            self.killer.write_text(report.nodeid, encoding="utf-8")


@dataclass(frozen=True)
class Tree:
    """A copy of the project in which modules are changed and tests run.

    Every module is compiled once; a changed one is not compiled into the cache, and gets the time of its
    last change back with its text, so that the cached one counts again.
    """

    root: Path
    seconds: Mapping[str, float]
    known: Collection[str]  # all tests that there are without a change

    def killer(self, module: str, text: str, tests: Sequence[str]) -> str | None:
        """Return the test that fails on a changed module first, or "time"; None where all pass."""
        path = self.root / module
        before, times = path.read_bytes(), path.stat()
        path.write_text(text, encoding="utf-8")
        os.utime(path, (times.st_atime, times.st_mtime + 10_000))
        try:
            return next(filter(None, map(self.failing, self._portions(tests))), None)
        finally:
            path.write_bytes(before)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    def _portions(self, tests: Sequence[str]) -> Iterator[list[str]]:
        """Yield quick tests of the files with the most of them, then all others."""
        files = [file for file, _ in Counter(map(_file, tests)).most_common(FILES_AT_FIRST)]
        left, first = AT_FIRST, dict.fromkeys(tests[:1])
        for test in tests:
            if _file(test) in files and self.seconds[test] <= left:
                left -= self.seconds[test]
                first[test] = None
        yield list(first)
        if others := [test for test in tests if test not in first]:
            yield others

    def failing(self, tests: Sequence[str]) -> str | None:
        """Return the first of the tests that fails as the tree stands, "time" if one hangs, else None."""
        out = self.root.parent / f"{self.root.name}.killer"
        out.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            self._run(tests, out)
        status = _waited(child, SLACK + TIMES * sum(self.seconds[test] for test in tests))
        if status is None:
            return "time"
        if status == BROKEN:
            raise RuntimeError("pytest does not run in a fork")
        if status in {0, pytest.ExitCode.NO_TESTS_COLLECTED}:
            return None
        return out.read_text(encoding="utf-8") if out.exists() else f"exit {status}"

    def _run(self, tests: Sequence[str], out: Path) -> None:
        """Run the tests in this process, which ends here."""
        code = BROKEN
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.chdir(self.root)
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            os.environ |= {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
            sys.dont_write_bytecode = True
            sys.path[:0] = [str(self.root), str(self.root / "tests")]
            with Path(os.devnull).open("r+b") as nowhere:
                for stream in range(3):
                    os.dup2(nowhere.fileno(), stream)
            options = ["-x", "-q", "-pno:cacheprovider", "-pno:xdist", NO_WARNING]
            files = dict.fromkeys(map(_file, tests))
            code = pytest.main([*options, *files], [Chosen(tests, self.known, out)])
        finally:
            os._exit(int(code))


def _file(test: str) -> str:
    return test.partition("::")[0]


def _waited(child: int, most: float) -> int | None:
    """Return how a process ended, or None after it was ended with all it had started."""
    until = time.monotonic() + most
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
