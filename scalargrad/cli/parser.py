"""The parser of the command line: what it understands, what its help says, how it answers a slip."""

import argparse
import difflib
import re
import shlex
import textwrap
from collections.abc import Collection, Iterable, Sequence
from types import ModuleType
from typing import Any, NoReturn

from scalargrad import __version__
from scalargrad.cli.subject import UsageError, looks_like_a_name, said
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
SHORT = {"-h", "-o"}
ATTACHED = re.compile(r"-o=?[\w./~-]+\.[a-z]+", re.IGNORECASE)  # -onet.svg
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
            raise UsageError(f"{message}; such as: {self.example}")
        raise UsageError(f"{message}; see {self.prog} --help")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse what is no choice: argparse would list all of them, whatever is near."""
        if action.choices is None or value in action.choices:
            return
        value = str(value).strip()  # without the blank that shields a minus sign
        if isinstance(self, _Main) and (kind := _subject(value)):
            line = f"scalargrad trace {shlex.quote(value)}" + " name=number" * (kind != "an example")
            raise UsageError(f"{value} is {kind}, and a command stands before it: {line}")
        raise UsageError(unknown(KINDS.get(action.dest, action.dest), str(value), map(str, action.choices)))


class _Main(Parser):
    """The parser of all commands, whose help is a page to start from."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: dict[str, str] = {}

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


def parser_of(commands: Iterable[ModuleType]) -> Parser:
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
    return parser


def parsed(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options, with what stands after them taken for more of what may stand before them."""
    if list(arguments[:1]) == ["help"]:
        arguments = [*arguments[1:2], "--help"]
    first = next(iter(arguments), "").partition("=")[0]
    if first.startswith("--") and first not in parser.known:
        misplaced = f"{first} stands before the command; options of a command stand after it"
        raise UsageError(answer("option", first) or misplaced)
    options, late = parser.parse_known_args(shielded(arguments))
    several = next((each for each in (vars(options).get(key) for key in LISTS) if each is not None), None)
    used = getattr(options, "parser", parser)
    for text in late:
        if text.startswith("-"):
            slip = _unknown_option(text.partition("=")[0], used.known)
            raise UsageError(f"{slip}{' See' if slip.endswith('?') else '; see'} {used.prog} --help")
        if several is None:
            used.error(f"unrecognized arguments: {' '.join(late)}")
    if several is not None:
        several += late
    if "subject" in options and not getattr(options, "key", None):
        options.subject = said(options)
    return options


def shielded(arguments: Sequence[str]) -> list[str]:
    """Keep an expression that begins with a minus sign from being taken for an option.

    What is a dash and letters, `-n`, is an option, and -x an expression where x is given a number.

    >>> shielded(["trace", "-x**2", "x=3", "--digits", "2"])
    ['trace', ' -x**2', 'x=3', '--digits', '2']
    >>> shielded(["-x", "x=3"]), shielded(["-n", "3"])
    ([' -x', 'x=3'], ['-n', '3'])
    """
    given = {text.partition("=")[0].strip() for text in arguments}
    return [f" {text}" if text[:1] == "-" and not _is_option(text, given) else text for text in arguments]


def _is_option(text: str, given: Collection[str]) -> bool:
    name = text[1:].partition("=")[0]
    is_word = name.isidentifier() and name not in given
    return text[1:2] in {"", "-"} or text in SHORT or is_word or ATTACHED.fullmatch(text) is not None


def _unknown_option(name: str, known: Sequence[str]) -> str:
    """Return the answer to an option that is none: as it is elsewhere, or the nearest that there are."""
    spelt = dict.fromkeys((name, f"--{name.lstrip('-')}", name[:2]))  # -json is --json, -n3 is -n
    if said := next(filter(None, (answer("option", each, name) for each in spelt)), ""):
        return said
    words, bare = [option.removeprefix("--") for option in known], name.lstrip("-")
    begun = [word for word in words if len(bare) == 1 and word.startswith(bare)]  # -d may be --digits
    near = begun or difflib.get_close_matches(bare, words, cutoff=0.5)
    there = f"did you mean --{' or --'.join(near)}?" if near else f"there are: {', '.join(sorted(known))}"
    return f"unknown option {name!r}; {there}"


def _subject(text: str) -> str:
    """Return what a text is that stands where a command is expected, nothing if it is neither."""
    if text in GALLERY:
        return "an example"
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
