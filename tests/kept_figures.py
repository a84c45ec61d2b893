"""DOT texts of an example in each view, as they are handed to Graphviz; the titles of larger drawings."""

from collections.abc import Callable
from functools import partial
from typing import Any

from small_graphs import many, written_out

from scalargrad import (
    Value,
    draw,
    draw_dot,
    nn,
)
from scalargrad.drawing.figure import Figure
from scalargrad.examples import example

VIEWS_DRAWN: dict[str, dict[str, Any]] = {
    "values": {"edges": "local"},
    "neurons": {"edges": "contribution", "theme": "dark"},
    "layers": {"direction": "down"},
}


def drawn(name: str, **options: Any) -> str:
    """Return the DOT text of an example, with its title and its text."""
    figure = draw(example(name).output(), **options)
    return f"{figure.title}\n{figure.text}\n{figure.source}"


def wide_net(*widths: int) -> Value:
    """Return the output of a network whose layers are so wide."""
    output = nn.MLP(3, [*widths, 1], "tanh", seed=1)([0.5, -1.0, 0.25])
    assert isinstance(output, Value)
    return output


def branching(count: int) -> Value:
    """Return the last of so many values, each computed of two before it or with a constant."""
    made = [Value(0.5, "x"), Value(-0.25, "y")]
    for i in range(count - 2):
        made.append((made[-1] * made[i // 2]).sin() if i % 3 else made[-1] + made[i // 3] * 0.5)
    return made[-1]


LARGER: dict[str, Callable[[], Figure]] = {
    "a dense net": lambda: draw(wide_net(8, 8)),
    "a wide net": lambda: draw(wide_net(20, 3), "neurons"),
    "a wide net in layers": lambda: draw(wide_net(20, 3), "layers", theme="dark"),
    "a deep net": lambda: draw(wide_net(*[2] * 30), "layers", direction="down"),
    "a net that is too wide to be read": lambda: draw(wide_net(40, 40)),
    "around a value": lambda: draw(wide_net(2, 2), "values", around="a0[1]", hops=3, digits=2),
    "paths": lambda: draw(wide_net(2, 2), "neurons", paths=("W0[0,1]", "a1[0]"), edges="contribution"),
    "up to a value": lambda: draw(wide_net(2, 2), "values", upto="a1[0]", adjoints=False),
    "without numbers": lambda: draw(wide_net(3), values=False),
    "contributions": lambda: draw(wide_net(2), "values", edges="contribution"),
    "micrograd's, a part": lambda: draw(wide_net(2), style="micrograd", around="z0[1]", theme="dark"),
    "micrograd's, down": lambda: draw_dot(wide_net(2), rankdir="TB"),
    "micrograd's, with constants": lambda: draw(many(), style="micrograd", adjoints=False),
    "the nearest of very many": lambda: draw(branching(200)),
    "micrograd's, of more than can be read": lambda: draw(wide_net(8, 8), style="micrograd"),
    "local derivatives of more than can be read": lambda: draw(wide_net(8, 8), edges="local"),
    "many": lambda: draw(many(), edges="local"),
    "many in layers": lambda: draw(many(), "layers"),
    "written out": lambda: draw(written_out(), "neurons"),
}


def larger() -> str:
    """Return the titles of larger drawings, which say what is in them."""
    return "\n".join(f"{name}: {make().title}" for name, make in LARGER.items())


TEXTS = {
    **{view: partial(drawn, "residual", view=view, **options) for view, options in VIEWS_DRAWN.items()},
    "larger ones": larger,
    "micrograd's": partial(drawn, "fan-out", style="micrograd"),
}
