"""Pleasant numbers, drawn by a generator: two decimals, nothing saturated."""

import math
import random
from collections.abc import Callable

from scalargrad import Trace, Value
from students.problem import Problem

SATURATED = {"sigmoid": 3.0, "tanh": 1.8, "exp": 3.0}  # beyond these the derivative is all but gone


class Leaves:
    """Make leaves with pleasant numbers, and remember them by their names."""

    def __init__(self, generator: random.Random) -> None:
        self.generator = generator
        self.made: dict[str, Value] = {}

    def __call__(self, name: str, low: float = -2.0, high: float = 2.0) -> Value:
        """Return the leaf of a name; it is made when it is first asked for."""
        if name not in self.made:
            x = 0.0
            while abs(x) < 0.1 or abs(x) == 1.0:
                x = round(self.generator.uniform(low, high), 2)
            self.made[name] = Value(x, label=name)
        return self.made[name]

    def target(self, name: str) -> Value:
        """Return the leaf of a target between 0 and 1."""
        if name not in self.made:
            self.made[name] = Value(self.generator.choice((0.0, 1.0, 0.01, 0.99, 0.5)), label=name)
        return self.made[name]


def is_pleasant(trace: Trace) -> bool:
    """Tell whether a person would be glad to work this out."""
    for v in trace:
        if not v.parents:
            continue
        name = v.primitive.name if v.primitive else ""
        if not math.isfinite(v.value) or abs(v.value) > 50:
            return False
        if abs(v.value) < 0.02 and name != "relu":
            return False
        if abs(v.parents[0].value) > SATURATED.get(name, math.inf):
            return False
        if name in {"maximum", "minimum"} and abs(v.parents[0].value - v.parents[1].value) < 0.1:
            return False
    adjoints = [abs(v.adjoint) for v in trace if v.role != "constant" and v.adjoint != 0]
    return min(adjoints) > 0.002 and max(adjoints) < 50 and trace.output.value != trace[0].value


def until_pleasant(draw: Callable[[], Problem]) -> Problem:
    """Return the first pleasant one of the problems that are drawn."""
    for _ in range(2_000):
        try:
            problem = draw()
        except ArithmeticError:
            continue
        if is_pleasant(problem.trace):
            return problem
    message = "no pleasant numbers were found"
    raise AssertionError(message)
