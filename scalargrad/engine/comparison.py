"""What a gradient check found: derivatives beside central differences."""

import math
from typing import NamedTuple


class Comparison(NamedTuple):
    """Both derivatives by one input, or along random directions, with whether they agree."""

    name: str
    derivative: float
    difference: float
    ok: bool
    order: int = 1

    @property
    def distance(self) -> float:
        """Return |derivative - difference| in units of the largest of them and 1; inf if not finite."""
        if self.derivative == self.difference:
            return 0.0
        gap = abs(self.derivative - self.difference)
        return gap / max(1.0, abs(self.derivative), abs(self.difference)) if math.isfinite(gap) else math.inf


class GradcheckReport(NamedTuple):
    """The comparisons of a gradient check; it is true where all of them agree."""

    comparisons: tuple[Comparison, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every derivative agrees with its central difference."""
        return all(comparison.ok for comparison in self.comparisons)

    @property
    def order(self) -> int:
        """Return the highest order that was checked."""
        return max(comparison.order for comparison in self.comparisons)

    @property
    def worst(self) -> Comparison:
        """Return the comparison whose two derivatives are furthest apart."""
        return max(self.comparisons, key=lambda comparison: (not comparison.ok, comparison.distance))

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"<GradcheckReport: {self}>"

    def __str__(self) -> str:
        worst, count = self.worst, len(self.comparisons)
        orders = f" of the orders 1 to {self.order}" if self.order > 1 else ""
        off = sum(not c.ok for c in self.comparisons)
        verdict = f"{off} disagree{'s' * (off == 1)}" if off else "all agree" if count > 1 else "it agrees"
        kink = "; at a kink, as that of relu at 0, they need not agree" if off else ""
        return (
            f"{count} derivative{'s'[: count != 1]}{orders} checked, {verdict}; the furthest apart is by "
            f"{worst.name}: engine {worst.derivative:.10g}, central difference {worst.difference:.10g}{kink}"
        )
