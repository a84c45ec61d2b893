"""Files: written whole or not at all, in the form that the end of their name asks for."""

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from scalargrad.errors import UnknownNameError

Form = Callable[[], str | bytes]


def write(path: "str | os.PathLike[str]", content: str | bytes) -> None:
    """Write a text or bytes to a file, whole or not at all.

    They are written beside it, to the disk, and then take its place, so that a full disk or a process that
    is ended leaves the old file as it was.  A link stays one; what is no file, such as `/dev/stdout`, is
    written to as it is.  Raises OSError as `open` does.
    """
    target = Path(os.path.realpath(path))
    data = content.encode() if isinstance(content, str) else content
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return
    beside = target.with_name(f".scalargrad-{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode)
        beside.replace(target)
    except OSError as error:
        error.filename, error.filename2 = os.fspath(path), None  # nobody knows the name of the other
        raise
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def save(path: "str | os.PathLike[str]", what: str, forms: Mapping[str, Form]) -> None:
    """Write something in the form of the path's suffix; raise UnknownNameError where it has no such form.

    >>> save("net.doc", "a trace", {".md": str, ".tex": str})
    Traceback (most recent call last):
    scalargrad.errors.UnknownNameError: a trace is saved as .md or .tex, got the file name 'net.doc'
    """
    write(path, ended(chosen(path, what, forms)()))


def chosen(path: "str | os.PathLike[str]", what: str, forms: Mapping[str, Form]) -> Form:
    """Return the form of a path's suffix, which is "" for a path without one; raise as `save` does."""
    form = forms.get(Path(path).suffix.lower())
    if form is None:
        *others, last = filter(None, forms)
        known = f"{', '.join(others)} or {last}" if others else last
        message = f"{what} is saved as {known}, got the file name {os.fspath(path)!r}"
        raise UnknownNameError(message)
    return form


def written(path: "str | os.PathLike[str] | None", suffix: str, text: Callable[[], str]) -> str | None:
    """Return a text or, where there is a path, write it there; raise UnknownNameError for another suffix.

    >>> written(None, ".md", lambda: "| v |")
    '| v |'
    """
    if path is None:
        return text()
    if Path(path).suffix.lower() not in {suffix, suffix.replace(".html", ".htm")}:
        message = f"expected a file name that ends in {suffix}, got {os.fspath(path)!r}"
        raise UnknownNameError(message)
    write(path, ended(text()))
    return None


def ended(content: str | bytes) -> str | bytes:
    """Return a text with the end of its last line, as files have it; bytes as they are."""
    return content if isinstance(content, bytes) or content.endswith("\n") else f"{content}\n"
