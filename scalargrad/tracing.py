"""The trace of an output, with everything that can be read from it: the public face of a Wengert list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self, overload

from scalargrad.engine.node import describe, evaluation_order
from scalargrad.engine.value import Value
from scalargrad.errors import OperandError, TraceTooLargeError, UnknownNameError
from scalargrad.files import Form, save, written
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.listing import listing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from os import PathLike
    from pathlib import Path

    from scalargrad.checking import Delta
    from scalargrad.checking.report import CheckReport
    from scalargrad.drawing.render import ImageFormat
    from scalargrad.study.explain import Explanation, Notation
    from scalargrad.study.tables import TableForm, TableKind

MOST_LISTED, ENDS = 200, 15  # instructions, beyond which a trace is printed as so many lines of each end

# The readings below are imported where they are used, so that `import scalargrad` stays quick.


class Trace(WengertList):
    """Read a Wengert list: `str(t)` lists the forward and the reverse trace side by side.

    >>> from scalargrad import dot, label, leaves
    >>> x, w, b = leaves(x=2.0, w=0.5, b=-0.25)
    >>> a = dot([w], [x]) + b
    >>> y = a.sigmoid()
    >>> label(a=a, y=y)
    >>> t = trace(y)
    >>> print(t.explain(w))
    ∂y/∂w = ∂y/∂a · ∂a/∂w
          = ∂y/∂a · x
          = (0.2179)(2)
          = 0.4358
    >>> t.check({"a": 0.75, "y": 0.68, "d a": 0.22, "d w": 0.44}).ok
    True
    """

    def explain(
        self,
        target: Value | str | int,
        *,
        digits: int = 4,
        notation: Notation = "partial",
        paths: int = 0,
        expand: bool = False,
    ) -> Explanation:
        """Return why ∂output/∂target is what it is: an Explanation, as text, Markdown or LaTeX.

        `target` is a Value, a name or an index.  The notation is "partial" for ∂y/∂v or "bar" for v̄;
        `paths=k` adds the sum over paths, the k largest of them; `expand=True` adds the explanations of
        all adjoints it rests on.
        """
        from scalargrad.study.explainer import Explainer

        explainer = Explainer(self)
        return explainer.explain(self[target], digits=digits, notation=notation, paths=paths, expand=expand)

    def check(
        self,
        claims: Mapping[str, float | str | Sequence[object]],
        digits: int | None = None,
        rate: float | None = None,
        delta: Delta | None = None,
    ) -> CheckReport:
        """Return a CheckReport on hand work: `{"a1": 1.367, "d w5": 0.153}`, adjoints as `d name`.

        Numbers may be rounded or truncated to `digits` decimals and computed from rounded numbers; of
        a wrong one the report names the likely slip.  `rate` is the learning rate of a descent step, for
        the weights after it, `w5+`.  More names of numbers, and errors, in `scalargrad.checking.check`.
        """
        from scalargrad.checking.check import check

        return check(self, claims, digits, rate, delta)

    def table(self, kind: TableKind = "statements", form: TableForm = "text", digits: int = 4) -> str:
        """Return the table of the "statements", or of the "neurons".

        The form is "text", "markdown" for GitHub, "latex" for amsmath and booktabs, or "html".
        """
        from scalargrad.study.tables import table

        return table(self, kind, form, digits)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the trace to a file, in the form that its suffix says.

        `.html` is the page, `.md` and `.tex` are tables, `.txt` is the listing, `.json` reads back with
        `from_json`; `.svg`, `.png`, `.pdf` and other images, and `.dot`, are the drawing of `draw`.

        >>> import os, tempfile
        >>> with tempfile.TemporaryDirectory() as directory:
        ...     trace(Value(3.0, label="x") ** 2).save(os.path.join(directory, "net.tex"))
        ...     os.listdir(directory)
        ['net.tex']
        """
        from scalargrad.drawing import draw
        from scalargrad.drawing.figure import IMAGES, SOURCES

        images: dict[str, Form] = {
            f".{kind}": partial(lambda kind: draw(self).pipe(kind), kind) for kind in IMAGES
        }
        sources: dict[str, Form] = {f".{kind}": lambda: draw(self).source for kind in SOURCES[1:]}
        forms: dict[str, Form] = {
            ".html": self.to_html,
            ".htm": self.to_html,
            ".md": self.to_markdown,
            ".tex": self.to_latex,
            ".txt": lambda: f"{listing(self)}\n",
            ".json": self.to_json,
        }
        save(path, "a trace", {**forms, **images, **sources})

    @overload
    def to_markdown(self, path: None = None, table: TableKind = "statements", digits: int = 4) -> str: ...
    @overload
    def to_markdown(
        self, path: str | PathLike[str], table: TableKind = "statements", digits: int = 4
    ) -> None: ...
    def to_markdown(
        self, path: str | PathLike[str] | None = None, table: TableKind = "statements", digits: int = 4
    ) -> str | None:
        """Return a table as GitHub Markdown, the "statements" or the "neurons"; or write it to a path."""
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
    def to_latex(
        self,
        path: str | PathLike[str] | None = None,
        table: TableKind = "statements",
        digits: int = 4,
        *,
        siunitx: bool = False,
        longtable: bool = False,
    ) -> str | None:
        r"""Return a table as LaTeX, the "statements" or the "neurons"; or write it to a path.

        It needs the packages amsmath and booktabs, and fits on a line of an article on A4 and of a slide:
        long formulas are broken, broad tables set smaller, the broadest scaled, by graphicx.  Labels may be
        of any characters, for pdflatex and lualatex.  With `siunitx` that package sets the numbers, as the
        document tells it to: with a decimal comma, for example.  With `longtable` the table goes on on the
        next page, by the package of that name; without, there is room for 40 rows on A4, for 14 on a slide of
        16:9, where \resizebox*{!}{.85\textheight}{…} around the table gets in more.

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

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the trace of a JSON document; raise TraceFormatError that says what is wrong, and where."""
        from scalargrad.wengert.exchange import from_json

        return from_json(text, cls)

    def __eq__(self, other: object) -> bool:
        """Tell whether two traces hold the same instructions with the same numbers."""
        return isinstance(other, Trace) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        if len(self) <= MOST_LISTED:
            return listing(self)
        said = (
            f"{len(self):,} instructions. All of them: t.save('trace.txt'). One: t[20], t['h1'], t[value].\n"
            "The last part: trace(y, upto=[h]). Drawn by layers: draw(t)."
        )
        return f"{listing(self, ends=ENDS)}\n\n{said}"

    def __repr__(self) -> str:
        return f"<Trace of {self.output.name}: {len(self)} instructions>"


