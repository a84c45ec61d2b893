"""Change the package in one place at a time, and list the changes that no test notices.

Run `python benchmarks/mutants.py`, with modules or folders for parts of the package, `--most` mutants
(800), `--seed` of the sample, `--jobs` at once, `--budget` seconds of tests for a mutant.  Everything is
done in copies in a temporary directory; `--keep` names one where what was measured and found stays, and
`--again` then tries only those that lived.  Needed are the tests' extras, `coverage` and `pytest-cov`.

The suite runs once under coverage, which tells for each line the tests that run it; then each mutant
meets those tests, quick ones first, up to the first that fails.  One that hangs is noticed too.  A test
that fails without any change kills nothing: mutants that only such a test noticed are counted apart.

Why not a library: mutmut 3 changes functions alone, where half of what is known here stands in tables of
modules (rows of primitives, slips, thresholds), and it replaces each function by a dispatcher, where the
engine reads frames and signatures; cosmic-ray changes files in place, starts a process per mutant with
all tests, and knows no texts, results or statements to leave out.
"""

import argparse
import compileall
import contextlib
import hashlib
import importlib
import json
import multiprocessing
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mutation.concerned import measure
from mutation.mutant import Mutant, sample
from mutation.running import Tree
from tabulate import tabulate

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

ROOT = Path(__file__).parents[1]
COPIED = (
    "scalargrad",
    "tests",
    "docs",
    "notebooks",
    "benchmarks",
    "README.md",
    "CHANGELOG.md",
    "pyproject.toml",
)
IMPORTED = ("hypothesis", "jax.numpy", "matplotlib.pyplot", "mpmath", "numpy", "pytest", "sympy", "torch")
HEADINGS = ("", "mutants", "killed", "alive", "alive, %", "undecided")
TREES: list[Tree] = []  # that of this process, once it has one


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: `killer` is the test that failed, "time", or None."""

    mutant: Mutant
    killer: str | None
    tests: int


def main() -> None:
    """Print a table of the packages, then every mutant that lived."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as temporary:
        kept = (asked.keep or Path(temporary)).resolve()
        kept.mkdir(parents=True, exist_ok=True)
        trees = [copy(kept / f"tree{i}") for i in range(asked.jobs)]
        _forget_if_changed(trees[0], kept)
        measured = measure(trees[0], kept)
        drawn = sample(trees[0], modules(asked.modules), asked.most, asked.seed)
        if asked.again:
            lived = set(json.loads((kept / "alive.json").read_text(encoding="utf-8")))
            drawn = [mutant for mutant in drawn if str(mutant) in lived]
        random.Random(asked.seed).shuffle(drawn)  # so that what is seen of a run is like the whole of it
        work = [(mutant, measured.tests(mutant, asked.budget)) for mutant in drawn]
        fates: list[Fate] = []
        with contextlib.suppress(KeyboardInterrupt):  # then the table is of those that were tried
            fates.extend(tried(work, [Tree(tree, measured.seconds, measured.known) for tree in trees]))
        unsound = failing_unchanged(Tree(trees[0], measured.seconds, measured.known), fates)
        alive = [str(fate.mutant) for fate in fates if fate.killer is None]
        (kept / "alive.json").write_text(json.dumps(alive, indent=1), encoding="utf-8")
    print(table(fates, unsound))
    for fate in sorted(fates, key=lambda fate: str(fate.mutant)):
        if fate.killer is None or fate.killer in unsound:
            print(
                f"{fate.mutant}  ({fate.tests} tests)"
                + (f"  {fate.killer} fails always" if fate.killer else "")
            )


def modules(asked: Sequence[str]) -> list[str]:
    """Return the modules that were asked for, or all, from the root of the project."""
    found = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "scalargrad").rglob("*.py"))
    wanted = [str(Path(each)) for each in asked or ["scalargrad"]]
    chosen = [each for each in found if any(each == name or each.startswith(f"{name}/") for name in wanted)]
    if not chosen:
        sys.exit(f"no module among {', '.join(asked)}: name some from the root, as scalargrad/engine")
    return chosen


def copy(tree: Path) -> Path:
    """Copy the project."""
    shutil.rmtree(tree, ignore_errors=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, tree / name)
    return tree


def _forget_if_changed(tree: Path, kept: Path) -> None:
    """Forget what was measured of another source, or of other tests."""
    digest = hashlib.sha256()
    for path in sorted(each for name in ("scalargrad", "tests") for each in (tree / name).rglob("*.py")):
        digest.update(path.read_bytes())
    mark = kept / "measured-of"
    if not mark.exists() or mark.read_text(encoding="utf-8") != digest.hexdigest():
        (kept / "seconds.json").unlink(missing_ok=True)
        mark.write_text(digest.hexdigest(), encoding="utf-8")


def tried(work: Sequence[tuple[Mutant, list[str]]], trees: Sequence[Tree]) -> Iterable[Fate]:
    """Yield what became of each mutant, tried in as many processes as there are trees."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    for tree in trees:
        queue.put(tree)
    with context.Pool(len(trees), _begin, (queue,)) as pool:
        for i, fate in enumerate(pool.imap_unordered(_fate, work), 1):
            print(f"{i}/{len(work)}  {fate.killer or 'ALIVE'}  {fate.mutant}", file=sys.stderr, flush=True)
            yield fate


def _begin(queue: "Queue[Tree]") -> None:
    """Take a tree, compile it, and import what most tests import, for forks to have it."""
    for module in IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the process that prints
    tree = queue.get()
    compileall.compile_dir(tree.root / "scalargrad", quiet=2)
    TREES.append(tree)


def _fate(each: tuple[Mutant, list[str]]) -> Fate:
    mutant, tests = each
    return Fate(mutant, TREES[0].killer(mutant.module, mutant.text, tests) if tests else None, len(tests))


def failing_unchanged(tree: Tree, fates: Sequence[Fate]) -> set[str]:
    """Return the tests that killed something and fail without a change as well."""
    killers = {fate.killer for fate in fates if fate.killer in tree.seconds}
    left, failing = sorted(filter(None, killers)), set()
    while left and (test := tree.failing(left)):
        failing |= {test} if test in left else set(left)
        left = [each for each in left if each not in failing]
    return failing


def table(fates: Sequence[Fate], unsound: set[str]) -> str:
    """Return a row for each folder, and their sum."""
    rows = []
    for package in [*sorted({fate.mutant.package for fate in fates}), "all"]:
        those = [fate for fate in fates if package in {fate.mutant.package, "all"}]
        count = Counter(
            "undecided" if f.killer in unsound else "killed" if f.killer else "alive" for f in those
        )
        share = f"{100 * count['alive'] / len(those):.1f}"
        rows.append((package, len(those), count["killed"], count["alive"], share, count["undecided"]))
    return tabulate(
        rows, HEADINGS, tablefmt="github", disable_numparse=True, colalign=("left", *["right"] * 5)
    )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="modules or folders, as scalargrad/engine (default: all)")
    parser.add_argument("--most", type=int, default=800, help="mutants (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--budget", type=float, default=40.0, help="seconds of tests (default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="a directory for what was measured and found")
    parser.add_argument("--again", action="store_true", help="only those that lived in the last run kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
