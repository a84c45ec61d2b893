"""The forms of a trace: tables, pages, frames, documents that read back, each returned or saved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, overload

from scalargrad.answers import keywords
from scalargrad.errors import TraceTooLargeError
from scalargrad.files import Form, save, written
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.listing import listing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from os import PathLike
    from pathlib import Path

    from scalargrad.drawing.render import ImageFormat
    from scalargrad.study.tables import TableForm, TableKind

# What makes a form is imported where it is used, so that `import scalargrad` stays quick.


class Saved(WengertList):
    """A Wengert list with a method for each form that it is shown in, or saved."""

    def table(self, kind: TableKind = "statements", form: TableForm = "text", digits: int = 4) -> str:
        """Return the table of the "statements", of the "neurons", or of all "instructions".

        A statement is an instruction with the steps without a name that it alone uses.
        The form is "text", "markdown" for GitHub, "latex" for amsmath and booktabs, or "html".
        """
        from scalargrad.study.tables import table

        return table(self, kind, form, digits)

    @keywords("save()")
    def save(self, path: str | PathLike[str], digits: int = 4, table: TableKind | None = None) -> None:
        """Write the trace to a file, in the form that its suffix says.

        `.html` is the page, `.md` and `.tex` are tables, `.txt` is the listing, `.json` reads back with
        `from_json`; `.svg`, `.png`, `.pdf` and other images, and `.dot`, are the drawing of `draw`.  They
        show numbers with so many digits; JSON has all of them.

        >>> import os, tempfile
        >>> from scalargrad import Value, trace
        >>> with tempfile.TemporaryDirectory() as directory:
        ...     trace(Value(3.0, label="x") ** 2).save(os.path.join(directory, "net.tex"))
        ...     os.listdir(directory)
        ['net.tex']
        """
        save(path, "a trace", self.forms(digits, table))

    def forms(self, digits: int = 4, table: TableKind | None = None) -> dict[str, Form]:
        """Return what makes each form of the trace, by the suffix of its file.

        Where a kind of `table` is asked for, only tables are forms of it.

        >>> from scalargrad import Value, trace
        >>> forms = trace(Value(3.0, label="x") * 0.123456).forms(digits=2)
        >>> forms[".txt"]().splitlines()[2].split()
        ['v2', '=', 'x*0.12', '0.37', '|', 'dx', '=', 'dv2*0.12', '0.12', '0.12']
        """
        from scalargrad.drawing import draw
        from scalargrad.drawing.figure import IMAGES, SOURCES

        if table is not None:
            return {
                ".md": partial(self.to_markdown, None, table, digits),
                ".tex": partial(self.to_latex, None, table, digits),
                ".txt": partial(self.table, table, "text", digits),
            }

        def drawn(suffix: str) -> str | bytes:
            return draw(self, digits=digits).form(suffix)

        page: Form = partial(self.to_html, None, digits=digits)
        forms: dict[str, Form] = {
            ".html": page,
            ".htm": page,
            ".md": partial(self.to_markdown, None, digits=digits),
            ".tex": partial(self.to_latex, None, digits=digits),
            ".txt": partial(listing, self, digits),
            ".json": self.to_json,
        }
        return forms | {suffix: partial(drawn, suffix) for suffix in (*IMAGES, *SOURCES[:-1])}

    @overload
    def to_markdown(self, path: None = None, table: TableKind = "statements", digits: int = 4) -> str: ...
    @overload
    def to_markdown(
        self, path: str | PathLike[str], table: TableKind = "statements", digits: int = 4
    ) -> None: ...
    def to_markdown(
        self, path: str | PathLike[str] | None = None, table: TableKind = "statements", digits: int = 4
    ) -> str | None:
        """Return a table as GitHub Markdown, of a kind as `table` has it; or write it to a path."""
        return written(path, ".md", lambda: self.table(table, "markdown", digits))

    @overload
    def to_latex(
        self,
        path: None = None,
        table: TableKind = "statements",
        digits: int = 4,
        *,
        siunitx: bool = False,
        longtable: bool = False,
    ) -> str: ...
    @overload
    def to_latex(
        self,
        path: str | PathLike[str],
        table: TableKind = "statements",
        digits: int = 4,
        *,
        siunitx: bool = False,
        longtable: bool = False,
    ) -> None: ...
    @keywords("to_latex()")
    def to_latex(
        self,
        path: str | PathLike[str] | None = None,
        table: TableKind = "statements",
        digits: int = 4,
        *,
        siunitx: bool = False,
        longtable: bool = False,
    ) -> str | None:
        r"""Return a table as LaTeX, of a kind as `table` has it; or write it to a path.

        It needs the packages amsmath and booktabs, and fits on a line of an article on A4 and of a slide:
        long formulas are broken, broad tables set smaller, the broadest scaled, by graphicx.  Labels may be
        of any characters, for pdflatex and lualatex.  With `siunitx` that package sets the numbers, as the
        document tells it to: with a decimal comma, for example.  With `longtable` the table goes on on the
        next page, by the package of that name; without, there is room for 40 rows on A4, for 14 on a slide of
        16:9, where \resizebox*{!}{.85\textheight}{…} around the table gets in more.

        >>> from scalargrad import Value, trace
        >>> x = Value(3.0, label="x")
        >>> y = x * -0.5
        >>> y.label = "ŷ"
        >>> print(*trace(y).to_latex().splitlines()[-4:], sep="\n")
        $x$       &                  & $3$  &      & $-0.5$ & $-0$ & $.5$ \\
        $\hat{y}$ & $x \cdot (-0.5)$ & $-1$ & $.5$ &        & $1$  &      \\
        \bottomrule
        \end{tabular}
        """
        from scalargrad.study.tables import latex_table

        def text() -> str:
            return latex_table(self, table, digits, siunitx=siunitx, longtable=longtable)

        return written(path, ".tex", text)

    @overload
    def to_html(
        self,
        path: None = None,
        *,
        title: str | None = None,
        digits: int = 4,
        rate: float = 0.1,
        source: str = "",
        parameters: Collection[str] = (),
    ) -> str: ...
    @overload
    def to_html(
        self,
        path: str | PathLike[str],
        *,
        title: str | None = None,
        digits: int = 4,
        rate: float = 0.1,
        source: str = "",
        parameters: Collection[str] = (),
    ) -> None: ...
    def to_html(
        self,
        path: str | PathLike[str] | None = None,
        *,
        title: str | None = None,
        digits: int = 4,
        rate: float = 0.1,
        source: str = "",
        parameters: Collection[str] = (),
    ) -> str | None:
        """Return a page that plays the trace, as one HTML file that loads nothing; or write it to a path.

        The numbers of its leaves can be changed, by hand or by steps of gradient descent, for which `rate` is
        the η that it begins with.  `source` is a program to show beside the graph, `inspect.getsource(f)` for
        example: the line that assigns a label is marked at its steps.  `parameters` names the leaves that
        descent moves, else weights and biases or, where there are none, every leaf.  It reads without scripts
        and on paper.  Forward mode is chosen there, by one leaf; tangents of the trace are not on it.  Raises
        TraceTooLargeError above `page.MOST_INSTRUCTIONS`.
        """
        from scalargrad.page import page

        def text() -> str:
            return page(self, title, digits=digits, rate=rate, source=source, parameters=parameters)

        return written(path, ".html", text)

    def embedded(
        self,
        width: str = "720px",
        height: str = "560px",
        *,
        title: str | None = None,
        digits: int = 4,
        rate: float = 0.1,
        source: str = "",
        parameters: Collection[str] = (),
    ) -> str:
        """Return the page in a frame, as HTML for the page of a course; so small it shows graph and working.

        Width and height are lengths of CSS.  The frame loads nothing and reaches nothing around it.

        >>> from scalargrad import Value, trace
        >>> x = Value(3.0, label="x")
        >>> trace(x * x).embedded()[:66]
        '<iframe class="scalargrad" title="Backpropagation, step by step" s'
        """
        from scalargrad.page import embedded

        text = self.to_html(title=title, digits=digits, rate=rate, source=source, parameters=parameters)
        return embedded(text, width, height)

    def frames(
        self,
        directory: str | PathLike[str],
        *,
        formats: Sequence[ImageFormat] = ("svg", "png"),
        digits: int = 4,
    ) -> list[Path]:
        """Write a figure for each step to a directory, for slides, and return the paths.

        `step-00` is the state before the first step.  Raises TraceTooLargeError above the limit of a
        page, RendererError where no Graphviz is installed.
        """
        from scalargrad.page.frames import frames

        return frames(self, directory, formats, digits)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the page, in a frame of its own, or why there is none."""
        from html import escape

        from scalargrad.page import embedded, page

        try:
            return embedded(page(self))
        except TraceTooLargeError as error:
            return f"<p>{escape(str(error))}</p>"

    @overload
    def to_json(self, path: None = None) -> str: ...
    @overload
    def to_json(self, path: str | PathLike[str]) -> None: ...
    def to_json(self, path: str | PathLike[str] | None = None) -> str | None:
        """Return the trace as a JSON document from which it reads back, or write it to a path.

        The document has a schema name and version.
        """
        from scalargrad.wengert.exchange import to_json

        return written(path, ".json", lambda: to_json(self))
