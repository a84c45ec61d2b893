"""The page as one HTML text that loads nothing."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Collection
from functools import partial
from importlib.resources import files
from typing import Any

from scalargrad.drawing.choice import choose
from scalargrad.drawing.render import DOT_TEXT
from scalargrad.drawing.themes import DARK, LIGHT
from scalargrad.engine.lines import warn
from scalargrad.errors import GraphTooLargeError, RendererError
from scalargrad.notation.characters import LETTERS
from scalargrad.notation.labels import shortened
from scalargrad.notation.numbers import DIGIT_SPACE, POINT_SPACE
from scalargrad.page.evaluator import as_json, evaluator, moved
from scalargrad.page.facts import Quiz
from scalargrad.page.graph import Layout, layouts
from scalargrad.page.model import model
from scalargrad.page.program import Program, program
from scalargrad.page.tspans import Tspans
from scalargrad.wengert.list import WengertList
from scalargrad.wengert.roles import roles

SCRIPTS = (
    *("numbers.js", "sweep.js", "plan.js", "show.js", "compose.js"),
    *("figure.js", "selection.js", "change.js", "judging.js", "answers.js", "copy.js", "keys.js"),
)
STYLES = ("normal", "italic")  # of the fonts: docs/fonts.md tells how they were made
REMARK, LOOSE = re.compile(r"(?s)/\*.*?\*/"), re.compile(r";?\s*([{};,])\s*|(?<=:)\s+")  # in styles
COMMENT = re.compile(r"(^|\s+)// [^\"'`]*$")
PORTRAIT = 900  # points; a wider figure is printed in landscape
LONG = 120  # the workings of a longer trace are packed, and unpacked by the script


def render(
    trace: WengertList,
    title: str,
    *,
    digits: int = 4,
    rate: float = 0.1,
    source: str = "",
    parameters: Collection[str] = (),
    quiz: Quiz | None = None,
) -> str:
    """Return the page of a trace."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    tspans = Tspans(trace, digits)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "math": lambda written: Markup(_unwrapped(written)),  # noqa: S704  # of our writers
        "aligned": partial(_aligned, digits),
        "short": shortened,
        "tspan": lambda *piece: Markup(tspans(*piece)),  # noqa: S704  # escaped there
    }
    template = environment.from_string(_asset("template.html"))
    views, reason = _views(trace, digits)
    moving, part = moved(trace, parameters), roles(trace)
    beside = program(source, trace) if source else None
    best = choose(trace, set(trace)).view
    facts: dict[str, Any] = {
        "title": title,
        "digits": digits,
        "rate": rate,
        "page": model(trace, digits),
        "views": views,
        "shown_view": next((view for view in views if view.view == best), None),
        "reason": reason,
        "program": beside,
        "is_long": len(trace) > LONG,
        "moving": [v.name for v in moving],
        "moves_inputs": any(part[v] == "input" for v in moving),  # which who descends has to be told
        "quiz": quiz,
        "packed": "",
        "style": "",
        "script": "",
        "policy": "",
    }
    facts["packed"] = _packed(template.make_module(facts), facts)
    style, script = (
        _faces()
        + _tight(_colours() + _asset("page.css") + (_asset("exercise.css") if quiz else ""))
        + _widths(facts["page"], views, digits),
        _script(trace, digits, list(map(tspans.name, trace)), beside, parameters, quiz=quiz),
    )
    return template.render(
        facts | {"style": Markup(style), "script": Markup(script)},  # noqa: S704  # our own files, and numbers
        policy=f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "font-src data:; "
        "base-uri 'none'; form-action 'none'",
    )