def trace(
    output: Value,
    /,
    upto: Value | Iterable[Value] = (),
    also: Iterable[Value] = (),
    *,
    tangents: Mapping[Any, float] | None = None,
) -> Trace:
    """Return the trace of an output: each vᵢ = f(parents) with its value and adjoint ∂output/∂vᵢ.

    With `upto` the trace ends at these Values, which stand as inputs: the way to study the last part
    of a large graph.  Values `also`, on which the output does not depend, are traced beside it: their
    adjoints are 0.  With `tangents` of some leaves, by Value or name, each vᵢ has its tangent as well, the
    derivative along that direction in forward mode: v̇ᵢ = Σⱼ ∂vᵢ/∂vⱼ · v̇ⱼ.  Over the leaves, tangents times
    adjoints add up to the tangent of the output, for both modes read the same local derivatives.
    No `.grad` is changed, and none is needed: the adjoints are computed here.
    Raises OperandError for anything but a Value or a number, StaleGraphError if a leaf was given new data
    after it was read, UnknownNameError if the output does not depend on one of `upto`, one of `also` depends
    on the output, or a tangent is given to what is no leaf.

    >>> x = Value(3.0, label="x")
    >>> t = trace(x * x + 1)
    >>> t["x"].adjoint, t.output.value
    (6.0, 10.0)
    >>> h = x * x
    >>> len(trace(h.tanh())), len(trace(h.tanh(), upto=[h]))
    (3, 2)
    >>> trace(h, tangents={x: 1.0}).output.tangent
    6.0
    """
    if not isinstance(output, Value):
        message = f"trace needs the Value of an output, got {_kind(output)}"
        raise OperandError(message)
    cut, beside = [upto] if isinstance(upto, Value) else list(upto), list(also)
    for value in cut:
        if not isinstance(value, Value):
            message = f"upto takes the Values to stop at, got {value!r:.60}"
            raise OperandError(message)
    if beside and output in evaluation_order(*beside):
        message = f"{describe(output)} is read by what it is traced with; give the last Value as the output"
        raise UnknownNameError(message)
    recorded = Trace.of(output, set(cut), beside)
    for value in cut:
        recorded[value]  # raises where the output does not depend on it
    return recorded if tangents is None else recorded.along(tangents)


def _kind(x: object) -> str:
    listed = isinstance(x, (list, tuple)) and any(isinstance(item, Value) for item in x)
    return f"{x!r:.60}" + (": choose one of its Values, or their total" if listed else "")
