"""The drawing object: a graphviz.Digraph that renders with the executable or without it."""

import os
import re
from functools import partial
from pathlib import Path
from typing import Any, get_args, overload

import graphviz

from scalargrad.answers import answering, keywords
from scalargrad.drawing.picture import POINTING
from scalargrad.drawing.render import TIME_LIMIT, ImageFormat, image
from scalargrad.errors import ScalargradError
from scalargrad.files import chosen, write

IMAGES = tuple(f".{kind}" for kind in get_args(ImageFormat))
SOURCES = (".gv", ".dot", "")  # file names that end so, or have no end, hold DOT text
WIDTH = re.compile(r'<svg width="([\d.]+)pt"')
PIXELS, NARROW = 4 / 3, 640  # of a point; what any cell has room for


@answering("Figure")
class Figure(graphviz.Digraph):
    """A graphviz.Digraph, with `.source`, `.pipe` and `.render`, that notebooks show as an image.

    Its layout has a `time_limit`, in seconds; `text` is what a notebook shows where nothing can draw.

    >>> figure = Figure()
    >>> figure.edge("a", "b")
    >>> figure.source.split()
    ['digraph', '{', 'a', '->', 'b', '}']
    """

    filename: Any  # of the source, as the base class has them
    directory: Any
    time_limit = TIME_LIMIT
    text = ""
    title = "a drawing"

    @overload
    def pipe(
        self,
        format: str | None = None,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = False,
        *,
        engine: str | None = None,
        encoding: None = None,
    ) -> bytes: ...
    @overload
    def pipe(
        self,
        format: str | None = None,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = False,
        *,
        engine: str | None = None,
        encoding: str,
    ) -> str: ...
    def pipe(
        self,
        format: str | None = None,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = False,
        *,
        engine: str | None = None,
        encoding: str | None = None,
    ) -> bytes | str:
        """Return the image as bytes or, with an encoding, as text."""
        del neato_no_op, quiet  # the executable's own options
        kind = ":".join(
            filter(None, (format or self.format, renderer or self.renderer, formatter or self.formatter))
        )
        source = self.source if kind.startswith("svg") else self.source.replace(f" · {POINTING}", "")
        data = image(source, kind, engine or self.engine, self.time_limit)
        return data.decode(encoding) if encoding else data

    @keywords("save()")
    def save(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        *,
        skip_existing: bool | None = False,
    ) -> str:
        """Write the drawing to a file and return its path: an image or DOT text, as the suffix says.

        `.svg`, `.png`, `.pdf` and other images need Graphviz; `.gv`, `.dot` or no suffix is the source.
        """
        form = chosen(
            filename or "", "a drawing", {end: partial(self.form, end) for end in (*IMAGES, *SOURCES)}
        )
        if _suffix(filename) in SOURCES:
            self.filename = os.fspath(filename) if filename is not None else self.filename
            self.directory = os.fspath(directory) if directory is not None else self.directory
        path = Path(directory or self.directory, filename or self.filename)
        if not (skip_existing and path.exists()):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, form())
        return os.fspath(path)

    def form(self, suffix: str) -> str | bytes:
        """Return the drawing as a file that ends in `suffix` holds it, one of IMAGES or SOURCES."""
        return self.source if suffix in SOURCES else self.pipe(suffix[1:])

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        *options: Any,
        outfile: str | os.PathLike[str] | None = None,
        **named: Any,
    ) -> str:
        """Write the source with the image beside it, as Graphviz does; a name in .svg is the image's."""
        if outfile is None and _suffix(filename) in IMAGES:
            outfile, filename = Path(directory or self.directory, filename or ""), None
            directory = ""
        rendered: str = super().render(filename, *options, directory=directory, outfile=outfile, **named)
        return rendered

    def _render(
        self,
        engine: str,
        format: str,
        filepath: str,
        renderer: str | None = None,
        formatter: str | None = None,
        *,
        outfile: Any = None,
        raise_if_result_exists: bool,
        **_: Any,
    ) -> str:
        """Write the image beside the saved source: the step of `render` that calls the executable."""
        suffix = ".".join(filter(None, (formatter, renderer, format)))
        target = Path(outfile) if outfile is not None else Path(f"{filepath}.{suffix}")
        if raise_if_result_exists and target.exists():
            raise graphviz.FileExistsError(f"output file exists: {os.fspath(target)!r}")
        write(target, self.pipe(format, renderer, formatter, engine=engine))
        return os.fspath(target)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **_: Any) -> Any:
        """Return what a notebook shows, with the width it is shown at: a PNG, which needs no trust.

        Beside it stands an SVG where that fits any cell, for an image of SVG is not shrunk to its cell.
        Where nothing can draw it is the text.
        """
        try:
            png, svg = self.pipe("png"), self.pipe("svg", encoding="utf-8")
        except ScalargradError as error:
            return {"text/plain": f"{self.text}\n\n({error})"}
        width = round(float(WIDTH.search(svg)[1]) * PIXELS)  # type: ignore[index]  # every SVG has one
        bundle = {"image/png": png, "text/plain": repr(self)}
        if width <= NARROW:
            bundle["image/svg+xml"] = svg.replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
        kept = {
            kind: data
            for kind, data in bundle.items()
            if kind in (include or bundle) and kind not in (exclude or ())
        }
        return kept, {"image/png": {"width": width}}

    def __repr__(self) -> str:
        return f"<{self.title}>"


def _suffix(filename: Any) -> str:
    return Path(filename or "").suffix.lower()
