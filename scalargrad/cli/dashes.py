"""Words that begin with a dash: options, expressions with a minus sign, slips."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence

from scalargrad.elsewhere import answer
from scalargrad.examples import GALLERY

SHORT = {"-h", "-o"}
ATTACHED = re.compile(r"-o=?[\w./~-]+\.[a-z]+", re.IGNORECASE)  # -onet.svg
Known = Mapping[str, Sequence[str]]  # the options of each command


def shielded(arguments: Sequence[str]) -> list[str]:
    """Keep an expression that begins with a minus sign from being taken for an option.

    What is a dash and letters, `-n`, is an option, and -x an expression where x is given a number.

    >>> shielded(["trace", "-x**2", "x=3", "--digits", "2"])
    ['trace', ' -x**2', 'x=3', '--digits', '2']
    >>> shielded(["-x", "x=3"]), shielded(["-n", "3"])
    ([' -x', 'x=3'], ['-n', '3'])
    """
    given = _names(arguments)
    return [
        f" {text}" if text[:1] == "-" and not (_is_ours(text) or _is_word(text, given)) else text
        for text in arguments
    ]


def stray(arguments: Sequence[str]) -> str:
    """Return the first word of one dash that is an option and none of ours, nothing where there is none.

    >>> stray(["trace", "-x", "x=3"]), stray(["trace", "fan-out", "-n", "3"])
    ('', '-n')
    """
    given = _names(arguments)
    end = [*arguments, "--"].index("--")  # behind it nothing is an option
    found = (text for text in arguments[:end] if text[:1] == "-" and not _is_ours(text))
    return next((text for text in found if _is_word(text, given)), "")


def refusal(word: str, arguments: Sequence[str], known: Known) -> str:
    """Return the answer to an option that a command does not have: what it is here, or the nearest."""
    name = word.partition("=")[0]
    bare, ours = name.lstrip("-"), known.get(next(iter(arguments), ""), known[""])
    subject = next((text for text in arguments[1:] if text != word), "").strip()
    if bare in _open_names(subject):
        return f"unknown option {name!r}; a number is given without dashes: {bare}=0.5"
    spelt = dict.fromkeys((name, f"--{bare}", name[:2]))  # -json is --json, -n3 is -n
    if said := next(filter(None, (answer("option", each, name) for each in spelt)), ""):
        return said
    if owners := [command for command, options in known.items() if name in options]:
        return f"{name} is an option of {', '.join(owners)}"
    words = [option.removeprefix("--") for option in ours]
    begun = [word for word in words if len(bare) == 1 and word.startswith(bare)]  # -d may be --digits
    near = begun or difflib.get_close_matches(bare, words, cutoff=0.5)
    if not near and word in arguments[1:2]:
        return f"unknown option {name!r}; the formula {name} needs a number, {bare}=0.5"
    there = f"did you mean --{' or --'.join(near)}?" if near else f"there are: {', '.join(sorted(ours))}"
    return f"unknown option {name!r}; {there}"


def _names(arguments: Sequence[str]) -> set[str]:
    """Return the names that are given numbers."""
    return {text.partition("=")[0].strip() for text in arguments if "=" in text}


def _is_ours(text: str) -> bool:
    return text[1:2] in {"", "-"} or text in SHORT or ATTACHED.fullmatch(text) is not None


def _is_word(text: str, given: Collection[str]) -> bool:
    """Tell whether a text is a dash and a word that is not given a number."""
    name = text[1:].partition("=")[0]
    return name.isidentifier() and name not in given


def _open_names(subject: str) -> Collection[str]:
    """Return the names that may be given numbers, of an example or of an expression."""
    return GALLERY[subject].data if subject in GALLERY else re.findall(r"\w+", subject)
