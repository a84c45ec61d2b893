"""`scalargrad check`."""

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scalargrad.checking import DELTAS
from scalargrad.cli.subject import SUBJECT, UsageError, decimals, numbers, reading, traced
from scalargrad.cli.terminal import add_colour, inks, show, width
from scalargrad.errors import NumberError, OperandError
from scalargrad.examples import GALLERY
from scalargrad.expressions import free_names
from scalargrad.notation.reading_names import read_place
from scalargrad.notation.reading_numbers import read_number
from scalargrad.tracing import trace

PURPOSE = "check hand work: which numbers are right, and what went wrong first"
EXAMPLES = (
    "scalargrad check sigmoid-2-2-1 a1=1.367 h1=0.797 a3=1.055 y=0.741",
    'scalargrad check sigmoid-2-2-1 "d w5=0.153" "d a1=0.356"',
    'scalargrad check "a = w*x + b; sigmoid(a)" w=2 x=1 b=0.5 a=2.5 "d w=0.07"',
    "scalargrad check mazur-2-2-2 --file work.csv --rate 0.5",
    "scalargrad check --key class.key.json class-01.md class-02.csv",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("subject", metavar="WHAT", help=f"{SUBJECT}; with --key, a filled sheet")
    parser.add_argument(
        "claims",
        nargs="*",
        default=[],
        metavar="step=number",
        help="a value, name=, or an adjoint, 'd name='; with --key, more sheets",
    )
    parser.add_argument("--file", type=Path, help="steps in a JSON object, or in a CSV of name and number")
    parser.add_argument("--digits", type=decimals, metavar="N", help="decimals the work was done to")
    parser.add_argument("--key", type=Path, help="mark filled sheets of `scalargrad exercise`, by their key")
    parser.add_argument(
        "--rate", type=_rate, metavar="R", help="learning rate of the step that new weights, w5+, are after"
    )
    parser.add_argument(
        "--delta", choices=DELTAS, help="the sign of δ = ±∂E/∂z (default: what the work follows)"
    )
    add_colour(parser)


def _rate(text: str) -> float:
    """Return a learning rate, written as any number of the work: 0.5, 0,5 or 1/2."""
    try:
        return read_number(text).value
    except NumberError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(options: argparse.Namespace) -> int:
    """Print the report; exit with 1 where something is wrong."""
    if options.key:
        from scalargrad.cli.marking import marked  # so that the other commands start without it

        return marked(options)
    claims = (_from_file(options.file) if options.file else {}) | _steps(options.claims)
    subject = options.subject.strip()
    names = set(GALLERY[subject].data if subject in GALLERY else free_names(subject, claims))
    # What is given to the graph, leaves and open names, takes its numbers from the claims.
    rate = GALLERY[subject].rate if options.rate is None and subject in GALLERY else options.rate
    after = _after_the_step(subject, claims, rate)
    given = numbers([f"{name}={claims.pop(name)}" for name in list(claims) if name in names - after])
    recorded = traced(subject, given, tells=False)
    try:
        report = recorded.check(claims, options.digits, rate, options.delta)
    except OperandError as error:  # of the rate, which is an option here
        raise UsageError(str(error).replace("rate=", "--rate ")) from None
    show(report.text(width(), inks(options.color)))
    return 0 if report.ok else 1


def _after_the_step(subject: str, claims: Mapping[str, Any], rate: float | None) -> set[str]:
    """Return the names of an example's leaves that have their numbers after the step: these are claims."""
    if subject not in GALLERY or rate is None:
        return set()
    from scalargrad.checking.inputs import after_the_step  # so that the other commands start without it

    recorded = trace(GALLERY[subject].output())
    leaves = {name: x for name, x in claims.items() if name in GALLERY[subject].data}
    return after_the_step(recorded, leaves, rate) if leaves else set()


def _steps(arguments: list[str]) -> dict[str, str]:
    """Return the claims of arguments such as a1=1.367, "d w5 = 0.153" or dy/dw5=0.153."""
    claims = {}
    for text in arguments:
        name, equals, x = (part.strip() for part in text.rpartition("="))
        if not equals or not name:
            raise UsageError(f"expected step=number, such as a1=1.367, got {text!r}")
        before, blank, last = name.rpartition(" ")
        name = f"{before}{blank}{read_place(last) or last}"  # w₁ is w1, W[0][1] is W[0,1]
        if name in claims:
            raise UsageError(f"{name} is given twice")
        claims[name] = x
    return claims


def _from_file(path: Path) -> dict[str, Any]:
    text = reading(path)
    try:
        return _claims(_json(text) if text.lstrip()[:1] in {"{", "["} else _csv(text))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path}: expected names with numbers, as a JSON object or CSV: {error}") from None


def _claims(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return claims by their names; raise ValueError for a name that is twice there, and for no number."""
    from scalargrad.checking.names import numbers_in  # here, so that the other commands start without it

    claims: dict[str, Any] = {}
    for written, x in pairs:
        name = written.strip()
        if name in claims:
            raise ValueError(f"{name} is given twice")
        claims[name] = x
        for number in numbers_in(x):
            read_number(number if isinstance(number, str) else json.dumps(number), name)
    return claims


def _json(text: str) -> list[tuple[str, Any]]:
    pairs: list[Any] = json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=list)
    if not all(isinstance(pair, tuple) for pair in pairs):
        raise ValueError("got a list")
    return pairs


def _csv(text: str) -> list[tuple[str, str]]:
    from scalargrad.exercises.filled import rows_of

    rows = [row for _, row in rows_of(text) if row]
    for i, row in enumerate(rows, 1):
        if len(row) != 2:
            raise ValueError(f"row {i} has {len(row)} fields, not 2")
    header = rows and not any(letter.isdecimal() for letter in rows[0][1])
    return [(name, x) for name, x in rows[bool(header) :]]
