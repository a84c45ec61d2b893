"""A LaTeX document as PDF, where pdflatex is installed."""

import os
import shutil
from pathlib import Path

from scalargrad.errors import RendererError

NO_LATEX = (
    "no pdflatex is installed (apt-get install texlive-latex-recommended); the .tex form can be set anywhere"
)


def pdf(latex: str) -> bytes:
    """Return a document as PDF; raise RendererError where no LaTeX is installed, or it refuses."""
    import subprocess
    from tempfile import TemporaryDirectory

    command = shutil.which("pdflatex")
    if command is None:
        raise RendererError(NO_LATEX)
    with TemporaryDirectory() as directory:
        source = Path(directory, "sheet.tex")
        source.write_text(latex, encoding="utf-8")
        for _ in range(2):  # longtable may know its widths the second time only, and says so
            done = subprocess.run(  # noqa: S603  # a document of our own
                [command, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", source.name],
                cwd=directory,
                env=os.environ | {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                errors="replace",
                check=False,
            )
            if done.returncode:
                said = next(
                    (line for line in done.stdout.splitlines() if line.startswith("!")), "it made no PDF"
                )
                raise RendererError(f"pdflatex: {said.lstrip('! ')}")
            if "Rerun" not in done.stdout:
                break
        return source.with_suffix(".pdf").read_bytes()
