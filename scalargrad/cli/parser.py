"""The parser of the command line: what it understands, what its help says, how it answers a slip."""

import argparse
import shlex
import textwrap
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any, NoReturn

from scalargrad import __version__
from scalargrad.cli.dashes import Known, refusal, shielded, stray
from scalargrad.cli.first import said
from scalargrad.cli.subject import UsageError, is_saved, looks_like_a_name
from scalargrad.cli.terminal import NARROWEST, filled, width
from scalargrad.elsewhere import answer
from scalargrad.errors import unknown
from scalargrad.examples import GALLERY

START = {  # what people come for, each with a line to copy
    "a worked example": "scalargrad trace sigmoid-2-2-1",
    "step through it": "scalargrad step sigmoid-2-2-1",
    "check my own numbers": 'scalargrad check sigmoid-2-2-1 h1=0.797 "d w5=0.153"',
    "a page to play with": "scalargrad page sigmoid-2-2-1 -o net.html",
    "a formula of my own": 'scalargrad trace "h = tanh(w*x + b)" w=2 x=1 b=0.5',
}
SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
OPTIONS = {
    "-h, --help": "show this, or of a command: scalargrad trace --help",
    "--version": "show the version",
    "--completion SHELL": 'complete on Tab: eval "$(scalargrad --completion bash)"',
}
LISTS = ("values", "claims")  # arguments of which there may be any number
KINDS = {
    "form": "form of the output",
    "completion": "shell",
}  # of choices, where the argument has another name


class Parser(argparse.ArgumentParser):
    """Raise a UsageError for a slip, with the nearest of what there is."""

    example = "scalargrad trace sigmoid-2-2-1"
    known: tuple[str, ...] = ()  # options

    def add_argument(self, *names: Any, **facts: Any) -> argparse.Action:
        """Add an argument; keep the name of an option."""
        self.known += tuple(name for name in names if name.startswith("--"))[:1]
        return super().add_argument(*names, **facts)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where to look."""
        if "arguments are required" in message:
            stdin = ", or - to read it from standard input" * ("WHAT" in message)
            raise UsageError(f"{message}; such as: {self.example}{stdin}")
        raise UsageError(f"{message}; see {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse what is no choice: argparse would list all of them, whatever is near."""
        if action.choices is None or value in action.choices:
            return
        value = str(value).strip()  # without the blank that shields a minus sign
        if isinstance(self, _Main) and (kind := _subject(value)):
            line = f"scalargrad trace {shlex.quote(value)}" + " name=number" * (kind == "an expression")
            raise UsageError(f"{value} is {kind}, and a command stands before it: {line}")
        kind, lower = KINDS.get(action.dest, action.dest), value.lower()
        if lower in action.choices:
            raise UsageError(f"unknown {kind} {value!r}; did you mean {lower}?")
        raise UsageError(unknown(kind, value, map(str, action.choices)))


class _Main(Parser):
    """The parser of all commands, whose help is a page to start from."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: dict[str, str] = {}
        self.parts: dict[str, Parser] = {}

    def format_help(self) -> str:
        """Return what people come for, then the commands, on one screen of 80 by 24."""
        blocks = (
            filled("Backpropagation by hand, step by step, with every number in sight."),
            _columns(START),
            "commands:\n" + _columns(self.commands),
            "options:\n" + _columns(OPTIONS),
        )
        return "\n\n".join(blocks) + "\n"


class _Completion(argparse.Action):
    """Print the script that lets a shell complete commands on Tab."""

    def __call__(self, parser: argparse.ArgumentParser, _: Any, shell: Any, __: Any = None) -> NoReturn:
        from argcomplete.shell_integration import shellcode

        print(shellcode(["scalargrad"], shell=shell))
        parser.exit()


def parser_of(commands: Iterable[ModuleType]) -> "_Main":
    """Return the parser of commands, each of a module."""
    parser = _Main(prog="scalargrad", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"scalargrad {__version__}")
    parser.add_argument("--completion", action=_Completion, choices=SHELLS, metavar="SHELL")
    parser.set_defaults(run=lambda _: parser.print_help())  # where no command is named
    subparsers = parser.add_subparsers(dest="command", parser_class=Parser)
    for command in commands:
        name = command.__name__.rpartition(".")[2]
        parser.commands[name] = command.PURPOSE
        subparser = subparsers.add_parser(
            name,
            description=filled(f"{command.PURPOSE[0].upper()}{command.PURPOSE[1:]}."),
            epilog="examples:\n" + "\n".join(f"  {line}" for line in command.EXAMPLES),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        subparser.example = command.EXAMPLES[0]
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run, parser=subparser)
        parser.parts[name] = subparser
    return parser


def parsed(parser: _Main, arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options, with what stands after them taken for more of what may stand before them."""
    if list(arguments[:1]) == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    arguments = arguments[1:] if list(arguments[:1]) == ["--"] else arguments
    first = next(iter(arguments), "").partition("=")[0]
    if first.startswith("--") and first not in parser.known:
        misplaced = f"{first} stands before the command; options of a command stand after it"
        raise UsageError(answer("option", first) or misplaced)
    known = {"": parser.known} | {command: part.known for command, part in parser.parts.items()}
    if slip := stray(arguments):
        raise UsageError(_refusal(slip, arguments, known))
    options, late = parser.parse_known_args(shielded(arguments))
    several = next((each for each in (vars(options).get(key) for key in LISTS) if each is not None), None)
    for text in late:
        if text.startswith("-"):
            raise UsageError(_refusal(text, arguments, known))
        if several is None:
            getattr(options, "parser", parser).error(f"unrecognized arguments: {' '.join(late)}")
    if several is not None:
        several += late
    if "subject" in options and not getattr(options, "key", None):
        options.subject = said(options)
    return options


def _refusal(word: str, arguments: Sequence[str], known: Known) -> str:
    command = next((f" {each}" for each in arguments[:1] if each in known), "")
    said = refusal(word, arguments, known)
    return f"{said}{' See' if said.endswith('?') else '; see'} scalargrad{command} --help"


def _subject(text: str) -> str:
    """Return what a text is that stands where a command is expected, nothing if it is neither."""
    if text in GALLERY:
        return "an example"
    if is_saved(text):
        return "a saved trace"
    return "an expression" if text.strip() and not looks_like_a_name(text.lstrip()) else ""


def _columns(lines: dict[str, str]) -> str:
    """Return two columns, the second folded to the width of the output."""
    longest = max(map(len, lines))
    room = max(NARROWEST, (width() or 80) - longest - len("    "))
    return "\n".join(
        f"  {first:<{longest}}  "
        + textwrap.fill(second, room, break_on_hyphens=False).replace("\n", "\n" + " " * (longest + 4))
        for first, second in lines.items()
    )
