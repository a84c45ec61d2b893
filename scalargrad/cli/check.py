"""`scalargrad check`."""

import argparse
import csv
import json
from pathlib import Path

from scalargrad.cli.subject import SUBJECT, UsageError, numbers
from scalargrad.engine import Value
from scalargrad.examples import GALLERY, example
from scalargrad.expressions import evaluate, free_names
from scalargrad.notation import is_number
from scalargrad.tracing import trace

PURPOSE = "check hand work: which numbers are right, and what went wrong first"
EXAMPLES = (
    "scalargrad check sigmoid-2-2-1 a1=1.367 h1=0.797 a3=1.055 y=0.741",
    'scalargrad check sigmoid-2-2-1 "d w5=0.153" "d a1=0.356"',
    'scalargrad check "a = w*x + b; sigmoid(a)" w=2 x=1 b=0.5 a=2.5 "d w=0.07"',
    "scalargrad check mazur-2-2-2 --file work.csv --rate 0.5",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("subject", metavar="WHAT", help=SUBJECT)
    parser.add_argument(
        "claims", nargs="*", metavar="step=number", help="a value, name=, or an adjoint, 'd name='"
    )
    parser.add_argument("--file", type=Path, help="steps in a JSON object, or in a CSV of name and number")
    parser.add_argument("--digits", type=int, metavar="N", help="decimals the work was done to")
    parser.add_argument("--rate", type=float, help="learning rate, to look for weights updated too early")


def run(options: argparse.Namespace) -> int:
    """Print the report; exit with 1 where something is wrong."""
    claims = (_from_file(options.file) if options.file else {}) | _steps(options.claims)
    report = trace(_output(options.subject.strip(), claims)).check(claims, options.digits, options.rate)
    print(report)
    return 0 if report.ok else 1


def _output(text: str, claims: dict[str, float]) -> Value:
    """Return the output; the names that an expression leaves open take their numbers from the claims."""
    if text in GALLERY:
        return example(text).output()
    given = {name: claims.pop(name) for name in free_names(text) if name in claims}
    output = evaluate(text, given)
    output.label = output.label or ("y" if "y" not in given else "")
    return output


def _steps(arguments: list[str]) -> dict[str, float]:
    plain = [text for text in arguments if not text.startswith("d ")]
    adjoints = numbers([text[2:] for text in arguments if text.startswith("d ")])
    return numbers(plain) | {f"d {name}": x for name, x in adjoints.items()}


def _from_file(path: Path) -> dict[str, float]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or 'it is not text'}"
        ) from None
    try:
        pairs = json.loads(text).items() if text.lstrip()[:1] in {"{", "["} else _csv(text)
        return {str(name).strip(): float(x) for name, x in pairs}
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: expected names with numbers, as a JSON object or CSV: {error}") from None


def _csv(text: str) -> list[tuple[str, str]]:
    rows = [row for row in csv.reader(text.splitlines()) if row]
    for i, row in enumerate(rows, 1):
        if len(row) != 2:
            raise ValueError(f"row {i} has {len(row)} fields, not 2")
    header = not is_number(rows[0][1]) if rows else False
    return [(name, x) for name, x in rows[header:]]
