"""Find the line of the user's program that is running."""

import linecache
import sys
from pathlib import Path

PACKAGE, STANDARD = str(Path(__file__).parent.parent), str(Path(linecache.__file__).parent)


def is_outside(file: str) -> bool:
    """Tell whether a file is none of this package."""
    return not file.startswith(PACKAGE)


def _is_the_users(file: str) -> bool:
    """Tell whether a file is neither of this package nor of Python itself."""
    return is_outside(file) and str(Path(file).parent) not in {STANDARD, f"{STANDARD}/importlib"}


def line() -> str:
    """Return the line of the user's that is running, as `file:3 'if x > 0:'`."""
    frame = sys._getframe(1)
    while frame.f_back and not _is_the_users(frame.f_code.co_filename):
        frame = frame.f_back
    file, number = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(file, number).strip()
    return f"{Path(file).name}:{number}" + f" {text!r}" * bool(text)
