"""`scalargrad step`."""

import argparse
import sys

from scalargrad.cli.subject import add_digits, add_subject, digits_of, subject_of
from scalargrad.cli.terminal import colour_depth, inks, is_dumb
from scalargrad.study.stepping import Stepper, transcript
from scalargrad.study.terminal import step_through

PURPOSE = "step through backpropagation, one step a key"
EXAMPLES = (
    "scalargrad step sigmoid-2-2-1",
    'scalargrad step "a = w*x + b; sigmoid(a)" w=2 x=1 b=0.5',
    "scalargrad step fan-out | cat",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    add_digits(parser)


def run(options: argparse.Namespace) -> None:
    """Step in the terminal; where input or output is not one, or a dumb one, print all steps and end."""
    recorded, example = subject_of(options)
    stepper = Stepper(recorded, digits_of(options, example))
    heading = example.title if example else options.subject.strip()
    if sys.stdin.isatty() and sys.stdout.isatty() and not is_dumb():
        step_through(stepper, heading, inks(), colour_depth())
    else:
        print(heading, transcript(stepper), sep="\n")
