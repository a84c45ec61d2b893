"""The exercises that the command line asks for: at numbers that are given, or drawn."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice

from scalargrad.cli.subject import UsageError, looks_like_a_name, numbers, traced
from scalargrad.errors import unknown
from scalargrad.examples import GALLERY
from scalargrad.exercises import Exercise, exercise
from scalargrad.exercises.pleasant import usually_kept
from scalargrad.expressions import free_names
from scalargrad.notation.reading_names import read_name
from scalargrad.tracing import Trace

ROUNDS = 4  # seeds that are tried for each sheet of a class before one is handed out twice


def exercises_of(options: argparse.Namespace, advance: Callable[[], object]) -> list[Exercise]:
    """Return the exercises of the options, and `advance` with each.

    Raises UsageError where numbers are missing and no seed draws them, or a class would have one sheet alone.
    """
    draws = options.seed is not None or options.count > 1
    if options.draw and not draws:
        raise UsageError(f"--draw says what a seed draws: give one, as in --draw {options.draw} --seed 1")
    recorded, keep = _subject(options, draws=draws)
    example = GALLERY.get(options.subject.strip())
    set_one = partial(
        exercise,
        recorded,
        keep=keep,
        blanks=options.blanks,
        digits=options.digits,
        hints=options.hints,
        title=options.title or (example.title if example else None),
        name=example.name if example else "",
    )
    if draws and set(_leaves(recorded)) <= set(keep):
        _say_that_nothing_is_drawn(options.count, keep)
        draws = False
    if options.count == 1:
        return [set_one(seed=options.seed if draws else None)]
    first = 1 if options.seed is None else options.seed
    return _different(lambda seed: set_one(seed=seed), first, options.count, advance)


def _say_that_nothing_is_drawn(count: int, given: list[str]) -> None:
    """Say so, for one sheet; refuse to make a class of it."""
    if count == 1:
        print("scalargrad: every number is given, so the seed draws none", file=sys.stderr)
        return
    message = f"every number is given, so all {count} sheets would be the same"
    advice = f": leave out what a seed is to draw, or name it, as in --draw {given[0]}" if given else ""
    raise UsageError(f"{message}{advice}")


def _different(
    set_one: Callable[[int], Exercise], first: int, count: int, advance: Callable[[], object]
) -> list[Exercise]:
    """Return exercises of different numbers, each of the next seed that draws such."""
    found: dict[str, Exercise] = {}
    for seed in range(first, first + ROUNDS * count):
        one = set_one(seed)
        if one.code not in found:
            found[one.code] = one
            advance()
        if len(found) == count:
            break
    else:
        said = f"there are {len(found)} different sheets, which stand for {count}"
        print(f"scalargrad: so few numbers are drawn that {said}", file=sys.stderr)
    return list(islice(cycle(found.values()), count))


def _subject(options: argparse.Namespace, *, draws: bool) -> tuple[Trace, list[str]]:
    """Return the trace, with the names of the leaves that keep their numbers."""
    text, values = options.subject.strip(), numbers(options.values)
    given = list(values)
    is_formula = not (text in GALLERY or looks_like_a_name(text))
    if is_formula:
        names = free_names(text, values)
        missing = [name for name in names if name not in values]
        if draws:  # numbers to be drawn anew
            values = {name: 0.5 + i / 8 for i, name in enumerate(names)} | values
        elif missing and values.keys() <= set(names):  # else one of them may be a slip of the pen
            have = "has" if len(missing) == 1 else "have"
            message = f"{_listed(missing)} {have} no value; give one as {missing[0]}=…"
            raise UsageError(f"{message}, or let a seed draw what is left out: --seed 1")
    recorded = traced(text, values)
    keep = [] if is_formula else [v.name for v in usually_kept(recorded)]
    keep += [name for name in _leaves(recorded) if {name, _vector(name)} & set(given)]
    drawn = set(_drawn_anyway(options.draw, recorded))
    return recorded, [name for name in keep if not {name, _vector(name)} & drawn]


def _drawn_anyway(listed: str | None, recorded: Trace) -> Iterator[str]:
    """Yield the names after --draw; refuse what is no leaf."""
    names = _leaves(recorded)
    known = {*names, *map(_vector, names)}
    for text in filter(None, map(str.strip, (listed or "").split(","))):
        name = read_name(text) or text
        if name not in known:
            raise UsageError(unknown("name", text, known))
        yield name


def _leaves(recorded: Trace) -> list[str]:
    return [v.name for v in recorded if not v.parents and v.role != "constant"]


def _vector(name: str) -> str:
    """Return the name of the vector of an element, W of W[0,1]."""
    return name.partition("[")[0]


def _listed(names: list[str]) -> str:
    """Return names as a sentence lists them."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
