"""Run a program in processes of its own, one for each seed of Python's hashes."""

import os
import subprocess
import sys
from pathlib import Path

SEEDS = ("0", "1", "42")


def outputs(program: Path, *arguments: str) -> list[str]:
    """Return what the program prints under each seed."""
    return [
        subprocess.run(
            [sys.executable, str(program), *arguments],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in SEEDS
    ]
