"""What standard output is like: how wide a terminal it is, in which colours it shows numbers."""

import os
import shutil
import sys
from typing import TYPE_CHECKING

from scalargrad.drawing.themes import DARK, LIGHT
from scalargrad.wengert.listing import PLAIN, Inks

if TYPE_CHECKING:
    from prompt_toolkit.output import ColorDepth

# Nobody knows the paper of a terminal.  This far from the light theme to the dark one, values and adjoints
# stand out from black as from white, by 4.5 to 1.
DARKNESS = 0.35


def is_dumb() -> bool:
    """Tell whether the terminal can neither move its cursor nor show colours.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, TERM="dumb"):
    ...     is_dumb()
    True
    """
    return os.environ.get("TERM") in {"dumb", "unknown"}


def width() -> int | None:
    """Return the columns of the terminal, or those that COLUMNS says; None for a file or a pipe.

    >>> width()
    """
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def inks() -> Inks:
    """Return the colours of values and of adjoints: none for a file, a dumb terminal, or under NO_COLOR.

    >>> inks()
    Inks(value='', adjoint='')
    """
    if not sys.stdout.isatty() or is_dumb() or os.environ.get("NO_COLOR"):
        return PLAIN
    return Inks(*(_ink(LIGHT.text[kind], DARK.text[kind]) for kind in Inks._fields))


def colour_depth() -> "ColorDepth | None":
    """Return how many colours the environment says there are; None leaves it to prompt_toolkit.

    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, {"COLORTERM": "truecolor"}, clear=True):
    ...     print(colour_depth())
    ColorDepth.DEPTH_24_BIT
    """
    from prompt_toolkit.output import ColorDepth

    all_colours = os.environ.get("COLORTERM") in {"truecolor", "24bit"}
    return ColorDepth.from_env() or (ColorDepth.DEPTH_24_BIT if all_colours else None)


def show(text: str) -> None:
    """Print a text, with its colours as near as the terminal comes to them.

    >>> show("y = 1")
    y = 1
    """
    if "\x1b" not in text:
        print(text)
        return
    from prompt_toolkit import ANSI, print_formatted_text

    print_formatted_text(ANSI(text), color_depth=colour_depth())


def _ink(light: str, dark: str) -> str:
    """Return the escape code of the colour between those of two themes."""
    channels = zip(bytes.fromhex(light[1:]), bytes.fromhex(dark[1:]))
    red, green, blue = (round(a + DARKNESS * (b - a)) for a, b in channels)
    return f"\x1b[38;2;{red};{green};{blue}m"
