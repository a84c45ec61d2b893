"""The paths from a value to the output, whose products add up to its adjoint."""

from heapq import nlargest
from typing import NamedTuple

from scalargrad.engine.sweep import adjoints
from scalargrad.wengert.instruction import Instruction
from scalargrad.wengert.list import WengertList


class Path(NamedTuple):
    """One path from the target to the output: the local derivatives along it and their product."""

    product: float
    instructions: tuple[Instruction, ...]
    locals: tuple[float, ...] = ()

    def extended(self, parent: Instruction, local: float) -> "Path":
        """Return the path that starts one edge earlier, at a parent."""
        return Path(self.product * local, (parent, *self.instructions), (local, *self.locals))


def count_paths(trace: WengertList, target: Instruction) -> int:
    """Count the paths from the target to the output exactly, however many there are."""
    ones = adjoints(trace.instructions, 1, lambda v: ((parent, 1) for parent in v.parents))
    return int(ones.get(target, 0))  # none leads from what the output does not depend on


def largest_paths(trace: WengertList, target: Instruction, k: int) -> tuple[Path, ...]:
    """Return the k paths whose products are largest by magnitude: k best of the k best of each child."""
    best: dict[Instruction, list[Path]] = {trace.output: [Path(1.0, (trace.output,))]}
    candidates: dict[Instruction, list[Path]] = {}
    for v in reversed(trace.instructions):
        if v is not trace.output:
            best[v] = nlargest(k, candidates.pop(v, []), key=lambda path: abs(path.product))
        for parent, local in zip(v.parents, v.partials):
            if parent.index >= target.index:
                candidates.setdefault(parent, []).extend(path.extended(parent, local) for path in best[v])
        if v is target:
            break
    return tuple(best[target])
