"""NumPy arrays as a namespace: the reading of the table in which a recorded trace is replayed.

NumPy follows IEEE 754 on its own, so one namespace both evaluates and differentiates.  Its warnings
are left to the caller, who knows which limits are expected (`numpy.errstate`).
"""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from scalargrad import scalars
from scalargrad.table import add_to_namespace


def _erf(x: Any) -> Any:
    # NumPy has no error function, and SciPy would be a heavy guest for this one: slow but exact.
    return np.vectorize(math.erf, otypes=[float])(x)


def _weigh(weight: Any, x: Any) -> Any:
    return np.where(weight == 0, 0.0, weight * x)


arrays = SimpleNamespace(
    **{name: getattr(np, name) for name in vars(scalars.strict) if hasattr(np, name)}
    | {"erf": _erf, "weigh": _weigh}
)
add_to_namespace(arrays)