def _script(
    trace: WengertList,
    digits: int,
    names: list[str],
    beside: Program | None,
    parameters: Collection[str],
    *,
    quiz: Quiz | None,
) -> str:
    """Return the script: the trace as functions, how numbers are shown, the sweep, what the page does."""
    line_of = dict(beside.line_of) if beside else {}
    signs = set("".join(v.name for v in trace)) & LETTERS.keys()
    letters = {sign: f"{LETTERS[sign]} " for sign in sorted(signs)}
    facts: dict[str, Any] = {"digits": digits, "letters": letters, "names": names, "lineOf": line_of}
    scripts = [*SCRIPTS, *["exercise.js"] * bool(quiz)]
    if quiz:
        facts["quiz"] = vars(quiz)
    known = "".join(f"const {name} = {as_json(fact)};" for name, fact in facts.items())
    parts = ['"use strict";', "(() => {", known, evaluator(trace, parameters), *map(_asset, scripts), "})();"]
    lines = map(str.lstrip, "\n".join(parts).split("\n"))  # by no other end of line, which labels may have
    return "\n".join(COMMENT.sub("", line) for line in lines if line)  # comments are for its authors


def _packed(module: Any, facts: dict[str, Any]) -> str:
    """Return what is shown on request, compressed: other views, figures turned; of long traces, workings."""
    sections: dict[str, Any] = {}
    if facts["is_long"]:
        sections = {f"{s.phase}-{s.key}": str(module.working(s)) for s in facts["page"].workings}
        sections |= {f"sum-{each.key}": str(module.sum(each)) for each in facts["page"].sums}
    others = (view for view in facts["views"] if view is not facts["shown_view"])
    sections |= {f"view-{view.view}": str(module.figure(view)) for view in others}
    if turned := {view.view: view.down.places for view in facts["views"] if view.down}:
        sections["down"] = turned
    if not sections:
        return ""
    return base64.b64encode(
        gzip.compress(json.dumps(sections, separators=(",", ":")).encode(), mtime=0)
    ).decode()


def _views(trace: WengertList, digits: int) -> tuple[list[Layout], str]:
    try:
        return layouts(trace, digits), ""
    except RendererError as error:
        # Who makes the page can do something about it; who reads it cannot, and is not told how.
        advice = str(error).removesuffix(DOT_TEXT)
        warn(f"the page has no graph: {advice}", UserWarning)
        return [], "there was no program to lay it out when this page was made."
    except GraphTooLargeError as error:
        return [], str(error)


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
        plain = {name: getattr(theme, name) for name in ("paper", "page", "edge", "hair", "active")}
        for role, (fill, border) in theme.node.items():
            plain |= {role: fill, f"{role}-border": border}
        colours = plain | dict(theme.text)
        rules.append(":root { " + " ".join(f"--{name}: {colour};" for name, colour in colours.items()) + " }")
    light, dark = rules
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"


def _widths(page: Any, views: list[Layout], digits: int) -> str:
    """Return the rules that depend on the trace; rules, since the policy forbids style attributes."""
    longest = max(len(text) for line in page.lines for text in (line.value, line.adjoint))
    rules = f".trace .number {{ min-width: {longest + 1}ch; }}\n"  # no column moves from step to step
    rules += f".trace td input {{ min-width: {digits + 5}ch; }}\n"  # -0. with all decimals
    is_wide = any(view.width > PORTRAIT for view in views)
    return rules + "@page { size: landscape; }\n" * is_wide


def _aligned(digits: int, number: str) -> str:
    """Return a number filled up with spaces as wide as digits, so that points stand in line."""
    if "·10" in number:
        return number
    _, point, decimals = number.partition(".")
    return number + POINT_SPACE * (not point) + DIGIT_SPACE * (digits - len(decimals))


def _unwrapped(mathml: str) -> str:
    """Return formulas without the row that all of each stands in, which `math` is by itself."""
    return mathml.replace("<math><mrow>", "<math>").replace("</mrow></math>", "</math>")


def _tight(style: str) -> str:
    """Return a style without remarks, which are for its authors, or spaces that say nothing."""
    return LOOSE.sub(r"\1", re.sub(r"\s+", " ", REMARK.sub("", style))).strip()


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
