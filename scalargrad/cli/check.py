"""`scalargrad check`."""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalargrad.checking import DELTAS
from scalargrad.cli.handwork import given
from scalargrad.cli.output import add_forms, put
from scalargrad.cli.subject import SUBJECT, UsageError, decimals, is_saved, numbers, traced
from scalargrad.cli.terminal import add_colour, inks, show
from scalargrad.errors import NumberError, OperandError, UnknownNameError
from scalargrad.examples import GALLERY
from scalargrad.expressions import free_names
from scalargrad.notation.reading_numbers import read_number
from scalargrad.tracing import trace
from scalargrad.wengert.columns import width

if TYPE_CHECKING:
    from scalargrad.checking.report import CheckReport

PURPOSE = "check hand work: which numbers are right, and what went wrong first"
EXAMPLES = (
    "scalargrad check sigmoid-2-2-1 a1=1.367 h1=0.797 a3=1.055 y=0.741",
    'scalargrad check sigmoid-2-2-1 "d w5=0.153" "d a1=0.356"',
    'scalargrad check "a = w*x + b; sigmoid(a)" w=2 x=1 b=0.5 a=2.5 "d w=0.07"',
    "scalargrad check sigmoid-2-2-1 answers.txt",
    "scalargrad check mazur-2-2-2 --file work.csv --rate 0.5",
    "scalargrad check --key class.key.json class-01.md class-02.csv",
)
FORMS = ("text", "markdown", "html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("subject", metavar="WHAT", help=f"{SUBJECT}; with --key, a filled sheet")
    parser.add_argument(
        "claims",
        nargs="*",
        default=[],
        metavar="step=number",
        help="a value, name=, or an adjoint, 'd name='; or a file of them; with --key, more sheets",
    )
    parser.add_argument(
        "--file",
        action="append",
        type=Path,
        help="steps in lines, name = number, in a CSV or a JSON object; - is standard input",
    )
    parser.add_argument("--digits", type=decimals, metavar="N", help="decimals the work was done to")
    parser.add_argument("--key", type=Path, help="mark filled sheets of `scalargrad exercise`, by their key")
    parser.add_argument(
        "--rate", type=_rate, metavar="R", help="learning rate of the step that new weights, w5+, are after"
    )
    parser.add_argument(
        "--delta", choices=DELTAS, help="the sign of δ = ±∂E/∂z (default: what the work follows)"
    )
    add_forms(parser, FORMS)
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
        if options.output or options.form:
            raise UsageError(
                "-o and --as write the report on numbers; that on sheets is printed: > marks.txt"
            )
        from scalargrad.cli.marking import marked  # so that the other commands start without it

        return marked(options)
    work = given(options.claims, options.file or ())
    claims, subject = work.claims, options.subject
    rate = GALLERY[subject].rate if options.rate is None and subject in GALLERY else options.rate
    after = _after_the_step(subject, claims, rate)
    # What is given to the graph, leaves and open names, takes its numbers from the claims.
    leaves = [name for name in claims if name in _names(subject, claims) - after]
    values = numbers([f"{name}={_written(claims.pop(name))}" for name in leaves])
    recorded = traced(subject, values, tells=False)
    try:
        report = recorded.check(claims, options.digits, rate, options.delta)
    except OperandError as error:  # of the rate, which is an option here
        raise UsageError(str(error).replace("rate=", "--rate ")) from None
    except UnknownNameError as error:
        raise UsageError(f"{work.place(str(error))}{error}") from None
    put(options, "a report", report.forms, partial(_show, options, report))
    return 0 if report.ok else 1


def _show(options: argparse.Namespace, report: "CheckReport") -> None:
    show(report.text(width(), inks(options.color)))


def _names(subject: str, claims: Mapping[str, Any]) -> set[str]:
    """Return the names that are given their numbers: leaves of an example, open names of an expression."""
    if subject in GALLERY:
        return set(GALLERY[subject].data)
    return set() if is_saved(subject) else set(free_names(subject, claims))


def _after_the_step(subject: str, claims: Mapping[str, Any], rate: float | None) -> set[str]:
    """Return the names of an example's leaves that have their numbers after the step: these are claims."""
    if subject not in GALLERY or rate is None:
        return set()
    from scalargrad.checking.inputs import after_the_step  # so that the other commands start without it

    recorded = trace(GALLERY[subject].output())
    leaves = {name: x for name, x in claims.items() if name in GALLERY[subject].data}
    return after_the_step(recorded, leaves, rate) if leaves else set()


def _written(x: Any) -> str:
    """Return a number, or lists of numbers, as they are typed."""
    return f"[{', '.join(map(_written, x))}]" if isinstance(x, list) else str(x)
