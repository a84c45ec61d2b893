"""The drawing object: a graphviz.Digraph that renders with the executable or without it."""

import os
from pathlib import Path
from typing import Any, overload

import graphviz

from scalargrad.drawing.render import TIME_LIMIT, image
from scalargrad.errors import ScalargradError


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

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> dict[str, Any]:
        """Return what a notebook shows: the picture, or its text where it cannot be drawn."""
        try:
            return dict(super()._repr_mimebundle_(include, exclude, **options))
        except ScalargradError as error:
            return {"text/plain": f"{self.text}\n\n({error})"}

    def _repr_image_svg_xml(self) -> str:
        """Return the SVG, which a notebook narrower than the drawing shrinks where it would crop it."""
        svg = self.pipe("svg", encoding="utf-8")
        return svg.replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)

    def __repr__(self) -> str:
        return f"<{self.title}>"
