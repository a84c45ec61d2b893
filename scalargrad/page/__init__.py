"""A page that plays backpropagation in one file, without network."""

import html
from collections.abc import Collection

from scalargrad.errors import TraceTooLargeError
from scalargrad.page.facts import Quiz
from scalargrad.wengert.list import WengertList

__all__ = ["MOST_EDGES", "MOST_INSTRUCTIONS", "Quiz", "check_size", "embedded", "page"]

MOST_INSTRUCTIONS, MOST_EDGES = 500, 1200  # what a browser plays without a pause


def page(
    trace: WengertList,
    title: str | None = None,
    *,
    digits: int = 4,
    rate: float = 0.1,
    source: str = "",
    parameters: Collection[str] = (),
    quiz: Quiz | None = None,
) -> str:
    """Return the page of a trace as HTML; raise TraceTooLargeError for one that no browser would play.

    `source` is a program to show beside the graph, whose assignments are matched with labels; `parameters`
    names the leaves that descent moves.  With a `quiz` the page is an exercise: it asks, and judges.

    >>> from scalargrad import Value
    >>> from scalargrad.wengert.list import WengertList
    >>> text = page(WengertList.of(Value(3.0, label="x") ** 2), "A square")
    >>> text.startswith("<!DOCTYPE html>"), "<title>A square</title>" in text
    (True, True)
    """
    from scalargrad.page.render import render

    check_size(trace, "a page")
    name = title or f"Backpropagation through {trace.output.name}"
    return render(trace, name, digits=digits, rate=rate, source=source, parameters=parameters, quiz=quiz)


def embedded(text: str, width: str = "100%", height: str = "52rem") -> str:
    """Return a page as HTML to put into another one, a notebook for example; in 720 × 560 it is compact.

    An iframe, because its document is its own: styles, keys, ids and scripts of two copies stay apart,
    and so does the page's content-security-policy.  Its text stands in `srcdoc`, so nothing is loaded
    and the cell survives export; the sandbox lets scripts run but reach nothing of the notebook.

    >>> embedded("<p>")
    '<iframe class="scalargrad" title="Backpropagation, step by step" sandbox="allow-scripts" \
allow="clipboard-write" srcdoc="&lt;p&gt;" style="width:100%;height:52rem;border:0"></iframe>'
    """
    return (
        '<iframe class="scalargrad" title="Backpropagation, step by step" sandbox="allow-scripts" '
        'allow="clipboard-write" '
        f'srcdoc="{html.escape(text)}" style="width:{width};height:{height};border:0"></iframe>'
    )


def check_size(trace: WengertList, kind: str) -> None:
    """Raise TraceTooLargeError if a trace has too many instructions or edges to be shown step by step."""
    edges = sum(len(v.parents) for v in trace)
    if len(trace) > MOST_INSTRUCTIONS or edges > MOST_EDGES:
        raise TraceTooLargeError(
            f"the trace of {trace.output.name} has {len(trace):,} rows and {edges:,} edges; {kind} shows "
            f"at most {MOST_INSTRUCTIONS:,} and {MOST_EDGES:,}: cut it with trace(y, upto=[h1, h2]) at "
            "Values, or at names such as 'a1[0]', that then stand as inputs"
        )
