"""A descent step after the sweep: new weights, called `w5+`, and the slips that are made with them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from students import nets
from students.drawing import until_pleasant
from students.handing_in import FEWEST_UNITS, LEAST_SHARE, HandIn, drawn_style, honest_work
from students.problem import Row, Writes
from students.updating import RATE
from students.work import Slip, work

Update = Callable[[float, float, float], float]  # of the weight, its derivative, that of a neighbour

UPDATES: dict[str, Update] = {
    "step uphill": lambda w, g, other: w + RATE * g,
    "rate forgotten": lambda w, g, other: w - g,
    "gradient forgotten": lambda w, g, other: w - RATE,
    "step alone": lambda w, g, other: -RATE * g,
    "gradient of a neighbour": lambda w, g, other: w - RATE * other,
}


def _right(w: float, g: float, _: float) -> float:
    return w - RATE * g


def _numbers(hand_in: HandIn, name: str) -> tuple[float, float, float]:
    """Return a weight, its derivative, and that of the next weight, as the person has them."""
    done, problem = work(hand_in.problem, hand_in.style, set(hand_in.rows)), hand_in.problem
    weights = sorted(problem.asked)
    following = weights[(weights.index(name) + 1) % len(weights)]
    v = problem.trace[name]
    return v.value, done.number(Row(v.index, True)), done.adjoints[problem.trace[following].index]


def _updated(hand_in: HandIn, slips: dict[str, Update]) -> dict[str, str]:
    """Return the new weights, some of them wrong."""
    numbers = {name: _numbers(hand_in, name) for name in sorted(hand_in.problem.asked)}
    return {f"{k}+": hand_in.style.text(slips.get(k, _right)(*three)) for k, three in numbers.items()}


def updates(seed: int, count: int, writes: Writes = "usual") -> Iterator[HandIn]:
    """Yield right work with new weights, one or all of which are wrong."""
    generator, names = random.Random(f"{seed} {writes} descent"), list(UPDATES)
    made = 0
    while made < count:
        honest = honest_updates(generator, writes)
        name = names[made % len(names)]
        weights = sorted(honest.problem.asked)
        chosen = weights if generator.random() < 0.3 else [generator.choice(weights)]
        claims = honest.claims | _updated(honest, dict.fromkeys(chosen, UPDATES[name]))
        wrong = [key for key, text in claims.items() if text != honest.claims[key]]
        if wrong and _differs(honest, claims, wrong[0]):
            made += 1
            innocent = frozenset(claims) - set(wrong)
            yield replace(honest, slip=Slip(name, wrong[0]), claims=claims, first=wrong[0], innocent=innocent)


def _differs(honest: HandIn, claims: dict[str, str], key: str) -> bool:
    right, wrong = float(honest.claims[key]), float(claims[key])
    return abs(wrong - right) >= max(FEWEST_UNITS * honest.style.unit(right), LEAST_SHARE * abs(right))


def honest_updates(generator: random.Random, writes: Writes) -> HandIn:
    """Return right work with new weights."""
    problem = until_pleasant(lambda: generator.choice((nets.layered, nets.recurrent))(generator))
    done = honest_work(problem, writes, drawn_style(problem, generator), RATE)
    claims = done.claims | _updated(done, {})
    return replace(done, claims=claims, innocent=frozenset(claims))


def gives(hand_in: HandIn, name: str) -> bool:
    """Tell whether a slip of a name gives the same new weight."""
    weight = (hand_in.first or "").removesuffix("+")
    number = UPDATES[name](*_numbers(hand_in, weight))
    claimed = float(hand_in.claims[f"{weight}+"])
    return abs(number - claimed) <= 1.5 * hand_in.style.unit(claimed)
