"""Honest work by hand: every number of a trace as somebody has it who rounds in some way."""

import math
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from scalargrad.primitives.scalars import ieee
from scalargrad.wengert.list import WengertList

if TYPE_CHECKING:
    from scalargrad.wengert.instruction import Instruction

Rounding = Callable[[float], str]


def shown(x: float) -> Decimal:
    """Return a number as a calculator shows it: what binary fractions leave at its end is no digit."""
    return Decimal(format(x, ".12g"))


def to_decimals(digits: int, how: str = ROUND_HALF_UP) -> Rounding:
    """Return the way to write a number with so many decimals, rounded or cut off."""
    return lambda x: f"{shown(x).quantize(Decimal(1).scaleb(-digits), rounding=how):f}"


def to_figures(figures: int, how: str = ROUND_HALF_UP) -> Rounding:
    """Return the way to write a number with so many significant figures."""

    def written(x: float) -> str:
        if x == 0:
            return "0"
        unit = Decimal(1).scaleb(math.floor(math.log10(abs(x))) + 1 - figures)
        whole = (shown(x) / unit).quantize(Decimal(1), rounding=how) * unit
        return f"{whole.quantize(unit) if unit < 1 else whole:f}"

    return written


@dataclass(frozen=True)
class Style:
    """How somebody rounds: what is written, what is not, and with which of the two numbers they go on."""

    name: str
    written: tuple[Rounding, ...]
    carries: bool = False  # goes on with what is written
    in_the_head: bool = False  # rounds what is not written, too
    mixes: bool = False  # carries now and then


def styles(digits: int) -> list[Style]:
    """Return the styles of work to about so many digits."""
    near, cut = to_decimals(digits), to_decimals(digits, ROUND_DOWN)
    figures = to_figures(digits)
    return [
        Style("decimals", (near,)),
        Style("figures", (figures,)),
        Style("truncated", (cut,)),
        Style("carried", (near,), carries=True),
        Style("carried, truncated", (cut,), carries=True),
        Style("carried, figures", (figures,), carries=True),
        Style("in the head", (near,), carries=True, in_the_head=True),
        Style("in the head, figures", (figures,), carries=True, in_the_head=True),
        Style("in the head, truncated", (cut,), carries=True, in_the_head=True),
        Style("mixed", (near, cut, to_decimals(digits + 1), to_decimals(digits + 2)), mixes=True),
    ]


def claims(trace: WengertList, style: Style, rows: Collection[str], seed: int) -> dict[str, str]:
    """Return what somebody hands in who writes these rows: values by name, adjoints as `d name`."""
    generator, found = random.Random(seed), {}

    def had(name: str, x: float) -> float:
        text = generator.choice(style.written)(x)
        if name in rows:
            found[name] = text
        rounds = style.carries or (style.mixes and generator.random() < 0.5)
        return float(text) if rounds and (name in rows or style.in_the_head) else x

    values: dict[Instruction, float] = {}
    adjoints: dict[Instruction, float] = {}
    for v in trace:
        values[v] = v.value
        if v.primitive:
            values[v] = had(v.name, float(v.primitive.value(ieee, [values[p] for p in v.parents])))
    for v in reversed(trace.instructions):
        handed = []
        for child, i in trace.uses[v]:
            assert child.primitive is not None
            local = child.primitive.local_derivatives(ieee, values[child], [values[p] for p in child.parents])
            handed.append(had("", adjoints[child] * had("", float(local[i]))))
        adjoints[v] = had(f"d {v.name}", 1.0 if v is trace.output else had("", math.fsum(handed)))
    return found


def rows_of(trace: WengertList) -> list[str]:
    """Return the names of all rows of a trace that are no constants."""
    shown = [v for v in trace if v.role != "constant"]
    return [v.name for v in shown if v.parents] + [f"d {v.name}" for v in reversed(shown)]
