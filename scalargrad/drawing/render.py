"""Rendering: DOT text to an image, with whichever Graphviz there is, in a process that has a time limit."""

import importlib.util
import re
import shutil
import subprocess
import sys
from typing import Literal, get_args

from scalargrad.errors import GraphTooLargeError, RendererError

TIME_LIMIT = 10.0
Raster = Literal["png", "jpg", "jpeg", "gif", "webp"]
ImageFormat = Literal["svg", "pdf", Raster]
SHARP, COARSE, LONG = 192, 72, 200_000  # dots per inch, coarse where the DOT text is long and the image huge
OWN_DPI = re.compile(r"^\s*dpi=", re.MULTILINE)  # from `figure.attr(dpi="300")`
WITH_LIBRARY = """
import sys
from pygraphviz import AGraph
_, format, engine, arguments = sys.argv
graph = AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=format, prog=engine, args=arguments))
"""
NO_RENDERER = (
    "no Graphviz to draw with: install its `dot` executable (apt-get install graphviz, "
    "brew install graphviz) or the extra `render` (in a checkout: pip install '.[render]')"
)
DOT_TEXT = "; the DOT text is in `.source`"


def image(source: str, format: str, engine: str = "dot", time_limit: float = TIME_LIMIT) -> bytes:
    """Return the image of a DOT text, laid out by the executable or by pygraphviz's library.

    Raises RendererError if there is neither, and GraphTooLargeError if the layout takes longer than
    `time_limit` seconds; its process is then ended.
    """
    raster = format.partition(":")[0] in get_args(Raster)
    own = OWN_DPI.search(source)
    arguments = [f"-Gdpi={SHARP if len(source) < LONG else COARSE}"] if raster and not own else []
    command = _command(format, engine, arguments)
    try:
        done = subprocess.run(  # noqa: S603  # the command is made here, of no input but names
            command, input=source.encode(), capture_output=True, timeout=time_limit, check=False
        )
    except subprocess.TimeoutExpired:
        raise GraphTooLargeError(
            f"the layout took longer than {time_limit:g} s and was ended; draw less, with view='layers' or "
            "around=value, hops=2, or give it longer: draw(…, time_limit=60)"
        ) from None
    if done.returncode or not done.stdout:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["nothing was said"]
        raise RendererError(f"Graphviz made no {format} ({last[0]})")
    return _spaced(_lowered(done.stdout)) if format.startswith("svg") else done.stdout


def _lowered(svg: bytes) -> bytes:
    """Lower indices and raise exponents by a distance: what Graphviz writes moves nothing in browsers."""
    return svg.replace(b'baseline-shift="sub"', b'dy="3"').replace(b'baseline-shift="super"', b'dy="-5"')


def _spaced(svg: bytes) -> bytes:
    """Keep the spaces at the ends of a text, which is a piece of a line: older Graphviz lets them vanish."""
    return svg if b"xml:space" in svg else svg.replace(b"<text ", b'<text xml:space="preserve" ')


def _command(format: str, engine: str, arguments: list[str]) -> list[str]:
    if executable := shutil.which("dot"):
        return [executable, f"-K{engine}", f"-T{format}", *arguments]
    if importlib.util.find_spec("pygraphviz"):
        return [sys.executable, "-P", "-c", WITH_LIBRARY, format, engine, " ".join(arguments)]
    raise RendererError(NO_RENDERER + DOT_TEXT)
