"""The colours of all that is shown, on light paper or on dark."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FONT = "Times"


@dataclass(frozen=True)
class Theme:
    """One set of colours: of papers and lines, of texts by kind, of nodes by role as (fill, border).

    `paper` is what drawings stand on, `page` lies behind them; `hair` is for fine lines and what is not
    there yet, `active` marks the step at hand.
    """

    paper: str
    page: str
    edge: str
    hair: str
    active: str
    text: Mapping[str, str]
    node: Mapping[str, tuple[str, str]]


LIGHT = Theme(
    paper="#ffffff",
    page="#fdfcf9",
    edge="#8c959f",
    hair="#d8dce1",
    active="#fff1c9",
    text={"name": "#1f2328", "value": "#0b5394", "adjoint": "#b3261e", "note": "#59636e"},
    node={
        "input": ("#e7f1fb", "#2b6cb0"),
        "parameter": ("#fff5dc", "#b7791f"),
        "constant": ("#f3f4f6", "#8c959f"),
        "operation": ("#ffffff", "#59636e"),
        "output": ("#e6f6ea", "#2f7d4f"),
        "neuron": ("#f4f0fd", "#6b46c1"),
        "rest": ("#f3f4f6", "#8c959f"),
    },
)
DARK = Theme(
    paper="#0d1117",
    page="#010409",
    edge="#7d8590",
    hair="#373e47",
    active="#453a17",
    text={"name": "#e6edf3", "value": "#79c0ff", "adjoint": "#ff8a80", "note": "#9da7b1"},
    node={
        "input": ("#10273f", "#58a6ff"),
        "parameter": ("#33270c", "#d9a441"),
        "constant": ("#1c2128", "#7d8590"),
        "operation": ("#161b22", "#9da7b1"),
        "output": ("#10291b", "#4cc27c"),
        "neuron": ("#221a3a", "#a78bfa"),
        "rest": ("#1c2128", "#7d8590"),
    },
)
ThemeName = Literal["light", "dark"]
THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}
SHAPES = {
    "input": {"shape": "ellipse", "margin": "0.02,0.02"},
    "parameter": {"shape": "box", "style": "filled,rounded"},
    "constant": {"shape": "box", "style": "filled,rounded,dotted"},
    "operation": {"shape": "box"},
    "output": {"shape": "box", "peripheries": "2"},
    "neuron": {"shape": "box", "style": "filled,rounded"},
    "rest": {"shape": "box", "style": "filled,dashed"},
}
