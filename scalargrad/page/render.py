"""The page as one HTML text that loads nothing."""

import base64
import hashlib
from functools import partial
from importlib.resources import files

from scalargrad.drawing.render import NO_RENDERER
from scalargrad.drawing.themes import DARK, LIGHT
from scalargrad.errors import GraphTooLargeError, RendererError
from scalargrad.notation.labels import shortened
from scalargrad.notation.textbook import TextbookWriter
from scalargrad.page.evaluator import evaluator
from scalargrad.page.graph import Layout, Written, layout, styled, written
from scalargrad.page.model import model
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.progress import MORE, NOT_COMPUTED, Stage

POINT_SPACE, DIGIT_SPACE = "\u2008", "\u2007"
SCRIPTS = ("numbers.js", "sweep.js", "page.js")
STYLES = ("normal", "italic")  # of the fonts: docs/fonts.md tells how they were made
SMALLEST, LARGEST = 0.8, 1.35  # the figure is shrunk and enlarged that far to fit its pane


def render(trace: WengertList, title: str, digits: int = 4, rate: float = 0.1) -> str:
    """Return the page of a trace."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "math": Markup,
        "stages": _stages,
        "aligned": partial(_aligned, digits),
        "short": shortened,
        "styled": styled,
    }
    texts = written(trace, digits)
    figure, reason = _figure(trace, texts)
    style = _faces() + _colours() + _asset("page.css") + _widths(figure, texts)
    script = _script(trace, digits)
    return environment.from_string(_asset("template.html")).render(
        title=title,
        digits=digits,
        rate=rate,
        number=TextbookWriter(digits=digits).number,
        page=model(trace, digits),
        figure=figure,
        reason=reason,
        written=texts,
        output=trace.output,
        style=Markup(style),  # noqa: S704  # our own files, and numbers
        script=Markup(script),  # noqa: S704
        policy=f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "font-src data:; base-uri 'none'; form-action 'none'",
    )


def _script(trace: WengertList, digits: int) -> str:
    """Return the script: the trace as functions, how numbers are shown, the sweep, what the page does."""
    parts = [f"const digits = {digits};", evaluator(trace), *map(_asset, SCRIPTS)]
    return "\n".join(['"use strict";', "(() => {", *parts, "})();"])


def _figure(trace: WengertList, texts: Written) -> tuple[Layout | None, str]:
    try:
        return layout(trace, texts), ""
    except RendererError:
        return None, NO_RENDERER.partition("; the DOT")[0]
    except GraphTooLargeError as error:
        return None, str(error)


def _faces() -> str:
    """Return the fonts as rules that hold them, so that letters and digits look the same anywhere."""
    rules = ""
    for style in STYLES:
        font = base64.b64encode(files(__package__).joinpath("fonts", f"{style}.woff2").read_bytes()).decode()
        source = f"url(data:font/woff2;base64,{font})"
        rules += f"@font-face {{ font-family: Scalargrad; font-style: {style}; src: {source}; }}\n"
    return rules


def _colours() -> str:
    """Return the colours of all drawings as variables of the page's style, light and dark."""
    rules = []
    for theme in (LIGHT, DARK):
        fills = {role: theme.node[role][0] for role in ("input", "parameter")}
        plain = {name: getattr(theme, name) for name in ("paper", "page", "edge", "hair", "active")}
        colours = plain | dict(theme.text) | fills
        rules.append(":root { " + " ".join(f"--{name}: {colour};" for name, colour in colours.items()) + " }")
    light, dark = rules
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"


def _widths(figure: Layout | None, texts: Written) -> str:
    """Return the rules that depend on the trace; rules, since the policy forbids style attributes."""
    longest = max(len(e.text) for p in texts.progress.values() for e in p.value + p.adjoint)
    rules = f".trace .number {{ min-width: {longest + 1}ch; }}\n"  # no column moves from step to step
    if figure:
        least, most = (f"{scale * figure.width:.0f}px" for scale in (SMALLEST, LARGEST))
        rules += f"@media screen {{ .figure svg {{ min-width: {least}; max-width: {most}; }} }}\n"
    return rules


def _stages(stages: list[Stage]) -> str:
    """Return what is shown from which step on as the text of an attribute: `0|10 after 9-1 +`."""
    known = (f" {stage.text}" * (stage.text != NOT_COMPUTED) for stage in stages)
    return "|".join(f"{stage.since}{what}" for stage, what in zip(stages, known))


def _aligned(digits: int, stages: list[Stage]) -> list[Stage]:
    """Return stages filled up with spaces as wide as digits, so that their points stand in line."""

    def filled(text: str) -> str:
        number, more, _ = text.partition(MORE)
        _, point, decimals = number.partition(".")
        if "·10" in number:
            return text
        return number + POINT_SPACE * (not point) + DIGIT_SPACE * (digits - len(decimals)) + more

    return [Stage(stage.since, filled(stage.text)) for stage in stages]


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
