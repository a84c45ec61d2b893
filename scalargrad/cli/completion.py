"""What a shell completes on Tab: commands, options, examples, the names in one."""

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

from scalargrad.examples import GALLERY
from scalargrad.tracing import trace

# argcomplete, not shtab: it asks the command itself, so that the names of the very example on the line can be
# completed, in bash, zsh, fish, tcsh and PowerShell; shtab writes a script once, which knows none of them.
# A Tab costs one start of the command, all else nothing: the library is imported on Tab alone.


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks, and end."""
    from argcomplete import autocomplete

    autocomplete(parser, always_complete_options=False, default_completer=completions)  # type: ignore[arg-type]  # a function will do


def completions(
    prefix: str, action: argparse.Action, parsed_args: argparse.Namespace, **_: Any
) -> Iterable[str]:
    """Return what an argument may be; files where it is no name."""
    subject = getattr(parsed_args, "subject", None)
    if action.dest == "subject" and not getattr(parsed_args, "key", None):
        return {name: each.title for name, each in GALLERY.items()}  # some shells show what is what
    from argcomplete.completers import FilesCompleter

    if subject in GALLERY and action.dest in NAMES:
        files = FilesCompleter()(prefix) if action.dest == "claims" and prefix else ()  # of answers
        return (*NAMES[action.dest](subject), *files)
    return FilesCompleter()(prefix) if action.dest in {"file", "key", "output", "claims", "subject"} else ()


def _leaves(subject: str) -> Iterator[str]:
    return (f"{name}=" for name in GALLERY[subject].data)


def _rows(subject: str) -> Iterator[str]:
    return (v.name for v in trace(GALLERY[subject].output()) if v.role != "constant")


def _claims(subject: str) -> Iterator[str]:
    for v in trace(GALLERY[subject].output()):
        if v.role != "constant":
            yield from ([f"{v.name}="] if v.parents else [])
            yield f"d {v.name}="


NAMES = {"values": _leaves, "of": _rows, "claims": _claims}
