"""`scalargrad step`."""

import argparse
import sys

from scalargrad.cli.subject import UsageError, add_digits, add_subject, digits_of, program_of, subject_of
from scalargrad.cli.terminal import add_colour, colour_depth, inks, is_dumb, show
from scalargrad.study.stepping import Stepper, transcript
from scalargrad.tracing import Trace

PURPOSE = "step through backpropagation, one step a key"
EXAMPLES = (
    "scalargrad step sigmoid-2-2-1",
    "scalargrad step sigmoid-2-2-1 --predict",
    'scalargrad step "a = w*x + b; sigmoid(a)" w=2 x=1 b=0.5',
    "scalargrad step fan-out | cat",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_subject(parser)
    parser.add_argument(
        "--predict",
        action="store_true",
        help="ask for the numbers of each step before they are shown, and judge them as `check` does",
    )
    add_digits(parser)
    add_colour(parser)


def run(options: argparse.Namespace) -> None:
    """Step in the terminal; where input or output is not one, or a dumb one, print all steps and end."""
    recorded, example = subject_of(options)
    digits = digits_of(options, example)
    stepper = Stepper(recorded, digits, inks(options.color))
    program = program_of(options.subject, None) or "A saved trace"
    heading = example.title if example else program.replace("\n", "; ")
    if sys.stdin.isatty() and sys.stdout.isatty() and not is_dumb():
        _step_through(recorded, stepper, heading, options)
    elif options.predict:
        raise UsageError(
            "--predict asks in a terminal, and this is none: without it all steps are printed, and "
            "`scalargrad exercise` writes a sheet to fill in"
        )
    else:
        if sys.stdout.isatty() and not sys.stdin.isatty():
            print(
                "scalargrad: keys come from a terminal, which standard input is not: here are all steps",
                file=sys.stderr,
            )
        print(heading)
        show(transcript(stepper))


def _step_through(recorded: Trace, stepper: Stepper, heading: str, options: argparse.Namespace) -> None:
    # What only a terminal needs is imported here, so that the other commands start without it.
    from scalargrad.checking.places import Place
    from scalargrad.checking.predicted import predicted
    from scalargrad.study.predicting import Predictor, Question, Verdict
    from scalargrad.study.session import Session
    from scalargrad.study.terminal import step_through

    def judge(question: Question, text: str) -> Verdict:
        place = Place("contribution" if question.edge else "value", question.v, question.edge)
        found = predicted(recorded, place, text, stepper.writer.digits)
        return Verdict(found.ok, found.remark)

    session = Session(stepper, heading, Predictor(stepper, judge), predicts=options.predict)
    step_through(session, colour_depth())
