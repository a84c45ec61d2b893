"""What standard output is like: how wide a terminal it is, in which colours it shows numbers."""

import argparse
import io
import os
import re
import sys
import textwrap
from typing import TYPE_CHECKING, Literal

from scalargrad.drawing.themes import DARK, LIGHT
from scalargrad.wengert.columns import PLAIN, Inks, width

if TYPE_CHECKING:
    from prompt_toolkit.output import ColorDepth

When = Literal["auto", "always", "never"]
WHEN: tuple[When, ...] = ("auto", "always", "never")
# Nobody knows the paper of a terminal.  This far from the light theme to the dark one, values and adjoints
# stand out from black as from white, by 4.5 to 1.
DARKNESS = 0.35
BEFORE_NUMBER, HELD = re.compile(r" = (?=-?\d)"), "\xa0"


def add_colour(parser: argparse.ArgumentParser) -> None:
    """Add the option that says when numbers have colours."""
    parser.add_argument(
        "--color",
        "--colour",
        choices=WHEN,
        default="auto",
        metavar="WHEN",
        help="colour values and adjoints: auto (on a terminal, unless NO_COLOR is set), always or never",
    )


def is_dumb() -> bool:
    """Tell whether the terminal can neither move its cursor nor show colours.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, TERM="dumb"):
    ...     is_dumb()
    True
    """
    return os.environ.get("TERM") in {"dumb", "unknown"}


def filled(text: str, indent: str = "") -> str:
    """Return a text whose lines are folded at blanks to the width of the output; what goes on is indented."""
    room = width()
    return text if room is None else "\n".join(_folded(line, room, indent) for line in text.split("\n"))


def _folded(line: str, room: int, indent: str) -> str:
    if len(line) <= room:
        return line
    held = BEFORE_NUMBER.sub(" = ".replace(" ", HELD), line)  # x = 0.5 stays on one line
    return textwrap.fill(held, room, subsequent_indent=indent, break_on_hyphens=False).replace(HELD, " ")


def inks(when: When = "auto") -> Inks:
    """Return the colours of values and of adjoints: none for a file, a dumb terminal, or under NO_COLOR.

    FORCE_COLOR asks for them anywhere, NO_COLOR forbids them (https://no-color.org), and what `--color`
    says goes before both.

    >>> inks(), inks("always") == inks()
    (Inks(value='', adjoint=''), False)
    """
    return (
        Inks(*(_ink(LIGHT.text[kind], DARK.text[kind]) for kind in Inks._fields)) if _wanted(when) else PLAIN
    )


def _wanted(when: When) -> bool:
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return os.environ.get("FORCE_COLOR", "0") not in {"", "0"} or (sys.stdout.isatty() and not is_dumb())


def colour_depth() -> "ColorDepth | None":
    """Return how many colours the environment says there are; None leaves it to prompt_toolkit.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, {"COLORTERM": "truecolor"}, clear=True):
    ...     print(colour_depth())
    ColorDepth.DEPTH_24_BIT
    """
    from prompt_toolkit.output import ColorDepth

    all_colours = os.environ.get("COLORTERM") in {"truecolor", "24bit"}
    # Whether there are colours at all is decided here: prompt_toolkit would read NO_COLOR once more.
    said = None if os.environ.get("NO_COLOR") else ColorDepth.from_env()
    plain = ColorDepth.DEPTH_8_BIT if os.environ.get("NO_COLOR") or is_dumb() else None
    return said or (ColorDepth.DEPTH_24_BIT if all_colours else plain)


def show(text: str) -> None:
    """Print a text, with its colours as near as the terminal comes to them.

    >>> show("y = 1")
    y = 1
    """
    if "\x1b" not in text:
        print(text)
        return
    if sys.platform == "win32" and sys.stdout.isatty():  # whose old consoles know no codes
        from prompt_toolkit import ANSI, print_formatted_text

        print_formatted_text(ANSI(text), color_depth=colour_depth())
    else:
        print(_with_codes(text))


def _with_codes(text: str) -> str:
    """Return a text with the codes of as many colours as there are."""
    from prompt_toolkit import ANSI, print_formatted_text
    from prompt_toolkit.data_structures import Size
    from prompt_toolkit.output.vt100 import Vt100_Output

    written = io.StringIO()
    output = Vt100_Output(written, lambda: Size(24, 80), term=os.environ.get("TERM"))
    print_formatted_text(ANSI(text), output=output, color_depth=colour_depth(), end="")
    return written.getvalue().replace("\x1b[?7h", "").replace("\r\n", "\n")  # colours, and nothing else


def _ink(light: str, dark: str) -> str:
    """Return the escape code of the colour between those of two themes."""
    channels = zip(bytes.fromhex(light[1:]), bytes.fromhex(dark[1:]))
    red, green, blue = (round(a + DARKNESS * (b - a)) for a, b in channels)
    return f"\x1b[38;2;{red};{green};{blue}m"
