"""`scalargrad check`."""

import argparse
import csv
import json
from pathlib import Path

from scalargrad.cli.subject import SUBJECT, UsageError, numbers, reading, traced
from scalargrad.examples import GALLERY
from scalargrad.expressions import free_names
from scalargrad.notation.numbers import is_number
from scalargrad.notation.reading_names import read_place

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
        metavar="step=number",
        help="a value, name=, or an adjoint, 'd name='; with --key, more sheets",
    )
    parser.add_argument("--file", type=Path, help="steps in a JSON object, or in a CSV of name and number")
    parser.add_argument("--digits", type=int, metavar="N", help="decimals the work was done to")
    parser.add_argument("--key", type=Path, help="mark filled sheets of `scalargrad exercise`, by their key")
    parser.add_argument("--rate", type=float, help="learning rate, to look for weights updated too early")


def run(options: argparse.Namespace) -> int:
    """Print the report; exit with 1 where something is wrong."""
    if options.key:
        from scalargrad.cli.marking import marked  # so that the other commands start without it

        return marked(options)
    claims = (_from_file(options.file) if options.file else {}) | _steps(options.claims)
    subject = options.subject.strip()
    names = GALLERY[subject].data if subject in GALLERY else free_names(subject)
    # What is given to the graph, leaves and open names, takes its numbers from the claims.
    given = numbers([f"{name}={claims.pop(name)}" for name in list(claims) if name in names])
    report = traced(subject, given).check(claims, options.digits, options.rate)
    print(report)
    return 0 if report.ok else 1


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


def _from_file(path: Path) -> dict[str, str]:
    text = reading(path)
    try:
        is_json = text.lstrip()[:1] in {"{", "["}
        pairs = json.loads(text, parse_float=str, parse_int=str).items() if is_json else _csv(text)
        claims = {str(name).strip(): str(x) for name, x in pairs}
        for x in claims.values():
            float(x)  # raises ValueError where it is not a number
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: expected names with numbers, as a JSON object or CSV: {error}") from None
    return claims


def _csv(text: str) -> list[tuple[str, str]]:
    rows = [row for row in csv.reader(text.splitlines()) if row]
    for i, row in enumerate(rows, 1):
        if len(row) != 2:
            raise ValueError(f"row {i} has {len(row)} fields, not 2")
    header = not is_number(rows[0][1]) if rows else False
    return [(name, x) for name, x in rows[header:]]
