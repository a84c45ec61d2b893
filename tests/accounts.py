"""Accounts: what the package has to say of small graphs, in texts that are kept and compared."""

from collections.abc import Callable
from functools import partial

from account_drawings import VIEWS_DRAWN, digest, drawn, larger
from account_pages import (
    beside,
    layers_of_figure,
    numbers_in_brackets,
    page_figure,
    page_html,
    page_model,
    rows_as_scripts,
    said,
    slides,
    style_and_script,
)
from account_traces import account_of, formulas, listed
from account_training import diagnosed, plots_of_training
from small_graphs import TRACES, cut, long, many, neuron, of, overflowing, written_out

from scalargrad.page.model import model
from scalargrad.page.shown import ShownList
from scalargrad.wengert.causes import causes_in

__all__ = ["ACCOUNTS", "Account", "digest"]

Account = Callable[[], str]
LISTED = {"fan-out", "neuron", "moving", "cut"}
ACCOUNTS: dict[str, dict[str, Account]] = {
    "traces.txt": {name: partial(lambda make: account_of(make()), make) for name, make in TRACES.items()}
    | {
        "causes": lambda: "\n".join(causes_in(overflowing())),
        "statements": lambda: "\n".join(line[:99] for line in formulas(long())),
    },
    "listings.txt": {
        name: partial(lambda make: listed(make()), make) for name, make in TRACES.items() if name in LISTED
    },
    "pages.txt": {
        "model of fan-out": lambda: page_model(of("fan-out")()),
        "model of what is cut": lambda: page_model(cut()),
        "page of fan-out": lambda: page_html(of("fan-out")()),
        "figure of a neuron": lambda: page_figure(neuron()),
        "layers of a net": lambda: layers_of_figure(of("sigmoid-2-2-1")()),
        "style and script of fan-out": lambda: style_and_script(of("fan-out")()),
        "said of many terms": lambda: f"{said(many())}\n{said(long())[-999:]}",
        "numbers of many terms": lambda: "\n".join(
            f"{k}: {x:.4g}" for k, x in ShownList(many()).numbers.items()
        ),
        "numbers in brackets": numbers_in_brackets,
        "sources beside what is shared": lambda: beside(written_out()),
        "formulas of many terms": lambda: "\n".join(line.formula for line in model(many()).lines[-9:]),
        "frames of fan-out": lambda: slides(of("fan-out")()),
        "rows as scripts": rows_as_scripts,
    },
    "drawings.txt": {
        **{
            f"{view}": partial(drawn, "residual", view=view, **options)
            for view, options in VIEWS_DRAWN.items()
        },
        "larger ones": larger,
        "micrograd's": partial(drawn, "fan-out", style="micrograd"),
    },
    "trainings.txt": {"diagnoses": diagnosed, "plots": plots_of_training},
}
