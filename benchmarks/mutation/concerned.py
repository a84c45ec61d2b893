"""Which tests run which lines, and how long each takes."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coverage import CoverageData  # type: ignore[import-not-found,unused-ignore]

from .mutant import Mutant

# Tests of the text of the source, not of what it does, and of scripts in a browser, which take minutes.
LEFT_OUT = (
    "architecture",
    "typing",
    "page_accessible",
    "page_answers",
    "page_browser",
    "page_live",
    "page_sizes",
)
PLUGIN = ("-p", "mutation.plugin")


@dataclass(frozen=True)
class Measured:
    """Hold a project, its tests that passed with their seconds, all tests, and for each line who ran it."""

    root: Path
    seconds: Mapping[str, float]
    known: Collection[str]
    by_line: Mapping[str, Mapping[int, frozenset[str]]]

    def tests(self, mutant: Mutant, budget: float) -> list[str]:
        """Return the tests that run what was changed, then those that run its module, up to `budget` seconds.

        What is run when a module is imported concerns those that name it first: tests may read a table alone.
        """
        lines = self.by_line.get(mutant.module, {})
        near: set[str] = set()
        if mutant.scope:
            first, last = mutant.scope
            near = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        elif mutant.table:
            near = self._naming(mutant.table)
        around = set().union(*lines.values())
        return self._affordable((near, around or set(self.seconds)), budget)

    def _naming(self, table: str) -> set[str]:
        """Return the tests of files that name a table, and those that run a line which does."""
        word = re.compile(rf"\b{table}\b")
        files = {test.partition("::")[0] for test in self.seconds}
        naming = {file for file in files if word.search((self.root / file).read_text(encoding="utf-8"))}
        near = {test for test in self.seconds if test.partition("::")[0] in naming}
        for module, lines in self.by_line.items():
            text = (self.root / module).read_text(encoding="utf-8").splitlines()
            near.update(*(tests for line, tests in lines.items() if word.search(text[line - 1])))
        return near

    def _affordable(self, sets: Iterable[set[str]], budget: float) -> list[str]:
        """Return quick tests before slow ones, from the first set before others; one at least."""
        chosen: dict[str, None] = {}
        for tests in sets:
            for test in sorted(tests & self.seconds.keys() - chosen.keys(), key=self.seconds.__getitem__):
                budget -= self.seconds[test]
                if budget < 0 and chosen:
                    return list(chosen)
                chosen[test] = None
        return list(chosen)


def measure(root: Path, kept: Path) -> Measured:
    """Run all tests once, unchanged, and return what they ran; read it where it is `kept` from before."""
    seconds, data = kept / "seconds.json", kept / "coverage.db"
    if not seconds.exists():
        (kept / "coveragerc").write_text(
            f"[run]\nsource = scalargrad\ndata_file = {data}\n", encoding="utf-8"
        )
        command = [sys.executable, "-m", "pytest", "-q", "-n2", "--dist=loadfile", *PLUGIN, *left_out(),
                   f"--seconds={seconds}", f"--cov-config={kept / 'coveragerc'}",
                   "--cov=scalargrad", "--cov-context=test", "--cov-report="]  # fmt: skip
        path = os.pathsep.join((str(root), str(root / "benchmarks")))  # the plugin is in the second
        subprocess.run(command, cwd=root, env=os.environ | {"PYTHONPATH": path}, check=False)
    found = json.loads(seconds.read_text(encoding="utf-8"))
    passed = {test: taken for test, taken in found["seconds"].items() if test not in found["failed"]}
    return Measured(root, passed, set(found["seconds"]), _by_line(root, data))


def left_out() -> list[str]:
    """Return the options that leave out the tests which do not concern mutants."""
    return [f"--ignore=tests/test_{name}.py" for name in LEFT_OUT]


def _by_line(root: Path, data: Path) -> dict[str, dict[int, frozenset[str]]]:
    found = CoverageData(str(data))
    found.read()
    by_line = {}
    for path in found.measured_files():
        inner = _inside_functions(Path(path))
        contexts = found.contexts_by_lineno(path)
        by_line[str(Path(path).relative_to(root))] = {
            line: frozenset(_names(names)) for line, names in contexts.items() if line in inner
        }
    return by_line


@cache
def _same(text: str) -> str:
    """Return the one copy of a text that occurs in thousands of lines."""
    return text


def _names(contexts: Iterable[str]) -> Iterator[str]:
    """Yield the ids of tests; a context adds in which of its phases, and has no name while importing."""
    yield from (_same(context.rpartition("|")[0]) for context in contexts if "|" in context)


def _inside_functions(path: Path) -> set[int]:
    """Return the lines that are run by a call, and not already by an import."""
    inner: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            body = node.body if isinstance(node.body, list) else [node.body]
            inner.update(range(body[0].lineno, (body[-1].end_lineno or 0) + 1))
    return inner
