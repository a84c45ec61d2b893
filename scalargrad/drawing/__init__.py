"""Draw the computation graph: `draw(y)` is a graphviz.Digraph, readable from 3 values to 10,000."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, get_args

from scalargrad.answers import keywords
from scalargrad.drawing import focus
from scalargrad.drawing.choice import choose
from scalargrad.drawing.picture import ChosenView, Edges
from scalargrad.drawing.themes import THEMES, ThemeName
from scalargrad.drawing.views import VIEWS
from scalargrad.engine.value import Value
from scalargrad.errors import UnknownNameError, known
from scalargrad.notation.labels import one_line
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.outputs import no_output

if TYPE_CHECKING:
    from scalargrad.drawing.figure import Figure

__all__ = ["EDGES", "STYLES", "THEMES", "VIEWS", "draw", "draw_dot"]

Style = Literal["textbook", "micrograd"]
Direction = Literal["right", "down"]
EDGES, STYLES, DIRECTIONS = map(get_args, (Edges, Style, Direction))


@keywords("draw()")
def draw(
    output: Value | WengertList,
    /,
    view: ChosenView = "auto",
    *,
    edges: Edges | None = None,
    values: bool = True,
    adjoints: bool = True,
    style: Style = "textbook",
    theme: ThemeName = "light",
    direction: Direction = "right",
    around: Value | str | None = None,
    hops: int = 2,
    paths: tuple[Value | str, Value | str] | None = None,
    upto: Value | str | None = None,
    digits: int = 4,
    time_limit: float = 10.0,
) -> "Figure":
    """Draw the graph of an output, or of its trace, as a graphviz.Digraph with values and adjoints.

    `view` is "values", "neurons", "layers" or "auto", the finest that is readable; `edges` writes the
    "local" derivative or the "contribution" on each edge.  `adjoints=False` shows the forward pass,
    `values=False` no more than what is given, to be worked out by hand.  The style "micrograd" separates
    data from operations; the theme is "light" or "dark"; values flow "right", or "down" for a narrow page.
    `around` shows what is at most `hops` edges from a Value or a name, `paths=(x, y)` what lies between
    the two, `upto` what a Value was computed from.  Layout ends after `time_limit` seconds.

    Raises UnknownNameError for an option that the view has no use for, GraphTooLargeError if the view
    has too many nodes or edges, RendererError if an image is asked for where no Graphviz is installed;
    `.source` needs none.

    >>> x = Value(3.0, label="x")
    >>> figure = draw(x * x)
    >>> figure.source.count(" -> ")
    2
    """
    from scalargrad.drawing import dot, micrograd
    from scalargrad.drawing.figure import Figure
    from scalargrad.drawing.inscriptions import Inscriber
    from scalargrad.drawing.text import text_form
    from scalargrad.notation.numbers import counted
    from scalargrad.notation.pieces import ItalicWriter
    from scalargrad.notation.textbook import TextbookWriter

    if edges is not None:
        known("edges", edges, EDGES)
    known("style", style, STYLES)
    known("theme", theme, THEMES)
    known("direction", direction, DIRECTIONS)
    trace = _trace_of(output)
    kept = _kept(trace, around, hops, paths, upto)
    if view == "auto" and (style == "micrograd" or edges == "local"):
        view = "values"  # the one view that has them
    picture = choose(trace, kept, view)
    _check_options(picture.view, style, edges, values)
    plain, italic = (
        Inscriber(trace, edges, adjoints, writer(digits), values=values)
        for writer in (TextbookWriter, ItalicWriter)
    )
    figure = Figure("drawing")
    if style == "micrograd":
        micrograd.fill(figure, picture, plain, THEMES[theme])
    else:
        dot.fill(figure, picture, italic, THEMES[theme])
    if direction == "down":
        dot.flow_down(figure)
    figure.time_limit = time_limit
    figure.text = text_form(picture, plain)
    shown = f"{counted(picture.values, 'value')} in {counted(len(picture.groups), 'node')}"
    figure.title = f"drawing of {one_line(trace.output.name)}: {shown}, view {picture.view!r}"
    return figure


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> "Figure":
    r"""Draw the graph of a value as micrograd's notebooks do: `draw` in the style "micrograd".

    Its numbers are the `.grad` of the Values as they are now: 0 before `backward()`, twice the derivative at
    a leaf after two of them.  (`draw` shows ∂output/∂v, whatever was swept.)  `format` is that of the image,
    `rankdir` is "LR" for left to right or "TB" for top to bottom.

    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> x.grad = 5.0
    >>> draw_dot(y).source.count(r"grad\ 5"), draw_dot(y).format
    (1, 'svg')
    """
    from scalargrad.drawing.micrograd import with_grads

    direction: Direction = "down" if known("rankdir", rankdir, ("LR", "TB")) == "TB" else "right"
    figure = draw(with_grads(_trace_of(root)), "values", style="micrograd", direction=direction)
    figure.format = format
    return figure


def _check_options(view: str, style: Style, edges: Edges | None, values: bool) -> None:
    """Refuse options that say nothing about a view, rather than ignore them."""
    if style == "micrograd" and view != "values":
        message = f'style="micrograd" draws values, and the view is {view!r}: add view="values"'
        raise UnknownNameError(message)
    if edges == "local" and view == "neurons":
        message = (
            'the local derivative of a weighted sum by an input is its weight, which view="neurons" writes '
            'on the edge already; edges="local" is for view="values"'
        )
        raise UnknownNameError(message)
    if not values and (style == "micrograd" or edges == "contribution"):
        message = 'values=False hides what the style "micrograd" and edges="contribution" are made of'
        raise UnknownNameError(message)
    if edges and view == "layers":
        message = f'an edge of view="layers" stands for many, so it has no {edges}: use view="values"'
        raise UnknownNameError(message)


def _trace_of(output: Value | WengertList) -> WengertList:
    if isinstance(output, Value):
        return WengertList.of(output)
    if isinstance(output, WengertList):
        return output
    raise no_output("draw", output)


def _kept(
    trace: WengertList,
    around: Value | str | None,
    hops: int,
    paths: Iterable[Value | str] | None,
    upto: Value | str | None,
) -> set[Instruction]:
    """Return what all the foci together keep."""
    kept = set(trace)
    if around is not None:
        kept &= focus.around(trace, trace[around], hops)
    if paths is not None:
        source, target = paths
        kept &= focus.influence(trace, trace[source], trace[target])
    if upto is not None:
        kept &= focus.upstream_of(trace[upto])
    if not kept:
        message = (
            "nothing is left to draw: no path leads from the first value to the second, or hops is negative"
        )
        raise UnknownNameError(message)
    return kept
