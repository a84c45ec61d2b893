"""The drawing object: a graphviz.Digraph that renders with the executable or without it."""

import os
import re
from pathlib import Path
from typing import Any, overload

import graphviz

from scalargrad.drawing.render import TIME_LIMIT, image
from scalargrad.errors import ScalargradError

WIDTH = re.compile(r'<svg width="([\d.]+)pt"')
PIXELS, NARROW = 4 / 3, 640  # of a point; what any cell has room for


class Figure(graphviz.Digraph):
    """A graphviz.Digraph, with `.source`, `.pipe` and `.render`, that notebooks show as an image.

    Its layout has a `time_limit`, in seconds; `text` is what a notebook shows where nothing can draw.

    >>> figure = Figure()
    >>> figure.edge("a", "b")
    >>> figure.source.split()
    ['digraph', '{', 'a', '->', 'b', '}']
    """

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
        data = image(self.source, kind, engine or self.engine, self.time_limit)
        return data.decode(encoding) if encoding else data

    def _render(
        self,
        engine: str,
        format: str,
        filepath: str,
        renderer: str | None = None,
        formatter: str | None = None,
        *,
        outfile: Any = None,
        raise_if_result_exists: bool = False,
        **_: Any,
    ) -> str:
        """Write the image beside the saved source: the step of `render` that calls the executable."""
        suffix = ".".join(filter(None, (formatter, renderer, format)))
        target = Path(outfile) if outfile is not None else Path(f"{filepath}.{suffix}")
        if raise_if_result_exists and target.exists():
            raise graphviz.FileExistsError(f"output file exists: {os.fspath(target)!r}")
        target.write_bytes(self.pipe(format, renderer, formatter, engine=engine))
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
