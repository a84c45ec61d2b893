"""A command run where it takes its output for a terminal."""

import os
import sys
from typing import Any

OF_TERMINALS = {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "PROMPT_TOOLKIT_COLOR_DEPTH", "COLUMNS", "LINES"}


def started(*arguments: str, rows: int = 40, columns: int = 80, **environment: str) -> Any:
    """Return the session of a command in a pseudo-terminal, of whose environment only this is known."""
    import pexpect

    others = {name: x for name, x in os.environ.items() if name not in OF_TERMINALS}
    return pexpect.spawn(
        sys.executable,
        ["-m", "scalargrad", *arguments],
        env=others | {"TERM": "xterm-256color"} | environment,
        dimensions=(rows, columns),
        encoding="utf-8",
        timeout=20,
    )


def written(*arguments: str, columns: int = 80, **environment: str) -> str:
    """Return all that a command writes to a pseudo-terminal until it ends."""
    import pexpect

    session = started(*arguments, rows=40, columns=columns, **environment)
    session.expect(pexpect.EOF)
    return str(session.before).replace("\r", "")
