"""Run a program in processes of its own, one for each seed of Python's hashes."""

import os
import subprocess
import sys
from collections.abc import Iterable


def outputs(program: str, seeds: Iterable[str] = ("0", "1", "4711")) -> set[str]:
    """Return the different outputs of the program: one where nothing depends on the seed."""
    return {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    }
